"""Which criterion of one version is which of another: by its words first, then by its id.

Decides pairs alone; whether a pair means the same is `amendments`. Everything is in a fixed order, so that equal inputs
give equal pairs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import product

from equipoise.protocol.model import Criterion

SAME_ID_AT_LEAST = 0.4
SIMILAR_AT_LEAST = 0.5
PHRASE_WORDS, WITH_PHRASE_AT_LEAST = 4, 0.2
"""Words that differ much are still one criterion reworded when a phrase of some length stands in both."""
_WORD = re.compile(r"\w+|[^\w\s]")

Pair = tuple[int | None, int | None]


@dataclass(frozen=True)
class _Likeness:
    """How alike two texts are: the share of common words, and the length of the longest common phrase."""

    ratio: float
    phrase: int

    @property
    def is_similar(self) -> bool:
        return self.ratio >= SIMILAR_AT_LEAST or (self.phrase >= PHRASE_WORDS and self.ratio >= WITH_PHRASE_AT_LEAST)


def same_words(first: str, second: str) -> bool:
    """Whether two texts differ in white space and capitals at most."""
    return first.casefold().split() == second.casefold().split()


def pair_criteria(old: Sequence[Criterion], new: Sequence[Criterion]) -> tuple[Pair, ...]:
    """
    Pairs of positions (of `old`, of `new`) in the order of `old`; what has no partner is paired with None.

    Equal words go first, then equal ids whose words are still alike, then the most similar words: ids shift when a
    criterion is put in before them, so an id alone says little.
    """
    found: dict[int, int] = {}
    for candidates in (_equal(old, new), _same_id(old, new), _similar(old, new, found)):
        for left, right in candidates:
            if left not in found and right not in found.values():
                found[left] = right
    paired: list[Pair] = [(left, found.get(left)) for left in range(len(old))]
    return (*paired, *((None, right) for right in range(len(new)) if right not in found.values()))


def _equal(old: Sequence[Criterion], new: Sequence[Criterion]) -> Iterator[tuple[int, int]]:
    """Those of equal words, first with the same id."""
    pairs = [(a, b) for a, b in _all(old, new) if same_words(old[a].text, new[b].text)]
    yield from sorted(pairs, key=lambda pair: (old[pair[0]].id != new[pair[1]].id, pair))


def _same_id(old: Sequence[Criterion], new: Sequence[Criterion]) -> Iterator[tuple[int, int]]:
    for a, b in _all(old, new):
        if old[a].id == new[b].id and _likeness(old[a], new[b]).ratio >= SAME_ID_AT_LEAST:
            yield a, b


def _similar(old: Sequence[Criterion], new: Sequence[Criterion], found: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Of those that are left, the most similar first; read late, when `found` holds the surer pairs."""
    left = [(a, b) for a, b in _all(old, new) if a not in found and b not in found.values()]
    alike = {pair: _likeness(old[pair[0]], new[pair[1]]) for pair in left}
    yield from sorted((pair for pair in left if alike[pair].is_similar), key=lambda pair: (-alike[pair].ratio, pair))


def _all(old: Sequence[Criterion], new: Sequence[Criterion]) -> Iterator[tuple[int, int]]:
    yield from product(range(len(old)), range(len(new)))


def _likeness(old: Criterion, new: Criterion) -> _Likeness:
    first, second = (_WORD.findall(each.text.casefold()) for each in (old, new))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.quick_ratio() < WITH_PHRASE_AT_LEAST:  # an upper bound that costs little; most pairs end here
        return _Likeness(0, 0)
    longest = matcher.find_longest_match(0, len(first), 0, len(second))
    return _Likeness(matcher.ratio(), longest.size)
