"""The search of `curve_fitting` for many curves at once: damped least squares with bounds, all curves abreast.

Levenberg and Marquardt's steps, with parameters held while they press against a bound. It is another algorithm than the
scalar one on purpose: tests hold the two together.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.assessments.dosimetry.curve_fitting import STARTS, WIDEST_LOG, Z_95
from equipoise.assessments.dosimetry.curve_shapes import Array, CurveModel, find_bounds, list_starts, log_shapes

_STEPS = 200
_LONGEST_STEP = 1.5
_LEAST_STEP = 1e-9
_LEAST_GAIN = 1e-13
_DAMPING, _MOST_DAMPING = 1e-2, 1e9
_FLOOR = 1e-9
"""Keeps the equations of a step solvable where two components cannot be told apart."""


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


def search_shapes(problem: Problem) -> tuple[Array, Array]:
    """Best shape of each curve and its squared residuals, from the best places of the grid."""
    starts = list_starts(problem.model, least_rate_per_h=problem.least_rate_per_h)
    values, _ = log_shapes(problem.model, starts, problem.times_h)
    values = values - values.mean(axis=1, keepdims=True)
    centred = problem.logs - problem.logs.mean(axis=1, keepdims=True)
    # Squares of the data are the same for every start, so they are left out of the comparison.
    costs = np.sum(values**2, axis=1) - 2 * centred @ values.T
    order = np.argsort(costs, axis=1, kind="stable")
    best, least = minimise(problem, starts[order[:, 0]], None)
    for rank in range(1, STARTS):
        other, cost = minimise(problem, starts[order[:, rank]], None)
        better = cost < least
        best[better], least[better] = other[better], cost[better]
    return best, least


def minimise(problem: Problem, starts: Array, heights: Array | None) -> tuple[Array, Array]:
    """Shapes with the least squares from given starts, and these squares."""
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
        is_done |= better & (gain < _LEAST_GAIN + 1e-10 * new_costs)
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
    """Covariance of ln TIA and the shape of each curve; what stands at a bound is held there. [curves, p, p]"""
    low, high = problem.bounds()
    _, slopes = log_shapes(problem.model, shapes, problem.times_h)
    slopes = slopes * ((shapes > low) & (shapes < high))[:, None, :]
    design = np.concatenate([np.ones((*slopes.shape[:2], 1)), slopes], axis=2)
    information = np.matmul(design.transpose(0, 2, 1), design) / problem.log_sd**2
    inverse: Array = np.linalg.pinv(information, rcond=1e-9, hermitian=True)
    return inverse


def profile_heights(problem: Problem, shapes: Array, heights: Array, costs: Array, spreads: Array, side: int) -> Array:
    """On one side, the ln TIA of each curve at which the best chi^2 is 1.96^2 above the least one."""
    shapes = shapes.copy()
    before, rises_before = np.zeros(len(shapes)), np.zeros(len(shapes))
    away = Z_95 * np.clip(spreads, 0.2 * problem.log_sd, 1.0)
    going = np.arange(len(shapes))
    for _ in range(12):
        if not len(going):
            break
        part, held = problem.rows(going), heights[going] + side * away[going]
        shapes[going], new_costs = minimise(part, shapes[going], held)
        rises = np.sqrt(np.maximum(new_costs - costs[going], 0.0)) / problem.log_sd
        here = away[going]
        slope = np.maximum((rises - rises_before[going]) / (here - before[going]), 1e-3)
        onwards = ~((np.abs(rises - Z_95) < 1e-3) | (here >= WIDEST_LOG))
        next_away = np.minimum(np.clip(here + (Z_95 - rises) / slope, 0.2 * here, 3 * here), WIDEST_LOG)
        onwards &= next_away != here
        before[going], rises_before[going] = here, rises
        going, next_away = going[onwards], next_away[onwards]
        away[going] = next_away
    edges: Array = heights + side * away
    return edges
