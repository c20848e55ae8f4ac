"""Where a subject stands, as an event writes it and reads it back.

Up to allocation both machines stand in the open. From then on the open part says `randomised` until the subject leaves,
and the true pair stands in the part of class `treatment` (Decision 18): that treatment began, ended, or gave way to
follow-up, and when, tells the arm.
"""

from collections.abc import Mapping

from equipoise.conduct.states import Participation, SubjectState, Treatment
from equipoise.operations.office.event import Change, Event
from equipoise.operations.office.visibility import Visibility

PARTICIPATION, TREATMENT = "participation", "treatment"
Changes = Mapping[Visibility, Change]


def open_participation(state: SubjectState) -> Participation:
    """The participation that everybody may read."""
    is_followed = state.participation is Participation.FOLLOW_UP
    return Participation.RANDOMISED if is_followed else state.participation


def state_values(state: SubjectState) -> dict[str, str]:
    """A pair of states as an event writes it."""
    return {PARTICIPATION: state.participation.value, TREATMENT: state.treatment.value}


def write_state(new: SubjectState, old: SubjectState) -> dict[Visibility, Change]:
    """What an event whose header is open says of a move from one state to another."""
    if not old.is_allocated:
        return {Visibility.OPEN: Change(state_values(new), state_values(old))}
    open_part = Change({PARTICIPATION: open_participation(new).value}, {PARTICIPATION: open_participation(old).value})
    return {Visibility.OPEN: open_part, Visibility.TREATMENT: Change(state_values(new), state_values(old))}


def read_state(event: Event) -> SubjectState | None:
    """The true state after an event; None when it moved nobody."""
    for visibility in (Visibility.TREATMENT, Visibility.OPEN):
        participation, treatment = event.new(PARTICIPATION, visibility), event.new(TREATMENT, visibility)
        if participation is not None and treatment is not None:
            return SubjectState(Participation(participation), Treatment(treatment))
    return None


def merge(*changes: Changes) -> dict[Visibility, Change]:
    """Several changes as one, class by class; no two say the same thing."""
    merged: dict[Visibility, Change] = {}
    for each in changes:
        for visibility, change in each.items():
            before = merged.get(visibility, Change())
            merged[visibility] = Change({**before.new, **change.new}, {**before.old, **change.old})
    return merged
