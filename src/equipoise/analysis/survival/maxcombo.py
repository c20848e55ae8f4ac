"""MaxCombo: several tests of the log-rank family, the largest taken, the p-value corrected for having looked at all.

Decides how they are combined; each member is a log-rank test on the very counts of `logrank`, and the probability of
the largest comes from `normal_max`, without drawing a random number.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.survival.batch import count_event_times
from equipoise.analysis.survival.inputs import check_followed
from equipoise.analysis.survival.logrank import (
    compare_arms,
    compute_covariance,
    why_no_variance,
    why_not_comparable,
)
from equipoise.analysis.survival.normal_max import MOST, compute_max_tail
from equipoise.analysis.survival.weights import UNWEIGHTED, Weights, compute_weights
from equipoise.errors import EquipoiseError, Fault

DEFAULT_MEMBERS = (UNWEIGHTED, Weights(gamma=1), Weights(rho=1), Weights(rho=1, gamma=1))


@dataclass(frozen=True)
class MaxCombo:
    """
    The combined test.

    Attributes
    ----------
    members : tuple of Weights
    left_out : tuple of Weights
        Members without a variance in these data, for example (0, 1) when all events are on one day.
    z : tuple of float
        Of each member, below 0 when arm 1 has fewer events than expected.
    correlation : tuple of tuple of float
    largest, p_two_sided : float
        The largest absolute z, and the probability of one as large when the arms do not differ.
    smallest, p_one_sided : float
        The smallest z (most in favour of arm 1), and the probability of one as small.
    """

    members: tuple[Weights, ...]
    left_out: tuple[Weights, ...]
    z: tuple[float, ...]
    correlation: tuple[tuple[float, ...], ...]
    largest: float
    p_two_sided: float
    smallest: float
    p_one_sided: float


def maxcombo(
    days: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    stratum: ArrayLike | None = None,
    *,
    members: tuple[Weights, ...] = DEFAULT_MEMBERS,
) -> MaxCombo | NotEstimable:
    """
    Compare two arms by the largest of several weighted log-rank statistics [1]_.

    Parameters
    ----------
    days, event, arm, stratum : array_like, (subjects,)
        See `check_followed`; arms are 0 and 1.
    members : tuple of Weights
        One to four, no two the same. Fleming-Harrington (0, 0), (0, 1), (1, 0) and (1, 1) unless given [2]_.

    Returns
    -------
    MaxCombo or NotEstimable
        NotEstimable when the arms cannot be compared; see `logrank`. The p-values have an absolute error below 1e-9
        for the multivariate normal distribution that they assume.

    Raises
    ------
    EquipoiseError
        For no member, too many, or the same twice.

    References
    ----------
    .. [1] Lee, Computational Statistics and Data Analysis 2007;51:6557. Karrison, Stata Journal 2016;16:678.
    .. [2] Lin and others, Statistics in Biopharmaceutical Research 2020;12:187.
    """
    if not 1 <= len(set(members)) == len(members) <= MOST:
        what = f"{len(members)} members"
        raise EquipoiseError("No such combination.", [Fault("members", what, f"Give 1 to {MOST}, each once.")])
    data = check_followed(days, event, arm, stratum, dimensions=1)
    reason = why_not_comparable(data, 2)
    if reason:
        return NotEstimable(reason)
    strata = None if data.stratum is None else data.stratum[None, :]
    times = count_event_times(data.days[None, :], data.event[None, :], data.arm[None, :], strata)
    weights = {member: compute_weights(times, member) for member in members}
    sums = {member: tuple(float(one[0]) for one in compare_arms(times, weights[member])) for member in members}
    kept = tuple(member for member in members if sums[member][1] > 0)
    if not kept:
        return NotEstimable(why_no_variance(compare_arms(times, np.ones(times.key.size))[1]))

    covariance = np.array([[compute_covariance(times, weights[one], weights[other]) for other in kept] for one in kept])
    deviation = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviation, deviation)
    np.fill_diagonal(correlation, 1.0)
    z = [sums[member][0] / float(error) for member, error in zip(kept, deviation, strict=True)]
    largest, smallest = max(abs(one) for one in z), min(z)
    return MaxCombo(
        members=kept,
        left_out=tuple(member for member in members if member not in kept),
        z=tuple(z),
        correlation=tuple(tuple(float(value) for value in row) for row in correlation),
        largest=largest,
        p_two_sided=compute_max_tail(largest, correlation, two_sided=True),
        smallest=smallest,
        p_one_sided=compute_max_tail(-smallest, correlation, two_sided=False),
    )
