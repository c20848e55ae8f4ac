"""What the forms of one subject say as facts of an analysis: steps given, readings, adverse events, deviations, values.

Decides which form makes which fact. A file comes with what counts alone (`dated_by`).
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from decimal import Decimal

from equipoise.analysis.facts import (
    OTHER_READER,
    UNPROVEN_READER,
    Absorbed,
    AdverseEvent,
    Complication,
    Entries,
    Given,
    Held,
    LabValue,
    Left,
)
from equipoise.assessments.recist.lesions import Reading
from equipoise.conduct.calendar import DueState, make_calendar
from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.adverse_event import FATAL_GRADE, ActionTaken, AdverseEventForm, Outcome, Seriousness
from equipoise.conduct.forms.assessment import AssessmentForm, ReaderKind, reading_of
from equipoise.conduct.forms.base import Form
from equipoise.conduct.forms.concepts import concepts_of
from equipoise.conduct.forms.dose import DoseForm
from equipoise.conduct.forms.dosimetry import DosimetryForm
from equipoise.conduct.forms.fields import split_coding
from equipoise.conduct.forms.medication import MedicationForm
from equipoise.conduct.forms.operation import OperationForm
from equipoise.conduct.forms.results import ResultsForm
from equipoise.conduct.forms.visit import VisitForm
from equipoise.conduct.history import History, StepDone
from equipoise.conduct.raised import RaisedKind
from equipoise.operations.office.files import Entered, SubjectFile
from equipoise.protocol.deviations import DeviationClass
from equipoise.protocol.plan import ActivityKind, CourseKind, Plan
from equipoise.records.tables import EventStatus

SEEN = frozenset(
    {
        FormKind.DOSE,
        FormKind.OPERATION,
        FormKind.RESULTS,
        FormKind.ADVERSE_EVENT,
        FormKind.ADVERSE_EVENT_REVIEW,
        FormKind.ASSESSMENT,
        FormKind.DOSIMETRY,
        FormKind.MEDICATION,
        FormKind.VISIT,
    }
)
"""Forms that nobody could fill in of somebody who is not alive; a decision or a deviation may be written without."""


def dated_by(file: SubjectFile, day: date) -> SubjectFile:
    """A file without what is dated after a day; items go with the entry that raised them, states with their day."""
    entered = {each.id: each for each in file.entered.values() if each.form is not None and each.form.on <= day}
    later = set(file.entered) - set(entered)
    items = {item.id: item for item in file.items.values() if item.at.date() <= day and item.entry not in later}
    stood = tuple(each for each in file.stood if each.on <= day)
    released = tuple(each for each in file.released if each.on <= day)
    held = tuple(each for each in file.held if each.on <= day)
    return replace(file, entered=entered, items=items, stood=stood, released=released, held=held)


def given_of(file: SubjectFile, plan: Plan | None, day: date = date.max) -> tuple[Given, ...]:
    """Doses and operations by their day, with complications up to a day; a dose of which nothing was given is none."""
    return tuple(sorted(_given(file, plan, day), key=lambda each: (each.on, each.entries)))


def _given(file: SubjectFile, plan: Plan | None, day: date) -> Iterator[Given]:
    for entered in file.forms:
        form = entered.form
        if not isinstance(form, DoseForm | OperationForm):
            continue
        done = form.done(entered.id, plan)
        if not isinstance(done, StepDone):
            continue
        course = None if plan is None else plan.course_of(form.step)
        amount = None if course is None else course.amount
        yield Given(
            step=form.step,
            course="" if course is None else course.id,
            on=form.on,
            is_dose=isinstance(form, DoseForm),
            amount=done.amount,
            full_amount=None if amount is None or not amount.levels else amount.levels[0].amount,
            tolerance_percent=Decimal(0) if amount is None else amount.tolerance_percent,
            removed=() if isinstance(form, DoseForm) else form.removed,
            complications=() if isinstance(form, DoseForm) else _complications(entered, form, day),
            # Complications stand beside the fields, for of them only those up to the day count.
            fields={name: value for name, value in form.to_json().items() if name != "complications"},
            entries=_entries(entered),
        )


def _complications(entered: Entered, form: OperationForm, day: date) -> tuple[Complication, ...]:
    """Those that began up to a day, and those of which nobody said when."""
    return tuple(
        Complication(each.term, each.grade, each.on, each.is_disabling, _entries(entered))
        for each in form.complications
        if each.on is None or each.on <= day
    )


def held_of(file: SubjectFile, plan: Plan | None) -> tuple[Held, ...]:
    """Steps that were held, in the order of the log; each time once."""
    return tuple(
        Held(
            step=each.step,
            course=_course_id(plan, each.step),
            on=each.on,
            answer=each.action.value,
            why=each.why,
            entries=(each.seq,),
        )
        for each in file.held
    )


def _course_id(plan: Plan | None, step: str) -> str:
    course = None if plan is None else plan.course_of(step)
    return "" if course is None else course.id


def _entries(entered: Entered) -> Entries:
    """The event in which a form was recorded, and that of its last amendment."""
    return tuple(dict.fromkeys((int(entered.id), entered.seq)))


def absorbed_of(file: SubjectFile) -> tuple[Absorbed, ...]:
    """The dose of each organ in each cycle, in the order in which they were recorded."""
    return tuple(
        Absorbed(
            step=entered.form.step,
            organ=organ.organ,
            on=entered.form.on,
            dose_gy=organ.absorbed_dose,
            uncertainty_percent=organ.uncertainty_percent,
            entries=_entries(entered),
        )
        for entered in file.forms
        if isinstance(entered.form, DosimetryForm)
        for organ in entered.form.organs
    )


def readings_of(file: SubjectFile) -> tuple[Mapping[str, Reading], Mapping[str, Entries]]:
    """
    The readings of the site as one, and of the masked readers that of the one who read most visits as `masked`.

    A site is one reader, whoever sat at the screen. Masked readers are never mixed: the others stand beside, each by
    name (`OTHER_READER`), so that nothing is lost and the analysis can say so. A masked reading is one that a masked
    reader has entered; what a site enters as such is neither that nor its own (`UNPROVEN_READER`), and stands apart.
    """
    by_kind: dict[str, list[tuple[Entered, AssessmentForm]]] = {}
    for entered in file.forms:
        if isinstance(entered.form, AssessmentForm):
            by_kind.setdefault(_reader_of(entered, entered.form), []).append((entered, entered.form))
    others = [kind for kind in by_kind if kind.startswith(OTHER_READER)]
    if others:
        first = max(sorted(others), key=lambda kind: len(by_kind[kind]))
        by_kind[ReaderKind.MASKED.value] = by_kind.pop(first)
    readings = {kind: reading_of((entered.id, form) for entered, form in forms) for kind, forms in by_kind.items()}
    entries = {kind: tuple(n for entered, _ in forms for n in _entries(entered)) for kind, forms in by_kind.items()}
    return {kind: reading for kind, reading in readings.items() if reading is not None}, entries


def _reader_of(entered: Entered, form: AssessmentForm) -> str:
    if form.reader_kind is ReaderKind.SITE:
        return ReaderKind.SITE.value
    return f"{OTHER_READER if entered.is_masked else UNPROVEN_READER}{form.reader}"


def planned_scans_of(plan: Plan, history: History, day: date) -> tuple[tuple[date, date], ...]:
    """The days on which a repeating tumour assessment was due, with the last day on which each was on time."""
    repeating = {each.id for each in plan.activities if each.kind is ActivityKind.ASSESSMENT and each.repeats}
    return tuple(
        (due.due_on, due.closes_on)
        for due in make_calendar(plan, history, day)
        if due.item in repeating
        and due.due_on is not None
        and due.closes_on is not None
        and due.due_on <= day
        and due.state is not DueState.CANCELLED
    )


def new_therapy_of(file: SubjectFile, plan: Plan | None, randomised_on: date, kinds: AbstractSet[str]) -> date | None:
    """
    The first day after randomisation of a therapy of the tumour that is not the arm's.

    Parameters
    ----------
    kinds
        The concepts that the analysis plan counts. An operation that the arm plans is none, whatever they are.
    """
    own = () if plan is None or file.arm is None else plan.courses_of(file.arm)
    counted = kinds - {course.concept for course in own if course.kind is CourseKind.OPERATION}
    days = [
        each.form.on
        for each in file.forms
        if each.form is not None and each.form.on >= randomised_on and _is_new_therapy(each.form, file, plan, counted)
    ]
    return min(days, default=None)


def _is_new_therapy(form: Form, file: SubjectFile, plan: Plan | None, kinds: AbstractSet[str]) -> bool:
    """A dose of another arm's course always counts, an operation of one where operations of its concept do."""
    if isinstance(form, MedicationForm):
        coded = frozenset() if form.code is None else concepts_of(*split_coding(form.code))
        named = frozenset({form.concept} if form.concept else ())
        return form.status is EventStatus.PRESENT and bool(kinds & (coded | named))
    if isinstance(form, VisitForm):
        return form.concept in kinds
    if isinstance(form, DoseForm | OperationForm):
        course = None if plan is None else plan.course_of(form.step)
        if course is None or file.arm in course.arms:
            return False
        return form.net != Decimal(0) if isinstance(form, DoseForm) else course.concept in kinds
    return False


