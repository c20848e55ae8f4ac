"""Grades of one result: units, intervals, evidence and wrong use."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from equipoise.assessments.answer import Assessed, Input, NotEvaluable, Why
from equipoise.assessments.ctcae import CtcaeVersion, Given, Grade, find_term, grade, grade_analyte, terms_of
from equipoise.assessments.ctcae.grading import read_case
from equipoise.assessments.ctcae.rules import Outcome, judge
from equipoise.errors import EquipoiseError

PLATELETS = "Platelet count decreased"


def platelets(value, **given):
    return grade("5.0", PLATELETS, value, **{"unit": "10*9/L", "lower_limit": 150, **given})


@pytest.mark.parametrize("value", [61, "61", 61.0, Decimal("61"), Fraction(61), " 61 "])
def test_a_number_may_come_in_any_type(value):
    assert platelets(value).value == Grade(2)


def test_the_evidence_is_the_result_as_reported_with_its_limits():
    answer = platelets("61", day=date(2026, 3, 1), record="lab-7")
    assert answer.inputs == (
        Input(PLATELETS, "61 10*9/L", date(2026, 3, 1), "lab-7"),
        Input("the lower limit of normal", "150 10*9/L"),
    )
    assert answer.source == "CTCAE v5.0, Platelet count decreased"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, Why.NEVER_MEASURED),
        ("", Why.NEVER_MEASURED),
        (float("nan"), Why.NEVER_MEASURED),
        ("clotted", Why.IMPLAUSIBLE),
        (True, Why.IMPLAUSIBLE),
        (float("inf"), Why.IMPLAUSIBLE),
        (-3, Why.IMPLAUSIBLE),
        ("<-3", Why.IMPLAUSIBLE),
    ],
)
def test_what_is_no_measurement_has_no_grade_and_a_cause(value, why):
    answer = platelets(value)
    assert isinstance(answer, NotEvaluable)
    assert answer.why is why


@pytest.mark.parametrize(
    ("value", "expected"),
    [("<25", 4), ("<=24", 4), (">=150", 0), (">200", 0), ("≥ 150", 0), ("≤ 20", 4), ("<30", None), (">100", None)],
)
def test_an_interval_is_graded_where_all_of_it_has_one_grade(value, expected):
    answer = platelets(value)
    if expected is None:
        assert answer.why is Why.OVERLAP
    else:
        assert answer.value == Grade(expected)


def test_an_interval_that_overlaps_names_the_grades_it_may_be():
    assert platelets("<30").because == "The result is an interval; it may be grade 3 or 4."


@pytest.mark.parametrize(
    ("unit", "why"),
    [(None, Why.NO_UNIT), (" ", Why.NO_UNIT), ("furlong", Why.UNKNOWN_UNIT), ("mg/dL", Why.UNKNOWN_UNIT)],
)
def test_a_unit_that_says_nothing_leaves_the_grade_open(unit, why):
    assert platelets(61, unit=unit).why is why


def test_an_activity_in_a_mass_unit_is_no_activity():
    answer = grade("5.0", "ALT increased", 60, unit="mg/dL", upper_limit=40)
    assert answer.why is Why.UNKNOWN_UNIT
    assert answer.because == "The unit of the result is not used: it is no unit of alanine aminotransferase."


def test_multiples_of_normal_need_no_unit():
    assert grade("4.03", "ALT increased", 121, upper_limit=40).value == Grade(2)


def test_a_unit_of_the_same_kind_converts_exactly():
    """0.06 ukat/L is 3.6 U/L; 7.9 g/dL is 79000 mg/L."""
    assert grade("4.03", "ALT increased", "2.1", unit="ukat/L", upper_limit="0.7").value == Grade(1)
    assert grade("5.0", "Anemia", 79000, unit="mg/L").value == Grade(3)
    assert grade("5.0", "Anemia", 80000, unit="mg/L").value == Grade(2)


def test_a_baseline_in_another_unit_converts():
    """1.0 mg/dL is 88.4 umol/L; 132.6 is 1.5 times that, and not above it."""
    given = {"unit": "umol/L", "upper_limit": 200, "baseline": 1, "baseline_unit": "mg/dL"}
    assert grade("5.0", "Creatinine increased", "132.6", **given).value == Grade(0)
    assert grade("5.0", "Creatinine increased", "132.7", **given).value == Grade(2)


def test_a_baseline_in_a_unit_that_does_not_convert_is_missing():
    given = {"unit": "umol/L", "upper_limit": 200, "baseline": 1, "baseline_unit": "kg"}
    assert grade("5.0", "Creatinine increased", 100, **given).why is Why.NO_BASELINE


@pytest.mark.parametrize("given", [{"upper_limit": 0}, {"upper_limit": -40}, {"upper_limit": 40, "baseline": -1}])
def test_a_limit_that_no_laboratory_has_is_implausible(given):
    assert grade("5.0", "ALT increased", 60, unit="U/L", **given).why is Why.IMPLAUSIBLE


def test_a_limit_that_the_rule_does_not_name_is_not_looked_at():
    assert platelets(61, upper_limit=-5).value == Grade(2)


def test_a_term_is_found_by_any_of_its_names():
    names = ["platelet-count-decreased", "PLATELET COUNT DECREASED", "Platelet  count decreased"]
    assert {find_term("5.0", name).id for name in names} == {"platelet-count-decreased"}
    assert find_term(CtcaeVersion.V5_0, "Hemoglobin decreased").id == "anaemia"


def test_an_unknown_term_is_wrong_use_and_suggests():
    with pytest.raises(
        EquipoiseError, match=r"term 'platlet count decreased': no version has it\n.*Did you mean platelet"
    ):
        grade("5.0", "platlet count decreased", 61)


def test_three_look_alikes_are_suggested_at_most():
    """Of six that are near: potassium and calcium, low and high, in two spellings."""
    with pytest.raises(EquipoiseError, match=r"Did you mean hyper\w+ or hyper\w+ or hyper\w+\?"):
        grade("5.0", "hyper kalemia", 61)


def test_an_unknown_term_that_looks_like_nothing_lists_the_terms():
    with pytest.raises(EquipoiseError, match="Terms: anaemia, leukocytosis"):
        grade("5.0", "xyzzy", 61)


def test_an_unknown_version_is_wrong_use():
    with pytest.raises(
        EquipoiseError, match=r"CTCAE version '3.0': there is no table of it\n  Versions: 4.03, 5.0, 6.0."
    ):
        grade("3.0", PLATELETS, 61)


def test_a_term_of_another_version_says_where_it_went():
    answer = grade("6.0", PLATELETS, 61, unit="10*9/L")
    assert answer.why is Why.NOT_IN_VERSION
    assert answer.because == "v6.0 names it Thrombocytopenia, and grade 4 begins below 10 x 10^9/L."
    assert answer.inputs[0].value == "61 10*9/L"


def test_a_term_whose_grades_are_all_clinical_needs_a_person():
    answer = grade("5.0", "Hyperglycemia", 300, unit="mg/dL")
    assert answer.why is Why.NEEDS_PERSON
    assert answer.needs == ("a grade given by the investigator",)


def test_a_result_to_which_the_version_gives_no_grade_has_none():
    answer = grade("6.0", "Creatinine clearance decreased", 9, unit="mL/min")
    assert answer.because == "Creatinine clearance decreased has no grade for this result."


def test_a_rule_reaches_no_grade_where_the_version_gives_none():
    """v6.0 prints grade 3 down to 10 ml/min and no grade 4."""
    case = read_case(find_term("6.0", "Creatinine clearance decreased"), Given(9, "mL/min"))
    assert judge(case) == Outcome(reached=0, is_without_grade=True)


def test_one_result_is_graded_by_every_term_of_its_analyte():
    found = grade_analyte("5.0", "potassium", Given("6.2", "mmol/L", lower_limit="3.5", upper_limit="5.1"))
    assert {name: answer.value.value for name, answer in found.items()} == {"hyperkalaemia": 3, "hypokalaemia": 0}
    assert grade_analyte("5.0", "ki-67", Given(3)) == {}


def test_the_terms_of_an_analyte_are_those_of_the_version():
    assert [term.name for term in terms_of("6.0", "platelets")] == ["Thrombocytopenia"]
    assert [term.name for term in terms_of("5.0", "platelets")] == [PLATELETS]


def test_temperatures_are_judged_in_the_scale_reported():
    assert grade("5.0", "Fever", "38.0", unit="°C").value == Grade(1)
    assert grade("5.0", "Fever", "102.3", unit="degF").value == Grade(2)


def test_grade_5_cannot_be_made():
    with pytest.raises(ValueError, match="5 is no grade that a number can give"):
        Grade(5)


def test_what_is_missing_is_named():
    answer = grade("4.03", "Creatinine increased", 80, unit="umol/L")
    assert isinstance(answer, NotEvaluable)
    assert answer.needs == ("the upper limit of normal", "the baseline")
    assert answer.because.endswith("the upper limit of normal and the baseline are missing.")


def test_a_single_missing_limit_is_named_in_the_singular():
    answer = platelets(150, lower_limit=None)
    assert (
        answer.because == "Whether Platelet count decreased is grade 0 is open: the lower limit of normal is missing."
    )


def test_without_a_baseline_a_rule_that_asks_for_it_says_how_it_was_read():
    answer = grade("5.0", "ALT increased", 60, unit="U/L", upper_limit=40)
    assert isinstance(answer, Assessed)
    assert answer.notes == ("Without a baseline the grade is that of a normal baseline.",)


def test_the_side_of_the_normal_range_that_a_baseline_is_asked_for_is_named():
    """v6.0 asks whether the baseline was below normal; 90 is above 1.5 x 40, if it was."""
    answer = grade("6.0", "Creatinine increased", 90, unit="umol/L", upper_limit=100, baseline=40)
    assert isinstance(answer, NotEvaluable)
    assert answer.why is Why.NO_REFERENCE_RANGE
    assert answer.needs == ("the lower limit of normal",)


def test_the_first_analyte_of_a_term_says_what_its_unit_is():
    answer = grade("5.0", "Chronic kidney disease", 50, unit="mg/dL")
    assert isinstance(answer, NotEvaluable)
    assert answer.because.endswith("it is no unit of estimated GFR (MDRD or CKD-EPI).")


def test_a_grade_that_only_a_person_can_give_is_named_beside_the_worst_computed():
    steroids = grade("5.0", "Eosinophilia", "0.9", unit="10*9/L", upper_limit="0.5", baseline="0.4")
    assert isinstance(steroids, Assessed)
    assert steroids.notes == ("Clinical, and for the investigator to decide: grade 3.",)
    assert grade("5.0", "Anemia", 9, unit="g/dL").notes == ()


def test_the_baseline_stands_in_the_evidence_in_its_own_unit():
    given = {"unit": "umol/L", "upper_limit": 200, "baseline": 1}
    assert grade("5.0", "Creatinine increased", 100, baseline_unit="mg/dL", **given).inputs[-1].value == "1 mg/dL"
    assert grade("5.0", "Creatinine increased", 100, **given).inputs[-1].value == "1 umol/L"


def test_numbers_of_one_kind_are_never_told_apart_by_position():
    with pytest.raises(TypeError):
        grade("5.0", PLATELETS, 61, "10*9/L")


@pytest.mark.parametrize("value", ["<0.4", "<=0.4", "< 0.0001"])
def test_below_a_small_number_lies_between_it_and_zero(value):
    assert grade("5.0", "Neutrophil count decreased", value, unit="10*9/L").value == Grade(4)


@pytest.mark.parametrize("value", ["<0", "<-0.5"])
def test_nothing_lies_below_zero(value):
    assert grade("5.0", "Neutrophil count decreased", value, unit="10*9/L").why is Why.IMPLAUSIBLE
