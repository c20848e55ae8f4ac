"""The way of an allocated subject at a door: gates asked, steps released, what happened recorded and corrected.

Decides in which order a person at a door is asked: everything is looked at before a signature is asked for. What a gate
answers is `conduct.gates`; what is written is `operations.office`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from equipoise.conduct.answers import GateAnswer
from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.assessment import AssessmentForm
from equipoise.conduct.forms.base import Form
from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.raised import RaisedKind
from equipoise.conduct.roles import Role
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office import attending, dose_tables, holding, recording, releasing
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import known_subject
from equipoise.operations.office.event import Event
from equipoise.operations.office.files import Entered, Item, SubjectFile, read_file
from equipoise.operations.office.gating import judge_gate_now
from equipoise.operations.office.holding import Holding
from equipoise.operations.office.permissions import check_may
from equipoise.operations.office.ports import View
from equipoise.operations.office.recording import Recorded
from equipoise.operations.office.rows import Subject
from equipoise.operations.office.sessions import renew
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.masking import check_sees_treatment, may_see_of
from equipoise.protocol.deviations import DeviationClass
from equipoise.protocol.plan import Plan


def show_gate(door: Door, subject: str, step: str) -> GateAnswer:
    """
    What the gate of a step answers today; nothing is written.

    Raises
    ------
    RefusedError
        The person may not see treatment, or there is no such subject, step or plan.
    """
    with door.store.reading() as view:
        row = _see(door, view, subject)
        return judge_gate_now(view, door.rules, subject, step, door.today_at(view, row.site)).answer


def release_step(door: Door, subject: str, step: str) -> tuple[Event, GateAnswer]:
    """
    Authorise a step for today, by a signature, when its gate is open.

    Raises
    ------
    RefusedError, EquipoiseError
        With every line that keeps the gate closed, before anything is signed.
    """
    with door.store.reading() as view:
        site = known_subject(view, subject).site
        check_may(view, door.who, Act.RELEASE, site)
        today = door.today_at(view, site)
        ruling = judge_gate_now(view, door.rules, subject, step, today)
        releasing.check_release(view, door.who, ruling, today)
    signature = door.sign(Act.RELEASE, releasing.release_statement(ruling.answer))
    with door.store.writing() as desk:
        event = releasing.release(desk, door.who, ruling, signature)
    keep_session(door)
    return event, ruling.answer


def hold_step(door: Door, subject: str, step: str) -> tuple[Holding, GateAnswer]:
    """
    Put down what the gate of a step answers today, when it is not open.

    Raises
    ------
    RefusedError
        The gate is open, the trial is locked, or the person may not.
    """
    with door.store.reading() as view:
        site = known_subject(view, subject).site
        check_may(view, door.who, Act.HOLD, site)
        ruling = judge_gate_now(view, door.rules, subject, step, door.today_at(view, site))
    with door.store.writing() as desk:
        done = holding.hold(desk, door.who, ruling)
    keep_session(door)
    return done, ruling.answer


def record_form(
    door: Door, subject: str, kind: FormKind, content: Mapping[str, Any], *, request: str | None = None
) -> Recorded:
    """
    Record what happened, from the fields of a form.

    Raises
    ------
    EquipoiseError, RefusedError
        The form is malformed, with every fault, or the trial is locked.
    """
    if kind is FormKind.ANSWER:
        # Who answers is who enters it, unless they say whose answer it is.
        content = {"by": door.who.name, "role": door.who.role.value, **content}
    with door.store.reading() as view:
        today = door.today_at(view, known_subject(view, subject).site)
    form = read_form(kind, content, today)
    if door.who.role is Role.MASKED_READER and isinstance(form, AssessmentForm):
        return read_scan(door, subject, form)
    with door.store.writing() as desk:
        done = recording.record(desk, door.who, door.rules, subject, form, request=request)
    keep_session(door)
    return done


def read_scan(door: Door, subject: str, form: AssessmentForm) -> Recorded:
    """Record the reading of a scan by a masked reader."""
    with door.store.writing() as desk:
        return recording.read_scan(desk, door.who, subject, form)


def amend_entry(door: Door, subject: str, entry: str, changes: Mapping[str, Any] | None, reason: str) -> Recorded:
    """
    Correct fields of an entry, or strike it out (`changes` None); a field set to None is taken out.

    Raises
    ------
    EquipoiseError, RefusedError
        There is no such entry, or what would stand is malformed.
    """
    with door.store.writing() as desk:
        row = known_subject(desk, subject)
        check_may(desk, door.who, Act.AMEND, row.site)
        today = door.today_at(desk, row.site)
        form = None if changes is None else _changed(_entry(read_file(desk, subject), entry), changes, today)
        done = recording.amend(desk, door.who, door.rules, subject, entry, form, reason)
    keep_session(door)
    return done


def list_entries(door: Door, subject: str) -> tuple[Entered, ...]:
    """Everything that was recorded of a subject and stands."""
    with door.store.reading() as view:
        _see(door, view, subject)
        return read_file(view, subject).forms


def list_items(
    door: Door, kind: RaisedKind, *, subject: str | None = None, is_open: bool = True
) -> list[tuple[str, Item]]:
    """Deviations, queries or notices of the subjects whose treatment the person may see, with their subject."""
    may_see = may_see_of(door.who)
    with door.store.reading() as view:
        subjects = view.find(Subject) if subject is None else [known_subject(view, subject)]
        seen = [each.id for each in subjects if may_see(Visibility.TREATMENT, each.site)]
        items = [(each, item) for each in seen for item in read_file(view, each).items.values()]
    return [(each, item) for each, item in items if item.raised.kind is kind and (item.is_open or not is_open)]


def attend_item(
    door: Door,
    subject: str,
    kind: RaisedKind,
    item: str,
    words: str | None = None,
    severity: DeviationClass | None = None,
) -> Event:
    """Class and explain a deviation, answer a query, acknowledge a notice."""
    with door.store.writing() as desk:
        event = attending.attend(desk, door.who, subject, kind, item, words=words, severity=severity)
    keep_session(door)
    return event


def sign_dose_table(door: Door, table: str, version: str | None = None) -> Event:
    """
    Let an investigator sign a dose table that was not read in its source; of the default version when none is named.

    Raises
    ------
    RefusedError
        There is no such table.
    """
    protocol = door.rules.protocol
    found = dose_tables.table_of(protocol, version or protocol.default_version, table)
    with door.store.reading() as view:
        check_may(view, door.who, Act.SIGN_TABLE)
    signature = door.sign(Act.SIGN_TABLE, dose_tables.signing_statement(found))
    with door.store.writing() as desk:
        return dose_tables.sign_table(desk, door.who, found, signature)


def keep_session(door: Door) -> None:
    """
    Keep the session of who works alive: an event that hides its header says nothing of the session it was written in.

    Written only when nothing else was for some minutes; that somebody works is no more than their login told.
    """
    renew(door.store, door.who)


def plan_of(door: Door, subject: Subject) -> Plan | None:
    """The plan of the version that a subject consented to; None where there is none."""
    return door.rules.plan_of(subject.version)


def _see(door: Door, view: View, subject: str) -> Subject:
    """Raise unless the person may see the treatment of a subject."""
    row = known_subject(view, subject)
    check_sees_treatment(door.who, row.site)
    return row


def _entry(file: SubjectFile, entry: str) -> Form:
    entered = file.entered.get(entry)
    if entered is None or entered.form is None:
        do = "Look the number up: equipoise trial entries"
        raise RefusedError("Nothing was written.", [Fault(f"entry {entry}", "is no entry of this subject", do)])
    return entered.form


def _changed(form: Form, changes: Mapping[str, Any], today: date) -> Form:
    content = {**form.to_json(), **changes}
    return read_form(form.kind, {name: value for name, value in content.items() if value is not None}, today)
