"""Small data sets whose answers are worked out by hand, and every way in which there is none."""

import math

import numpy as np
import pytest

from equipoise.analysis.answer import IntervalType, NotEstimable
from equipoise.analysis.cox.batch import fit_cox_batch
from equipoise.analysis.cox.data import Ties
from equipoise.analysis.cox.fitting import fit_cox
from equipoise.errors import EquipoiseError

DAYS, EVENT, ARM = [1, 2, 3], [True, True, True], [[1], [0], [1]]
"""With t the hazard ratio the likelihood is t / (2t + 1) / (1 + t), which is largest at t = 1 / sqrt 2."""


def fit(days=DAYS, event=EVENT, covariates=ARM, ties=Ties.EFRON, **options):
    return fit_cox(days, event, covariates, ties=ties, **options)


def why(*arguments, **options):
    result = fit(*arguments, **options)
    assert isinstance(result, NotEstimable)
    return result.reason


@pytest.mark.parametrize("ties", Ties)
def test_three_subjects_by_hand(ties):
    result = fit(ties=ties)
    ratio = math.sqrt(0.5)
    shares = [2 * ratio / (2 * ratio + 1), ratio / (1 + ratio)]
    information = sum(share * (1 - share) for share in shares)
    effect = result.effects[0]
    assert effect.name == "x1"
    assert effect.hazard_ratio == pytest.approx(ratio, rel=1e-14)
    assert effect.log_hazard_ratio == pytest.approx(-math.log(2) / 2, rel=1e-14)
    assert effect.standard_error == pytest.approx(information**-0.5, rel=1e-14)
    assert result.log_likelihood == pytest.approx(math.log(ratio / (2 * ratio + 1) / (1 + ratio)), rel=1e-14)
    assert result.log_likelihood_null == pytest.approx(-math.log(6), rel=1e-14)
    # At 0 one death of arm 1 counts, against 2/3 and 1/2; the variances are 2/9 and 1/4.
    assert result.score.statistic == pytest.approx((1 - 2 / 3 - 1 / 2) ** 2 / (2 / 9 + 1 / 4), rel=1e-13)
    assert result.wald.statistic == pytest.approx((math.log(2) / 2) ** 2 * information, rel=1e-13)
    assert (result.subjects, result.events, result.notes, result.monotone) == (3, 3, (), ())


def test_two_deaths_of_one_day_by_hand():
    """One of each arm dies, of two and two: t over (2 + 2t)^2, over (2 + 2t)(3 + 3t) / 2, or over 1 + 4t + t^2."""
    days, event, arm = [1, 1, 2, 2], [True, True, False, False], [[1], [0], [1], [0]]
    expected = {
        Ties.BRESLOW: 1 / 16,
        Ties.EFRON: 1 / (4 * 3),
        Ties.EXACT: 1 / 6,
    }
    for ties, likelihood in expected.items():
        result = fit(days, event, arm, ties)
        assert result.log_likelihood == pytest.approx(math.log(likelihood), rel=1e-14)
        assert result.coefficients[0] == pytest.approx(0, abs=1e-14)


def test_who_is_censored_on_the_day_of_an_event_is_at_risk_of_it():
    """Censored on day 1 somebody makes three at risk then, censored on day 0 only two are left."""
    for day, at_risk in ((1, 3), (0, 2)):
        result = fit([day, 1, 2], [False, True, True], [[1], [1], [0]])
        assert result.log_likelihood_null == pytest.approx(-math.log(at_risk), rel=1e-14)


def test_the_wald_interval_is_symmetric_in_the_logarithm():
    effect = fit(level=0.9).effects[0]
    assert effect.interval.type is IntervalType.WALD
    assert effect.interval.level == 0.9
    width = 1.6448536269514722 * effect.standard_error  # 95th percentile of the standard normal, from tables
    assert effect.interval.low == pytest.approx(effect.hazard_ratio * math.exp(-width), rel=1e-13)
    assert effect.interval.high == pytest.approx(effect.hazard_ratio * math.exp(width), rel=1e-13)


def test_profile_bounds_solve_the_likelihood_equation():
    """Between 3 subjects the loss is -2 log of t (2s + 1)(1 + s) / (s (2t + 1)(1 + t)), a quadratic in t."""
    interval = fit(interval=IntervalType.PROFILE).effects[0].interval
    assert interval.type is IntervalType.PROFILE
    best = math.sqrt(0.5)
    fallen = best / (2 * best + 1) / (1 + best) * math.exp(-(1.959963984540054**2) / 2)
    low, high = sorted(np.roots([2 * fallen, 3 * fallen - 1, fallen]))
    assert interval.low == pytest.approx(low, rel=1e-12)
    assert interval.high == pytest.approx(high, rel=1e-12)


