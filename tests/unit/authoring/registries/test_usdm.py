import copy
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from equipoise.authoring.model import AgeLimit, RecordForm, Registration, StatedArm, StatedOutcome, StatedSite
from equipoise.authoring.registries.reading import read_record
from equipoise.authoring.registries.usdm_text import StudyTexts
from equipoise.criteria.truth import Kind

Read = Callable[..., Registration]
Check = Callable[[Registration], None]


def code(decode: str, number: str = "C1") -> dict[str, str]:
    return {"code": number, "decode": decode, "instanceType": "Code"}


def years(id_: str, value: float) -> dict[str, Any]:
    unit = {"standardCode": code("Year"), "instanceType": "AliasCode"}
    return {"id": id_, "value": value, "unit": unit, "instanceType": "Quantity"}


def criterion(number: str, item: str, category: dict[str, str]) -> dict[str, Any]:
    return {"id": f"EC_{item}", "identifier": number, "criterionItemId": item, "category": category}


def item(id_: str, text: str, dictionary: str | None = None) -> dict[str, Any]:
    return {"id": id_, "name": id_, "text": text, "dictionaryId": dictionary}


INCLUSION, EXCLUSION = code("Inclusion Criteria", "C25532"), code("Exclusion Criteria", "C25370")
DESIGN: dict[str, Any] = {
    "id": "Design_1",
    "name": "Main",
    "studyType": code("Interventional Study"),
    "studyPhase": {"standardCode": code("Phase II Trial")},
    "model": code("Parallel Study"),
    "blindingSchema": {"standardCode": code("Double Blind Study")},
    "intentTypes": [code("Treatment Study")],
    "arms": [
        {"id": "Arm_1", "name": "A", "label": "Slow", "description": "Walks.", "type": code("Investigational Arm")}
    ],
    "studyCells": [{"armId": "Arm_1", "elementIds": ["Element_1", "Element_2"]}],
    "elements": [
        {"id": "Element_1", "studyInterventionIds": []},
        {"id": "Element_2", "studyInterventionIds": ["Intervention_1"]},
    ],
    "indications": [{"label": "Gout", "description": "Gout"}],
    "objectives": [
        {
            "text": "<p>To see whether uric acid falls.</p>",
            "level": code("Primary Objective"),
            "endpoints": [{"text": "Uric acid at week 12", "level": code("Primary Endpoint")}],
        }
    ],
    "population": {
        "id": "Population_1",
        "instanceType": "StudyDesignPopulation",
        "includesHealthySubjects": False,
        "plannedSex": [code("Both")],
        "plannedAge": {
            "id": "Range_1",
            "minValue": years("Quantity_1", 18.0),
            "maxValue": years("Quantity_2", 80.0),
            "instanceType": "Range",
        },
        "plannedEnrollmentNumber": {"id": "Quantity_3", "value": 120.0, "unit": None, "instanceType": "Quantity"},
        "criterionIds": [],
        "cohorts": [],
    },
    "eligibilityCriteria": [
        criterion("1", "Item_1", INCLUSION),
        criterion("2", "Item_2", INCLUSION),
        criterion("1", "Item_3", EXCLUSION),
    ],
}
STUDY: dict[str, Any] = {
    "usdmVersion": "4.0.0",
    "study": {
        "name": "WALK",
        "versions": [
            {
                "id": "Version_1",
                "versionIdentifier": "2",
                "titles": [
                    {"text": "Walking in gout", "type": code("Brief Study Title")},
                    {"text": "A Study of Walking in Gout", "type": code("Official Study Title")},
                ],
                "studyIdentifiers": [
                    {"text": "WALK-1", "scopeId": "Organization_1"},
                    {"text": "NCT01234567", "scopeId": "Organization_2"},
                ],
                "organizations": [
                    {
                        "id": "Organization_1",
                        "label": "Walking Institute",
                        "managedSites": [{"name": "S1", "label": "Leeds", "country": code("United Kingdom")}],
                    },
                    {"id": "Organization_2", "label": "ClinicalTrials.gov", "managedSites": []},
                ],
                "roles": [{"code": code("Sponsor"), "organizationIds": ["Organization_1"]}],
                "dateValues": [{"type": code("Sponsor Approval Date"), "dateValue": "2021-03-04"}],
                "amendments": [
                    {
                        "number": "1",
                        "dateValues": [{"type": code("Protocol Effective Date"), "dateValue": "2022-01-02"}],
                    }
                ],
                "studyInterventions": [{"id": "Intervention_1", "label": "Walking", "type": code("Behavioral")}],
                "eligibilityCriterionItems": [
                    item("Item_1", '<p>Aged at least <usdm:tag name="min_age"/> at consent.</p>', "Dictionary_1"),
                    item("Item_2", "<p>Any of:</p><ul><li><p>gout</p></li><li>tophi &gt; 1&nbsp;cm</li></ul>"),
                    item("Item_3", "<p>Stroke.</p>"),
                ],
                "dictionaries": [
                    {
                        "id": "Dictionary_1",
                        "parameterMaps": [
                            {
                                "tag": "min_age",
                                "reference": '<usdm:ref klass="Quantity" id="Quantity_1" attribute="value"></usdm:ref>',
                            }
                        ],
                    }
                ],
                "studyDesigns": [DESIGN],
            }
        ],
    },
}


