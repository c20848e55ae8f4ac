"""What a gate never does, whatever stands on record; single answers worked by hand are in `tests/spec/gates`."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spec.gate_cases import all_cases, resolved

from equipoise.conduct.answers import Action, GateAnswer, GateLine, strictest
from equipoise.conduct.forms.rows import event_row, local, result_row
from equipoise.conduct.gates import Consent, judge_gate
from equipoise.conduct.history import ActivityDone, Decided, History, StepDone
from equipoise.criteria.nodes import Exists, Window
from equipoise.errors import ProtocolError
from equipoise.protocol.plan import ActivityKind, DoseTable, Level
from equipoise.protocol.resolve_plan import ResolvedGate, ResolvedPlan
from equipoise.protocol.rules import RuleContext, parse_rule
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import Snapshot
from equipoise.records.tables import TABLES

IN_FORCE = Consent(True, "version 2, signed on 2026-12-20")
CYCLE_1, CYCLE_2, CYCLE_3 = date(2027, 1, 4), date(2027, 3, 1), date(2027, 4, 26)
USUAL = (
    ("platelets", "200", "10*9/L"),
    ("haemoglobin", "13.0", "g/dL"),
    ("neutrophils", "4.0", "10*9/L"),
    ("creatinine", "1.0", "mg/dL"),
    ("body-weight", "72", "kg"),
    ("bilirubin", "0.6", "mg/dL"),
    ("albumin", "40", "g/L"),
    ("inr", "1.0", None),
    ("potassium", "4.2", "mmol/L"),
    ("hypersensitivity", "0", None),
    ("other-toxicity", "0", None),
)
NAMES = [name for name, _, _ in USUAL]


def measured(name: str, value: str | None, unit: str | None, on: date, **further: Any) -> dict[str, Any]:
    further.setdefault("range_high", Decimal("1.2") if name == "bilirubin" else None)
    record = f"{name}/{on}/{value}"
    return result_row(subject_id="S-1", record_id=record, coding=local(name), on=on, value=value, unit=unit, **further)


def usual(*days: date) -> list[dict[str, Any]]:
    return [measured(name, value, unit, day) for day in days for name, value, unit in USUAL]


def snapshot(rows: list[dict[str, Any]], **tables: list[dict[str, Any]]) -> Snapshot:
    visit = event_row(
        "encounters",
        subject_id="S-1",
        record_id="visit",
        coding=(None, None),
        start=(CYCLE_1, CYCLE_1),
        end=(CYCLE_1, CYCLE_1),
    )
    everything: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES if name != "patients"}
    everything |= {"measurements": rows, "encounters": [visit]}
    born = {"birth_lower": date(1966, 6, 15), "birth_upper": date(1966, 6, 15)}
    person = dict.fromkeys(TABLES["patients"].column_names) | born
    person |= {"patient_id": "S-1", "record_id": "S-1", "sex": "male", "is_deceased": False}
    return Snapshot("S-1", PatientRecords(person, everything | tables), frozenset(TABLES))


def history(*steps: StepDone, **further: Any) -> History:
    return History("prrt-then-surgery", date(2026, 12, 21), steps, **further)


def full(step: str, on: date) -> StepDone:
    return StepDone(step, on, Decimal("7.4"), "full")


def judge(
    rows: list[dict[str, Any]],
    step: str = "cycle-2",
    on: date = CYCLE_2,
    *,
    past: History | None = None,
    plan: ResolvedPlan | None = None,
    consent: Consent = IN_FORCE,
) -> GateAnswer:
    past = history(full("cycle-1", CYCLE_1)) if past is None else past
    return judge_gate(plan or resolved("standard"), past, snapshot(rows), step, on, consent=consent)


def line(answer: GateAnswer, rule: str) -> GateLine:
    return next(each for each in answer.lines if each.rule == rule)


# ---------------------------------------------------------------------- what is never open


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_an_answer_is_the_strictest_of_its_lines_and_an_open_one_has_only_open_lines(case: Any) -> None:
    answer = case.answer()
    assert answer.action is strictest([each.action for each in answer.lines])
    assert answer.is_open == all(each.action.is_open for each in answer.lines)
    is_dose = case.content["step"].startswith(("cycle", "retreatment"))
    assert (answer.amount is not None) == (answer.is_open and is_dose)


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_what_keeps_a_gate_closed_says_what_was_found_and_what_is_unknown_says_what_it_needs(case: Any) -> None:
    for each in case.answer().lines:
        assert each.says.endswith(".") or "?" in each.says
        if not each.action.is_open:
            assert each.found.endswith(".")
        assert (each.action is Action.UNKNOWN) == bool(each.needs)
        if each.action.is_open:
            assert each.unlock == ""


@pytest.mark.parametrize("name", NAMES)
def test_without_any_one_of_its_measurements_an_open_gate_is_not_open(name: str) -> None:
    rows = usual(CYCLE_1, CYCLE_2)
    assert judge(rows).is_open
    without = judge([row for row in rows if row["code"] != name])
    # Low albumin and impaired clotting make a toxicity together only: either of them, normal, is enough.
    assert without.action is (Action.GIVE if name in ("inr", "albumin") else Action.UNKNOWN)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("inr", "hypersensitivity", "other-toxicity")])
def test_without_its_unit_a_measurement_leaves_the_gate_unknown(name: str) -> None:
    rows = [row | {"unit": None} if row["code"] == name else row for row in usual(CYCLE_1, CYCLE_2)]
    assert judge(rows).action is (Action.GIVE if name in ("bilirubin", "albumin") else Action.UNKNOWN)


def test_bilirubin_without_a_unit_is_compared_with_the_limit_printed_beside_it() -> None:
    """A multiple of a limit on the same result needs no unit; that is how the evaluator reads it everywhere."""
    rows = [row | {"unit": None} if row["code"] == "bilirubin" else row for row in usual(CYCLE_1, CYCLE_2)]
    assert "0.6 without a unit on 2027-03-01 (limit 3.6)" in line(judge(rows), "hepatic").found


def test_a_consent_that_is_not_known_is_asked_for() -> None:
    answer = judge(usual(CYCLE_1, CYCLE_2), consent=Consent(None, "the form of the site is not in the file"))
    assert answer.action is Action.UNKNOWN
    assert answer.needs == ("the subject's consent",)
    assert "the form of the site is not in the file" in line(answer, "consent").found


# ---------------------------------------------------------------------- the day of the gate


ODD_VALUES = st.sampled_from(["1.0", "60", "0.5", "<0.2", ">500", "-3", "pending", None, "5", "1200"])
ODD_UNITS = st.sampled_from(["10*9/L", "g/dL", "mmol/L", "mg/dL", "kg", "umol/L", "bananas", None])
ODD_DAYS = st.integers(-60, 90).map(lambda days: CYCLE_1 + timedelta(days=days))


@st.composite
def odd_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Results of every sort, some without a day, with half a day, without a value or a unit."""
    rows = []
    for number, name in enumerate(draw(st.lists(st.sampled_from(NAMES), max_size=12))):
        row = measured(name, draw(ODD_VALUES), draw(ODD_UNITS), draw(ODD_DAYS))
        row["record_id"] = f"odd/{number}"  # a record has an id of its own: evidence is in the order of ids
        spread = draw(st.sampled_from([0, 0, 0, 20]))
        row["time_upper"] = row["time_upper"] + timedelta(days=spread)
        if draw(st.integers(0, 9)) == 0:
            row |= {"time_lower": None, "time_upper": None}
        rows.append(row)
    return rows


