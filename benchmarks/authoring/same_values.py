"""When an annotated comparison and a found one say the same: operator, number, unit and subject.

Units are the same when both are understood as one UCUM unit, else by their spelling; a unit that the annotation leaves
out beside the number may be there. Subjects are the same when the spans overlap, or the annotated concept lies between
subject and limit, or is its name in brackets, or is only the sex for which the limit holds.
"""

import re
from dataclasses import dataclass

from authoring.corpus import TextSpan, overlap
from authoring.gold_values import GoldBound
from equipoise.authoring.freetext.mentions import Amount, Bound, ComparisonMention
from equipoise.terminology.units import resolve_unit

_FLIPPED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "="}
_WORDS_OF_UNITS = {
    "a": r"years?|yrs?|y|y/o|y\.?o\.?|year-old|years?\s+of",
    "mo": r"months?|mos?|mths?",
    "wk": r"weeks?|wks?|wk",
    "d": r"days?|d",
    "h": r"hours?|hrs?|h",
    "mm[Hg]": r"mm\s?hg|millimeters?\s+of\s+mercury|mm\s+of\s+hg",
    "/min": r"bpm|beats?\s*(?:/|per)\s*min(?:ute)?\.?|breaths?\s*(?:/|per)\s*min(?:ute)?",
    "Cel": r"°\s?c|degrees?\s+c(?:elsius)?|℃",
    "": r"points?|scores?|grades?|class(?:es)?|stages?|x|times|fold|1|\{.*\}",
}


@dataclass(frozen=True)
class GoldComparison:
    """An annotated comparison; the spans count the characters of its line."""

    concept: tuple[TextSpan, ...]
    value: TextSpan
    bounds: tuple[GoldBound, ...]
    words: str
    is_sex: bool = False
    is_class: bool = False


def limits_of(mention: ComparisonMention) -> list[tuple[str, Amount]]:
    """Every printed limit of a mention with its operator; a denied one is turned round."""
    return [pair for bound in mention.bounds for pair in _spelled(bound, mention.is_negated)]


def _spelled(bound: Bound, is_negated: bool) -> list[tuple[str, Amount]]:
    sign = _FLIPPED[bound.operator.value] if is_negated else bound.operator.value
    return [(sign, amount) for amount in (bound.amount, *bound.others)]


def is_supported(mention: ComparisonMention, pool: list[GoldBound], line: str, value: TextSpan) -> bool:
    """Whether each limit of the mention is annotated, in one of its printed forms."""
    return all(
        any(
            is_same_limit(gold, sign, amount, line, value)
            for gold in pool
            for sign, amount in _spelled(bound, mention.is_negated)
        )
        for bound in mention.bounds
    )


def is_same_limit(gold: GoldBound, sign: str, amount: Amount, line: str, value: TextSpan) -> bool:
    """Whether a printed limit is the annotated one; `value` is where the annotation stands in the line."""
    if gold.operator != sign or gold.value != amount.value:
        return False
    if (gold.relative or None) != (amount.relative.value if amount.relative else None):
        return False
    if gold.relative:
        return True
    theirs = {unit_key(amount.spelling), unit_key(amount.unit or "")}
    ours = unit_key(gold.unit)
    if ours in theirs or any(a and b and (a.startswith(b) or b.startswith(a)) for a in theirs for b in (ours,)):
        return True
    # The annotation may leave the unit out: "[18] years", "[< 8] (g/dL)".
    return not gold.unit and (not amount.spelling or amount.spelling in line[max(0, value[0] - 25) : value[1] + 25])


def unit_key(spelling: str) -> str:
    """One word for all spellings of a unit: UCUM where it is known, else the spelling without case and blanks."""
    words = spelling.strip(" .,;()[]").split()
    for length in range(min(len(words), 4), 0, -1):
        head = " ".join(words[:length])
        for key, pattern in _WORDS_OF_UNITS.items():
            if head == key or re.fullmatch(pattern, head, re.I):
                return key
        if resolved := resolve_unit(head):
            return resolved
    return "".join(words).lower().replace("µ", "u").replace("μ", "u")


def is_same_subject(line: str, mention: ComparisonMention, gold: GoldComparison) -> bool:
    """The annotated concept overlaps the subject, lies between it and the limit, or is its name in brackets."""
    if gold.is_sex:
        return True  # "[> 1.4 mg/dL] in [women]": the value hangs on whom it holds for
    low = min(mention.subject[0], mention.span[0])
    high = max(mention.subject[1], mention.span[1])
    for start, end in gold.concept:
        if overlap((start, end), mention.subject) or (low <= start and end <= high):
            return True
        gap = line[end : mention.subject[0]] if end <= mention.subject[0] else line[mention.subject[1] : start]
        if re.fullmatch(r"\s*[(\[]?\s*(?:or\s+)?", gap) and len(gap) <= 5:
            return True
    return False
