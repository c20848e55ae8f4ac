"""Source: Newcombe 1998 (both papers), R 4.2.2 (binom.test, fisher.test), Fisher's tea, NEOLUPANET (Partelli 2024)."""

import pytest

from equipoise.analysis.answer import IntervalType
from equipoise.analysis.binomial import (
    Alternative,
    Counted,
    compute_binomial_test,
    compute_fisher_test,
    estimate_difference,
    estimate_proportion,
)

# Newcombe RG, Stat Med 1998, 17:857-872, table I: count, subjects, Wilson (method 3), Clopper-Pearson (method 5).
SINGLE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]
# R 4.2.2, binom.test(x, n)$conf.int.
EXACT = [
    (81, 263, 0.252736745585271, 0.367621922601351),
    (15, 148, 0.0578440100834486, 0.161650490349479),
    (0, 20, 0.0, 0.168433470983085),
    (1, 29, 0.000872646883579923, 0.177644295488722848),
    (18, 31, 0.390759222492093, 0.754524049261348),
]
# Newcombe RG, Stat Med 1998, 17:873-890, table II: Miettinen-Nurminen (method 6), score without correction (method 10).
# Method 6 in the last three also by hand, with c = 1.959964^2 = 3.841459: where one proportion is held at its end,
# d / (1 - d) = 20 c / 190; (1 - d) / d = 30 c / 290; and in the last, with p = 1 - q, (1 - d) / (1 + d) = c / 19.
DIFFERENCES = [
    ((56, 70), (48, 80), (0.0528, 0.3382), (0.0524, 0.3339)),
    ((9, 10), (3, 10), (0.1700, 0.8406), (0.1705, 0.8090)),
    ((6, 7), (2, 7), (0.0342, 0.8534), (0.0582, 0.8062)),
    ((5, 56), (0, 29), (-0.0326, 0.1933), (-0.0381, 0.1926)),
    ((0, 10), (0, 20), (-0.1658, 0.2844), (-0.1611, 0.2775)),
    ((0, 10), (0, 10), (-0.2879, 0.2879), (-0.2775, 0.2775)),
    ((10, 10), (0, 20), (0.7156, 1.0000), (0.6791, 1.0000)),
    ((10, 10), (0, 10), (0.6636, 1.0000), (0.6075, 1.0000)),
]
# R 4.2.2, binom.test(x, n, null, alternative)$p.value: two.sided, greater, less.
BINOMIAL_TESTS = [
    (18, 31, 0.4, (0.04456194431918405, 0.03198861077275591, 0.9865230989242805)),
    (3, 20, 0.5, (0.00257682800292969, 0.9997987747192383, 0.001288414001464845)),
    (7, 20, 0.3, (0.6294979666766773, 0.3919901877990759, 0.7722717974181605)),
    (0, 10, 0.1, (0.6125795110000005, 1.0, 0.3486784401000003)),
    (10, 10, 0.9, (0.6125795110000002, 0.3486784401000002, 1.0)),
    (13, 40, 0.25, (0.2753588358271467, 0.1791342423460416, 0.8967682759402059)),
]
# R 4.2.2, fisher.test(table, alternative)$p.value: two.sided, greater, less.
FISHER_TESTS = [
    ((56, 70), (48, 80), (0.01252112974920917, 0.006324711129898369, 0.9978752684504457)),
    ((9, 10), (3, 10), (0.01976661109788043, 0.00988330554894022, 0.9996427720885925)),
    ((5, 56), (0, 29), (0.1606214432094711, 0.1164524189536722, 1.0)),
    ((0, 10), (0, 20), (1.0, 1.0, 1.0)),
    ((10, 15), (2, 13), (0.009323821061605404, 0.008297811878374516, 0.9994017439164835)),
]


def bounds(estimate):
    return (estimate.interval.low, estimate.interval.high)


@pytest.mark.parametrize(("count", "n", "wilson", "exact"), SINGLE)
def test_intervals_of_one_proportion_are_newcombes(count, n, wilson, exact):
    counted = Counted(count, n)
    assert bounds(estimate_proportion(counted, type=IntervalType.WILSON)) == pytest.approx(wilson, abs=5.1e-5)
    assert bounds(estimate_proportion(counted)) == pytest.approx(exact, abs=5.1e-5)


@pytest.mark.parametrize(("count", "n", "low", "high"), EXACT)
def test_the_exact_interval_is_that_of_r(count, n, low, high):
    assert bounds(estimate_proportion(Counted(count, n))) == pytest.approx((low, high), rel=1e-12)


def test_neolupanet_response_has_its_exact_interval():
    """18 partial responses of 31 (Partelli 2024, Br J Surg 111:znae178); bounds by binom.test of R 4.2.2."""
    response = estimate_proportion(Counted(18, 31))
    assert response.value == pytest.approx(0.5806, abs=5e-5)
    assert bounds(response) == pytest.approx((0.3908, 0.7545), abs=5e-5)
    assert response.interval.type is IntervalType.CLOPPER_PEARSON


@pytest.mark.parametrize(("first", "second", "score", "hybrid"), DIFFERENCES)
def test_intervals_of_a_difference_are_newcombes(first, second, score, hybrid):
    pair = Counted(*first), Counted(*second)
    assert bounds(estimate_difference(*pair)) == pytest.approx(score, abs=5.1e-5)
    assert bounds(estimate_difference(*pair, type=IntervalType.NEWCOMBE)) == pytest.approx(hybrid, abs=5.1e-5)


@pytest.mark.parametrize(("count", "n", "null", "expected"), BINOMIAL_TESTS)
def test_the_exact_binomial_test_is_that_of_r(count, n, null, expected):
    results = [compute_binomial_test(Counted(count, n), null, alternative=one) for one in Alternative]
    assert results == pytest.approx(expected, rel=1e-12)


def test_a_p_value_far_out_keeps_its_digits():
    """binom.test(163, 200, 0.01) of R 4.2.2; the incomplete beta function of SciPy is 0 there."""
    far = compute_binomial_test(Counted(163, 200), 0.01, alternative=Alternative.GREATER)
    assert far == pytest.approx(1.9754224904030825e-286, rel=1e-10, abs=0)


@pytest.mark.parametrize(("first", "second", "expected"), FISHER_TESTS)
def test_fishers_test_is_that_of_r(first, second, expected):
    results = [compute_fisher_test(Counted(*first), Counted(*second), alternative=one) for one in Alternative]
    assert results == pytest.approx(expected, rel=1e-12)


def test_the_lady_tasting_tea_guesses_right_with_probability_17_in_70():
    """Fisher, The Design of Experiments, 1935: 3 of 4 right; 16/70 + 1/70, and two-sided 34/70."""
    pair = Counted(3, 4), Counted(1, 4)
    assert compute_fisher_test(*pair, alternative=Alternative.GREATER) == 17 / 70
    assert compute_fisher_test(*pair) == 34 / 70
