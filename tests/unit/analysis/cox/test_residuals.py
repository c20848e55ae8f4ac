"""Baseline hazards and Schoenfeld residuals of small data sets, by hand and by what must hold of them."""

import math

import numpy as np
import pytest

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.cox.data import Ties
from equipoise.analysis.cox.fitting import fit_cox
from equipoise.analysis.cox.residuals import compute_baseline, compute_schoenfeld

RATIO = math.sqrt(0.5)
"""Hazard ratio of the three subjects below; worked out in test_fitting."""


def fit_three(ties=Ties.EFRON):
    return fit_cox([1, 2, 3], [1, 1, 1], [[1], [0], [1]], ties=ties)


def fit_infinite():
    return fit_cox([1, 2, 3, 3], [1, 1, 0, 0], [[0], [0], [1], [1]], ties=Ties.EFRON)


def test_the_baseline_hazard_by_hand():
    (baseline,) = compute_baseline(fit_three())
    np.testing.assert_array_equal(baseline.days, [1, 2, 3])
    np.testing.assert_allclose(baseline.hazards, [1 / (2 * RATIO + 1), 1 / (1 + RATIO), 1 / RATIO], rtol=1e-13)
    np.testing.assert_allclose(baseline.cumulative, np.cumsum(baseline.hazards), rtol=1e-15)


def test_the_baseline_of_other_covariates_is_multiplied_by_their_hazard_ratio():
    (at_zero,), (at_two,) = compute_baseline(fit_three()), compute_baseline(fit_three(), at=[2.0])
    np.testing.assert_allclose(at_two.hazards, at_zero.hazards * RATIO**2, rtol=1e-13)


@pytest.mark.parametrize(("ties", "method"), [("breslow", "breslow"), ("efron", "efron"), ("exact", "breslow")])
def test_tied_deaths_share_the_risk_set_as_the_method_says(ties, method):
    """Two of four die, one of each arm: no difference, so weights are 1. Breslow 2/4, Efron 1/4 + 1/3."""
    fit = fit_cox([1, 1, 2, 2], [1, 1, 0, 0], [[1], [0], [1], [0]], ties=Ties(ties))
    (baseline,) = compute_baseline(fit)
    assert baseline.method == method
    assert baseline.hazards[0] == pytest.approx({"breslow": 1 / 2, "efron": 1 / 4 + 1 / 3}[method], rel=1e-13)


def test_what_is_expected_of_all_subjects_adds_up_to_the_events():
    rng = np.random.default_rng(8)
    days, event, stratum = rng.integers(1, 30, 80), rng.random(80) < 0.6, rng.integers(0, 3, 80)
    x = rng.normal(50, 10, size=(80, 2))
    fit = fit_cox(days, event, x, strata=stratum, ties=Ties.BRESLOW)
    expected = 0.0
    for baseline in compute_baseline(fit):
        for i in np.flatnonzero(stratum == baseline.stratum):
            expected += baseline.hazards[baseline.days <= days[i]].sum() * math.exp(x[i] @ fit.coefficients)
    assert expected == pytest.approx(event.sum(), rel=1e-11)


def test_schoenfeld_residuals_by_hand():
    residuals = compute_schoenfeld(fit_three())
    expected = [1 - 2 * RATIO / (2 * RATIO + 1), -RATIO / (1 + RATIO), 0]
    np.testing.assert_allclose(residuals.residuals[:, 0], expected, atol=1e-14)
    np.testing.assert_array_equal(residuals.subjects, [0, 1, 2])
    assert residuals.scaled.mean() == pytest.approx(math.log(RATIO), rel=1e-13)
    shares = [2 * RATIO / (2 * RATIO + 1), RATIO / (1 + RATIO)]
    variance = 1 / sum(share * (1 - share) for share in shares)
    assert residuals.scaled[0, 0] == pytest.approx(math.log(RATIO) + 3 * variance * expected[0], rel=1e-13)


def test_an_infinite_estimate_has_neither():
    assert isinstance(compute_baseline(fit_infinite()), NotEstimable)
    assert isinstance(compute_schoenfeld(fit_infinite()), NotEstimable)
