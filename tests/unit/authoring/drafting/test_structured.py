"""The structured fields of a registry beside its text: told where they agree, kept open where they contradict."""

from dataclasses import replace
from decimal import Decimal

import pytest

from equipoise.authoring.drafting.structured import Fields, field_reading, structured_criteria
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
    assert field_reading(draft, Fields(limit), "i1") == draft


def test_a_lowest_age_that_contradicts_the_field_stays_open():
    draft = field_reading(RuleDraft(Outcome.COMPILED, ADULT), Fields(years(21)), "i1")
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
    draft = field_reading(RuleDraft(Outcome.COMPILED, rule), Fields(years(21)), "i1")
    alternatives = draft.rule["alternatives"]
    assert alternatives["text"]["rule"] == rule
    assert alternatives["structured-field"]["rule"] == {
        "all": [{"sex": "female"}, {"all": [{"age": ">= 21"}, {"age": "<= 55"}]}]
    }


def test_a_contradiction_does_not_drop_the_readings_that_are_open_already():
    draft = RuleDraft(Outcome.COMPILED, ADULT, readings={"i1-and": "any or all"}, checks=("look",))
    read = field_reading(draft, Fields(years(21)), "i1")
    assert read.readings["i1-and"] == "any or all"
    assert read.readings.keys() == {"i1-and", "i1-age-limit"}
    assert read.checks == ("look",)


@pytest.mark.parametrize("field", [18, 19])
def test_a_field_that_agrees_with_one_open_meaning_is_told_beside_both(field):
    draft = RuleDraft(Outcome.COMPILED, OPEN, readings={"i1-older-than-18": "two meanings"})
    read = field_reading(draft, Fields(years(field)), "i1")
    assert read.rule == OPEN
    assert read.readings == {
        "i1-older-than-18": f"two meanings; the structured field of the registry says {field} Years"
    }


def test_a_field_that_agrees_with_no_open_meaning_is_one_meaning_more():
    draft = RuleDraft(Outcome.COMPILED, {"all": [{"sex": "male"}, OPEN]}, readings={"i1-older-than-18": "two meanings"})
    read = field_reading(draft, Fields(years(40)), "i1")
    assert by_field(read) == {"all": [{"sex": "male"}, {"age": ">= 40"}]}
    assert read.rule["alternatives"]["text"]["rule"] == draft.rule
    assert read.readings == {
        "i1-older-than-18": "two meanings",
        "i1-age-limit": "the text begins at 18 or 19 completed years, the structured field of the registry at 40",
    }


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


def by_field(draft):
    return draft.rule["alternatives"]["structured-field"]["rule"]


@pytest.mark.parametrize(
    ("kind", "rule", "fields"),
    [
        (Kind.EXCLUSION, {"age": ">= 75"}, Fields(years(18), years(74))),
        (Kind.EXCLUSION, {"age": "< 18"}, Fields(years(18), years(75))),
        (Kind.EXCLUSION, {"any": [{"age": "< 18"}, {"age": "> 75"}]}, Fields(years(18), years(75))),
        (Kind.INCLUSION, {"not": {"age": "< 18"}}, Fields(years(18), years(75))),
        (Kind.INCLUSION, {"not": {"any": [{"age": "< 18"}, {"record": "gout"}]}}, Fields(years(18))),
        (Kind.EXCLUSION, {"not": {"age": ">= 18"}}, Fields(years(18))),
        (Kind.INCLUSION, {"age": "< 76"}, Fields(None, years(75))),
        (Kind.INCLUSION, {"age": "> 17"}, Fields(years(18))),
        (Kind.INCLUSION, {"all": [{"age": ">= 18"}, {"age": ">= 21"}]}, Fields(years(21))),
    ],
)
def test_an_age_is_read_on_its_side_and_through_not(kind, rule, fields):
    draft = RuleDraft(Outcome.COMPILED, rule)
    assert field_reading(draft, fields, "x1", kind) == draft


