"""What a protocol says is found again in its FHIR export; structure by the models of R5, codes by our own lists."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.bundle import Bundle
from tests.nested import objects

from equipoise.authoring.exports.fhir import export_fhir
from equipoise.authoring.exports.fhir_codes import EXACT_URL, PROTOCOL_URL, RULE_URL
from equipoise.criteria.nodes import Node
from equipoise.errors import ProtocolError
from equipoise.protocol.model import Phase
from equipoise.protocol.resolve import resolve
from equipoise.protocol.rule_forms import FORMS
from equipoise.terminology.catalogue import base_library

DATA = Path(__file__).parent / "data"
VERSIONS = ("original", "amended")

# The required bindings of FHIR 5.0.0 that the export meets; the models do not check codes.
PUBLICATION_STATUS = {"draft", "active", "retired", "unknown"}
COMBINATIONS = {"all-of", "any-of", "at-least", "at-most", "statistical", "net-effect", "dataset"}
COMPARATORS = {"<", "<=", ">=", ">", "ad"}
FILTERS = {"=", "is-a", "descendent-of", "is-not-a", "regex", "in", "not-in", "generalizes", "child-of", "exists"}


def exported(protocol: Any, version: str | None = None) -> dict[str, Any]:
    return export_fhir(protocol, base_library(), version=version).content


def resources(content: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in content["entry"] if each["resource"]["resourceType"] == kind]


def characteristic(content: dict[str, Any], criterion_id: str) -> dict[str, Any]:
    variables = resources(content, "EvidenceVariable")
    (found,) = [each for one in variables for each in one["characteristic"] if each["linkId"] == criterion_id]
    return found


@pytest.fixture(scope="module")
def forms(every_form: Any) -> dict[str, Any]:
    return exported(every_form)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_models_of_r5_take_it_and_give_the_same_back(reference, version):
    content = exported(reference, version)
    assert json.loads(Bundle.model_validate(content).model_dump_json()) == content


def test_the_models_of_r5_take_every_form_of_rule(forms):
    assert json.loads(Bundle.model_validate(forms).model_dump_json()) == forms


def test_required_codes_are_those_of_the_specification(reference, forms):
    for content in (exported(reference, "amended"), forms):
        assert content["type"] == "collection"
        for kind in ("ResearchStudy", "EvidenceVariable", "ValueSet"):
            assert {each["status"] for each in resources(content, kind)} <= PUBLICATION_STATUS
        (group,) = resources(content, "Group")
        assert (group["type"], group["membership"]) == ("person", "definitional")
        assert all(isinstance(each["exclude"], bool) for each in group["characteristic"])
        for each in objects(content):
            if "definitionByCombination" in each:
                joined = each["definitionByCombination"]
                assert joined["code"] in COMBINATIONS
                assert ("threshold" in joined) == (joined["code"] == "at-least")
            assert each.get("comparator", "<") in COMPARATORS
            assert each.get("op", "=") in FILTERS


def test_a_characteristic_is_defined_in_one_way_only(reference, forms):
    ways = ("definitionByTypeAndValue", "definitionByCombination", "definitionCodeableConcept")
    for content in (exported(reference), forms):
        for variable in resources(content, "EvidenceVariable"):
            for each in objects(variable["characteristic"]):
                if any(way in each for way in ways):
                    assert sum(way in each for way in ways) == 1
                if "definitionByTypeAndValue" in each:
                    assert sum(key.startswith("value") for key in each["definitionByTypeAndValue"]) == 1


def test_ids_are_ids_of_fhir_and_references_lead_somewhere(reference, forms):
    for content in (exported(reference, "amended"), forms):
        names = [f"{each['resource']['resourceType']}/{each['resource']['id']}" for each in content["entry"]]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"\w+/[A-Za-z0-9.-]{1,64}", name) for name in names)
        assert {each["reference"] for each in objects(content) if "reference" in each} <= set(names)
        urls = {each["url"] for each in resources(content, "ValueSet")}
        assert {each["valueCanonical"] for each in objects(content) if "valueCanonical" in each} == urls


@pytest.mark.parametrize("version", VERSIONS)
def test_every_criterion_and_gate_appears_once(reference, version):
    content, stated = exported(reference, version), reference.version(version)
    eligibility, *gates = resources(content, "EvidenceVariable")
    assert [each["linkId"] for each in eligibility["characteristic"]] == [each.id for _, each in stated.criteria]
    assert [each["description"] for each in eligibility["characteristic"]] == [each.text for _, each in stated.criteria]
    assert [each["characteristic"][0]["linkId"] for each in gates] == [gate.id for gate in stated.gates]
    (group,) = resources(content, "Group")
    assert [each["id"] for each in group["characteristic"]] == [each.id for _, each in stated.criteria]


def test_exclude_says_of_which_kind_a_criterion_is(reference, forms):
    for content in (exported(reference), forms):
        (group,) = resources(content, "Group")
        for each in (*resources(content, "EvidenceVariable")[0]["characteristic"], *group["characteristic"]):
            assert each["exclude"] is each.get("linkId", each.get("id")).startswith("E")


@pytest.mark.parametrize("version", VERSIONS)
def test_whole_criteria_ride_in_their_extension(reference, version):
    content, stated = exported(reference, version), reference.version(version)
    for each in (*stated.inclusion, *stated.exclusion, *stated.gates):
        (rule,) = [one for one in characteristic(content, each.id)["extension"] if one["url"] == RULE_URL]
        assert json.loads(rule["valueString"])["rule"] == each.rule
    (study,) = resources(content, "ResearchStudy")
    assert [each["url"] for each in study["extension"]] == [PROTOCOL_URL]


def test_the_protocol_of_every_form_uses_every_form():
    text = (DATA / "every-form.yaml").read_text(encoding="utf-8")
    keys = set(re.findall(r"([a-z_]+):", text))
    assert set(FORMS) | {option for options in FORMS.values() for option in options} <= keys


def test_every_kind_of_node_is_written(every_form, reference):
    resolved = [
        resolve(version, each.library(base_library())) for each in (every_form, reference) for version in each.versions
    ]
    criteria = [each for version in resolved for each in (*version.criteria, *version.gates)]
    kinds = {type(node) for each in criteria for node in each.node.walk()}

    def leaves(kind: type[Node]) -> set[type[Node]]:
        return (
            {kind} if not kind.__subclasses__() else {leaf for each in kind.__subclasses__() for leaf in leaves(each)}
        )

    assert leaves(Node) == kinds


def test_a_concept_of_the_protocol_itself_is_a_value_set_with_its_question(forms):
    (found,) = [each for each in resources(forms, "ValueSet") if each["id"] == "concept-lives-nearby"]
    assert found["description"] == "Does the patient live near the hospital?"
    answer = characteristic(forms, "I10")["definitionByTypeAndValue"]["valueCodeableConcept"]
    assert [each["code"] for each in answer["coding"]] == ["lives-nearby.yes", "373066001"]


def test_an_age_is_a_quantity_in_years(forms):
    by_type = characteristic(forms, "I1")["definitionByTypeAndValue"]
    assert by_type["type"]["coding"] == [{"system": "http://loinc.org", "code": "30525-0"}]
    assert by_type["valueQuantity"] == {
        "value": 18,
        "comparator": ">=",
        "unit": "years",
        "system": "http://unitsofmeasure.org",
        "code": "a",
    }


def test_a_strict_window_of_days_begins_a_day_later(forms):
    (part,) = characteristic(forms, "I4")["definitionByCombination"]["characteristic"]
    (time,) = part["timeFromEvent"]
    assert part["exclude"] is True
    assert (time["range"]["low"]["value"], time["range"]["high"]["value"]) == (-27, 0)


def test_a_window_before_another_anchor_still_ends_on_the_day_of_judgement(forms):
    (part,) = characteristic(forms, "G1")["definitionByCombination"]["characteristic"]
    events = [(each["eventCodeableConcept"]["coding"][0]["code"], each["range"]) for each in part["timeFromEvent"]]
    assert [name for name, _ in events] == ["cycle-1", "as_of"]
    assert events[0][1]["low"]["value"] == -27
    assert "low" not in events[1][1]


def test_a_condition_is_not_this_or_that(forms):
    joined = characteristic(forms, "I5")["definitionByCombination"]
    assert joined["code"] == "any-of"
    assert [part.get("exclude", False) for part in joined["characteristic"]] == [True, True]


def test_at_least_keeps_its_number(forms):
    joined = characteristic(forms, "I6")["definitionByCombination"]
    assert (joined["code"], joined["threshold"], len(joined["characteristic"])) == ("at-least", 2, 3)


def test_unless_is_and_not(forms):
    joined = characteristic(forms, "E2")["definitionByCombination"]
    assert joined["code"] == "all-of"
    assert [part.get("exclude", False) for part in joined["characteristic"]] == [False, True]


def test_a_number_of_records_is_a_number_of_instances(forms):
    exact = characteristic(forms, "E4")["definitionByCombination"]["characteristic"][0]
    counted = exact["definitionByCombination"]["characteristic"][1]
    assert counted["instancesQuantity"] == {"value": 2, "comparator": ">"}


def test_an_open_reading_is_written_so_that_nobody_enters_by_mistake(reference, forms):
    exact = characteristic(forms, "E4")["definitionByCombination"]["characteristic"][0]
    assert exact["definitionByCombination"]["code"] == "any-of"
    assert [each["url"] for each in exact["modifierExtension"]] == [EXACT_URL]
    gate = characteristic(exported(reference, "amended"), "G1")["definitionByCombination"]["characteristic"][1]
    assert gate["definitionByCombination"]["code"] == "all-of"


def test_a_chosen_reading_is_written_as_chosen_and_the_other_is_a_loss(every_form, forms):
    assert characteristic(forms, "E11")["definitionByTypeAndValue"]["valueQuantity"]["value"] == 90
    losses = export_fhir(every_form, base_library()).losses
    assert any(loss.where == "E11" and "written as 'left'" in loss.what for loss in losses)


@pytest.mark.parametrize("criterion_id", ["I7", "I8", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E12"])
def test_a_part_that_the_standard_cannot_say_has_a_modifier_and_is_a_loss(every_form, forms, criterion_id):
    exact = [
        extension["valueString"]
        for each in objects(characteristic(forms, criterion_id))
        for extension in each.get("modifierExtension", ())
    ]
    assert exact
    assert all(json.loads(text) for text in exact)
    where = {name for loss in export_fhir(every_form, base_library()).losses for name in loss.where.split(", ")}
    assert criterion_id in where


@pytest.mark.parametrize("criterion_id", ["I1", "I2", "I3", "I4", "I5", "I6", "I9", "E2", "E10", "E11", "G1", "G2"])
def test_a_part_that_the_standard_can_say_has_no_modifier(forms, criterion_id):
    assert [each for each in objects(characteristic(forms, criterion_id)) if "modifierExtension" in each] == []


def test_damaged_words_without_an_accepted_repair_give_no_rule(forms):
    (part,) = characteristic(forms, "E12")["definitionByCombination"]["characteristic"]
    assert part["definitionCodeableConcept"] == {"text": "not decided: text-damaged"}


def test_the_group_holds_plain_facts_and_points_to_rules(forms):
    (group,) = resources(forms, "Group")
    by_id = {each["id"]: each for each in group["characteristic"]}
    assert by_id["I1"]["valueQuantity"]["value"] == 18
    assert by_id["I2"]["valueCodeableConcept"]["coding"][0]["code"] == "female"
    assert by_id["E1"]["valueReference"]["reference"] == "EvidenceVariable/every-form-v1-eligibility"


def test_gates_are_named_by_their_arm(reference):
    (study,) = resources(exported(reference, "amended"), "ResearchStudy")
    named = {each["linkId"]: each.get("extension", []) for each in study["comparisonGroup"]}
    assert named["arm-1"] == []
    assert [each["valueReference"]["reference"] for each in named["arm-2"]] == [
        "EvidenceVariable/nct05610826-amended-G1"
    ]


def test_early_phase_1_is_no_phase_1(reference):
    """FHIR 5.0.0, code system research-study-phase: early-phase-1 was called phase 0 before."""
    protocol = reference.model_copy(update={"phase": Phase(registered="Early Phase 1")})
    (study,) = resources(exported(protocol), "ResearchStudy")
    assert study["phase"] == {
        "coding": [{"system": "http://hl7.org/fhir/research-study-phase", "code": "early-phase-1"}],
        "text": "Early Phase 1",
    }


def test_the_study_says_what_is_stated_of_the_trial(reference):
    (study,) = resources(exported(reference), "ResearchStudy")
    assert study["phase"]["coding"] == [
        {"system": "http://hl7.org/fhir/research-study-phase", "code": "phase-1-phase-2"}
    ]
    states = [each["state"]["coding"][0]["code"] for each in study["progressStatus"]]
    assert states == ["not-yet-recruiting", "recruiting", "withdrawn"]
    assert study["progressStatus"][0]["period"] == {"start": "2022-11-09"}
    assert "period" not in study["progressStatus"][1]
    assert [each["linkId"] for each in study["comparisonGroup"]] == ["arm-1", "arm-2"]
    assert study["recruitment"]["eligibility"]["reference"] == "EvidenceVariable/nct05610826-original-eligibility"


def test_value_sets_hold_hierarchies_as_filters_and_leave_out_what_only_suggests(reference):
    sets = {each["id"]: each for each in resources(exported(reference), "ValueSet")}
    named = {name: concept for name, concept in base_library().items() if f"concept-{name}" in sets}
    assert len(named) > 20
    for name, concept in named.items():
        included = sets[f"concept-{name}"]["compose"]["include"]
        n_codes = sum(len(part.get("concept", part.get("filter", ()))) for part in included)
        assert n_codes == 1 + sum(not rule.suggests and not rule.excludes for rule in concept.codes)


def test_unknown_as_an_answer_is_named_first(reference):
    first = export_fhir(reference, base_library()).losses[0]
    assert (first.where, first.what.split(":")[0]) == ("every criterion", "unknown as an answer")


def test_the_same_protocol_gives_the_same_bytes(reference):
    assert json.dumps(exported(reference)) == json.dumps(exported(reference))


def test_an_unknown_version_is_an_error_with_the_known_ones(reference):
    with pytest.raises(ProtocolError, match="no version 'third'"):
        exported(reference, "third")


def test_a_protocol_that_states_next_to_nothing_can_be_exported(of_study):
    content = exported(of_study([("inclusion", "I1", "Adults")]))
    assert json.loads(Bundle.model_validate(content).model_dump_json()) == content
    (study,) = resources(content, "ResearchStudy")
    assert {"identifier", "phase", "comparisonGroup", "site"}.isdisjoint(study)


def test_nothing_is_empty(reference, forms):
    for content in (exported(reference, "amended"), forms):
        assert [each for each in objects(content) if any(value in ("", [], {}, None) for value in each.values())] == []


def test_names_of_value_sets_are_names_of_a_program(reference):
    names = {each["name"] for each in resources(exported(reference), "ValueSet")}
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9_]{1,254}", name) for name in names)
