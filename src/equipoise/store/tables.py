"""The tables of the database: the log with its keys and checkpoints, and one for each row that the office declares.

The guards on the log keep a mistake from changing an event. They do not keep out the owner of the database, who can
drop them; against that stands a checkpoint sent outside (Decision 14).
"""

import typing
from dataclasses import fields
from types import UnionType

from sqlalchemy import DDL, BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text, event

from equipoise.operations.office.rows import ROWS, Row

REVISION = "0002"
"""The schema this program reads and writes; the head of `migrations`."""

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit integer; on SQLite by the name that makes a key the number of the row."""
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared by code point on both databases (SQLite's own order is that already)."""

METADATA = MetaData()

EVENTS = Table(
    "events",
    METADATA,
    Column("seq", NUMBER, primary_key=True, autoincrement=False),
    Column("hash", TEXT, nullable=False),
    Column("link", TEXT, nullable=False),
    Column("content", TEXT, nullable=False),
    Column("tag", TEXT),
    Index("ix_events_tag", "tag", "seq"),
)
"""`content`: salts, payloads and boxes; `tag`: keyed digest of the subject, to find its events without naming it."""

KEYS = Table(
    "keys",
    METADATA,
    Column("name", TEXT, primary_key=True),
    Column("wrapped", TEXT),
)
"""Keys, each closed with the master key. `wrapped` is null once the key was destroyed."""

CHECKPOINTS = Table(
    "checkpoints",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("seq", NUMBER, nullable=False),
    Column("document", TEXT, nullable=False),
)
"""Signed checkpoints and hand-overs of the signing key, in the order in which they were made."""

MARKS = Table(
    "marks",
    METADATA,
    Column("name", TEXT, primary_key=True),
    Column("value", TEXT, nullable=False),
)
"""What the database says of itself: the name of the trial."""


def _columns(row: type[Row]) -> list[Column[typing.Any]]:
    hints = typing.get_type_hints(row)
    return [_column(part.name, hints[part.name], is_key=place == 0) for place, part in enumerate(fields(row))]


def _column(name: str, hint: typing.Any, *, is_key: bool) -> Column[typing.Any]:
    kinds = set(typing.get_args(hint)) if isinstance(hint, UnionType) else {hint}
    (kind,) = kinds - {type(None)}
    sql: typing.Any = {str: TEXT, int: NUMBER, bool: Boolean()}[kind]
    if is_key:
        return Column(name, sql, primary_key=True)
    return Column(name, sql, nullable=type(None) in kinds)


def _table(row: type[Row]) -> Table:
    indexes = [Index(f"ix_{row.table}_{name}", name) for name in row.indexes]
    return Table(row.table, METADATA, *_columns(row), *indexes)


TABLES: dict[type[Row], Table] = {row: _table(row) for row in ROWS}
"""One table for each class of rows."""

GUARD = "events are never changed"
SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER events_no_{act.lower()} BEFORE {act} ON events BEGIN SELECT RAISE(ABORT, '{GUARD}'); END"
    for act in ("UPDATE", "DELETE")
)
POSTGRES_GUARDS = (
    f"CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{GUARD}'; END $$",
    "CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
)
for _dialect, _guards in (("sqlite", SQLITE_GUARDS), ("postgresql", POSTGRES_GUARDS)):
    for _guard in _guards:
        event.listen(EVENTS, "after_create", DDL(_guard).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
