"""A look at one moment of a trial: rows, events opened with the keys at hand, and what was remembered of them.

Implements the port `View` of the office. Writing is `log`'s.
"""

import heapq
from collections.abc import Iterator
from typing import Any, TypeVar, cast

from sqlalchemy import bindparam, or_, select

from equipoise.errors import Fault
from equipoise.operations.office.event import Event, Values
from equipoise.operations.office.rows import Row
from equipoise.operations.office.visibility import Visibility
from equipoise.store.connection import Connection
from equipoise.store.faults import StoreError
from equipoise.store.keyring import Keyring
from equipoise.store.memory import SharedMemory, TransactionMemory
from equipoise.store.parts import Disclosed, Sealed, read_content, read_event, read_payload
from equipoise.store.rows import find_rows, get_row
from equipoise.store.sealing import CLOSED_BY_DESTRUCTION, BoxError, open_box
from equipoise.store.tables import EVENTS

R = TypeVar("R", bound=Row)
Seen = dict[tuple[type[Row] | type[Event], str | int], Row | Event | None]
"""Rows by kind and key, None where there is none; and events by number."""

_PAGE = 1000
MOST_SEEN = 4096
"""How many rows and events are kept: when there are more, all are forgotten."""
HIDDEN_EVENTS = "hidden events"
"""Under this and a subject it is remembered how many hidden events it has, and the last of them."""
_COLUMNS = (EVENTS.c.seq, EVENTS.c.hash, EVENTS.c.link, EVENTS.c.content, EVENTS.c.tag)
HEAD = select(EVENTS.c.seq, EVENTS.c.hash).order_by(EVENTS.c.seq.desc()).limit(1)
_ONE = select(*_COLUMNS).where(EVENTS.c.seq == bindparam("seq"))
_AFTER = select(*_COLUMNS).where(EVENTS.c.seq > bindparam("after")).order_by(EVENTS.c.seq).limit(_PAGE)
_OF_SUBJECT = _AFTER.where(EVENTS.c.tag == bindparam("tag"))
_PROBED = 4
_HIDDEN = select(*_COLUMNS).where(or_(*(EVENTS.c.tag == bindparam(f"tag{place}") for place in range(_PROBED))))


