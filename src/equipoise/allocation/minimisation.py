"""Minimisation [1]_, on equal shares: for each share, how uneven the levels of this subject would become.

Scores are exact, or, for standard deviations, rounded in one fixed way: sums of square roots that are equal in theory
must be equal here, since a tie is split at random.

References
----------
.. [1] Pocock SJ, Simon R. Sequential treatment assignment with balancing for prognostic factors in the controlled
   clinical trial. Biometrics 1975;31:103-115.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isqrt

from equipoise.allocation.methods import Measure, Minimisation

ROOT_PLACES = 50
"""Decimals of each square root, cut off. [digits]"""
SCORE_PLACES = 30
"""Decimals of a sum of square roots, rounded half up; fewer than each root has, so that ties stay ties. [digits]"""

Margins = Mapping[str, Mapping[str, Sequence[int]]]
"""Subjects of each share so far, by factor and level."""


def compute_scores(method: Minimisation, margins: Margins, values: Mapping[str, str]) -> tuple[Fraction, ...]:
    """
    The imbalance that each share would leave: the weighted sum of the measure over the levels of this subject.

    Parameters
    ----------
    method
        Weights and measure.
    margins
        Before this subject.
    values
        The level of each factor.

    Returns
    -------
    One score for each share; the lowest is preferred.
    """
    levels = [(weight, margins[factor][values[factor]]) for factor, weight in method.weights.items()]
    n_shares = len(levels[0][1])
    return tuple(
        _rounded(method.measure, sum((w * _distance(method.measure, c, share) for w, c in levels), Fraction(0)))
        for share in range(n_shares)
    )


def _distance(measure: Measure, counts: Sequence[int], share: int) -> Fraction:
    """How uneven the counts are once `share` has one more."""
    then = [count + (index == share) for index, count in enumerate(counts)]
    if measure is Measure.RANGE:
        return Fraction(max(then) - min(then))
    n_shares = len(then)
    spread = n_shares * sum(count * count for count in then) - sum(then) ** 2
    parts = n_shares * (n_shares - 1)
    if measure is Measure.VARIANCE:
        return Fraction(spread, parts)
    return Fraction(isqrt(spread * 10 ** (2 * ROOT_PLACES) // parts), 10**ROOT_PLACES)


def _rounded(measure: Measure, score: Fraction) -> Fraction:
    if measure is not Measure.STANDARD_DEVIATION:
        return score
    unit = 10**SCORE_PLACES
    return Fraction((2 * score.numerator * unit + score.denominator) // (2 * score.denominator), unit)
