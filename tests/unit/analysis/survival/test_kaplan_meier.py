import math

import pytest

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.survival.kaplan_meier import (
    KaplanMeier,
    SurvivalOnDay,
    estimate_survival,
    fit_follow_up,
    fit_kaplan_meier,
)
from equipoise.analysis.survival.landmark import Landmark, compare_survival
from equipoise.analysis.survival.quantiles import SurvivalTime, estimate_time
from equipoise.errors import EquipoiseError

# Weeks of remission under 6-mercaptopurine, negative when censored: Freireich and others, Blood 1963;21:699.
REMISSION = [6, 6, 6, 7, 10, 13, 16, 22, 23, -6, -9, -10, -11, -17, -19, -20, -25, -32, -32, -34, -35]


def _fit(signed):
    curve = fit_kaplan_meier([abs(day) for day in signed], [day > 0 for day in signed])
    assert isinstance(curve, KaplanMeier)
    return curve


@pytest.mark.parametrize(
    ("week", "at_risk", "survival", "error"),
    # Kalbfleisch and Prentice 2002, chapter 1; Collett 2003, chapter 2: three digits, and the same fractions by hand.
    [(6, 21, 18 / 21, 0.0764), (7, 17, 18 / 21 * 16 / 17, 0.0869), (10, 15, 18 / 21 * 16 / 17 * 14 / 15, 0.0963),
     (13, 12, 0.690, 0.107), (16, 11, 0.627, 0.114), (22, 7, 0.538, 0.128), (23, 6, 0.448, 0.135)],
)  # fmt: skip
def test_remission_under_mercaptopurine_is_as_published(week, at_risk, survival, error):
    result = estimate_survival(_fit(REMISSION), week)
    assert isinstance(result, SurvivalOnDay)
    assert result.at_risk == at_risk
    assert result.survival == pytest.approx(survival, abs=6e-4)
    assert result.standard_error == pytest.approx(error, abs=6e-4)


def test_who_is_censored_on_a_day_is_at_risk_on_it():
    """Day 6: three of 21 have the event, and the one censored that day is among the 21."""
    curve = _fit(REMISSION)
    assert (curve.days[0], curve.at_risk[0], curve.events[0], curve.censored[0]) == (6, 21, 3, 1)
    assert [curve.count_at_risk(week) for week in (0, 6, 6.5, 7, 35, 36)] == [21, 21, 17, 17, 1, 0]


def test_the_type_of_an_interval_stands_in_it():
    """Greenwood on day 1 of four: S 3/4, error sqrt(3/64); each formula by hand."""
    curve, z, error = _fit([1, -2, -2, -2]), 1.959963984540054, math.sqrt(3 / 64)
    plain = estimate_survival(curve, 1, interval=IntervalType.PLAIN)
    log = estimate_survival(curve, 1, interval=IntervalType.LOG)
    log_log = estimate_survival(curve, 1)
    assert plain.interval == Interval(pytest.approx(0.75 - z * error), 1.0, 0.95, IntervalType.PLAIN)
    assert log.interval == Interval(pytest.approx(0.75 * math.exp(-z * error / 0.75)), 1.0, 0.95, IntervalType.LOG)
    wide = math.exp(z * error / 0.75 / abs(math.log(0.75)))
    expected = Interval(pytest.approx(0.75**wide), pytest.approx(0.75 ** (1 / wide)), 0.95, IntervalType.LOG_LOG)
    assert log_log.interval == expected


def test_survival_before_the_first_event_is_1_without_an_interval():
    result = estimate_survival(_fit([5, -6]), 4)
    assert (result.survival, result.standard_error, result.at_risk) == (1, 0, 2)
    assert result.interval == NotEstimable("nobody had an event by then")


def test_survival_at_0_stays_there_without_an_interval():
    for day in (6, 500):
        result = estimate_survival(_fit([5, 6]), day)
        assert (result.survival, result.standard_error) == (0, 0)
        assert result.interval == NotEstimable("the curve is at 0")


def test_survival_beyond_the_last_day_is_not_known():
    assert isinstance(estimate_survival(_fit([5, -9]), 9), SurvivalOnDay)
    assert estimate_survival(_fit([5, -9]), 10) == NotEstimable("nobody was followed beyond day 9")


def test_nobody_has_no_curve_and_nobody_with_an_event_a_flat_one():
    assert fit_kaplan_meier([], []) == NotEstimable("there is nobody")
    curve = _fit([-3, -4])
    assert curve.survival.tolist() == [1, 1]
    assert estimate_time(curve) == NotEstimable("survival does not fall to 0.5; it is 1 on day 4, the last")


