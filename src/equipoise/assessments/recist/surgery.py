"""Surgery between scans: response is read before it, progression after it from a baseline of its own.

Removing a lesion is no response. Planned surgery is protocol therapy; whether it happened, and when, is recorded
elsewhere and an argument here. RECIST 1.1 is silent on all of it: what the protocol must say is `SurgeryRule`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.recist.categories import Response
from equipoise.assessments.recist.lesions import (
    LEAST_TARGET_NODE_MM,
    NORMAL_NODE_BELOW_MM,
    STATES,
    Finding,
    Lesion,
    Reading,
    Role,
    Scan,
    State,
)
from equipoise.assessments.recist.new_lesions import NewLesions, judge_new_lesions
from equipoise.assessments.recist.policy import Policy
from equipoise.assessments.recist.series import find_calendar
from equipoise.assessments.recist.sums import find_one
from equipoise.assessments.recist.visits import VisitResponse, find_told_on, judge_visits, leave_open
from equipoise.errors import EquipoiseError, Fault

RULE = "post-operative baseline as the protocol defines it; RECIST 1.1 does not"


class FirstSeenAfter(StrEnum):
    """What a lesion is that is first seen between the last scan before surgery and the new baseline, that included."""

    PROGRESSION = "progression"
    BASELINE_DISEASE = "baseline-disease"


@dataclass(frozen=True, kw_only=True)
class SurgeryRule:
    """
    Which scan is the new baseline: the first at least so many days after surgery and at most so many. [d]

    A new lesion that is confirmed by then is progression, or disease of the new baseline, as the protocol says.
    """

    from_day: int
    until_day: int
    first_seen: FirstSeenAfter

    def __post_init__(self) -> None:
        """Refuse a window that no scan can meet."""
        if not 0 < self.from_day <= self.until_day:
            what = f"from day {self.from_day} until day {self.until_day} after surgery"
            fault = Fault("post-operative baseline", what, "Give a first day after surgery, and a last not before it.")
            raise EquipoiseError("The window of the post-operative baseline is empty.", [fault])


@dataclass(frozen=True)
class Surgery:
    """
    One operation: its day and the lesions that it removed.

    `targets_after` are the lesions chosen as targets at the new baseline; None keeps those that were and were not
    removed.
    """

    day: date
    removed: tuple[str, ...]
    targets_after: tuple[str, ...] | None = None


@dataclass(frozen=True)
class AroundSurgery:
    """
    A reading in two parts.

    `before` are the visits at which response is read; `baseline` is the day of the new baseline; `after` are the
    visits that follow surgery, judged for progression only: a smaller sum there is no response to what came before.
    """

    before: tuple[VisitResponse, ...]
    baseline: Answer[date]
    after: tuple[VisitResponse, ...]

    @property
    def all_visits(self) -> tuple[VisitResponse, ...]:
        """All of them, for `find_progression`; never for the best response."""
        return self.before + self.after


def judge_around_surgery(reading: Reading, surgery: Surgery, *, rule: SurgeryRule, policy: Policy) -> AroundSurgery:
    """
    Judge the visits before surgery against the first baseline, and those after it against a new one.

    The nadir starts again at the new baseline. A lesion that was removed, or is absent there, leaves the sum; when it
    is seen later it is recurrence, and counts as a new lesion. With nothing left, every visit is NED until something
    appears. A visit before the window, and every visit when no scan falls into it, is not evaluable, but for a new
    lesion where the rule calls that progression.
    """
    days = find_calendar(reading).days
    before = judge_visits(reading, policy=policy, until=surgery.day - timedelta(days=1))
    later = sorted(visit for visit, (_, last) in days.items() if last >= surgery.day)
    baseline = _find_baseline(reading, surgery, rule, later)
    if isinstance(baseline, NotEvaluable):
        return AroundSurgery(before, baseline, _judge_gap(reading, surgery, rule, later, later, baseline))
    new_start = baseline.value
    early = [visit for visit in later if visit <= new_start]
    cause = NotEvaluable(Why.NO_BASELINE, "before the window of the post-operative baseline")
    gap = _judge_gap(reading, surgery, rule, later, early, cause)
    gap = tuple(one for one in gap if one.visit < new_start or one.response is Response.PD)
    renewed = judge_visits(_renew(reading, surgery, rule, new_start), policy=policy)
    after = tuple(replace(one, visit=one.visit + new_start) for one in renewed)
    return AroundSurgery(before, baseline.map(lambda visit: days[visit][1]), gap + after)


def _find_baseline(reading: Reading, surgery: Surgery, rule: SurgeryRule, later: Sequence[int]) -> Answer[int]:
    """The visit that is the new baseline: the first whose scans all fall into the window."""
    calendar = find_calendar(reading)
    earliest = surgery.day + timedelta(days=rule.from_day)
    latest = surgery.day + timedelta(days=rule.until_day)
    for visit in later:
        first, last = calendar.days[visit]
        if visit not in calendar.broken and earliest <= first and last <= latest:
            inputs = (Input("surgery", "day", surgery.day), Input("post-operative baseline", f"visit {visit}", last))
            return Assessed(visit, inputs, RULE)
    why = f"no scan from {rule.from_day} to {rule.until_day} days after surgery"
    return NotEvaluable(Why.NO_BASELINE, why, (Input("surgery", "day", surgery.day),), ("a scan in the window",))


def _judge_gap(
    reading: Reading,
    surgery: Surgery,
    rule: SurgeryRule,
    later: Sequence[int],
    asked: Sequence[int],
    cause: NotEvaluable,
) -> tuple[VisitResponse, ...]:
    """Visits after surgery that no baseline stands before: only a new lesion can be said of them."""
    lesions, findings = [], []
    for lesion in reading.lesions:
        was_seen = _was_confirmed_before(reading, surgery, lesion)
        if lesion.id in surgery.removed or (lesion.role is Role.NEW and not was_seen):
            lesions.append(replace(lesion, role=Role.NEW))
            found = [one for visit in later for one in reading.at(lesion.id, visit)]
            # On the day of the operation the lesion may not have been taken yet: its sight is no recurrence.
            findings += [_as_new(lesion, one) for one in found if lesion.role is Role.NEW or one.day > surgery.day]
    scans = tuple(Scan(visit, day) for visit in later for day in find_calendar(reading).days[visit])
    part = replace(reading, lesions=tuple(lesions), findings=tuple(findings), scans=scans)
    calendar = find_calendar(part)
    course = judge_new_lesions(part, calendar)
    gap = []
    for visit in asked:
        new = course.now.get(visit, cause)
        is_new = rule.first_seen is FirstSeenAfter.PROGRESSION
        overall, then = (
            one.map(lambda _: Response.PD) if is_new and _is_confirmed(one) and isinstance(one, Assessed) else cause
            for one in (new, course.then.get(visit, cause))
        )
        blank = leave_open(visit, calendar.days[visit], cause)
        told_on = find_told_on(overall, then, calendar.days[visit][1], course.told_on.get(visit))
        gap.append(replace(blank, new_lesions=new, overall=overall, overall_then=then, told_on=told_on))
    return tuple(gap)


def _is_confirmed(new: Answer[NewLesions]) -> bool:
    return isinstance(new, Assessed) and new.value is NewLesions.CONFIRMED


def _was_confirmed_before(reading: Reading, surgery: Surgery, lesion: Lesion) -> bool:
    """Whether a new lesion was unequivocal before surgery already."""
    return any(
        one.lesion == lesion.id and one.state == State.UNEQUIVOCAL and one.day < surgery.day for one in reading.findings
    )


def _renew(reading: Reading, surgery: Surgery, rule: SurgeryRule, new_start: int) -> Reading:
    """The same reading from the new baseline on, which becomes visit 0, with what each lesion is followed as then."""
    lesions, findings = [], []
    for lesion in reading.lesions:
        role = _role_after(reading, surgery, rule, lesion, new_start)
        lesions.append(replace(lesion, role=role))
        for visit in sorted(visit for visit in reading.by_visit if visit >= new_start):
            for one in reading.at(lesion.id, visit):
                turned = _as_new(lesion, one) if role is Role.NEW else _as_known(one)
                if visit > new_start or turned.state != State.EQUIVOCAL:
                    findings.append(replace(turned, visit=visit - new_start))
    days = find_calendar(reading).days
    scans = tuple(Scan(visit - new_start, day) for visit in days if visit >= new_start for day in days[visit])
    return replace(reading, lesions=tuple(lesions), findings=tuple(findings), scans=scans)


def _role_after(reading: Reading, surgery: Surgery, rule: SurgeryRule, lesion: Lesion, new_start: int) -> Role:
    """What a lesion is followed as from the new baseline on."""
    found = find_one(reading, lesion, new_start)
    state = None if isinstance(found, NotEvaluable) else _as_new(lesion, found).state
    if lesion.id in surgery.removed or state == State.ABSENT:
        return Role.NEW
    if lesion.role is Role.NEW:
        is_disease = state == State.UNEQUIVOCAL or (
            state == State.EQUIVOCAL and rule.first_seen is FirstSeenAfter.BASELINE_DISEASE
        )
        return Role.NON_TARGET if is_disease else Role.NEW
    if surgery.targets_after is not None:
        return Role.TARGET if lesion.id in surgery.targets_after else Role.NON_TARGET
    return lesion.role


def _as_new(lesion: Lesion, finding: Finding) -> Finding:
    """
    What is seen of a lesion that was removed or gone, in the words for a new one.

    A node below 10 mm is normal; below 15 mm it is equivocal (EORTC clarification "new lymph node lesions").
    """
    lengths = finding.parts_mm if finding.parts_mm else () if finding.mm is None else (finding.mm,)
    if lesion.role is Role.NEW or finding.state == State.NOT_ASSESSED or finding.state not in STATES:
        return finding
    if finding.state in (State.ABSENT, State.REMOVED) or (lesion.is_node and finding.state == State.TOO_SMALL):
        state = State.ABSENT
    elif not lengths or finding.state not in (State.MEASURED, State.SPLIT):
        state = State.UNEQUIVOCAL
    elif any(not length.is_finite() or length < 0 for length in lengths):
        return finding
    elif max(lengths) == 0 or (lesion.is_node and max(lengths) < NORMAL_NODE_BELOW_MM):
        state = State.ABSENT
    elif lesion.is_node and max(lengths) < LEAST_TARGET_NODE_MM:
        state = State.EQUIVOCAL
    else:
        state = State.UNEQUIVOCAL
    return replace(finding, state=state)


def _as_known(finding: Finding) -> Finding:
    """What is seen of a former new lesion, in the words for a non-target."""
    is_seen = finding.state in (State.EQUIVOCAL, State.UNEQUIVOCAL)
    return replace(finding, state=State.PRESENT) if is_seen else finding
