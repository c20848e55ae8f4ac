"""Reads annotated spans of time ("within 30 days prior to study entry") into relation, length, unit and strictness.

Decides what the corpus says, independently of the program that is measured. Where English leaves the relation open
("stable dose for 30 days prior to entry": lasting, or in that month) every possible relation is kept, and any of them
counts as right. Frequencies, half-lives, clock times and spans without a number are not read.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from authoring.value_text import NUMBER_WORDS, has_number

WITHIN, LONGER_AGO, AFTER, LASTING = "within-before", "longer-ago", "after", "lasting"

_UNITS = {
    "h": r"hours?|hrs?|h",
    "d": r"days?|d",
    "wk": r"weeks?|wks?|w",
    "mo": r"months?|mos?|mths?",
    "a": r"years?|yrs?|y",
}
_UNIT = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items())
_AMOUNT = re.compile(
    rf"(?P<low>\d+(?:\.\d+)?)(?:\s*(?:-|to|or|and)\s*(?P<high>\d+(?:\.\d+)?))?\s*-?\s*(?:full|consecutive|calendar|"
    rf"previous|last|past|preceding|complete|whole)?\s*(?:{_UNIT})\b",
    re.I,
)
_BEFORE = r"\b(?:prior|before|preceding|previous(?:ly)?|past|last|ago|earlier|recent|pre\b|pre-?\w+|precede[sd]?)"
_AFTER = r"\b(?:after|following|post\b|post-?\w+|next|coming|subsequent|upcoming|later|thereafter)"
_ATLEAST = (
    r"at\s+least|minimum(?:\s+of)?|(?:no|not)\s+(?:less|fewer)\s+than|>=|\bor\s+(?:more|longer|greater)|"
    r"(?:greater|more|longer)\s+than\s+or\s+equal"
)
_MORE = r"(?:more|greater|longer|older)\s+than|over\s+(?!the\b)|exceeding|in\s+excess\s+of|>(?!=)|beyond"
_LESS = r"less\s+than|fewer\s+than|shorter\s+than|under|<(?!=)"
_ATMOST = r"within|up\s+to|at\s+most|(?:no|not)\s+(?:more|longer|greater)\s+than|<=|\bor\s+less|maximum"
_UNREAD = re.compile(
    r"half[- ]?li(?:fe|ves)|\bper\s+(?:day|week|month|year)|/\s*(?:day|week|month|year)|\bevery\b|"
    r"\beach\s+(?:day|week|month|year)|\bof\s+age\b|gestation|\bhr?s?\s+(?:oral|urin)|\b(?:a|each)\s+(?:week|month|day)\b",
    re.I,
)
_LASTS = r"\b(?:for|duration|lasting|persist\w*|lasts|period\s+of)\b|\blong(?:er)?\b|\blast\s+(?:more|at|over)\b"
_PLANS = re.compile(r"\b(?:plan|expect|intend|schedul|anticipat|will\b)[^.;]*$", re.I)
_RESTATES = re.compile(r"(?:days?|weeks?|months?|years?|hours?)\s*\((?:i\.e\.\s*)?$", re.I)
_NAMED_DAY = re.compile(
    r"\b(?:day|visit|week|cycle|dose)\s*-?\d+(?!\s*(?:days|weeks|months|years))|\b\d+\s*-?(?:weeks?|days?)\s+"
    r"(?:study|training|treatment|screening|run-in|follow|washout|wash-out)\s*(?:period|phase)?",
    re.I,
)


@dataclass(frozen=True)
class GoldWindow:
    """A span of time as annotated: weeks are given in days."""

    relations: frozenset[str]
    length: Decimal
    unit: str
    is_strict: bool
    other_length: Decimal | None = None


def is_timed(text: str) -> bool:
    """Whether the text holds a number and a unit of time, however they stand to each other."""
    words = _normalise(text)
    return has_number(text) and bool(re.search(rf"(?:\d|\b)(?:{'|'.join(_UNITS.values())})\b", words, re.I))


def read_window(text: str, before: str = "", after: str = "") -> GoldWindow | None:
    """
    The span of time that an annotation states; None when it is not read.

    `before` and `after` are the words around it in the line, of which only those right beside it are looked at: many
    annotations end before their anchor ("at least 6 months [prior to screening]"). Only a plan is looked for farther
    off: "plans to receive it within 3 months" lies ahead.
    """
    words = _normalise(text)
    amounts = list(_AMOUNT.finditer(words))
    if len(amounts) != 1 or _UNREAD.search(words) or _RESTATES.search(before) or before.endswith("/"):
        return None
    amount = amounts[0]
    head = re.sub(r"\bover\s+(?=the\b|last\b|past\b)", "in ", _last_words(_normalise(before)) + words[: amount.start()])
    tail = words[amount.end() :]
    if not re.search(_BEFORE + "|" + _AFTER, words, re.I):
        tail += _first_words(_normalise(after))
    relations, is_strict = _read_relation(head, tail)
    if _PLANS.search(before) and WITHIN in relations:
        relations |= {AFTER}
    unit = next(name for name in _UNITS if amount[name])
    high = amount["high"]
    low = Decimal(amount["low"]) * (7 if unit == "wk" else 1)
    other = None if high is None else Decimal(high) * (7 if unit == "wk" else 1)
    return GoldWindow(frozenset(relations), low, "d" if unit == "wk" else unit, is_strict, other)


def _read_relation(head: str, tail: str) -> tuple[set[str], bool]:
    """Which relations the words around the amount allow, and whether its limit is left out."""
    whole = f"{head} # {tail}"
    asserted = re.sub(r"(?:no|not)\s+\w+\s+than|\w+\s+than\s+or\s+equal", " ", head, flags=re.I)
    is_atleast = bool(re.search(_ATLEAST, whole, re.I))
    is_less = bool(re.search(_LESS, asserted, re.I))
    is_more = bool(re.search(_MORE, asserted, re.I))
    is_atmost = bool(re.search(_ATMOST, whole, re.I))
    is_strict = is_less or (is_more and not is_atleast)
    is_of = bool(re.match(r"\s*(?:of|from|to)\b", tail, re.I))
    # "Of a previous vaccination": what follows "of" describes the anchor.
    is_before = bool(re.search(_BEFORE, head if is_of else whole, re.I))
    lasts = {LASTING} if re.search(_LASTS, whole, re.I) else set()
    comes_after = re.match(rf"\s*(?:or\s+(?:more|longer)\s+)?{_AFTER[2:]}", tail, re.I)
    if comes_after or (re.search(_AFTER, whole, re.I) and not is_before):
        # "At least 2 years after menopause" lies in the past.
        return {AFTER} | ({LONGER_AGO} if is_more or is_atleast else set()) | lasts, is_strict
    if is_more or is_atleast:
        if is_before or re.search(r"\b(?:since|elapsed|ago|old(?:er)?)\b|\boff\b", whole, re.I):
            return {LONGER_AGO} | lasts, is_strict
        return lasts or {LASTING, LONGER_AGO}, is_strict
    if is_less or is_atmost or re.search(r"\bfirst\b", head, re.I):
        # "Within 8 weeks of a vaccination": on either side of an event.
        either = {AFTER} if is_of or "first" in head.lower() else set()
        lasting = {LASTING} if lasts or not (is_before or is_of or "within" in head.lower()) else set()
        return {WITHIN} | lasting | either, is_strict
    if is_before or (re.search(r"\b(?:in|during|over|throughout)\b", head, re.I) and not lasts):
        return {WITHIN} | lasts, is_strict
    return lasts or {LASTING, WITHIN, LONGER_AGO} | ({AFTER} if is_of else set()), is_strict


def _last_words(before: str) -> str:
    """Operator words that end right before the annotation."""
    openings = r"\b(?:for|in|in\s+the|during|during\s+the|over\s+the|(?:over|for)\s+a\s+period\s+of)"
    found = re.search(rf"(?:\bfor\s+)?(?:at\s+least|{_MORE}|{_LESS}|{_ATMOST}|>=|{openings})\s*$", before, re.I)
    return f"{found[0]} " if found else ""


def _first_words(after: str) -> str:
    """The words that say on which side of an anchor the annotation lies, when they follow it at once."""
    found = re.match(
        r"\s*(?:or\s+(?:more|longer|less)\s+)?(?:immediately\s+)?"
        r"(?:prior|before|preceding|previous|ago|after|following|since|of\s+(?!age)|from|old|duration|post|pre)\b",
        after,
        re.I,
    )
    return f" {found[0]}" if found else ""


def _normalise(text: str) -> str:
    words = text.replace("\xa0", " ").translate(str.maketrans("–—−‐", "----"))
    words = re.sub(r"[≥⩾≧]|>\s*/?\s*=|=\s*/?\s*>", ">=", words)
    words = re.sub(r"[≤⩽≦]|<\s*/?\s*=|=\s*/?\s*<", "<=", words)
    words = re.sub(r"\btwenty[- ]four\b", "24", words, flags=re.I)
    words = re.sub(r"\bforty[- ]eight\b", "48", words, flags=re.I)
    words = re.sub(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b", lambda m: NUMBER_WORDS[m[0].lower()], words, flags=re.I)
    words = re.sub(_NAMED_DAY, "#", words)
    return re.sub(r"\b(\d+)\s*\(\s*\1\s*\)", r"\1", words)
