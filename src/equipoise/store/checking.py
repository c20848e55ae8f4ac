"""Whether one event of the log is what was written.

An event is right when it can be written again from what is kept beside it and comes out as it stands. Only where it
does not is looked for what is wrong. How events follow each other is the business of `verify`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from equipoise.operations.office.acts import Act
from equipoise.operations.office.visibility import Visibility
from equipoise.store.chain import Part, commit_to, digest, read_link, write_link
from equipoise.store.keyring import Keyring
from equipoise.store.parts import HEADER_CLASSES, Disclosed, Sealed, read_content, write_content
from equipoise.store.sealing import SALT_BYTES, BoxError, open_box

_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class _Header(msgspec.Struct):
    at: str
    subject: str | None
    act: str


class _Payload(msgspec.Struct):
    header: _Header | None = None


_READ = msgspec.json.Decoder(_Payload)


@dataclass(frozen=True)
class Place:
    """Where the chain stands: number, hash as stored and as computed, and time of an event."""

    seq: int
    stored: str
    computed: str
    at: str


FILED_ELSEWHERE = "it is filed under another subject"


class WrongEventError(Exception):
    """An event is not what was written; the text says what is wrong with it, without a value of it."""


class EventChecker:
    """
    Checks events with the keys of the trial.

    Parameters
    ----------
    subjects
        The key to the identity of each subject, None where it was destroyed or does not open.
    """

    def __init__(self, keyring: Keyring, subjects: Mapping[str, AESGCM | None]) -> None:
        self._keyring = keyring
        self._subjects = subjects
        self._tags: dict[str, str] = {}
        self.hidden: dict[str, list[tuple[int, str]]] = {}
        """Hidden events of each subject in their order, with their tags: checked only when all are there."""
        self.destroyed_by: dict[str, int] = {}
        """The subjects whose identity events say was destroyed, and which event says so."""
        self.closed: dict[str, int] = {}
        """The subjects of whom a part could not be opened for want of a key, and the first such event."""

    def check(self, sealed: Sealed, previous: str) -> str:
        """
        Check an event, given the hash that it must name as its predecessor; gives its time as text.

        Raises
        ------
        WrongEventError
            It is not what was written.
        """
        try:
            content = read_content(sealed.content)
            is_own_form = write_content(content) == sealed.content
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WrongEventError("what is kept beside its link cannot be read") from error
        if not is_own_form:
            raise WrongEventError("what is kept beside its link is written in another form")
        header, commitments = self._open(sealed.seq, content)
        boxes = {kind: digest(part) for kind, part in content.items() if isinstance(part, bytes)}
        parts = [Part(kind, commitments.get(kind) or _said(sealed, kind), boxes.get(kind)) for kind in content]
        link = write_link(sealed.seq, previous, parts)
        if link != sealed.link:
            raise WrongEventError(_difference(sealed, previous, parts))
        if digest(link.encode()) != sealed.hash:
            raise WrongEventError("its hash is not that of its link")
        if header.subject is not None and Visibility.OPEN not in content:
            self.hidden.setdefault(header.subject, []).append((sealed.seq, str(sealed.tag)))
        elif self._tag(header.subject) != sealed.tag:
            raise WrongEventError(FILED_ELSEWHERE)
        if header.act == Act.DESTROY_IDENTITY.value and header.subject is not None:
            self.destroyed_by.setdefault(header.subject, sealed.seq)
        return header.at

    def _open(self, seq: int, content: Mapping[Visibility, Disclosed | bytes]) -> tuple[_Header, dict[Visibility, str]]:
        """The header, and the commitment to each part that opens."""
        header: _Header | None = None
        commitments = {}
        for visibility in (*HEADER_CLASSES, *content):
            part = content.get(visibility)
            if part is None or visibility in commitments:
                continue
            opened = self._disclose(seq, visibility, part, header)
            if opened is None:
                continue
            commitments[visibility] = commit_to(opened.salt, opened.payload)
            if header is None:
                header = _header(opened.payload)
        if header is None or not _AT.fullmatch(header.at):
            raise WrongEventError("its header cannot be read")
        return header, commitments

    def _disclose(
        self, seq: int, visibility: Visibility, part: Disclosed | bytes, header: _Header | None
    ) -> Disclosed | None:
        if (visibility is Visibility.OPEN) is not isinstance(part, Disclosed):
            raise WrongEventError(f"its part {visibility.value} is closed or open against its class")
        if isinstance(part, Disclosed):
            return _checked(part)
        key = self._key(seq, visibility, header)
        if key is None:
            return None
        try:
            return _checked(Disclosed(*open_box(key, (seq, visibility), part)))
        except BoxError as error:
            raise WrongEventError(f"its part {visibility.value} does not open: it was changed or moved") from error

    def _key(self, seq: int, visibility: Visibility, header: _Header | None) -> AESGCM | None:
        if visibility is not Visibility.IDENTITY:
            return self._keyring.of_class(visibility)
        subject = "" if header is None or header.subject is None else header.subject
        key = self._subjects.get(subject)
        if key is None:
            self.closed.setdefault(subject, seq)
        return key

    def _tag(self, subject: str | None) -> str | None:
        if subject is None:
            return None
        if subject not in self._tags:
            self._tags[subject] = self._keyring.tag(subject)
        return self._tags[subject]


def _checked(part: Disclosed) -> Disclosed:
    if len(part.salt) != SALT_BYTES:
        raise WrongEventError("the salt of a part has another length")
    return part


def _header(payload: bytes) -> _Header | None:
    try:
        return _READ.decode(payload).header
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WrongEventError("a part of it cannot be read") from error


def _said(sealed: Sealed, visibility: Visibility) -> str:
    """The commitment that the link names, for a part that nobody can open."""
    try:
        _, _, parts = read_link(msgspec.json.decode(sealed.link))
        (said,) = [part.commitment for part in parts if part.visibility is visibility]
    except (ValueError, KeyError, TypeError) as error:
        raise WrongEventError("its link cannot be read") from error
    if not re.fullmatch("[0-9a-f]{64}", said):
        raise WrongEventError("its link cannot be read")
    return said


def _difference(sealed: Sealed, previous: str, parts: list[Part]) -> str:
    """What of a link is not as it should be."""
    try:
        seq, said_previous, said_parts = read_link(msgspec.json.decode(sealed.link))
    except (ValueError, KeyError, TypeError):
        return "its link cannot be read"
    if seq != sealed.seq:
        return "it stands in the place of another event"
    if said_previous != previous:
        return "it does not follow the event before it"
    if said_parts == parts:
        return "its link is written in another form"
    wrong = [part.visibility.value for part in parts if part not in said_parts]
    return f"its link does not fit its part {wrong[0]}" if wrong else "its link names a part that is not there"
