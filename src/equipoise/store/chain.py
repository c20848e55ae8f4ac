"""Links, their hashes, and the commitments that they hold (Decision 14).

Decides the bytes that are hashed. What stands in a part is the business of `parts`, who may open it of `keyring`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from equipoise.operations.office.visibility import Visibility

BEGINNING = "0" * 64
"""What the first event names as its predecessor."""
ORDER: tuple[Visibility, ...] = tuple(Visibility)
"""Parts stand in the order in which the classes are declared."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a link says of one part: its class, its commitment, and the SHA-256 of its box (None when it is open)."""

    visibility: Visibility
    commitment: str
    box: str | None


def digest(content: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def commit_to(salt: bytes, payload: bytes) -> str:
    """The commitment to a payload. [salt: 32 bytes]"""
    return hashlib.sha256(salt + payload).hexdigest()


def write_link(seq: int, previous: str, parts: Sequence[Part]) -> str:
    """
    The canonical JSON of a link.

    Written out by hand, because its shape is fixed and no value of it needs an escape; a test holds it against the
    library for RFC 8785.
    """
    written = ",".join(
        f'{{"box":{_or_null(part.box)},"class":"{part.visibility}","commitment":"{part.commitment}"}}' for part in parts
    )
    return f'{{"parts":[{written}],"previous":"{previous}","seq":{seq}}}'


def _or_null(text: str | None) -> str:
    return "null" if text is None else f'"{text}"'


def read_link(link: Any) -> tuple[int, str, list[Part]]:
    """
    Number, predecessor and parts of a link that was read as JSON.

    Raises
    ------
    ValueError, KeyError, TypeError
        It has another shape.
    """
    parts = [Part(Visibility(part["class"]), part["commitment"], part["box"]) for part in link["parts"]]
    return link["seq"], link["previous"], parts
