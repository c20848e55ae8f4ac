"""Bounds of a coefficient by profile likelihood: where the best fit with that coefficient fixed is just too bad.

References
----------
Venzon DJ, Moolgavkar SH. Appl Stat 1988;37:87. Heinze G, Schemper M. Biometrics 2001;57:114 (one-sided, when the
likelihood is monotone).
"""

import numpy as np
from numpy.typing import NDArray

from equipoise.analysis.cox.data import CoxData, Floats, Ties
from equipoise.analysis.cox.newton import find_maximum

_STEPS = 200
_GOAL = 1e-13
_ROUNDING = 1e-10
_NEAR = 1e-8
"""Gradient of the other coefficients, in standard errors: the likelihood misses half its square."""
_RANK = 1e-12
_DOUBLINGS = 12


def find_bound(data: CoxData, ties: Ties, column: int, *, start: Floats, supremum: float, loss: float) -> float | None:
    """
    The value of a coefficient at which twice the profile log-likelihood is `loss` below twice its supremum.

    The loss is convex in the coefficient, so Newton's method overshoots at most once, to the far side of the bound, and
    closes in from there.

    Parameters
    ----------
    start : array, [p]
        A point on the side of the maximum where the bound is wanted, not the maximum itself.

    Returns
    -------
    float or None
        None when the search does not settle.
    """
    others = np.delete(np.arange(len(start)), column)
    beta, last = start, np.inf
    for _ in range(_STEPS):
        inner = find_maximum(data, ties, start=beta, free=others, goal=_NEAR)
        slope = 2 * inner.likelihood.gradient[column]
        if slope == 0 or not np.isfinite(inner.likelihood.value):
            return None
        step = (2 * (supremum - inner.likelihood.value) - loss) / slope
        beta = inner.beta + step * _find_tangent(inner.likelihood.information, column, others)
        size = abs(step) / max(1.0, abs(beta[column]))
        # Steps shrink to nothing, or to the rounding of the likelihood, where one is as long as the last.
        if size <= _GOAL or last / 2 <= size <= _ROUNDING:
            return float(beta[column])
        last = size
    return None


def find_far_start(data: CoxData, ties: Ties, *, sign: int, supremum: float, loss: float) -> Floats | None:
    """
    A start for the only bound of the first coefficient, which goes to infinity with this sign: a point beyond it.

    There Newton's method cannot overshoot; from the side of the infinite estimate it would.
    """
    others = np.arange(1, data.covariates.shape[1])
    beta = np.zeros(data.covariates.shape[1])
    for doubling in range(_DOUBLINGS):
        inner = find_maximum(data, ties, start=beta, free=others, goal=_NEAR)
        if 2 * (supremum - inner.likelihood.value) > loss:
            return inner.beta if np.isfinite(inner.likelihood.value) else None
        beta = inner.beta.copy()
        beta[0] = -sign * 2.0**doubling
    return None


def _find_tangent(information: Floats, column: int, others: NDArray[np.intp]) -> Floats:
    """How the other coefficients follow this one, to first order: the next search starts near its end."""
    tangent = np.zeros(len(information))
    tangent[column] = 1.0
    if others.size:
        unit = np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
        scaled = information / np.outer(unit, unit)
        follow = np.linalg.lstsq(scaled[np.ix_(others, others)], -scaled[others, column], rcond=_RANK)[0]
        tangent[others] = follow * unit[column] / unit[others]
    return tangent
