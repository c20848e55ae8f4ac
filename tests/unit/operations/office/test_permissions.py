"""Who may do what: the table of acts against a second table, written by hand from the roles as the issue names them.

Source of the separation of masked and unmasked: ICH E9, 2.3.1, and the roles of the issue; the matrix below is the
independent second writing of `acts.ACTS`, which the code is compared with act by act.
"""

from dataclasses import replace
from itertools import product

import pytest
from tests.office_store import MemoryStore, enter

from equipoise.conduct.roles import Role
from equipoise.errors import RefusedError
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.people import add_person, disable_person, grant_role, revoke_role
from equipoise.operations.office.permissions import (
    AT_ALL_SITES,
    AT_ONE_SITE,
    MASKED,
    UNMASKED,
    Who,
    can,
    check_may,
    fault_of,
)
from equipoise.operations.office.visibility import SEEN, Visibility

COLUMNS = (
    Role.COORDINATOR,
    Role.INVESTIGATOR,
    Role.TREATING_TEAM,
    Role.MASKED_READER,
    Role.MASKED_STATISTICIAN,
    Role.UNMASKED_STATISTICIAN,
    Role.MONITOR,
    Role.DATA_MANAGER,
    Role.ADMINISTRATOR,
)
#                               coo inv tre rea mst ust mon dat adm
MATRIX = """
    trial.initialised             -   -   -   -   -   -   -   -   -
    version.approved              -   -   -   -   -   -   -   -   x
    site.opened                   -   -   -   -   -   -   -   -   x
    site.paused                   -   -   -   -   -   -   -   -   x
    site.resumed                  -   -   -   -   -   -   -   -   x
    site.closed                   -   -   -   -   -   -   -   -   x
    site.settings-set             -   -   -   -   -   -   -   -   x
    person.added                  -   -   -   -   -   -   -   -   x
    person.password-set           x   x   x   x   x   x   x   x   x
    person.second-factor-set      x   x   x   x   x   x   x   x   x
    person.role-granted           -   -   -   -   -   -   -   -   x
    person.role-revoked           -   -   -   -   -   -   -   -   x
    person.disabled               -   -   -   -   -   -   -   -   x
    person.unlocked               -   -   -   -   -   -   -   -   x
    session.opened                -   -   -   -   -   -   -   -   -
    session.refused               -   -   -   -   -   -   -   -   -
    session.renewed               x   x   x   x   x   x   x   x   x
    session.closed                x   x   x   x   x   x   x   x   x
    password.refused              -   -   -   -   -   -   -   -   -
    second-factor.used            -   -   -   -   -   -   -   -   -
    subject.identified            s   s   -   -   -   -   -   -   -
    subject.moved                 s   s   s   -   -   -   -   -   -
    subject.consented             s   s   -   -   -   -   -   -   -
    subject.judged                -   s   -   -   -   -   -   -   -
    subject.eligibility-expired   s   s   -   -   -   -   -   -   -
    subject.allocated             s   s   -   -   -   -   -   -   -
    subject.corrected             -   s   -   -   -   -   -   -   -
    course.moved                  s   s   s   -   -   -   -   -   -
    step.released                 -   s   s   -   -   -   -   -   -
    step.held                     -   s   s   -   -   -   -   -   -
    form.recorded                 s   s   s   -   -   -   -   -   -
    form.amended                  s   s   s   -   -   -   -   -   -
    scan.read                     -   -   -   x   -   -   -   -   -
    deviation.classified          s   s   -   -   -   -   -   -   -
    query.answered                s   s   s   -   -   -   -   -   -
    notice.acknowledged           -   s   -   -   -   -   -   -   -
    dose-table.signed             -   x   -   -   -   -   -   -   -
    subject.identity-destroyed    -   -   -   -   -   -   -   -   x
    scheme.frozen                 -   -   -   -   -   x   -   -   -
    allocation.error-recorded     s   s   -   -   -   -   -   -   -
    trial.locked                  -   -   -   -   -   -   -   x   -
    scheme.revealed               -   -   -   -   -   x   -   -   -
    trial.cut                     -   -   -   -   x   x   -   x   -
    trial.exported                x   x   x   x   x   x   x   x   x
    trial.backed-up               -   -   -   -   -   -   -   x   x
"""
"""s: at a site only. x: anywhere."""
CELLS = {
    (Act(act), role): cell
    for act, *cells in (line.split() for line in MATRIX.strip().splitlines())
    for role, cell in zip(COLUMNS, cells, strict=True)
}


