"""The rules on arrays are those of the kernel: in every state, and in how often each sequence comes."""

from collections import Counter
from fractions import Fraction
from hashlib import sha256
from math import sqrt

import numpy as np
import pytest

from equipoise.allocation.array_rules import make_rule
from equipoise.allocation.decision import Tally, decide, first_tally, tally_after
from equipoise.allocation.methods import (
    BigStick,
    BlockUrn,
    Efron,
    Measure,
    Minimisation,
    PermutedBlocks,
    SealedList,
    Simple,
)
from equipoise.allocation.parts import Arm, Factor
from equipoise.allocation.sequences import draw_arms, enumerate_arms
from equipoise.allocation.specification import Specification
from equipoise.errors import ProtocolError

FACTORS = (Factor("site", ("x", "y", "z")), Factor("sex", ("f", "m")))
RATIOS = {"1:1": (1, 1), "2:1": (2, 1), "1:1:2": (1, 1, 2)}
BY_COUNTS = (Simple(), BigStick(2), BigStick(4), BlockUrn(3), Efron(Fraction(2, 3)))
WEIGHTS = {"site": Fraction(2, 3), "sex": Fraction(1, 2)}
MINIMISING = tuple(Minimisation(WEIGHTS, measure, Fraction(4, 5)) for measure in Measure)
FINELY_WEIGHED = tuple(
    Minimisation({"site": Fraction("0.123457"), "sex": Fraction("0.654321")}, measure, Fraction(4, 5))
    for measure in Measure
)
SECRET = bytes(32)


def arms_of(ratio):
    return tuple(Arm(name, shares) for name, shares in zip("ABC", ratio, strict=False))


def by_chance(rng, weights):
    return np.array([rng.choice(len(each), p=each / each.sum()) for each in weights])


def critical_chi_square(degrees, z=3.09):
    """Exceeded with chance 0.001 (Wilson and Hilferty, PNAS 1931;17:684: good to 1% from a few degrees on)."""
    ninth = 2 / (9 * degrees)
    return degrees * (1 - ninth + z * sqrt(ninth)) ** 3


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("method", BY_COUNTS, ids=str)
def test_the_chances_by_counts_are_those_of_the_kernel_in_every_state(method, ratio):
    specification = Specification(arms_of(RATIOS[ratio]), method)
    rng, n_shares = np.random.default_rng(3), sum(RATIOS[ratio])
    rule, counts = make_rule(specification, {}, n_rows=20), np.zeros((20, n_shares), dtype=int)
    for place in range(30):
        weights = rule.weigh(place)
        for row in range(20):
            known = decide(specification, SECRET, {}, Tally("all", place, tuple(map(int, counts[row])))).probabilities
            assert [Fraction(int(each), int(weights[row].sum())) for each in weights[row]] == list(known)
        shares = by_chance(rng, weights)
        rule.record(place, shares)
        counts[np.arange(20), shares] += 1


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("method", [*MINIMISING, *FINELY_WEIGHED], ids=str)
def test_the_chances_of_minimisation_are_those_of_the_kernel_in_every_state(method, ratio):
    specification = Specification(arms_of(RATIOS[ratio]), method, FACTORS)
    rng = np.random.default_rng(4)
    levels = {factor.name: rng.integers(len(factor.levels), size=(6, 40)) for factor in FACTORS}
    rule = make_rule(specification, levels, n_rows=6)
    nobody = (0,) * sum(RATIOS[ratio])
    margins = [{factor.name: dict.fromkeys(factor.levels, nobody) for factor in FACTORS} for _ in range(6)]
    for place in range(40):
        weights = rule.weigh(place)
        shares = by_chance(rng, weights)
        for row in range(6):
            values = {factor.name: factor.levels[levels[factor.name][row, place]] for factor in FACTORS}
            known = decide(specification, SECRET, values, Tally("all", place, margins=margins[row])).probabilities
            assert [Fraction(int(each), int(weights[row].sum())) for each in weights[row]] == list(known)
            for name, level in values.items():
                had = margins[row][name][level]
                margins[row][name][level] = tuple(n + int(share == shares[row]) for share, n in enumerate(had))
        rule.record(place, shares)


def specification_with_strata(method):
    if isinstance(method, Minimisation):
        return Specification(arms_of((1, 1)), method, FACTORS)
    return Specification(arms_of((1, 1)), method, FACTORS[1:], ("sex",))


EVERY_METHOD = (
    Simple(),
    PermutedBlocks((2,)),
    PermutedBlocks((2, 4)),
    BigStick(2),
    BlockUrn(2),
    Efron(Fraction(2, 3)),
    MINIMISING[0],
)
ARRIVALS = ({"site": "x", "sex": "f"}, {"site": "y", "sex": "m"}, {"site": "x", "sex": "f"}) * 2
LEVELS = {"site": np.array([[0, 1, 0, 0, 1, 0]]), "sex": np.array([[0, 1, 0, 0, 1, 0]])}


