"""A file becomes text, or a clear refusal: what it is by its first bytes, unpacked, decoded.

Decides only what kind of file it is; what stands in it is for the readers.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from equipoise.authoring.registries.page import Source
from equipoise.errors import Fault, UnreadableInputError

LARGEST_FILE_MB = 64  # as it lies on the disk, and unpacked
_MB = 1024 * 1024
_GZIP = b"\x1f\x8b"
_AS_TEXT = "Save the record as plain text, or get the registry's JSON, and read that."
_FOREIGN = (
    (b"%PDF", "is a PDF"),
    (b"PK\x03\x04", "is a zip archive or an Office document (docx, xlsx)"),
    (b"\xd0\xcf\x11\xe0", "is an old Office document (doc, xls)"),
    (b"{\\rtf", "is an RTF document"),
    (b"\x89PNG", "is a picture"),
    (b"\xff\xd8\xff", "is a picture"),
    (b"BZh", "is a bzip2 archive"),
    (b"\xfd7zXZ", "is an xz archive"),
    (b"7z\xbc\xaf", "is a 7z archive"),
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml|[a-z_]+[\s>])", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOST_CONTROL = 0.01  # share of control characters from which bytes are no text


@dataclass(frozen=True)
class RecordFile:
    """A file read as text, and where it came from."""

    text: str
    source: Source


def refuse(where: str, what: str, do: str = "") -> UnreadableInputError:
    """The error for a record that cannot be read; `where` is the name of the file, or a place in it."""
    return UnreadableInputError("The record cannot be read.", [Fault(where, what, do)])


def open_record(path: Path) -> RecordFile:
    """
    Read a file as text.

    UTF-8 with or without its mark; else UTF-16 with its mark; else Windows-1252, which is noted.

    Raises
    ------
    UnreadableInputError
        There is no such file, it is empty or too large, or it is no text.
    """
    raw = _read_bytes(path)
    data = _unpack(raw, path.name) if raw.startswith(_GZIP) else raw
    if not data.strip():
        raise refuse(path.name, "the file is empty", "Save the page or the JSON of the registry again.")
    for magic, what in _FOREIGN:
        if data.startswith(magic):
            raise refuse(path.name, f"the file {what}, not text", _AS_TEXT)
    text, notes = _decode(data, path.name)
    if _MARKUP.match(text[:2000]):
        raise refuse(path.name, "the file is an HTML or XML page, not plain text", _AS_TEXT)
    return RecordFile(text, Source(path.name, hashlib.sha256(raw).hexdigest(), notes))


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise refuse(str(path), "this is a folder, not a file", "Name the record itself.")
    try:
        if path.stat().st_size > LARGEST_FILE_MB * _MB:
            raise refuse(path.name, f"the file is larger than {LARGEST_FILE_MB} MB", "Give one record, not an export.")
        return path.read_bytes()
    except FileNotFoundError:
        raise refuse(str(path), "no such file", "Look at the spelling of the path.") from None
    except OSError as error:
        raise refuse(str(path), f"the file cannot be opened ({error.strerror})") from None


def _unpack(raw: bytes, name: str) -> bytes:
    """Unpack gzip, but never more than the limit: a small file may hold a huge one."""
    data, rest = b"", raw
    while rest.startswith(_GZIP):  # a file may hold several members one after another
        member = zlib.decompressobj(wbits=31)
        try:
            data += member.decompress(rest, LARGEST_FILE_MB * _MB + 1 - len(data))
        except zlib.error:
            raise refuse(name, "is a damaged gzip file", "Copy or export it again.") from None
        if len(data) > LARGEST_FILE_MB * _MB:
            raise refuse(name, f"unpacks to more than {LARGEST_FILE_MB} MB", "Give one record, not an export.")
        if not member.eof:
            raise refuse(name, "is a gzip file that breaks off", "Copy or export it again.")
        rest = member.unused_data
    return data


def _decode(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    if data.startswith(_UTF_16):
        try:
            return data.decode("utf-16"), ("the file was read as UTF-16",)
        except UnicodeDecodeError:
            raise refuse(name, "the file is neither text nor JSON", _AS_TEXT) from None
    sample = data[:100_000]
    if b"\x00" in sample or len(_CONTROL.findall(sample)) > _MOST_CONTROL * len(sample):
        raise refuse(name, "the file is neither text nor JSON (it holds binary data)", _AS_TEXT)
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        at = error.start
        text = data.decode("cp1252", errors="replace")
        return text, (f"the file is not UTF-8 (byte {at}); it was read as Windows-1252",)