def test_an_arm_without_events_has_an_infinite_estimate_and_one_profile_bound():
    """Only arm 0 dies, first of 2 + 2 and then of 1 + 2: the likelihood is 1 / (2 + 2t) / (1 + 2t), best at t = 0."""
    days, event, arm = [1, 2, 3, 3], [True, True, False, False], [[0], [0], [1], [1]]
    result = fit(days, event, arm, interval=IntervalType.PROFILE, names=["arm"])
    effect = result.effects[0]
    assert (effect.log_hazard_ratio, effect.hazard_ratio, effect.is_infinite) == (-math.inf, 0.0, True)
    assert result.monotone == ("arm",)
    assert result.notes == ("monotone likelihood: no finite estimate for arm (towards minus infinity)",)
    assert result.log_likelihood == pytest.approx(-math.log(2), rel=1e-14)
    assert result.likelihood_ratio.statistic == pytest.approx(2 * math.log(12 / 2), rel=1e-13)
    assert effect.interval.low is None
    target = 2 / math.exp(-(1.959963984540054**2) / 2)
    bound = max(np.roots([4, 6, 2 - target]))
    assert effect.interval.high == pytest.approx(bound, rel=1e-12)
    for nothing in (effect.standard_error, effect.p, result.wald, result.covariance):
        assert isinstance(nothing, NotEstimable)


def test_an_infinite_estimate_has_no_wald_interval():
    effect = fit([1, 2, 3, 3], [True, True, False, False], [[1], [1], [0], [0]]).effects[0]
    assert effect.hazard_ratio == math.inf
    assert "no Wald interval" in effect.interval.reason


def test_two_covariates_without_events_are_both_infinite_and_a_third_is_not():
    rng = np.random.default_rng(5)
    x = np.column_stack([np.arange(60) % 3 == 1, np.arange(60) % 3 == 2, np.arange(60) % 2 == 1]).astype(float)
    event = np.arange(60) % 3 == 0
    days = rng.integers(1, 30, 60)
    result = fit(days, event, x, interval=IntervalType.PROFILE)
    assert [effect.log_hazard_ratio for effect in result.effects][:2] == [-math.inf, -math.inf]
    assert [effect.interval.low for effect in result.effects][:2] == [None, None]
    assert all(effect.interval.high < 1 for effect in result.effects[:2])
    # In the limit only the first third competes, with the third covariate alone.
    alone = fit(days[event], event[event], x[event, 2:], interval=IntervalType.PROFILE)
    assert result.effects[2].log_hazard_ratio == pytest.approx(alone.coefficients[0], rel=1e-12)
    assert result.effects[2].interval.high == pytest.approx(alone.effects[0].interval.high, rel=1e-11)
    assert result.log_likelihood == pytest.approx(alone.log_likelihood, rel=1e-13)


def test_a_sum_that_decides_makes_both_its_covariates_infinite():
    """Whoever has the larger sum dies first; the order of equal sums leaves no other direction."""
    x = [[3, 0], [1, 2], [2, 0], [0, 1], [1, 0], [0, 0]]
    result = fit([1, 2, 3, 4, 5, 6], [True] * 6, x)
    assert [effect.log_hazard_ratio for effect in result.effects] == [math.inf, math.inf]
    # In the limit two pairs of equal sums are left. With t the ratio for the difference they give t / (t + 1) and
    # 1 / (1 + t), where the differences are 2 and 1: t^2 / (t^2 + 1) / (1 + t), largest where t^3 = t + 2.
    t = max(root.real for root in np.roots([1, 0, -1, -2]) if abs(root.imag) < 1e-9)
    assert result.log_likelihood == pytest.approx(math.log(t**2 / (t**2 + 1) / (1 + t)), rel=1e-12)


def test_a_coefficient_that_may_go_both_ways_while_another_rises_is_not_estimable():
    """In each of two strata the death leads by 1 in a, and by 1 in b or in its negative."""
    reason = why([1, 2, 1, 2], [True, False] * 2, [[1, 1], [0, 0], [1, -1], [0, 0]], strata=[1, 1, 2, 2], names="ab")
    assert reason == "the likelihood is monotone, and in its limit every coefficient of b is as good"


def test_the_unit_and_the_origin_of_a_covariate_change_nothing_else():
    """Powers of 2, so that the moved covariates are the same numbers."""
    rng = np.random.default_rng(11)
    days, event, x = rng.integers(1, 40, 50), rng.random(50) < 0.7, rng.integers(-20, 20, (50, 2))
    unit = np.array([2.0**-10, 2.0**20])
    plain, moved = fit(days, event, x), fit(days, event, x * unit + [2.0**20, -(2.0**30)])
    np.testing.assert_allclose(moved.coefficients * unit, plain.coefficients, rtol=1e-9)
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-13)


def test_the_gradient_ends_where_rounding_does():
    rng = np.random.default_rng(12)
    days, event, x = rng.integers(1, 400, 300), rng.random(300) < 0.7, rng.normal(size=(300, 4))
    for ties in Ties:
        assert fit(days, event, x, ties).gradient_norm < 1e-12


def test_rounding_does_not_end_the_search_before_the_maximum_where_predictors_are_far_apart():
    """All but two die in the order of a covariate: the estimate is large, and values are small differences of sums."""
    for seed in (18, 36, 54, 56):
        x = np.random.default_rng(seed).normal(size=(40, 3))
        x[:, 0] = np.sort(x[:, 0])[::-1]
        days = np.arange(1, 41)
        days[[4, 5]] = days[[5, 4]]
        result = fit(days, np.ones(40, dtype=bool), x)
        assert abs(result.coefficients[0]) > 5
        assert result.gradient_norm < 1e-12


