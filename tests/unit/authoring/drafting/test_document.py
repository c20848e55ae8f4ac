"""A draft as the content of a protocol file: what the record states word for word, and nothing in place of the rest."""

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from equipoise.authoring.drafting.document import protocol_data
from equipoise.authoring.drafting.draft import Draft
from equipoise.authoring.drafting.writing import protocol_yaml
from equipoise.authoring.model import (
    AgeLimit,
    DamageKind,
    DamageMark,
    Outcome,
    RepairProposal,
    RuleDraft,
    StatedArm,
    StatedIntervention,
    StatedOutcome,
    StatedSite,
    StatedStatus,
)
from equipoise.criteria.truth import Kind
from equipoise.protocol.document import parse_document
from equipoise.protocol.loading import build_protocol

WASHOUT = "No chemotherapy for 4 weeks prior to starting treatment, if randomized to arm 2."
NOT_FOUND = "not-found"


def data_of(draft, origin=None):
    return protocol_data(
        draft, record_file="records/trial.txt", origin=origin, drafted_by="A. Person", drafted_at=date(2026, 1, 2)
    )


@pytest.fixture
def of_criteria(make_registration):
    """The content of a file with criteria made by hand."""

    def make(*criteria):
        return data_of(Draft(make_registration(), criteria, (), ()))

    return make


def test_what_the_record_does_not_state_is_not_found_or_left_out(make_draft):
    data = data_of(make_draft(title=""))
    assert data["title"] == NOT_FOUND
    assert data["identifiers"] == []
    assert data["registry"] == []
    for key in ("official_title", "conditions", "phase", "sponsor", "sites", "arms", "interventions", "endpoints"):
        assert key not in data
    assert data["versions"][0]["effective"] == {"day": NOT_FOUND}


def test_the_official_title_stands_in_for_a_missing_short_one(make_draft):
    assert data_of(make_draft(title="", official_title="A Trial of Rest"))["title"] == "A Trial of Rest"


def test_what_the_record_states_is_written_with_its_source(make_draft):
    data = data_of(
        make_draft(
            identifiers=(("NCT00000001", "ClinicalTrials.gov"),),
            conditions=("Gout",),
            phase="Phase 2",
            sponsor="An Institute",
            dates={"first-posted": "2022-11-09"},
            design={"allocation": "randomized"},
            sites=(StatedSite("A Clinic", place="Leeds"),),
        )
    )
    assert data["identifiers"] == [{"id": "NCT00000001", "authority": "ClinicalTrials.gov"}]
    assert data["conditions"] == ["Gout"]
    assert data["phase"]["registered"] == "Phase 2"
    assert data["sponsor"]["name"] == "An Institute"
    assert data["design"]["first-posted"]["value"] == "2022-11-09"
    assert data["design"]["allocation"] == {"value": "randomized", "mark": "verified", "source": "the record"}
    assert data["sites"] == [{"name": "A Clinic", "status": NOT_FOUND, "source": "the record", "note": "Leeds"}]


def test_the_digest_of_the_record_is_that_of_its_text_and_the_original_stands_beside_it(make_draft):
    origin = {"file": "records/trial.json", "sha256": "1" * 64, "form": "usdm-json"}
    draft = make_draft("Größe ≥ 1")
    (record,) = data_of(draft, origin)["records"]
    assert record["sha256"] == hashlib.sha256(draft.registration.text.encode("utf-8")).hexdigest()
    assert record["origin"] == origin
    assert "origin" not in data_of(draft)["records"][0]


@pytest.mark.parametrize(
    ("stated", "status", "day"),
    [
        (StatedStatus("recruiting", "2026-01-02"), "recruiting", date(2026, 1, 2)),
        (StatedStatus("recruiting", "2026-01"), "recruiting", NOT_FOUND),
        (StatedStatus("recruiting"), "recruiting", NOT_FOUND),
        (StatedStatus("on a long holiday"), "unknown", NOT_FOUND),
    ],
    ids=["a whole day", "a month alone", "no day", "no status that is known"],
)
def test_a_status_has_the_day_that_is_stated_and_no_other(make_draft, stated, status, day):
    (written,) = data_of(make_draft(statuses=(stated,)))["registry"]
    assert written["status"] == status
    assert written["since"] == {"day": day}


