"""Acts on subjects before and beside treatment: candidates in, consent, the moves of the table, corrections, erasure.

Each act looks, lets the policies judge, and writes one event. Allocation has a module of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from equipoise.conduct.lifecycle import check_correction
from equipoise.conduct.moves import Move
from equipoise.conduct.states import FIRST_STATE, Participation, SubjectState
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import Case, known_subject, state_in, states_before
from equipoise.operations.office.days import today_at
from equipoise.operations.office.entries import check_statement, make_entry, told_of
from equipoise.operations.office.event import Change, Event, Signature
from equipoise.operations.office.files import read_file
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.recording_policies import on_record_after
from equipoise.operations.office.rows import Site, Subject, Trial
from equipoise.operations.office.standing import merge, open_participation, state_values, write_state
from equipoise.operations.office.subject_policies import check_case, check_not_locked, check_site_open, raised_by
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write
from equipoise.records.snapshot import Snapshot

OVER = (Participation.DECLINED, Participation.SCREEN_FAILED)
"""An episode that ended before allocation: the same person may be screened again, as a new episode."""
CONSENT_MOVES = (Move.CONSENT, Move.RENEW_CONSENT)
STEP_MOVES = (Move.START_TREATMENT, Move.CONTINUE_TREATMENT)
MOVES_BY_OTHER_ACTS = (
    *CONSENT_MOVES,
    *STEP_MOVES,
    Move.JUDGE_ELIGIBLE,
    Move.EXPIRE_ELIGIBILITY,
    Move.RANDOMISE,
    Move.CORRECT,
)
COURSE_MOVES = (Move.END_TREATMENT, Move.DISCONTINUE_TREATMENT, Move.WITHDRAW_FROM_TREATMENT, Move.ENTER_FOLLOW_UP)
"""What tells by happening how far the treatment has come, and with it the arm."""


@dataclass(frozen=True)
class Statement:
    """What a person states of a move: the day it happened, a reason, and facts that its guards ask for."""

    on: date
    reason: str | None = None
    facts: Mapping[str, Any] | None = None


def next_subject_id(view: View, site_id: str) -> str:
    """The number of a site's next subject: `uch-0001`."""
    site = view.get(Site, site_id)
    check_site_open(site, site_id)
    assert site is not None
    return f"{site.id}-{site.n_subjects + 1:04d}"


def person_link(view: View, patient_id: str) -> str:
    """
    What is the same for all episodes of a person, and tells nobody who it is.

    Marked as that of a person, or a candidate with an identifier of somebody's choice would get the tag of any text.
    """
    return view.tag(f"person/{patient_id}")


def known_episode(view: View, patient_id: str) -> Subject | None:
    """The episode of a person that is not over, if there is one."""
    return _live_episode(view, person_link(view, patient_id))


def _live_episode(view: View, link: str) -> Subject | None:
    episodes = view.find(Subject, person_link=link)
    return next((episode for episode in episodes if Participation(episode.participation) not in OVER), None)


def _check_only_episode(view: View, link: str) -> None:
    """Raise when a person stands in an episode that is not over: in two of them, they could be randomised twice."""
    earlier = _live_episode(view, link)
    if earlier is not None:
        raise RefusedError("Nothing was written.", [Fault(earlier.id, "is this person already", "Go on with it.")])


