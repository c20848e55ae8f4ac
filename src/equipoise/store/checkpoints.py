"""Checkpoints: the end of the log, signed, to be sent outside of the reach of whoever owns the database.

A chain alone does not stop its owner from writing it anew; a signed end of it in someone else's hands does. The signing
key can be changed; the old one signs the hand-over to the new one, so trust in the first key is enough.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import bindparam, func, insert, select

from equipoise.errors import Fault
from equipoise.store.canonical import canonical
from equipoise.store.chain import BEGINNING
from equipoise.store.connection import Connection
from equipoise.store.database import RandomBytes
from equipoise.store.faults import StoreError
from equipoise.store.findings import Finding
from equipoise.store.keyring import Keyring, MissingKeyError
from equipoise.store.parts import write_time
from equipoise.store.sealing import KEY_BYTES
from equipoise.store.tables import CHECKPOINTS, KEYS

CHECKPOINT, HANDOVER = "checkpoint", "handover"
_SIGNING = "signing/"

_INSERT = insert(CHECKPOINTS)
_LAST = select(CHECKPOINTS.c.number, CHECKPOINTS.c.document).order_by(CHECKPOINTS.c.number.desc()).limit(1)
ALL = select(CHECKPOINTS.c.number, CHECKPOINTS.c.seq, CHECKPOINTS.c.document).order_by(CHECKPOINTS.c.number)
_N_KEYS = select(func.count()).select_from(KEYS).where(KEYS.c.name.like(bindparam("pattern")))


def draw_signing_key(connection: Connection, keyring: Keyring, random_bytes: RandomBytes) -> Ed25519PrivateKey:
    """Draw a signing key and keep it as the one in use."""
    number = _n_keys(connection) + 1
    seed = random_bytes(KEY_BYTES)
    keyring.put(connection, f"{_SIGNING}{number}", seed, random_bytes)
    return Ed25519PrivateKey.from_private_bytes(seed)


def signing_key(connection: Connection, keyring: Keyring) -> Ed25519PrivateKey:
    """The signing key in use; an error as under `public_keys`."""
    return _signing_keys(connection, keyring)[-1]


def public_keys(connection: Connection, keyring: Keyring) -> list[str]:
    """
    The public keys of all signing keys, in the order in which they came into use.

    Raises
    ------
    StoreError
        One is missing or damaged.
    """
    return [public_hex(key) for key in _signing_keys(connection, keyring)]


def _signing_keys(connection: Connection, keyring: Keyring) -> list[Ed25519PrivateKey]:
    numbers = range(1, max(_n_keys(connection), 1) + 1)
    try:
        seeds = [keyring.get(connection, f"{_SIGNING}{number}") for number in numbers]
    except MissingKeyError as error:
        fault = Fault("keys", f"the key {error} is missing or damaged", "Restore the last backup.")
        raise StoreError("The database cannot be used.", [fault]) from error
    return [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]


def _n_keys(connection: Connection) -> int:
    row = connection.one(_N_KEYS, {"pattern": f"{_SIGNING}%"})
    return int(row[0]) if row else 0


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public key in hexadecimal: it names the signing key."""
    return key.public_key().public_bytes_raw().hex()


def write_checkpoint(
    connection: Connection, keyring: Keyring, trial: str, head: tuple[int, str, datetime]
) -> dict[str, Any]:
    """
    Sign the end of the log and keep it; where it was signed with this key already, give that checkpoint.

    Parameters
    ----------
    head
        Number, hash and time of the last event.
    """
    key = signing_key(connection, keyring)
    said = _said(trial, head, key)
    last = connection.one(_LAST)
    if last is not None:
        known: dict[str, Any] = json.loads(last[1])
        same = known.get(CHECKPOINT, {})
        if all(same.get(name) == said[name] for name in ("trial", "seq", "hash", "key")):
            return known
    return _keep(connection, CHECKPOINT, said, key)


def hand_over(
    connection: Connection, keyring: Keyring, trial: str, head: tuple[int, str, datetime], random_bytes: RandomBytes
) -> dict[str, Any]:
    """Draw a new signing key; the old one signs that it follows."""
    old = signing_key(connection, keyring)
    new = draw_signing_key(connection, keyring, random_bytes)
    said = {**_said(trial, head, old), "next": public_hex(new)}
    return _keep(connection, HANDOVER, said, old)


