"""Facts that come late: what the gate of a step that was released would have answered, had it known them.

A result of the morning of a dose that is entered a day later, a drug that is corrected into the weeks before: nothing
was closed by it, and somebody has to know. Decides which releases are asked again and what of the file is left out of
it: the step itself, and what came after. What a gate answers is `conduct.gates`.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from equipoise.conduct.answers import GateAnswer
from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form
from equipoise.conduct.gate_lines import Consent
from equipoise.conduct.gates import judge_gate
from equipoise.conduct.raised import Raised, notice, query
from equipoise.errors import EquipoiseError
from equipoise.operations.office.files import Entered, Released, SubjectFile
from equipoise.operations.office.histories import history_of, snapshot_of
from equipoise.operations.office.ports import View
from equipoise.operations.office.recording_policies import COURSE, step_of
from equipoise.operations.office.rows import Subject
from equipoise.operations.office.rulings import Rules, check_same_rules, latest_snapshot
from equipoise.protocol.resolve_plan import ResolvedPlan
from equipoise.records.snapshot import Snapshot

OF_THE_DOSE = (*COURSE, FormKind.MEDICATION)
"""What is of the day of a dose belongs to the dose, or came after it: premedication, a stop, a decision."""
NEVER_READ = (FormKind.DEVIATION,)
IN_FORCE = Consent(True, "in force when the step was released")


def gates_answering_otherwise(
    view: View, rules: Rules, subject: Subject, file: SubjectFile, entered: Entered
) -> tuple[Raised, ...]:
    """
    What is raised when an entry changes what the gate of a released step would have answered; cheap where none is.

    Parameters
    ----------
    file
        As it stands, without the change.
    entered
        The entry as it will stand: new, corrected, or struck out (its form None).

    Returns
    -------
    tuple[Raised, ...]
        A query for each release whose gate answers otherwise, the newest first, and a notice when the step was given
        and the gate would have been closed. Of an adverse event of the very day of the dose nobody knows which came
        first, so it is asked only. When the gate cannot be asked again, a query says so.
    """
    before = file.entered.get(entered.id)
    forms = [each.form for each in (before, entered) if each is not None and each.form is not None]
    releases = [each for each in _in_force(file) if any(_counts_for(each, form) for form in forms)]
    if not releases:
        return ()
    changed = replace(file, entered={**file.entered, entered.id: entered})
    base = latest_snapshot(view, subject)
    form = forms[-1]
    raised: list[Raised] = []
    for released in releases:
        version = view.event(released.seq).entry.version or ""
        try:
            check_same_rules(view, rules, version, subject.site)
            resolved = rules.resolved_plan(version, subject.site)
        except EquipoiseError:
            resolved = None
        if resolved is None:
            words = f"The gate of {released.step} on {released.on} cannot be asked again with {form.kind.value} of"
            raised.append(query("gate-not-asked-again", f"{words} {form.on}: would it have answered otherwise?"))
            continue
        now = _answer(resolved, changed, base, released)
        # Told once, by the entry that makes the difference: not by every entry after it.
        if now is not None and _differs(released, now) and _is_other(_answer(resolved, file, base, released), now):
            raised += _told(file, released, form, now)
    return tuple(dict.fromkeys(raised))


def _in_force(file: SubjectFile) -> list[Released]:
    """The last release of each step and day, the newest first: those before it authorise nothing."""
    last = {(each.step, each.on): each for each in file.released}
    return sorted(last.values(), key=lambda each: each.seq, reverse=True)


def _counts_for(released: Released, form: Form) -> bool:
    """Whether the gate of a release would have read a form."""
    if form.kind in NEVER_READ or step_of(form) == released.step:
        return False
    return form.on < released.on or (form.on == released.on and form.kind not in OF_THE_DOSE)


def _answer(resolved: ResolvedPlan, file: SubjectFile, base: Snapshot, released: Released) -> GateAnswer | None:
    then = _file_at(file, released)
    history = history_of(then, resolved.plan)
    if history is None:
        return None
    snapshot = snapshot_of(then, base, resolved.plan)
    return judge_gate(resolved, history, snapshot, released.step, released.on, consent=IN_FORCE)


def _file_at(file: SubjectFile, released: Released) -> SubjectFile:
    """The file without the step that was released, and without what came after it on its day; later days do no harm."""
    entered = {name: each for name, each in file.entered.items() if not _came_after(each, released)}
    return replace(file, entered=entered, stood=tuple(each for each in file.stood if each.seq < released.seq))


def _came_after(entered: Entered, released: Released) -> bool:
    form, is_new = entered.form, entered.seq == 0
    if form is None or not (is_new or int(entered.id) > released.seq):
        return False
    return step_of(form) == released.step or (form.kind in OF_THE_DOSE and form.on == released.on)


def _differs(released: Released, now: GateAnswer) -> bool:
    return (released.action, released.level) != (now.action, now.level)


def _is_other(before: GateAnswer | None, now: GateAnswer) -> bool:
    return before is None or (before.action, before.level) != (now.action, now.level)


def _told(file: SubjectFile, released: Released, form: Form, now: GateAnswer) -> Iterator[Raised]:
    lines = ", ".join(line.label for line in now.lines if line.action is now.action)
    words = f"With {form.kind.value} of {form.on} the gate of {released.step} on {released.on} would have answered"
    words += f" {now.action.value} ({lines}); it had answered {released.action.value}"
    yield query("gate-would-have-answered", f"{words}: was this known before the dose?")
    if not now.is_open and _is_given(file, released) and not _is_of_unknown_order(form, released.on):
        yield notice("gate-would-have-answered", f"{words}, and the step was given.")


def _is_given(file: SubjectFile, released: Released) -> bool:
    return any(
        each.release == released.seq or (step_of(each.form) == released.step and each.form.on == released.on)
        for each in file.forms
        if each.form is not None
    )


def _is_of_unknown_order(form: Form, on: date) -> bool:
    return form.kind is FormKind.ADVERSE_EVENT and form.on == on
