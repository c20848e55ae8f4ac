"""People: names are given once, an administrator always remains, a password is the person's own."""

from dataclasses import replace

import pytest
from tests.office_people import ADMINISTRATOR, QUICK, Office, password_of

from equipoise.conduct.roles import Role
from equipoise.errors import RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.credentials import Components
from equipoise.operations.office.event import Change, Entry
from equipoise.operations.office.passwords import CHEAP_COST, hash_password
from equipoise.operations.office.people import (
    add_first_administrator,
    add_person,
    change_password,
    disable_person,
    grant_role,
    remove_second_factor,
    revoke_role,
    set_first_password,
    unlock_person,
)
from equipoise.operations.office.rows import Grant, Person, Session
from equipoise.operations.office.sessions import login
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write

REASON = "She left the team."


def _do(office, act, *arguments, **more):
    """One act at a desk of its own."""
    with office.store.writing() as desk:
        return act(desk, *arguments, **more)


def _refused(office, act, *arguments, **more):
    before = len(office.store.log)
    with pytest.raises(RefusedError) as caught:
        _do(office, act, *arguments, **more)
    assert len(office.store.log) == before
    return str(caught.value)


def test_the_trial_begins_with_one_administrator_and_no_second_comes_that_way(office):
    kept = hash_password("seven geese and a cart", bytes(16), CHEAP_COST)
    refusal = _refused(office, add_first_administrator, user="eve", name="Eve", password_hash=kept)
    assert "users: this trial has users already" in refusal


def test_a_user_name_is_never_given_twice(office):
    _do(office, add_person, office.admin, user="ana", name="Ana Low")
    refusal = _refused(office, add_person, office.admin, user="ana", name="Ana High")
    assert "user ana: was given to a person before" in refusal
    _do(office, disable_person, office.admin, user="ana", reason=REASON)
    assert _refused(office, add_person, office.admin, user="ana", name="Ana High") == refusal


@pytest.mark.parametrize("user", ["Ana", "a", "", "1ana", "ana low", "ana/admin", "-", "an*", "añe", "a" * 33, "ana\n"])
def test_a_user_name_is_plain(office, user):
    assert "user name: cannot be used" in _refused(office, add_person, office.admin, user=user, name="Ana")


@pytest.mark.parametrize("name", ["", "  ", "Ana\nAdministrator", "Ana\x00", "Ana\ud800"])
def test_a_person_has_a_name_in_one_line_for_signatures(office, name):
    assert "user ana: has no name in one line" in _refused(office, add_person, office.admin, user="ana", name=name)


def test_who_is_no_administrator_adds_nobody(office):
    ana = office.add("ana", Role.INVESTIGATOR, "leeds")
    refusal = _refused(office, add_person, ana, user="eve", name="Eve")
    assert refusal.startswith("ana may not add a person.\nrole investigator: may not add a person")


def test_the_last_administrator_is_neither_disabled_nor_stripped(office):
    words = f"user {ADMINISTRATOR}: is the last administrator"
    assert words in _refused(office, disable_person, office.admin, user=ADMINISTRATOR, reason=REASON)
    more = {"user": ADMINISTRATOR, "role": Role.ADMINISTRATOR, "reason": REASON}
    assert words in _refused(office, revoke_role, office.admin, **more)


def test_a_disabled_administrator_does_not_count_as_one_who_remains(office):
    office.add("ida", Role.ADMINISTRATOR)
    _do(office, disable_person, office.admin, user="ida", reason=REASON)
    refusal = _refused(office, disable_person, office.admin, user=ADMINISTRATOR, reason=REASON)
    assert "is the last administrator" in refusal


def test_with_a_second_administrator_the_first_may_go(office):
    ida = office.add("ida", Role.ADMINISTRATOR)
    _do(office, disable_person, ida, user=ADMINISTRATOR, reason=REASON)
    assert "is the last administrator" in _refused(office, disable_person, ida, user="ida", reason=REASON)


def test_an_administrator_who_leaves_disables_themselves_and_the_session_is_over(office):
    office.add("ida", Role.ADMINISTRATOR)
    _do(office, disable_person, office.admin, user=ADMINISTRATOR, reason=REASON)
    assert not office.row(Session, office.admin.session).is_open
    assert office.store.rebuilt() == office.store.tables


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INVESTIGATOR, Role.TREATING_TEAM])
def test_the_roles_of_a_site_are_granted_at_a_site(office, role):
    _do(office, add_person, office.admin, user="pat", name="Pat")
    assert f"role {role}: is granted at a site" in _refused(office, grant_role, office.admin, user="pat", role=role)
    _do(office, grant_role, office.admin, user="pat", role=role, site="york")
    assert office.row(Grant, f"pat/{role}/york").is_active


