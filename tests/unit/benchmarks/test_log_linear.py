"""The fit of log-linear weights, on cases whose weights can be told by hand."""

import numpy as np
import pytest
from log_linear import fit

NOTHING, PENALTY = 2, 1e-6


def test_what_is_always_seen_takes_the_odds_of_all_cases():
    table = np.array([[0, NOTHING]] * 4)
    weights = fit(table, np.array([True, False, False, False]), np.ones(4), 2, PENALTY)
    assert weights == pytest.approx([np.log(1 / 3), 0.0], abs=1e-2)


def test_a_thing_weighs_by_how_much_it_moves_the_odds():
    table = np.array([[0, NOTHING]] * 4 + [[0, 1]] * 4)
    truth = np.array([True, False, False, False, True, True, True, False])
    assert fit(table, truth, np.ones(8), 2, PENALTY) == pytest.approx([-np.log(3), 2 * np.log(3)], abs=1e-2)


def test_a_penalty_keeps_weights_small():
    table = np.array([[0, NOTHING]] * 4 + [[0, 1]] * 4)
    truth = np.array([False] * 4 + [True] * 4)
    assert 0 < fit(table, truth, np.ones(8), 2, 5.0)[1] < 1
