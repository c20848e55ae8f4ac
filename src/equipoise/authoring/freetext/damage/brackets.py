"""Brackets that never close, or close without opening, inside one item.

Types are not compared: a half-open interval `[18, 65)` is no damage. A closing bracket behind a single letter or a
number ("a)", "1)", "iv)") numbers a list when no bracket is open; ":)" is a smiley.
"""

import re

from equipoise.authoring.freetext.damage.finding import Finding
from equipoise.authoring.model import DamageKind

_BRACKET = re.compile(r"[()\[\]（）]")
_ENUMERATOR = re.compile(r"(?:^|(?P<mark>[;,:.*•]\s?)|\s)(?P<label>[1-3]?\d|[A-Za-z]|[ivxIVX]{1,4})[.:]?$")
_FIRST = ("1", "a", "i")
NEVER_CLOSES = "the bracket that opens here never closes"
_MOST = 3  # marks of one sort in one item: more would say no more
_OPENING = "([（"


def unbalanced(text: str) -> tuple[list[int], list[int]]:
    """Where brackets open and never close, and where they close and never opened."""
    opened: list[int] = []
    closed: list[int] = []
    for found in _BRACKET.finditer(text):
        place = found.start()
        if found[0] in _OPENING:
            opened.append(place)
        elif opened:
            opened.pop()
        elif not _numbers_a_list(text, place):
            closed.append(place)
    return opened, closed


def _beginning(text: str, place: int) -> int:
    """Where the words begin in which the other bracket must have stood: behind the last full stop."""
    return max(text.rfind(". ", 0, place), -2) + 2


def _numbers_a_list(text: str, place: int) -> bool:
    """Behind a mark, first of its list, or following another: "stage 4)" is none of these."""
    before = text[max(0, place - 8) : place]
    if before[-1:] in (":", ";") or before.endswith((":-", ";-")):
        return True  # a smiley
    found = _ENUMERATOR.search(before)
    if found is None or not re.match(r"\s*[^\s.,;)]", text[place + 1 :]):
        return False
    label = found["label"].lower()
    is_at_start = found.start("label") == 0 and place <= 8
    return is_at_start or bool(found["mark"]) or label in _FIRST or f"{_label_before(label)})" in text[:place].lower()


def _label_before(label: str) -> str:
    if label.isdigit():
        return str(int(label) - 1)
    romans = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
    if label in romans[2:] and len(label) > 1:
        return romans[romans.index(label) - 1]
    return chr(ord(label[0]) - 1)


def find_open_brackets(text: str) -> list[Finding]:
    """Marks of the brackets of one item that have no partner."""
    opened, closed = unbalanced(text)
    findings = [
        Finding(
            DamageKind.BRACKET_OPEN,
            place,
            len(text),
            lost="the closing bracket, and perhaps words before it",
            because=NEVER_CLOSES,
        )
        for place in opened[:_MOST]
    ]
    findings += [
        Finding(
            DamageKind.BRACKET_OPEN,
            _beginning(text, place),
            place + 1,
            lost="the opening bracket, and perhaps words behind it",
            because="the bracket that closes here never opened",
        )
        for place in closed[:_MOST]
    ]
    return findings
