"""Transactions on SQLite and PostgreSQL.

Decides that a write is forced to the disk before it is confirmed, and that one transaction writes at a time. How a
statement is run within a transaction is decided in `connection`.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from equipoise.errors import Fault
from equipoise.store.connection import Compiler, Connection
from equipoise.store.faults import StoreError, as_store_error, is_of_database

BUSY_TIMEOUT_S = 30.0
"""How long a transaction waits for another one before it gives up."""
_LOCK = 1162891843
"""Number of our advisory lock ("EQUC" in ASCII plus nothing of meaning); the second number is that of the schema."""
_SQLITE_SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cache_size=-16000",
)


class Database:
    """
    The database behind a URL: `sqlite:///FILE` or `postgresql+psycopg://…`.

    Raises
    ------
    StoreError
        The URL names no database that is supported, or the driver for it is not installed.
    """

    def __init__(self, url: str | URL, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.url = _read_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.where = f"database {self.url.database if self.is_sqlite else self.url.render_as_string()}"
        self._busy_timeout_s = busy_timeout_s
        self.engine = self._make_engine()
        self._compiler = Compiler(self.engine.dialect)

    def _make_engine(self) -> Engine:
        try:
            if self.is_sqlite:
                arguments = {"isolation_level": None, "timeout": self._busy_timeout_s, "check_same_thread": False}
                engine = create_engine(self.url, connect_args=arguments)
                event.listen(engine, "connect", _set_up_sqlite)
            else:
                engine = create_engine(self.url, connect_args={"connect_timeout": 10, "autocommit": True})
                event.listen(engine, "connect", self._set_up_postgres)
        except ModuleNotFoundError as error:
            what = "the driver for PostgreSQL is not installed"
            do = "In the folder of the source: pip install '.[postgres]'"
            raise StoreError("The database cannot be used.", [Fault(self.where, what, do)]) from error
        return engine

    def _set_up_postgres(self, raw: Any, _: Any) -> None:
        raw.execute(f"SET lock_timeout = '{int(self._busy_timeout_s * 1000)}ms'")
        raw.execute("SET synchronous_commit = on")
        raw.execute("SET TimeZone = 'UTC'")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one transaction that may write: commits at its end, or leaves nothing when an error leaves the block."""
        lock = f"SELECT pg_advisory_xact_lock({_LOCK}, hashtext(current_schema()))"
        begin = ("BEGIN IMMEDIATE",) if self.is_sqlite else ("BEGIN ISOLATION LEVEL READ COMMITTED", lock)
        with self._transaction(begin) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A look at one moment of the database, which writes nothing."""
        begin = ("BEGIN",) if self.is_sqlite else ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",)
        with self._transaction(begin) as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: tuple[str, ...]) -> Iterator[Connection]:
        with self.plain() as connection:
            raw = connection.raw()
            try:
                for statement in begin:
                    raw.execute(statement)
                yield connection
                connection.send()
                raw.execute("COMMIT")
            except BaseException:
                with suppress(Exception):
                    raw.execute("ROLLBACK")
                raise

    @contextmanager
    def plain(self) -> Iterator[Connection]:
        """A connection outside of any transaction; errors of the driver leave in the person's words."""
        with self.words():
            proxied = self.engine.raw_connection()
            try:
                yield Connection(proxied.driver_connection, self._compiler)
            except BaseException as error:
                if is_of_database(error) and not self.is_sqlite:
                    proxied.invalidate()
                raise
            finally:
                proxied.close()

    @contextmanager
    def words(self) -> Iterator[None]:
        """Give errors of the driver in the person's words."""
        try:
            yield
        except Exception as error:
            cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
            told = as_store_error(cause, self.where) if is_of_database(cause) else None
            if told is None:
                raise
            raise told from error

    def close(self) -> None:
        """Let all connections go."""
        self.engine.dispose()


def _read_url(url: str | URL) -> URL:
    try:
        read = make_url(url)
    except ArgumentError as error:
        raise _no_such_url() from error
    if read.get_backend_name() == "sqlite" and read.database:
        return read
    if read.drivername in ("postgresql", "postgresql+psycopg"):
        return read.set(drivername="postgresql+psycopg")
    raise _no_such_url()


def _no_such_url() -> StoreError:
    fault = Fault(
        "database", "the address names no database that is supported", "Use sqlite:///FILE or postgresql+psycopg://…."
    )
    return StoreError("The database cannot be used.", [fault])


def _set_up_sqlite(raw: sqlite3.Connection, _: Any) -> None:
    for setting in _SQLITE_SETTINGS:
        raw.execute(setting)


RandomBytes = Callable[[int], bytes]
