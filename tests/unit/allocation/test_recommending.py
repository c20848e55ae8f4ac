"""The rule that recommends, on figures made by hand and on the reference trial."""

import numpy as np
import pytest

from equipoise.allocation.design import Figures, Imbalance, simulate_design
from equipoise.allocation.methods import BigStick, PermutedBlocks, Simple
from equipoise.allocation.parts import Arm, Factor
from equipoise.allocation.planning import Candidate, ExpectedFactor, Plan, Scope
from equipoise.allocation.recommending import Standing, Tolerance, default_tolerance, has_small_blocks, recommend
from equipoise.allocation.specification import Specification

EVEN = (Arm("A"), Arm("B"))
OPEN, MASKED = Plan(60, EVEN), Plan(60, EVEN, is_open_label=False)
FOUR_SITES = ExpectedFactor(Factor("site", ("1", "2", "3", "4")), (1, 1, 1, 1))
TOLERANCE = Tolerance(6)


def figures_of(method, guessed, apart, *, mean=1.0, level=0.0, arms=EVEN):
    candidate = Candidate(method.name, Scope.TRIAL, Specification(arms, method))
    trial = Imbalance(mean, apart, apart)
    return Figures(candidate, 0.5, guessed, 0.1, trial, Imbalance(level, level, level), trial)


BLOCKS = figures_of(PermutedBlocks((4, 6)), 0.52, 2)
STICK = figures_of(BigStick(4), 0.56, 4)
TIGHT = figures_of(BigStick(2), 0.62, 2)
COIN = figures_of(Simple(), 0.5, 16)


def test_the_method_guessed_least_often_is_taken_among_those_even_enough():
    advice = recommend(OPEN, [TIGHT, STICK, COIN], TOLERANCE)
    assert advice.figures is STICK
    assert advice.standings == (Standing.GUESSED_MORE, Standing.RECOMMENDED, Standing.TOO_UNEVEN)
    assert advice.is_tolerable


def test_small_blocks_are_never_recommended_where_arms_are_seen():
    assert recommend(OPEN, [BLOCKS, STICK], TOLERANCE).standings == (Standing.SMALL_BLOCKS, Standing.RECOMMENDED)
    assert recommend(MASKED, [BLOCKS, STICK], TOLERANCE).standings == (Standing.RECOMMENDED, Standing.GUESSED_MORE)


@pytest.mark.parametrize(
    ("sizes", "shares", "is_small"),
    [
        ((2,), (1, 1), True),
        ((8,), (1, 1), True),
        ((10,), (1, 1), False),
        ((4, 20), (1, 1), True),
        ((12,), (2, 1), True),
    ],
)
def test_a_block_is_small_up_to_four_rounds_of_the_ratio(sizes, shares, is_small):
    arms = tuple(Arm(name, each) for name, each in zip("AB", shares, strict=True))
    assert has_small_blocks(figures_of(PermutedBlocks(sizes), 0.6, 0, arms=arms)) is is_small


def test_between_methods_that_cannot_be_told_apart_the_more_even_one_is_taken():
    alike = figures_of(BigStick(5), 0.561, 4, mean=0.5)
    advice = recommend(OPEN, [STICK, alike], TOLERANCE)
    assert advice.standings == (Standing.LESS_EVEN, Standing.RECOMMENDED)


def test_the_better_of_both_observers_counts():
    hidden_from_all = Figures(STICK.candidate, 0.7, 0.5, 0, STICK.trial, STICK.level, STICK.stratum)
    assert recommend(OPEN, [hidden_from_all, TIGHT], TOLERANCE).figures is TIGHT


def test_an_uneven_level_counts_like_an_uneven_trial():
    plan = Plan(60, EVEN, (FOUR_SITES,))
    uneven, even = figures_of(BigStick(4), 0.51, 2, level=8), figures_of(BigStick(2), 0.6, 2, level=3)
    advice = recommend(plan, [uneven, even], Tolerance(6, 3))
    assert advice.standings == (Standing.TOO_UNEVEN, Standing.RECOMMENDED)


def test_when_nothing_is_even_enough_that_is_said_and_the_least_uneven_is_named():
    plan = Plan(60, EVEN, (FOUR_SITES,))
    worse, better = figures_of(BigStick(4), 0.51, 12, level=4), figures_of(BigStick(2), 0.7, 8, level=4)
    advice = recommend(plan, [worse, better], Tolerance(6, 3))
    assert advice.figures is better
    assert not advice.is_tolerable
    assert advice.standings == (Standing.TOO_UNEVEN, Standing.RECOMMENDED)
    assert any("No method that is left stays within the tolerance" in reason for reason in advice.reasons)


@pytest.mark.parametrize(
    ("plan", "tolerance"),
    [
        (Plan(60, EVEN), Tolerance(6)),  # a fifth of 30
        (Plan(60, (Arm("A", 2), Arm("B"))), Tolerance(4)),  # a fifth of 20
        (Plan(8, EVEN), Tolerance(2)),  # a fifth of 4 is 0.8: the floor
        (Plan(160, EVEN, (FOUR_SITES,)), Tolerance(16, 10)),  # half of a part of a level of 40
        (Plan(60, EVEN, (FOUR_SITES,)), Tolerance(6, 3)),  # half of 7.5, whole subjects
        (Plan(20, EVEN, (FOUR_SITES,)), Tolerance(2, 3)),  # half of 2.5: the floor
    ],
)
def test_what_is_tolerated_follows_from_the_plan(plan, tolerance):
    assert default_tolerance(plan) == tolerance


@pytest.mark.parametrize(
    ("n", "name"),
    [
        # Tolerated is n / 10, at least 2. At an even n a big stick of limit 3 ends 0 or 2 apart, of limit 4 often 4.
        (24, "big stick, limit 3"),
        (60, "big stick, limit 4"),
        # The difference of 500 coins has standard deviation 22.4; 1.96 of them are 44, within 50.
        (500, "simple"),
    ],
)
def test_the_reference_trial_gets_no_blocks(n, name):
    """Two arms 1:1, open label, no strata: the record gives no n, so the answer depends on the n a person plans."""
    plan = Plan(n, EVEN)
    advice = recommend(plan, simulate_design(plan, np.random.default_rng(1), n_trials=500))
    assert advice.figures.candidate.name == name
    assert advice.is_tolerable


def test_the_reasons_hold_the_figures():
    reasons = recommend(OPEN, [BLOCKS, TIGHT, STICK, COIN], TOLERANCE).reasons
    assert "Blocks of up to 8 subjects can be counted to their end and are left out." in reasons[0]
    assert "the arms end at most 4 apart; 6 is tolerated, about a fifth of the 30 subjects" in reasons[1]
    assert "Of the 2 methods within the tolerance it is guessed least often: right at 56.0%" in reasons[2]
    assert "At 10.0% of the places the next arm is certain to one who knows the limit" in reasons[3]
