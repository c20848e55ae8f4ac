"""Tails of the normal and the chi-square distribution in plain arithmetic, exact in small tails and without SciPy."""

import math
from statistics import NormalDist

_NORMAL = NormalDist()


def normal_below(z: float) -> float:
    """Probability that a standard normal is below z; small tails keep their digits."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def normal_two_sided(z: float) -> float:
    """Probability that a standard normal is further from 0 than z."""
    return math.erfc(abs(z) / math.sqrt(2))


def normal_quantile(probability: float) -> float:
    """The z with that probability below it. [probability strictly between 0 and 1]"""
    return _NORMAL.inv_cdf(probability)


def chi_square_above(chi2: float, degrees: int) -> float:
    """
    Probability that a chi-square with whole degrees of freedom is above a value.

    A finite sum for every number of degrees: of Poisson terms when it is even, with the normal tail when it is odd
    (Abramowitz and Stegun 1964, 26.4.4 and 26.4.5).
    """
    half = chi2 / 2
    if degrees % 2:
        total, term = math.erfc(math.sqrt(half)), math.exp(-half) * math.sqrt(half / math.pi) * 2
    else:
        total, term = 0.0, math.exp(-half)
    for twice in range(1 if degrees % 2 else 0, degrees - 1, 2):
        total += term
        term *= half / (twice / 2 + 1)
    return total
