"""What a protocol says is found again in its USDM export, once; the executable rules come back as they were."""

import json
from collections import Counter
from typing import Any

import pytest
from tests.nested import objects

from equipoise.authoring.exports.carried import RULE_URL, read_rules, without_rules
from equipoise.authoring.exports.usdm import export_usdm
from equipoise.errors import ProtocolError
from equipoise.protocol.model import Protocol

VERSIONS = ("original", "amended")


def of_class(content: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [each for each in objects(content) if each.get("instanceType") == name]


def carried_ids(content: dict[str, Any]) -> list[str]:
    found = [each for each in of_class(content, "ExtensionAttribute") if each["url"] == RULE_URL]
    return [json.loads(each["valueString"])["id"] for each in found]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_criterion_and_gate_appears_once_with_its_rule(reference, version):
    content = export_usdm(reference, version=version).content
    stated = reference.version(version)
    assert Counter(carried_ids(content)) == Counter(
        each.id for each in (*stated.inclusion, *stated.exclusion, *stated.gates)
    )
    texts = Counter(each["text"] for each in of_class(content, "EligibilityCriterionItem"))
    assert texts == Counter(each.text for _, each in stated.criteria)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_protocol_comes_back_from_its_export(reference, version):
    data = read_rules(json.loads(json.dumps(export_usdm(reference, version=version).content)))
    again = Protocol.model_validate(data)
    assert again.digest == reference.digest
    assert again.model_dump_json() == reference.model_dump_json()  # the order of alternatives too


def test_every_form_of_rule_comes_back_from_its_export(every_form):
    assert Protocol.model_validate(read_rules(export_usdm(every_form).content)).digest == every_form.digest


def test_an_inclusion_and_an_exclusion_have_the_codes_of_cdisc(reference):
    categories = {
        each["identifier"][0]: (each["category"]["code"], each["category"]["codeSystem"])
        for each in of_class(export_usdm(reference).content, "EligibilityCriterion")
    }
    assert categories == {"I": ("C25532", "http://www.cdisc.org"), "E": ("C25370", "http://www.cdisc.org")}


def test_ids_are_unique_and_references_lead_somewhere(reference, every_form):
    for content in (export_usdm(reference, version="amended").content, export_usdm(every_form).content):
        ids = Counter(each["id"] for each in objects(content) if each.get("id"))
        assert set(ids.values()) == {1}
        pointed = [
            name
            for each in objects(content)
            for key, value in each.items()
            if key.endswith(("Id", "Ids")) and key not in ("id", "valueId")
            for name in (value if isinstance(value, list) else [value])
            if name is not None
        ]
        assert set(pointed) <= set(ids)


def test_a_gate_is_the_rule_by_which_the_element_of_its_arm_starts(reference):
    content = export_usdm(reference, version="amended").content
    (rule,) = of_class(content, "TransitionRule")
    assert rule["text"] == reference.version("amended").criterion("G1").text
    (element,) = [each for each in of_class(content, "StudyElement") if each["transitionStartRule"]]
    (cell,) = [each for each in of_class(content, "StudyCell") if element["id"] in each["elementIds"]]
    (arm,) = [each for each in of_class(content, "StudyArm") if each["id"] == cell["armId"]]
    assert arm["name"] == "arm-2"


def test_the_amendment_names_the_three_changed_rules_and_the_gate(reference):
    assert of_class(export_usdm(reference, version="original").content, "StudyAmendment") == []
    (amendment,) = of_class(export_usdm(reference, version="amended").content, "StudyAmendment")
    assert [each["name"] for each in amendment["changes"]] == ["CHANGE_E2", "CHANGE_E3", "CHANGE_G1", "CHANGE_I6"]


def test_what_no_source_states_is_not_invented(reference):
    content = export_usdm(reference).content
    (design,) = of_class(content, "InterventionalStudyDesign")
    assert (design["rationale"], design["blindingSchema"], design["subTypes"]) == ("not-found", None, [])
    assert design["population"]["plannedEnrollmentNumber"] is None
    assert design["model"]["codeSystem"] == "https://equipoise.dev/codes"


def test_losses_name_the_rule_the_damage_and_the_codes_of_our_own(reference):
    said = {loss.what: loss.where for loss in export_usdm(reference).losses}
    assert said["damage and its repair: only in the extension attribute"] == "I2, I4, E7"
    (own,) = [where for what, where in said.items() if what.startswith("no code of CDISC")]
    assert "'procedure'" in own
    assert any("readings" in what for what in said)


def test_the_same_protocol_gives_the_same_bytes(reference):
    first, second = (json.dumps(export_usdm(reference).content) for _ in range(2))
    assert first == second


def test_a_file_without_our_rules_has_none(reference):
    plain = without_rules(export_usdm(reference).content)
    assert read_rules(plain) is None
    assert carried_ids(plain) == []


def test_words_that_were_changed_after_the_export_do_not_keep_their_rule(reference):
    content = export_usdm(reference).content
    of_class(content, "EligibilityCriterionItem")[0]["text"] += " and to the lung"
    with pytest.raises(ProtocolError, match=r"no longer belong[\s\S]*I1: its words were changed"):
        read_rules(content)


def test_a_criterion_that_was_removed_after_the_export_is_missed(reference):
    content = export_usdm(reference).content
    (design,) = of_class(content, "InterventionalStudyDesign")
    del design["eligibilityCriteria"][2]
    with pytest.raises(ProtocolError, match=r"not complete[\s\S]*I3: its rule is no longer"):
        read_rules(content)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"id": 3', "null"])
def test_what_cannot_be_read_in_our_place_is_said(reference, text):
    content = export_usdm(reference).content
    next(each for each in of_class(content, "ExtensionAttribute") if each["url"] == RULE_URL)["valueString"] = text
    with pytest.raises(ProtocolError, match="cannot be read"):
        read_rules(content)


def test_an_unknown_version_is_an_error_with_the_known_ones(reference):
    with pytest.raises(ProtocolError, match="no version 'third'"):
        export_usdm(reference, version="third")


def test_a_protocol_that_states_next_to_nothing_can_be_exported(of_study):
    made = export_usdm(of_study([("inclusion", "I1", "Adults")]))
    said = " ".join(loss.where for loss in made.losses)
    assert "identifiers" in said
    assert "arms" in said
