"""The big stick [1]_, on equal shares: chance decides until a share is too far ahead, then it waits.

References
----------
.. [1] Soares JF, Wu CFJ. Some restricted randomization rules in sequential designs. Communications in Statistics:
   Theory and Methods 1983;12:2017-2034.
"""

from collections.abc import Sequence


def compute_weights(counts: Sequence[int], limit: int) -> list[int]:
    """
    Chances of the shares, as whole numbers in proportion: 1 below the limit, 0 at it.

    Parameters
    ----------
    counts
        Subjects of each share before this one.
    limit
        Largest difference between a share and the least filled one. [subjects]
    """
    ceiling = min(counts) + limit
    return [1 if count < ceiling else 0 for count in counts]
