"""Consent, moves, corrections and erasure as a person at a door asks for them: checked, read, signed, written."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from equipoise.conduct.happenings import MOVES, Happening
from equipoise.conduct.states import PAIRS, SubjectState
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office import subjects
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import known_subject, state_in, states_before
from equipoise.operations.office.event import Event
from equipoise.operations.office.permissions import check_may
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Subject
from equipoise.operations.trial.door import Door


def consent_subject(door: Door, subject: str, version: str, signed_on: date) -> Event:
    """
    Record that a subject consented to a version.

    Raises
    ------
    RefusedError, EquipoiseError
        With every reason, before anything is signed.
    """
    with door.store.reading() as view:
        today = door.today_at(view, known_subject(view, subject).site)
        subjects.check_consent(view, door.who, subject, version, signed_on, today)
    signature = door.sign(Act.CONSENT, subjects.consent_statement(subject, version, signed_on))
    with door.store.writing() as desk:
        return subjects.consent(desk, door.who, subject, version, signed_on, signature)


def happened(on: date, reason: str | None, facts: Mapping[str, Any]) -> subjects.Statement:
    """What a person states of something that happened; empty facts are left out."""
    return subjects.Statement(on, reason, {name: value for name, value in facts.items() if value})


def record_happening(door: Door, subject: str, what: Happening, statement: subjects.Statement) -> Event:
    """
    Record what happened to a subject.

    Raises
    ------
    RefusedError, EquipoiseError
        With every reason, and what is possible instead.
    """
    with door.store.writing() as desk:
        return subjects.move_subject(desk, door.who, subject, MOVES[what], statement)


def correct_subject(door: Door, subject: str, label: str, reason: str) -> Event:
    """
    Take a wrong entry back to an earlier state of the subject, named as `trial status` names it.

    Raises
    ------
    RefusedError, EquipoiseError
        The subject never stood there, or the correction would touch the allocation.
    """
    with door.store.reading() as view:
        site = known_subject(view, subject).site
        check_may(view, door.who, Act.CORRECT, site)
        target = _earlier_state(view, subject, label)
    signature = door.sign(Act.CORRECT, subjects.correction_statement(subject, target))
    with door.store.writing() as desk:
        return subjects.correct_state(desk, door.who, subject, target, reason, signature)


def destroy_identity(door: Door, subject: str, reason: str) -> Event:
    """Destroy for good what tells who a subject is; the records under the number and the chain stay."""
    with door.store.reading() as view:
        known_subject(view, subject)
        check_may(view, door.who, Act.DESTROY_IDENTITY)
    signature = door.sign(Act.DESTROY_IDENTITY, subjects.erasure_statement(subject))
    with door.store.writing() as desk:
        return subjects.destroy_identity(desk, door.who, subject, reason, signature)


def other_identities(door: Door, subject: str) -> list[str]:
    """The other episodes of the same person whose identity is not destroyed: it tells who the person of this one is."""
    with door.store.reading() as view:
        link = known_subject(view, subject).person_link
        episodes = [each for each in view.find(Subject, person_link=link) if each.id != subject]
        return [each.id for each in episodes if not _is_destroyed(view, each)]


def _is_destroyed(view: View, subject: Subject) -> bool:
    return any(event.entry.act is Act.DESTROY_IDENTITY for event in view.events(subject=subject.id))


def _earlier_state(view: View, subject: str, label: str) -> SubjectState:
    """The state of this label in which the subject stood last; any legal one, for the refusal, if it never did."""
    now = state_in(view, known_subject(view, subject))
    earlier = [state for state in states_before(view, subject) if state.label == label and state != now]
    named = [state for state in PAIRS if state.label == label]
    if not named:
        labels = ", ".join(dict.fromkeys(state.label for state in PAIRS))
        raise RefusedError("Nothing was written.", [Fault("--to", "is no state of a subject", f"States: {labels}.")])
    return earlier[-1] if earlier else named[0]
