"""From an entry to payloads and back: which values stand in which part, and where the header stands.

Decides the shape of a payload (Decision 14) and of what the database keeps of it (`content`). What is hashed is the
business of `chain`, how a part is closed of `sealing`.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any

import msgspec

from equipoise.conduct.roles import Role
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.event import Change, Entry, Event, Signature, Values
from equipoise.operations.office.visibility import Visibility
from equipoise.store.canonical import canonical

HEADER = "header"
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
HEADER_CLASSES = (Visibility.OPEN, Visibility.TREATMENT)
"""Where a header can stand."""
_DECODER = msgspec.json.Decoder()
_KINDS = {kind.value: kind for kind in Visibility}
_PLACES = {kind.value: place for place, kind in enumerate(Visibility)}


@dataclass(frozen=True, slots=True)
class Disclosed:
    """Salt and payload of a part, as bytes."""

    salt: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """A row of the table of events, as it is stored."""

    seq: int
    hash: str
    link: str
    content: str
    tag: str | None


def write_time(at: datetime) -> str:
    """A time in UTC to the microsecond, as `2026-01-15T09:30:00.000000Z`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_time(text: str) -> datetime:
    """
    A time as `write_time` writes it.

    Raises
    ------
    ValueError
        It is written in another way, or there is no such time.
    """
    if _AT.fullmatch(text) is None:
        raise ValueError("a time is not written as times of events are")
    return datetime.fromisoformat(text)


def write_payloads(entry: Entry, at: datetime, software: str) -> dict[Visibility, bytes]:
    """The payload of each part of an entry, in the order of classes; canonical, so ready to be hashed."""
    header_class = ACTS[entry.act].header
    payloads = {}
    for visibility in Visibility:
        change = entry.changes.get(visibility)
        if change is None and visibility is not header_class:
            continue
        change = change or Change()
        payload: dict[str, Any] = {"new": change.new, "old": change.old}
        if visibility is header_class:
            payload[HEADER] = _header(entry, at, software)
        payloads[visibility] = canonical(payload)
    return payloads


def read_payload(payload: bytes) -> Any:
    """
    What stands in a payload.

    Raises
    ------
    ValueError
        It is no JSON.
    """
    return _DECODER.decode(payload)


def _header(entry: Entry, at: datetime, software: str) -> dict[str, Any]:
    return {
        "at": write_time(at),
        "user": entry.user,
        "role": entry.role,
        "site": entry.site,
        "session": entry.session,
        "act": entry.act,
        "subject": entry.subject,
        "request": entry.request,
        "version": entry.version,
        "software": software,
        "reason": entry.reason,
        "signature": None if entry.signature is None else _signature(entry.signature),
    }


def _signature(signature: Signature) -> dict[str, Any]:
    return {
        "user": signature.user,
        "name": signature.name,
        "role": signature.role,
        "meaning": signature.meaning,
        "statement": signature.statement,
        "at": write_time(signature.at),
        "components": signature.components,
    }


def read_event(seq: int, digest: str, payloads: Mapping[Visibility, Any], closed: Mapping[Visibility, Values]) -> Event:
    """
    The event of its payloads.

    Parameters
    ----------
    payloads
        Each opened part, read from JSON. One of them holds the header.
    closed
        What stands in place of the values of each part that was not opened.
    """
    header = next(payloads[place][HEADER] for place in HEADER_CLASSES if HEADER in payloads.get(place, ()))
    changes = {visibility: Change(part["new"], part["old"]) for visibility, part in payloads.items()}
    changes |= {visibility: Change(token, token) for visibility, token in closed.items()}
    signature = header["signature"]
    entry = Entry(
        act=Act(header["act"]),
        user=header["user"],
        role=None if header["role"] is None else Role(header["role"]),
        changes=changes,
        site=header["site"],
        subject=header["subject"],
        session=header["session"],
        request=header["request"],
        reason=header["reason"],
        signature=None if signature is None else _read_signature(signature),
        version=header["version"],
    )
    return Event(seq, read_time(header["at"]), entry, header["software"], digest)


def _read_signature(signature: Mapping[str, Any]) -> Signature:
    return Signature(
        user=signature["user"],
        name=signature["name"],
        role=Role(signature["role"]),
        meaning=signature["meaning"],
        statement=signature["statement"],
        at=read_time(signature["at"]),
        components=signature["components"],
    )


def write_content(parts: Mapping[Visibility, Disclosed | bytes]) -> str:
    """What the database keeps beside the link, as canonical JSON: an open part in clear, a box in Base64."""
    written = [f'"{kind}":{_write_part(parts[kind])}' for kind in sorted(parts)]
    return "{" + ",".join(written) + "}"


def _write_part(part: Disclosed | bytes) -> str:
    if isinstance(part, bytes):
        return f'{{"box":"{base64.b64encode(part).decode()}"}}'
    return f'{{"payload":{encode_basestring(part.payload.decode())},"salt":"{part.salt.hex()}"}}'


def read_content(content: str) -> dict[Visibility, Disclosed | bytes]:
    """
    Read what `write_content` wrote, in the order of classes.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError
        It has another shape.
    """
    read = _DECODER.decode(content)
    parts: dict[Visibility, Disclosed | bytes] = {}
    for name in sorted(read, key=_PLACES.__getitem__):
        part = read[name]
        box = part.get("box")
        parts[_KINDS[name]] = _read_open(part) if box is None else base64.b64decode(box)
    return parts


def _read_open(part: Mapping[str, str]) -> Disclosed:
    return Disclosed(bytes.fromhex(part["salt"]), part["payload"].encode())


def write_row(values: Mapping[str, Any]) -> str:
    """A row of a table as canonical JSON (its names are ASCII and its numbers integers)."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
