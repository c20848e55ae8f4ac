"""Reads the durations of a criterion with the words before and behind them, before anything is made of them.

It decides which numbers with a unit of time are durations at all: ages, lengths of a pregnancy, frequencies and the
names of tests are left out. Durations joined by "or" share the words around them.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from equipoise.authoring.freetext.windows.words import (
    AGE_BEFORE,
    COUNTED_BEFORE,
    DURATION,
    LEAD,
    LEAD_WORD,
    NOT_A_WINDOW_AFTER,
    NOT_A_WINDOW_BEFORE,
    SINGLE,
    TAIL,
    number_of,
)

LEAD_REACH = 48
CLAUSE_REACH = 90
_BETWEEN = re.compile(r"(?:\)|'|,| \([^()]{0,40}\))? ?(?:,|/|or|and|and/or|\() ?(?:or )?(?:within )?(?:at least )?")
_RESTATED = re.compile(r" ?[(\[] ?(?:i\.?e\.?,? ?|or |= ?|~ ?)?$")
_LIMITS = ("at_least", "more_than", "less_than", "at_most")
_DAYS_IN = {"mo": 30.4, "mt": 30.4, "ye": 365.2, "yr": 365.2, "we": 7.0, "wk": 7.0, "da": 1.0, "d": 1.0, "ho": 1 / 24}
_MOST_BETWEEN = 64


@dataclass(frozen=True)
class Duration:
    """A duration with the words around it, before anything is made of them."""

    start: int
    end: int
    number: Decimal
    unit: str
    lead: re.Match[str]
    tail: re.Match[str]
    low: Decimal | None = None
    kind: str = ""
    or_more: str = ""
    doubt: str = ""
    is_hyphenated: bool = False
    is_tail_shared: bool = False


def read_durations(folded: str) -> list[Duration]:
    """The durations of folded text in order, those joined by "or" with the words they share."""
    found = [raw for match in DURATION.finditer(folded) if (raw := _read_duration(match, folded))]
    found += _read_singles(folded, [raw.end for raw in found])
    return _share_neighbours(sorted(found, key=lambda raw: raw.start), folded)


def _read_duration(match: re.Match[str], folded: str) -> Duration | None:
    """A numbered duration; None when the number is an age or a frequency, or a single letter is no unit."""
    is_range = match["low"] is not None and _is_range(match)
    start = match.start() if is_range else match.start("number")
    lead = _lead(folded, start)
    is_letter = match["unit"] in ("d", "h") and not match["number"].isdigit()
    is_article = match["number"] in ("a", "an") and not (lead["place"] or _limit(lead))
    if is_letter or is_article or _is_other_number(match, lead, folded):
        return None
    doubt = ""
    if is_range and (match["low_unit"] or match["unit"]).removesuffix("s") != match["unit"].removesuffix("s"):
        is_range, doubt = False, f"a range in two units, from {match['low']} {match['low_unit']}: only its end is kept"
    if match["again"] and number_of(match["again"]) != number_of(match["number"]):
        doubt = f"the number is printed twice and differs: {match['number']} and {match['again']}"
    return Duration(
        start=_start(lead, start),
        end=match.end(),
        number=number_of(match["number"]),
        unit=match["unit"],
        lead=lead,
        tail=_tail(folded, match.end()),
        low=number_of(match["low"]) if is_range else None,
        kind=match["kind"] or "",
        or_more=match["or_more"] or "",
        doubt=doubt,
        is_hyphenated="-" in match["gap"],
    )


def _is_range(match: re.Match[str]) -> bool:
    """`3 to 6 months`, `between 3 and 6 months`; "visit 6-3 months" is none."""
    if match["low"] in ("a", "an"):
        return False
    return bool(match["low_unit"]) or number_of(match["low"]) < number_of(match["number"])


def _is_other_number(match: re.Match[str], lead: re.Match[str], folded: str) -> bool:
    """An age, the length of a pregnancy, an expectation of life or a frequency."""
    if NOT_A_WINDOW_AFTER.match(folded, match.end()):
        return True
    start = lead.start()
    if NOT_A_WINDOW_BEFORE.search(folded, max(0, start - CLAUSE_REACH), start):
        return True
    if not lead["place"] and AGE_BEFORE.search(folded, max(0, start - CLAUSE_REACH), start):
        return True
    return not lead[0].strip() and bool(COUNTED_BEFORE.search(folded, max(0, start - LEAD_REACH), start))


def _read_singles(folded: str, taken_ends: list[int]) -> list[Duration]:
    """`the last year`, `in the month prior to screening`: one unit, though no number stands there."""
    ends = set(taken_ends)
    found = []
    for match in SINGLE.finditer(folded):
        if match.end() in ends:
            continue
        lead, tail = _lead(folded, match.start()), _tail(folded, match.end())
        is_before = tail["before"] and lead["place"] != "for" and lead["the"].strip() == "the"
        is_last = lead["recent"] and lead["recent"] != "recent"
        if (is_last or lead["ahead"] or is_before) and not tail["of"] and not folded.startswith("-", match.end()):
            found.append(
                Duration(_start(lead, match.start()), match.end(), Decimal(1), match["unit"], lead=lead, tail=tail)
            )
    return found


def _lead(folded: str, start: int) -> re.Match[str]:
    """The longest run of words that can lead in a duration and reaches up to it."""
    for word in LEAD_WORD.finditer(folded, max(0, start - LEAD_REACH), start):
        lead = LEAD.fullmatch(folded, word.start(), start)
        if lead is not None:
            return lead
    lead = LEAD.fullmatch(folded, start, start)
    assert lead is not None, "the pattern may be empty"
    return lead


def _tail(folded: str, end: int) -> re.Match[str]:
    tail = TAIL.match(folded, end)
    assert tail is not None, "the pattern may be empty"
    return tail


def _limit(lead: re.Match[str]) -> bool:
    return any(lead[name] for name in _LIMITS)


def _start(lead: re.Match[str], start: int) -> int:
    """Where the words of the span begin."""
    return lead.start() + len(lead[0]) - len(lead[0].lstrip()) if lead[0].strip() else start


def _share_neighbours(raws: list[Duration], folded: str) -> list[Duration]:
    """
    Durations joined by "or" share what stands before the first and behind the last.

    `within 28 days or 5 half-lives of the first dose`. The same span printed again in brackets is dropped.
    """
    shared: list[Duration] = []
    for raw in raws:
        before = shared[-1] if shared else None
        if before is None or raw.start - before.end > _MOST_BETWEEN:
            shared.append(raw)
        elif _RESTATED.fullmatch(folded, before.end, raw.start) and not raw.lead[0].strip():
            shared[-1] = _restate(before, raw, folded)
        elif _BETWEEN.fullmatch(folded, before.end, raw.start) and not raw.lead["place"]:
            if not before.tail.lastgroup:
                shared[-1] = replace(before, tail=raw.tail, is_tail_shared=True)
            shared.append(raw if _limit(raw.lead) or raw.lead["recent"] else replace(raw, lead=before.lead))
        else:
            shared.append(raw)
    return shared


def _restate(before: Duration, raw: Duration, folded: str) -> Duration:
    """One span printed twice, `one month (30 days)`: the first counts, the second only confirms it or casts doubt."""
    days, again = _about_days(before), _about_days(raw)
    doubt = before.doubt
    if days and again and not 0.9 < again / days < 1.1:
        doubt = f"printed twice and differs: {folded[before.start : raw.end]}"
    is_closed = folded.startswith((")", "]"), raw.end)
    tail = raw.tail if raw.tail.lastgroup or is_closed else before.tail
    return replace(before, end=raw.end + is_closed, tail=tail, doubt=doubt)


def _about_days(raw: Duration) -> float:
    return float(raw.number) * _DAYS_IN.get(raw.unit[:2], 0.0)