@settings(deadline=None, max_examples=60)
@given(odd_rows(), st.sampled_from([CYCLE_2, CYCLE_3]))
def test_no_record_makes_a_gate_fail_and_none_of_a_later_day_changes_its_answer(
    rows: list[dict[str, Any]], on: date
) -> None:
    past = history(full("cycle-1", CYCLE_1), full("cycle-2", CYCLE_2))
    step = "cycle-3"
    everything = judge([*usual(CYCLE_1, on), *rows], step, on, past=past)
    by_then = [row for row in rows if row["time_lower"] is None or row["time_lower"] <= on]
    without = judge([*usual(CYCLE_1, on), *by_then], step, on, past=past)
    assert everything.action is without.action
    assert [each.action for each in everything.lines] == [each.action for each in without.lines]
    assert all((each.action is Action.UNKNOWN) == bool(each.needs) for each in everything.lines)
    assert everything.to_json()["action"] == everything.action.value


@settings(deadline=None, max_examples=60)
@given(odd_rows())
def test_the_order_of_the_records_changes_nothing(rows: list[dict[str, Any]]) -> None:
    everything = [*usual(CYCLE_1, CYCLE_2), *rows]
    assert judge(everything).to_json() == judge(everything[::-1]).to_json()


def test_a_gate_judged_again_for_a_past_day_sees_that_day() -> None:
    rows = usual(CYCLE_1, CYCLE_2, CYCLE_3)
    then = history(full("cycle-1", CYCLE_1))
    later = history(
        full("cycle-1", CYCLE_1),
        full("cycle-3", CYCLE_3),
        stopped=(("prrt", CYCLE_3),),
        treatment_over_on=CYCLE_3,
        left_on=CYCLE_3,
        decisions=(Decided("resectable", "no", CYCLE_3),),
        activities=(ActivityDone(ActivityKind.VISIT, CYCLE_3),),
    )
    before = judge(usual(CYCLE_1, CYCLE_2), past=then)
    again = judge(rows, past=later)
    assert [(each.rule, each.action) for each in again.lines] == [(each.rule, each.action) for each in before.lines]
    assert again.action is Action.GIVE


