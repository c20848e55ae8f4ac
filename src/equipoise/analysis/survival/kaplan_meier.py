"""The Kaplan-Meier curve as a table of steps, and what it says on one day: value, standard error, interval.

Decides the estimate and its interval; `quantiles` reads the same curve the other way, `rmst` takes the area under it.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.survival.batch import Floats
from equipoise.analysis.survival.inputs import Ints, check_followed
from equipoise.analysis.survival.tails import normal_quantile
from equipoise.errors import EquipoiseError, Fault

CURVE_INTERVALS = (IntervalType.LOG_LOG, IntervalType.LOG, IntervalType.PLAIN)


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """
    The curve of one group; one entry for each day on which somebody had an event or was censored, in order.

    Attributes
    ----------
    subjects : int
    days : array of int
    at_risk : array of int
        Under observation when the day begins; who is censored on a day is at risk on it.
    events, censored : array of int
        On the day.
    survival : array of float
        From the end of the day to the next one.
    relative_variance : array of float
        Greenwood's sum of d / (n (n - d)): variance of the survival divided by its square. inf once the curve is at 0.
    """

    subjects: int
    days: Ints
    at_risk: Ints
    events: Ints
    censored: Ints
    survival: Floats
    relative_variance: Floats

    @property
    def last_day(self) -> int:
        """The last day on which somebody was under observation."""
        return int(self.days[-1])

    @property
    def ends_at_zero(self) -> bool:
        return bool(self.survival[-1] == 0)

    def count_at_risk(self, day: float) -> int:
        """Subjects under observation when the day begins: with neither event nor censoring before it."""
        later = np.searchsorted(self.days, day)
        return int(self.at_risk[later]) if later < self.days.size else 0

    def step_at(self, day: float) -> int:
        """The place in the arrays that holds on a day; -1 before the first."""
        return int(np.searchsorted(self.days, day, side="right")) - 1


@dataclass(frozen=True)
class SurvivalOnDay:
    """
    Survival on a day with its standard error (Greenwood) and interval.

    The interval is NotEstimable where its formula has no value: before the first event, and once the curve is at 0.
    """

    day: float
    survival: float
    standard_error: float
    at_risk: int
    interval: Interval | NotEstimable


def fit_kaplan_meier(days: ArrayLike, event: ArrayLike) -> KaplanMeier | NotEstimable:
    """
    Estimate the survival curve of one group [1]_.

    Parameters
    ----------
    days, event : array_like, (subjects,)
        See `check_followed`.

    Returns
    -------
    KaplanMeier or NotEstimable
        NotEstimable when there is nobody. Without an event the curve is 1 up to the last day.

    References
    ----------
    .. [1] Kaplan and Meier, Journal of the American Statistical Association 1958;53:457.
    """
    data = check_followed(days, event, dimensions=1)
    if not data.days.size:
        return NotEstimable("there is nobody")
    on, group = np.unique(data.days, return_inverse=True)
    events = np.bincount(group, weights=data.event).astype(np.int64)
    leaving = np.bincount(group)
    at_risk = data.days.size - np.append(0, np.cumsum(leaving)[:-1])
    left = at_risk - events
    with np.errstate(divide="ignore"):
        terms = np.where(events > 0, events / (at_risk * left.astype(np.float64)), 0.0)
    return KaplanMeier(
        subjects=data.days.size,
        days=on,
        at_risk=at_risk,
        events=events,
        censored=leaving - events,
        survival=np.cumprod(left / at_risk),
        relative_variance=np.cumsum(terms),
    )


def fit_follow_up(days: ArrayLike, event: ArrayLike) -> KaplanMeier | NotEstimable:
    """
    The reverse curve: how long subjects would be followed if none had an event [1]_.

    Events and censorings change places; on a day with both, who has the event still counts as at risk of ending
    observation, as in R's survfit of the reversed indicator. (Some software takes them out first.)

    References
    ----------
    .. [1] Schemper and Smith, Controlled Clinical Trials 1996;17:343.
    """
    data = check_followed(days, event, dimensions=1)
    return fit_kaplan_meier(data.days, ~data.event)


def estimate_survival(
    curve: KaplanMeier, day: float, *, level: float = 0.95, interval: IntervalType = IntervalType.LOG_LOG
) -> SurvivalOnDay | NotEstimable:
    """
    Survival on a day (a landmark).

    Parameters
    ----------
    curve : KaplanMeier
    day : float
        [days from the time origin]
    level : float
        Of the interval; 0.95 unless given.
    interval : IntervalType
        LOG_LOG [1]_ unless given; LOG or PLAIN. PLAIN and LOG are cut at 1, PLAIN at 0.

    Returns
    -------
    SurvivalOnDay or NotEstimable
        NotEstimable after the last day under observation, unless the curve is at 0 by then.

    References
    ----------
    .. [1] Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 2002, section 1.4.
    """
    check_interval(level, interval)
    if day > curve.last_day and not curve.ends_at_zero:
        return NotEstimable(f"nobody was followed beyond day {curve.last_day}")
    step = curve.step_at(day)
    survival = float(curve.survival[step]) if step >= 0 else 1.0
    relative = float(curve.relative_variance[step]) if step >= 0 else 0.0
    bounds: Interval | NotEstimable
    if relative == 0:
        bounds = NotEstimable("nobody had an event by then")
    elif survival == 0:
        bounds = NotEstimable("the curve is at 0")
    else:
        low, high = compute_bounds(np.array([survival]), np.array([relative]), level=level, interval=interval)
        bounds = Interval(float(low[0]), float(high[0]), level, interval)
    error = survival * math.sqrt(relative) if survival else 0.0
    return SurvivalOnDay(day, survival, error, curve.count_at_risk(day), bounds)


def compute_bounds(
    survival: Floats, relative_variance: Floats, *, level: float, interval: IntervalType
) -> tuple[Floats, Floats]:
    """Lower and upper bound of survival strictly between 0 and 1. (steps,) each"""
    z = normal_quantile((1 + level) / 2)
    error = np.sqrt(relative_variance)
    if interval is IntervalType.PLAIN:
        return np.maximum(survival - z * error * survival, 0), np.minimum(survival + z * error * survival, 1)
    log_survival = np.log(survival)
    if interval is IntervalType.LOG:
        return np.exp(log_survival - z * error), np.minimum(np.exp(log_survival + z * error), 1)
    shift = z * error / log_survival
    return survival ** np.exp(-shift), survival ** np.exp(shift)


def check_interval(level: float, interval: IntervalType) -> None:
    """Refuse a level that is none, and a type that no curve has."""
    faults = []
    if not 0 < level < 1:
        faults.append(Fault("level", f"{level}", "Give a share between 0 and 1, for example 0.95."))
    if interval not in CURVE_INTERVALS:
        faults.append(Fault("interval", f"{interval}", f"Use one of {', '.join(CURVE_INTERVALS)}."))
    if faults:
        raise EquipoiseError("No such interval of a survival curve.", faults)
