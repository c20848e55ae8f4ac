"""Making and opening the database of a trial."""

from pathlib import Path

from sqlalchemy import bindparam, insert, select

from equipoise.errors import Fault
from equipoise.store.checkpoints import draw_signing_key, public_keys
from equipoise.store.database import BUSY_TIMEOUT_S, Database, RandomBytes
from equipoise.store.faults import StoreError
from equipoise.store.keyring import Keyring
from equipoise.store.log import CHECKPOINT_EVERY, Clock, TrialStore
from equipoise.store.schema import bring_up_schema, check_schema, drop_schema, make_schema
from equipoise.store.tables import MARKS

_TRIAL = "trial"
_PUT_MARK = insert(MARKS)
_GET_MARK = select(MARKS.c.value).where(MARKS.c.name == bindparam("name"))


def create_database(url: str, *, trial: str, master: bytes, random_bytes: RandomBytes) -> None:
    """
    Make the database of a new trial, with its keys and no event.

    Parameters
    ----------
    url
        `sqlite:///FILE` or `postgresql+psycopg://…`; the database must hold no tables.
    trial
        The name that checkpoints give the trial.
    master
        The master key. [32 bytes]

    Raises
    ------
    StoreError
        The database cannot be made there.
    """
    database = Database(url)
    try:
        make_schema(database)
        with database.writing() as connection:
            keyring = Keyring.create(connection, master, random_bytes)
            draw_signing_key(connection, keyring, random_bytes)
            connection.run(_PUT_MARK, {"name": _TRIAL, "value": trial})
    finally:
        database.close()


def drop_database(url: str) -> None:
    """Take back a database that was being made; a file is left to the folder it stands in."""
    database = Database(url)
    try:
        if not database.is_sqlite:
            drop_schema(database)
    finally:
        database.close()


def open_store(
    url: str,
    *,
    master: bytes,
    clock: Clock,
    random_bytes: RandomBytes,
    software: str,
    checkpoint_every: int = CHECKPOINT_EVERY,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
) -> TrialStore:
    """
    Open the database of a trial.

    Raises
    ------
    StoreError
        There is none, it is that of a newer program, or the master key is not its own.
    """
    database = Database(url, busy_timeout_s=busy_timeout_s)
    try:
        return _open(database, master, clock, random_bytes, software, checkpoint_every)
    except BaseException:
        database.close()
        raise


def bring_up(url: str) -> None:
    """
    Bring the database of a trial that an older program made to the form of this one; its rows are to be rebuilt then.

    Raises
    ------
    StoreError
        There is no trial, or a newer program made it.
    """
    database = Database(url)
    try:
        _check_file(database)
        bring_up_schema(database)
    finally:
        database.close()


def opens_with(url: str, master: bytes) -> bool:
    """
    Whether a master key opens the keys of a trial; writes nothing.

    Raises
    ------
    StoreError
        There is no such trial.
    """
    database = Database(url)
    try:
        _check_file(database)
        check_schema(database)
        with database.reading() as connection:
            try:
                Keyring.load(connection, master, database.where)
            except StoreError:
                return False
        return True
    finally:
        database.close()


def _open(
    database: Database, master: bytes, clock: Clock, random_bytes: RandomBytes, software: str, checkpoint_every: int
) -> TrialStore:
    _check_file(database)
    check_schema(database)
    with database.reading() as connection:
        found = connection.one(_GET_MARK, {"name": _TRIAL})
        if found is None:
            fault = Fault(database.where, "a set-up or a restore did not end here", "Restore into a new database.")
            raise StoreError("The database cannot be opened.", [fault])
        keyring = Keyring.load(connection, master, database.where)
        public_keys(connection, keyring)  # a damaged signing key is told now, not when a checkpoint is due
    return TrialStore(
        database,
        keyring,
        trial=found[0],
        clock=clock,
        random_bytes=random_bytes,
        software=software,
        checkpoint_every=checkpoint_every,
    )


def _check_file(database: Database) -> None:
    """SQLite would make a file that is not there."""
    if database.is_sqlite and not Path(str(database.url.database)).is_file():
        fault = Fault(database.where, "there is no such file", "Name a trial folder that `trial init` made.")
        raise StoreError("The database cannot be opened.", [fault])
