"""Walking the table of moves: where a move leads, why it is refused, what is possible instead.

Decides whether a move leads from one state to another. Whether its guards hold, who asks, and what is written down are
for operations: a fact that no move allows is still recorded by them, as a deviation.
"""

from collections.abc import Sequence
from functools import cache

from equipoise.conduct.guards import Guard
from equipoise.conduct.moves import COMMON_GUARDS, COUPLINGS, TRANSITIONS, Move, Transition
from equipoise.conduct.states import Participation, SubjectState, Treatment
from equipoise.errors import EquipoiseError, Fault

ANYONE = "the subject"


@cache
def find_transition(state: SubjectState, move: Move) -> Transition | None:
    """The line of the table that a move follows from a state; None when there is none or it leads to no legal pair."""
    line = _line_from(state, move)
    return line if line is not None and _apply(state, line).is_legal else None


def possible_transitions(state: SubjectState) -> tuple[Transition, ...]:
    """Every line that can be followed from a state, in the order of the table; corrections are not among them."""
    return tuple(line for move in Move if (line := find_transition(state, move)) is not None)


def guards_of(transition: Transition) -> tuple[Guard, ...]:
    """Everything that must hold for a line, the guards of every move included."""
    return COMMON_GUARDS + transition.guards


def check_move(state: SubjectState, move: Move, subject: str = ANYONE) -> SubjectState:
    """
    Where a move leads.

    Parameters
    ----------
    state : SubjectState
        Where the subject stands.
    move : Move
        What is to be done. `Move.CORRECT` needs a target: see `check_correction`.
    subject : str
        The subject's number, for the message.

    Returns
    -------
    SubjectState
        Always a legal pair; equal to `state` for an act that changes none, such as the next cycle.

    Raises
    ------
    EquipoiseError
        When the machines do not allow the move. The message names what is possible instead.
    """
    line = find_transition(state, move)
    if line is not None:
        return _apply(state, line)
    raise _refusal(subject, f"cannot {move.words}: {_why_not(state, move)}", _what_instead(state))


def check_correction(
    state: SubjectState, target: SubjectState, history: Sequence[SubjectState], subject: str = ANYONE
) -> SubjectState:
    """
    Where a correction leads: back to a state that the subject was in before, eligible apart, which is judged anew.

    Parameters
    ----------
    state : SubjectState
        Where the subject stands, wrongly.
    target : SubjectState
        Where the subject should stand.
    history : sequence of SubjectState
        Every state of this episode up to now, in any order.
    subject : str
        The subject's number, for the message.

    Returns
    -------
    SubjectState
        `target`.

    Raises
    ------
    EquipoiseError
        With every fault: the target is not an earlier state or is eligible, or the correction would touch the
        allocation.
    """
    faults = _faults_of_correction(state, target, history, subject)
    if faults:
        raise EquipoiseError(f"{subject} cannot be corrected to {target.label}.", faults)
    return target


def _line_from(state: SubjectState, move: Move) -> Transition | None:
    if not state.is_legal:
        return None
    here = (state.participation, state.treatment)
    return next(
        (line for line in TRANSITIONS if line.move is move and any(part in line.sources for part in here)), None
    )


def _apply(state: SubjectState, line: Transition) -> SubjectState:
    if isinstance(line.target, Treatment):
        return SubjectState(state.participation, line.target)
    return SubjectState(line.target, _coupled(state.treatment, line.move))


def _coupled(treatment: Treatment, move: Move) -> Treatment:
    drives = (coupling.target for coupling in COUPLINGS if coupling.move is move and treatment in coupling.sources)
    return next(drives, treatment)


def _why_not(state: SubjectState, move: Move) -> str:
    if move is Move.CORRECT:
        return "a correction names the earlier state to which it leads"
    if move is Move.RANDOMISE and state.is_allocated:
        return "a subject is allocated once, for ever"
    line = _line_from(state, move)
    if line is not None:
        after = _apply(state, line)
        return f"'{after.participation.words}' and treatment '{after.treatment.words}' cannot stand together"
    sources = dict.fromkeys(_quoted(source) for line in TRANSITIONS if line.move is move for source in line.sources)
    return f"this starts from {' or '.join(sources)}, and the subject stands in '{state.label}'"


def _quoted(part: Participation | Treatment) -> str:
    return f"'{part.words}'" if isinstance(part, Participation) else f"treatment '{part.words}'"


def _what_instead(state: SubjectState) -> str:
    if not state.is_legal:
        return "No subject can stand there. Rebuild the tables from the log."
    lines = possible_transitions(state)
    if not lines:
        return "This state is final: only a signed correction with a reason leads out of it."
    return f"Possible now: {', '.join(line.move.words for line in lines)}; or a signed correction with a reason."


def _faults_of_correction(
    state: SubjectState, target: SubjectState, history: Sequence[SubjectState], subject: str
) -> list[Fault]:
    faults = []
    if target == state:
        faults.append(Fault(subject, f"is {state.label} already", "Nothing is to be corrected."))
    elif target not in history:
        earlier = ", ".join(dict.fromkeys(each.label for each in history if each != state)) or "none"
        faults.append(Fault(subject, f"was never {target.label}", f"Name an earlier state: {earlier}."))
    if target.is_allocated is not state.is_allocated:
        faults.append(
            Fault(
                subject,
                "has one allocation, for ever" if state.is_allocated else "has no allocation",
                "An allocation is neither made nor undone by a correction: record the error beside it.",
            )
        )
    if target.participation is Participation.ELIGIBLE:
        faults.append(
            Fault(subject, "is judged eligible, and never corrected to it", "Correct to screening, and judge again.")
        )
    if not target.is_legal:
        faults.append(Fault(subject, f"can never be {target.label}", "Name a pair that the table of states holds."))
    return faults


def _refusal(subject: str, what: str, do: str) -> EquipoiseError:
    return EquipoiseError("This is not possible now. Nothing was written.", [Fault(subject, what, do)])
