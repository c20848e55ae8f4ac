"""Survival methods against an independent plain implementation in fractions, on generated data sets of every kind."""

import math
from collections import Counter

import numpy as np
import pytest
from tests.validation.analysis.plain_survival import (
    KINDS,
    log_rank,
    make_data,
    quadratic_form,
    restricted_mean,
    survival_table,
)

from equipoise.analysis.answer import IntervalType, NotEstimable
from equipoise.analysis.survival.kaplan_meier import KaplanMeier, estimate_survival, fit_kaplan_meier
from equipoise.analysis.survival.logrank import LogRank, logrank, logrank_batch
from equipoise.analysis.survival.rmst import RestrictedMean, estimate_restricted_mean
from equipoise.analysis.survival.weights import WeightFamily, Weights

DEFAULT, LONG = range(2_000), range(2_000, 10_000)
SPANS = [pytest.param(DEFAULT, id="2000"), pytest.param(LONG, id="8000-more", marks=pytest.mark.long)]
WEIGHTS = (
    Weights(),
    Weights(rho=1),
    Weights(gamma=1),
    Weights(rho=1, gamma=1),
    Weights(WeightFamily.GEHAN),
    Weights(WeightFamily.TARONE_WARE),
    Weights(WeightFamily.PETO_PETO),
)


def _arrays(people):
    columns = [[getattr(one, name) for one in people] for name in ("day", "event", "arm", "stratum")]
    return tuple(np.array(column, dtype=np.int64) for column in columns)


def _close(ours, exact):
    return math.isclose(ours, exact, rel_tol=1e-10, abs_tol=1e-12)


