"""The coin that Efron's rule and minimisation share: the lowest score is preferred, ties are split first."""

from collections.abc import Sequence
from fractions import Fraction


def favour_lowest(scores: Sequence[int] | Sequence[Fraction], probability: Fraction) -> list[int]:
    """
    Chances of the shares, as whole numbers in proportion.

    One of the shares with the lowest score is picked evenly; it is taken with `probability` a/b, each other share with
    (1 - a/b) / (S - 1). For S shares of which T tie at the lowest score that is, times T b (S - 1):
    a (S - 1) + (T - 1) (b - a) for a share that ties, and T (b - a) for another. All tied: even.
    """
    taken, whole = probability.as_integer_ratio()
    lowest = min(scores)
    n_others = len(scores) - 1
    n_tied = sum(score == lowest for score in scores)
    tied = taken * n_others + (n_tied - 1) * (whole - taken)
    other = n_tied * (whole - taken)
    return [tied if score == lowest else other for score in scores]
