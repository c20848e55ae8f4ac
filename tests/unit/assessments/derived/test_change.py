from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.assessments.derived.change import (
    Change,
    TimeUnit,
    assess_change,
    assess_change_percent,
    assess_time_since,
    choose_baseline,
    compute_change_percent,
)
from equipoise.assessments.derived.measured import Measured

ANCHOR = date(2026, 2, 10)


def weight(value, day, unit="kg", last_day=None):
    return Measured("body-weight", value, unit, day, last_day)


def day(number, month=2):
    return date(2026, month, number)


def test_the_baseline_is_the_last_value_on_or_before_the_anchor():
    results = [weight(70, day(1)), weight(72, ANCHOR), weight(71, day(5)), weight(90, day(11))]
    found = choose_baseline(results, anchor=ANCHOR)
    assert isinstance(found, Assessed)
    assert found.value is results[1]
    assert found.inputs == (results[1].as_input(),)
    assert found.source == "last value on or before the anchor day"


@pytest.mark.parametrize("results", [[], [weight(70, day(11))], [weight(None, day(1))]])
def test_no_value_before_the_anchor_is_no_baseline(results):
    found = choose_baseline(results, anchor=ANCHOR)
    assert isinstance(found, NotEvaluable)
    assert found.why is Why.NO_BASELINE
    assert found.needs == (("body-weight",) if results else ())
    assert len(found.inputs) == len(results)


def test_a_record_without_a_value_does_not_hide_an_earlier_value():
    assert choose_baseline([weight(70, day(1)), weight(None, day(9))], anchor=ANCHOR).value.value == 70


def test_two_results_of_the_last_day():
    same = [weight(70, day(9)), weight(70000, day(9), "g"), weight(60, day(1))]
    found = choose_baseline(same, anchor=ANCHOR)
    assert found.value is same[0]
    assert len(found.inputs) == 1
    found = choose_baseline([weight(70, day(9)), weight(71, day(9))], anchor=ANCHOR)
    assert (found.why, len(found.inputs), found.needs) == (Why.CONFLICT, 2, ("body-weight",))


@pytest.mark.parametrize(("units", "is_conflict"), [((None, None), False), ((None, "kg"), True), (("kg", None), True)])
def test_results_of_one_day_without_a_unit_are_equal_only_as_reported(units, is_conflict):
    found = choose_baseline([weight(70, day(9), unit) for unit in units], anchor=ANCHOR)
    assert isinstance(found, NotEvaluable) is is_conflict


@pytest.mark.parametrize(
    ("partial", "is_open"),
    [
        (weight(80, day(1), last_day=day(8)), False),  # before the last certain value
        (weight(80, day(1), last_day=day(9)), True),  # perhaps of its day
        (weight(80, day(9), last_day=day(28)), True),
        (weight(80, None), True),
        (weight(80, day(11), last_day=day(28)), False),  # after the anchor
    ],
)
def test_a_partial_date_matters_only_where_it_may_be_the_last(partial, is_open):
    found = choose_baseline([weight(70, day(9)), partial], anchor=ANCHOR)
    if is_open:
        assert (found.why, found.inputs) == (Why.PARTIAL_DATE, (partial.as_input(),))
    else:
        assert found.value.value == 70


def test_a_partial_date_alone_is_open():
    assert choose_baseline([weight(80, day(1), last_day=day(9))], anchor=ANCHOR).why is Why.PARTIAL_DATE


BASELINE = choose_baseline([weight(80, day(9))], anchor=ANCHOR)


def test_change_in_the_unit_of_the_baseline_and_in_per_cent():
    found = assess_change(result=weight(76000, day(20), "g"), baseline=BASELINE)
    assert found.value == Change(Fraction(-4), "kg", Fraction(-5))
    assert [each.value for each in found.inputs] == ["76000 g", "80 kg"]
    assert found.source == "change from baseline (last value on or before the anchor day)"
    assert assess_change_percent(result=weight(76, day(20)), baseline=BASELINE).value == -5


def test_scores_without_a_unit_have_a_change():
    baseline = choose_baseline([Measured("ecog", 1, None, day(1))], anchor=ANCHOR)
    found = assess_change(result=Measured("ecog", 2, None, day(20)), baseline=baseline)
    assert found.value == Change(Fraction(1), "1", Fraction(100))


def test_creatinine_in_the_other_unit_system_is_converted():
    baseline = choose_baseline([Measured("creatinine", 1, "mg/dL", day(1))], anchor=ANCHOR)
    found = assess_change_percent(result=Measured("creatinine", Decimal("132.6"), "umol/L", day(20)), baseline=baseline)
    assert found.value == 50


