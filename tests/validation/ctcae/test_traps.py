"""Source: NCI CTCAE v4.03, v5.0 and v6.0; admiral issue 2512 (baseline rules only after baseline), pharmaverse."""

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.ctcae import BaselineRange, CtcaeVersion, Grade, grade, load_table


def value_of(answer):
    assert isinstance(answer, Assessed)
    return answer.value


def why_of(answer):
    assert isinstance(answer, NotEvaluable)
    return answer.why


def test_one_result_has_another_grade_in_another_version():
    given = {"unit": "10*9/L", "lower_limit": 2}
    grades = {v: value_of(grade(v, "Neutrophil count decreased", "0.9", **given)).value for v in CtcaeVersion}
    assert grades == {CtcaeVersion.V4_03: 3, CtcaeVersion.V5_0: 3, CtcaeVersion.V6_0: 2}


def test_a_missing_normal_range_is_never_grade_0():
    """Platelets of 150 are grade 0 in one laboratory and grade 1 in another."""
    assert why_of(grade("5.0", "Platelet count decreased", 150, unit="10*9/L")) is Why.NO_REFERENCE_RANGE
    assert value_of(grade("5.0", "Platelet count decreased", 150, unit="10*9/L", lower_limit=150)).value == 0
    assert value_of(grade("5.0", "Platelet count decreased", 150, unit="10*9/L", lower_limit=160)).value == 1


def test_an_absolute_limit_decides_without_a_normal_range():
    assert value_of(grade("5.0", "Platelet count decreased", 60, unit="10*9/L")) == Grade(2)


def test_the_baseline_itself_is_graded_by_the_normal_range():
    """Issue 2512: graded against itself, an abnormal baseline would always be grade 0."""
    given = {"unit": "U/L", "upper_limit": 40, "baseline": 60}
    assert value_of(grade("5.0", "Alanine aminotransferase increased", 60, **given)).value == 0
    assert value_of(grade("5.0", "Alanine aminotransferase increased", 60, is_baseline=True, **given)).value == 1


def test_a_baseline_below_normal_is_not_abnormal_for_a_rise():
    given = {"unit": "U/L", "lower_limit": 10, "upper_limit": 40, "baseline": 8}
    assert value_of(grade("5.0", "Alanine aminotransferase increased", 39, **given)).value == 0
    assert value_of(grade("6.0", "Alanine aminotransferase increased", 41, **given)).value == 1


def test_the_range_that_came_with_the_baseline_says_whether_it_was_abnormal():
    """60 was normal where it was measured; 100 is then held against the upper limit of 40 of the other laboratory."""
    given = {"unit": "U/L", "upper_limit": 40, "baseline": 60}
    assert value_of(grade("5.0", "Alanine aminotransferase increased", 130, **given)).value == 1
    assert (
        value_of(grade("5.0", "Alanine aminotransferase increased", 130, baseline_upper_limit=65, **given)).value == 2
    )


def test_the_flag_of_the_laboratory_goes_before_the_numbers():
    given = {"unit": "U/L", "upper_limit": 40, "baseline": 60, "baseline_range": BaselineRange.NORMAL}
    assert value_of(grade("5.0", "Alanine aminotransferase increased", 130, **given)).value == 2


def test_a_flag_without_the_baseline_leaves_the_grade_open():
    answer = grade(
        "5.0",
        "Alanine aminotransferase increased",
        130,
        unit="U/L",
        upper_limit=40,
        baseline_range=BaselineRange.HIGH,
    )
    assert why_of(answer) is Why.NO_BASELINE


def test_the_worst_grade_counts_where_two_share_a_number():
    answer = grade("5.0", "Hypokalemia", "3.2", unit="mmol/L", lower_limit="3.5")
    assert value_of(answer).value == 2
    assert "with symptoms, the worse reading" in answer.notes[0]
    milder = grade("5.0", "Hypokalemia", "3.2", unit="mmol/L", lower_limit="3.5", is_symptomatic=False)
    assert value_of(milder).value == 1
    assert milder.notes == ()


def test_both_directions_of_one_analyte_are_graded_apart():
    given = {"unit": "mmol/L", "lower_limit": "3.5", "upper_limit": "5.1"}
    assert value_of(grade("5.0", "Hyperkalemia", "6.2", **given)).value == 3
    assert value_of(grade("5.0", "Hypokalemia", "6.2", **given)).value == 0


def test_a_life_threatening_grade_is_never_computed():
    answer = grade("5.0", "Anemia", "2.0", unit="g/dL")
    assert value_of(answer).value == 3
    assert answer.notes == ("Clinical, and for the investigator to decide: grade 4 and grade 5.",)


@pytest.mark.parametrize("version", CtcaeVersion)
def test_death_is_never_computed(version):
    for term in load_table(version).terms.values():
        assert {clause.grade for clause in term.clauses} <= {None, 1, 2, 3, 4}


def test_haemoglobin_is_judged_by_the_limit_printed_for_its_unit():
    """4.93 mmol/L is 7.94 g/dL: below the one printed limit, not below the other."""
    assert value_of(grade("5.0", "Anemia", "4.93", unit="mmol/L", lower_limit=7)).value == 2
    assert value_of(grade("5.0", "Anemia", "7.94", unit="g/dL", lower_limit=12)).value == 3
    assert value_of(grade("5.0", "Anemia", "8.0", unit="g/dL", lower_limit=12)).value == 2


def test_floats_do_not_round_a_result_over_its_limit():
    """As floats 3 x 0.1 is above 0.3: a bilirubin of 3.0 x ULN must stay grade 2."""
    assert 3 * 0.1 > 0.3
    assert value_of(grade("5.0", "Blood bilirubin increased", 0.3, unit="mg/dL", upper_limit=0.1)).value == 2


def test_a_missing_part_of_a_rule_makes_a_grade_a_lower_bound():
    """v5.0: above 1.5 x ULN is grade 2; above 3.0 x baseline it would be 3, and the baseline is missing."""
    answer = grade("5.0", "Creatinine increased", "1.9", unit="mg/dL", upper_limit="1.2")
    assert value_of(answer) == Grade(2, may_be_higher=True)
    assert "At least this grade" in answer.notes[0]


def test_two_millimoles_of_calcium_are_not_two_milliequivalents():
    answer = grade("5.0", "Hypocalcemia", "4.0", unit="mEq/L", lower_limit="4.3")
    assert why_of(answer) is Why.UNKNOWN_UNIT
    assert "two charges" in answer.because
