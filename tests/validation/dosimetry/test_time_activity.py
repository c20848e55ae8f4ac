"""Sources: hand arithmetic, noise-free curves whose integral is known, an independent search, published AICc formula.

The independent search is a simplex over every parameter from the true curve, with its own residuals; it knows nothing
of shapes, bounds or starts.
"""

from math import exp, inf, log, sqrt

import numpy as np
import pytest
from scipy.optimize import minimize

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.dosimetry.curve_shapes import CurveModel
from equipoise.assessments.dosimetry.decay import LUTETIUM_177
from equipoise.assessments.dosimetry.exponentials import ExponentialSum
from equipoise.assessments.dosimetry.time_activity import (
    TimeActivityFit,
    compute_activity_band,
    compute_aicc,
    fit_time_activity,
    list_candidates,
)
from equipoise.errors import EquipoiseError

CURVES = {
    CurveModel.MONO: ((4, 24, 96), ((1, 50),)),
    CurveModel.BI_UPTAKE: ((1, 4, 24, 96, 168), ((1, 50), (-1, 2))),
    CurveModel.BI_WASHOUT: ((0.5, 2, 6, 24, 48, 96, 168), ((0.3, 50), (0.7, 2))),
    CurveModel.TRI_UPTAKE: ((0.5, 1, 2, 4, 8, 16, 24, 48, 96, 168), ((0.3, 70), (0.7, 7), (-1, 0.5))),
    CurveModel.TRI_WASHOUT: ((0.1, 0.5, 1, 2, 4, 8, 24, 48, 72, 120, 168), ((0.1, 50), (0.3, 5), (0.6, 0.5))),
}
SOME_NOISE = (0.07, -0.11, 0.02, 0.13, -0.05, -0.09, 0.1, 0.04, -0.14, 0.06, 0.01)


def activity(terms, time_h):
    return sum(100 * a * 2 ** (-time_h / half_life) for a, half_life in terms)


def fit(times_h, activities, **options) -> TimeActivityFit:
    found = fit_time_activity(times_h=times_h, activities=activities, unit="MBq", **options)
    assert isinstance(found, Assessed)
    return found.value


@pytest.mark.parametrize("model", CURVES)
def test_a_curve_without_noise_comes_back(model):
    times_h, terms = CURVES[model]
    found = fit(times_h, [activity(terms, t) for t in times_h], model=model)
    assert found.tia_mbq_h == pytest.approx(sum(100 * a * half_life / log(2) for a, half_life in terms), rel=1e-5)
    washouts = sorted((half_life for _, half_life in terms), reverse=True)
    assert [one.median_h for one in found.half_lives] == pytest.approx(washouts, rel=1e-3)
    assert found.curve.integral == pytest.approx(found.tia_mbq_h, rel=1e-12)


def test_three_points_of_one_exponential_by_hand():
    """
    ln A = 5, 4, 3.5 at 0, 10, 20 h: slope -0.075 /h, mean 12.5 / 3 at 10 h.

    ln TIA = 12.5/3 + 0.75 - ln 0.075; its variance s^2 (1/3 + (10 - 1/0.075)^2 / 200), s^2 = ln 1.01.
    """
    found = fit((0, 10, 20), [exp(5), exp(4), exp(3.5)])
    height = 12.5 / 3 + 0.75 - log(0.075)
    spread = sqrt(log(1.01) * (1 / 3 + (10 - 1 / 0.075) ** 2 / 200))
    assert found.half_lives[0].median_h == pytest.approx(log(2) / 0.075, rel=1e-12)
    assert found.tia_mbq_h == pytest.approx(exp(height), rel=1e-12)
    assert found.relative_standard_error == pytest.approx(spread, rel=1e-9)
    assert found.tia_interval_mbq_h == pytest.approx(
        (exp(height - 1.959964 * spread), exp(height + 1.959964 * spread)), rel=1e-7
    )
    assert found.half_lives[0].log_sd == pytest.approx(sqrt(log(1.01) / 200) / 0.075, rel=1e-9)
    # Residuals 1/12, -1/6, 1/12 on the logarithm.
    assert found.chi_squared == pytest.approx((2 / 144 + 1 / 36) / log(1.01), rel=1e-9)
    assert found.extrapolated_share == pytest.approx(exp(-1.5), rel=1e-12)


