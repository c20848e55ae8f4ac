"""The partial likelihood by running sums, by each risk set and by subsets: three ways to the same numbers."""

import numpy as np
import pytest

from equipoise.analysis.cox import likelihood as running
from equipoise.analysis.cox.data import Ties, prepare_data
from equipoise.analysis.cox.exact import walk_risk_sets
from equipoise.analysis.cox.likelihood import compute_likelihood, compute_weighted_information


def draw(last_day=25):
    rng = np.random.default_rng(31)
    days, event = rng.integers(0, last_day, 70), rng.random(70) < 0.6
    return prepare_data(days, event, rng.normal(size=(70, 3)), strata=rng.integers(0, 3, 70))


BETA = np.array([0.7, -1.1, 0.4])


@pytest.mark.parametrize("ties", [Ties.BRESLOW, Ties.EFRON])
def test_each_risk_set_by_itself_gives_what_running_sums_give(ties, monkeypatch):
    data = draw()
    quick, weights = compute_likelihood(data, BETA, ties), np.linspace(-1, 2, len(data.group_last))
    quick_weighted = compute_weighted_information(data, BETA, ties, weights)
    monkeypatch.setattr(running, "_VANISHED", np.inf)
    slow = compute_likelihood(data, BETA, ties)
    assert slow.value == pytest.approx(quick.value, rel=1e-13)
    for name in ("gradient", "information", "expected"):
        np.testing.assert_allclose(getattr(slow, name), getattr(quick, name), rtol=1e-10, atol=1e-12)
    slow_weighted = compute_weighted_information(data, BETA, ties, weights)
    np.testing.assert_allclose(slow_weighted, quick_weighted, rtol=1e-10, atol=1e-12)


def test_without_ties_subsets_give_what_running_sums_give():
    rng = np.random.default_rng(32)
    data = prepare_data(rng.permutation(50), rng.random(50) < 0.6, rng.normal(size=(50, 3)))
    logs, means, variances = walk_risk_sets(data, BETA)
    quick = compute_likelihood(data, BETA, Ties.BRESLOW)
    assert (data.covariates[data.deaths] @ BETA).sum() - logs.sum() == pytest.approx(quick.value, rel=1e-13)
    np.testing.assert_allclose(means, quick.expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(variances.sum(axis=0), quick.information, rtol=1e-11)


@pytest.mark.parametrize("ties", Ties)
def test_gradient_and_information_are_the_slopes_of_the_value(ties):
    data, step = draw(), 1e-5
    here = compute_likelihood(data, BETA, ties)
    for j in range(3):
        up, down = (compute_likelihood(data, BETA + sign * step * np.eye(3)[j], ties) for sign in (1, -1))
        assert here.gradient[j] == pytest.approx((up.value - down.value) / (2 * step), rel=1e-7, abs=1e-7)
        np.testing.assert_allclose(
            here.information[j], (down.gradient - up.gradient) / (2 * step), rtol=1e-6, atol=1e-6
        )
