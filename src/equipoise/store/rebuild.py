"""The tables made again from the log, and all tables as text, so that two of them can be compared byte for byte."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import delete

from equipoise.operations.office.projections import project
from equipoise.operations.office.rows import ROWS, Row
from equipoise.store.connection import Connection
from equipoise.store.database import Database
from equipoise.store.log import TrialStore
from equipoise.store.parts import write_row
from equipoise.store.rows import find_rows, get_row, put_row
from equipoise.store.tables import METADATA, TABLES
from equipoise.store.view import TrialView

R = TypeVar("R", bound=Row)


class _Tables:
    """The rows in some database, as a projection reads them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, row: type[R], key: str) -> R | None:
        return get_row(self._connection, row, key)

    def find(self, row: type[R], **equal: str | int | bool | None) -> list[R]:
        return find_rows(self._connection, row, equal)


def rebuild(store: TrialStore) -> None:
    """Make all tables of the office again from the log, in one transaction."""
    with store.writing() as desk:
        for table in TABLES.values():
            desk.connection.run(delete(table))
        replay(desk, desk.connection, is_sqlite=store.database.is_sqlite)


def replay(log: TrialView, into: Connection, *, is_sqlite: bool) -> None:
    """
    Play all events into tables that hold nothing yet.

    Raises
    ------
    LookupError
        An event speaks of something that no earlier one made.
    """
    tables = _Tables(into)
    for event in log.events():
        for row in project(event, tables):
            put_row(into, row, is_sqlite=is_sqlite)


@contextmanager
def rebuilt_aside(log: TrialView) -> Iterator[Connection]:
    """The tables as the log says they are, in a database in memory."""
    aside = Database("sqlite:///:memory:")
    try:
        with aside.engine.begin() as connection:
            METADATA.create_all(connection, tables=list(TABLES.values()))
        with aside.writing() as into:
            replay(log, into, is_sqlite=True)
            yield into
    finally:
        aside.close()


def dump_tables(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Table, key and canonical text of each row, in the order of tables and keys."""
    for kind in ROWS:
        for row in find_rows(connection, kind, {}):
            values = vars(row)
            yield kind.table, next(iter(values.values())), write_row(values)


def find_differences(stored: Connection, made: Connection) -> list[tuple[str, str]]:
    """Table and key of each row that differs, or that only one of the two has."""
    is_there = {(table, key): text for table, key, text in dump_tables(stored)}
    should_be = {(table, key): text for table, key, text in dump_tables(made)}
    places = is_there.keys() | should_be.keys()
    return sorted(place for place in places if is_there.get(place) != should_be.get(place))
