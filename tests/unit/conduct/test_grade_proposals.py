"""Grades proposed for results: rows of the published table read by hand, at their boundaries.

Source: National Cancer Institute, Common Terminology Criteria for Adverse Events v5.0, 27 November 2017; the words of
each row stand beside it.
"""

from datetime import date

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.ctcae import CtcaeVersion
from equipoise.conduct.grade_proposals import ByTable, Proposal, Reported, laboratory_term, propose_grade
from equipoise.errors import EquipoiseError
from equipoise.terminology.catalogue import base_library

DAY = date(2026, 3, 2)
ONE = Reported("1.0", "mg/dL", high="1.3")
"""A creatinine that is normal."""
HIGH = Reported("80", "U/L", high="40")
"""An ALT that is twice the upper limit of normal."""


def grade_of(term: str, result: Reported, baseline: Reported | None = None, *, is_baseline: bool = False) -> int:
    answer = propose_grade("5.0", term, result, on=DAY, record="17/1", baseline=baseline, is_baseline=is_baseline)
    assert isinstance(answer, Assessed)
    return answer.value.value


def why_none(term: str, result: Reported) -> Why:
    answer = propose_grade("5.0", term, result, on=DAY)
    assert isinstance(answer, NotEvaluable)
    return answer.why


@pytest.mark.parametrize(
    ("value", "expected"),
    # "<LLN - 75.0 x 10e9/L", "<75.0 - 50.0", "<50.0 - 25.0", "<25.0"; the lower limit is 150.
    [("150", 0), ("149", 1), ("75", 1), ("74", 2), ("50", 2), ("49", 3), ("25", 3), ("24", 4), ("<25", 4)],
)
def test_platelet_count_decreased(value: str, expected: int) -> None:
    assert grade_of("platelet-count-decreased", Reported(value, "10*9/L", low="150")) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    # "Hgb <LLN - 10.0 g/dL", "<10.0 - 8.0 g/dL", "<8.0 g/dL"; the lower limit is 12.
    [("12.0", 0), ("11.9", 1), ("10.0", 1), ("9.9", 2), ("8.0", 2), ("7.9", 3)],
)
def test_anemia(value: str, expected: int) -> None:
    assert grade_of("anaemia", Reported(value, "g/dL", low="12")) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    # ">ULN - 1.5 x ULN"; ">1.5 - 3.0 x baseline; >1.5 - 3.0 x ULN"; ">3.0 x baseline; >3.0 - 6.0 x ULN"; ">6.0 x ULN".
    [("1.3", 0), ("1.4", 1), ("1.5", 1), ("1.51", 2), ("3.0", 2), ("3.01", 3), ("7.8", 3), ("7.81", 4)],
)
def test_creatinine_increased_from_a_baseline_of_1_and_a_limit_of_1_3(value: str, expected: int) -> None:
    assert grade_of("creatinine-increased", Reported(value, "mg/dL", high="1.3"), ONE) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    # "1.5 - 3.0 x baseline if baseline was abnormal"; ">3.0 - 5.0 x baseline if baseline was abnormal".
    [("119", 0), ("120", 1), ("240", 1), ("241", 2), ("400", 2), ("401", 3)],
)
def test_alanine_aminotransferase_from_an_abnormal_baseline(value: str, expected: int) -> None:
    assert grade_of("alt-increased", Reported(value, "U/L", high="40"), HIGH) == expected


def test_a_baseline_itself_is_graded_by_the_normal_range_alone() -> None:
    # ">ULN - 3.0 x ULN if baseline was normal": 80 is twice the limit of 40.
    assert grade_of("alt-increased", HIGH, is_baseline=True) == 1


def test_a_unit_that_stands_in_the_value_is_read() -> None:
    assert grade_of("platelet-count-decreased", Reported("74 10*9/L", low="150")) == 2
    assert grade_of("creatinine-increased", Reported("1.7 mg/dL", high="1.3"), Reported("1.0 mg/dL", high="1.3")) == 2


def test_what_cannot_be_graded_is_never_grade_0() -> None:
    assert why_none("platelet-count-decreased", Reported("110", "10*9/L")) is Why.NO_REFERENCE_RANGE
    assert why_none("platelet-count-decreased", Reported("74")) is Why.NO_UNIT
    assert why_none("platelet-count-decreased", Reported("haemolysed", "10*9/L", low="150")) is Why.IMPLAUSIBLE


def test_a_worse_grade_that_a_missing_limit_leaves_open_is_told() -> None:
    # 3.1 x the baseline is grade 3; whether it is above 6.0 x ULN is open.
    answer = propose_grade(
        "5.0", "creatinine-increased", Reported("3.1", "mg/dL"), on=DAY, baseline=Reported("1.0", "mg/dL")
    )
    assert isinstance(answer, Assessed)
    assert (answer.value.value, answer.value.may_be_higher) == (3, True)


@pytest.mark.parametrize(("value", "is_open"), [("12", False), ("5", True)])
def test_a_result_worse_than_every_printed_grade_leaves_a_worse_grade_open(value: str, is_open: bool) -> None:
    """CTCAE v6.0 prints "10 - 25 ml/min" as grade 3 of creatinine clearance decreased, and nothing below 10."""
    term = laboratory_term(CtcaeVersion.V6_0, "creatinine-clearance-decreased")
    assert term is not None
    result, concept = Reported(value, "mL/min"), base_library()[term.analytes[0]]
    answer = propose_grade("6.0", term.id, result, on=DAY)
    assert Proposal(term, concept, result, DAY, "17/1", answer).may_be_higher is is_open


def test_a_term_that_no_table_has_is_an_error() -> None:
    with pytest.raises(EquipoiseError, match="no version has it"):
        propose_grade("5.0", "not a term", ONE, on=DAY)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((None, "Platelet count decreased"), "platelet-count-decreased"),
        (("anaemia", "tired"), "anaemia"),
        ((None, "neutropenia"), "neutrophil-count-decreased"),
        ((None, "nausea"), None),
        # Every grade of it is clinical in this version, "Abnormal glucose above baseline with no medical intervention".
        (("hyperglycaemia", "sugar"), None),
    ],
)
def test_a_term_of_the_laboratory_is_found_by_its_names(names: tuple[str | None, ...], expected: str | None) -> None:
    term = laboratory_term(CtcaeVersion.V5_0, *names)
    assert (None if term is None else term.id) == expected


def test_a_proposal_is_read_from_an_event_as_it_was_written() -> None:
    kept = ByTable(CtcaeVersion.V5_0, "anaemia", 2, False, "17/1", DAY)
    assert ByTable.from_json(kept.to_json()) == kept
    assert kept.words == "grade 2 by CTCAE 5.0 (anaemia)"
