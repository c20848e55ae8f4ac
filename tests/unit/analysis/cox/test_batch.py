"""Batches of two-arm Cox models: what hand arithmetic knows, and what must be marked."""

import math

import numpy as np
import pytest

from equipoise.analysis.cox.batch import fit_cox_batch
from equipoise.analysis.cox.data import Ties
from equipoise.errors import EquipoiseError

TRIALS = {
    "finite": ([1, 2, 3, 9], [1, 1, 1, 0], [1, 0, 1, 0]),
    "no event": ([1, 2, 3, 4], [0, 0, 0, 0], [1, 0, 1, 0]),
    "arm 1 empty": ([1, 2, 3, 4], [1, 1, 1, 1], [0, 0, 0, 0]),
    "only arm 0 dies": ([1, 2, 3, 3], [1, 1, 0, 0], [0, 0, 1, 1]),
    "only arm 1 dies": ([1, 2, 3, 3], [1, 1, 0, 0], [1, 1, 0, 0]),
    "never together": ([1, 1, 3, 4], [0, 0, 1, 1], [0, 0, 1, 1]),
}


def fit(ties=Ties.EFRON):
    days, event, arm = (np.array(column) for column in zip(*TRIALS.values(), strict=True))
    return fit_cox_batch(days, event, arm, ties=ties)


@pytest.mark.parametrize("ties", [Ties.BRESLOW, Ties.EFRON])
def test_each_trial_says_whether_it_has_an_answer(ties):
    batch = fit(ties)
    named = dict(zip(TRIALS, zip(batch.is_estimable, batch.is_monotone, batch.is_converged, strict=True), strict=True))
    assert named == {
        "finite": (True, False, True),
        "no event": (False, False, False),
        "arm 1 empty": (False, False, False),
        "only arm 0 dies": (True, True, False),
        "only arm 1 dies": (True, True, False),
        "never together": (False, False, False),
    }
    assert batch.log_hazard_ratio[1:].tolist() == [0, 0, -math.inf, math.inf, 0]
    assert batch.standard_error[1:].tolist() == [math.inf] * 5
    assert batch.z[1:].tolist() == [0] * 5


def test_a_trial_by_hand():
    """t / (2 + 2t) / (2 + t) * t / (1 + t): the score is 2 - 2 t/(1 + t) - t/(2 + t), 0 where t^2 - t - 4 = 0."""
    ratio = (1 + math.sqrt(17)) / 2
    shares = [ratio / (1 + ratio), ratio / (2 + ratio), ratio / (1 + ratio)]
    batch = fit()
    assert batch.log_hazard_ratio[0] == pytest.approx(math.log(ratio), rel=1e-14)
    information = sum(share * (1 - share) for share in shares)
    assert batch.standard_error[0] == pytest.approx(information**-0.5, rel=1e-14)
    assert batch.z[0] == pytest.approx(math.log(ratio) * information**0.5, rel=1e-13)


def test_a_trial_is_the_same_in_any_company():
    rng = np.random.default_rng(4)
    days, event, arm = rng.integers(1, 60, (300, 40)), rng.random((300, 40)) < 0.6, rng.integers(0, 2, (300, 40))
    together = fit_cox_batch(days, event, arm, ties=Ties.EFRON)
    for row in range(0, 300, 17):
        alone = fit_cox_batch(days[row : row + 1], event[row : row + 1], arm[row : row + 1], ties=Ties.EFRON)
        assert alone.log_hazard_ratio[0] == together.log_hazard_ratio[row]
        assert alone.standard_error[0] == together.standard_error[row]


def test_exchanging_the_arms_turns_the_sign():
    rng = np.random.default_rng(6)
    days, event, arm = rng.integers(1, 60, (50, 30)), rng.random((50, 30)) < 0.6, rng.integers(0, 2, (50, 30))
    one, other = (fit_cox_batch(days, event, a, ties=Ties.EFRON) for a in (arm, 1 - arm))
    np.testing.assert_allclose(one.log_hazard_ratio, -other.log_hazard_ratio, rtol=1e-11, atol=1e-14)


def test_a_lopsided_trial_is_fitted_too():
    """999 of arm 0 outlive the one of arm 1 but for the first: far from 0, where Newton's first step goes astray."""
    days = np.arange(1, 1001)[None]
    arm = (days == 2).astype(int)
    batch = fit_cox_batch(days, days <= 2, arm, ties=Ties.EFRON)
    # t / (999 + t) / (998 + t) is largest at t = sqrt(999 * 998).
    assert batch.log_hazard_ratio[0] == pytest.approx(math.log(999 * 998) / 2, rel=1e-13)


def test_no_trials_give_no_answers():
    assert len(fit_cox_batch(np.zeros((0, 5)), np.zeros((0, 5)), np.zeros((0, 5)), ties=Ties.EFRON).z) == 0


def test_wrong_use_is_named():
    with pytest.raises(EquipoiseError, match="exact ties are not fitted in batches"):
        fit(Ties.EXACT)
    with pytest.raises(EquipoiseError, match="days: has shape"):
        fit_cox_batch([1, 2], [1, 1], [0, 1], ties=Ties.EFRON)
