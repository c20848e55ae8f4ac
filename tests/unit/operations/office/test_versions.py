"""Versions by site: which is in force where, what cannot be approved, and who has yet to consent again."""

from datetime import date, timedelta

import pytest
from tests.office_store import enter
from tests.office_trial import SITE, Office

from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.conduct.states import Participation
from equipoise.errors import RefusedError
from equipoise.operations.office import setting_up, sites, subjects
from equipoise.operations.office.acts import Act
from equipoise.operations.office.rows import Version
from equipoise.operations.office.versions import Reconsent, find_reconsents, version_on, words_in_force

YORK = "york"
IN_MARCH = date(2026, 3, 1)


@pytest.fixture
def office():
    """A trial that began on 2026-01-15 on version `first`, with a second site that has a coordinator."""
    office = Office()
    with office.store.writing() as desk:
        sites.open_site(desk, office.admin, YORK, "York")
    office.yan = enter(office.store, "yan", Role.COORDINATOR, YORK)
    return office


def approve(office, version, day, *where):
    with office.store.writing() as desk:
        return setting_up.approve_version(desk, office.admin, office.protocol, version, day, "ethics", where)


def in_force(office, site, day):
    with office.store.reading() as view:
        found = version_on(view, site, day)
    return None if found is None else found.version


def reconsents(office):
    with office.store.reading() as view:
        return find_reconsents(view, office.clock.at)


def consented_at_york(office, version="first"):
    with office.store.writing() as desk:
        subject = subjects.next_subject_id(desk, YORK)
        snapshot = office.snapshot(subject, f"mrn-of-{subject}")
        subjects.identify(desk, office.yan, YORK, f"mrn-of-{subject}", snapshot, {})
    consent_at_york(office, subject, version)
    return subject


def consent_at_york(office, subject, version):
    statement = subjects.consent_statement(subject, version, office.today)
    signature = office.sign(office.yan, Act.CONSENT, statement)
    with office.store.writing() as desk:
        subjects.consent(desk, office.yan, subject, version, office.today, signature)


def test_an_amendment_begins_at_the_sites_named_and_nowhere_else(office):
    approve(office, "second", IN_MARCH, SITE)
    days = (IN_MARCH - timedelta(days=1), IN_MARCH, IN_MARCH + timedelta(days=400))
    assert [in_force(office, SITE, day) for day in days] == ["first", "second", "second"]
    assert [in_force(office, YORK, day) for day in days] == ["first", "first", "first"]


def test_nothing_is_in_force_before_the_first_approval_began(office):
    assert in_force(office, SITE, office.today - timedelta(days=1)) is None


def test_a_site_opened_later_begins_on_what_was_approved_for_all(office):
    approve(office, "second", IN_MARCH, SITE)
    with office.store.writing() as desk:
        sites.open_site(desk, office.admin, "bath", "Bath")
    assert in_force(office, "bath", IN_MARCH) == "first"
    approve(office, "second", IN_MARCH + timedelta(days=30))
    assert in_force(office, "bath", IN_MARCH + timedelta(days=30)) == "second"


def test_what_one_site_began_with_comes_to_the_others_later_and_stays_there(office):
    approve(office, "second", IN_MARCH, SITE)
    approve(office, "second", IN_MARCH + timedelta(days=30))
    assert in_force(office, YORK, IN_MARCH + timedelta(days=29)) == "first"
    assert in_force(office, YORK, IN_MARCH + timedelta(days=30)) == "second"
    assert in_force(office, SITE, IN_MARCH + timedelta(days=30)) == "second"


def test_the_version_in_force_is_told_by_site_only_where_sites_differ(office):
    with office.store.reading() as view:
        assert words_in_force(view, office.today) == "first"
        assert words_in_force(view, office.today - timedelta(days=1)) is None
    approve(office, "second", IN_MARCH, YORK)
    with office.store.reading() as view:
        assert words_in_force(view, IN_MARCH) == "first at leeds; second at york"


