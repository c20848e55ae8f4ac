from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from equipoise.assessments.answer import Assessed, Input, NotEvaluable, Why
from equipoise.assessments.derived.kidney import (
    SOURCE,
    Clearance,
    ClearanceMethod,
    ReportedClearance,
    WeightPolicy,
    assess_cockcroft_gault,
    choose_clearance,
    compute_cockcroft_gault,
)
from equipoise.assessments.derived.measured import Measured

ACTUAL, IDEAL, ADJUSTED = WeightPolicy
DAY = date(2026, 5, 10)
CREATININE = Measured("creatinine", 1, "mg/dL", DAY)


def assess(policy=ACTUAL, *, kg=80, cm=None, years=60, is_female=False, creatinine=CREATININE):
    height = None if cm is None else Measured("body-height", cm, "cm", DAY)
    return assess_cockcroft_gault(
        years=years,
        is_female=is_female,
        creatinine=creatinine,
        weight=Measured("body-weight", kg, "kg", DAY),
        height=height,
        weight_policy=policy,
    )


@pytest.mark.parametrize("creatinine", [0, Decimal("-0.1")])
def test_no_clearance_of_a_creatinine_that_is_none(creatinine):
    arguments = {"years": 60, "weight_kg": 80, "is_female": False}
    assert compute_cockcroft_gault(**arguments, creatinine_mg_per_dl=creatinine) is None
    assert compute_cockcroft_gault(**arguments, creatinine_mg_per_dl=Decimal("0.001")) is not None


def test_the_answer_names_policy_inputs_and_source():
    found = assess(ACTUAL, is_female=True)
    assert found == Assessed(
        Clearance(Fraction(80 * 80) * Fraction("0.85") / 72, ClearanceMethod.ESTIMATED),
        (
            Input("creatinine", "1 mg/dL", DAY),
            Input("body-weight", "80 kg", DAY),
            Input("age", "60 years"),
            Input("sex", "female"),
        ),
        f"{SOURCE}; actual body weight",
    )


@pytest.mark.parametrize(
    ("policy", "kg", "cm", "is_female", "used", "note"),
    [
        # 177.8 cm is 70 inches: ideal 73 kg for a man, 68.5 kg for a woman
        (IDEAL, 100, "177.8", False, "73", None),
        (IDEAL, 100, "177.8", True, "68.5", None),
        (ADJUSTED, 100, "177.8", False, "83.8", None),
        (IDEAL, 60, "177.8", False, "60", "actual weight used: it is not above the ideal weight"),
        (ADJUSTED, 60, "177.8", False, "60", "actual weight used: it is not above the ideal weight"),
        (IDEAL, 73, "177.8", False, "73", "actual weight used: it is not above the ideal weight"),
        # below 5 ft the base weight stands
        (IDEAL, 80, "150", False, "50", "height below 5 ft, for which Devine gives no rule"),
        (ADJUSTED, 80, "150", True, "59.3", "height below 5 ft, for which Devine gives no rule"),
        (IDEAL, 80, "152.4", False, "50", None),
    ],
)
def test_the_weight_that_enters(policy, kg, cm, is_female, used, note):
    found = assess(policy, kg=kg, cm=Decimal(cm), is_female=is_female)
    factor = Fraction("0.85") if is_female else 1
    assert found.value.ml_per_min == 80 * Fraction(used) * factor / 72
    assert found.source.endswith(f"{policy} body weight")
    if note is None:
        assert found.notes == ()
    else:
        assert len(found.notes) == 1
        assert found.notes[0].startswith(note)


def test_a_short_and_light_person_has_both_notes():
    assert len(assess(IDEAL, kg=45, cm=150).notes) == 2


def test_height_is_evidence_only_where_the_policy_reads_it():
    assert "body-height" not in [each.name for each in assess(ACTUAL, cm=170).inputs]
    assert "body-height" in [each.name for each in assess(IDEAL, cm=170).inputs]


@pytest.mark.parametrize(
    ("changed", "cause", "needs"),
    [
        ({"years": None}, Why.NEVER_MEASURED, ("birth-date",)),
        ({"years": -1}, Why.IMPLAUSIBLE, ("birth-date",)),
        ({"years": 121}, Why.IMPLAUSIBLE, ("birth-date",)),
        ({"is_female": None}, Why.NEEDS_PERSON, ("sex",)),
        ({"creatinine": None}, Why.NEVER_MEASURED, ("creatinine",)),
        ({"creatinine": Measured("creatinine", 0, "mg/dL")}, Why.IMPLAUSIBLE, ("creatinine",)),
        ({"creatinine": Measured("creatinine", 90, "mg/dL")}, Why.IMPLAUSIBLE, ("creatinine",)),
        ({"kg": 0}, Why.IMPLAUSIBLE, ("body-weight",)),
        ({"policy": IDEAL}, Why.NEVER_MEASURED, ("body-height",)),
        ({"policy": ADJUSTED, "cm": Decimal("1.7")}, Why.IMPLAUSIBLE, ("body-height",)),
        ({"years": None, "is_female": None, "kg": 0}, Why.IMPLAUSIBLE, ("body-weight", "birth-date", "sex")),
    ],
)
def test_what_is_missing_is_named(changed, cause, needs):
    found = assess(**changed)
    assert isinstance(found, NotEvaluable)
    assert (found.why, found.needs) == (cause, needs)