def test_a_gate_asked_for_the_day_before_allocation_is_closed() -> None:
    answer = judge(usual(CYCLE_1), "cycle-1", date(2026, 12, 20), past=history())
    assert line(answer, "order").action is Action.HOLD
    assert "allocated on 2026-12-21" in line(answer, "order").found


def test_later_records_are_counted_once_for_each_record() -> None:
    late = [measured("platelets", "50", "10*9/L", CYCLE_2 + timedelta(days=n)) for n in (1, 2)]
    answer = judge([*usual(CYCLE_1, CYCLE_2), *late, late[0]])
    assert answer.action is Action.GIVE
    assert "2 records of later days were not looked at" in line(answer, "thrombocytopenia").found


# ---------------------------------------------------------------------- days that rules count from


def with_gate(window: Window, concept: str = "platelets") -> ResolvedPlan:
    """The standard plan with one more gate: a record of a concept lies in a window."""
    gate = ResolvedGate(
        "recent",
        "Recent",
        ("prrt", "surgery"),
        frozenset(),
        Exists(concept, window),
        "stop",
        "It.",
        "parameter",
        "none",
    )
    plan = resolved("standard")
    return replace(plan, gates=(gate,))


@pytest.mark.parametrize("anchor", ["cycle-4", "last-dose", "a-day-that-nobody-knows"])
def test_a_day_that_is_not_known_leaves_its_gate_unknown_and_is_named(anchor: str) -> None:
    answer = judge(usual(CYCLE_1), "cycle-1", CYCLE_1, past=history(), plan=with_gate(Window(28, anchor=anchor)))
    recent = line(answer, "recent")
    assert recent.action is Action.UNKNOWN
    assert recent.needs == (f"the day of {anchor.replace('-', ' ')}",)
    assert recent.found == f"The day of {anchor.replace('-', ' ')} is not known."


@pytest.mark.parametrize(
    ("anchor", "first"),
    [
        ("as_of", CYCLE_3),
        ("cycle-3", CYCLE_3),
        ("last-dose", CYCLE_2),
        ("cycle-2", CYCLE_2),
        ("first-dose", CYCLE_1),
        ("cycle-1", CYCLE_1),
        ("randomisation", date(2026, 12, 21)),
    ],
)
def test_a_window_begins_on_the_actual_day_of_its_anchor(anchor: str, first: date) -> None:
    """An event on the first day of a window of no length lies in it, one on the day before does not."""
    plan = with_gate(Window(0, anchor=anchor), "long-acting-somatostatin-analogue")
    past = history(full("cycle-1", CYCLE_1), full("cycle-2", CYCLE_2))
    for day, expected in ((first, Action.GIVE), (first - timedelta(days=1), Action.STOP)):
        drug = event_row(
            "medications",
            subject_id="S-1",
            record_id="drug",
            coding=local("long-acting-somatostatin-analogue"),
            start=(day, day),
            end=(day, day),
        )
        person = snapshot(usual(CYCLE_1, CYCLE_2, CYCLE_3), medications=[drug])
        answer = judge_gate(plan, past, person, "cycle-3", CYCLE_3, consent=IN_FORCE)
        assert line(answer, "recent").action is expected


