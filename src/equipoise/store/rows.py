"""Rows of the office in the tables of the database: put, get and find, without knowing what they mean."""

from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Boolean, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ClauseElement

from equipoise.operations.office.rows import Row
from equipoise.store.connection import Connection
from equipoise.store.tables import TABLES

R = TypeVar("R", bound=Row)


class _Statements:
    """The statements on one table, made once."""

    def __init__(self, kind: type[Row]) -> None:
        self.table = TABLES[kind]
        key, *rest = self.table.columns.keys()
        self.get = select(self.table).where(self.table.c[key] == bindparam("key"))
        self._put: dict[bool, ClauseElement] = {}
        for is_sqlite, dialect in ((True, sqlite), (False, postgresql)):
            put = dialect.insert(self.table)
            changed = {name: put.excluded[name] for name in rest}
            self._put[is_sqlite] = put.on_conflict_do_update(index_elements=[key], set_=changed)
        self._find: dict[tuple[tuple[str, bool], ...], ClauseElement] = {}
        self.flags = [place for place, part in enumerate(fields(kind)) if self._is_flag(part.name)]

    def _is_flag(self, name: str) -> bool:
        return isinstance(self.table.c[name].type, Boolean)

    def put(self, *, is_sqlite: bool) -> ClauseElement:
        return self._put[is_sqlite]

    def find(self, equal: dict[str, str | int | bool | None]) -> ClauseElement:
        """The query for these names; null is asked for with other words than a value."""
        asked = tuple((name, equal[name] is None) for name in sorted(equal))
        if asked not in self._find:
            columns = self.table.c
            conditions = [
                columns[name].is_(None) if is_null else columns[name] == bindparam(name, type_=columns[name].type)
                for name, is_null in asked
            ]
            self._find[asked] = select(self.table).where(*conditions).order_by(*self.table.primary_key)
        return self._find[asked]


_STATEMENTS: dict[type[Row], _Statements] = {kind: _Statements(kind) for kind in TABLES}


def key_of(row: Row) -> str:
    """The key of a row: its first field."""
    return str(next(iter(vars(row).values())))


def put_row(connection: Connection, row: Row, *, is_sqlite: bool) -> None:
    """Put a row in place of the one with the same key, if there is one."""
    connection.put(_STATEMENTS[type(row)].put(is_sqlite=is_sqlite), key_of(row), vars(row))


def get_row(connection: Connection, kind: type[R], key: str) -> R | None:
    """The row with this key."""
    found = connection.one(_STATEMENTS[kind].get, {"key": key})
    return None if found is None else _read(kind, found)


def find_rows(connection: Connection, kind: type[R], equal: dict[str, str | int | bool | None]) -> list[R]:
    """The rows whose fields equal those given, ordered by key."""
    found = connection.all(_STATEMENTS[kind].find(equal), equal)
    return [_read(kind, row) for row in found]


def _read(kind: type[R], found: tuple[Any, ...]) -> R:
    """A row of the database as one of the office: SQLite gives booleans as numbers."""
    values = list(found)
    for place in _STATEMENTS[kind].flags:
        values[place] = None if values[place] is None else bool(values[place])
    return kind(*values)
