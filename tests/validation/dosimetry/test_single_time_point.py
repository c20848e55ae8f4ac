"""Sources: Hänscheid et al. J Nucl Med 2018;59:75-81; Madsen et al. Med Phys 2018;45:2318-2324; closed forms of both.

For a mono-exponential with x = t / T_eff Haenscheid's estimate over the truth is 2 x 2^-x; Madsen's over the truth is
(Tp / T) 2^(t / Tp - t / T).
"""

from math import log

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.dosimetry.single_time_point import (
    SingleTimePointMethod,
    compute_haenscheid_tia,
    compute_madsen_tia,
)
from equipoise.errors import EquipoiseError


def haenscheid_ratio(x: float) -> float:
    """Estimate over truth for 100 MBq at 0, half-life 50 h, measured at x half-lives."""
    found = compute_haenscheid_tia(time_h=50 * x, activity=100 * 2**-x, unit="MBq")
    assert isinstance(found, Assessed)
    return found.value.tia_mbq_h / (100 * 50 / log(2))


def madsen_ratio(true_half_life_h: float, time_h: float) -> float:
    activity = 100 * 2 ** (-time_h / true_half_life_h)
    found = compute_madsen_tia(time_h=time_h, activity=activity, unit="MBq", population_half_life_h=50)
    assert isinstance(found, Assessed)
    return found.value.tia_mbq_h / (100 * true_half_life_h / log(2))


@pytest.mark.parametrize("x", [0.1, 0.5, 1.0, 1.4427, 2.0, 3.3])
def test_haenscheid_over_truth_is_its_closed_form(x):
    assert haenscheid_ratio(x) == pytest.approx(2 * x * 2**-x, rel=1e-12)


def test_haenscheid_is_exact_at_one_and_two_half_lives_and_highest_between():
    assert haenscheid_ratio(1) == pytest.approx(1, rel=1e-12)
    assert haenscheid_ratio(2) == pytest.approx(1, rel=1e-12)
    assert haenscheid_ratio(1.4427) == pytest.approx(1.0615, abs=5e-5)
    assert haenscheid_ratio(1.43) < haenscheid_ratio(1.4427) > haenscheid_ratio(1.455)


def test_haenscheid_is_within_10_percent_where_it_was_said():
    assert haenscheid_ratio(0.764) == pytest.approx(0.9, abs=5e-4)
    assert haenscheid_ratio(2.437) == pytest.approx(0.9, abs=5e-4)


@pytest.mark.parametrize(
    ("true_half_life_h", "at_96_h", "at_24_h"),
    [(40, 0.896, 1.150), (45, 0.958, 1.071), (55, 1.026, 0.937), (60, 1.040, 0.881), (65, 1.046, 0.831)],
)
def test_madsen_has_the_digits_given(true_half_life_h, at_96_h, at_24_h):
    assert madsen_ratio(true_half_life_h, 96) == pytest.approx(at_96_h, abs=5.1e-4)
    assert madsen_ratio(true_half_life_h, 24) == pytest.approx(at_24_h, abs=5.1e-4)


@pytest.mark.parametrize("time_h", [4, 24, 96])
def test_madsen_over_truth_is_its_closed_form(time_h):
    for half_life in (30, 50, 80):
        expected = 50 / half_life * 2 ** (time_h / 50 - time_h / half_life)
        assert madsen_ratio(half_life, time_h) == pytest.approx(expected, rel=1e-12)


def test_the_published_error_stands_beside_the_number():
    """500 simulated patients (Devasia): 20 % of kidneys off by more than 10 % with Haenscheid, 17 % with Madsen."""
    one = compute_haenscheid_tia(time_h=96, activity=10, unit="MBq")
    other = compute_madsen_tia(time_h=96, activity=10, unit="MBq", population_half_life_h=50)
    assert isinstance(one, Assessed)
    assert isinstance(other, Assessed)
    assert one.value.published_error.share_off_by_more_than_10_percent == 0.20
    assert other.value.published_error.share_off_by_more_than_10_percent == 0.17
    assert (one.value.method, other.value.method) == (SingleTimePointMethod.HAENSCHEID, SingleTimePointMethod.MADSEN)
    assert "20% of kidney values off by more than 10 %" in one.notes[0]


def test_units_are_converted():
    found = compute_haenscheid_tia(time_h=log(2), activity=1, unit="mCi")
    assert isinstance(found, Assessed)
    assert found.value.tia_mbq_h == pytest.approx(2 * 37, rel=1e-14)


@pytest.mark.parametrize(
    ("time_h", "activity", "unit", "why"),
    [
        (0, 10, "MBq", Why.IMPLAUSIBLE),
        (-4, 10, "MBq", Why.IMPLAUSIBLE),
        (96, 0, "MBq", Why.IMPLAUSIBLE),
        (96, float("nan"), "MBq", Why.IMPLAUSIBLE),
        (96, 10, None, Why.NO_UNIT),
        (96, 10, "Gy", Why.UNKNOWN_UNIT),
    ],
)
def test_a_point_that_is_no_measurement_has_no_integral(time_h, activity, unit, why):
    for found in (
        compute_haenscheid_tia(time_h=time_h, activity=activity, unit=unit),
        compute_madsen_tia(time_h=time_h, activity=activity, unit=unit, population_half_life_h=50),
    ):
        assert isinstance(found, NotEvaluable)
        assert found.why is why


def test_a_negative_half_life_is_wrong_use():
    with pytest.raises(EquipoiseError, match="population_half_life_h: must be above 0"):
        compute_madsen_tia(time_h=96, activity=10, unit="MBq", population_half_life_h=-50)
