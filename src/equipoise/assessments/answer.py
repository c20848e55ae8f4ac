"""What an assessment answers: a value with what it was made from, or why it cannot be made.

A record can hold anything, so nothing that it holds is an error here: what is missing or contradicts itself is an
answer with a cause, never 0 and never None. Wrong use (a negative half-life, a term that no table has) raises.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Why(StrEnum):
    """Causes for which an assessment cannot be made; a closed list."""

    NEVER_MEASURED = "never-measured"
    NO_UNIT = "no-unit"
    UNKNOWN_UNIT = "unknown-unit"
    NO_REFERENCE_RANGE = "no-reference-range"
    NO_BASELINE = "no-baseline"
    NEEDS_PERSON = "needs-person"
    OVERLAP = "overlap"
    CONFLICT = "conflict"
    PARTIAL_DATE = "partial-date"
    TOO_FEW_POINTS = "too-few-points"
    IMPLAUSIBLE = "implausible"
    NOT_ASSESSED = "not-assessed"
    NOT_IN_VERSION = "not-in-version"


@dataclass(frozen=True)
class Input:
    """
    One thing an assessment was made from.

    `value` is as reported, with its unit; `record` names the source record where there is one.
    """

    name: str
    value: str
    day: date | None = None
    record: str | None = None


@dataclass(frozen=True)
class Assessed(Generic[T]):
    """
    A value, its inputs, and the published rule that gave it with its version.

    `notes` are sentences that a reader must see beside the value: a reading we chose, a proposal that waits for
    a person.
    """

    value: T
    inputs: tuple[Input, ...]
    source: str
    notes: tuple[str, ...] = ()

    def map(self, change: Callable[[T], U]) -> "Assessed[U]":
        """The same with another value made of this one."""
        return Assessed(change(self.value), self.inputs, self.source, self.notes)


@dataclass(frozen=True)
class NotEvaluable:
    """Why there is no value: a cause, a sentence, and what would settle it."""

    why: Why
    because: str
    inputs: tuple[Input, ...] = ()
    needs: tuple[str, ...] = ()


Answer = Assessed[T] | NotEvaluable
