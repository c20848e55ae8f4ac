"""The methods on arrays: what each remembers of many sequences side by side, and the chances that follow from it.

The same rules as in the kernel (`decision`), a second time and in another form; tests compare their chances state by
state. Which sequences are drawn, or enumerated, is left to `sequences`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
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

MAX_WEIGHT = 10**9
"""Weights of factors as whole numbers in proportion, the largest: scores of thousands of subjects stay exact."""
_SAME = 1e-9
"""Scores this close are equal: sums of square roots that are equal in theory differ in their last digits."""


class ArrayRule(ABC):
    """What a method remembers of the places before, a row for each sequence, and the weights that follow from it."""

    n_openings = 1
    """How many block sizes may be drawn where a block begins; 1 for methods without blocks."""

    def must_open(self, place: int) -> NDArray[np.bool_] | None:
        """The rows in which a block begins at a place; None for methods without blocks."""
        return None

    def open(self, place: int, picks: Ints) -> None:  # noqa: B027 (methods without blocks have nothing to do)
        """Begin a block with the size of this number in each row that must."""

    @abstractmethod
    def weigh(self, place: int) -> Ints:
        """The chances of the shares at a place, as whole numbers in proportion: rows by shares."""

    @abstractmethod
    def record(self, place: int, shares: Ints) -> None:
        """Remember the share that each row took."""

    @abstractmethod
    def keep_rows(self, rows: Ints) -> None:
        """Go on with these rows, some of them perhaps more than once."""


def make_rule(specification: Specification, levels: Mapping[str, Ints], *, n_rows: int) -> ArrayRule:
    """
    The rule of a specification before the first subject.

    Parameters
    ----------
    levels
        For each factor of the specification, the number of the level of each subject: rows by places, or one row for
        all. Other factors are left aside.
    n_rows
        How many sequences are remembered.

    Raises
    ------
    ProtocolError
        The method is a sealed list: it was made elsewhere, and cannot be drawn again. Or the weights of factors are
        whole numbers above `MAX_WEIGHT` in proportion.
    """
    method, n_shares = specification.method, len(specification.shares)
    if isinstance(method, SealedList):
        what, do = "a sealed list was made elsewhere", "Give the method by which the list was made."
        raise ProtocolError("This allocation cannot be drawn again.", [Fault("allocation, method", what, do)])
    if isinstance(method, Minimisation):
        return _Minimising(method, specification, levels, n_rows)
    strata: Ints = np.zeros((1, 1), dtype=np.int64)
    n_strata = 1
    for factor in specification.factors:
        strata = strata * len(factor.levels) + levels[factor.name]
        n_strata *= len(factor.levels)
    if isinstance(method, PermutedBlocks):
        return _InBlocks(method, strata, (n_rows, n_strata, n_shares))
    return _ByCounts(method, strata, (n_rows, n_strata, n_shares))


class _InStrata(ArrayRule):
    """Counts of each share, for each row and stratum; a stratum knows nothing of the others."""

    def __init__(self, strata: Ints, shape: tuple[int, int, int]) -> None:
        self._strata = strata
        self._rows = np.arange(shape[0])
        self._counts = np.zeros(shape, dtype=np.int64)

    def keep_rows(self, rows: Ints) -> None:
        self._counts = self._counts[rows]
        self._rows = np.arange(len(rows))
        if len(self._strata) > 1:
            self._strata = self._strata[rows]

    def _stratum(self, place: int) -> Ints:
        column: Ints = self._strata[:, place if self._strata.shape[1] > 1 else 0]
        return column


class _ByCounts(_InStrata):
    """Simple, big stick, block urn and Efron: chances follow from the counts of the stratum."""

    def __init__(self, method: Method, strata: Ints, shape: tuple[int, int, int]) -> None:
        super().__init__(strata, shape)
        self._method = method

    def weigh(self, place: int) -> Ints:
        return weigh_counts(self._method, self._counts[self._rows, self._stratum(place)])

    def record(self, place: int, shares: Ints) -> None:
        self._counts[self._rows, self._stratum(place), shares] += 1


class _InBlocks(_InStrata):
    """Permuted blocks: the counts are what is left of the block of the stratum."""

    def __init__(self, method: PermutedBlocks, strata: Ints, shape: tuple[int, int, int]) -> None:
        super().__init__(strata, shape)
        self._rounds = np.array(method.sizes) // shape[2]
        self.n_openings = len(method.sizes)

    def must_open(self, place: int) -> NDArray[np.bool_]:
        return np.asarray(~self.weigh(place).any(axis=1))

    def open(self, place: int, picks: Ints) -> None:
        full = np.broadcast_to(self._rounds[picks][:, None], (len(self._rows), self._counts.shape[2]))
        left = np.where(self.must_open(place)[:, None], full, self.weigh(place))
        self._counts[self._rows, self._stratum(place)] = left

    def weigh(self, place: int) -> Ints:
        left: Ints = self._counts[self._rows, self._stratum(place)]
        return left

    def record(self, place: int, shares: Ints) -> None:
        self._counts[self._rows, self._stratum(place), shares] -= 1


class _Minimising(ArrayRule):
    """Minimisation: counts of each share, for each row and level of each factor, over the whole trial."""

    def __init__(
        self, method: Minimisation, specification: Specification, levels: Mapping[str, Ints], n_rows: int
    ) -> None:
        self._method = method
        self._rows = np.arange(n_rows)
        n_shares, names = len(specification.shares), [factor.name for factor in specification.factors]
        self._weights = _proportional(method, names)
        self._levels = [levels[name] for name in names]
        self._counts = [
            np.zeros((n_rows, len(factor.levels), n_shares), dtype=np.int64) for factor in specification.factors
        ]

    def weigh(self, place: int) -> Ints:
        scores = sum(
            weight * measure_candidates(self._method.measure, counts[self._rows, level[:, place]])
            for weight, level, counts in zip(self._weights, self._levels, self._counts, strict=True)
        )
        return favour_lowest(np.asarray(scores), self._method.probability)

    def record(self, place: int, shares: Ints) -> None:
        for level, counts in zip(self._levels, self._counts, strict=True):
            counts[self._rows, level[:, place], shares] += 1

    def keep_rows(self, rows: Ints) -> None:
        self._rows = np.arange(len(rows))
        self._counts = [counts[rows] for counts in self._counts]
        self._levels = [level[rows] if len(level) > 1 else level for level in self._levels]


def _proportional(method: Minimisation, names: list[str]) -> list[int] | list[float]:
    """The weights in proportion: whole numbers where scores are whole, else at most 1, so that ties can be told."""
    weights = [method.weights[name] for name in names]
    if method.measure is Measure.STANDARD_DEVIATION:
        return [float(weight / max(weights)) for weight in weights]
    common = lcm(*(weight.denominator for weight in weights))
    whole = [int(weight * common) for weight in weights]
    if max(whole) > MAX_WEIGHT:
        do = "Write the weights with fewer decimals, or draw again by the kernel."
        fault = Fault("allocation, method, weights", "they are too finely divided for arrays", do)
        raise ProtocolError("This allocation cannot be drawn again.", [fault])
    return whole


def weigh_counts(method: Method, counts: Ints) -> Ints:
    """
    Weights of the shares by a method that goes by counts.

    Parameters
    ----------
    method
        Simple, big stick, block urn or Efron.
    counts
        Subjects of each share before this one, rows by shares.
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
    is_lowest = scores <= scores.min(axis=1, keepdims=True) + _SAME
    n_tied = is_lowest.sum(axis=1, keepdims=True)
    picked = taken * (scores.shape[1] - 1) + (n_tied - 1) * (whole - taken)
    return np.asarray(np.where(is_lowest, picked, n_tied * (whole - taken)), dtype=np.int64)


def measure_candidates(measure: Measure, counts: Ints) -> Ints | Floats:
    """
    How uneven the counts of one level become for each share that may be taken, up to a factor common to all.

    Parameters
    ----------
    counts
        Subjects of each share before this one, rows by shares.

    Returns
    -------
    Rows by shares. The variance is left times shares (shares - 1), the standard deviation times the root of it.
    """
    n_shares = counts.shape[1]
    then = counts[:, None, :] + np.eye(n_shares, dtype=np.int64)
    if measure is Measure.RANGE:
        return np.asarray(then.max(axis=2) - then.min(axis=2))
    spread = n_shares * (then**2).sum(axis=2) - then.sum(axis=2) ** 2
    return np.asarray(spread if measure is Measure.VARIANCE else np.sqrt(spread))
