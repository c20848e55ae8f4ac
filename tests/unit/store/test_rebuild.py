"""Tables made anew from the log are the same bytes, on both databases and for every kind of act of the office."""

import pytest
from sqlalchemy import text
from tests.store_world import history, make_store, opened, write, write_destruction

from equipoise.operations.office.rows import Site, Subject
from equipoise.store.rebuild import dump_tables, find_differences, rebuild, rebuilt_aside


def dump(store):
    with store.reading() as view:
        return list(dump_tables(view.connection))


def check_rebuild(store, n):
    write(store, history(n), at_once=500)
    write_destruction(store, 1)
    before = dump(store)
    assert len(before) > n // 2
    with store.database.engine.connect() as connection:
        connection.execute(text("UPDATE sites SET name = 'York', status = 'closed'"))
        connection.execute(text("DELETE FROM subjects"))
        connection.execute(text("INSERT INTO requests (id, seq) VALUES ('never asked', 1)"))
    assert dump(store) != before
    rebuild(store)
    assert dump(store) == before
    with store.reading() as view, rebuilt_aside(view) as made:
        assert find_differences(view.connection, made) == []
        assert list(dump_tables(made)) == before


def test_two_thousand_events_give_the_same_bytes_again(sqlite_store):
    check_rebuild(sqlite_store, 2_000)


def test_some_hundred_events_give_the_same_bytes_again_on_both_databases(any_store):
    check_rebuild(any_store, 300)


@pytest.mark.long
def test_a_hundred_thousand_events_give_the_same_bytes_again(any_store):
    check_rebuild(any_store, 100_000)


def test_a_rebuild_that_fails_leaves_the_tables(any_store, monkeypatch):
    write(any_store, history(8), at_once=8)
    before = dump(any_store)
    monkeypatch.setattr("equipoise.store.rebuild.project", lambda event, tables: 1 / (event.seq - 6))
    with pytest.raises((ZeroDivisionError, TypeError)):
        rebuild(any_store)
    assert dump(any_store) == before


def test_a_dump_tells_each_value_in_one_way(any_store):
    write(any_store, history(5), at_once=5)
    lines = [line for line in dump(any_store) if line[0] == "sites"]
    rest = '"settings":null,"status":"open","time_zone":"UTC"}'
    assert lines == [
        ("sites", "leeds", '{"because":null,"id":"leeds","n_subjects":1,"name":"Leeds",' + rest),
        ("sites", "zuerich", '{"because":null,"id":"zuerich","n_subjects":0,"name":"Zürich",' + rest),
    ]


def test_both_databases_hold_the_same_rows(any_url):
    """The same acts, against rows written out by hand."""
    with opened(make_store(any_url)) as store:
        write(store, history(8), at_once=8)
        with store.reading() as view:
            assert view.get(Site, "leeds") == Site("leeds", "Leeds", "open", 1)
            assert view.get(Subject, "S-0001") == Subject(
                id="S-0001",
                site="leeds",
                participation="state-2",
                since="2026-01-15T09:30:01+00:00",
                person_link="P1",
                identity_seq=5,
                snapshot_seq=5,
            )
