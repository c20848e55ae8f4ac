"""Source: the scalar functions, on generated cases; SciPy's bounded least squares for the fits of both."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares

from equipoise.assessments.answer import Assessed
from equipoise.assessments.dosimetry import arrays
from equipoise.assessments.dosimetry.bed import compute_bed, compute_bed_of_cycles, compute_protraction_factor
from equipoise.assessments.dosimetry.curve_search import (
    Problem,
    find_intervals,
    log_sd_of,
    measure_heights,
    search_shapes,
)
from equipoise.assessments.dosimetry.curve_shapes import CurveModel, count_parameters, find_bounds, log_shapes
from equipoise.assessments.dosimetry.decay import LUTETIUM_177
from equipoise.assessments.dosimetry.exponentials import ExponentialSum
from equipoise.assessments.dosimetry.mird import compute_dose_gy
from equipoise.assessments.dosimetry.single_time_point import compute_haenscheid_tia, compute_madsen_tia
from equipoise.assessments.dosimetry.spheres import compute_sphere_s_value
from equipoise.assessments.dosimetry.time_activity import fit_time_activity
from equipoise.assessments.dosimetry.time_activity_arrays import fit_time_activity_arrays
from equipoise.assessments.dosimetry.uncertainty import UncertainDose
from equipoise.errors import EquipoiseError

MODELS = list(CurveModel)
TIMES_H = (0.5, 2.0, 6.0, 24.0, 48.0, 96.0, 168.0, 240.0)

half_lives = st.floats(0.1, 300)
amplitudes = st.floats(0.1, 1e4)
points = st.lists(st.floats(0.5, 500), min_size=8, max_size=8)


CURVES = st.lists(points, min_size=1, max_size=3)
ASKED = st.sampled_from([None, *MODELS])


@settings(deadline=None, max_examples=8)
@given(curves=CURVES, model=ASKED, count=st.integers(2, 8))
def test_fits_of_arrays_are_the_fits_one_by_one(curves, model, count):
    compare_fits(curves, model, count)


@pytest.mark.long
@settings(deadline=None, max_examples=150)
@given(curves=CURVES, model=ASKED, count=st.integers(2, 8))
def test_fits_of_arrays_are_the_fits_one_by_one_on_many(curves, model, count):
    compare_fits(curves, model, count)


def compare_fits(curves, model, count, is_shapeless=True):
    """Every number of the fits at once against the fits one by one; points without any shape are the worst case."""
    count = max(count, count_parameters(model or CurveModel.MONO))
    times = np.array(TIMES_H[:count])
    activities = np.array(curves)[:, :count]
    fits = fit_time_activity_arrays(times_h=times, activities_mbq=activities, model=model)
    for row, curve in enumerate(activities):
        one = fit_time_activity(times_h=times.tolist(), activities=curve.tolist(), unit="MBq", model=model)
        assert isinstance(one, Assessed)
        assert MODELS[fits.models[row]] is one.value.model
        assert fits.chi_squared[row] == pytest.approx(one.value.chi_squared, rel=1e-9, abs=1e-9)
        assert fits.aicc[row] == pytest.approx(one.value.aicc, rel=1e-9)
        bounds = (fits.lower_mbq_h[row], fits.upper_mbq_h[row])
        terms = len(one.value.curve.rates_per_h)
        if fits.rates_per_h[row, :terms] == pytest.approx(one.value.curve.rates_per_h, rel=1e-6):
            compare_numbers(fits, row, one.value)
        else:
            # Points that determine no curve have several that are equally good, and rounding picks one of them.
            assert is_shapeless
            assert bounds[0] <= one.value.tia_mbq_h <= bounds[1]


def compare_numbers(fits, row, one):
    """Everything that follows from the curve that was found."""
    assert fits.tia_mbq_h[row] == pytest.approx(one.tia_mbq_h, rel=1e-9)
    assert fits.log_standard_errors[row] == pytest.approx(one.relative_standard_error, rel=1e-6)
    assert (fits.lower_mbq_h[row], fits.upper_mbq_h[row]) == pytest.approx(one.tia_interval_mbq_h, rel=1e-6)
    kept = fits.amplitudes_mbq[row] / fits.rates_per_h[row]
    assert kept.sum() == pytest.approx(fits.tia_mbq_h[row], rel=1e-9)


@pytest.mark.parametrize(
    ("model", "terms"),
    [
        (CurveModel.MONO, ((1, 50),)),
        (CurveModel.BI_UPTAKE, ((1, 50), (-1, 2))),
        (CurveModel.BI_WASHOUT, ((0.3, 50), (0.7, 2))),
        (CurveModel.TRI_UPTAKE, ((0.3, 70), (0.7, 7), (-1, 0.5))),
    ],
)
def test_curves_that_points_determine_are_the_same_abreast_and_one_by_one(model, terms):
    """Six curves of each model with 10 % noise, at the times above: every number agrees."""
    times = np.array(TIMES_H)
    rng = np.random.default_rng(21)
    exact = sum(100 * a * 2 ** (-times / half_life) for a, half_life in terms)
    curves = exact * np.exp(0.1 * rng.standard_normal((6, len(times))))
    compare_fits(curves.tolist(), model, len(times), is_shapeless=False)


@pytest.mark.parametrize(
    ("model", "terms"),
    [
        (CurveModel.BI_UPTAKE, ((1, 50), (-1, 2))),
        (CurveModel.BI_WASHOUT, ((0.3, 50), (0.7, 2))),
        (CurveModel.TRI_UPTAKE, ((0.3, 70), (0.7, 7), (-1, 0.5))),
    ],
)
def test_scipy_finds_no_better_curve(model, terms):
    """From three other starts, SciPy's chi^2 is at most 0.001 lower on 15 noisy curves."""
    times = np.array(TIMES_H)
    rng = np.random.default_rng(8)
    exact = sum(100 * a * 2 ** (-times / half_life) for a, half_life in terms)
    activities = exact * np.exp(0.1 * rng.standard_normal((15, len(times))))
    fits = fit_time_activity_arrays(times_h=times, activities_mbq=activities, model=model, has_intervals=False)
    low, high = find_bounds(model, least_rate_per_h=LUTETIUM_177.decay_constant_per_h)
    for row in range(15):
        logs = np.log(activities[row])

        def residuals(shape, logs=logs):
            left = logs - log_shapes(model, shape[None, :], times)[0][0]
            return left - left.mean()

        for _ in range(3):
            start = low + (high - low) * rng.uniform(0.05, 0.6, len(low))
            other = least_squares(residuals, start, bounds=(low, high))
            assert 2 * other.cost / log(1.01) > fits.chi_squared[row] - 1e-3