class TrialView:
    """A consistent look at tables and log, with the keys of the trial."""

    def __init__(
        self,
        connection: Connection,
        keyring: Keyring,
        remembered: SharedMemory | TransactionMemory,
        seen: Seen | None = None,
    ) -> None:
        self.connection = connection
        self.keyring = keyring
        self.memory = TransactionMemory(remembered, self._last)
        self._seen_last: int | None = None
        self._before: Seen = {} if seen is None else seen
        self._seen: Seen = {}
        self._probed: set[str] = set()

    def get(self, row: type[R], key: str) -> R | None:
        """The row with this key; read once, since nobody else writes in sight of a view."""
        place = (row, key)
        for seen in (self._seen, self._before):
            if place in seen:
                return cast("R | None", seen[place])
        found = get_row(self.connection, row, key)
        self._see(place, found)
        return found

    def _see(self, place: tuple[type[Row] | type[Event], str | int], found: Row | Event | None) -> None:
        if len(self._seen) >= MOST_SEEN:
            self._seen, self._before = {}, {}
        self._seen[place] = found

    def leave_seen(self, seen: Seen) -> None:
        """Leave what was read or written to those who go on in the same transaction."""
        if self._before is not seen or len(seen) >= MOST_SEEN:
            seen.clear()  # some that was written may be forgotten: what is older must not stay
        seen.update(self._seen)

    def find(self, row: type[R], **equal: str | int | bool | None) -> list[R]:
        """The rows whose fields equal those given, ordered by key (code points)."""
        return find_rows(self.connection, row, equal)

    def event(self, seq: int) -> Event:
        """
        One event, opened; read once, unless it holds an identity, of which another process may destroy the key.

        Raises
        ------
        LookupError
            There is no event of this number.
        """
        known = self._seen.get((Event, seq)) or self._before.get((Event, seq))
        if known is not None:
            return cast("Event", known)
        found = self.connection.one(_ONE, {"seq": seq})
        if found is None:
            raise LookupError(f"there is no event {seq}")
        event = self.open(Sealed(*found))
        self._see_event(event)
        return event

    def _see_event(self, event: Event) -> None:
        if Visibility.IDENTITY not in event.entry.changes:
            self._see((Event, event.seq), event)

    def events(self, *, after: int = 0, subject: str | None = None, hidden: bool = True) -> Iterator[Event]:
        """
        The events after a place in the log, in order; of one subject when asked.

        With `hidden` false those of a subject whose header is hidden are not even looked for.
        """
        for sealed in self.sealed(after=after, subject=subject, hidden=hidden):
            yield self.open(sealed)

    def sealed(self, *, after: int = 0, subject: str | None = None, hidden: bool = True) -> Iterator[Sealed]:
        """The same as they are stored, page by page: a log may be larger than the memory."""
        if subject is None:
            return self._paged(_AFTER, after, None)
        if hidden and self.memory.is_last(subject, after):
            return iter(())  # asked by whoever may know of hidden events: how soon it is told depends on them
        shown = self._paged(_OF_SUBJECT, after, self.keyring.tag(subject))
        closed = self._hidden(subject, after) if hidden else []
        return heapq.merge(shown, closed, key=lambda sealed: sealed.seq) if closed else shown

    def count_hidden(self, subject: str) -> int:
        """How many events of a subject have a hidden header."""
        self._hidden(subject, self._last())
        return int(self.memory.get((HIDDEN_EVENTS, subject))[0])

    def _hidden(self, subject: str, after: int) -> list[Sealed]:
        """The hidden events of a subject after a place: each has a tag of its own, so they are found one by one."""
        known = self.memory.get((HIDDEN_EVENTS, subject))
        number, last = known or (0, 0)
        if known is not None and after >= last and (subject in self._probed or self.memory.is_last(subject, last)):
            return []  # a view is a look at one moment: what it did not find is not there
        self._probed.add(subject)
        if after < last:
            number, last = 0, 0
        found: list[Sealed] = []
        while True:
            tags = {f"tag{place}": self.keyring.hidden_tag(subject, number + place) for place in range(_PROBED)}
            rows = [Sealed(*row) for row in self.connection.all(_HIDDEN, tags)]
            found += rows
            number += len(rows)
            if len(rows) < _PROBED:
                break
        found.sort(key=lambda sealed: sealed.seq)
        self.memory.put((HIDDEN_EVENTS, subject), (number, found[-1].seq if found else last))
        return [sealed for sealed in found if sealed.seq > after]

    def _paged(self, statement: Any, after: int, tag: str | None) -> Iterator[Sealed]:
        while page := self.connection.all(statement, {"after": after, "tag": tag}):
            for found in page:
                yield Sealed(*found)
            if len(page) < _PAGE:
                return
            after = page[-1][0]

    def _last(self) -> int:
        """The number of the last event in sight; it stays so, since a view is a look at one moment."""
        if self._seen_last is None:
            found = self.connection.one(HEAD)
            self._seen_last = 0 if found is None else int(found[0])
        return self._seen_last

    def tag(self, text: str) -> str:
        """A digest of a text under a key of the trial: the same text is known again, and not told."""
        # Set apart from the tags of subjects: a text must not be taken for a subject's number in the index.
        return self.keyring.tag(f"text/{text}")

    def open(self, sealed: Sealed) -> Event:
        """
        Open every part for which there is a key; values of the others are a token.

        Raises
        ------
        StoreError
            A part does not open or cannot be read: the log was changed.
        """
        try:
            opened, closed = open_parts(self.connection, self.keyring, sealed)
            payloads = {visibility: read_payload(part.payload) for visibility, part in opened.items()}
            return read_event(sealed.seq, sealed.hash, payloads, closed)
        except (BoxError, ValueError, LookupError, TypeError, AttributeError, StopIteration) as error:
            do = "Verify the trial, and write nothing until it is known why."
            fault = Fault(f"event {sealed.seq}", "it cannot be read: the log was changed", do)
            raise StoreError("The log cannot be read.", [fault]) from error


def open_parts(
    connection: Connection, keyring: Keyring, sealed: Sealed
) -> tuple[dict[Visibility, Disclosed], dict[Visibility, Values]]:
    """The parts of an event that have a key, and what stands for those whose key was destroyed."""
    content = read_content(sealed.content)
    opened: dict[Visibility, Disclosed] = {}
    closed: dict[Visibility, Values] = {}
    for visibility, part in content.items():
        if isinstance(part, Disclosed):
            opened[visibility] = part
        elif visibility is not Visibility.IDENTITY:
            opened[visibility] = Disclosed(*open_box(keyring.of_class(visibility), (sealed.seq, visibility), part))
    identity = content.get(Visibility.IDENTITY)
    if isinstance(identity, bytes):
        key = keyring.of_subject(connection, _subject(opened))
        if key is None:
            closed[Visibility.IDENTITY] = CLOSED_BY_DESTRUCTION
        else:
            place = (sealed.seq, Visibility.IDENTITY)
            opened[Visibility.IDENTITY] = Disclosed(*open_box(key, place, identity))
    return opened, closed


def _subject(opened: dict[Visibility, Disclosed]) -> str:
    read: dict[str, Any] = {}
    for part in opened.values():
        read |= read_payload(part.payload).get("header") or {}
    return str(read["subject"])