@pytest.mark.parametrize(("years", "has_note"), [(0, True), (17, True), (18, False), (120, False)])
def test_the_young_are_computed_with_a_note(years, has_note):
    assert bool(assess(years=years).notes) is has_note


# --- measured clearance ---

ESTIMATE = Assessed(Clearance(Fraction(45), ClearanceMethod.ESTIMATED), (CREATININE.as_input(),), SOURCE, ("n",))
FIRST, LAST = date(2026, 4, 20), date(2026, 5, 20)


def reported(value, day, method=ClearanceMethod.PLASMA, unit="mL/min", last_day=None):
    return ReportedClearance(Measured("measured-clearance", value, unit, day, last_day, f"m/{value}"), method)


def choose(*clearances, estimate=ESTIMATE, creatinine_day=DAY):
    return choose_clearance(
        estimate=estimate, reported=clearances, creatinine_day=creatinine_day, first_day=FIRST, last_day=LAST
    )


@pytest.mark.parametrize("method", [ClearanceMethod.PLASMA, ClearanceMethod.URINE])
def test_a_measured_clearance_goes_before_the_estimate(method):
    found = choose(reported(60, date(2026, 5, 12), method))
    assert found.value == Clearance(Fraction(60), method)
    assert found.source == f"clearance measured by {method}"
    assert found.inputs == (Input("measured-clearance", "60 mL/min", date(2026, 5, 12), "m/60"),)


@pytest.mark.parametrize(
    ("clearance", "reason"),
    [
        (reported(60, DAY, ClearanceMethod.GAMMA_CAMERA), "its method is gamma-camera"),
        (reported(60, DAY, ClearanceMethod.ESTIMATED), "its method is estimated"),
        (reported(60, DAY, None), "its method is not recorded"),
        (reported(60, DAY, unit="mL/min/1.73m2"), "it is normalised to 1.73 m2"),
        (reported(60, date(2026, 5, 9)), "outside the window, or older than the creatinine"),
        (reported(60, date(2026, 5, 21)), "outside the window, or older than the creatinine"),
        (reported(60, date(2026, 5, 1), last_day=date(2026, 5, 9)), "outside the window"),
    ],
)
def test_what_does_not_qualify_is_passed_over_with_its_reason(clearance, reason):
    found = choose(clearance)
    assert found.value == ESTIMATE.value
    assert found.notes[0] == "n"
    assert reason in found.notes[1]


@pytest.mark.parametrize("day", [DAY, LAST])
def test_the_days_of_the_creatinine_and_of_the_end_of_the_window_count(day):
    assert choose(reported(60, day)).value.ml_per_min == 60


def test_without_a_creatinine_the_window_alone_decides():
    missing = NotEvaluable(Why.NEVER_MEASURED, "creatinine was never measured", (), ("creatinine",))
    assert choose(reported(60, FIRST), estimate=missing, creatinine_day=None).value.ml_per_min == 60
    early = reported(60, date(2026, 4, 19))
    assert choose(early, estimate=missing, creatinine_day=None) is missing


def test_a_creatinine_before_the_window_does_not_widen_it():
    assert choose(reported(60, date(2026, 4, 19)), creatinine_day=date(2026, 4, 1)).value == ESTIMATE.value


def test_the_latest_measured_clearance_counts():
    found = choose(reported(60, date(2026, 5, 12)), reported(30, date(2026, 5, 14)), reported(50, date(2026, 5, 11)))
    assert found.value.ml_per_min == 30


def test_one_day_with_equal_values_is_one_value_and_with_different_ones_a_conflict():
    day = date(2026, 5, 12)
    assert choose(reported(60, day), reported(1, day, unit="mL/s")).value.ml_per_min == 60
    found = choose(reported(60, day), reported(61, day))
    assert found.why is Why.CONFLICT
    assert len(found.inputs) == 2


@pytest.mark.parametrize(
    ("clearance", "cause"),
    [
        (reported(60, DAY, unit=None), Why.NO_UNIT),
        (reported(60, DAY, unit="mL"), Why.UNKNOWN_UNIT),
        (reported(900, DAY), Why.IMPLAUSIBLE),
        (reported(60, None), Why.PARTIAL_DATE),
        (reported(60, date(2026, 5, 1), last_day=date(2026, 5, 31)), Why.PARTIAL_DATE),
        (reported(60, date(2026, 5, 11), last_day=date(2026, 5, 12)), Why.PARTIAL_DATE),
    ],
)
def test_one_that_may_qualify_and_cannot_be_read_leaves_the_answer_open(clearance, cause):
    found = choose(clearance)
    assert isinstance(found, NotEvaluable)
    assert found.why is cause


def test_what_was_passed_over_is_noted_beside_a_measured_value():
    found = choose(reported(20, DAY, ClearanceMethod.GAMMA_CAMERA), reported(60, DAY))
    assert found.value.ml_per_min == 60
    assert len(found.notes) == 1