def test_before_an_operation_the_last_dose_is_that_of_the_dose_courses() -> None:
    plan = with_gate(Window(0, anchor="last-dose"))
    past = history(full("cycle-1", CYCLE_1), stopped=(("prrt", CYCLE_2),))
    answer = judge(usual(CYCLE_1), "operation", CYCLE_3, past=past, plan=plan)
    assert line(answer, "recent").needs == ("platelets since last dose: nothing is on record",)


def test_the_plan_knows_its_steps_only() -> None:
    with pytest.raises(ProtocolError, match="the plan has no such step") as caught:
        judge([], "cycle-9")
    assert "cycle-1, cycle-2, cycle-3, cycle-4, operation" in str(caught.value)


def test_an_operation_after_a_course_that_never_began_counts_from_the_day_of_its_stop() -> None:
    """Stopped on 2027-02-01; 56 days later, 28 days early: open from 2027-03-01. No last dose holds it back."""
    past = history(stopped=(("prrt", date(2027, 2, 1)),))
    interval = line(judge([], "operation", date(2027, 2, 28), past=past), "interval")
    assert (interval.action, interval.unlock) == (Action.HOLD, "Opens on 2027-03-01, in 1 day.")
    assert line(judge([], "operation", date(2027, 3, 1), past=past), "interval").action is Action.GIVE


def changed(**parts: Any) -> ResolvedPlan:
    """The standard plan with other courses or dose rules."""
    plan = resolved("standard")
    return replace(plan, plan=plan.plan.model_copy(update=parts))


def test_a_window_that_counts_from_what_will_never_be_is_unknown() -> None:
    plan = resolved("standard").plan
    timing = plan.course("surgery").first[1].model_copy(update={"after": "cycle-4", "not_sooner_than": []})
    surgery = plan.course("surgery").model_copy(update={"first": [timing]})
    past = history(full("cycle-1", CYCLE_1), stopped=(("prrt", CYCLE_2),))
    answer = judge([], "operation", CYCLE_3, past=past, plan=changed(courses=[plan.course("prrt"), surgery]))
    assert line(answer, "interval").action is Action.UNKNOWN
    assert line(answer, "interval").needs == ("the day of cycle 4",)
    assert "PRRT was stopped on 2027-03-01" in line(answer, "interval").found


@pytest.mark.parametrize(
    ("words", "action"),
    [(">= 40 %", Action.HOLD), ("< 40 %", Action.GIVE), ("<= -40 %", Action.HOLD), (">= 0 %", Action.GIVE)],
)
def test_before_the_first_dose_a_change_since_it_is_0(words: str, action: Action) -> None:
    rule = {"change": "creatinine", "from": "28 d before first-dose", "is": words}
    node = parse_rule(rule, RuleContext(resolved("standard").rulebook.concepts))
    gate = ResolvedGate("change", "Change", ("prrt",), frozenset(), node, "hold", "It.", "parameter", "none")
    answer = judge(
        usual(CYCLE_1), "cycle-1", CYCLE_1, past=history(), plan=replace(resolved("standard"), gates=(gate,))
    )
    assert line(answer, "change").action is action


# ---------------------------------------------------------------------- doses and their history


