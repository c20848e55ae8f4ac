"""Source: an independent rewrite in plain loops and fractions (`competing_plain`), on generated data."""

from collections import Counter

import numpy as np
import pytest
from tests.validation.analysis import competing_plain as plain

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.competing.aalen_johansen import IncidenceVariance, estimate_cumulative_incidence
from equipoise.analysis.competing.fine_gray import fit_fine_gray
from equipoise.analysis.competing.gray import compute_gray_test

N_DATA_SETS = [pytest.param(2_000, 1), pytest.param(10_000, 2, marks=pytest.mark.long)]


def data_sets(n: int, seed: int):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        yield plain.make_outcomes(rng)


@pytest.mark.parametrize(("n", "seed"), N_DATA_SETS)
def test_cumulative_incidence_equals_fractions_and_the_jackknife(n, seed):
    seen = Counter()
    for data in data_sets(n, seed):
        days, causes = data["days"], data["causes"]
        aalen = estimate_cumulative_incidence(days, causes, 1)
        delta = estimate_cumulative_incidence(days, causes, 1, variance=IncidenceVariance.DELTA)
        for day in {int(days[0]), int(days.max())}:
            assert aalen.value_at(day) == pytest.approx(float(plain.incidence_of(days, causes, 1, day)), abs=1e-13)
            assert aalen.variance_at(day) == pytest.approx(plain.aalen_variance_of(days, causes, 1, day), abs=1e-12)
            assert delta.variance_at(day) == pytest.approx(plain.jackknife_variance_of(days, causes, 1, day), abs=1e-12)
        seen["none of the cause"] += not np.any(causes == 1)
        seen["all of the cause"] += bool(np.all(causes == 1))
        seen["all censored"] += not np.any(causes)
        seen["tied"] += len(np.unique(days)) < len(days)
    assert min(seen.values()) >= n // 200


@pytest.mark.parametrize(("n", "seed"), N_DATA_SETS)
def test_gray_equals_the_loops(n, seed):
    seen = Counter()
    for data in data_sets(n, seed):
        days, causes, groups, strata = (data[name] for name in ("days", "causes", "groups", "strata"))
        result = compute_gray_test(days, causes, groups, 1, strata=strata)
        if len(set(groups)) < 2 or not np.any(causes == 1):
            assert isinstance(result, NotEstimable)
            seen["nothing to compare"] += 1
            continue
        expected = plain.gray_of(days, causes, groups, strata, 1)
        if expected is None:
            assert result == NotEstimable("the pooled incidence of cause 1 reaches 1 while groups are still compared")
            seen["pooled incidence at 1"] += 1
            continue
        scores, inner = expected[0], expected[1][:-1, :-1]
        smallest = np.linalg.eigvalsh(inner)[0]
        if smallest < 1e-9:
            assert isinstance(result, NotEstimable)
            assert ("not positive" if smallest < -1e-9 else "not at risk together") in result.reason
            seen["never at risk together"] += 1
            continue
        assert result.scores == pytest.approx(scores, abs=1e-10)
        assert result.chi_square == pytest.approx(scores[:-1] @ np.linalg.inv(inner) @ scores[:-1], rel=1e-8, abs=1e-10)
        seen[f"{len(scores)} groups"] += 1
    assert seen.keys() >= {"nothing to compare", "never at risk together", "2 groups", "3 groups"}


