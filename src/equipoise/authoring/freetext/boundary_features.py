"""What is seen at a gap between two words of eligibility text that was run together.

The learning script and `boundaries` both read gaps through this module, so that a weight means one thing. It names what
it sees (`"next two:history of"`) and closes the gaps where no criterion can begin; it weighs nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from equipoise.authoring.freetext.word_looks import WordLook, look_at

# A bracket pair further apart than this is two damaged brackets, not one aside.
LONGEST_ASIDE_WORDS = 70
_WORD = re.compile(r"\S+")
_DIGITS = re.compile(r"\d+")
_EDGE = look_at("¶")


@dataclass(frozen=True)
class RunText:
    """
    Words in a row, and what is known of the text as a whole.

    `is_aside[i]`: a bracket that closes later is open before word i. `numbered`: the words that are list numbers in
    their right order. `style`: how the whole text is written.
    """

    words: tuple[str, ...]
    starts: tuple[int, ...]
    looks: tuple[WordLook, ...]
    is_aside: tuple[bool, ...]
    numbered: frozenset[int]
    style: tuple[str, ...]
    count_of: Counter[str]
    seen_low: frozenset[str]


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
        _style_of(looks, numbered),
        Counter(look.bare for look in looks),
        frozenset(look.bare for look in looks if look.shape == "low"),
    )


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


def _style_of(looks: tuple[WordLook, ...], numbered: frozenset[int]) -> tuple[str, ...]:
    if not looks:
        return ()
    gaps = Counter((before.pause, before.end in "a9)%", after.case) for before, after in pairwise(looks))
    stops = gaps[".", False, "C"]
    plain = gaps["-", True, "C"]
    semicolons = gaps[";", False, "C"] + gaps[";", False, "l"]
    per_line = plain * 12 / len(looks)
    return (
        f"numbered {bool(numbered)}",
        f"last end {looks[-1].end}",
        f"stops {5 * stops // (stops + plain + 1)}",
        f"capitals {min(4, int(3 * per_line))}",
        f"first {looks[0].shape}",
        f"first and last {looks[0].case}{looks[-1].pause}",
        f"semicolons {min(3, semicolons)}",
        f"commas {min(3, gaps[',', False, 'C'])}",
        f"low after stop {min(2, gaps['.', False, 'l'])}",
        f"length {min(5, len(looks) // 40)}",
    )


def find_open_gaps(run: RunText) -> Iterator[int]:
    """
    Give the words before which a criterion may begin.

    A gap is closed after a number of a list, inside an aside, and after a function word that carries no mark.
    """
    looks = run.looks
    for place in range(1, len(looks)):
        before = looks[place - 1]
        is_bound = before.end == "a" and before.kind in ("preposition", "conjunction", "determiner", "auxiliary")
        is_closed = is_bound or run.is_aside[place] or place - 1 in run.numbered
        if place in run.numbered or not is_closed:
            yield place


def place_of_gap(run: RunText, place: int) -> str:
    """Name the kind of gap, for what counts only together with the style of the text."""
    return f"{run.looks[place - 1].pause}{run.looks[place].case}"


def see_style(run: RunText, kind_of_gap: str) -> list[str]:
    """Name what the style of the whole text says of one kind of gap."""
    return [f"{trait}|{kind_of_gap}" for trait in run.style]


def see_gap(run: RunText, place: int) -> list[str]:
    """
    Name what is seen at the gap before a word, without what is seen of the text as a whole.

    Parameters
    ----------
    run, place
        The text, and the index of the word after the gap; not 0.
    """
    looks = run.looks
    before, after = looks[place - 1], looks[place]
    before2 = looks[place - 2] if place > 1 else _EDGE
    after2 = looks[place + 1] if place + 1 < len(looks) else _EDGE
    gap = f"|{before.pause}{after.case}"
    full = f"|{before.end}{after.shape}"
    seen = [
        "before:" + before.bare,
        "after:" + after.bare + "|" + after.shape,
        "gap" + full,
        f"before shape:{before.shape}{full}",
        f"before:{before.bare}|{after.case}",
        f"after:{after.bare}|{before.pause}",
        f"after two:{after.bare} {after2.bare}",
        f"before two:{before2.bare} {before.bare}",
        f"before ending:{before.last3}{gap}",
        f"after ending:{after.last3}{gap}",
        f"second after:{after2.bare}",
        f"shapes:{before2.shape} {before.shape} {after.shape} {after2.shape}|{before.pause}",
        f"kinds:{before.kind} {after.kind}{gap}",
        f"kinds:{before2.kind} {before.kind} {after.kind}{gap}",
        f"kinds:{before.kind} {after.kind} {after2.kind}{gap}",
        f"kinds after:{after.kind} {after2.kind}{gap}",
        f"kinds after:{after.bare} {after2.kind}|{before.pause}",
        f"before:{before.bare} {after.kind}",
        f"after:{before.kind} {after.bare}",
    ]
    for ahead in range(place + 1, min(place + 5, len(looks))):
        if looks[ahead].shape == "sign":
            seen.append(f"comparison in {ahead - place}{gap}")
            break
        if looks[ahead].pause != "-":
            break
    if before.pause != "-":
        seen.append(f"sentence of {_length_of_sentence(looks, place)}{gap}")
    if place + 2 < len(looks):
        seen.append(f"kinds ahead:{after.kind} {after2.kind} {looks[place + 2].kind}|{before.pause}")
    if place in run.numbered:
        seen.append("numbered")
    if after.bare == looks[0].bare:
        seen.append("like the first word|" + after.case)
    if run.count_of[after.bare] > 1:
        seen.append(f"repeated {min(3, run.count_of[after.bare])}{gap}")
    if after.shape == "Cap" and after.bare in run.seen_low:
        seen.append("seen in lower case" + gap)
    return seen


def _length_of_sentence(looks: tuple[WordLook, ...], place: int) -> int:
    """Count the words since the stop before, coarsely: a short sentence is more often a criterion of its own."""
    first = place - 1
    while first > 0 and place - first < 20 and looks[first - 1].pause not in (".", ";"):
        first -= 1
    return min(6, (place - first) // 3)
