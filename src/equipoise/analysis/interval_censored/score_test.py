"""Whether groups differ in an interval-censored event: log-rank scores under the pooled Turnbull estimate.

Decides the scores (Sun's or Finkelstein's) and the variance, which is that of permutations: it takes for granted that
the visits do not depend on the group. Where arms have visit schedules of their own, that is not so; say it beside p.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.interval_censored.observations import NEVER, Floats, Observations, check_observations
from equipoise.analysis.interval_censored.turnbull import TurnbullCurve, estimate_turnbull
from equipoise.analysis.survival.tails import chi_square_above
from equipoise.errors import EquipoiseError, Fault


class IntervalScores(StrEnum):
    """What a subject's interval is worth."""

    SUN = "sun"
    """Events less expected with the hazard of each step, p / S before it (Sun 1996)."""
    FINKELSTEIN = "finkelstein"
    """The score of proportional hazards on grouped days (Finkelstein 1986)."""


@dataclass(frozen=True)
class IntervalScoreTest:
    """
    The result of a score test.

    Attributes
    ----------
    totals
        For each group the sum of scores, like observed less expected: above 0 the event came earlier than in all.
    z
        With two groups, the total of the second over its standard deviation; None with more.
    """

    scores: IntervalScores
    groups: tuple[int, ...]
    totals: tuple[float, ...]
    z: float | None
    chi_square: float
    df: int
    p: float


def compute_interval_score_test(
    last_free: ArrayLike,
    first_seen: ArrayLike,
    groups: ArrayLike,
    *,
    scores: IntervalScores = IntervalScores.SUN,
) -> IntervalScoreTest | NotEstimable:
    """
    Compare groups by log-rank scores with the permutation variance, in its normal limit (Fay and Shaw 2010).

    Parameters
    ----------
    last_free, first_seen
        Shape (n,) each; see `observations.check_observations`.
    groups
        Shape (n,): a number for each subject's group.

    Returns
    -------
    IntervalScoreTest or NotEstimable
        Not estimable when the pooled curve is not, with fewer than two groups, and when all scores are alike.

    Raises
    ------
    EquipoiseError
        The input is malformed.

    References
    ----------
    Sun J (1996), Stat Med 15:1387-1395. Finkelstein DM (1986), Biometrics 42:845-854. Fay MP, Shaw PA (2010), J Stat
    Softw 36(2), section 3: scores and permutation variance.
    """
    observations = check_observations(last_free, first_seen)
    group_array = np.asarray(groups)
    if group_array.shape != observations.after.shape or (group_array.size and group_array.dtype.kind not in "iu"):
        fault = Fault("groups", "not a whole number for each subject", f"Give {len(observations)} numbers.")
        raise EquipoiseError("Groups cannot be compared.", [fault])
    labels, index = np.unique(group_array, return_inverse=True)
    if len(labels) < 2:
        return NotEstimable("there are fewer than two groups to compare")
    curve = estimate_turnbull(last_free, first_seen)
    if isinstance(curve, NotEstimable):
        return curve
    subject_scores = compute_interval_scores(curve, observations, scores)
    spread = float(np.sum((subject_scores - subject_scores.mean()) ** 2)) / (len(observations) - 1)
    if spread <= 1e-20:
        return NotEstimable("the observations do not tell an earlier event from a later one")
    sizes = np.bincount(index)
    totals = np.bincount(index, weights=subject_scores - subject_scores.mean())
    chi_square = float(np.sum(totals**2 / sizes)) / spread
    z = None
    if len(labels) == 2:
        z = float(totals[1]) / float(np.sqrt(spread * sizes[0] * sizes[1] / len(observations)))
    return IntervalScoreTest(
        scores=scores,
        groups=tuple(int(label) for label in labels),
        totals=tuple(float(total) for total in totals),
        z=z,
        chi_square=chi_square,
        df=len(labels) - 1,
        p=chi_square_above(chi_square, len(labels) - 1),
    )


def compute_interval_scores(curve: TurnbullCurve, observations: Observations, scores: IntervalScores) -> Floats:
    """
    Each subject's score: (S log T at the lower end - S log T at the upper end) / (S lower - S upper).

    T is S itself for Finkelstein's, and exp(-sum of p / S before) for Sun's; S log T is 0 where S is 0.
    """
    survival = np.concatenate([[1.0], np.maximum(1 - np.cumsum(curve.mass), 0.0)])
    survival[-1] = 0.0
    if scores is IntervalScores.SUN:
        logarithm = -np.concatenate([[0.0], np.cumsum(curve.mass / survival[:-1])])
    else:
        logarithm = np.log(survival, out=np.zeros_like(survival), where=survival > 0)
    product = survival * logarithm
    # The curve at an end: the number of steps that are over by then. Ends lie outside steps, or observations would
    # have ends inside an innermost interval.
    lower = np.searchsorted(curve.until, observations.after, side="right")
    upper = np.searchsorted(curve.until, observations.until, side="right")
    upper = np.where(observations.until == NEVER, len(curve.mass), upper)
    values: Floats = (product[lower] - product[upper]) / (survival[lower] - survival[upper])
    return values
