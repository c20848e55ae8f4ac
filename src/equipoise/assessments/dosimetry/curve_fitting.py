"""The search behind one fitted curve: the best shape, its covariance, and how far the likelihood lets its height go.

SciPy's bounded least squares, from the best few of a fixed grid of starts, so equal data give equal fits.
"""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from scipy.optimize import least_squares  # type: ignore[import-untyped]

from equipoise.assessments.dosimetry.curve_shapes import Array, CurveModel, find_bounds, list_starts, log_shapes
from equipoise.assessments.dosimetry.decay import Nuclide

Z_95 = 1.959963984540054
STARTS = 2
"""Best places of the grid from which a search goes."""
WIDEST_LOG = 4.0
"""An interval is not sought further from the estimate than this, a factor of 55."""
_TOLERANCE = 1e-12


@dataclass(frozen=True)
class Points:
    """Times [h], logarithms of activities [ln MBq], error, nuclide."""

    times_h: Array
    logs: Array
    relative_error: float
    nuclide: Nuclide

    @property
    def log_sd(self) -> float:
        """Standard deviation of the logarithm of a log-normal with this coefficient of variation."""
        return sqrt(log(1 + self.relative_error**2))


@dataclass(frozen=True)
class Found:
    """
    The best curve of a model: shape, height (ln TIA), least chi^2, covariance of height and shape.
    """

    model: CurveModel
    shape: Array
    height: float
    chi_squared: float
    covariance: Array


def find_curve(points: Points, model: CurveModel) -> Found:
    """The curve of a model with the least squares of logarithms."""
    shape = np.array([_regress_mono(points)]) if model is CurveModel.MONO else _search(points, model)
    logs, slopes = _log_shape(points, model, shape)
    height = float(np.mean(points.logs - logs))
    chi_squared = float(np.sum((points.logs - logs - height) ** 2)) / points.log_sd**2
    return Found(model, shape, height, chi_squared, _covariance(points, model, shape, slopes))


def find_interval(points: Points, found: Found) -> tuple[float, float]:
    """The 95 % interval of ln TIA: by covariance for one exponential, by profile likelihood for more."""
    spread = sqrt(found.covariance[0, 0])
    if found.model is CurveModel.MONO:
        return found.height - Z_95 * spread, found.height + Z_95 * spread
    return _profile(points, found, spread, -1), _profile(points, found, spread, 1)


def _log_shape(points: Points, model: CurveModel, shape: Array) -> tuple[Array, Array]:
    values, slopes = log_shapes(model, shape[None, :], points.times_h)
    return values[0], slopes[0]


def _regress_mono(points: Points) -> float:
    """ln rate of the straight line through the logarithms, at least physical decay."""
    centred = points.times_h - np.mean(points.times_h)
    rate = -float(centred @ points.logs) / float(centred @ centred)
    return log(max(rate, points.nuclide.decay_constant_per_h))


def _search(points: Points, model: CurveModel) -> Array:
    """The best shape, from the best few of a fixed grid of starts."""
    least = points.nuclide.decay_constant_per_h
    starts = list_starts(model, least_rate_per_h=least)
    values, _ = log_shapes(model, starts, points.times_h)
    residuals = points.logs - values
    costs = np.sum((residuals - residuals.mean(axis=1, keepdims=True)) ** 2, axis=1)
    best = starts[np.argsort(costs, kind="stable")[:STARTS]]
    return min((_minimise(points, model, start, None) for start in best), key=lambda found: found[1])[0]


def _minimise(points: Points, model: CurveModel, start: Array, height: float | None) -> tuple[Array, float]:
    """The shape with the least squares and its chi^2; the height is free (None) or held."""

    def residuals(shape: Array) -> Array:
        difference = points.logs - _log_shape(points, model, shape)[0]
        centred: Array = (difference - (np.mean(difference) if height is None else height)) / points.log_sd
        return centred

    def slopes(shape: Array) -> Array:
        moves = _log_shape(points, model, shape)[1]
        centred: Array = -(moves - (np.mean(moves, axis=0) if height is None else 0.0)) / points.log_sd
        return centred

    low, high = find_bounds(model, least_rate_per_h=points.nuclide.decay_constant_per_h)
    inside = np.clip(start, low, high)
    found = least_squares(
        residuals, inside, slopes, (low, high), "dogbox", _TOLERANCE, _TOLERANCE, _TOLERANCE, max_nfev=300
    )
    return found.x, 2 * float(found.cost)


def _covariance(points: Points, model: CurveModel, shape: Array, slopes: Array) -> Array:
    """Of ln TIA and the shape; what stands at a bound is held there, what data cannot tell apart shares its part."""
    low, high = find_bounds(model, least_rate_per_h=points.nuclide.decay_constant_per_h)
    # The mono-exponential at physical decay keeps its variance as if free: its interval covers what it should.
    free = (shape > low) & (shape < high) if model is not CurveModel.MONO else np.ones(1, bool)
    design = np.concatenate([np.ones((len(points.logs), 1)), slopes * free], axis=1)
    information = design.T @ design / points.log_sd**2
    inverse: Array = np.linalg.pinv(information, rcond=1e-9, hermitian=True)
    return inverse


def _profile(points: Points, found: Found, spread: float, side: int) -> float:
    """
    The ln TIA on one side at which the best chi^2 is 1.96^2 above the least one.

    The square root of the rise is nearly a straight line, so a few secants from the edge by covariance find it.
    """
    shape, before, rise_before = found.shape, 0.0, 0.0
    away = Z_95 * min(max(spread, 0.2 * points.log_sd), 1.0)
    for _ in range(12):
        shape, cost = _minimise(points, found.model, shape, found.height + side * away)
        rise = sqrt(max(cost - found.chi_squared, 0.0))
        if abs(rise - Z_95) < 1e-3 or away >= WIDEST_LOG:
            break
        slope = max((rise - rise_before) / (away - before), 1e-3)
        step = (Z_95 - rise) / slope
        before, rise_before = away, rise
        away = min(max(away + step, 0.2 * away), 3 * away, WIDEST_LOG)
    return found.height + side * away