def test_a_unit_on_one_side_only_is_not_guessed():
    without = choose_baseline([weight(80, day(9), None)], anchor=ANCHOR)
    assert assess_change(result=weight(76, day(20)), baseline=without).why is Why.NO_UNIT
    assert assess_change(result=weight(76, day(20), None), baseline=BASELINE).why is Why.NO_UNIT


@pytest.mark.parametrize(
    ("result", "cause"),
    [
        (None, Why.NEVER_MEASURED),
        (weight(None, day(20)), Why.NEVER_MEASURED),
        (weight(76, day(20), "cm"), Why.UNKNOWN_UNIT),
        (weight(76, day(8)), Why.IMPLAUSIBLE),
    ],
)
def test_a_change_that_cannot_be_taken(result, cause):
    found = assess_change(result=result, baseline=BASELINE)
    assert isinstance(found, NotEvaluable)
    assert found.why is cause
    assert found.needs == ("body-weight",)
    assert assess_change_percent(result=result, baseline=BASELINE) == found


def test_a_result_of_the_day_of_the_baseline_has_a_change():
    assert assess_change(result=weight(80, day(9)), baseline=BASELINE).value.absolute == 0


def test_a_missing_baseline_is_handed_on():
    missing = choose_baseline([], anchor=ANCHOR)
    assert assess_change(result=weight(80, day(9)), baseline=missing) is missing


@pytest.mark.parametrize("zero", [0, -1])
def test_a_baseline_of_zero_has_an_absolute_change_and_no_percentage(zero):
    baseline = choose_baseline([Measured("ecog", zero, None, day(1))], anchor=ANCHOR)
    result = Measured("ecog", 2, None, day(20))
    found = assess_change(result=result, baseline=baseline)
    assert found.value == Change(Fraction(2 - zero), "1", None)
    assert "no percentage" in found.notes[0]
    found = assess_change_percent(result=result, baseline=baseline)
    assert (found.why, found.needs) == (Why.IMPLAUSIBLE, ("ecog",))
    assert compute_change_percent(value=2, baseline=zero) is None


def since(first, last, unit=TimeUnit.MONTH, as_of=date(2026, 6, 15)):
    return assess_time_since("surgery", first_day=first, last_day=last, as_of=as_of, unit=unit, record="p/1")


@pytest.mark.parametrize(
    ("event", "unit", "time"),
    [
        (date(2026, 6, 15), TimeUnit.DAY, 0),
        (date(2026, 5, 15), TimeUnit.DAY, 31),
        (date(2026, 5, 15), TimeUnit.MONTH, 1),
        (date(2026, 5, 16), TimeUnit.MONTH, 0),
        (date(2024, 6, 15), TimeUnit.YEAR, 2),
        (date(2024, 6, 16), TimeUnit.YEAR, 1),
    ],
)
def test_time_since_an_event(event, unit, time):
    found = since(event, event, unit)
    assert found.value == time
    assert found.inputs[0].value == event.isoformat()
    assert (found.inputs[0].day, found.inputs[0].record) == (event, "p/1")


def test_a_partial_date_is_no_obstacle_when_all_its_days_agree():
    assert since(date(2026, 3, 1), date(2026, 3, 15)).value == 3
    found = since(date(2026, 3, 1), date(2026, 3, 31))
    assert (found.why, found.needs) == (Why.PARTIAL_DATE, ("surgery",))
    assert found.inputs[0].value == "2026-03-01 to 2026-03-31"


@pytest.mark.parametrize(
    ("first", "last", "cause", "words"),
    [
        (None, None, Why.NEVER_MEASURED, "the day of surgery is not recorded"),
        (date(2026, 1, 1), None, Why.NEVER_MEASURED, "not recorded"),
        (None, date(2026, 1, 1), Why.NEVER_MEASURED, "not recorded"),
        (date(2026, 6, 16), date(2026, 6, 16), Why.IMPLAUSIBLE, "lies after the day"),
        (date(2026, 6, 1), date(2026, 6, 30), Why.PARTIAL_DATE, "known in part"),
        (date(2026, 6, 2), date(2026, 6, 1), Why.IMPLAUSIBLE, "the last possible day of surgery is before its first"),
    ],
)
def test_time_that_cannot_be_told(first, last, cause, words):
    found = since(first, last)
    assert isinstance(found, NotEvaluable)
    assert found.why is cause
    assert words in found.because
