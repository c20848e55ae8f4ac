"""The re-randomisation test against counting by hand, and its three ways of getting sequences against each other."""

from fractions import Fraction
from hashlib import sha256
from math import sqrt

import numpy as np
import pytest

from equipoise.allocation.methods import (
    BigStick,
    Efron,
    Measure,
    Minimisation,
    PermutedBlocks,
    SealedList,
    Simple,
)
from equipoise.allocation.parts import Arm, Factor
from equipoise.allocation.rerandomisation import (
    redraw_by_kernel,
    redraw_on_arrays,
    rerandomise,
    rerandomise_exactly,
)
from equipoise.allocation.specification import Specification
from equipoise.errors import ProtocolError

EVEN = (Arm("A"), Arm("B"))
SITE = Factor("site", ("x", "y"))
NOBODY_DIFFERS = [{}] * 4


def difference(outcomes):
    """Mean of A less mean of B."""
    known = np.array(outcomes, dtype=float)
    return lambda arms: float(known[arms == 0].mean() - known[arms == 1].mean())


def made_up_bytes():
    state = [0]

    def draw(n):
        state[0] += 1
        return sha256(b"rerandomisation %d" % state[0]).digest()[:n]

    return draw


def test_the_sequence_that_happened_counts_as_one_of_those_drawn():
    """Of three sequences one is as far as the difference of 2 that was seen: (1 + 1) / (3 + 1)."""
    drawn = np.array([[1, 1, 0, 0], [0, 1, 0, 1], [0, 1, 1, 0]])
    result = rerandomise(Specification(EVEN, Simple()), "AABB", difference([1, 2, 3, 4]), drawn)
    assert (result.observed, result.p_value, result.n_sequences, result.is_exact) == (-2, 0.5, 3, False)


def test_with_one_block_of_four_the_exact_p_value_is_counted_by_hand():
    """Outcomes 1 to 4. AABB and BBAA differ by 2, the other four arrangements by 1 or 0: 2 of 6."""
    specification = Specification(EVEN, PermutedBlocks((4,)))
    result = rerandomise_exactly(specification, NOBODY_DIFFERS, "AABB", difference([1, 2, 3, 4]))
    assert (result.p_value, result.n_sequences, result.is_exact) == (pytest.approx(1 / 3), 6, True)


def test_sequences_count_by_their_chance():
    """Efron's coin with 2/3: AA and BB have 1/2 x 1/3 each."""
    specification = Specification(EVEN, Efron(Fraction(2, 3)))
    result = rerandomise_exactly(specification, [{}] * 2, "AA", lambda arms: float(sum(arms) - 1))
    assert (result.p_value, result.n_sequences) == (pytest.approx(1 / 3), 4)


def test_equal_statistics_count_as_equal_whatever_the_order_of_their_sum():
    """0.1 + 0.2 + 0.3 and 0.3 + 0.2 + 0.1 differ in the last digit; both are as far."""
    specification = Specification(EVEN, PermutedBlocks((2,)))
    result = rerandomise_exactly(
        specification, [{}] * 2, "AB", lambda arms: 0.1 + 0.2 + 0.3 if arms[0] == 0 else 0.3 + 0.2 + 0.1
    )
    assert result.p_value == 1


def test_no_difference_at_all_has_the_p_value_one():
    specification = Specification(EVEN, PermutedBlocks((4,)))
    result = rerandomise_exactly(specification, NOBODY_DIFFERS, "ABBA", difference([1, 2, 3, 4]))
    assert result.observed == 0
    assert result.p_value == pytest.approx(1)


def specification_by(method):
    if isinstance(method, Minimisation):
        return Specification(EVEN, method, (SITE,))
    return Specification(EVEN, method, (SITE,), ("site",))


