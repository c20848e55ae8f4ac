"""A plan at a site: which gates stand before which step, and how readings, windows and concepts reach their rules."""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from equipoise.criteria.nodes import Comparison, Limit, Operator, Reading, Value, Window
from equipoise.criteria.truth import Kind
from equipoise.errors import ProtocolError
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.model import Protocol
from equipoise.protocol.resolve_plan import anchors_of, resolve_plan
from equipoise.protocol.site import load_site

Write = Callable[..., Path]
GATES = """\
    gates:
      - id: G1
        arm: arm-2
        before: drug-1
        text: low blood
        sources: [{record: words, spans: [[17, 26]]}]
        rule: {record: diabetes, within: < 28 d before drug-1}
    inclusion:
"""
READING = """\
        rule:
          reading: how-low
          alternatives:
            low: {says: at least 75, rule: {latest: platelets, is: ">= 75 10*9/L", within: laboratory}}
            lower: {says: at least 50, rule: {latest: platelets, is: ">= 50 10*9/L", within: laboratory}}
"""
RULE = '        rule: {latest: platelets, is: ">= 75 10*9/L", within: 7 d}\n'
READINGS = "    readings: {how-low: {chosen: low, by: the author, because: made up}}\n    inclusion:\n"


@pytest.fixture
def with_reading(write_plan: Write) -> Protocol:
    return load_protocol(write_plan(RULE, READING, "    inclusion:\n", READINGS))


def ids_before(protocol: Protocol, step: str, arm: str) -> list[str]:
    return [gate.id for gate in resolve_plan(protocol).gates_before(step, arm)]


def test_gates_of_the_record_come_first_and_each_step_has_its_own(write_plan: Write) -> None:
    protocol = load_protocol(write_plan("    inclusion:\n", GATES))
    assert ids_before(protocol, "drug-1", "arm-2") == ["G1", "blood-count"]
    assert ids_before(protocol, "drug-2", "arm-2") == ["blood-count", "no-illness"]
    assert ids_before(protocol, "op-day", "arm-1") == []


def test_a_gate_binds_its_arms_alone(write_plan: Write) -> None:
    protocol = load_protocol(write_plan("    inclusion:\n", GATES))
    assert ids_before(protocol, "drug-1", "arm-1") == ["blood-count"]


def test_a_gate_of_the_record_keeps_its_words_and_holds(write_plan: Write) -> None:
    gate, *_ = resolve_plan(load_protocol(write_plan("    inclusion:\n", GATES))).gates
    assert (gate.label, gate.before, gate.arms, gate.otherwise) == ("low blood", ("drug-1",), {"arm-2"}, "hold")
    assert gate.unlock == "It opens when this holds: low blood"
    assert gate.source == "words"


def test_the_rulebook_has_each_gate_and_table_and_the_concepts_they_name(write_plan: Write) -> None:
    resolved = resolve_plan(load_protocol(write_plan()))
    assert [rule.id for rule in resolved.rulebook.rules] == ["blood-count", "no-illness", "table/low-platelets"]
    assert {rule.kind for rule in resolved.rulebook.rules} == {Kind.INCLUSION}
    assert list(resolved.rulebook.concepts) == ["platelets", "diabetes"]
    below_50 = Comparison(Operator.LT, (Limit(Decimal(50), "10*9/L"),))
    assert resolved.tables["low-platelets"] == Value("platelets", below_50)


def test_absence_is_assumed_in_gates_as_in_the_version(write_plan: Write) -> None:
    assert resolve_plan(load_protocol(write_plan())).rulebook.assumed_absent == {"diabetes"}


def test_a_chosen_reading_takes_its_place_in_a_gate(with_reading: Protocol) -> None:
    resolved = resolve_plan(with_reading)
    assert isinstance(resolved.gates[0].node, Value)
    (use,) = resolved.readings
    assert (use.name, use.chosen, use.by, use.criterion_ids) == ("how-low", "low", "the author", ("blood-count",))


def test_an_open_reading_stays_open_in_a_gate(write_plan: Write) -> None:
    open_one = READINGS.replace("chosen: low, by: the author", "chosen: null")
    resolved = resolve_plan(load_protocol(write_plan(RULE, READING, "    inclusion:\n", open_one)))
    assert isinstance(resolved.gates[0].node, Reading)


def test_a_site_chooses_the_reading_and_the_window_of_a_gate(with_reading: Protocol, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("site: Leeds\nwindows: {laboratory: 5 d}\nreadings: {how-low: {chosen: lower, by: Dr Example}}\n")
    node = resolve_plan(with_reading, site=load_site(path)).gates[0].node
    assert isinstance(node, Value)
    assert isinstance(node.test, Comparison)
    assert node.test.limits[0].value == 50
    assert node.within == Window(5, label="laboratory")


def test_a_site_cannot_choose_what_no_rule_offers(with_reading: Protocol, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("site: Leeds\nreadings: {how-low: {chosen: lowest, by: Dr Example}}\n")
    with pytest.raises(ProtocolError) as caught:
        resolve_plan(with_reading, site=load_site(path))
    (fault,) = caught.value.faults
    assert fault.what == "the reading how-low has no alternative 'lowest'"
    assert "lower" in fault.do


def test_a_version_without_a_plan_cannot_be_conducted(write: Write) -> None:
    with pytest.raises(ProtocolError, match="cannot be conducted"):
        resolve_plan(load_protocol(write()))


def test_rules_count_from_the_gate_allocation_doses_steps_and_days_of_the_version(write_plan: Write) -> None:
    protocol = load_protocol(write_plan("    windows:\n", "    anchors: {scan-day: a day}\n    windows:\n"))
    plan = protocol.plan_of()
    assert plan is not None
    days = {"as_of", "randomisation", "first-dose", "last-dose", "drug-1", "drug-2", "drug-3", "op-day", "scan-day"}
    assert anchors_of(plan, protocol.version()) == days


def test_an_amendment_keeps_the_plan_unless_it_names_another() -> None:
    protocol = load_protocol("nct05610826")
    assert protocol.version("amended").plan == protocol.version("original").plan == "conduct"


# ---------------------------------------------------------------------------------------------- digests


def digest(content: object) -> str:
    """As canonical JSON by hand: sorted keys, no white space, UTF-8."""
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def test_the_digest_of_a_protocol_without_a_plan_knows_of_no_plan(write: Write) -> None:
    protocol = load_protocol(write())
    whole = protocol.model_dump(mode="json")
    assert "plans" not in whole
    assert "plan" not in whole["versions"][0]
    assert protocol.version_digest() == digest({"id": "small", "concepts": {}, "version": whole["versions"][0]})


def test_the_digest_of_a_version_covers_its_plan_and_no_other(write_plan: Write) -> None:
    before = load_protocol(write_plan())
    changed = load_protocol(write_plan("counts_from: last-dose, limit: 56", "counts_from: last-dose, limit: 57"))
    another = "plans:\n  other:\n    label: Another\n    epochs: [{id: later, label: Later}]\n"
    more = load_protocol(write_plan("plans:\n", another))
    assert before.version_digest() != changed.version_digest()
    assert before.version_digest() == more.version_digest()
    assert before.digest != more.digest
