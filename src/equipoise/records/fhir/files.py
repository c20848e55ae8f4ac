"""What a file holds, found out from its content: lines of resources, one JSON document, or nothing of FHIR."""

import gzip
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import msgspec

_GZIP_MAGIC = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_LINES_TRIED = 10
JSON_SUFFIXES = (".ndjson", ".jsonl", ".json")


class Content(StrEnum):
    """How a file is to be read."""

    LINES = "lines"
    DOCUMENT = "document"
    EMPTY = "empty"
    OTHER = "other"


class _Head(msgspec.Struct):
    resource_type: str = msgspec.field(name="resourceType")


def is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == _GZIP_MAGIC


def open_bytes(path: Path) -> IO[bytes]:
    """The file, unpacked when it is gzip whatever its name."""
    return gzip.open(path, "rb") if is_gzip(path) else path.open("rb")  # type: ignore[return-value]


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank with their numbers from 1, without a byte order mark."""
    with open_bytes(path) as file:
        for number, line in enumerate(file, start=1):
            text = (line.removeprefix(_BOM) if number == 1 else line).strip()
            if text:
                yield number, text


def has_json_name(path: Path) -> bool:
    """Whether the name says that the file is JSON, so that anything else in it is a fault."""
    return path.name.lower().removesuffix(".gz").endswith(JSON_SUFFIXES)


def look_into(path: Path) -> tuple[Content, str | None]:
    """
    The content of a file and, for lines, the resource type of the first readable one.

    Reads a few lines only. OSError, EOFError and zlib.error come through.
    """
    first: bytes | None = None
    for n_tried, (_, line) in enumerate(numbered_lines(path)):
        first = line if first is None else first
        resource_type = _resource_type(line)
        if resource_type is not None:
            return Content.LINES, resource_type
        if first.startswith(b"[") or n_tried >= _LINES_TRIED:
            break
    if first is None:
        return Content.EMPTY, None
    return (Content.DOCUMENT if first[:1] in (b"{", b"[") else Content.OTHER), None


def _resource_type(line: bytes) -> str | None:
    try:
        return msgspec.json.decode(line, type=_Head).resource_type
    except msgspec.MsgspecError:
        return None
    except UnicodeDecodeError:
        return None


class _Identified(msgspec.Struct):
    id: Any = None


def find_lines(path: Path, ids: set[str], most: int) -> list[int]:
    """Numbers of the first lines whose resource has one of these ids."""
    decoder, found = msgspec.json.Decoder(_Identified), []
    for number, line in numbered_lines(path):
        try:
            is_wanted = decoder.decode(line).id in ids
        except (msgspec.MsgspecError, UnicodeDecodeError):
            # The engine lets NaN and Infinity pass, which are no JSON; then the id has to be found in the text.
            is_wanted = any(f'"{wanted}"'.encode() in line for wanted in ids)
        if is_wanted:
            found.append(number)
            if len(found) == most:
                break
    return found