@pytest.mark.parametrize(
    ("model", "terms"),
    [(CurveModel.BI_UPTAKE, ((1, 50), (-1, 2))), (CurveModel.BI_WASHOUT, ((0.3, 50), (0.7, 2)))],
)
def test_at_a_minimum_chi_squared_is_level(model, terms):
    """Its derivative by every parameter that stands at no bound is 0, on 15 noisy curves."""
    times = np.array(TIMES_H)
    exact = sum(100 * a * 2 ** (-times / half_life) for a, half_life in terms)
    logs = np.log(exact * np.exp(0.1 * np.random.default_rng(8).standard_normal((15, len(times)))))
    problem = Problem(times, logs, log_sd_of(0.1), LUTETIUM_177.decay_constant_per_h, model)
    shapes, _ = search_shapes(problem)
    residuals, slopes, _ = problem.look(shapes, None)
    low, high = problem.bounds()
    derivatives = -2 * np.einsum("mnp,mn->mp", slopes, residuals) / log(1.01)
    is_free = (shapes > low) & (shapes < high)
    assert np.abs(derivatives[is_free]).max() < 3e-4


@pytest.mark.parametrize(
    ("model", "terms"),
    [(CurveModel.BI_UPTAKE, ((1, 50), (-1, 2))), (CurveModel.BI_WASHOUT, ((0.3, 50), (0.7, 2)))],
)
def test_at_both_edges_of_an_interval_scipy_finds_chi_squared_risen_by_the_square_of_1_96(model, terms):
    """The height held at the edge and the shape free, on 8 noisy curves; the root of the rise within 0.002."""
    times = np.array(TIMES_H)
    exact = sum(100 * a * 2 ** (-times / half_life) for a, half_life in terms)
    logs = np.log(exact * np.exp(0.1 * np.random.default_rng(8).standard_normal((8, len(times)))))
    problem = Problem(times, logs, log_sd_of(0.1), LUTETIUM_177.decay_constant_per_h, model)
    found = measure_heights(problem, *search_shapes(problem))
    low, high = problem.bounds()
    for edges in find_intervals(problem, found):
        for row, edge in enumerate(edges):

            def residuals(shape, edge=edge, row=row):
                return logs[row] - log_shapes(model, shape[None, :], times)[0][0] - edge

            held = least_squares(residuals, np.clip(found.shapes[row], low + 1e-9, high - 1e-9), bounds=(low, high))
            rise = (2 * held.cost - found.costs[row]) / log(1.01)
            assert rise**0.5 == pytest.approx(1.959964, abs=0.002)


