from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from equipoise.assessments.answer import Assessed, Input, NotEvaluable, Why
from equipoise.assessments.derived.chemistry import (
    CALCIUM_SOURCES,
    CalciumFormula,
    Limit,
    assess_corrected_calcium,
    assess_multiple,
    compute_multiple,
)
from equipoise.assessments.derived.measured import Measured

DAY, NEXT = date(2026, 3, 1), date(2026, 3, 2)
ALBUMIN = Measured("albumin", 2, "g/dL", DAY)


def calcium(value=8, unit="mg/dL", **more):
    return Measured("calcium", value, unit, DAY, **more)


def correct(calcium, albumin=ALBUMIN, formula=CalciumFormula.COMMON):
    return assess_corrected_calcium(calcium=calcium, albumin=albumin, formula=formula)


def test_corrected_calcium_keeps_day_record_and_range_of_the_calcium():
    found = correct(calcium(80, "mg/L", record="m/1", lower_limit=85, upper_limit=102, last_day=DAY))
    expected = Measured(
        "calcium-corrected", Fraction("9.6"), "mg/dL", DAY, DAY, "m/1", Fraction("8.5"), Fraction("10.2")
    )
    assert found == Assessed(
        expected,
        (Input("calcium", "80 mg/L", DAY, "m/1"), Input("albumin", "2 g/dL", DAY)),
        CALCIUM_SOURCES[CalciumFormula.COMMON],
    )


def test_corrected_calcium_without_a_range_has_none():
    found = correct(calcium())
    assert (found.value.lower_limit, found.value.upper_limit) == (None, None)


def test_each_formula_names_its_source():
    assert correct(calcium(), formula=CalciumFormula.PAYNE_1973).value.value == 10
    assert "643-646" in correct(calcium(), formula=CalciumFormula.PAYNE_1973).source


def test_calcium_and_albumin_of_different_days_are_said_to_be_so():
    found = correct(calcium(), Measured("albumin", 2, "g/dL", NEXT))
    assert found.notes == ("calcium and albumin are of different days",)


@pytest.mark.parametrize(
    ("result", "albumin", "cause", "needs"),
    [
        (None, ALBUMIN, Why.NEVER_MEASURED, ("calcium",)),
        (calcium(unit=None), ALBUMIN, Why.NO_UNIT, ("calcium",)),
        (calcium(None), ALBUMIN, Why.NEVER_MEASURED, ("calcium",)),
        (calcium(unit="mEq/L"), ALBUMIN, Why.UNKNOWN_UNIT, ("calcium",)),
        (calcium(unit="furlong"), ALBUMIN, Why.UNKNOWN_UNIT, ("calcium",)),
        (calcium(2), None, Why.NEVER_MEASURED, ("albumin",)),
        (calcium(), Measured("albumin", 40, "g/dL"), Why.IMPLAUSIBLE, ("albumin",)),
        (calcium(Decimal("0.1")), ALBUMIN, Why.IMPLAUSIBLE, ("calcium",)),
        (calcium(8, "mmol/L"), ALBUMIN, Why.IMPLAUSIBLE, ("calcium",)),
        (None, None, Why.NEVER_MEASURED, ("calcium", "albumin")),
        (calcium(unit=None), None, Why.NO_UNIT, ("calcium", "albumin")),
    ],
)
def test_what_is_missing_is_named(result, albumin, cause, needs):
    found = correct(result, albumin)
    assert isinstance(found, NotEvaluable)
    assert (found.why, found.needs) == (cause, needs)


BILIRUBIN = Measured("bilirubin", Decimal("3.6"), "mg/dL", DAY, record="m/2", lower_limit=Decimal("0.2"), upper_limit=2)


@pytest.mark.parametrize(("limit", "multiple", "shown"), [(Limit.UPPER, "1.8", "2"), (Limit.LOWER, "18", "0.2")])
def test_a_multiple_of_either_limit(limit, multiple, shown):
    found = assess_multiple(result=BILIRUBIN, limit=limit)
    assert found.value == Fraction(multiple)
    assert found.inputs == (
        Input("bilirubin", "3.6 mg/dL", DAY, "m/2"),
        Input(f"{limit.upper()} of bilirubin", f"{shown} mg/dL", DAY),
    )
    assert found.source == f"result / {limit.upper()} of its laboratory"


@pytest.mark.parametrize("unit", [None, "arbitrary units"])
def test_a_multiple_needs_no_unit_that_we_know(unit):
    """The range stands in the unit of the result, whatever that is."""
    found = assess_multiple(result=Measured("alt", 90, unit, upper_limit=30), limit=Limit.UPPER)
    assert isinstance(found, Assessed)
    assert found.value == 3


@pytest.mark.parametrize(
    ("result", "cause", "words"),
    [
        (None, Why.NEVER_MEASURED, "never measured"),
        (Measured("alt", None, "U/L", upper_limit=30), Why.NEVER_MEASURED, "without a value"),
        (Measured("alt", 5, "U/L", upper_limit=30, is_bound=True), Why.OVERLAP, "bound"),
        (Measured("alt", 5, "U/L", lower_limit=3), Why.NO_REFERENCE_RANGE, "alt was reported without its ULN"),
        (Measured("alt", 5, "U/L", upper_limit=0), Why.IMPLAUSIBLE, "the ULN of alt is not above zero"),
    ],
)
def test_a_multiple_that_cannot_be_taken(result, cause, words):
    found = assess_multiple(result=result, limit=Limit.UPPER)
    assert isinstance(found, NotEvaluable)
    assert found.why is cause
    assert words in found.because


@pytest.mark.parametrize("limit", [0, -1])
def test_no_multiple_of_a_limit_of_zero_or_below(limit):
    assert compute_multiple(value=5, limit=limit) is None
