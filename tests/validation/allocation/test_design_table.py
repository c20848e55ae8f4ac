"""Test 3 of an allocation, on the simulation of designs; and a table for 60 subjects measured by another program.

Sources: Blackwell and Hodges, Ann Math Stat 1957;28:449 (a block of size 2m is guessed at m + (4**m / C(2m, m) - 1) / 2
of its places); Soares and Wu, Commun Stat 1983;12:2017, for the big stick, worked out below; and a table of guess,
certain places and mean final imbalance measured before this program was written, by another program on other random
numbers (two equal arms, 60 subjects, 4,000 trials; minimisation 2,000 trials, factors of 3, 2 and 2 levels).

Tolerance of the table: three standard errors of its own runs, half a unit of its last digit, and as many standard
errors of ours. A guess is right or wrong at each place, so that its error is at most sqrt(0.25 / (60 trials)). Shares
of certain places vary by less than 0.06 between trials, imbalances by less than 1.7 (by 4.8 for simple).
"""

from fractions import Fraction
from math import comb, sqrt

import numpy as np
import pytest

from equipoise.allocation.design import simulate_design
from equipoise.allocation.methods import (
    BigStick,
    Efron,
    Measure,
    Minimisation,
    PermutedBlocks,
    Simple,
)
from equipoise.allocation.parts import Arm, Factor
from equipoise.allocation.planning import Candidate, ExpectedFactor, Plan, Scope
from equipoise.allocation.specification import Specification

EVEN = (Arm("A"), Arm("B"))
BLACKWELL_HODGES = {2: 0.7500, 4: 0.7083, 6: 0.6833, 8: 0.6661}
FACTORS = tuple(
    ExpectedFactor(Factor(name, tuple("123"[:n_levels])), (1,) * n_levels)
    for name, n_levels in (("stage", 3), ("sex", 2), ("site", 2))
)
MEASURED = [
    # method, guessed, certain, mean imbalance at the end
    (PermutedBlocks((2,)), 0.750, 0.50, 0),
    (PermutedBlocks((4,)), 0.708, 0.33, 0),
    (PermutedBlocks((2, 4, 6)), 0.701, 0.32, 0.4),
    (PermutedBlocks((4, 6)), 0.690, 0.28, 0.4),
    (PermutedBlocks((4, 6, 8)), 0.678, 0.24, 0.5),
    (BigStick(2), 0.621, 0.24, 1.0),
    (BigStick(3), 0.580, 0.16, 1.4),
    (BigStick(4), 0.556, 0.11, 2.0),
    (Efron(Fraction(2, 3)), 0.623, 0, 1.3),
    (Simple(), 0.5, 0, 6.2),
]
MEASURED_MINIMISATION = [
    # probability, guessed by who knows the state of all margins, mean imbalance at the end, that of the worst margin
    (Fraction(4, 5), 0.737, 1.1, 2.7),
    (Fraction(7, 10), 0.662, 1.8, 3.9),
]


def simulate(plan, method, *, n_trials=4000, seed=1):
    factors = tuple(each.factor for each in plan.factors)
    candidate = Candidate("one", Scope.TRIAL, Specification(plan.arms, method, factors))
    (figures,) = simulate_design(plan, np.random.default_rng(seed), n_trials=n_trials, candidates=(candidate,))
    return figures


def tolerance(deviation, n_theirs, digit, n_ours=4000):
    return 3 * deviation * (1 / sqrt(n_theirs) + 1 / sqrt(n_ours)) + digit / 2


@pytest.mark.parametrize("size", BLACKWELL_HODGES)
def test_03_the_formula_gives_the_published_rates(size):
    half = size // 2
    assert (half + (4**half / comb(size, half) - 1) / 2) / size == pytest.approx(BLACKWELL_HODGES[size], abs=0.00005)


@pytest.mark.parametrize("size", BLACKWELL_HODGES)
def test_03_a_simulated_design_is_guessed_as_often_as_blackwell_and_hodges_say(size):
    """240 subjects are whole blocks of each size."""
    figures = simulate(Plan(240, EVEN), PermutedBlocks((size,)), n_trials=500)
    assert figures.guessed_by_stratum == pytest.approx(BLACKWELL_HODGES[size], abs=0.002)
    assert figures.guessed_by_all == pytest.approx(BLACKWELL_HODGES[size], abs=0.002)


@pytest.mark.parametrize("limit", [2, 3, 4])
def test_03_a_big_stick_is_guessed_as_its_chain_says(limit):
    """
    The difference walks evenly between -limit and limit and is turned back at both ends.

    From 0 and from each end one step leads on; the chances of the 2 limit + 1 states after each place are followed
    here. A place is right with 1/2, and surely where the stick is reached.
    """
    chances = {0: 1.0}
    certain = 0.0
    for _ in range(60):
        certain += sum(chance for state, chance in chances.items() if abs(state) == limit) / 60
        after = dict.fromkeys(range(-limit, limit + 1), 0.0)
        for state, chance in chances.items():
            ways = [state - 1, state + 1] if abs(state) < limit else [state - state // abs(state)]
            for way in ways:
                after[way] += chance / len(ways)
        chances = after
    figures = simulate(Plan(60, EVEN), BigStick(limit))
    assert figures.certain == pytest.approx(certain, abs=0.003)
    assert figures.guessed == pytest.approx(0.5 + certain / 2, abs=0.002)
    mean = sum(abs(state) * chance for state, chance in chances.items())
    assert figures.trial.mean == pytest.approx(mean, abs=4 * 1.7 / sqrt(4000))


@pytest.mark.parametrize(("method", "guessed", "certain", "apart"), MEASURED, ids=str)
def test_03_the_table_for_60_subjects_is_found_again(method, guessed, certain, apart):
    figures = simulate(Plan(60, EVEN), method)
    assert figures.guessed == pytest.approx(guessed, abs=tolerance(0.5, 60 * 4000, 0.001, 60 * 4000))
    assert figures.certain == pytest.approx(certain, abs=tolerance(0.06, 4000, 0.01))
    spread = 4.8 if isinstance(method, Simple) else 1.7
    assert figures.trial.mean == pytest.approx(apart, abs=tolerance(spread, 4000, 0.1))


@pytest.mark.parametrize(("probability", "guessed", "apart", "margin"), MEASURED_MINIMISATION)
def test_03_minimisation_for_60_subjects_is_found_again(probability, guessed, apart, margin):
    """
    The table does not name the measure.

    For two arms range and standard deviation are one rule (the standard deviation is the range over a root of 2). The
    variance is another: it ties less often, is guessed at 0.753 and 0.675, and so was not what the table measured.
    """
    weights = {each.factor.name: Fraction(1) for each in FACTORS}
    for measure in (Measure.RANGE, Measure.STANDARD_DEVIATION):
        figures = simulate(Plan(60, EVEN, FACTORS), Minimisation(weights, measure, probability))
        assert figures.guessed == pytest.approx(guessed, abs=tolerance(0.5, 60 * 2000, 0.001, 60 * 4000))
        assert figures.certain == 0
        assert figures.trial.mean == pytest.approx(apart, abs=tolerance(1.7, 2000, 0.1))
        assert figures.level.mean == pytest.approx(margin, abs=tolerance(1.7, 2000, 0.1))
    by_variance = simulate(Plan(60, EVEN, FACTORS), Minimisation(weights, Measure.VARIANCE, probability))
    assert by_variance.guessed > guessed + tolerance(0.5, 60 * 2000, 0.001, 60 * 4000)