@pytest.mark.parametrize(
    "method",
    [
        PermutedBlocks((2, 4)),
        BigStick(2),
        Minimisation({"site": Fraction(1)}, Measure.VARIANCE, Fraction(4, 5)),
    ],
    ids=lambda method: method.name,
)
def test_kernel_and_arrays_agree_with_the_exact_p_value(method):
    specification = specification_by(method)
    values = [{"site": "xyxxyyxy"[number]} for number in range(8)]
    outcomes = np.array([3, 1, 4, 1, 5, 9, 2, 6]) - 31 / 8

    def statistic(arms):  # A number even where a minimisation leaves an arm empty.
        return float((outcomes * (1 - 2 * arms)).sum())

    exact = rerandomise_exactly(specification, values, "ABABBAAB", statistic).p_value
    assert 0.05 < exact < 0.95
    kernel = redraw_by_kernel(specification, values, n_sequences=1500, random=made_up_bytes())
    arrays = redraw_on_arrays(specification, values, n_sequences=20_000, rng=np.random.default_rng(1))
    for drawn in (kernel, arrays):
        p_value = rerandomise(specification, "ABABBAAB", statistic, drawn).p_value
        assert p_value == pytest.approx(exact, abs=4 * sqrt(exact * (1 - exact) / len(drawn)) + 1 / len(drawn))


def test_subjects_keep_their_strata_when_they_are_allocated_again():
    """Blocks of 2 in each of two sites: of the subjects of a site, half get A in every sequence."""
    specification = specification_by(PermutedBlocks((2,)))
    sites = "xxyxyyxy"
    values = [{"site": site} for site in sites]
    at_x = np.array([site == "x" for site in sites])
    for drawn in (
        redraw_by_kernel(specification, values, n_sequences=50, random=made_up_bytes()),
        redraw_on_arrays(specification, values, n_sequences=50, rng=np.random.default_rng(1)),
    ):
        assert drawn[:, at_x].sum(axis=1).tolist() == [2] * 50
        assert drawn[:, ~at_x].sum(axis=1).tolist() == [2] * 50
        assert len({tuple(row) for row in drawn.tolist()}) > 10


def test_a_sequence_without_a_statistic_never_makes_the_p_value_small():
    """Everybody in one arm: the mean of the other is no number, and counts as far."""
    drawn = np.array([[0, 0], [0, 0], [1, 0]])
    statistic = {(0, 1): 5.0, (1, 0): 1.0}
    result = rerandomise(
        Specification(EVEN, Simple()), "AB", lambda arms: statistic.get(tuple(arms.tolist()), float("nan")), drawn
    )
    assert result.p_value == (2 + 1) / (3 + 1)


def test_a_trial_without_a_statistic_has_no_p_value():
    with pytest.raises(ValueError, match="the statistic of the arms as allocated is no number"):
        rerandomise(Specification(EVEN, Simple()), "AB", lambda _: float("nan"), np.array([[0, 1]]))


def test_a_sealed_list_cannot_be_drawn_again():
    specification = Specification(EVEN, SealedList())
    ways = (
        lambda: redraw_by_kernel(specification, NOBODY_DIFFERS, n_sequences=1, random=made_up_bytes()),
        lambda: redraw_on_arrays(specification, NOBODY_DIFFERS, n_sequences=1, rng=np.random.default_rng(1)),
        lambda: rerandomise_exactly(specification, NOBODY_DIFFERS, "AABB", difference([1, 2, 3, 4])),
    )
    for way in ways:
        with pytest.raises(ProtocolError, match="a sealed list was made elsewhere\n  Give the method by which"):
            way()


def test_a_value_that_is_no_level_is_refused_and_not_shown():
    specification = specification_by(BigStick(2))
    with pytest.raises(ProtocolError, match="the value is no level of it") as caught:
        redraw_on_arrays(specification, [{"site": "Malmö"}], n_sequences=1, rng=np.random.default_rng(1))
    assert "Malmö" not in str(caught.value)


def test_too_many_sequences_to_enumerate_are_refused():
    with pytest.raises(ProtocolError, match="Draw sequences instead of enumerating them"):
        rerandomise_exactly(Specification(EVEN, Simple()), [{}] * 9, "ABABABABA", difference(range(9)), most=500)
