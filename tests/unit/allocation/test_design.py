"""Simulated designs against arithmetic that can be done by hand."""

from dataclasses import replace

import numpy as np
import pytest

from equipoise.allocation.design import draw_levels, find_behind, simulate_design
from equipoise.allocation.methods import BigStick, PermutedBlocks, Simple
from equipoise.allocation.parts import Arm, Factor
from equipoise.allocation.planning import Candidate, ExpectedFactor, Plan, Scope, list_candidates
from equipoise.allocation.specification import Specification
from equipoise.errors import ProtocolError

EVEN = (Arm("A"), Arm("B"))
TWO_TO_ONE = (Arm("A", 2), Arm("B"))
SITES = ExpectedFactor(Factor("site", ("Uppsala", "Leeds")), (2, 1))
GRADES = ExpectedFactor(Factor("grade", ("1", "2", "3")), (1, 1, 1))


def simulate_one(plan, method, *, n_trials=2000, stratify=False, seed=5):
    factors = tuple(each.factor for each in plan.factors) if stratify else ()
    specification = Specification(plan.arms, method, factors, tuple(factor.name for factor in factors))
    one = Candidate("one", Scope.STRATA if stratify else Scope.TRIAL, specification)
    (figures,) = simulate_design(plan, np.random.default_rng(seed), n_trials=n_trials, candidates=(one,))
    return figures


@pytest.mark.parametrize(
    ("shares", "seen", "behind"),
    [
        ((1, 1), (0, 0), (1, 1)),
        ((1, 1), (3, 2), (0, 1)),
        ((2, 1), (0, 0), (1, 0)),  # next place counted: 2/3 of A missing, 1/3 of B
        ((2, 1), (1, 0), (0, 1)),  # 2 x 2/3 - 1 = 1/3 of A, 2 x 1/3 - 0 = 2/3 of B
        ((2, 1), (1, 1), (1, 0)),  # 3 x 2/3 - 1 = 1 of A, 3 x 1/3 - 1 = 0 of B
        ((1, 1, 2), (1, 1, 1), (0, 0, 1)),
        ((1, 1, 2), (0, 0, 2), (1, 1, 0)),
    ],
)
def test_the_arm_behind_is_furthest_below_its_part_once_the_next_place_counts(shares, seen, behind):
    assert find_behind(np.array([seen]), np.array(shares)).tolist() == [list(behind)]


def test_nobody_guesses_a_fair_coin_and_no_place_is_certain():
    figures = simulate_one(Plan(40, EVEN), Simple(), n_trials=100)
    assert (figures.guessed_by_stratum, figures.guessed_by_all, figures.certain) == (0.5, 0.5, 0)


def test_blocks_of_two_are_certain_at_every_second_place():
    figures = simulate_one(Plan(40, EVEN), PermutedBlocks((2,)), n_trials=100)
    assert (figures.guessed, figures.certain, figures.trial.worst) == (0.75, 0.5, 0)


def test_a_block_of_three_for_two_to_one_is_guessed_at_seven_of_nine_places():
    """First place A with 2/3; then B with 1/2 after A (2/3) or A surely after B (1/3): 2/3; the last surely."""
    figures = simulate_one(Plan(60, TWO_TO_ONE), PermutedBlocks((3,)))
    assert figures.guessed_by_all == pytest.approx(7 / 9, abs=0.003)
    assert figures.guessed_by_stratum == pytest.approx(7 / 9, abs=0.003)
    assert figures.certain == pytest.approx((0 + 1 / 3 + 1) / 3, abs=0.003)
    assert figures.trial.worst == 0


def test_imbalance_of_unequal_arms_is_counted_in_parts_of_the_ratio():
    """Two subjects, 2:1: A A is 1 part against 0, A B is 1/2 against 1, B B is 0 against 2. Mean 4/9 + 2/9 + 2/9."""
    figures = simulate_one(Plan(2, TWO_TO_ONE), Simple(), n_trials=40_000)
    assert figures.trial.worst == 2
    assert figures.trial.mean == pytest.approx(4 / 9 * 1 + 4 / 9 * 0.5 + 1 / 9 * 2, abs=0.01)


def test_a_big_stick_never_ends_further_apart_than_its_limit():
    figures = simulate_one(Plan(41, EVEN), BigStick(3))
    assert figures.trial.worst == 3


def test_nineteen_of_twenty_lies_between_mean_and_worst():
    figures = simulate_one(Plan(40, EVEN), Simple())
    assert figures.trial.mean < figures.trial.nineteen_of_twenty < figures.trial.worst
    # The difference of 40 fair coins has standard deviation sqrt(40) = 6.3; 1.96 of them, in even steps, are 12.
    assert figures.trial.nineteen_of_twenty == 12


def test_within_strata_the_site_knows_all_that_the_rule_knows():
    figures = simulate_one(Plan(60, EVEN, (SITES, GRADES)), BigStick(2), n_trials=500, stratify=True)
    assert figures.guessed_by_stratum == pytest.approx(figures.guessed_by_all, abs=1e-9)
    assert figures.stratum.worst == 2


