"""A second protocol, which no part of the program knows: authored by the command, then conducted by the same engine."""

import json
from datetime import date
from decimal import Decimal

import pytest
from tests.docs.cycles_study import cycles_study

from equipoise.conduct.answers import Action
from equipoise.conduct.gates import Consent, judge_gate
from equipoise.conduct.history import Decided, History, StepDone
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve_plan import resolve_plan
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import Snapshot
from equipoise.records.tables import TABLES

FIRST = date(2026, 3, 4)
WASHOUT = "No chemotherapy for 4 weeks prior to starting treatment, if randomized to arm Infusions."


def authored(equipoise, tmp_path, study):
    path = tmp_path / "ember.json"
    path.write_text(json.dumps(study), encoding="utf-8")
    answer = equipoise("author", str(path), "--out", str(tmp_path / "draft"))
    assert answer.code == 0, answer.err
    return load_protocol(tmp_path / "draft")


@pytest.fixture
def resolved(equipoise, tmp_path):
    return resolve_plan(authored(equipoise, tmp_path, cycles_study()))


def nothing_on_record():
    born = {"birth_lower": date(1960, 1, 1), "birth_upper": date(1960, 1, 1)}
    person = dict.fromkeys(TABLES["patients"].column_names) | born | {"patient_id": "S-1", "record_id": "S-1"}
    tables = {name: [] for name in TABLES if name != "patients"}
    return Snapshot("S-1", PatientRecords(person, tables), frozenset(TABLES))


def gate(resolved, on, *decisions, step="emberine-2"):
    steps = (StepDone("emberine-1", FIRST, Decimal(40), "40-milligram"),) if step == "emberine-2" else ()
    history = History("infusions", date(2026, 3, 2), steps, decisions=decisions)
    return judge_gate(resolved, history, nothing_on_record(), step, on, consent=Consent(True))


def decided(option):
    return Decided("way", option, date(2026, 3, 18))


def test_the_first_cycle_may_be_given_on_the_day_of_allocation_and_not_before(resolved):
    answer = gate(resolved, date(2026, 3, 2), step="emberine-1")
    assert (answer.action, answer.amount, answer.unit) == (Action.GIVE, Decimal(40), "mg")
    assert gate(resolved, date(2026, 3, 1), step="emberine-1").action is Action.HOLD


def test_the_second_cycle_waits_for_the_decision_of_the_study(resolved):
    """On the 25th, 21 days after the first infusion."""
    answer = gate(resolved, date(2026, 3, 25))
    assert answer.action is Action.UNKNOWN
    assert answer.needs == ("the answer to: Is there still a cough?",)
    assert gate(resolved, date(2026, 3, 25), decided("otherwise-second-cycle")).action is Action.GIVE
    assert gate(resolved, date(2026, 3, 25), decided("the-cough-has-gone")).action is Action.STOP


def test_the_second_cycle_opens_two_days_before_its_day(resolved):
    """21 days after 4 March is the 25th; the study lets it be two days earlier."""
    for day, action in ((22, Action.HOLD), (23, Action.GIVE)):
        assert gate(resolved, date(2026, 3, day), decided("otherwise-second-cycle")).action is action


def test_a_draft_with_a_gate_of_its_own_leaves_the_step_to_a_person(equipoise, tmp_path):
    study = cycles_study()
    study["study"]["versions"][0]["eligibilityCriterionItems"][2]["text"] = WASHOUT
    protocol = authored(equipoise, tmp_path, study)
    assert [gate.id for gate in protocol.version().gates] == ["G1"]
    assert list(protocol.plans) == ["main"]
    assert protocol.version().plan is None
    findings = json.loads((tmp_path / "draft" / "findings.json").read_text(encoding="utf-8"))
    assert any("before which of its steps the gates stand" in words for words in findings["schedule"]["assumed"])
