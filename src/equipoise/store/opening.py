"""Making and opening the database of a trial."""

from pathlib import Path

from sqlalchemy import bindparam, insert, select

from equipoise.errors import Fault
from equipoise.store.checkpoints import draw_signing_key
from equipoise.store.database import BUSY_TIMEOUT_S, Database, RandomBytes
from equipoise.store.faults import StoreError
from equipoise.store.keyring import Keyring
from equipoise.store.log import CHECKPOINT_EVERY, Clock, TrialStore
from equipoise.store.schema import check_schema, make_schema
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
            connection.run(_PUT_MARK, {"name": _TRIAL, "value": trial})
            keyring = Keyring.create(connection, master, random_bytes)
            draw_signing_key(connection, keyring, random_bytes)
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
    _check_file(database)
    check_schema(database)
    with database.reading() as connection:
        keyring = Keyring.load(connection, master, database.where)
        found = connection.one(_GET_MARK, {"name": _TRIAL})
    return TrialStore(
        database,
        keyring,
        trial="" if found is None else found[0],
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