def identify(
    desk: Desk, who: Who, site_id: str, patient_id: str, snapshot: Snapshot, found: Mapping[str, Any]
) -> Event:
    """
    Take a candidate into the trial under a number; nothing may be done to them before consent.

    Parameters
    ----------
    patient_id
        The source's identifier; sealed under a key of the subject's own.
    snapshot
        The records under the number that `next_subject_id` gave.
    found
        What the screening said: group, status and criteria that are assumed or open.

    Raises
    ------
    RefusedError
        The person is in the trial already, the site is not open, or the trial is locked.
    """
    check_may(desk, who, Act.IDENTIFY, site_id)
    check_not_locked(desk.get(Trial, "trial"))
    subject_id = next_subject_id(desk, site_id)
    _check_only_episode(desk, person_link(desk, patient_id))
    if snapshot.subject_id != subject_id:
        raise ValueError("the snapshot was taken under another number")
    changes = {
        Visibility.OPEN: Change({**state_values(FIRST_STATE), "person_link": person_link(desk, patient_id)}),
        Visibility.IDENTITY: Change({"patient_id": patient_id}),
        Visibility.CLINICAL: Change({"snapshot": snapshot.to_json(), "found": dict(found)}),
    }
    return write(desk, make_entry(Act.IDENTIFY, who, changes, site=site_id, subject=subject_id))


def consent_statement(subject_id: str, version: str, signed_on: date) -> str:
    """What the person who records a consent signs."""
    return f"{subject_id} and the member of staff who explained it signed protocol version {version} on {signed_on}."


def check_consent(
    view: View, who: Who, subject_id: str, version: str, signed_on: date, today: date
) -> tuple[Case, SubjectState]:
    """Raise unless this consent can be recorded; give the case and the state that it leads to. See `consent`."""
    subject = known_subject(view, subject_id)
    check_may(view, who, Act.CONSENT, subject.site)
    move = Move.CONSENT if state_in(view, subject).participation is Participation.IDENTIFIED else Move.RENEW_CONSENT
    case = Case(view, who, subject, move, signed_on, today, version=version)
    return case, check_case(case)


def _today(desk: Desk, subject_id: str) -> date:
    return today_at(desk, known_subject(desk, subject_id).site, desk.now)


def consent(desk: Desk, who: Who, subject_id: str, version: str, signed_on: date, signature: Signature) -> Event:
    """
    Record consent, the first one or one on a new version.

    Raises
    ------
    RefusedError
        The version was not in force that day, the day lies in the future, or the subject cannot consent from here.
    """
    case, target = check_consent(desk, who, subject_id, version, signed_on, _today(desk, subject_id))
    subject = case.subject
    check_statement(signature, consent_statement(subject_id, version, signed_on))
    said = Change({"signed_on": signed_on.isoformat(), "move": case.move.value}, {"version": subject.version})
    entry = make_entry(
        Act.CONSENT,
        who,
        merge(write_state(target, case.state), {Visibility.OPEN: said}),
        site=subject.site,
        subject=subject_id,
        version=version,
        signature=signature,
    )
    return write(desk, entry)


def move_subject(
    desk: Desk, who: Who, subject_id: str, move: Move, statement: Statement, *, is_treatment_over: bool = False
) -> Event:
    """
    Record one of the moves that need no act of their own: decline, start or fail screening, withdraw, lose, die, …

    A move that cannot follow from where the subject stands, or whose conditions are not met, is recorded all the same:
    the subject stays where it is, and the event holds a query or a deviation (Decision 17).

    Parameters
    ----------
    is_treatment_over
        Whether everything that the arm plans was given or stopped, as `histories` says.

    Raises
    ------
    RefusedError
        What is stated is not complete or not for this person to say; with every reason.
    """
    subject = known_subject(desk, subject_id)
    act = Act.MOVE_COURSE if move in COURSE_MOVES else Act.MOVE
    check_may(desk, who, act, subject.site)
    if move in MOVES_BY_OTHER_ACTS:
        raise RefusedError(
            "Nothing was written.", [Fault(move.words, "has an act of its own", "See: equipoise trial --help")]
        )
    facts = dict(statement.facts or {})
    today = today_at(desk, subject.site, desk.now)
    case = Case(
        desk,
        who,
        subject,
        move,
        statement.on,
        today,
        reason=statement.reason,
        facts=facts,
        is_treatment_over=is_treatment_over,
    )
    said = {"move": move.value, "on": statement.on.isoformat()}
    raised = raised_by(case)
    if raised:
        told = {**said, "raised": [each.to_json() for each in raised], "reason": statement.reason, "facts": facts}
        return _write(desk, who, Act.MOVE_COURSE, subject, {Visibility.TREATMENT: Change(told)})
    target = check_case(case)
    told_so = merge(told_of(subject, statement.reason, facts=facts), _asked(desk, subject, target, statement.on))
    if act is Act.MOVE_COURSE:
        sealed = Change({**state_values(target), **said}, state_values(case.state))
        return _write(desk, who, act, subject, merge({Visibility.TREATMENT: sealed}, told_so))
    changes = merge(write_state(target, case.state), {Visibility.OPEN: Change(said)}, told_so)
    return _write(desk, who, act, subject, changes)