def test_the_band_of_a_straight_line_is_narrowest_at_the_mean_time():
    """The three points above: ln A(t) = 12.5/3 - 0.075 (t - 10), variance s^2 (1/3 + (t - 10)^2 / 200)."""
    band = compute_activity_band(fit((0, 10, 20), [exp(5), exp(4), exp(3.5)]), times_h=(0, 10, 50))
    middles = [12.5 / 3 - 0.075 * (time - 10) for time in (0, 10, 50)]
    spreads = [1.959964 * sqrt(log(1.01) * (1 / 3 + (time - 10) ** 2 / 200)) for time in (0, 10, 50)]
    assert band.times_h == (0, 10, 50)
    assert band.middle_mbq == pytest.approx([exp(middle) for middle in middles], rel=1e-9)
    assert band.lower_mbq == pytest.approx([exp(m - s) for m, s in zip(middles, spreads, strict=True)], rel=1e-6)
    assert band.upper_mbq == pytest.approx([exp(m + s) for m, s in zip(middles, spreads, strict=True)], rel=1e-6)


@pytest.mark.parametrize("model", [model for model in CURVES if model is not CurveModel.MONO])
def test_a_noisy_fit_is_the_minimum_that_an_independent_search_finds(model):
    times_h, terms = CURVES[model]
    times = np.array(times_h, float)
    activities = np.array([activity(terms, t) * exp(e) for t, e in zip(times_h, SOME_NOISE, strict=False)])
    is_uptake = terms[-1][0] < 0
    free = [term for term in terms if not (is_uptake and term is terms[-1])]

    def chi_squared(parameters):
        amplitudes = np.exp(parameters[: len(free)])
        rates = np.exp(parameters[len(free) :])
        if np.any(rates < LUTETIUM_177.decay_constant_per_h):
            return 1e6
        if is_uptake:
            amplitudes = np.append(amplitudes, -amplitudes.sum())
        values = np.exp(-np.outer(times, rates)) @ amplitudes
        return np.sum(np.log(activities / values) ** 2) / log(1.01) if np.all(values > 0) else 1e6

    start = [log(100 * a) for a, _ in free] + [log(log(2) / half_life) for _, half_life in terms]
    options = {"maxiter": 40_000, "maxfev": 40_000, "xatol": 1e-10, "fatol": 1e-12, "adaptive": True}
    independent = minimize(chi_squared, start, method="Nelder-Mead", options=options)
    found = fit(times_h, activities.tolist(), model=model)
    assert found.chi_squared == pytest.approx(independent.fun, rel=1e-5)
    amplitudes = np.exp(independent.x[: len(free)])
    rates = np.exp(independent.x[len(free) :])
    amplitudes = np.append(amplitudes, -amplitudes.sum()) if is_uptake else amplitudes
    assert found.tia_mbq_h == pytest.approx(float(np.sum(amplitudes / rates)), rel=1e-3)


def test_the_edge_of_an_interval_is_where_chi_squared_has_risen_by_3_84():
    """Held at either edge, an independent search over the shape finds the least chi^2 plus 1.96^2."""
    times_h, terms = CURVES[CurveModel.BI_UPTAKE]
    times = np.array(times_h, float)
    activities = np.array([activity(terms, t) * exp(e) for t, e in zip(times_h, SOME_NOISE, strict=False)])
    found = fit(times_h, activities.tolist(), model=CurveModel.BI_UPTAKE)
    for edge in found.tia_interval_mbq_h:

        def chi_squared(logs, integral=edge):
            slow, fast = np.exp(logs)
            shape = np.exp(-slow * times) - np.exp(-fast * times)
            if fast <= slow:
                return 1e6
            return np.sum(np.log(activities / (integral * shape / (1 / slow - 1 / fast))) ** 2) / log(1.01)

        start = np.log(found.curve.rates_per_h)
        held = minimize(chi_squared, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11})
        assert held.fun - found.chi_squared == pytest.approx(1.959964**2, abs=0.02)


def test_a_unit_changes_nothing_but_its_factor():
    times_h, terms = CURVES[CurveModel.MONO]
    in_mbq = fit(times_h, [activity(terms, t) for t in times_h])
    found = fit_time_activity(times_h=times_h, activities=[activity(terms, t) / 37 for t in times_h], unit="mCi")
    assert isinstance(found, Assessed)
    assert found.value.tia_mbq_h == pytest.approx(in_mbq.tia_mbq_h, rel=1e-12)


def test_no_rate_lies_below_physical_decay():
    """Activities that rise: the best allowed curve falls with physical decay, and the answer says so."""
    found = fit_time_activity(times_h=(4, 24, 96), activities=(10, 12, 14), unit="MBq")
    assert isinstance(found, Assessed)
    assert found.value.curve.rates_per_h == pytest.approx((LUTETIUM_177.decay_constant_per_h,), rel=1e-12)
    assert any("physical decay" in note for note in found.notes)
    assert any("further from the curve" in note for note in found.notes)


