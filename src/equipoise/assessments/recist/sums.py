"""The sum of diameters of the targets at one visit, exactly, with what is missing from it and why.

What a sum means against others is for `visits`.
"""

from dataclasses import dataclass
from decimal import Decimal

from equipoise.assessments.answer import Input, NotEvaluable, Why
from equipoise.assessments.recist.lesions import (
    NORMAL_NODE_BELOW_MM,
    STATES,
    TOO_SMALL_MM,
    Finding,
    Lesion,
    Reading,
    Role,
    State,
)

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Size:
    """What a target adds to the sum, and whether it is gone: a node is gone below 10 mm, with a sum above zero. [mm]"""

    mm: Decimal
    is_gone: bool


@dataclass(frozen=True)
class TargetSum:
    """
    The targets at one visit.

    `mm` is the sum of those that have a size; `missing` says why the others have none. `present` are the identifiers
    of targets that are there: nodes from 10 mm, others above zero.
    """

    mm: Decimal
    present: tuple[str, ...]
    missing: tuple[NotEvaluable, ...]
    evidence: tuple[Input, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every target has a size."""
        return not self.missing


def sum_targets(reading: Reading, visit: int) -> TargetSum:
    """
    Add the diameters of all targets at a visit: longest diameters, of nodes short axes. [mm]

    Too small to measure counts 5 mm, absent 0; the parts of a split lesion are added; of merged lesions the longest
    diameter of the whole stands at one, and the others add nothing (Eisenhauer 2009, 4.3.2 and frequently asked
    questions).
    """
    total, present, missing, evidence = _ZERO, [], [], []
    for lesion in reading.with_role(Role.TARGET):
        evidence += [finding.as_input() for finding in reading.at(lesion.id, visit)]
        size = find_size(reading, lesion, visit)
        if isinstance(size, NotEvaluable):
            missing.append(size)
            continue
        total += size.mm
        if not size.is_gone:
            present.append(lesion.id)
    return TargetSum(total, tuple(present), tuple(missing), tuple(evidence))


def find_size(reading: Reading, lesion: Lesion, visit: int) -> Size | NotEvaluable:
    """What one target adds at a visit, or why it adds nothing that is known."""
    if was_removed(reading, lesion, visit):
        why = f"lesion {lesion.id} was removed by surgery, which is no response"
        evidence = tuple(finding.as_input() for finding in reading.at(lesion.id, visit))
        return NotEvaluable(Why.NOT_ASSESSED, why, evidence, ("a post-operative baseline",))
    finding = find_one(reading, lesion, visit)
    if isinstance(finding, NotEvaluable):
        return finding
    if finding.state == State.MERGED:
        return _size_of_merged(reading, finding)
    return _size_alone(lesion, finding)


def was_removed(reading: Reading, lesion: Lesion, visit: int) -> bool:
    """Whether surgery took a lesion at or before a visit: whatever is seen there later is no response to treatment."""
    return visit >= reading.removed_at.get(lesion.id, visit + 1)


def find_one(reading: Reading, lesion: Lesion, visit: int) -> Finding | NotEvaluable:
    """
    The one finding of a lesion at a visit, or why there is none that counts.

    The same finding twice is one; "not assessed" beside another finding says nothing; two that differ are a conflict.
    """
    findings = reading.at(lesion.id, visit)
    evidence = tuple(finding.as_input() for finding in findings)
    for finding in findings:
        if finding.state not in STATES:
            why = f"lesion {lesion.id} at visit {visit} has a state that is not in the list"
            return NotEvaluable(Why.IMPLAUSIBLE, why, evidence, tuple(State))
    assessed = [finding for finding in findings if finding.state != State.NOT_ASSESSED]
    if not assessed:
        return NotEvaluable(Why.NOT_ASSESSED, f"lesion {lesion.id} was not assessed at visit {visit}", evidence)
    first = assessed[0]
    for other in assessed[1:]:
        if _content(other) != _content(first):
            when = "twice on one day" if other.day == first.day else "twice"
            why = f"lesion {lesion.id} was recorded {when} at visit {visit}, with different results"
            return NotEvaluable(Why.CONFLICT, why, evidence, ("which of the two counts",))
    return first


def _content(finding: Finding) -> tuple[str, Decimal | None, tuple[Decimal, ...], str | None]:
    return str(finding.state), finding.mm, finding.parts_mm, finding.merged_with


def _size_of_merged(reading: Reading, finding: Finding) -> Size | NotEvaluable:
    """A lesion that went into another adds nothing; it is gone when the whole is."""
    why = f"lesion {finding.lesion} merged with a lesion that has no diameter of the whole at visit {finding.visit}"
    unclear = NotEvaluable(Why.CONFLICT, why, (finding.as_input(),), ("the longest diameter of the whole",))
    whole = next((lesion for lesion in reading.with_role(Role.TARGET) if lesion.id == finding.merged_with), None)
    if whole is None or whole.id == finding.lesion:
        return unclear
    other = find_one(reading, whole, finding.visit)
    if isinstance(other, NotEvaluable):
        return other
    if other.state == State.MERGED:
        return unclear
    size = _size_alone(whole, other)
    return size if isinstance(size, NotEvaluable) else Size(_ZERO, size.is_gone)


def _size_alone(lesion: Lesion, finding: Finding) -> Size | NotEvaluable:
    """The size of a lesion that is one, in parts, too small or absent."""
    lengths = _lengths(finding)
    if isinstance(lengths, NotEvaluable):
        return lengths
    if any(not length.is_finite() or length < 0 for length in lengths):
        why = f"a diameter of lesion {lesion.id} at visit {finding.visit} is no length"
        return NotEvaluable(Why.IMPLAUSIBLE, why, (finding.as_input(),), ("the diameter in mm",))
    longest = max(lengths)
    is_gone = longest < NORMAL_NODE_BELOW_MM if lesion.is_node else longest == 0
    return Size(sum(lengths, _ZERO), is_gone)


def _lengths(finding: Finding) -> tuple[Decimal, ...] | NotEvaluable:
    """The diameters that a finding gives, or why it gives none."""
    where = f"lesion {finding.lesion} at visit {finding.visit}"
    evidence = (finding.as_input(),)
    nominal = {State.TOO_SMALL: TOO_SMALL_MM, State.ABSENT: _ZERO}.get(State(finding.state))
    if nominal is not None:
        if finding.mm not in (None, nominal):
            return NotEvaluable(Why.CONFLICT, f"{where} is {finding.state} and yet has a diameter", evidence)
        return (nominal,)
    if finding.state == State.MEASURED and finding.mm is not None:
        return (finding.mm,)
    if finding.state == State.SPLIT and finding.parts_mm:
        return finding.parts_mm
    return NotEvaluable(Why.NEVER_MEASURED, f"{where} has no diameter", evidence, ("the diameter in mm",))
