"""The one written form of a value: JSON by RFC 8785, in UTF-8.

Decides what may be written at all. A number with a fraction has no place here, so that every reader in every language
writes the same bytes; nor has the character NUL, which PostgreSQL cannot hold.
"""

import json
from typing import Any

import rfc8785

_LARGEST = 2**53 - 1


def canonical(value: Any) -> bytes:
    """
    Write a value in its canonical form.

    Raises
    ------
    ValueError
        It holds a number with a fraction or beyond 2^53, the character NUL, half a surrogate pair, or what is not JSON.
    """
    if not _check(value):
        written: bytes = rfc8785.dumps(value)
        return written
    # For names in ASCII the standard library gives the same bytes, several times faster; a test compares the two.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _check(value: Any) -> bool:
    """Refuse what has no written form; says whether all names are ASCII, so that every way to order them agrees."""
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a text of an event holds the character NUL")
        return True
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError("a number of an event is beyond 2^53; write it as text")
        return True
    if isinstance(value, dict):
        return min([_check_names(value), *map(_check, value.values())])
    if isinstance(value, list | tuple):
        return min(map(_check, value), default=True)
    if isinstance(value, float):
        raise ValueError("a value of an event has a fraction; write it as text")
    raise ValueError(f"a value of an event is of a type that JSON has not: {type(value).__name__}")


def _check_names(value: dict[Any, Any]) -> bool:
    for name in value:
        if not isinstance(name, str) or "\0" in name:
            raise ValueError("a name in an event is no text, or holds the character NUL")
    return all(map(str.isascii, value))
