"""Partial dates: the interval of calendar days that a FHIR date, dateTime or instant may mean.

The day is the one written in the source, whatever its offset; the instant is in UTC and exists only when the
source gives an offset. `sql.MACROS` says the same in SQL, and a test holds the two together.
"""

import calendar
import re
from datetime import UTC, date, datetime

PARTIAL_DATE = r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ][0-9:.+Z-]*)?)?)?"
INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})"


def day_interval(text: str | None) -> tuple[date, date] | None:
    """
    First and last possible day of a partial date; None when it is not one.

    >>> day_interval("2026-02")
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    match = re.fullmatch(PARTIAL_DATE, text) if text else None
    if match is None:
        return None
    year, month, day = int(match[1]), match[2], match[3]
    try:
        if day:
            exact = date(year, int(month), int(day))
            return exact, exact
        first_month, last_month = (int(month), int(month)) if month else (1, 12)
        first = date(year, first_month, 1)
        return first, date(year, last_month, calendar.monthrange(year, last_month)[1])
    except ValueError:
        return None


def instant_of(text: str | None) -> datetime | None:
    """The moment in UTC, as a datetime without zone; None without a time of day and an offset."""
    if text is None or not re.fullmatch(INSTANT, text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