@pytest.mark.parametrize(
    ("kind", "rule", "fields", "meant"),
    [
        (Kind.EXCLUSION, {"age": ">= 75"}, Fields(years(18), years(70)), {"age": "> 70"}),
        (Kind.EXCLUSION, {"age": "< 18"}, Fields(years(21), years(75)), {"age": "< 21"}),
        (Kind.INCLUSION, {"not": {"age": "< 18"}}, Fields(years(21)), {"not": {"age": "< 21"}}),
        (Kind.INCLUSION, {"age": "<= 80"}, Fields(None, years(70)), {"age": "<= 70"}),
        (Kind.INCLUSION, {"all": [ADULT, {"age": "<= 80"}]}, Fields(years(18), years(70)),
         {"all": [ADULT, {"age": "<= 70"}]}),
        (Kind.INCLUSION, {"all": [ADULT, {"age": "<= 80"}]}, Fields(years(21), years(70)),
         {"all": [{"age": ">= 21"}, {"age": "<= 70"}]}),
        (Kind.INCLUSION, {"sex": "male"}, Fields(sex="female"), {"sex": "female"}),
        (Kind.EXCLUSION, {"sex": "female"}, Fields(sex="female"), {"sex": "male"}),
        (Kind.INCLUSION, {"all": [{"sex": "male"}, ADULT]}, Fields(years(21), sex="female"),
         {"all": [{"sex": "female"}, {"age": ">= 21"}]}),
    ],
)  # fmt: skip
def test_what_contradicts_a_field_stays_open_between_the_field_and_the_text(kind, rule, fields, meant):
    draft = field_reading(RuleDraft(Outcome.COMPILED, rule), fields, "x1", kind)
    assert by_field(draft) == meant
    assert draft.rule["alternatives"]["text"]["rule"] == rule
    assert draft.readings.keys() == {draft.rule["reading"]}


def test_both_contradicted_limits_are_told():
    rule = {"all": [ADULT, {"age": "<= 80"}]}
    draft = field_reading(RuleDraft(Outcome.COMPILED, rule), Fields(years(21), years(70)), "i1")
    because = draft.readings["i1-age-limit"]
    assert "begins at 18 completed years, the structured field of the registry at 21" in because
    assert "ends at 80 completed years, the structured field of the registry at 70" in because


NARROW = [
    {"if": {"age": ">= 65"}, "then": {"latest": "inr", "is": "< 1.5"}},
    {"any": [{"age": ">= 65"}, {"record": "gout"}]},
    {"rule": {"record": "gout"}, "unless": {"age": ">= 65"}},
    {"reading": "i1-and", "alternatives": {
        "both": {"says": "both", "rule": {"all": [{"age": ">= 65"}, {"record": "gout"}]}},
        "either": {"says": "either", "rule": {"any": [{"age": ">= 65"}, {"record": "gout"}]}},
    }},
]  # fmt: skip


@pytest.mark.parametrize("rule", NARROW, ids=["condition", "any", "exception", "another reading"])
def test_an_age_that_does_not_bind_everybody_is_not_the_range_of_the_trial(rule, make_registration, make_criterion):
    draft = RuleDraft(Outcome.COMPILED, rule)
    assert field_reading(draft, Fields(years(18)), "i1") == draft
    registration = make_registration("Minimum Age: 18 Years", minimum_age=years(18))
    (added,) = structured_criteria(registration, [make_criterion("I1", rule)])
    assert added.draft.rule == {"age": ">= 18"}
    said = "from the structured field of the registry; the text does not plainly ask it of everybody"
    assert added.draft.checks == (said,)


def test_all_grounds_that_keep_out_together_do_not_bind_everybody():
    draft = RuleDraft(Outcome.COMPILED, {"all": [{"sex": "female"}, {"age": ">= 75"}]})
    assert field_reading(draft, Fields(years(18), years(70), "male"), "e1", Kind.EXCLUSION) == draft


