"""Which stretch of a text names which concept or phrase: the longest term wins, then the earliest.

Decides what a term is and when two spellings are one (`words`). A term is met only word for word; a long word that
differs in one letter is met too and says so. What is named here need not be what the sentence asks: that is
`compiling`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from equipoise.authoring.compiling.phrasebook import Phrase, shipped_phrases
from equipoise.authoring.compiling.words import Word, is_joined, words_of
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import Concept

_MISSPELT_FROM = 9
"""Words shorter than this are never taken for a misspelling of another: "ileum" is not "ilium"."""

_LONGEST_TERM = 200
_REMEMBERED = 20_000
"""How many looked-up texts are kept; equal texts come back often within a record."""

Entry = Concept | Phrase


@dataclass(frozen=True)
class TermMention:
    """Where a term stands, what it names, and the term itself when it is spelt otherwise."""

    start: int
    end: int
    entry: Entry
    n_words: int
    misspelt: str = ""


@dataclass
class _Step:
    """One word of the tree of terms."""

    following: dict[str, "_Step"] = field(default_factory=dict)
    entry: Entry | None = None


class Lexicon:
    """Terms of concepts and phrases, ready to be looked up."""

    def __init__(self, concepts: Iterable[Concept], phrases: Iterable[Phrase]) -> None:
        self._root = _Step()
        self._long: dict[str, set[str]] = {}
        self._matched: dict[str, Entry | None] = {}
        self._neighbours: dict[str, tuple[str, ...]] = {}
        for concept in concepts:
            for term in (concept.label, *concept.terms):
                self._add(term, concept)
        for phrase in phrases:
            for term in phrase.terms:
                self._add(term, phrase)

    def _add(self, term: str, entry: Entry) -> None:
        step = self._root
        for word in words_of(term):
            step = step.following.setdefault(word.key, _Step())
            if len(word.key) >= _MISSPELT_FROM and word.key.isalpha():
                self._long.setdefault(word.key[:2], set()).add(word.key)
        step.entry = entry

    def find(self, text: str, words: tuple[Word, ...] | None = None) -> tuple[TermMention, ...]:
        """Every term of a text, without overlap, in order."""
        words = words_of(text) if words is None else words
        found: list[TermMention] = []
        index, first = 0, self._root.following
        while index < len(words):
            key = words[index].key
            can_begin = key in first or len(key) >= _MISSPELT_FROM
            mention = self._longest(text, words, index) if can_begin else None
            if mention is None:
                index += 1
                continue
            found.append(mention)
            index += mention.n_words
        return tuple(found)

    def match(self, text: str) -> Entry | None:
        """What the whole text names, if it is one term."""
        if text not in self._matched:
            words = words_of(text) if len(text) <= _LONGEST_TERM else ()
            mention = self._longest(text, words, 0) if words else None
            is_whole = mention is not None and mention.n_words == len(words)
            if len(self._matched) >= _REMEMBERED:
                self._matched.clear()
            self._matched[text] = mention.entry if mention is not None and is_whole else None
        return self._matched[text]

    def _longest(self, text: str, words: tuple[Word, ...], first: int) -> TermMention | None:
        step, best, misspelt = self._root, None, ""
        for index in range(first, len(words)):
            if index > first and not is_joined(text, words[index - 1], words[index]):
                break
            key = words[index].key
            below = step.following.get(key)
            if below is None:
                near = self._near(key, step)
                if near is None:
                    break
                below, misspelt = step.following[near], near
            step = below
            if step.entry is not None:
                best = TermMention(words[first].start, words[index].end, step.entry, index - first + 1, misspelt)
        return best

    def _near(self, key: str, step: _Step) -> str | None:
        """A word that may follow here and differs from this one by one letter; None when there are several."""
        if len(key) < _MISSPELT_FROM or not key.isalpha():
            return None
        near = self._neighbours.get(key)
        if near is None:
            near = tuple(word for word in self._long.get(key[:2], ()) if _differ_by_one(key, word))
            if len(self._neighbours) >= _REMEMBERED:
                self._neighbours.clear()
            self._neighbours[key] = near
        possible = [word for word in near if word in step.following]
        return possible[0] if len(possible) == 1 else None


def _differ_by_one(first: str, second: str) -> bool:
    if abs(len(first) - len(second)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    rest_a, rest_b = first[start:], second[start:]
    return rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]


@cache
def shipped_lexicon() -> Lexicon:
    """The terms of the packaged value sets and of the phrasebook."""
    return Lexicon(base_library().values(), shipped_phrases())


def site_lexicon(concepts: Mapping[str, Concept]) -> Lexicon:
    """The same with the concepts of a library that a site or a protocol added to."""
    return Lexicon(concepts.values(), shipped_phrases())
