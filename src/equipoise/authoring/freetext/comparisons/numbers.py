"""Numbers as criteria print them: separators of thousands, decimal commas, powers of ten, number words, classes.

Decides the value that a printed number has, and when that is in doubt. Leaves units and meaning to others. No number
is completed or corrected: what cannot be read is None.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
ONES = _UNITS.split()[1:10]
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
NUMBER_WORDS = {word: number for number, word in enumerate(_UNITS.split())} | TENS
NUMBER_WORDS |= {
    f"{ten}-{unit}": value + number for ten, value in TENS.items() for number, unit in enumerate(ONES, start=1)
}
MULTIPLES = {"twice": 2, "double": 2, "thrice": 3, "triple": 3}
"""Words that multiply: numbers only before a limit of normal."""

ROMANS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
"""Roman numerals of classes; whether one is meant is for the words before it to say."""

RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
"""Turns printed exponents into digits."""

_PLAIN_DIGITS = re.compile(r"[0-9., \u00a0\u202f]+")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[ \u00a0\u202f]\d{3})+")
_POINT_GROUPS = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}")
_DECIMAL_COMMA = re.compile(r"\d{1,3},(?:\d{1,2}|\d{4,})")
_GROUP_MARKS = str.maketrans("", "", ", .\u00a0\u202f")


@dataclass(frozen=True)
class PrintedNumber:
    """A number, and why it might be another one; `doubt` is empty when it is certain."""

    value: Decimal
    doubt: str = ""


def read_number(printed: str) -> PrintedNumber | None:
    """
    The value of a printed number; None when it is no single number ("1.2.3", "0,1,2").

    Examples
    --------
    >>> read_number("100,000").value, read_number("7.50").value, read_number("18,5").value
    (Decimal('100000'), Decimal('7.50'), Decimal('18.5'))
    >>> read_number("100.000").doubt
    "'100.000' may be 100.000 or 100000"
    """
    if printed.isdigit() and printed.isascii():
        return PrintedNumber(Decimal(printed))
    text = printed.replace("·", ".")
    if not _PLAIN_DIGITS.fullmatch(text):
        return None
    if _THOUSANDS.fullmatch(text) or _INDIAN.fullmatch(text):
        digits = Decimal(re.sub(r"[,\s]", "", text))
        is_small = text.startswith("0")
        return PrintedNumber(digits, f"{printed!r} may be a decimal comma" if is_small else "")
    if _POINT_GROUPS.fullmatch(text):
        return PrintedNumber(Decimal(text.translate(_GROUP_MARKS)))
    if _DECIMAL_COMMA.fullmatch(text):
        return PrintedNumber(Decimal(text.replace(",", ".")))
    if not re.fullmatch(r"\d*\.?\d+", text):
        return None
    value = Decimal(text)
    if re.fullmatch(r"[1-9]\d{0,2}\.\d(?:00|50)", text):
        return PrintedNumber(value, f"{printed!r} may be {value} or {text.replace('.', '')}")
    return PrintedNumber(value)


def read_number_word(word: str) -> Decimal | None:
    """The number that a word means: "eighteen", "twenty-one"."""
    number = NUMBER_WORDS.get(word)
    return None if number is None else Decimal(number)
