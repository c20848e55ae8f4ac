"""From an empty database to one of a trial, and the question whether a database is one that this program can read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import inspect, text

from equipoise.errors import Fault
from equipoise.store.database import Database
from equipoise.store.faults import StoreError
from equipoise.store.tables import METADATA, REVISION

_STEPS = Path(__file__).with_name("migrations")
_VERSION = "alembic_version"


def make_schema(database: Database) -> None:
    """
    Make the tables, guards and indexes in an empty database.

    Raises
    ------
    StoreError
        It holds tables already: a trial, or something else.
    """
    with _altering(database) as connection:
        if inspect(connection).get_table_names():
            fault = Fault(database.where, "it holds tables already", "Name a new database; one trial, one database.")
            raise StoreError("Nothing was written.", [fault])
        upgrade(connection)


def drop_schema(database: Database) -> None:
    """Take away the tables of a trial that never began."""
    with _altering(database) as connection:
        METADATA.drop_all(connection)
        connection.execute(text(f"DROP TABLE IF EXISTS {_VERSION}"))
        if not database.is_sqlite:
            connection.execute(text("DROP FUNCTION IF EXISTS refuse_change"))


@contextmanager
def _altering(database: Database) -> Iterator[SqlConnection]:
    """One transaction for all steps. The drivers are told to begin none by themselves, so it is begun by hand."""
    with database.words(), database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        try:
            yield connection
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")


def upgrade(connection: SqlConnection) -> None:
    """Take all steps that the database behind a connection has not taken yet."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")


def bring_up_schema(database: Database) -> None:
    """
    Take the steps that a database has not taken yet; one of this program's form stays as it is.

    Raises
    ------
    StoreError
        It is not the database of a trial, or a newer program made it.
    """
    found = _form_of(database)
    if found is not None and found < REVISION:
        with _altering(database) as connection:
            upgrade(connection)
    check_schema(database)


def _form_of(database: Database) -> str | None:
    """The number of the last step that a database has taken; None when it is not that of a trial."""
    with database.words(), database.engine.connect() as connection:
        is_trial = inspect(connection).has_table(_VERSION) and inspect(connection).has_table("events")
        found: Any = connection.execute(text(f"SELECT version_num FROM {_VERSION}")).scalar() if is_trial else None
    return None if found is None else str(found)


def check_schema(database: Database) -> None:
    """
    Check that a database is one of a trial, in the form this program reads.

    Raises
    ------
    StoreError
        It is not, or a newer program made it, or an older one.
    """
    found = _form_of(database)
    if found is None:
        what, do = "this is not the database of a trial", "Name a database that `trial init` made."
    elif found < REVISION:
        what = f"its form {found} is older than the form {REVISION} of this program"
        do = "Copy the trial's folder first, then bring it up: equipoise trial rebuild"
    elif found != REVISION:
        what = f"its form {found} is newer than the form {REVISION} that this program knows"
        do = "Use the version of the program that wrote it, or a newer one."
    else:
        return
    raise StoreError("The database cannot be opened.", [Fault(database.where, what, do)])