@pytest.mark.parametrize("model", CURVES)
def test_no_curve_is_negative_whatever_the_points(model):
    times_h, _ = CURVES[model]
    for shift in range(4):
        points = [10 * exp(3 * SOME_NOISE[(index * 3 + shift) % 11] * index) for index in range(len(times_h))]
        found = fit(times_h, points, model=model)
        assert min(found.curve.rates_per_h) >= LUTETIUM_177.decay_constant_per_h * (1 - 1e-12)
        assert all(found.curve.at(t) >= -1e-9 * found.tia_mbq_h for t in np.linspace(0, 500, 2001))


def test_aicc_has_its_published_form():
    """Chi^2 3, three parameters: 3 + 6 + 2 x 3 x 4 / (8 - 4) with eight points, none with four."""
    assert compute_aicc(chi_squared=3, points=8, parameters=3) == 3 + 6 + 6
    assert compute_aicc(chi_squared=3, points=5, parameters=3) == 3 + 6 + 24
    assert compute_aicc(chi_squared=3, points=4, parameters=3) == inf


def test_the_model_is_chosen_by_aicc_and_the_answer_says_so():
    times_h, terms = CURVES[CurveModel.BI_UPTAKE]
    points = [activity(terms, t) for t in times_h]
    found = fit_time_activity(times_h=times_h, activities=points, unit="MBq")
    assert isinstance(found, Assessed)
    assert found.value.model is CurveModel.BI_UPTAKE
    assert "bi-exponential, uptake and washout, chosen by AICc" in found.notes
    least = [fit(times_h, points, model=model).aicc for model in (CurveModel.MONO, CurveModel.BI_UPTAKE)]
    assert found.value.aicc == min(least)


@pytest.mark.parametrize(
    ("first_h", "count", "names"),
    [
        (1, 3, ("MONO",)),
        (1, 4, ("MONO",)),
        (1, 5, ("MONO", "BI_UPTAKE")),
        (1, 6, ("MONO", "BI_UPTAKE", "BI_WASHOUT")),
        (1, 7, ("MONO", "BI_UPTAKE", "BI_WASHOUT", "TRI_UPTAKE")),
        (1, 8, ("MONO", "BI_UPTAKE", "BI_WASHOUT", "TRI_UPTAKE", "TRI_WASHOUT")),
        (0, 8, ("MONO", "BI_WASHOUT", "TRI_WASHOUT")),
        (0, 3, ("MONO",)),
    ],
)
def test_a_model_is_a_candidate_from_two_points_more_than_its_parameters_on(first_h, count, names):
    """Two to six parameters; AICc divides by n - p - 1."""
    times_h = [first_h + 24 * index for index in range(count)]
    assert list_candidates(times_h) == tuple(CurveModel[name] for name in names)


def test_points_near_their_curve_have_no_note_on_the_error():
    """Residuals of one standard deviation: chi^2 near its expectation."""
    found = fit_time_activity(times_h=(4, 24, 96, 168), activities=(104, 66, 28, 9.3), unit="MBq")
    assert isinstance(found, Assessed)
    assert not any("further from the curve" in note for note in found.notes)


def test_as_many_parameters_as_points_are_said_to_be_unjudged():
    times_h, terms = (1, 24, 96), CURVES[CurveModel.BI_UPTAKE][1]
    points = [activity(terms, t) for t in times_h]
    found = fit_time_activity(times_h=times_h, activities=points, unit="MBq", model=CurveModel.BI_UPTAKE)
    assert isinstance(found, Assessed)
    assert "as many parameters as points: the fit cannot be judged" in found.notes
    assert any("of the integral lies after the last measurement" in note for note in found.notes)


def test_with_three_points_one_exponential_is_taken_and_the_answer_says_why():
    found = fit_time_activity(times_h=(4, 24, 96), activities=(90, 70, 30), unit="MBq")
    assert isinstance(found, Assessed)
    assert found.value.model is CurveModel.MONO
    assert any("3 points are too few for AICc" in note for note in found.notes)


def test_equal_points_give_equal_bytes():
    times_h, terms = CURVES[CurveModel.TRI_UPTAKE]
    points = [activity(terms, t) * exp(e) for t, e in zip(times_h, SOME_NOISE, strict=False)]
    assert repr(fit(times_h, points)) == repr(fit(times_h, points))


