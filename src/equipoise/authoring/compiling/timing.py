"""A window found in a text, as the window of an atom. What enrolment cannot judge is not certain."""

import re
from dataclasses import dataclass

from equipoise.authoring.compiling.certainty import NotCertain
from equipoise.authoring.freetext.mentions import Direction, WindowMention
from equipoise.criteria.nodes import AS_OF, WindowUnit
from equipoise.terminology.concepts import CURRENT, Concept

_LATER_ANCHORS = {"randomisation": "randomisation", "cycle-1": "the first dose"}
"""Days that come after enrolment: counted from enrolment instead, which can only look further back."""

_EARLIER = re.compile(r"\b(?:screen\w*|baseline|visit|consent)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Timing:
    """`key` (within or before) and `window` of an atom; both empty when any time counts."""

    key: str = ""
    window: str = ""
    anchor: str = AS_OF
    checks: tuple[str, ...] = ()

    def options(self) -> dict[str, str]:
        return {self.key: self.window} if self.key else {}


def timing_of(mention: WindowMention | None, *, is_denied: bool, keeps_anchor: bool = False) -> Timing:
    """
    The window of an atom.

    Parameters
    ----------
    mention
        As found; None when the text names no time.
    is_denied
        "No drug for 4 weeks" lets day -28 pass; "no drug within 4 weeks" does not.
    keeps_anchor
        A gate is judged on its anchor's day; anything else on the day of enrolment.

    Raises
    ------
    NotCertain
        The time lies after enrolment, is a duration, or counts from an event that no anchor stands for.
    """
    if mention is None or mention.direction is Direction.EVER:
        return Timing()
    if mention.doubt:
        raise NotCertain(mention.doubt)
    if mention.direction is Direction.NOW:
        return Timing("within", "0 d")
    if mention.direction is Direction.AFTER:
        raise NotCertain("it speaks of a time after enrolment")
    is_free_for = is_denied and mention.length is not None and not mention.is_at_most
    if mention.direction is Direction.LASTING and not is_free_for:
        raise NotCertain("it asks how long something lasted, which records seldom tell")
    length, checks = _length(mention)
    anchor, more = _anchor(mention, keeps_anchor)
    is_strict = mention.is_strict or (is_denied and mention.direction is Direction.LASTING)
    window = ("< " if is_strict else "") + length + (f" before {anchor}" if anchor != AS_OF else "")
    key = "before" if mention.direction is Direction.LONGER_AGO else "within"
    return Timing(key, window, anchor, (*checks, *more))


def usual_timing(concept: Concept) -> dict[str, str]:
    """The usual window of a concept, where the text names none."""
    if concept.window is None:
        return {}
    return {"within": "0 d" if concept.window == CURRENT else concept.window}


def _length(mention: WindowMention) -> tuple[str, tuple[str, ...]]:
    if mention.hours is not None:
        days = -(-mention.hours // 24)
        return f"{days} d", (f"{mention.hours} hours are counted as {days} calendar days",)
    if mention.length is None or mention.unit is None:
        raise NotCertain("the length of time is not given as a number")
    unit: WindowUnit = mention.unit
    return f"{mention.length} {unit.value}", ()


def _anchor(mention: WindowMention, keeps_anchor: bool) -> tuple[str, tuple[str, ...]]:
    if mention.anchor == AS_OF and _EARLIER.search(mention.anchor_words):
        return AS_OF, (f"counted from enrolment; the text counts from {mention.anchor_words}, which may come earlier",)
    if mention.anchor == AS_OF or (keeps_anchor and mention.anchor in _LATER_ANCHORS):
        return mention.anchor, ()
    if mention.anchor in _LATER_ANCHORS:
        words = mention.anchor_words or _LATER_ANCHORS[mention.anchor]
        return AS_OF, (f"counted from enrolment; the text counts from {words}, which comes later",)
    raise NotCertain(f"it counts from {mention.anchor_words or mention.anchor}, which enrolment does not know")
