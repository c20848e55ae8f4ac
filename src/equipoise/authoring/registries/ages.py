"""Structured ages of registries: `18 Years and up`, `6 Months`, `18 Years to 75 Years`, `N/A`, `up to 17 Years`.

Reads a field that holds nothing but an age. Words that name no number (`Child, Adult`) give no limit: the bounds of
an age group are not in the record. A limit that cannot be held exactly (`under 18 Years` leaves 18 out) is not read.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from equipoise.authoring.model import AgeLimit

_UNIT = r"(?:years?|yrs?|y/o|months?|mos?|weeks?|wks?|days?|hours?|hrs?|minutes?|mins?)"
_AGE = rf"(?P<{{0}}>\d+(?:\.\d+)?)\s*-?\s*(?P<{{0}}_unit>{_UNIT})?(?:\s+old|\s+of\s+age)?"
_LOW, _HIGH = _AGE.format("low"), _AGE.format("high")
_UPWARD = r"(?:\+|and\s+(?:up|older|over|above|more)|or\s+(?:older|over|above|more)|to\s+(?:no\s+limit|n/?a|any))"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?:from\s+|between\s+|ages?\s+)?{_LOW}\s*(?:-|–|—|to|up\s+to|through|and)\s*{_HIGH}",
        rf"(?:ages?\s+)?{_LOW}\s*,?\s*{_UPWARD}",
        rf"(?:≥|>=|at\s+least|minimum(?:\s+age)?:?)\s*{_LOW}",
        rf"(?:≤|<=|up\s+to|at\s+most|maximum(?:\s+age)?:?)\s*{_HIGH}",
        rf"(?:n/?a|no\s+limit|birth)\s*(?:-|–|to)\s*{_HIGH}",
        rf"{_HIGH}\s*(?:and|or)\s+(?:younger|less)",
    )
)
_SINGLE = re.compile(_LOW, re.IGNORECASE)
_NO_LIMIT = re.compile(r"(?:n/?a|none|no\s+limits?|no\s+age\s+limits?|not\s+applicable|all(?:\s+ages)?|any)", re.I)
_GROUPS = re.compile(r"(?:child(?:ren)?|adults?|older\s+adults?|seniors?|[\s,/&]|and)+", re.IGNORECASE)
_TAIL = re.compile(r"\s*\([^()]*\)\s*$")
_UNITS = {"y": "years", "mo": "months", "w": "weeks", "d": "days", "h": "hours", "mi": "minutes"}
_DAYS = {"years": Decimal("365.25"), "months": Decimal("30.4375"), "weeks": Decimal(7), "days": Decimal(1)}


@dataclass(frozen=True)
class AgeReading:
    """What an age field says. `groups`: age groups named without numbers; `is_understood`: all of it was read."""

    minimum: AgeLimit | None = None
    maximum: AgeLimit | None = None
    groups: str = ""
    is_understood: bool = True


def read_ages(words: str) -> AgeReading:
    """Read a field for both limits (`18 Years to 75 Years (Adult, Older Adult)`)."""
    groups = _TAIL.search(words)
    text = _TAIL.sub("", words).strip(" .;")
    named = groups.group().strip(" ()") if groups and _GROUPS.fullmatch(groups.group().strip(" ()")) else ""
    if not text or _NO_LIMIT.fullmatch(text):
        return AgeReading(groups=named)
    if _GROUPS.fullmatch(text):
        return AgeReading(groups=text)
    for form in _FORMS:
        found = form.fullmatch(text)
        if found:
            return _both(found, named)
    return AgeReading(is_understood=False)


def read_age(words: str) -> AgeLimit | None:
    """Read a field for one limit (`6 Months`); None when it names no number or cannot be read."""
    found = _SINGLE.fullmatch(words.strip(" ."))
    return _limit(found, "low", found.group("low_unit")) if found and found.group("low_unit") else None


def has_no_limit(words: str) -> bool:
    """Whether the field says in words that there is no limit."""
    return not words.strip() or _NO_LIMIT.fullmatch(words.strip()) is not None


def contradiction(minimum: AgeLimit | None, maximum: AgeLimit | None) -> str:
    """A note when the minimum lies above the maximum, else an empty text. Both stay as they were stated."""
    if minimum is None or maximum is None or minimum.unit not in _DAYS or maximum.unit not in _DAYS:
        return ""
    if minimum.value * _DAYS[minimum.unit] <= maximum.value * _DAYS[maximum.unit]:
        return ""
    return f"the stated ages contradict each other: minimum {minimum.text!r} is above maximum {maximum.text!r}"


def _both(found: re.Match[str], groups: str) -> AgeReading:
    names = found.groupdict()
    high_unit = names.get("high_unit")
    low_unit = names.get("low_unit") or high_unit
    if not (low_unit or high_unit):
        return AgeReading(is_understood=False)  # a number without a unit: years are likely, and not stated
    if "high" in names and not high_unit:
        return AgeReading(is_understood=False)
    minimum = _limit(found, "low", low_unit or "") if names.get("low") else None
    maximum = _limit(found, "high", high_unit or "") if names.get("high") else None
    return AgeReading(minimum, maximum, groups)


def _limit(found: re.Match[str], name: str, unit: str) -> AgeLimit:
    number, spelt = found.group(name), found.group(f"{name}_unit")
    key = unit.lower()
    meant = _UNITS[key[:2] if key[0] == "m" else key[0]]
    return AgeLimit(Decimal(number), meant, f"{number} {spelt or unit}")
