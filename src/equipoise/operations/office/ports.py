"""What the trial office needs of a store; `store` implements it, tests may bring one in memory."""

from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol, TypeVar

from equipoise.operations.office.event import Entry, Event
from equipoise.operations.office.rows import Row

R = TypeVar("R", bound=Row)


class Memory(Protocol):
    """
    What folds of the log remember between transactions of one store: a help, which may forget anything at any time.

    A value is seen by others when the transaction that put it has ended well, never when it was rolled back, and never
    by a view of an earlier end of the log. It tells of the events up to some place; whoever takes it up asks the log
    for those after it, which another process may have written. It must not be changed, and must not hold anything of
    an identity: another process may destroy the key to that.
    """

    @property
    def head(self) -> int:
        """The number of the last event that its view sees."""
        ...

    def get(self, key: Hashable) -> Any:
        """The value of a key, None when there is none."""
        ...

    def put(self, key: Hashable, value: Any) -> None:
        """Remember a value."""
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...


class View(Protocol):
    """A consistent look at the tables and the log."""

    @property
    def memory(self) -> Memory:
        """What was remembered of the log up to the end that this view sees, or before."""
        ...

    def get(self, row: type[R], key: str) -> R | None:
        """The row with this key."""
        ...

    def find(self, row: type[R], **equal: str | int | bool | None) -> list[R]:
        """The rows whose fields equal those given, ordered by key (code points)."""
        ...

    def event(self, seq: int) -> Event:
        """One event, every part opened for which there is a key; other fields hold a token."""
        ...

    def events(self, *, after: int = 0, subject: str | None = None, hidden: bool = True) -> Iterator[Event]:
        """
        The events after a place in the log, in order; of one subject when asked.

        With `hidden` false those of a subject whose header is hidden are not even looked for: that they are there shows
        in the time that it takes.
        """
        ...

    def tag(self, text: str) -> str:
        """A digest of a text under a key of the trial: the same text is known again, and not told."""
        ...


class Desk(View, Protocol):
    """One serialised transaction: nobody else writes between its reading and its appending."""

    @property
    def now(self) -> datetime:
        """The server's time of this transaction, in UTC; never before the last event."""
        ...

    def append(self, entry: Entry) -> Event:
        """Write an event and bring the tables up to it; durable when the transaction ends without an error."""
        ...

    def draw(self, n: int) -> bytes:
        """Random bytes for secrets, salts and tokens."""
        ...

    def destroy_key(self, subject: str) -> None:
        """Destroy the identity key of a subject, for good."""
        ...


class Store(Protocol):
    """The database of one trial."""

    def writing(self) -> AbstractContextManager[Desk]:
        """A transaction that commits at its end, or leaves nothing when an error leaves the block."""
        ...

    def reading(self) -> AbstractContextManager[View]:
        """A look that writes nothing."""
        ...
