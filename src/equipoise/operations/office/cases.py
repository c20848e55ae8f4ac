"""What an act on a subject looks at: the subject as it stands, what is stated, and by whom.

Decides how a subject's state is read from its row and its file. Whether an act may be done is `subject_policies`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from equipoise.conduct.answers import GateAnswer
from equipoise.conduct.lifecycle import find_transition
from equipoise.conduct.moves import Move, Transition
from equipoise.conduct.states import Participation, SubjectState, Treatment
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.files import read_file
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Subject
from equipoise.screening.subject import Eligibility


@dataclass(frozen=True)
class Case:
    """
    One act on one subject, before it is written.

    `on` is the day on which the thing happened, `today` the day of the server's clock; `facts` are what the person
    states (attempts, criteria, a source), `eligibility` the judgement made for this act, `confirmed` the criteria that
    an investigator confirmed by name, `gate` what the gate of the step answered, `is_treatment_over` whether everything
    that the arm plans was given or stopped.
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
    gate: GateAnswer | None = None
    is_treatment_over: bool = False

    @cached_property
    def state(self) -> SubjectState:
        return state_in(self.view, self.subject)

    @property
    def transition(self) -> Transition | None:
        return find_transition(self.state, self.move)


def state_in(view: View, subject: Subject) -> SubjectState:
    """Where both machines of a subject stand; its row knows all of it until it is allocated."""
    if subject.allocation_seq is None:
        return SubjectState(Participation(subject.participation), Treatment.NOT_ASSIGNED)
    return read_file(view, subject.id).state


def states_before(view: View, subject_id: str) -> list[SubjectState]:
    """Every state in which a subject has stood, from its events."""
    return [stood.state for stood in read_file(view, subject_id).stood]


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