def test_slopes_of_shapes_are_those_of_small_differences():
    times = np.array(TIMES_H)
    for model in MODELS:
        low, high = find_bounds(model, least_rate_per_h=LUTETIUM_177.decay_constant_per_h)
        shape = low + 0.3 * (high - low)
        _, slopes = log_shapes(model, shape[None, :], times)
        for index in range(len(shape)):
            step = np.zeros(len(shape))
            step[index] = 1e-6
            up, down = (log_shapes(model, (shape + sign * step)[None, :], times)[0][0] for sign in (1, -1))
            assert slopes[0, :, index] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-7)


def test_a_curve_that_is_no_measurement_has_no_numbers_and_spoils_no_other():
    times = np.array([4.0, 24.0, 96.0])
    activities = np.array([[9.0, 8.0, 3.0], [9.0, 0.0, 3.0], [np.nan, 8.0, 3.0], [9.0, 8.0, 3.0]])
    fits = fit_time_activity_arrays(times_h=times, activities_mbq=activities)
    assert fits.models.tolist() == [0, -1, -1, 0]
    assert np.isnan(fits.tia_mbq_h).tolist() == [False, True, True, False]
    assert fits.tia_mbq_h[0] == fits.tia_mbq_h[3]


def test_intervals_are_left_out_when_they_are_not_asked_for():
    times = np.array([4.0, 24.0, 96.0])
    fits = fit_time_activity_arrays(times_h=times, activities_mbq=np.array([[9.0, 8.0, 3.0]]), has_intervals=False)
    assert np.isnan(fits.lower_mbq_h).all()
    assert np.isfinite(fits.tia_mbq_h).all()


@pytest.mark.parametrize(
    ("times", "shape", "options", "message"),
    [
        ([4.0, 24.0], (3, 3), {}, r"shapes \(2,\) and \(3, 3\)"),
        ([4.0], (3, 1), {}, r"1 point\(s\); 2 are needed"),
        ([4.0, 24.0, 96.0], (1, 3), {"model": CurveModel.BI_WASHOUT}, "4 are needed"),
        ([-4.0, 24.0], (3, 2), {}, "must rise from 0 or later"),
        ([24.0, 4.0], (3, 2), {}, "must rise from 0 or later"),
        ([0.0, 4.0, 24.0], (3, 3), {"model": CurveModel.BI_UPTAKE}, "time 0 contradicts"),
        ([4.0, 24.0], (3, 2), {"relative_error": 0.0}, "relative_error: must be above 0"),
    ],
)
def test_times_that_fit_no_curve_are_wrong_use(times, shape, options, message):
    with pytest.raises(EquipoiseError, match=message):
        fit_time_activity_arrays(times_h=np.array(times), activities_mbq=np.ones(shape), **options)


