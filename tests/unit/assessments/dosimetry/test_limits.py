"""Uncertainty, limits, sums over cycles and projections. Expected numbers are arithmetic or simulation shown here."""

from math import exp, log, sqrt

import numpy as np
import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.dosimetry.bed import KIDNEY_DEFAULT, Radiosensitivity
from equipoise.assessments.dosimetry.cumulative import (
    CycleDose,
    ProjectionRule,
    compute_cumulative_dose,
    project_next_cycle,
)
from equipoise.assessments.dosimetry.limits import (
    DoseQuantity,
    LimitSet,
    Mark,
    judge_limits,
    read_limits,
    read_published_limits,
)
from equipoise.assessments.dosimetry.uncertainty import (
    Budget,
    UncertainDose,
    combine_uncertainty,
    compute_bed_sensitivity,
    compute_cumulative_uncertainty,
)
from equipoise.errors import EquipoiseError, ProtocolError

G_50_H = 2.8 / 52.8
"""Protraction factor of an effective half-life of 50 h with a repair half-time of 2.8 h."""
A_LIMIT = {
    "organ": "kidneys",
    "quantity": "bed",
    "limit_gy": 40,
    "applies_to": "all",
    "evidence": "a publication",
    "mark": "read",
}


def cycle(number, dose_gy=3.404, gbq=7.4, budget=None):
    return CycleDose(number, gbq, dose_gy, G_50_H, budget or Budget(0.1, 0.05))


def total(doses, cycles_given=None):
    given = len(doses) if cycles_given is None else cycles_given
    return compute_cumulative_dose(organ="kidneys", cycles_given=given, doses=doses, tissue=KIDNEY_DEFAULT)


def test_parts_of_a_budget_add_in_squares_and_go_to_the_side_they_belong_to():
    shared = combine_uncertainty(fit=0.05, activity=0.06, mass=0.08, s_value=0.02)
    assert shared.systematic == pytest.approx(sqrt(0.06**2 + 0.08**2 + 0.02**2), rel=1e-14)
    assert shared.independent == pytest.approx(0.05, rel=1e-14)
    anew = combine_uncertainty(fit=0.05, activity=0.06, mass=0.08, s_value=0.02, is_mass_shared=False)
    assert anew.systematic == pytest.approx(sqrt(0.06**2 + 0.02**2), rel=1e-14)
    assert anew.independent == pytest.approx(sqrt(0.05**2 + 0.08**2), rel=1e-14)
    # Recovery and mass from one outline: minus 2 x 0.5 x 0.06 x 0.08.
    outlined = combine_uncertainty(fit=0.05, activity=0.06, mass=0.08, s_value=0.02, volume_covariance=-0.0048)
    assert outlined.systematic == pytest.approx(sqrt(0.0104 - 0.0048), rel=1e-14)


def test_a_covariance_larger_than_its_variances_is_refused():
    with pytest.raises(EquipoiseError, match="larger than what it correlates"):
        combine_uncertainty(fit=0, activity=0.1, mass=0.1, s_value=0, volume_covariance=-0.03)


def test_what_cycles_share_does_not_average_out_and_the_rest_does():
    """Four equal cycles: u^2 = 0.10^2 + 0.08^2 / 4."""
    found = compute_cumulative_uncertainty(doses_gy=[3.0] * 4, budgets=[Budget(0.10, 0.08)] * 4)
    assert found.median_gy == pytest.approx(12)
    assert found.log_sd == pytest.approx(sqrt(log(1 + 0.01 + 0.0016)), rel=1e-14)


def test_the_probability_of_exceeding_a_limit_is_that_of_a_simulation():
    """400,000 patients: one shared log-normal factor, one of 15 % for each of four unequal cycles; within 0.025."""
    rng = np.random.default_rng(26)
    doses, shared, own = np.array([4.0, 3.0, 6.0, 2.0]), 0.12, 0.15
    factors = np.exp(sqrt(log(1 + own**2)) * rng.standard_normal((400_000, 4)))
    sums = (doses * factors).sum(axis=1) * np.exp(sqrt(log(1 + shared**2)) * rng.standard_normal(400_000))
    found = compute_cumulative_uncertainty(doses_gy=doses.tolist(), budgets=[Budget(shared, own)] * 4)
    for limit in (12.0, 15.0, 18.0, 20.0):
        assert found.probability_above(limit) == pytest.approx(float(np.mean(sums > limit)), abs=0.025)
    assert found.quantile_gy(0.95) == pytest.approx(float(np.quantile(sums, 0.95)), rel=0.015)


