"""A connection within one transaction, and statements written once for both databases.

Decides when a statement reaches the database: one that is asked for its rows at once, a row that is put with others of
its kind, before its table is asked or the transaction ends. Statements are SQLAlchemy's, compiled once for a
dialect and run by the driver itself: on the way of every act its own execution would cost more than the forced write.
"""

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Table
from sqlalchemy.sql import ClauseElement, Select, visitors
from sqlalchemy.sql.dml import UpdateBase

Values = Mapping[str, Any]


class Connection:
    """A driver's connection within one transaction."""

    def __init__(self, raw: Any, compiled: "Compiler") -> None:
        self._raw, self._compiled = raw, compiled
        self._waiting: dict[ClauseElement, dict[Hashable, Values]] = {}

    def put(self, statement: ClauseElement, key: Hashable, values: Values) -> None:
        """Let a row wait to be sent with others of its kind, in place of one with the same key that waits."""
        self._waiting.setdefault(statement, {})[key] = values

    def run(self, statement: ClauseElement, values: Values | None = None) -> Any:
        """Run a statement after all that waits, and give the driver's cursor."""
        self.send()
        return self._ask(statement, values)

    def all(self, statement: ClauseElement, values: Values | None = None) -> list[tuple[Any, ...]]:
        """All rows that a query gives."""
        self._send_before(statement)
        rows: list[tuple[Any, ...]] = self._ask(statement, values).fetchall()
        return rows

    def one(self, statement: ClauseElement, values: Values | None = None) -> tuple[Any, ...] | None:
        """The first row that a query gives, or None."""
        self._send_before(statement)
        row: tuple[Any, ...] | None = self._ask(statement, values).fetchone()
        return row

    def send(self) -> None:
        """Send what waits. After an error it waits still: nothing of a transaction is ever left out."""
        if self._waiting:
            self._check_goes_on()
        while self._waiting:
            statement, rows = next(iter(self._waiting.items()))
            sql, names, constants, _ = self._compiled(statement)
            each = [{**constants, **values} for values in rows.values()]
            self._raw.cursor().executemany(sql, [tuple(map(values.__getitem__, names)) for values in each])
            del self._waiting[statement]

    def raw(self) -> Any:
        """The driver's own connection, for what only it can do."""
        self.send()
        return self._raw

    @contextmanager
    def part(self) -> Iterator["Connection"]:
        """A part of the transaction: an error that leaves the block takes back what was written in it, and no more."""
        self._check_goes_on()
        part = _Part(self, self._raw, self._compiled)
        try:
            yield part
            part.end()
        except BaseException:
            part.take_back()
            raise

    def _check_goes_on(self) -> None:
        if not getattr(self._raw, "in_transaction", True):
            # SQLite ends a transaction by itself when the disk fails: a savepoint would silently begin another one, and
            # a row that waited would be one of its own.
            raise RuntimeError("the transaction has ended: nothing more can be written in it")

    def _send_before(self, query: ClauseElement) -> None:
        if self._has_waiting_for(query):
            self.send()

    def _has_waiting_for(self, query: ClauseElement) -> bool:
        """Whether rows wait for a table that a query asks."""
        asked = self._compiled(query).tables
        return any(not asked.isdisjoint(self._compiled(each).tables) for each in self._waiting)

    def _ask(self, statement: ClauseElement, values: Values | None) -> Any:
        sql, names, constants, _ = self._compiled(statement)
        given = {**constants, **values} if values else constants
        return self._raw.execute(sql, tuple(map(given.__getitem__, names)))

    def _take_over(self, waiting: Mapping[ClauseElement, Mapping[Hashable, Values]]) -> None:
        for statement, rows in waiting.items():
            self._waiting.setdefault(statement, {}).update(rows)


class _Part(Connection):
    """A part of a transaction; it has a savepoint once something of it has reached the database."""

    def __init__(self, whole: Connection, raw: Any, compiled: "Compiler") -> None:
        super().__init__(raw, compiled)
        self._whole, self._has_savepoint = whole, False

    def send(self) -> None:
        """Send what waits, and before it what waits of earlier parts."""
        if not self._has_savepoint:
            self._check_goes_on()
            self._whole.send()
            self._raw.execute("SAVEPOINT part")
            self._has_savepoint = True
        super().send()

    def end(self) -> None:
        """Leave to the whole what was written."""
        if self._has_savepoint:
            self.send()
            self._raw.execute("RELEASE SAVEPOINT part")
        else:
            self._whole._take_over(self._waiting)

    def take_back(self) -> None:
        """Leave nothing."""
        if self._has_savepoint:
            self._raw.execute("ROLLBACK TO SAVEPOINT part")
            self._raw.execute("RELEASE SAVEPOINT part")

    def _send_before(self, query: ClauseElement) -> None:
        if self._has_waiting_for(query):
            self.send()
        elif not self._has_savepoint:
            self._whole._send_before(query)


class _Compiled(NamedTuple):
    """A statement as text, the names of its values in their order, those that are always the same, and its tables."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, Any]
    tables: frozenset[Table]


class Compiler:
    """Statements as text for one dialect, each compiled once."""

    def __init__(self, dialect: Any) -> None:
        style = "qmark" if dialect.name == "sqlite" else "format"
        self._dialect = type(dialect)(paramstyle=style)
        self._known: dict[ClauseElement, _Compiled] = {}

    def __call__(self, statement: ClauseElement) -> _Compiled:
        known = self._known.get(statement)
        if known is None:
            compiled: Any = statement.compile(dialect=self._dialect)
            known = _Compiled(
                str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params), _tables_of(statement)
            )
            self._known[statement] = known
        return known


def _tables_of(statement: ClauseElement) -> frozenset[Table]:
    """The tables that a statement reads or writes, also those it joins or asks by the way."""
    if isinstance(statement, Select):
        return frozenset(each for each in visitors.iterate(statement) if isinstance(each, Table))
    assert isinstance(statement, UpdateBase), "a statement reads rows or changes them"
    assert isinstance(statement.table, Table), "rows are those of a table"
    return frozenset([statement.table])
