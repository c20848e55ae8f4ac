"""Change from baseline and time since an event.

Decides: which result is the baseline, absolute and relative change, and how calendar months are counted. Leaves to
others: which day is the anchor, and what a change means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.derived.measured import Measured, Number, in_unit
from equipoise.terminology.units import resolve_unit

_BASELINE_RULE = "last value on or before the anchor day"


class TimeUnit(StrEnum):
    """Units of time since: days, or whole calendar months or years."""

    DAY = "d"
    MONTH = "mo"
    YEAR = "a"


@dataclass(frozen=True)
class Change:
    """
    A change from baseline.

    `absolute` is in `unit`, that of the baseline. `percent` is of the baseline; None when the baseline is not above
    zero, since no percentage of zero exists.
    """

    absolute: Fraction
    unit: str
    percent: Fraction | None


def compute_change_percent(*, value: Number, baseline: Number) -> Fraction | None:
    """
    (value - baseline) / baseline x 100, exact; None for a baseline of zero or below. [%]

    Examples
    --------
    >>> compute_change_percent(value=63, baseline=70)
    Fraction(-10, 1)
    """
    if baseline <= 0:
        return None
    return (Fraction(value) - Fraction(baseline)) / Fraction(baseline) * 100


def compute_whole_months(*, start: date, end: date) -> int:
    """
    Whole calendar months from one day to another; negative when `end` comes first.

    A month is complete when the day of the month is reached again: 31 January to 28 February is none, to 1 March is
    one. This counts as the windows of criteria do: n is the greatest number of months that the window can be long
    and still reach no further back than the start.

    Examples
    --------
    >>> compute_whole_months(start=date(2026, 1, 15), end=date(2026, 3, 14))
    1
    """
    if end < start:
        return -compute_whole_months(start=end, end=start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (start.day > end.day)


def choose_baseline(results: Sequence[Measured], *, anchor: date) -> Answer[Measured]:
    """
    The last result on or before the anchor day.

    Results without a value are passed over. A partial date leaves the answer open when it decides which result is
    last; two different results on the last day are a conflict (a day is the finest time of a record), equal ones are
    one.
    """
    usable = [each for each in results if each.value is not None and (each.day is None or each.day <= anchor)]
    if not usable:
        because = "there is no value on or before the anchor day"
        needs = tuple(dict.fromkeys(each.name for each in results))
        return NotEvaluable(Why.NO_BASELINE, because, tuple(each.as_input() for each in results), needs)
    certain = [each for each in usable if not each.is_day_partial]
    last = max((each.latest_day for each in certain), default=date.min)
    open_ones = [each for each in usable if each.is_day_partial and each.latest_day >= last]
    needs = (usable[0].name,)
    if open_ones:
        because = "a result with a partial date may or may not be the baseline"
        return NotEvaluable(Why.PARTIAL_DATE, because, tuple(each.as_input() for each in open_ones), needs)
    latest = [each for each in certain if each.day == last]
    inputs = tuple(each.as_input() for each in latest)
    if len({_amount(each, latest[0]) for each in latest}) > 1:
        return NotEvaluable(Why.CONFLICT, "different results on the day of the baseline", inputs, needs)
    return Assessed(latest[0], inputs[:1], _BASELINE_RULE)


def assess_change(*, result: Measured | None, baseline: Answer[Measured]) -> Answer[Change]:
    """
    Change of a result from its baseline, in the unit of the baseline and in per cent.

    An answer that could not be given for the baseline is handed on. A result before the day of the baseline has no
    change from it.
    """
    if isinstance(baseline, NotEvaluable):
        return baseline
    base = baseline.value
    if result is None:
        return NotEvaluable(Why.NEVER_MEASURED, f"{base.name} was not measured again", baseline.inputs, (base.name,))
    inputs = (result.as_input(), *baseline.inputs)
    if result.day is not None and base.day is not None and result.latest_day < base.day:
        because = f"{base.name} was measured before its baseline"
        return NotEvaluable(Why.IMPLAUSIBLE, because, inputs, (base.name,))
    unit = (resolve_unit(base.unit) or base.unit or "") if base.unit else ""
    before = in_unit(base, unit or "1", is_unit_required=bool(unit or result.unit))
    after = in_unit(result, unit or "1", is_unit_required=bool(unit))
    if isinstance(before, NotEvaluable):
        return before
    if isinstance(after, NotEvaluable):
        return after
    change = Change(after - before, unit or "1", compute_change_percent(value=after, baseline=before))
    notes = () if change.percent is not None else ("the baseline is not above zero, so there is no percentage",)
    return Assessed(change, inputs, f"change from baseline ({baseline.source})", (*baseline.notes, *notes))


def assess_change_percent(*, result: Measured | None, baseline: Answer[Measured]) -> Answer[Fraction]:
    """Relative change of a result from its baseline; not evaluable when the baseline is zero or below. [%]"""
    change = assess_change(result=result, baseline=baseline)
    if isinstance(change, NotEvaluable):
        return change
    if change.value.percent is None:
        because = "the baseline is not above zero, and no percentage of it exists"
        return NotEvaluable(Why.IMPLAUSIBLE, because, change.inputs, (change.inputs[-1].name,))
    return Assessed(change.value.percent, change.inputs, change.source, change.notes)


def assess_time_since(
    name: str,
    *,
    first_day: date | None,
    last_day: date | None,
    as_of: date,
    unit: TimeUnit,
    record: str | None = None,
) -> Answer[int]:
    """
    Whole days, months or years from an event to a day.

    Parameters
    ----------
    name
        What the event is, for evidence and for what is needed.
    first_day, last_day
        First and last possible day of the event; equal when the date is complete.

    Notes
    -----
    A partial date is no obstacle when all its days give one answer. An event after `as_of` has no time since.
    """
    if first_day is None or last_day is None:
        return NotEvaluable(Why.NEVER_MEASURED, f"the day of {name} is not recorded", (), (name,))
    shown = first_day.isoformat() if first_day == last_day else f"{first_day.isoformat()} to {last_day.isoformat()}"
    inputs = (Input(name, shown, first_day, record),)
    if first_day > as_of or first_day > last_day:
        because = f"{name} lies after the day from which time is counted back"
        if first_day > last_day:
            because = f"the last possible day of {name} is before its first"
        return NotEvaluable(Why.IMPLAUSIBLE, because, inputs, (name,))
    longest, shortest = _time(first_day, as_of, unit), _time(last_day, as_of, unit)
    if last_day > as_of or longest != shortest:
        return NotEvaluable(Why.PARTIAL_DATE, f"the day of {name} is known in part", inputs, (name,))
    return Assessed(longest, inputs, "whole calendar time, day of the month reached again")


def _time(start: date, end: date, unit: TimeUnit) -> int:
    if unit is TimeUnit.DAY:
        return (end - start).days
    months = compute_whole_months(start=start, end=end)
    return months if unit is TimeUnit.MONTH else months // 12


def _amount(result: Measured, like: Measured) -> object:
    """What makes results of one day equal: the amount in one unit, or all that was reported."""
    unit = resolve_unit(like.unit)
    value = None if unit is None else in_unit(result, unit)
    return value if isinstance(value, Fraction) else (result.value, result.unit, result.is_bound)
