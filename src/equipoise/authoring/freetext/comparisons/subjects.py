"""What a comparison is about: the words for the measured thing, before the operator or after the amount.

Decides where the noun phrase begins and ends. Leaves to others which concept it names. When no phrase can be told,
there is none: the finder then says that the subject was not found.
"""

from collections.abc import Sequence
from typing import NamedTuple

from equipoise.authoring.freetext.comparisons.numbers import NUMBER_WORDS
from equipoise.authoring.freetext.comparisons.subject_words import (
    AFTER_NUMBERS,
    ARTICLES,
    BEFORE_NUMBERS,
    CHANGES,
    CONTEXTS,
    DEFINING,
    DIMENSIONS,
    EMPTY_HEADS,
    FILLERS,
    GENERIC,
    GERUNDS_KEPT,
    MEASURES,
    MODIFIER_PREPOSITIONS,
    NO_THINGS,
    NOT_MEASURED,
    PARTICIPLES_KEPT,
    PEOPLE,
    QUALIFIERS,
    RATIO_PARTS,
    STOPS,
)
from equipoise.authoring.freetext.comparisons.tokens import Token, TokenKind
from equipoise.authoring.freetext.mentions import TextSpan

_TWO_NAMES = frozenset((("hoehn", "yahr"), ("kellgren", "lawrence"), ("hunt", "hess")))
"""Names of scales that are joined by "and", where two measurements would share a limit."""

_ENZYMES = ("transferase", "kinase", "phosphatase", "dehydrogenase", "lipase", "amylase", "transaminase", "esterase")
_LONGEST = 9
_LONGEST_BRACKET = 8
_OPENING = {")": "(", "]": "["}


class Phrase(NamedTuple):
    """A noun phrase by the indices of its first token and the one after its last."""

    first: int
    end: int


def span_of(tokens: Sequence[Token], phrase: Phrase) -> TextSpan:
    """Where a phrase stands in the text."""
    return tokens[phrase.first].start, tokens[phrase.end - 1].end


def phrases_before(tokens: Sequence[Token], end: int, floor: int) -> list[Phrase]:
    """
    The phrases for what is measured, which end before the token at index `end`: the nearest first.

    More than one when they share the comparison ("AST or ALT > 3 x ULN"). Tokens before `floor` are spoken for.
    """
    at = _skip_back(tokens, end, floor)
    nearest = _phrase_ending(tokens, at, floor)
    if nearest is None:
        return []
    words = {tokens[place].low for place in range(nearest.first, nearest.end)}
    if not is_measurable(tokens, nearest) and words.isdisjoint(CONTEXTS):
        return []
    for _ in range(3):
        earlier = _before_modifier(tokens, nearest, floor)
        if earlier is None:
            break
        nearest = earlier
    is_verb = nearest.end - nearest.first == 1 and nearest.first > floor and tokens[nearest.first - 1].low == "to"
    if not is_measurable(tokens, nearest) or (is_verb and not is_known_measure(tokens, nearest)):
        return []
    return [nearest, *_sharing(tokens, nearest, floor)]


def phrase_before(tokens: Sequence[Token], end: int, floor: int) -> Phrase | None:
    """The noun phrase right before the token at index `end`, whatever it is."""
    return _phrase_ending(tokens, _skip_back(tokens, end, floor), floor)


def is_measurable(tokens: Sequence[Token], phrase: Phrase) -> bool:
    """Whether a phrase can be what is measured: not people, not "history", not only small words."""
    words = [tokens[at].low for at in range(phrase.first, phrase.end) if tokens[at].kind is TokenKind.WORD]
    if not words:
        return False
    head = words[-1] if "of" not in words else words[words.index("of") - 1]
    if (head == "history" and "smoking" in words) or "pack" in words:
        return True
    return any(word not in NOT_MEASURED and word not in PEOPLE for word in words) and head not in NOT_MEASURED


def is_known_measure(tokens: Sequence[Token], phrase: Phrase) -> bool:
    """Whether a phrase surely names a measurement: it has a word of one, or is an abbreviation."""
    return any(_is_measure_word(tokens[at]) for at in range(phrase.first, phrase.end))


def _is_measure_word(token: Token) -> bool:
    return token.kind is TokenKind.WORD and (
        token.low in MEASURES or token.low.endswith(_ENZYMES) or token.low.rstrip("s") in MEASURES
    )


def _skip_back(tokens: Sequence[Token], end: int, floor: int) -> int:
    """Index after the last token that is not filling: "is", "of", ":", "should be"."""
    at = end
    while at > floor:
        low = tokens[at - 1].low
        is_to_be = low == "to" and at < len(tokens) and tokens[at].low == "be"
        is_by = low == "by" and at == end and at - 2 >= floor  # "decrease in size by 30 %"
        if low not in FILLERS and not is_to_be and not is_by:
            return at
        at -= 1
    return at


