"""Limits of time that are measured, not windows: ages, gestational ages, expectations of life.

Decides whether a length of time, or a bare number, is an age, and where the words for it stand. Leaves every other
length of time to the finder of windows.
"""

import re
from collections.abc import Sequence

from equipoise.authoring.freetext.comparisons.limits import Limit, is_number
from equipoise.authoring.freetext.comparisons.subject_words import (
    ADULTS,
    AGE_WORDS,
    DURATIONS,
    FILLERS,
    NOT_THINGS,
    PEOPLE,
    POINTS_IN_TIME,
    STOPS,
    TIME_MEASURES,
)
from equipoise.authoring.freetext.comparisons.subjects import phrases_before, span_of
from equipoise.authoring.freetext.comparisons.tokens import Token, TokenKind
from equipoise.authoring.freetext.mentions import TextSpan

_AGE = re.compile(
    r"\b(?:age[sd]?|aging|old|older|younger|years?|yrs?|yr?|y\.?/?o|months?|weeks?|days?|wks?|mos?)\b|\by\.?/?o\b",
    re.IGNORECASE,
)
_GESTATION = re.compile(r"gestation|\bGA\b|pregnan|amenorrh", re.IGNORECASE)
_GESTATION_WORDS = frozenset(
    ("gestation", "gestational", "ga", "pregnancy", "amenorrhea", "amenorrhoea", "pregnant", "postmenstrual")
)
_BEFORE_GESTATION = frozenset(("of", "'", "’", "'s", "completed", "s", "(", "full"))
AGE_NOUNS = frozenset(("age", "aged", "ages", "aging"))
_BREAKS = frozenset(
    (";", ".", "?", "!", "history", "since", "within", "prior", "before", "ago", "last", "past", "for", "duration")
)
_ADULT = 16
_BEFORE_AN_AGE = frozenset(("who", "are", "is", "of", ":", "that", "with", "an", "be", "must", "(", ",", "should"))
_AFTER_AN_AGE = frozenset(("", ",", ";", ".", ")", "(", "and", "or", "with", "inclusive"))
_FAR = 9
_CLAUSE = 60


def is_age_span(text: str, span: TextSpan) -> bool:
    """Whether the words of a subject mean the age of the person, not that of a pregnancy."""
    words = text[span[0] : span[1]]
    return bool(_AGE.search(words)) and not _GESTATION.search(words)


def age_subject(tokens: Sequence[Token], limit: Limit, floor: int) -> TextSpan | None:
    """Where the words that make a limit an age stand; None when it is none."""
    if limit.pair is not None or (not limit.is_time and any(bound.amount.spelling for bound in limit.bounds)):
        return None
    gestation = _gestation(tokens, limit, floor)
    if gestation is not None:
        return gestation
    noun = _age_noun_before(tokens, limit.first, floor)
    if noun is not None:
        return noun
    if limit.tail is not None and not limit.has_operator and _is_a_time(tokens, limit, floor):
        return None
    if limit.tail is not None:
        first = limit.tail[0]
        while (
            first > limit.number
            and tokens[first - 1].end > limit.start
            and tokens[first - 1].kind is not TokenKind.NUMBER
        ):
            first -= 1
            if tokens[first].kind is TokenKind.WORD:
                break
        return tokens[first].start, tokens[limit.tail[1] - 1].end
    if limit.next < len(tokens) and tokens[limit.next].low in AGE_NOUNS and limit.has_operator:
        return tokens[limit.next].start, tokens[limit.next].end
    if limit.is_age and limit.tail is None and _is_age_of_a_thing(tokens, limit.first, floor):
        return None
    if limit.is_age or (limit.is_time and _stands_for_an_age(tokens, limit, floor)):
        return _own_words(tokens, limit)
    return None


def _is_age_of_a_thing(tokens: Sequence[Token], end: int, floor: int) -> bool:
    """ "ulcers older than 1 year": a noun stands right before, and no person in the clause."""
    if end <= floor or tokens[end - 1].kind is not TokenKind.WORD:
        return False
    low = tokens[end - 1].low
    is_noun = low not in FILLERS and low not in STOPS and low not in ADULTS
    return is_noun and not any(token.low in PEOPLE for token in tokens[max(floor, end - _CLAUSE) : end])


def _age_noun_before(tokens: Sequence[Token], end: int, floor: int) -> TextSpan | None:
    """ "Age", "aged" shortly before, with nothing between that takes it away: "aged", "ages eligible: adults from"."""
    for at in range(end - 1, max(floor, end - _FAR) - 1, -1):
        token = tokens[at]
        if token.low in AGE_NOUNS and not _is_other_age(tokens, at):
            return token.start, token.end
        if token.kind in (TokenKind.NUMBER, TokenKind.SIGN) or token.low in _BREAKS:
            return None
    return None