@pytest.mark.parametrize(
    ("times_h", "activities", "unit", "model", "why", "because"),
    [
        ((24,), (10,), "MBq", CurveModel.BI_UPTAKE, Why.TOO_FEW_POINTS, "1 point(s); a bi-exponential"),
        ((24,), (10,), "MBq", None, Why.TOO_FEW_POINTS, "a mono-exponential needs 2"),
        ((), (), "MBq", None, Why.TOO_FEW_POINTS, "0 point(s)"),
        ((4, 24, 96), (9, 8, 3), "MBq", CurveModel.BI_WASHOUT, Why.TOO_FEW_POINTS, "needs 4 at least"),
        ((4, 24, 96, 168, 200), (9, 8, 3, 2, 1), "MBq", CurveModel.TRI_WASHOUT, Why.TOO_FEW_POINTS, "needs 6"),
        ((-4, 24), (10, 8), "MBq", None, Why.IMPLAUSIBLE, "before administration"),
        ((24, 4), (10, 8), "MBq", None, Why.IMPLAUSIBLE, "do not rise"),
        ((24, 24), (10, 8), "MBq", None, Why.CONFLICT, "two activities are given for one time"),
        ((4, 24), (10, 0), "MBq", None, Why.IMPLAUSIBLE, "not above 0"),
        ((4, 24), (10, -3), "MBq", None, Why.IMPLAUSIBLE, "not above 0"),
        ((4, 24), (10, float("nan")), "MBq", None, Why.IMPLAUSIBLE, "not above 0"),
        ((4, float("inf")), (10, 5), "MBq", None, Why.IMPLAUSIBLE, "before administration"),
        ((4, 24), (10, 8), "mSv", None, Why.UNKNOWN_UNIT, "no unit of activity"),
        ((4, 24), (10, 8), None, None, Why.NO_UNIT, "no unit"),
        ((0, 24, 96), (9, 8, 3), "MBq", CurveModel.BI_UPTAKE, Why.CONFLICT, "contradicts a curve that begins at 0"),
    ],
)
def test_what_cannot_be_fitted_says_why(times_h, activities, unit, model, why, because):
    found = fit_time_activity(times_h=times_h, activities=activities, unit=unit, model=model)
    assert isinstance(found, NotEvaluable)
    assert found.why is why
    assert because in found.because
    assert len(found.inputs) == len(times_h)


def test_more_in_an_organ_than_was_given_is_the_wrong_unit():
    """7400 MBq given: 168 GBq in the kidneys is not possible, 168 MBq is."""
    given = {"times_h": (4, 24, 96), "activities": (168, 152, 51), "administered_mbq": 7400}
    found = fit_time_activity(unit="GBq", **given)
    assert isinstance(found, NotEvaluable)
    assert found.why is Why.IMPLAUSIBLE
    assert "above the 7400 MBq that were given; is it in GBq?" in found.because
    assert isinstance(fit_time_activity(unit="MBq", **given), Assessed)
    exactly = {"times_h": (4, 24), "activities": (100, 50), "unit": "MBq"}
    assert isinstance(fit_time_activity(**exactly, administered_mbq=100), Assessed)


def test_an_uptake_is_no_candidate_when_a_point_lies_at_time_0():
    times_h, terms = (0, 2, 6, 24, 48, 96, 168), CURVES[CurveModel.BI_WASHOUT][1]
    assert fit(times_h, [activity(terms, t) for t in times_h]).model is CurveModel.BI_WASHOUT


def test_wrong_use_is_told_all_at_once():
    with pytest.raises(EquipoiseError, match=r"(?s)2 times and 1 activities.*relative_error: must be above 0"):
        fit_time_activity(times_h=(4, 24), activities=(10,), unit="MBq", relative_error=0)


@pytest.mark.parametrize(
    ("amplitudes", "rates", "message"),
    [
        ((), (), "0 amplitudes and 0 rates"),
        ((1.0,), (0.1, 0.2), "1 amplitudes and 2 rates"),
        ((1.0,), (-0.1,), "rates_per_h: must be above 0"),
        ((1.0, -2.0), (0.01, 0.5), "begins below 0"),
        ((1.0, -1.0), (0.5, 0.01), "integral is not above 0"),
        ((1.0, -1.0), (0.5, 0.5), "integral is not above 0"),
        ((float("nan"),), (0.1,), "must be finite"),
    ],
)
def test_a_sum_that_is_no_curve_cannot_be_made(amplitudes, rates, message):
    with pytest.raises(EquipoiseError, match=message):
        ExponentialSum(amplitudes, rates)
