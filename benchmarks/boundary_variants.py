"""The same criteria written in other ways: without stops, in lower case, numbered, in another order.

The learner of boundaries sees few texts of each way of writing; a trial that writes in lower case without stops says as
much about words as one that does not. What a variant changes holds for the whole text, as it does in real ones.
"""

import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_END = re.compile(r"[.;,]+$")
_NUMBER = re.compile(r"^\(?(?:\d{1,2}|[a-zA-Z])[.)]\)?\s+")
_CAPITAL_WORD = re.compile(r"[A-Z][a-z]+\b")
ORDERS = 2  # how often the lines of a text are shuffled, with their stops and without


@dataclass(frozen=True)
class Example:
    """Criteria of one trial, run together."""

    trial: str
    text: str
    starts: frozenset[int]

    @classmethod
    def of_lines(cls, trial: str, lines: list[str]) -> "Example":
        """Join lines by single blanks; the true boundaries are where lines began."""
        starts, place = set(), 0
        kept = [line for line in lines if line]
        for line in kept:
            starts.add(place)
            place += len(line) + 1
        return cls(trial, " ".join(kept), frozenset(starts - {0}))

    def lines(self) -> list[str]:
        """Give the lines back."""
        edges = [0, *sorted(self.starts), len(self.text) + 1]
        return [self.text[start : end - 1] for start, end in pairwise(edges)]


def vary(example: Example) -> Iterator[Example]:
    """
    Write the criteria of an example in other ways.

    Parameters
    ----------
    example
        A text whose lines are known. One with a single line has no variants.
    """
    lines = [line for line in example.lines() if line]
    if len(lines) < 2:
        return
    for variant in _ways_of_writing(lines, zlib.crc32(example.text.encode())):
        yield Example.of_lines(example.trial, variant)


def _ways_of_writing(lines: list[str], seed: int) -> Iterator[list[str]]:
    has_stops = sum(bool(_END.search(line)) for line in lines) > len(lines) / 2
    has_capitals = sum(line[0].isupper() for line in lines) > len(lines) / 2
    bare = [words for line in lines if (words := _NUMBER.sub("", line))]
    without_stops = list(map(_without_stop, lines))
    if has_capitals:
        yield list(map(_in_lower_case, lines))
    if has_stops:
        yield without_stops
    if has_stops and has_capitals:
        yield list(map(_in_lower_case, without_stops))
    if sum(bool(_NUMBER.match(line)) for line in lines) > 1:
        yield bare
        yield [_in_lower_case(_without_stop(line)) for line in bare]
    if not has_stops:
        yield [_with_mark(line, ".") for line in bare]
        yield [_with_mark(line, ";") for line in bare]
    if not has_capitals:
        yield [line[0].upper() + line[1:] for line in bare]
    yield [f"{number}. {line}" for number, line in enumerate(bare, 1)]
    order = random.Random(seed)
    for turn in range(ORDERS):
        order.shuffle(bare)
        yield list(bare)
        order.shuffle(bare)
        yield [_in_lower_case(_without_stop(line)) if turn else _without_stop(line) for line in bare]


def _without_stop(line: str) -> str:
    return _END.sub("", line)


def _with_mark(line: str, mark: str) -> str:
    return line + mark if line[-1].isalnum() else line


def _in_lower_case(line: str) -> str:
    """Write the first word in lower case, unless it is written in capitals."""
    return line[0].lower() + line[1:] if _CAPITAL_WORD.match(line) else line