def _said(trial: str, head: tuple[int, str, datetime], key: Ed25519PrivateKey) -> dict[str, Any]:
    seq, digest, at = head
    return {"trial": trial, "seq": seq, "hash": digest, "at": write_time(at), "key": public_hex(key)}


def _keep(connection: Connection, kind: str, said: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    document = {kind: said, "signature": key.sign(canonical(said)).hex()}
    last = connection.one(_LAST)
    number = 1 if last is None else last[0] + 1
    row = {"number": number, "seq": said["seq"], "document": canonical(document).decode()}
    connection.run(_INSERT, row)
    return document


def check_checkpoints(
    connection: Connection, keyring: Keyring, trial: str, hash_of: Callable[[int], str | None]
) -> Iterator[Finding]:
    """Check all checkpoints: their form, signature, key in use, and that the log still ends so at that place."""
    keys = public_keys(connection, keyring)
    in_use, last_seq = keys[0], 0
    for place, (number, seq, text) in enumerate(connection.all(ALL), start=1):
        where = f"checkpoint {place}"
        if number != place:
            yield Finding(seq, where, "it has another number")
        try:
            document = json.loads(text)
            kind, said = _read(document)
            is_canonical = canonical(document).decode() == text
        except (ValueError, KeyError, TypeError, AttributeError):
            yield Finding(seq, where, "it cannot be read")
            continue
        if not is_canonical or said["seq"] != seq or seq < last_seq:
            yield Finding(seq, where, "it is not in the form in which it was written")
        fault = _fault(said, document["signature"], in_use, hash_of)
        if fault is None and said["trial"] != trial:
            fault = "it names another trial"
        if fault is not None:
            yield Finding(said["seq"], where, fault)
        last_seq = seq
        if kind == HANDOVER and said["next"] in keys:
            in_use = said["next"]
    if in_use != keys[-1]:
        yield Finding(last_seq, "checkpoints", "the hand-over to the signing key in use is missing")


def check_anchor(
    connection: Connection, keyring: Keyring, anchor: Mapping[str, Any], hash_of: Callable[[int], str | None]
) -> Iterator[Finding]:
    """Check the log against a checkpoint that was kept outside."""
    try:
        _, said = _read(anchor)
        key = said["key"] if said["key"] in public_keys(connection, keyring) else ""
        fault = _fault(said, anchor["signature"], key, hash_of)
    except (ValueError, KeyError, TypeError, AttributeError):
        yield Finding(0, "anchor", "it is not a checkpoint")
        return
    if fault is not None:
        yield Finding(said["seq"], f"anchor at event {said['seq']}", fault)


def _read(document: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Kind and content of a document of ours."""
    (kind,) = document.keys() - {"signature"}
    names = {"trial", "seq", "hash", "at", "key"} | ({"next"} if kind == HANDOVER else set())
    said = document[kind]
    if kind not in (CHECKPOINT, HANDOVER) or said.keys() != names or type(said["seq"]) is not int:
        raise ValueError("not a checkpoint")
    return kind, said


def _fault(said: Mapping[str, Any], signature: str, in_use: str, hash_of: Callable[[int], str | None]) -> str | None:
    if said["key"] != in_use:
        return "it was signed with a key that was not in use"
    if not _is_signed(said, signature):
        return "its signature is wrong"
    found = BEGINNING if said["seq"] == 0 else hash_of(said["seq"])
    if found is None:
        return "the log ends before the event that it signs"
    return None if found == said["hash"] else "the event that it signs has another hash: the log was written anew"


def _is_signed(said: Mapping[str, Any], signature: str) -> bool:
    """Whether the key that a document names signed it."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(said["key"]))
        key.verify(bytes.fromhex(signature), canonical(dict(said)))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return signature == signature.lower()


def documents(connection: Connection) -> list[dict[str, Any]]:
    """All checkpoints and hand-overs, in the order in which they were made."""
    return [json.loads(document) for _, _, document in connection.all(ALL)]
