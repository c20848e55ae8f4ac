"""The one byte form of everything that is hashed, signed or drawn from: canonical JSON (RFC 8785)."""

import hashlib
from typing import Any

import rfc8785

Json = Any
"""Text, whole numbers, true, false, null, lists of these, and objects with text as keys. Never a float."""


def canonical_bytes(value: Json) -> bytes:
    """Canonical JSON in UTF-8: keys sorted, no blanks, one spelling for each value (RFC 8785)."""
    return rfc8785.dumps(value)


def digest_of(value: Json) -> str:
    """SHA-256 of the canonical JSON, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()
