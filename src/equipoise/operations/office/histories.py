"""What a plan makes of a subject's file: its history for calendar, gates and dose rules, and its records to judge by.

Decides when treatment is over and since when a subject has left. What a form adds to a history or to the records is the
form's own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from equipoise.conduct.forms.adverse_event import AdverseEventForm, AdverseEventReviewForm
from equipoise.conduct.forms.base import Fact
from equipoise.conduct.forms.plausible import IMPLAUSIBLE, held_back
from equipoise.conduct.forms.stop import CourseStopForm
from equipoise.conduct.history import ActivityDone, Decided, History, StepDone
from equipoise.conduct.raised import RaisedKind
from equipoise.conduct.states import Participation, Treatment
from equipoise.conduct.toxicity_rows import toxicity_rows
from equipoise.operations.office.files import Entered, Stood, SubjectFile
from equipoise.protocol.plan import Course, Plan
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import Snapshot

T = TypeVar("T")
LEFT = (Participation.DIED, Participation.OFF_STUDY, Participation.COMPLETED, Participation.WITHDRAWN_FROM_ALL_CONTACT)
"""After which nothing of the plan is due any more."""
OVER = (Treatment.DISCONTINUED, Treatment.ENDED)


def history_of(file: SubjectFile, plan: Plan, *, without: str | None = None) -> History | None:
    """
    The history of an allocated subject; None before allocation.

    `without` leaves out an entry: what is amended is looked at as if it had not been entered.
    """
    if without is not None:
        return _make_history(file, plan, [each for each in file.forms if each.id != without])
    return _once(file.known, plan, lambda: _make_history(file, plan, file.forms))


def _make_history(file: SubjectFile, plan: Plan, forms: Sequence[Entered]) -> History | None:
    if file.arm is None or file.allocated_on is None:
        return None
    facts = [_fact(each, plan) for each in forms]
    steps = [fact for fact in facts if isinstance(fact, StepDone)]
    activities = [fact for fact in facts if isinstance(fact, ActivityDone)]
    decisions = sorted(
        (fact for fact in facts if isinstance(fact, Decided)), key=lambda made: (made.on, int(made.entry))
    )
    return History(
        arm=file.arm,
        randomised_on=file.allocated_on,
        steps=tuple(sorted(steps, key=lambda step: (step.on, int(step.entry)))),
        activities=tuple(sorted(activities, key=lambda done: (done.on, int(done.entry)))),
        decisions=tuple(decisions),
        stopped=(*_stopped(forms), *_ended_by_decision(decisions, plan)),
        treatment_over_on=since(file, lambda stood: stood.state.treatment in OVER),
        left_on=since(file, lambda stood: stood.state.participation in LEFT),
    )


def snapshot_of(file: SubjectFile, base: Snapshot, plan: Plan | None) -> Snapshot:
    """
    The records as they were last read, with the rows of every form that stands.

    An implausible value is no number while its query is open: it is confirmed by the answer, or corrected.
    """
    rows = {name: list(found) for name, found in base.records.rows.items()}
    asked = {item.entry for item in file.open_items(RaisedKind.QUERY) if item.raised.code == IMPLAUSIBLE}
    for entered in file.forms:
        assert entered.form is not None
        own = entered.form.rows(entered.id, file.subject, plan)
        for table, added in (held_back(own) if entered.id in asked else own).items():
            rows.setdefault(table, []).extend(added)
    events = [(each.id, each.form) for each in file.forms if isinstance(each.form, AdverseEventForm)]
    reviews = [(each.id, each.form) for each in file.forms if isinstance(each.form, AdverseEventReviewForm)]
    rows.setdefault("measurements", []).extend(toxicity_rows(file.subject, events, reviews))
    return replace(base, records=PatientRecords(base.records.patient, rows))


def is_treatment_over(history: History, plan: Plan) -> bool:
    """Whether every step that the arm plans was given, or its course was stopped or ended by a decision."""
    return all(is_course_over(history, course) for course in plan.courses_of(history.arm) if course.is_planned)


def is_course_over(history: History, course: Course) -> bool:
    """Whether nothing more of a course is to be given."""
    given = {step.step for step in history.steps}
    return given.issuperset(course.steps) or course.id in {stopped for stopped, _ in history.stopped}


def _stopped(forms: Iterable[Entered]) -> Iterator[tuple[str, date]]:
    for each in forms:
        if isinstance(each.form, CourseStopForm):
            yield each.form.course, each.form.on


def _ended_by_decision(decisions: Iterable[Decided], plan: Plan) -> Iterator[tuple[str, date]]:
    """The courses that the answer in force to a decision point ends."""
    in_force = {made.decision: made for made in decisions}
    for point in plan.decisions:
        made = in_force.get(point.id)
        ends = [option.ends for option in point.options if made is not None and option.id == made.option]
        for course in (course for each in ends for course in each):
            assert made is not None
            yield course, made.on


def _fact(entered: Entered, plan: Plan) -> Fact | None:
    """What a form adds to a history by a plan."""
    return _once(entered.known, plan, lambda: _make_fact(entered, plan))


def _once(known: dict[int, tuple[Plan, Any]], plan: Plan, make: Callable[[], T]) -> T:
    """What is made of something by a plan: made once, since neither ever changes."""
    kept = known.get(id(plan))
    if kept is None or kept[0] is not plan:
        kept = known[id(plan)] = plan, make()
    made: T = kept[1]
    return made


def _make_fact(entered: Entered, plan: Plan) -> Fact | None:
    assert entered.form is not None
    fact = entered.form.done(entered.id, plan)
    return replace(fact, was_released=entered.release is not None) if isinstance(fact, StepDone) else fact


def since(file: SubjectFile, holds: Callable[[Stood], bool]) -> date | None:
    """The day since which something holds of where a subject stands, None when it does not now."""
    day: date | None = None
    for stood in file.stood:
        day = (stood.on if day is None else day) if holds(stood) else None
    return day
