"""The day of an act is that of the site, whatever day the clock of the server shows.

Expected days are those of the almanac: in January Chicago is 6 hours behind UTC, in July 5; Tokyo is 9 hours ahead.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.office_store import Clock
from tests.office_trial import SITE, Office

from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.moves import Move
from equipoise.conduct.raised import RaisedKind
from equipoise.errors import RefusedError
from equipoise.operations.office import recording, sites
from equipoise.operations.office.days import today_at
from equipoise.operations.office.rows import Site
from equipoise.protocol.site import load_site

CHICAGO, TOKYO = "America/Chicago", "Asia/Tokyo"


def at(office, instant):
    office.clock.at = instant


def codes(done, kind):
    return [each.code for each in done.raised if each.kind is kind]


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("UTC", datetime(2026, 1, 15, 2, tzinfo=UTC), date(2026, 1, 15)),
        (CHICAGO, datetime(2026, 1, 15, 2, tzinfo=UTC), date(2026, 1, 14)),
        (CHICAGO, datetime(2026, 1, 15, 5, 59, tzinfo=UTC), date(2026, 1, 14)),
        (CHICAGO, datetime(2026, 1, 15, 6, tzinfo=UTC), date(2026, 1, 15)),
        (CHICAGO, datetime(2026, 7, 15, 5, tzinfo=UTC), date(2026, 7, 15)),
        (TOKYO, datetime(2026, 1, 15, 14, 59, tzinfo=UTC), date(2026, 1, 15)),
        (TOKYO, datetime(2026, 1, 15, 23, tzinfo=UTC), date(2026, 1, 16)),
    ],
)
def test_the_day_at_a_site_is_that_of_its_people(zone, instant, day):
    office = Office(time_zone=zone)
    with office.store.reading() as view:
        assert today_at(view, SITE, instant) == day
        assert today_at(view, None, instant) == instant.date()


def in_zone(zone, hour):
    """An allocated subject in the arm with the drug, a week later at this hour of UTC."""
    office = Office(time_zone=zone, clock=Clock(datetime(2026, 1, 15, 16, tzinfo=UTC)))
    subject = office.in_arm("drug-then-surgery")
    at(office, (office.clock.at + timedelta(days=7)).replace(hour=hour))
    return office, subject


def test_a_dose_given_in_the_evening_in_chicago_is_released_and_recorded_on_its_day():
    """At 02:00 UTC it is the evening before: the release of that evening authorises the dose of that evening."""
    office, subject = in_zone(CHICAGO, 2)
    assert office.today == office.clock.at.date() - timedelta(days=1)
    office.platelets(subject, "150")
    office.release(subject, "drug-1")
    done = office.record(subject, "dose", step="drug-1", administered="100", unit="mg")
    assert done.raised == ()
    (released,) = office.file(subject).released
    assert released.on == office.today


def test_a_day_that_has_begun_in_utc_only_is_the_future_in_chicago():
    office, subject = in_zone(CHICAGO, 2)
    with pytest.raises(RefusedError, match="future"):
        office.platelets(subject, "150", on=office.clock.at.date())


def test_a_site_east_of_utc_records_the_dose_of_this_morning():
    """At 23:00 UTC it is the next morning in Tokyo."""
    office, subject = in_zone(TOKYO, 23)
    assert office.today == office.clock.at.date() + timedelta(days=1)
    office.platelets(subject, "150")
    office.release(subject, "drug-1")
    assert office.record(subject, "dose", step="drug-1", administered="100", unit="mg").raised == ()


def test_a_release_of_yesterday_evening_does_not_authorise_a_dose_of_the_next_day():
    office, subject = in_zone(CHICAGO, 2)
    office.platelets(subject, "150")
    office.release(subject, "drug-1")
    at(office, office.clock.at + timedelta(hours=12))
    done = office.record(subject, "dose", step="drug-1", administered="100", unit="mg")
    assert codes(done, RaisedKind.DEVIATION) == ["without-release"]


@pytest.mark.parametrize(("zone", "hour"), [(CHICAGO, 2), (TOKYO, 23)])
def test_consent_judgement_and_allocation_are_of_the_day_at_the_site(zone, hour):
    office = Office(time_zone=zone, clock=Clock(datetime(2026, 1, 15, 12, tzinfo=UTC)))
    at(office, office.clock.at.replace(day=18, hour=hour))
    subject = office.allocated()
    assert office.file(subject).allocated_on == office.today
    assert {stood.on for stood in office.file(subject).stood if stood.move is not None} == {office.today}


def test_a_move_is_dated_by_the_day_at_the_site():
    office, subject = in_zone(TOKYO, 23)
    office.move(subject, Move.WITHDRAW_FROM_PROCEDURES)
    assert office.file(subject).stood[-1].on == office.today
    with pytest.raises(RefusedError, match="at the site"):
        office.move(subject, Move.LOSE, on=office.today + timedelta(days=1))


def test_a_correction_and_a_masked_reading_may_be_of_the_day_at_the_site():
    office, subject = in_zone(TOKYO, 23)
    entry = office.platelets(subject, "150", on=office.today - timedelta(days=2)).entry
    office.amend(subject, entry, on=office.today)
    assert office.file(subject).entered[entry].form.on == office.today
    with pytest.raises(RefusedError, match="future"):
        office.amend(subject, entry, on=office.today + timedelta(days=1))


def test_the_settings_of_a_site_set_its_zone_and_a_file_without_one_leaves_it(tmp_path):
    office = Office()
    for text, zone in (("time_zone: Asia/Tokyo", TOKYO), ("windows: {laboratory: 10 d}", TOKYO)):
        file = tmp_path / "site.yaml"
        file.write_text(f"site: Leeds\n{text}\n")
        with office.store.writing() as desk:
            sites.set_settings(desk, office.admin, office.protocol, SITE, load_site(file), "ours")
        with office.store.reading() as view:
            assert view.get(Site, SITE).time_zone == zone


@pytest.mark.parametrize("name", ["Chicago", "", "../etc/passwd", "America/Nowhere"])
def test_a_zone_that_nobody_knows_is_refused(name):
    office = Office()
    with pytest.raises(RefusedError, match="is none that this computer knows"), office.store.writing() as desk:
        sites.open_site(desk, office.admin, "york", "York", name)


def test_a_site_that_is_opened_again_keeps_its_zone():
    office = Office(time_zone=TOKYO)
    with office.store.writing() as desk:
        sites.close_site(desk, office.admin, SITE, "moves")
        sites.open_site(desk, office.admin, SITE, "Leeds again")
    with office.store.reading() as view:
        assert view.get(Site, SITE).time_zone == TOKYO


def test_a_form_is_looked_at_by_the_day_at_the_site():
    office, subject = in_zone(CHICAGO, 2)
    tomorrow = read_form("visit", {"on": office.clock.at.date(), "what": "visit"})
    with pytest.raises(RefusedError, match="future"), office.store.writing() as desk:
        recording.record(desk, office.coordinator, office.rules, subject, tomorrow)
