"""Finds spans of time in the words of a criterion: within, longer ago, after, lasting, ever and now.

It decides what the words say about time: direction, length, whether the limit itself counts, and the event from which
they count. Which thing the span belongs to, and what a denial makes of it ("No chemotherapy for 4 weeks": its last end
at least four weeks ago), is left to whoever joins the mentions. Ages are comparisons, not windows.
"""

import re
from dataclasses import replace
from typing import NamedTuple

from equipoise.authoring.freetext.mentions import Direction, WindowMention
from equipoise.authoring.freetext.windows.anchors import OTHER, Anchor, read_anchor
from equipoise.authoring.freetext.windows.durations import CLAUSE_REACH, Duration, read_durations
from equipoise.authoring.freetext.windows.states import find_states
from equipoise.authoring.freetext.windows.words import AGED_BEFORE, FUTURE_BEFORE, HAS_UNIT, STABLE_BEFORE, fold
from equipoise.criteria.nodes import AS_OF, WindowUnit

_WHICHEVER = re.compile(r"[^.;]{0,60}\bwhichever\b")
_OR_AFTER = re.compile(r" (?:before|prior to) (?:or|and) (?:after|following)\b")
_SPENT = re.compile(
    r" (?:[a-z]+ ){0,2}(?:amenorrh\w+|therapy|treatment|use|abstinence|exposure|follow-?up|remission)\b"
)
_IN_DAYS = {"week": 7, "wk": 7, "day": 1, "d": 1}
_PLACES = ("within", "inside", "in", "during", "over")
_RECENT_KINDS = ("last", "past", "previous", "preceding", "prior", "recent", "latest", "foregoing")
_ALL_BUT_LETTERS = re.compile(r"[^a-z]")


class _Measure(NamedTuple):
    """How long a span is, in one of three ways, and why that is in doubt."""

    length: int | None = None
    unit: WindowUnit | None = None
    hours: int | None = None
    minutes: int | None = None
    doubt: str = ""


def find_windows(text: str) -> tuple[WindowMention, ...]:
    """
    Find the spans of time in a criterion.

    Parameters
    ----------
    text
        The words of one criterion, as they stand.

    Returns
    -------
    tuple of WindowMention
        In order of place, without overlap. A number is always one that is printed ("a month" and "the last month" are
        one month). What is doubtful carries its doubt; ages, lengths of a pregnancy and frequencies are left out.
    """
    folded = fold(text)
    spans = _find_spans(folded, text) if HAS_UNIT.search(folded) else []
    found = [*spans, *find_states(folded, [mention.span for mention in spans])]
    found.sort(key=lambda mention: mention.span)
    return tuple(found)


def _find_spans(folded: str, text: str) -> list[WindowMention]:
    spans: list[WindowMention] = []
    taken = 0
    for raw in read_durations(folded):
        mention = _decide(raw, folded, text)
        if mention is None or mention.span[1] <= taken:
            continue
        if mention.span[0] < taken:
            mention = replace(mention, span=(taken, mention.span[1]))
        taken = mention.span[1]
        spans.append(mention)
    return spans


def _decide(raw: Duration, folded: str, text: str) -> WindowMention | None:
    lead, tail = raw.lead, raw.tail
    anchor, direction = _place(raw, folded)
    if direction is None:
        return None
    measure = _measure(raw, direction)
    doubts = [raw.doubt, measure.doubt, _doubt(raw, direction, anchor, folded)]
    start = raw.start
    end = raw.end
    if not raw.is_tail_shared:
        end = anchor.end if anchor else max(end, tail.end() if tail.lastgroup and not tail["of"] else end)
    while end > start and folded[end - 1] in " ,":
        end -= 1
    is_upper = bool(lead["less_than"] or lead["at_most"] or _trailing(raw) == "less")
    is_upper |= _is_within(raw) and not lead["at_least"]
    return WindowMention(
        span=(start, end),
        direction=direction,
        length=measure.length,
        unit=measure.unit,
        hours=measure.hours,
        minutes=measure.minutes,
        is_strict=bool(_is_more_than(raw) or lead["less_than"]),
        is_at_most=direction in (Direction.AFTER, Direction.LASTING) and is_upper,
        anchor=anchor.id if anchor else AS_OF,
        anchor_words=anchor.words(text) if anchor else "",
        doubt="; ".join(each for each in doubts if each),
    )


