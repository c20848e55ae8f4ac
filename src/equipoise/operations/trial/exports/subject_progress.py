"""How far a subject has come, as FHIR R5 says it, from the events that a reader may see and from nothing else.

Decides what follows from a masked event: from allocation until a subject leaves, its open part says `randomised`
(Decision 18), and so does the state here. States that follow each other and are the same to the reader are one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from equipoise.authoring.exports.fhir_codes import coded
from equipoise.authoring.exports.fhir_trial_codes import STATE_TYPE, SUBJECT_MILESTONE, SUBJECT_STATE, StateType
from equipoise.conduct.moves import TRANSITIONS
from equipoise.conduct.states import FIRST_STATE, PAIRS, FhirState, Participation, SubjectState
from equipoise.conduct.traces import Milestone
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Event
from equipoise.operations.office.standing import PARTICIPATION, read_state
from equipoise.operations.office.visibility import Visibility

Fhir = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """A state as its reader sees it, since a day. `is_sure` is false where the definition of FHIR fits only roughly."""

    participation: Participation
    fhir: FhirState
    label: str
    on: date
    is_sure: bool = True


def progress_of(events: Iterable[Event]) -> tuple[list[Fhir], tuple[Shown, ...]]:
    """
    `ResearchSubject.progress`, and the states behind it.

    Parameters
    ----------
    events
        Those of the subject, in order, without what the reader may not see.
    """
    stood = tuple(_shown(events))
    made: list[Fhir] = []
    for place, each in enumerate(stood):
        following = stood[place + 1] if place + 1 < len(stood) else None
        before = stood[place - 1].participation if place else FIRST_STATE.participation
        made.append(_state(each, following))
        milestone = _milestone(before, each.participation)
        if milestone is not None:
            code = coded(SUBJECT_MILESTONE, milestone.value, milestone.value)
            made.append({"type": _type(StateType.MILESTONE), "milestone": code, "startDate": each.on.isoformat()})
    return made, stood


def _shown(events: Iterable[Event]) -> list[Shown]:
    """Each state that differs from the one before it, without what a signed correction took back: it did not happen."""
    way: list[Shown] = []
    for event in events:
        shown = _read(event)
        if shown is None:
            continue
        if event.entry.act is Act.CORRECT and any(_same(shown, each) for each in way):
            while not _same(shown, way[-1]):
                way.pop()
        elif not way or not _same(shown, way[-1]):
            way.append(shown)
    return way


def _same(one: Shown, other: Shown) -> bool:
    return (one.participation, one.fhir, one.label) == (other.participation, other.fhir, other.label)


def _read(event: Event) -> Shown | None:
    """The state after an event; None when it moves nobody as far as the reader may see."""
    state = read_state(event)
    if state is not None:
        return _exact(state, _day(event))
    said = event.new(PARTICIPATION, Visibility.OPEN)
    return None if said is None else _masked(Participation(said), _day(event))


def _exact(state: SubjectState, on: date) -> Shown:
    words = PAIRS[state]
    return Shown(state.participation, words.fhir, words.label, on, words.is_fhir_sure)


def _masked(participation: Participation, on: date) -> Shown:
    """After allocation the open part names one machine; but for `randomised` its code depends on that one alone."""
    if participation is Participation.RANDOMISED:
        return Shown(participation, FhirState.ON_STUDY, participation.words, on)
    found = [pair for state, pair in PAIRS.items() if state.is_allocated and state.participation is participation]
    return Shown(participation, found[0].fhir, participation.words, on, found[0].is_fhir_sure)


def _day(event: Event) -> date:
    """The day stated, as far as the reader may see it; else that of the event."""
    for visibility in (Visibility.TREATMENT, Visibility.OPEN):
        for name in ("on", "signed_on"):
            stated = event.new(name, visibility)
            if stated is not None:
                return date.fromisoformat(stated)
    return event.at.date()


def _milestone(before: Participation, after: Participation) -> Milestone | None:
    """What the move between two states reaches, by the table of moves."""
    lines = (line for line in TRANSITIONS if line.milestone is not None)
    return next((line.milestone for line in lines if before in line.sources and line.target is after), None)


def _state(shown: Shown, following: Shown | None) -> Fhir:
    made: Fhir = {
        "type": _type(StateType.ENROLLMENT),
        "subjectState": coded(SUBJECT_STATE, shown.fhir.value, shown.label),
        "startDate": shown.on.isoformat(),
    }
    if following is not None and following.on >= shown.on:
        made["endDate"] = following.on.isoformat()
    return made


def _type(kind: StateType) -> Fhir:
    return coded(STATE_TYPE, kind.value, kind.value)
