"""The bullets, numbers and letters that stand before the entries of a list.

Says what stands at the beginning of a line and of which style it is; whether the mark makes sense where it stands is
left to `layout` and `splitting`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from equipoise.authoring.model import Span


class Style(StrEnum):
    """A style of numbering; a change of style is how most nested lists are told."""

    BULLET = "bullet"
    NUMBER = "number"
    LETTER = "letter"
    CAPITAL = "capital-letter"
    ROMAN = "roman"
    DECIMAL = "decimal"
    CODE = "code"
    PLAIN = "plain"


@dataclass(frozen=True)
class Marker:
    """A mark before an entry: where it stands, its sign or number, and what it looks like."""

    span: Span
    style: Style
    label: str = ""
    look: str = ""

    @property
    def value(self) -> int:
        """Its place in a list, 0 when it has none."""
        return value_of(self.style, self.label)


_SOLID = "•·●○▪■□►▶➢➤‣⁃◦∙\uf0b7\uf0a7"
_BULLET = re.compile(
    rf"\\?(?P<sign>[{_SOLID}]|[-–—*+~](?=[^\S\r\n]|\Z|[\r\n])|[-–—*](?=[A-Za-z(<>≥≤])|o(?=[^\S\r\n]+\S))"
)
_NUMBERED = re.compile(
    r"""(?P<code>[IE]\d{1,2}(?:[.:)]|(?=\s)))(?=\s)
    | (?P<decimal>\d{1,2}(?:\.\d{1,2}){1,3}[.)]?)(?=\s+[A-Z])
    | \(?(?P<number>\d{1,2})(?:\\?[.)]|\.\))(?=\s|[A-Za-z(<>≥≤]|\Z)
    | \(?(?P<roman>[ivx]{1,5})[.)](?=\s|[A-Z]|\Z)
    | (?:(?P<letter>[a-z])|(?P<capital>[A-H]))[.)](?=\s|\Z)
    | \((?P<letter2>[a-z])\)(?=\s|[A-Z]|\Z)""",
    re.VERBOSE,
)
_ROMAN = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")


def value_of(style: Style, label: str) -> int:
    """Give the place in its list that a label stands for."""
    if style is Style.NUMBER or style is Style.CODE:
        digits = label.lstrip("IE")
        return int(digits) if digits.isdecimal() else 0
    if style is Style.ROMAN:
        return _ROMAN.index(label) if label in _ROMAN else 0
    if style in (Style.LETTER, Style.CAPITAL):
        return ord(label.lower()) - ord("a") + 1
    return 0


def read_markers(text: str, start: int, end: int) -> list[Marker]:
    """
    Read the marks at the beginning of a line: usually none or one, sometimes a bullet and a number.

    Parameters
    ----------
    text, start, end
        The text, and where the line's words begin and end.
    """
    markers: list[Marker] = []
    while start < end and len(markers) < 3:
        marker = _read_marker(text, start, end)
        if marker is None or (markers and markers[-1].style is not Style.BULLET):
            break
        markers.append(marker)
        start = marker.span[1]
        while start < end and text[start].isspace():
            start += 1
    return markers


def _read_marker(text: str, start: int, end: int) -> Marker | None:
    bullet = _BULLET.match(text, start, end)
    if bullet:
        return Marker(bullet.span(), Style.BULLET, look=bullet["sign"])
    found = _NUMBERED.match(text, start, end)
    if found is None:
        return None
    name = str(found.lastgroup)
    style = Style.CAPITAL if name == "capital" else Style(name.rstrip("2"))
    label = found[name].rstrip(".:)")
    return Marker(found.span(), style, label, found.group().replace(label, "#"))


def follows(marker: Marker, previous: Marker) -> bool:
    """Tell whether a mark is the next of its list after another; `i` is a letter after `h`, else a roman number."""
    if marker.label == "i" and previous.style is Style.LETTER:
        return previous.label == "h"
    return marker.style is previous.style and marker.value == previous.value + 1
