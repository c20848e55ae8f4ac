"""Backup while running and restore, drilled on both databases and across them; what is not whole is refused."""

import json
import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from tests.postgres import postgres_schema
from tests.store_world import (
    SOFTWARE,
    SURNAME,
    TRIAL,
    TickingClock,
    history,
    move,
    opened,
    seeded,
    write,
    write_destruction,
)

from equipoise.operations.office.event import DESTROYED
from equipoise.operations.office.visibility import Visibility
from equipoise.store.backup import back_up, restore
from equipoise.store.faults import StoreError
from equipoise.store.folder import init_folder, open_folder, read_folder
from equipoise.store.keyring import read_master_key
from equipoise.store.rebuild import dump_tables
from equipoise.store.verify import verify

OPENING = {"clock": TickingClock(), "random_bytes": seeded(5), "software": SOFTWARE}


@contextmanager
def place(kind):
    """The database that a folder is asked for."""
    if kind == "sqlite":
        yield None
    else:
        with postgres_schema() as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def running(request, tmp_path):
    """A running trial in a folder, as folder and store."""
    with place(request.param) as database:
        with init_folder(
            tmp_path / "trial", trial=TRIAL, database=database, protocol={"protocol.yaml": b"x"}, **OPENING
        ) as store:
            write(store, history(30), at_once=30)
            write_destruction(store, 2)
        folder = read_folder(tmp_path / "trial")
        with opened(open_folder(folder.path, **OPENING)) as store:
            yield folder, store


@pytest.fixture
def running_on_sqlite(tmp_path):
    with init_folder(tmp_path / "trial", trial=TRIAL, **OPENING) as store:
        write(store, history(30), at_once=30)
    folder = read_folder(tmp_path / "trial")
    with opened(open_folder(folder.path, **OPENING)) as store:
        yield folder, store


def contents(store):
    with store.reading() as view:
        return list(view.sealed()), list(dump_tables(view.connection)), list(view.events())


def master(folder):
    return read_master_key(folder.master_key)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_restores_to_either_database_byte_for_byte(running, tmp_path, kind):
    folder, store = running
    before = contents(store)
    back_up(folder, store, tmp_path / "backup")
    with place(kind) as database:
        report = restore(tmp_path / "backup", tmp_path / "again", master=master(folder), database=database, **OPENING)
        assert report.is_whole
        assert report.n_events == 31
        with opened(open_folder(tmp_path / "again", **OPENING)) as again:
            assert contents(again) == before
            assert verify(again, anchors=[store.checkpoint()]).findings == ()
            with again.reading() as view:
                assert view.event(9).new("name", Visibility.IDENTITY) == DESTROYED
                assert view.event(5).new("name", Visibility.IDENTITY) == f"{SURNAME} 1"
            write(again, list(history(32))[30:])
    assert (tmp_path / "again" / "protocol" / "protocol.yaml").read_bytes() == b"x"
    assert (tmp_path / "again" / "trial.db").exists() is (kind == "sqlite")


def test_a_backup_is_one_moment_while_others_write(running, tmp_path):
    folder, store = running
    stop = threading.Event()

    def work():
        step = 0
        while not stop.is_set():
            step += 1
            write(store, [move(1, 100 + step)])

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for number in range(3):
            back_up(folder, store, tmp_path / f"backup-{number}")
    finally:
        stop.set()
        writer.join()
    reports = [
        restore(tmp_path / f"backup-{number}", tmp_path / f"again-{number}", master=master(folder), **OPENING)
        for number in range(3)
    ]
    assert all(report.is_whole for report in reports)
    assert [report.n_events for report in reports] == sorted(report.n_events for report in reports)
    assert verify(store, has_tables=False).n_events >= reports[-1].n_events > 31 - 1


def test_no_backup_holds_the_master_key(running_on_sqlite, tmp_path):
    folder, store = running_on_sqlite
    back_up(folder, store, tmp_path / "backup")
    content = b"".join(path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file())
    assert master(folder) not in content
    assert master(folder).hex().encode() not in content
    assert SURNAME.encode() not in content


