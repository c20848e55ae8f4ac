"""Multiples of the limits of normal: "1.5 x ULN", "2.5 times the institutional upper limit of normal".

Decides which words after a number make it such a multiple, and of which limit. Leaves the number to others.
"""

import re
from dataclasses import dataclass

from equipoise.criteria.nodes import Relative

_END = r"(?![^\W\d_])"
_OF_WHOM = (
    r"(?:(?:higher|greater|more|above|over|than|the|of|to|institution(?:al|'s|’s)?|laborator(?:y|ies)(?:'s)?|lab|local|central"
    r"|site|hospital|testing|specific|age|gender|sex|adjusted|reference|respective|per|an?|its|applicable)[- ]){0,7}"
)
_RANGE = (
    r"(?:(?:the|institution(?:al|'s)?|laboratory|lab|local|age|adjusted|specific|standard)[- ]){0,4}"
    r"(?:normal|reference)(?:'s)?(?: (?:laboratory |reference )?(?:ranges?|limits?|values?|levels?|interval))?"
)


def _limit(side: str, letter: str) -> str:
    """ "ULN" and "UNL", "upper limit of the normal range", "upper normal limit", "normal upper limit"."""
    return (
        rf"(?:{letter}\.?L\.?N\.?s?|{letter}NL|{letter}LNR|{letter}NR|"
        rf"{side}[- ](?:limits?|levels?|bounds?|range|end)(?: (?:of|or|for|from|in)(?: the)?)? {_RANGE}|"
        rf"{side}[- ](?:normal|reference)(?: (?:range )?(?:limits?|ranges?|values?|levels?))?|"
        rf"(?:normal|reference) (?:range )?(?:{side})(?: (?:limits?|range|levels?|values?))?|"
        rf"{side}[- ]limits?(?! (?:of|or)\b))"
    )


_TIMES_LIMIT = re.compile(
    rf" ?(?:\(?[x×*]\)?{_END}|[- ]?fold|times?|[x×](?=U|L))? ?{_OF_WHOM}"
    rf"(?:(?P<uln>{_limit('upper', 'U')})|(?P<lln>{_limit('lower', 'L')})){_END}",
    re.IGNORECASE,
)
_TIMES_NORMAL = re.compile(
    rf" ?(?:[x×*]|times|[- ]?fold)? ?{_OF_WHOM}(?:normal(?: (?:range|limits?|values?|levels?))?|reference range){_END}",
    re.IGNORECASE,
)
_FIRST = re.compile(r"[ -]{0,2}[(x×*tfuliahnmogsrcp]", re.IGNORECASE)
"""How such words can begin; most units begin otherwise, and need no longer look."""

_ABOVE = re.compile(r"\b(?:higher|greater|more|above|over)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Multiple:
    """
    The words that make a number a multiple of a limit of normal.

    `spelling`: the words for the limit. `is_above`: the words give the order themselves ("5 times higher than").
    """

    limit: Relative
    spelling: str
    end: int
    is_above: bool
    doubt: str = ""


def read_multiple(text: str, start: int, *, is_over_one: bool) -> Multiple | None:
    """
    The limit of normal named at `start`, right after a number.

    "3 times normal" names no limit; a multiple above one can only be of the upper one, and is marked.
    """
    if not _FIRST.match(text, start):
        return None
    found = _TIMES_LIMIT.match(text, start)
    if found:
        is_above = _ABOVE.search(text, start, found.end()) is not None
        which = Relative.ULN if found["uln"] else Relative.LLN
        return Multiple(which, found["uln"] or found["lln"], found.end(), is_above)
    found = _TIMES_NORMAL.match(text, start) if is_over_one else None
    if found is None:
        return None
    is_above = _ABOVE.search(text, start, found.end()) is not None
    doubt = "a multiple of 'normal', read as of the upper limit"
    return Multiple(Relative.ULN, found.group().strip(), found.end(), is_above, doubt)
