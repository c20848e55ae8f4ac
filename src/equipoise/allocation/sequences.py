"""Many trials side by side: the same rules as `decision`, place by place, on arrays, for simulations and tests.

Draws from a generator given as an argument, never from the secret of a trial. That the chances equal those of the
kernel state by state is tested; what is made of the trials is left to `design` and `rerandomisation`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from equipoise.allocation.methods import (
    BigStick,
    BlockUrn,
    Efron,
    Measure,
    Method,
    Minimisation,
    PermutedBlocks,
    SealedList,
)
from equipoise.allocation.specification import Specification
from equipoise.errors import Fault, ProtocolError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_SCORE_PLACES = 9
"""Sums of square roots that are equal in theory are made equal here; the kernel keeps more places. [digits]"""


@dataclass(frozen=True)
class Place:
    """
    One place of every trial.

    Attributes
    ----------
    chances
        The chance of each arm before the draw, to somebody who knows everything but the draw. Trials by arms.
    arms
        The arm given, as its number in the specification. One for each trial.
    """

    chances: Floats
    arms: Ints


def allocate_places(
    specification: Specification, levels: Mapping[str, Ints], *, n: int, n_trials: int, rng: np.random.Generator
) -> Iterator[Place]:
    """
    Allocate `n` subjects in each of many trials, one place after the other.

    Parameters
    ----------
    specification
        Any method but a sealed list.
    levels
        For each factor of the specification, the number of the level of each subject: trials by places, or one row
        for all trials. Other factors are left aside.
    n, n_trials
        Subjects of a trial; trials.

    Raises
    ------
    ProtocolError
        The method is a sealed list: it was made elsewhere, and cannot be drawn again.
    """
    rule = _make_rule(specification, levels, n_trials=n_trials)
    n_arms = len(specification.arms)
    arm_of = np.repeat(np.arange(n_arms), [arm.shares for arm in specification.arms])
    belongs = np.eye(n_arms, dtype=np.int64)[arm_of]
    for place in range(n):
        weights = rule.weigh(place, rng)
        whole = weights.sum(axis=1)
        draws = rng.integers(whole)
        shares = (np.cumsum(weights, axis=1) <= draws[:, None]).sum(axis=1)
        rule.record(place, shares)
        yield Place((weights @ belongs) / whole[:, None], arm_of[shares])


def draw_arms(
    specification: Specification, levels: Mapping[str, Ints], *, n: int, n_trials: int, rng: np.random.Generator
) -> Ints:
    """The arms alone, as numbers in the specification: trials by places. Arguments as of `allocate_places`."""
    arms = np.empty((n_trials, n), dtype=np.int64)
    for place, each in enumerate(allocate_places(specification, levels, n=n, n_trials=n_trials, rng=rng)):
        arms[:, place] = each.arms
    return arms


class _Rule(ABC):
    """What a method remembers of the places before, and the weights of the shares that follow from it."""

    @abstractmethod
    def weigh(self, place: int, rng: np.random.Generator) -> Ints:
        """The chances of the shares at a place, as whole numbers in proportion: trials by shares."""

    @abstractmethod
    def record(self, place: int, shares: Ints) -> None:
        """Remember the share that each trial took."""


def _make_rule(specification: Specification, levels: Mapping[str, Ints], *, n_trials: int) -> _Rule:
    method, n_shares = specification.method, len(specification.shares)
    if isinstance(method, SealedList):
        do = "Simulate the method by which the list was made."
        raise ProtocolError(
            "Nothing can be simulated.", [Fault("allocation, method", "a sealed list was made elsewhere", do)]
        )
    if isinstance(method, Minimisation):
        return _Minimising(method, specification, levels, n_trials)
    strata, n_strata = _strata(specification, levels, n_trials)
    if isinstance(method, PermutedBlocks):
        return _InBlocks(method, strata, (n_trials, n_strata, n_shares))
    return _ByCounts(method, strata, (n_trials, n_strata, n_shares))


def _strata(specification: Specification, levels: Mapping[str, Ints], n_trials: int) -> tuple[Ints, int]:
    """The number of each subject's stratum (trials by places; one column where nothing stratifies), and how many."""
    strata: Ints = np.zeros((n_trials, 1), dtype=np.int64)
    n_strata = 1
    for factor in specification.factors:
        strata = strata * len(factor.levels) + levels[factor.name]
        n_strata *= len(factor.levels)
    return strata, n_strata


class _InStrata(_Rule):
    """Counts of each share, for each trial and stratum; a stratum knows nothing of the others."""

    def __init__(self, strata: Ints, shape: tuple[int, int, int]) -> None:
        self._strata = strata
        self._trials = np.arange(shape[0])
        self._counts = np.zeros(shape, dtype=np.int64)

    def _stratum(self, place: int) -> Ints:
        column: Ints = self._strata[:, place if self._strata.shape[1] > 1 else 0]
        return column


