"""Classes, grades, stages and scores after the word of a scale: "ECOG 0-1", "NYHA class III or IV", "grade 2".

Decides where a bare number or a Roman numeral is a class, and which classes a list or a range names. Leaves to others
what is measured. Classes that follow each other are a range from the first to the last; others are joined by or.
"""

from collections.abc import Sequence
from decimal import Decimal

from equipoise.authoring.freetext.comparisons.limits import DASHES, SIGN_LOST, TO, Limit
from equipoise.authoring.freetext.comparisons.numbers import ROMANS
from equipoise.authoring.freetext.comparisons.operators import read_after, read_before
from equipoise.authoring.freetext.comparisons.subject_words import SCALES
from equipoise.authoring.freetext.comparisons.tokens import Token, TokenKind
from equipoise.authoring.freetext.mentions import Amount, Bound
from equipoise.criteria.nodes import Operator

_OTHER_CLASSES = frozenset(("mhc", "hla", "anti-hla", "hla-", "antiarrhythmic", "drug"))
_NAMED_BY_CLASS = frozenset(
    ("antiarrhythmic", "antiarrhythmics", "anti-arrhythmic", "antibodies", "antibody", "deficiency", "aad", "devices")
)
_JOINTS = frozenset((",", "or", "and", "/", "and/or", "to", "&", "e", "y")) | DASHES


def read_classes(tokens: Sequence[Token], at: int, floor: int) -> Limit | None:
    """
    A class, or a list or range of them, after a word of a scale: "ECOG 0-1", "NYHA class III or IV", "grade 2".

    Classes that follow each other are a range; others are joined by or. None when no scale is named before them.
    """
    reading = read_before(tokens, at, floor)
    first = reading.first if reading else at
    if not _has_scale_before(tokens, first, floor):
        return None
    values, through, following = _class_list(tokens, at)
    if not values or _goes_on(tokens, following) or _is_something_else(tokens, following):
        return None
    if len(values) > 1:
        if reading is not None and reading.operator is not Operator.EQ:
            return None
        return _several(tokens, first, at, following, _bounds_of(values, through))
    start, end = tokens[first].start, tokens[following - 1].end
    if reading is not None:
        doubt = SIGN_LOST if reading.operator is Operator.EQ and not reading.is_word else ""
        bounds = (Bound(reading.operator, values[0]),)
        return Limit(first, at, following, start, end, bounds, True, doubt, reading.is_denied, is_order_printed=True)
    after = read_after(tokens, following)
    operator, following = after if after else (Operator.EQ, following)
    bounds = (Bound(operator, values[0]),)
    return Limit(first, at, following, start, tokens[following - 1].end, bounds, True)


def _is_something_else(tokens: Sequence[Token], following: int) -> bool:
    """Whether what follows makes other things of the numbers: "class I antiarrhythmics", "2 < 5", "60-100"."""
    if following >= len(tokens):
        return False
    after = tokens[following]
    if after.low in _NAMED_BY_CLASS or after.kind is TokenKind.SIGN:
        return True
    is_longer = following + 1 < len(tokens) and tokens[following + 1].kind is TokenKind.NUMBER
    return after.low in _JOINTS and is_longer  # than a list of classes can be


def _several(
    tokens: Sequence[Token], first: int, at: int, following: int, read: tuple[tuple[Bound, ...], bool]
) -> Limit | None:
    """A range of classes, or some that stand beside each other; `read`: their bounds, and whether they are a range."""
    bounds, is_range = read
    if not bounds:
        return None
    return Limit(
        first,
        at,
        following,
        tokens[first].start,
        tokens[following - 1].end,
        bounds,
        True,
        is_range=is_range,
        is_outside=not is_range,
        is_order_printed=True,
    )


def _bounds_of(values: Sequence[Amount], through: Sequence[bool]) -> tuple[tuple[Bound, ...], bool]:
    """The bounds of a list of classes, and whether they are the ends of a range; none for "1, 3-5"."""
    steps = zip(values, values[1:], through[1:], strict=False)
    if all(is_through or b.value - a.value == 1 for a, b, is_through in steps):
        return (Bound(Operator.GE, values[0]), Bound(Operator.LE, values[-1])), True
    if any(through):
        return (), False
    return tuple(Bound(Operator.EQ, value) for value in values), False


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether the class has a letter that is not read: "3A", "0-B"."""
    if at >= len(tokens):
        return False
    if tokens[at].kind is TokenKind.WORD and tokens[at].start == tokens[at - 1].end:
        return True
    is_lettered = at + 1 < len(tokens) and tokens[at + 1].kind is TokenKind.WORD and len(tokens[at + 1].low) == 1
    return tokens[at].low in DASHES and is_lettered


def _has_scale_before(tokens: Sequence[Token], end: int, floor: int) -> bool:
    for at in range(end - 1, max(floor, end - 7) - 1, -1):
        token = tokens[at]
        if token.low == "class" and at > floor and tokens[at - 1].low in _OTHER_CLASSES:
            return False
        if token.low in SCALES or token.low.rstrip("s") in SCALES:
            return True
        if (
            token.kind is TokenKind.NUMBER
            or token.kind is TokenKind.SIGN
            or token.low in (";", ".", "and", "with", ",")
        ):
            return False
    return False


def _class_list(tokens: Sequence[Token], at: int) -> tuple[list[Amount], list[bool], int]:
    """Classes in a row, whether each is reached through "to" or a dash, and the index after them."""
    values: list[Amount] = []
    through: list[bool] = []
    following = at
    while at < len(tokens):
        new = _classes_of(tokens[at])
        if not new or any(b.value <= a.value for a, b in zip([*values, *new], [*values, *new][1:], strict=False)):
            break
        is_hyphened = len(new) > 1 and tokens[at].kind is TokenKind.WORD
        through += [bool(values) and tokens[at - 1].low in TO, *[is_hyphened] * (len(new) - 1)]
        values += new
        at = following = at + 1
        while at < len(tokens) and at - following < 2 and tokens[at].low in _JOINTS:
            at += 1
        while at > following and at < len(tokens) and tokens[at].low in SCALES:
            at += 1  # "grade III or grade IV"
        if at == following or (at - following == 2 and tokens[at - 1].low in DASHES):
            break  # the list ends; a dash after a joint is a minus: "0 and -4"
    return values, through, following


def _classes_of(token: Token) -> list[Amount]:
    """The classes in one token: "II", "I-III", "2", "0,1"."""
    parts = token.low.split("-" if token.kind is TokenKind.WORD else ",")
    values = [_class_value(part) for part in parts]
    return [
        Amount(value, part.upper() if part in ROMANS else "")
        for value, part in zip(values, parts, strict=True)
        if value is not None and None not in values
    ]


def _class_value(text: str) -> Decimal | None:
    if text in ROMANS:
        return Decimal(ROMANS[text])
    return Decimal(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None
