"""The methods of allocation as a statistician writes them: names, settings, and what is wrong with settings.

What a method does with a tally stands in a module of its own name. Every method runs on equal *shares*: an arm with two
of three shares is two shares of three, so that the chance of an arm is its ratio at every place [1]_.

References
----------
.. [1] Kuznetsova OM, Tymofyeyev Y. Preserving the allocation ratio at every allocation with biased coin randomization
   and minimization in studies with unequal allocation. Statistics in Medicine 2012;31:701-723.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import ClassVar

Where = tuple[str | int, ...]
Problem = tuple[Where, str, str]
"""Where in the specification, what is wrong, what to do."""

MAX_BLOCK = 200
MAX_LIMIT = 1000
MAX_DENOMINATOR = 1_000_000
"""Keeps every draw below 2**53, so that any reader of JSON reads it exactly."""


class Measure(Enum):
    """How far the counts of one factor level are from equal."""

    RANGE = "range"
    VARIANCE = "variance"
    STANDARD_DEVIATION = "standard-deviation"


@dataclass(frozen=True)
class Simple:
    """Each share with the same chance, whatever came before."""

    name: ClassVar[str] = "simple"

    def problems(self, n_shares: int) -> Iterator[Problem]:
        """What is wrong with the settings: nothing can be."""
        yield from ()


@dataclass(frozen=True)
class PermutedBlocks:
    """Blocks that hold every share equally often, in random order; the size of each is drawn evenly from `sizes`."""

    sizes: tuple[int, ...]
    name: ClassVar[str] = "permuted-blocks"

    def problems(self, n_shares: int) -> Iterator[Problem]:
        """Sizes that are missing, given twice, or no multiple of the sum of the shares."""
        yield from _size_problems(self.sizes, n_shares)
        if not self.sizes:
            yield ("method", "sizes"), "there is no block size", f"Give multiples of {n_shares}, the sum of the shares."


@dataclass(frozen=True)
class BigStick:
    """
    Even chances, but no share may get `limit` ahead of the least filled one and then grow (Soares and Wu 1983).

    `limit` is the largest difference between two shares. [subjects]
    """

    limit: int
    name: ClassVar[str] = "big-stick"

    def problems(self, n_shares: int) -> Iterator[Problem]:
        """A limit out of range."""
        yield from _limit_problems(self.limit)


@dataclass(frozen=True)
class BlockUrn:
    """
    An urn of `limit` balls for each share; a complete set of drawn balls goes back at once (Zhao and Weng 2011).

    `limit` is the largest difference between two shares. [subjects]
    """

    limit: int
    name: ClassVar[str] = "block-urn"

    def problems(self, n_shares: int) -> Iterator[Problem]:
        """A limit out of range."""
        yield from _limit_problems(self.limit)


@dataclass(frozen=True)
class Efron:
    """A biased coin: one of the least filled shares with `probability`, else one of the others (Efron 1971)."""

    probability: Fraction
    name: ClassVar[str] = "efron"

    def problems(self, n_shares: int) -> Iterator[Problem]:
        """A probability that leaves nothing to chance, or favours the wrong share."""
        yield from _probability_problems(self.probability, n_shares)


@dataclass(frozen=True)
class Minimisation:
    """
    The share that leaves the factor levels of this subject most even, with `probability` (Pocock and Simon 1975).

    `weights` names every factor of the specification, in any order.
    """

    weights: Mapping[str, Fraction]
    measure: Measure
    probability: Fraction
    name: ClassVar[str] = "minimisation"

    def problems(self, n_shares: int) -> Iterator[Problem]:
        """Weights that are not above zero, and a probability as under `Efron`."""
        if not self.weights:
            yield ("method", "weights"), "there is no factor to balance", "Give a weight for each factor."
        for factor, weight in self.weights.items():
            if not 0 < weight <= MAX_DENOMINATOR or weight.denominator > MAX_DENOMINATOR:
                yield (
                    ("method", "weights", factor),
                    "a weight is above 0 and at most 1,000,000, with at most six decimals",
                    "Write a number such as 1 or 0.5, or a fraction such as 2/3.",
                )
        yield from _probability_problems(self.probability, n_shares)


@dataclass(frozen=True)
class SealedList:
    """A list made elsewhere. `sizes` are the block sizes it was made with; none: it was not made of blocks."""

    sizes: tuple[int, ...] = ()
    name: ClassVar[str] = "sealed-list"

    def problems(self, n_shares: int) -> Iterator[Problem]:
        """Sizes as under `PermutedBlocks`."""
        yield from _size_problems(self.sizes, n_shares)


Method = Simple | PermutedBlocks | BigStick | BlockUrn | Efron | Minimisation | SealedList
METHODS: tuple[type[Method], ...] = (Simple, PermutedBlocks, BigStick, BlockUrn, Efron, Minimisation, SealedList)


def _size_problems(sizes: tuple[int, ...], n_shares: int) -> Iterator[Problem]:
    for index, size in enumerate(sizes):
        where = ("method", "sizes", index)
        if not 0 < size <= MAX_BLOCK or size % n_shares:
            yield (
                where,
                f"block size {size} is no multiple of {n_shares}, the sum of the shares, up to {MAX_BLOCK}",
                f"Give sizes such as {n_shares * 2} and {n_shares * 3}.",
            )
        elif size in sizes[:index]:
            yield where, f"block size {size} stands twice", "Sizes are drawn evenly: give each once."


def _limit_problems(limit: int) -> Iterator[Problem]:
    if not 1 <= limit <= MAX_LIMIT:
        yield ("method", "limit"), f"{limit} is no limit", f"Give a whole number of subjects from 1 to {MAX_LIMIT}."


def _probability_problems(probability: Fraction, n_shares: int) -> Iterator[Problem]:
    where = ("method", "probability")
    if not Fraction(1, n_shares) < probability < 1:
        what = f"{probability} is not between 1/{n_shares} and 1, both excluded: a random element is mandatory"
        yield where, what, "Give a fraction such as 2/3 or a decimal such as 0.8."
    elif probability.denominator > MAX_DENOMINATOR:
        yield where, "a probability has a denominator of at most 1,000,000", "Give fewer decimals."
