"""Whether a reading is whole: the order of its visits, its baseline, and every fault, listed together.

A fault is never mended here. Visits that contradict others are not evaluable; what remains is judged by `visits`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from equipoise.assessments.answer import NotEvaluable, Why
from equipoise.assessments.recist.lesions import Lesion, Reading, Role, State
from equipoise.assessments.recist.sums import find_one, find_size
from equipoise.errors import Fault

_SEEN = {State.MEASURED, State.TOO_SMALL, State.ABSENT, State.NOT_ASSESSED, State.REMOVED, State.SPLIT, State.MERGED}
STATES_OF = {
    Role.TARGET: frozenset(_SEEN),
    Role.NON_TARGET: frozenset(_SEEN | {State.PRESENT, State.UNEQUIVOCAL_PROGRESSION}),
    Role.NEW: frozenset({State.EQUIVOCAL, State.UNEQUIVOCAL, State.ABSENT, State.NOT_ASSESSED, State.REMOVED}),
}
"""The states that a finding may have, by what its lesion is followed as."""


@dataclass(frozen=True)
class Calendar:
    """
    The visits of a reading.

    `visits` are all visit numbers but the baseline, in order; `days` the first and last day of each; `broken` says why
    a visit cannot be judged at all; `no_baseline` why the targets have no baseline sum, None when they have one.
    """

    visits: tuple[int, ...]
    days: dict[int, tuple[date, date]]
    broken: dict[int, NotEvaluable]
    no_baseline: NotEvaluable | None


def find_calendar(reading: Reading) -> Calendar:
    """Put the visits of a reading in order, and say which of them contradict the others."""
    days = {}
    for visit, by_lesion in reading.by_visit.items():
        seen = [finding.day for findings in by_lesion.values() for finding in findings]
        seen += [scan.day for scan in reading.scans if scan.visit == visit]
        days[visit] = (min(seen), max(seen))
    visits = tuple(sorted(visit for visit in days if visit != 0))
    broken = _find_broken(reading, days)
    return Calendar(visits, days, broken, _find_no_baseline(reading, broken))


def _find_broken(reading: Reading, days: dict[int, tuple[date, date]]) -> dict[int, NotEvaluable]:
    """Visits with findings of nobody's lesion, or out of order."""
    broken = {}
    ids = {lesion.id for lesion in reading.lesions}
    twice = len(ids) != len(reading.lesions)
    latest = None
    for visit in sorted(days):
        because = _why_broken(reading, visit, ids)
        if twice:
            because = "two lesions have one identifier"
        if visit < 0 or (latest is not None and days[visit][0] <= latest):
            before = visit < 0 or (0 in days and days[visit][0] <= days[0][1])
            because = f"visit {visit} lies {'before the baseline' if before else 'not after the visit before it'}"
        if because is None:
            latest = days[visit][1]
        else:
            broken[visit] = NotEvaluable(Why.CONFLICT, because, needs=("the right day or visit",))
    return broken


def _why_broken(reading: Reading, visit: int, ids: set[str]) -> str | None:
    """Why the findings of a visit cannot be told apart."""
    findings = [finding for found in reading.by_visit[visit].values() for finding in found]
    if any(finding.lesion not in ids for finding in findings):
        return f"visit {visit} has a finding of a lesion that is not listed"
    if any(finding.reader not in ("", reading.reader) for finding in findings):
        return f"visit {visit} has a finding of another reader"
    return None


def _find_no_baseline(reading: Reading, broken: dict[int, NotEvaluable]) -> NotEvaluable | None:
    """Why the targets have no baseline sum."""
    if 0 not in reading.by_visit:
        return NotEvaluable(Why.NO_BASELINE, "there is no baseline visit", needs=("findings at baseline",))
    if 0 in broken:
        return broken[0]
    for lesion in reading.with_role(Role.TARGET):
        size = find_size(reading, lesion, 0)
        if isinstance(size, NotEvaluable) and size.why is not Why.NOT_ASSESSED:
            return size
        if isinstance(size, NotEvaluable) or size.mm == 0:
            why = f"target {lesion.id} has no diameter at baseline, and a lesion that appears later is a new one"
            return NotEvaluable(Why.NO_BASELINE, why, needs=(f"lesion {lesion.id} at baseline, or as a new lesion",))
    return None


def check_reading(reading: Reading) -> tuple[Fault, ...]:
    """
    Every fault of a reading, in the order of lesions and visits: nothing is mended, and nothing raised.

    Faults of the choice of targets are for `check_targets`.
    """
    calendar = find_calendar(reading)
    faults = []
    for name, times in Counter(lesion.id for lesion in reading.lesions).items():
        if times > 1:
            faults.append(
                Fault(f"lesion {name}", f"listed {times} times", "Give each lesion an identifier of its own.")
            )
    for visit, cause in sorted(calendar.broken.items()):
        faults.append(Fault(f"visit {visit}", cause.because, f"Give {cause.needs[0]}."))
    for lesion in reading.lesions:
        faults.extend(_faults_of(reading, lesion))
    if 0 not in reading.by_visit:
        faults.append(Fault("visit 0", "there is no baseline visit", "Record the findings at baseline as visit 0."))
    return tuple(faults)


def _faults_of(reading: Reading, lesion: Lesion) -> Iterator[Fault]:
    """What is wrong with the findings of one lesion."""
    for visit in sorted(reading.by_visit):
        where = f"lesion {lesion.id}, visit {visit}"
        finding = find_one(reading, lesion, visit)
        if isinstance(finding, NotEvaluable):
            if finding.why is not Why.NOT_ASSESSED:
                yield Fault(where, finding.because, "Correct the record, or say which one counts.")
            elif visit == 0 and lesion.role is not Role.NEW:
                yield Fault(where, "no finding at baseline", "Record it at baseline, or follow it as a new lesion.")
            continue
        if finding.state not in STATES_OF[lesion.role]:
            yield Fault(where, f"a {lesion.role} lesion cannot be {finding.state}", "Give a state that it can have.")
        elif lesion.role is Role.TARGET:
            size = find_size(reading, lesion, visit)
            if isinstance(size, NotEvaluable) and size.why in (Why.CONFLICT, Why.IMPLAUSIBLE, Why.NEVER_MEASURED):
                yield Fault(where, size.because, "Correct the diameter.")
            elif visit == 0 and not isinstance(size, NotEvaluable) and size.mm == 0:
                yield Fault(where, "a target that appears after baseline", "Follow it as a new lesion.")
        elif lesion.role is Role.NEW and visit == 0 and finding.state != State.ABSENT:
            yield Fault(where, "a new lesion that is there at baseline", "Follow it as a target or non-target.")
        elif lesion.role is Role.NON_TARGET and visit == 0 and finding.state == State.ABSENT:
            yield Fault(where, "a non-target that is absent at baseline", "Follow it as a new lesion.")
