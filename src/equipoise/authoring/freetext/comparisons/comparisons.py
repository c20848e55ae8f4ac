"""Comparisons in the words of a criterion: what is measured, in which order it stands to which limit.

Decides which limits are comparisons, what each is about, and what is doubtful. Leaves spans of time that are no ages
to the finder of windows, and the concept that a subject names to the lexicon. No number or unit is given that is not
printed; what cannot be read is left out or carries a doubt.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from equipoise.authoring.freetext.comparisons.ages import AGE_NOUNS, age_subject, is_age_span, time_subject
from equipoise.authoring.freetext.comparisons.classes import read_classes
from equipoise.authoring.freetext.comparisons.joining import is_continued, join, with_others
from equipoise.authoring.freetext.comparisons.limits import Limit, is_number, mirrored, read_limit
from equipoise.authoring.freetext.comparisons.numbers import MULTIPLES, NUMBER_WORDS, ROMANS
from equipoise.authoring.freetext.comparisons.operators import read_before, read_sign
from equipoise.authoring.freetext.comparisons.subject_words import AFTER_NEGATION, SCALES, STOPS
from equipoise.authoring.freetext.comparisons.subjects import (
    Phrase,
    dimension_after,
    is_generic,
    is_known_measure,
    phrase_after,
    phrase_before,
    phrases_before,
    scale_after,
    span_of,
)
from equipoise.authoring.freetext.comparisons.tokens import Token, TokenKind, plain, tokenize
from equipoise.authoring.freetext.mentions import ComparisonMention, PressurePart, TextSpan
from equipoise.criteria.nodes import Operator

_ROMAN_RANGES = frozenset(f"{low}-{high}" for low in ROMANS for high in ROMANS)
_NUMBERS_IN_LETTERS = frozenset((*NUMBER_WORDS, *MULTIPLES, *ROMANS)) | _ROMAN_RANGES
_DIGIT = re.compile(r"\d")
_NUMBER_IN_LETTERS = re.compile(rf"\b(?:{'|'.join([*NUMBER_WORDS, *MULTIPLES, *ROMANS])})\b", re.IGNORECASE)
_ORDER_HINTS = (
    "than", "least", "most", "more", "over", "under", "above", "below", "older", "younger", "less", "up to", "exceed",
    "between", "within", "minimum", "maximum", "twice", "double", "triple", "<", ">", "≥", "≤", "class", "grade",
    "stag", "status", "asa", "nyha", "score", "level", "killip", "aged", "ccs", "gold",
)  # fmt: skip
_SCALES_AND_AGES = SCALES | AGE_NOUNS
_REFERENCES = frozenset(
    ("predicted", "normal", "expected", "baseline", "age-predicted", "reference", "ideal", "estimated")
)
_PARTS = {"systolic": PressurePart.SYSTOLIC, "diastolic": PressurePart.DIASTOLIC}
_NEGATIONS = frozenset(("no", "not", "without", "never", "nor", "neither", "absence", "cannot"))
_LONGEST_SUBJECT = 40
_PRESSURE = re.compile(r"pressure|\bbp\b|hypertens|\btension\b|\bhtn\b|\babpm\b", re.IGNORECASE)
_LAB_UNIT = re.compile(r".*/(?:.*L|mm3|m2|mol|g|min)|%|mm\[Hg\]|Cel|\[degF\]|cm|kg|\[lb_av\]|m|/min|ms|deg")


@dataclass(frozen=True)
class _Comparison:
    limit: Limit
    subjects: tuple[TextSpan, ...]


def find_comparisons(text: str) -> tuple[ComparisonMention, ...]:
    """
    The comparisons in the text of one criterion, in order of place.

    Parameters
    ----------
    text
        The words of the criterion, as they stand.

    Returns
    -------
    tuple of ComparisonMention
        Two subjects that share one comparison give two mentions with the same span, and so does a blood pressure
        with two numbers.
    """
    if not _may_compare(text):
        return ()
    text = plain(text)
    tokens = tokenize(text)
    found: list[_Comparison] = []
    at = floor = 0
    for place, token in enumerate(tokens):
        if place < at or not (token.kind is TokenKind.NUMBER or token.low in _NUMBERS_IN_LETTERS):
            continue
        limit = _limit_at(text, tokens, place, floor)
        comparison = None if limit is None else _take(text, tokens, limit, floor, found)
        if comparison is not None:
            floor = at = comparison.limit.next
        elif limit is not None and limit.has_operator:
            at = limit.next
    return tuple(mention for each in found for mention in _mentions(text, tokens, each))


def _may_compare(text: str) -> bool:
    """Whether a number may stand in the text; cheap, since most criteria have none."""
    if _DIGIT.search(text):
        return True
    lowered = text.lower()
    return any(word in lowered for word in _ORDER_HINTS) and _NUMBER_IN_LETTERS.search(text) is not None


def is_age(text: str, mention: ComparisonMention) -> bool:
    """Whether what a mention compares is the age of the person."""
    return is_age_span(text, mention.subject)


def _limit_at(text: str, tokens: Sequence[Token], at: int, floor: int) -> Limit | None:
    token = tokens[at]
    if not is_number(token):
        return read_classes(tokens, at, floor)
    limit = read_limit(text, tokens, at, floor)
    if limit is None or limit.is_age or limit.is_range or _has_unit(limit):
        return limit
    return read_classes(tokens, at, floor) or limit


def _take(text: str, tokens: Sequence[Token], limit: Limit, floor: int, found: list[_Comparison]) -> _Comparison | None:
    """Add what a limit compares to what was found; None when it is no comparison."""
    limit = _with_leading_operator(tokens, limit, floor)
    limit = _with_second_side(text, tokens, with_others(text, tokens, limit))
    limit, subjects = _with_subjects(text, tokens, limit, floor, found[-1] if found else None)
    if not subjects:
        return None
    if not limit.doubt and not _has_unit(limit) and _has_distant_unit(tokens, limit.next):
        limit = replace(limit, doubt="the unit is not understood")
    found.append(_Comparison(limit, subjects))
    return found[-1]


def _has_distant_unit(tokens: Sequence[Token], start: int) -> bool:
    """ "< 200 CD4 cells/µL", "5 drinks per day": words stand between the number and what it is per."""
    for at in range(start, min(start + 4, len(tokens) - 1)):
        if tokens[at].low in ("/", "per"):
            return at > start and tokens[at + 1].kind is TokenKind.WORD
        if tokens[at].kind is not TokenKind.WORD or tokens[at].low in STOPS:
            return False
    return False


def _with_leading_operator(tokens: Sequence[Token], limit: Limit, floor: int) -> Limit:
    """ "over the age of 65", "≥ grade 2": the order stands before the word of the scale."""
    if limit.first != limit.number or len(limit.bounds) != 1 or limit.bounds[0].operator is not Operator.EQ:
        return limit
    phrase = phrase_before(tokens, limit.first, floor)
    if phrase is None or _SCALES_AND_AGES.isdisjoint(tokens[at].low for at in range(phrase.first, phrase.end)):
        return limit
    first = phrase.first
    while first > floor and tokens[first - 1].low in ("the", "an", "a"):
        first -= 1
    reading = read_before(tokens, first, floor)
    if reading is None:
        return limit
    bound = replace(limit.bounds[0], operator=reading.operator)
    start = tokens[reading.first].start
    return replace(limit, start=start, bounds=(bound,), has_operator=True, is_denied=reading.is_denied)


def _with_second_side(text: str, tokens: Sequence[Token], limit: Limit) -> Limit:
    """The limit with the other side of its range when that follows at once: "> 18 and < 65"."""
    if not limit.has_operator or len(limit.bounds) != 1 or limit.pair is not None:
        return limit
    for at in range(limit.next, min(limit.next + 8, len(tokens))):
        if tokens[at].low in (";", ".", "(", ")"):
            return limit
        if is_number(tokens[at]):
            other = _limit_at(text, tokens, at, limit.next)
            joined = other and join(tokens, limit, with_others(text, tokens, other))
            return joined or limit
    return limit


def _with_subjects(
    text: str, tokens: Sequence[Token], limit: Limit, floor: int, last: _Comparison | None
) -> tuple[Limit, tuple[TextSpan, ...]]:
    if limit.is_time or limit.is_age or not _has_unit(limit):
        span = age_subject(tokens, limit, floor)
        if span is not None:
            doubt = limit.doubt or ("" if limit.has_operator else "no operator is printed")
            if [token.low for token in tokens[limit.next : limit.next + 3 : 2]] in (["and", "days"], ["and", "day"]):
                doubt = doubt or "a length in two units is read in part"
            return replace(limit, doubt=doubt), (span,)
    if not limit.is_time and limit.bounds[0].amount.unit == "m":
        return _without_metres(tokens, limit, floor) or _with_measured(tokens, limit, floor, last)
    if limit.is_time:
        span = time_subject(tokens, limit, floor)
        if span is None and last is not None and last.limit.is_time and is_continued(tokens, last.limit, limit):
            return limit, last.subjects if limit.has_operator and not limit.is_age else ()
        return limit, (span,) if span is not None and limit.has_operator else ()
    turned = _read_mirrored(text, tokens, limit)
    if turned is not None:
        return turned
    if not limit.has_operator or _is_choice(tokens, limit):
        return limit, ()
    return _with_measured(tokens, limit, floor, last)


def _without_metres(tokens: Sequence[Token], limit: Limit, floor: int) -> tuple[Limit, tuple[TextSpan, ...]] | None:
    """ "Age < 1m": an age is in no metres; the m stays as printed, for a person to read."""
    phrase = phrase_before(tokens, limit.first, floor)
    if phrase is None or not any(tokens[at].low in AGE_NOUNS for at in range(phrase.first, phrase.end)):
        return None
    bounds = tuple(replace(bound, amount=replace(bound.amount, unit=None)) for bound in limit.bounds)
    return replace(limit, bounds=bounds, doubt="the unit 'm' of an age is not understood"), (span_of(tokens, phrase),)


def _with_measured(
    tokens: Sequence[Token], limit: Limit, floor: int, last: _Comparison | None
) -> tuple[Limit, tuple[TextSpan, ...]]:
    before = phrases_before(tokens, limit.first, floor)
    named = _named_after(tokens, limit, before)
    if named is not None:
        return limit, (span_of(tokens, named),)
    after = None if limit.pair else phrase_after(tokens, limit.next)
    is_scale = bool(before) and not SCALES.isdisjoint(tokens[at].low for at in range(before[0].first, before[0].end))
    if _is_existence(limit) and not is_scale:
        return limit, ()
    if after and before and _is_bracketed(tokens, limit) and not is_known_measure(tokens, before[0]):
        return limit, (span_of(tokens, after),)
    if before and not (after and not is_scale and _is_counted(tokens, limit, after.end)):
        if limit.is_range and not limit.is_order_printed and not _is_plausible_range(tokens, limit, before):
            return limit, ()
        return limit, tuple(span_of(tokens, phrase) for phrase in reversed(before))
    is_counted = after is not None and _is_counted(tokens, limit, after.end)
    if last is not None and not is_counted and is_continued(tokens, last.limit, limit) and _is_alike(last.limit, limit):
        return limit, last.subjects
    if after is not None and (limit.is_order_printed or not limit.is_range):
        return limit, (span_of(tokens, after),)
    if not _has_unit(limit) or (limit.is_range and not limit.is_order_printed):
        return limit, ()
    return replace(limit, doubt=limit.doubt or "what is compared was not found"), ((limit.start, limit.start),)


def _is_bracketed(tokens: Sequence[Token], limit: Limit) -> bool:
    """ "narrowed arteries (> 50% stenosis)": the bracket says for itself what is measured."""
    return _has_unit(limit) and limit.first > 0 and tokens[limit.first - 1].low in "(["


def _named_after(tokens: Sequence[Token], limit: Limit, before: Sequence[Phrase]) -> Phrase | None:
    """What is named after the limit and says more than the words before it: "in diameter", "on the scale"."""
    if _has_unit(limit):
        dimension = dimension_after(tokens, limit.next)
        if dimension is not None and not (before and is_known_measure(tokens, before[0])):
            return dimension
        is_share = limit.bounds[-1].amount.unit == "%" and limit.next < len(tokens) and tokens[limit.next].low == "of"
        is_share = is_share and not any(token.low in _REFERENCES for token in tokens[limit.next : limit.next + 3])
        if is_share and not (before and is_known_measure(tokens, before[0])):
            return phrase_after(tokens, limit.next)
        return None
    if before and not is_generic(tokens, before[0]):
        return None
    scale = scale_after(tokens, limit.next)
    return scale if scale is not None and (before or is_known_measure(tokens, scale)) else None


def _is_choice(tokens: Sequence[Token], limit: Limit) -> bool:
    """ "at least two of the following": how many parts must hold, not what is measured."""
    at = limit.next
    if _has_unit(limit) or at + 1 >= len(tokens) or tokens[at].low not in ("of", "from"):
        return False
    return tokens[at + 1].low in ("the", "these", "following", "them", "those", "which", "his", "her", "their", "all")


def _is_existence(limit: Limit) -> bool:
    """ "at least one lesion" says that there is one; nothing is measured."""
    bound = limit.bounds[0]
    return bound.amount.value == 1 and bound.operator is Operator.GE and not bound.amount.spelling


def _is_counted(tokens: Sequence[Token], limit: Limit, end: int) -> bool:
    """Whether a bare number counts what follows ("bleeding in > 2 segments"), though words stand before it."""
    if _has_unit(limit):
        return False
    is_plural = tokens[end - 1].low.endswith("s")
    return is_plural and not any(tokens[at].kind is TokenKind.SIGN for at in range(limit.first, limit.next))


def _is_alike(last: Limit, limit: Limit) -> bool:
    one, two = last.bounds[0].amount, limit.bounds[0].amount
    return (one.unit, one.relative) == (two.unit, two.relative) and not last.is_time


def _is_plausible_range(tokens: Sequence[Token], limit: Limit, before: Sequence[Phrase]) -> bool:
    """Without a sign or word of order a range is taken only for known measurements or laboratory units."""
    units = {bound.amount.unit for bound in limit.bounds}
    if any(unit is not None and _LAB_UNIT.fullmatch(unit) for unit in units):
        return True
    return any(is_known_measure(tokens, phrase) for phrase in before)


def _read_mirrored(text: str, tokens: Sequence[Token], limit: Limit) -> tuple[Limit, tuple[TextSpan, ...]] | None:
    """ "18 < BMI": the number stands first, the order after it, then what is measured, and perhaps a second limit."""
    if limit.has_operator or limit.next + 1 >= len(tokens) or tokens[limit.next].kind is not TokenKind.SIGN:
        return None
    operator = read_sign(tokens[limit.next].low)
    phrase = phrase_after(tokens, limit.next + 1)
    if operator is None or operator is Operator.EQ or phrase is None or phrase.first != limit.next + 1:
        return None
    bounds = tuple(mirrored(replace(bound, operator=operator)) for bound in limit.bounds)
    end = tokens[limit.next].end
    turned = replace(limit, bounds=bounds, has_operator=True, next=phrase.end, end=end, is_order_printed=True)
    return _with_second_side(text, tokens, turned), (span_of(tokens, phrase),)


def _has_unit(limit: Limit) -> bool:
    return any(bound.amount.spelling for bound in limit.bounds)


def _mentions(text: str, tokens: Sequence[Token], comparison: _Comparison) -> list[ComparisonMention]:
    limit = comparison.limit
    is_negated = limit.is_denied or _is_denied_before(tokens, comparison.subjects[0], limit)
    following = tokens[limit.next : limit.next + 2]
    part = next((_PARTS[token.low] for token in following if token.low in _PARTS), None)
    span = (limit.start, limit.end)
    made = [
        ComparisonMention(span, subject, limit.bounds, limit.is_outside, is_negated, limit.doubt, part)
        for subject in comparison.subjects
    ]
    if limit.pair is None:
        return made
    subject = text[made[0].subject[0] : made[0].subject[1]]
    if limit.pair.unit != "mm[Hg]" and not _PRESSURE.search(subject):
        return []
    second = replace(limit.bounds[0], amount=limit.pair)
    return [
        replace(made[0], part=PressurePart.SYSTOLIC),
        replace(made[0], bounds=(second,), part=PressurePart.DIASTOLIC),
    ]


def _is_denied_before(tokens: Sequence[Token], subject: TextSpan, limit: Limit) -> bool:
    """Whether "no", "without" or the like stands right before the subject: "no bilirubin > 2"."""
    at = farthest = limit.first
    while at > max(0, farthest - _LONGEST_SUBJECT) and tokens[at - 1].start >= subject[0]:
        at -= 1
    at -= 1
    while at >= 0 and tokens[at].low in AFTER_NEGATION:
        at -= 1
    return at >= 0 and tokens[at].low in _NEGATIONS
