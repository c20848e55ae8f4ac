"""Median and other quantiles of a survival curve, with the interval that its confidence band gives.

A curve that never falls so far has no such quantile; a bound that its band does not reach is None.
"""

from dataclasses import dataclass

import numpy as np

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.survival.batch import Floats
from equipoise.analysis.survival.kaplan_meier import KaplanMeier, check_interval, compute_bounds
from equipoise.errors import EquipoiseError, Fault

# A curve within this of a level is on it: 1 - 1/3 - 1/6 is not 0.5 to a computer. R's survfit has the same.
_ON_LEVEL = 2.0**-26


@dataclass(frozen=True)
class SurvivalTime:
    """The day by which a share of the subjects had the event. [days] Half a day can come of a flat stretch."""

    share: float
    days: float
    interval: Interval


def estimate_time(
    curve: KaplanMeier,
    share: float = 0.5,
    *,
    level: float = 0.95,
    interval: IntervalType = IntervalType.LOG_LOG,
) -> SurvivalTime | NotEstimable:
    """
    The time by which a share of the subjects had the event: the median unless another share is asked for.

    It is the first day on which the curve is at or below 1 - `share`. Where the curve stays exactly there for a while,
    it is the middle between that day and the next step (or the last day under observation), as in R's survfit [1]_.
    The interval holds the times at which the band is at that level: the lower bound of survival gives the earlier
    one [2]_. A band that rises again after a fall (few left at risk) is read where it first falls; R's is not.

    Parameters
    ----------
    curve : KaplanMeier
    share : float
        Strictly between 0 and 1.
    level : float
        Of the interval.
    interval : IntervalType
        Of the confidence band of the curve: LOG_LOG unless given, LOG or PLAIN.

    Returns
    -------
    SurvivalTime or NotEstimable
        NotEstimable when the curve does not fall so far.

    References
    ----------
    .. [1] Therneau, A Package for Survival Analysis in R, 3.5, quantile.survfit.
    .. [2] Brookmeyer and Crowley, Biometrics 1982;38:29.
    """
    check_interval(level, interval)
    if not 0 < share < 1:
        raise EquipoiseError("No such quantile.", [Fault("share", f"{share}", "Give a share between 0 and 1.")])
    days = _first_at(curve, curve.survival, 1 - share)
    if days is None:
        lowest = f"{float(curve.survival[-1]):.3g} on day {curve.last_day}, the last"
        return NotEstimable(f"survival does not fall to {1 - share:g}; it is {lowest}")
    low, high = _band(curve, level, interval)
    bounds = Interval(_first_at(curve, low, 1 - share), _first_at(curve, high, 1 - share), level, interval)
    return SurvivalTime(share, days, bounds)


def _band(curve: KaplanMeier, level: float, interval: IntervalType) -> tuple[Floats, Floats]:
    """The bounds on each day: both 1 before the first event, and neither known (never reached) where the curve is 0."""
    low, high = np.ones(curve.days.size), np.ones(curve.days.size)
    inside = (curve.relative_variance > 0) & (curve.survival > 0)
    low[inside], high[inside] = compute_bounds(
        curve.survival[inside], curve.relative_variance[inside], level=level, interval=interval
    )
    at_zero = curve.survival == 0
    low[at_zero] = high[at_zero] = np.nan
    return low, high


def _first_at(curve: KaplanMeier, heights: Floats, height: float) -> float | None:
    """The day on which a falling line is first at a height; the middle of the stretch where it stays there."""
    reached = np.flatnonzero(heights <= height + _ON_LEVEL)
    if not reached.size:
        return None
    first = float(curve.days[reached[0]])
    if heights[reached[0]] < height - _ON_LEVEL:
        return first
    beyond = np.flatnonzero(heights < height - _ON_LEVEL)
    return (first + float(curve.days[beyond[0]] if beyond.size else curve.last_day)) / 2
