from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from equipoise.assessments.answer import Input, NotEvaluable, Why
from equipoise.assessments.derived.measured import (
    QUANTITIES,
    Measured,
    amount_of,
    amounts_of,
    check_positive,
    in_unit,
    join,
    scale_between,
)
from equipoise.errors import EquipoiseError

WEIGHT = Measured("body-weight", 70, "kg", date(2026, 1, 2), record="measurements/1")


def why(answer):
    assert isinstance(answer, NotEvaluable)
    return answer.why


@pytest.mark.parametrize(
    ("name", "value", "unit", "amount"),
    [
        ("body-weight", 70, "kg", 70),
        ("body-weight", 70000, "g", 70),
        ("body-weight", 100, "lb", Fraction("45.359237")),  # the pound is 0.45359237 kg by definition
        ("body-height", Decimal("1.75"), "m", 175),
        ("body-height", 70, "in", Fraction("177.8")),
        ("creatinine", Decimal("88.4"), "umol/L", 1),
        ("bilirubin", Decimal("51.3"), "umol/L", 3),
        ("albumin", 30, "g/L", 3),
        ("sodium", 140, "mEq/L", 140),
        ("inr", Decimal("1.2"), None, Fraction("1.2")),
        ("ki-67", 20, "%", 20),
        ("mitoses-per-2mm2", 4, None, 4),
    ],
)
def test_a_result_is_read_exactly_in_the_unit_of_its_quantity(name, value, unit, amount):
    assert amount_of(name, Measured(name, value, unit)) == amount


@pytest.mark.parametrize(
    ("result", "cause", "words"),
    [
        (None, Why.NEVER_MEASURED, "body-height was never measured"),
        (Measured("body-height", None, "cm"), Why.NEVER_MEASURED, "body-height has a record without a value"),
        (Measured("body-height", 175, None), Why.NO_UNIT, "body-height was reported without a unit"),
        (Measured("body-height", 175, ""), Why.NO_UNIT, "body-height was reported without a unit"),
        (Measured("body-height", 175, "kg"), Why.UNKNOWN_UNIT, "reported in 'kg', which does not convert to cm"),
        (Measured("body-height", 175, "centimes"), Why.UNKNOWN_UNIT, "'centimes', which does not convert"),
        (Measured("body-height", 175, "cm", is_bound=True), Why.OVERLAP, "reported as a bound"),
        (Measured("body-height", Decimal("1.75"), "cm"), Why.IMPLAUSIBLE, "between 50 and 260 cm: check the number"),
        (Measured("body-height", 175, "m"), Why.IMPLAUSIBLE, "between 50 and 260 cm"),
        (Measured("body-height", 0, "cm"), Why.IMPLAUSIBLE, "between 50 and 260 cm"),
        (Measured("body-height", -170, "cm"), Why.IMPLAUSIBLE, "between 50 and 260 cm"),
    ],
)
def test_a_result_that_cannot_be_used_says_why_and_what_is_needed(result, cause, words):
    found = amount_of("body-height", result)
    assert why(found) is cause
    assert words in found.because
    assert found.needs == ("body-height",)
    assert found.inputs == (() if result is None else (result.as_input(),))


@pytest.mark.parametrize("name", QUANTITIES)
def test_the_ends_of_the_plausible_range_belong_to_it_and_nothing_beyond(name):
    quantity = QUANTITIES[name]
    tiny = Decimal("0.0001")
    for value in (quantity.least, quantity.most):
        assert amount_of(name, Measured(name, value, quantity.unit)) == value
    for value in (quantity.least - tiny, quantity.most + tiny):
        assert why(amount_of(name, Measured(name, value, quantity.unit))) is Why.IMPLAUSIBLE


