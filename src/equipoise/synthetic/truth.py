"""The truth table of a generated population: what each criterion must come to, fixed before a record is written.

A row says what was intended, not what an evaluator found; nothing here reads rules or records. `cause` is the
main cause of an unknown (a verdict may name others beside it) and is empty for a decided truth.
"""

import csv
import io
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

ORIGINAL, AMENDED = "original", "amended"
VERSIONS = (ORIGINAL, AMENDED)
INCLUSIONS = tuple(f"I{n}" for n in range(1, 7))
EXCLUSIONS = tuple(f"E{n}" for n in range(1, 18))
CRITERIA = {
    ORIGINAL: INCLUSIONS + EXCLUSIONS,
    AMENDED: tuple(name for name in INCLUSIONS if name != "I6") + EXCLUSIONS,
}
"""Criteria of each protocol version in its order; the washout I6 is a gate of arm 2 in the amended one."""

HEADER = ("patient_id", "version", "criterion_id", "truth", "cause", "why")


class Truth(StrEnum):
    """The three truths, spelled as outputs spell them."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class Want(StrEnum):
    """What the generator wants a criterion to do to a patient's enrolment."""

    PASS = "pass"
    BLOCK = "block"
    OPEN = "open"


class Known(NamedTuple):
    """One intended truth with its cause (when unknown) and the sentence that says why."""

    truth: Truth
    why: str
    cause: str = ""


def true(why: str) -> Known:
    return Known(Truth.TRUE, why)


def false(why: str) -> Known:
    return Known(Truth.FALSE, why)


def unknown(cause: str, why: str) -> Known:
    return Known(Truth.UNKNOWN, why, cause)


def either(*parts: Known) -> Known:
    """`any` over parts in Kleene logic: the first true part, else the first unknown, else the first false."""
    for truth in (Truth.TRUE, Truth.UNKNOWN):
        for part in parts:
            if part.truth is truth:
                return part
    return parts[0]


def csv_text(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows as CSV with one kind of line end on every platform."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
