"""A trial folder: where the files of one trial stand, readable by their owner only.

`trial.toml` names the database and the key file; both may be elsewhere. The key lies beside the database until someone
carries it away, so a copy of the folder is a copy of everything: escrow and backups take the two apart.
"""

import json
import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equipoise.errors import Fault
from equipoise.operations.output import new_folder
from equipoise.store.database import RandomBytes
from equipoise.store.faults import StoreError
from equipoise.store.keyring import read_master_key, write_master_key
from equipoise.store.log import Clock, TrialStore
from equipoise.store.opening import create_database, drop_database, open_store
from equipoise.store.sealing import KEY_BYTES

SETTINGS, DATABASE, MASTER_KEY = "trial.toml", "trial.db", "keys/master.key"
PROTOCOL, CHECKPOINTS = "protocol", "checkpoints"
_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class TrialFolder:
    """Where the parts of a trial stand. `url` is absolute."""

    path: Path
    trial: str
    url: str
    master_key: Path

    @property
    def protocol(self) -> Path:
        """The folder of protocol and site files as they were when the trial began."""
        return self.path / PROTOCOL

    @property
    def checkpoints(self) -> Path:
        """The folder of signed checkpoints, to be sent outside."""
        return self.path / CHECKPOINTS


@contextmanager
def init_folder(
    out: Path,
    *,
    trial: str,
    clock: Clock,
    random_bytes: RandomBytes,
    software: str,
    database: str | None = None,
    protocol: Mapping[str, bytes] | None = None,
) -> Iterator[TrialStore]:
    """
    Make a trial folder with a new database and key; it stands when the block ends without an error.

    Parameters
    ----------
    database
        URL of an empty database; a file in the folder when not given.
    protocol
        Names and contents of the files for `protocol/`.

    Yields
    ------
    The store, to write the first events into.

    Raises
    ------
    OutputError
        The folder may not be used, or the disk is full.
    StoreError
        The database cannot be made there.
    """
    master = random_bytes(KEY_BYTES)
    with new_folder(out, force=None, option="--trial") as work:
        write_folder(work, trial=trial, master=master, database=database, protocol=protocol or {})
        url = read_folder(work).url
        with new_database(url, trial=trial, master=master, random_bytes=random_bytes):
            store = open_store(url, master=master, clock=clock, random_bytes=random_bytes, software=software)
            try:
                yield store
            finally:
                store.close()


@contextmanager
def new_database(url: str, *, trial: str, master: bytes, random_bytes: RandomBytes) -> Iterator[None]:
    """A new database, which is gone again when an error leaves the block."""
    create_database(url, trial=trial, master=master, random_bytes=random_bytes)
    try:
        yield
    except BaseException:
        drop_database(url)
        raise


def write_folder(
    folder: Path, *, trial: str, master: bytes, database: str | None, protocol: Mapping[str, bytes]
) -> None:
    """Write everything but the database into a folder that is being made."""
    settings = {"name": trial, "database": database or _SQLITE + DATABASE, "master_key": MASTER_KEY}
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in settings.items()]
    (folder / SETTINGS).write_text("[trial]\n" + "".join(lines), encoding="utf-8")
    for name in (PROTOCOL, CHECKPOINTS, Path(MASTER_KEY).parent.name):
        (folder / name).mkdir()
    write_master_key(folder / MASTER_KEY, master)
    for name, content in protocol.items():
        (folder / PROTOCOL / name).write_bytes(content)


def read_folder(path: Path) -> TrialFolder:
    """
    Read where the parts of a trial stand.

    Raises
    ------
    StoreError
        It is not a trial folder, or its settings cannot be read.
    """
    try:
        settings: dict[str, Any] = tomllib.loads((path / SETTINGS).read_text(encoding="utf-8"))["trial"]
        name, url, key = (str(settings[part]) for part in ("name", "database", "master_key"))
    except FileNotFoundError as error:
        raise _not_a_folder(path, f"it holds no {SETTINGS}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _not_a_folder(path, f"{SETTINGS} cannot be read ({type(error).__name__})") from error
    if url.startswith(_SQLITE):
        url = _SQLITE + str((path / url.removeprefix(_SQLITE)).absolute())
    return TrialFolder(path, name, url, path / key)


def _not_a_folder(path: Path, what: str) -> StoreError:
    fault = Fault(f"trial folder {path}", what, "Name a folder that `trial init` made, or restore its backup.")
    return StoreError("The trial cannot be opened.", [fault])


def open_folder(path: Path, *, clock: Clock, random_bytes: RandomBytes, software: str) -> TrialStore:
    """
    Open the trial of a folder.

    Raises
    ------
    StoreError
        Folder, key or database cannot be used; the text says which and what to do.
    """
    folder = read_folder(path)
    master = read_master_key(folder.master_key)
    return open_store(folder.url, master=master, clock=clock, random_bytes=random_bytes, software=software)


def keep_checkpoint(folder: TrialFolder, document: Mapping[str, Any]) -> Path:
    """Write a checkpoint into the folder of checkpoints, whole or not at all, and give its file."""
    (said,) = (part for name, part in document.items() if name != "signature")
    path = folder.checkpoints / f"{said['seq']:09d}-{said['hash'][:12]}.json"
    descriptor, partial = tempfile.mkstemp(dir=folder.checkpoints, prefix=".", suffix=".partial")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(document, sort_keys=True, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    return path
