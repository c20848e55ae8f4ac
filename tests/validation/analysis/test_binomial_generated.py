"""Source: independent rewrites: exact fractions for tests and tails, Farrington and Manning's closed form."""

from fractions import Fraction
from math import acos, comb, cos, pi, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from equipoise.analysis.binomial import (
    Alternative,
    Counted,
    compute_binomial_test,
    compute_fisher_test,
    estimate_difference,
    estimate_proportion,
)

N_DATA_SETS = [pytest.param(2_000, 21), pytest.param(10_000, 22, marks=pytest.mark.long)]


def binomial_of(n, p):
    """All probabilities as fractions."""
    return [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


@pytest.mark.parametrize(("n_sets", "seed"), N_DATA_SETS)
def test_each_bound_of_the_exact_interval_leaves_half_of_alpha_in_a_tail(n_sets, seed):
    rng = np.random.default_rng(seed)
    for _ in range(n_sets // 4):
        n = int(rng.integers(1, 40))
        count, level = int(rng.integers(0, n + 1)), float(rng.choice([0.8, 0.95, 0.99]))
        interval = estimate_proportion(Counted(count, n), level=level).interval
        if count:
            assert float(sum(binomial_of(n, Fraction(interval.low))[count:])) == pytest.approx(
                (1 - level) / 2, rel=1e-10
            )
        else:
            assert interval.low == 0
        if count < n:
            tail = float(sum(binomial_of(n, Fraction(interval.high))[: count + 1]))
            assert tail == pytest.approx((1 - level) / 2, rel=1e-10)
        else:
            assert interval.high == 1


@pytest.mark.parametrize(("n_sets", "seed"), N_DATA_SETS)
def test_the_exact_test_adds_up_all_counts_that_are_no_more_probable(n_sets, seed):
    rng = np.random.default_rng(seed)
    for _ in range(n_sets):
        n, null = int(rng.integers(1, 30)), Fraction(int(rng.integers(1, 20)), 20)
        count, ways = int(rng.integers(0, n + 1)), binomial_of(n, null)
        expected = [
            sum(way for way in ways if way <= ways[count]),
            sum(ways[count:]),
            sum(ways[: count + 1]),
        ]
        results = [compute_binomial_test(Counted(count, n), float(null), alternative=one) for one in Alternative]
        assert results == pytest.approx([float(one) for one in expected], rel=1e-11)


@pytest.mark.parametrize(("n_sets", "seed"), N_DATA_SETS)
def test_fishers_test_adds_up_all_tables_of_the_margins(n_sets, seed):
    rng = np.random.default_rng(seed)
    for _ in range(n_sets):
        n, m = (int(value) for value in rng.integers(1, 25, 2))
        x, y = int(rng.integers(0, n + 1)), int(rng.integers(0, m + 1))
        tables = {
            k: Fraction(comb(n, k) * comb(m, x + y - k), comb(n + m, x + y))
            for k in range(n + 1)
            if 0 <= x + y - k <= m
        }
        expected = [
            sum(way for way in tables.values() if way <= tables[x]),
            sum(way for k, way in tables.items() if k >= x),
            sum(way for k, way in tables.items() if k <= x),
        ]
        results = [compute_fisher_test(Counted(x, n), Counted(y, m), alternative=one) for one in Alternative]
        assert results == pytest.approx([float(one) for one in expected], rel=1e-14)


def restricted_of(x, n, y, m, delta):
    """The restricted maximum in closed form: Farrington CP, Manning G, Stat Med 1990, 9:1447-1454, appendix."""
    ratio, p, q = m / n, x / n, y / m
    a, b = 1 + ratio, -(1 + ratio + p + ratio * q + delta * (ratio + 2))
    c, d = delta**2 + delta * (2 * p + ratio + 1) + p + ratio * q, -p * delta * (1 + delta)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = sqrt(max(b**2 / (3 * a) ** 2 - c / (3 * a), 0)) * (1 if v > 0 else -1)
    w = (pi + acos(max(-1.0, min(1.0, v / u**3 if u else 0.0)))) / 3
    return 2 * u * cos(w) - b / (3 * a)


@pytest.mark.parametrize(("n_sets", "seed"), N_DATA_SETS)
def test_at_each_bound_of_a_difference_the_score_test_is_at_its_limit(n_sets, seed):
    rng, z = np.random.default_rng(seed), NormalDist().inv_cdf(0.975)
    for _ in range(n_sets // 4):
        n, m = (int(value) for value in rng.integers(2, 60, 2))
        x, y = int(rng.integers(1, n)), int(rng.integers(1, m))
        interval = estimate_difference(Counted(x, n), Counted(y, m)).interval
        assert -1 < interval.low < x / n - y / m < interval.high < 1
        for delta, limit in ((interval.low, z), (interval.high, -z)):
            p = restricted_of(x, n, y, m, delta)
            q = p - delta
            variance = (p * (1 - p) / n + q * (1 - q) / m) * (n + m) / (n + m - 1)
            assert (x / n - y / m - delta) / sqrt(variance) == pytest.approx(limit, rel=1e-6)