def test_a_table_that_counts_from_a_day_that_is_not_known_is_unknown_and_from_a_dose_gives_before_the_first() -> None:
    plan = resolved("standard")
    for anchor, action in (("cycle-4", Action.UNKNOWN), ("last-dose", Action.GIVE)):
        tables = {**plan.tables, "thrombocytopenia": Exists("platelets", Window(28, anchor=anchor))}
        answer = judge(usual(CYCLE_1), "cycle-1", CYCLE_1, past=history(), plan=replace(plan, tables=tables))
        found = line(answer, "thrombocytopenia")
        assert found.action is action
        assert found.needs == (("the day of cycle 4",) if action is Action.UNKNOWN else ())


def rules_with(rows: list[dict[str, Any]], **delay: Any) -> ResolvedPlan:
    """The standard plan with this one table for platelets."""
    rules = resolved("standard").plan.dose_rules[0]
    content = rules.tables[0].model_dump() | {"rows": rows}
    table = DoseTable.model_validate(content)
    return changed(
        dose_rules=[rules.model_copy(update={"tables": [table], "delay": rules.delay.model_copy(update=delay)})]
    )


def test_a_level_that_makes_a_difference_is_asked_for() -> None:
    plan = rules_with(
        [
            {"when": {"seen": False}, "action": "give"},
            {"when": {"seen": True, "level": "full"}, "action": "reduce"},
            {"when": {"seen": True, "level": "reduced"}, "action": "stop"},
        ]
    )
    rows = [*usual(CYCLE_1, CYCLE_2), measured("platelets", "60", "10*9/L", date(2027, 2, 8))]
    of_none = judge(rows, past=history(StepDone("cycle-1", CYCLE_1, Decimal("5.2"), None)), plan=plan)
    assert line(of_none, "thrombocytopenia").needs == ("to which level of the plan the last dose belongs",)
    assert line(of_none, "thrombocytopenia").source == "AJR 2022;220:619, table 1"  # the rows name none of their own
    reduced = history(StepDone("cycle-1", CYCLE_1, Decimal("3.7"), "reduced"))
    assert judge(rows, past=reduced, plan=plan).action is Action.STOP


def test_a_delay_may_count_from_the_day_on_which_the_dose_was_due() -> None:
    """Due on 2027-03-01; 7 days later, on 2027-03-08, a limit of 7 days is reached, and on 2027-03-07 it is not."""
    rows = [
        {"when": {"seen": False}, "action": "give"},
        {"when": {"seen": True, "delay": False}, "action": "reduce"},
        {"when": {"seen": True, "delay": True}, "action": "stop"},
    ]
    plan = rules_with(rows, counts_from="due-day", limit=7)
    for on, action in ((date(2027, 3, 7), Action.REDUCE), (date(2027, 3, 8), Action.STOP)):
        results = [*usual(CYCLE_1, on), measured("platelets", "60", "10*9/L", date(2027, 2, 8))]
        assert line(judge(results, on=on, plan=plan), "thrombocytopenia").action is action


def test_a_day_due_counts_from_the_last_of_several_doses() -> None:
    """Cycle 3 is due on 2027-04-26, 56 days after cycle 2; a limit of 7 days is reached on 2027-05-03."""
    rows = [{"when": {"delay": False}, "action": "give"}, {"when": {"delay": True}, "action": "stop"}]
    plan = rules_with(rows, counts_from="due-day", limit=7)
    past = history(full("cycle-1", CYCLE_1), full("cycle-2", CYCLE_2))
    for on, action in ((date(2027, 5, 2), Action.GIVE), (date(2027, 5, 3), Action.STOP)):
        answer = judge(usual(CYCLE_1, CYCLE_2, on), "cycle-3", on, past=past, plan=plan)
        assert line(answer, "thrombocytopenia").action is action


def test_without_a_day_due_a_delay_that_counts_from_it_is_not_known() -> None:
    rows = [
        {"when": {"seen": False}, "action": "give"},
        {"when": {"seen": True, "delay": False}, "action": "reduce"},
        {"when": {"seen": True, "delay": True}, "action": "stop"},
    ]
    plan = rules_with(rows, counts_from="due-day", limit=7)
    course = plan.plan.course("prrt").model_copy(update={"interval": None})
    plan = replace(plan, plan=plan.plan.model_copy(update={"courses": [course]}))
    results = [*usual(CYCLE_1, CYCLE_2), measured("platelets", "60", "10*9/L", date(2027, 2, 8))]
    assert line(judge(results, plan=plan), "thrombocytopenia").needs == ("the day on which cycle-2 was due",)


