"""Sentences whose parts could be bound to the wrong neighbour, and the rule that the words leave no choice about.

Each rule is worked out by hand from the words. Which of two nested lists a part stands in makes no difference when
both join alike, so `all` inside `all` is compared as one list.
"""

import pytest

from equipoise.authoring.compiling.criterion import compile_text
from equipoise.authoring.model import Outcome
from equipoise.criteria.truth import Kind

IN, EX = Kind.INCLUSION, Kind.EXCLUSION
MALE, FEMALE = {"sex": "male"}, {"sex": "female"}
PREGNANT = {
    "all": [
        FEMALE,
        {
            "any_recorded": [
                {"latest": "hcg-test", "is": "positive", "within": "pregnancy-test"},
                {"latest": "pregnancy-status", "is": "pregnant", "within": "pregnancy-test"},
                {"record": "pregnancy", "within": "0 d"},
            ]
        },
    ]
}
"""What the phrasebook asks for "pregnant"."""


def both(*parts):
    return {"all": list(parts)}


def either(*parts):
    return {"any": list(parts)}


def had(name, within=None):
    return {"record": name} | ({"within": within} if within else {})


def lab(name, test):
    return {"latest": name, "is": test, "within": "laboratory"}


def age(*tests):
    ages = [{"age": test} for test in tests]
    return ages[0] if len(ages) == 1 else both(*ages)


def older_than(years):
    """`older than 50`: from the birthday on, or a whole year more; nobody but a person can tell."""
    return {
        "reading": f"c1-older-than-{years}",
        "alternatives": {
            "completed-years": {"says": f"{years + 1} completed years and up", "rule": age(f">= {years + 1}")},
            "past-birthday": {"says": f"from the {years}th birthday on", "rule": age(f">= {years}")},
        },
    }


def flat(rule):
    """The rule with `all` inside `all`, and `any` inside `any`, as one list."""
    if isinstance(rule, list):
        return [flat(part) for part in rule]
    if not isinstance(rule, dict):
        return rule
    parts = {key: flat(value) for key, value in rule.items()}
    for key in ("all", "any"):
        if isinstance(parts.get(key), list):
            parts[key] = [
                inner
                for part in parts[key]
                for inner in (part[key] if isinstance(part, dict) and key in part else [part])
            ]
    return parts


def by_text(rows):
    return pytest.mark.parametrize(("kind", "text", "rule"), rows, ids=[text for _, text, _ in rows])


def check(kind, text, rule):
    draft = compile_text(text, kind)
    assert flat(draft.rule) == flat(rule)
    assert draft.outcome is Outcome.COMPILED


@by_text(
    [
        (
            IN,
            "Men aged 18-65 and women aged 18-55",
            either(both(MALE, age(">= 18", "<= 65")), both(FEMALE, age(">= 18", "<= 55"))),
        ),
        (
            IN,
            "Men aged 18 to 60 years or women aged 18 to 50 years",
            either(both(MALE, age(">= 18", "<= 60")), both(FEMALE, age(">= 18", "<= 50"))),
        ),
        (
            IN,
            "Male patients aged ≥ 18 years or female patients aged ≥ 21 years",
            either(both(MALE, age(">= 18")), both(FEMALE, age(">= 21"))),
        ),
        (
            EX,
            "Women older than 65 years or men older than 70 years",
            either(both(FEMALE, older_than(65)), both(MALE, older_than(70))),
        ),
        (IN, "Women with diabetes aged over 50 years", both(FEMALE, had("diabetes"), older_than(50))),
        (IN, "Women aged 18 years or older with diabetes", both(FEMALE, age(">= 18"), had("diabetes"))),
    ],
)
def test_each_sex_binds_its_own_ages(kind, text, rule):
    check(kind, text, rule)


@by_text(
    [
        (
            IN,
            "In men, Hb > 12 g/dL; in women, Hb > 11 g/dL",
            both(
                {"if": MALE, "then": lab("haemoglobin", "> 12 g/dL")},
                {"if": FEMALE, "then": lab("haemoglobin", "> 11 g/dL")},
            ),
        ),
        (
            IN,
            "For male patients: hemoglobin ≥ 13 g/dL",
            {"if": MALE, "then": lab("haemoglobin", ">= 13 g/dL")},
        ),
        (
            EX,
            "In men, QTc > 450 ms; in women, QTc > 470 ms",
            either(both(MALE, lab("qtc", "> 450 ms")), both(FEMALE, lab("qtc", "> 470 ms"))),
        ),
        (
            EX,
            "Males with QTc > 450 ms or females with QTc > 470 ms",
            either(both(MALE, lab("qtc", "> 450 ms")), both(FEMALE, lab("qtc", "> 470 ms"))),
        ),
    ],
)
def test_each_sex_binds_its_own_limit(kind, text, rule):
    """What excludes must never be an `if` that holds for everybody of the other sex."""
    check(kind, text, rule)


@by_text(
    [
        (IN, "Male or female patients at least 18 years", age(">= 18")),
        (IN, "Women or men aged 18 years or older", age(">= 18")),
        (IN, "Men or women with diabetes", had("diabetes")),
        (EX, "Men or women with diabetes", had("diabetes")),
    ],
)
def test_both_sexes_side_by_side_ask_nothing(kind, text, rule):
    check(kind, text, rule)