def test_arms_and_interventions_keep_the_words_of_the_record(make_draft):
    data = data_of(
        make_draft(
            arms=(
                StatedArm("Arm 1: Rest", "Experimental", "One hour a day.", ("Rest", "Something else")),
                StatedArm("Arm 2: Walking", "A new kind"),
            ),
            interventions=(StatedIntervention("Rest", "Behavioral", "Lying down."), StatedIntervention("Walking")),
        )
    )
    assert [(each["id"], each["label"], each["type"]) for each in data["arms"]] == [
        ("arm-1", "Arm 1: Rest", "experimental"),
        ("arm-2", "Arm 2: Walking", "not-stated"),
    ]
    assert data["arms"][0]["interventions"] == ["rest"]
    assert [(each["id"], each["type"]) for each in data["interventions"]] == [
        ("rest", "behavioral"),
        ("walking", "not-stated"),
    ]
    assert data["interventions"][0]["facts"]["description"]["value"] == "Lying down."


def test_outcomes_with_the_same_words_have_names_of_their_own(make_draft):
    outcomes = (
        StatedOutcome("primary", "Pain", "12 weeks", "How much it hurts"),
        StatedOutcome("secondary", "Pain"),
        StatedOutcome("exploratory", "Pain"),
    )
    endpoints = data_of(make_draft(outcomes=outcomes))["endpoints"]
    assert [each["id"] for each in endpoints] == ["pain", "pain-2", "pain-3"]
    assert [each["level"] for each in endpoints] == ["primary", "secondary", "other"]
    assert endpoints[0]["time_frame"]["value"] == "12 weeks"
    assert endpoints[1]["time_frame"] == {"value": NOT_FOUND, "mark": NOT_FOUND}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Drug A 5 mg", "drug-a-5-mg"),
        ("Change in (177Lu) uptake: day 1", "change-in-177lu-uptake-day-1"),
        ("  – Pain! ", "pain"),
        ("对照组", "unnamed"),
        ("a" * 60, "a" * 50),
        ("a" * 49 + " tail", "a" * 49),
    ],
    ids=["words", "brackets", "marks", "no latin letters", "too long", "cut at a space"],
)
def test_an_identifier_is_the_words_in_lower_case_with_hyphens_and_not_too_long(make_draft, words, name):
    (endpoint,) = data_of(make_draft(outcomes=(StatedOutcome("primary", words),)))["endpoints"]
    assert endpoint["id"] == name
    assert endpoint["measure"] == words


def test_each_criterion_stands_on_its_side_with_its_words_and_their_place(make_draft):
    draft = make_draft(inclusion=("Diabetes", "Age 18 years or older"), exclusion=("Lymphoma",))
    (version,) = data_of(draft)["versions"]
    assert [each["id"] for each in version["inclusion"]] == ["I1", "I2"]
    assert [each["id"] for each in version["exclusion"]] == ["E1"]
    for each in (*version["inclusion"], *version["exclusion"]):
        (source,) = each["sources"]
        ((start, end),) = source["spans"]
        assert draft.registration.text[start:end] == each["text"]
        assert source["record"] == "nct00000001-original"
    assert version["inclusion"][1]["rule"] == {"age": ">= 18"}


def test_a_criterion_whose_side_is_not_stated_stands_among_those_that_let_in(of_criteria, make_criterion):
    (version,) = of_criteria(make_criterion("U1", kind=None))["versions"]
    assert [each["id"] for each in version["inclusion"]] == ["U1"]
    assert "exclusion" not in version


def test_a_criterion_of_one_arm_is_a_gate_of_that_arm(make_draft):
    arms = (StatedArm("Arm 1: Rest"), StatedArm("Arm 2: Walking"))
    (version,) = data_of(make_draft(inclusion=("Diabetes", WASHOUT), arms=arms))["versions"]
    (gate,) = version["gates"]
    assert (gate["id"], gate["arm"], gate["before"]) == ("G1", "arm-2", "cycle-1")
    assert gate["text"] == WASHOUT
    assert [each["id"] for each in version["inclusion"]] == ["I1"]
    assert version["anchors"] == {"cycle-1": "first day of treatment"}


def test_an_arm_that_a_criterion_alone_names_is_added_and_says_so(make_draft):
    (arm,) = data_of(make_draft(inclusion=(WASHOUT,)))["arms"]
    assert arm == {"id": "arm-2", "label": "arm 2", "type": "not-stated", "description": "Named in I1 alone."}