def cut(backup):
    content = (backup / "trial.db").read_bytes()
    (backup / "trial.db").write_bytes(content[: len(content) // 2])


def spoil_byte(backup):
    content = bytearray((backup / "trial.db").read_bytes())
    content[len(content) // 2] ^= 1
    (backup / "trial.db").write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (cut, "trial.db is missing or not what was backed up"),
        (spoil_byte, "trial.db is missing or not what was backed up"),
        (lambda backup: (backup / "trial.db").unlink(), "trial.db is missing or not what was backed up"),
        (lambda backup: (backup / "manifest.json").unlink(), "the backup is not whole"),
        (lambda backup: (backup / "manifest.json").write_text('{"format": 1'), "the backup is not whole"),
        (lambda backup: (backup / "manifest.json").write_text("[]"), "the backup is not whole"),
        (lambda backup: (backup / "manifest.json").write_text('{"format": 2, "files": {}}'), "the backup is not whole"),
    ],
)
def test_a_backup_that_is_not_whole_is_refused(running_on_sqlite, tmp_path, spoil, what):
    folder, store = running_on_sqlite
    back_up(folder, store, tmp_path / "backup")
    spoil(tmp_path / "backup")
    with pytest.raises(StoreError, match=f"Nothing was restored.\n.*{what}"):
        restore(tmp_path / "backup", tmp_path / "again", master=master(folder), **OPENING)
    assert not (tmp_path / "again").exists()


def test_a_backup_of_a_changed_log_is_refused(running_on_sqlite, tmp_path):
    folder, store = running_on_sqlite
    with store.database.engine.connect() as connection:
        connection.execute(text("DROP TRIGGER events_no_update"))
        connection.execute(text("UPDATE events SET content = replace(content, 'Leeds', 'Luton') WHERE seq = 2"))
    back_up(folder, store, tmp_path / "backup")
    with pytest.raises(StoreError, match=r"Nothing was restored: 1 findings.\n.*event 2: its link does not fit"):
        restore(tmp_path / "backup", tmp_path / "again", master=master(folder), **OPENING)
    assert not (tmp_path / "again").exists()


def test_a_backup_older_than_an_anchor_is_refused(running_on_sqlite, tmp_path):
    folder, store = running_on_sqlite
    back_up(folder, store, tmp_path / "backup")
    write(store, [move(1, 99)])
    anchor = json.loads(json.dumps(store.checkpoint()))
    with pytest.raises(StoreError, match="the log ends before the event that it signs"):
        restore(tmp_path / "backup", tmp_path / "again", master=master(folder), anchors=[anchor], **OPENING)


def test_a_backup_with_another_trials_key_is_refused(running_on_sqlite, tmp_path):
    folder, store = running_on_sqlite
    back_up(folder, store, tmp_path / "backup")
    with pytest.raises(StoreError, match="wrong key"):
        restore(tmp_path / "backup", tmp_path / "again", master=bytes(32), **OPENING)
    assert not (tmp_path / "again").exists()


def test_a_key_that_an_older_table_brings_back_is_destroyed_again(running_on_sqlite, tmp_path):
    """The log says that an identity was destroyed, the table of keys is from before: the log is believed."""
    folder, store = running_on_sqlite
    with store.writing() as desk:
        query = "SELECT wrapped FROM keys WHERE name = 'identity/S-0001'"
        (wrapped,) = desk.connection.raw().execute(query).fetchone()
    write_destruction(store, 1)
    with store.writing() as desk:
        desk.connection.raw().execute("UPDATE keys SET wrapped = ? WHERE name = 'identity/S-0001'", (wrapped,))
    back_up(folder, store, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again", master=master(folder), **OPENING)
    with opened(open_folder(tmp_path / "again", **OPENING)) as again, again.reading() as view:
        assert view.event(5).new("name", Visibility.IDENTITY) == DESTROYED


def test_a_restore_that_fails_on_a_server_leaves_it_empty(running_on_sqlite, tmp_path, monkeypatch):
    folder, store = running_on_sqlite
    back_up(folder, store, tmp_path / "backup")
    with postgres_schema() as url:
        with monkeypatch.context() as broken:
            broken.setattr("equipoise.store.backup._copy_log", lambda source, target: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                restore(tmp_path / "backup", tmp_path / "again", master=master(folder), database=url, **OPENING)
        assert not (tmp_path / "again").exists()
        restore(tmp_path / "backup", tmp_path / "again", master=master(folder), database=url, **OPENING)


def test_a_backup_is_not_put_into_the_trial_and_a_trial_is_not_written_over(running_on_sqlite, tmp_path):
    folder, store = running_on_sqlite
    back_up(folder, store, tmp_path / "backup")
    with pytest.raises(Exception, match="the folder is not empty"):
        restore(tmp_path / "backup", folder.path, master=master(folder), **OPENING)
    with pytest.raises(Exception, match="the folder is not empty"):
        back_up(folder, store, tmp_path / "backup")
