"""What a database says when it cannot go on: each in words that tell what to do, and nothing half written."""

import sqlite3
import sys

import pytest
from sqlalchemy import event, make_url
from tests.store_world import MASTER, TRIAL, history, make_store, opened, reopen, setting_up, write

from equipoise.store.database import Database
from equipoise.store.faults import StoreError


def count(store):
    with store.reading() as view:
        return len(list(view.events()))


def test_writes_are_forced_to_the_disk(any_store):
    with any_store.database.plain() as connection:
        if any_store.database.is_sqlite:
            asked = {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": 2, "PRAGMA secure_delete": 1}  # 2: FULL
        else:
            asked = {"SHOW fsync": "on", "SHOW synchronous_commit": "on"}
        for question, answer in asked.items():
            assert connection.raw().execute(question).fetchone() == (answer,)


def test_a_database_that_may_only_be_read_is_told(any_store):
    write(any_store, history(2))
    setting = "PRAGMA query_only=ON" if any_store.database.is_sqlite else "SET default_transaction_read_only = on"
    event.listen(any_store.database.engine, "checkout", lambda raw, *_: raw.execute(setting))
    with pytest.raises(StoreError, match=r"the database may only be read\n"):
        write(any_store, [setting_up()[2]])
    assert count(any_store) == 2


def test_a_full_disk_is_told_and_leaves_nothing(sqlite_store):
    write(sqlite_store, history(2))
    with sqlite_store.database.plain() as connection:
        (n_pages,) = connection.raw().execute("PRAGMA page_count").fetchone()
    limit = f"PRAGMA max_page_count={n_pages + 3}"
    event.listen(sqlite_store.database.engine, "checkout", lambda raw, *_: raw.execute(limit))
    with pytest.raises(StoreError, match=r"the disk is full\n.*nothing of this act was written"):
        write(sqlite_store, list(history(300))[2:], at_once=298)
    assert count(sqlite_store) == 2


def test_a_lock_that_is_held_too_long_is_told(any_url):
    with opened(make_store(any_url)) as store, opened(reopen(any_url, busy_timeout_s=0.05)) as waiting:
        with store.writing():
            with pytest.raises(StoreError, match="another process has held the database for too long"):
                write(waiting, history(1))
        assert count(waiting) == 0


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "there is no such file"),
        (b"\x00\x01 this is a text, and long enough to be read as a page of something" * 20, "this is not a database"),
    ],
)
def test_a_file_that_is_no_database_is_told(tmp_path, content, what):
    path = tmp_path / "trial.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=what):
        reopen(f"sqlite:///{path}")
    assert path.exists() is (content is not None)


def test_a_damaged_file_is_told(tmp_path):
    path = tmp_path / "trial.db"
    with opened(make_store(f"sqlite:///{path}")) as store:
        write(store, history(40))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(len(content) - 4096))
    with pytest.raises(StoreError, match="the database file is damaged"):
        reopen(f"sqlite:///{path}")


def test_a_server_that_is_not_there_is_told_without_its_password():
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    with pytest.raises(StoreError, match="the server cannot be reached") as caught:
        reopen("postgresql+psycopg://someone:sesame@127.0.0.1:9/trial")
    assert "sesame" not in str(caught.value)


def test_a_connection_that_the_server_ended_is_told_and_the_next_one_works(postgres_store):
    write(postgres_store, history(2))
    with pytest.raises(StoreError, match="What was not confirmed may have been written"):
        with postgres_store.writing() as desk:
            desk.append(setting_up()[2])
            pid = desk.connection.raw().info.backend_pid
            with postgres_store.database.plain() as other:
                other.raw().execute("SELECT pg_terminate_backend(%s)", (pid,))
            desk.append(setting_up()[3])
    assert count(postgres_store) == 2
    write(postgres_store, [setting_up()[2]])
    assert count(postgres_store) == 3


def test_a_driver_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"driver for PostgreSQL is not installed\n.*pip install '\.\[postgres\]'"):
        Database("postgresql+psycopg://localhost/trial")


@pytest.mark.parametrize("url", ["", "sqlite://", "mysql://localhost/trial", "trial.db", "postgresql+asyncpg://h/d"])
def test_an_address_that_is_not_supported_is_told(url):
    with pytest.raises(StoreError, match=r"no database that is supported\n.*sqlite:///FILE"):
        Database(url)


def test_a_fault_of_the_program_keeps_its_own_name(sqlite_store):
    with pytest.raises(sqlite3.OperationalError, match="syntax error"):
        with sqlite_store.reading() as view:
            view.connection.raw().execute("SELEKT")


def test_the_address_of_a_server_is_shown_without_its_password():
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    database = Database(make_url("postgresql://someone:sesame@example.org/trial"))
    assert "someone" in database.where
    assert "sesame" not in database.where
    assert MASTER.hex() not in database.where + TRIAL