@pytest.mark.parametrize(
    "role",
    [
        Role.MASKED_READER,
        Role.MASKED_STATISTICIAN,
        Role.UNMASKED_STATISTICIAN,
        Role.DATA_MANAGER,
        Role.ADMINISTRATOR,
    ],
)
def test_the_roles_of_the_trial_are_granted_without_a_site(office, role):
    _do(office, add_person, office.admin, user="pat", name="Pat")
    refusal = _refused(office, grant_role, office.admin, user="pat", role=role, site="york")
    assert f"role {role}: is for the whole trial" in refusal
    _do(office, grant_role, office.admin, user="pat", role=role)
    assert office.row(Grant, f"pat/{role}/*").is_active


def test_a_role_is_granted_at_a_site_of_the_trial(office):
    _do(office, add_person, office.admin, user="pat", name="Pat")
    refusal = _refused(office, grant_role, office.admin, user="pat", role=Role.MONITOR, site="atlantis")
    assert "site atlantis: is no site of this trial" in refusal


def test_a_closed_site_still_gets_staff_for_the_subjects_it_has(office):
    _do(office, add_person, office.admin, user="pat", name="Pat")
    with office.store.writing() as desk:
        write(
            desk,
            Entry(Act.CLOSE_SITE, ADMINISTRATOR, Role.ADMINISTRATOR, {}, site="york", reason="No subjects."),
        )
    _do(office, grant_role, office.admin, user="pat", role=Role.COORDINATOR, site="york")


def test_a_role_is_granted_once_taken_back_once_and_granted_again(office):
    grant = {"user": "pat", "role": Role.MONITOR}
    _do(office, add_person, office.admin, user="pat", name="Pat")
    assert "does not have the role monitor" in _refused(office, revoke_role, office.admin, reason=REASON, **grant)
    _do(office, grant_role, office.admin, **grant)
    assert "has the role monitor already" in _refused(office, grant_role, office.admin, **grant)
    assert "needs a reason" in _refused(office, revoke_role, office.admin, reason="", **grant)
    _do(office, revoke_role, office.admin, reason=REASON, **grant)
    assert not office.row(Grant, "pat/monitor/*").is_active
    assert "does not have the role monitor" in _refused(office, revoke_role, office.admin, reason=REASON, **grant)
    _do(office, grant_role, office.admin, **grant)
    assert office.row(Grant, "pat/monitor/*").is_active


def test_nothing_is_done_to_who_is_not_there_or_disabled(office):
    office.add("pat", Role.MONITOR)
    _do(office, disable_person, office.admin, user="pat", reason=REASON)
    for user, words in (("pat", "user pat: is disabled"), ("eve", "user eve: is not a user of this trial")):
        assert words in _refused(office, grant_role, office.admin, user=user, role=Role.DATA_MANAGER)
        assert words in _refused(office, disable_person, office.admin, user=user, reason=REASON)
        assert words in _refused(office, unlock_person, office.admin, user=user, reason=REASON)
        assert words in _refused(office, remove_second_factor, office.admin, user=user, reason=REASON)
        with pytest.raises(RefusedError, match=words):
            office.give(user, "seven geese and a cart")


def test_a_change_of_password_needs_the_old_one_and_counts_a_wrong_one(office):
    ana = office.add("ana", Role.INVESTIGATOR, "leeds")
    for failures in (1, 2):
        with pytest.raises(RefusedError, match="password or second factor is wrong"):
            _change(office, ana, "not the old one", "eight swans and a sledge")
        assert office.row(Person, "ana").failures == failures
    assert office.store.log[-1].new("purpose") == Act.SET_PASSWORD.value
    _change(office, ana, password_of("ana"), "eight swans and a sledge")
    assert office.log_in("ana", Components("eight swans and a sledge"))
    with pytest.raises(RefusedError, match="No session was opened"):
        office.log_in("ana")


def _change(office, who, old, new):
    change_password(office.store, who, Components(old), new=new, random=office.random, limits=QUICK)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("short", "has fewer than 12"),
        (password_of("ana"), "is the old one"),
        ("password1234", "first that anyone would try"),
    ],
)
def test_a_new_password_that_cannot_be_chosen_is_refused_before_the_old_is_asked(office, new, words):
    ana = office.add("ana", Role.INVESTIGATOR, "leeds")
    before = len(office.store.log)
    with pytest.raises(RefusedError, match=words):
        _change(office, ana, password_of("ana"), new)
    assert len(office.store.log) == before


