"""
The plan of the reference protocol, against what its sources say.

Expected numbers by hand: US prescribing information 2.2 and 2.3 (7.4 GBq, 8 weeks plus or minus 1 week, 4 doses; half
of it after a toxicity), EU label 4.2 (tests 2 to 4 weeks before), AJR Am J Roentgenol 2022;220:619, table 1 (when to
stop).
"""

import copy
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from equipoise.authoring.exports.carried import put_together, take_apart
from equipoise.criteria.nodes import Node, windows_of
from equipoise.protocol.dose_tables import faults_of_table, rows_for, states
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.model import Protocol
from equipoise.protocol.plan import ActivityKind, DoseTable, Plan, RowAction, Timing
from equipoise.protocol.resolve_plan import ResolvedPlan, resolve_plan
from equipoise.protocol.trial import Mark

VERSIONS = ("original", "amended")
CYCLES = ["cycle-1", "cycle-2", "cycle-3", "cycle-4"]


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_protocol("nct05610826")


@pytest.fixture(scope="module")
def plan(protocol: Protocol) -> Plan:
    found = protocol.plan_of("original")
    assert found is not None
    return found


@pytest.fixture(scope="module", params=VERSIONS)
def resolved(protocol: Protocol, request: pytest.FixtureRequest) -> ResolvedPlan:
    return resolve_plan(protocol, request.param)


def test_arm_1_has_surgery_alone_and_arm_2_four_cycles_before_it(plan: Plan) -> None:
    planned = {arm: [each.id for each in plan.courses_of(arm) if each.is_planned] for arm in ("arm-1", "arm-2")}
    assert planned == {"arm-1": ["operation"], "arm-2": ["prrt", "operation"]}
    assert plan.course("prrt").steps == CYCLES
    assert plan.course("operation").after == ["prrt"]


def test_a_cycle_is_7_4_gbq_8_weeks_after_the_actual_one_before_give_or_take_a_week(plan: Plan) -> None:
    course = plan.course("prrt")
    assert course.amount is not None
    assert course.interval is not None
    levels = [(level.id, level.amount, course.amount.unit) for level in course.amount.levels]
    assert levels == [("full", Decimal("7.4"), "GBq"), ("reduced", Decimal("3.7"), "GBq")]
    interval = course.interval
    assert (interval.after, interval.target, interval.early, interval.late) == ("previous", 56, 7, 7)


def test_what_no_public_copy_states_is_a_parameter(plan: Plan) -> None:
    """The gap to surgery, restaging and follow-up; only what a label or a paper states is more."""
    operation = plan.course("operation")
    restaging = next(each for each in plan.activities if each.id == "restaging")
    scans = next(each for each in plan.activities if each.kind is ActivityKind.ASSESSMENT)
    parts: list[Timing] = [*plan.course("prrt").first, *operation.first, *restaging.timing, *scans.timing]
    assert {part.mark for part in parts} == {Mark.PARAMETER}


def test_nothing_in_the_plan_claims_to_be_verified(plan: Plan) -> None:
    def marks(part: Any) -> list[str]:
        below = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        own = [part["mark"]] if isinstance(part, dict) and "mark" in part else []
        return own + [mark for each in below for mark in marks(each)]

    assert set(marks(plan.model_dump(mode="json"))) == {"parameter", "secondary", "unverified"}


def test_tumour_assessments_count_from_randomisation_in_both_arms(plan: Plan) -> None:
    (scan,) = [each for each in plan.activities if each.kind is ActivityKind.ASSESSMENT]
    assert scan.arms == ["arm-1", "arm-2"]
    assert [timing.after for timing in scan.timing] == ["randomisation"]
    assert scan.repeats is not None
    assert scan.each is None


def test_bloods_are_drawn_2_to_4_weeks_before_each_cycle(plan: Plan) -> None:
    (timing,) = next(each for each in plan.activities if each.id == "laboratory-before-cycle").timing
    assert (timing.target - timing.early, timing.target + timing.late) == (-28, -14)


def test_a_gate_of_laboratory_values_names_every_test_of_the_label(resolved: ResolvedPlan) -> None:
    gate = next(each for each in resolved.gates if each.id == "laboratory-present")
    named = {name for part in gate.node.walk() for name in getattr(part, "concept_ids", tuple)()}
    label = {"haemoglobin", "leukocytes", "platelets", "creatinine", "alt", "ast", "albumin", "bilirubin"}
    assert named >= label
    assert {window.length for window in _windows(gate.node)} == {28}


def _windows(node: Node) -> list[Any]:
    return [window for part in node.walk() for window in windows_of(part)]


def test_the_amended_washout_stands_before_cycle_1_alone(protocol: Protocol) -> None:
    amended, original = resolve_plan(protocol, "amended"), resolve_plan(protocol, "original")
    assert next(gate.id for gate in amended.gates_before("cycle-1", "arm-2")) == "G1"
    assert "G1" not in [gate.id for step in CYCLES[1:] for gate in amended.gates_before(step, "arm-2")]
    assert "G1" not in [gate.id for gate in original.gates]
    assert [use.name for use in amended.readings] == ["analogue-washout"]


