"""Transactions made one: each is still all or nothing, and so are all of them; nothing shows before the end."""

import json
import threading
from datetime import timedelta

import pytest
from tests.store_world import (
    START,
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
from equipoise.operations.office.rows import Site, Subject
from equipoise.operations.office.visibility import Visibility
from equipoise.store.rebuild import dump_tables
from equipoise.store.verify import verify


def linked(store):
    with store.reading() as view:
        links = [json.loads(sealed.link) for sealed in view.sealed()]
        hashes = ["0" * 64, *(sealed.hash for sealed in view.sealed())]
    return [link["previous"] for link in links] == hashes[:-1]


def test_transactions_made_one_write_what_single_ones_write(any_url, tmp_path):
    """The same entries, clock and random bytes: the same log and the same tables, byte for byte."""
    seen = []
    for url, is_joint in ((any_url, True), (f"sqlite:///{tmp_path / 'other.db'}", False)):
        with opened(make_store(url)) as store:
            if is_joint:
                with store.together():
                    write(store, history(20))
            else:
                write(store, history(20))
            with store.reading() as view:
                seen.append((list(view.sealed()), list(dump_tables(view.connection))))
            assert verify(store).is_whole
    assert seen[0] == seen[1]


def test_each_transaction_has_its_own_time(any_url):
    times = iter([START + timedelta(days=day) for day in range(10)])
    with opened(make_store(any_url, clock=lambda: next(times))) as store:
        with store.together():
            write(store, history(6))
        with store.reading() as view:
            assert [event.at for event in view.events()] == [START + timedelta(days=day) for day in range(6)]


def test_an_error_in_one_leaves_the_others(any_store):
    with any_store.together():
        write(any_store, setting_up())
        with pytest.raises(RuntimeError, match="refused"), any_store.writing() as desk:
            desk.append(identify(1))
            desk.memory.put("S-0001", "never there")
            raise RuntimeError("refused")
        with any_store.reading() as view:
            assert view.get(Subject, "S-0001") is None
            assert view.memory.get("S-0001") is None
        write(any_store, [identify(2)])
    with any_store.reading() as view:
        assert [subject.id for subject in view.find(Subject)] == ["S-0002"]
        assert [event.seq for event in view.events()] == [1, 2, 3, 4, 5]
    assert linked(any_store)
    assert verify(any_store).is_whole


def test_an_error_of_the_block_leaves_nothing(any_store):
    write(any_store, setting_up())
    with any_store.writing() as desk:
        desk.memory.put("before", 1)
    with pytest.raises(RuntimeError, match="power cut"), any_store.together():
        write(any_store, [identify(1)])
        with any_store.writing() as desk:
            desk.append(move(1, 1))
            desk.memory.put("S-0001", "moved")
        raise RuntimeError("power cut")
    with any_store.reading() as view:
        assert len(list(view.events())) == 4
        assert view.get(Site, "leeds").n_subjects == 0
        assert (view.memory.get("S-0001"), view.memory.get("before")) == (None, 1)
    write(any_store, [identify(2)])
    assert linked(any_store)
    assert verify(any_store).is_whole


def test_what_is_written_in_the_block_is_read_in_it_and_remembered_after_it(any_store):
    with any_store.together():
        write(any_store, [*setting_up(), identify(1)])
        with any_store.writing() as desk:
            desk.memory.put("S-0001", "as of event 5")
        with any_store.reading() as view:
            assert view.get(Subject, "S-0001") is not None
            assert view.memory.get("S-0001") == "as of event 5"
    with any_store.reading() as view:
        assert view.memory.get("S-0001") == "as of event 5"


def test_nobody_else_sees_the_block_before_it_has_ended(any_url):
    with opened(make_store(any_url, clock=lambda: START)) as store, opened(reopen(any_url)) as other:
        write(store, setting_up())
        counts = []

        def look(at):
            with at.reading() as view:
                counts.append((len(list(view.events())), view.memory.get("S-0001")))

        with store.together():
            write(store, [identify(1)])
            with store.writing() as desk:
                desk.memory.put("S-0001", "uncommitted")
            for at in (store, other):
                thread = threading.Thread(target=look, args=(at,))
                thread.start()
                thread.join(timeout=20)
        look(store)
    assert counts == [(4, None), (4, None), (5, "uncommitted")]


def test_another_thread_writes_after_the_block(any_url):
    with opened(make_store(any_url, clock=lambda: START)) as store:
        write(store, setting_up())
        with store.together():
            write(store, [identify(1)])
            thread = threading.Thread(target=lambda: write(store, [identify(2)]))
            thread.start()
            thread.join(timeout=0.2)
            assert thread.is_alive()
            write(store, [move(1, 1)])
        thread.join(timeout=20)
        with store.reading() as view:
            assert [event.entry.subject for event in view.events(after=4)] == ["S-0001", "S-0001", "S-0002"]
        assert linked(store)


def test_a_destroyed_key_is_gone_after_the_block(any_store):
    write(any_store, [*setting_up(), identify(1)])
    with any_store.together():
        with any_store.writing() as desk:
            desk.memory.put("S-0001", "something")
        write_destruction(any_store, 1)
        with any_store.reading() as view:
            assert view.memory.get("S-0001") is None
    with any_store.reading() as view:
        assert view.event(5).new("name", Visibility.IDENTITY) == "[destroyed]"


def test_a_block_within_a_block_is_refused(any_store):
    with any_store.together(), pytest.raises(RuntimeError, match="one already"), any_store.together():
        pass


def test_a_transaction_that_the_database_ended_is_not_gone_on_with(sqlite_store):
    """SQLite rolls back by itself when the disk is full; a savepoint after that would begin a transaction unasked."""
    write(sqlite_store, setting_up())
    with pytest.raises(RuntimeError, match="the transaction has ended"), sqlite_store.together():
        with sqlite_store.reading() as view:
            view.connection.raw().execute("ROLLBACK")
        write(sqlite_store, [entry(Act.OPEN_SITE, {"name": "x"}, site="x")])
    with sqlite_store.reading() as view:
        assert len(list(view.events())) == 4


def test_a_row_that_was_taken_back_is_not_known_to_the_next(any_store):
    """Rows go from one transaction of the block to the next; those of one that failed do not."""
    with any_store.together():
        write(any_store, [*setting_up(), identify(1)])
        with any_store.reading() as view:
            before = view.get(Subject, "S-0001")
        with pytest.raises(RuntimeError, match="refused"), any_store.writing() as desk:
            desk.append(move(1, 1))
            assert desk.get(Subject, "S-0001") != before
            raise RuntimeError("refused")
        with any_store.writing() as desk:
            assert desk.get(Subject, "S-0001") == before
            assert desk.get(Subject, "S-0002") is None
            desk.append(identify(2))
        with any_store.reading() as view:
            assert view.get(Subject, "S-0002") is not None


def test_no_older_row_comes_back_when_rows_are_forgotten(any_store, monkeypatch):
    """With room for one row, what was put is forgotten at once, and must be read as it was put."""
    with any_store.together():
        write(any_store, [*setting_up(), identify(1)])
        with any_store.reading() as view:
            before = view.get(Subject, "S-0001")
        monkeypatch.setattr("equipoise.store.view.MOST_SEEN", 1)
        with any_store.writing() as desk:
            desk.append(move(1, 1))
            assert desk.get(Subject, "S-0009") is None
            after = desk.get(Subject, "S-0001")
            assert after != before
        with any_store.reading() as view:
            assert view.get(Subject, "S-0001") == after


def test_rows_are_kept_from_block_to_block_until_another_writes(any_url):
    with (
        opened(make_store(any_url, clock=lambda: START)) as store,
        opened(reopen(any_url, clock=lambda: START)) as other,
    ):
        with store.together():
            write(store, [*setting_up(), identify(1)])
        with store.together(), store.reading() as view:
            before = view.get(Subject, "S-0001")
        write(other, [move(1, 1)])
        with store.together(), store.reading() as view:
            assert view.get(Subject, "S-0001") not in (None, before)


def test_rows_of_a_block_that_failed_are_not_kept(any_store):
    write(any_store, setting_up())
    with any_store.together(), any_store.reading() as view:
        assert view.get(Site, "leeds").n_subjects == 0
    with pytest.raises(RuntimeError, match="power cut"), any_store.together():
        write(any_store, [identify(1)])
        raise RuntimeError("power cut")
    with any_store.together(), any_store.reading() as view:
        assert view.get(Site, "leeds").n_subjects == 0
        assert view.get(Subject, "S-0001") is None
