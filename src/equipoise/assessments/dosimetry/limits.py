"""Dose limits as versioned data of a protocol, and how likely a dose is above each.

The reference protocol states none: its doses are shown and gate nothing. What follows from a limit (give, delay,
reduce, stop) is a criterion of the protocol that reads these numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from equipoise.assessments.dosimetry.uncertainty import UncertainDose
from equipoise.errors import Fault, ProtocolError


class DoseQuantity(StrEnum):
    """What a limit is stated in."""

    ABSORBED_DOSE = "absorbed-dose"
    BED = "bed"


class Mark(StrEnum):
    """How sure we are of a number that is not ours."""

    READ = "read"
    COMPUTED = "computed"
    RECALLED = "recalled"


@dataclass(frozen=True)
class DoseLimit:
    """
    One cumulative limit with its evidence.

    `applies_to` says in words to whom; whether it applies to a patient is for a criterion or a person.
    """

    organ: str
    quantity: DoseQuantity
    limit_gy: float
    applies_to: str
    evidence: str
    mark: Mark


@dataclass(frozen=True)
class LimitSet:
    """The limits of one version of a protocol; it may have none."""

    version: str
    limits: tuple[DoseLimit, ...]


@dataclass(frozen=True)
class LimitReading:
    """A limit beside a dose: the dose [Gy], whether its median is above, and how probable that is. [0 to 1]"""

    limit: DoseLimit
    version: str
    dose_gy: float
    is_above: bool
    probability_above: float


def read_limits(data: Mapping[str, Any], *, where: str) -> LimitSet:
    """
    The limits that a protocol states: `version`, and `limits` with the fields of `DoseLimit`.

    Raises
    ------
    ProtocolError
        With every fault: no version, a field that is missing or unknown, a limit that is not above 0, no evidence.
    """
    faults = [] if data.get("version") else [Fault(where, "the limits have no version", "Give version: …")]
    limits = []
    for number, entry in enumerate(data.get("limits") or (), start=1):
        found = list(_faults_of(entry, f"{where}, limit {number}"))
        faults += found
        if not found:
            quantity, mark = DoseQuantity(entry["quantity"]), Mark(entry["mark"])
            limits.append(
                DoseLimit(
                    entry["organ"], quantity, float(entry["limit_gy"]), entry["applies_to"], entry["evidence"], mark
                )
            )
    if faults:
        raise ProtocolError("The dose limits cannot be read.", faults)
    return LimitSet(str(data["version"]), tuple(limits))


def _faults_of(entry: Mapping[str, Any], place: str) -> Sequence[Fault]:
    fields = ("organ", "quantity", "limit_gy", "applies_to", "evidence", "mark")
    faults = [
        Fault(place, f"{name} is missing", "A limit without it cannot be shown.")
        for name in fields
        if not entry.get(name)
    ]
    unknown = sorted(set(entry) - set(fields))
    if unknown:
        faults.append(Fault(place, f"unknown: {', '.join(unknown)}", f"Fields: {', '.join(fields)}"))
    for name, kind in (("quantity", DoseQuantity), ("mark", Mark)):
        if entry.get(name) and entry[name] not in {item.value for item in kind}:
            faults.append(Fault(place, f"{name} {entry[name]!r} is unknown", f"One of: {', '.join(kind)}"))
    limit = entry.get("limit_gy")
    if limit and (isinstance(limit, bool) or not isinstance(limit, int | float) or not limit > 0):
        faults.append(Fault(place, f"limit_gy {limit!r} is no number above 0", "Give it in Gy."))
    return faults


@cache
def read_published_limits() -> LimitSet:
    """Limits that publications name, to choose from. Nothing uses them unless a protocol repeats them as its own."""
    text = files(__package__).joinpath("published_limits.yaml").read_text(encoding="utf-8")
    return read_limits(yaml.safe_load(text), where="published_limits.yaml")


def judge_limits(
    limits: LimitSet, *, organ: str, absorbed_dose: UncertainDose | None, bed: UncertainDose | None
) -> tuple[LimitReading, ...]:
    """
    Every limit of an organ beside its cumulative dose; a limit whose quantity was not computed is left out.

    A dose equal to the limit is not above it.
    """
    doses = {DoseQuantity.ABSORBED_DOSE: absorbed_dose, DoseQuantity.BED: bed}
    return tuple(
        LimitReading(
            limit,
            limits.version,
            dose.median_gy,
            dose.median_gy > limit.limit_gy,
            dose.probability_above(limit.limit_gy),
        )
        for limit in limits.limits
        if limit.organ == organ and (dose := doses[limit.quantity]) is not None
    )
