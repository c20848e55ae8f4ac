"""What folds remember from one transaction to the next, so that they read only the events that are new to them.

The log is never changed, only added to: what was folded from its beginning stays true, and a fold that goes on asks for
the events after the last one it knows, whoever wrote them. Decides who may see a remembered value: nobody before the
transaction that put it has ended well, and no view of an earlier end of the log. What is remembered is the office's.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

MOST_KEPT = 4096
"""How many values are remembered: the one that was put longest ago goes first."""


class SharedMemory:
    """The values that the ended transactions of one store left behind, each with the end of the log it was put at."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
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

    def clear(self) -> None:
        """Forget everything."""
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

    def clear(self) -> None:
        """Forget everything, also what others put; they forget it when the transaction ends well."""
        self._own.clear()
        self._is_cleared = True

    def leave(self) -> None:
        """Leave to others what was put: the transaction ended well."""
        if self._is_cleared:
            self._below.clear()
        if self._own:
            self._below.keep(self._own, self._head())