def _phrase_ending(tokens: Sequence[Token], end: int, floor: int) -> Phrase | None:
    """The noun phrase whose last token stands right before index `end`; a bracket after its head belongs to it."""
    at = end
    last = -1
    for _ in range(_LONGEST):
        if at <= floor:
            break
        token = tokens[at - 1]
        if token.low in _OPENING:
            opening = _opening_of(tokens, at - 1, floor)
            if opening is None:
                break
            is_after_a_word = opening > floor and tokens[opening - 1].low not in STOPS
            if last >= 0 and not (is_after_a_word and tokens[opening - 1].kind is TokenKind.WORD):
                break  # a bracket that belongs to nothing before it: "(2) body mass index"
            if last < 0 and at - opening <= _LONGEST_BRACKET:  # a longer one explains, and is no name
                last = at
            at = opening
            if at - 1 > floor and tokens[at - 1].low == "," and tokens[at - 2].kind is TokenKind.WORD:
                at -= 1
            continue
        if not _continues(tokens, at - 1, floor, last):
            break
        last = at if last < 0 else last
        at -= 1
    if last < 0:
        return None
    return _trim(tokens, at, last)


def _opening_of(tokens: Sequence[Token], closing: int, floor: int) -> int | None:
    depth = 0
    for at in range(closing, max(floor, closing - 25) - 1, -1):
        low = tokens[at].low
        depth += (low in ")]") - (low in "([")
        if depth == 0:
            return at
        if tokens[at].kind is TokenKind.SIGN:
            return None
    return None


def _continues(tokens: Sequence[Token], at: int, floor: int, last: int) -> bool:
    """Whether the token belongs to the noun phrase that is read from its end."""
    token = tokens[at]
    if token.kind is TokenKind.WORD:
        word = token.low
        if word == "of":
            return (
                last >= 0 and at > floor and tokens[at - 1].kind is TokenKind.WORD and tokens[at - 1].low not in STOPS
            )
        if word == "and":
            return last >= 0 and at > floor and (tokens[at - 1].low, tokens[at + 1].low) in _TWO_NAMES
        if word in NUMBER_WORDS and last >= 0:
            return False
        if word in STOPS or word in FILLERS or (word.endswith("ing") and word not in GERUNDS_KEPT):
            return False
        is_participle = word.endswith("ed") and word not in PARTICIPLES_KEPT and len(word) > 4
        return not is_participle or (at > floor and last >= 0 and tokens[at - 1].low in ("the", "a", "an"))
    if token.kind is TokenKind.NUMBER:
        return _is_number_in_name(tokens, at, floor, last)
    if token.low == "/":
        return _is_ratio(tokens, at, floor, last)
    if token.low in "-–*'’.%":
        # Marks inside a name stand between two tokens without blanks, at least on one side.
        if last < 0 or at <= floor or at + 1 >= len(tokens):
            return token.low == "*" and at > floor and tokens[at - 1].end == token.start
        is_tight = tokens[at - 1].end == token.start and token.end == tokens[at + 1].start
        is_before_interval = token.low == "-" and tokens[at + 1].low == "interval"  # "QTc - interval"
        return is_tight or is_before_interval
    return False


def _is_ratio(tokens: Sequence[Token], at: int, floor: int, last: int) -> bool:
    """ "albumin/creatinine ratio", "FEV1/FVC": one measurement, where "AST/ALT" is two."""
    if last < 0 or at <= floor or at + 1 >= last + 1:
        return False
    is_named = any(tokens[place].low in ("ratio", "quotient") for place in range(at + 1, last))
    return is_named or (tokens[at - 1].low in RATIO_PARTS and tokens[at + 1].low in RATIO_PARTS)


def _is_number_in_name(tokens: Sequence[Token], at: int, floor: int, last: int) -> bool:
    """ "CA 19-9", "6-minute walk", "2 hour glucose", "25-OH vitamin D", "visit 1"; not a limit."""
    if at > floor and tokens[at - 1].low in BEFORE_NUMBERS:
        return True
    return last >= 0 and at + 1 < len(tokens) and tokens[at + 1].low in AFTER_NUMBERS


def _trim(tokens: Sequence[Token], first: int, end: int) -> Phrase | None:
    while first < end and (tokens[first].low in ARTICLES or _is_loose_mark(tokens[first])):
        first += 1
    while first < end and tokens[end - 1].low in ARTICLES:
        end -= 1
    if first >= end or tokens[first].low in "([":
        return None
    if first + 2 < end and tokens[first + 1].low == "of" and tokens[first].low in EMPTY_HEADS:
        return _trim(tokens, first + 2, end)
    return Phrase(first, end)


def _is_loose_mark(token: Token) -> bool:
    return token.kind is TokenKind.MARK and token.low not in "(["


