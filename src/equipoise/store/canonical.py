"""The one written form of a value: JSON by RFC 8785, in UTF-8.

Decides what may be written at all. A number with a fraction has no place here, so that every reader in every language
writes the same bytes; nor has the character NUL, which PostgreSQL cannot hold.
"""

import json
from collections.abc import Collection
from typing import Any

import msgspec
import rfc8785

_LARGEST = 2**53 - 1
_ENCODER = msgspec.json.Encoder(order="sorted")
_HARMLESS = frozenset({str, bool, type(None)})
_NUL = b"\\u0000"


def canonical(value: Any) -> bytes:
    """
    Write a value in its canonical form.

    Raises
    ------
    ValueError
        It holds a number with a fraction or beyond 2^53, the character NUL, half a surrogate pair, or what is not JSON.
    """
    written = _write(value) if _check(value) else bytes(rfc8785.dumps(value))
    if _NUL in written:  # or a text that only looks like its escape
        _refuse_nul(value)
    return written


def _write(value: Any) -> bytes:
    """For names in ASCII these encoders give the same bytes as RFC 8785, many times faster; a test compares them."""
    try:
        return _ENCODER.encode(value)
    except TypeError:  # a subclass of a type that JSON has
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _check(value: Any) -> bool:
    """Refuse what has no written form; says whether all names are ASCII, so that every way to order them agrees."""
    parts: Collection[Any]
    if isinstance(value, dict):
        parts, is_ascii = value.values(), _check_names(value)
    elif isinstance(value, list | tuple):
        parts, is_ascii = value, True
    else:
        _check_single(value)
        return True
    # Most parts are texts in rows of texts: looking at the kinds of a row spares looking at each of its cells.
    if not _HARMLESS.issuperset(map(type, parts)):
        for part in parts:
            if type(part) not in _HARMLESS:
                is_ascii &= _check(part)
    return is_ascii


def _check_single(value: Any) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError("a number of an event is beyond 2^53; write it as text")
        return
    if isinstance(value, float):
        raise ValueError("a value of an event has a fraction; write it as text")
    raise ValueError(f"a value of an event is of a type that JSON has not: {type(value).__name__}")


def _check_names(value: dict[Any, Any]) -> bool:
    if set(map(type, value)) != {str} and not all(isinstance(name, str) for name in value):
        raise ValueError("a name in an event is no text")
    return all(map(str.isascii, value))


def _refuse_nul(value: Any) -> None:
    if isinstance(value, str) and "\0" in value:
        raise ValueError("a text of an event holds the character NUL")
    if isinstance(value, dict):
        if any("\0" in name for name in value):
            raise ValueError("a name in an event holds the character NUL")
        value = list(value.values())
    for part in value if isinstance(value, list | tuple) else ():
        _refuse_nul(part)
