"""Doses and operations against plan, history and release: what is asked about, what is a deviation, what stands.

Amounts: 1 Ci is 37 GBq, so 200 mCi is 7.4 GBq. Windows: 56 days +/- 7 from the actual previous dose.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.form_world import DAY_0, PLAN, SUBJECT, TODAY, day, subject

from equipoise.conduct.forms import DoseForm, OperationForm
from equipoise.conduct.forms.dose import level_of
from equipoise.conduct.history import History, StepDone
from equipoise.conduct.raised import RaisedKind
from equipoise.criteria.assessed.catalogue import ADMINISTERED_ACTIVITY
from equipoise.errors import Fault
from equipoise.protocol.plan import Amount, Level

DEVIATION, QUERY, NOTICE = RaisedKind.DEVIATION, RaisedKind.QUERY, RaisedKind.NOTICE


def dose(step: str = "cycle-1", on: int = 0, administered: str = "7.4", unit: str = "GBq", **more: Any) -> DoseForm:
    return DoseForm(on=day(on), step=step, administered=administered, unit=unit, **more)


def operation(on: int, **more: Any) -> OperationForm:
    fields = {"approach": "open", "resection": "R0", "lesions_removed": 3} | more
    return OperationForm(on=day(on), step="operation", **fields)


def found(form: Any, history: History | None, released: str | None = None) -> set[tuple[RaisedKind, str]]:
    return {(raised.kind, raised.code) for raised in form.doubts(PLAN, history, released=released)}


def words(form: Any, code: str, history: History | None = None, released: str | None = None) -> str:
    return next(raised.words for raised in form.doubts(PLAN, history, released=released) if raised.code == code)


def test_a_dose_as_planned_and_released_raises_nothing() -> None:
    assert found(dose(ordered="7.4"), subject(), "full") == set()
    assert found(dose("cycle-2", 56, "3.75", residual="0.05"), subject(0), "reduced") == set()


@pytest.mark.parametrize(
    ("administered", "unit", "meant"),
    [
        ("200", "GBq", "was it 200 mCi, that is 7.4 GBq?"),
        ("100", "GBq", "was it 100 mCi, that is 3.7 GBq?"),
        ("7400", "GBq", "was it 7400 MBq, that is 7.4 GBq?"),
        ("7.4", "mCi", "was it 7.4 GBq?"),
        ("0.5", "GBq", "are number and unit right?"),
        ("10.000001", "GBq", "are number and unit right?"),
    ],
)
def test_an_amount_that_is_not_plausible_is_asked_about_with_the_unit_that_was_meant(
    administered: str, unit: str, meant: str
) -> None:
    told = words(dose(administered=administered, unit=unit), "amount-implausible")
    assert "is outside of what is plausible (1 to 10 GBq)" in told
    assert told.endswith(meant)


@pytest.mark.parametrize("administered", ["1", "10"])
def test_the_limits_of_what_is_plausible_are_inside(administered: str) -> None:
    assert found(dose(administered=administered), None) == set()


def test_millicuries_that_are_right_are_right() -> None:
    form = dose(administered="200", unit="mCi")
    assert found(form, subject(), "full") == set()
    assert form.done("e", PLAN) == StepDone("cycle-1", DAY_0, Decimal("7.4"), "full", entry="e")


@pytest.mark.parametrize(
    ("administered", "residual", "is_as_released"),
    [
        ("8.14", "0", True),
        ("8.140001", "0", False),
        ("6.66", "0", True),
        ("6.659999", "0", False),
        ("8.2", "0.1", True),
    ],
)
def test_ten_per_cent_of_the_level_released_are_inside_and_net_is_what_counts(
    administered: str, residual: str, is_as_released: bool
) -> None:
    """7.4 GBq +/- 10 % is 6.66 to 8.14 GBq."""
    raised = found(dose(administered=administered, residual=residual), subject(), "full")
    assert ((DEVIATION, "given-not-as-released") not in raised) is is_as_released


def test_the_full_dose_after_a_release_of_the_reduced_one_is_a_deviation_and_told_at_once() -> None:
    form = dose("cycle-2", 56, ordered="7.4")
    assert found(form, subject(0), "reduced") == {
        (NOTICE, "more-than-released"),
        (DEVIATION, "given-not-as-released"),
        (DEVIATION, "ordered-not-as-released"),
    }


@pytest.mark.parametrize(("net", "level"), [("7.4", "full"), ("3.7", "reduced"), ("8.14", "full"), ("5.5", None)])
def test_the_level_is_that_of_what_was_given(net: str, level: str | None) -> None:
    done = dose(administered=net).done("e", PLAN)
    assert done is not None
    assert done.level == level


def test_a_dose_of_which_nothing_was_given_is_asked_about_and_is_no_dose() -> None:
    form = dose(administered="7.4", residual="7.4")
    assert found(form, subject(), "full") == {(QUERY, "nothing-given")}
    assert form.done("e", PLAN) is None
    assert form.rows("e", SUBJECT, PLAN) == {}


def test_a_residual_above_what_was_administered_is_a_fault() -> None:
    form = dose(administered="7.4", residual="7.5")
    fault = Fault("residual", "is more than was administered", "Give administered before subtraction.")
    assert form.faults(TODAY) == [fault]
    activity = form.rows("e", SUBJECT, PLAN)["measurements"][0]
    assert (activity["value_text"], activity["value_lower"]) == ("not known", None)


@pytest.mark.parametrize(("on", "is_inside"), [(48, False), (49, True), (63, True), (64, False)])
def test_the_window_counts_from_the_actual_day_of_the_dose_before(on: int, is_inside: bool) -> None:
    assert ((DEVIATION, "out-of-window") not in found(dose("cycle-2", on), subject(0))) is is_inside
    assert ((DEVIATION, "out-of-window") not in found(dose("cycle-2", on + 30), subject(30))) is is_inside


def test_a_window_is_told_with_its_days() -> None:
    told = words(dose("cycle-2", 80), "out-of-window", subject(0))
    assert told == f"cycle-2 on {day(80)}, outside of its window from {day(49)} to {day(63)}."


def test_a_cycle_without_the_one_before_is_a_deviation() -> None:
    assert (DEVIATION, "order-broken") in found(dose("cycle-3", 60), subject(0))
    assert "without cycle-2 before it" in words(dose("cycle-3", 60), "order-broken", subject(0))


def test_days_that_cross_are_asked_about() -> None:
    assert (QUERY, "order-of-days") in found(dose("cycle-2", -1), subject(0))
    assert (QUERY, "order-of-days") in found(dose("cycle-1", 60), subject(0, 56))


def test_two_cycles_of_one_day_are_asked_about() -> None:
    assert (QUERY, "order-of-days") in found(dose("cycle-2", 0), subject(0))
    second = History("before", DAY_0, steps=(StepDone("cycle-2", day(56)),))
    assert (QUERY, "order-of-days") in found(dose("cycle-1", 56), second)


def test_a_window_that_is_only_expected_is_no_window_to_be_outside_of() -> None:
    """Cycle 2 is not on record, so nothing says when cycle 3 was due."""
    assert (DEVIATION, "out-of-window") not in found(dose("cycle-3", 60), subject(0))


def test_an_amount_that_is_of_two_levels_is_of_the_nearer_one() -> None:
    """8 +/- 50 % is 4 to 12, 4 +/- 50 % is 2 to 6: 5 is of both, and nearer to 4."""
    levels = [Level(id="full", amount=Decimal(8)), Level(id="reduced", amount=Decimal(4))]
    wide = Amount(unit="GBq", levels=levels, tolerance_percent=Decimal(50), plausible=(Decimal(1), Decimal(20)))
    assert [getattr(level_of(Fraction(given), wide), "id", None) for given in (5, 7, 13)] == ["reduced", "full", None]


def test_a_step_that_is_on_record_is_asked_about() -> None:
    assert (QUERY, "step-twice") in found(dose("cycle-1", 1), subject(0))


def test_a_dose_before_allocation_or_in_the_other_arm_is_a_deviation() -> None:
    assert (DEVIATION, "before-allocation") in found(dose(on=-1), subject())
    assert (DEVIATION, "not-of-the-arm") in found(dose(), subject(arm="alone"))


def test_a_step_that_the_plan_does_not_have_is_recorded_under_the_concept_of_the_doses() -> None:
    """A fifth cycle was given all the same: the next gate must see it."""
    form = dose("cycle-5", 224)
    raised = found(form, subject(0, 56, 112, 168))
    assert {(DEVIATION, "unknown-step"), (QUERY, "unknown-step")} <= raised
    assert form.rows("e", SUBJECT, PLAN)["medications"][0]["code"] == "drug-given"
    assert dose("cycle1").doubts(PLAN)[1].words == "cycle1 is no step of the plan. Was it cycle-1?"


def test_an_operation_recorded_as_a_dose_is_asked_about() -> None:
    assert found(dose("operation"), subject()) == {(QUERY, "other-kind-of-step")}


def test_a_unit_of_another_kind_is_asked_about_and_gives_no_amount() -> None:
    form = dose(administered="100", unit="mg")
    assert (QUERY, "unit-not-of-the-plan") in found(form, subject())
    done = form.done("e", PLAN)
    assert done is not None
    assert (done.amount, done.level) == (None, None)
    assert "measurements" not in form.rows("e", SUBJECT, PLAN)


def test_a_dose_stands_under_its_concept_and_its_net_activity_under_its_own() -> None:
    rows = dose(administered="7.45", residual="0.05").rows("17", SUBJECT, PLAN)
    given, activity = rows["medications"][0], rows["measurements"][0]
    assert (given["code"], given["start_lower"], given["end_upper"]) == ("drug-given", DAY_0, DAY_0)
    assert (activity["code"], activity["value_lower"], activity["unit"]) == (
        ADMINISTERED_ACTIVITY,
        Decimal("7.4"),
        "GBq",
    )
    assert {given["record_id"], activity["record_id"]} == {"17/dose", "17/activity"}


def test_an_operation_while_the_cycles_are_open_is_recorded_queried_and_told_at_once() -> None:
    code = "earlier-course-open"
    assert {(DEVIATION, code), (QUERY, code), (NOTICE, code)} <= found(operation(100), subject(0, 56))


def test_an_operation_after_cycles_that_ended_or_were_stopped_raises_nothing() -> None:
    assert found(operation(210), subject(0, 56, 112, 168)) == set()
    stopped = subject(0, 56, stopped=(("cycles", day(90)),))
    assert (DEVIATION, "earlier-course-open") not in found(operation(100), stopped)
    assert (DEVIATION, "earlier-course-open") in found(operation(89), stopped)


def test_an_operation_in_the_arm_without_cycles_waits_for_none() -> None:
    assert found(operation(28), subject(arm="alone")) == set()
    assert found(operation(43), subject(arm="alone")) == {(DEVIATION, "out-of-window")}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"resection": "unresected"}, "resection-contradicted"),
        ({"lesions_removed": 0}, "resection-contradicted"),
        ({"fraction_achieved": "95"}, "fraction-contradicted"),
        ({"removed": ["L1", "L2", "L3", "L4"]}, "more-named-than-counted"),
    ],
)
def test_an_operation_that_contradicts_itself_is_asked_about(fields: dict[str, Any], code: str) -> None:
    assert (QUERY, code) in found(operation(28, **fields), subject(arm="alone"))


def test_a_fatal_complication_is_a_notice_and_asks_for_the_death() -> None:
    form = operation(28, complications=[{"term": "liver failure", "grade": "V"}])
    alive, dead = subject(arm="alone"), subject(arm="alone", left_on=day(40))
    assert found(form, alive) == {(NOTICE, "death-after-operation"), (QUERY, "death-not-recorded")}
    assert found(form, dead) == {(NOTICE, "death-after-operation")}


def test_grades_of_complications_are_written_as_published() -> None:
    """Dindo 2004: I, II, IIIa, IIIb, IVa, IVb, V, with the suffix d."""
    grades = ["I", "II", "IIIa", "IIIb", "IVa", "IVb", "V"]
    form = operation(28, complications=[{"term": "x", "grade": grade, "is_disabling": True} for grade in grades])
    assert [each.label for each in form.complications] == [f"{grade}-d" for grade in grades]


def test_a_complication_before_the_operation_is_a_fault() -> None:
    form = operation(28, complications=[{"term": "leak", "grade": "I", "on": day(27)}])
    assert [fault.where for fault in form.faults(TODAY)] == ["complications[1].on"]


def test_a_complication_on_the_day_itself_and_an_ablation_alone_are_taken() -> None:
    form = operation(28, complications=[{"term": "bleeding", "grade": "II", "on": day(28)}])
    assert form.faults(TODAY) == []
    assert found(operation(28, lesions_removed=0, lesions_ablated=2), subject(arm="alone")) == set()


def test_lesions_that_were_removed_and_an_operation_without_resection_stand_so_in_the_rows() -> None:
    rows = operation(28, removed=["L1"]).rows("17", SUBJECT, PLAN)
    assert [(row["lesion"], row["value_text"]) for row in rows["measurements"]] == [("L1", "removed")]
    assert rows["procedures"][0]["status"] == "present"
    opened = operation(28, resection="unresected", lesions_removed=0).rows("17", SUBJECT, PLAN)
    assert opened["procedures"][0]["status"] == "possible"