@pytest.mark.parametrize(("mean", "variation", "share"), [(0.46, 0.30, 0.027), (0.38, 0.50, 0.040)])
def test_published_populations_reach_23_gy_as_often_as_given(mean, variation, share):
    """Over 29.6 GBq 23 Gy need more than 0.777 Gy/GBq; log-normal with the mean and coefficient of variation given."""
    log_sd = sqrt(log(1 + variation**2))
    population = UncertainDose(29.6 * mean * exp(-(log_sd**2) / 2), log_sd)
    assert population.probability_above(23) == pytest.approx(share, abs=5e-4)


def test_half_of_a_log_normal_lies_above_its_median_and_2_5_percent_above_1_96():
    found = UncertainDose(20.0, 0.1)
    assert found.probability_above(20.0) == pytest.approx(0.5)
    assert found.probability_above(20.0 * exp(0.1959964)) == pytest.approx(0.025, abs=1e-8)
    assert found.quantile_gy(0.975) == pytest.approx(20.0 * exp(0.1959964), rel=1e-7)


def test_a_dose_without_uncertainty_is_above_or_it_is_not():
    assert UncertainDose(23.0, 0.0).probability_above(23.0) == 0.0
    assert UncertainDose(23.1, 0.0).probability_above(23.0) == 1.0
    assert UncertainDose(23.1, 0.0).quantile_gy(0.9) == 23.1
    assert UncertainDose(0.0, 0.1).probability_above(1.0) == 0.0


@pytest.mark.parametrize("budget", [(-0.1, 0.0), (0.0, float("nan"))])
def test_a_negative_uncertainty_is_wrong_use(budget):
    with pytest.raises(EquipoiseError, match="must be 0 or more"):
        Budget(*budget)


def test_bed_is_steeper_than_dose_as_its_derivative_says():
    """Numerical derivative of D (1 + G D / 2.6) at 3.404 Gy."""
    step = 1e-6

    def bed(dose):
        return dose * (1 + G_50_H * dose / 2.6)

    expected = (log(bed(3.404 * (1 + step))) - log(bed(3.404 * (1 - step)))) / (2 * step)
    found = compute_bed_sensitivity(dose_gy=3.404, protraction_factor=G_50_H, alpha_beta_gy=2.6)
    assert found == pytest.approx(expected, rel=1e-6)


def test_four_cycles_add_to_dose_and_bed_and_never_pool():
    """0.46 Gy/GBq, 4 x 7.4 GBq: 13.62 Gy, BED 14.56 and not 17.40."""
    found = total([cycle(number) for number in (1, 2, 3, 4)])
    assert isinstance(found, Assessed)
    assert found.value.absorbed_dose.median_gy == pytest.approx(13.62, abs=5e-3)
    assert found.value.bed.median_gy == pytest.approx(14.56, abs=5e-3)
    assert found.value.bed.log_sd > found.value.absorbed_dose.log_sd
    assert "recalled" in found.notes[0]


def test_a_cycle_without_a_scan_leaves_the_sum_unknown_and_names_it():
    found = total([cycle(1), cycle(3)], cycles_given=4)
    assert isinstance(found, NotEvaluable)
    assert found.why is Why.NEVER_MEASURED
    assert found.because == "kidneys: no dose of cycle 2, cycle 4"
    assert found.needs == ("dosimetry of cycle 2", "dosimetry of cycle 4")


@pytest.mark.parametrize(("doses", "given"), [([cycle(1), cycle(1)], 1), ([cycle(1), cycle(2)], 1)])
def test_two_doses_of_a_cycle_or_one_too_many_are_a_conflict(doses, given):
    found = total(doses, cycles_given=given)
    assert isinstance(found, NotEvaluable)
    assert found.why is Why.CONFLICT


def test_no_cycle_has_no_dose():
    found = total([])
    assert isinstance(found, NotEvaluable)
    assert found.because == "kidneys: no cycle was given"


def test_order_of_cycles_does_not_matter():
    doses = [cycle(2, 4.0), cycle(1, 3.0)]
    assert total(doses).value == total(doses[::-1]).value


def test_next_cycle_is_projected_by_the_rule_that_is_named():
    """3 Gy for 7.4 and 2 Gy for 3.7 GBq: last 2/3.7, mean 5/11.1 Gy for each GBq."""
    doses = [cycle(1, 3.0), cycle(2, 2.0, gbq=3.7)]
    for rule, gy_per_gbq in ((ProjectionRule.LAST_CYCLE, 2 / 3.7), (ProjectionRule.MEAN_OF_CYCLES, 5 / 11.1)):
        found = project_next_cycle(
            organ="kidneys", doses=doses, tissue=KIDNEY_DEFAULT, planned_gbq=7.4, rule=rule, between_cycles=0.2
        )
        assert isinstance(found, Assessed)
        assert found.value.absorbed_dose.median_gy == pytest.approx(5 + 7.4 * gy_per_gbq, rel=1e-12)
        assert found.value.cycles == (1, 2, 3)
        assert rule.value in found.notes[-1]


