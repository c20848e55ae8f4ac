"""The search for the best curve, its covariance, and how far the likelihood lets its height go; many curves abreast.

Damped least squares (Levenberg and Marquardt) on logarithms, with parameters held while they press against a bound,
from the best places of a fixed grid: nothing is random, and no curve touches another. Tests hold it against SciPy.
"""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from equipoise.assessments.dosimetry.curve_shapes import (
    Array,
    CurveModel,
    find_bounds,
    list_starts,
    log_shapes,
    rank_starts,
)

Z_95 = 1.959963984540054
WIDEST_LOG = 4.0
"""An interval is not sought further from the estimate than this, a factor of 55."""
_STEPS = 200
_LONGEST_STEP = 1.5
_LEAST_STEP = 1e-9
_FINE, _COARSE, _EDGE = 1e-10, 1e-4, 1e-5
"""A step that lowers chi^2 by less is the last one: of the best curve, of a comparison of starts, of an interval."""
_DAMPING, _MOST_DAMPING = 1e-2, 1e9
_FLOOR = 1e-9
"""Keeps the equations of a step solvable where two components cannot be told apart."""
_PROFILE_STEPS = 12
_NEAR = 1e-3
"""How near to 1.96 the root of the rise of chi^2 must come."""


@dataclass(frozen=True)
class Problem:
    """Curves with common times: times [h], logarithms [curves, times], error on the logarithm, least rate [1/h]."""

    times_h: Array
    logs: Array
    log_sd: float
    least_rate_per_h: float
    model: CurveModel

    def rows(self, which: NDArray[np.intp]) -> "Problem":
        """Some of the curves."""
        return Problem(self.times_h, self.logs[which], self.log_sd, self.least_rate_per_h, self.model)

    def bounds(self) -> tuple[Array, Array]:
        """Lowest and highest shape parameters."""
        return find_bounds(self.model, least_rate_per_h=self.least_rate_per_h)

    def look(self, shapes: Array, heights: Array | None) -> tuple[Array, Array, Array]:
        """Residuals, their slopes and squares; the height of each curve is the best one (None) or held."""
        values, slopes = log_shapes(self.model, shapes, self.times_h)
        residuals = self.logs - values
        if heights is None:
            residuals = residuals - residuals.mean(axis=1, keepdims=True)
            slopes = slopes - slopes.mean(axis=1, keepdims=True)
        else:
            residuals = residuals - heights[:, None]
        return residuals, slopes, np.sum(residuals**2, axis=1)


@dataclass(frozen=True)
class Found:
    """
    Best curves: shapes, squared residuals, heights (ln TIA) and their covariance with the shapes.
    """

    shapes: Array
    costs: Array
    heights: Array
    covariances: Array

    @property
    def spreads(self) -> Array:
        """Standard errors of ln TIA. [curves]"""
        errors: Array = np.sqrt(self.covariances[:, 0, 0])
        return errors

    @property
    def leans(self) -> Array:
        """How the best shape moves with ln TIA. [curves, parameters]"""
        slopes: Array = self.covariances[:, 1:, 0] / self.covariances[:, 0, 0, None]
        return slopes


def log_sd_of(relative_error: float) -> float:
    """Standard deviation of the logarithm of a log-normal with this coefficient of variation."""
    return sqrt(log(1 + relative_error**2))


def search_shapes(problem: Problem) -> tuple[Array, Array]:
    """Best shape of each curve and its squared residuals."""
    if problem.model is CurveModel.MONO:
        return _regress_mono(problem)
    starts = list_starts(problem.model, least_rate_per_h=problem.least_rate_per_h)
    values, _ = log_shapes(problem.model, starts, problem.times_h)
    values = values - values.mean(axis=1, keepdims=True)
    centred = problem.logs - problem.logs.mean(axis=1, keepdims=True)
    # Squares of the data are the same for every start, so they are left out of the comparison.
    order = rank_starts(problem.model, np.sum(values**2, axis=1) - 2 * centred @ values.T)
    curves, ranks = order.shape
    shapes, costs = minimise(problem.rows(np.repeat(np.arange(curves), ranks)), starts[order.ravel()], None, _COARSE)
    best = np.arange(curves) * ranks + costs.reshape(curves, ranks).argmin(axis=1)
    return minimise(problem, shapes[best], None, _FINE)


def _regress_mono(problem: Problem) -> tuple[Array, Array]:
    """The straight line through the logarithms, no flatter than physical decay."""
    centred = problem.times_h - problem.times_h.mean()
    rates = np.maximum(-(problem.logs @ centred) / (centred @ centred), problem.least_rate_per_h)
    shapes = np.log(rates)[:, None]
    return shapes, problem.look(shapes, None)[2]


def measure_heights(problem: Problem, shapes: Array, costs: Array) -> Found:
    """Heights of curves with the shapes that were found."""
    heights = np.mean(problem.logs - log_shapes(problem.model, shapes, problem.times_h)[0], axis=1)
    return Found(shapes, costs, heights, compute_covariances(problem, shapes))


def find_intervals(problem: Problem, found: Found) -> tuple[Array, Array]:
    """95 % intervals of ln TIA: by covariance for one exponential, by profile likelihood for more."""
    if problem.model is CurveModel.MONO:
        return found.heights - Z_95 * found.spreads, found.heights + Z_95 * found.spreads
    # Both sides abreast.
    count = len(found.heights)
    twice = np.tile(np.arange(count), 2)
    sides = np.repeat([-1.0, 1.0], count)
    edges = _profile(problem.rows(twice), found, twice, sides)
    return edges[:count], edges[count:]


