"""Where what is accepted ends. Expected values are arithmetic shown in the test."""

from decimal import Decimal
from math import exp, inf, nan

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable
from equipoise.assessments.dosimetry.bed import (
    KIDNEY_DEFAULT,
    compute_bed,
    compute_bed_of_cycles,
    compute_protraction_factor,
    compute_protraction_factor_constant_rate,
    compute_surviving_fraction,
)
from equipoise.assessments.dosimetry.cumulative import CycleDose
from equipoise.assessments.dosimetry.decay import compute_administered_activity_gbq
from equipoise.assessments.dosimetry.exponentials import ExponentialSum
from equipoise.assessments.dosimetry.marrow import compute_image_based_marrow_dose
from equipoise.assessments.dosimetry.mird import (
    compute_lesion_dose_gy,
    compute_remainder_s_value,
    scale_self_s_value_electrons,
    scale_self_s_value_photons,
)
from equipoise.assessments.dosimetry.s_values import find_broken_reciprocity
from equipoise.assessments.dosimetry.single_time_point import compute_haenscheid_tia, compute_madsen_tia
from equipoise.assessments.dosimetry.uncertainty import (
    Budget,
    UncertainDose,
    combine_uncertainty,
    compute_cumulative_uncertainty,
)
from equipoise.errors import EquipoiseError


@pytest.mark.parametrize(
    ("dose", "factor", "expected"), [(0, 0.5, 0), (2.6, 0, 2.6), (2.6, 1, 5.2), (0.5, 0.5, 0.5480769)]
)
def test_bed_takes_no_dose_and_every_factor_from_0_to_1(dose, factor, expected):
    found = compute_bed(dose_gy=dose, protraction_factor=factor, alpha_beta_gy=2.6)
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("dose", "factor"), [(-0.1, 0.5), (inf, 0.5), (nan, 0.5), (1, -0.1), (1, 1.1), (1, nan), (0.5, 1.5)]
)
def test_bed_of_no_dose_or_factor_is_wrong_use(dose, factor):
    with pytest.raises(EquipoiseError, match="must be 0 or more, and from 0 to 1"):
        compute_bed(dose_gy=dose, protraction_factor=factor, alpha_beta_gy=2.6)


def test_kidneys_repair_as_published():
    """Alpha/beta 2.6 Gy and repair half-time 2.8 h, as in Barone R et al. 2005."""
    assert (KIDNEY_DEFAULT.alpha_beta_gy, KIDNEY_DEFAULT.repair_half_time_h) == (2.6, 2.8)


@pytest.mark.parametrize("number", [0, -1, inf, nan])
def test_what_must_be_above_0_is_asked_everywhere(number):
    curve = ExponentialSum((1.0,), (0.1,))
    for call in (
        lambda: compute_bed(dose_gy=1, protraction_factor=0.1, alpha_beta_gy=number),
        lambda: compute_protraction_factor(curve, repair_half_time_h=number),
        lambda: compute_protraction_factor_constant_rate(duration_h=number, repair_half_time_h=1),
        lambda: compute_protraction_factor_constant_rate(duration_h=1, repair_half_time_h=number),
        lambda: compute_surviving_fraction(bed_gy=1, alpha_per_gy=number),
        lambda: scale_self_s_value_electrons(s_mgy_per_mbq_s=1, reference_mass_g=number, patient_mass_g=1),
        lambda: scale_self_s_value_electrons(s_mgy_per_mbq_s=1, reference_mass_g=1, patient_mass_g=number),
        lambda: scale_self_s_value_photons(s_mgy_per_mbq_s=1, reference_mass_g=number, patient_mass_g=1),
        lambda: scale_self_s_value_photons(s_mgy_per_mbq_s=1, reference_mass_g=1, patient_mass_g=number),
        lambda: compute_lesion_dose_gy(tia_mbq_h=1, mass_g=number),
        lambda: compute_madsen_tia(time_h=1, activity=1, unit="MBq", population_half_life_h=number),
        lambda: CycleDose(number, 7.4, 1.0, 0.1, Budget(0, 0)),
        lambda: CycleDose(1, number, 1.0, 0.1, Budget(0, 0)),
        lambda: CycleDose(1, 7.4, number, 0.1, Budget(0, 0)),
        lambda: UncertainDose(1.0, 0.1).probability_above(number),
    ):
        with pytest.raises(EquipoiseError, match="must be above 0"):
            call()


