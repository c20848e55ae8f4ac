"""Annotated values as text: number words as digits, signs and separators in one spelling, parts joined.

Decides nothing of meaning; `gold_values` reads what is left.
"""

import re
import unicodedata
from collections.abc import Sequence

NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
NUMBER_WORDS |= {"fourteen": "14", "fifteen": "15", "sixteen": "16", "eighteen": "18", "twenty": "20", "thirty": "30"}
NUMBER_WORDS |= {"forty": "40", "fifty": "50", "sixty": "60", "ninety": "90"}
_MULTIPLES = {"twice": "2 x", "double": "2 x", "triple": "3 x", "thrice": "3 x"}

_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6"}
_HAS_NUMBER = re.compile(rf"\d|\b(?:{'|'.join([*NUMBER_WORDS, *_MULTIPLES])})\b", re.I)
_IS_ORDINAL = re.compile(r"\b(?:I{1,3}|IV|VI?)[ABCabc]?\b")
_SIGNED = re.compile(r"(^|[<>=(]\s*|\b(?:and|to|than|between|of|or)\s+)([-+])\s?(?=\d)")
"""A sign before a number, which is marked `¬` when it is a minus; between two numbers a stroke means a range."""
_TIMES_ABOVE = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)\s*(?:times|fold|x)\s*(?P<more>or\s+(?:more|greater|higher)\s+)?"
    r"(?:(?:higher|greater|more)\s+than|above|over)\s+(?=(?:the\s+|local\s+|institutional\s+)*(?:upper|normal|ULN))",
    re.I,
)
_SIGNS = [
    (r"[≥⩾≧]|>\s*/\s*=|=\s*/\s*>|>_|=>|> ?or ?(?:=|equal)(?: to)?|>=|(?<![\w/])³\s*(?=\d)", " >= "),
    (r"[≤⩽≦]|<\s*/\s*=|=\s*/\s*<|<_|=<|< ?or ?(?:=|equal)(?: to)?|<=|£", " <= "),
    (r"[\[(]\s*(?:>=|<=|>|<)\s*[\])]", " "),
]


def has_number(text: str) -> bool:
    """Whether a number stands in the text, in digits or as a word."""
    return bool(_HAS_NUMBER.search(text))


def is_ordinal(text: str) -> bool:
    """Whether the text names classes by Roman numerals ("Class III or IV") and no other number."""
    return bool(_IS_ORDINAL.search(text)) and not _HAS_NUMBER.search(text)


def _multiply(found: re.Match[str]) -> str:
    """ "Five times higher than the upper limit": a multiple of the limit, and above it unless a sign says otherwise."""
    if re.search(r"(?:[<>=]|than|least|to|most)\s*$", found.string[: found.start()]):
        return f"{found['number']} times "
    return f"{'>=' if found['more'] else '>'} {found['number']} times "


def write_romans_as_digits(text: str) -> str:
    """Roman classes as numbers; a stroke, an Italian or a Spanish "and" between them as an English word."""
    words = re.sub(r"(?<=[IV])\s*/\s*(?=[IV])", " or ", text)
    words = re.sub(r"(?<=[IV])\s+[ey]\s+(?=[IV])", " and ", words)
    return re.sub(r"\b(?:I{1,3}|IV|VI?)\b", lambda found: _ROMAN[found[0]], words)


def fill_gaps(parts: Sequence[str], gaps: Sequence[str]) -> str:
    """
    The annotated parts of a value, with the joining words that were left out between them.

    "[greater than] or equal to [10 g/dL]" is at least 10, "[37 weeks] gestation or [greater]" too.
    """
    filled = parts[0]
    for gap, part in zip(gaps, parts[1:], strict=True):
        kept = re.search(r"(?:\bor\s+(?:equal\s+(?:to\s+)?)?|/\s*equals?\s+to\s+)$", gap, re.I)
        filled += f" {kept[0] if kept else ''}{part}"
    return filled


def normalise(text: str) -> str:
    """One spelling for signs, numbers and the units that hold a number."""
    words = text.translate(str.maketrans("–—−‐~⁄＞＜×·", "-----/><x.")).replace("\xa0", " ")
    for pattern, sign in _SIGNS:
        words = re.sub(pattern, sign, words)
    words = unicodedata.normalize("NFKC", words)
    words = re.sub(r"(?<=\d)•(?=\d)", ".", words)
    words = _SIGNED.sub(lambda found: found[1] + ("¬" if found[2] == "-" else ""), words)
    words = re.sub(r"\s*(?:/|per)\s*1[.,]7[23]?\s*m", "/1.73 m", words)
    words = re.sub(rf"\b(?:{'|'.join(_MULTIPLES)})\b", lambda m: _MULTIPLES[m[0].lower()], words, flags=re.I)
    words = re.sub(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b", lambda m: NUMBER_WORDS[m[0].lower()], words, flags=re.I)
    words = _TIMES_ABOVE.sub(_multiply, words)
    words = re.sub(r"\b(\d+)\s*\(\s*\1\s*\)", r"\1", words)  # three (3) months
    words = re.sub(r"(?<![\d.,])(\d{1,3})((?:,\d{3})+)(?![\d,])", lambda m: m[1] + m[2].replace(",", ""), words)
    words = re.sub(r"(?<![\d.,])(\d{1,3})((?:[ .]000)+)(?![\d])", lambda m: m[1] + re.sub("[ .]", "", m[2]), words)
    return re.sub(r"(?<![\d,])(\d+),(\d{1,2})(?![\d,])", r"\1.\2", words)
