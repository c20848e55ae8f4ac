"""Reads run-together text as words in a row, and what is known of the text as a whole: asides, numbers, its habits.

Decides nothing about boundaries: `boundary_features` and `boundary_surroundings` name what is seen at a gap between two
words, `boundaries` weighs it.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from equipoise.authoring.freetext.splitting.word_looks import WordLook, look_at

# A bracket pair further apart than this is two damaged brackets, not one aside.
LONGEST_ASIDE_WORDS = 70
# Nothing further off than this is looked for around a gap.
FAR = 9
ENDS = (".", ";")
_WORD = re.compile(r"\S+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class RunText:
    """
    Words in a row, and what is known of the text as a whole.

    `is_aside[i]`: a bracket that closes later is open before word i. `numbered`: the words that are list numbers in
    their right order, `numbers` the same one after the other. `style`: how the whole text is written. `habit`: the same
    in three signs, for what is learned apart for each habit.
    """

    words: tuple[str, ...]
    starts: tuple[int, ...]
    looks: tuple[WordLook, ...]
    is_aside: tuple[bool, ...]
    numbered: frozenset[int]
    numbers: tuple[int, ...]
    style: tuple[str, ...]
    habit: str
    count_of: Counter[str]
    seen_low: frozenset[str]

    @cached_property
    def signs_ahead(self) -> list[int]:
        """How far the next sign of comparison is, from each word on; `FAR` stands for further."""
        return _count_ahead([look.compares for look in reversed(self.looks)])

    @cached_property
    def digits_ahead(self) -> list[int]:
        """How far the next digit is, from each word on."""
        return _count_ahead([look.counts for look in reversed(self.looks)])

    @cached_property
    def pauses_ahead(self) -> list[int]:
        """How far the next word with a pause is, from each word on."""
        return _count_ahead([look.pause != "-" for look in reversed(self.looks)])

    @cached_property
    def signs_behind(self) -> list[int]:
        """How far the last sign of comparison is, from each word back."""
        return _count_ahead([look.compares for look in self.looks])[::-1]

    @cached_property
    def digits_behind(self) -> list[int]:
        """How far the last digit is, from each word back."""
        return _count_ahead([look.counts for look in self.looks])[::-1]

    @cached_property
    def pauses_behind(self) -> list[int]:
        """How far the last word with a pause is, from each word back."""
        return _count_ahead([look.pause != "-" for look in self.looks])[::-1]

    @cached_property
    def sentences(self) -> list[tuple[int, bool]]:
        """From each word on: how many words the sentence still has, and whether a verb that can carry it follows."""
        left, is_whole = 0, False
        ahead = []
        for look in reversed(self.looks):
            ends = look.pause in ENDS
            left = 0 if ends else left + 1
            is_whole = look.is_finite or (is_whole and not ends)
            ahead.append((left, is_whole))
        return ahead[::-1]

    def number_sign(self, place: int) -> str:
        """Tell how a number of a list is written: "(1)", "1)" or "1."."""
        word = self.words[place]
        return "()" if word[0] == "(" else ")" if ")" in word else "."


def read_words(text: str) -> RunText:
    """
    Read text as words.

    Parameters
    ----------
    text
        Text without line structure, or with a structure that is not to be trusted.
    """
    found = [(match.group(), match.start()) for match in _WORD.finditer(text)]
    words = tuple(word for word, _ in found)
    looks = tuple(map(look_at, words))
    numbered = _find_numbers_in_order(words, looks)
    return RunText(
        words,
        tuple(start for _, start in found),
        looks,
        _find_asides(words, looks),
        numbered,
        tuple(sorted(numbered)),
        *_style_of(looks, numbered),
        Counter(look.bare for look in looks),
        frozenset(look.bare for look in looks if look.shape == "low"),
    )


def _count_ahead(marks: list[bool]) -> list[int]:
    """Count the words to the next mark for words given from the last to the first; the result begins with the first."""
    far = FAR
    counts = []
    for mark in marks:
        far = 0 if mark else far + 1 if far < FAR else FAR
        counts.append(far)
    return counts[::-1]


def _find_asides(words: tuple[str, ...], looks: tuple[WordLook, ...]) -> tuple[bool, ...]:
    """Mark the words before which a bracket is open that closes again, within a reasonable distance."""
    change = [0] * (len(words) + 1)
    open_at: list[int] = []
    for place, word in enumerate(words):
        if not looks[place].depth and "(" not in word and "[" not in word:
            continue
        for sign in word:
            if sign in "([":
                open_at.append(place)
            elif sign in ")]" and open_at:
                opened = open_at.pop()
                if place - opened <= LONGEST_ASIDE_WORDS:
                    change[opened + 1] += 1
                    change[place + 1] -= 1
    depth, asides = 0, []
    for step in change[:-1]:
        depth += step
        asides.append(depth > 0)
    return tuple(asides)


def _find_numbers_in_order(words: tuple[str, ...], looks: tuple[WordLook, ...]) -> frozenset[int]:
    """Find list numbers that count 1, 2, 3; a 1 may begin again (a nested list), a single number is no list."""
    runs: list[list[int]] = []
    waiting: dict[int, list[int]] = {}
    for place, look in enumerate(looks):
        if look.shape != "number":
            continue
        found = _DIGITS.search(words[place])
        value = int(found.group()) if found else 0
        run = waiting.pop(value, None)
        if run is None:
            if value != 1:
                continue
            run = []
            runs.append(run)
        run.append(place)
        waiting[value + 1] = run
    return frozenset(place for run in runs if len(run) > 1 for place in run)


def _style_of(looks: tuple[WordLook, ...], numbered: frozenset[int]) -> tuple[tuple[str, ...], str]:
    """Name how the text is written; the habit is the stops and capitals between words, and how the text begins."""
    if not looks:
        return (), ""
    gaps = Counter((before.pause, before.end in "a9)%", after.case) for before, after in pairwise(looks))
    stops = gaps[".", False, "C"]
    plain = gaps["-", True, "C"]
    semicolons = gaps[";", False, "C"] + gaps[";", False, "l"]
    capitals = int(3 * plain * 12 / len(looks))
    share_of_stops = 5 * stops // (stops + plain + 1)
    style = (
        f"numbered {bool(numbered)}",
        f"last end {looks[-1].end}",
        f"stops {share_of_stops}",
        f"capitals {min(4, capitals)}",
        f"first {looks[0].shape}",
        f"first and last {looks[0].case}{looks[-1].pause}",
        f"semicolons {min(3, semicolons)}",
        f"commas {min(3, gaps[',', False, 'C'])}",
        f"low after stop {min(2, gaps['.', False, 'l'])}",
        f"length {min(5, len(looks) // 40)}",
    )
    return style, f"{share_of_stops}{min(2, capitals)}{looks[0].shape[0]}"
