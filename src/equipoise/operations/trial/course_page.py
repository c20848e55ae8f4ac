"""The page of a treated subject at a door: gathered from the log for who may see treatment, and written privately.

Decides who may ask, what of the log stands on the page, and where it is written. How it looks is
`reporting.subject_page`. Nothing is written in the log: like a calendar the page only shows what stands there.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from equipoise.conduct.calendar import Due
from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.adverse_event import AdverseEventForm
from equipoise.conduct.history import History
from equipoise.errors import Fault, OutputError, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import known_subject, state_in
from equipoise.operations.office.event import Event
from equipoise.operations.office.files import Entered, SubjectFile, read_file
from equipoise.operations.office.histories import history_of, snapshot_of
from equipoise.operations.office.permissions import check_present
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Subject, Trial
from equipoise.operations.office.rulings import latest_snapshot
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.output import new_file
from equipoise.operations.trial.analytes import values_read
from equipoise.operations.trial.calendars import calendar_with_holds
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.event_words import FORM_WORDS, changed_words, form_words, release_words
from equipoise.operations.trial.masking import check_sees_treatment, may_see_of
from equipoise.reporting.subject_page import (
    AmendmentShown,
    AnswerShown,
    EntryShown,
    EventShown,
    ItemShown,
    StepShown,
    SubjectCourse,
    render_subject,
)


def write_course(door: Door, subject: str, out: Path, *, force: bool = False) -> None:
    """
    Write the page of a subject: one file, readable by its owner only.

    Raises
    ------
    RefusedError
        The person may not see treatment, or the subject is not allocated or its version has no plan.
    OutputError
        There is a file already, its name tells who the subject is, or it cannot be written.
    """
    with door.store.reading() as view:
        check_present(view, door.who)
        row = known_subject(view, subject)
        check_sees_treatment(door.who, row.site)
        _check_name(door, view, row, out)
        text = render_subject(_gather(door, view, row))
    with new_file(out, force=force) as work:
        work.write_text(text, encoding="utf-8")


def _check_name(door: Door, view: View, subject: Subject, out: Path) -> None:
    """A file is told of in lists, mails and backups: its name never says who a subject is."""
    if not may_see_of(door.who)(Visibility.IDENTITY, subject.site):
        return
    ids = [event.new("patient_id", Visibility.IDENTITY) for event in view.events(subject=subject.id)]
    if any(each and str(each).lower() in out.name.lower() for each in ids):
        fault = Fault("--out", "its name holds the identity of the subject", f"Call it {subject.id}.html.")
        raise OutputError("Nothing was written.", [fault])


def _gather(door: Door, view: View, subject: Subject) -> SubjectCourse:
    file = read_file(view, subject.id)
    resolved = None if subject.version is None else door.rules.resolved_plan(subject.version, subject.site)
    history = None if resolved is None else history_of(file, resolved.plan)
    if resolved is None or history is None:
        do = "A course begins with the allocation, on a version that has a plan."
        raise RefusedError("Nothing is shown.", [Fault(subject.id, "has no course of treatment", do)])
    trial, protocol = view.get(Trial, "trial"), door.rules.protocol
    assert trial is not None
    events = list(view.events(subject=subject.id))
    today = door.today_at(view, subject.site)
    dues = calendar_with_holds(resolved.plan, history, file, today)
    answers = _answers(events)
    snapshot = snapshot_of(file, latest_snapshot(view, subject), resolved.plan)
    return SubjectCourse(
        subject=subject.id,
        trial=f"{trial.protocol}: {trial.title}",
        registry_sentence=protocol.registry_status_at(today).sentence,
        is_training=trial.kind == "training",
        version=str(subject.version),
        arm=_arm(door, subject, history),
        state=state_in(view, subject).label,
        allocated_on=history.randomised_on,
        as_of=today,
        dues=dues,
        steps=tuple(_steps(dues, file, history, answers)),
        entries=tuple(_entries(file)),
        values=values_read(resolved, snapshot, history.arm, history.randomised_on),
        adverse_events=tuple(_adverse_events(file)),
        items=tuple(
            ItemShown(item.id, item.raised.kind.value, item.at.date(), item.raised.words)
            for item in file.items.values()
            if item.is_open
        ),
        amendments=tuple(_amendments(events)),
        others=tuple(shown for step, found in answers.items() if step not in _planned(dues) for shown in found),
    )


def _arm(door: Door, subject: Subject, history: History) -> str | None:
    if not may_see_of(door.who)(Visibility.ARM, subject.site):
        return None
    labels = {arm.id: arm.label for arm in door.rules.protocol.arms}
    return f"{history.arm}: {labels[history.arm]}" if history.arm in labels else history.arm


def _planned(dues: tuple[Due, ...]) -> set[str]:
    return {due.item for due in dues if due.is_step}


def _answers(events: list[Event]) -> dict[str, list[AnswerShown]]:
    """The releases and holds of each step."""
    answers: dict[str, list[AnswerShown]] = {}
    for event in events:
        if event.entry.act in (Act.RELEASE, Act.HOLD):
            answer = event.new("answer", Visibility.TREATMENT)
            is_hold = event.entry.act is Act.HOLD
            shown = AnswerShown(event.seq, _by(event), release_words(answer), answer, is_hold)
            answers.setdefault(answer["step"], []).append(shown)
    return answers


def _steps(
    dues: tuple[Due, ...], file: SubjectFile, history: History, answers: Mapping[str, Sequence[AnswerShown]]
) -> Iterator[StepShown]:
    """The steps in the order of the calendar; each with what was given and with its releases and holds."""
    done = {each.entry: each for each in history.steps}
    for due in (due for due in dues if due.is_step):
        form = file.entered[due.entry].form if due.entry else None
        given = "" if form is None else form_words(form.kind, form.to_json())
        was_released = due.entry not in done or done[due.entry].was_released
        yield StepShown(due, given, was_released, tuple(answers.get(due.item, ())))


def _entries(file: SubjectFile) -> Iterator[EntryShown]:
    for each in file.forms:
        assert each.form is not None
        words = form_words(each.form.kind, each.form.to_json())
        what = FORM_WORDS[each.form.kind]
        yield EntryShown(each.id, each.form.on, what[:1].upper() + what[1:], words, f"{each.by} ({each.role})")


def _adverse_events(file: SubjectFile) -> Iterator[EventShown]:
    for each in file.forms:
        if not isinstance(each.form, AdverseEventForm):
            continue
        form = each.form
        grades = ["not signed" if form.grade is None else str(form.grade)]
        grades += [f"{change.grade} from {change.on}" for change in form.changes]
        yield EventShown(
            entry=each.id,
            term=form.term,
            proposed=_proposed(each, form),
            grade=", ".join(grades),
            span=f"{form.on} to {form.end}" if form.end is not None else f"from {form.on}",
            relation="not judged" if form.relation is None else form.relation.value,
            serious=", ".join(reason.value for reason in form.serious) or "no",
            outcome=form.outcome.value,
        )


def _proposed(entered: Entered, form: AdverseEventForm) -> str:
    """The grade that a result gives by the table; where there is none, what somebody entered for it."""
    if entered.by_table is not None:
        return f"{entered.by_table.words}, result {entered.by_table.record} of {entered.by_table.on}"
    return "none" if form.grade_proposed is None else f"grade {form.grade_proposed}, as entered"


def _amendments(events: list[Event]) -> Iterator[AmendmentShown]:
    for event in events:
        if event.entry.act is not Act.AMEND:
            continue
        change = event.entry.changes[Visibility.TREATMENT]
        kind, old, new = FormKind(change.new["kind"]), change.old.get("form") or {}, change.new.get("form")
        struck = [f"struck out: {form_words(kind, old)}, on {old.get('on')}"]
        yield AmendmentShown(
            entry=str(change.new["entry"]),
            what=FORM_WORDS[kind],
            changes=struck if new is None else tuple(changed_words(old, new)),
            reason=str(change.new.get("reason") or event.entry.reason or ""),
            by=_by(event),
            at=event.at.date(),
        )


def _by(event: Event) -> str:
    if event.entry.signature is not None:
        return f"{event.entry.signature.name} ({event.entry.signature.role.value})"
    return event.entry.user if event.entry.role is None else f"{event.entry.user} ({event.entry.role.value})"
