"""Limits: an amount with its operator, a range, or a list of classes, wherever they stand in the words.

Decides the bounds that one stretch of tokens states, and their doubts. Leaves to `comparisons` what is measured, which
limits belong together, and which are no comparison at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from equipoise.authoring.freetext.comparisons.amounts import ReadAmount, read_amount
from equipoise.authoring.freetext.comparisons.numbers import MULTIPLES, NUMBER_WORDS
from equipoise.authoring.freetext.comparisons.operators import MIRRORED, Reading, read_after, read_before, read_sign
from equipoise.authoring.freetext.comparisons.tokens import Token, TokenKind
from equipoise.authoring.freetext.mentions import Amount, Bound
from equipoise.criteria.nodes import Operator

DASHES = frozenset(("-", "–", "—", "−", "‐", "‑", "~"))
TO = DASHES | frozenset(("to", "through", "until", "till", "up"))
_BETWEEN = frozenset(("between", "from", "range", "ranges", "ranging", "within", "inclusive"))
_INSIDE_BETWEEN = frozenset(("of", "the", "to", ":", "age", "ages"))
"""May stand after "between" or "range" and before the number: "in the range of", "between the ages of"."""

_OUTSIDE = frozenset(("outside", "of", "the", "range", "normal", "a", "from", "interval"))
_AND = frozenset(("and", "&"))
_MINUS = frozenset(("-", "–", "−"))
_AGE_ORDERS = frozenset(("older", "younger", "elder"))
_DAMAGED_SIGNS = frozenset(("³", "£"))
SIGN_LOST = "'=' may stand where another sign was lost"
_AGE_TAIL = {
    "of": ("age", "ages", "gestation", "life", "old"),
    "in": ("age",),
    "-": ("old",),
    "gestational": ("age",),
} | dict.fromkeys(("old", "olds", "age", "aged", "gestation"), ("",))
"""Words of age after a length of time: the first, and the one that must follow it (none when empty)."""

_POSSESSIVE = frozenset(("'", "’", ".", "s"))


@dataclass(frozen=True)
class Limit:
    """
    What one stretch of tokens limits.

    `first` and `next`: indices of its first token and of the one after it. `number`: index of its first number.
    `has_operator`: an order is printed. `is_age`: age words stand in it.
    `is_time`: a length of time such as ages and windows have. `is_outside`: the bounds are joined by or.
    `is_order_printed`: a range is told by a sign or by words ("between"), not by a dash alone. `tail`: indices
    of the age words after it. `pair`: the second number of "140/90".
    """

    first: int
    number: int
    next: int
    start: int
    end: int
    bounds: tuple[Bound, ...]
    has_operator: bool
    doubt: str = ""
    is_denied: bool = False
    is_age: bool = False
    is_time: bool = False
    is_range: bool = False
    is_outside: bool = False
    is_order_printed: bool = False
    tail: tuple[int, int] | None = None
    pair: Amount | None = None


def is_number(token: Token) -> bool:
    """Whether a limit can begin at the token."""
    return token.kind is TokenKind.NUMBER or (
        token.kind is TokenKind.WORD and (token.low in NUMBER_WORDS or token.low in MULTIPLES)
    )


@dataclass(frozen=True)
class _Opening:
    """What stands before the first number: an operator, or "between" and its like, from the token `first` on."""

    first: int
    reading: Reading | None
    is_between: bool = False
    is_outside: bool = False

    @property
    def operator(self) -> Operator | None:
        return self.reading.operator if self.reading else None

    @property
    def is_denied(self) -> bool:
        return bool(self.reading and self.reading.is_denied)


def read_limit(text: str, tokens: Sequence[Token], at: int, floor: int) -> Limit | None:
    """The limit whose first number is the token at index `at`; None when there is none."""
    if _is_part_of_a_number(tokens, at):
        return None
    amount = read_amount(text, tokens, at)
    if amount is None:
        return None
    amount, first = _with_sign(tokens, amount, at, floor)
    opening = _read_opening(tokens, first, floor)
    if amount.is_fraction:
        return _read_pair(text, tokens, amount, at, opening)
    return _read_range(text, tokens, amount, at, opening) or _read_single(tokens, amount, at, opening)


def _read_opening(tokens: Sequence[Token], first: int, floor: int) -> _Opening:
    reading = read_before(tokens, first, floor)
    if reading is not None:
        return _Opening(reading.first, reading)
    before = first - 1
    while before > floor and tokens[before].low in _INSIDE_BETWEEN:
        before -= 1
    is_between = before >= floor and tokens[before].low in _BETWEEN
    outside = next((at for at in range(max(floor, first - 5), first) if tokens[at].low == "outside"), None)
    if outside is not None and all(tokens[at].low in _OUTSIDE for at in range(outside, first)):
        return _Opening(outside, None, is_between=True, is_outside=True)
    return _Opening(before if is_between and before == first - 1 else first, None, is_between)


def _is_part_of_a_number(tokens: Sequence[Token], at: int) -> bool:
    """ "20/200", "37+0 weeks", "27 0/7 weeks": one number in several parts, which is not read."""
    if at > 1 and tokens[at - 1].low in ("/", "+") and tokens[at - 2].kind is TokenKind.NUMBER:
        return tokens[at - 1].end == tokens[at].start
    if at + 2 >= len(tokens):
        return False
    if tokens[at + 1].low == "+" and tokens[at + 2].kind is TokenKind.NUMBER:
        return tokens[at].end == tokens[at + 1].start
    return tokens[at + 1].kind is TokenKind.NUMBER and tokens[at + 2].low == "/"


def _with_sign(tokens: Sequence[Token], amount: ReadAmount, at: int, floor: int) -> tuple[ReadAmount, int]:
    """The amount below zero when a minus belongs to it: it touches the number, and an operator stands before it."""
    dash = at - 1
    if dash < floor or tokens[dash].low not in ("-", "–", "−") or tokens[dash].end != tokens[at].start or dash == 0:
        return amount, at
    previous = tokens[dash - 1]
    is_after_operator = previous.kind is TokenKind.SIGN or read_before(tokens, dash, floor) is not None
    is_between = previous.low in ("between", "from", "and", "to", "of") and previous.end < tokens[dash].start
    if not is_after_operator and not is_between:
        return amount, at
    return replace(amount, amount=replace(amount.amount, value=-amount.amount.value)), dash


def _read_single(tokens: Sequence[Token], amount: ReadAmount, at: int, opening: _Opening) -> Limit:
    following, end, tail = _skip_age_words(tokens, amount.next, amount.end, amount.is_time)
    reading, doubt = opening.reading, amount.doubt or _damaged_sign(tokens, opening)
    operator = opening.operator or (Operator.GT if amount.is_above else Operator.EQ)
    if amount.amount.relative and opening.is_between and tokens[opening.first].low == "within":
        operator = Operator.LE
    has_operator = reading is not None or operator is not Operator.EQ
    is_age = tail is not None
    after = read_after(tokens, following)
    if after is not None and operator in (after[0], Operator.EQ):
        operator, following = after
        has_operator, end = True, tokens[following - 1].end
        if tail is None:
            following, end, tail = _skip_age_words(tokens, following, end, amount.is_time)
        is_age = tail is not None or tokens[following - 1].low in _AGE_ORDERS
    elif reading is not None and operator is Operator.EQ and not reading.is_word:
        doubt = doubt or SIGN_LOST
    is_age = is_age or any(tokens[place].low in _AGE_ORDERS for place in range(opening.first, at))
    start = tokens[opening.first].start
    return Limit(
        opening.first, at, following, start, end, (Bound(operator, amount.amount),), has_operator, doubt,
        opening.is_denied, is_age, amount.is_time, tail=tail,
    )  # fmt: skip


def _damaged_sign(tokens: Sequence[Token], opening: _Opening) -> str:
    """What is doubtful about a sign that lost its typeface: "³ 18" and "£ 18" were ≥ and ≤."""
    sign = tokens[opening.first].low
    return f"{sign!r} is read as {opening.operator}" if sign in _DAMAGED_SIGNS and opening.reading else ""


def _skip_age_words(
    tokens: Sequence[Token], at: int, end: int, is_time: bool
) -> tuple[int, int, tuple[int, int] | None]:
    """Past "old", "of age", "y.o." after a length of time: the next index, the end, and where these words stand."""
    if not is_time or at >= len(tokens):
        return at, end, None
    first, edge = at, end
    while first < len(tokens) and tokens[first].low in _POSSESSIVE and tokens[first].start - edge <= 1:
        first, edge = first + 1, tokens[first].end
    if first >= len(tokens):
        return at, end, None
    following = tokens[first + 1].low if first + 1 < len(tokens) else ""
    seconds = _AGE_TAIL.get(tokens[first].low, ())
    if "" in seconds or following in seconds:
        stop = first + (1 if "" in seconds else 2)
        return stop, tokens[stop - 1].end, (first, stop)
    if tokens[at - 1].low == "y" and tokens[first].low in ("o", "/"):
        while first < len(tokens) and tokens[first].low in ("o", "/", ".") and tokens[first].start - edge <= 1:
            first, edge = first + 1, tokens[first].end
        return (first, edge, (at, first)) if first > at else (at, end, None)
    return (first, edge, None) if tokens[first - 1].low == "s" else (at, end, None)


def _read_range(text: str, tokens: Sequence[Token], low: ReadAmount, at: int, opening: _Opening) -> Limit | None:
    joint, _, tail = _skip_age_words(tokens, low.next, low.end, low.is_time)
    if joint + 1 >= len(tokens) or not (tokens[joint].low in TO or (tokens[joint].low in _AND and opening.is_between)):
        return None
    second = joint + 1
    if tokens[second].low in ("to", "and", "maximum", "max"):
        second += 1
    is_below_zero = (
        second + 1 < len(tokens) and tokens[second].low in _MINUS and tokens[second].end == tokens[second + 1].start
    )
    second += is_below_zero
    order = read_sign(tokens[second].low) if second < len(tokens) and tokens[second].kind is TokenKind.SIGN else None
    second += order is not None
    if second >= len(tokens) or not is_number(tokens[second]) or order in (Operator.GT, Operator.GE):
        return None
    high = read_amount(text, tokens, second)
    if high is None or high.is_fraction:
        return None
    if is_below_zero:
        high = replace(high, amount=replace(high.amount, value=-high.amount.value))
    ends = _ends_of(low, high)
    if ends is None:
        return None
    below, above, doubt = _orders_of(opening, order)
    following, end, after_tail = _skip_age_words(tokens, high.next, high.end, high.is_time)
    bounds = (Bound(below, ends[0]), Bound(above, ends[1]))
    is_order_printed = opening.is_between or opening.reading is not None or order is not None
    return Limit(
        opening.first, at, following, tokens[opening.first].start, end, bounds, True, low.doubt or high.doubt or doubt,
        opening.is_denied, after_tail is not None or tail is not None, high.is_time, is_range=True,
        is_outside=opening.is_outside, is_order_printed=is_order_printed, tail=after_tail,
    )  # fmt: skip


def _ends_of(low: ReadAmount, high: ReadAmount) -> tuple[Amount, Amount] | None:
    """Both ends in their units, the smaller first; None when they cannot be the ends of one range."""
    lower, upper = low.amount, high.amount
    if low.is_time and not upper.spelling:  # "19 years - 65"
        upper = replace(lower, value=upper.value)
    if not lower.spelling and upper.spelling:
        lower = replace(upper, value=lower.value)
    if upper.value < lower.value and upper.value < 0:  # "between 0 and -4"
        lower, upper = replace(lower, value=upper.value), replace(upper, value=lower.value)
    if lower.unit != upper.unit or lower.relative != upper.relative:
        return (lower, upper) if low.is_time and high.is_time else None
    return (lower, upper) if lower.value < upper.value else None


def _orders_of(opening: _Opening, order: Operator | None) -> tuple[Operator, Operator, str]:
    """The orders of the two ends, inclusive unless one is printed, and what is doubtful about them."""
    doubt = SIGN_LOST if order is Operator.EQ else ""
    above = Operator.LE if doubt else order or Operator.LE
    if opening.is_outside:
        return Operator.LT, Operator.GT, ""
    if opening.operator is None or opening.operator is Operator.EQ:
        return Operator.GE, above, doubt
    if opening.operator in (Operator.GT, Operator.GE):
        return opening.operator, above, doubt if order else "an order stands before a range"
    return Operator.GE, opening.operator, "an order stands before a range"


def _read_pair(text: str, tokens: Sequence[Token], amount: ReadAmount, at: int, opening: _Opening) -> Limit | None:
    """ "140/90 mmHg": two limits of one order; what they are of is for the subject to say."""
    second = read_amount(text, tokens, amount.next + 1)
    if second is None or second.is_fraction:
        return None
    following, end = second.next, second.end
    after = read_after(tokens, following)
    operator = opening.operator or (after[0] if after else None)
    if operator is None:
        return None
    if after is not None and after[0] is operator:
        following = after[1]
        end = tokens[following - 1].end
    doubt = SIGN_LOST if operator is Operator.EQ else amount.doubt or second.doubt
    systolic = Bound(operator, replace(second.amount, value=amount.amount.value))
    start = tokens[opening.first].start
    return Limit(opening.first, at, following, start, end, (systolic,), True, doubt, pair=second.amount)


def mirrored(bound: Bound) -> Bound:
    """The bound read from the other side: `18 <` before its subject is `> 18` after it."""
    return replace(bound, operator=MIRRORED[bound.operator])
