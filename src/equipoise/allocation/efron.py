"""Efron's biased coin [1]_, on equal shares: the least filled share is preferred.

References
----------
.. [1] Efron B. Forcing a sequential experiment to be balanced. Biometrika 1971;58:403-417.
"""

from collections.abc import Sequence
from fractions import Fraction

from equipoise.allocation.biased_coin import favour_lowest


def compute_weights(counts: Sequence[int], probability: Fraction) -> list[int]:
    """Chances of the shares, as whole numbers in proportion; `counts` are the subjects of each before this one."""
    return favour_lowest(counts, probability)
