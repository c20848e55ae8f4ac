"""Two arms compared by survival on one day, named before anybody looks.

The difference is what a reader understands, with Wald's interval. The p-value is taken on the complementary log-log
scale, where the size of the test holds in small trials (Klein, Logan, Harhoff and Andersen, Statistics in Medicine
2007;26:4505); where an arm is at 1 or 0 that scale has no value, and there is no p.
"""

import math
from dataclasses import dataclass

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.survival.kaplan_meier import KaplanMeier, SurvivalOnDay, estimate_survival
from equipoise.analysis.survival.tails import normal_quantile, normal_two_sided


@dataclass(frozen=True)
class Landmark:
    """
    Survival of both arms on a day, and arm 1 minus arm 0.

    Attributes
    ----------
    arm_0, arm_1 : SurvivalOnDay
    difference : float
    standard_error : float
    interval : Interval or NotEstimable
        Wald's; NotEstimable when neither arm varies.
    p_two_sided : float or NotEstimable
        Of equal survival on the day, on the complementary log-log scale.
    """

    arm_0: SurvivalOnDay
    arm_1: SurvivalOnDay
    difference: float
    standard_error: float
    interval: Interval | NotEstimable
    p_two_sided: float | NotEstimable


def compare_survival(
    arm_0: KaplanMeier,
    arm_1: KaplanMeier,
    day: float,
    *,
    level: float = 0.95,
    interval: IntervalType = IntervalType.LOG_LOG,
) -> Landmark | NotEstimable:
    """
    Compare survival on a day, arm 1 minus arm 0.

    Parameters
    ----------
    arm_0, arm_1 : KaplanMeier
    day : float
        [days from the time origin]
    level : float
        Of all intervals.
    interval : IntervalType
        Of the survival of each arm; see `estimate_survival`.

    Returns
    -------
    Landmark or NotEstimable
        NotEstimable when an arm was not followed so far.
    """
    on_day = []
    for number, curve in enumerate((arm_0, arm_1)):
        survival = estimate_survival(curve, day, level=level, interval=interval)
        if isinstance(survival, NotEstimable):
            return NotEstimable(f"arm {number}: {survival.reason}")
        on_day.append(survival)
    difference = on_day[1].survival - on_day[0].survival
    error = math.hypot(on_day[0].standard_error, on_day[1].standard_error)
    reach = normal_quantile((1 + level) / 2) * error
    bounds = Interval(difference - reach, difference + reach, level, IntervalType.WALD) if error else None
    return Landmark(
        arm_0=on_day[0],
        arm_1=on_day[1],
        difference=difference,
        standard_error=error,
        interval=bounds or NotEstimable("neither arm varies on that day"),
        p_two_sided=_test(on_day[0], on_day[1]),
    )


def _test(arm_0: SurvivalOnDay, arm_1: SurvivalOnDay) -> float | NotEstimable:
    scaled = []
    for number, one in enumerate((arm_0, arm_1)):
        if not 0 < one.survival < 1:
            return NotEstimable(f"survival of arm {number} is {one.survival:g} on that day")
        log_survival = math.log(one.survival)
        scaled.append((math.log(-log_survival), one.standard_error / (one.survival * log_survival)))
    (value_0, error_0), (value_1, error_1) = scaled
    return normal_two_sided((value_1 - value_0) / math.hypot(error_0, error_1))