def test_an_age_of_one_arm_alone_is_not_that_of_the_trial(make_registration, make_criterion):
    gate = RuleDraft(Outcome.COMPILED, {"age": ">= 40"}, arm="arm 2")
    assert field_reading(gate, Fields(years(18)), "i1") == gate
    registration = make_registration("Minimum Age: 18 Years", minimum_age=years(18))
    (added,) = structured_criteria(registration, [make_criterion("I1", draft=gate)])
    assert added.draft.rule == {"age": ">= 18"}


@pytest.mark.parametrize(
    ("inclusion", "exclusion", "left"),
    [
        ("Diabetes", "Age >= 75 years", [{"age": ">= 18"}]),
        ("Diabetes", "Age > 75 years", [{"age": ">= 18"}]),
        ("Diabetes", "Age < 18 years", [{"age": "<= 75"}]),
        ("Age must not be under 18 years", "Lymphoma", [{"age": "<= 75"}]),
        ("Diabetes", "Age less than 18 or greater than 75 years", []),
        ("INR < 1.5 if age >= 65 years", "Lymphoma", [{"age": ">= 18"}, {"age": "<= 75"}]),
    ],
)
def test_a_limit_that_the_words_do_not_set_is_added(make_draft, inclusion, exclusion, left):
    head = "Minimum Age: 18 Years\nMaximum Age: 75 Years"
    draft = make_draft(head, (inclusion,), (exclusion,), minimum_age=years(18), maximum_age=years(75))
    assert [each.draft.rule for each in of_fields(draft)] == left
    assert not any("says otherwise" in check for each in draft.criteria for check in each.draft.checks)


def test_an_open_highest_age_in_what_keeps_out_agrees_with_the_highest_of_the_field(make_draft):
    draft = make_draft("Maximum Age: 75 Years", exclusion=("Age > 75 years",), maximum_age=years(75))
    (because,) = draft.criteria[1].draft.readings.values()
    assert because.endswith("the structured field of the registry says 75 Years")


def test_a_contradicted_field_is_not_added_a_second_time(make_draft):
    head = "Sex: Female\nMinimum Age: 21 Years\nMaximum Age: 70 Years"
    draft = make_draft(
        head, ("Male sex", "Age 18 to 80 years"), minimum_age=years(21), maximum_age=years(70), sex="female"
    )
    assert of_fields(draft) == []
    assert [set(each.draft.readings) for each in draft.criteria[:2]] == [{"i1-sex-field"}, {"i2-age-limit"}]


@pytest.mark.parametrize("words", ["Women aged 18 years or older", "Female sex"])
def test_a_sex_that_everybody_must_have_is_not_said_twice(make_draft, words):
    draft = make_draft("Sex: Female", (words,), sex="female")
    assert of_fields(draft) == []
    assert draft.criteria[0].draft.readings == {}


def test_a_text_for_one_sex_in_a_trial_for_all_is_told(make_draft):
    draft = make_draft("Sex: All", ("Male sex",), sex="all")
    assert draft.criteria[0].draft.rule == {"sex": "male"}
    check = "the structured field of the registry lets in all sexes; the text says otherwise"
    assert draft.criteria[0].draft.checks == (check,)


def limit(value, unit):
    return AgeLimit(Decimal(value), unit, f"{value} {unit.title()}")


@pytest.mark.parametrize(
    ("stated", "rule"),
    [(limit(24, "months"), {"age": ">= 2"}), (limit(0, "days"), {"age": ">= 0"})],
    ids=["two years of months", "birth"],
)
def test_a_lowest_age_that_is_whole_years_is_compared(make_draft, stated, rule):
    (only,) = of_fields(make_draft(f"Minimum Age: {stated.text}", minimum_age=stated))
    assert only.draft.rule == rule


