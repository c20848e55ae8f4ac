"""Values and days as intervals: exact comparison of what is known with a limit.

A comparison is true or false when every possible value agrees, else unknown. Limits are exact fractions; no
datum is ever divided or rounded.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from equipoise.criteria.nodes import Operator, Window
from equipoise.criteria.truth import Truth

Number = Decimal | Fraction | int


@dataclass(frozen=True)
class Interval:
    """Possible values of one quantity; None is unbounded. Closed ends are possible values themselves."""

    lower: Number | None
    upper: Number | None
    is_lower_closed: bool = True
    is_upper_closed: bool = True


def compare(value: Interval, operator: Operator, limit: Number) -> Truth:
    """
    Compare an interval with a limit in the same unit.

    Examples
    --------
    >>> compare(Interval(None, 2, True, False), Operator.LT, 2)   # "<2" is below 2
    <Truth.TRUE: 'true'>
    """
    if operator is Operator.EQ:
        return _compare_equal(value, limit)
    if operator in (Operator.GT, Operator.GE):
        opposite = Operator.LE if operator is Operator.GT else Operator.LT
        return compare(value, opposite, limit).negated()
    point_ok = operator is Operator.LE
    if value.upper is not None and (
        value.upper < limit or (value.upper == limit and (point_ok or not value.is_upper_closed))
    ):
        return Truth.TRUE
    if value.lower is not None and (
        value.lower > limit or (value.lower == limit and not (point_ok and value.is_lower_closed))
    ):
        return Truth.FALSE
    return Truth.UNKNOWN


def _compare_equal(value: Interval, limit: Number) -> Truth:
    if value.lower == value.upper == limit and value.lower is not None:
        return Truth.TRUE
    below = compare(value, Operator.LT, limit)
    above = compare(value, Operator.GT, limit)
    return Truth.FALSE if Truth.TRUE in (below, above) else Truth.UNKNOWN


@dataclass(frozen=True)
class Period:
    """
    The days a window covers: from `first` (None: unbounded) to `last`, both inside.

    A window that is strict simply begins a day later, since days are whole.
    """

    first: date | None
    last: date


def period_of(window: Window | None, anchor: date, as_of: date) -> Period:
    """The days of a window that ends at `as_of`; no window reaches back without bound."""
    if window is None:
        return Period(None, as_of)
    limit = window.limit(anchor)
    return Period(date.fromordinal(limit.toordinal() + 1) if window.is_strict else limit, as_of)


def last_day_before(window: Window, anchor: date) -> date:
    """The last day that lies before a window: its limit, or the day before when strict."""
    limit = window.limit(anchor)
    return date.fromordinal(limit.toordinal() - 1) if window.is_strict else limit


def completed_years(birth: date, on: date) -> int:
    """Whole years of age; one born on 29 February completes a year on 1 March of a common year."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