@pytest.mark.parametrize("span", SPANS)
def test_two_arms_equal_the_plain_implementation(span):
    """Observed minus expected, variance, z and chi-square; no test exactly where the plain variance is 0."""
    reached = Counter()
    for number in span:
        kind, people = make_data(number)
        weights = WEIGHTS[number // len(KINDS) % len(WEIGHTS)]
        result = logrank(*_arrays(people), weights=weights)
        difference, covariance = log_rank(people, 2, weights.family, int(weights.rho), int(weights.gamma))
        is_estimable = covariance[1][1] > 0
        reached[kind, is_estimable] += 1
        assert isinstance(result, LogRank if is_estimable else NotEstimable), (number, kind, result)
        if isinstance(result, NotEstimable):
            assert result.reason
            continue
        left = result.arms[1].observed - result.arms[1].expected
        scale = max(1.0, result.arms[1].observed)
        assert math.isclose(left, difference[1], rel_tol=1e-10, abs_tol=1e-12 * scale), (number, kind)
        assert _close(result.variance[1][1], covariance[1][1]), (number, kind)
        exact = float(difference[1]) / math.sqrt(covariance[1][1])
        assert math.isclose(result.z, exact, rel_tol=1e-10, abs_tol=1e-10), (number, kind)
        assert math.isclose(result.chi2, exact**2, rel_tol=2e-10, abs_tol=1e-10), (number, kind)
    assert {kind for kind, _ in reached} == set(KINDS)
    assert all(reached[kind, True] for kind in KINDS if kind not in _NEVER_ESTIMABLE)
    assert all(not reached[kind, True] for kind in _NEVER_ESTIMABLE)


_NEVER_ESTIMABLE = {"an empty arm", "no event", "one subject", "two strata apart", "nobody"}


@pytest.mark.parametrize("span", [range(600), pytest.param(LONG, id="8000", marks=pytest.mark.long)])
def test_four_arms_equal_the_plain_implementation_down_to_the_rank(span):
    """Strata that hold different arms leave fewer degrees of freedom: their number is that of exact elimination."""
    degrees = Counter()
    for number in span:
        kind, people = make_data(number, arms=4)
        weights = WEIGHTS[number // len(KINDS) % len(WEIGHTS)]
        result = logrank(*_arrays(people), arms=4, weights=weights)
        if len({one.arm for one in people}) < 4:
            assert isinstance(result, NotEstimable), (number, kind)
            continue
        difference, covariance = log_rank(people, 4, weights.family, int(weights.rho), int(weights.gamma))
        chi2, rank = quadratic_form(difference, covariance)
        degrees[rank] += 1
        assert isinstance(result, LogRank if rank else NotEstimable), (number, kind, result)
        if isinstance(result, LogRank):
            assert result.degrees == rank, (number, kind)
            assert math.isclose(result.chi2, chi2, rel_tol=1e-9, abs_tol=1e-10), (number, kind)
    assert set(degrees) == {0, 1, 2, 3}


def test_a_batch_gives_each_trial_what_it_gets_alone_to_the_last_bit():
    """Trials of unequal size, side by side with places that hold nobody."""
    data = [make_data(number)[1] for number in range(700)]
    longest = max(len(people) for people in data)
    table = np.zeros((4, len(data), longest), np.int64)
    valid = np.zeros((len(data), longest), bool)
    rng = np.random.default_rng(5)
    table[0] = rng.integers(0, 50, table[0].shape)  # what stands in an empty place does not matter
    table[1] = 1
    for row, people in enumerate(data):
        places = rng.permutation(longest)[: len(people)]
        table[:, row, places] = np.array(_arrays(people)).reshape(4, -1)
        valid[row, places] = True
    for weights in WEIGHTS:
        batch = logrank_batch(*table, valid, weights=weights)
        for row, people in enumerate(data):
            alone = logrank(*_arrays(people), weights=weights)
            assert batch.is_estimable[row] == isinstance(alone, LogRank)
            assert batch.events[row] == sum(one.event for one in people)
            if isinstance(alone, LogRank):
                assert (batch.z[row], batch.chi2[row]) == (alone.z, alone.chi2)
                assert alone.hazard_ratio in (None, batch.hazard_ratio[row])
            else:
                assert (batch.z[row], batch.chi2[row], batch.hazard_ratio[row]) == (0, 0, 1)


@pytest.mark.parametrize("span", SPANS)
def test_curves_equal_the_plain_implementation(span):
    """Counts exactly; survival and Greenwood's sum to ten digits."""
    for number in span:
        kind, people = make_data(number)
        days, event, _, _ = _arrays(people)
        curve = fit_kaplan_meier(days, event)
        if not people:
            assert isinstance(curve, NotEstimable)
            continue
        table = survival_table(people)
        assert isinstance(curve, KaplanMeier)
        assert [curve.days.tolist(), curve.at_risk.tolist(), curve.events.tolist()] == [
            [row[column] for row in table] for column in range(3)
        ]
        assert curve.censored.sum() + curve.events.sum() == len(people)
        for place, (day, _, _, survival, greenwood) in enumerate(table):
            assert _close(curve.survival[place], survival), (number, kind)
            assert (survival == 0) == (curve.survival[place] == 0)
            on_day = estimate_survival(curve, day, interval=IntervalType.PLAIN)
            assert not isinstance(on_day, NotEstimable)
            variance = survival**2 * greenwood if greenwood is not None else 0
            assert _close(on_day.standard_error, math.sqrt(variance)), (number, kind)
            assert isinstance(on_day.interval, NotEstimable) == (not greenwood)


@pytest.mark.parametrize("span", [range(0, 2_000, 5), pytest.param(LONG, id="8000", marks=pytest.mark.long)])
def test_restricted_means_equal_the_plain_implementation(span):
    """The area day by day; beyond the last day under observation only where the curve is at 0."""
    reached = Counter()
    for number in span:
        kind, people = make_data(number)
        if not people or max(one.day for one in people) > 100:
            continue
        days, event, _, _ = _arrays(people)
        curve = fit_kaplan_meier(days, event)
        assert isinstance(curve, KaplanMeier)
        last = max(one.day for one in people)
        for tau in {1, last // 2 + 1, last, last + 3} - {0}:
            result = estimate_restricted_mean(curve, tau)
            is_known = tau <= last or survival_table(people)[-1][3] == 0
            reached[is_known] += 1
            assert isinstance(result, RestrictedMean if is_known else NotEstimable), (number, kind, tau)
            if isinstance(result, RestrictedMean):
                mean, variance = restricted_mean(people, tau)
                assert _close(result.days, mean), (number, kind, tau)
                assert _close(result.standard_error, math.sqrt(variance)), (number, kind, tau)
    assert min(reached.values()) > 20