def test_small_numbers_above_0_are_accepted_everywhere():
    assert compute_surviving_fraction(bed_gy=1, alpha_per_gy=0.5) == pytest.approx(exp(-0.5))
    assert compute_bed(dose_gy=1, protraction_factor=1, alpha_beta_gy=0.5) == pytest.approx(3)
    for found in (
        compute_haenscheid_tia(time_h=0.5, activity=0.5, unit="MBq"),
        compute_madsen_tia(time_h=0.5, activity=0.5, unit="MBq", population_half_life_h=0.5),
    ):
        assert isinstance(found, Assessed)


def test_a_factor_for_each_cycle_and_a_budget_for_each_dose():
    with pytest.raises(EquipoiseError, match="2 doses and 1 factors"):
        compute_bed_of_cycles(doses_gy=[1, 2], protraction_factors=[0.1], alpha_beta_gy=2.6)
    with pytest.raises(EquipoiseError, match="2 doses and 1 budgets"):
        compute_cumulative_uncertainty(doses_gy=[1, 2], budgets=[Budget(0, 0)])


def test_a_sum_of_no_dose_is_nothing_for_sure():
    assert compute_cumulative_uncertainty(doses_gy=[0.0], budgets=[Budget(0.1, 0.1)]) == UncertainDose(0.0, 0.0)
    half = compute_cumulative_uncertainty(doses_gy=[0.5, 0.5], budgets=[Budget(0, 0)] * 2)
    assert half == UncertainDose(1.0, 0.0)


def test_cycles_may_share_no_uncertainty_but_not_less_than_none():
    assert combine_uncertainty(fit=0.1, activity=0, mass=0, s_value=0) == Budget(0, 0.1)
    with pytest.raises(EquipoiseError, match="larger than what it correlates"):
        combine_uncertainty(fit=0.1, activity=0.1, mass=0, s_value=0, volume_covariance=-0.02)


def test_a_pair_at_the_limit_of_reciprocity_is_not_warned_of():
    table = {("a", "b"): 2.0, ("b", "a"): 1.0, ("a", "a"): 9.0, ("a", "c"): 1.0}
    assert find_broken_reciprocity(table, factor=2) == ()
    assert len(find_broken_reciprocity(table, factor=1.9)) == 1


def test_a_remainder_that_gets_nothing_is_0():
    """1e-7 x 1000 is what an organ of 100 g with 1e-6 gives."""
    found = compute_remainder_s_value(s_total_body=1e-7, total_body_mass_g=1000, organs={"liver": (0.9999999e-6, 100)})
    assert found == pytest.approx(0, abs=1e-13)


def test_marrow_without_activity_of_its_own_is_hit_by_others_alone():
    found = compute_image_based_marrow_dose(
        marrow_tia_mbq_h=0.0,
        marrow_mass_g=1000,
        reference_marrow_mass_g=1000,
        s_marrow_mgy_per_mbq_s=1e-5,
        cross_tia_and_s={"liver": (0.0, 1e-8), "kidneys": (1000.0, 1e-8)},
    )
    assert isinstance(found, Assessed)
    assert found.value.dose_gy == pytest.approx(1000 * 1e-8 * 3.6, rel=1e-12)
    assert found.value.parts_gy["red marrow"] == 0.0


@pytest.mark.parametrize(("planned", "factor"), [(Decimal(-1), 3), (Decimal("7.4"), 1), (Decimal("7.4"), 0)])
def test_a_plan_or_factor_that_judges_nothing_is_wrong_use(planned, factor):
    with pytest.raises(EquipoiseError, match="must be above 0 and above 1"):
        compute_administered_activity_gbq(value=7, unit="GBq", planned_gbq=planned, within_factor=factor)


def test_a_tight_factor_is_a_factor():
    for value, kind in ((Decimal("7.5"), Assessed), (Decimal("9.0"), NotEvaluable)):
        found = compute_administered_activity_gbq(
            value=value, unit="GBq", planned_gbq=Decimal("7.4"), within_factor=Decimal("1.1")
        )
        assert isinstance(found, kind)


def test_the_planned_activity_may_be_small():
    found = compute_administered_activity_gbq(value=Decimal("0.5"), unit="GBq", planned_gbq=Decimal("0.5"))
    assert isinstance(found, Assessed)
