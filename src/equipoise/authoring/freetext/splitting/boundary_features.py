"""What is seen at a gap between two words of eligibility text that was run together.

The learning script and `boundaries` both read gaps through this module, so that a weight means one thing. It names what
it sees (`"next two:history of"`) and closes the gaps where no criterion can begin; it weighs nothing. What lies further
from the gap than two words is `boundary_surroundings`' to see.
"""

from collections.abc import Iterator

from equipoise.authoring.freetext.splitting.boundary_surroundings import see_surroundings
from equipoise.authoring.freetext.splitting.run_text import RunText, read_words
from equipoise.authoring.freetext.splitting.word_looks import WordLook, look_at

__all__ = [
    "RunText",
    "find_open_gaps",
    "glance_after",
    "glance_at",
    "glance_before",
    "glance_habit",
    "glance_types",
    "place_of_gap",
    "read_words",
    "see_after",
    "see_before",
    "see_gap",
    "see_neighbours",
    "see_style",
]

_EDGE = look_at("¶")


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


def glance_at(run: RunText, place: int) -> list[str]:
    """Name the little that is seen at a glance at a gap, by which most gaps are passed over."""
    gap = place_of_gap(run, place)
    before, after = run.looks[place - 1], run.looks[place]
    return [
        *glance_before(before, gap),
        *glance_after(after, gap),
        *glance_types(before, after),
        *glance_habit(run.habit, gap),
    ]


def glance_before(before: WordLook, gap: str) -> tuple[str, ...]:
    """Name what the word before a gap shows at a glance."""
    return (f"glance before:{before.bare}|{gap}", f"glance before ending:{before.last3}|{gap}")


def glance_after(after: WordLook, gap: str) -> tuple[str, ...]:
    """Name what the word after a gap shows at a glance."""
    return (f"glance after:{after.bare}|{gap}", f"glance after ending:{after.last3}|{gap}")


def glance_types(before: WordLook, after: WordLook) -> tuple[str, ...]:
    """Name what the types of the words at a gap show at a glance: `rear` and `front`, and nothing else, tell it."""
    return (
        f"glance gap:{before.end}{after.shape}",
        f"glance kinds:{before.kind} {after.kind}|{before.pause}{after.case}",
    )


def glance_habit(habit: str, gap: str) -> tuple[str, ...]:
    """Name what the habit of the text says of a kind of gap at a glance."""
    return (f"glance habit {habit}|{gap}",)


def see_gap(run: RunText, place: int) -> list[str]:
    """
    Name what is seen at the gap before a word, without what is seen of the text as a whole.

    Parameters
    ----------
    run, place
        The text, and the index of the word after the gap; not 0.
    """
    gap = place_of_gap(run, place)
    return [
        *see_before(run.looks[place - 1], gap),
        *see_after(run.looks[place], gap),
        *see_neighbours(run, place),
        *see_surroundings(run, place),
    ]


def see_before(before: WordLook, gap: str) -> list[str]:
    """Name what the word before a gap shows by itself; how it ends tells of words that were never met."""
    bare, case = before.bare, gap[-1]
    return [
        f"before:{bare}",
        f"before:{bare}|{case}",
        f"before ending:{before.last3}|{gap}",
        f"before ending:{bare[-4:]}|{gap}",
        f"before ending:{bare[-2:]}|{gap}",
        f"before beginning:{bare[:4]}|{gap}",
        f"before outline:{before.outline}|{case}",
    ]


def see_after(after: WordLook, gap: str) -> list[str]:
    """Name what the word after a gap shows by itself."""
    bare, pause = after.bare, gap[0]
    seen = [
        f"after:{bare}|{after.shape}",
        f"after:{bare}|{pause}",
        f"after ending:{after.last3}|{gap}",
        f"after ending:{bare[-4:]}|{gap}",
        f"after ending:{bare[-2:]}|{gap}",
        f"after beginning:{bare[:4]}|{gap}",
        f"after outline:{after.outline}|{pause}",
    ]
    if after.opens:
        seen += (f"bracket|{gap}", f"bracket closes {after.depth <= 0}")
    return seen


def see_neighbours(run: RunText, place: int) -> list[str]:
    """Name what the two words before a gap and the two after it show together."""
    looks = run.looks
    before2 = looks[place - 2] if place > 1 else _EDGE
    after2 = looks[place + 1] if place + 1 < len(looks) else _EDGE
    before, after = looks[place - 1], looks[place]
    gap = f"{before.pause}{after.case}"
    full = f"{before.end}{after.shape}"
    kinds = f"{before.kind} {after.kind}"
    return [
        f"gap|{full}",
        f"before shape:{before.shape}|{full}",
        f"both:{before.bare} {after.bare}",
        f"after two:{after.bare} {after2.bare}",
        f"before two:{before2.bare} {before.bare}",
        f"second after:{after2.bare}",
        f"second after ending:{after2.last3}|{gap}",
        f"shapes:{before2.shape} {before.shape} {after.shape} {after2.shape}|{before.pause}",
        f"endings:{before.last3} {after.last3}|{gap}",
        f"outlines:{before.outline} {after.outline}",
        f"kinds:{kinds}|{gap}",
        f"kinds:{before2.kind} {kinds}|{gap}",
        f"kinds:{kinds} {after2.kind}|{gap}",
        f"kinds before:{before2.kind} {before.kind}|{gap}",
        f"kinds after:{after.kind} {after2.kind}|{gap}",
        f"kinds after:{after.bare} {after2.kind}|{before.pause}",
        f"before:{before.bare} {after.kind}",
        f"after:{before.kind} {after.bare}",
        f"habit {run.habit}|{gap}",
        f"habit {run.habit}|{full}",
    ]
