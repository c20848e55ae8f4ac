"""The search for the best curve, from and to the bounds of its parameters, on curves without noise."""

from math import log

import numpy as np
import pytest

from equipoise.assessments.dosimetry.curve_search import Problem, log_sd_of, minimise
from equipoise.assessments.dosimetry.curve_shapes import CurveModel, log_shapes

TIMES_H = np.array([0.5, 2.0, 6.0, 24.0, 48.0, 96.0, 168.0])
SHAPE = np.array([log(log(2) / 50), log(25), 0.3])


def problem_of(shape):
    logs = log_shapes(CurveModel.BI_WASHOUT, shape[None, :], TIMES_H)[0]
    return Problem(TIMES_H, logs, log_sd_of(0.1), log(2) / 160, CurveModel.BI_WASHOUT)


# At the highest ratio of rates the fast component is gone before the first point, so nothing leads back from there.
@pytest.mark.parametrize(("index", "side"), [(0, 0), (0, 1), (1, 0), (2, 0), (2, 1)])
def test_a_parameter_that_starts_at_a_bound_is_let_go(index, side):
    problem = problem_of(SHAPE)
    start = SHAPE.copy()
    start[index] = problem.bounds()[side][index]
    found, costs = minimise(problem, start[None, :], None, 1e-12)
    assert costs[0] == pytest.approx(0, abs=1e-9)
    assert found[0] == pytest.approx(SHAPE, abs=1e-3)


def test_a_slowest_rate_below_physical_decay_ends_at_it():
    """Made with a half-life of 400 h; sought up to 160 h."""
    problem = problem_of(np.array([log(log(2) / 400), log(25), 0.3]))
    found, _ = minimise(problem, SHAPE[None, :], None, 1e-12)
    assert found[0, 0] == log(log(2) / 160)


def test_a_height_that_is_held_costs_its_distance():
    """One point off by d on every logarithm: seven times d squared, and the slope of the residuals is the shape's."""
    problem = problem_of(SHAPE)
    _, _, costs = problem.look(SHAPE[None, :], np.array([0.2]))
    assert costs[0] == pytest.approx(7 * 0.04, rel=1e-12)
    _, free = minimise(problem, SHAPE[None, :], None, 1e-12)
    _, held = minimise(problem, SHAPE[None, :], np.array([0.2]), 1e-12)
    assert free[0] < 1e-20
    assert 0 < held[0] < 7 * 0.04
