"""Walking along the chain: each event checked, each following the one before it. Processes share a long log."""

import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

from sqlalchemy import URL, bindparam, select

from equipoise.store.chain import BEGINNING, digest
from equipoise.store.checking import FILED_ELSEWHERE, EventChecker, Place, WrongEventError
from equipoise.store.connection import Connection
from equipoise.store.database import Database
from equipoise.store.findings import Finding
from equipoise.store.keyring import Keyring
from equipoise.store.parts import Sealed
from equipoise.store.tables import EVENTS

FOR_ONE_PROCESS = 20_000
"""Up to so many events, a second process costs more than it saves."""
_PAGE = 2000
_BEFORE_ALL = -(2**63)
_START = Place(0, BEGINNING, BEGINNING, "")
_PREVIOUS = re.compile('"previous":"([0-9a-f]{64})"')

_COLUMNS = (EVENTS.c.seq, EVENTS.c.hash, EVENTS.c.link, EVENTS.c.content, EVENTS.c.tag)
_RANGE = (
    select(*_COLUMNS)
    .where(EVENTS.c.seq > bindparam("after"), EVENTS.c.seq <= bindparam("upto"))
    .order_by(EVENTS.c.seq)
    .limit(_PAGE)
)
_EVERY = select(EVENTS.c.seq).order_by(EVENTS.c.seq).limit(1).offset(bindparam("n"))


@dataclass
class Walk:
    """What a walk saw: findings, its last place, and whose identity was destroyed or could not be opened."""

    findings: list[Finding] = field(default_factory=list)
    last: Place = _START
    n_events: int = 0
    destroyed_by: dict[str, int] = field(default_factory=dict)
    closed: dict[str, int] = field(default_factory=dict)
    hidden: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def add(self, later: "Walk") -> None:
        """Go on with what was seen further along."""
        self.findings += later.findings
        self.n_events += later.n_events
        self.last = later.last
        for subject, seq in later.destroyed_by.items():
            self.destroyed_by.setdefault(subject, seq)
        for subject, seq in later.closed.items():
            self.closed.setdefault(subject, seq)
        for subject, events in later.hidden.items():
            self.hidden.setdefault(subject, []).extend(events)

    def check_hidden(self, keyring: Keyring) -> None:
        """Find hidden events that are filed under another subject or number; for when all were walked."""
        for subject, events in self.hidden.items():
            for number, (seq, tag) in enumerate(events):
                if tag != keyring.hidden_tag(subject, number):
                    self.findings.append(Finding(seq, f"event {seq}", FILED_ELSEWHERE))


def walk(connection: Connection, keyring: Keyring, url: URL, *, n_events: int, n_processes: int) -> Walk:
    """Check all events, in this process or, when they are many, in several that open the database of `url`."""
    whole = _walk_all(connection, keyring, url, n_events, n_processes)
    whole.check_hidden(keyring)
    return whole


def _walk_all(connection: Connection, keyring: Keyring, url: URL, n_events: int, n_processes: int) -> Walk:
    if n_events <= FOR_ONE_PROCESS or n_processes == 1:
        return walk_range(connection, keyring, None, 2**63 - 1)
    size = -(-n_events // n_processes)
    bounds = [connection.one(_EVERY, {"n": n - 1}) for n in range(size, n_events, size)]
    cuts: list[Any] = [None, *(found[0] for found in bounds if found is not None), 2**63 - 1]
    whole = Walk()
    with ProcessPoolExecutor(n_processes, mp_context=get_context("spawn")) as pool:
        url_text = url.render_as_string(hide_password=False)
        tasks = [pool.submit(_walk_elsewhere, url_text, keyring.master, after, upto) for after, upto in pairwise(cuts)]
        for task in tasks:
            whole.add(task.result())
    return whole


def _walk_elsewhere(url: str, master: bytes, after: int | None, upto: int) -> Walk:
    """In a process of its own; events are never changed, so its later look at the database sees the same ones."""
    database = Database(url)
    try:
        with database.reading() as connection:
            return walk_range(connection, Keyring.load(connection, master, database.where), after, upto)
    finally:
        database.close()


def walk_range(connection: Connection, keyring: Keyring, after: int | None, upto: int) -> Walk:
    """Check the events after the one with the number `after` (None: from the beginning) up to one."""
    checker = EventChecker(keyring, keyring.subjects(connection))
    seen = Walk()
    if after is not None:
        for sealed in _sealed(connection, after - 1, after):
            seen.last = _step(checker, sealed, _named_before(sealed), Walk())
        checker.hidden.clear()  # it belongs to the range before, which knows it already
    for sealed in _sealed(connection, _BEFORE_ALL if after is None else after, upto):
        seen.last = _step(checker, sealed, seen.last, seen)
        seen.n_events += 1
    seen.destroyed_by, seen.closed, seen.hidden = checker.destroyed_by, checker.closed, checker.hidden
    return seen


def _sealed(connection: Connection, after: int, upto: int) -> Iterator[Sealed]:
    raw: Any = connection.raw()
    if hasattr(raw, "text_factory"):
        raw.text_factory = _as_text
    try:
        while page := connection.all(_RANGE, {"after": after, "upto": upto}):
            for found in page:
                yield Sealed(*found)
            after = page[-1][0]
    finally:
        if hasattr(raw, "text_factory"):
            raw.text_factory = str


def _as_text(stored: bytes) -> str:
    """SQLite holds any bytes as text; what is none must be found, not end the verification."""
    return stored.decode("utf-8", "surrogateescape")


def _named_before(sealed: Sealed) -> Place:
    """The place that an event itself says it follows; for when the one before it is not there."""
    found = _PREVIOUS.search(sealed.link) if isinstance(sealed.link, str) else None
    named = BEGINNING if found is None else found[1]
    return Place(sealed.seq - 1, named, named, "")


def _step(checker: EventChecker, sealed: Sealed, before: Place, seen: Walk) -> Place:
    """Check one event where it stands; gives its place."""
    where = f"event {sealed.seq}"
    if sealed.seq != before.seq + 1:
        seen.findings.append(_gap(before.seq, sealed.seq))
        before = _named_before(sealed)
    try:
        _check_texts(sealed)
        # An event after one whose hash alone was changed follows what that hash was: the fault is the other's.
        previous = before.computed if before.computed in sealed.link else before.stored
        at = checker.check(sealed, previous)
    except WrongEventError as error:
        seen.findings.append(Finding(sealed.seq, where, str(error)))
        link = sealed.link.encode("utf-8", "surrogateescape") if isinstance(sealed.link, str) else b""
        return Place(sealed.seq, str(sealed.hash), digest(link), before.at)
    if at < before.at:
        seen.findings.append(Finding(sealed.seq, where, "its time is before that of the event before it"))
    return Place(sealed.seq, sealed.hash, sealed.hash, at)


def _gap(last: int, found: int) -> Finding:
    if found <= last + 1:
        return Finding(found, f"event {found}", "it has a number that no event can have")
    missing = f"event {last + 1} is" if found == last + 2 else f"events {last + 1} to {found - 1} are"
    return Finding(last + 1, f"event {last + 1}", f"{missing} missing")


def _check_texts(sealed: Sealed) -> None:
    try:
        for text in (sealed.hash, sealed.link, sealed.content, sealed.tag or ""):
            text.encode()
    except (UnicodeEncodeError, AttributeError) as error:
        raise WrongEventError("what is stored is not text") from error