def _asked(view: View, subject: Subject, target: SubjectState, on: date) -> dict[Visibility, Change]:
    """What is asked of an allocated subject who is said to have left before something that is on record."""
    asked = () if subject.allocation_seq is None else on_record_after(read_file(view, subject.id), target, on)
    return {Visibility.TREATMENT: Change({"raised": [each.to_json() for each in asked]})} if asked else {}


def _write(desk: Desk, who: Who, act: Act, subject: Subject, changes: Mapping[Visibility, Change]) -> Event:
    return write(desk, make_entry(act, who, changes, site=subject.site, subject=subject.id, version=subject.version))


def correction_statement(subject_id: str, target: SubjectState) -> str:
    """
    What an investigator signs for a correction; the reason stands beside it, in a part of its own.

    A signature stands in the open: of an allocated subject it names the participation alone, and the pair is sealed.
    """
    named = open_participation(target).words if target.is_allocated else target.label
    return f"{subject_id} is corrected to {named}, for the reason given."


def correct_state(
    desk: Desk, who: Who, subject_id: str, target: SubjectState, reason: str, signature: Signature
) -> Event:
    """
    Go back to an earlier state by a signed correction; the wrong entry stays, and an allocation stands.

    Raises
    ------
    RefusedError, EquipoiseError
        The subject never stood there, the correction would touch the allocation, or it would revive an episode whose
        person has another one.
    """
    subject = known_subject(desk, subject_id)
    check_may(desk, who, Act.CORRECT, subject.site)
    check_not_locked(desk.get(Trial, "trial"))
    state = state_in(desk, subject)
    check_correction(state, target, states_before(desk, subject_id), subject_id)
    if state.participation in OVER:
        _check_only_episode(desk, subject.person_link)
    check_statement(signature, correction_statement(subject_id, target))
    today = today_at(desk, subject.site, desk.now)
    moved = {Visibility.OPEN: Change({"move": Move.CORRECT.value, "on": today.isoformat()})}
    changes = merge(write_state(target, state), moved, told_of(subject, reason))
    entry = make_entry(
        Act.CORRECT,
        who,
        changes,
        site=subject.site,
        subject=subject_id,
        version=subject.version,
        signature=signature,
    )
    return write(desk, entry)


def erasure_statement(subject_id: str) -> str:
    """What an administrator signs to destroy an identity."""
    return f"The identity of {subject_id} is destroyed for good; records under the number stay."


def destroy_identity(desk: Desk, who: Who, subject_id: str, reason: str, signature: Signature) -> Event:
    """Destroy the key under which a subject's identity is sealed; the chain stays whole, the field reads a token."""
    subject = known_subject(desk, subject_id)
    check_may(desk, who, Act.DESTROY_IDENTITY)
    check_statement(signature, erasure_statement(subject_id))
    # The reason may name the person: in the open, where nothing can be destroyed, it would undo the act.
    changes = {Visibility.OPEN: Change({"is_destroyed": True}), **told_of(subject, reason)}
    entry = make_entry(Act.DESTROY_IDENTITY, who, changes, site=subject.site, subject=subject_id, signature=signature)
    event = write(desk, entry)
    desk.destroy_key(subject_id)
    return event