def test_a_projection_is_less_certain_than_a_measurement():
    sure, unsure = (
        project_next_cycle(
            organ="kidneys",
            doses=[cycle(1)],
            tissue=KIDNEY_DEFAULT,
            planned_gbq=7.4,
            rule=ProjectionRule.LAST_CYCLE,
            between_cycles=spread,
        )
        for spread in (0.0, 0.2)
    )
    # Half of the dose is projected: (0.05^2 + 0.2^2) / 4 instead of 0.05^2 / 4.
    assert exp(unsure.value.absorbed_dose.log_sd**2) - exp(sure.value.absorbed_dose.log_sd**2) == pytest.approx(0.01)


def test_a_projection_from_incomplete_cycles_is_unknown():
    found = project_next_cycle(
        organ="kidneys",
        doses=[cycle(2)],
        tissue=KIDNEY_DEFAULT,
        planned_gbq=7.4,
        rule=ProjectionRule.LAST_CYCLE,
        between_cycles=0.1,
    )
    assert isinstance(found, NotEvaluable)
    assert found.needs == ("dosimetry of cycle 1",)


def test_limits_are_read_and_judged_in_their_own_quantity():
    limits = read_limits(
        {"version": "v2", "limits": [A_LIMIT, {**A_LIMIT, "quantity": "absorbed-dose", "limit_gy": 23}]}, where="p.yaml"
    )
    bed, dose = judge_limits(
        limits, organ="kidneys", absorbed_dose=UncertainDose(24.0, 0.1), bed=UncertainDose(28.0, 0.12)
    )
    assert (bed.limit.quantity, bed.is_above, bed.version) == (DoseQuantity.BED, False, "v2")
    assert (dose.limit.limit_gy, dose.is_above) == (23, True)
    assert dose.probability_above == pytest.approx(UncertainDose(24.0, 0.1).probability_above(23))
    assert judge_limits(limits, organ="liver", absorbed_dose=UncertainDose(99.0, 0.1), bed=None) == ()


def test_a_dose_on_the_limit_is_not_above_it():
    limits = read_limits({"version": "v1", "limits": [A_LIMIT]}, where="p.yaml")
    (reading,) = judge_limits(limits, organ="kidneys", absorbed_dose=None, bed=UncertainDose(40.0, 0.1))
    assert not reading.is_above


def test_a_protocol_without_limits_gates_nothing():
    none = read_limits({"version": "v1"}, where="p.yaml")
    assert none == LimitSet("v1", ())
    assert judge_limits(none, organ="kidneys", absorbed_dose=UncertainDose(99.0, 0.1), bed=None) == ()


def test_faults_of_limits_are_told_all_at_once():
    broken = [
        {**A_LIMIT, "evidence": ""},
        {**A_LIMIT, "quantity": "eqd2", "mark": "sure"},
        {**A_LIMIT, "limit_gy": -3},
        {**A_LIMIT, "limit_gy": "40"},
        {**A_LIMIT, "colour": "red"},
    ]
    with pytest.raises(ProtocolError) as caught:
        read_limits({"limits": broken}, where="p.yaml")
    told = str(caught.value)
    for part in (
        "the limits have no version",
        "limit 1: evidence is missing",
        "limit 2: quantity 'eqd2' is unknown",
        "limit 2: mark 'sure' is unknown",
        "limit 3: limit_gy -3 is no number above 0",
        "limit 4: limit_gy '40' is no number above 0",
        "limit 5: unknown: colour",
    ):
        assert part in told


def test_published_limits_carry_their_evidence_and_mark():
    """23 Gy and 2 Gy are recalled; 27, 28 and 40 Gy of BED were read."""
    found = {(one.organ, one.limit_gy): one.mark for one in read_published_limits().limits}
    assert found == {
        ("kidneys", 23): Mark.RECALLED,
        ("kidneys", 27): Mark.READ,
        ("kidneys", 28): Mark.READ,
        ("kidneys", 40): Mark.READ,
        ("red marrow", 2): Mark.RECALLED,
    }


@pytest.mark.parametrize("numbers", [(0.0, 2.8), (2.6, -1.0)])
def test_a_tissue_without_repair_or_sensitivity_is_wrong_use(numbers):
    with pytest.raises(EquipoiseError, match="must be above 0"):
        Radiosensitivity(*numbers, source="a test")