def test_a_count_over_the_whole_trial_hides_from_a_site_what_the_whole_trial_tells():
    """Blocks of 2: 3/4 for who sees all. A site must find every second place by the arms of others it never sees."""
    figures = simulate_one(Plan(60, EVEN, (SITES,)), PermutedBlocks((2,)), n_trials=500)
    assert figures.guessed_by_all == 0.75
    assert 0.5 < figures.guessed_by_stratum < 0.65


def test_levels_and_strata_are_counted_apart():
    """Blocks of 2 in each stratum of site: a stratum ends at most 1 apart, two strata at most 2 together."""
    figures = simulate_one(Plan(61, EVEN, (SITES,)), PermutedBlocks((2,)), stratify=True)
    assert (figures.stratum.worst, figures.level.worst) == (1, 1)
    crossed = simulate_one(Plan(61, EVEN, (SITES, GRADES)), PermutedBlocks((2,)), stratify=True)
    assert crossed.stratum.worst == 1
    assert crossed.level.worst == 3  # Three grades of a site, each 1 apart on the same side.


def test_made_up_arrivals_follow_the_weights():
    levels = draw_levels(Plan(100, EVEN, (SITES,)), np.random.default_rng(2), n_trials=400)
    assert levels["site"].shape == (400, 100)
    # Four standard errors of a share of 1/3 among 40,000.
    assert levels["site"].mean() == pytest.approx(1 / 3, abs=4 * (2 / 9 / 40_000) ** 0.5)


def test_equal_generators_give_equal_figures():
    plan = Plan(20, EVEN, (SITES,))
    first, again = (simulate_design(plan, np.random.default_rng(7), n_trials=50) for _ in range(2))
    other = simulate_design(plan, np.random.default_rng(8), n_trials=50)
    assert first == again
    assert first != other


def test_every_method_is_told_before_it_runs():
    told = []
    plan = Plan(10, EVEN)
    figures = simulate_design(plan, np.random.default_rng(1), n_trials=20, progress=told.append)
    assert told == [f"{each.candidate.name}, over the whole trial" for each in figures]


def test_with_factors_every_method_but_a_coin_runs_within_strata_too():
    alone = list_candidates(Plan(60, EVEN))
    both = list_candidates(Plan(60, EVEN, (SITES,)))
    assert len(alone) == 13
    assert {each.scope for each in alone} == {Scope.TRIAL}
    assert [each.name for each in both[:13]] == [each.name for each in alone]
    assert [each.name for each in both[13:25]] == [each.name for each in alone if each.name != "simple"]
    assert [(each.name, each.scope) for each in both[25:]] == [
        ("minimisation, 0.7", Scope.LEVELS),
        ("minimisation, 0.8", Scope.LEVELS),
    ]


def test_blocks_hold_the_ratio_and_never_more_than_a_specification_allows():
    sizes = [
        each.specification.method.sizes
        for each in list_candidates(Plan(60, (Arm("A", 59), Arm("B"))))
        if isinstance(each.specification.method, PermutedBlocks)
    ]
    assert sizes == [(60,), (120,), (60, 120, 180), (120, 180)]


@pytest.mark.parametrize(
    ("plan", "n_trials"),
    [
        (Plan(60, EVEN), 4000),
        (Plan(1000, EVEN), 2000),  # 2,000,000 places
        (Plan(60, EVEN, (ExpectedFactor(Factor("site", tuple(map(str, range(2000)))), (1,) * 2000),)), 2500),
        (Plan(10_000, EVEN), 1000),
    ],
    ids=["usual", "many subjects", "many strata", "very many subjects"],
)
def test_larger_plans_get_fewer_trials_but_never_too_few(plan, n_trials):
    """With 2,000 strata of two shares, 2,500 trials keep 10,000,000 counts."""
    assert plan.n_trials == n_trials


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 0}, "planned n: 0 cannot be simulated\n  Give the planned number of subjects, from 1 to 10,000"),
        ({"n": 10_001}, "planned n: 10001 cannot be simulated"),
        ({"arms": (Arm("A", 2), Arm("B", 2))}, "ratio: it is not in smallest whole numbers\n  Write 1:1"),
        ({"arms": (Arm("A"),)}, "there is nothing to choose between"),
        ({"arms": (Arm("A", 0), Arm("B", 1))}, "an arm has at least one share"),
        ({"factors": (replace(SITES, weights=(1,)),)}, "factor site: the weights do not fit the levels"),
        ({"factors": (SITES, SITES)}, "site stands twice"),
        (
            {"factors": (ExpectedFactor(Factor("site", tuple(map(str, range(2001)))), (1,) * 2001),)},
            "strata: there are 2,001, which is more than can be kept even",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_plan_that_makes_no_sense_cannot_be_built(change, message):
    with pytest.raises(ProtocolError, match=message):
        Plan(**{"n": 60, "arms": EVEN, **change})
