"""The curves that can be fitted, against the sums of exponentials that the docstrings write, worked out by hand."""

from math import exp, log

import numpy as np
import pytest

from equipoise.assessments.dosimetry.curve_shapes import (
    CurveModel,
    begins_at_zero,
    count_parameters,
    find_bounds,
    list_starts,
    log_shapes,
    rank_starts,
    split_shapes,
)

# Rates 0.01, 0.05 and 0.2 /h: five times and four times the one before.
RATES = (log(0.01), log(5), log(4))
CASES = {
    CurveModel.MONO: (RATES[:1], (1,)),
    CurveModel.BI_UPTAKE: (RATES[:2], (1, -1)),
    CurveModel.BI_WASHOUT: ((*RATES[:2], 0.3), (0.7, 0.3)),
    CurveModel.TRI_UPTAKE: ((*RATES, 0.3), (0.7, 0.3, -1)),
    CurveModel.TRI_WASHOUT: ((*RATES, 0.3, 0.25), (0.7, 0.225, 0.075)),
}
TIMES_H = (1.0, 10.0, 100.0)


@pytest.mark.parametrize("model", CurveModel)
def test_a_shape_is_its_amplitudes_and_rates(model):
    shape, expected = CASES[model]
    amplitudes, rates = split_shapes(model, np.array([shape]))
    assert amplitudes[0] == pytest.approx(expected, rel=1e-12)
    assert rates[0] == pytest.approx((0.01, 0.05, 0.2)[: len(expected)], rel=1e-12)


@pytest.mark.parametrize("model", CurveModel)
def test_the_logarithm_is_of_a_curve_whose_integral_is_1(model):
    shape, amplitudes = CASES[model]
    terms = list(zip(amplitudes, (0.01, 0.05, 0.2), strict=False))
    area = sum(a / rate for a, rate in terms)
    expected = [log(sum(a * exp(-rate * time) for a, rate in terms) / area) for time in TIMES_H]
    values, _ = log_shapes(model, np.array([shape]), np.array(TIMES_H))
    assert values[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("model", CurveModel)
def test_slopes_are_the_differences_of_near_shapes(model):
    shape = np.array([CASES[model][0]])
    times = np.array(TIMES_H)
    _, slopes = log_shapes(model, shape, times)
    for index in range(shape.shape[1]):
        step = np.eye(shape.shape[1])[index] * 1e-5
        up, down = (log_shapes(model, shape + sign * step, times)[0][0] for sign in (1, -1))
        assert slopes[0, :, index] == pytest.approx((up - down) / 2e-5, rel=1e-7, abs=1e-9)


def test_a_curve_that_has_died_out_keeps_a_logarithm():
    """exp(-1000) is no number above 0; 1e-60 stands for it."""
    values, slopes = log_shapes(CurveModel.MONO, np.array([[0.0]]), np.array([1.0, 1000.0]))
    assert values[0] == pytest.approx([-1, -60 * log(10)], rel=1e-12)
    assert np.isfinite(slopes).all()


@pytest.mark.parametrize(("model", "parameters"), list(zip(CurveModel, (2, 3, 4, 5, 6), strict=True)))
def test_parameters_are_the_height_the_rates_and_the_shares(model, parameters):
    assert count_parameters(model) == parameters
    assert begins_at_zero(model) == ("uptake" in model)


@pytest.mark.parametrize(("model", "shares"), list(zip(CurveModel, (0, 0, 1, 1, 2), strict=True)))
def test_half_lives_are_sought_from_1_hour_to_physical_and_rates_apart_by_1_percent_to_10_000_times(model, shares):
    low, high = find_bounds(model, least_rate_per_h=log(2) / 160)
    ratios = count_parameters(model) - 2 - shares
    assert log(2) / np.exp([low[0], high[0]]) == pytest.approx([160, 1], rel=1e-12)
    assert low[1:].tolist() == [0.01] * ratios + [0.0] * shares
    assert high[1:] == pytest.approx([log(1e4)] * ratios + [1.0] * shares, rel=1e-12)


@pytest.mark.parametrize(("model", "count"), list(zip(CurveModel, (9, 45, 180, 900, 3600), strict=True)))
def test_starts_are_a_grid_of_half_lives_ratios_and_shares_within_bounds(model, count):
    """Nine half-lives, five ratios between neighbours, four shares."""
    low, high = find_bounds(model, least_rate_per_h=log(2) / 160)
    starts = list_starts(model, least_rate_per_h=log(2) / 160)
    assert starts.shape == (count, len(low))
    assert len(np.unique(starts, axis=0)) == count
    assert ((low <= starts) & (starts <= high)).all()
    assert log(2) / np.exp(starts[[0, -1], 0]) == pytest.approx([150, 4], rel=1e-12)
    assert log_shapes(model, starts, np.array(TIMES_H))[0].shape == (count, 3)


def test_the_grid_of_starts_is_the_one_documented():
    """docs/reference/dosimetry.md: another grid may change a fit in its last digits, so it is part of the method."""
    starts = list_starts(CurveModel.TRI_WASHOUT, least_rate_per_h=log(2) / 160)
    half_lives, ratios, shares = (150, 100, 70, 50, 35, 25, 15, 8, 4), (1.5, 3, 8, 25, 100), (0.05, 0.3, 0.6, 0.9)
    assert np.unique(log(2) / np.exp(starts[:, 0])) == pytest.approx(sorted(half_lives), rel=1e-12)
    for column in (1, 2):
        assert np.unique(np.exp(starts[:, column])) == pytest.approx(ratios, rel=1e-12)
    for column in (3, 4):
        assert np.unique(starts[:, column]).tolist() == list(shares)


def test_a_search_goes_from_the_best_start_of_a_half_life_and_the_best_half_life_first():
    """Of 45 starts five belong to each half-life: 5 to 9 to the second, 40 to 44 to the last."""
    costs = np.full((2, 45), 9.0)
    costs[0, [5, 7, 41]] = 3, 2, 1
    costs[1, [0, 43]] = 1, 2
    assert rank_starts(CurveModel.BI_UPTAKE, costs).tolist() == [[41, 7], [0, 43]]


@pytest.mark.parametrize(("model", "count"), list(zip(CurveModel, (1, 2, 6, 6, 6), strict=True)))
def test_a_search_goes_from_so_many_starts(model, count):
    """As documented: over 6,000 simulated curves more found no better fit."""
    starts = list_starts(model, least_rate_per_h=log(2) / 160)
    assert rank_starts(model, np.ones((1, len(starts)))).shape == (1, count)
