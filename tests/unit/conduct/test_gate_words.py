"""The sentences of a gate's lines, one record at a time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import yaml
from tests.spec.gate_cases import resolved

from equipoise.conduct.answers import Action, GateLine
from equipoise.conduct.forms.rows import event_row, local, result_row
from equipoise.conduct.gate_words import WHY, sentence
from equipoise.conduct.gates import Consent, judge_gate
from equipoise.conduct.history import History
from equipoise.criteria.nodes import Window
from equipoise.criteria.truth import Cause
from equipoise.protocol.resolve_plan import ResolvedGate, ResolvedPlan
from equipoise.protocol.rules import RuleContext, parse_rule
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import Snapshot
from equipoise.records.tables import TABLES, EventStatus
from equipoise.terminology.catalogue import base_library

TODAY = date(2027, 1, 4)
BORN = (date(1990, 5, 1), date(1990, 5, 1))


def plan_with(rule: str) -> ResolvedPlan:
    """The standard plan with this one gate before cycle 1, over the whole library."""
    plan = resolved("standard")
    node = parse_rule(yaml.safe_load(rule), RuleContext(base_library(), {"laboratory": Window(28)}))
    concepts = {**base_library(), **plan.rulebook.concepts}
    gate = ResolvedGate("gate", "Gate", ("cycle-1",), frozenset(), node, "hold", "When it is so.", "parameter", "none")
    return replace(plan, gates=(gate,), rulebook=replace(plan.rulebook, concepts=concepts))


def asked(
    rule: str, *rows: Mapping[str, Any], table: str = "measurements", sex: str | None = "female", born: Any = BORN
) -> GateLine:
    """The line of a gate with this rule, over these rows of one table."""
    person = dict.fromkeys(TABLES["patients"].column_names) | {"patient_id": "S-1", "record_id": "S-1", "sex": sex}
    person |= {"is_deceased": False, "birth_lower": born[0], "birth_upper": born[1]}
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES if name != "patients"}
    tables[table] = [dict(row) for row in rows]
    snapshot = Snapshot("S-1", PatientRecords(person, tables), frozenset(TABLES))
    history = History("prrt-then-surgery", date(2026, 12, 21))
    answer = judge_gate(plan_with(rule), history, snapshot, "cycle-1", TODAY, consent=Consent(True))
    return next(line for line in answer.lines if line.rule == "gate")


def result(name: str, value: str | None, unit: str | None = None, on: date = TODAY, **further: Any) -> dict[str, Any]:
    return result_row(
        subject_id="S-1", record_id=f"{name}-{value}", coding=local(name), on=on, value=value, unit=unit, **further
    )


def event(name: str, start: Any, end: Any = (None, None), status: EventStatus = EventStatus.PRESENT) -> dict[str, Any]:
    return event_row(
        "conditions", subject_id="S-1", record_id=name, coding=local(name), start=start, end=end, status=status
    )


PLATELETS = "{latest: platelets, is: '>= 75 10*9/L', within: laboratory}"
ASCITES = "{not: {record: ascites}}"


def test_a_line_says_the_rule_with_its_limit_and_what_was_found_with_value_unit_and_day() -> None:
    line = asked(PLATELETS, result("platelets", "74", "10*9/L"))
    assert line.says == "The latest count of platelets within 28 days is at least 75 10*9/L."
    assert line.found == "Platelets 74 10*9/L on 2027-01-04."
    assert (line.action, line.unlock, line.needs) == (Action.HOLD, "When it is so.", ())
    assert [(each.record_id, each.code) for each in line.readings] == [
        ("platelets-74", "https://equipoise.dev/codes|platelets")
    ]


def test_the_value_is_told_as_it_was_reported() -> None:
    assert asked(PLATELETS, result("platelets", "<20", "10*9/L")).found == "Platelets <20 10*9/L on 2027-01-04."
    assert "74000 /uL" in asked(PLATELETS, result("platelets", "74000", "/uL")).found


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((date(2027, 1, 1), date(2027, 1, 3)), "between 2027-01-01 and 2027-01-03"),
        ((None, date(2027, 1, 3)), "by 2027-01-03"),
        ((date(2027, 1, 3), None), "since 2027-01-03"),
        ((None, None), "on an unknown day"),
    ],
)
def test_a_day_that_is_known_roughly_is_told_roughly(days: tuple[date | None, date | None], words: str) -> None:
    row = result("platelets", "200", "10*9/L") | {"time_lower": days[0], "time_upper": days[1]}
    line = asked(PLATELETS, row)
    assert f"latelets 200 10*9/L {words}" in line.found
    assert [each.on for each in line.readings] == [days[0]]


@pytest.mark.parametrize(
    ("row", "action", "words"),
    [
        (event("ascites", (TODAY, TODAY)), Action.HOLD, "Ascites on 2027-01-04."),
        (
            event("ascites", (date(2026, 12, 1),) * 2, (date(2026, 12, 9),) * 2),
            Action.HOLD,
            "Ascites from 2026-12-01 to 2026-12-09.",
        ),
        (
            event("ascites", (TODAY, TODAY), (TODAY, TODAY), EventStatus.ABSENT),
            Action.GIVE,
            "No ascites on 2027-01-04.",
        ),
        (
            event("ascites", (TODAY, TODAY), status=EventStatus.POSSIBLE),
            Action.UNKNOWN,
            "Ascites: a person has to answer (possible ascites on 2027-01-04).",
        ),
        (
            event("ascites", (TODAY, TODAY), status=EventStatus.ORDERED),
            Action.UNKNOWN,
            "Ascites: a person has to answer (an order of ascites on 2027-01-04).",
        ),
    ],
)
def test_an_event_is_told_with_its_status_and_its_days(row: dict[str, Any], action: Action, words: str) -> None:
    line = asked(ASCITES, row, table="conditions")
    assert (line.action, line.found) == (action, words)


def test_of_many_records_the_first_are_named_and_the_others_counted() -> None:
    rows = [result("platelets", str(n), "10*9/L", date(2026, 12, n)) for n in range(10, 17)]
    line = asked("{every: platelets, is: '>= 5 10*9/L', within: laboratory}", *rows)
    assert line.found.count("platelets") + line.found.count("Platelets") == 4
    assert line.found.endswith("on 2026-12-13; 3 more.")
    four = asked("{every: platelets, is: '>= 5 10*9/L', within: laboratory}", *rows[:4])
    assert four.found.endswith("on 2026-12-13.")


def test_who_the_subject_is_is_told_where_the_rule_asks_it() -> None:
    assert asked("{sex: female}").found == "Sex female."
    assert asked("{age: '>= 18'}").found == "Born 1990-05-01."
    assert asked("{sex: female}", sex=None).needs == ("recorded sex: nothing is on record",)
    assert asked("{age: '>= 18'}", born=(None, None)).needs == ("date of birth: nothing is on record",)


def test_only_what_decides_is_told() -> None:
    rule = f"{{all: [{PLATELETS}, {{latest: potassium, is: '<= 5.5 mmol/L', within: 3 d}}]}}"
    rows = [result("platelets", "74", "10*9/L"), result("potassium", "4.0", "mmol/L")]
    assert asked(rule, *rows).found == "Platelets 74 10*9/L on 2027-01-04."
    assert asked(rule, rows[0]).action is Action.HOLD
    assert asked(rule, result("platelets", "80", "10*9/L")).needs == ("potassium within 3 days: nothing is on record",)


def test_a_wording_that_is_open_is_what_is_needed() -> None:
    rule = """
      reading: the-limit
      alternatives:
        low: {says: at least 50, rule: {latest: platelets, is: ">= 50 10*9/L"}}
        high: {says: at least 75, rule: {latest: platelets, is: ">= 75 10*9/L"}}
    """
    line = asked(rule, result("platelets", "60", "10*9/L"))
    assert line.needs == ("how the-limit is to be read",)
    assert asked(rule, result("platelets", "80", "10*9/L")).action is Action.GIVE


def test_a_computed_value_is_told_with_what_it_was_computed_from() -> None:
    """Woman of 36 years: 0.85 x (140 - 36) x 72 / (72 x 1.0) = 88.4 mL/min (Cockcroft and Gault 1976)."""
    rows = [result("creatinine", "1.0", "mg/dL"), result("body-weight", "72", "kg")]
    line = asked("{derived: cockcroft-gault, is: '>= 50 mL/min'}", *rows)
    assert "is 88.4 mL/min (from " in line.found
    assert "serum creatinine 1.0 mg/dL on 2027-01-04" in line.found
    assert [each.record_id for each in line.readings] == ["S-1", "S-1", "body-weight-72", "creatinine-1.0"]


def test_every_cause_has_words() -> None:
    assert set(WHY) == set(Cause)


def test_a_sentence_begins_large_and_ends() -> None:
    assert sentence("one", "", "two") == "One; two."
    assert sentence("", "") == ""


def test_records_of_one_day_stand_in_the_order_of_their_ids() -> None:
    rows = [result("platelets", "80", "10*9/L") | {"record_id": "b"}, result("platelets", "90", "10*9/L")]
    rows[1]["record_id"] = "a"
    for drawn in (rows, rows[::-1]):
        assert [each.record_id for each in asked(PLATELETS, *drawn).readings] == ["a", "b"]
