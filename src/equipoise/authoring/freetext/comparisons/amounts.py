"""Amounts: a printed number with the unit, or the limit of normal, that stands after it.

Decides which number is printed and what its unit is; `unit_words` and `normal_limits` know the spellings. Leaves to
others what is compared. A unit that is not understood stays as printed, with a doubt.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from equipoise.authoring.freetext.comparisons.normal_limits import read_multiple
from equipoise.authoring.freetext.comparisons.numbers import MULTIPLES, RAISED_DIGITS, read_number, read_number_word
from equipoise.authoring.freetext.comparisons.tokens import Token, TokenKind
from equipoise.authoring.freetext.comparisons.unit_words import read_spelling, ucum_of
from equipoise.authoring.freetext.mentions import Amount

TIME_UNITS = frozenset(("a", "mo", "wk", "d", "h", "min"))
"""Units of time in which ages and windows are given; seconds and parts of them are measurements."""

_COUNTS = frozenset(("/uL", "/mm3", "mm3", "/mL"))
_CAPITALS = {"D": ("[diop]", -100, 100), "C": ("Cel", 30, 45), "F": ("[degF]", 90, 115)}
"""Lone capitals that are units, and the values for which that is sure: dioptres, temperatures of a body."""

_CAPITAL = re.compile(r" ?([DCF])(?![\w-])")
_TIMES = re.compile(r" ?(?:[x×*](?!\w)|times\b|[- ]?fold\b)", re.IGNORECASE)
_UNIT_AGAIN = re.compile(
    r" ?[(\[] ?(?:[x×] ?)?(?:%|uln|unl|lln|mm ?hg|bpm|[a-zµμ][a-zµμ\d^]{0,9}/[a-zµμ\d.,^* /]{1,24}?|kg|cm|mm"
    r"|ms|g|lbs?|°?[cf]|years?) ?[)\]]",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(r"[^\W\d_]+(?:/[^\W_]+)*| ?/ ?[^\W\d_]+")
_NUMBER_AGAIN = re.compile(r" ?\( ?(\d{1,4}) ?\)")
_POWER_OF_TEN = re.compile(r"(?:[*^]{1,2})(?P<caret>\d{1,2})\*?(?!\d)|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})")


@dataclass(frozen=True)
class ReadAmount:
    """
    An amount and where it stands.

    `next`: the index of the first token after it. `is_fraction`: a second number follows a slash ("140/90", "20/200").
    `is_above`: the words for a limit of normal give an order themselves ("5 times higher than the ULN").
    """

    amount: Amount
    start: int
    end: int
    next: int
    doubt: str = ""
    is_fraction: bool = False
    is_above: bool = False

    @property
    def is_time(self) -> bool:
        """Whether it is a length of time such as ages and windows have."""
        return self.amount.unit in TIME_UNITS


@dataclass(frozen=True)
class _Unit:
    """What stands after a number: `amount` without its number, its end, and what is doubtful or told by it."""

    amount: Amount
    end: int
    doubt: str = ""
    is_above: bool = False


def read_amount(text: str, tokens: Sequence[Token], at: int) -> ReadAmount | None:
    """The amount whose number is the token at index `at`; None when that is no number."""
    token = tokens[at]
    value, doubt, end = _read_value(text, token)
    if value is None:
        return None
    again = _NUMBER_AGAIN.match(text, end)
    if again and Decimal(again[1]) == value:  # "three (3) months"
        end = again.end()
    unit = _read_unit(text, end, value, is_multiple=token.low in MULTIPLES)
    if unit is None:
        return None
    amount = unit.amount
    if doubt and amount.unit in _COUNTS:  # a count has no three decimals: the point parts thousands
        amount = replace(amount, value=Decimal(token.low.replace(".", "")))
    following = at + 1
    while following < len(tokens) and tokens[following].start < unit.end:
        following += 1
    is_fraction = not amount.spelling and _is_slash_number(tokens, following)
    return ReadAmount(amount, token.start, unit.end, following, doubt or unit.doubt, is_fraction, unit.is_above)


def _is_slash_number(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at].low == "/" and tokens[at + 1].kind is TokenKind.NUMBER


def _read_value(text: str, token: Token) -> tuple[Decimal | None, str, int]:
    if token.kind is TokenKind.WORD:
        multiple = MULTIPLES.get(token.low)
        return (read_number_word(token.low) if multiple is None else Decimal(multiple)), "", token.end
    printed = read_number(token.low)
    if printed is None:
        return None, "", token.end
    raised = _POWER_OF_TEN.match(text, token.end) if token.low == "10" else None
    if raised:
        power = int(raised["caret"] or raised["raised"].translate(RAISED_DIGITS))
        return Decimal(10) ** power, "", raised.end()
    return printed.value, printed.doubt, token.end


def _read_unit(text: str, end: int, value: Decimal, *, is_multiple: bool) -> _Unit | None:
    multiple = read_multiple(text, end, is_over_one=value > 1)
    if multiple:
        amount = Amount(value, multiple.spelling, None, multiple.limit)
        return _Unit(amount, _skip_repeated(text, multiple.end), multiple.doubt, multiple.is_above)
    if is_multiple:
        return None  # "twice" is a number only of a limit of normal
    capital = _CAPITAL.match(text, end)
    if capital:
        unit, low, high = _CAPITALS[capital[1]]
        if low <= value <= high:
            return _Unit(Amount(value, capital[1], unit), _skip_repeated(text, capital.end()))
    found = read_spelling(text, end)
    if found:
        spelling, stop = found
        known = ucum_of(spelling)
        doubt = "" if known else f"the unit {spelling!r} is not understood"
        return _Unit(Amount(value, spelling, known), _skip_repeated(text, stop), doubt)
    return _read_unknown(text, end, value)


def _read_unknown(text: str, end: int, value: Decimal) -> _Unit | None:
    times = _TIMES.match(text, end)
    if times:
        return _Unit(Amount(value, times.group().strip()), times.end(), f"{value} times what is not understood")
    unknown = _UNKNOWN.match(text, end)
    if unknown is None:
        return _Unit(Amount(value), end)
    spelling = unknown.group().strip()
    if len(spelling) == 1 and spelling in "ABCE":
        return None  # "grade 3B" is no number
    return _Unit(Amount(value, spelling), unknown.end(), f"the unit {spelling!r} is not understood")


def _skip_repeated(text: str, end: int) -> int:
    """Past the same unit said again in brackets: "40 percent (%)", "upper limit of normal (ULN)"."""
    again = _UNIT_AGAIN.match(text, end)
    return again.end() if again else end
