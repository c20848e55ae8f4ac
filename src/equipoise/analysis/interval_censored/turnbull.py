"""Survival from interval-censored observations: Turnbull's non-parametric maximum likelihood, and its proof.

Decides the innermost intervals, the masses in them and when they are the maximum (Kuhn-Tucker). How the mass lies
within an interval no observation can tell: a survival inside one is a range, never a drawn line.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.interval_censored.observations import NEVER, Floats, Ints, Observations, check_observations

_MAX_STEPS = 500
_ENOUGH = 1e-12
"""Kuhn-Tucker conditions hold within this, as a share of the number of subjects."""
_TOLERATED = 1e-8
"""What rounding may leave of it when no step improves any more."""
_SMALL_MASS = 1e-6
_NO_MASS = 1e-10
"""Masses below are zero: an interval that holds none is no step of the curve."""


@dataclass(frozen=True, eq=False)
class TurnbullCurve:
    """
    Masses on innermost intervals.

    Attributes
    ----------
    after, until
        Shape (m,): innermost intervals (after, until] with mass, ascending; the last may end `NEVER`. [d]
    mass
        Shape (m,): the probability that the event lies in each; they add up to 1.
    log_likelihood
        At the maximum.
    gap
        By the Kuhn-Tucker conditions no distribution has a log-likelihood above `log_likelihood + gap`.
    """

    n_subjects: int
    after: Ints
    until: Ints
    mass: Floats
    log_likelihood: float
    gap: float

    def survival_range_at(self, day: int) -> tuple[float, float]:
        """The least and greatest survival that the masses allow on a day; equal outside the innermost intervals."""
        low = 1 - float(self.mass[self.after < day].sum())
        high = 1 - float(self.mass[self.until <= day].sum())
        return max(low, 0.0), min(max(high, 0.0), 1.0)

    def survival_at(self, day: int) -> float | NotEstimable:
        """
        The survival on a day.

        Returns
        -------
        float or NotEstimable
            Not estimable inside an innermost interval, where only `survival_range_at` is known.
        """
        low, high = self.survival_range_at(day)
        inside = np.flatnonzero((self.after < day) & (self.until > day))
        if not len(inside):
            return high
        step = inside[0]
        if self.until[step] == NEVER:
            return NotEstimable(f"nobody was observed beyond day {self.after[step]}")
        return NotEstimable(
            f"between days {self.after[step]} and {self.until[step]} only the range {low:.4f} to {high:.4f} is known"
        )

    def median_interval(self) -> tuple[int, int] | NotEstimable:
        """The innermost interval (after, until] within which the survival falls to one half or below. [d]"""
        remaining = 1 - np.cumsum(self.mass)
        step = int(np.argmax(remaining <= 0.5 + _NO_MASS))
        if self.until[step] == NEVER:
            return NotEstimable(
                f"survival is above one half on day {self.after[step]}, after which nobody was observed"
            )
        return int(self.after[step]), int(self.until[step])


def estimate_turnbull(last_free: ArrayLike, first_seen: ArrayLike) -> TurnbullCurve | NotEstimable:
    """
    Estimate survival from interval-censored observations (Turnbull 1976).

    Parameters
    ----------
    last_free, first_seen
        Shape (n,) each; see `observations.check_observations`.

    Returns
    -------
    TurnbullCurve or NotEstimable
        Not estimable when there is nobody, and when the event was seen in nobody.

    Raises
    ------
    EquipoiseError
        The input is malformed.

    References
    ----------
    Turnbull BW (1976), J R Statist Soc B 38:290-295. Gentleman R, Geyer CJ (1994), Biometrika 81:618-623 (when it is
    the maximum). Wang Y (2007), J R Statist Soc B 69:185-198 (the constrained Newton step).

    Examples
    --------
    >>> curve = estimate_turnbull([0, 4, 6], [5, 8, NEVER])
    >>> curve.after.tolist(), curve.until.tolist(), curve.mass.round(4).tolist()
    ([4, 6], [5, 8], [0.5, 0.5])
    """
    observations = check_observations(last_free, first_seen)
    if not len(observations):
        return NotEstimable("there are no subjects")
    if np.all(observations.until == NEVER):
        return NotEstimable("the event was seen in nobody")
    after, until = find_innermost_intervals(observations)
    likelihood = _Likelihood(observations, after, until)
    mass = _maximise(likelihood)
    mass = np.where(mass > _NO_MASS, mass, 0.0)
    mass /= mass.sum()
    gap = likelihood.compute_gap(mass)
    if gap > _TOLERATED * len(observations):
        return NotEstimable("the maximum of the likelihood was not reached")
    has_mass = mass > 0
    return TurnbullCurve(
        n_subjects=len(observations),
        after=after[has_mass],
        until=until[has_mass],
        mass=mass[has_mass],
        log_likelihood=likelihood.compute(mass),
        gap=gap,
    )


def find_innermost_intervals(observations: Observations) -> tuple[Ints, Ints]:
    """
    The intervals that can hold mass: from a lower end to the next end, where that is an upper one.

    They are the intersections of the maximal sets of observations that meet in a point (maximal cliques). An upper end
    comes before a lower one of the same day: (2, 5] and (5, 7] do not meet.
    """
    n = len(observations)
    ends = np.concatenate([observations.until, observations.after])
    is_lower = np.repeat([0, 1], n)
    order = np.lexsort((is_lower, ends))
    ends, is_lower = ends[order], is_lower[order]
    opens = np.flatnonzero((is_lower[:-1] == 1) & (is_lower[1:] == 0))
    return ends[opens], ends[opens + 1]


class _Likelihood:
    """The likelihood of masses: each distinct observation holds a run of innermost intervals."""

    def __init__(self, observations: Observations, after: Ints, until: Ints) -> None:
        first = np.searchsorted(after, observations.after, side="left")
        end = np.searchsorted(until, observations.until, side="right")
        runs, counts = np.unique(np.column_stack([first, end]), axis=0, return_counts=True)
        self.first, self.end = runs[:, 0], runs[:, 1]
        self.counts = counts.astype(float)
        self.n_intervals = len(after)
        columns = np.arange(self.n_intervals)
        self.holds = ((columns >= self.first[:, None]) & (columns < self.end[:, None])).astype(float)

    def compute(self, mass: Floats) -> float:
        with np.errstate(divide="ignore"):
            return float(self.counts @ np.log(self.holds @ mass))

    def compute_gradient(self, mass: Floats) -> Floats:
        gradient: Floats = (self.counts / (self.holds @ mass)) @ self.holds
        return gradient

    def compute_gap(self, mass: Floats) -> float:
        """
        How far the log-likelihood can be below its maximum.

        It is concave: l(q) - l(p) <= sum of gradient (q - p) <= max(gradient) - n, as masses add up to 1.
        """
        return float(self.compute_gradient(mass).max() - self.counts.sum())


def _maximise(likelihood: _Likelihood) -> Floats:
    """Constrained Newton steps until the Kuhn-Tucker conditions hold, or nothing improves any more."""
    enough = _ENOUGH * likelihood.counts.sum()
    mass = np.full(likelihood.n_intervals, 1 / likelihood.n_intervals)
    gap = likelihood.compute_gap(mass)
    for _ in range(_MAX_STEPS):
        if gap <= enough:
            break
        tried = _improve(likelihood, mass)
        tried_gap = likelihood.compute_gap(tried)
        # Near the end rounding hides the likelihood; then the conditions decide, which see twice as many digits.
        if likelihood.compute(tried) <= likelihood.compute(mass) and tried_gap >= gap:
            break
        mass, gap = tried, tried_gap
    return _trim(likelihood, mass, max(gap, enough))


def _trim(likelihood: _Likelihood, mass: Floats, enough: float) -> Floats:
    """
    Without small masses, where the conditions hold as well without them.

    A mass whose condition is on the edge goes to 0 only slowly, and would stay as a step of the curve.
    """
    trimmed = np.where(mass > _SMALL_MASS, mass, 0.0)
    trimmed /= trimmed.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        if not likelihood.compute_gap(trimmed) < np.inf:
            return mass
    trimmed = _improve(likelihood, trimmed)
    return trimmed if likelihood.compute_gap(trimmed) <= enough else mass


def _improve(likelihood: _Likelihood, mass: Floats) -> Floats:
    """
    One step: the maximum of the quadratic approximation among all masses, or as far towards it as is uphill.

    In terms of the new masses q the approximation is -1/2 sum of counts (s q - 2)^2, where s is the row of `holds`
    over its likelihood. With masses that add up to 1, s q - 2 is (s - 2) q: a least-squares problem with q >= 0 whose
    solution, scaled to 1, is sought with the sum as one more row (Dax 1990).
    """
    from scipy.optimize import nnls  # type: ignore[import-untyped]  # slow to import

    root = np.sqrt(likelihood.counts)[:, None]
    rows = root * (likelihood.holds / (likelihood.holds @ mass)[:, None] - 2)
    target = np.concatenate([np.zeros(len(rows)), [1.0]])
    found, _ = nnls(np.vstack([rows, np.ones(likelihood.n_intervals)]), target)
    found /= found.sum()
    start = likelihood.compute(mass)
    slope = float(likelihood.compute_gradient(mass) @ (found - mass))
    for share in 0.5 ** np.arange(30):
        tried: Floats = mass + share * (found - mass)
        if likelihood.compute(tried) >= start + share * slope / 3 - 1e-13 * abs(start):
            return tried
    return mass
