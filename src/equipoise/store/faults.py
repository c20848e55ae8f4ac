"""What a database says when it cannot go on, in the person's words.

Messages name files, tables and numbers of events; never a value of a record and never a parameter of a statement.
"""

import sqlite3

from equipoise.errors import EquipoiseError, Fault


class StoreError(EquipoiseError):
    """The database of a trial, its keys or a copy of it cannot be used as asked."""


_SQLITE = {
    sqlite3.SQLITE_READONLY: (
        "the database may only be read",
        "Make the file and its folder writable for the one user who runs the trial.",
    ),
    sqlite3.SQLITE_FULL: ("the disk is full", "Free some space; nothing of this act was written."),
    sqlite3.SQLITE_BUSY: (
        "another process has held the database for too long",
        "Try again. If it stays so, look for a process that hangs.",
    ),
    sqlite3.SQLITE_CANTOPEN: ("the database cannot be opened", "Check that the file exists and that you may read it."),
    sqlite3.SQLITE_NOTADB: ("this is not a database", "Name the trial folder that `trial init` made, or restore it."),
    sqlite3.SQLITE_CORRUPT: (
        "the database file is damaged",
        "Restore the last backup, and keep this file for inquiry.",
    ),
    sqlite3.SQLITE_IOERR: ("the disk does not read or write", "Look after the disk before anything is entered."),
}
_POSTGRES = {
    "53100": _SQLITE[sqlite3.SQLITE_FULL],
    "25006": ("the database may only be read", "Connect to the primary server, as a user who may write."),
    "42501": ("this user of the server may not do that", "Ask for the rights on the tables of the trial."),
    "55P03": _SQLITE[sqlite3.SQLITE_BUSY],
    "53300": ("the server has no connection left", "Try again, or let the server accept more connections."),
    "42P01": ("this is not the database of a trial", "Name the database that `trial init` made."),
}
_UNREACHABLE = (
    "the server cannot be reached or ended the connection",
    "Check that it runs, and the address. What was not confirmed may have been written: look before you ask again.",
)
_GUARD = "events are never changed"


def is_of_database(error: BaseException) -> bool:
    """Whether an error comes from one of the two drivers."""
    return isinstance(error, sqlite3.Error) or type(error).__module__.split(".")[0] == "psycopg"


def as_store_error(error: BaseException, where: str) -> StoreError | None:
    """The person's words for an error of a driver; None when it is a fault of the program."""
    words = _words(error)
    return None if words is None else StoreError("The database cannot be used.", [Fault(where, *words)])


def _words(error: BaseException) -> tuple[str, str] | None:
    if _GUARD in str(error):
        return ("an event of the log was about to be changed", "Events stay; write a new one that corrects it.")
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(error, "sqlstate", None)
    if state is None or state[:2] in ("08", "57"):
        return _UNREACHABLE if "OperationalError" in {kind.__name__ for kind in type(error).__mro__} else None
    return _POSTGRES.get(state)
