"""Looks for the known ways in which allocation lists go wrong, before the first subject [1]_.

Decides what is refused and what a person must look at and sign; reading the file is left to `list_reading`. A finding
never shows an arm. What a list cannot tell of itself, such as two labels exchanged in a 1:1 list, is seen only by
comparing it with its source: the statistician gives some places from there, typed anew.

References
----------
.. [1] Yelland LN, Lange KM, Braat S, Robledo KP, Cuthbert AR, Sullivan TR. When randomisation goes horribly wrong:
   examples of major failures of randomisation and strategies to avoid them. Trials 2025,
   doi:10.1186/s13063-025-09390-9.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import combinations
from math import factorial, prod

from equipoise.allocation.canonical import digest_of
from equipoise.allocation.chance import chance_of_count, chance_of_runs
from equipoise.allocation.methods import SealedList
from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Specification

REFUSED_BELOW = 1e-6
FLAGGED_BELOW = 1e-3
"""Chances under randomness: for each check, a good list is refused once in a million, flagged once in a thousand."""
MAX_PERIOD = 60
"""Longest stretch that is looked for again. [places]"""


class Failure(Enum):
    """The ways in which a list goes wrong."""

    SORTED = "the list is sorted or repeats itself"
    LABELS = "the labels do not fit the source"
    WRONG_STRATUM = "a list stands under another stratum"
    REUSED = "the list was used before"
    RATIO = "the list does not keep the ratio or the blocks"
    TOO_SHORT = "the list is too short"
    NOT_COMPARED = "nobody compared the list with its source"


@dataclass(frozen=True)
class Finding:
    """One thing seen in a list. Refused: it must not be frozen. Otherwise a person looks at it and signs."""

    failure: Failure
    is_refused: bool
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.failure.value}: {self.what}"


@dataclass(frozen=True)
class ControlPlace:
    """A place copied by hand from the source of a list; `position` counts from 0."""

    stratum: str
    position: int
    arm: str = field(repr=False)


def check_list(
    imported: ImportedList,
    specification: Specification,
    *,
    planned_n: int,
    control: Sequence[ControlPlace] = (),
    used_before: Collection[str] = (),
) -> list[Finding]:
    """
    Look for every known failure of a list.

    Parameters
    ----------
    imported, specification
        The list, and what it was made for (method sealed list).
    planned_n
        Subjects planned, in the whole trial.
    control
        Places from the source of the list, at least one for each stratum.
    used_before
        `fingerprint` of each list that was a test, or belongs to another trial.

    Returns
    -------
    What was found, refusals first. Empty for a list without a fault that can be seen.
    """
    findings = [
        *_order_findings(imported, specification),
        *_period_findings(imported, specification),
        *_control_findings(imported, specification, control),
        *_alike_findings(imported, specification),
        *_reuse_findings(imported, specification, used_before),
        *_ratio_findings(imported, specification),
        *_length_findings(imported, specification, planned_n),
    ]
    return sorted(findings, key=lambda finding: not finding.is_refused)


def fingerprint(arms: Sequence[str]) -> str:
    """
    A mark of the order of one stratum's list that does not change when its arms are renamed.

    Keep it as secret as the list: a short list can be found from its mark.
    """
    names = list(dict.fromkeys(arms))
    return digest_of([names.index(arm) for arm in arms])


def _order_findings(imported: ImportedList, specification: Specification) -> Iterator[Finding]:
    lists = list(imported.arms_by_stratum.values())
    has_blocks = bool(_sizes(specification))
    for arm in specification.arms:
        few, many = chance_of_runs([[each == arm.name for each in places] for places in lists])
        # Blocks make short runs by design, so only the other side speaks against them.
        chance = few if has_blocks else min(few, many)
        yield from _by_chance(Failure.SORTED, "all strata", chance, "too few or too many changes of arm")


def _period_findings(imported: ImportedList, specification: Specification) -> Iterator[Finding]:
    lists = {"all strata": list(imported.arms_by_stratum.values())}
    lists |= {f"stratum {stratum}": [places] for stratum, places in imported.arms_by_stratum.items()}
    for where, parts in lists.items():
        for period in range(1, MAX_PERIOD + 1):
            if all(places[period:] == places[:-period] for places in parts):
                n_alike = sum(max(0, len(places) - period) for places in parts)
                # A short period is looked for before a long one: as many comparisons as its length.
                chance = period * _chance_alike(n_alike, specification)
                yield from _by_chance(Failure.SORTED, where, chance, f"it is the same again every {period} places")
                break


def _control_findings(
    imported: ImportedList, specification: Specification, control: Sequence[ControlPlace]
) -> Iterator[Finding]:
    for stratum in imported.arms_by_stratum:
        if all(place.stratum != stratum for place in control):
            what = "no place of the source was given"
            yield Finding(Failure.NOT_COMPARED, False, f"stratum {stratum}", what)
    for place in control:
        arms = imported.arms_by_stratum.get(place.stratum, ())
        if place.position >= len(arms) or arms[place.position] != place.arm:
            where = f"stratum {place.stratum} place {place.position + 1}"
            yield Finding(Failure.LABELS, True, where, "the source has another arm here")


def _alike_findings(imported: ImportedList, specification: Specification) -> Iterator[Finding]:
    pairs = list(combinations(imported.arms_by_stratum.items(), 2))
    for (one, first), (other, second) in pairs:
        n = min(len(first), len(second))
        if first[:n] == second[:n]:
            chance = len(pairs) * _chance_alike(n, specification)
            what = f"the first {n} places are those of stratum {other}"
            yield from _by_chance(Failure.WRONG_STRATUM, f"stratum {one}", chance, what)


def _reuse_findings(
    imported: ImportedList, specification: Specification, used_before: Collection[str]
) -> Iterator[Finding]:
    for stratum, arms in imported.arms_by_stratum.items():
        if fingerprint(arms) in used_before:
            chance = len(used_before) * factorial(len(specification.arms)) * _chance_alike(len(arms), specification)
            what = "this order is known from another list"
            yield from _by_chance(Failure.REUSED, f"stratum {stratum}", chance, what)


def _chance_alike(n: int, specification: Specification) -> float:
    """A bound of the chance that two lists made in this way are the same in `n` places."""
    n_shares = len(specification.shares)
    if not (sizes := _sizes(specification)):
        return float(sum((arm.shares / n_shares) ** 2 for arm in specification.arms) ** n)
    orders = [
        factorial(size) / prod(factorial(size // n_shares * arm.shares) for arm in specification.arms) for size in sizes
    ]
    return float(max(many ** (-1 / size) for many, size in zip(orders, sizes, strict=True)) ** n)


def _ratio_findings(imported: ImportedList, specification: Specification) -> Iterator[Finding]:
    sizes, n_shares = _sizes(specification), len(specification.shares)
    for stratum, places in imported.arms_by_stratum.items():
        if sizes:
            broken = _first_illegal_place(places, sizes, specification)
            if broken is not None:
                what = f"no block of an allowed size with the exact ratio can begin at place {broken + 1}"
                yield Finding(Failure.RATIO, True, f"stratum {stratum}", what)
            continue
        for arm in specification.arms:
            chance = chance_of_count(places.count(arm.name), len(places), arm.shares / n_shares)
            yield from _by_chance(Failure.RATIO, f"stratum {stratum}", chance, "the arms are not in the ratio")
    everywhere = [arm for places in imported.arms_by_stratum.values() for arm in places]
    for arm in specification.arms:
        chance = chance_of_count(everywhere.count(arm.name), len(everywhere), arm.shares / n_shares)
        yield from _by_chance(Failure.RATIO, "all strata", chance, "the arms are not in the ratio")


def _length_findings(imported: ImportedList, specification: Specification, planned_n: int) -> Iterator[Finding]:
    lengths = {stratum: len(imported.arms_by_stratum.get(stratum, ())) for stratum in specification.strata}
    if sum(lengths.values()) < planned_n:
        what = f"{sum(lengths.values())} places for {planned_n} subjects"
        yield Finding(Failure.TOO_SHORT, True, "all strata", what)
    even_part = -(-planned_n // len(lengths))
    for stratum, length in lengths.items():
        if length < even_part:
            what = f"{length} places, and {even_part} subjects come even if all strata fill alike"
            yield Finding(Failure.TOO_SHORT, True, f"stratum {stratum}", what)


def _first_illegal_place(places: Sequence[str], sizes: Sequence[int], specification: Specification) -> int | None:
    """The furthest place up to which the list can be cut into complete blocks; None when it can be cut to its end."""
    ends, n_shares = {0}, len(specification.shares)
    for end in range(1, len(places) + 1):
        for size in sizes:
            block = places[end - size : end]
            n_sets = size // n_shares
            if end - size in ends and all(block.count(arm.name) == n_sets * arm.shares for arm in specification.arms):
                ends.add(end)
    return None if len(places) in ends else max(ends)


def _sizes(specification: Specification) -> tuple[int, ...]:
    return specification.method.sizes if isinstance(specification.method, SealedList) else ()


def _by_chance(failure: Failure, where: str, chance: float, what: str) -> Iterator[Finding]:
    if chance < FLAGGED_BELOW:
        yield Finding(failure, chance < REFUSED_BELOW, where, f"{what} (chance {chance:.1g})")