@by_text(
    [
        (IN, "Male sex", MALE),
        (EX, "Female sex", FEMALE),
        (IN, "Not male", {"not": MALE}),
        (IN, "Female patients with breast cancer", both(FEMALE, had("breast-cancer"))),
        (IN, "Men with diabetes or hypertension", both(MALE, either(had("diabetes"), had("hypertension")))),
        (
            EX,
            "Women with breast cancer or ovarian cancer",
            both(FEMALE, either(had("breast-cancer"), had("ovarian-cancer"))),
        ),
        (EX, "Women with a history of stroke", both(FEMALE, had("stroke"))),
        (IN, "Females without a history of breast cancer", both(FEMALE, {"not": had("breast-cancer")})),
        (IN, "Women who are not pregnant", both(FEMALE, {"not": PREGNANT})),
        (IN, "Women with HbA1c < 8%", both(FEMALE, lab("glycated-haemoglobin", "< 8 %"))),
    ],
)
def test_a_sex_is_kept_beside_what_else_is_asked(kind, text, rule):
    check(kind, text, rule)


@by_text(
    [
        (IN, "18 years or older with diabetes", both(age(">= 18"), had("diabetes"))),
        (
            IN,
            "Age 18 or older with diabetes and hypertension",
            both(age(">= 18"), had("diabetes"), had("hypertension")),
        ),
        (IN, "Age 18 or older with asthma or COPD", both(age(">= 18"), either(had("asthma"), had("copd")))),
        (IN, "ALT < 5 x ULN with liver metastases", both(lab("alt", "< 5 x ULN"), had("liver-metastasis"))),
        (
            IN,
            "Hemoglobin > 9 g/dL with platelets > 100000/uL",
            both(lab("haemoglobin", "> 9 g/dL"), lab("platelets", "> 100000 /uL")),
        ),
        (
            EX,
            "Uncontrolled hypertension with SBP > 160 mmHg or DBP > 95 mmHg",
            both(
                had("uncontrolled-hypertension"),
                either(
                    lab("systolic-blood-pressure", "> 160 mm[Hg]"),
                    lab("diastolic-blood-pressure", "> 95 mm[Hg]"),
                ),
            ),
        ),
    ],
)
def test_with_asks_for_both_and_for_its_whole_list(kind, text, rule):
    check(kind, text, rule)


@by_text(
    [
        (
            IN,
            "HbA1c < 8% without insulin or metformin",
            both(lab("glycated-haemoglobin", "< 8 %"), {"not": either(had("insulin"), had("metformin"))}),
        ),
        (IN, "INR < 1.5 without warfarin", both(lab("inr", "< 1.5"), {"not": had("warfarin")})),
    ],
)
def test_without_denies_its_whole_list_and_not_what_stands_before_it(kind, text, rule):
    check(kind, text, rule)


@by_text(
    [
        (IN, "No asthma or COPD", {"not": either(had("asthma"), had("copd"))}),
        (IN, "No asthma and no COPD", both({"not": had("asthma")}, {"not": had("copd")})),
        (
            IN,
            "No stroke, myocardial infarction, or heart failure",
            {"not": either(had("stroke"), had("myocardial-infarction"), had("heart-failure"))},
        ),
    ],
)
def test_a_denial_before_a_list_of_names_reaches_all_of_it(kind, text, rule):
    check(kind, text, rule)


@by_text(
    [
        (
            EX,
            "Within 6 months, stroke or any history of myocardial infarction",
            either(had("stroke", "6 mo"), had("myocardial-infarction")),
        ),
        (
            EX,
            "Within 6 months: stroke, myocardial infarction or any history of heart failure",
            either(had("stroke", "6 mo"), had("myocardial-infarction", "6 mo"), had("heart-failure")),
        ),
        (
            EX,
            "Within 6 months, stroke or myocardial infarction",
            either(had("stroke", "6 mo"), had("myocardial-infarction", "6 mo")),
        ),
    ],
)
def test_a_window_before_a_list_binds_each_part_but_one_that_says_any_history_of(kind, text, rule):
    check(kind, text, rule)


@by_text(
    [
        (IN, "Currently taking metformin and insulin", both(had("metformin", "0 d"), had("insulin", "0 d"))),
        (EX, "Currently taking metformin or insulin", either(had("metformin", "0 d"), had("insulin", "0 d"))),
        (
            EX,
            "Current use of metformin, insulin or warfarin",
            either(had("metformin", "0 d"), had("insulin", "0 d"), had("warfarin", "0 d")),
        ),
    ],
)
def test_currently_binds_each_of_its_list(kind, text, rule):
    check(kind, text, rule)


def test_current_before_a_list_is_never_bound_to_the_first_of_it_without_the_other_meaning():
    rule = compile_text("Current asthma or COPD", EX).rule
    meanings = [each["rule"] for each in rule["alternatives"].values()] if "reading" in rule else [rule]
    assert either(had("asthma", "0 d"), had("copd", "0 d")) in meanings
