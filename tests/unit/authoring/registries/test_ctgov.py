import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from equipoise.authoring.model import (
    AgeLimit,
    RecordForm,
    Registration,
    StatedArm,
    StatedIntervention,
    StatedOutcome,
    StatedSite,
)

Read = Callable[..., Registration]
Check = Callable[[Registration], None]

CRITERIA = "Inclusion Criteria:\n\n* Gout for 2 years\n* Uric acid \\>= 6 mg/dL\n\nExclusion Criteria:\n\n* Stroke\n"
STUDY: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT01234567",
            "orgStudyIdInfo": {"id": "WALK-1"},
            "secondaryIdInfos": [{"id": "2020-001234-12", "type": "EUDRACT_NUMBER"}, {"id": "U1", "domain": "WHO"}],
            "organization": {"fullName": "Walking Institute", "class": "OTHER"},
            "briefTitle": "Slow walking against fast walking in gout",
            "officialTitle": "A Randomised Study of Slow and Fast Walking in People With Gout",
        },
        "statusModule": {
            "statusVerifiedDate": "2024-01",
            "overallStatus": "TERMINATED",
            "whyStopped": "Too few people walked.",
            "startDateStruct": {"date": "2021-04-01", "type": "ACTUAL"},
            "completionDateStruct": {"date": "2025-06", "type": "ESTIMATED"},
            "studyFirstPostDateStruct": {"date": "2021-03-04", "type": "ACTUAL"},
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Walking Institute", "class": "OTHER"}},
        "descriptionModule": {"briefSummary": "People walk slowly or fast."},
        "conditionsModule": {"conditions": ["Gout"], "keywords": ["walking", "uric acid"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE1", "PHASE2"],
            "designInfo": {
                "allocation": "NON_RANDOMIZED",
                "interventionModel": "PARALLEL",
                "primaryPurpose": "TREATMENT",
                "maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "OUTCOMES_ASSESSOR"]},
            },
            "enrollmentInfo": {"count": 120, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {
            "armGroups": [
                {
                    "label": "Slow",
                    "type": "EXPERIMENTAL",
                    "description": "One hour a day.",
                    "interventionNames": ["Behavioral: Walking"],
                },
                {"label": "Fast", "type": "ACTIVE_COMPARATOR"},
            ],
            "interventions": [{"type": "BEHAVIORAL", "name": "Walking", "description": "On a flat road."}],
        },
        "outcomesModule": {
            "primaryOutcomes": [{"measure": "Uric acid", "timeFrame": "12 weeks", "description": "In serum."}],
            "secondaryOutcomes": [{"measure": "Steps", "timeFrame": "30 days"}],
            "otherOutcomes": [{"measure": "Mood"}],
        },
        "eligibilityModule": {
            "eligibilityCriteria": CRITERIA,
            "healthyVolunteers": False,
            "sex": "FEMALE",
            "genderBased": True,
            "minimumAge": "18 Years",
            "maximumAge": "80 Years",
            "stdAges": ["ADULT", "OLDER_ADULT"],
        },
        "contactsLocationsModule": {
            "overallOfficials": [{"name": "A. Walker", "role": "PRINCIPAL_INVESTIGATOR", "affiliation": "Leeds"}],
            "locations": [
                {"facility": "Walking Institute", "status": "RECRUITING", "city": "Leeds", "country": "United Kingdom"},
                {"city": "Oslo", "country": "Norway"},
            ],
        },
    },
    "hasResults": False,
}


def changed(module: str, **fields: Any) -> dict[str, Any]:
    """The study with some fields of one module changed; a field set to None is taken away."""
    study = copy.deepcopy(STUDY)
    held = study["protocolSection"][module]
    for name, value in fields.items():
        if value is None:
            held.pop(name)
        else:
            held[name] = value
    return study


def test_identity_and_status_are_read(record: Read, check_cover: Check) -> None:
    registration = record(STUDY, "study.json")
    check_cover(registration)
    assert registration.form is RecordForm.CTGOV_JSON
    assert registration.id == "nct01234567"
    assert registration.title == "Slow walking against fast walking in gout"
    assert registration.identifiers == (
        ("NCT01234567", "ClinicalTrials.gov"),
        ("WALK-1", "Walking Institute"),
        ("2020-001234-12", "Eudract Number"),
        ("U1", "WHO"),
    )
    (status,) = registration.statuses
    assert (status.status, status.source) == ("terminated", "ClinicalTrials.gov, overall status, verified 2024-01")
    assert registration.dates == {
        "start": "2021-04-01",
        "start-type": "actual",
        "completion": "2025-06",
        "completion-type": "estimated",
        "first-posted": "2021-03-04",
        "first-posted-type": "actual",
        "verified": "2024-01",
    }
    assert registration.not_understood == ()


def test_design_is_read(record: Read) -> None:
    registration = record(STUDY, "study.json")
    assert registration.study_type == "interventional"
    assert registration.phase == "Phase 1/Phase 2"
    assert registration.sponsor == "Walking Institute"
    assert registration.design == {
        "allocation": "non randomized",
        "intervention-model": "parallel",
        "primary-purpose": "treatment",
        "masking": "double",
        "who-is-masked": "participant, outcomes assessor",
        "enrolment-target": "120",
        "why-stopped": "Too few people walked.",
        "age-groups": "Adult, Older Adult",
        "gender-based": "yes",
    }


def test_arms_outcomes_and_sites_are_read(record: Read) -> None:
    registration = record(STUDY, "study.json")
    assert registration.arms == (
        StatedArm("Slow", "Experimental", "One hour a day.", ("Behavioral: Walking",)),
        StatedArm("Fast", "Active Comparator"),
    )
    assert registration.interventions == (StatedIntervention("Walking", "Behavioral", "On a flat road."),)
    assert registration.outcomes == (
        StatedOutcome("primary", "Uric acid", "12 weeks", "In serum."),
        StatedOutcome("secondary", "Steps", "30 days"),
        StatedOutcome("other", "Mood"),
    )
    assert registration.sites == (
        StatedSite("Walking Institute", "recruiting", "Leeds, United Kingdom"),
        StatedSite("Oslo, Norway", "", "Oslo, Norway"),
    )


def test_the_eligibility_text_stands_on_the_page_as_the_registry_prints_it(record: Read) -> None:
    registration = record(STUDY, "study.json")
    ((start, end),) = registration.eligibility
    assert registration.text[start:end] == (
        "Inclusion Criteria:\n\n* Gout for 2 years\n* Uric acid >= 6 mg/dL\n\nExclusion Criteria:\n\n* Stroke"
    )


def test_structured_eligibility_is_read(record: Read) -> None:
    registration = record(STUDY, "study.json")
    assert registration.sex == "female"
    assert registration.minimum_age == AgeLimit(Decimal(18), "years", "18 Years")
    assert registration.maximum_age == AgeLimit(Decimal(80), "years", "80 Years")
    assert registration.healthy_volunteers is False


def test_the_page_is_the_same_each_time(record: Read) -> None:
    assert record(STUDY, "one.json").text == record(STUDY, "two.json").text


def test_a_study_of_newborns_keeps_its_units(record: Read) -> None:
    registration = record(changed("eligibilityModule", minimumAge="1 Day", maximumAge="28 Days", sex="ALL"))
    assert registration.minimum_age == AgeLimit(Decimal(1), "days", "1 Day")
    assert registration.maximum_age == AgeLimit(Decimal(28), "days", "28 Days")
    assert registration.sex == "all"


def test_an_observational_study_without_arms_is_read(record: Read, check_cover: Check) -> None:
    study = changed(
        "designModule",
        studyType="OBSERVATIONAL",
        phases=None,
        designInfo={"observationalModel": "CASE_CONTROL", "timePerspective": "PROSPECTIVE"},
        enrollmentInfo={"count": 7, "type": "ACTUAL"},
    )
    del study["protocolSection"]["armsInterventionsModule"]
    registration = record(study)
    check_cover(registration)
    assert registration.study_type == "observational"
    assert registration.phase == ""
    assert registration.arms == ()
    assert registration.design["observational-model"] == "case control"
    assert registration.design["enrolment-actual"] == "7"
    assert "enrolment-target" not in registration.design


def test_phases_are_printed_as_the_registry_prints_them(record: Read) -> None:
    assert record(changed("designModule", phases=["NA"])).phase == "Not Applicable"
    assert record(changed("designModule", phases=["EARLY_PHASE1"])).phase == "Early Phase 1"


def test_a_status_without_a_word_in_a_protocol_is_noted_with_the_last_known_one(record: Read) -> None:
    registration = record(changed("statusModule", overallStatus="UNKNOWN", lastKnownStatus="RECRUITING"))
    assert registration.statuses == ()
    (note,) = registration.not_understood
    assert note.startswith("protocolSection.statusModule.overallStatus: UNKNOWN is not a status")
    assert note.endswith("the last known one is RECRUITING")


def test_a_field_of_the_wrong_type_is_noted_with_its_path(record: Read) -> None:
    registration = record(changed("conditionsModule", conditions="Gout", keywords=["walking", 7]))
    assert registration.conditions == ()
    assert registration.keywords == ("walking",)
    assert registration.not_understood == (
        "protocolSection.conditionsModule.conditions: a list of texts was expected, found 'Gout'",
        "protocolSection.conditionsModule.keywords[1]: a text was expected, found 7",
    )


def test_ages_that_cannot_be_read_or_contradict_each_other_are_noted(record: Read) -> None:
    registration = record(changed("eligibilityModule", minimumAge="90 Years", maximumAge="80 Years"))
    assert registration.minimum_age is not None
    assert registration.maximum_age is not None
    assert any("contradict each other" in note for note in registration.not_understood)
    registration = record(changed("eligibilityModule", minimumAge="grown up"))
    assert registration.not_understood == (
        "protocolSection.eligibilityModule.minimumAge: the age 'grown up' cannot be read",
    )


def test_no_age_limit_is_no_limit_and_no_fault(record: Read) -> None:
    registration = record(changed("eligibilityModule", minimumAge="N/A", maximumAge=None))
    assert (registration.minimum_age, registration.maximum_age) == (None, None)
    assert registration.not_understood == ()


def test_unknown_modules_are_listed_once(record: Read) -> None:
    study = copy.deepcopy(STUDY)
    study["protocolSection"] |= {"moonModule": {"phase": "full"}, "emptyModule": {}}
    study["extra"] = [1]
    assert record(study).not_understood == (
        "the top level: parts this reader does not know, left aside: extra",
        "protocolSection: modules this reader does not know, left aside: moonModule",
    )


def test_a_study_with_the_bare_minimum_is_read(record: Read, check_cover: Check) -> None:
    registration = record({"protocolSection": {"eligibilityModule": {"eligibilityCriteria": "* Gout"}}}, "walk 1.json")
    check_cover(registration)
    assert registration.id == "walk-1"
    assert registration.text[slice(*registration.eligibility[0])] == "* Gout"


def test_half_a_character_is_made_writable(record: Read) -> None:
    registration = record(changed("identificationModule", briefTitle="Walking \ud83d in gout"))
    assert registration.title == "Walking ? in gout"
    assert registration.text.encode()
