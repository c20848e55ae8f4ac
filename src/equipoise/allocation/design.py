"""How well each method hides the next arm and keeps the arms even, simulated for a planned trial before it is frozen.

Decides what is simulated, who guesses and how, and what is counted. Which method to take is proposed by `recommending`
and decided by a person; how the figures look is left to `reporting`.

The guess follows Blackwell and Hodges [1]_: bet on the arm that is behind, on each alike where they tie. For unequal
ratios the arm behind is the one that would be furthest below its part if the next place went elsewhere, the largest
(seen + 1) x shares / all shares - had. Two observers are simulated. One sees the subjects of the own stratum and bets
on the arm behind there, as a site of an open trial can. The other knows the rule and all that it did and bets on the
most probable arm; for two equal arms that is again the arm behind, in the count that the rule looks at.

References
----------
.. [1] Blackwell D, Hodges JL. Design for the control of selection bias. Annals of Mathematical Statistics
   1957;28:449-460.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import cached_property
from math import gcd, prod

import numpy as np

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
from equipoise.allocation.sequences import Floats, Ints, Place, allocate_places
from equipoise.allocation.specification import Specification
from equipoise.errors import Fault, ProtocolError

MAX_N = 10_000
MAX_STRATA = 2_000
"""Larger plans are refused: the simulation would take hours, and says nothing that a smaller one does not say."""
MAX_TRIALS, MIN_TRIALS, PLACES = 4_000, 1_000, 2_000_000
"""Trials simulated for each method: as many as give this number of places, between the two. [trials, trials, places]"""

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
        return max(MIN_TRIALS, min(MAX_TRIALS, PLACES // self.n))


@dataclass(frozen=True)
class Candidate:
    """A method with its settings, as it would be frozen."""

    name: str
    scope: Scope
    specification: Specification


@dataclass(frozen=True)
class Imbalance:
    """
    How far apart the arms are at the end, over the simulated trials: the fullest arm less the least filled one.

    Each arm is divided by its part in the ratio, so that two equal arms of 31 and 29 are 2 apart, and 42 and 18 in 2:1
    are 3 apart. [subjects for each part of the ratio]
    """

    mean: float
    nineteen_of_twenty: float
    worst: float


@dataclass(frozen=True)
class Figures:
    """
    What the simulation found for one method.

    Attributes
    ----------
    guessed_by_stratum, guessed_by_all
        Share of places guessed right by an observer of the own stratum, and by one who knows the rule and everything
        so far. 0 to 1.
    certain
        Share of places whose arm is determined for the one who knows rule, block size and everything so far. 0 to 1.
    trial, level, stratum
        Imbalance at the end: of the whole trial, of the worst level of any factor, of the worst stratum.
    """

    candidate: Candidate
    guessed_by_stratum: float
    guessed_by_all: float
    certain: float
    trial: Imbalance
    level: Imbalance
    stratum: Imbalance

    @property
    def guessed(self) -> float:
        """The better of the two observers."""
        return max(self.guessed_by_stratum, self.guessed_by_all)


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


def simulate_design(
    plan: Plan,
    rng: np.random.Generator,
    *,
    n_trials: int | None = None,
    candidates: tuple[Candidate, ...] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Figures, ...]:
    """
    Simulate each method on the same made-up arrivals.

    Parameters
    ----------
    rng
        Equal states give equal figures.
    n_trials
        For each method; by default as many as `Plan.n_trials`.
    candidates
        By default those of `list_candidates`.
    progress
        Told the name of each method before it runs.
    """
    methods = list_candidates(plan) if candidates is None else candidates
    wanted = n_trials or plan.n_trials
    arrivals, *streams = rng.spawn(1 + len(methods))
    levels = draw_levels(plan, arrivals, n_trials=wanted)
    found = []
    for candidate, stream in zip(methods, streams, strict=True):
        progress(f"{candidate.name}, {candidate.scope.value}")
        found.append(simulate_candidate(plan, candidate, levels, stream, n_trials=wanted))
    return tuple(found)


def draw_levels(plan: Plan, rng: np.random.Generator, *, n_trials: int) -> dict[str, Ints]:
    """Made-up arrivals: for each factor the number of the level of each subject, trials by places."""
    return {
        each.factor.name: rng.choice(
            len(each.weights), size=(n_trials, plan.n), p=np.array(each.weights) / sum(each.weights)
        )
        for each in plan.factors
    }


def simulate_candidate(
    plan: Plan, candidate: Candidate, levels: Mapping[str, Ints], rng: np.random.Generator, *, n_trials: int
) -> Figures:
    """The figures of one method on given arrivals; arguments as of `simulate_design` and from `draw_levels`."""
    strata = _strata(plan, levels, n_trials)
    watch = _Watch(plan, n_trials)
    places = allocate_places(candidate.specification, levels, n=plan.n, n_trials=n_trials, rng=rng)
    for index, place in enumerate(places):
        watch.see(strata[:, index], place)
    return watch.tell(candidate)


class _Watch:
    """Two observers and a count, beside all trials of one method."""

    def __init__(self, plan: Plan, n_trials: int) -> None:
        self._plan = plan
        self._shares = np.array([arm.shares for arm in plan.arms])
        self._counts = np.zeros((n_trials, plan.n_strata, len(plan.arms)), dtype=np.int64)
        self._trials = np.arange(n_trials)
        self._by_stratum = self._by_all = self._certain = 0.0

    def see(self, strata: Ints, place: Place) -> None:
        """Let both observers bet on a place, then count it."""
        seen = self._counts[self._trials, strata]
        behind = find_behind(seen, self._shares)
        self._by_stratum += float(np.mean((place.chances * behind).sum(axis=1) / behind.sum(axis=1)))
        best = place.chances.max(axis=1)
        self._by_all += float(np.mean(best))
        self._certain += float(np.mean(best == 1))
        self._counts[self._trials, strata, place.arms] += 1

    def tell(self, candidate: Candidate) -> Figures:
        """The figures, once every place was seen."""
        per_part = self._counts / self._shares
        by_level = per_part.reshape(len(self._trials), *(len(each.weights) for each in self._plan.factors), -1)
        axes = range(1, by_level.ndim - 1)
        levels = [_apart(by_level.sum(axis=tuple(other for other in axes if other != axis))) for axis in axes]
        trial = _apart(per_part.sum(axis=1))
        return Figures(
            candidate,
            self._by_stratum / self._plan.n,
            self._by_all / self._plan.n,
            self._certain / self._plan.n,
            _summarise(trial),
            _summarise(np.max([each.max(axis=1) for each in levels], axis=0) if levels else trial),
            _summarise(_apart(per_part).max(axis=1)),
        )


def find_behind(seen: Ints, shares: Ints) -> Ints:
    """
    The arm, or arms, that an observer calls behind: 1 where it is, 0 where it is not.

    Parameters
    ----------
    seen
        Subjects of each arm so far, trials by arms.
    shares
        The ratio.
    """
    missing = (seen.sum(axis=1, keepdims=True) + 1) * shares - shares.sum() * seen
    return np.asarray(missing == missing.max(axis=1, keepdims=True), dtype=np.int64)


def _apart(per_part: Floats) -> Floats:
    return np.asarray(per_part.max(axis=-1) - per_part.min(axis=-1))


def _summarise(apart: Floats) -> Imbalance:
    nineteen = np.quantile(apart, 0.95, method="inverted_cdf")
    return Imbalance(float(apart.mean()), float(nineteen), float(apart.max()))


def _strata(plan: Plan, levels: Mapping[str, Ints], n_trials: int) -> Ints:
    """The number of each subject's stratum, trials by places; the last factor changes fastest."""
    strata: Ints = np.zeros((n_trials, plan.n), dtype=np.int64)
    for each in plan.factors:
        strata = strata * len(each.weights) + levels[each.factor.name]
    return strata


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
    if plan.n_strata > MAX_STRATA:
        do = f"Leave factors out, or join levels, until there are at most {MAX_STRATA:,}."
        found.append(Fault("strata", f"there are {plan.n_strata:,}, which is more than can be kept even", do))
    # The faults of arms and factors are those of a specification: building one tells them.
    if not found:
        factors = tuple(each.factor for each in plan.factors)
        Specification(plan.arms, Simple(), factors, tuple(factor.name for factor in factors))
    return found
