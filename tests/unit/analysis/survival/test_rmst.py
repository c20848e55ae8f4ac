import math

import pytest

from equipoise.analysis.answer import IntervalType, NotEstimable
from equipoise.analysis.survival.kaplan_meier import KaplanMeier, fit_kaplan_meier
from equipoise.analysis.survival.rmst import (
    Contrast,
    RestrictedMean,
    RestrictedMeans,
    compare_restricted_means,
    estimate_restricted_mean,
    find_longest_tau,
)
from equipoise.errors import EquipoiseError


def _fit(signed):
    curve = fit_kaplan_meier([abs(day) for day in signed], [day > 0 for day in signed])
    assert isinstance(curve, KaplanMeier)
    return curve


def test_the_area_under_two_steps_by_hand():
    """Survival 1 to day 2, 2/3 to day 4, 1/3 to day 7; area beyond day 2: 7/3, beyond day 4: 1."""
    result = estimate_restricted_mean(_fit([2, 4, -9]), 7)
    assert isinstance(result, RestrictedMean)
    assert result.days == pytest.approx(2 + 4 / 3 + 1)
    assert result.standard_error == pytest.approx(math.sqrt((7 / 3) ** 2 / 6 + 1 / 2))
    assert result.interval.type is IntervalType.WALD


def test_without_an_event_by_then_the_mean_is_tau_and_nothing_varies():
    result = estimate_restricted_mean(_fit([8, -9]), 7.5)
    assert isinstance(result, RestrictedMean)
    assert (result.days, result.standard_error) == (7.5, 0)


def test_a_restricted_mean_beyond_the_data_names_the_longest_tau():
    known, longer, ended = _fit([2, -9]), _fit([2, -20]), _fit([2, 5])
    assert estimate_restricted_mean(known, 10) == NotEstimable(
        "nobody was followed beyond day 9, and day 10 was asked for"
    )
    assert isinstance(estimate_restricted_mean(known, 9), RestrictedMean)
    assert compare_restricted_means(longer, known, 12) == NotEstimable(
        "arm 1: nobody was followed beyond day 9, and day 12 was asked for; for both arms the longest is day 9"
    )
    assert find_longest_tau(known, longer) == find_longest_tau(known, ended) == 9
    assert find_longest_tau(ended) == math.inf


def test_a_curve_at_0_is_known_for_ever():
    """Days 2 and 5: mean 3.5 whatever is beyond."""
    for tau in (5, 400):
        result = estimate_restricted_mean(_fit([2, 5]), tau)
        assert isinstance(result, RestrictedMean)
        assert result.days == 3.5


def test_arms_are_compared_as_arm_1_minus_and_over_arm_0():
    result = compare_restricted_means(_fit([2, 4, -9]), _fit([4, 6, -9]), 7)
    assert isinstance(result, RestrictedMeans)
    assert isinstance(result.difference, Contrast)
    assert isinstance(result.ratio, Contrast)
    # Arm 1: 4 + 2 x 2/3 + 1/3 = 17/3; arm 0: 13/3.
    assert result.difference.estimate == pytest.approx(4 / 3)
    assert result.ratio.estimate == pytest.approx(17 / 13)
    assert (result.difference.interval.type, result.ratio.interval.type) == (IntervalType.WALD, IntervalType.LOG)
    assert result.ratio.interval.low * result.ratio.interval.high == pytest.approx((17 / 13) ** 2)


def test_arms_that_do_not_vary_have_no_contrast():
    result = compare_restricted_means(_fit([8, -9]), _fit([-9, -9]), 7)
    assert isinstance(result, RestrictedMeans)
    assert isinstance(result.difference, NotEstimable)
    assert isinstance(result.ratio, NotEstimable)
    assert result.difference.reason.startswith("neither arm varies")


def test_an_arm_that_dies_on_day_0_has_no_ratio():
    at_once = fit_kaplan_meier([0, 0], [1, 1])
    assert isinstance(at_once, KaplanMeier)
    result = compare_restricted_means(_fit([2, 4, -9]), at_once, 7)
    assert isinstance(result, RestrictedMeans)
    assert result.ratio == NotEstimable("an arm has a mean of 0 days")
    assert isinstance(result.difference, Contrast)


@pytest.mark.parametrize("tau", [0, -1, math.inf, math.nan])
def test_a_tau_that_is_no_day_is_refused(tau):
    with pytest.raises(EquipoiseError, match="No such restricted mean"):
        estimate_restricted_mean(_fit([1, 2]), tau)
