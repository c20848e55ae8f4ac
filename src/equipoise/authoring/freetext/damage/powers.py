"""Powers of ten printed flat ("2x109/L"), and whether a second printing of the same count says the same.

Decides by exact arithmetic: 2 x 10^9 in a litre are 2000 in a cubic millimetre.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

# A raised digit on the line: behind a multiplication sign, or at once before a unit in which cells are counted.
FLAT_POWER = re.compile(
    r"[x×X*·]\s?(?P<power>10(?:1[0-2]|[2-9]))(?!\d)(?!\s?(?:mg|ml|mm\b|cm|[.,]\d))"
    r"|(?<![\d.,])(?P<bare>10(?:3|6|9|12))(?=\s?/\s?(?:[lL]|[uµμ][lL]|mm))"
    r"|(?<![\d.,])(?P<apart>10 (?:3|6|9|12))(?=\s?/\s?(?:[lL]|[uµμ][lL]|mm))",
)
_COUNT = re.compile(
    r"(?P<number>\d[\d.,]{0,12})(?:\s?[x×X*·]\s?10(?:\^|\s|\*\*?|e)?(?P<exponent>1[0-2]|\d))?\s?(?:cells\s?)?"
    r"/\s?(?P<unit>[lL]|[uµμ][lL]|mm\^?[3³]|m[lL]|d[lL])(?!\w)"
)
_PER_LITRE = {"l": 0, "dl": 1, "ml": 3, "ul": 6, "µl": 6, "μl": 6, "mm3": 6, "mm^3": 6, "mm³": 6}
_BETWEEN = re.compile(r"\s?(?:[-–•]\s)?[(\[]\s?[<>≤≥=]{0,2}\s?")


@dataclass(frozen=True)
class FlatPower:
    """A flattened power: its place, its exponent, and what a second printing says: agrees, or not, or there is none."""

    start: int
    end: int
    exponent: int
    agrees: bool | None
    second: str = ""


def find_flat_powers(text: str) -> Iterator[FlatPower]:
    """The flattened powers of one item."""
    if "10" not in text:
        return
    counts = list(_COUNT.finditer(text))
    for found in FLAT_POWER.finditer(text):
        start, end = found.span(found.lastgroup or 0)
        exponent = int(text[start:end].replace(" ", "")[2:])
        agrees, second = _compare(text, counts, start)
        yield FlatPower(start, end, exponent, agrees, second)


def restore_powers(text: str) -> str:
    """The text with its flattened powers written as such: `2 x 10^9/L`."""
    parts, reached = [], 0
    for power in find_flat_powers(text):
        parts += [text[reached : power.start], f"10^{power.exponent}"]
        reached = power.end
    return re.sub(r"(?<=\d)\s?[x×X*·]\s?(?=10\^)", " x ", "".join([*parts, text[reached:]]))


def _compare(text: str, counts: list[re.Match[str]], place: int) -> tuple[bool | None, str]:
    """The count around `place` against the one printed beside it in a bracket."""
    for first, second in pairwise(counts):
        if _BETWEEN.fullmatch(text, first.end(), second.start()) and (
            first.start() <= place < first.end() or second.start() <= place < second.end()
        ):
            other = second if first.start() <= place < first.end() else first
            return _per_litre(first) == _per_litre(second), other[0]
    return None, ""


def _per_litre(count: re.Match[str]) -> Decimal | None:
    number = re.sub(r",(?=\d{3}(?!\d))", "", count["number"].rstrip(".,"))
    if "," in number:
        return None
    power = int(count["exponent"] or 0) + _PER_LITRE[count["unit"].lower()]
    return Decimal(number).scaleb(power)
