"""Numbers as reported: the interval of exact decimals that a text may mean.

Strict on purpose: "7.9 g/dL" and "<0.2" are numbers, "2+", "10-20" and "1,5" are texts. A number that needs
more than six decimals is the open interval between its two neighbours; one with more than twelve digits before
the point is not understood. `sql.MACROS` says the same in SQL, and a test holds the two together.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache

from equipoise.records.tables import DECIMAL_SCALE

PLAIN_NUMBER = r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?"
# As JSON writers print small floats; the exponents are those that stay exact in 38 digits.
EXPONENT_NUMBER = r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,16})?[eE](?:\+?(?:0?[0-9]|1[0-2])|-0?[0-7])"
NUMBER = rf"(?:{EXPONENT_NUMBER}|{PLAIN_NUMBER})"
COMPARATOR = r"<=|>=|<|>|≤|≥"
# A unit stands after a space (or is %), so that stage "3B" is not three of the unit B.
UNIT = r"(?:10[*^]|[A-Za-zµμ%\[{/])[^ ]*"
MEASURED = rf"({COMPARATOR})? *({NUMBER})(?: *(%)| +({UNIT}))?"
_STEP = Decimal(1).scaleb(-DECIMAL_SCALE)
_MAX_INTEGER_DIGITS = 12
_MOST_KEPT = 4096
"""How many texts are remembered with their numbers: a laboratory repeats itself."""


@dataclass(frozen=True)
class NumberInterval:
    """What a reported number may be; a bound of None is unbounded. `unit` only when the text carries one."""

    lower: Decimal | None
    upper: Decimal | None
    is_lower_closed: bool
    is_upper_closed: bool
    unit: str | None = None


@lru_cache(_MOST_KEPT)
def read_number(text: str | None, comparator: str | None = None) -> NumberInterval | None:
    """
    The interval a number means, with a comparator ("<", "<=", ">", ">=") applied; None when it is no number.

    >>> read_number("0.2", "<")
    NumberInterval(lower=None, upper=Decimal('0.200000'), is_lower_closed=False, is_upper_closed=False, unit=None)
    """
    if text is None or not re.fullmatch(NUMBER, text):
        return None
    value = Decimal(text)
    if abs(value) >= Decimal(10) ** _MAX_INTEGER_DIGITS:
        return None
    lower = value.quantize(_STEP, rounding=ROUND_FLOOR)
    upper = value.quantize(_STEP, rounding=ROUND_CEILING)
    if max(abs(lower), abs(upper)) >= Decimal(10) ** _MAX_INTEGER_DIGITS:
        return None
    is_exact = lower == upper
    match comparator:
        case None | "":
            return NumberInterval(lower, upper, is_exact, is_exact)
        case "<" | "<=" | "≤":
            return NumberInterval(None, upper, False, is_exact and comparator != "<")
        case ">" | ">=" | "≥":
            return NumberInterval(lower, None, is_exact and comparator != ">", False)
    return None


@lru_cache(_MOST_KEPT)
def read_measured(text: str | None) -> NumberInterval | None:
    """A number written as text, perhaps with comparator and unit ("<0.2", "7.9 g/dL"); None for any other text."""
    match = re.fullmatch(MEASURED, text) if text else None
    if match is None:
        return None
    number = read_number(match[2], match[1])
    if number is None:
        return None
    return NumberInterval(
        number.lower, number.upper, number.is_lower_closed, number.is_upper_closed, match[3] or match[4]
    )
