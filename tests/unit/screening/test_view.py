"""The words of the shipped reference protocol as they reach the outputs."""

from datetime import date

import pytest

from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve import resolve
from equipoise.protocol.site import SiteSettings
from equipoise.screening import phrases
from equipoise.screening.view import make_view, rulebook_with_notes
from equipoise.terminology.catalogue import base_library

AS_OF = date(2026, 1, 15)


def view_of(version=None, site=None):
    protocol = load_protocol("nct05610826")
    resolved = resolve(protocol.version(version), base_library(), site)
    return make_view(protocol, resolved, AS_OF), resolved


@pytest.mark.parametrize(("version", "count"), [("original", 23), ("amended", 22)])
def test_criteria_stand_in_protocol_order_with_words_and_rule(version, count):
    """DESIGN: I1-I6 and E1-E17; the amended washout is a gate, so its verdicts have 22 criteria."""
    view, _ = view_of(version)
    inclusions = 6 if version == "original" else 5
    expected = [f"I{n}" for n in range(1, inclusions + 1)] + [f"E{n}" for n in range(1, 18)]
    assert list(view.criterion_ids) == expected
    assert len(expected) == count
    assert all(criterion.text and criterion.rule_words for criterion in view.criteria)


def test_the_registry_statement_says_that_no_one_can_be_enrolled():
    view, _ = view_of()
    assert view.registry_status == "withdrawn"
    assert "no one can be enrolled" in view.registry_sentence


def test_the_rulebook_for_the_evaluator_holds_the_notes():
    view, resolved = view_of()
    ids = [rule.id for rule in rulebook_with_notes(resolved).rules]
    notes = [note_id for criterion in view.criteria for note_id in criterion.notes]
    assert sorted(ids) == sorted([*view.criterion_ids, *notes])
    assert "E8~note1" in notes


def test_every_setting_of_a_site_is_listed():
    settings = {
        "site": "Northern",
        "windows": {"laboratory": "60 d"},
        "absence": {"unknown": ["diabetes"]},
        "ranges": [{"concept": "bilirubin", "unit": "mg/dL", "high": "1.2"}],
        "readings": {"bilirubin-unit": {"chosen": "mg-per-dl", "by": "Dr Example"}},
        "repairs": {"I2": {"status": "rejected", "by": "Dr Example"}},
    }
    view, _ = view_of(site=SiteSettings.model_validate(settings))
    listed = {setting.name: setting.words for setting in view.site_settings}
    assert listed == {
        "window laboratory": "within 60 days",
        "absence of diabetes": "no record means unknown",
        "normal range of bilirubin": "… to 1.2 mg/dL",
        "reading bilirubin-unit": "mg-per-dl",
        "repair of I2": "rejected",
    }


def test_no_site_file_lists_no_settings():
    assert view_of()[0].site_settings == ()


def test_every_concept_of_the_protocol_can_be_asked_for():
    """A measurement is ordered by its name and window; anything else is a question."""
    view, _ = view_of()
    asked = {concept: phrases.item_of(concept, view).question for concept in view.concepts}
    assert asked["inr"] == "An INR within 90 days"
    assert asked["mitoses-per-2mm2"] == "A count of mitoses per 2 mm²"
    assert asked["leukocytes"] == "A white blood cell count within 90 days"
    assert asked["informed-consent"].endswith("?")
    assert all(question[0].isupper() for question in asked.values())
    assert not [question for question in asked.values() if question.count("count") > 1]
