"""Where criteria begin in eligibility text that was run together, without line breaks, bullets or reliable numbers.

Each gap between two words is weighed by what is seen there (`boundary_features`), with weights learned from annotated
public criteria and shipped as a table (`data/boundary_weights.tsv`, which states its origin). Text that has a line
structure is `layout`'s to read, not this module's.
"""

from collections import defaultdict
from functools import cache
from importlib.resources import files

from equipoise.authoring.freetext.boundary_features import (
    RunText,
    find_open_gaps,
    place_of_gap,
    read_words,
    see_gap,
    see_style,
)

# A gap is a boundary when its weights sum to more than this, a chance of more than a third: F1 hardly changes between
# here and one half, and a boundary too many is easier for a person to see than one that is missing.
LEAST_SUM = -0.6
# When the two words at a gap alone speak this strongly against it, nothing else was seen to outweigh them.
HOPELESS_SUM = -3.2


@cache
def read_weights() -> dict[str, float]:
    """Read the shipped table of weights: what is seen at a gap, and how much it speaks for a boundary."""
    table = files("equipoise.authoring.freetext").joinpath("data/boundary_weights.tsv").read_text(encoding="utf-8")
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
    weights = read_weights()
    return [run.starts[place] for place, total in weigh_gaps(run, weights) if total > LEAST_SUM]


def weigh_gaps(run: RunText, weights: dict[str, float]) -> list[tuple[int, float]]:
    """
    Sum the weights of every gap that is not hopeless.

    Parameters
    ----------
    run, weights
        The text, and the table.

    Returns
    -------
    list of (int, float)
        The index of the word after the gap, and the sum.
    """
    weight_of = weights.get
    style_sums: dict[str, float] = defaultdict(float)
    for kind_of_gap in {place_of_gap(run, place) for place in range(1, len(run.looks))}:
        style_sums[kind_of_gap] = weights["always"] + sum(weight_of(s, 0.0) for s in see_style(run, kind_of_gap))
    sums = []
    for place in find_open_gaps(run):
        before, after = run.looks[place - 1], run.looks[place]
        style = style_sums[f"{before.pause}{after.case}"]
        hint = weight_of("before:" + before.bare, 0.0) + weight_of("after:" + after.bare + "|" + after.shape, 0.0)
        hint += style + weight_of(f"gap|{before.end}{after.shape}", 0.0)
        if hint < HOPELESS_SUM:
            continue
        sums.append((place, style + sum([weight_of(seen, 0.0) for seen in see_gap(run, place)])))
    return sums
