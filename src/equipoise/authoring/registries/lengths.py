"""Lengths of time in ISO 8601 ("P2W", "PT4H", "P1M"), as timings of a study state them."""

import re
from decimal import Decimal

from equipoise.authoring.schedule import Length

_NUMBER = r"\d{1,5}(?:[.,]\d{1,3})?"
_LENGTH = re.compile(
    rf"(?P<sign>[-+]?)P(?:(?P<years>{_NUMBER})Y)?(?:(?P<months>{_NUMBER})M)?(?:(?P<weeks>{_NUMBER})W)?"
    rf"(?:(?P<days>{_NUMBER})D)?(?:T(?:(?P<hours>{_NUMBER})H)?(?:(?P<minutes>{_NUMBER})M)?(?:(?P<seconds>{_NUMBER})S)?)?"
)
_SECONDS = {
    # A month is a twelfth of a mean Gregorian year of 365.2425 days: whoever reads one is told that it was taken so.
    "years": 31_556_952,
    "months": 2_629_746,
    "weeks": 604_800,
    "days": 86_400,
    "hours": 3_600,
    "minutes": 60,
    "seconds": 1,
}
LONGEST_HOURS = Decimal(100 * 8766)
"""A hundred years; more is no part of a trial."""


def read_length(words: str) -> Length | None:
    """
    A length of time; None when the words are none.

    Its sign is kept (some files write the lower end of a window as "-P3D").
    """
    found = _LENGTH.fullmatch(words.strip().upper())
    if found is None:
        return None
    parts = {name: Decimal(found[name].replace(",", ".")) for name in _SECONDS if found[name] is not None}
    hours = sum((number * _SECONDS[name] for name, number in parts.items()), Decimal(0)) / _SECONDS["hours"]
    if not parts or hours > LONGEST_HOURS:
        return None
    is_calendar = any(parts.get(name) for name in ("years", "months"))
    return Length(-hours if found["sign"] == "-" else hours, words.strip(), is_calendar)
