"""A running trial as FHIR R5: the models take it, codes are of the specification, a masked reader learns no arm."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fhir.resources.bundle import Bundle
from fhir.resources.plandefinition import PlanDefinition
from tests.nested import objects
from tests.office_store import enter
from tests.office_trial import PROTOCOL, Office

from equipoise.authoring.exports.fhir_plan import make_plan_definition
from equipoise.authoring.exports.losses import LossBook
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.conduct.states import Participation, SubjectState, Treatment
from equipoise.operations.office import setting_up, subjects
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Change
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.trial.exports.fhir_subjects import MASKED_LOSS, make_bundle
from equipoise.operations.trial.exports.subject_progress import progress_of
from equipoise.operations.trial.masking import may_see_of, seen_events
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.plan import Timing
from equipoise.protocol.resolve_plan import resolve_plan

CONTROL, DRUG = "surgery", "drug-then-surgery"

# Code systems and required value sets of FHIR 5.0.0 (hl7.org/fhir/R5), written down from the specification.
PUBLICATION_STATUS = {"draft", "active", "retired", "unknown"}
STATES = {
    "candidate",
    "eligible",
    "follow-up",
    "ineligible",
    "not-registered",
    "off-study",
    "on-study",
    "on-study-intervention",
    "on-study-observation",
    "pending-on-study",
    "potential-candidate",
    "screening",
    "withdrawn",
}
RELATIONSHIPS = {
    "before",
    "before-start",
    "before-end",
    "concurrent",
    "concurrent-with-start",
    "concurrent-with-end",
    "after",
    "after-start",
    "after-end",
}
STUDY_STATUS = {
    "active",
    "active-but-not-recruiting",
    "administratively-completed",
    "approved",
    "closed-to-accrual",
    "closed-to-accrual-and-intervention",
    "completed",
    "disapproved",
    "enrolling-by-invitation",
    "in-review",
    "not-yet-recruiting",
    "recruiting",
    "temporarily-closed-to-accrual",
    "temporarily-closed-to-accrual-and-intervention",
    "terminated",
    "withdrawn",
}
SYSTEMS = {
    "http://terminology.hl7.org/CodeSystem/research-subject-state": STATES,
    "http://terminology.hl7.org/CodeSystem/research-subject-milestone": {"SignedUp", "Screened", "Randomized"},
    "http://terminology.hl7.org/CodeSystem/research-subject-state-type": {"Milestone", "Enrollment"},
    "http://terminology.hl7.org/CodeSystem/plan-definition-type": {
        "order-set",
        "clinical-protocol",
        "eca-rule",
        "workflow-definition",
    },
    "http://hl7.org/fhir/research-study-status": STUDY_STATUS,
}
PLAIN = {
    "relationship": RELATIONSHIPS,
    "kind": {"applicability", "start", "stop"},
    "requiredBehavior": {"must", "could", "must-unless-documented"},
    "groupingBehavior": {"visual-group", "logical-group", "sentence-group"},
    "selectionBehavior": {"any", "all", "all-or-none", "exactly-one", "at-most-one", "one-or-more"},
    "periodUnit": {"s", "min", "h", "d", "wk", "mo", "a"},
    "membership": {"definitional", "enumerated"},
}


def resources(content: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in content["entry"] if each["resource"]["resourceType"] == kind]


def subject_in(content: dict[str, Any], subject: str) -> dict[str, Any]:
    return next(each for each in resources(content, "ResearchSubject") if each["id"] == subject)


def told(content: dict[str, Any], subject: str) -> list[tuple[str, str]]:
    """State or milestone, with the day since when."""
    return [
        ((each.get("subjectState") or each["milestone"])["coding"][0]["code"], each["startDate"])
        for each in subject_in(content, subject)["progress"]
    ]


def bundle(office: Office, who: Who, role: Role | None = None) -> dict[str, Any]:
    with office.store.reading() as view:
        return make_bundle(view, office.rules, may_see_of(who, role), office.today).content


class Treated:
    """One subject in each arm, both treated and one dead, and one in each state from before allocation."""

    def __init__(self) -> None:
        self.office = Office()
        office = self.office
        self.masked = enter(office.store, "mara", Role.MASKED_STATISTICIAN)
        office.identified()
        self.failed = office.screening()
        reason = {"reason": "too ill", "criteria": ["I2"]}
        office.move(self.failed, Move.FAIL_SCREENING, who=office.investigator, **reason)
        office.eligible()
        self.drug, self.control = office.in_arm(DRUG), office.in_arm(CONTROL)
        self.allocated_on = office.today
        office.go_on(8)
        self.dosed_on = office.today
        office.platelets(self.drug, "150")
        office.release(self.drug, "drug-1")
        office.record(self.drug, "dose", step="drug-1", administered="100", unit="mg")
        office.go_on(20)
        self.operated_on = office.today
        office.release(self.control, "surgery-day")
        office.record(self.control, "operation", step="surgery-day", approach="open", resection="R0", lesions_removed=1)
        office.go_on(30)
        self.died_on = office.today
        office.move(self.drug, Move.DIE, source="the family")


@pytest.fixture(scope="module")
def treated() -> Treated:
    return Treated()


@pytest.fixture(scope="module")
def unmasked(treated: Treated) -> dict[str, Any]:
    return bundle(treated.office, treated.office.statistician)


@pytest.fixture(scope="module")
def masked(treated: Treated) -> dict[str, Any]:
    return bundle(treated.office, treated.masked)


def test_the_models_of_r5_take_it_and_give_the_same_back(unmasked, masked):
    for content in (unmasked, masked):
        assert json.loads(Bundle.model_validate(json.loads(json.dumps(content))).model_dump_json()) == content


def test_every_reference_leads_to_a_resource_of_the_bundle(unmasked, masked):
    for content in (unmasked, masked):
        names = {f"{each['resource']['resourceType']}/{each['resource']['id']}" for each in content["entry"]}
        assert len(names) == len(content["entry"])
        referred = {each["reference"] for each in objects(content) if "reference" in each}
        assert referred
        assert referred <= names


def test_nothing_but_codes_of_the_specification_is_written(unmasked, masked):
    for content in (unmasked, masked):
        for each in objects(content):
            if "system" in each and "code" in each and each["system"] in SYSTEMS:
                assert each["code"] in SYSTEMS[each["system"]]
        for kind in ("ResearchStudy", "ResearchSubject", "PlanDefinition"):
            assert {each["status"] for each in resources(content, kind)} <= PUBLICATION_STATUS
        for kind in ("PlanDefinition", "Group"):
            for each in objects(resources(content, kind)):
                for name, codes in PLAIN.items():
                    assert name not in each or each[name] in codes
        for each in objects(resources(content, "ResearchSubject")):
            for name in ("subjectState", "milestone", "type"):
                assert name not in each or each[name]["coding"][0]["system"] in SYSTEMS


def test_an_unmasked_reader_gets_the_arm_and_every_state(treated, unmasked):
    drug = subject_in(unmasked, treated.drug)
    assert (drug["assignedComparisonGroup"], drug["actualComparisonGroup"]) == (DRUG, DRUG)
    assert told(unmasked, treated.drug)[-4:] == [
        ("on-study", str(treated.allocated_on)),
        ("Randomized", str(treated.allocated_on)),
        ("on-study-intervention", str(treated.dosed_on)),
        ("off-study", str(treated.died_on)),
    ]


def test_a_masked_reader_gets_no_arm_and_no_day_of_treatment(treated, masked):
    for subject in (treated.drug, treated.control):
        mine = subject_in(masked, subject)
        assert not {"assignedComparisonGroup", "actualComparisonGroup"} & set(mine)
        text = json.dumps(mine)
        assert not any(word in text for word in (DRUG, CONTROL, "intervention", "observation"))
        assert not any(str(day) in json.dumps(masked) for day in (treated.dosed_on, treated.operated_on))
    assert all("observedGroup" not in each for each in objects(masked))
    assert [group["name"] for group in resources(masked, "Group") if group["membership"] == "enumerated"] == [
        "All randomised"
    ]
    assert told(masked, treated.drug)[-3:] == [
        ("on-study", str(treated.allocated_on)),
        ("Randomized", str(treated.allocated_on)),
        ("off-study", str(treated.died_on)),
    ]


def test_what_is_masked_does_not_depend_on_the_arms():
    """The same trial with treatment and without: everything that a masked reader is given is the same."""
    offices = []
    for is_treated in (True, False):
        office = Office()
        subject = office.in_arm(DRUG)
        office.go_on(8)
        if is_treated:
            office.platelets(subject, "150")
            office.release(subject, "drug-1")
            office.record(subject, "dose", step="drug-1", administered="100", unit="mg")
        offices.append(bundle(office, enter(office.store, "mara", Role.MASKED_STATISTICIAN)))
    assert offices[0] == offices[1]


def test_for_a_masked_role_somebody_unmasked_exports_no_more_than_it_may_see(treated, masked):
    assert bundle(treated.office, treated.office.statistician, Role.MASKED_STATISTICIAN) == masked


def test_a_site_does_not_learn_the_arms_of_another(treated, masked):
    elsewhere = Who("eva", "Eva Example", "1", Role.COORDINATOR, "york")
    content = bundle(treated.office, elsewhere)
    assert content == masked
    own = bundle(treated.office, treated.office.coordinator)
    assert subject_in(own, treated.control)["assignedComparisonGroup"] == CONTROL


def test_a_loss_says_what_a_masked_reader_is_not_given(treated):
    with treated.office.store.reading() as view:
        made = make_bundle(view, treated.office.rules, may_see_of(treated.masked), treated.office.today)
    (loss,) = [each for each in made.losses if each.what == MASKED_LOSS]
    assert treated.drug in loss.where
    assert treated.control in loss.where


def test_a_screen_failure_has_been_screened_and_is_ineligible(treated, unmasked):
    assert [code for code, _ in told(unmasked, treated.failed)] == [
        "potential-candidate",
        "candidate",
        "screening",
        "ineligible",
        "Screened",
    ]


def test_what_was_taken_back_did_not_happen():
    """Nobody was screened out and nobody died: the state of before goes on, since its own day."""
    office = Office()
    failed, died = office.screening(), office.allocated()
    begun = str(office.today)
    office.go_on(6)
    office.move(failed, Move.FAIL_SCREENING, who=office.investigator, reason="too ill", criteria=["I2"])
    office.move(died, Move.DIE, on=office.today, source="the family")
    before = {
        failed: SubjectState(Participation.SCREENING, Treatment.NOT_ASSIGNED),
        died: SubjectState(Participation.RANDOMISED, Treatment.ASSIGNED),
    }
    for subject, target in before.items():
        signature = office.sign(office.investigator, Act.CORRECT, subjects.correction_statement(subject, target))
        with office.store.writing() as desk:
            subjects.correct_state(desk, office.investigator, subject, target, "another was meant", signature)
    for who in (office.statistician, office.admin):
        content = bundle(office, who)
        assert told(content, failed)[-1] == ("screening", begun)
        assert told(content, died)[-2:] == [("on-study", begun), ("Randomized", begun)]
        assert "endDate" not in subject_in(content, failed)["progress"][-1]


def test_a_training_says_in_every_resource_that_it_holds_no_patients_data(unmasked):
    for each in unmasked["entry"]:
        assert each["resource"]["meta"]["tag"][0]["code"] == "HTEST"


def test_a_patient_holds_the_number_and_nothing_else(unmasked):
    for patient in resources(unmasked, "Patient"):
        assert set(patient) == {"resourceType", "meta", "id", "identifier"}


def test_the_groups_of_arms_share_out_all_randomised(treated, unmasked):
    by_name = {each["name"]: each for each in resources(unmasked, "Group") if each["membership"] == "enumerated"}
    everybody = by_name.pop("All randomised")
    assert everybody["quantity"] == sum(each["quantity"] for each in by_name.values()) >= 2
    study = resources(unmasked, "ResearchStudy")[0]
    assert study["recruitment"]["actualNumber"] == everybody["quantity"]
    assert [arm["observedGroup"]["reference"] for arm in study["comparisonGroup"]] == [
        f"Group/office-study-trial-arm-{arm}" for arm in (CONTROL, DRUG)
    ]


def test_who_got_the_treatment_of_the_other_arm_has_followed_it():
    office = Office()
    subject = office.in_arm(CONTROL)
    office.go_on(8)
    office.record(subject, "dose", step="drug-1", administered="100", unit="mg")
    mine = subject_in(bundle(office, office.statistician), subject)
    assert (mine["assignedComparisonGroup"], mine["actualComparisonGroup"]) == (CONTROL, DRUG)


# ---------------------------------------------------------------------- the plan


def action(content: dict[str, Any], link: str) -> dict[str, Any]:
    (plan,) = resources(content, "PlanDefinition")
    return next(each for each in objects(plan) if each.get("linkId") == link)


def days(related: dict[str, Any]) -> tuple[str, str, int | None, int | None]:
    offset = related["offsetRange"]
    low, high = (offset.get(name, {}).get("value") for name in ("low", "high"))
    return related["targetId"], related["relationship"], low, high


def test_windows_are_offsets_from_the_day_that_the_plan_names(masked):
    """By hand from tests/office_protocol.yaml: target - early to target + late."""
    first, second = (action(masked, f"{DRUG}.drug-{number}")["relatedAction"] for number in (1, 2))
    assert [days(each) for each in first] == [("randomisation", "after-start", 0, 14)]
    assert [days(each) for each in second] == [(f"{DRUG}.drug-1", "after-start", 25, 31)]
    operated = action(masked, f"{DRUG}.surgery-day")["relatedAction"]
    assert [days(each) for each in operated] == [
        (f"{DRUG}.drug", "after-end", 28, 56),
        (f"{DRUG}.last-dose", "after-start", 21, None),
    ]
    assert [days(each) for each in action(masked, f"{CONTROL}.surgery-day")["relatedAction"]] == [
        ("randomisation", "after-start", 14, 42)
    ]
    blood = action(masked, f"{DRUG}.blood-before-dose.drug-2")["relatedAction"]
    assert [days(each) for each in blood] == [(f"{DRUG}.drug-2", "before-start", 0, 7)]


def test_what_repeats_says_how_often_and_how_long(masked):
    repeat = action(masked, f"{CONTROL}.scan")["timingTiming"]["repeat"]
    assert (repeat["period"], repeat["periodUnit"], repeat["boundsDuration"]["value"]) == (84, "d", 364 - 84)


def test_a_gate_is_a_condition_in_words_with_its_rule(masked):
    (gate,) = action(masked, f"{DRUG}.drug-1")["condition"]
    assert gate["kind"] == "applicability"
    assert gate["expression"]["expression"].startswith("Platelets of the last 7 days at least 75: ")
    written = {each["url"].rsplit("/", 1)[-1]: each["valueString"] for each in gate["extension"]}
    assert json.loads(written["rule"]) == {"latest": "platelets", "is": ">= 75 10*9/L", "within": "7 d"}
    assert written["otherwise"] == "hold"
    assert "condition" not in action(masked, f"{CONTROL}.surgery-day")


def test_one_way_of_a_decision_is_chosen_before_its_course(masked):
    decision = action(masked, f"{DRUG}.resectable")
    assert (decision["selectionBehavior"], len(decision["action"])) == ("exactly-one", 2)
    assert decision["relatedAction"] == [{"targetId": f"{DRUG}.operation", "relationship": "before-start"}]


def test_every_relation_of_a_plan_has_its_target():
    protocol = load_protocol("nct05610826")
    plan = make_plan_definition(protocol, protocol.version(), resolve_plan(protocol), LossBook())
    assert json.loads(PlanDefinition.model_validate(plan).model_dump_json()) == plan
    links = [each["linkId"] for each in objects(plan) if "linkId" in each]
    assert len(set(links)) == len(links)
    targets = {each["targetId"] for each in objects(plan) if "targetId" in each}
    assert len(targets) > 10
    assert targets <= set(links)


def test_a_renewed_consent_is_no_new_state():
    """The open part says `randomised` again; that somebody was seen on that day is not a stretch of its own."""
    office = Office()
    office.screening()
    subject = office.in_arm(DRUG)
    allocated_on = office.today
    office.go_on(5)
    with office.store.writing() as desk:
        setting_up.approve_version(desk, office.admin, office.protocol, "second", office.today, "amendment")
    office.consent(subject, "second")
    content = bundle(office, enter(office.store, "mara", Role.MASKED_STATISTICIAN))
    assert told(content, subject)[-2:] == [("on-study", str(allocated_on)), ("Randomized", str(allocated_on))]
    assert [plan["version"] for plan in resources(content, "PlanDefinition")] == ["second", "first"]
    assert subject_in(content, subject)["extension"][0]["valueString"] == "second"


def test_a_state_that_was_entered_late_has_no_end_before_its_beginning(treated):
    with treated.office.store.reading() as view:
        events = list(seen_events(view.events(subject=treated.drug), may_see_of(treated.masked)))
    death = events[-1]
    early = str(treated.allocated_on - timedelta(1))
    said = {**death.entry.changes[Visibility.OPEN].new, "on": early}
    changes = {Visibility.OPEN: Change(said)}
    events[-1] = replace(death, entry=replace(death.entry, changes=changes))
    made, _ = progress_of(events)
    on_study, died = (next(each for each in made if code_of(each) == code) for code in ("on-study", "off-study"))
    assert died["startDate"] == early
    assert "endDate" not in on_study


def code_of(each: dict[str, Any]) -> str:
    code: str = (each.get("subjectState") or each["milestone"])["coding"][0]["code"]
    return code


# By hand: (target, early, late) and what it is from a start, with the limits of the range or the one day.
OFFSETS = [
    ((5, 3, 2), "after-start", {"low": 2, "high": 7}),
    ((0, 0, 4), "after-start", {"low": 0, "high": 4}),
    ((-5, 3, 2), "before-start", {"low": 3, "high": 8}),
    ((1, 3, 2), "concurrent-with-start", {"low": -2, "high": 3}),
    ((7, 0, 0), "after-start", 7),
    ((-7, 0, 0), "before-start", 7),
]


@pytest.mark.parametrize(("window", "relationship", "limits"), OFFSETS)
@pytest.mark.parametrize(("anchor", "point"), [("randomisation", "start"), ("drug", "end")])
def test_a_window_is_said_from_the_side_on_which_it_lies(window, relationship, limits, anchor, point):
    target, early, late = window
    protocol = load_protocol(PROTOCOL)
    plan = protocol.plans["conduct"]
    timing = Timing(after=anchor, target=target, early=early, late=late)
    scan = plan.activities[0].model_copy(update={"timing": [timing], "arms": [DRUG], "repeats": None})
    changed = plan.model_copy(update={"activities": [scan]})
    resolved = replace(resolve_plan(protocol), plan=changed)
    made = make_plan_definition(protocol, protocol.version(), resolved, LossBook())
    (related,) = next(each for each in objects(made) if each.get("linkId") == f"{DRUG}.scan")["relatedAction"]
    assert related["relationship"] == relationship.replace("start", point)
    if isinstance(limits, int):
        assert related["offsetDuration"]["value"] == limits
    else:
        assert {name: each["value"] for name, each in related["offsetRange"].items()} == limits