@pytest.mark.parametrize(
    ("approved", "asked", "why"),
    [
        ([], ("first", 60, ()), "version first: is approved already"),
        ([], ("first", 60, (YORK,)), "version first: is approved at site york already"),
        ([], ("second", 0, (YORK,)), "is not after version first began at site york, on 2026-01-15"),
        ([], ("second", 60, ("bath",)), "site bath: is no site of this trial\n  Sites: leeds, york."),
        ([("second", 60, (YORK,))], ("second", 90, (YORK,)), "version second: is approved at site york already"),
        ([("second", 60, (YORK,))], ("second", 30, ()), "version second: is approved at site york already"),
        ([("second", 60, ())], ("first", 90, (YORK,)), "version first: is approved at site york already"),
    ],
)
def test_a_version_never_comes_back_and_none_begins_before_the_one_it_replaces(office, approved, asked, why):
    def at(version, days, where):
        return approve(office, version, office.today + timedelta(days=days), *where)

    for each in approved:
        at(*each)
    n_events = len(office.store.log)
    with pytest.raises(RefusedError) as caught:
        at(*asked)
    assert why in str(caught.value)
    assert len(office.store.log) == n_events


def test_a_version_approved_at_a_second_site_is_the_same_to_the_letter(office):
    approve(office, "second", IN_MARCH, SITE)
    changed = office.protocol.version("second").model_copy(update={"label": "Another text"})
    others = [each for each in office.protocol.versions if each.name != "second"]
    office.protocol = office.protocol.model_copy(update={"versions": [*others, changed]})
    with pytest.raises(RefusedError, match="version second: is not the one approved before: its digest differs"):
        approve(office, "second", IN_MARCH, YORK)
    with office.store.reading() as view:
        assert len(view.find(Version)) == 2


def test_an_approval_says_what_was_in_force_before_at_the_sites_it_is_for(office):
    event = approve(office, "second", IN_MARCH, YORK)
    (change,) = event.entry.changes.values()
    assert change.new["sites"] == [YORK]
    assert change.old == {"in_force": {YORK: "first"}}


def test_consent_counts_on_the_version_in_force_at_the_site_of_the_subject(office):
    approve(office, "second", office.today + timedelta(days=1), YORK)
    office.go_on(1)
    assert office.consent(office.identified(), "first").entry.version == "first"
    with pytest.raises(
        RefusedError, match=r"version first: was not in force on 2026-01-16[\s\S]*consent on version second"
    ):
        consented_at_york(office, "first")


def test_nobody_is_allocated_on_a_version_that_was_replaced_at_their_site(office):
    subject = office.eligible()
    approve(office, "second", office.today + timedelta(days=1), YORK)
    office.go_on(1)
    office.allocate(subject)  # replaced elsewhere, not here
    other = office.eligible()
    approve(office, "second", office.today + timedelta(days=1), SITE)
    office.go_on(1)
    with pytest.raises(RefusedError, match="on version first, which version second replaced on 2026-01-17"):
        office.allocate(other)


def test_a_subject_stays_on_the_version_consented_to(office):
    subject = office.allocated()
    approve(office, "second", office.today + timedelta(days=1))
    office.go_on(1)
    assert office.subject(subject).version == "first"
    assert office.ruling(subject).eligibility.version == "first"


def test_who_has_yet_to_consent_again_is_listed_with_what_they_signed_and_what_counts_now(office):
    here, there = office.allocated(), consented_at_york(office)
    since = office.today + timedelta(days=3)
    approve(office, "second", since, SITE)
    office.go_on(2)
    assert reconsents(office) == []
    office.go_on(1)
    assert reconsents(office) == [Reconsent(here, SITE, "first", "second", since, Participation.RANDOMISED)]
    office.consent(here, "second")
    assert reconsents(office) == []
    approve(office, "second", office.today + timedelta(days=1), YORK)
    office.go_on(1)
    assert [each.subject for each in reconsents(office)] == [there]
    consent_at_york(office, there, "second")
    assert reconsents(office) == []


def test_only_who_still_takes_part_is_asked_to_consent_again(office):
    office.identified()
    failed, withdrawn, lost = office.screening(), office.allocated(), office.allocated()
    office.move(failed, Move.FAIL_SCREENING, office.investigator, reason="platelets", criteria=["I2"])
    office.move(withdrawn, Move.WITHDRAW_FROM_ALL_CONTACT)
    office.go_on(3)
    office.move(lost, Move.LOSE, attempts=["2026-01-16", "2026-01-17", "2026-01-18"])
    consented = office.identified()
    office.consent(consented)
    kept = [consented, office.screening(), office.eligible(), office.allocated()]
    approve(office, "second", office.today + timedelta(days=1))
    office.go_on(1)
    assert [each.subject for each in reconsents(office)] == kept