def test_a_step_that_promises_less_than_the_rounding_of_a_large_likelihood_is_taken_all_the_same():
    """In a sum of 1,800 events the value cannot tell the last step from a loss; it was halved away for that."""
    rng = np.random.default_rng(57)
    arm, days, event = rng.integers(0, 2, 3000), rng.integers(1, 2000, 3000), rng.random(3000) < 0.6
    result = fit(days, event, arm[:, None], Ties.BRESLOW)
    assert result.gradient_norm < 1e-11
    batch = fit_cox_batch(days[None], event[None], arm[None], ties=Ties.BRESLOW)
    assert result.coefficients[0] == pytest.approx(batch.log_hazard_ratio[0], rel=1e-12)


def test_a_far_value_of_somebody_never_at_risk_changes_nothing():
    rng = np.random.default_rng(22)
    days, event, x = rng.integers(2, 40, 50), rng.random(50) < 0.7, rng.normal(size=(50, 2))
    plain = fit(days, event, x)
    more = fit([*days, 1], [*event, False], [*x.tolist(), [1e12, -1e9]])
    np.testing.assert_allclose(more.coefficients, plain.coefficients, rtol=1e-13)


def test_a_hundred_deaths_of_a_day_do_not_overflow_the_exact_likelihood():
    """Half of each arm of 200 die on one day: 100 of 200 subsets, and no difference."""
    event = np.arange(400) % 2 == 0
    arm = (np.arange(400) // 2 % 2)[:, None]
    result = fit(np.where(event, 5, 9), event, arm, Ties.EXACT)
    assert result.coefficients[0] == pytest.approx(0, abs=1e-13)
    assert result.log_likelihood_null == pytest.approx(-math.log(math.comb(400, 200)), rel=1e-13)


def test_why_there_is_no_estimate():
    assert why([], [], np.zeros((0, 1))) == "there are no subjects"
    assert why(event=[False] * 3) == "no subject has an event"
    assert why(covariates=[[1], [1], [1]], names=["arm"]) == "arm: the same value in everybody"
    for nobody in ({"covariates": [[1], [0], [0]], "strata": ["a", "b", "b"]}, {"event": [False, False, True]}):
        assert why(**nobody) == "x1: no difference among those at risk at any event"
    collinear = why([1, 2, 3, 4], [True] * 4, [[1, 2, 0], [0, 0, 1], [1, 2, 1], [0, 0, 0]], names=["a", "b", "c"])
    assert collinear == "a and b are collinear among those at risk at events: no coefficient of their own"


def test_only_one_event_is_monotone_or_finite_but_never_an_error():
    assert fit(event=[True, False, False]).monotone == ("x1",)
    everything_in_the_middle = fit(covariates=[[1], [0], [2]], event=[True, False, False])
    assert everything_in_the_middle.coefficients[0] == pytest.approx(0, abs=1e-13)


def test_strata_that_tell_nothing_are_named():
    result = fit([*DAYS, 5, 4, 6], [*EVENT, True, False, False], [*ARM, [1], [0], [1]], strata=list("aaabcc"))
    assert result.notes == (
        "stratum b has one subject, who is compared with nobody",
        "stratum c has no event and tells nothing",
    )
    assert result.coefficients[0] == pytest.approx(fit().coefficients[0], rel=1e-14)


def test_a_limit_that_rounding_hides_is_a_reason():
    """Beside a trillion nobody sees 0 differ from 1."""
    reason = why([1, 2, 3], [1, 0, 1], [[0], [2.0**40], [1]])
    assert reason == "the limit of a monotone likelihood could not be maximised"


def test_every_fault_of_a_call_is_told_together():
    with pytest.raises(EquipoiseError) as error:
        fit([-1, 2, 3], [True, False], [[1, 2], [math.nan, 1], [1, 1]], names=["a"], strata=["a", None, "b"])
    text = str(error.value)
    assert "days: a day lies before the time origin" in text
    assert "event: 2 entries, but 3 days" in text
    assert "covariates: a value is missing or no finite number" in text
    assert "strata: somebody has no stratum" in text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"days": [1.5, 2, 3]}, "days: not a list of whole numbers"),
        ({"days": [math.nan, 2, 3]}, "days: not a list of whole numbers"),
        ({"days": [math.inf, 2, 3]}, "days: not a list of whole numbers"),
        ({"days": [1e300, 2, 3]}, "days: not a list of whole numbers"),
        ({"event": [2, 0, 1]}, "event: not a list of true and false"),
        ({"covariates": [1, 0, 1]}, "covariates: not a table"),
        ({"names": ["a", "b"]}, "names: 2 names for 1 covariates"),
        ({"level": 95}, "level: 95 is not between 0 and 1"),
        ({"interval": IntervalType.LOG_LOG}, "interval: log-log is no interval of a Cox model"),
    ],
)
def test_wrong_use_is_named(change, text):
    with pytest.raises(EquipoiseError) as error:
        fit(**change)
    assert text in str(error.value)