class _ByCounts(_InStrata):
    """Simple, big stick, block urn and Efron: chances follow from the counts of the stratum."""

    def __init__(self, method: Method, strata: Ints, shape: tuple[int, int, int]) -> None:
        super().__init__(strata, shape)
        self._method = method

    def weigh(self, place: int, rng: np.random.Generator) -> Ints:
        return weigh_counts(self._method, self._counts[self._trials, self._stratum(place)])

    def record(self, place: int, shares: Ints) -> None:
        self._counts[self._trials, self._stratum(place), shares] += 1


class _InBlocks(_InStrata):
    """Permuted blocks: the counts are what is left of the block of the stratum."""

    def __init__(self, method: PermutedBlocks, strata: Ints, shape: tuple[int, int, int]) -> None:
        super().__init__(strata, shape)
        self._rounds = np.array(method.sizes) // shape[2]

    def weigh(self, place: int, rng: np.random.Generator) -> Ints:
        stratum = self._stratum(place)
        left: Ints = self._counts[self._trials, stratum]
        rounds = self._rounds[rng.integers(len(self._rounds), size=len(left))]
        left = np.where(left.any(axis=1, keepdims=True), left, rounds[:, None])
        self._counts[self._trials, stratum] = left
        return left

    def record(self, place: int, shares: Ints) -> None:
        self._counts[self._trials, self._stratum(place), shares] -= 1


class _Minimising(_Rule):
    """Minimisation: counts of each share, for each trial and level of each factor, over the whole trial."""

    def __init__(
        self, method: Minimisation, specification: Specification, levels: Mapping[str, Ints], n_trials: int
    ) -> None:
        n_shares = len(specification.shares)
        self._method = method
        self._trials = np.arange(n_trials)
        common = lcm(*(weight.denominator for weight in method.weights.values()))
        self._factors = [
            (int(method.weights[factor.name] * common), np.broadcast_to(table, (n_trials, table.shape[1])), counts)
            for factor in specification.factors
            for table in [levels[factor.name]]
            for counts in [np.zeros((n_trials, len(factor.levels), n_shares), dtype=np.int64)]
        ]

    def weigh(self, place: int, rng: np.random.Generator) -> Ints:
        scores = sum(
            weight * measure_candidates(self._method.measure, counts[self._trials, level[:, place]])
            for weight, level, counts in self._factors
        )
        return favour_lowest(np.round(np.asarray(scores), _SCORE_PLACES), self._method.probability)

    def record(self, place: int, shares: Ints) -> None:
        for _, level, counts in self._factors:
            counts[self._trials, level[:, place], shares] += 1


def weigh_counts(method: Method, counts: Ints) -> Ints:
    """
    Weights of the shares by a method that goes by counts.

    Parameters
    ----------
    method
        Simple, big stick, block urn or Efron.
    counts
        Subjects of each share before this one, trials by shares.
    """
    match method:
        case BigStick(limit):
            return np.asarray(counts < counts.min(axis=1, keepdims=True) + limit, dtype=np.int64)
        case BlockUrn(limit):
            return np.asarray(limit + counts.min(axis=1, keepdims=True) - counts)
        case Efron(probability):
            return favour_lowest(counts, probability)
        case _:
            return np.ones_like(counts)


def favour_lowest(scores: Ints | Floats, probability: Fraction) -> Ints:
    """
    Weights of the shares by a biased coin: one of the lowest, picked evenly, is taken with `probability`.

    Every other share, the others that tie among them, has the rest in equal parts.
    """
    taken, whole = probability.as_integer_ratio()
    is_lowest = scores == scores.min(axis=1, keepdims=True)
    n_tied = is_lowest.sum(axis=1, keepdims=True)
    picked = taken * (scores.shape[1] - 1) + (n_tied - 1) * (whole - taken)
    return np.asarray(np.where(is_lowest, picked, n_tied * (whole - taken)), dtype=np.int64)


def measure_candidates(measure: Measure, counts: Ints) -> Ints | Floats:
    """
    How uneven the counts of one level become for each share that may be taken, up to a factor common to all.

    Parameters
    ----------
    counts
        Subjects of each share before this one, trials by shares.

    Returns
    -------
    Trials by shares. The variance is left times shares (shares - 1), the standard deviation times the root of it.
    """
    n_shares = counts.shape[1]
    then = counts[:, None, :] + np.eye(n_shares, dtype=np.int64)
    if measure is Measure.RANGE:
        return np.asarray(then.max(axis=2) - then.min(axis=2))
    spread = n_shares * (then**2).sum(axis=2) - then.sum(axis=2) ** 2
    return np.asarray(spread if measure is Measure.VARIANCE else np.sqrt(spread))