@pytest.mark.parametrize("step", CYCLES)
def test_every_cycle_waits_for_pregnancy_potassium_and_both_analogues(resolved: ResolvedPlan, step: str) -> None:
    asked = {gate.id for gate in resolved.gates_before(step, "arm-2")}
    assert asked >= {
        "pregnancy-excluded",
        "potassium-before-amino-acids",
        "long-acting-analogue",
        "short-acting-analogue",
    }
    assert ("adverse-events-reviewed" in asked) == (step != "cycle-1")


def test_a_retreatment_is_not_planned_and_needs_an_approval(resolved: ResolvedPlan) -> None:
    assert not resolved.plan.course("retreatment").is_planned
    asked = {gate.id for gate in resolved.gates_before("retreatment-1", "arm-2")}
    assert asked >= {"retreatment-outside", "retreatment-counts", "retreatment-liver", "retreatment-reactions"}


def test_a_retreatment_has_a_first_day_and_every_number_of_it_is_a_parameter(plan: Plan) -> None:
    """No publication states them for this trial."""
    course, rules = plan.course("retreatment"), plan.rules_of("retreatment")
    (first,) = course.first
    assert (first.after, first.target - first.early) == ("prrt", 56)
    assert [(floor.after, floor.days) for floor in first.not_sooner_than] == [("surgery", 28)]
    own = [gate for gate in plan.gates if gate.id in ("retreatment-counts", "retreatment-liver")]
    assert {each.mark.value for each in (first, rules.delay, *own)} == {"parameter"}


# ---------------------------------------------------------------------------------------------- dose tables


def test_the_tables_are_those_of_the_label_and_lymphopenia_has_none(plan: Plan) -> None:
    rules = plan.rules_of("prrt")
    names = ["thrombocytopenia", "anaemia", "neutropenia", "renal", "hepatic", "other-toxicity", "hypersensitivity"]
    assert [table.id for table in rules.tables] == names
    assert "lymphocytes" not in json.dumps(plan.model_dump(mode="json"))
    further = plan.rules_of("retreatment")
    assert [table.id for table in further.tables] == [f"further-{name}" for name in names]
    assert [table.present for table in further.tables] == [table.present for table in rules.tables]
    assert [_says(table) for table in further.tables] == [_says(table) for table in rules.tables]
    assert {row.mark.value for table in further.tables for row in table.rows} == {"parameter"}, "ours for this course"
    waiting = [*names, *(table.id for table in further.tables)]
    assert list(plan.unverified_tables) == waiting, "each waits for a signature"


def _says(table: DoseTable) -> list[tuple[Any, Any]]:
    return [(row.when, row.action) for row in table.rows]


def test_a_delay_of_15_weeks_and_6_days_is_short_and_16_weeks_is_too_long(plan: Plan) -> None:
    rules = plan.rules_of("prrt")
    last = date(2026, 1, 5)
    assert rules.delay.counts_from == "last-dose"
    assert (last + timedelta(weeks=15, days=6) - last).days < rules.delay.limit
    assert (last + timedelta(weeks=16) - last).days >= rules.delay.limit


def expected(*, now: bool, seen: bool, before: bool, delay: bool) -> RowAction:
    """The words of the table as nested questions, written without the rows."""
    if not seen:
        return RowAction.GIVE
    if before or delay:
        return RowAction.STOP
    return RowAction.HOLD if now else RowAction.REDUCE


def test_each_table_says_in_every_state_what_its_source_says(plan: Plan) -> None:
    rules = plan.rules_of("prrt")
    for table in rules.tables:
        assert faults_of_table(table) == []
        for state in states():
            (row,) = rows_for(table, state)
            if table.id == "hypersensitivity":
                wanted = RowAction.STOP if state.seen or state.before else RowAction.GIVE
            else:
                wanted = expected(now=state.now, seen=state.seen, before=state.before, delay=state.delay)
            assert row.action is wanted, (table.id, state)


def test_every_row_has_a_source(plan: Plan) -> None:
    rules = plan.rules_of("prrt")
    assert all(row.source and row.mark is not Mark.PARAMETER for table in rules.tables for row in table.rows)


# ---------------------------------------------------------------------------------------------- carried elsewhere


@pytest.mark.parametrize("version", VERSIONS)
def test_a_plan_rides_in_the_exports_and_comes_back_with_the_same_digest(protocol: Protocol, version: str) -> None:
    head, criteria = take_apart(protocol, protocol.version(version))
    back = Protocol.model_validate(put_together(json.loads(json.dumps(head)), copy.deepcopy(criteria)))
    assert back.digest == protocol.digest
    assert back.version_digest(version) == protocol.version_digest(version)
