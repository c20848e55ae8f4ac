"""Appending and reading on both databases: place, time, masks, all or nothing, one writer at a time."""

import json
import threading
from datetime import timedelta

import pytest
from tests.store_world import (
    START,
    SURNAME,
    entry,
    history,
    identify,
    make_store,
    move,
    opened,
    reopen,
    setting_up,
    write,
    write_destruction,
)

from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import DESTROYED
from equipoise.operations.office.rows import Person, Site, Subject, Trial
from equipoise.operations.office.visibility import Visibility
from equipoise.store.faults import StoreError
from equipoise.store.rebuild import dump_tables


def test_an_event_reads_as_it_was_appended(any_store):
    with any_store.writing() as desk:
        written = [desk.append(each) for each in history(8)]
    with any_store.reading() as view:
        assert list(view.events()) == written
        assert view.event(5) == written[4]
        assert list(view.events(after=6)) == written[6:]
    assert [event.seq for event in written] == list(range(1, 9))
    assert written[4].entry == identify(1)


def test_the_tables_follow_in_the_same_transaction(any_store):
    with any_store.writing() as desk:
        for each in setting_up():
            desk.append(each)
        assert desk.get(Trial, "trial").kind == "training"
        assert [site.name for site in desk.find(Site, status="open")] == ["Leeds", "Zürich"]
        assert desk.find(Person, locked_until=None, must_change=False)[0].id == "u1"
        assert desk.find(Site, status="closed") == []


def test_rows_are_ordered_by_code_point_on_both_databases(any_store):
    keys = ["b", "B", "a", "A", "_", "-", "é", "z", "Z", "😀", "\ufb33", "10", "9"]
    write(any_store, [entry(Act.OPEN_SITE, {"name": "x"}, site=key) for key in keys])
    with any_store.reading() as view:
        assert [site.id for site in view.find(Site)] == sorted(keys)


def test_an_error_leaves_nothing_of_the_transaction(any_store):
    write(any_store, setting_up())
    with pytest.raises(RuntimeError, match="power cut"):
        with any_store.writing() as desk:
            desk.append(identify(1))
            desk.append(move(1, 1))
            raise RuntimeError("power cut")
    with any_store.reading() as view:
        assert len(list(view.events())) == 4
        assert view.get(Subject, "S-0001") is None
        assert view.get(Site, "leeds").n_subjects == 0
    write(any_store, [identify(1)])
    with any_store.reading() as view:
        assert view.event(5).new("name", Visibility.IDENTITY) == f"{SURNAME} 1"


def test_an_event_that_fits_no_row_leaves_nothing(any_store):
    with pytest.raises(LookupError, match="subjects has no row"):
        write(any_store, [move(1, 1)])
    with any_store.reading() as view:
        assert list(view.events()) == []


def test_the_events_of_one_subject_are_found_and_its_tag_tells_nothing(any_store):
    write(any_store, history(12))
    with any_store.reading() as view:
        assert [event.seq for event in view.events(subject="S-0002")] == [9, 10, 11, 12]
        assert list(view.events(subject="S-9999")) == []
        tags = {sealed.tag for sealed in view.sealed(subject="S-0002")}
    assert len(tags) == 1
    assert "S-0002" not in tags.pop()


def test_a_log_longer_than_a_page_is_read_whole(any_store):
    write(any_store, history(1100), at_once=1100)
    with any_store.reading() as view:
        assert [event.seq for event in view.events()] == list(range(1, 1101))


def test_an_identity_without_its_key_reads_destroyed_and_the_rest_stays(any_store):
    write(any_store, history(12))
    write_destruction(any_store, 1)
    with any_store.reading() as view:
        event = view.event(5)
        assert event.new("name", Visibility.IDENTITY) == DESTROYED
        assert event.new("anything at all", Visibility.IDENTITY) == DESTROYED
        assert event.new("haemoglobin", Visibility.CLINICAL) == "8.0 g/dL"
        assert view.event(9).new("name", Visibility.IDENTITY) == f"{SURNAME} 2"


def test_a_destroyed_identity_is_never_written_again(any_store):
    write(any_store, history(5))
    write_destruction(any_store, 1)
    with pytest.raises(StoreError, match="subject S-0001: its identity was destroyed"):
        write(any_store, [identify(1)])


def test_a_destruction_that_did_not_commit_did_not_happen(any_store):
    write(any_store, history(5))
    with pytest.raises(RuntimeError):
        with any_store.writing() as desk:
            desk.destroy_key("S-0001")
            raise RuntimeError
    with any_store.reading() as view:
        assert view.event(5).new("name", Visibility.IDENTITY) == f"{SURNAME} 1"


def test_an_identity_of_nobody_is_refused(any_store):
    with pytest.raises(ValueError, match="an identity is that of a subject"):
        write(any_store, [entry(Act.EXPORT, {}, sealed={Visibility.IDENTITY: identify(1).changes[Visibility.OPEN]})])


def test_a_clock_a_little_behind_gives_the_time_of_the_last_event(any_url):
    times = iter([START, START - timedelta(seconds=2), START + timedelta(seconds=1)])
    with opened(make_store(any_url, clock=lambda: next(times))) as store:
        write(store, history(3))
        with store.reading() as view:
            assert [event.at - START for event in view.events()] == [timedelta(0), timedelta(0), timedelta(seconds=1)]


def test_a_clock_that_was_set_back_is_refused(any_url):
    times = iter([START, START - timedelta(hours=1, seconds=5), START])
    with opened(make_store(any_url, clock=lambda: next(times))) as store:
        write(store, history(1))
        with pytest.raises(StoreError, match=r"the clock was set back by 1:00:05.*\n.*Set the clock"):
            write(store, [setting_up()[1]])
        write(store, [setting_up()[1]])
        with store.reading() as view:
            assert len(list(view.events())) == 2


def test_the_clock_is_compared_after_reopening_too(any_url):
    with opened(make_store(any_url, clock=lambda: START)) as store:
        write(store, history(1))
    with opened(reopen(any_url, clock=lambda: START - timedelta(days=1))) as store:
        with pytest.raises(StoreError, match="the clock was set back by 1 day"):
            write(store, [setting_up()[1]])


def test_many_writers_leave_one_chain(any_url):
    """Two stores, as two processes have them, with four threads each."""
    with opened(make_store(any_url, clock=lambda: START)) as one, opened(reopen(any_url, clock=lambda: START)) as two:
        write(one, setting_up())
        failed = []

        def work(store, number):
            try:
                write(store, [identify(number), *(move(number, step) for step in range(4))])
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=((one, two)[n % 2], n)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        with two.reading() as view:
            links = [json.loads(sealed.link) for sealed in view.sealed()]
            hashes = ["0" * 64, *(sealed.hash for sealed in view.sealed())]
            assert len(view.find(Subject)) == 8
    assert [link["seq"] for link in links] == list(range(1, 45))
    assert [link["previous"] for link in links] == hashes[:-1]


def test_a_reader_sees_one_moment(any_store):
    write(any_store, history(4))
    with any_store.reading() as view:
        before = list(dump_tables(view.connection))
        write(any_store, [identify(1)])
        assert list(dump_tables(view.connection)) == before
        assert len(list(view.events())) == 4


def test_no_surname_and_no_arm_stands_in_the_file(sqlite_store, tmp_path):
    write(sqlite_store, history(12))
    sqlite_store.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Leeds" in content
    assert SURNAME.encode() not in content
    assert b"prrt" not in content
    assert b"argon2 of" not in content
