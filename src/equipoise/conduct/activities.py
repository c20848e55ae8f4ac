"""What may be done with a subject in each state, besides moving: procedures, contacts, looking up a registry.

Decides an answer, not what is recorded. A visit after death is refused here when it is planned; when it is reported as
having happened it is recorded and becomes a deviation, elsewhere.
"""

from enum import StrEnum

from equipoise.conduct.states import Participation, SubjectState
from equipoise.errors import EquipoiseError, Fault


class Activity(StrEnum):
    """Something that is done with or about a subject and moves nobody."""

    PROCEDURE = "study procedure"
    CONTACT = "contact"
    REGISTRY_LOOK_UP = "look-up of a registry"


P = Participation
_ON_STUDY = {P.RANDOMISED, P.FOLLOW_UP}
_ENTERING = {P.CONSENTED, P.SCREENING, P.ELIGIBLE}

# The first procedure of a consented subject starts the screening: it is made together with that move. Registry look-ups
# after withdrawal from all contact need the subject's agreement besides (Guard.REGISTRY_AGREED).
ALLOWED: dict[Activity, frozenset[Participation]] = {
    Activity.PROCEDURE: frozenset({P.SCREENING, P.ELIGIBLE} | _ON_STUDY),
    Activity.CONTACT: frozenset({P.IDENTIFIED, P.WITHDRAWN_FROM_PROCEDURES, P.LOST} | _ENTERING | _ON_STUDY),
    Activity.REGISTRY_LOOK_UP: frozenset(
        {P.WITHDRAWN_FROM_PROCEDURES, P.WITHDRAWN_FROM_ALL_CONTACT, P.LOST} | _ON_STUDY
    ),
}
"""In which states of participation an activity may be planned."""


def can_do(state: SubjectState, activity: Activity) -> bool:
    """Whether an activity may be planned in a state."""
    return state.is_legal and state.participation in ALLOWED[activity]


def check_activity(state: SubjectState, activity: Activity, subject: str = "the subject") -> None:
    """Raise an EquipoiseError that names the states in which the activity may be planned."""
    if can_do(state, activity):
        return
    allowed = ", ".join(part.words for part in Participation if part in ALLOWED[activity])
    what = f"no {activity.value} can be planned in the state '{state.masked_label}'"
    do = f"It may be planned in: {allowed}. If it took place, record it: that is a deviation, and never refused."
    raise EquipoiseError("The activity is refused.", [Fault(subject, what, do)])
