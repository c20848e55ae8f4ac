"""The largest of correlated normals against closed forms, other quadrature and a finer grid; MaxCombo on lung."""

import math

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import ndtr
from tests.validation.analysis.public_data import read_public

from equipoise.analysis.survival.maxcombo import MaxCombo, maxcombo
from equipoise.analysis.survival.normal_max import compute_max_tail
from equipoise.analysis.survival.weights import Weights

PROMISED = 1e-9
LIMITS = (-3.0, -0.7, -1e-6, 0.0, 1e-6, 0.02, 0.5, 1.3, 2.2, 3.4, 5.0)


def _with_common_factors(loadings, c, *, two_sided):
    """1 - P(no Z beyond c), Z_i = loadings_i Y + rest_i, Y one or two normals: summed over Y on a grid.

    For a function that is analytic and dies at both ends the trapezoidal rule is exact to rounding.
    """
    loadings = np.atleast_2d(np.asarray(loadings, float).T).T
    grid = np.linspace(-11, 11, 2201 if loadings.shape[1] == 1 else 441)
    axes = np.meshgrid(*[grid] * loadings.shape[1], indexing="ij")
    density = np.prod([stats.norm.pdf(axis) * (grid[1] - grid[0]) for axis in axes], axis=0)
    inside = density
    for row in loadings:
        rest = math.sqrt(1 - row @ row)
        centre = sum(value * axis for value, axis in zip(row, axes, strict=True))
        inside = inside * (ndtr((c - centre) / rest) - (ndtr((-c - centre) / rest) if two_sided else 0))
    return 1 - float(inside.sum())


def _correlation(loadings):
    loadings = np.atleast_2d(np.asarray(loadings, float).T).T
    table = loadings @ loadings.T
    np.fill_diagonal(table, 1)
    return table


def _by_angle(directions, c):
    """Two-sided tail for Z = directions @ Y, Y two normals: exp(-r^2 / 2) averaged over the circle, r the way to c."""
    points = 200_000
    angles = (np.arange(points) + 0.5) * (math.pi / points)
    along = np.abs(np.asarray(directions) @ np.stack([np.cos(angles), np.sin(angles)])).max(axis=0)
    return float(np.exp(-((c / along) ** 2) / 2).mean())


@pytest.mark.parametrize("c", LIMITS)
def test_one_statistic_is_the_normal_tail(c):
    assert compute_max_tail(c, [[1]], two_sided=False) == pytest.approx(stats.norm.sf(c), abs=PROMISED)
    if c > 0:
        assert compute_max_tail(c, [[1]], two_sided=True) == pytest.approx(2 * stats.norm.sf(c), abs=PROMISED)


