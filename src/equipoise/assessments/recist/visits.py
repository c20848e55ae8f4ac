"""Response at every visit of one reading: targets, non-targets, new lesions, overall.

The published tables that combine them are in `categories`; best response over visits and the day of progression are
for `best`. Visits before and after surgery come here as two readings, made by `surgery`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.recist.categories import Disease, Response, combine_responses
from equipoise.assessments.recist.lesions import CLARIFIED, PAPER, Reading, Role
from equipoise.assessments.recist.new_lesions import NewLesionCourse, NewLesions, judge_new_lesions
from equipoise.assessments.recist.non_targets import judge_non_targets
from equipoise.assessments.recist.policy import CompleteThenPartial, NodeAfterComplete, PartialThenLess, Policy
from equipoise.assessments.recist.series import Calendar, find_calendar
from equipoise.assessments.recist.sums import TargetSum, sum_targets

LEAST_RISE_MM = Decimal(5)


@dataclass(frozen=True)
class VisitResponse:
    """
    One visit after baseline, judged.

    `sum_mm` and `nadir_mm` in mm; the nadir is the smallest complete sum before this visit, baseline included. The
    changes are fractions: -3/10 is 30 % less. `target` and `non_target` are NED where there was no such lesion at
    baseline. `overall` knows what later visits confirmed; `overall_then` is what could be said on the day. `told_on`
    is the day from which progression at this visit could be told, None without it.
    """

    visit: int
    first_day: date
    last_day: date
    sum_mm: Answer[Decimal]
    nadir_mm: Answer[Decimal]
    from_baseline: Answer[Fraction]
    from_nadir: Answer[Fraction]
    target: Answer[Response]
    non_target: Answer[Response]
    new_lesions: Answer[NewLesions]
    overall: Answer[Response]
    overall_then: Answer[Response]
    told_on: date | None = None

    @property
    def response(self) -> Response:
        """The overall response, NE for every cause."""
        return name_response(self.overall)


def name_response(answer: Answer[Response]) -> Response:
    """The published word for an answer: NE when there is none, whatever the cause."""
    return answer.value if isinstance(answer, Assessed) else Response.NE


@dataclass
class _Course:
    """What earlier visits leave behind: the sum at baseline and the smallest, None without a baseline sum."""

    references: tuple[TargetSum, TargetSum] | None
    had_complete: bool = False
    partial_days: list[date] = field(default_factory=list)


def judge_visits(reading: Reading, *, policy: Policy, until: date | None = None) -> tuple[VisitResponse, ...]:
    """
    Response at each visit after baseline, in the order of visits.

    Visits that end after `until` are not judged; that they confirm an equivocal new lesion is still known.

    Targets: complete when all are gone and all nodes below 10 mm; progression at +20 % and +5 mm against the smallest
    sum, baseline included; partial at -30 % against baseline; otherwise stable [1]_. With a target missing, progression
    still stands when the rest alone gives it; otherwise not evaluable. After an overall complete response a lesion
    that is there again is progression; nodes by the policy [2]_. Complete is asked first: a sum of normal nodes may
    grow. A visit whose days contradict the others is not evaluable and sets no nadir.

    References
    ----------
    .. [1] Eisenhauer EA et al. Eur J Cancer 2009;45:228-247, sections 4.3 and 4.4, tables 1 and 2, and frequently asked
       questions.
    .. [2] Schwartz LH et al. RECIST 1.1: update and clarification. Eur J Cancer 2016;62:132-137; EORTC, questions and
       clarifications.
    """
    calendar = find_calendar(reading)
    new_lesions = judge_new_lesions(reading, calendar)
    course = _start(reading, calendar)
    judged = []
    for visit in (visit for visit in calendar.visits if until is None or calendar.days[visit][1] <= until):
        if visit in calendar.broken:
            judged.append(leave_open(visit, calendar.days[visit], calendar.broken[visit]))
            continue
        response = _judge_visit(reading, policy, calendar, visit, course, new_lesions)
        course.had_complete = course.had_complete or response.response is Response.CR
        judged.append(response)
    return tuple(judged)


def find_disease(reading: Reading) -> Disease:
    """Which lesions there are at baseline: it chooses the table."""
    if reading.with_role(Role.TARGET):
        return Disease.TARGET
    return Disease.NON_TARGET_ONLY if reading.with_role(Role.NON_TARGET) else Disease.NONE


def _start(reading: Reading, calendar: Calendar) -> _Course:
    if not reading.with_role(Role.TARGET) or calendar.no_baseline is not None:
        return _Course(None)
    baseline = sum_targets(reading, 0)
    return _Course((baseline, baseline))


def leave_open(visit: int, days: tuple[date, date], cause: NotEvaluable) -> VisitResponse:
    """A visit of which nothing can be said, for one cause."""
    return VisitResponse(visit, *days, cause, cause, cause, cause, cause, cause, cause, cause, cause)


def _judge_visit(
    reading: Reading, policy: Policy, calendar: Calendar, visit: int, course: _Course, new_lesions: NewLesionCourse
) -> VisitResponse:
    first, last = calendar.days[visit]
    is_strict = course.had_complete and policy.complete_then_partial is not CompleteThenPartial.WAS_PARTIAL
    non_target = judge_non_targets(reading, visit, reappearance_is_progression=is_strict)
    now, then = new_lesions.now[visit], new_lesions.then[visit]
    if course.references is None:
        cause = calendar.no_baseline or NotEvaluable(Why.NO_BASELINE, "there were no targets at baseline")
        has_targets = find_disease(reading) is Disease.TARGET
        target: Answer[Response] = cause if has_targets else Assessed(Response.NED, (), PAPER)
        numbers: _Numbers = (cause, cause, cause, cause)
    else:
        sums = sum_targets(reading, visit)
        numbers = _compare(sums, *course.references)
        continues = policy.partial_then_less is PartialThenLess.CONTINUES and _was_partial(policy, course.partial_days)
        is_back = is_strict and _is_back(reading, policy, sums)
        target = _judge_targets(sums, course.references, is_back=is_back, continues=continues)
        _remember(course, sums, target, last)
    overall = _combine(find_disease(reading), target, non_target, now)
    overall_then = _combine(find_disease(reading), target, non_target, then)
    told_on = find_told_on(overall, overall_then, last, new_lesions.told_on.get(visit))
    return VisitResponse(visit, first, last, *numbers, target, non_target, now, overall, overall_then, told_on)


def find_told_on(
    overall: Answer[Response], overall_then: Answer[Response], last_day: date, confirmed_on: date | None
) -> date | None:
    """The day from which progression at a visit could be told: of the visit itself, or of what confirmed it later."""
    if name_response(overall) is not Response.PD:
        return None
    return last_day if name_response(overall_then) is Response.PD else confirmed_on


_Numbers = tuple[Answer[Decimal], Answer[Decimal], Answer[Fraction], Answer[Fraction]]


def _compare(sums: TargetSum, baseline: TargetSum, nadir: TargetSum) -> _Numbers:
    """Sum, nadir, and change from baseline and from nadir."""
    smallest = Assessed(nadir.mm, nadir.evidence, PAPER)
    if not sums.is_complete:
        because = "; ".join(cause.because for cause in sums.missing)
        missing = NotEvaluable(sums.missing[0].why, because, sums.evidence)
        return missing, smallest, missing, missing
    return Assessed(sums.mm, sums.evidence, PAPER), smallest, _change(sums, baseline), _change(sums, nadir)


def _change(sums: TargetSum, before: TargetSum) -> Answer[Fraction]:
    """The change of a sum as a part of an earlier one."""
    evidence = _join(before, sums)
    if before.mm == 0:
        return NotEvaluable(Why.NO_BASELINE, "the sum before is 0 mm, and no change is a part of nothing", evidence)
    return Assessed(Fraction(sums.mm) / Fraction(before.mm) - 1, evidence, PAPER)


def _join(*sums: TargetSum) -> tuple[Input, ...]:
    """The evidence of several sums, each finding once."""
    return tuple(dict.fromkeys(item for one in sums for item in one.evidence))


def _judge_targets(
    sums: TargetSum, references: tuple[TargetSum, TargetSum], *, is_back: bool, continues: bool
) -> Answer[Response]:
    """
    Response of the targets at a visit; the conditions stand in the order in which they decide.

    `references` are the sums at baseline and the smallest; `is_back` says that a lesion is there again after
    a complete response, `continues` that a partial response goes on until progression.
    """
    baseline, nadir = references
    evidence = _join(baseline, nadir, sums)
    if sums.is_complete and not sums.present:
        return Assessed(Response.CR, evidence, PAPER)
    if is_back:
        return Assessed(Response.PD, evidence, CLARIFIED, ("a lesion is there again after a complete response",))
    if has_progressed(sum_mm=sums.mm, nadir_mm=nadir.mm):
        notes = () if sums.is_complete else ("the lesions that were assessed give progression without the others",)
        return Assessed(Response.PD, evidence, PAPER, notes)
    if not sums.is_complete:
        because = "; ".join(cause.because for cause in sums.missing)
        return NotEvaluable(sums.missing[0].why, because, sums.evidence)
    if is_partial(sum_mm=sums.mm, baseline_mm=baseline.mm):
        return Assessed(Response.PR, evidence, PAPER)
    if continues:
        note = "no longer 30 % below baseline, and partial until progression by the policy of the protocol"
        return Assessed(Response.PR, evidence, CLARIFIED, (note,))
    return Assessed(Response.SD, evidence, PAPER)


def has_progressed(*, sum_mm: Decimal, nadir_mm: Decimal) -> bool:
    """
    Whether a sum is progression against the smallest: at least 20 % and at least 5 mm more. [mm]

    Examples
    --------
    >>> has_progressed(sum_mm=Decimal(24), nadir_mm=Decimal(20))
    False
    >>> has_progressed(sum_mm=Decimal(30), nadir_mm=Decimal(25))
    True
    """
    return 5 * sum_mm >= 6 * nadir_mm and sum_mm - nadir_mm >= LEAST_RISE_MM


def is_partial(*, sum_mm: Decimal, baseline_mm: Decimal) -> bool:
    """Whether a sum is at least 30 % below baseline. [mm]"""
    return 10 * sum_mm <= 7 * baseline_mm


def _is_back(reading: Reading, policy: Policy, sums: TargetSum) -> bool:
    """Whether a target that was gone is there again; nodes only where the policy says that 10 mm is enough."""
    nodes = {lesion.id for lesion in reading.with_role(Role.TARGET) if lesion.is_node}
    counts_nodes = policy.node_after_complete is NodeAfterComplete.AT_10_MM
    return any(counts_nodes or name not in nodes for name in sums.present)


def _was_partial(policy: Policy, days: Sequence[date]) -> bool:
    """Whether there was a partial response before, confirmed where the protocol asks for it."""
    if not days:
        return False
    return not policy.must_confirm or days[-1] - days[0] >= policy.confirmed_after


def _remember(course: _Course, sums: TargetSum, target: Answer[Response], last_day: date) -> None:
    """Leave the nadir and the partial responses for later visits."""
    if course.references is not None and sums.is_complete and sums.mm < course.references[1].mm:
        course.references = (course.references[0], sums)
    response = name_response(target)
    if response in (Response.CR, Response.PR):
        course.partial_days.append(last_day)
    elif response in (Response.SD, Response.PD):
        course.partial_days.clear()


def _combine(
    disease: Disease, target: Answer[Response], non_target: Answer[Response], new: Answer[NewLesions]
) -> Answer[Response]:
    """Overall response by the published tables, with the evidence of its parts."""
    is_new = isinstance(new, Assessed) and new.value is NewLesions.CONFIRMED
    response = combine_responses(
        target=Response.NE if disease is not Disease.TARGET else name_response(target),
        non_target=Response.NED if disease is Disease.NONE else name_response(non_target),
        has_new_lesion=is_new,
        disease=disease,
    )
    if response is not Response.PD and isinstance(new, NotEvaluable):
        return new
    if response is Response.NE:
        cause = non_target if disease is Disease.NON_TARGET_ONLY else target
        assert isinstance(cause, NotEvaluable)
        return cause
    parts = [part for part in (target, non_target, new) if isinstance(part, Assessed)]
    inputs = tuple(dict.fromkeys(item for part in parts for item in part.inputs))
    notes = tuple(note for part in parts for note in part.notes)
    if isinstance(new, Assessed) and new.value is NewLesions.EQUIVOCAL:
        notes += ("an equivocal new lesion is no progression; if it is confirmed, it is so from this visit",)
    return Assessed(response, inputs, PAPER, notes)
