"""The log: the only way in. An append seals, chains and writes an event, and brings the tables up to it.

Implements the ports `Store` and `Desk` of the office. Decides the time and the place of an event; what stands
in it and which rows follow is decided in `operations`.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert

from equipoise.errors import Fault
from equipoise.operations.office.acts import ACTS
from equipoise.operations.office.event import Entry, Event
from equipoise.operations.office.projections import project
from equipoise.operations.office.visibility import Visibility
from equipoise.store.chain import BEGINNING, Part, commit_to, digest, write_link
from equipoise.store.checkpoints import hand_over, write_checkpoint
from equipoise.store.connection import Connection
from equipoise.store.database import Database, RandomBytes
from equipoise.store.faults import StoreError
from equipoise.store.keyring import Keyring
from equipoise.store.memory import SharedMemory, TransactionMemory
from equipoise.store.parts import (
    Disclosed,
    Sealed,
    read_event,
    read_payload,
    write_content,
    write_payloads,
)
from equipoise.store.rows import key_of, put_row
from equipoise.store.sealing import NONCE_BYTES, SALT_BYTES, seal
from equipoise.store.tables import EVENTS
from equipoise.store.view import HEAD, HIDDEN_EVENTS, Seen, TrialView

Clock = Callable[[], datetime]
Head = tuple[int, str, datetime | None]
"""Number, hash and time of the last event; no time where there is none."""

CHECKPOINT_EVERY = 100
TOLERANCE = timedelta(seconds=2)
"""How far a clock may be behind the last event: time synchronisation does that. More is a clock that was set back."""
_INSERT = insert(EVENTS)


class TrialDesk(TrialView):
    """One serialised transaction: it holds the end of the log and adds to it."""

    def __init__(
        self,
        store: "TrialStore",
        connection: Connection,
        remembered: SharedMemory | TransactionMemory,
        joint: "_Joint | None" = None,
    ) -> None:
        super().__init__(connection, store.keyring, remembered, None if joint is None else joint.seen)
        self._store = store
        self._seq, self._hash, last = store.head(self) if joint is None else joint.head
        if joint is None:
            self.memory.begin(self._seq)
        self._now = _time_after(store.clock(), last, store.database.where)
        self.has_destroyed = False
        self.has_appended = False

    @property
    def now(self) -> datetime:
        """The server's time of this transaction, in UTC; never before the last event."""
        return self._now

    @property
    def head(self) -> tuple[int, str, datetime]:
        """Number, hash and time of the last event."""
        return self._seq, self._hash, self._now

    def _last(self) -> int:
        return self._seq

    def append(self, entry: Entry) -> Event:
        """Write an event and bring the tables up to it; durable when the transaction ends without an error."""
        payloads = write_payloads(entry, self._now, self._store.software)
        sealed = self._seal(entry.subject, payloads, is_hidden=ACTS[entry.act].header is not Visibility.OPEN)
        self.connection.put(_INSERT, sealed.seq, _row(sealed))
        event = read_event(sealed.seq, sealed.hash, {kind: read_payload(text) for kind, text in payloads.items()}, {})
        is_sqlite = self._store.database.is_sqlite
        for row in project(event, self):
            put_row(self.connection, row, is_sqlite=is_sqlite)
            self._see((type(row), key_of(row)), row)
        self._see_event(event)
        self._seq, self._hash, self.has_appended = sealed.seq, sealed.hash, True
        self.memory.wrote({entry.subject: sealed.seq}, sealed.seq)
        if sealed.seq % self._store.checkpoint_every == 0:
            self.checkpoint()
        return event

    def draw(self, n: int) -> bytes:
        """Random bytes for secrets, salts and tokens."""
        return self._store.random_bytes(n)

    def destroy_key(self, subject: str) -> None:
        """Destroy the identity key of a subject, for good."""
        self.keyring.destroy(self.connection, subject)
        self.memory.clear()
        self.has_destroyed = True

    def checkpoint(self) -> dict[str, Any]:
        """Sign the end of the log as it is now."""
        return write_checkpoint(self.connection, self.keyring, self._store.trial, self.head)

    def _tag_to_write(self, subject: str, seq: int, *, is_hidden: bool) -> str:
        if not is_hidden:
            return self.keyring.tag(subject)
        number = self.count_hidden(subject)
        self.memory.put((HIDDEN_EVENTS, subject), (number + 1, seq))
        return self.keyring.hidden_tag(subject, number)

    def _seal(self, subject: str | None, payloads: dict[Visibility, bytes], *, is_hidden: bool) -> Sealed:
        """Salt, commit and close the parts, in the order of classes, and put them into a link."""
        seq, parts, content = self._seq + 1, [], {}
        for visibility, payload in payloads.items():
            salt = self.draw(SALT_BYTES)
            held: Disclosed | bytes = Disclosed(salt, payload)
            box = None
            if visibility is not Visibility.OPEN:
                key = self._key_to_write(visibility, subject)
                held = seal(key, (seq, visibility), nonce=self.draw(NONCE_BYTES), salt=salt, payload=payload)
                box = digest(held)
            content[visibility] = held
            parts.append(Part(visibility, commit_to(salt, payload), box))
        link = write_link(seq, self._hash, parts)
        tag = None if subject is None else self._tag_to_write(subject, seq, is_hidden=is_hidden)
        return Sealed(seq, digest(link.encode()), link, write_content(content), tag)

    def _key_to_write(self, visibility: Visibility, subject: str | None) -> AESGCM:
        if visibility is not Visibility.IDENTITY:
            return self.keyring.of_class(visibility)
        if subject is None:
            raise ValueError("an identity is that of a subject; the entry names none")
        return self.keyring.of_subject_to_write(self.connection, subject, self._store.random_bytes)


