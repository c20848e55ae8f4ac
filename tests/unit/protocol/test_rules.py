"""Rules from YAML to nodes and back."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from equipoise.criteria.nodes import (
    Age,
    Comparison,
    Count,
    Exists,
    Limit,
    Node,
    Not,
    Operator,
    Pick,
    Relative,
    Sex,
    Value,
    Window,
    WindowUnit,
    all_of,
    any_of,
)
from equipoise.criteria.truth import Kind
from equipoise.errors import ProtocolError
from equipoise.protocol.loading import load_protocol, rules_of
from equipoise.protocol.rules import RuleContext, parse_rule, write_rule
from equipoise.terminology.catalogue import base_library

LABORATORY = Window(90, label="laboratory")


def context(kind: Kind = Kind.INCLUSION) -> RuleContext:
    return RuleContext(base_library(), {"laboratory": LABORATORY}, kind)


def comparison(operator: Operator, value: str, unit: str | None) -> Comparison:
    return Comparison(operator, (Limit(Decimal(value), unit),))


HAEMOGLOBIN = {"latest": "haemoglobin", "is": "< 8.0 g/dL", "within": "laboratory"}
LOW = Value("haemoglobin", comparison(Operator.LT, "8.0", "g/dL"), within=LABORATORY)

WRITTEN: list[tuple[dict[str, Any], Node]] = [
    ({"age": ">= 18"}, Age(Operator.GE, 18)),
    ({"sex": "female"}, Sex("female")),
    ({"record": "diabetes"}, Exists("diabetes")),
    ({"record": "chemotherapy", "within": "< 28 d"}, Exists("chemotherapy", within=Window(28, is_strict=True))),
    (
        {"record": "post-menopause", "before": "24 mo"},
        Exists("post-menopause", before=Window(24, WindowUnit.MONTH)),
    ),
    (
        {"record": "systemic-therapy", "within": "< 28 d before cycle-1"},
        Exists("systemic-therapy", within=Window(28, is_strict=True, anchor="cycle-1")),
    ),
    (HAEMOGLOBIN, LOW),
    (
        {"latest": "haemoglobin", "is": "< 8.0 g/dL or < 5.0 mmol/L, as reported"},
        Value(
            "haemoglobin",
            Comparison(Operator.LT, (Limit(Decimal("8.0"), "g/dL"), Limit(Decimal("5.0"), "mmol/L"))),
        ),
    ),
    (
        {"latest": "bilirubin", "is": "> 3 x ULN"},
        Value("bilirubin", Comparison(Operator.GT, (Limit(Decimal(3), None, Relative.ULN),))),
    ),
    (
        {"any": "krenning-score", "is": ">= 1"},
        Value("krenning-score", comparison(Operator.GE, "1", "1"), pick=Pick.ANY),
    ),
    (
        {"maximum": "ki-67", "is": "<= 20 %"},
        Value("ki-67", comparison(Operator.LE, "20", "%"), pick=Pick.MAXIMUM),
    ),
    (
        {"count": "chemotherapy", "is": ">= 2", "within": "2 a"},
        Count("chemotherapy", Operator.GE, 2, Window(2, WindowUnit.YEAR)),
    ),
    ({"all": [{"sex": "male"}, HAEMOGLOBIN]}, all_of(Sex("male"), LOW)),
    ({"any": [{"sex": "male"}, HAEMOGLOBIN]}, any_of(Sex("male"), LOW)),
    ({"not": HAEMOGLOBIN}, Not(LOW)),
    ({"rule": HAEMOGLOBIN, "unless": {"sex": "male"}}, all_of(LOW, Not(Sex("male")))),
    ({"if": {"sex": "male"}, "then": HAEMOGLOBIN}, any_of(Not(Sex("male")), LOW)),
]


@pytest.mark.parametrize(("rule", "node"), WRITTEN)
def test_a_rule_is_read_as_its_node_and_written_back(rule: dict[str, Any], node: Node) -> None:
    here = context()
    assert parse_rule(rule, here) == node
    assert write_rule(node, here) == rule


def all_rules() -> Iterator[Any]:
    document = load_protocol("nct05610826").document
    assert document is not None
    for where, rule, here in rules_of(document, base_library()):
        yield pytest.param(rule, here, id="-".join(str(step) for step in where))


@pytest.mark.parametrize(("rule", "here"), list(all_rules()))
def test_every_rule_of_the_reference_protocol_survives_the_round_trip(rule: Any, here: RuleContext) -> None:
    node = parse_rule(rule, here)
    written = write_rule(node, here)
    assert parse_rule(written, replace(here, readings={})) == node
    assert write_rule(parse_rule(written, here), here) == written


def test_a_unit_left_out_is_the_concepts_own_where_none_is_needed() -> None:
    node = parse_rule({"latest": "inr", "is": "> 1.5"}, context())
    assert node == Value("inr", comparison(Operator.GT, "1.5", "1"))


def test_spelling_of_a_unit_does_not_matter() -> None:
    written = [parse_rule({"latest": "leukocytes", "is": f"< 2.0 {unit}"}, context()) for unit in ("10*9/L", "10^9/L")]
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("rule", "kind", "counts"),
    [
        ({"record": "capecitabine"}, Kind.EXCLUSION, True),
        ({"record": "capecitabine"}, Kind.INCLUSION, False),
        ({"not": {"record": "chemotherapy"}}, Kind.INCLUSION, False),
        ({"not": {"record": "surgical-sterility"}}, Kind.EXCLUSION, False),
        ({"not": {"not": {"record": "surgical-sterility"}}}, Kind.EXCLUSION, True),
    ],
)
def test_orders_count_only_where_they_exclude(rule: dict[str, Any], kind: Kind, counts: bool) -> None:
    """An order not shown given is present for an exclusion; a planned operation never lets anybody in."""
    atoms = [node for node in parse_rule(rule, context(kind)).walk() if isinstance(node, Exists)]
    assert [atom.orders_count for atom in atoms] == [counts]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"latets": "haemoglobin", "is": "< 8.0 g/dL"}, "Did you mean 'latest'?"),
        ({"latest": "haemoglobin", "iss": "< 8.0 g/dL"}, "unknown key 'iss'"),
        ({"latest": "hemoglobin", "is": "< 8.0 g/dL"}, "Did you mean 'haemoglobin'?"),
        ({"latest": "platelets", "is": "< 75 furlong"}, "furlong"),
        ({"latest": "platelets", "is": "< 75 mg/dL"}, "cannot be compared with mg/dL"),
        ({"latest": "platelets", "is": "< 75"}, "without a unit"),
        ({"latest": "platelets", "is": "below 75"}, "is no comparison"),
        ({"latest": "platelets"}, "needs 'is'"),
        ({"latest": "nyha-class", "is": ["II", "VI"]}, "no answer 'VI'"),
        ({"latest": "diabetes", "is": "yes"}, "no value to compare"),
        ({"record": "haemoglobin"}, "is no event"),
        ({"record": "diabetes", "within": "-3 d"}, "-3 d"),
        ({"record": "diabetes", "within": "labratory"}, "Did you mean 'laboratory'?"),
        ({"latest": "measured-clearance", "is": "< 50 mL/min", "methods": ["plasm"]}, "Did you mean 'plasma'?"),
        ({"derived": "cockroft-gault", "is": "< 50 mL/min"}, "Did you mean 'cockcroft-gault'?"),
        ({"sex": "woman"}, "use female or male"),
        ({"age": ">= 17.5"}, "whole years"),
        ({"at_least": 3, "of": [{"sex": "male"}]}, "3 of 1"),
        (
            {"reading": "x", "alternatives": {"one": {"says": "x", "rule": {"sex": "male"}}}},
            "at least two alternatives",
        ),
        ({"reading": "x", "alternatives": {}}, "no alternatives"),
        ({"any": []}, "a list of rules is needed"),
        ("haemoglobin", "is no rule"),
    ],
)
def test_a_rule_without_sense_says_what_is_wrong(rule: Any, says: str) -> None:
    with pytest.raises(ProtocolError, match="cannot be executed") as caught:
        parse_rule(rule, context())
    assert says in str(caught.value)


def test_all_faults_of_a_rule_are_told_together() -> None:
    rule = {"any": [{"latest": "hemoglobin", "is": "< 8 g/dL"}, {"not": {"latest": "platelets", "is": "< 75 parsec"}}]}
    with pytest.raises(ProtocolError) as caught:
        parse_rule(rule, context())
    assert [fault.where for fault in caught.value.faults] == ["rule.any[1].latest", "rule.any[2].not.is"]