def test_reductions_go_one_level_down_and_stay_at_the_lowest() -> None:
    rows = [*usual(CYCLE_1, CYCLE_2), measured("platelets", "60", "10*9/L", date(2027, 2, 8))]
    answer = judge(rows, past=history(StepDone("cycle-1", CYCLE_1, Decimal("3.7"), "reduced")))
    assert (answer.action, answer.amount) == (Action.REDUCE, Decimal("3.7"))


def test_a_dose_of_no_level_is_taken_for_full_and_for_reduced() -> None:
    """Both ways give one answer here, so nothing is missing."""
    past = history(StepDone("cycle-1", CYCLE_1, Decimal("5.2"), None))
    rows = [*usual(CYCLE_1, CYCLE_2), measured("platelets", "60", "10*9/L", date(2027, 2, 8))]
    answer = judge(rows, past=past)
    assert (answer.action, answer.level, answer.amount) == (Action.REDUCE, "reduced", Decimal("3.7"))
    assert "the last dose was of no level of the plan (5.2 GBq)" in line(answer, "thrombocytopenia").found


def test_a_past_result_that_cannot_be_judged_leaves_the_history_open_until_it_is_corrected() -> None:
    rows = [*usual(CYCLE_1, CYCLE_2), measured("platelets", "60", None, date(2027, 2, 8))]
    platelets = line(judge(rows), "thrombocytopenia")
    assert platelets.action is Action.UNKNOWN
    assert platelets.needs == ("platelets within 28 days: it has no unit (platelets 60 without a unit on 2027-02-08)",)
    assert "platelets/2027-02-08/60" in [reading.record_id for reading in platelets.readings]


def test_a_past_day_on_which_nothing_could_be_judged_says_nothing() -> None:
    """A weight alone tells no clearance; nobody can go back and measure the creatinine of that day."""
    rows = [*usual(CYCLE_1, CYCLE_2), measured("albumin", "29", "g/L", date(2027, 2, 8))]
    answer = judge([row for row in rows if row["code"] != "inr"])
    assert line(answer, "hepatic").action is Action.GIVE


def test_a_line_names_the_records_that_it_rests_on() -> None:
    rows = [*usual(CYCLE_1, CYCLE_2), measured("platelets", "60", "10*9/L", date(2027, 2, 8))]
    readings = line(judge(rows), "thrombocytopenia").readings
    assert [(each.record_id, each.value, each.unit, each.on) for each in readings] == [
        ("platelets/2027-03-01/200", "200", "10*9/L", CYCLE_2),
        ("platelets/2027-02-08/60", "60", "10*9/L", date(2027, 2, 8)),
    ]


def test_each_line_has_the_mark_and_the_source_of_its_number() -> None:
    answer = judge(usual(CYCLE_1, CYCLE_2))
    assert (line(answer, "interval").mark, line(answer, "interval").source) == ("verified", "US PI 2.2 (4/2024)")
    assert (line(answer, "thrombocytopenia").mark, line(answer, "thrombocytopenia").source) == (
        "secondary",
        "AJR 2022;220:619, table 1",
    )


def test_a_retreatment_is_not_barred_by_the_end_of_the_planned_treatment() -> None:
    plan = resolved("standard")
    course = plan.plan.course("prrt").model_copy(
        update={"id": "again", "steps": ["again-1"], "is_planned": False, "first": [], "after": ["prrt"]}
    )
    plan = replace(plan, plan=plan.plan.model_copy(update={"courses": [*plan.plan.courses, course]}))
    past = history(full("cycle-1", CYCLE_1), stopped=(("prrt", CYCLE_2),), treatment_over_on=CYCLE_2)
    answer = judge(usual(CYCLE_3), "again-1", CYCLE_3, past=past, plan=plan)
    assert line(answer, "order").action is Action.GIVE
    assert line(answer, "interval").says == "The plan sets no interval before this step."
    assert judge(usual(CYCLE_3), "cycle-2", CYCLE_3, past=past, plan=plan).action is Action.STOP


