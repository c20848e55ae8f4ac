"""Finds the words that place a thing in the past at large ("history of") or in the present ("current", "at screening").

It reads only words that say so outright. "Recent" and "chronic" have no bounds and are left to the questions; the
family's history is not the patient's.
"""

import re
from collections.abc import Iterable

from equipoise.authoring.freetext.mentions import Direction, TextSpan, WindowMention
from equipoise.criteria.nodes import AS_OF

_EVER = (
    r"(?:(?:any|a|the|positive|known|documented|past|prior|previous|personal|medical|surgical|clinical|lifetime"
    r"|significant|patient|remote|psychiatric|medication) )*"
    r"histor(?:y|ies)(?: or (?:current |present )?evidence)?(?: of\b)?(?! and physical| tak| & phys)"
    r"|\bprevious(?:ly)?\b(?! to\b)|\bprior\b(?! to\b)|\bpast\b(?! history)|\bformer(?:ly)?\b|\blifetime\b"
    r"|\bever\b(?! since)|\bin the past\b"
)
_MOMENT = (
    r"screening(?: visit)?|(?:the )?baseline(?: visit)?|(?:study )?enrol\w*|(?:study |trial )?(?:entry|inclusion|start)"
    r"|recruitment|(?P<randomised>randomi[sz]ation)|(?:signing (?:the )?)?(?:informed )?consent|study entry|visit 1"
    r"|present"
)
_NOW = (
    r"\bcurrent(?:ly)?\b|\bactive(?:ly)?\b(?! (?:ingredient|substance|comparator|control|treatment arm|phase"
    r"|participation|metabolite|drug(?! \w*(?:use|abuse|dependence))|study|component|range|site|duty|vitamin|lifestyle"
    r"|sport))|\bon-?\s?going\b|\bconcomitant(?:ly)?\b|"
    rf"\bconcurrent(?:ly)?\b|\b(?:at|on)(?: the)?(?: (?:time|day|date|moment) of(?: the)?)? (?:{_MOMENT})\b"
)
_STATES = re.compile(rf"(?P<ever>\b{_EVER})|(?P<now>{_NOW})")
_SPOILT = re.compile(r"(?:\b(?:family|familial|maternal|paternal|natural|sexually|physically|biologically|vaso) |-)$")


def find_states(folded: str, taken: Iterable[TextSpan]) -> list[WindowMention]:
    """The EVER and NOW words of folded text that lie outside the spans already taken, which are in order."""
    spans = [*taken, (len(folded), len(folded))]
    found, place = [], 0
    for match in _STATES.finditer(folded):
        start, end = match.span()
        while spans[place][1] <= start and place < len(spans) - 1:
            place += 1
        if end > spans[place][0]:
            continue
        if _SPOILT.search(folded, max(0, start - 12), start):
            continue
        direction = Direction.EVER if match["ever"] else Direction.NOW
        moment = match["randomised"]
        found.append(
            WindowMention(
                (start, end), direction, anchor="randomisation" if moment else AS_OF, anchor_words=moment or ""
            )
        )
    return found
