"""Backups of a running trial, and the way back: verified before anything is put in place.

A backup is a folder with a database file, the protocol files and a list of digests that is written last, so a backup
that did not end is none. It is a file of SQLite whatever the trial runs on, and can be restored to either database. It
holds the keys of the trial closed, and not the master key: a backup and the key file together are the trial.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select

from equipoise.errors import Fault
from equipoise.operations.output import new_folder
from equipoise.store.connection import Connection
from equipoise.store.database import Database, RandomBytes
from equipoise.store.faults import StoreError
from equipoise.store.findings import Report
from equipoise.store.folder import DATABASE, PROTOCOL, TrialFolder, read_folder, write_folder
from equipoise.store.log import Clock, TrialStore
from equipoise.store.opening import drop_database, open_store
from equipoise.store.parts import write_time
from equipoise.store.rebuild import rebuild
from equipoise.store.schema import make_schema
from equipoise.store.tables import CHECKPOINTS, EVENTS, KEYS, MARKS
from equipoise.store.verify import verify
from equipoise.store.walking import walk_range

MANIFEST = "manifest.json"
FORMAT = 1
_LOG: tuple[Table, ...] = (EVENTS, KEYS, CHECKPOINTS, MARKS)
"""What must be kept; every other table is made from it. The mark of the trial comes last: without it nothing opens."""
_PAGE = 1000


def back_up(folder: TrialFolder, store: TrialStore, out: Path) -> None:
    """
    Back a trial up while it runs: one moment of it, whatever is written meanwhile.

    Raises
    ------
    OutputError
        The folder `out` may not be used, or the disk is full.
    """
    with new_folder(out, force=None) as work:
        if store.database.is_sqlite:
            _copy_file(store.database, work / DATABASE)
        else:
            _copy_to_file(store.database, work / DATABASE)
        shutil.copytree(folder.protocol, work / PROTOCOL)
        files = {str(path.relative_to(work)): _digest(path) for path in sorted(work.rglob("*")) if path.is_file()}
        said = {"format": FORMAT, "trial": store.trial, "at": write_time(store.clock()), "files": files}
        (work / MANIFEST).write_text(json.dumps(said, sort_keys=True, indent=2) + "\n", encoding="utf-8")


def _copy_file(database: Database, path: Path) -> None:
    """By SQLite's own way for a running database; the copy stands alone, without a file of pending writes."""
    with database.plain() as connection, closing(sqlite3.connect(path)) as copy:
        connection.raw().backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _copy_to_file(database: Database, path: Path) -> None:
    copy = Database(f"sqlite:///{path}")
    try:
        make_schema(copy)
        with database.reading() as source, copy.writing() as target:
            _copy_log(source, target)
        with copy.plain() as connection:
            connection.raw().execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()


def _copy_log(source: Connection, target: Connection) -> None:
    for table in _LOG:
        (key,) = table.primary_key
        names = table.columns.keys()
        cursor = source.run(select(table).order_by(key))
        while rows := cursor.fetchmany(_PAGE):
            for row in rows:
                target.run(insert(table), dict(zip(names, row, strict=True)))


def restore(
    backup: Path,
    out: Path,
    *,
    master: bytes,
    clock: Clock,
    random_bytes: RandomBytes,
    software: str,
    database: str | None = None,
    anchors: Sequence[Mapping[str, Any]] = (),
) -> Report:
    """
    Restore a backup into a new trial folder; it stands only when the log is whole.

    The tables are made anew from the log, and the identities are destroyed again of whom the log says so. An identity
    that was destroyed after the backup is back: that act must be done once more.

    Parameters
    ----------
    database
        URL of an empty database; a file in the folder when not given.
    anchors
        Checkpoints that were kept outside. Without one, nobody knows that the backup is the last.

    Raises
    ------
    StoreError
        The backup is not whole, its log is not what was written, or the key is not its own.
    """
    said = _check_backup(backup)
    opening: dict[str, Any] = {
        "master": master,
        "clock": clock,
        "random_bytes": random_bytes,
        "software": software,
    }
    protocol = {path.name: path.read_bytes() for path in sorted((backup / PROTOCOL).iterdir())}
    with new_folder(out, force=None, inputs=(backup,), option="--trial") as work:
        write_folder(work, trial=said["trial"], master=master, database=database, protocol=protocol)
        shutil.copyfile(backup / DATABASE, work / DATABASE)
        report = _bring_up(f"sqlite:///{work / DATABASE}", backup, opening, anchors)
        if database is not None:
            _move(work / DATABASE, read_folder(work).url, backup, opening)
    return report


def _bring_up(url: str, backup: Path, opening: dict[str, Any], anchors: Sequence[Mapping[str, Any]]) -> Report:
    """Open the restored database, refuse a log that is not whole, destroy again, make the tables, verify everything."""
    store = open_store(url, **opening)
    try:
        _destroy_again(store)
        _refuse(verify(store, has_tables=False, anchors=anchors), backup)
        rebuild(store)
        report = verify(store, anchors=anchors)
        _refuse(report, backup)
        return report
    finally:
        store.close()


def _destroy_again(store: TrialStore) -> None:
    with store.database.writing() as connection:
        seen = walk_range(connection, store.keyring, None, 2**63 - 1)
        for subject in seen.destroyed_by:
            store.keyring.destroy(connection, subject)


def _refuse(report: Report, backup: Path) -> None:
    if not report.is_whole:
        do = "Take another backup. Keep this one for inquiry."
        faults = [Fault(f"backup {backup}, {found.where}", found.what, do) for found in report.findings[:20]]
        raise StoreError(f"Nothing was restored: {len(report.findings)} findings.", faults)


def _move(file: Path, url: str, backup: Path, opening: dict[str, Any]) -> None:
    """Put a restored log into a database on a server; all of it in one transaction, or the server is left empty."""
    source, target = Database(f"sqlite:///{file}"), Database(url)
    try:
        make_schema(target)
        try:
            with source.reading() as there, target.writing() as here:
                _copy_log(there, here)
            _bring_up(url, backup, opening, ())
        except BaseException:
            drop_database(url)
            raise
    finally:
        source.close()
        target.close()
    for path in file.parent.glob(file.name + "*"):
        path.unlink()


def _check_backup(backup: Path) -> dict[str, Any]:
    """The list of a backup, after every file was compared with it."""
    do = "Take another backup; this one did not end, or was damaged since."
    try:
        said: dict[str, Any] = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
        files: dict[str, str] = said["files"]
        if said["format"] != FORMAT or DATABASE not in files:
            raise ValueError("another form")
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"it has no {MANIFEST} that can be read: the backup is not whole"
        fault = Fault(f"backup {backup}", what, do)
        if not backup.is_dir():
            fault = Fault(f"backup {backup}", "there is no such folder", "Name the folder of `equipoise trial backup`.")
        raise StoreError("Nothing was restored.", [fault]) from error
    faults = [
        Fault(f"backup {backup}", f"{name} is missing or not what was backed up", do)
        for name, digest in files.items()
        if not (backup / name).is_file() or _digest(backup / name) != digest
    ]
    if faults:
        raise StoreError("Nothing was restored.", faults)
    return said


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