@pytest.mark.parametrize("name", QUANTITIES)
def test_only_ratios_scores_and_counts_may_come_without_a_unit(name):
    quantity = QUANTITIES[name]
    found = amount_of(name, Measured(name, quantity.most, None))
    if name in ("inr", "mitoses-per-2mm2", "ecog", "karnofsky"):
        assert found == quantity.most
    else:
        assert why(found) is Why.NO_UNIT


def test_all_obstacles_are_named_together():
    found = amounts_of({"body-weight": Measured("body-weight", 0, "kg"), "body-height": None, "inr": None})
    assert why(found) is Why.IMPLAUSIBLE
    assert found.needs == ("body-weight", "body-height", "inr")
    assert found.because.count(";") == 2
    assert found.inputs == (Input("body-weight", "0 kg"),)


def test_amounts_keep_the_evidence_as_reported():
    found = amounts_of({"body-weight": WEIGHT})
    assert found["body-weight"] == 70
    assert found.inputs == (Input("body-weight", "70 kg", date(2026, 1, 2), "measurements/1"),)


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (Measured("inr", Decimal("1.20"), None), "1.20 (no unit)"),
        (Measured("inr", None, None), "no value"),
        (Measured("creatinine", Decimal("0.3"), "mg/dL", is_bound=True), "bound 0.3 mg/dL"),
    ],
)
def test_evidence_shows_what_was_reported(result, shown):
    assert result.as_input().value == shown


def test_equivalents_convert_for_ions_of_valence_one_only():
    """An equivalent of calcium or magnesium is half a mole."""
    assert scale_between("calcium", "meq/L", "mmol/L") is None
    assert scale_between("magnesium", "mmol/L", "meq/L") is None
    assert scale_between("magnesium", "meq/L", "meq/L") == 1
    assert scale_between("calcium", "umol/L", "mmol/L") == Fraction(1, 1000)
    assert scale_between("sodium", "meq/L", "mmol/L") == 1
    assert scale_between("potassium", "mmol/L", "meq/L") == 1


def test_mass_and_amount_convert_only_where_a_concept_says_how():
    assert scale_between("creatinine", "umol/L", "mg/dL") == Fraction(10, 884)
    assert scale_between("albumin", "umol/L", "g/dL") is None


def test_a_result_of_something_else_is_wrong_use():
    with pytest.raises(EquipoiseError, match="given a result of something else") as raised:
        amounts_of({"body-height": WEIGHT})
    assert raised.value.faults[0].what == "the result is one of body-weight"


def test_a_float_is_refused():
    with pytest.raises(EquipoiseError, match="a float is not the number that was reported") as raised:
        in_unit(Measured("body-weight", 70.1, "kg"), "kg")
    assert raised.value.faults[0].where == "body-weight"


def test_impossible_numbers_are_wrong_use_and_named_together():
    with pytest.raises(EquipoiseError, match="impossible number") as raised:
        check_positive(weight_kg=0, height_cm=-1, inr=1)
    assert [fault.where for fault in raised.value.faults] == ["weight_kg", "height_cm"]
    check_positive(weight_kg=Decimal("0.001"))


def test_joining_says_everything_once():
    one = NotEvaluable(Why.NO_UNIT, "a", (Input("x", "1"),), ("x",))
    found = join([one, one, NotEvaluable(Why.CONFLICT, "b", (), ("y",))])
    assert found == NotEvaluable(Why.NO_UNIT, "a; b", (Input("x", "1"),), ("x", "y"))


@pytest.mark.parametrize(
    ("day", "last_day", "is_partial", "latest"),
    [
        (date(2026, 1, 1), None, False, date(2026, 1, 1)),
        (date(2026, 1, 1), date(2026, 1, 1), False, date(2026, 1, 1)),
        (date(2026, 1, 1), date(2026, 1, 31), True, date(2026, 1, 31)),
        (None, None, True, date.max),
    ],
)
def test_partial_days(day, last_day, is_partial, latest):
    result = Measured("inr", 1, None, day, last_day)
    assert (result.is_day_partial, result.latest_day) == (is_partial, latest)