@pytest.mark.parametrize("rho", [-0.999, -0.5, 0.0, 0.3, 0.9, 0.999999])
def test_two_statistics_above_0_have_the_closed_form_of_sheppard(rho):
    exact = 3 / 4 - math.asin(rho) / (2 * math.pi)
    assert compute_max_tail(0.0, [[1, rho], [rho, 1]], two_sided=False) == pytest.approx(exact, abs=PROMISED)


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("rho", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_equal_correlations_are_an_integral_over_one_common_factor(count, rho):
    loadings = [math.sqrt(rho)] * count
    for c in LIMITS:
        for two_sided in (False, True)[: 2 if c > 0 else 1]:
            exact = _with_common_factors(loadings, c, two_sided=two_sided)
            ours = compute_max_tail(c, _correlation(loadings), two_sided=two_sided)
            assert ours == pytest.approx(exact, abs=PROMISED), (c, two_sided)


@pytest.mark.parametrize("seed", range(12))
def test_unequal_correlations_are_an_integral_over_two_common_factors(seed):
    rng = np.random.default_rng(seed)
    loadings = rng.normal(size=(2 + seed % 3, 2))
    loadings *= rng.uniform(0.1, 0.95, (len(loadings), 1)) / np.linalg.norm(loadings, axis=1)[:, None]
    for c in (-0.8, 0.4, 1.9, 3.1):
        for two_sided in (False, True)[: 2 if c > 0 else 1]:
            exact = _with_common_factors(loadings, c, two_sided=two_sided)
            ours = compute_max_tail(c, _correlation(loadings), two_sided=two_sided)
            assert ours == pytest.approx(exact, abs=PROMISED), (c, two_sided)


@pytest.mark.parametrize("seed", range(8))
def test_dependent_statistics_are_an_average_over_the_circle(seed):
    """Three or four statistics made of two normals: the correlation is singular, as it is for Fleming-Harrington."""
    directions = np.random.default_rng(seed).normal(size=(3 + seed % 2, 2))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    for c in (0.1, 1.0, 2.5):
        ours = compute_max_tail(c, _correlation(directions), two_sided=True)
        assert ours == pytest.approx(_by_angle(directions, c), abs=PROMISED)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_statistic_given_twice_counts_once(count):
    for two_sided in (False, True):
        ours = compute_max_tail(1.7, np.ones((count, count)), two_sided=two_sided)
        assert ours == pytest.approx((1 + two_sided) * stats.norm.sf(1.7), abs=PROMISED)


def test_nearly_equal_statistics_pass_into_equal_ones_without_a_jump():
    """The tail of one, and a sliver that shrinks with the root of 1 - correlation (Plackett 1954, in angles)."""
    for gap in (1e-4, 1e-6, 1e-8, 1e-9):
        rho = 1 - gap
        added, _ = integrate.quad(
            lambda angle: math.exp(-(1.2**2) / (1 + math.cos(angle))) / (2 * math.pi), 0, math.acos(rho), epsabs=1e-15
        )
        ours = compute_max_tail(1.2, [[1, rho], [rho, 1]], two_sided=False)
        assert ours == pytest.approx(stats.norm.sf(1.2) + added, abs=PROMISED)


def test_a_grid_twice_as_fine_changes_nothing():
    """Random correlations, of full rank, dependent and nearly equal. Twice the same question, twice the same bits."""
    rng = np.random.default_rng(3)
    for number in range(60):
        count, rank = int(rng.integers(2, 5)), int(rng.integers(1, 5))
        made_of = rng.normal(size=(count, rank)) * 10 ** rng.uniform(-6, 0) + (number % 2) * np.ones((count, 1))
        made_of /= np.linalg.norm(made_of, axis=1)[:, None]
        c, table = float(rng.uniform(0, 4)), _correlation(made_of)
        for two_sided in (False, True):
            once = compute_max_tail(c, table, two_sided=two_sided)
            assert once == compute_max_tail(c, table, two_sided=two_sided)
            assert once == pytest.approx(compute_max_tail(c, table, two_sided=two_sided, fineness=2), abs=1e-12)


def _lung():
    data = read_public("lung")
    return data["days"], data["event"], data["sex"] - 1


def test_maxcombo_of_lung_is_the_tail_of_its_largest_member():
    """z of each member: R survival 3.5-3, as in reference_survival.yaml; the tail by summing over the sphere."""
    result = maxcombo(*_lung())
    assert isinstance(result, MaxCombo)
    assert result.z == pytest.approx([-3.21352485, -1.86010327, -3.56569087, -2.76853445], abs=5.1e-9)
    assert result.largest == -result.smallest == -result.z[2]
    # The four are made of three normals, because the unweighted difference is that of (0, 1) plus that of (1, 0).
    values, vectors = np.linalg.eigh(np.array(result.correlation))
    assert values[0] == pytest.approx(0, abs=1e-12)
    assert result.p_two_sided == pytest.approx(
        _over_sphere(vectors[:, 1:] * np.sqrt(values[1:]), result.largest), abs=1e-7
    )


def _over_sphere(directions, c):
    """As `_by_angle`, for three normals: the tail of a chi with 3 degrees beyond the way to c, averaged."""
    heights = (np.arange(1500) + 0.5) / 1500
    angles = (np.arange(3000) + 0.5) * (2 * math.pi / 3000)
    total = 0.0
    for height in heights:
        wide = math.sqrt(1 - height * height)
        points = np.stack([wide * np.cos(angles), wide * np.sin(angles), np.full(angles.size, height)])
        way = c / np.abs(directions @ points).max(axis=0)
        total += float((2 * stats.norm.sf(way) + way * np.sqrt(2 / math.pi) * np.exp(-(way**2) / 2)).mean())
    return total / heights.size


def test_one_member_is_its_own_logrank_test():
    result = maxcombo(*_lung(), members=(Weights(),))
    assert isinstance(result, MaxCombo)
    # R survdiff: chi-square 10.32674195489, p .00131116452
    assert result.p_two_sided == pytest.approx(0.00131116452, abs=5.1e-12)
    assert result.p_one_sided == pytest.approx(0.00131116452 / 2, abs=5.1e-12)


def test_the_other_arm_has_the_same_two_sided_p_and_the_opposite_one_sided_view():
    days, event, arm = _lung()
    one, other = maxcombo(days, event, arm), maxcombo(days, event, 1 - arm)
    assert isinstance(one, MaxCombo)
    assert isinstance(other, MaxCombo)
    assert other.z == pytest.approx([-z for z in one.z], rel=1e-12)
    assert other.p_two_sided == pytest.approx(one.p_two_sided, rel=1e-10)
    # All z of the other arm are above 0, the least of them by 1.86: P(min Z < 1.86) is above P(one Z < 1.86).
    assert other.p_one_sided > stats.norm.cdf(1.86)
