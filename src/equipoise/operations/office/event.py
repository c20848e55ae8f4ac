"""An entry is what an act wants written; an event is what was written, with its place in the log.

How an event is sealed, hashed and chained is `store`'s (Decision 14). Values are JSON without numbers that have a
fraction: text, integers, booleans, null, lists and objects, so that one canonical form exists (RFC 8785).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from equipoise.conduct.roles import Role
from equipoise.operations.office.acts import Act
from equipoise.operations.office.visibility import Visibility

Values = Mapping[str, Any]
DESTROYED = "[destroyed]"
"""Stands for every field whose key was destroyed."""


@dataclass(frozen=True)
class Signature:
    """
    An electronic signature: it lives inside the event it signs, so it cannot be lifted to another.

    `statement` is the sentence the person read and signed; `components` how many were given (user name and password,
    with the second factor where one is set).
    """

    user: str
    name: str
    role: Role
    meaning: str
    statement: str
    at: datetime
    components: int


@dataclass(frozen=True)
class Change:
    """Old and new values of one class of visibility."""

    new: Values = field(default_factory=dict)
    old: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """
    What an act wants written. `changes` has at most one change for each class; `request` is an idempotency key.

    `role` is None where nobody acts in one: what the system writes by itself, and attempts at the door.
    """

    act: Act
    user: str
    role: Role | None
    changes: Mapping[Visibility, Change]
    site: str | None = None
    subject: str | None = None
    session: str | None = None
    request: str | None = None
    reason: str | None = None
    signature: Signature | None = None
    version: str | None = None


@dataclass(frozen=True)
class Event:
    """What was written: the entry with its place, time and hash. A change that cannot be opened holds a token."""

    seq: int
    at: datetime
    entry: Entry
    software: str
    hash: str

    def new(self, name: str, visibility: Visibility = Visibility.OPEN) -> Any:
        """A new value, None when it is not there."""
        change = self.entry.changes.get(visibility)
        return None if change is None else change.new.get(name)
