"""Restricted mean survival time: the area under the Kaplan-Meier curve up to a day, and arms compared by it.

Decides how far the data allow it: never beyond the last day under observation of a curve that is not at 0 by then.
"""

import math
from dataclasses import dataclass

import numpy as np

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.survival.kaplan_meier import KaplanMeier
from equipoise.analysis.survival.tails import normal_quantile, normal_two_sided
from equipoise.errors import EquipoiseError, Fault


@dataclass(frozen=True)
class RestrictedMean:
    """Mean of the survival time up to day `tau`, its standard error and interval. [days]"""

    tau: float
    days: float
    standard_error: float
    interval: Interval


@dataclass(frozen=True)
class Contrast:
    """Arm 1 against arm 0: a difference, or a ratio with the standard error of its logarithm."""

    estimate: float
    standard_error: float
    interval: Interval
    p_two_sided: float


@dataclass(frozen=True)
class RestrictedMeans:
    """
    Two arms compared by restricted means up to the same day.

    Difference and ratio are NotEstimable when no arm had an event by then: nothing varies. The ratio also when an arm
    has a mean of 0.
    """

    arm_0: RestrictedMean
    arm_1: RestrictedMean
    difference: Contrast | NotEstimable
    ratio: Contrast | NotEstimable


def find_longest_tau(*curves: KaplanMeier) -> float:
    """The last day up to which every restricted mean is known; inf when every curve ends at 0. [days]"""
    return min(math.inf if curve.ends_at_zero else float(curve.last_day) for curve in curves)


def estimate_restricted_mean(curve: KaplanMeier, tau: float, *, level: float = 0.95) -> RestrictedMean | NotEstimable:
    """
    Mean survival time up to a day [1]_.

    Parameters
    ----------
    curve : KaplanMeier
    tau : float
        Above 0; need not be whole. [days]
    level : float
        Of the Wald interval.

    Returns
    -------
    RestrictedMean or NotEstimable
        NotEstimable when `tau` is beyond what the curve knows; the reason names the longest `tau`. The variance is the
        sum over event days of the squared area from there to `tau` times d / (n (n - d)), as in survRM2.

    References
    ----------
    .. [1] Uno and others, Journal of Clinical Oncology 2014;32:2380. Irwin, Journal of Hygiene 1949;47:188.
    """
    if not 0 < tau < math.inf or not 0 < level < 1:
        what = f"tau {tau}, level {level}"
        raise EquipoiseError("No such restricted mean.", [Fault("tau, level", what, "Give a day above 0, a share.")])
    longest = find_longest_tau(curve)
    if tau > longest:
        return NotEstimable(f"nobody was followed beyond day {longest:g}, and day {tau:g} was asked for")
    inside = curve.days <= tau
    widths = np.diff(np.concatenate(([0.0], curve.days[inside], [tau])))
    areas = widths * np.append(1.0, curve.survival[inside])
    beyond = np.cumsum(areas[::-1])[::-1][1:]
    at_risk, events = curve.at_risk[inside].astype(np.float64), curve.events[inside]
    # Where the last of those at risk have the event, nothing is left beyond to vary.
    left = np.where(at_risk > events, at_risk - events, np.inf)
    error = math.sqrt(float((beyond**2 * events / (at_risk * left)).sum()))
    mean, reach = float(areas.sum()), normal_quantile((1 + level) / 2) * error
    return RestrictedMean(tau, mean, error, Interval(mean - reach, mean + reach, level, IntervalType.WALD))


def compare_restricted_means(
    arm_0: KaplanMeier, arm_1: KaplanMeier, tau: float, *, level: float = 0.95
) -> RestrictedMeans | NotEstimable:
    """
    Difference (arm 1 minus arm 0) and ratio (arm 1 to arm 0) of restricted means up to the same day.

    Parameters
    ----------
    arm_0, arm_1 : KaplanMeier
    tau : float
        [days]
    level : float

    Returns
    -------
    RestrictedMeans or NotEstimable
        The interval of the difference is Wald's, that of the ratio is Wald's on the log scale (its type is `log`).
    """
    means = []
    for number, curve in enumerate((arm_0, arm_1)):
        mean = estimate_restricted_mean(curve, tau, level=level)
        if isinstance(mean, NotEstimable):
            longest = f"; for both arms the longest is day {find_longest_tau(arm_0, arm_1):g}"
            return NotEstimable(f"arm {number}: {mean.reason}{longest}")
        means.append(mean)
    return RestrictedMeans(
        means[0], means[1], _difference(means[0], means[1], level), _ratio(means[0], means[1], level)
    )


def _difference(arm_0: RestrictedMean, arm_1: RestrictedMean, level: float) -> Contrast | NotEstimable:
    error = math.hypot(arm_0.standard_error, arm_1.standard_error)
    if not error:
        return NotEstimable("neither arm varies: no event by then that leaves somebody at risk")
    estimate, reach = arm_1.days - arm_0.days, normal_quantile((1 + level) / 2) * error
    interval = Interval(estimate - reach, estimate + reach, level, IntervalType.WALD)
    return Contrast(estimate, error, interval, normal_two_sided(estimate / error))


def _ratio(arm_0: RestrictedMean, arm_1: RestrictedMean, level: float) -> Contrast | NotEstimable:
    if not arm_0.days or not arm_1.days:
        return NotEstimable("an arm has a mean of 0 days")
    error = math.hypot(arm_0.standard_error / arm_0.days, arm_1.standard_error / arm_1.days)
    if not error:
        return NotEstimable("neither arm varies: no event by then that leaves somebody at risk")
    log_ratio, reach = math.log(arm_1.days / arm_0.days), normal_quantile((1 + level) / 2) * error
    interval = Interval(math.exp(log_ratio - reach), math.exp(log_ratio + reach), level, IntervalType.LOG)
    return Contrast(math.exp(log_ratio), error, interval, normal_two_sided(log_ratio / error))
