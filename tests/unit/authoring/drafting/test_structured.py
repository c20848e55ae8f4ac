"""The structured fields of a registry beside its text: told where they agree, kept open where they contradict."""

from decimal import Decimal

import pytest

from equipoise.authoring.drafting.structured import age_reading
from equipoise.authoring.model import AgeLimit, Outcome, RuleDraft
from equipoise.criteria.truth import Kind

ADULT = {"age": ">= 18"}
OPEN = {
    "reading": "i1-older-than-18",
    "alternatives": {
        "completed-years": {"says": "19 completed years and up", "rule": {"age": ">= 19"}},
        "past-birthday": {"says": "from the 18th birthday on", "rule": {"age": ">= 18"}},
    },
}


def years(number):
    return AgeLimit(Decimal(number), "years", f"{number} Years")


def of_fields(draft):
    return [each for each in draft.criteria if each.is_structured]


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        (ADULT, years(18)),
        ({"all": [ADULT, {"age": "<= 65"}]}, years(18)),
        ({"record": "diabetes"}, years(18)),
        ({"age": "<= 65"}, years(18)),
        (ADULT, None),
    ],
    ids=["the same", "the same in a list", "the text names no age", "the text names the highest alone", "no field"],
)
def test_where_nothing_contradicts_the_rule_is_left_as_it_is(rule, limit):
    draft = RuleDraft(Outcome.COMPILED, rule)
    assert age_reading(draft, limit, "i1") == draft


def test_a_lowest_age_that_contradicts_the_field_stays_open():
    draft = age_reading(RuleDraft(Outcome.COMPILED, ADULT), years(21), "i1")
    assert draft.rule["reading"] == "i1-age-limit"
    alternatives = draft.rule["alternatives"]
    assert {name: each["rule"] for name, each in alternatives.items()} == {
        "structured-field": {"age": ">= 21"},
        "text": ADULT,
    }
    assert "21 Years" in alternatives["structured-field"]["says"]
    assert "18" in alternatives["text"]["says"]
    because = draft.readings["i1-age-limit"]
    assert "18 completed years" in because
    assert "registry at 21" in because


def test_both_meanings_of_a_contradicted_age_keep_what_else_the_text_asks():
    rule = {"all": [{"sex": "female"}, {"all": [{"age": ">= 18"}, {"age": "<= 55"}]}]}
    draft = age_reading(RuleDraft(Outcome.COMPILED, rule), years(21), "i1")
    alternatives = draft.rule["alternatives"]
    assert alternatives["text"]["rule"] == rule
    assert alternatives["structured-field"]["rule"] == {
        "all": [{"sex": "female"}, {"all": [{"age": ">= 21"}, {"age": "<= 55"}]}]
    }


def test_a_contradiction_does_not_drop_the_readings_that_are_open_already():
    draft = RuleDraft(Outcome.COMPILED, ADULT, readings={"i1-and": "any or all"}, checks=("look",))
    read = age_reading(draft, years(21), "i1")
    assert read.readings["i1-and"] == "any or all"
    assert read.readings.keys() == {"i1-and", "i1-age-limit"}
    assert read.checks == ("look",)


@pytest.mark.parametrize("field", [18, 19])
def test_a_field_that_agrees_with_one_open_meaning_is_told_beside_both(field):
    draft = RuleDraft(Outcome.COMPILED, OPEN, readings={"i1-older-than-18": "two meanings"})
    read = age_reading(draft, years(field), "i1")
    assert read.rule == OPEN
    assert read.readings == {
        "i1-older-than-18": f"two meanings; the structured field of the registry says {field} Years"
    }


def test_a_field_that_agrees_with_no_open_meaning_is_a_check():
    draft = RuleDraft(Outcome.COMPILED, OPEN, readings={"i1-older-than-18": "two meanings"})
    read = age_reading(draft, years(40), "i1")
    assert read.rule == OPEN
    assert read.checks == ("the structured field of the registry says 40 Years; the text says otherwise",)


def test_fields_that_the_text_does_not_repeat_become_criteria_with_their_place(make_draft):
    head = "Sex: Female\nMinimum Age: 18 Years\nMaximum Age: 75 Years"
    draft = make_draft(head, minimum_age=years(18), maximum_age=years(75), sex="female")
    assert [(each.id, each.draft.rule, each.text) for each in of_fields(draft)] == [
        ("S1", {"age": ">= 18"}, "18 Years"),
        ("S2", {"age": "<= 75"}, "75 Years"),
        ("S3", {"sex": "female"}, "Female"),
    ]
    for each in of_fields(draft):
        assert each.kind is Kind.INCLUSION
        assert [draft.registration.text[start:end] for start, end in each.spans] == [each.text]
        assert each.draft.checks == ("from the structured field of the registry; the text does not say it",)


def test_a_field_is_read_whatever_the_case_of_its_letters(make_draft):
    (only,) = of_fields(make_draft("SEX: MALE", sex="male"))
    assert (only.text, only.draft.rule) == ("MALE", {"sex": "male"})


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Age 18 to 75 years", []),
        ("Age 18 years or older", [{"age": "<= 75"}]),
        ("Age up to 75 years", [{"age": ">= 18"}]),
    ],
)
def test_what_the_text_says_itself_is_not_said_twice(make_draft, words, left):
    head = "Minimum Age: 18 Years\nMaximum Age: 75 Years"
    draft = make_draft(head, (words,), minimum_age=years(18), maximum_age=years(75))
    assert [each.draft.rule for each in of_fields(draft)] == left


def test_a_sex_that_the_text_says_itself_is_not_said_twice(make_draft):
    assert of_fields(make_draft("Sex: Male", ("Male sex",), sex="male")) == []


@pytest.mark.parametrize("sex", ["all", ""])
def test_a_trial_for_all_sexes_asks_for_none(make_draft, sex):
    assert of_fields(make_draft("Sex: All", sex=sex)) == []


def test_the_contradiction_is_met_in_the_draft_of_a_record(make_draft):
    draft = make_draft("Minimum Age: 21 Years", ("Age 18 years or older",), minimum_age=years(21))
    assert draft.criteria[0].draft.rule["reading"] == "i1-age-limit"
    assert of_fields(draft) == []