@pytest.mark.parametrize(("n", "seed"), N_DATA_SETS)
def test_fine_gray_is_the_maximum_with_the_sandwich_of_the_full_table(n, seed):
    seen = Counter()
    for data in data_sets(n, seed):
        days, causes, covariates = data["days"], data["causes"], data["covariates"]
        covariates = covariates[:, : 1 + len(days) % 2]
        fit = fit_fine_gray(days, causes, covariates, 1)
        if isinstance(fit, NotEstimable):
            seen[fit.reason] += 1
            continue
        model = plain.PlainFineGray(days, causes, covariates, 1)
        score, information, _, _ = model.parts(np.array(fit.coefficients))
        # One Newton step of the rewrite from our answer: how far it still is from the maximum.
        step = np.linalg.solve(information, score)
        assert np.all(np.abs(step) <= 1e-8 * np.sqrt(np.diag(np.linalg.inv(information))))
        expected = model.covariance(np.array(fit.coefficients))
        assert fit.covariance == pytest.approx(expected, rel=1e-6, abs=1e-9 * float(np.abs(expected).max()))
        seen["fitted"] += 1
    assert seen["fitted"] >= n // 4
    assert len(seen) >= 4, "each reason for none came up: no event, a constant covariate, no finite maximum"


def test_without_a_competing_cause_grays_scores_are_those_of_the_log_rank_test():
    """Gray 1988, section 2: with one cause the weighted numbers are the numbers at risk."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        n = int(rng.integers(6, 40))
        days, causes, groups = rng.integers(1, 30, n), rng.integers(0, 2, n), rng.integers(0, 2, n)
        result = compute_gray_test(days, causes, groups, 1)
        if isinstance(result, NotEstimable):
            continue
        observed_less_expected = 0.0
        for u in np.unique(days[causes == 1]):
            events, at_risk = (days == u) & (causes == 1), days >= u
            observed_less_expected += np.sum(events & (groups == 0))
            observed_less_expected -= events.sum() * np.sum(at_risk & (groups == 0)) / at_risk.sum()
        assert result.scores[0] == pytest.approx(observed_less_expected, abs=1e-10)


def test_the_sandwich_is_near_the_jackknife():
    """The jackknife estimates the censoring curve again without each subject, and so knows that it was estimated."""
    rng = np.random.default_rng(4)
    days = rng.permutation(np.arange(1, 401))
    causes, group = rng.choice(3, 400, p=[0.3, 0.4, 0.3]), rng.integers(0, 2, 400)
    full = fit_fine_gray(days, causes, group, 1)
    left_out = [
        fit_fine_gray(np.delete(days, i), np.delete(causes, i), np.delete(group, i), 1).coefficients[0]
        for i in range(400)
    ]
    jackknife = np.sqrt(399 / 400 * np.sum((np.array(left_out) - np.mean(left_out)) ** 2))
    assert full.standard_errors[0] == pytest.approx(jackknife, rel=0.01)


@pytest.mark.parametrize("seed", [0, 1])
def test_with_censoring_by_group_the_error_is_that_of_the_infinitesimal_jackknife(seed):
    """
    A censored subject touches the weights of its own group only.

    In such a fit cmprsk 2.2-11 adds the members of all groups; its errors here are 0.505539 and 0.314774, further from
    the jackknife than the tolerance.
    """
    rng, n = np.random.default_rng(seed), 250
    group = rng.integers(0, 2, n)
    event, censored = rng.exponential(100, n), rng.exponential(np.where(group == 1, 40, 300))
    order = np.argsort(np.minimum(event, censored))
    days, group = np.arange(1, n + 1), group[order]
    causes = np.where(event < censored, np.where(rng.random(n) < 0.35, 1, 2), 0)[order]
    fit = fit_fine_gray(days, causes, group, 1, censoring_groups=group)
    beta, z = fit.coefficients[0], group.astype(float)
    influence = [
        plain.weighted_score_of(days, causes, z, group, np.ones(n) + 1e-30j * (days == day), beta).imag / 1e-30
        for day in days
    ]
    slope = (plain.weighted_score_of(days, causes, z, group, np.ones(n), beta + 1e-30j) / 1e-30).imag
    assert fit.standard_errors[0] == pytest.approx(np.sqrt(np.sum(np.square(influence))) / -slope, rel=2e-3)
    assert fit.standard_errors[0] != pytest.approx([0.505539, 0.314774][seed], rel=2e-3)
