"""Which words a proposed repair adds to the record's own, and which it leaves out, each at its place in the record.

Decides nothing about the repair; it compares the entry as it stands with the entry as it would read, word by word.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\S+")
_MOST_WORDS = 1500
"""Comparing takes the square of it; a longer entry is shown as replaced from the first differing word to the last."""


@dataclass(frozen=True)
class Changes:
    """Words added (place in the record, words), and stretches of the record that are left out."""

    added: tuple[tuple[int, str], ...]
    dropped: tuple[tuple[int, int], ...]


def find_changes(text: str, spans: Sequence[tuple[int, int]], repaired: str) -> Changes:
    """
    Compare an entry with its repair.

    Parameters
    ----------
    text, spans
        The record, and where the words of the entry stand in it.
    repaired
        The whole entry as it would read.
    """
    places = [found.span() for start, end in spans for found in _WORD.finditer(text, start, end)]
    old, new = [text[slice(*place)] for place in places], repaired.split()
    if not old:
        return Changes((), ())
    added: list[tuple[int, str]] = []
    dropped: list[tuple[int, int]] = []
    for first, last, words in _differences(old, new):
        here = places[first][0] if first < len(places) else places[-1][1]
        if first == last:
            added.append((places[first - 1][1] if first else here, words))
            continue
        stretch = (places[first][0], places[last - 1][1])
        before, after = " ".join(old[first:last]), words
        if after.startswith(before):
            added.append((stretch[1], after[len(before) :]))
        elif after.endswith(before):
            added.append((stretch[0], after[: len(after) - len(before)]))
        else:
            dropped.append(stretch)
            added += [(stretch[1], after)] if after else []
    return Changes(tuple((place, words.strip()) for place, words in added), tuple(dropped))


def _differences(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, str]]:
    """(first, last) of the words that go, and what stands in their place."""
    if max(len(old), len(new)) <= _MOST_WORDS:
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        return [
            (first, last, " ".join(new[begin:end]))
            for kind, first, last, begin, end in matcher.get_opcodes()
            if kind != "equal"
        ]
    head = next(
        (n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )
    most = min(len(old), len(new)) - head
    tail = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    if head == len(old) == len(new):
        return []
    return [(head, len(old) - tail, " ".join(new[head : len(new) - tail]))]
