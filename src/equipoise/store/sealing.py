"""Boxes: how a payload is closed so that only the holder of its key can read it (Decision 14).

A box hides what it holds and, up to a step in bytes, how long that is; it is bound to its event and class, so it cannot
be moved. Which key opens it is the business of `keyring`.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from equipoise.operations.office.event import DESTROYED
from equipoise.operations.office.visibility import Visibility

SALT_BYTES, NONCE_BYTES, KEY_BYTES = 32, 12, 32
STEP_BYTES = 256
WIDE_STEP_BYTES = {Visibility.DECISION: 4096, Visibility.ARM: 1024, Visibility.TREATMENT: 1024}
"""Where the length alone would tell an arm. The reasons of an allocation hold its name and the counts before it, so the
boxes of this class should be one step long: with steps of 256 bytes, the size told names of two lengths apart."""
_LENGTH = struct.Struct(">I")


class BoxError(Exception):
    """A box does not open with its key: it, its place or the key is not what it was."""


class Closed(Mapping[str, Any]):
    """Values that cannot be opened: every name gives the token, and so does the one name that is listed, `*`."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __getitem__(self, name: str) -> str:
        return self.token

    def __iter__(self) -> Iterator[str]:
        return iter(("*",))

    def __len__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Closed) and other.token == self.token

    def __hash__(self) -> int:
        return hash(self.token)

    def __repr__(self) -> str:
        return f"Closed({self.token})"


CLOSED_BY_DESTRUCTION = Closed(DESTROYED)


def seal(key: AESGCM, place: tuple[int, Visibility], *, nonce: bytes, salt: bytes, payload: bytes) -> bytes:
    """
    Close a payload in a box.

    Parameters
    ----------
    place
        Number of the event and class of the part.
    nonce, salt
        12 and 32 random bytes, never used again.
    """
    content = salt + _LENGTH.pack(len(payload)) + payload
    content += bytes(-len(content) % WIDE_STEP_BYTES.get(place[1], STEP_BYTES))
    return nonce + key.encrypt(nonce, content, _bound(place))


def open_box(key: AESGCM, place: tuple[int, Visibility], box: bytes) -> tuple[bytes, bytes]:
    """
    Salt and payload of a box.

    Raises
    ------
    BoxError
        The box was changed or moved, or it was closed with another key.
    """
    try:
        content = key.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], _bound(place))
    except (InvalidTag, ValueError) as error:
        raise BoxError(f"the box {place[1].value} of event {place[0]} does not open") from error
    start = SALT_BYTES + _LENGTH.size
    (length,) = _LENGTH.unpack(content[SALT_BYTES:start])
    return content[:SALT_BYTES], content[start : start + length]


def _bound(place: tuple[int, Visibility]) -> bytes:
    """Canonical JSON of number and class."""
    return f'[{place[0]},"{place[1]}"]'.encode()