def _place(raw: Duration, folded: str) -> tuple[Anchor | None, Direction | None]:
    """Where the span lies, and what it counts from."""
    lead, tail = raw.lead, raw.tail
    if tail["before"]:
        return read_anchor(folded, tail.end()), _before(raw)
    if tail["ago"]:
        return None, _before(raw)
    if tail["after"]:
        return read_anchor(folded, tail.end()) or Anchor(OTHER, tail.start("after"), tail.end("after")), Direction.AFTER
    if tail["since"] or tail["from"]:
        anchor = read_anchor(folded, tail.end())
        return anchor, _since(raw, anchor)
    if tail["of"] and not (")" in tail[0] and not lead["place"]):
        return _of(raw, folded)
    if tail["study"] and lead["place"] in ("during", "throughout"):
        return None, Direction.AFTER
    return None, _alone(raw, folded)


def _before(raw: Duration) -> Direction | None:
    lead = raw.lead
    is_over = lead["place"] == "over" and lead["at_least"]
    if lead["place"] in ("for", "since", "throughout") or is_over or _is_lasting(lead):
        return Direction.LASTING
    is_longer = lead["at_least"] or _is_more_than(raw) or _trailing(raw) == "more"
    if is_longer and not _is_within(raw):
        return Direction.LONGER_AGO
    is_bare = not (lead["place"] or lead["recent"] or lead["less_than"] or lead["at_most"])
    return None if raw.tail["ago"] and is_bare and not _trailing(raw) else Direction.WITHIN_BEFORE


def _since(raw: Duration, anchor: Anchor | None) -> Direction | None:
    """`at least 4 weeks since the last dose`: the event itself lies that long ago."""
    if anchor is not None and anchor.id == OTHER and not anchor.is_past and raw.tail["from"]:
        return Direction.AFTER
    if raw.lead["at_least"] or _is_more_than(raw):
        return Direction.LONGER_AGO
    is_upper = raw.lead["less_than"] or raw.lead["at_most"] or _trailing(raw) == "less"
    return Direction.WITHIN_BEFORE if _is_within(raw) or is_upper else None


def _of(raw: Duration, folded: str) -> tuple[Anchor | None, Direction | None]:
    """`within 3 months of screening` lies before it; of another event, after it; `12 months of amenorrhoea` lasts."""
    lead = raw.lead
    anchor = read_anchor(folded, raw.tail.end())
    if lead["first"]:
        return anchor, Direction.AFTER
    if lead["recent"] or raw.kind in _RECENT_KINDS:
        return None, _alone(raw, folded)
    if _is_within(raw) or lead["less_than"] or lead["at_most"]:
        if anchor is None or anchor.id != OTHER:
            return anchor, Direction.WITHIN_BEFORE
        return anchor, Direction.AFTER if lead["place"] else Direction.LASTING
    if anchor is not None and anchor.id != OTHER and not lead[0].strip():
        return anchor, Direction.WITHIN_BEFORE
    is_lasting = lead["place"] in ("for", "during") or lead["at_least"] or _is_more_than(raw)
    return None, Direction.LASTING if is_lasting or _SPENT.match(folded, raw.tail.end()) else None


def _alone(raw: Duration, folded: str) -> Direction | None:
    """No anchor is printed."""
    lead = raw.lead
    if lead["ahead"]:
        return Direction.AFTER
    if lead["recent"] or raw.kind in _RECENT_KINDS:
        lasts = lead["place"] in ("for", "since", "throughout") or lead["at_least"] or _is_more_than(raw)
        return Direction.LASTING if lasts else Direction.WITHIN_BEFORE
    if lead["first"]:
        return None
    if _is_within(raw):
        is_ahead = FUTURE_BEFORE.search(folded, max(0, lead.start() - CLAUSE_REACH), lead.start())
        if lead["place"] == "over" and lead["at_least"]:
            return Direction.LASTING
        if lead["place"] in ("in", "during", "over"):
            return Direction.AFTER if is_ahead and lead["place"] == "in" else None
        return Direction.AFTER if is_ahead else Direction.WITHIN_BEFORE
    if raw.tail["off"] or raw.tail["duration"] or lead["place"] in ("for", "since", "throughout") or _is_lasting(lead):
        return Direction.LASTING
    is_limited = _is_more_than(raw) or any(lead[name] for name in ("at_least", "at_most", "less_than", "equal"))
    if not (is_limited or _trailing(raw)) or lead["place"] or (raw.is_hyphenated and not raw.unit.endswith("s")):
        return None
    if raw.unit[0] in "yw" or raw.unit.startswith("mo"):
        is_age = AGED_BEFORE.search(folded[max(0, lead.start() - CLAUSE_REACH) : lead.start()])
        return None if is_age else Direction.LASTING
    return Direction.LASTING