def adverse_events_of(file: SubjectFile, day: date) -> tuple[AdverseEvent, ...]:
    """Adverse events by their first day, with the worst grade signed for a day up to the cut."""
    found = [(each, each.form) for each in file.forms if isinstance(each.form, AdverseEventForm)]
    return tuple(
        AdverseEvent(
            term=form.ctcae_term or form.term,
            category=form.category.value,
            on=form.on,
            end=form.end if form.end is not None and form.end <= day else None,
            worst_grade=_worst_grade(form, day),
            is_serious=_is_serious(form, day),
            is_related=form.is_related,
            entries=_entries(entered),
            action="" if form.action is ActionTaken.NOT_KNOWN else form.action.value,
            outcome=_outcome(form, day),
            serious=_serious(form, day),
            is_judged=form.relation is not None,
        )
        for entered, form in sorted(found, key=lambda pair: (pair[1].on, int(pair[0].id)))
    )


def _outcome(form: AdverseEventForm, day: date) -> str:
    """How it ended; nothing of one that ended after the day, when nobody could know it yet."""
    return "" if form.outcome is Outcome.NOT_KNOWN or _ends_after(form, day) else form.outcome.value


def _serious(form: AdverseEventForm, day: date) -> tuple[str, ...]:
    """What makes it serious; no death that came after the day."""
    later = {Seriousness.DEATH} if _ends_after(form, day) else set()
    return tuple(sorted(each.value for each in form.serious if each not in later))


