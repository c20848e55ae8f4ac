"""Tests 1 to 3 of an allocation: permuted blocks against counting and Blackwell and Hodges, Ann Math Stat 1957;28:449.

The guess rates 0.7500, 0.7083, 0.6833 and 0.6661 are counted again here over all arrangements of a block.
"""

from collections import Counter
from hashlib import sha256
from itertools import islice, permutations
from math import comb, erfc, exp, gamma, sqrt

import pytest

from equipoise.allocation.decision import list_sequence
from equipoise.allocation.methods import PermutedBlocks
from equipoise.allocation.permuted_blocks import find_block, iterate_blocks, order_block
from equipoise.allocation.specification import Arm, Specification

DESIGNS = {
    "1:1 of 2, 4, 6 and 8": ((1, 1), (2, 4, 6, 8)),
    "2:1 of 3 and 6": ((2, 1), (3, 6)),
    "3:2 of 5 and 10": ((3, 2), (5, 10)),
    "1:1:2 of 4 and 8": ((1, 1, 2), (4, 8)),
}
BLACKWELL_HODGES = {2: 0.7500, 4: 0.7083, 6: 0.6833, 8: 0.6661}
BLOCKS_OF_A_TRIAL = 100


def secret_of(number):
    return sha256(b"blocks %d" % number).digest()


def specification_of(ratio, sizes):
    return Specification(
        tuple(Arm(name, shares) for name, shares in zip("ABC", ratio, strict=False)), PermutedBlocks(sizes)
    )


def chi_square_p(counts, n_cells):
    """Upper tail of chi-square, by its recurrence in steps of two degrees of freedom (Abramowitz and Stegun 26.4.8)."""
    mean = sum(counts) / n_cells
    x = sum((count - mean) ** 2 / mean for count in counts) + (n_cells - len(counts)) * mean
    df = 1 if (n_cells - 1) % 2 else 2
    tail = erfc(sqrt(x / 2)) if df == 1 else exp(-x / 2)
    while df < n_cells - 1:
        tail += (x / 2) ** (df / 2) * exp(-x / 2) / gamma(df / 2 + 1)
        df += 2
    return tail


def guess_rate(arms):
    """How often it is right to guess the arm that is behind; a guess between equals is half right."""
    right, lead = 0.0, 0
    for arm in arms:
        right += 0.5 if lead == 0 else (arm == "A") == (lead < 0)
        lead += 1 if arm == "A" else -1
    return right / len(arms)


