"""Which of the simulated methods to take, by a rule that can be read. It recommends; a person decides and freezes.

The rule. (1) Where whoever enrols sees the arms of those before, concealment of the next place is the only defence
against choosing who comes next: small blocks, which can be counted to their end, are left out. (2) What ends too uneven
in more than one of twenty simulated trials is left out: of the trial, and of the worst level of any factor. (3) Of the
rest the method whose next arm is guessed least often by the better of the two observers of `design` is recommended;
between methods that the simulation cannot tell apart, the more even one. When nothing is even enough, that is said, and
the least uneven method is named.

What is tolerated is measured by the information on a difference of two equal arms, of which an imbalance d among n
subjects leaves 1 - (d / n)**2: a tenth of n costs 1%, a quarter of a level 6% of that level [1]_.

References
----------
.. [1] Lachin JM. Statistical properties of randomization in clinical trials. Controlled Clinical Trials 1988;9:289-311.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from equipoise.allocation.design import Figures
from equipoise.allocation.methods import BigStick, BlockUrn, PermutedBlocks
from equipoise.allocation.planning import Plan, Scope

SMALL_BLOCK_ROUNDS = 4
"""A set of blocks is small when its smallest holds the ratio at most so often: up to 8 subjects for 1:1."""
SAME_GUESS = 0.002
"""Methods whose guesses differ by less are told apart by their balance. [share of places]"""
TRIAL_PART, LEVEL_PART = 0.2, 0.5
"""Tolerated, of the subjects expected for one part of the ratio: a tenth and a quarter of all for two equal arms."""
TRIAL_FLOOR, LEVEL_FLOOR = 2, 3
"""Less than this cannot be asked of small trials and levels. [subjects for each part of the ratio]"""


class Standing(Enum):
    """What the rule says of a method."""

    RECOMMENDED = "recommended"
    SMALL_BLOCKS = "small blocks"
    TOO_UNEVEN = "too uneven"
    GUESSED_MORE = "guessed more often"
    LESS_EVEN = "as hidden, less even"


@dataclass(frozen=True)
class Tolerance:
    """
    How far apart the arms may end in 19 of 20 trials.

    Attributes
    ----------
    trial, level
        Of the whole trial, and of the worst level of any factor; None without factors. As under `Imbalance`.
    """

    trial: float
    level: float | None = None


@dataclass(frozen=True)
class Recommendation:
    """
    The outcome of the rule.

    Attributes
    ----------
    figures
        Of the method recommended.
    standings
        Of every method, in the order in which they were given.
    is_tolerable
        Whether the method stays within the tolerance; False when none does.
    reasons
        Sentences that say why.
    """

    figures: Figures
    standings: tuple[Standing, ...]
    tolerance: Tolerance
    is_tolerable: bool
    reasons: tuple[str, ...]


def default_tolerance(plan: Plan) -> Tolerance:
    """A fifth of a part over the whole trial, half of a part in the smallest level; floors for what is too small."""
    part = plan.n / plan.n_shares
    trial = max(TRIAL_FLOOR, int(part * TRIAL_PART))
    if not plan.factors:
        return Tolerance(trial)
    smallest = min(min(each.weights) / sum(each.weights) for each in plan.factors)
    return Tolerance(trial, max(LEVEL_FLOOR, int(part * smallest * LEVEL_PART)))


def recommend(plan: Plan, table: Sequence[Figures], tolerance: Tolerance | None = None) -> Recommendation:
    """
    Choose among simulated methods by the rule of this module.

    Parameters
    ----------
    plan
        What was simulated.
    table
        From `simulate_design`; at least one method that is not small blocks.
    tolerance
        By default that of `default_tolerance`.
    """
    allowed = tolerance or default_tolerance(plan)
    open_to_choice = [each for each in table if not (plan.is_open_label and has_small_blocks(each))]
    even = [each for each in open_to_choice if is_even_enough(each, allowed)]
    if even:
        least = min(each.guessed for each in even)
        alike = [each for each in even if each.guessed <= least + SAME_GUESS]
        chosen = min(alike, key=lambda each: (each.trial.mean, each.guessed))
    else:
        alike = []
        chosen = min(open_to_choice, key=lambda each: _overrun(each, allowed))
    standings = tuple(_standing(each, chosen, plan, alike, even) for each in table)
    reasons = tuple(_reasons(plan, chosen, allowed, n_even=len(even)))
    return Recommendation(chosen, standings, allowed, bool(even), reasons)


def has_small_blocks(figures: Figures) -> bool:
    """Whether a method is permuted blocks that an observer can count to their end."""
    specification = figures.candidate.specification
    method = specification.method
    if not isinstance(method, PermutedBlocks):
        return False
    return min(method.sizes) <= SMALL_BLOCK_ROUNDS * len(specification.shares)


def is_even_enough(figures: Figures, allowed: Tolerance) -> bool:
    """Whether a method stays within the tolerance in 19 of 20 trials."""
    return _overrun(figures, allowed) <= 1


def _overrun(figures: Figures, allowed: Tolerance) -> float:
    """How much of the tolerance is used: up to 1 is within."""
    trial = figures.trial.nineteen_of_twenty / allowed.trial
    return trial if allowed.level is None else max(trial, figures.level.nineteen_of_twenty / allowed.level)


def _standing(
    figures: Figures, chosen: Figures, plan: Plan, alike: Sequence[Figures], even: Sequence[Figures]
) -> Standing:
    if figures is chosen:
        return Standing.RECOMMENDED
    if plan.is_open_label and has_small_blocks(figures):
        return Standing.SMALL_BLOCKS
    if figures not in even:
        return Standing.TOO_UNEVEN
    return Standing.LESS_EVEN if figures in alike else Standing.GUESSED_MORE


def _reasons(plan: Plan, chosen: Figures, allowed: Tolerance, *, n_even: int) -> Iterator[str]:
    if plan.is_open_label:
        largest = SMALL_BLOCK_ROUNDS * plan.n_shares
        yield (
            "Whoever enrols sees the arms of those before, so that nothing but concealment protects the next place. "
            f"Blocks of up to {largest} subjects can be counted to their end and are left out."
        )
    if not n_even:
        yield (
            "No method that is left stays within the tolerance; this one exceeds it least. "
            "Fewer or coarser factors, or more subjects, would help: look at the table before anything is frozen."
        )
    part = round(plan.n / plan.n_shares, 1)
    yield (
        f"In 19 of 20 simulated trials the arms end at most {chosen.trial.nineteen_of_twenty:g} apart; "
        f"{allowed.trial:g} is tolerated, about a fifth of the {part:g} subjects planned for each part of the ratio. "
        "In two equal arms that costs 1% of the information."
    )
    if allowed.level is not None:
        yield (
            f"In the worst level of any factor they end at most {chosen.level.nineteen_of_twenty:g} apart in 19 of 20; "
            f"{allowed.level:g} is tolerated. In two equal arms a quarter of a level costs 6% of its information."
        )
    largest_part = max(arm.shares for arm in plan.arms) / plan.n_shares
    among = f"Of the {n_even} methods within the tolerance it is guessed least often" if n_even > 1 else "It is guessed"
    yield f"{among}: right at {chosen.guessed:.1%} of the places at best, where {largest_part:.1%} needs no skill."
    if chosen.certain > 0 and isinstance(chosen.candidate.specification.method, BigStick | BlockUrn):
        seen = "the arms of the own stratum" if chosen.candidate.scope is Scope.STRATA else "all arms so far"
        yield (
            f"At {chosen.certain:.1%} of the places the next arm is certain to one who knows the limit and {seen}: "
            "keep the limit where block sizes would be kept, out of the protocol that sites read."
        )
