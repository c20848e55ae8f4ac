"""How well each method hides the next arm and keeps the arms even, simulated for a planned trial before it is frozen.

Decides who guesses and how, and what is counted. What is compared is said by `planning`; which method to take is
proposed by `recommending` and decided by a person; how the figures look is left to `reporting`.

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

import numpy as np

from equipoise.allocation.array_rules import Floats, Ints
from equipoise.allocation.planning import Candidate, Plan, list_candidates
from equipoise.allocation.sequences import Place, allocate_places


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
