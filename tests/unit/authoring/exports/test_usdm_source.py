"""A study in USDM is given back as it is, with our extensions added; taking them out leaves the same study."""

import json
from pathlib import Path
from typing import Any

import pytest

from equipoise.authoring.exports.carried import PROTOCOL_URL, RULE_URL, read_rules, without_rules
from equipoise.authoring.exports.usdm import export_usdm
from equipoise.errors import ProtocolError
from equipoise.protocol.model import Protocol

DATA = Path(__file__).parent / "data"
CRITERIA = [
    ("inclusion", "I1", "Adults aged at least 18 years who read “large print”."),
    ("inclusion", "I2", "Able to tell: red from green, dusk from dawn."),
    ("exclusion", "E1", "Cataract surgery within 3 months."),
]


@pytest.fixture
def lantern() -> dict[str, Any]:
    return json.loads((DATA / "lantern.usdm.json").read_text(encoding="utf-8"))


def carried(part: dict[str, Any], url: str = RULE_URL) -> list[str]:
    found = [each for each in part.get("extensionAttributes", []) if each["url"] == url]
    return [json.loads(each["valueString"]).get("id", "protocol") for each in found]


def design_of(content: dict[str, Any]) -> dict[str, Any]:
    return content["study"]["versions"][0]["studyDesigns"][0]


def rules_by_name(content: dict[str, Any]) -> dict[str, list[str]]:
    return {each["name"]: carried(each) for each in design_of(content)["eligibilityCriteria"]}


def test_without_our_extensions_the_study_is_the_same_to_the_order_of_keys(lantern, of_study):
    before = json.dumps(lantern)
    content = export_usdm(of_study(CRITERIA), source=lantern).content
    assert json.dumps(content) != before
    assert json.dumps(without_rules(content)) == before
    assert json.dumps(lantern) == before


def test_each_rule_stands_at_the_criterion_of_its_words(lantern, of_study):
    content = export_usdm(of_study(CRITERIA), source=lantern).content
    assert rules_by_name(content) == {"IN01": ["I1"], "IN02": ["I2"], "EX01": ["E1"], "EX02": [], "EX03": []}
    assert carried(design_of(content), PROTOCOL_URL) == ["protocol"]


def test_extensions_of_others_stay(lantern, of_study):
    content = export_usdm(of_study(CRITERIA), source=lantern).content
    assert design_of(content)["eligibilityCriteria"][2]["extensionAttributes"][0]["valueInteger"] == 3


def test_parts_of_one_criterion_stand_together_at_it(lantern, of_study):
    parts = [("inclusion", "I2a", "red from green"), ("inclusion", "I2b", "dusk from dawn")]
    content = export_usdm(of_study(parts), source=lantern).content
    assert rules_by_name(content)["IN02"] == ["I2a", "I2b"]


def test_words_that_stand_twice_are_told_apart_by_name_alone(lantern, of_study):
    criteria = [*CRITERIA, ("exclusion", "EX03", "Known allergy.")]
    assert rules_by_name(export_usdm(of_study(criteria), source=lantern).content)["EX03"] == ["EX03"]
    doubtful = [*CRITERIA, ("exclusion", "E9", "Known allergy.")]
    made = export_usdm(of_study(doubtful), source=lantern)
    assert rules_by_name(made.content)["EX03"] == []
    assert carried(design_of(made.content)) == ["E9"]
    assert any(loss.where == "E9" and "no criterion of the study" in loss.what for loss in made.losses)


def test_an_exclusion_never_stands_at_an_inclusion(lantern, of_study):
    swapped = [("inclusion", "I1", "Cataract surgery within 3 months.")]
    content = export_usdm(of_study(swapped), source=lantern).content
    assert rules_by_name(content)["EX01"] == []
    assert carried(design_of(content)) == ["I1"]


def test_the_protocol_comes_back_from_the_study(lantern, of_study):
    protocol = of_study(CRITERIA)
    assert Protocol.model_validate(read_rules(export_usdm(protocol, source=lantern).content)).digest == protocol.digest


def test_an_export_into_an_export_does_not_grow(lantern, of_study):
    protocol = of_study(CRITERIA)
    once = export_usdm(protocol, source=lantern).content
    assert json.dumps(export_usdm(protocol, source=once).content) == json.dumps(once)


def test_gates_and_versions_ride_at_the_design(lantern, reference):
    made = export_usdm(reference, version="amended", source=lantern)
    assert "G1" in carried(design_of(made.content))
    assert Protocol.model_validate(read_rules(made.content)).digest == reference.digest
    assert json.dumps(without_rules(made.content)) == json.dumps(lantern)


@pytest.mark.parametrize("source", [{}, {"study": {"versions": []}}, {"study": {"versions": [{"studyDesigns": [3]}]}}])
def test_what_is_no_study_is_refused(reference, source):
    with pytest.raises(ProtocolError, match="no USDM study"):
        export_usdm(reference, source=source)


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("Adults aged at least 65 years who read large print", True),
        ("Adults aged at least 65 years who read small print", False),
        ("Adults aged at least years", False),
        ("Adults aged at least " + "65 " * 200 + "years who read large print", False),
    ],
)
def test_a_value_may_stand_in_place_of_a_placeholder(lantern, of_study, words, is_found):
    content = export_usdm(of_study([("inclusion", "I1", words)]), source=lantern).content
    assert rules_by_name(content)["IN01"] == (["I1"] if is_found else [])


def test_signs_of_comparison_are_no_markup(lantern, of_study):
    items = lantern["study"]["versions"][0]["eligibilityCriterionItems"]
    items[2]["text"], items[3]["text"] = "Pressure <10 mmHg or >21 mmHg", "Pressure <12 mmHg or >21 mmHg"
    content = export_usdm(of_study([("exclusion", "E1", "Pressure <12 mmHg or >21 mmHg")]), source=lantern).content
    assert rules_by_name(content)["EX02"] == ["E1"]