@pytest.mark.parametrize(
    ("labels", "words", "found"),
    [
        (("Arm 10", "Arm 1"), "arm 1", "arm-1"),
        (("Arm 10: Rest", "Arm 1: Walking"), "arm 1", "arm-1"),
        (("Control arm", "Walking"), "the control arm", "control-arm"),
        (("Control", "Walking"), "the control arm", "control"),
        (("Control: rest", "Walking"), "the control group", "control-rest"),
        (("Treatment arm 1", "Treatment arm 2"), "arm 2", "treatment-arm-2"),
        (("Arm A plus", "Arm A"), "the arm A", "arm-a-2"),
    ],
    ids=["ten", "ten with more words", "article", "no word arm", "before a colon", "part of a label", "whole label"],
)
def test_a_gate_belongs_to_the_arm_whose_whole_words_are_named(make_draft, labels, words, found):
    washout = WASHOUT.replace("arm 2", words)
    data = data_of(make_draft(inclusion=(washout,), arms=tuple(StatedArm(label) for label in labels)))
    (gate,) = data["versions"][0]["gates"]
    assert gate["arm"] == found
    assert len(data["arms"]) == len(labels)
    assert "checks" not in gate["drafted"]


@pytest.mark.parametrize(
    "labels",
    [("Arm 2: low dose", "Arm 2: high dose"), ("Arm 2", "Arm 2")],
    ids=["two beginnings", "the same label twice"],
)
def test_an_arm_that_could_be_two_is_neither_and_a_person_is_told(make_draft, labels):
    data = data_of(make_draft(inclusion=(WASHOUT,), arms=tuple(StatedArm(label) for label in labels)))
    (gate,) = data["versions"][0]["gates"]
    assert [each["id"] for each in data["arms"]] == ["arm-2", "arm-2-2", "arm-2-3"]
    assert gate["arm"] == "arm-2-3"
    assert gate["drafted"]["checks"] == ["“arm 2” can mean more than one arm of the record: arm-2, arm-2-2"]
    assert "arm-2, arm-2-2" in data["arms"][2]["description"]


@pytest.mark.parametrize("label", ["Arm 20", "Arm 3: crossover from arm 2", "Alarm 2"])
def test_an_arm_of_other_words_is_not_the_one_that_is_named(make_draft, label):
    data = data_of(make_draft(inclusion=(WASHOUT,), arms=(StatedArm(label),)))
    (gate,) = data["versions"][0]["gates"]
    assert [each["label"] for each in data["arms"]] == [label, "arm 2"]
    assert gate["arm"] == "arm-2"
    assert gate["drafted"]["checks"] == ["the record states no arm of its own that is “arm 2”"]


def test_two_criteria_that_name_one_unstated_arm_share_it(make_draft):
    data = data_of(make_draft(inclusion=(WASHOUT, WASHOUT.replace("arm 2", "the arm 2"))))
    assert [each["id"] for each in data["arms"]] == ["arm-2"]
    assert [gate["arm"] for gate in data["versions"][0]["gates"]] == ["arm-2", "arm-2"]


def test_interventions_whose_labels_make_one_identifier_are_numbered(make_draft):
    data = data_of(
        make_draft(
            arms=(StatedArm("Rest", interventions=("Drug A: 5 mg",)),),
            interventions=(StatedIntervention("Drug A 5 mg"), StatedIntervention("Drug A: 5 mg")),
        )
    )
    assert [each["id"] for each in data["interventions"]] == ["drug-a-5-mg", "drug-a-5-mg-2"]
    assert data["arms"][0]["interventions"] == ["drug-a-5-mg-2"]


def test_only_the_windows_that_rules_name_are_listed_each_as_an_assumption(make_draft):
    assert "windows" not in data_of(make_draft())["versions"][0]
    (version,) = data_of(make_draft(exclusion=("INR > 1.5",)))["versions"]
    assert version["windows"].keys() == {"laboratory"}
    assert version["windows"]["laboratory"]["status"] == "assumption"
    assert version["windows"]["laboratory"]["source"]


def test_readings_are_listed_and_none_is_chosen(make_draft):
    (version,) = data_of(make_draft(inclusion=("Older than 18 years",)))["versions"]
    ((name, reading),) = version["readings"].items()
    assert name == version["inclusion"][0]["rule"]["reading"]
    assert reading["chosen"] is None
    assert reading["because"]


