"""A trial office in memory: the ports of `operations.office` on dictionaries, with clock and randomness injected.

`MemoryStore` keeps the promises of a store (one writer at a time, all or nothing, rows by the projections alone) and
seals nothing. `enter` adds a person with a role and logs them in, by the entries that the office itself would write.
"""

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from equipoise.conduct.roles import Role
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.event import DESTROYED, Change, Entry, Event, Signature
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.projections import project
from equipoise.operations.office.rows import ROWS, Grant, Person, Row
from equipoise.operations.office.visibility import Visibility
from equipoise.store.memory import SharedMemory, TransactionMemory

START = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
A_LONG_TIME = timedelta(days=3650)


class Clock:
    """A clock that a test moves by hand."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, by: timedelta) -> None:
        self.at += by


def seeded(seed: int) -> Callable[[int], bytes]:
    """Bytes that look random and are the same in each run."""
    return np.random.Generator(np.random.PCG64(seed)).bytes


class MemoryView:
    """A look at the rows and the log as they are when it is asked."""

    def __init__(self, store: "MemoryStore") -> None:
        self._store = store
        self.memory = TransactionMemory(store.remembered, lambda: len(store.log))

    def get(self, row: type[Any], key: str) -> Any:
        return self._store.tables[row].get(key)

    def find(self, row: type[Any], **equal: str | int | bool | None) -> list[Any]:
        rows = self._store.tables[row]
        found = (rows[key] for key in sorted(rows))
        return [each for each in found if all(getattr(each, name) == value for name, value in equal.items())]

    def event(self, seq: int) -> Event:
        return self._store.opened(self._store.log[seq - 1])

    def events(self, *, after: int = 0, subject: str | None = None, hidden: bool = True) -> Iterator[Event]:
        for event in self._store.log[after:]:
            is_seen = hidden or ACTS[event.entry.act].header is Visibility.OPEN
            if subject is None or (event.entry.subject == subject and is_seen):
                yield self._store.opened(event)

    def tag(self, text: str) -> str:
        return hmac.new(b"the key of the trial", text.encode(), hashlib.sha256).hexdigest()


class MemoryDesk(MemoryView):
    """One transaction: what it wrote is taken back when an error leaves it."""

    def __init__(self, store: "MemoryStore") -> None:
        super().__init__(store)
        self.now = max(store.clock(), store.log[-1].at if store.log else store.clock())
        self._length = len(store.log)
        self._before: list[tuple[type[Row], str, Row | None]] = []
        self._destroyed = set(store.destroyed)

    def append(self, entry: Entry) -> Event:
        log = self._store.log
        previous = log[-1].hash if log else "0" * 64
        digest = hashlib.sha256(f"{previous}{len(log) + 1}{entry}".encode()).hexdigest()
        event = Event(len(log) + 1, self.now, entry, "tests", digest)
        for row in project(event, self):
            key = row.id  # type: ignore[attr-defined]
            table = self._store.tables[type(row)]
            self._before.append((type(row), key, table.get(key)))
            table[key] = row
        log.append(event)
        return event

    def draw(self, n: int) -> bytes:
        return self._store.random(n)

    def destroy_key(self, subject: str) -> None:
        self._store.destroyed.add(subject)
        self.memory.clear()

    def take_back(self) -> None:
        del self._store.log[self._length :]
        for row, key, before in reversed(self._before):
            if before is None:
                del self._store.tables[row][key]
            else:
                self._store.tables[row][key] = before
        self._store.destroyed = self._destroyed


class MemoryStore:
    """The database of one trial, in memory."""

    def __init__(
        self, clock: Callable[[], datetime] | None = None, random: Callable[[int], bytes] | None = None
    ) -> None:
        self.clock = Clock() if clock is None else clock
        self.random = seeded(1) if random is None else random
        self.tables: dict[type[Row], dict[str, Row]] = {row: {} for row in ROWS}
        self.log: list[Event] = []
        self.destroyed: set[str] = set()
        self.remembered = SharedMemory()
        self._lock = threading.Lock()
        self._owner: int | None = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else reads or writes; opening a second time from within would wait for ever, so it is an error."""
        if self._owner == threading.get_ident():
            raise RuntimeError("a view or a desk of this store is open already: use that one")
        with self._lock:
            self._owner = threading.get_ident()
            try:
                yield
            finally:
                self._owner = None

    @property
    def is_busy(self) -> bool:
        """Whether a view or a desk is open."""
        return self._owner is not None

    @contextmanager
    def writing(self) -> Iterator[MemoryDesk]:
        with self._alone():
            desk = MemoryDesk(self)
            try:
                yield desk
            except BaseException:
                desk.take_back()
                raise
            desk.memory.leave()

    @contextmanager
    def reading(self) -> Iterator[MemoryView]:
        with self._alone():
            view = MemoryView(self)
            yield view
            view.memory.leave()

    def opened(self, event: Event) -> Event:
        """The event as it can be read: identities whose key was destroyed hold the token."""
        identity = event.entry.changes.get(Visibility.IDENTITY)
        if identity is None or event.entry.subject not in self.destroyed:
            return event
        gone = Change(dict.fromkeys(identity.new, DESTROYED), dict.fromkeys(identity.old, DESTROYED))
        changes = {**event.entry.changes, Visibility.IDENTITY: gone}
        return replace(event, entry=replace(event.entry, changes=changes))

    def rebuilt(self) -> dict[type[Row], dict[str, Row]]:
        """The tables as the log alone gives them."""
        other = MemoryStore(self.clock, self.random)
        with other.writing() as desk:
            for event in self.log:
                desk.now = event.at
                desk.append(event.entry)
        return other.tables


def enter(store: Any, user: str, role: Role, site: str | None = None) -> Who:
    """
    A person with a role (at a site) and an open session that lasts for years; adds what is not there yet.

    Such a person has no password; `signature_of` signs for them.
    """
    with store.writing() as desk:
        if desk.get(Person, user) is None:
            _append(desk, Act.ADD_PERSON, user, {"person": user, "name": user.title()})
        if not desk.find(Grant, user=user, role=role.value, site=site, is_active=True):
            _append(desk, Act.GRANT_ROLE, user, {"person": user, "role": role.value, "site": site})
        session = f"session-{desk.draw(8).hex()}"
        opened = {
            "token": hashlib.sha256(desk.draw(32)).hexdigest(),
            "expires_at": (desk.now + A_LONG_TIME).isoformat(),
            "idle_s": int(A_LONG_TIME.total_seconds()),
        }
        _append(desk, Act.OPEN_SESSION, user, opened, session)
        return Who(user, desk.get(Person, user).name, session, role, site)


def signature_of(store: Any, who: Who, act: Act, statement: str) -> Signature:
    """A signature as `signing.sign` gives it, without a password."""
    meaning = ACTS[act].meaning
    assert meaning is not None
    with store.writing() as desk:
        return Signature(who.user, who.name, who.role, meaning, statement, desk.now, 2)


def _append(desk: Any, act: Act, user: str, new: dict[str, Any], session: str | None = None) -> None:
    desk.append(Entry(act, user, None, {Visibility.OPEN: Change(new)}, session=session))