@pytest.fixture(scope="module")
def people():
    """One person of each role, at Leeds where the role is one of a site, and a store that knows them."""
    store = MemoryStore()
    return store, {
        role: enter(store, str(role), role, "leeds" if role in AT_ONE_SITE | {Role.MONITOR} else None) for role in Role
    }


def test_the_second_table_has_every_act_and_role():
    assert set(CELLS) == set(product(Act, Role))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", Act)
def test_a_role_may_do_its_acts_at_its_site_and_no_other(people, act, role):
    store, whos = people
    who, cell = whos[role], CELLS[act, role]
    is_of_one_site = who.site is not None
    with store.reading() as view:
        assert can(view, who, act) is (cell == "x")
        assert can(view, who, act, "leeds") is (cell in "xs")
        assert can(view, who, act, "york") is (cell in "xs" and not is_of_one_site)


@pytest.mark.parametrize(("act", "role", "site"), list(product(Act, Role, (None, "leeds", "york"))))
def test_what_a_page_offers_is_what_the_act_accepts(people, act, role, site):
    store, whos = people
    with store.reading() as view:
        fault = fault_of(view, whos[role], act, site)
        if can(view, whos[role], act, site):
            check_may(view, whos[role], act, site)
            return
        with pytest.raises(RefusedError) as caught:
            check_may(view, whos[role], act, site)
    assert caught.value.faults == (fault,)
    assert caught.value.exit_code == 2


def test_a_refusal_says_who_what_and_whose_it_is(people):
    store, whos = people
    with store.reading() as view, pytest.raises(RefusedError) as caught:
        check_may(view, whos[Role.MONITOR], Act.ALLOCATE, "leeds")
    assert str(caught.value) == (
        "monitor may not allocate a subject.\n"
        "role monitor: may not allocate a subject\n"
        "  It is for: coordinator, investigator."
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"user": "nobody"}, "is not an active user"),
        ({"session": "of-nobody"}, "has no open session"),
        ({"role": Role.INVESTIGATOR}, "does not have the role investigator"),
        ({"site": "york"}, "does not have the role coordinator at site york"),
        ({"site": None}, "does not have the role coordinator"),
    ],
)
def test_a_person_who_is_not_what_the_tables_say_may_do_nothing(people, change, words):
    store, whos = people
    with store.reading() as view:
        fault = fault_of(view, replace(whos[Role.COORDINATOR], **change), Act.CONSENT, "leeds")
    assert fault is not None
    assert words in str(fault)


def test_nobody_acts_in_the_session_of_another(people):
    store, whos = people
    other = replace(whos[Role.ADMINISTRATOR], session=whos[Role.MONITOR].session)
    with store.reading() as view:
        assert "has no open session" in str(fault_of(view, other, Act.ADD_PERSON))


def test_a_role_at_two_sites_is_two_roles(office):
    leeds = office.add("ana", Role.COORDINATOR, "leeds")
    with office.store.writing() as desk:
        grant_role(desk, office.admin, user="ana", role=Role.COORDINATOR, site="york")
    york = replace(leeds, site="york")
    with office.store.reading() as view:
        assert not can(view, leeds, Act.CONSENT, "york")
        assert can(view, york, Act.CONSENT, "york")