def version(study: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = study["study"]["versions"][0]
    return found


def given_texts(registration: Registration) -> list[tuple[str, Kind, str]]:
    return [(each.label, each.kind, registration.text[slice(*each.span)]) for each in registration.given_items]


def plain(markup: str, objects: dict[str, Any] | None = None) -> str:
    return StudyTexts(objects or {}).plain(markup)


def test_a_study_is_read(record: Read, check_cover: Check) -> None:
    registration = record(STUDY, "study.json")
    check_cover(registration)
    assert registration.form is RecordForm.USDM_JSON
    assert registration.id == "nct01234567"
    assert registration.title == "Walking in gout"
    assert registration.official_title == "A Study of Walking in Gout"
    assert registration.identifiers == (("WALK-1", "Walking Institute"), ("NCT01234567", "ClinicalTrials.gov"))
    assert registration.conditions == ("Gout",)
    assert registration.study_type == "interventional"
    assert registration.phase == "Phase II Trial"
    assert registration.sponsor == "Walking Institute"
    assert registration.dates == {
        "sponsor-approval-date": "2021-03-04",
        "amendment-1-protocol-effective-date": "2022-01-02",
    }
    assert registration.design == {
        "intervention-model": "Parallel Study",
        "masking": "Double Blind Study",
        "primary-purpose": "Treatment Study",
        "enrolment-target": "120",
        "version": "2",
        "amendments": "1",
    }
    assert registration.sites == (StatedSite("Leeds", "", "United Kingdom"),)
    assert registration.sex == "all"
    assert registration.minimum_age == AgeLimit(Decimal(18), "years", "18 years")
    assert registration.maximum_age == AgeLimit(Decimal(80), "years", "80 years")
    assert registration.healthy_volunteers is False
    assert registration.not_understood == ()


def test_an_arm_has_the_interventions_of_its_elements(record: Read) -> None:
    assert record(STUDY).arms == (StatedArm("Slow", "Investigational Arm", "Walks.", ("Walking",)),)


def test_endpoints_are_outcomes_of_their_level(record: Read) -> None:
    assert record(STUDY).outcomes == (
        StatedOutcome("primary", "Uric acid at week 12", "", "To see whether uric acid falls."),
    )


def test_the_criteria_of_the_source_are_given_with_their_places(record: Read) -> None:
    assert given_texts(record(STUDY)) == [
        ("1", Kind.INCLUSION, "Aged at least 18 years at consent."),
        ("2", Kind.INCLUSION, "Any of:\n- gout\n- tophi > 1 cm"),
        ("1", Kind.EXCLUSION, "Stroke."),
    ]


def test_each_kind_has_a_region_of_its_own(record: Read) -> None:
    registration = record(STUDY)
    inclusion, exclusion = (registration.text[start:end] for start, end in registration.eligibility)
    assert inclusion.startswith("Inclusion Criteria:\n1. Aged at least")
    assert exclusion == "Exclusion Criteria:\n1. Stroke."


def test_the_kind_is_told_by_the_words_where_the_code_is_another(record: Read) -> None:
    study = copy.deepcopy(STUDY)
    design = version(study)["studyDesigns"][0]
    design["eligibilityCriteria"][2]["category"] = code("Exclusion", "X")
    assert given_texts(record(study))[2][1] is Kind.EXCLUSION


def test_a_criterion_without_a_kind_is_noted_and_stands_outside(record: Read, check_cover: Check) -> None:
    study = copy.deepcopy(STUDY)
    version(study)["studyDesigns"][0]["eligibilityCriteria"][2]["category"] = code("Something", "X")
    registration = record(study)
    check_cover(registration)
    assert len(registration.given_items) == 2
    assert "Stroke." in registration.text
    assert any("neither inclusion nor exclusion: 'Stroke.'" in note for note in registration.not_understood)


def test_a_criterion_whose_text_is_missing_is_noted(record: Read) -> None:
    study = copy.deepcopy(STUDY)
    version(study)["eligibilityCriterionItems"].pop()
    assert any("criterion '1' has no text" in note for note in record(study).not_understood)


def test_a_reference_that_points_nowhere_stays_visible(record: Read) -> None:
    study = copy.deepcopy(STUDY)
    version(study)["dictionaries"] = []
    registration = record(study)
    assert given_texts(registration)[0][2] == "Aged at least [not resolved: min_age] at consent."
    assert registration.not_understood == ("criterion '1': the reference 'min_age' points at nothing that can be read",)


def test_other_versions_and_designs_are_noted(record: Read) -> None:
    study = copy.deepcopy(STUDY)
    version(study)["studyDesigns"].append({"id": "Design_2", "name": "Extension"})
    study["study"]["versions"].append({"id": "Version_0", "versionIdentifier": "1"})
    assert record(study).not_understood == (
        "study.versions[1]: another version of the study (1), not read",
        "study.versions[0].studyDesigns[1]: another design of the study (Extension), not read",
    )


def test_a_unit_that_the_text_prints_itself_is_not_printed_twice() -> None:
    markup = '<p>At least <usdm:ref klass="Quantity" id="Q" attribute="value"/> years of age.</p>'
    assert plain(markup, {"a": years("Q", 50.0)}) == "At least 50 years of age."


def test_one_of_a_unit_is_singular_and_fractions_stay() -> None:
    markup = '<usdm:ref klass="Quantity" id="Q" attribute="value"/>'
    assert plain(markup, {"a": years("Q", 1.0)}) == "1 year"
    assert plain(markup, {"a": years("Q", 1.5)}) == "1.5 years"


def test_a_range_is_given_from_end_to_end_with_its_unit() -> None:
    objects = {"a": {"id": "R", "instanceType": "Range", "minValue": years("A", 18.0), "maxValue": years("B", 75.0)}}
    assert plain('<p>Aged <usdm:ref klass="Range" id="R" attribute="value"/>.</p>', objects) == "Aged 18 to 75 years."


def test_a_reference_may_lead_to_marked_up_text() -> None:
    objects = {"a": {"id": "A", "instanceType": "Activity", "label": "<b>MMSE</b> &amp; more"}}
    assert plain('<p><usdm:ref klass="Activity" id="A" attribute="label"/> score</p>', objects) == "MMSE & more score"


def test_a_reference_to_an_object_of_another_kind_is_not_resolved() -> None:
    objects = {"a": {"id": "A", "instanceType": "Activity", "label": "MMSE"}}
    assert plain('<usdm:ref klass="Timing" id="A" attribute="label"/>', objects) == "[not resolved: A.label]"


def test_references_in_a_circle_end() -> None:
    markup = '<p>x <usdm:ref klass="Item" id="A" attribute="text"/></p>'
    assert "[not resolved: A.text]" in plain(markup, {"a": {"id": "A", "instanceType": "Item", "text": markup}})


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain  words", "plain words"),
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "- a\n  - b\n- c"),
        ("<p>ALT &lt; 2 &times; ULN &#177; 1</p>", "ALT < 2 × ULN ± 1"),
        ("<p>platelets &lt; 75 x 10<sup>9</sup>/L</p>", "platelets < 75 x 10^9/L"),
        ("<p>A<sup>1C</sup> and H<sub>2</sub>O</p>", "A1C and H2O"),
        ("<p>creatinine <ULN and urea < 5</p>", "creatinine <ULN and urea < 5"),
        (
            "<table><tr><td>zinc</td><td>3 weeks</td></tr><tr><td>iron</td><td></td></tr></table>",
            "zinc | 3 weeks\niron",
        ),
        ("<p>a</p><style>p {color: red}</style>", "a"),
    ],
)
def test_markup_becomes_plain_text(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_the_first_sample_is_read_with_its_numbers(usdm_samples: Path, check_cover: Check) -> None:
    registration = read_record(usdm_samples / "Alexion_NCT04573309.json.gz")
    check_cover(registration)
    texts = given_texts(registration)
    assert registration.id == "nct04573309"
    assert [kind for _, kind, _ in texts] == [Kind.INCLUSION] * 12 + [Kind.EXCLUSION] * 19
    assert "≥ 18 years at the time" in texts[0][2]
    assert texts[1][2].count("\n- ") == 7
    assert "score > 13" in texts[12][2]
    assert registration.not_understood == ()


def test_the_second_sample_is_read_with_its_references(usdm_samples: Path, check_cover: Check) -> None:
    registration = read_record(usdm_samples / "CDISC_Pilot_Study.json.gz")
    check_cover(registration)
    texts = given_texts(registration)
    assert len(texts) == 31
    assert "at least 50 years of age" in texts[0][2]
    assert texts[2][2] == "MMSE score of 10 to 23."
    assert "[not resolved" not in registration.text
    assert [arm.label for arm in registration.arms] == ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]
    assert {outcome.level for outcome in registration.outcomes} == {"primary", "secondary"}