def allocate_by_kernel(specification, number):
    """Six subjects, as the trial office would allocate them."""
    tallies, arms = {}, []
    for each in ARRIVALS:
        values = {factor.name: each[factor.name] for factor in specification.factors}
        stratum = specification.stratum_of(values)
        tally = tallies.get(stratum) or first_tally(specification, stratum)
        decision = decide(specification, sha256(b"sequences %d" % number).digest(), values, tally)
        tallies[stratum] = tally_after(decision)
        arms.append("AB".index(decision.arm))
    return tuple(arms)


def chi_square_of(found, every, n):
    """Of counted sequences against all there can be; a sequence that cannot be fails at once."""
    chances = {tuple(map(int, arms)): chance for arms, chance in zip(every.arms, every.chances, strict=True)}
    assert set(found) <= set(chances)
    return sum((found[arms] - n * chance) ** 2 / (n * chance) for arms, chance in chances.items())


@pytest.mark.parametrize("method", EVERY_METHOD, ids=str)
def test_the_kernel_gives_each_sequence_as_often_as_enumerated(method):
    specification = specification_with_strata(method)
    every = enumerate_arms(specification, LEVELS, n=6)
    found = Counter(allocate_by_kernel(specification, number) for number in range(2000))
    assert every.chances.sum() == pytest.approx(1)
    assert chi_square_of(found, every, 2000) < critical_chi_square(len(every.arms) - 1)


@pytest.mark.parametrize("method", EVERY_METHOD, ids=str)
def test_sequences_drawn_on_arrays_come_as_often_as_enumerated(method):
    specification = specification_with_strata(method)
    every = enumerate_arms(specification, LEVELS, n=6)
    drawn = draw_arms(specification, LEVELS, n=6, n_trials=20_000, rng=np.random.default_rng(11))
    found = Counter(map(tuple, drawn.tolist()))
    assert chi_square_of(found, every, 20_000) < critical_chi_square(len(every.arms) - 1)


def test_a_block_of_four_has_its_six_arrangements_alike():
    every = enumerate_arms(Specification(arms_of((1, 1)), PermutedBlocks((4,))), {}, n=4)
    assert every.arms.tolist() == [[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0], [1, 0, 0, 1], [1, 0, 1, 0], [1, 1, 0, 0]]
    assert every.chances == pytest.approx([1 / 6] * 6)


def test_the_size_of_a_block_is_hidden_and_drawn_evenly():
    """Two A at the start come only from the size 4 (one of two sizes), there from one of six arrangements: 1/12."""
    every = enumerate_arms(Specification(arms_of((1, 1)), PermutedBlocks((2, 4))), {}, n=2)
    assert dict(zip(map(tuple, every.arms.tolist()), every.chances, strict=True)) == pytest.approx(
        {(0, 0): 1 / 12, (0, 1): 5 / 12, (1, 0): 5 / 12, (1, 1): 1 / 12}
    )


def test_shares_of_one_arm_are_the_same_sequence():
    """A block of 3 for 2:1 holds B at one of three places."""
    every = enumerate_arms(Specification(arms_of((2, 1)), PermutedBlocks((3,))), {}, n=3)
    assert every.arms.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert every.chances == pytest.approx([1 / 3] * 3)


def test_a_stratum_knows_nothing_of_the_others():
    """Two strata in turn, blocks of 2: the third place mirrors the first, the fourth the second."""
    specification = Specification(arms_of((1, 1)), PermutedBlocks((2,)), FACTORS[1:], ("sex",))
    every = enumerate_arms(specification, {"sex": np.array([[0, 1, 0, 1]])}, n=4)
    assert every.arms.tolist() == [[0, 0, 1, 1], [0, 1, 1, 0], [1, 0, 0, 1], [1, 1, 0, 0]]
    assert every.chances == pytest.approx([1 / 4] * 4)


def test_too_many_sequences_are_refused():
    with pytest.raises(ProtocolError, match=r"more than 1,000 sequences for 12 subjects\n  Draw sequences instead"):
        enumerate_arms(Specification(arms_of((1, 1)), Simple()), {}, n=12, most=1000)


def test_weights_too_fine_for_whole_numbers_are_refused():
    """1/999,983 and 1/999,979 are in proportion 999,979 to 999,983: fine. With 1 beside them it takes 10**12."""
    factors = (*FACTORS, Factor("age", ("young", "old")))
    weights = {"site": Fraction(1, 999_983), "sex": Fraction(1, 999_979), "age": Fraction(1)}
    specification = Specification(arms_of((1, 1)), Minimisation(weights, Measure.RANGE, Fraction(4, 5)), factors)
    with pytest.raises(ProtocolError, match="too finely divided for arrays\n  Write the weights with fewer decimals"):
        make_rule(specification, {factor.name: np.zeros((1, 4), dtype=int) for factor in factors}, n_rows=1)


def test_a_sealed_list_cannot_be_drawn_again():
    specification = Specification(arms_of((1, 1)), SealedList())
    with pytest.raises(ProtocolError, match="a sealed list was made elsewhere"):
        draw_arms(specification, {}, n=4, n_trials=1, rng=np.random.default_rng(1))
