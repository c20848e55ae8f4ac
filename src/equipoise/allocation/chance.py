"""Chances of what a list looks like, if it was random: how many of an arm, how many runs.

Floats are good enough here: these numbers decide whether a person must look, never who gets which arm.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import comb, exp, lgamma, log


def chance_of_count(count: int, n: int, share: float) -> float:
    """
    Chance of a count at least as far out as this one, on its side, doubled (exact binomial).

    Parameters
    ----------
    count, n
        Places of the arm, and of all.
    share
        The arm's part of the ratio, between 0 and 1.
    """
    below = sum(_binomial(k, n, share) for k in range(count + 1))
    above = sum(_binomial(k, n, share) for k in range(count, n + 1))
    return min(1.0, 2 * min(below, above))


def chance_of_runs(lists: Sequence[Sequence[bool]]) -> tuple[float, float]:
    """
    Chances that random orders of these lists have so few runs in sum, and so many.

    A run is a stretch of equal items. Given how many of each kind a list has, all its orders are equally likely; the
    distribution of the number of runs is that of Wald and Wolfowitz (Ann Math Stat 1940;11:147-162), summed over lists.
    """
    found, chances = 0, [1.0]
    for items in lists:
        if items:
            found += 1 + sum(a != b for a, b in pairwise(items))
            chances = _convolve(chances, _run_chances(sum(items), len(items) - sum(items)))
    return min(1.0, sum(chances[: found + 1])), min(1.0, sum(chances[found:]))


def _binomial(k: int, n: int, p: float) -> float:
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log(1 - p))


def _run_chances(n_yes: int, n_no: int) -> list[float]:
    """The chance of each number of runs, from 0."""
    if not n_yes or not n_no:
        return [0.0, 1.0]
    orders = [0] * (n_yes + n_no + 1)
    for half in range(1, min(n_yes, n_no) + 1):
        yes, no = comb(n_yes - 1, half - 1), comb(n_no - 1, half - 1)
        orders[2 * half] = 2 * yes * no
        if 2 * half + 1 < len(orders):
            orders[2 * half + 1] = comb(n_yes - 1, half) * no + yes * comb(n_no - 1, half)
    total = comb(n_yes + n_no, n_yes)
    return [count / total for count in orders]


def _convolve(first: Sequence[float], second: Sequence[float]) -> list[float]:
    result = [0.0] * (len(first) + len(second) - 1)
    for i, a in enumerate(first):
        if a:
            for j, b in enumerate(second):
                result[i + j] += a * b
    return result
