"""What the office finds wrong with something that was recorded: it was not released, nobody had consented, or left.

Each question gives what it raises, and never refuses. What a form finds wrong by itself, by the plan and by the history
of the subject is the form's (`conduct.forms`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.assessment import AssessmentForm, ReaderKind
from equipoise.conduct.forms.base import Form
from equipoise.conduct.forms.dose import DoseForm
from equipoise.conduct.forms.operation import OperationForm
from equipoise.conduct.history import History
from equipoise.conduct.raised import Raised, deviation, notice, query
from equipoise.conduct.states import Participation, SubjectState, Treatment
from equipoise.operations.office.files import Entered, Released, SubjectFile
from equipoise.operations.office.histories import LEFT, history_of, since
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Subject
from equipoise.protocol.plan import Plan

COURSE = (FormKind.DOSE, FormKind.OPERATION, FormKind.DECISION, FormKind.COURSE_STOPPED)
"""What the course of treatment is made of."""
PROCEDURES = frozenset(FormKind) - {FormKind.ADVERSE_EVENT, FormKind.DEVIATION, FormKind.COURSE_STOPPED}
"""What the trial does with a subject; an adverse event happens to one."""


@dataclass(frozen=True)
class Told:
    """Something that is being recorded or amended (`entry` then names it), with all that it is looked at against."""

    view: View
    subject: Subject
    file: SubjectFile
    plan: Plan | None
    form: Form
    release: Released | None
    entry: str | None = None

    @property
    def history(self) -> History | None:
        """The history of the subject without this very entry."""
        return None if self.plan is None else history_of(self.file, self.plan, without=self.entry)


def step_of(form: Form) -> str | None:
    """The step that a form says was given; None for every other form."""
    return form.step if isinstance(form, DoseForm | OperationForm) else None


def released_for(file: SubjectFile, form: Form) -> Released | None:
    """
    The release that authorised a step on its day and was not used before.

    Only the last one counts: it takes the place of those before it, which authorise no second dose.
    """
    used = {entered.release for entered in file.forms}
    step = step_of(form)
    fitting = [each for each in file.released if (each.step, each.on) == (step, form.on)]
    return fitting[-1] if fitting and fitting[-1].seq not in used else None


def release_after_amendment(file: SubjectFile, entered: Entered, form: Form) -> Released | None:
    """The release that authorises a step as it is corrected: its own when day and step stay, else one that is free."""
    kept = next((each for each in file.released if each.seq == entered.release), None)
    if kept is not None and (kept.step, kept.on) == (step_of(form), form.on):
        return kept
    return released_for(file, form)


def on_record_after(file: SubjectFile, target: SubjectState, on: date) -> tuple[Raised, ...]:
    """A query for what was entered already, of days after the one on which a subject left or treatment ended."""
    has_left = target.participation in (*LEFT, Participation.WITHDRAWN_FROM_PROCEDURES)
    if not has_left and target.treatment is not Treatment.DISCONTINUED:
        return ()
    forms = [each.form for each in file.forms if each.form is not None and each.form.on > on]
    ended = [form for form in forms if (form.kind in PROCEDURES if has_left else step_of(form) is not None)]
    return tuple(
        query("after-the-end", f"{form.kind.value} on {form.on} is on record, after {on}: are both days right?")
        for form in ended
    )


def find_raised(told: Told) -> tuple[Raised, ...]:
    """Everything that is wrong with it, each once."""
    level = None if told.release is None else told.release.level
    own = told.form.doubts(told.plan, told.history, released=level)
    return tuple(dict.fromkeys((*_of_consent(told), *_of_release(told), *_of_state(told), *_of_reader(told), *own)))


def _of_reader(told: Told) -> Iterator[Raised]:
    """A reading that is said to be masked, by somebody who knows the arm."""
    if isinstance(told.form, AssessmentForm) and told.form.reader_kind is ReaderKind.MASKED:
        words = f"A reading of {told.form.on} by a masked reader was entered at the site, and counts for nobody"
        yield query("not-a-masked-reader", f"{words}: masked readers enter their own. Whose is it?")


def _of_release(told: Told) -> Iterator[Raised]:
    step = step_of(told.form)
    if step is None or told.release is not None:
        return
    unused = [each for each in told.file.released if each.step == step and each.on != told.form.on]
    other = f"; a release of {unused[-1].on} holds for that day alone" if unused else ""
    words = f"{step} on {told.form.on} was not released for that day{other}."
    yield deviation("without-release", words)
    yield notice("without-release", words)


def _of_consent(told: Told) -> Iterator[Raised]:
    """A study procedure before consent, or without."""
    if told.form.kind not in PROCEDURES:
        return
    first = _first_consent(told.file)
    if first is None or told.form.on < first:
        since = "nobody consented yet" if first is None else f"consent is of {first}"
        words = f"{told.form.kind.value} on {told.form.on}, before consent ({since})."
        yield deviation("before-consent", words)
        yield notice("before-consent", words)


def _first_consent(file: SubjectFile) -> date | None:
    days = [stood.on for stood in file.stood if stood.state.participation is Participation.CONSENTED]
    return min(days, default=None)


def _of_state(told: Told) -> Iterator[Raised]:
    """What cannot be done with somebody who stands there; that they died or left is asked by the form's own history."""
    state, form = told.file.state, told.form
    if step_of(form) is not None:
        if not state.is_allocated:
            yield deviation("before-allocation", f"{step_of(form)} on {form.on}, and the subject is not allocated.")
        elif state.treatment is Treatment.DISCONTINUED and state.participation not in LEFT:
            yield from _after_discontinuation(told)
    if form.kind not in PROCEDURES or state.participation in LEFT:
        return
    if state.participation is Participation.WITHDRAWN_FROM_PROCEDURES:
        since_left = since(told.file, lambda stood: stood.state.participation is state.participation)
        if since_left is not None and form.on > since_left:
            words = f"{form.kind.value} on {form.on}, after the subject withdrew from procedures on {since_left}"
            yield deviation("after-withdrawal", f"{words}.")
            yield query("after-withdrawal", f"{words}: did the subject agree to it?")


def _after_discontinuation(told: Told) -> Iterator[Raised]:
    """A step after the end of treatment; of one day nobody knows which came first, so that is asked."""
    step, on = step_of(told.form), told.form.on
    ended_on = since(told.file, lambda stood: stood.state.treatment is Treatment.DISCONTINUED)
    if ended_on is None or on < ended_on:
        return
    if on == ended_on:
        words = f"{step} on {on}, the day on which treatment was discontinued: was it given before that?"
        yield query("after-discontinuation", words)
        return
    words = f"{step} on {on}, after treatment was discontinued on {ended_on}"
    yield deviation("after-discontinuation", f"{words}.")
    yield query("after-discontinuation", f"{words}: was it taken up again?")