def check_blocks(design, n_blocks):
    ratio, sizes = DESIGNS[design]
    shares = specification_of(ratio, sizes).shares
    exact = {size: {arm: shares.count(arm) * size // len(shares) for arm in shares} for size in sizes}
    seen = Counter()
    for trial in range(n_blocks // BLOCKS_OF_A_TRIAL):
        blocks = iterate_blocks(secret_of(trial), sizes, "all", len(shares))
        for block in islice(blocks, BLOCKS_OF_A_TRIAL):
            assert Counter(shares[share] for share in block) == exact[len(block)]
            seen[len(block)] += 1
    assert set(seen) == set(sizes)


@pytest.mark.parametrize("design", DESIGNS)
def test_01_the_places_of_a_stratum_are_its_blocks_one_after_the_other(design):
    ratio, sizes = DESIGNS[design]
    specification = specification_of(ratio, sizes)
    for trial in range(20):
        blocks = list(islice(iterate_blocks(secret_of(trial), sizes, "all", len(specification.shares)), 20))
        arms = list_sequence(specification, secret_of(trial), "all", sum(len(block) for block in blocks))
        assert arms == tuple(specification.shares[share] for block in blocks for share in block)
        places = [(index, len(block), place) for index, block in enumerate(blocks) for place in range(len(block))]
        for position in range(0, len(places), 7):
            block = find_block(secret_of(trial), sizes, "all", position)
            assert (block.index, block.size, block.place) == places[position]


@pytest.mark.parametrize("design", DESIGNS)
def test_01_a_block_is_the_same_from_the_place_before_as_from_the_first_block(design):
    _, sizes = DESIGNS[design]
    for trial in range(5):
        before = None
        for position in range(150):
            before = find_block(secret_of(trial), sizes, "all", position, before)
            assert before == find_block(secret_of(trial), sizes, "all", position)


@pytest.mark.parametrize("design", DESIGNS)
def test_01_every_complete_block_has_the_exact_ratio(design):
    check_blocks(design, 2_000)


@pytest.mark.long
@pytest.mark.parametrize("design", DESIGNS)
def test_01_every_one_of_a_million_blocks_has_the_exact_ratio(design):
    check_blocks(design, 1_000_000)


def check_arrangements(size, seed, n_blocks):
    found = Counter(
        tuple(share for share in order_block(secret_of(seed), "all", index, size, 2)) for index in range(n_blocks)
    )
    assert len(found) <= comb(size, size // 2)
    assert chi_square_p(found.values(), comb(size, size // 2)) > 0.001


@pytest.mark.parametrize("size", [4, 6, 8])
@pytest.mark.parametrize("seed", range(3))
def test_02_all_arrangements_of_a_block_are_equally_likely(size, seed):
    check_arrangements(size, seed, 6_000)


@pytest.mark.long
@pytest.mark.parametrize("size", [4, 6, 8])
@pytest.mark.parametrize("seed", range(20))
def test_02_all_arrangements_are_equally_likely_over_60_000_blocks(size, seed):
    check_arrangements(size, seed, 60_000)


def check_sizes(sizes, seed, n_blocks):
    found = Counter(find_block(secret_of(seed), sizes, f"site={number}", 0).size for number in range(n_blocks))
    assert set(found) == set(sizes)
    assert chi_square_p(found.values(), len(sizes)) > 0.001


@pytest.mark.parametrize("seed", range(3))
def test_02_block_sizes_are_drawn_evenly(seed):
    check_sizes((4, 6, 8), seed, 6_000)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_02_block_sizes_are_drawn_evenly_over_60_000_blocks(seed):
    check_sizes((4, 6, 8), seed, 60_000)


def test_02_the_chi_square_tail_is_that_of_the_tables():
    """Critical values at 0.05 of 1, 2, 5 and 69 degrees of freedom: 3.841, 5.991, 11.070, 89.391."""
    for df, critical in ((1, 3.841), (2, 5.991), (5, 11.070), (69, 89.391)):
        n_cells, mean = df + 1, 1e6
        away = sqrt(critical * mean / 2)
        counts = [mean + away, mean - away, *[mean] * (n_cells - 2)]
        assert chi_square_p(counts, n_cells) == pytest.approx(0.05, abs=0.0001)


@pytest.mark.parametrize("size", BLACKWELL_HODGES)
def test_03_the_theory_is_what_counting_all_arrangements_gives(size):
    arrangements = set(permutations("A" * (size // 2) + "B" * (size // 2)))
    mean = sum(guess_rate(arms) for arms in arrangements) / len(arrangements)
    assert mean == pytest.approx(BLACKWELL_HODGES[size], abs=0.00005)


def check_guess_rate(size, n_blocks):
    specification = specification_of((1, 1), (size,))
    rates = []
    for trial in range(n_blocks // 100):
        arms = list_sequence(specification, secret_of(trial), "all", 100 * size)
        rates += [guess_rate(arms[start : start + size]) for start in range(0, len(arms), size)]
    assert sum(rates) / len(rates) == pytest.approx(BLACKWELL_HODGES[size], abs=0.002)


@pytest.mark.parametrize("size", BLACKWELL_HODGES)
def test_03_the_guess_rate_is_that_of_blackwell_and_hodges(size):
    check_guess_rate(size, 20_000)


@pytest.mark.long
@pytest.mark.parametrize("size", BLACKWELL_HODGES)
def test_03_the_guess_rate_is_that_of_blackwell_and_hodges_over_a_million_blocks(size):
    check_guess_rate(size, 1_000_000)
