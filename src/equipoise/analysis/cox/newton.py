"""The maximum of a partial likelihood, by Newton's method with step halving, to the last digits that floats give.

Leaves to `separation` why a likelihood has none: here the search only stops when the linear predictors have run far
apart, and says so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.analysis.cox.data import CoxData, Floats, Ties
from equipoise.analysis.cox.likelihood import Likelihood, compute_likelihood

GRADIENT_FLOOR = 1e-9
"""The gradient is measured over the root of its information: as the distance from the maximum in standard errors. The
search goes on until rounding ends it, which is near 1e-14; what ends above the floor has not converged."""

_ITERATIONS = 200
_DOUBLINGS = 10
_HALVINGS = 40
_LONGEST_STEP = 8.0
"""How far the first step may pull two subjects apart, as a log hazard ratio; further ones twice as far, to a limit."""


@dataclass(frozen=True, eq=False)
class Maximum:
    """
    Where the search ended.

    `gradient_norm` is the largest component of the gradient, over the root of its information. `has_run_away`: the
    linear predictors of a stratum differ by more than the search was allowed.
    """

    beta: Floats
    likelihood: Likelihood
    iterations: int
    gradient_norm: float
    is_converged: bool
    has_run_away: bool = False


def find_maximum(
    data: CoxData,
    ties: Ties,
    *,
    start: Floats,
    free: NDArray[np.intp] | None = None,
    farthest: float = np.inf,
    goal: float = 0.0,
) -> Maximum:
    """
    Climb from `start`, an array [p], moving the coefficients `free` (all when None) and keeping the others.

    `farthest` is the difference of linear predictors beyond which the search stops; `goal` the gradient, in standard
    errors, that is near enough when the last digits are not needed.
    """
    free = np.arange(len(start)) if free is None else free
    beta, here = start, compute_likelihood(data, start, ties)
    best = Maximum(beta, here, 0, np.inf, is_converged=False)
    for iteration in range(_ITERATIONS):
        norm = _compute_norm(here, free)
        is_nearer = norm <= best.gradient_norm / 2
        if norm < best.gradient_norm:
            best = Maximum(beta, here, iteration, norm, is_converged=norm <= GRADIENT_FLOOR)
        # Near the maximum every step gains digits until rounding is all that is left of the gradient.
        if norm <= goal or (best.gradient_norm <= GRADIENT_FLOOR and not is_nearer):
            return best
        if _compute_reach(data, beta) > farthest:
            return Maximum(beta, here, iteration, norm, is_converged=False, has_run_away=True)
        step = _find_step(data, here, free, _LONGEST_STEP * 2.0 ** min(iteration, _DOUBLINGS))
        moved = None if step is None else _try_step(data, ties, beta, here, step)
        if moved is None:
            return best
        beta, here = moved
    return best


def _compute_norm(here: Likelihood, free: NDArray[np.intp]) -> float:
    gradient, information = here.gradient[free], np.diag(here.information)[free]
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(gradient == 0, 0.0, np.abs(gradient) / np.sqrt(np.maximum(information, 0)))
    return float(relative.max(initial=0))


def _find_step(data: CoxData, here: Likelihood, free: NDArray[np.intp], longest: float) -> Floats | None:
    """Newton's step, not longer than allowed; None where the information cannot be inverted."""
    information = here.information[np.ix_(free, free)]
    unit = np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    step = np.zeros(len(here.gradient))
    try:
        step[free] = np.linalg.solve(information / np.outer(unit, unit), here.gradient[free] / unit) / unit
    except np.linalg.LinAlgError:
        return None
    if not np.isfinite(step).all():
        return None
    return step * min(1.0, longest / max(_compute_reach(data, step), np.finfo(float).tiny))


def _try_step(
    data: CoxData, ties: Ties, beta: Floats, here: Likelihood, step: Floats
) -> tuple[Floats, Likelihood] | None:
    """
    The step, or the first of its halves that does not lose likelihood beyond rounding.

    A step that promises less than that rounding is taken whole: of it the gradient can judge, and the value cannot.
    """
    # The value is a difference of sums as large as this, so its rounding is too.
    summed = float(np.abs(data.covariates[data.deaths] @ beta).sum())
    slack = 8 * np.finfo(float).eps * (1 + abs(here.value) + summed)
    is_small = float(here.gradient @ step) < slack
    for halving in range(_HALVINGS):
        beta_there = beta + step / 2**halving
        there = compute_likelihood(data, beta_there, ties)
        if is_small or there.value >= here.value - slack:
            return beta_there, there
    return None


def _compute_reach(data: CoxData, beta: Floats) -> float:
    """Largest difference of linear predictors within a stratum."""
    eta = data.covariates @ beta
    return max((float(np.ptp(eta[rows])) for rows in data.slices), default=0.0)