def test_nobody_has_signed_a_draft(make_draft):
    review = data_of(make_draft())["versions"][0]["review"]
    assert review == {"status": "draft", "drafted_by": "A. Person", "drafted_at": date(2026, 1, 2)}


HOLE = DamageMark(DamageKind.TEXT_LOST, 5, 5, 0, "score of", "the limit", "it ends at “of”")
BULLET = DamageMark(DamageKind.STRAY_MARK, 0, 1, 0, "", "nothing", "a bullet", is_harmless=True)


def test_damage_is_written_with_its_reason_and_harmless_damage_says_so(of_criteria, make_criterion):
    (version,) = of_criteria(make_criterion("I1", marks=(HOLE, BULLET)))["versions"]
    hole, bullet = version["inclusion"][0]["damage"]
    assert hole == {"kind": "text-lost", "after": "score of", "lost": "the limit", "because": "it ends at “of”"}
    assert bullet["harmless"] is True


def test_a_repair_waits_for_a_person_and_one_without_words_is_none(of_criteria, make_criterion):
    closed = RepairProposal(0, "score of 2", "its mirror says so", "the mirrored criterion", "A score of 2")
    open_ = RepairProposal(0, "score of [?]", "it stands nowhere", "outside the text")
    (version,) = of_criteria(make_criterion("I1", repair=closed), make_criterion("I2", repair=open_))["versions"]
    assert version["inclusion"][0]["repair"] == {
        "reads": "score of 2",
        "because": "its mirror says so",
        "source": "the mirrored criterion",
        "status": "proposed",
    }
    assert "repair" not in version["inclusion"][1]


def test_what_a_person_must_look_at_stands_beside_the_rule(of_criteria, make_criterion):
    asked = RuleDraft(Outcome.REFUSED, {"latest": "ask-i1", "is": "yes"}, checks=("no rule is certain: why",))
    (version,) = of_criteria(make_criterion("I1", draft=asked), make_criterion("I2"))["versions"]
    assert version["inclusion"][0]["drafted"] == {"outcome": "refused", "checks": ["no rule is certain: why"]}
    assert version["inclusion"][1]["drafted"] == {"outcome": "compiled"}


def test_a_concept_that_two_criteria_share_is_declared_once(make_draft):
    data = data_of(make_draft(inclusion=("Asthma", "Diabetes"), exclusion=("Stroke within 6 months", "Stroke")))
    assert list(data["concepts"]) == ["asthma", "stroke"]


def test_the_file_of_a_draft_is_a_protocol_that_can_be_executed(make_draft, setup):
    draft = make_draft(
        "Minimum Age: 18 Years",
        ("Older than 18 years", "No stroke, ECOG 0-1", WASHOUT),
        ("INR > 1.5", "Heart failure, NYHA III or IV", "Asthma or COPD"),
        arms=(StatedArm("Arm 2"),),
        statuses=(StatedStatus("recruiting", "2026-01-02"),),
        outcomes=(StatedOutcome("primary", "Pain"),),
    )
    protocol = build_protocol(parse_document(protocol_yaml(data_of(draft)), Path("protocol.yaml")), setup.library)
    version = protocol.version("original")
    assert [(kind, each.id) for kind, each in version.criteria] == [
        (Kind.INCLUSION, "I1"),
        (Kind.INCLUSION, "I2"),
        (Kind.EXCLUSION, "E1"),
        (Kind.EXCLUSION, "E2"),
        (Kind.EXCLUSION, "E3"),
    ]
    assert [each.id for each in version.gates] == ["G1"]


def test_fields_beside_the_text_are_criteria_that_can_be_executed(make_draft, setup):
    draft = make_draft(
        "A trial\nSex: Female",
        ("Male sex", "Age 18 to 80 years"),
        ("Age >= 75 years",),
        minimum_age=AgeLimit(Decimal(6), "months", "6 Months"),
        maximum_age=AgeLimit(Decimal(70), "years", "70 Years"),
        sex="female",
    )
    protocol = build_protocol(parse_document(protocol_yaml(data_of(draft)), Path("protocol.yaml")), setup.library)
    version = protocol.version("original")
    assert [each.id for _, each in version.criteria] == ["I1", "I2", "S1", "E1"]
    assert set(version.readings) == {"i1-sex-field", "i2-age-limit", "e1-age-limit"}


def test_equal_drafts_are_written_in_equal_words(make_draft):
    assert protocol_yaml(data_of(make_draft())) == protocol_yaml(data_of(make_draft()))