def _before_modifier(tokens: Sequence[Token], phrase: Phrase, floor: int) -> Phrase | None:
    """The phrase that `phrase` only qualifies: "BMI" in "BMI at screening", "LVEF" in "LVEF by echocardiography"."""
    at = phrase.first - 1
    while at > floor and tokens[at].low in ARTICLES:
        at -= 1
    if at <= floor or tokens[at].low not in MODIFIER_PREPOSITIONS:
        return None
    words = {tokens[place].low for place in range(phrase.first, phrase.end)}
    is_method = tokens[at].low in ("by", "using", "via", "per", "according", "to")
    if tokens[at].low == "to" and tokens[at - 1].low != "according":
        return None
    if is_method and tokens[at - 1].low in DEFINING:
        return None  # "diabetes defined by a glucose > 200": the glucose is measured
    before = at
    while before > floor and _leads_to_a_method(tokens[before - 1]):
        before -= 1
    earlier = _phrase_ending(tokens, before, floor)
    if earlier is None or not is_measurable(tokens, earlier):
        return None
    is_change = tokens[earlier.end - 1].low in CHANGES and tokens[at].low in ("in", "of", "from", "for")
    if is_change:
        return Phrase(earlier.first, phrase.end)
    is_known = is_known_measure(tokens, phrase)
    if words & CONTEXTS or (is_method and not (is_known and not is_known_measure(tokens, earlier))):
        return earlier
    return earlier if is_known_measure(tokens, earlier) and not is_known else None


def _leads_to_a_method(token: Token) -> bool:
    """ "as measured by", "(calculated by", "according to"."""
    is_participle = token.kind is TokenKind.WORD and token.low.endswith("ed") and len(token.low) > 5
    return is_participle or token.low in ("as", "according", ",", "(")


def _sharing(tokens: Sequence[Token], nearest: Phrase, floor: int) -> list[Phrase]:
    """Earlier phrases that share the comparison; only sure ones: both sides are known measurements."""
    found: list[Phrase] = []
    current = nearest
    while is_known_measure(tokens, current):
        at = current.first
        joints = 0
        while at > floor and (
            tokens[at - 1].low in ("and", "or", "and/or", ",", "/", "both", "either", "the") or joints < 0
        ):
            joints += tokens[at - 1].low != "the"
            at -= 1
        if not joints:
            break
        earlier = _phrase_ending(tokens, at, floor)
        if earlier is None or not is_known_measure(tokens, earlier) or not is_measurable(tokens, earlier):
            break
        found.append(earlier)
        current = earlier
    return found


def phrase_after(tokens: Sequence[Token], start: int) -> Phrase | None:
    """
    The thing counted or measured after its amount: "3 prior regimens", "3 cm in diameter", "50% stenosis".

    None when nothing certain follows.
    """
    at = start
    while at < len(tokens) and tokens[at].low in ("of", "in", "the", "a", "an", "his", "her", "their", "for"):
        at += 1
    if at > start and tokens[start].low in ("in", "for") and (at >= len(tokens) or tokens[at].low not in DIMENSIONS):
        at_dimension = next(
            (place for place in range(at, min(at + 3, len(tokens))) if tokens[place].low in DIMENSIONS), None
        )
        return None if at_dimension is None else Phrase(at, at_dimension + 1)
    first = at
    while at < len(tokens) and at - first < 5 and tokens[at].kind is TokenKind.WORD:
        if at == first and tokens[at].low == "adult":
            at += 1
            continue
        if (tokens[at].low in STOPS or tokens[at].low in FILLERS) and tokens[at].low not in ("prior", "either"):
            break
        at += 1
    if at == first or tokens[first].low in NO_THINGS:
        return None
    phrase = Phrase(first, at)
    return phrase if is_measurable(tokens, phrase) else None


def is_generic(tokens: Sequence[Token], phrase: Phrase) -> bool:
    """Whether the phrase says nothing alone: "score", "severity"."""
    words = [tokens[at].low for at in range(phrase.first, phrase.end)]
    return words[-1] in GENERIC and all(word in GENERIC or word in QUALIFIERS for word in words)


def scale_after(tokens: Sequence[Token], start: int) -> Phrase | None:
    """The scale named after its score: "on the Epworth scale"."""
    if start >= len(tokens) or tokens[start].low not in ("on", "in", "for", "of", "according", "by", "using"):
        return None
    at = start + 1
    while at < len(tokens) and tokens[at].low in ("the", "a", "to", "an", "their"):
        at += 1
    end = at
    while end < len(tokens) and end - at < _LONGEST and _belongs_to_a_name(tokens[end]):
        end += 1
    return Phrase(at, end) if end > at else None


def _belongs_to_a_name(token: Token) -> bool:
    return token.kind is TokenKind.WORD and token.low not in STOPS and token.low not in FILLERS


def dimension_after(tokens: Sequence[Token], start: int) -> Phrase | None:
    """ "in diameter", "in size", "(longest diameter)" after a length."""
    if start + 1 >= len(tokens) or tokens[start].low not in ("in", "(", "of"):
        return None
    end = start + 1
    while end < len(tokens) and end - start < 4 and tokens[end].kind is TokenKind.WORD:
        if tokens[end].low in DIMENSIONS:
            return _trim(tokens, start + 1, end + 1)
        end += 1
    return None