def minimise(problem: Problem, starts: Array, heights: Array | None, least_gain: float) -> tuple[Array, Array]:
    """Shapes with the least squares from given starts, and these squares; heights are free (None) or held."""
    low, high = problem.bounds()
    shapes = np.clip(starts, low, high)
    residuals, slopes, costs = problem.look(shapes, heights)
    damping = np.full(len(shapes), _DAMPING)
    going = np.arange(len(shapes))
    for _ in range(_STEPS):
        if not len(going):
            break
        here = shapes[going]
        there = np.clip(here + _step(here, residuals[going], slopes[going], damping[going], low, high), low, high)
        part = problem.rows(going)
        new_residuals, new_slopes, new_costs = part.look(there, None if heights is None else heights[going])
        better = new_costs < costs[going]
        gain = costs[going] - new_costs
        is_done = np.max(np.abs(there - here), axis=1) < _LEAST_STEP
        is_done |= better & (gain < least_gain * problem.log_sd**2)
        moved = going[better]
        shapes[moved], costs[moved] = there[better], new_costs[better]
        residuals[moved], slopes[moved] = new_residuals[better], new_slopes[better]
        damping[going] = np.where(better, damping[going] / 5, damping[going] * 5)
        going = going[~(is_done | (damping[going] > _MOST_DAMPING))]
    return shapes, costs


def _step(shapes: Array, residuals: Array, slopes: Array, damping: Array, low: Array, high: Array) -> Array:
    downhill = np.einsum("mnp,mn->mp", slopes, residuals)
    curvature = np.matmul(slopes.transpose(0, 2, 1), slopes)
    held = ((shapes <= low) & (downhill < 0)) | ((shapes >= high) & (downhill > 0))
    free = ~held
    diagonal = np.einsum("mpp->mp", curvature)
    unit = np.eye(shapes.shape[1])
    curvature = curvature + (damping[:, None] * diagonal + _FLOOR)[:, :, None] * unit
    curvature = np.where(free[:, :, None] & free[:, None, :], curvature, 0.0) + held[:, :, None] * unit
    step = np.linalg.solve(curvature, (downhill * free)[:, :, None])[:, :, 0]
    clipped: Array = np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
    return clipped


def compute_covariances(problem: Problem, shapes: Array) -> Array:
    """
    Covariance of ln TIA and the shape of each curve. [curves, 1 + parameters, 1 + parameters]

    What stands at a bound is held there; what the data cannot tell apart shares its part. A mono-exponential at
    physical decay keeps its variance as if free: only so does its interval cover what it should.
    """
    if problem.model is CurveModel.MONO:
        return _regression_covariances(problem, shapes)
    low, high = problem.bounds()
    _, slopes = log_shapes(problem.model, shapes, problem.times_h)
    slopes = slopes * ((shapes > low) & (shapes < high))[:, None, :]
    design = np.concatenate([np.ones((*slopes.shape[:2], 1)), slopes], axis=2)
    information = np.matmul(design.transpose(0, 2, 1), design) / problem.log_sd**2
    inverse: Array = np.linalg.pinv(information, rcond=1e-9, hermitian=True)
    return inverse


def _regression_covariances(problem: Problem, shapes: Array) -> Array:
    """Of a straight line: ln TIA is the mean of the logarithms plus rate times mean time less ln rate."""
    mean = problem.times_h.mean()
    squares = np.sum((problem.times_h - mean) ** 2)
    rates = np.exp(shapes[:, 0])
    lever = mean - 1 / rates
    covariances = np.empty((len(shapes), 2, 2))
    covariances[:, 0, 0] = 1 / len(problem.times_h) + lever**2 / squares
    covariances[:, 0, 1] = covariances[:, 1, 0] = lever / (squares * rates)
    covariances[:, 1, 1] = 1 / (squares * rates**2)
    return covariances * problem.log_sd**2


def _profile(problem: Problem, found: Found, which: NDArray[np.intp], sides: Array) -> Array:
    """
    The ln TIA of each curve, on one side, at which the best chi^2 is 1.96^2 above the least one.

    The square root of the rise is nearly a straight line, so a few secants from the edge by covariance find it.
    """
    shapes, heights, costs = found.shapes[which], found.heights[which], found.costs[which]
    low, high = problem.bounds()
    leans = found.leans[which] * sides[:, None]
    before, rises_before = np.zeros(len(which)), np.zeros(len(which))
    away = Z_95 * np.clip(found.spreads[which], 0.2 * problem.log_sd, 1.0)
    going = np.arange(len(which))
    for _ in range(_PROFILE_STEPS):
        if not len(going):
            break
        here = away[going]
        held = heights[going] + sides[going] * here
        # The shape moves with the height as their covariance says, so the search starts next to its end.
        starts = np.clip(shapes[going] + leans[going] * (here - before[going])[:, None], low, high)
        shapes[going], raised = minimise(problem.rows(going), starts, held, _EDGE)
        rises = np.sqrt(np.maximum(raised - costs[going], 0.0)) / problem.log_sd
        slope = np.maximum((rises - rises_before[going]) / (here - before[going]), 1e-3)
        onwards = np.minimum(np.clip(here + (Z_95 - rises) / slope, 0.2 * here, 3 * here), WIDEST_LOG)
        is_open = (np.abs(rises - Z_95) >= _NEAR) & (onwards != here)
        before[going], rises_before[going] = here, rises
        going = going[is_open]
        away[going] = onwards[is_open]
    edges: Array = heights + sides * away
    return edges
