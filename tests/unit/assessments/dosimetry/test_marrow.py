"""Marrow doses keep their method, and methods never mix. Expected numbers are arithmetic shown in the test."""

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.dosimetry.marrow import (
    MarrowDose,
    MarrowMethod,
    add_marrow_doses,
    compute_blood_based_marrow_dose,
    compute_image_based_marrow_dose,
    compute_marrow_to_blood_ratio_sgouros,
)
from equipoise.errors import EquipoiseError

OWN = {"marrow_mass_g": 1000.0, "reference_marrow_mass_g": 1170.0, "s_marrow_mgy_per_mbq_s": 1.15e-5}


def by_blood(haematocrit, curve="bi-exponential", **changed):
    return compute_blood_based_marrow_dose(
        blood_tia_mbq_h_per_g=0.2,
        haematocrit=haematocrit,
        cross_tia_and_s={"kidneys": (1000.0, 3.35e-8)},
        blood_curve=curve,
        **{**OWN, **changed},
    )


def by_image():
    return compute_image_based_marrow_dose(marrow_tia_mbq_h=200.0, cross_tia_and_s={}, **OWN)


def test_ratio_by_haematocrit_is_0_19_over_plasma():
    found = compute_marrow_to_blood_ratio_sgouros(haematocrit=0.43)
    assert isinstance(found, Assessed)
    assert found.value == pytest.approx(0.19 / 0.57, rel=1e-14)


@pytest.mark.parametrize(("haematocrit", "hint"), [(42.0, "percentage"), (0.0, "0 is not"), (-1, "not"), (1.0, "not")])
def test_a_haematocrit_that_is_no_share_is_implausible(haematocrit, hint):
    found = by_blood(haematocrit)
    assert isinstance(found, NotEvaluable)
    assert found.why is Why.IMPLAUSIBLE
    assert hint in found.because


def test_blood_based_dose_is_its_formula_and_the_mass_of_marrow_cancels():
    """0.2 MBq h/g x 1170 g x 1.15e-5 x 3.6 + 1000 x 3.35e-8 x 3.6 Gy, whatever marrow the patient has."""
    expected = 0.2 * 1170 * 1.15e-5 * 3.6 + 1000 * 3.35e-8 * 3.6
    for mass in (700.0, 1000.0):
        found = by_blood(None, marrow_mass_g=mass)
        assert isinstance(found, Assessed)
        assert found.value.dose_gy == pytest.approx(expected, rel=1e-12)
    scaled = by_blood(0.43)
    assert isinstance(scaled, Assessed)
    assert scaled.value.parts_gy["red marrow"] == pytest.approx(0.19 / 0.57 * 0.2 * 1170 * 1.15e-5 * 3.6, rel=1e-12)
    assert scaled.value.parts_gy["kidneys"] == pytest.approx(1000 * 3.35e-8 * 3.6, rel=1e-12)


def test_the_method_stands_with_the_number():
    methods = [found.value.method for found in (by_blood(0.43), by_blood(None), by_image())]
    assert methods == [MarrowMethod.BLOOD_HAEMATOCRIT, MarrowMethod.BLOOD_UNITY, MarrowMethod.IMAGE]
    assert by_image().notes == ("marrow dose by: image",)


def test_doses_of_one_method_are_added_part_by_part():
    one, other = by_blood(None).value, by_blood(None).value
    total = one + other
    assert total.dose_gy == pytest.approx(2 * one.dose_gy, rel=1e-14)
    assert total.parts_gy["kidneys"] == pytest.approx(2 * one.parts_gy["kidneys"], rel=1e-14)
    assert total.method is MarrowMethod.BLOOD_UNITY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (by_blood(None), by_image()),
        (by_blood(None), by_blood(0.43)),
        (by_blood(None), by_blood(None, curve="tri-exponential")),
    ],
)
def test_two_methods_are_never_added(one, other):
    with pytest.raises(EquipoiseError, match=r"(?s)Marrow doses cannot be added.*Compute every cycle by one method"):
        _ = one.value + other.value


def test_no_dose_has_no_sum():
    with pytest.raises(EquipoiseError, match="no dose"):
        add_marrow_doses([])


def test_an_integral_below_0_is_implausible():
    found = compute_image_based_marrow_dose(marrow_tia_mbq_h=-1.0, cross_tia_and_s={}, **OWN)
    assert isinstance(found, NotEvaluable)
    assert found.why is Why.IMPLAUSIBLE


def test_without_an_s_value_there_is_no_dose():
    with pytest.raises(EquipoiseError, match="s_marrow_mgy_per_mbq_s: must be above 0"):
        by_blood(None, s_marrow_mgy_per_mbq_s=0.0)


def test_a_sum_is_a_marrow_dose_again():
    assert isinstance(add_marrow_doses([by_image().value]), MarrowDose)