def test_a_role_taken_back_opens_nothing_in_a_session_that_is_open(office):
    ana = office.add("ana", Role.COORDINATOR, "leeds")
    with office.store.writing() as desk:
        revoke_role(desk, office.admin, user="ana", role=Role.COORDINATOR, site="leeds", reason="She left the team.")
    with office.store.reading() as view:
        assert "does not have the role" in str(fault_of(view, ana, Act.CONSENT, "leeds"))


def test_a_disabled_person_with_an_open_session_may_do_nothing(office):
    ana = office.add("ana", Role.COORDINATOR, "leeds")
    with office.store.writing() as desk:
        disable_person(desk, office.admin, user="ana", reason="She left the hospital.")
    with office.store.reading() as view:
        assert "is not an active user" in str(fault_of(view, ana, Act.CONSENT, "leeds"))
        assert "is not an active user" in str(fault_of(view, ana, Act.CLOSE_SESSION))


def test_the_unmasked_roles_are_those_that_see_an_arm():
    assert {role for role in Role if Visibility.ARM in SEEN[role]} == UNMASKED
    assert not MASKED & UNMASKED


def test_every_role_is_of_a_site_or_of_the_trial_and_a_monitor_of_either():
    assert set(Role) - AT_ONE_SITE - AT_ALL_SITES == {Role.MONITOR}
    assert not AT_ONE_SITE & AT_ALL_SITES


def _granted(office, roles):
    """Grant roles one after the other to one person; the refusal of the last one, None when all are granted."""
    with office.store.writing() as desk:
        add_person(desk, office.admin, user="pat", name="Pat Low")
    try:
        for role in roles:
            with office.store.writing() as desk:
                site = "leeds" if role in AT_ONE_SITE else None
                grant_role(desk, office.admin, user="pat", role=role, site=site)
    except RefusedError as error:
        return str(error)
    return None


@pytest.mark.parametrize(("first", "second"), [(a, b) for a in Role for b in Role if a is not b])
def test_nobody_is_masked_and_unmasked(office, first, second):
    masked = {Role.MASKED_READER, Role.MASKED_STATISTICIAN}
    neutral = {Role.ADMINISTRATOR, Role.DATA_MANAGER}
    is_apart = not {first, second} & neutral and (first in masked) is not (second in masked)
    refusal = _granted(office, [first, second])
    if is_apart:
        assert refusal is not None
        assert f"cannot be {second}: has or had the role {first}" in refusal
    else:
        assert refusal is None


def test_who_has_seen_arms_cannot_be_masked_after_the_role_is_taken_back(office):
    office.add("pat", Role.INVESTIGATOR, "leeds")
    with office.store.writing() as desk:
        revoke_role(desk, office.admin, user="pat", role=Role.INVESTIGATOR, site="leeds", reason="She moved on.")
    with pytest.raises(RefusedError, match="cannot be masked-reader: has or had the role investigator"):
        with office.store.writing() as desk:
            grant_role(desk, office.admin, user="pat", role=Role.MASKED_READER)


def test_who_was_masked_may_be_unmasked_once_the_masked_role_is_taken_back(office):
    office.add("pat", Role.MASKED_READER)
    with office.store.writing() as desk:
        revoke_role(desk, office.admin, user="pat", role=Role.MASKED_READER, reason="She reads no more.")
        grant_role(desk, office.admin, user="pat", role=Role.INVESTIGATOR, site="leeds")
    assert isinstance(office.log_in("pat"), Who)


def test_only_the_office_itself_writes_the_acts_of_nobody():
    assert {act for act in Act if not ACTS[act].roles} == {
        Act.INITIALISE,
        Act.OPEN_SESSION,
        Act.REFUSE_SESSION,
        Act.REFUSE_PASSWORD,
        Act.USE_SECOND_FACTOR,
    }


def test_what_the_office_writes_by_itself_is_refused_as_such(people):
    store, whos = people
    with store.reading() as view:
        fault = fault_of(view, whos[Role.ADMINISTRATOR], Act.REFUSE_SESSION)
    assert str(fault) == "act session.refused: is written by the office itself and asked for by nobody"