def test_a_change_of_password_closes_the_other_sessions(office):
    ana = office.add("ana", Role.INVESTIGATOR, "leeds")
    elsewhere = office.log_in("ana")
    _change(office, ana, password_of("ana"), "eight swans and a sledge")
    assert office.row(Session, ana.session).is_open
    assert not office.row(Session, elsewhere.session).is_open


def test_a_password_by_an_administrator_closes_all_sessions_of_the_person(office):
    ana = office.add("ana", Role.INVESTIGATOR, "leeds")
    office.give("ana", "eight swans and a sledge")
    assert not office.row(Session, ana.session).is_open
    assert office.row(Session, office.admin.session).is_open
    assert office.row(Person, "ana").must_change


def test_a_password_is_given_by_an_administrator_and_to_others(office):
    ana = office.add("ana", Role.INVESTIGATOR, "leeds")
    office.add("ben", Role.COORDINATOR, "york")
    for who, user, words in (
        (ana, "ben", "role investigator: may do this for themselves only"),
        (ana, "ana", "role investigator: may do this for themselves only"),
        (office.admin, ADMINISTRATOR, f"user {ADMINISTRATOR}: cannot do this for themselves"),
    ):
        with pytest.raises(RefusedError, match=words):
            set_first_password(
                office.store, who, user=user, password="eight swans on ice", random=office.random, cost=CHEAP_COST
            )


def test_a_first_password_follows_the_rules_as_well(office):
    _do(office, add_person, office.admin, user="pat", name="Pat")
    with pytest.raises(RefusedError, match="new password: is among the first"):
        office.give("pat", "password1234")


def test_an_administrator_whose_role_was_taken_back_does_nothing_more(office):
    ida = office.add("ida", Role.ADMINISTRATOR)
    office.add("pat", Role.MONITOR)
    _do(office, revoke_role, office.admin, user="ida", role=Role.ADMINISTRATOR, reason=REASON)
    words = "user ida: does not have the role administrator"
    pat = {"user": "pat"}
    monitor = {"user": "pat", "role": Role.MONITOR}
    assert words in _refused(office, add_person, ida, user="eve", name="Eve")
    assert words in _refused(office, grant_role, ida, user="pat", role=Role.DATA_MANAGER)
    assert words in _refused(office, revoke_role, ida, reason=REASON, **monitor)
    for act in (disable_person, unlock_person, remove_second_factor):
        assert words in _refused(office, act, ida, reason=REASON, **pat)
    with pytest.raises(RefusedError, match=words):
        set_first_password(
            office.store, ida, password="eight swans on ice", random=office.random, cost=CHEAP_COST, **pat
        )
    with pytest.raises(RefusedError, match=words):
        _change(office, ida, password_of("ida"), "eight swans and a sledge")


def test_two_people_with_one_password_have_different_hashes(office):
    for user in ("ana", "ben"):
        _do(office, add_person, office.admin, user=user, name=user.title())
        office.give(user, "seven geese and a cart")
    kept = [
        event.new("password_hash", Visibility.CREDENTIALS)
        for event in office.store.log
        if event.entry.act is Act.SET_PASSWORD and event.new("person") in ("ana", "ben")
    ]
    assert len(set(kept)) == 2


def test_a_life_in_the_office_is_rebuilt_from_the_log(office):
    ana = office.add("ana", Role.INVESTIGATOR, "leeds")
    _change(office, ana, password_of("ana"), "eight swans and a sledge")
    for _ in range(5):
        with pytest.raises(RefusedError):
            _change(office, ana, "no", "nine cranes in a row")
    _do(office, unlock_person, office.admin, user="ana", reason="She called.")
    _do(office, revoke_role, office.admin, user="ana", role=Role.INVESTIGATOR, site="leeds", reason=REASON)
    _do(office, disable_person, office.admin, user="ana", reason=REASON)
    assert office.store.rebuilt() == office.store.tables
    assert office.row(Person, "ana").status == "disabled"


def test_a_key_that_does_not_open_credentials_is_no_failure_of_the_person(office):
    event = office.store.log[-1]
    for n, event in enumerate(office.store.log):
        if event.entry.act is Act.SET_PASSWORD:
            changes = {**event.entry.changes, Visibility.CREDENTIALS: Change()}
            office.store.log[n] = replace(event, entry=replace(event.entry, changes=changes))
    with pytest.raises(RefusedError, match="Start with the key file that belongs to this trial"):
        login(office.store, ADMINISTRATOR, Components(password_of(ADMINISTRATOR)), limits=QUICK)
    assert office.row(Person, ADMINISTRATOR).failures == 0


def test_the_same_begins_the_same():
    assert Office().store.log == Office().store.log
