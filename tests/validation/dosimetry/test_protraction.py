"""Sources: PRRT-spatial-CPM specification (CC0) for constant exposure; quadrature of the double integral otherwise.

G = 2 / D^2 times the integral over t of R(t) times the integral over w < t of R(w) exp(-mu (t - w)); the quadrature is
written here by Gauss and Legendre on panels that grow with time, and shares nothing with the closed forms.
"""

from math import log
from random import Random

import numpy as np
import pytest

from equipoise.assessments.dosimetry.bed import (
    compute_bed,
    compute_bed_of_cycles,
    compute_protraction_factor,
    compute_protraction_factor_constant_rate,
    compute_surviving_fraction,
)
from equipoise.assessments.dosimetry.exponentials import ExponentialSum

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
ALPHA, BETA = 0.24, 0.06


def curve(*terms: tuple[float, float]) -> ExponentialSum:
    """Amplitudes and half-lives in h."""
    return ExponentialSum(tuple(a for a, _ in terms), tuple(log(2) / half_life for _, half_life in terms))


def quadrature_points(first: float, last: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on [0, last]: panels that double from `first` on, twenty nodes each."""
    edges = [0.0, first]
    while edges[-1] < last:
        edges.append(min(edges[-1] * 1.6, last))
    low, high = np.array(edges[:-1]), np.array(edges[1:])
    half = (high - low) / 2
    return (low + half)[:, None] + half[:, None] * NODES, half[:, None] * WEIGHTS


def protraction_by_quadrature(dose_rate: ExponentialSum, repair_half_time_h: float) -> float:
    mu = log(2) / repair_half_time_h
    a, rates = np.array(dose_rate.amplitudes), np.array(dose_rate.rates_per_h)

    def rate_at(t: np.ndarray) -> np.ndarray:
        return np.exp(-np.multiply.outer(t, rates)) @ a

    shortest = 0.02 / max(rates.max(), mu)
    times, weights = (part.ravel() for part in quadrature_points(shortest, 45 / rates.min()))
    # The inner integral on [0, t], by panels that grow from both ends: repair is quick at one, uptake at the other.
    half, half_weights = (part.ravel() for part in quadrature_points(1e-7, 0.5))
    share, share_weights = np.concatenate([half, 1 - half]), np.concatenate([half_weights, half_weights])
    ago = times[:, None] * share
    inner = np.sum(rate_at(times[:, None] - ago) * np.exp(-mu * ago) * share_weights, axis=1) * times
    dose = np.sum(weights * rate_at(times))
    return float(2 * np.sum(weights * rate_at(times) * inner) / dose**2)


@pytest.mark.parametrize(
    ("washout_h", "uptake_h", "expected"),
    [
        (50, None, 0.0530303),
        (50, 1, 0.0527567),
        (60, 5, 0.0423875),
        (50, 10, 0.0461253),
        (30, 0.05, 0.0853634),
    ],
)
def test_factors_of_washout_and_uptake_have_the_digits_given(washout_h, uptake_h, expected):
    terms = [(1.0, washout_h)] + ([(-1.0, uptake_h)] if uptake_h else [])
    found = compute_protraction_factor(curve(*terms), repair_half_time_h=2.8)
    assert found == pytest.approx(expected, abs=5e-8)


def test_bed_of_5_gy_with_uptake_has_the_digits_given():
    factor = compute_protraction_factor(curve((1, 50), (-1, 1)), repair_half_time_h=2.8)
    assert compute_bed(dose_gy=5, protraction_factor=factor, alpha_beta_gy=2.6) == pytest.approx(5.507276, abs=5e-7)


def test_one_exponential_is_the_textbook_ratio():
    for effective, repair in ((50, 2.8), (2.8, 2.8), (0.5, 9)):
        found = compute_protraction_factor(curve((7, effective)), repair_half_time_h=repair)
        assert found == pytest.approx(repair / (repair + effective), rel=1e-14)


@pytest.mark.parametrize(
    ("terms", "repair_h"),
    [
        ([(1, 50)], 2.8),
        ([(1, 2.8)], 2.8),
        ([(1, 50), (-1, 2.8)], 2.8),
        ([(1, 50), (-1, 1)], 2.8),
        ([(0.6, 60), (0.4, 5)], 2.8),
        ([(0.6, 2.8), (0.4, 5)], 2.8),
        ([(0.6, 60), (0.4, 10), (-1, 0.5)], 1.5),
        ([(0.1, 50), (0.3, 5), (0.6, 0.5)], 5.0),
        ([(1, 150), (-0.3, 12), (-0.7, 0.2)], 0.5),
    ],
)
def test_factor_agrees_with_quadrature_to_1e_8_also_at_equal_half_times(terms, repair_h):
    dose_rate = curve(*terms)
    found = compute_protraction_factor(dose_rate, repair_half_time_h=repair_h)
    assert found == pytest.approx(protraction_by_quadrature(dose_rate, repair_h), rel=1e-8)


def test_factor_agrees_with_quadrature_on_generated_curves():
    random = Random(26)
    for _ in range(40):
        slow = random.uniform(20, 160)
        fast = slow / random.uniform(1.5, 40)
        share = random.uniform(0.05, 0.95)
        uptake = fast / random.uniform(2, 20)
        begin = random.uniform(0, 1)
        repair = random.choice((slow, fast, uptake, random.uniform(0.3, 8)))
        dose_rate = curve((1 - share, slow), (share, fast), (-begin, uptake))
        found = compute_protraction_factor(dose_rate, repair_half_time_h=repair)
        assert found == pytest.approx(protraction_by_quadrature(dose_rate, repair), rel=1e-8)


@pytest.mark.parametrize(
    ("duration_h", "expected", "digits"),
    [(24, 0.164076, 5e-7), (96, 0.044068, 5e-7), (1e-9, 0.999999999846, 5e-13)],
)
def test_constant_exposure_has_the_digits_of_the_specification(duration_h, expected, digits):
    found = compute_protraction_factor_constant_rate(duration_h=duration_h, repair_half_time_h=1.5)
    assert found == pytest.approx(expected, abs=digits)


def test_constant_exposure_is_smooth_where_its_series_ends():
    """On both sides of x = 0.05 against the series summed to twenty terms: 2 sum (-x)^k / (k + 2)!."""
    for x in (0.001, 0.0499999, 0.0500001, 0.3):
        term, series = 1.0, 0.0
        for k in range(20):
            series += term
            term *= -x / (k + 3)
        found = compute_protraction_factor_constant_rate(duration_h=x * 1.5 / log(2), repair_half_time_h=1.5)
        assert found == pytest.approx(series, rel=3e-13)


@pytest.mark.parametrize(
    ("dose_gy", "duration_h", "expected", "relative"),
    [(10, 96, 0.0696406, 1e-6), (10, 24, 0.033896, 2e-5), (20, 96, 2.858008e-3, 3e-7), (1000, 96, 0.0, 0)],
)
def test_surviving_fractions_of_the_specification(dose_gy, duration_h, expected, relative):
    factor = compute_protraction_factor_constant_rate(duration_h=duration_h, repair_half_time_h=1.5)
    bed = compute_bed(dose_gy=dose_gy, protraction_factor=factor, alpha_beta_gy=ALPHA / BETA)
    found = compute_surviving_fraction(bed_gy=bed, alpha_per_gy=ALPHA)
    assert found == (pytest.approx(expected, rel=relative) if expected else 0.0)


def test_two_cycles_survive_more_than_the_same_dose_at_once():
    """Specification A2: two cycles of 10 Gy 4.8498e-3; banked into one of 20 Gy 2.8580e-3."""
    factor = compute_protraction_factor_constant_rate(duration_h=96, repair_half_time_h=1.5)
    bed = compute_bed_of_cycles(doses_gy=[10, 10], protraction_factors=[factor, factor], alpha_beta_gy=4)
    assert compute_surviving_fraction(bed_gy=bed, alpha_per_gy=ALPHA) == pytest.approx(4.8498e-3, abs=5e-8)


@pytest.mark.parametrize(
    ("gy_per_gbq", "dose", "by_cycle", "pooled"),
    [(0.38, 11.25, 11.89, 13.83), (0.46, 13.62, 14.56, 17.40), (0.65, 19.24, 21.13, 26.79)],
)
def test_cycles_are_added_and_never_pooled(gy_per_gbq, dose, by_cycle, pooled):
    """Four cycles of 7.4 GBq, effective half-life 50 h, alpha/beta 2.6 Gy, repair half-time 2.8 h."""
    factor = compute_protraction_factor(curve((1, 50)), repair_half_time_h=2.8)
    cycles = [gy_per_gbq * 7.4] * 4
    found = compute_bed_of_cycles(doses_gy=cycles, protraction_factors=[factor] * 4, alpha_beta_gy=2.6)
    assert sum(cycles) == pytest.approx(dose, abs=5e-3)
    assert found == pytest.approx(by_cycle, abs=5e-3)
    wrongly = compute_bed(dose_gy=sum(cycles), protraction_factor=factor, alpha_beta_gy=2.6)
    assert wrongly == pytest.approx(pooled, abs=6e-3)


@pytest.mark.parametrize(("dose_gy", "bed_gy"), [(24.05, 27), (24.85, 28), (34.08, 40)])
def test_four_equal_cycles_reach_a_limit_of_bed_at_the_dose_given(dose_gy, bed_gy):
    factor = compute_protraction_factor(curve((1, 50)), repair_half_time_h=2.8)
    found = compute_bed_of_cycles(doses_gy=[dose_gy / 4] * 4, protraction_factors=[factor] * 4, alpha_beta_gy=2.6)
    assert found == pytest.approx(bed_gy, abs=0.01)
