"""Rows that wait are sent before anything is asked, all of them or none, whatever part of a transaction put them."""

import sqlite3
from contextlib import nullcontext, suppress

import pytest
from sqlalchemy import exists, insert, select
from tests.store_world import history, setting_up, write

from equipoise.store.tables import KEYS, MARKS

PUT_KEY, OTHER = insert(KEYS), MARKS.alias("other")
PUT, ALL = insert(MARKS), select(MARKS.c.name, MARKS.c.value).order_by(MARKS.c.name)


def put(connection, name, value):
    connection.put(PUT, name, {"name": name, "value": value})


def marks(connection):
    """All marks but the one that every database has."""
    return [found for found in connection.all(ALL) if found[0] != "trial"]


def stored(store):
    with store.database.reading() as connection:
        return marks(connection)


def test_a_row_that_waits_is_seen_by_whoever_asks(any_store):
    with any_store.database.writing() as connection:
        put(connection, "a", "1")
        assert marks(connection) == [("a", "1")]
        put(connection, "b", "2")
        assert connection.raw().execute("SELECT count(*) FROM marks WHERE name = 'b'").fetchone() == (1,)
        put(connection, "c", "3")
    assert stored(any_store) == [("a", "1"), ("b", "2"), ("c", "3")]


def test_of_rows_with_one_key_the_last_is_sent(any_store):
    with any_store.database.writing() as connection:
        put(connection, "a", "1")
        put(connection, "a", "2")
    assert stored(any_store) == [("a", "2")]


@pytest.mark.parametrize("is_asked", [False, True])
def test_an_error_takes_back_its_own_part_and_no_more(any_store, is_asked):
    """Whether the rows have reached the database meanwhile, or wait."""

    def write_part(connection, name):
        with connection.part() as part:
            put(part, name, "1")
            if is_asked:
                assert (name, "1") in marks(part)
            if name == "b":
                raise RuntimeError("refused")

    with any_store.database.writing() as connection:
        write_part(connection, "a")
        with pytest.raises(RuntimeError, match="refused"):
            write_part(connection, "b")
        write_part(connection, "c")
    assert stored(any_store) == [("a", "1"), ("c", "1")]


def test_a_part_that_only_looks_sees_earlier_ones_and_keeps_them_when_it_fails(any_store):
    with any_store.database.writing() as connection:
        with connection.part() as part:
            put(part, "a", "1")
        with pytest.raises(RuntimeError, match="refused"), connection.part() as part:
            assert marks(part) == [("a", "1")]
            raise RuntimeError("refused")
    assert stored(any_store) == [("a", "1")]


def test_rows_of_several_parts_reach_the_database_at_the_end(sqlite_store):
    told = []
    with sqlite_store.database.writing() as connection:
        connection.raw().set_trace_callback(told.append)
        for name in "abc":
            with connection.part() as part:
                put(part, name, "1")
        assert told == [], "not even a savepoint"
        connection.send()
        connection.raw().set_trace_callback(None)
    assert [each.split()[0] for each in told] == ["INSERT"] * 3


def test_a_query_of_another_table_lets_rows_wait(sqlite_store):
    told = []
    with sqlite_store.database.writing() as connection:
        connection.raw().set_trace_callback(told.append)
        put(connection, "a", "1")
        with connection.part() as part:
            put(part, "b", "1")
            part.all(select(KEYS.c.name))
            assert [each.split()[0] for each in told] == ["SELECT"]
            assert marks(part) == [("a", "1"), ("b", "1")]
    assert stored(sqlite_store) == [("a", "1"), ("b", "1")]


@pytest.mark.parametrize(
    "query",
    [
        select(KEYS.c.name).join(MARKS, MARKS.c.value == KEYS.c.name),
        select(KEYS.c.name).where(KEYS.c.name.in_(select(MARKS.c.value))),
        select(KEYS.c.name).where(exists().where(MARKS.c.value == KEYS.c.name)),
        select(OTHER.c.value).where(OTHER.c.value == "check"),
    ],
    ids=["join", "in", "exists", "alias"],
)
def test_a_query_that_asks_a_table_by_the_way_sees_what_waits_for_it(any_store, query):
    with any_store.database.writing() as connection:
        assert connection.all(query) == []
        put(connection, "a", "check")
        assert connection.all(query) == [("check",)]


def test_a_row_that_cannot_be_written_keeps_the_whole_transaction_from_ending(sqlite_store):
    """Even if whoever asked meanwhile goes on as if nothing had been."""
    with pytest.raises(sqlite3.IntegrityError), sqlite_store.database.writing() as connection:
        put(connection, "a", "1")
        put(connection, "b", None)
        with suppress(sqlite3.IntegrityError):
            marks(connection)
    assert stored(sqlite_store) == []


def test_a_part_of_which_the_last_row_cannot_be_written_leaves_nothing(any_store):
    """Its other rows are written by then, some of them at its very end."""
    with any_store.database.writing() as connection:
        with pytest.raises(Exception, match=r"(?i)unique"), connection.part() as part:
            put(part, "a", "1")
            assert marks(part) == [("a", "1")]
            put(part, "b", "1")
            part.put(PUT_KEY, "check", {"name": "check", "wrapped": "there is one already"})
        put(connection, "c", "1")
    assert stored(any_store) == [("c", "1")]


@pytest.mark.parametrize("is_part", [False, True])
def test_rows_that_wait_when_the_transaction_has_ended_by_itself_are_never_written(sqlite_store, is_part):
    """As SQLite ends it when the disk is full: what was sent is gone, and the rest would stand alone."""
    with pytest.raises(RuntimeError, match="the transaction has ended"), sqlite_store.database.writing() as connection:
        with connection.part() if is_part else nullcontext(connection) as part:
            connection.raw().execute("ROLLBACK")
            put(part, "b", "1")
            with suppress(RuntimeError):
                marks(part)
    assert stored(sqlite_store) == []


def test_an_act_and_its_rows_are_there_in_one_piece_or_not_at_all(any_store):
    """As a store uses it: the rows of an event wait with it."""
    write(any_store, setting_up())
    with pytest.raises(RuntimeError, match="power cut"), any_store.together():
        write(any_store, list(history(8))[4:])
        raise RuntimeError("power cut")
    with any_store.reading() as view:
        assert view.connection.one(select(MARKS.c.name)) == ("trial",)
        assert len(list(view.events())) == len(setting_up())