def _is_within(raw: Duration) -> bool:
    return raw.lead["place"] in _PLACES or (raw.lead["place"] == "with" and bool(raw.lead["recent"]))


def _is_lasting(lead: re.Match[str]) -> bool:
    return bool(lead["place"]) and lead["place"].startswith(("last", "a ", "duration", "period"))


def _is_more_than(raw: Duration) -> bool:
    """`more than`, but `over the last` only says where."""
    more = raw.lead["more_than"]
    return bool(more) and not (more == "over" and (raw.lead["the"] or raw.lead["recent"]))


def _trailing(raw: Duration) -> str:
    """`6 months or more`, `2 weeks or less`."""
    words = raw.or_more or raw.tail["or_more"] or ""
    return {"": "", "less": "less", "shorter": "less", "fewer": "less"}.get(words, "more")


def _measure(raw: Duration, direction: Direction) -> _Measure:
    """Of a range, the end that judges more people by the span; the doubt says so."""
    number, doubt = raw.number, ""
    if raw.low is not None:
        number = raw.low if direction in (Direction.LASTING, Direction.LONGER_AGO) else raw.number
        doubt = f"a range from {raw.low} to {raw.number}: only one end is kept"
    name = _ALL_BUT_LETTERS.sub("", raw.unit)
    if name.startswith("half"):
        return _Measure(doubt=f"{number} half-lives: their length in days depends on the drug")
    if name.startswith("y") and number != int(number):
        name, number = "month", number * 12
    days = _IN_DAYS.get(name.removesuffix("s"))
    number *= days or 1
    if number != int(number):
        return _Measure(doubt=f"{raw.number} {raw.unit} is no whole number of a smaller unit")
    if days or name.startswith(("y", "mo", "mth")):
        unit = WindowUnit.DAY if days else WindowUnit.YEAR if name.startswith("y") else WindowUnit.MONTH
        return _Measure(int(number), unit, doubt=doubt)
    if name.startswith("h"):
        return _Measure(hours=int(number), doubt=doubt)
    return _Measure(minutes=int(number), doubt=doubt)


def _doubt(raw: Duration, direction: Direction, anchor: Anchor | None, folded: str) -> str:
    lead = raw.lead
    doubts = []
    if anchor is not None and anchor.id == OTHER and not (anchor.is_past and direction is Direction.LONGER_AGO):
        doubts.append("counts from an event that the protocol does not plan")
    elif direction is Direction.AFTER:
        doubts.append("lies after the day on which enrolment is judged")
    if lead["about"]:
        doubts.append("the number is approximate")
    if lead["equal"]:
        doubts.append("a sign before the number may have been lost")
    is_bare = not lead[0].strip() or not any(lead.groupdict("").values())
    if direction is Direction.WITHIN_BEFORE and is_bare and not _trailing(raw) and not raw.kind:
        doubts.append("no word says whether the span is within or at least")
    if direction is Direction.WITHIN_BEFORE and lead["at_least"]:
        doubts.append("'within' and 'at least' contradict each other")
    is_upper = lead["less_than"] or lead["at_most"]
    if direction is Direction.LASTING and is_upper and not (lead["place"] or raw.tail["duration"] or raw.tail["off"]):
        doubts.append("a duration or a time since: the words leave it open")
    clause = max(0, lead.start() - CLAUSE_REACH), lead.start()
    if direction is Direction.LONGER_AGO and STABLE_BEFORE.search(folded, *clause):
        doubts.append("perhaps a duration: 'for' may be missing")
    if _OR_AFTER.match(folded, raw.end):
        doubts.append("reaches to both sides of the event")
    if _WHICHEVER.match(folded, raw.end):
        doubts.append("the longer or the shorter of two spans counts")
    return "; ".join(doubts)
