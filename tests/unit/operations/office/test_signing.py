"""Signatures: 21 CFR 11.50 (name, time, meaning), 11.70 (bound to its record), 11.200(a)(1) (components)."""

from dataclasses import replace

import pytest
from tests.office_people import QUICK, password_of

from equipoise.conduct.roles import Role
from equipoise.errors import RefusedError
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.credentials import Components
from equipoise.operations.office.event import Change, Entry, Signature
from equipoise.operations.office.people import disable_person, set_first_password, unlock_person
from equipoise.operations.office.permissions import can
from equipoise.operations.office.rows import Person, Session
from equipoise.operations.office.sessions import login
from equipoise.operations.office.signing import sign
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write

WHOLE = Components(password_of("mo"), user="mo")
AGAIN = Components(password_of("mo"))
WRONG = Components("not his password", user="mo")
STATEMENT = "The data of 60 subjects are final."


@pytest.fixture
def mo(office):
    """A data manager, whose signed act changes one row: locking the trial needs no subject."""
    return office.add("mo", Role.DATA_MANAGER)


def _sign(office, who, given=WHOLE, act=Act.LOCK):
    return sign(office.store, who, given, act=act, statement=STATEMENT, limits=QUICK)


def _refused(office, who, given=WRONG, act=Act.LOCK):
    with pytest.raises(RefusedError) as caught:
        _sign(office, who, given, act)
    return str(caught.value)


def _write(office, who, signature):
    with office.store.writing() as desk:
        return write(
            desk, Entry(Act.LOCK, who.user, who.role, {}, session=who.session, reason="All in.", signature=signature)
        )


@pytest.fixture(autouse=True)
def _a_trial(office):
    with office.store.writing() as desk:
        new = {"protocol": "p", "title": "t"}
        write(desk, Entry(Act.INITIALISE, "olga", None, {Visibility.OPEN: Change(new)}))


def test_a_signature_says_who_when_what_and_with_which_meaning(office, mo):
    assert _sign(office, mo) == Signature(
        user="mo",
        name="Mo",
        role=Role.DATA_MANAGER,
        meaning="The data are final; nothing is entered after this.",
        statement=STATEMENT,
        at=office.clock(),
        components=2,
    )


def test_a_signature_that_needs_nothing_more_writes_nothing(office, mo):
    before = len(office.store.log)
    _sign(office, mo)
    assert len(office.store.log) == before


def test_the_first_signature_of_a_session_needs_the_user_name_as_well(office, mo):
    before = len(office.store.log)
    text = _refused(office, mo, AGAIN)
    assert "user name: is needed at the first signature of a session" in text
    assert len(office.store.log) == before, "something missing is no failure"


def test_a_further_signature_of_the_session_needs_the_password(office, mo):
    event = _write(office, mo, _sign(office, mo))
    assert office.row(Session, mo.session).first_signed_seq == event.seq
    assert _sign(office, mo, AGAIN).components == 1
    second = _write(office, mo, _sign(office, mo, AGAIN))
    assert second.entry.signature.components == 1
    assert office.row(Session, mo.session).first_signed_seq == event.seq


def test_a_signature_that_came_to_nothing_is_not_the_first(office, mo):
    _sign(office, mo)
    assert "user name: is needed" in _refused(office, mo, AGAIN)


def test_each_session_has_its_own_first_signature(office, mo):
    _write(office, mo, _sign(office, mo))
    assert "user name: is needed" in _refused(office, office.log_in("mo"), AGAIN)


def test_one_component_is_not_written_as_the_first_signature(office, mo):
    _write(office, mo, _sign(office, mo))
    short = _sign(office, mo, AGAIN)
    with pytest.raises(RefusedError, match="the first signature of a session needs user name and password"):
        _write(office, office.log_in("mo"), short)


@pytest.mark.parametrize("user", ["olga", "nobody", "", "MO"])
def test_the_user_name_of_another_is_a_failure(office, mo, user):
    assert "is wrong" in _refused(office, mo, Components(password_of("mo"), user=user))
    assert office.row(Person, "mo").failures == 1


def test_nobody_signs_in_the_session_of_another(office, mo):
    forged = replace(mo, user="olga", role=Role.ADMINISTRATOR)
    given = Components(password_of("olga"), user="olga")
    assert "user olga: has no open session of this number" in _refused(office, forged, given)
    borrowed = replace(mo, session=office.admin.session)
    assert "user mo: has no open session of this number" in _refused(office, borrowed, WHOLE)