def _is_serious(form: AdverseEventForm, day: date) -> bool:
    """By what was ticked, or by a death up to the day."""
    is_fatal = _outcome(form, day) == Outcome.FATAL.value or _worst_grade(form, day) == FATAL_GRADE
    return is_fatal or bool(_serious(form, day))


def _ends_after(form: AdverseEventForm, day: date) -> bool:
    return form.end is not None and form.end > day


def _worst_grade(form: AdverseEventForm, day: date) -> int | None:
    changes = tuple(change for change in form.changes if change.on <= day)
    return form.model_copy(update={"changes": changes}).worst_grade


def deviations_of(file: SubjectFile) -> tuple[Left, ...]:
    """
    Deviations in the order in which they were raised, on the day of the form that raised them.

    Left out is what never took place: raised by an entry that was struck out or corrected (a correction raises again
    what is still true), or classed so by a person.
    """
    raised = [item for item in file.items.values() if item.raised.kind is RaisedKind.DEVIATION]
    found = [item for item in raised if file.stands(item) and item.severity != DeviationClass.ENTERED_IN_ERROR]
    return tuple(
        Left(item.raised.code, _day_of(file, item.entry, item.at.date()), item.severity, (_seq(item.id),))
        for item in found
    )


def _day_of(file: SubjectFile, entry: str | None, day: date) -> date:
    entered = file.entered.get(entry or "")
    return day if entered is None or entered.form is None else entered.form.on


def _seq(item: str) -> int:
    """Items are numbered after the event that raised them."""
    return int(item.partition(".")[0])


def labs_of(file: SubjectFile) -> tuple[LabValue, ...]:
    """Values as reported, in the order of their days."""
    found = [(each, each.form) for each in file.forms if isinstance(each.form, ResultsForm)]
    return tuple(
        LabValue(
            result.concept or result.code or result.text or "",
            form.on,
            result.value,
            result.unit,
            _entries(entered),
            result.range_low,
            result.range_high,
        )
        for entered, form in sorted(found, key=lambda pair: (pair[1].on, int(pair[0].id)))
        for result in form.results
    )
