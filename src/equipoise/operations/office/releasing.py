"""The act of releasing a step: authorised for one day, by a signature, never past a closed or unknown gate.

A release gives nothing: that something was given is recorded, whether it was released or not (Decision 17).
"""

from datetime import date

from equipoise.conduct.answers import GateAnswer
from equipoise.conduct.guards import Guard
from equipoise.conduct.moves import Move
from equipoise.conduct.states import Participation, SubjectState, Treatment
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import Case, known_subject, state_in
from equipoise.operations.office.days import today_at
from equipoise.operations.office.entries import check_statement, make_entry
from equipoise.operations.office.event import Change, Event, Signature
from equipoise.operations.office.gating import GateRuling
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.rows import Trial
from equipoise.operations.office.subject_policies import check_case, check_guards, check_not_locked
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write

FURTHER = (
    SubjectState(Participation.RANDOMISED, Treatment.ENDED),
    SubjectState(Participation.FOLLOW_UP, Treatment.ENDED),
)
"""Where a subject stands to whom a course may be given that is not planned: a retreatment."""
STEP_GUARDS = (Guard.CONSENT_IN_FORCE, Guard.GATE_PASSED, Guard.EARLIER_TREATMENT_OVER)


def release_statement(answer: GateAnswer) -> str:
    """What the person who releases signs."""
    level = "" if answer.amount is None else f" at {answer.amount} {answer.unit} ({answer.level})"
    return f"Release {answer.step} of {answer.subject} for {answer.as_of}{level}: the gate says {answer.action.value}."


def check_release(view: View, who: Who, ruling: GateRuling, today: date) -> Case:
    """
    Raise unless the step may be released today; give the case. A door asks before it asks for a signature.

    Raises
    ------
    RefusedError, EquipoiseError
        With every reason: each line of the gate that is closed or unknown, and what would unlock it.
    """
    answer = ruling.answer
    subject = known_subject(view, answer.subject)
    check_may(view, who, Act.RELEASE, subject.site)
    check_not_locked(view.get(Trial, "trial"))
    ruling.check_current(view, today)
    state = state_in(view, subject)
    has_begun = state.treatment is not Treatment.ASSIGNED
    move = Move.CONTINUE_TREATMENT if has_begun else Move.START_TREATMENT
    case = Case(view, who, subject, move, today, today, gate=answer)
    if not ruling.is_further:
        check_case(case)
    elif state in FURTHER:
        # What the plan does not count on is given after its end, and begins nothing anew.
        check_guards(case, STEP_GUARDS)
    else:
        what = f"stands in '{state.label}', and {answer.step} is given after the end of what the plan counts on"
        fault = Fault(subject.id, what, "Record what was given, or that a course was stopped.")
        raise RefusedError("Nothing was written.", [fault])
    return case


def release(desk: Desk, who: Who, ruling: GateRuling, signature: Signature) -> Event:
    """
    Authorise a step for today.

    Raises
    ------
    RefusedError, EquipoiseError
        With every reason. Nothing is written.
    """
    case = check_release(desk, who, ruling, today_at(desk, ruling.subject.site, desk.now))
    check_statement(signature, release_statement(ruling.answer))
    changes = {Visibility.TREATMENT: Change({"answer": ruling.answer.to_json()})}
    entry = make_entry(
        Act.RELEASE,
        who,
        changes,
        site=case.subject.site,
        subject=case.subject.id,
        version=case.subject.version,
        signature=signature,
    )
    return write(desk, entry)
