"""The acts that tell what happened: recorded, corrected, read from a scan. Never refused when well formed.

Decides what the office itself finds wrong: no release, no consent, another arm, an earlier course that is open, a
subject who had left. Each becomes a deviation or a query in the same event (Decision 17). What a form finds wrong with
itself is `conduct.forms`.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.assessment import AssessmentForm, ReaderKind
from equipoise.conduct.forms.base import Form
from equipoise.conduct.forms.rows import entry_of
from equipoise.conduct.grade_proposals import ByTable
from equipoise.conduct.history import StepDone
from equipoise.conduct.raised import Raised, notice, query
from equipoise.conduct.states import SubjectState, Treatment
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import known_subject
from equipoise.operations.office.days import today_at
from equipoise.operations.office.entries import make_entry
from equipoise.operations.office.event import Change, Event
from equipoise.operations.office.files import Entered, Held, Released, SubjectFile, read_file
from equipoise.operations.office.grading import differing_grades, grade_by_table
from equipoise.operations.office.histories import history_of, is_treatment_over
from equipoise.operations.office.late_facts import gates_answering_otherwise
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.recording_policies import (
    COURSE,
    Told,
    find_raised,
    release_after_amendment,
    released_for,
    step_of,
)
from equipoise.operations.office.rows import Request, Subject, Trial
from equipoise.operations.office.rulings import Rules
from equipoise.operations.office.standing import state_values
from equipoise.operations.office.stopping import stopping_notices
from equipoise.operations.office.subject_policies import check_entry, check_not_locked
from equipoise.operations.office.unknown_names import unknown_names
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write
from equipoise.protocol.plan import Plan

READ_BY_GATES = (*COURSE, FormKind.RESULTS, FormKind.ADVERSE_EVENT, FormKind.ANSWER, FormKind.MEDICATION)
"""What can close a gate. A drug of the day itself belongs to the dose: premedication, amino acids."""
NEXT, NEVER = str(sys.maxsize), datetime.min.replace(tzinfo=UTC)
"""Number and time of an entry that is not written yet: it comes after all others of its day."""


@dataclass(frozen=True)
class Recorded:
    """The event, with what it raised; `is_repeat` when this was recorded before and nothing was written now."""

    event: Event
    entry: str
    raised: tuple[Raised, ...]
    is_repeat: bool = False


def record(desk: Desk, who: Who, rules: Rules, subject_id: str, form: Form, *, request: str | None = None) -> Recorded:
    """
    Record what happened to a subject.

    Parameters
    ----------
    rules
        The protocol and what each site set; nothing is checked by a plan when the subject's version has none.
    request
        An idempotency key: the same key records once for a subject.

    Raises
    ------
    RefusedError
        It is malformed: a day in the future, an end before its beginning; or the trial is locked.
    """
    subject = known_subject(desk, subject_id)
    check_may(desk, who, Act.RECORD, subject.site)
    check_not_locked(desk.get(Trial, "trial"))
    today = today_at(desk, subject.site, desk.now)
    check_entry(subject_id, *form.faults(today))
    file = read_file(desk, subject_id)
    earlier = _recorded_before(desk, file, form, request)
    if earlier is not None:
        return earlier
    plan, release = rules.plan_of(subject.version), released_for(file, form)
    raised = find_raised(Told(desk, subject, file, plan, form, release))
    raised += unknown_names(rules.protocol, form)
    raised += stopping_notices(desk, plan, file, form)
    raised += not_seen_by_gate(file, form, today)
    raised += gates_answering_otherwise(desk, rules, subject, file, _new(form))
    by_table = grade_by_table(desk, rules, subject, file, form)
    raised += differing_grades(form, by_table)
    new = {
        "kind": form.kind.value,
        "form": form.to_json(),
        "release": None if release is None else release.seq,
        "raised": [each.to_json() for each in raised],
        **_kept(by_table),
    }
    moved = _moved(file, plan, form)
    event = _write(desk, who, Act.RECORD, subject, Change({**new, **moved.new}, moved.old), request)
    return Recorded(event, str(event.seq), raised)


def read_scan(desk: Desk, who: Who, subject_id: str, form: AssessmentForm) -> Recorded:
    """
    Record the reading of a scan by a masked reader: apart from those of the site, and without a word of treatment.

    Raises
    ------
    RefusedError
        It is malformed, or the trial is locked.
    """
    subject = known_subject(desk, subject_id)
    check_may(desk, who, Act.READ_SCAN, subject.site)
    check_not_locked(desk.get(Trial, "trial"))
    not_masked = Fault("reader_kind", "is not that of a masked reader", "Say: reader_kind=masked")
    faults = [not_masked] if form.reader_kind is not ReaderKind.MASKED else []
    check_entry(subject_id, *form.faults(today_at(desk, subject.site, desk.now)), *faults)
    for read in read_file(desk, subject_id).forms:
        if read.is_masked and read.by == who.user and read.form == form:
            return Recorded(desk.event(read.seq), read.id, (), is_repeat=True)
    new = {"kind": form.kind.value, "form": form.to_json()}
    entry = make_entry(
        Act.READ_SCAN,
        who,
        {Visibility.CLINICAL: Change(new)},
        site=subject.site,
        subject=subject_id,
        version=subject.version,
    )
    event = write(desk, entry)
    return Recorded(event, str(event.seq), ())


def amend(
    desk: Desk, who: Who, rules: Rules, subject_id: str, entry_id: str, form: Form | None, reason: str
) -> Recorded:
    """
    Correct what was recorded, or strike it out (`form` None); what stood before stays in the log, with the reason.

    Every release whose gate had used the old value becomes a query, so that somebody looks at it again; so does every
    one whose gate answers otherwise with the new one.

    Raises
    ------
    RefusedError
        There is no such entry, the new one is malformed or of another kind, or the trial is locked.
    """
    subject = known_subject(desk, subject_id)
    check_may(desk, who, Act.AMEND, subject.site)
    check_not_locked(desk.get(Trial, "trial"))
    file = read_file(desk, subject_id)
    entered, today = file.entered.get(entry_id), today_at(desk, subject.site, desk.now)
    check_entry(subject_id, *_faults_of_amendment(entered, entry_id, form), *_faults(form, today))
    assert entered is not None
    assert entered.form is not None
    plan, raised = rules.plan_of(subject.version), gates_that_used(file, entry_id)
    release = None if form is None else release_after_amendment(file, entered, form)
    if form is not None:
        raised += find_raised(Told(desk, subject, file, plan, form, release, entry_id))
        raised += unknown_names(rules.protocol, form)
        raised += stopping_notices(desk, plan, file, form)
        raised += not_seen_by_gate(file, form, today, entry_id)
    amended = replace(entered, form=form)
    raised += gates_answering_otherwise(desk, rules, subject, file, amended)
    raised += _not_over_any_more(file, plan, amended)
    by_table = grade_by_table(desk, rules, subject, file, form)
    raised += differing_grades(form, by_table)
    new: dict[str, Any] = {
        "entry": entry_id,
        "kind": entered.form.kind.value,
        "form": None if form is None else form.to_json(),
        "release": None if release is None else release.seq,
        "raised": [each.to_json() for each in raised],
        **_kept(by_table),
        "reason": reason,
    }
    event = _write(desk, who, Act.AMEND, subject, Change(new, {"form": entered.form.to_json()}))
    return Recorded(event, entry_id, raised)


def gates_that_used(file: SubjectFile, entry_id: str) -> tuple[Raised, ...]:
    """
    A query for each release and each hold that rested on an entry, so that somebody looks at it again.

    On a result or event by its records; on the course (a step, its stop, a decision) every later one rests.
    """
    entered = file.entered[entry_id]
    is_of_course = entered.form is not None and entered.form.kind in COURSE
    raised = []
    asked: list[Released | Held] = [*file.released, *file.held]
    for each in sorted(asked, key=lambda each: each.seq):
        gate = f"The gate of {each.step} on {each.on}{', by which it was held,' if isinstance(each, Held) else ''}"
        if entry_id in map(entry_of, each.records):
            raised.append(query("gate-used-old-value", f"{gate} had used the value that was corrected."))
        elif is_of_course and each.seq > int(entry_id) and each.seq != entered.release:
            raised.append(query("gate-used-old-course", f"{gate} had counted on what was corrected."))
    return tuple(raised)


def not_seen_by_gate(file: SubjectFile, form: Form, today: date, entry_id: str = NEXT) -> tuple[Raised, ...]:
    """A notice for each step that was released for today and not given yet, when its gate has not seen this."""
    if form.kind not in READ_BY_GATES or (form.kind is FormKind.MEDICATION and form.on == today):
        return ()
    given = {step_of(each.form) for each in file.forms if each.form is not None and each.id != entry_id}
    waiting = {each.step for each in file.released if each.on == today} - given - {step_of(form)}
    return tuple(
        notice("after-release", f"{form.kind.value} of {form.on} came after {step} was released: ask its gate again.")
        for step in sorted(waiting)
    )


def _not_over_any_more(file: SubjectFile, plan: Plan | None, amended: Entered) -> tuple[Raised, ...]:
    """A query when treatment stands as ended, and by a correction something that was planned is still to come."""
    if plan is None or file.state.treatment is not Treatment.ENDED:
        return ()
    before = history_of(file, plan)
    after = history_of(replace(file, entered={**file.entered, amended.id: amended}), plan)
    if before is None or after is None or not is_treatment_over(before, plan) or is_treatment_over(after, plan):
        return ()
    words = "Treatment stands as ended, and by this correction it is not: is the state to be corrected, too?"
    return (query("treatment-not-over", words),)


def _write(desk: Desk, who: Who, act: Act, subject: Subject, change: Change, request: str | None = None) -> Event:
    changes = {Visibility.TREATMENT: change}
    entry = make_entry(
        act, who, changes, site=subject.site, subject=subject.id, version=subject.version, request=request
    )
    return write(desk, entry)


def _moved(file: SubjectFile, plan: Plan | None, form: Form) -> Change:
    """The state after a step or a decision: on treatment, or at its end when nothing that is planned is left."""
    if plan is None or file.state.treatment not in (Treatment.ASSIGNED, Treatment.ON_TREATMENT):
        return Change()
    is_over = _is_over_with(file, plan, form)
    is_given = isinstance(form.done(NEXT, plan), StepDone)
    has_begun = is_given or file.state.treatment is Treatment.ON_TREATMENT
    if not has_begun or (not is_given and not is_over):
        return Change()
    target = SubjectState(file.state.participation, Treatment.ENDED if is_over else Treatment.ON_TREATMENT)
    if target == file.state or not target.is_legal:
        return Change()
    return Change({**state_values(target), "on": form.on.isoformat()}, state_values(file.state))


def _kept(by_table: ByTable | None) -> dict[str, Any]:
    """What an event says of a proposed grade: nothing where there is none."""
    return {} if by_table is None else {"by_table": by_table.to_json()}


def _new(form: Form) -> Entered:
    """An entry that is not written yet."""
    return Entered(NEXT, form, 0, "", "", NEVER)


def _is_over_with(file: SubjectFile, plan: Plan, form: Form) -> bool:
    """Whether everything that the arm plans was given or stopped, this form included."""
    if form.kind in COURSE:
        file = replace(file, entered={**file.entered, NEXT: _new(form)})
    history = history_of(file, plan)
    return history is not None and is_treatment_over(history, plan)


def _recorded_before(view: View, file: SubjectFile, form: Form, request: str | None) -> Recorded | None:
    """The answer to a request that was answered, or to a form that stands word for word; None when it is new."""
    if request is not None and view.get(Request, request) is not None:
        fault = Fault("request key", "was used for something else", "Use a new key for a new request.")
        raise RefusedError("Nothing was written.", [fault])
    answered = file.requests.get(request or "")
    if answered is not None:
        if not _says_the_same(form, view.event(answered)):
            fault = Fault("request key", "was used for something else", "Use a new key for a new request.")
            raise RefusedError("Nothing was written.", [fault])
        return Recorded(view.event(answered), str(answered), (), is_repeat=True)
    for entered in file.forms_of(form.kind):
        if entered.form == form and not entered.is_masked:
            return Recorded(view.event(entered.seq), entered.id, (), is_repeat=True)
    return None


def _says_the_same(form: Form, event: Event) -> bool:
    """Whether an event recorded this form, its comment aside."""
    told = event.new("form", Visibility.TREATMENT)
    is_same_kind = event.new("kind", Visibility.TREATMENT) == form.kind.value
    return is_same_kind and {**told, "comment": None} == {**form.to_json(), "comment": None}


def _faults(form: Form | None, today: date) -> list[Fault]:
    return [] if form is None else form.faults(today)


def _faults_of_amendment(entered: Entered | None, entry_id: str, form: Form | None) -> Iterator[Fault]:
    if entered is None or entered.form is None:
        what = "is no entry of this subject" if entered is None else "was struck out"
        yield Fault(f"entry {entry_id}", what, "Look the number up: equipoise trial entries")
    elif form is not None and form.kind is not entered.form.kind:
        what = f"is a {entered.form.kind.value}, and the correction is a {form.kind.value}"
        yield Fault(f"entry {entry_id}", what, "Strike it out, and record the other.")
    elif entered.is_masked:
        yield Fault(f"entry {entry_id}", "is the reading of a masked reader", "It is read again, and never corrected.")