def _is_other_age(tokens: Sequence[Token], at: int) -> bool:
    """ "age of onset", "bone age", "middle-aged"; these are not the age of the person."""
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    after = tokens[at + 2].low if at + 2 < len(tokens) else ""
    before = tokens[at - 1].low if at else ""
    is_at_an_event = following == "at" and after in ("onset", "diagnosis", "menarche", "symptom")
    return (
        before in ("bone", "maternal", "paternal")
        or is_at_an_event
        or (following == "of" and _is_thing(tokens, at + 2))
    )


def _is_thing(tokens: Sequence[Token], at: int) -> bool:
    """Whether a noun that is no person stands at an index: "age of onset", "age of the lesion"."""
    if at < len(tokens) and tokens[at].low == "the":
        at += 1
    if at >= len(tokens) or tokens[at].kind is not TokenKind.WORD or is_number(tokens[at]):
        return False
    low = tokens[at].low
    return not any(low in words for words in (STOPS, FILLERS, PEOPLE, ADULTS, NOT_THINGS))


def _gestation(tokens: Sequence[Token], limit: Limit, floor: int) -> TextSpan | None:
    """Where the words stand that make a length of time one of a pregnancy."""
    if not limit.is_time or not limit.has_operator:
        return None
    following = limit.tail[0] if limit.tail else limit.next
    while following < len(tokens) and tokens[following].low in _BEFORE_GESTATION:
        following += 1
    if following < len(tokens) and tokens[following].low in _GESTATION_WORDS:
        return _with_age(tokens, following)
    for at in range(limit.first - 1, max(floor, limit.first - 6) - 1, -1):
        token = tokens[at]
        if token.low in _GESTATION_WORDS:
            return _with_age(tokens, at)
        is_break = token.low in _BREAKS or token.low in ("in", "the")
        if is_break or (token.kind is not TokenKind.WORD and token.low not in (":", "(", ")", "-")):
            return None
    return None


def _with_age(tokens: Sequence[Token], at: int) -> TextSpan:
    end = at + 1 if at + 1 < len(tokens) and tokens[at + 1].low == "age" else at
    return tokens[at].start, tokens[end].end


def _is_a_time(tokens: Sequence[Token], limit: Limit, floor: int) -> bool:
    """ "at 6 months of age", "in the first two weeks of life": a time, not a limit."""
    return limit.first > floor and tokens[limit.first - 1].low in POINTS_IN_TIME


def _stands_for_an_age(tokens: Sequence[Token], limit: Limit, floor: int) -> bool:
    """People right before it ("patients < 18 years"), or a range of years that is the whole clause."""
    if limit.bounds[-1].amount.unit != "a":
        return False
    is_adult_range = limit.is_range and limit.bounds[-1].amount.value >= _ADULT
    if is_adult_range and any(tokens[at].low in PEOPLE for at in range(max(0, limit.first - _CLAUSE), limit.first)):
        return not any(tokens[at].low in DURATIONS for at in range(max(floor, limit.first - 6), limit.first))
    before = limit.first - 1
    while before >= floor and tokens[before].low in _BEFORE_AN_AGE:
        before -= 1
    if before >= floor and (tokens[before].low in PEOPLE or tokens[before].low in ADULTS):
        return limit.has_operator
    is_at_start = before < floor or tokens[before].low in (";", ".")
    following = tokens[limit.next].low if limit.next < len(tokens) else ""
    return is_at_start and limit.has_operator and (following in _AFTER_AN_AGE or following in PEOPLE)


def _own_words(tokens: Sequence[Token], limit: Limit) -> TextSpan:
    """The unit of the age, or the word of order that only an age has ("older than 18")."""
    words = [tokens[at] for at in range(limit.first, limit.next) if tokens[at].kind is TokenKind.WORD]
    for token in reversed(words):
        if _AGE.fullmatch(token.low) and token.low not in ("older", "younger", "old"):
            return token.start, token.end
    for token in words:
        if token.low in AGE_WORDS:
            return token.start, token.end
    return limit.start, limit.end


def time_subject(tokens: Sequence[Token], limit: Limit, floor: int) -> TextSpan | None:
    """Where "life expectancy" and its like stand, whose value is a length of time; None when it is another time."""
    end = limit.first
    while end > floor and tokens[end - 1].low in ("to", "is", "of", "estimated", "greater", ":"):
        end -= 1
    for phrase in phrases_before(tokens, end, floor)[:1]:
        words = [tokens[at].low for at in range(phrase.first, phrase.end)]
        if any(word in TIME_MEASURES for word in words):
            return span_of(tokens, phrase)
    return None
