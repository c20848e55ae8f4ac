"""Which limits belong together: one limit in two units, a range in two halves, below one value or above another.

Decides it by what stands between two limits. Leaves to others what is measured.
"""

from collections.abc import Sequence
from dataclasses import replace

from equipoise.authoring.freetext.comparisons.amounts import ReadAmount, read_amount
from equipoise.authoring.freetext.comparisons.limits import Limit, is_number
from equipoise.authoring.freetext.comparisons.operators import read_before
from equipoise.authoring.freetext.comparisons.tokens import Token, TokenKind
from equipoise.authoring.freetext.mentions import Amount, Bound
from equipoise.criteria.nodes import Operator

_BELOW = (Operator.LT, Operator.LE)
_ABOVE = (Operator.GT, Operator.GE)
_CLOSING = {"(": ")", "[": "]"}
_SAYS_AGAIN = frozenset(
    ("i.e", "ie", "or", "=", "approximately", "approx", "about", ".", ",", "~", "≈", "eg", "e.g", "i.e.", "/")
)
_MOST_PRINTINGS = 3
_JOINTS = frozenset(
    (
        "and",
        "or",
        ",",
        "but",
        "and/or",
        "also",
        "is",
        "be",
        "to",
        "must",
        "-",
        "–",
        "both",
        "up",
        "either",
        "/",
        "with",
        "a",
        "are",
    )
)


def with_others(text: str, tokens: Sequence[Token], limit: Limit) -> Limit:
    """
    The limit with what is printed right after it in another unit: "< 8.0 g/dL (< 5.0 mmol/L)", "10 g/dL or 100 g/L".

    A second printing in the same unit, or with another order, is no second printing of it and stays.
    """
    if len(limit.bounds) != 1 or limit.pair is not None or limit.next >= len(tokens):
        return limit
    bound = limit.bounds[0]
    if len(bound.others) >= _MOST_PRINTINGS:
        return limit
    opening = tokens[limit.next].low
    again = _amount_again(text, tokens, limit, bound.operator)
    if again is None:
        return limit
    amount, following = again
    if opening in _CLOSING:
        if following >= len(tokens) or tokens[following].low != _CLOSING[opening]:
            return limit
        following += 1
    if not _is_another_unit(bound.amount, amount.amount):
        return limit
    more = replace(bound, others=(*bound.others, amount.amount))
    doubt = limit.doubt or amount.doubt
    end = tokens[following - 1].end
    return with_others(text, tokens, replace(limit, bounds=(more,), next=following, end=end, doubt=doubt))


def _amount_again(
    text: str, tokens: Sequence[Token], limit: Limit, operator: Operator
) -> tuple[ReadAmount, int] | None:
    at = limit.next
    opening = tokens[at].low
    if opening not in _CLOSING and opening not in ("or", "/", "=", ","):
        return None
    at += 1
    while at < len(tokens) and tokens[at].low in _SAYS_AGAIN:
        at += 1
    start = at
    while at < len(tokens) and at - start < 5 and not is_number(tokens[at]):
        if tokens[at].low in (")", "]", ";", "("):
            return None
        at += 1
    if at >= len(tokens) or not is_number(tokens[at]):
        return None
    said = read_before(tokens, at, start)
    if at > start and (said is None or said.first != start or said.operator is not operator):
        return None
    if at == start and opening == ",":
        return None
    amount = read_amount(text, tokens, at)
    return None if amount is None or amount.is_fraction else (amount, amount.next)


def _is_another_unit(first: Amount, second: Amount) -> bool:
    if not second.spelling or not first.spelling:
        return False
    return first.unit is not None and second.unit is not None and first.unit != second.unit


def join(tokens: Sequence[Token], last: Limit, limit: Limit) -> Limit | None:
    """
    Both limits as one when they bound one value from two sides; None when they do not.

    "> 18 and < 65" is a range, "< 50 or > 100" lies outside one.
    """
    between = [tokens[at].low for at in range(last.next, limit.first)]
    if (
        not limit.has_operator
        or not last.has_operator
        or len(between) > 4
        or any(word not in _JOINTS for word in between)
    ):
        return None
    if len(last.bounds) != 1 or len(limit.bounds) != 1 or last.pair or limit.pair or last.is_denied:
        return None
    first, second = _same_unit(last.bounds[0], limit.bounds[0])
    if first is None or second is None:
        return None
    is_below_first = first.operator in _BELOW and second.operator in _ABOVE
    is_above_first = first.operator in (*_ABOVE, Operator.EQ) and second.operator in (*_BELOW, Operator.EQ)
    if not is_below_first and not is_above_first:
        return None
    if second.operator is Operator.EQ and first.operator is not Operator.EQ:
        if first.amount.value >= second.amount.value:
            return None
        second = replace(second, operator=Operator.LE)  # "> 17 and = 28": limit.doubt says that a sign was lost
    if first.operator is Operator.EQ and (
        not last.doubt or "or" in between or first.amount.value >= second.amount.value
    ):
        return None  # two equalities are a range only where a sign was lost: "= 6.5 and = 10.0 %"
    low, high = (second, first) if is_below_first else (first, second)
    is_outside = low.amount.value > high.amount.value or (low.amount.value == high.amount.value and "or" in between)
    doubt = last.doubt or limit.doubt
    if is_outside and "or" not in between and "and/or" not in between and "," not in between:
        doubt = doubt or "no value meets both limits; they are read as joined by or"
    if not is_outside and "or" in between and "and" not in between:
        doubt = doubt or "'or' joins limits that every value meets; they are read as a range"
    return replace(
        last, bounds=(first, second), next=limit.next, end=limit.end, is_outside=is_outside, doubt=doubt,
        is_range=True, is_order_printed=True, tail=limit.tail, is_age=last.is_age or limit.is_age,
        is_time=last.is_time or limit.is_time,
    )  # fmt: skip


def _same_unit(first: Bound, second: Bound) -> tuple[Bound | None, Bound | None]:
    """Both bounds in one unit; a unit printed once counts for both."""
    a, b = first.amount, second.amount
    if not a.spelling and b.spelling:
        a = replace(b, value=a.value)
    elif a.spelling and not b.spelling:
        b = replace(a, value=b.value)
    if (a.unit, a.relative) != (b.unit, b.relative):
        return None, None
    return replace(first, amount=a), replace(second, amount=b)


def is_continued(tokens: Sequence[Token], last: Limit, limit: Limit) -> bool:
    """Whether no sentence ends between two limits, so that the second may have the subject of the first."""
    between = [tokens[at] for at in range(last.next, limit.first)]
    return len(between) <= 8 and all(
        token.low not in (";", ".", ":", "with") and token.kind is not TokenKind.SIGN for token in between
    )