def test_a_step_that_was_passed_over_is_lost_and_keeps_the_next_one_from_nothing() -> None:
    past = history(full("cycle-1", CYCLE_1), full("cycle-3", CYCLE_2))
    rows = usual(CYCLE_1, CYCLE_2, CYCLE_3)
    assert judge(rows, "cycle-4", CYCLE_3, past=past).action is Action.GIVE
    lost = judge(rows, "cycle-2", CYCLE_3, past=past)
    assert line(lost, "order").action is Action.STOP
    assert line(lost, "order").found == "Cycle-3, which comes after it, was given on 2027-03-01."


def test_a_course_that_is_not_planned_and_was_not_begun_is_not_waited_for() -> None:
    plan = resolved("standard")
    again = plan.plan.course("prrt").model_copy(update={"id": "again", "steps": ["again-1"], "is_planned": False})
    surgery = plan.plan.course("surgery").model_copy(update={"after": ["prrt", "again"]})
    courses = [plan.plan.course("prrt"), again, surgery]
    plan = replace(plan, plan=plan.plan.model_copy(update={"courses": courses}))
    past = history(full("cycle-1", CYCLE_1), stopped=(("prrt", CYCLE_2),))
    answer = judge([], "operation", CYCLE_3, past=past, plan=plan)
    assert line(answer, "order").action is Action.GIVE


def test_a_reduction_is_one_level_below_the_last_dose_and_not_below_the_first() -> None:
    """Levels 7.4, 3.7 and 1.85: after a reduced cycle 2, a first toxicity leads to 1.85."""
    course = resolved("standard").plan.course("prrt")
    assert course.amount is not None
    lowest = Level(id="lowest", amount=Decimal("1.85"))
    amount = course.amount.model_copy(update={"levels": [*course.amount.levels, lowest]})
    plan = changed(courses=[course.model_copy(update={"amount": amount})])
    past = history(full("cycle-1", CYCLE_1), StepDone("cycle-2", CYCLE_2, Decimal("3.7"), "reduced"))
    rows = [*usual(CYCLE_1, CYCLE_2, CYCLE_3), measured("platelets", "60", "10*9/L", date(2027, 4, 5))]
    answer = judge(rows, "cycle-3", CYCLE_3, past=past, plan=plan)
    assert (answer.action, answer.level, answer.amount) == (Action.REDUCE, "lowest", Decimal("1.85"))


@pytest.mark.parametrize(
    ("days", "interval", "table"),
    [
        (1, "1 day since cycle 1 on 2027-01-04", "1 day since the last dose"),
        (7, "7 days since cycle 1 on 2027-01-04", "1 week since the last dose"),
        (57, "57 days since cycle 1 on 2027-01-04", "8 weeks 1 day since the last dose"),
        (58, "58 days since cycle 1 on 2027-01-04", "8 weeks 2 days since the last dose"),
    ],
)
def test_how_long_ago_the_last_dose_was_is_said_in_days_and_in_weeks(days: int, interval: str, table: str) -> None:
    on = CYCLE_1 + timedelta(days=days)
    answer = judge([*usual(CYCLE_1), measured("platelets", "60", "10*9/L", on)], on=on)
    assert interval in line(answer, "interval").found
    assert table in line(answer, "thrombocytopenia").found


def test_an_unknown_result_of_the_day_of_a_dose_is_asked_for_in_both_intervals() -> None:
    past = history(full("cycle-1", CYCLE_1), full("cycle-2", CYCLE_2))
    no_unit = "platelets within 28 days: it has no unit (platelets {} without a unit on {})"
    low = measured("platelets", "60", "10*9/L", date(2027, 4, 5))
    rows = [row for row in usual(CYCLE_1, CYCLE_2, CYCLE_3) if row["record_id"] != f"platelets/{CYCLE_2}/200"]
    rows.append(measured("platelets", "61", None, CYCLE_2))
    recurrence = judge([*rows, low], "cycle-3", CYCLE_3, past=past)
    assert line(recurrence, "thrombocytopenia").needs == (no_unit.format(61, CYCLE_2),)
    since = judge([*rows, measured("platelets", "62", None, date(2027, 4, 5))], "cycle-3", CYCLE_3, past=past)
    assert line(since, "thrombocytopenia").needs == (no_unit.format(61, CYCLE_2), no_unit.format(62, "2027-04-05"))


