import math

import numpy as np
import pytest

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.survival.logrank import LogRank, logrank
from equipoise.analysis.survival.tails import chi_square_above, normal_below, normal_quantile, normal_two_sided
from equipoise.analysis.survival.weights import WeightFamily, Weights
from equipoise.errors import EquipoiseError


def test_four_subjects_by_hand():
    """
    Days 1 (arm 1), 2 (arm 0), 3 (arm 1, censored), 4 (arm 0).

    Expected in arm 1: 2/4 + 1/3 + 0; variance: 1/4 + 2/9 + 0. Observed 1.
    """
    result = logrank([1, 2, 3, 4], [1, 1, 0, 1], [1, 0, 1, 0])
    assert isinstance(result, LogRank)
    assert result.arms[1].observed == 1
    assert result.arms[1].expected == pytest.approx(5 / 6, rel=1e-15)
    assert result.arms[0].expected == pytest.approx(3 - 5 / 6, rel=1e-15)
    assert result.variance[1][1] == pytest.approx(17 / 36, rel=1e-15)
    assert result.z == pytest.approx((1 / 6) / math.sqrt(17 / 36), rel=1e-14)
    assert result.hazard_ratio == pytest.approx(math.exp((1 / 6) / (17 / 36)), rel=1e-14)
    assert [(arm.subjects, arm.events) for arm in result.arms] == [(2, 2), (2, 1)]


def test_z_is_below_0_and_the_one_sided_p_small_when_arm_1_lives_longer():
    result = logrank([1, 2, 3, 4, 5, 6, 7, 8], [1] * 8, [0, 0, 0, 0, 1, 1, 1, 1])
    assert isinstance(result, LogRank)
    assert result.z < 0
    assert result.hazard_ratio < 1
    assert result.p_one_sided == pytest.approx(result.p_two_sided / 2, rel=1e-14)


@pytest.mark.parametrize(
    ("days", "event", "arm", "reason"),
    [
        ([], [], [], "nobody is in arm 0 or 1"),
        ([1, 2], [1, 1], [0, 0], "nobody is in arm 1"),
        ([1, 2], [1, 1], [1, 1], "nobody is in arm 0"),
        ([1, 2, 3], [0, 0, 0], [0, 1, 1], "nobody had an event"),
        ([1, 2, 3], [0, 0, 1], [0, 0, 1], "the arms were never at risk together on a day with an event"),
        ([5, 5], [1, 1], [0, 1], "the arms were never at risk together on a day with an event"),
    ],
)
def test_what_cannot_be_compared_is_told_with_its_reason(days, event, arm, reason):
    result = logrank(days, event, arm)
    assert isinstance(result, NotEstimable)
    assert result.reason.startswith(reason)


def test_late_weights_see_nothing_when_all_events_are_on_the_first_day():
    result = logrank([1, 1, 5], [1, 0, 0], [0, 1, 1], weights=Weights(gamma=1))
    assert result == NotEstimable("the weights are 0 on each day with an event that tells the arms apart")
    assert isinstance(logrank([1, 1, 5], [1, 0, 0], [0, 1, 1]), LogRank)
    assert logrank([1, 1, 5, 5], [1, 0, 0, 0], [0, 1, 1, 2], arms=3, weights=Weights(gamma=1)) == result


def test_weights_are_no_reason_where_the_arms_never_met():
    for arms in (2, 3):
        result = logrank([1, 2, 3], [0, 0, 1], [0, arms - 2, arms - 1], arms=arms, weights=Weights(gamma=1))
        assert result.reason.startswith("the arms were never at risk together")


def test_one_event_is_enough_for_a_test():
    """Three at risk, one of them in arm 1, which has the event: 1 - 1/3 over the root of 1/3 x 2/3."""
    result = logrank([1, 2, 3], [1, 0, 0], [1, 0, 0])
    assert isinstance(result, LogRank)
    assert result.z == pytest.approx((2 / 3) / math.sqrt(2 / 9), rel=1e-14)


def test_one_subject_against_a_thousand_has_a_z_though_the_hazard_ratio_is_beyond_numbers():
    """O - E is 1000/1001 and the variance 1000/1001^2: z is the root of 1000, and the one step exp(1001)."""
    result = logrank([1] + [2] * 1000, [1] + [0] * 1000, [1] + [0] * 1000)
    assert isinstance(result, LogRank)
    assert result.z == pytest.approx(math.sqrt(1000), rel=1e-13)
    assert result.hazard_ratio == math.inf


