"""The steps of alembic lead to the tables as they are declared, on both databases; what is no trial is told."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from tests.store_world import MASTER, TRIAL, history, make_store, opened, reopen, seeded, write

from equipoise.store import schema
from equipoise.store.database import Database
from equipoise.store.faults import StoreError
from equipoise.store.opening import bring_up, create_database, drop_database
from equipoise.store.schema import drop_schema, make_schema
from equipoise.store.tables import METADATA

SQLITE_SCHEMA = (
    "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite%' "
    "ORDER BY 1, 2"
)
POSTGRES_SCHEMA = """
SELECT 'column', table_name, column_name, data_type, collation_name, is_nullable FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name NOT LIKE 'alembic%'
UNION ALL SELECT 'trigger', event_object_table, trigger_name, event_manipulation, action_statement, action_timing
FROM information_schema.triggers WHERE trigger_schema = current_schema()
UNION ALL SELECT 'index', tablename, indexname, regexp_replace(indexdef, 'ON .*\\.', 'ON '), '', '' FROM pg_indexes
WHERE schemaname = current_schema() AND tablename NOT LIKE 'alembic%'
ORDER BY 1, 2, 3, 4
"""


def describe(database):
    """All that the database says of its tables, read anew."""
    query = SQLITE_SCHEMA if database.is_sqlite else POSTGRES_SCHEMA
    with database.engine.connect() as connection:
        said = [tuple(row) for row in connection.execute(text(query))]
        tables = {
            table: [
                (part["name"], str(part["type"]), part["nullable"]) for part in inspect(connection).get_columns(table)
            ]
            for table in METADATA.tables
        }
    return said, tables


def test_the_steps_lead_to_the_declared_tables(any_url):
    database = Database(any_url)
    make_schema(database)
    by_steps = describe(database)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    drop_schema(database)
    with database.engine.begin() as connection:
        METADATA.create_all(connection)
    at_once = describe(database)
    database.close()
    assert by_steps == at_once
    assert any("events_no" in str(row) for row in by_steps[0])


@pytest.mark.parametrize(
    "statement",
    ["UPDATE events SET hash = 'x' WHERE seq = 2", "DELETE FROM events WHERE seq = 2", "DELETE FROM events"],
)
def test_a_mistake_does_not_change_an_event(any_store, statement):
    write(any_store, history(3))
    with pytest.raises(StoreError, match="an event of the log was about to be changed"):
        with any_store.database.writing() as connection:
            connection.raw().execute(statement)
    with any_store.reading() as view:
        assert len(list(view.events())) == 3


def test_a_trial_is_not_made_where_tables_are(any_url):
    with opened(make_store(any_url)) as store:
        write(store, history(1))
    with pytest.raises(StoreError, match="it holds tables already"):
        create_database(any_url, trial=TRIAL, master=MASTER, random_bytes=seeded())
    with opened(reopen(any_url)) as store, store.reading() as view:
        assert len(list(view.events())) == 1


def test_the_form_of_a_newer_program_is_told(any_url):
    with opened(make_store(any_url)) as store, store.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(StoreError, match=r"its form 0999 is newer than the form 0002.*\n.*Use the version"):
        reopen(any_url)


def test_a_database_of_an_older_program_is_told_and_brought_up(any_url):
    """One that took the first step only, as a release before this one left it."""
    database = Database(any_url)
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    with schema._altering(database) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    database.close()
    with pytest.raises(StoreError, match=r"its form 0001 is older than the form 0002.*\n.*trial rebuild"):
        reopen(any_url)
    bring_up(any_url)
    database = Database(any_url)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    database.close()


def test_an_empty_database_is_no_trial(any_url):
    database = Database(any_url)
    database.engine.connect().close()
    database.close()
    with pytest.raises(StoreError, match="this is not the database of a trial"):
        reopen(any_url)


def test_a_set_up_that_did_not_end_is_no_trial(any_url):
    database = Database(any_url)
    make_schema(database)
    database.close()
    with pytest.raises(StoreError, match="a set-up or a restore did not end here"):
        reopen(any_url)


def test_a_dropped_trial_leaves_an_empty_server(any_url):
    make_store(any_url).close()
    drop_database(any_url)
    database = Database(any_url)
    with database.engine.connect() as connection:
        left = [] if database.is_sqlite else inspect(connection).get_table_names()
    database.close()
    assert left == []


def test_another_database_is_no_trial(tmp_path):
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    with pytest.raises(StoreError, match="this is not the database of a trial"):
        reopen(f"sqlite:///{tmp_path / 'other.db'}")