def test_follow_up_exchanges_event_and_censoring():
    """Events at 2 and 5, censorings at 3 and 5: 2/3 are followed beyond day 3, none beyond 5 but for who died there."""
    curve = fit_follow_up([2, 3, 5, 5], [1, 0, 0, 1])
    assert isinstance(curve, KaplanMeier)
    assert curve.survival.tolist() == pytest.approx([1, 2 / 3, 1 / 3])
    assert estimate_time(curve).days == 5


def test_a_median_on_a_flat_stretch_is_its_middle():
    """Survival is 1/2 from day 4 to day 9: R's survfit gives 6.5. Below 1/2 there is no stretch."""
    assert estimate_time(_fit([3, 4, 9, 12])).days == 6.5
    assert estimate_time(_fit([3, 4, 9, 12, 14])).days == 9


def test_a_median_on_the_last_stretch_is_its_middle_to_the_last_day():
    """Survival is 1/2 from day 4 on, and two are followed to day 10: R's survfit gives 7."""
    assert estimate_time(_fit([3, 4, -10, -10])).days == 7


def test_a_level_that_rounding_misses_is_met():
    """8/10 x 6/8 x 5/6 = 1/2 from day 3 to day 4, which floats make 0.5000000000000001. R's survfit gives 3.5."""
    curve = _fit([1, 1, 2, 2, 3, 4, 5, 8, 8, -8])
    assert curve.survival[2] > 0.5
    assert estimate_time(curve).days == 3.5


def test_a_bound_that_the_band_does_not_reach_is_none():
    result = estimate_time(_fit([1, 2, 3, -9, -9, -9, -9]), 0.25)
    assert isinstance(result, SurvivalTime)
    assert (result.days, result.interval.high, result.interval.type) == (2, None, IntervalType.LOG_LOG)


def test_a_band_that_rises_again_is_read_where_it_first_falls():
    """
    The upper log bound is .795 on day 29, .716 on day 37 and .738 on day 46: it is below .75 from day 37 on.

    R survival 3.5-3 gives 46 here, because it sorts the bounds by height and loses their order in time.
    """
    result = estimate_time(_fit([4, 6, 10, 24, 25, 26, 29, 37, -45, 46, 47]), 0.25, interval=IntervalType.LOG)
    assert isinstance(result, SurvivalTime)
    assert (result.days, result.interval.low, result.interval.high) == (10, 6, 37)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"level": 95}, "level: 95\n  Give a share between 0 and 1"),
        ({"interval": IntervalType.WALD}, "interval: wald\n  Use one of log-log, log, plain"),
    ],
)
def test_an_interval_that_no_curve_has_is_refused(arguments, said):
    with pytest.raises(EquipoiseError, match=said):
        estimate_survival(_fit([1, 2]), 1, **arguments)
    with pytest.raises(EquipoiseError, match=said):
        estimate_time(_fit([1, 2]), **arguments)


@pytest.mark.parametrize("share", [0, 1, -0.5, 50])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(EquipoiseError, match="Give a share between 0 and 1"):
        estimate_time(_fit([1, 2]), share)


def test_a_landmark_compares_survival_on_a_day():
    """Day 1: 3/4 of four and 1/2 of four; variances 3/64 and 4/64. On the log-log scale by hand."""
    arm_0, arm_1 = _fit([1, -2, -2, -2]), _fit([1, 1, -2, -2])
    result = compare_survival(arm_0, arm_1, 1)
    assert isinstance(result, Landmark)
    assert isinstance(result.interval, Interval)
    assert (result.difference, result.standard_error) == (-0.25, pytest.approx(math.sqrt(7 / 64)))
    assert result.interval.type is IntervalType.WALD
    assert result.interval.high - result.interval.low == pytest.approx(2 * 1.959963984540054 * math.sqrt(7 / 64))
    errors = [math.sqrt(3 / 64) / (0.75 * math.log(0.75)), math.sqrt(4 / 64) / (0.5 * math.log(0.5))]
    z = (math.log(-math.log(0.5)) - math.log(-math.log(0.75))) / math.hypot(*errors)
    assert result.p_two_sided == pytest.approx(math.erfc(z / math.sqrt(2)))


def test_a_landmark_says_what_it_cannot_give():
    followed, short = _fit([1, -9]), _fit([1, -3])
    assert compare_survival(followed, short, 5) == NotEstimable("arm 1: nobody was followed beyond day 3")
    before = compare_survival(followed, short, 0)
    assert isinstance(before, Landmark)
    assert before.interval == NotEstimable("neither arm varies on that day")
    assert before.p_two_sided == NotEstimable("survival of arm 0 is 1 on that day")
