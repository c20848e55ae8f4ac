"""What folds remember from one transaction to the next, so that they read only the events that are new to them.

The log is never changed, only added to: what was folded from its beginning stays true, and a fold that goes on asks for
the events after the last one it knows, whoever wrote them. Decides who may see a remembered value: nobody before the
transaction that put it has ended well, and no view of an earlier end of the log. What is remembered is the office's.

As long as nobody else writes, a store also knows the last event of each subject: there is nothing to ask for after it.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

MOST_KEPT = 16_384
"""How many values are remembered: the one that was put longest ago goes first. Two for each subject, 30 KB together."""


class SharedMemory:
    """The values that the ended transactions of one store left behind, each with the end of the log it was put at."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
        self._ours_since = self._ours_until = -1
        self._last: dict[str | None, int] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, head: int) -> Any:
        """The value of a key, None when none was put at this end of the log or at an earlier one."""
        with self._lock:
            at, value = self._kept.get(key, (0, None))
        return value if at <= head else None

    def keep(self, values: Mapping[Hashable, Any], head: int) -> None:
        """Remember values that were put at an end of the log; one that was put at a later end stays."""
        with self._lock:
            for key, value in values.items():
                if self._kept.get(key, (0, None))[0] <= head:
                    self._kept[key] = head, value
                    self._kept.move_to_end(key)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)

    def begin(self, head: int) -> None:
        """Somebody begins to write at this end of the log: if others wrote up to it, last events are not known."""
        with self._lock:
            if head != self._ours_until:
                self._ours_since = self._ours_until = head
                self._last = {}

    def wrote(self, last: Mapping[str | None, int], head: int) -> None:
        """Know the last event of each subject that a transaction wrote, up to an end of the log."""
        with self._lock:
            if head > self._ours_until:
                self._ours_until = head
                self._last.update(last)

    def is_last(self, subject: str, seq: int, head: int) -> bool:
        """Whether it is known that a subject has no event after a place, up to an end of the log."""
        with self._lock:
            is_ours = self._ours_since <= seq and head <= self._ours_until
            return is_ours and self._last.get(subject, 0) <= seq

    def clear(self) -> None:
        """Forget every value."""
        with self._lock:
            self._kept.clear()


class TransactionMemory:
    """
    The memory that one transaction sees: what it put itself, then what ended ones left behind.

    Parameters
    ----------
    below
        Where the values go when the transaction ends well: the memory of the store, or that of a larger transaction of
        which this one is a part.
    head
        Gives the number of the last event that the transaction sees.
    """

    def __init__(self, below: "SharedMemory | TransactionMemory", head: Callable[[], int]) -> None:
        self._below, self._head = below, head
        self.most: int = below.most
        self._own: OrderedDict[Hashable, Any] = OrderedDict()
        self._last: dict[str | None, int] = {}
        self._begun_at: int | None = None
        self._is_cleared = False

    @property
    def head(self) -> int:
        """The number of the last event that the transaction sees."""
        return self._head()

    def get(self, key: Hashable, head: int | None = None) -> Any:
        """The value of a key, None when there is none; `head` is of a smaller transaction, which sees all of this."""
        if key in self._own:
            return self._own[key]
        return None if self._is_cleared else self._below.get(key, self._head() if head is None else head)

    def put(self, key: Hashable, value: Any) -> None:
        """Remember a value, which nobody changes afterwards."""
        self._own[key] = value
        self._own.move_to_end(key)
        if len(self._own) > self.most:
            self._own.popitem(last=False)

    def keep(self, values: Mapping[Hashable, Any], head: int) -> None:
        """Remember the values of a smaller transaction that ended well."""
        for key, value in values.items():
            self.put(key, value)

    def begin(self, head: int) -> None:
        """The transaction may write, and begins at this end of the log; nobody else writes before it has ended."""
        assert isinstance(self._below, SharedMemory), "a part of a transaction begins with it"
        self._begun_at = head
        self._below.begin(head)

    def wrote(self, last: Mapping[str | None, int], head: int) -> None:
        """Know the last event of each subject that this transaction, or a smaller one in it, wrote."""
        self._last.update(last)

    def is_last(self, subject: str, seq: int, head: int | None = None) -> bool:
        """Whether it is known that a subject has no event in sight after a place."""
        if self._last.get(subject, 0) > seq:
            return False
        return self._below.is_last(subject, seq, self._head() if self._begun_at is None else self._begun_at)

    def clear(self) -> None:
        """Forget every value, also what others put; they forget it when the transaction ends well."""
        self._own.clear()
        self._is_cleared = True

    def leave(self) -> None:
        """Leave to others what was put: the transaction ended well."""
        if self._is_cleared:
            self._below.clear()
        if self._own:
            self._below.keep(self._own, self._head())
        if self._last:
            self._below.wrote(self._last, self._head())