@pytest.mark.parametrize(
    "stated",
    [
        {"minimum_age": limit(6, "months")},
        {"minimum_age": limit(3, "weeks")},
        {"minimum_age": limit("1.5", "years")},
        {"maximum_age": limit(28, "days")},
        {"maximum_age": limit(24, "months")},
    ],
    ids=["months", "weeks", "half a year", "days", "a highest age of two years in months ends at 25 months"],
)
@pytest.mark.parametrize("words", ["Diabetes", "Age 2 to 5 years"])
def test_an_age_that_whole_years_cannot_hold_is_asked_of_a_person(make_draft, stated, words):
    ((side, age),) = stated.items()
    (only,) = of_fields(make_draft(f"Age: {age.text}", (words,), **stated))
    assert only.draft.outcome is Outcome.ASKED
    assert only.draft.rule == {"latest": "ask-s1", "is": "yes"}
    entry = only.draft.concepts["ask-s1"]
    assert entry["decided_by"] == "person"
    assert f"{side.removesuffix('_age')} age: {age.text}" in entry["question"]
    assert any(age.text in check for check in only.draft.checks)


@pytest.mark.parametrize(
    ("head", "stated"),
    [
        ("Straße und Maß\nMinimum Age: 18 Years", {"minimum_age": years(18)}),
        ("Follow-up 15 years\nMinimum Age: 5 Years", {"minimum_age": years(5)}),
        ("Follow-up 5 years\nMinimum Age: 5 Years", {"minimum_age": years(5)}),
        ("A dose of 1.5 years\nMinimum Age: 5  Years", {"minimum_age": years(5)}),
        ("Female staff. Male breast cancer\nSex: Male", {"sex": "male"}),
    ],
    ids=["letters that fold to two", "inside a number", "another sentence", "behind a point", "inside a word"],
)
def test_the_place_of_a_field_is_its_own_words_and_nothing_longer(make_draft, head, stated):
    draft = make_draft(head, **stated)
    (only,) = of_fields(draft)
    ((start, end),) = only.spans
    assert only.text == draft.registration.text[start:end]
    assert head[:end].endswith(only.text)
    assert (start, end) == (len(head) - len(only.text), len(head))


@pytest.mark.parametrize(
    ("head", "lines"),
    [
        ("\n A trial of agents \nSex: Men only\nAges 3 to 75", ["Ages 3 to 75", "Sex: Men only"]),
        ("15 years\nMore", ["15 years", "15 years"]),
        ("", ["Inclusion Criteria:", "Inclusion Criteria:"]),
    ],
    ids=["a line that names it", "the first line", "nothing outside the criteria"],
)
def test_a_field_whose_words_stand_nowhere_is_kept_and_says_so(make_draft, head, lines):
    draft = make_draft(head, minimum_age=years(5), sex="male")
    for each, value, line in zip(of_fields(draft), ("5 Years", "male"), lines, strict=True):
        assert each.text == line
        assert [draft.registration.text[start:end] for start, end in each.spans] == [each.text]
        assert any(value in check and "may not be that of the field" in check for check in each.draft.checks)


def test_an_alternative_in_what_keeps_out_says_whom_it_lets_in():
    draft = RuleDraft(Outcome.COMPILED, {"age": ">= 75"})
    rule = field_reading(draft, Fields(None, years(70)), "e1", Kind.EXCLUSION).rule
    says = [each["says"] for each in rule["alternatives"].values()]
    assert says == ["lets in up to 70 years (structured field: 70 Years)", "lets in up to 74 completed years (text)"]


def test_words_of_which_no_rule_was_certain_are_not_called_silent(make_registration, make_criterion):
    refused = RuleDraft(Outcome.REFUSED, {"latest": "ask-i1", "is": "yes"})
    criterion = replace(make_criterion("I1", draft=refused), text="Women who are 18 years of age")
    registration = make_registration("Sex: Female\nAge: 18 Years", minimum_age=years(18), sex="female")
    added = structured_criteria(registration, [criterion])
    said = "from the structured field of the registry; the text does not plainly ask it of everybody"
    assert [(each.draft.rule, each.draft.checks) for each in added] == [
        ({"age": ">= 18"}, (said,)),
        ({"sex": "female"}, (said,)),
    ]
