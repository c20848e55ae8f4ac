"""Where criteria begin in eligibility text that was run together, without line breaks, bullets or reliable numbers.

Each gap between two words is weighed by what is seen there (`boundary_features`), with weights learned from annotated
public criteria and shipped as a table (`data/boundary_weights.tsv`, which states its origin). Most gaps are passed over
at a glance at the two words. Text that has a line structure is `layout`'s to read, not this module's.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

from equipoise.authoring.freetext.splitting.boundary_features import (
    RunText,
    find_open_gaps,
    glance_after,
    glance_at,
    glance_before,
    glance_habit,
    glance_types,
    read_words,
    see_after,
    see_before,
    see_neighbours,
    see_style,
)
from equipoise.authoring.freetext.splitting.boundary_surroundings import see_surroundings
from equipoise.authoring.freetext.splitting.word_looks import WordLook, look_at

SeeWord = Callable[[WordLook, str], Sequence[str]]
# Sums that were formed before, by what saw them, a word or type of word, and a kind of gap or type of word.
Known = dict[tuple[object, str, str], float]
MOST_REMEMBERED = 1 << 17
# A gap is a boundary when its weights sum to more than this, a chance of more than a third: F1 hardly changes
# between here and one half, and a boundary too many is easier for a person to see than one that is missing.
LEAST_SUM = -0.6
# A gap with less than this at a glance is hardly ever a boundary: of the true ones, one in a hundred is passed over.
HOPELESS_GLANCE = -4.0
# When a part of what is seen speaks this strongly against a gap, the rest was not seen to outweigh it.
HOPELESS_SUM = -3.2


@cache
def read_weights() -> dict[str, float]:
    """Read the shipped table of weights: what is seen at a gap, and how much it speaks for a boundary."""
    table = (
        files("equipoise.authoring.freetext.splitting")
        .joinpath("data/boundary_weights.tsv")
        .read_text(encoding="utf-8")
    )
    lines = (line.rsplit("\t", 1) for line in table.splitlines() if line and not line.startswith("#"))
    return {seen: float(weight) for seen, weight in lines}


def find_boundaries(text: str) -> list[int]:
    """
    Find where criteria begin in run-together text.

    Parameters
    ----------
    text
        Words in a row. The place where the first criterion begins is not given.

    Returns
    -------
    list of int
        Offsets of the first characters, in order.

    Examples
    --------
    >>> find_boundaries("Age older than 18 years No history of chemotherapy")
    [24]
    """
    run = read_words(text)
    sums = weigh_gaps(run, read_weights(), _known_of_table())
    return [run.starts[place] for place, total in sums if total > LEAST_SUM]


def weigh_gaps(run: RunText, weights: dict[str, float], known: Known | None = None) -> list[tuple[int, float]]:
    """
    Sum the weights of every gap that is not hopeless.

    Parameters
    ----------
    run, weights
        The text, and the table.
    known
        Sums that were already formed with the same table; it is added to.

    Returns
    -------
    list of (int, float)
        The index of the word after the gap, and the sum.
    """
    known = {} if known is None else known
    words, looks = run.words, run.looks
    styles: dict[str, tuple[float, float]] = {}
    sums = []
    for place in find_open_gaps(run):
        old, new, before, after = words[place - 1], words[place], looks[place - 1], looks[place]
        gap = before.pause + after.case
        style = styles.get(gap) or styles.setdefault(gap, _weigh_style(run, gap, weights))
        glance = style[0] + _weigh_types(before, after, weights, known)
        glance += _weigh_word(glance_before, old, gap, weights, known)
        glance += _weigh_word(glance_after, new, gap, weights, known)
        if glance < HOPELESS_GLANCE:
            continue
        total = style[1] + _weigh_word(see_before, old, gap, weights, known)
        total += _weigh_word(see_after, new, gap, weights, known)
        for see in (see_neighbours, see_surroundings):
            if total < HOPELESS_SUM:
                break
            total += _sum(see(run, place), weights)
        else:
            sums.append((place, total))
    return sums


def weigh_glance(run: RunText, place: int, weights: dict[str, float]) -> float:
    """
    Sum the weights of what is seen of a gap at a glance.

    Parameters
    ----------
    run, place, weights
        The text, the index of the word after the gap, and the table.
    """
    return weights["glance"] + _sum(glance_at(run, place), weights)


@cache
def _known_of_table() -> Known:
    return {}


def _weigh_style(run: RunText, gap: str, weights: dict[str, float]) -> tuple[float, float]:
    """Sum what the text as a whole says of a kind of gap, at a glance and in full."""
    glance = weights["glance"] + _sum(glance_habit(run.habit, gap), weights)
    return glance, weights["always"] + _sum(see_style(run, gap), weights)


def _weigh_word(see: SeeWord, word: str, gap: str, weights: dict[str, float], known: Known) -> float:
    key = (see, word, gap)
    found = known.get(key)
    return _remember(known, key, _sum(see(look_at(word), gap), weights)) if found is None else found


def _weigh_types(before: WordLook, after: WordLook, weights: dict[str, float], known: Known) -> float:
    key = (glance_types, before.rear, after.front)
    found = known.get(key)
    return _remember(known, key, _sum(glance_types(before, after), weights)) if found is None else found


def _remember(known: Known, key: tuple[object, str, str], found: float) -> float:
    if len(known) >= MOST_REMEMBERED:
        known.clear()
    known[key] = found
    return found


def _sum(seen: Sequence[str], weights: dict[str, float]) -> float:
    weight_of = weights.get
    return sum([weight_of(name, 0.0) for name in seen])
