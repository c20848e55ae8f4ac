"""The door: what opens a session, what ends it, and what a stranger learns from being refused: nothing."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import argon2
import pytest
from tests.office_people import ADMINISTRATOR, QUICK, password_of

from equipoise.conduct.roles import Role
from equipoise.errors import RefusedError
from equipoise.operations.office import credentials
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.credentials import LIMITS, Components
from equipoise.operations.office.people import (
    add_person,
    change_password,
    disable_person,
    grant_role,
    revoke_role,
    unlock_person,
)
from equipoise.operations.office.permissions import fault_of
from equipoise.operations.office.rows import Person, Session
from equipoise.operations.office.sessions import NOBODY, login, logout, recognise, renew
from equipoise.operations.office.visibility import Visibility

WRONG = Components("not her password")
RIGHT = Components(password_of("ana"))


@pytest.fixture
def ana(office):
    return office.add("ana", Role.INVESTIGATOR, "leeds")


def _ticket(office, given=RIGHT, user="ana"):
    return login(office.store, user, given, limits=QUICK)


def _refused(office, given=WRONG, user="ana"):
    with pytest.raises(RefusedError) as caught:
        login(office.store, user, given, limits=QUICK)
    return str(caught.value)


def _recognise(office, token, **choice):
    with office.store.reading() as view:
        return recognise(view, token, office.clock(), **choice)


def test_a_token_tells_who_is_at_the_door(office, ana):
    ticket = _ticket(office)
    assert _recognise(office, ticket.token) == replace(ana, session=ticket.session)
    assert len(bytes.fromhex(ticket.token)) == 32
    assert not ticket.must_change


@pytest.mark.parametrize("typed", [" ana ", "ANA", "Ana"])
def test_blanks_and_capitals_of_a_user_name_do_not_matter(office, ana, typed):
    assert _ticket(office, user=typed).token


def test_the_token_is_kept_nowhere_but_as_its_digest(office, ana):
    ticket = _ticket(office)
    written = repr(office.store.log) + repr(office.store.tables)
    assert ticket.token not in written
    assert hashlib.sha256(ticket.token.encode()).hexdigest() in written
    assert ticket.token not in repr(ticket)


def test_a_digest_stolen_from_the_database_opens_nothing(office, ana):
    stolen = office.row(Session, _ticket(office).session).token
    with pytest.raises(RefusedError, match="session: has ended or was never opened"):
        _recognise(office, stolen)


def test_a_session_ends_when_nothing_is_written_in_it(office, ana):
    token = _ticket(office).token
    office.go_on(minutes=29, seconds=59)
    assert _recognise(office, token)
    office.go_on(seconds=1)
    with pytest.raises(RefusedError, match="has ended"):
        _recognise(office, token)


def test_use_keeps_a_session_open_until_its_whole_time_is_over(office, ana):
    token = _ticket(office).token
    for _ in range(35):
        office.go_on(minutes=20)
        renew(office.store, _recognise(office, token))
    office.go_on(minutes=19, seconds=59)
    assert _recognise(office, token)
    office.go_on(seconds=1)
    with pytest.raises(RefusedError, match="has ended"):
        _recognise(office, token)


def test_use_is_written_once_in_some_minutes(office, ana):
    who = _recognise(office, _ticket(office).token)
    before = len(office.store.log)
    for _ in range(10):
        office.go_on(minutes=1)
        renew(office.store, who)
    assert office.acts()[before:] == [Act.RENEW_SESSION] * 2


def test_any_act_keeps_a_session_open(office, ana):
    with office.store.writing() as desk:
        grant_role(desk, office.admin, user="ana", role=Role.MONITOR)
    office.go_on(minutes=20)
    with office.store.writing() as desk:
        add_person(desk, office.admin, user="ben", name="Ben")
    assert office.row(Session, office.admin.session).active_at == office.clock().isoformat()


def test_an_act_that_hides_its_header_leaves_no_trace_in_the_session(office, ana, monkeypatch):
    monkeypatch.setitem(ACTS, Act.ADD_PERSON, replace(ACTS[Act.ADD_PERSON], header=Visibility.TREATMENT))
    before = office.row(Session, office.admin.session)
    office.go_on(minutes=20)
    with office.store.writing() as desk:
        add_person(desk, office.admin, user="ben", name="Ben")
    assert office.row(Session, office.admin.session) == before


def test_an_ended_session_writes_nothing(office, ana):
    office.go_on(minutes=30)
    with pytest.raises(RefusedError, match=f"user {ADMINISTRATOR}: has no open session"):
        with office.store.writing() as desk:
            add_person(desk, office.admin, user="ben", name="Ben")


def test_a_role_taken_back_neither_renews_nor_closes(office, ana):
    who = _recognise(office, _ticket(office).token)
    with office.store.writing() as desk:
        revoke_role(desk, office.admin, user="ana", role=Role.INVESTIGATOR, site="leeds", reason="She moved on.")
    for act in (renew, logout):
        with pytest.raises(RefusedError, match="does not have the role investigator at site leeds"):
            act(office.store, who)


def test_a_closed_session_stays_closed(office, ana):
    ticket = _ticket(office)
    logout(office.store, _recognise(office, ticket.token))
    with pytest.raises(RefusedError, match="has ended"):
        _recognise(office, ticket.token)
    assert not office.row(Session, ticket.session).is_open


def test_a_disabled_person_is_not_recognised_in_an_open_session(office, ana):
    token = _ticket(office).token
    with office.store.writing() as desk:
        disable_person(desk, office.admin, user="ana", reason="She left the hospital.")
    with pytest.raises(RefusedError, match="has ended"):
        _recognise(office, token)


def test_who_has_several_roles_says_which(office, ana):
    with office.store.writing() as desk:
        grant_role(desk, office.admin, user="ana", role=Role.INVESTIGATOR, site="york")
        grant_role(desk, office.admin, user="ana", role=Role.DATA_MANAGER)
    token = _ticket(office).token
    with pytest.raises(RefusedError, match="has several roles: data-manager at all sites, investigator at leeds, inv"):
        _recognise(office, token)
    assert _recognise(office, token, role=Role.DATA_MANAGER).site is None
    assert _recognise(office, token, role=Role.INVESTIGATOR, site="york").site == "york"
    with pytest.raises(
        RefusedError, match="user ana: is not administrator; has: data-manager at all sites, investigator at leeds, inv"
    ):
        _recognise(office, token, role=Role.ADMINISTRATOR)


def test_five_failures_lock_for_fifteen_minutes(office, ana):
    for failures in range(1, 6):
        _refused(office)
        assert office.row(Person, "ana").failures == failures
    _refused(office, RIGHT)
    office.go_on(minutes=14, seconds=59)
    _refused(office, RIGHT)
    office.go_on(seconds=1)
    assert _ticket(office).token
    assert office.row(Person, "ana").failures == 0


def test_attempts_in_the_locked_time_do_not_make_it_longer(office, ana):
    for _ in range(5):
        _refused(office)
    for _ in range(14):
        office.go_on(minutes=1)
        _refused(office)
    office.go_on(minutes=1)
    assert _ticket(office).token


def test_after_the_locked_time_failures_are_counted_from_the_beginning(office, ana):
    for _ in range(5):
        _refused(office)
    office.go_on(minutes=15)
    for _ in range(4):
        _refused(office)
    assert _ticket(office).token


def test_a_right_password_between_failures_sets_the_count_back(office, ana):
    for _ in range(3):
        for _ in range(4):
            _refused(office)
        assert _ticket(office).token


def test_an_administrator_ends_the_locked_time(office, ana):
    for _ in range(5):
        _refused(office)
    with office.store.writing() as desk:
        unlock_person(desk, office.admin, user="ana", reason="She called; it was a new keyboard.")
    assert _ticket(office).token


def test_a_lock_made_at_the_door_leaves_open_sessions_alone(office, ana):
    token = _ticket(office).token
    for _ in range(5):
        _refused(office)
    assert _recognise(office, token)


def test_every_refusal_is_an_event_although_the_answer_was_no(office, ana):
    before = len(office.store.log)
    for user, given in (("ana", WRONG), ("nobody.here", WRONG), ("ana", Components(""))):
        _refused(office, given, user)
    written = office.store.log[before:]
    assert [event.entry.act for event in written] == [Act.REFUSE_SESSION] * 3
    assert [event.entry.user for event in written] == ["ana", NOBODY, "ana"]
    assert [event.new("failures") for event in written] == [1, 0, 2]


def test_a_name_that_nobody_has_is_not_kept(office, ana):
    # Typed into the wrong field it may be a password.
    _refused(office, user="my secret sentence")
    assert "my secret sentence" not in repr(office.store.log) + repr(office.store.tables)


@pytest.mark.parametrize("typed", ["", "\x00", "\ud800", "ana/x", "'; --", "a" * 10_000, NOBODY])
def test_what_can_be_no_user_name_is_nobodys(office, ana, typed):
    _refused(office, user=typed)
    assert office.store.log[-1].entry.user == NOBODY


def test_half_a_character_is_wrong_and_no_accident(office, ana):
    _refused(office, Components("half a character \udcff"))
    with pytest.raises(RefusedError, match="has ended"):
        _recognise(office, "\udcff")


def _in_every_way(office):
    """One refused attempt of every cause."""
    with office.store.writing() as desk:
        for user in ("gone", "fresh"):
            add_person(desk, office.admin, user=user, name=user.title())
    office.give("gone", "seven geese and a cart")
    with office.store.writing() as desk:
        disable_person(desk, office.admin, user="gone", reason="Left.")
    yield "wrong", "ana", WRONG
    yield "unknown", "nobody.here", WRONG
    yield "disabled", "gone", Components("seven geese and a cart")
    yield "without a password", "fresh", WRONG
    for _ in range(4):
        _refused(office)
    yield "locked, right", "ana", RIGHT
    yield "locked, wrong", "ana", WRONG


def test_the_refusal_has_one_text_whatever_its_cause(office, ana):
    texts = {cause: _refused(office, given, user) for cause, user, given in _in_every_way(office)}
    assert set(texts.values()) == {
        "No session was opened.\n"
        "login: user name, password or second factor is not right, or the user may not log in now\n"
        "  After 5 failures nothing is accepted for 15 minutes. An administrator can help."
    }
    assert len(texts) == 6


def test_the_refusal_costs_one_hash_whatever_its_cause(office, ana, monkeypatch):
    work = []
    real_hash, real_verify = argon2.PasswordHasher.hash, argon2.PasswordHasher.verify
    cost = (QUICK.cost.passes, QUICK.cost.memory_kib, QUICK.cost.lanes)

    def hashed(self, password, *, salt=None):
        work.append((self.time_cost, self.memory_cost, self.parallelism))
        return real_hash(self, password, salt=salt)

    def verified(self, kept, password):
        found = argon2.extract_parameters(kept)
        work.append((found.time_cost, found.memory_cost, found.parallelism))
        return real_verify(self, kept, password)

    monkeypatch.setattr(argon2.PasswordHasher, "hash", hashed)
    monkeypatch.setattr(argon2.PasswordHasher, "verify", verified)
    for cause, user, given in _in_every_way(office):
        work.clear()
        _refused(office, given, user)
        assert work == [cost], cause


def test_no_password_is_compared_while_a_transaction_is_open(office, ana, monkeypatch):
    open_at = []
    real = credentials.is_password

    def watched(*arguments):
        open_at.append(office.store.is_busy)
        return real(*arguments)

    monkeypatch.setattr(credentials, "is_password", watched)
    _ticket(office)
    _refused(office)
    change_password(office.store, ana, RIGHT, new="eight swans and a sledge", random=office.random, limits=QUICK)
    assert open_at == [False] * 3


def test_a_password_that_changes_during_the_comparison_opens_nothing(office, ana, monkeypatch):
    real = credentials.is_password

    def overtaken(*arguments):
        answer = real(*arguments)
        office.give("ana", "eight swans and a sledge")
        return answer

    monkeypatch.setattr(credentials, "is_password", overtaken)
    _refused(office, RIGHT)


def test_guesses_at_the_same_time_count_one_after_the_other(office, ana):
    with ThreadPoolExecutor(16) as pool:
        refused = list(pool.map(lambda n: _refused(office, Components(f"guess number {n}")), range(64)))
    assert len(refused) == 64
    counts = [event.new("failures") for event in office.store.log if event.entry.act is Act.REFUSE_SESSION]
    assert counts == [1, 2, 3, 4] + [5] * 60
    _refused(office, RIGHT)


def test_a_password_by_an_administrator_opens_nothing_but_its_change(office, ana):
    office.give("ana", "eight swans and a sledge")
    given = Components("eight swans and a sledge")
    ticket = _ticket(office, given)
    assert ticket.must_change
    who = _recognise(office, ticket.token)
    with office.store.reading() as view:
        allowed = {act for act in Act if fault_of(view, who, act, "leeds") is None}
        assert "Set a password of your own first" in str(fault_of(view, who, Act.JUDGE, "leeds"))
    assert allowed == {Act.SET_PASSWORD, Act.RENEW_SESSION, Act.CLOSE_SESSION}
    change_password(office.store, who, given, new=password_of("ana"), random=office.random, limits=QUICK)
    with office.store.reading() as view:
        assert fault_of(view, who, Act.JUDGE, "leeds") is None


def test_no_password_stands_outside_of_the_sealed_part(office, ana):
    _ticket(office)
    _refused(office)
    for secret in (password_of("ana"), "not her password"):
        assert secret not in repr(office.store.log) + repr(office.store.tables)
    for event in office.store.log:
        for visibility, change in event.entry.changes.items():
            assert "argon2" not in repr(change) or visibility == "credentials"
    assert password_of("ana") not in repr(RIGHT)


def test_the_limits_of_a_real_trial_are_those_that_the_manual_names():
    assert (LIMITS.failures, LIMITS.locked_for) == (5, timedelta(minutes=15))
    assert (LIMITS.idle, LIMITS.whole) == (timedelta(minutes=30), timedelta(hours=12))


def test_the_tables_of_people_come_back_from_the_log(office, ana):
    token = _ticket(office).token
    for _ in range(5):
        _refused(office)
    logout(office.store, _recognise(office, token))
    assert office.store.rebuilt() == office.store.tables
