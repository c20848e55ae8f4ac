"""The one written form of a value: JSON by RFC 8785, in UTF-8.

Decides what may be written at all. A number with a fraction has no place here, so that every reader in every language
writes the same bytes; nor has the character NUL, which PostgreSQL cannot hold.
"""

from typing import Any

import rfc8785

_LARGEST = 2**53 - 1
_NUL = b"\\u0000"


def canonical(value: Any) -> bytes:
    """
    Write a value in its canonical form.

    Raises
    ------
    ValueError
        It holds a number with a fraction or beyond 2^53, the character NUL, half a surrogate pair, or what is not JSON.
    """
    _check(value)
    written: bytes = rfc8785.dumps(value)
    if _NUL in written and "\0" in _texts(value):
        raise ValueError("a text holds the character NUL")
    return written


def _check(value: Any) -> None:
    if isinstance(value, float):
        raise ValueError("a value of an event has a fraction; write it as text")
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ValueError("a number of an event is beyond 2^53; write it as text")
    if isinstance(value, dict):
        for part in value.values():
            _check(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _check(part)


def _texts(value: Any) -> str:
    """All texts of a value, run together."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "".join(_texts(part) for item in value.items() for part in item)
    return "".join(map(_texts, value)) if isinstance(value, list | tuple) else ""