def _row(sealed: Sealed) -> dict[str, Any]:
    return {name: getattr(sealed, name) for name in Sealed.__slots__}


def _time_after(read: datetime, last: datetime | None, where: str) -> datetime:
    """The time of a transaction: the clock's, or that of the last event when the clock is a little behind it."""
    now = read.astimezone(UTC)
    if last is None or now >= last:
        return now
    if last - now <= TOLERANCE:
        return last
    raise StoreError(
        "Nothing was written.",
        [
            Fault(
                where,
                f"the clock was set back by {last - now}: it reads {now:%Y-%m-%d %H:%M:%S} UTC, "
                f"the last event was written at {last:%Y-%m-%d %H:%M:%S} UTC",
                "Set the clock of the server right (time synchronisation), then try again. If the last event was "
                "written while the clock was ahead, nothing can be entered before that time.",
            )
        ],
    )


class _Joint:
    """A transaction of which all those of one thread are parts."""

    def __init__(self, connection: Connection, remembered: SharedMemory, head: Head, seen: Seen) -> None:
        self.connection, self.head, self.seen = connection, head, seen
        self.thread = threading.get_ident()
        self.memory = TransactionMemory(remembered, lambda: self.head[0])
        self.memory.begin(head[0])
        self.has_destroyed = False


class TrialStore:
    """The database of one trial, opened with its master key."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        *,
        trial: str,
        clock: Clock,
        random_bytes: RandomBytes,
        software: str,
        checkpoint_every: int = CHECKPOINT_EVERY,
    ) -> None:
        self.database, self.keyring, self.trial = database, keyring, trial
        self.clock, self.random_bytes, self.software = clock, random_bytes, software
        self.checkpoint_every = checkpoint_every
        self.remembered = SharedMemory()
        self._head: tuple[int, str, datetime] | None = None
        self._joint: _Joint | None = None
        self._left: tuple[Head, Seen] | None = None

    @contextmanager
    def writing(self) -> Iterator[TrialDesk]:
        """A transaction that commits at its end, or leaves nothing when an error leaves the block."""
        joint = self._joint_of_this_thread()
        with self.database.writing() if joint is None else joint.connection.part() as connection:
            desk = self._desk(connection, joint)
            yield desk
        desk.memory.leave()
        if desk.has_appended:
            self._head = desk.head
        if joint is not None:
            joint.head = desk.head if desk.has_appended else joint.head
            desk.leave_seen(joint.seen)
            joint.has_destroyed |= desk.has_destroyed
        elif desk.has_destroyed:
            self._clear_traces()

    @contextmanager
    def reading(self) -> Iterator[TrialView]:
        """A look that writes nothing."""
        joint = self._joint_of_this_thread()
        with self.database.reading() if joint is None else nullcontext(joint.connection) as connection:
            if joint is None:
                view = TrialView(connection, self.keyring, self.remembered)
            else:
                view = TrialView(connection, self.keyring, joint.memory, joint.seen)
            yield view
            view.memory.leave()

    @contextmanager
    def together(self) -> Iterator[None]:
        """
        Make the transactions of this thread one, forced to the disk once when the block ends: all are kept, or none.

        Each of them still has a time of its own, and leaves nothing when an error leaves it. For simulations and other
        work in bulk: nothing that is written in the block may be confirmed to anybody before the block has ended.
        Others who write wait until then.
        """
        if self._joint_of_this_thread() is not None:
            raise RuntimeError("the transactions of this thread are one already")
        with self.database.writing() as connection:
            joint = self._joint = self._begin_joint(connection)
            try:
                yield
            finally:
                self._joint = None
        joint.memory.leave()
        self._left = joint.head, joint.seen
        if joint.has_destroyed:
            self._clear_traces()

    def checkpoint(self) -> dict[str, Any]:
        """Sign the end of the log, as a document to send outside."""
        with self.writing() as desk:
            return desk.checkpoint()

    def renew_signing_key(self) -> dict[str, Any]:
        """Draw a new key for checkpoints; the old one signs that it follows. Gives the document that says so."""
        with self.writing() as desk:
            return hand_over(desk.connection, desk.keyring, self.trial, desk.head, self.random_bytes)

    def head(self, desk: TrialView) -> Head:
        """Number, hash and time of the last event; its time is read again only when another process wrote it."""
        found = desk.connection.one(HEAD)
        if found is None:
            return 0, BEGINNING, None
        known = self._head
        if known is not None and known[:2] == tuple(found):
            return known
        return found[0], found[1], desk.event(found[0]).at

    def _desk(self, connection: Connection, joint: _Joint | None) -> TrialDesk:
        if joint is None:
            return TrialDesk(self, connection, self.remembered)
        return TrialDesk(self, connection, joint.memory, joint)

    def _begin_joint(self, connection: Connection) -> _Joint:
        """A joint transaction; it goes on with what the one before has seen when nothing was written since."""
        head = self.head(TrialView(connection, self.keyring, self.remembered))
        left, self._left = self._left, None
        seen = left[1] if left is not None and left[0] == head else {}
        return _Joint(connection, self.remembered, head, seen)

    def _joint_of_this_thread(self) -> _Joint | None:
        joint = self._joint
        return joint if joint is not None and joint.thread == threading.get_ident() else None

    def _clear_traces(self) -> None:
        """Overwrite what is left of destroyed keys in the files of the database, as far as the database can."""
        clearing = "PRAGMA wal_checkpoint(TRUNCATE)" if self.database.is_sqlite else "VACUUM keys"
        with suppress(StoreError), self.database.plain() as connection:
            connection.raw().execute(clearing)

    def close(self) -> None:
        """Let the database go."""
        self.database.close()
