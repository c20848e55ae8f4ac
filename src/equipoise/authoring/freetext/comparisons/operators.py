"""Comparison signs and words, before a number ("at least", "</=", "no more than") and after it ("or older").

Decides which order a stretch of tokens means. Leaves to others what is compared, and with what.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from equipoise.authoring.freetext.comparisons.tokens import Token, TokenKind
from equipoise.criteria.nodes import Operator

LT, LE, GT, GE, EQ = Operator.LT, Operator.LE, Operator.GT, Operator.GE, Operator.EQ
_INCLUSIVE = {LT: LE, GT: GE}
_OPPOSITE = {LT: GE, LE: GT, GT: LE, GE: LT}
MIRRORED = {LT: GT, LE: GE, GT: LT, GE: LE, EQ: EQ}
"""The order seen from the other side: `18 < age` is `age > 18`."""

_LESS = ("less", "lower", "fewer", "smaller", "younger", "shorter", "lesser", "minor", "lighter")
_MORE = ("greater", "more", "higher", "larger", "bigger", "older", "longer", "major", "heavier")
_PLAIN: Mapping[Operator, tuple[str, ...]] = {
    LT: ("below", "under", "inferior to", "less", "beneath"),
    LE: (
        "at most", "at the most", "up to", "maximum", "max", "maximum of", "max of", "maximal", "maximally",
        "not exceeding", "not exceed", "not to exceed", "not exceeds", "cannot exceed", "does not exceed",
        "without exceeding", "at or below", "at or under", "at or less than", "at maximum", "upper limit of",
        "no later than", "equal to or below",
    ),
    GT: (
        "above", "over", "exceeding", "exceeds", "exceed", "exceeded", "in excess of", "superior to", "beyond",
        "greater", "surpassing",
    ),
    GE: (
        "at least", "atleast", "at the least", "minimum", "min", "minimum of", "min of", "minimal", "at minimum",
        "at a minimum", "at or above", "at or over", "at or greater than", "at or more than", "at or higher than",
        "not below", "lower limit of", "starting from", "starting at", "equal to or above", "from at least",
    ),
    EQ: ("equal to", "equals", "equal", "exactly", "precisely"),
}  # fmt: skip
_AFTER_MORE = (
    "older", "above", "more", "greater", "higher", "over", "up", "larger", "longer", "upwards", "upward", "beyond",
    "worse", "heavier", "elder", "onwards",
)  # fmt: skip
_AFTER_LESS = (
    "less",
    "lower",
    "below",
    "younger",
    "under",
    "fewer",
    "smaller",
    "shorter",
    "lighter",
    "down",
    "earlier",
)
_EQUAL_WORDS = (
    "/ equal to",
    "/ equals to",
    "/ equal",
    "or equal to",
    "or equals to",
    "or equal",
    "or equals",
    "or equal than",
    "or equal with",
    "or the same as",
)
_BEFORE_EQUAL = ("equal to and", "equal to or", "equal or", "equals or", "equal to/or")
_EQUAL = ("equal", "equals")
_DOUBLED_SIGNS = frozenset({"<", "<=", ">", ">=", "=<", "=>", "≤", "≥", "="})


class Reading(NamedTuple):
    """An operator, the index of its first token, and whether it stands in words, not in a sign."""

    operator: Operator
    first: int
    is_word: bool
    is_denied: bool = False


def _phrases() -> dict[str, Operator]:
    """Every phrase of words that stands before a number."""
    table = {phrase: operator for operator, phrases in _PLAIN.items() for phrase in phrases}
    for operator, comparatives in ((LT, _LESS), (GT, _MORE)):
        inclusive = _INCLUSIVE[operator]
        for word in comparatives:
            for than in ("than", "then", "that"):
                table[f"{word} {than}"] = operator
                table |= {f"{no} {word} {than}": _OPPOSITE[operator] for no in ("no", "not", "never")}
                table |= {f"{equal} {word} {than}": inclusive for equal in _BEFORE_EQUAL}
            table |= {f"{equal} {word}": inclusive for equal in _BEFORE_EQUAL}
            table |= {f"{word} than {equal}": inclusive for equal in ("equal to", "equals to", "equal")}
            table |= {f"{word}{than} {equal}": inclusive for equal in _EQUAL_WORDS for than in ("", " than", " then")}
    sides = (("above", GE), ("over", GE), ("superior to", GE), ("below", LE), ("under", LE), ("inferior to", LE))
    for side, operator in sides:
        table |= {f"{equal} {side}": operator for equal in (*_BEFORE_EQUAL, "at /", "at or")}
        table |= {f"{side} {equal}": operator for equal in _EQUAL_WORDS}
    return table


@dataclass
class _Node:
    """A word of the phrases read from their ends: the operator when a phrase begins here, and the words before it."""

    operator: Operator | None = None
    before: dict[str, "_Node"] = field(default_factory=dict)


def _tree(phrases: Mapping[str, Operator]) -> _Node:
    root = _Node()
    for phrase, operator in phrases.items():
        node = root
        for word in reversed(phrase.split()):
            node = node.before.setdefault(word, _Node())
        node.operator = operator
    return root


_BEFORE = _tree(_phrases())
_AFTER = dict.fromkeys(_AFTER_MORE, GE) | dict.fromkeys(_AFTER_LESS, LE)
_AFTER_ALONE = {"minimum": GE, "minimally": GE, "maximum": LE, "plus": GE, "upwards": GE}


def read_sign(sign: str) -> Operator | None:
    """The order a printed sign means; None for one that means none ("<>", "><")."""
    text = sign.replace("&lt;", "<").replace("&gt;", ">").replace("&le;", "≤").replace("&ge;", "≥")
    is_less = any(mark in text for mark in "<＜≤≦⩽≯£")
    is_more = any(mark in text for mark in ">＞≥≧⩾≮³")
    has_equal = any(mark in text for mark in "=＝_≤≥≦≧⩽⩾≮≯³£")
    if is_less and is_more:
        return None
    if not is_less and not is_more:
        return EQ
    if is_less:
        return LE if has_equal else LT
    return GE if has_equal else GT


def read_before(tokens: Sequence[Token], end: int, floor: int) -> Reading | None:
    """
    The operator whose last token stands right before index `end`; tokens before `floor` are spoken for.

    An operator said twice ("less than (<)", "greater than or equal to (>=)") is one.
    """
    at = end - 1
    if at < floor:
        return None
    if (
        tokens[at].low in ")]"
        and at - 2 >= floor
        and tokens[at - 2].low in "(["
        and tokens[at - 1].low in _DOUBLED_SIGNS
    ):
        said = read_before(tokens, at - 2, floor)
        return said
    if tokens[at].kind is TokenKind.SIGN:
        return _with_sign(tokens, at, floor)
    if tokens[at].low == "to" and at > floor and tokens[at - 1].kind is TokenKind.SIGN:  # "> or = to 8"
        return _with_sign(tokens, at - 1, floor)
    return _in_words(tokens, at, floor)


def _with_sign(tokens: Sequence[Token], at: int, floor: int) -> Reading | None:
    operator = read_sign(tokens[at].low)
    if operator is None:
        return None
    if operator is EQ and at > floor:  # "less than or = 5", "not = 5" and the like: the words carry the order
        said = _in_words(tokens, at - 1, floor)
        if tokens[at - 1].low == "or" and at - 1 > floor:
            said = _in_words(tokens, at - 2, floor)
        if said is not None and said.operator is not EQ:
            return Reading(_INCLUSIVE.get(said.operator, said.operator), said.first, is_word=True)
    elif at > floor:  # "less than < 5", "at least ≥ 18"
        said = _in_words(tokens, at - 1, floor)
        is_same = said is not None and said.operator in (operator, _INCLUSIVE.get(operator))
        if said is not None and is_same and tokens[at - 1].low[:3] not in ("max", "min"):
            return Reading(operator, said.first, is_word=True, is_denied=said.is_denied)
    is_denied = at > floor and tokens[at - 1].low == "not"
    return Reading(operator, at, is_word=False, is_denied=is_denied)


def _in_words(tokens: Sequence[Token], at: int, floor: int) -> Reading | None:
    node = _BEFORE.before.get(tokens[at].low)
    operator, first, place = None, at, at
    while node is not None:
        if node.operator is not None:
            operator, first = node.operator, place
        place -= 1
        node = node.before.get(tokens[place].low) if place >= floor else None
    if operator is None:
        return None
    if operator is EQ and tokens[first].low in _EQUAL:
        return _after_sign(tokens, first, floor) or _denied(tokens, first, floor, operator)
    return _denied(tokens, first, floor, operator)


def _after_sign(tokens: Sequence[Token], first: int, floor: int) -> Reading | None:
    """ "> or equal to 18", "> or = to 18": the sign carries the order."""
    if first - 2 < floor or tokens[first - 1].low != "or" or tokens[first - 2].kind is not TokenKind.SIGN:
        return None
    operator = read_sign(tokens[first - 2].low)
    if operator is None or operator is EQ:
        return None
    return Reading(_INCLUSIVE.get(operator, operator), first - 2, is_word=False)


def _denied(tokens: Sequence[Token], first: int, floor: int, operator: Operator) -> Reading:
    is_denied = first > floor and tokens[first - 1].low in ("not", "never")
    return Reading(operator, first, is_word=True, is_denied=is_denied)


def read_after(tokens: Sequence[Token], start: int) -> tuple[Operator, int] | None:
    """
    The operator that follows an amount ("or older", "and above", "+"), and the index after it.

    None when the words begin a further comparison ("or more than 5").
    """
    if start >= len(tokens):
        return None
    token = tokens[start]
    if (
        token.low == "("
        and start + 3 < len(tokens)
        and tokens[start + 2].low == ")"
        and tokens[start + 3].low in ("or", "and")
    ):
        return read_after(tokens, start + 3)  # "2 (moderate) or more"
    at = start
    if token.low in ("(", ","):
        at += 1
    if at + 1 < len(tokens) and tokens[at].low in ("or", "and", "and/or"):
        operator = _AFTER.get(tokens[at + 1].low)
        if operator is None:
            return None
        end = at + 2
        if end < len(tokens) and _begins_amount(tokens, end):
            return None
        if token.low == "(" and end < len(tokens) and tokens[end].low == ")":
            end += 1
        return operator, end
    alone = _AFTER_ALONE.get(token.low)
    if alone is None or (start + 1 < len(tokens) and _begins_amount(tokens, start + 1)):
        return None
    return alone, start + 1


def _begins_amount(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if token.low == "or":
        return at + 1 < len(tokens) and tokens[at + 1].low.startswith("equal")
    return token.low in ("than", "then", "to") or token.kind in (TokenKind.NUMBER, TokenKind.SIGN)