@given(
    terms=st.lists(st.tuples(amplitudes, half_lives), min_size=1, max_size=3),
    repair=half_lives,
    dose=st.floats(0, 50),
    alpha_beta=st.floats(0.5, 20),
)
def test_protraction_and_bed_of_arrays_are_the_scalar_ones(terms, repair, dose, alpha_beta):
    curve = ExponentialSum(tuple(a for a, _ in terms), tuple(log(2) / half_life for _, half_life in terms))
    missing = 3 - len(terms)
    found = arrays.compute_protraction_factors(
        amplitudes=np.array([[*curve.amplitudes, *[0.0] * missing]] * 2),
        rates_per_h=np.array([[*curve.rates_per_h, *[1.0] * missing]] * 2),
        repair_half_times_h=np.array([repair, repair]),
    )
    factor = compute_protraction_factor(curve, repair_half_time_h=repair)
    assert found == pytest.approx([factor, factor], rel=1e-12)
    factor = min(factor, 1.0)
    bed = arrays.compute_beds(
        doses_gy=np.array([dose, -1.0]), protraction_factors=np.array(factor), alpha_betas_gy=np.array(alpha_beta)
    )
    assert bed[0] == pytest.approx(
        compute_bed(dose_gy=dose, protraction_factor=factor, alpha_beta_gy=alpha_beta), rel=1e-13
    )
    assert np.isnan(bed[1])


@given(
    doses=st.lists(st.lists(st.floats(0, 20), min_size=4, max_size=4), min_size=1, max_size=5),
    factor=st.floats(0, 1),
    alpha_beta=st.floats(0.5, 20),
)
def test_bed_of_cycles_of_arrays_is_the_scalar_one(doses, factor, alpha_beta):
    found = arrays.compute_beds_of_cycles(
        doses_gy=np.array(doses), protraction_factors=np.array(factor), alpha_betas_gy=np.array(alpha_beta)
    )
    expected = [
        compute_bed_of_cycles(doses_gy=row, protraction_factors=[factor] * 4, alpha_beta_gy=alpha_beta) for row in doses
    ]
    assert found == pytest.approx(expected, rel=1e-12)


@given(time_h=st.floats(0.5, 300), activity=st.floats(0.01, 1e5), half_life_h=st.floats(5, 150))
def test_single_time_points_of_arrays_are_the_scalar_ones(time_h, activity, half_life_h):
    times, activities = np.array([time_h, -1.0]), np.array([activity, activity])
    haenscheid = arrays.compute_haenscheid_tias(times_h=times, activities_mbq=activities)
    madsen = arrays.compute_madsen_tias(
        times_h=times, activities_mbq=activities, population_half_lives_h=np.array(half_life_h)
    )
    one = compute_haenscheid_tia(time_h=time_h, activity=activity, unit="MBq")
    other = compute_madsen_tia(time_h=time_h, activity=activity, unit="MBq", population_half_life_h=half_life_h)
    assert haenscheid[0] == pytest.approx(one.value.tia_mbq_h, rel=1e-13)
    assert madsen[0] == pytest.approx(other.value.tia_mbq_h, rel=1e-12)
    assert np.isnan(haenscheid[1])
    assert np.isnan(madsen[1])


@given(masses=st.lists(st.floats(4.31e-3, 1e4), min_size=1, max_size=20))
def test_spheres_of_arrays_are_the_scalar_ones(masses):
    found = arrays.compute_sphere_s_values(masses_g=np.array([*masses, 1e-3]))
    assert found[:-1] == pytest.approx([compute_sphere_s_value(mass_g=mass) for mass in masses], rel=1e-12)
    assert np.isnan(found[-1])


@given(median=st.floats(0.1, 100), log_sd=st.floats(0.01, 1), limit=st.floats(1, 100))
def test_probabilities_of_arrays_are_the_scalar_ones(median, log_sd, limit):
    found = arrays.compute_probabilities_above(
        medians_gy=np.array([median, median]), log_sds=np.array([log_sd, 0.0]), limits_gy=np.array(limit)
    )
    assert found[0] == pytest.approx(UncertainDose(median, log_sd).probability_above(limit), rel=1e-9, abs=1e-12)
    assert np.isnan(found[1])


def test_doses_of_arrays_are_sums_over_sources():
    tias = np.array([[1300.0, 3000.0], [1.0, 0.0]])
    s = np.array([[7.76e-5, 1.18e-7], [1.20e-7, 1.37e-5]])
    found = arrays.compute_doses_gy(tias_mbq_h=tias, s_mgy_per_mbq_s=s)
    for patient in range(2):
        for target in range(2):
            expected = sum(
                compute_dose_gy(tia_mbq_h=tias[patient, source], s_mgy_per_mbq_s=s[source, target])
                for source in range(2)
            )
            assert found[patient, target] == pytest.approx(expected, rel=1e-14)
