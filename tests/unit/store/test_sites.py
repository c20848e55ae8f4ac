"""What is in force at which site, and how a site recruits, is the same on both databases and in the log alone."""

from datetime import UTC, datetime, time, timedelta

import pytest
from tests.office_store import Clock
from tests.office_trial import SITE, Office
from tests.store_world import make_store, opened

from equipoise.operations.office import setting_up, sites
from equipoise.operations.office.rows import Approval, Site
from equipoise.operations.office.versions import find_reconsents, version_on
from equipoise.protocol.site import load_site
from equipoise.store.rebuild import rebuild
from equipoise.store.verify import verify


@pytest.fixture
def office(any_url):
    clock = Clock()
    with opened(make_store(any_url, clock=clock)) as store:
        yield Office(store, clock)


def test_versions_and_sites_are_kept_and_made_again_from_the_log(office, tmp_path):
    """Rows written out by hand from the acts."""
    subject = office.allocated()
    (tmp_path / "site.yaml").write_text("site: Leeds\nwindows: {laboratory: 10 d}\n", encoding="utf-8")
    settings = load_site(tmp_path / "site.yaml")
    begins = office.today + timedelta(days=1)
    with office.store.writing() as desk:
        sites.open_site(desk, office.admin, "york", "York")
        setting_up.approve_version(desk, office.admin, office.protocol, "second", begins, "ethics", [SITE])
        sites.set_settings(desk, office.admin, office.protocol, SITE, settings, "ours")
        sites.pause_site(desk, office.admin, SITE, "no scanner")
    for _ in range(2):
        with office.store.reading() as view:
            assert view.find(Approval) == [
                Approval("first/*", "first", None, "2026-01-15"),
                Approval("second/leeds", "second", "leeds", "2026-01-16"),
            ]
            assert view.find(Site) == [
                Site("leeds", "Leeds", "paused", 1, "no scanner", settings.digest),
                Site("york", "York", "open"),
            ]
            assert version_on(view, SITE, begins).version == "second"
            assert version_on(view, "york", begins).version == "first"
            assert [each.subject for each in find_reconsents(view, datetime.combine(begins, time(), UTC))] == [subject]
        rebuild(office.store)
    assert verify(office.store).findings == ()
