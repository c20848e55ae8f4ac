"""Sites: recruitment that pauses and ends, and settings that the log knows by their digest."""

import pytest
from tests.office_store import enter
from tests.office_trial import SITE, Office

from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.errors import ProtocolError, RefusedError
from equipoise.operations.office import rulings, setting_up, sites
from equipoise.operations.office.rows import Site
from equipoise.protocol.site import load_site

NARROW = "site: Leeds\nranges: [{concept: platelets, unit: 10*9/L, low: 150, high: 400}]\n"


@pytest.fixture
def office():
    return Office()


def act(office, name, *arguments):
    with office.store.writing() as desk:
        return getattr(sites, name)(desk, office.admin, *arguments)


def site(office, site_id=SITE):
    return office.store.tables[Site][site_id]


def settings_of(tmp_path, text=NARROW, name="site.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return load_site(path)


def set_settings(office, settings, reason="new analyser"):
    return act(office, "set_settings", office.protocol, SITE, settings, reason)


def test_a_paused_site_takes_no_candidate_and_allocates_nobody(office):
    waiting = office.eligible()
    act(office, "pause_site", SITE, "no scanner until March")
    for call in (office.identified, lambda: office.allocate(waiting)):
        n_events = len(office.store.log)
        with pytest.raises(RefusedError, match=r"site leeds: is paused: no scanner until March\n.*sites resume"):
            call()
        assert len(office.store.log) == n_events


def test_the_subjects_of_a_site_that_does_not_recruit_go_on(office):
    subject, allocated = office.screening(), office.allocated()
    act(office, "pause_site", SITE, "no scanner")
    office.judge(subject)
    act(office, "close_site", SITE, "surgeon left")
    office.move(allocated, Move.WITHDRAW_FROM_ALL_CONTACT)
    assert office.subject(subject).participation == "eligible"
    assert office.subject(allocated).participation == "withdrawn-from-all-contact"


def test_a_site_that_is_resumed_or_opened_again_goes_on_with_its_numbers(office):
    first = office.eligible()
    act(office, "pause_site", SITE, "no scanner")
    act(office, "resume_site", SITE)
    office.allocate(first)
    act(office, "close_site", SITE, "surgeon left")
    with pytest.raises(RefusedError, match="site leeds: is closed: surgeon left"):
        office.identified()
    act(office, "open_site", SITE, "Leeds General Infirmary")
    assert office.identified() == "leeds-0002"
    assert site(office) == Site(SITE, "Leeds General Infirmary", "open", 2)


@pytest.mark.parametrize(
    ("before", "name", "arguments", "why"),
    [
        ([], "resume_site", (SITE,), "is no paused site of this trial: it is open"),
        ([("pause_site", SITE, "why")], "pause_site", (SITE, "why"), "is no open site of this trial: it is paused"),
        ([("close_site", SITE, "why")], "pause_site", (SITE, "why"), "is no open site of this trial: it is closed"),
        ([("close_site", SITE, "why")], "close_site", (SITE, "why"), "is no open or paused site of this trial"),
        ([("pause_site", SITE, "why")], "open_site", (SITE, "Leeds"), "is paused\n.*sites resume"),
        ([], "pause_site", ("atlantis", "why"), "site atlantis: is no open site of this trial"),
        ([], "pause_site", (SITE, " "), "needs a reason"),
        ([], "close_site", (SITE, ""), "needs a reason"),
    ],
)
def test_what_a_site_is_not_it_cannot_leave(office, before, name, arguments, why):
    for each in before:
        act(office, *each)
    n_events = len(office.store.log)
    with pytest.raises(RefusedError, match=why):
        act(office, name, *arguments)
    assert len(office.store.log) == n_events


def test_recruitment_is_not_changed_after_the_lock_and_a_site_may_still_be_closed(office, tmp_path):
    office.lock()
    with pytest.raises(RefusedError, match="is locked"):
        act(office, "pause_site", SITE, "why")
    with pytest.raises(RefusedError, match="is locked"):
        set_settings(office, settings_of(tmp_path))
    act(office, "close_site", SITE, "last visit done")
    assert (site(office).status, site(office).because) == ("closed", "last visit done")


def test_only_an_administrator_changes_a_site(office):
    investigator = enter(office.store, "ines", Role.INVESTIGATOR, SITE)
    for name, arguments in (("pause_site", (SITE, "why")), ("resume_site", (SITE,)), ("close_site", (SITE, "why"))):
        with pytest.raises(RefusedError, match="It is for: administrator"), office.store.writing() as desk:
            getattr(sites, name)(desk, investigator, *arguments)


def test_what_a_site_sets_stands_in_the_log_by_its_digest(office, tmp_path):
    first, second = settings_of(tmp_path), settings_of(tmp_path, NARROW.replace("150", "140"))
    set_settings(office, first)
    event = set_settings(office, second)
    (change,) = event.entry.changes.values()
    assert (change.new, change.old) == ({"settings": second.digest}, {"settings": first.digest})
    assert event.entry.reason == "new analyser"
    assert site(office).settings == second.digest


def test_the_digest_is_of_what_is_set_and_not_of_how_it_is_written(tmp_path):
    codes = "concept,system,code\nhaemoglobin,urn:oid:1.2.3,HB\n"
    (tmp_path / "ours.csv").write_text(codes, encoding="utf-8")
    plain = settings_of(tmp_path)
    commented = settings_of(tmp_path, "# ours\n" + NARROW.replace("ranges:", "ranges:  "), "again.yaml")
    within = settings_of(tmp_path, NARROW + 'codes: {haemoglobin: [{system: "urn:oid:1.2.3", code: HB}]}\n', "in.yaml")
    beside = settings_of(tmp_path, NARROW + "code_files: [ours.csv]\n", "beside.yaml")
    assert plain.digest == commented.digest
    assert within.digest == beside.digest != plain.digest
    (tmp_path / "ours.csv").write_text(codes.replace("HB", "HGB"), encoding="utf-8")
    assert load_site(tmp_path / "beside.yaml").digest != beside.digest


def test_settings_that_a_version_approved_there_does_not_know_are_refused(office, tmp_path):
    with pytest.raises(ProtocolError, match="fasting-state"):
        set_settings(office, settings_of(tmp_path, "site: Leeds\nwindows: {fasting-state: 8 d}\n"))
    assert site(office).settings is None


def test_the_same_settings_are_not_set_twice(office, tmp_path):
    set_settings(office, settings_of(tmp_path))
    with pytest.raises(RefusedError, match="has these settings already"):
        set_settings(office, settings_of(tmp_path, "# a comment\n" + NARROW))


@pytest.mark.parametrize(
    ("told", "at_hand", "why"),
    [
        (NARROW, None, "site leeds: has no file of settings, and the log says that some were set"),
        (None, NARROW, "site leeds: has a file of settings that nobody set"),
        (NARROW, NARROW.replace("400", "450"), "has other settings at hand than those that were set"),
    ],
)
def test_nobody_is_judged_by_another_file_than_the_one_that_was_set(office, tmp_path, told, at_hand, why):
    subject = office.screening()
    if told is not None:
        set_settings(office, settings_of(tmp_path, told))
    files = {} if at_hand is None else {SITE: settings_of(tmp_path, at_hand)}
    office.rules = rulings.Rules(office.protocol, files)
    with pytest.raises(RefusedError, match=why + r"[^\n]*\n.*equipoise trial sites settings leeds FILE"):
        office.ruling(subject)


def test_a_subject_is_judged_by_the_settings_that_were_set(office, tmp_path):
    """The window of the study is 14 days; the site asks for results of the last 3."""
    subject = office.screening()
    office.go_on(5)
    assert office.ruling(subject).eligibility.status == "eligible"
    narrow = settings_of(tmp_path, "site: Leeds\nwindows: {laboratory: 3 d}\n")
    set_settings(office, narrow)
    office.rules = rulings.Rules(office.protocol, {SITE: narrow})
    assert office.ruling(subject).eligibility.open == ("I2",)


def test_settings_are_those_of_a_site_of_the_trial(office, tmp_path):
    with pytest.raises(RefusedError, match="site atlantis: is no site of this trial"):
        act(office, "set_settings", office.protocol, "atlantis", settings_of(tmp_path), "why")


def test_tables_of_sites_come_out_of_the_log_again(office, tmp_path):
    set_settings(office, settings_of(tmp_path))
    act(office, "pause_site", SITE, "no scanner")
    with office.store.writing() as desk:
        setting_up.approve_version(
            desk, office.admin, office.protocol, "second", office.today.replace(month=3), "e", [SITE]
        )
    assert office.store.rebuilt() == office.store.tables