def test_a_signature_of_one_person_is_not_written_by_another(office, mo):
    ida = office.add("ida", Role.DATA_MANAGER)
    with pytest.raises(RefusedError, match="the signature is not that of the person who acts"):
        _write(office, ida, _sign(office, mo))


def test_a_wrong_password_is_an_event_that_says_for_what(office, mo):
    assert "user mo: user name, password or second factor is wrong" in _refused(office, mo)
    event = office.store.log[-1]
    assert event.entry.act is Act.REFUSE_PASSWORD
    assert (event.entry.user, event.entry.session) == ("mo", mo.session)
    assert (event.new("purpose"), event.new("failures")) == ("trial.locked", 1)


def test_failures_at_the_door_and_at_signing_are_counted_together(office, mo):
    for _ in range(2):
        with pytest.raises(RefusedError):
            login(office.store, "mo", WRONG, limits=QUICK)
    for _ in range(3):
        text = _refused(office, mo)
    assert "is locked until 2026-01-15T09:45:00+00:00" in text


def test_a_right_password_at_signing_leaves_the_count_as_it_is(office, mo):
    # Else a thief of a session who knows nothing could not be told from the person, who signs in between.
    for _ in range(3):
        _refused(office, mo)
    _sign(office, mo)
    assert office.row(Person, "mo").failures == 3


def test_the_last_failure_at_signing_closes_the_sessions_of_the_user(office, mo):
    other = office.log_in("mo")
    for _ in range(5):
        _refused(office, mo)
    for session in (mo.session, other.session):
        assert not office.row(Session, session).is_open
    assert office.row(Session, office.admin.session).is_open
    with office.store.reading() as view:
        assert not can(view, mo, Act.LOCK)
    assert "has no open session" in _refused(office, mo, WHOLE)
    office.go_on(minutes=15)
    assert _sign(office, office.log_in("mo"))


def test_a_user_locked_at_the_door_does_not_sign_and_keeps_the_session(office, mo):
    for _ in range(5):
        with pytest.raises(RefusedError):
            login(office.store, "mo", WRONG, limits=QUICK)
    assert "is locked until" in _refused(office, mo, WHOLE)
    assert office.row(Session, mo.session).is_open
    with office.store.writing() as desk:
        unlock_person(desk, office.admin, user="mo", reason="A stranger tried.")
    assert _sign(office, mo)


def test_a_user_signs_again_when_the_locked_time_is_over(office, mo):
    for _ in range(5):
        with pytest.raises(RefusedError):
            login(office.store, "mo", WRONG, limits=QUICK)
    office.go_on(minutes=15)
    assert _write(office, mo, _sign(office, mo)).entry.signature.components == 2


def test_a_signature_is_not_written_once_the_user_is_locked_or_disabled(office, mo):
    signature = _sign(office, mo)
    for _ in range(5):
        with pytest.raises(RefusedError):
            login(office.store, "mo", WRONG, limits=QUICK)
    with pytest.raises(RefusedError, match="user mo: is locked for now"):
        _write(office, mo, signature)
    with office.store.writing() as desk:
        disable_person(desk, office.admin, user="mo", reason="Left.")
    with pytest.raises(RefusedError, match="user mo: is not an active user"):
        _write(office, mo, signature)


def test_an_ended_session_signs_nothing(office, mo):
    office.go_on(minutes=30)
    assert "user mo: the session has ended" in _refused(office, mo, WHOLE)


def test_a_password_by_an_administrator_signs_nothing(office, mo):
    password = "eight swans and a sledge"
    random = office.random
    set_first_password(office.store, office.admin, user="mo", password=password, random=random, cost=QUICK.cost)
    given = Components(password, user="mo")
    who = office.log_in("mo", given)
    assert "still has the password that an administrator gave" in _refused(office, who, given)


@pytest.mark.parametrize("act", [act for act in Act if ACTS[act].meaning is None])
def test_an_act_without_a_meaning_is_not_signed(office, mo, act):
    assert "is not one that is signed" in _refused(office, mo, WHOLE, act)


def test_the_statement_and_meaning_cannot_be_changed_afterwards(office, mo):
    signature = _sign(office, mo)
    with pytest.raises(AttributeError):
        signature.statement = "Something else."  # type: ignore[misc]
