"""One span of time beside a list: whether it binds each of the list, or the nearest alone."""

import re
from dataclasses import dataclass

from equipoise.authoring.compiling.certainty import NotCertain
from equipoise.authoring.compiling.clauses import Joined
from equipoise.authoring.compiling.found import Found
from equipoise.authoring.freetext.comparisons.ages import is_age_span
from equipoise.authoring.freetext.mentions import Direction, TextSpan, WindowMention

_LISTED = re.compile(
    r"\b(?:therapy|treatment|treatments|use|administration|chemotherapy)\s+(?:with|of)\s", re.IGNORECASE
)
_PRESENTLY = re.compile(
    r"\w+ly\b|(?:\w+\s+){0,2}?(?:taking|receiving|using|use|treatment|therapy|intake)\b", re.IGNORECASE
)
"""An adverb or a verb leads all that follows ("currently taking A or B"); "active" may stand with the first alone."""
_DATED = (Direction.WITHIN_BEFORE, Direction.LONGER_AGO)


@dataclass(frozen=True)
class SharedWindow:
    """The window that a list shares; not certain when it stands behind the last of the list."""

    window: WindowMention
    is_certain: bool


def shared_window(found: Found, clause: Joined, *, is_denied: bool) -> SharedWindow | None:
    """The one span of time of a list, when it leads it or trails it; None when each part has its own, or none has."""
    dated = [
        (index, window)
        for index, part in enumerate(clause.parts)
        for window in found.windows_in(part.span)
        if window.direction in _DATED
        or (window.direction is Direction.NOW and index in (0, len(clause.parts) - 1))
        or (is_denied and window.direction is Direction.LASTING)
    ]
    if len(dated) != 1:
        return None
    index, window = dated[0]
    timed = [part for part in clause.parts if not _is_timeless(found, part.span)]
    limits = [bool(found.comparisons_in(part.span)) for part in timed]
    if any(limits) and (len(timed) < 2 or window.direction not in _DATED):
        return None
    shared = _shared(found, clause, index, window, is_denied=is_denied)
    if shared is not None and any(limits) and not all(limits):
        raise NotCertain("a span of time stands beside a list of limits and others: what does it bind?")
    return shared


def _is_timeless(found: Found, span: TextSpan) -> bool:
    """An age or a sex is asked of no span of time."""
    mentions = found.comparisons_in(span)
    if mentions:
        return all(is_age_span(found.text, each.subject) for each in mentions)
    stripped = found.strip(span)
    return bool(stripped.sex) and stripped.start >= span[1]


def _shared(found: Found, clause: Joined, index: int, window: WindowMention, *, is_denied: bool) -> SharedWindow | None:
    """The window when it leads or trails the list; None when it belongs to its own part alone."""
    start, end = clause.span
    head = clause.parts[0].span
    if index == 0 and (window.span[0] - start <= 4 or found.strip(head).start >= window.span[0]):
        words = found.words((window.span[0], clause.span[1]))
        is_said_once = window.direction is not Direction.NOW or _PRESENTLY.match(words) is not None
        return SharedWindow(window, is_certain=is_said_once)
    if index == 0 and not found.text[start : window.span[0]].strip(" aA"):
        return SharedWindow(window, is_certain=True)
    if 0 < index < len(clause.parts) - 1 and clause.parts[index].span[1] - window.span[1] <= 1:
        raise NotCertain("a span of time inside a list can bind what stands before it: which of it?")
    if index < len(clause.parts) - 1 or end - window.span[1] > 1:
        return None
    # "no A or B for 4 weeks", "therapy with A or B within 12 months": the time belongs to what stands before the list.
    return SharedWindow(window, is_certain=is_denied or bool(_LISTED.search(found.words(clause.parts[0].span))))
