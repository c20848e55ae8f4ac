"""What is planned, and which methods are compared for it, each as the specification that would be frozen.

Decides what a plan may be and what stands in the comparison; simulating it is left to `design`.
"""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import cached_property
from math import gcd, prod

from equipoise.allocation.methods import (
    MAX_BLOCK,
    BigStick,
    BlockUrn,
    Efron,
    Measure,
    Method,
    Minimisation,
    PermutedBlocks,
    Simple,
)
from equipoise.allocation.parts import Arm, Factor
from equipoise.allocation.specification import Specification
from equipoise.errors import Fault, ProtocolError

MAX_N = 10_000
MAX_STRATA, MAX_COUNTS = 2_000, 10_000
"""Larger plans are refused: the simulation would take hours, and says nothing that a smaller one does not say.
[strata; strata times sum of the ratio]"""
MAX_TRIALS, MIN_TRIALS, PLACES, COUNTS = 4_000, 1_000, 2_000_000, 10_000_000
"""Trials simulated for each method: as many as give this number of places, and of counts kept, between the two."""

BLOCK_SETS = ((1,), (2,), (1, 2, 3), (2, 3), (2, 3, 4))
"""Block sizes that are compared, in rounds of the ratio: 2 rounds of 1:1 are a block of 4."""
LIMITS = (2, 3, 4)
COIN = Fraction(2, 3)
MINIMISING = (Fraction(7, 10), Fraction(4, 5))


class Scope(Enum):
    """Over which subjects a method keeps its count."""

    TRIAL = "over the whole trial"
    STRATA = "within each stratum"
    LEVELS = "over the levels of the factors"


@dataclass(frozen=True)
class ExpectedFactor:
    """A factor with how often each level is expected, in proportion; independent of the other factors."""

    factor: Factor
    weights: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """
    A trial before it is frozen, as far as allocation goes.

    Parameters
    ----------
    n
        Planned subjects. There is no default: where a record states none, a person decides.
    arms
        With their ratio in smallest whole numbers.
    factors
        What could stratify, or be balanced.
    is_open_label
        Whether whoever enrols sees the arms of those before.

    Raises
    ------
    ProtocolError
        With every fault.
    """

    n: int
    arms: tuple[Arm, ...]
    factors: tuple[ExpectedFactor, ...] = ()
    is_open_label: bool = True

    def __post_init__(self) -> None:
        faults = list(_plan_faults(self))
        if faults:
            raise ProtocolError("No design can be simulated.", faults)

    @cached_property
    def n_shares(self) -> int:
        """The sum of the ratio."""
        return sum(arm.shares for arm in self.arms)

    @cached_property
    def n_strata(self) -> int:
        """All combinations of levels; 1 without factors."""
        return prod(len(each.weights) for each in self.factors)

    @cached_property
    def n_trials(self) -> int:
        """How many trials are simulated for each method, unless another number is asked for."""
        return max(MIN_TRIALS, min(MAX_TRIALS, PLACES // self.n, COUNTS // (self.n_strata * self.n_shares)))


@dataclass(frozen=True)
class Candidate:
    """A method with its settings, as it would be frozen."""

    name: str
    scope: Scope
    specification: Specification


def list_candidates(plan: Plan) -> tuple[Candidate, ...]:
    """The methods that are compared; with factors each within strata and over the whole trial, and minimisation."""
    factors = tuple(each.factor for each in plan.factors)
    names = tuple(factor.name for factor in factors)
    found = [Candidate(name, Scope.TRIAL, Specification(plan.arms, method)) for name, method in _methods(plan.n_shares)]
    if plan.n_strata == 1:
        return tuple(found)
    for name, method in _methods(plan.n_shares):
        if not isinstance(method, Simple):
            found.append(Candidate(name, Scope.STRATA, Specification(plan.arms, method, factors, names)))
    for probability in MINIMISING:
        even = Minimisation(dict.fromkeys(names, Fraction(1)), Measure.RANGE, probability)
        name = f"minimisation, {float(probability)}"
        found.append(Candidate(name, Scope.LEVELS, Specification(plan.arms, even, factors)))
    return tuple(found)


def _methods(n_shares: int) -> list[tuple[str, Method]]:
    """What is compared in each scope; blocks too large for a specification are left out."""
    sets = [tuple(rounds * n_shares for rounds in each) for each in BLOCK_SETS]
    return [
        *((f"blocks of {_either(sizes)}", PermutedBlocks(sizes)) for sizes in sets if max(sizes) <= MAX_BLOCK),
        *((f"big stick, limit {limit}", BigStick(limit)) for limit in LIMITS),
        *((f"block urn, limit {limit}", BlockUrn(limit)) for limit in LIMITS),
        (f"Efron's coin, {COIN}", Efron(COIN)),
        ("simple", Simple()),
    ]


def _either(sizes: tuple[int, ...]) -> str:
    *first, last = map(str, sizes)
    return f"{', '.join(first)} or {last}" if first else last


def _plan_faults(plan: Plan) -> list[Fault]:
    found = []
    if not 1 <= plan.n <= MAX_N:
        do = f"Give the planned number of subjects, from 1 to {MAX_N:,}."
        found.append(Fault("planned n", f"{plan.n} cannot be simulated", do))
    common = gcd(*(arm.shares for arm in plan.arms))
    if common > 1:
        smallest = ":".join(str(arm.shares // common) for arm in plan.arms)
        found.append(Fault("ratio", "it is not in smallest whole numbers", f"Write {smallest}."))
    for each in plan.factors:
        where = f"factor {each.factor.name}"
        if len(each.weights) != len(each.factor.levels) or min(each.weights, default=0) < 1:
            do = "Give one whole number above 0 for each level, such as 2 and 1 for twice as many."
            found.append(Fault(where, "the weights do not fit the levels", do))
    if plan.n_strata > MAX_STRATA or plan.n_strata * plan.n_shares > MAX_COUNTS:
        do = f"Leave factors out, or join levels, until there are at most {MAX_STRATA:,}."
        found.append(Fault("strata", f"there are {plan.n_strata:,}, which is more than can be kept even", do))
    # The faults of arms and factors are those of a specification: building one tells them.
    if not found:
        factors = tuple(each.factor for each in plan.factors)
        Specification(plan.arms, Simple(), factors, tuple(factor.name for factor in factors))
    return found