def test_strata_are_compared_within():
    """Twice the same stratum doubles difference and variance, though the strata are years apart."""
    days, event, arm = [1, 2, 3, 4], [1, 1, 0, 1], [1, 0, 1, 0]
    one = logrank(days, event, arm)
    both = logrank([*days, *(day + 900 for day in days)], event * 2, arm * 2, [0] * 4 + [7] * 4)
    assert isinstance(one, LogRank)
    assert isinstance(both, LogRank)
    assert both.chi2 == pytest.approx(2 * one.chi2, rel=1e-14)
    assert (one.strata, both.strata) == (1, 2)


def test_a_third_arm_never_at_risk_with_an_event_takes_no_degree_of_freedom():
    """Arm 2 is censored before the first event: what is left is the test of the two others."""
    days, event, arm = [2, 3, 4, 5], [1, 1, 0, 1], [1, 0, 1, 0]
    two = logrank(days, event, arm)
    three = logrank([1, 1, *days], [0, 0, *event], [2, 2, *arm], arms=3)
    assert isinstance(two, LogRank)
    assert isinstance(three, LogRank)
    assert (three.degrees, three.z, three.hazard_ratio) == (1, None, None)
    assert three.chi2 == pytest.approx(two.chi2, rel=1e-14)


def test_the_differences_of_all_arms_and_their_covariances_sum_to_0():
    rng = np.random.default_rng(8)
    result = logrank(rng.integers(0, 30, 200), rng.random(200) < 0.7, rng.integers(0, 4, 200), arms=4)
    assert isinstance(result, LogRank)
    assert np.abs(np.array(result.variance).sum(axis=0)).max() < 1e-12
    assert sum(arm.observed - arm.expected for arm in result.arms) == pytest.approx(0, abs=1e-11)
    assert result.degrees == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"rho": -1}, "rho: -1 is no weight"),
        ({"gamma": float("nan")}, "gamma: nan is no weight"),
        ({"family": WeightFamily.GEHAN, "rho": 1}, "rho, gamma: have no meaning for Gehan"),
    ],
)
def test_a_weight_that_is_not_defined_cannot_be_made(arguments, said):
    with pytest.raises(EquipoiseError, match=said):
        Weights(**arguments)


def test_weights_say_their_name():
    assert str(Weights()) == "log-rank"
    assert str(Weights(rho=0.5, gamma=1)) == "Fleming-Harrington (0.5, 1)"
    assert str(Weights(WeightFamily.TARONE_WARE)) == "Tarone-Ware"


@pytest.mark.parametrize(
    ("chi2", "degrees", "expected"),
    # Abramowitz and Stegun 1964, table 26.8: percentage points of the chi-square distribution.
    [(3.84146, 1, 0.05), (10.8276, 1, 0.001), (9.21034, 2, 0.01), (7.81473, 3, 0.05), (13.2767, 4, 0.01),
     (11.0705, 5, 0.05), (18.3070, 10, 0.05), (50.8922, 30, 0.01)],
)  # fmt: skip
def test_chi_square_tails_are_those_of_the_table(chi2, degrees, expected):
    assert chi_square_above(chi2, degrees) == pytest.approx(expected, rel=3e-5)


def test_chi_square_tails_agree_with_scipy():
    from scipy import stats

    for degrees in (1, 2, 3, 4, 7, 12):
        for chi2 in (0.0, 1e-9, 0.3, 4.0, 40.0, 400.0):
            assert chi_square_above(chi2, degrees) == pytest.approx(stats.chi2.sf(chi2, degrees), rel=1e-12)


def test_normal_tails_keep_their_digits_far_out():
    """Q(10) = 7.619853024160526e-24 (Abramowitz and Stegun 1964, table 26.2)."""
    assert normal_below(-10) == pytest.approx(7.619853024160526e-24, rel=1e-13)
    assert normal_two_sided(10) == normal_two_sided(-10) == pytest.approx(2 * 7.619853024160526e-24, rel=1e-13)
    assert normal_quantile(0.975) == pytest.approx(1.959963984540054, rel=1e-15)
