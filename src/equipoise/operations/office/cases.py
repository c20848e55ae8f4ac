"""What an act on a subject looks at: the subject as it stands, what is stated, and by whom.

Decides how a subject's state is read from its row and its history. Whether an act may be done is `subject_policies`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from equipoise.conduct.lifecycle import find_transition
from equipoise.conduct.moves import Move, Transition
from equipoise.conduct.states import Participation, SubjectState, Treatment
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Subject
from equipoise.screening.subject import Eligibility

STATE_ACTS = (Act.IDENTIFY, Act.MOVE, Act.CONSENT, Act.JUDGE, Act.EXPIRE, Act.ALLOCATE, Act.CORRECT)
"""The acts whose event says in which state the subject stands after it."""


@dataclass(frozen=True)
class Case:
    """
    One act on one subject, before it is written.

    `on` is the day on which the thing happened, `today` the day of the server's clock; `facts` are what the person
    states (attempts, criteria, a source), `eligibility` the judgement made for this act, `confirmed` the criteria that
    an investigator confirmed by name.
    """

    view: View
    who: Who
    subject: Subject
    move: Move
    on: date
    today: date
    reason: str | None = None
    version: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    eligibility: Eligibility | None = None
    confirmed: frozenset[str] = frozenset()
    is_signed: bool = False

    @property
    def state(self) -> SubjectState:
        return state_of(self.subject)

    @property
    def transition(self) -> Transition | None:
        return find_transition(self.state, self.move)


def state_of(subject: Subject) -> SubjectState:
    """Where both machines of a subject stand."""
    return SubjectState(Participation(subject.participation), Treatment(subject.treatment))


def state_values(state: SubjectState) -> dict[str, str]:
    """A state as an event writes it."""
    return {"participation": state.participation.value, "treatment": state.treatment.value}


def states_before(view: View, subject_id: str) -> list[SubjectState]:
    """Every state in which a subject has stood, from its events."""
    return [
        SubjectState(Participation(event.new("participation")), Treatment(event.new("treatment")))
        for event in view.events(subject=subject_id)
        if event.entry.act in STATE_ACTS
    ]


def known_subject(view: View, subject_id: str) -> Subject:
    """
    The row of a subject.

    Raises
    ------
    RefusedError
        The trial has no such subject.
    """
    subject = view.get(Subject, subject_id)
    if subject is None:
        do = "Look the number up with: equipoise trial status --subjects"
        raise RefusedError("Nothing was written.", [Fault(subject_id, "is no subject of this trial", do)])
    return subject