def test_every_step_that_is_missing_is_named_and_the_last_of_them_unlocks() -> None:
    order = line(judge([], "cycle-4", CYCLE_3), "order")
    assert (order.found, order.unlock) == ("Cycle-2, cycle-3 were not given yet.", "Opens after cycle-3.")


@pytest.mark.parametrize(
    ("early", "late", "words"),
    [(7, 7, ", 7 days earlier to 7 later"), (7, 0, ", 7 days earlier to 0 later"), (0, 0, "")],
)
def test_the_rule_of_an_interval_says_its_window(early: int, late: int, words: str) -> None:
    course = resolved("standard").plan.course("prrt")
    assert course.interval is not None
    interval = course.interval.model_copy(update={"early": early, "late": late})
    plan = changed(courses=[course.model_copy(update={"interval": interval})])
    assert line(judge(usual(CYCLE_1, CYCLE_2), plan=plan), "interval").says == f"56 days after cycle 1{words}."


def test_a_line_is_as_sure_as_the_least_sure_of_its_rows() -> None:
    """Platelets of the day without a unit: whether they are low makes no difference here, so two rows stand."""
    rows = [
        {"when": {"now": False}, "action": "give", "mark": "verified", "source": "one"},
        {"when": {"now": True}, "action": "give", "mark": "unverified", "source": "another"},
    ]
    results = [*usual(CYCLE_1), measured("platelets", "60", None, CYCLE_2)]
    for order in (rows, rows[::-1]):
        found = line(judge(results, plan=rules_with(order)), "thrombocytopenia")
        assert (found.action, found.mark) == (Action.GIVE, "unverified")
        assert set(found.source.split("; ")) == {"one", "another"}


def test_what_makes_no_difference_is_not_asked_for() -> None:
    """Only an earlier interval counts in this table, and in it nothing was measured; that of today is unknown too."""
    rows = [{"when": {"before": False}, "action": "give"}, {"when": {"before": True}, "action": "stop"}]
    past = history(full("cycle-1", CYCLE_1), full("cycle-2", CYCLE_2))
    results = [*usual(CYCLE_1), measured("platelets", "60", None, CYCLE_3)]
    found = line(judge(results, "cycle-3", CYCLE_3, past=past, plan=rules_with(rows)), "thrombocytopenia")
    assert found.needs == ("platelets after 2027-01-04 and up to 2027-03-01: nothing is on record",)


def test_the_level_of_a_full_dose_is_not_worth_a_word() -> None:
    rows = [*usual(CYCLE_1, CYCLE_2), measured("platelets", "60", "10*9/L", date(2027, 2, 8))]
    assert "the last dose was" not in line(judge(rows), "thrombocytopenia").found
    reduced = history(StepDone("cycle-1", CYCLE_1, Decimal("3.7"), "reduced"))
    assert "the last dose was reduced (3.7 GBq)" in line(judge(rows, past=reduced), "thrombocytopenia").found


def test_a_grade_against_the_value_before_the_first_dose_is_no_change_and_stays_unknown_there() -> None:
    """Nobody is graded 0 for having had no dose: platelets may be low already."""
    rule = {"grade": "platelet-count-decreased", "ctcae": "5.0", "from": "28 d before first-dose", "is": "< 2"}
    node = parse_rule(rule, RuleContext(resolved("standard").rulebook.concepts))
    gate = ResolvedGate("grade", "Grade", ("prrt",), frozenset(), node, "hold", "It.", "parameter", "none")
    plan = replace(resolved("standard"), gates=(gate,))
    assert line(judge(usual(CYCLE_1), "cycle-1", CYCLE_1, past=history(), plan=plan), "grade").action is Action.UNKNOWN
