"""The block urn [1]_, on equal shares: balls are drawn without return, complete sets go back at once.

References
----------
.. [1] Zhao W, Weng Y. Block urn design: a new randomization algorithm for sequential trials with two or more treatments
   and balanced or unbalanced allocation. Contemporary Clinical Trials 2011;32:953-961.
"""

from collections.abc import Sequence


def compute_weights(counts: Sequence[int], limit: int) -> list[int]:
    """
    Chances of the shares: the balls left of each, `limit` + complete sets - subjects so far.

    Parameters
    ----------
    counts
        Subjects of each share before this one; the smallest is the number of complete sets.
    limit
        Balls of each share in the full urn, which is the largest difference between two shares. [subjects]
    """
    n_sets = min(counts)
    return [limit + n_sets - count for count in counts]
