import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.derived.measured import Measured
from equipoise.assessments.derived.who_grade import (
    SOURCE,
    Differentiation,
    Neoplasm,
    WhoGrade,
    assess_who_grade,
    compute_who_grade,
)

WELL, POOR = Differentiation
NET, NEC = Neoplasm


def assess(ki67=None, mitoses=None, differentiation=WELL, is_one_index_enough=False, unit="%"):
    return assess_who_grade(
        ki67=None if ki67 is None else Measured("ki-67", ki67, unit),
        mitoses=None if mitoses is None else Measured("mitoses-per-2mm2", mitoses, None),
        differentiation=differentiation,
        is_one_index_enough=is_one_index_enough,
    )


@pytest.mark.parametrize(
    ("ki67", "mitoses", "differentiation", "grade"),
    [
        (2, 1, WELL, WhoGrade(1, NET)),
        (2, 2, WELL, WhoGrade(2, NET)),
        (3, 1, None, WhoGrade(2, NET)),
        (21, 1, WELL, WhoGrade(3, NET)),
        (1, 21, WELL, WhoGrade(3, NET)),
        (80, 40, POOR, WhoGrade(3, NEC)),
        (80, 40, None, WhoGrade(3, None)),
    ],
)
def test_grade_and_kind_of_neoplasm(ki67, mitoses, differentiation, grade):
    found = assess(ki67, mitoses, differentiation)
    assert isinstance(found, Assessed)
    assert found.value == grade
    assert found.source == SOURCE
    assert bool(found.notes) is (grade.neoplasm is None)
    assert len(found.inputs) == (2 if differentiation is None else 3)


@pytest.mark.parametrize(("ki67", "mitoses", "grade"), [(21, None, 3), (None, 21, 3)])
def test_one_index_of_grade_3_decides_alone(ki67, mitoses, grade):
    found = assess(ki67, mitoses)
    assert found.value.grade == grade
    assert "did not enter" in found.notes[0]


def test_one_lower_index_decides_only_where_the_protocol_says_so():
    found = assess(5)
    assert (found.why, found.needs) == (Why.NEVER_MEASURED, ("mitoses-per-2mm2",))
    found = assess(5, is_one_index_enough=True)
    assert found.value == WhoGrade(2, NET)
    assert found.notes == ("mitoses-per-2mm2 did not enter: mitoses-per-2mm2 was never measured",)


@pytest.mark.parametrize(("ki67", "unit", "cause"), [(5, None, Why.NO_UNIT), (101, "%", Why.IMPLAUSIBLE)])
def test_an_index_that_cannot_be_read_is_not_a_missing_one(ki67, unit, cause):
    found = assess(ki67, 1, unit=unit, is_one_index_enough=True)
    assert isinstance(found, NotEvaluable)
    assert (found.why, found.needs) == (cause, ("ki-67",))


def test_a_bare_fraction_is_refused():
    assert assess(1, 1, unit="1").why is Why.UNKNOWN_UNIT


def test_nothing_counted_gives_no_grade():
    assert assess(is_one_index_enough=True).needs == ("ki-67", "mitoses-per-2mm2")
    assert compute_who_grade(ki67_percent=None, mitoses_per_2mm2=None) is None


def test_poor_differentiation_with_low_indices_is_a_conflict():
    found = assess(5, 3, POOR)
    assert (found.why, found.needs) == (Why.CONFLICT, ("tumour-differentiation", "ki-67"))
