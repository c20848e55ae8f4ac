"""
The way back from FHIR: what our export left is taken back as it was, and the PlanDefinition says the whole schedule.

The plan is read back by a reader of these tests that knows FHIR alone (actions, related actions, timing, conditions),
and nothing of the writer; what it finds is compared with the plan of the protocol.
"""

import copy
import json

import pytest

from equipoise.authoring.exports.fhir import export_fhir
from equipoise.authoring.exports.fhir_carried import read_fhir_rules
from equipoise.errors import ProtocolError
from equipoise.protocol.model import Protocol
from equipoise.protocol.resolve_plan import resolve_plan
from equipoise.terminology.catalogue import base_library


def exported(protocol, version=None):
    return json.loads(json.dumps(export_fhir(protocol, base_library(), version=version).content))


def resources(bundle, kind):
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("version", ["original", "amended"])
def test_the_protocol_comes_back_from_its_export(reference, version):
    again = Protocol.model_validate(read_fhir_rules(exported(reference, version)))
    assert again.digest == reference.digest
    assert again.version_digest(version) == reference.version_digest(version)
    assert again.plan_of(version) == reference.plan_of(version)


def test_every_form_of_rule_comes_back_from_its_export(every_form):
    assert Protocol.model_validate(read_fhir_rules(exported(every_form))).digest == every_form.digest


def test_a_bundle_of_others_carries_nothing(reference):
    assert read_fhir_rules({"resourceType": "Bundle"}) is None
    assert read_fhir_rules({"resourceType": "Bundle", "entry": [1, {"resource": None}, {"resource": {}}]}) is None
    plain = exported(reference)
    for each in resources(plain, "ResearchStudy"):
        del each["extension"]
    assert read_fhir_rules(plain) is None


def test_a_criterion_that_was_removed_after_the_export_is_missed(reference):
    bundle = exported(reference)
    del resources(bundle, "EvidenceVariable")[0]["characteristic"][0]
    with pytest.raises(ProtocolError, match="its rule is no longer in the file"):
        read_fhir_rules(bundle)


@pytest.mark.parametrize("text", ["{", "[]", "{}", None, 7])
def test_what_cannot_be_read_in_our_place_is_said(reference, text):
    bundle = exported(reference)
    resources(bundle, "ResearchStudy")[0]["extension"][0]["valueString"] = text
    with pytest.raises(ProtocolError, match="what equipoise left here cannot be read"):
        read_fhir_rules(bundle)
    bundle = exported(reference)
    characteristic = resources(bundle, "EvidenceVariable")[0]["characteristic"][0]
    characteristic["extension"][0]["valueString"] = text
    with pytest.raises(ProtocolError, match="what equipoise left here cannot be read"):
        read_fhir_rules(bundle)


# ---------------------------------------------------------------------- the schedule, read as FHIR


def actions(plan):
    """Every action of a plan by its link, with those around it."""
    found = {}

    def walk(parts, above):
        for part in parts:
            found[part["linkId"]] = (part, above)
            walk(part.get("action", []), [*above, part["linkId"]])

    walk(plan["action"], [])
    return found


def window(related):
    """First and last day relative to the target, as FHIR has it: negative before."""
    if "offsetDuration" in related:
        low = high = related["offsetDuration"]["value"]
    else:
        low, high = (related["offsetRange"].get(name, {}).get("value") for name in ("low", "high"))
    if related["relationship"].startswith("before"):
        low, high = -high, -low
    return low, high


def windows(part, links):
    """The target without its arm, the edge it is counted from, and the days, of each related action."""
    told = []
    for related in part.get("relatedAction", []):
        assert related["targetId"] in links
        has_days = "offsetDuration" in related or "offsetRange" in related
        edge = "end" if related["relationship"].endswith("end") else "start"
        target = related["targetId"].split(".", 1)[-1]
        told.append((target, edge, *(window(related) if has_days else (None, None))))
    return told


def asked(timings, arm, *, previous, courses):
    """The same of the timings of a plan."""
    told = []
    for timing in timings:
        if timing.arms and arm not in timing.arms:
            continue
        for after, low, high in (
            (timing.after, timing.target - timing.early, timing.target + timing.late),
            *((each.after, each.days, None) for each in timing.not_sooner_than),
        ):
            target = previous if after in ("previous", "step") else after
            told.append((target, "end" if target in courses else "start", low, high))
    return told


@pytest.mark.parametrize("version", ["original", "amended"])
def test_every_window_of_the_schedule_is_in_the_plan_definition(reference, version):
    (definition,) = resources(exported(reference, version), "PlanDefinition")
    plan, links = reference.plan_of(version), actions(definition)
    resolved = resolve_plan(reference, version)
    n_windows = 0
    for arm in (each.id for each in reference.arms):
        courses = {each.id for each in plan.courses_of(arm)}
        for course in plan.courses_of(arm):
            for place, step in enumerate(course.steps):
                part, above = links[f"{arm}.{step}"]
                assert above == [arm, f"{arm}.epoch.{course.epoch}", f"{arm}.{course.id}"]
                timings = course.first if place == 0 else [course.interval] if course.interval else []
                previous = course.steps[place - 1] if place else ""
                expected = asked(timings, arm, previous=previous, courses=courses)
                assert windows(part, links) == expected
                n_windows += len(expected)
                gates = {each.id for each in resolved.gates_before(step, arm)}
                assert {each["id"] for each in part.get("condition", [])} == gates
                assert part["requiredBehavior"] == ("must" if course.is_planned else "could")
        for activity in (each for each in plan.activities if arm in each.arms):
            part, above = links[f"{arm}.{activity.id}"]
            assert above == [arm, f"{arm}.epoch.{activity.epoch}"]
            steps = next((each.steps for each in plan.courses_of(arm) if each.id == activity.each), [])
            for step in steps:
                expected = asked(activity.timing, arm, previous=step, courses=courses)
                assert windows(links[f"{arm}.{activity.id}.{step}"][0], links) == expected
                n_windows += len(expected)
            if activity.each is None:
                expected = asked(activity.timing, arm, previous="", courses=courses)
                assert windows(part, links) == expected
                n_windows += len(expected)
            if activity.repeats is not None:
                repeat = part["timingTiming"]["repeat"]
                assert (repeat["period"], repeat["periodUnit"]) == (activity.repeats.every, "d")
    assert n_windows > 30


def test_the_study_names_its_plan_and_one_without_has_none(reference, every_form):
    bundle = exported(reference)
    (study,), (plan,) = resources(bundle, "ResearchStudy"), resources(bundle, "PlanDefinition")
    assert study["protocol"] == [{"reference": f"PlanDefinition/{plan['id']}"}]
    bare = exported(every_form)
    assert not resources(bare, "PlanDefinition")
    assert "protocol" not in resources(bare, "ResearchStudy")[0]


def test_a_window_that_was_changed_in_the_plan_definition_is_seen(reference):
    """Or the test of windows could not fail."""
    (definition,) = resources(exported(reference), "PlanDefinition")
    changed = copy.deepcopy(definition)
    links, other = actions(definition), actions(changed)
    name = next(
        link
        for link, (part, _) in links.items()
        if any("offsetRange" in each for each in part.get("relatedAction", []))
    )
    other[name][0]["relatedAction"][0]["offsetRange"]["low"]["value"] += 1
    assert windows(links[name][0], links) != windows(other[name][0], other)
