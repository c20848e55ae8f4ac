"""The keys of one trial: a master key in a file of its own, which closes all others in a table of the database.

Decides which key opens which class of part. The key of a subject's identity can be destroyed; its row stays, empty, so
that no second one is ever made. Who may ask for that is the business of `operations`.
"""

import base64
import hmac
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, insert, select, update

from equipoise.errors import Fault
from equipoise.operations.office.visibility import Visibility
from equipoise.store.connection import Connection
from equipoise.store.database import RandomBytes
from equipoise.store.faults import StoreError
from equipoise.store.sealing import KEY_BYTES, NONCE_BYTES
from equipoise.store.tables import KEYS

_CHECK, _INDEX, _CLASS, _IDENTITY = "check", "index", "class/", "identity/"
_CHECK_VALUE = b"equipoise: this is the master key".ljust(KEY_BYTES, b".")
_CLASSES = tuple(kind for kind in Visibility if kind not in (Visibility.OPEN, Visibility.IDENTITY))

_PUT = insert(KEYS)
_GET = select(KEYS.c.wrapped).where(KEYS.c.name == bindparam("name"))
_DESTROY = update(KEYS).where(KEYS.c.name == bindparam("key_name")).values(wrapped=None)
_SUBJECTS = select(KEYS.c.name).where(KEYS.c.name.like(f"{_IDENTITY}%")).order_by(KEYS.c.name)


class MissingKeyError(Exception):
    """The table of keys holds no key of this name, or one that the master key does not open."""


class Keyring:
    """
    The opened keys of one trial.

    Keys of classes are kept open. Keys of subjects are read each time, because another process may have destroyed one.
    """

    def __init__(self, master: bytes, index: bytes, classes: Mapping[Visibility, AESGCM]) -> None:
        self.master = master
        self._wrapping = AESGCM(master)
        self._index = index
        self._classes = classes

    @classmethod
    def create(cls, connection: Connection, master: bytes, random_bytes: RandomBytes) -> "Keyring":
        """Draw the keys of a new trial and put them into its table."""
        keys = cls(master, b"", {})
        keys.put(connection, _CHECK, _CHECK_VALUE, random_bytes)
        for name in (_INDEX, *(_CLASS + kind.value for kind in _CLASSES)):
            keys.put(connection, name, random_bytes(KEY_BYTES), random_bytes)
        return cls.load(connection, master, "the new database")

    @classmethod
    def load(cls, connection: Connection, master: bytes, where: str) -> "Keyring":
        """
        Open the keys of a trial.

        Raises
        ------
        StoreError
            The master key is not the one of this trial, or keys are missing.
        """
        keys = cls(master, b"", {})
        try:
            is_right = hmac.compare_digest(keys.get(connection, _CHECK), _CHECK_VALUE)
        except MissingKeyError:
            is_right = False
        if not is_right:
            raise _wrong_key(where)
        try:
            classes: dict[Visibility, AESGCM] = {
                kind: AESGCM(keys.get(connection, _CLASS + kind.value)) for kind in _CLASSES
            }
            return cls(master, keys.get(connection, _INDEX), classes)
        except MissingKeyError as error:
            fault = Fault(where, f"the key {error} is missing or damaged", "Restore the last backup.")
            raise StoreError("The database cannot be used.", [fault]) from error

    def put(self, connection: Connection, name: str, key: bytes, random_bytes: RandomBytes) -> None:
        """Close a key with the master key and keep it."""
        nonce = random_bytes(NONCE_BYTES)
        wrapped = nonce + self._wrapping.encrypt(nonce, key, name.encode())
        connection.put(_PUT, name, {"name": name, "wrapped": base64.b64encode(wrapped).decode()})

    def get(self, connection: Connection, name: str) -> bytes:
        """
        A key by its name.

        Raises
        ------
        MissingKeyError
            There is none, it was destroyed, or it does not open.
        """
        row = connection.one(_GET, {"name": name})
        if row is None or row[0] is None:
            raise MissingKeyError(name)
        try:
            wrapped = base64.b64decode(row[0], validate=True)
            return self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError) as error:
            raise MissingKeyError(name) from error

    def tag(self, subject: str) -> str:
        """What stands for a subject in the index of events: the same for all its events, and telling nothing."""
        return hmac.digest(self._index, subject.encode(), "sha256").hex()

    def hidden_tag(self, subject: str, number: int) -> str:
        """
        What stands for a subject in the index at its hidden event of this number, counted from 0.

        One for each: under the tag of the open events, which name the subject, a stranger would count the hidden ones,
        and their number tells the arm (Decision 18).
        """
        return self.tag(f"hidden/{number}/{subject}")

    def of_class(self, visibility: Visibility) -> AESGCM:
        """The key of a class that has one for all subjects."""
        return self._classes[visibility]

    def of_subject(self, connection: Connection, subject: str) -> AESGCM | None:
        """The key to a subject's identity; None when it was destroyed."""
        try:
            return AESGCM(self.get(connection, _IDENTITY + subject))
        except MissingKeyError:
            return None

    def of_subject_to_write(self, connection: Connection, subject: str, random_bytes: RandomBytes) -> AESGCM:
        """
        The key to a subject's identity, drawn when it has none yet.

        Raises
        ------
        StoreError
            It was destroyed: nothing that tells who the subject is may be written again.
        """
        name = _IDENTITY + subject
        if connection.one(_GET, {"name": name}) is None:
            drawn = random_bytes(KEY_BYTES)
            self.put(connection, name, drawn, random_bytes)
            return AESGCM(drawn)
        key = self.of_subject(connection, subject)
        if key is None:
            fault = Fault(f"subject {subject}", "its identity was destroyed", "Write nothing that tells who it was.")
            raise StoreError("Nothing was written.", [fault])
        return key

    def destroy(self, connection: Connection, subject: str) -> None:
        """Destroy the key to a subject's identity, for good; nothing happens when it is gone already."""
        connection.run(_DESTROY, {"key_name": _IDENTITY + subject})

    def subjects(self, connection: Connection) -> dict[str, AESGCM | None]:
        """The keys to the identities of all subjects; None where it was destroyed or does not open."""
        names = [name.removeprefix(_IDENTITY) for (name,) in connection.all(_SUBJECTS)]
        return {name: self.of_subject(connection, name) for name in names}


def _wrong_key(where: str) -> StoreError:
    fault = Fault(
        where,
        "wrong key: this master key does not open the keys of this trial",
        "Take the key file of this trial, or restore it from its shares: equipoise trial escrow recover",
    )
    return StoreError("The database cannot be opened.", [fault])


def write_master_key(path: Path, key: bytes) -> None:
    """
    Write a master key to a file of its own, readable by its owner only; whole or not at all.

    Raises
    ------
    StoreError
        There is a file already; it may be the only key of a trial.
    """
    partial = path.with_name(f".{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(partial, path)
    except FileExistsError as error:
        fault = Fault(str(path), "there is a key file already", "Keep it, and name another place for the new one.")
        raise StoreError("No key was written.", [fault]) from error
    finally:
        partial.unlink()


def read_master_key(path: Path) -> bytes:
    """
    Read a master key.

    Raises
    ------
    StoreError
        The file is not there, may not be read, or holds no key.
    """
    do = "Name the key file of this trial, or restore it from its shares: equipoise trial escrow recover"
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise StoreError(
            "The key cannot be read.", [Fault(str(path), error.strerror or "it cannot be read", do)]
        ) from error
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreError("The key cannot be read.", [Fault(str(path), "this is not a master key", do)])
    return key
