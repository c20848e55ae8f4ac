"""Limits in hard sentences: what must not be, what is shared by several names, what narrows and what stands beside.

Each rule is worked out by hand from the words.
"""

import pytest

from equipoise.authoring.compiling.criterion import compile_text
from equipoise.authoring.model import Outcome
from equipoise.criteria.truth import Kind

IN, EX = Kind.INCLUSION, Kind.EXCLUSION


def lab(name, test):
    return {"latest": name, "is": test, "within": "laboratory"}


ALT, AST = lab("alt", "< 3 x ULN"), lab("ast", "< 3 x ULN")
HIGH_ALT, HIGH_AST = lab("alt", "> 3 x ULN"), lab("ast", "> 3 x ULN")
HIGH_HBA1C = lab("glycated-haemoglobin", "> 9 %")
SEVERE = {"latest": "nyha-class", "is": ["III", "IV"]}
OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}


def by_text(rows):
    return pytest.mark.parametrize(("kind", "text", "rule"), rows, ids=[text for _, text, _ in rows])


def without_denied_limits(rule):
    """`not < 18` as `>= 18`: two ways to write one limit."""
    denied = rule.get("not", {})
    for key in ("age", "is"):
        if isinstance(denied.get(key), str):
            operator, limit = denied[key].split(" ", 1)
            return denied | {key: f"{OPPOSITE[operator]} {limit}"}
    return rule


@by_text(
    [
        (IN, "Age must not be under 18 years", {"age": ">= 18"}),
        (IN, "Age should not exceed 75 years", {"age": "<= 75"}),
        (IN, "HbA1c must not be above 9%", lab("glycated-haemoglobin", "<= 9 %")),
        (IN, "Creatinine must not be above 1.5 mg/dL", lab("creatinine", "<= 1.5 mg/dL")),
        (IN, "BMI must not exceed 35 kg/m2", lab("body-mass-index", "<= 35 kg/m2")),
        (IN, "Hemoglobin must not be less than 9 g/dL", lab("haemoglobin", ">= 9 g/dL")),
        (IN, "Creatinine no more than 1.5 x ULN", lab("creatinine", "<= 1.5 x ULN")),
        (IN, "Platelets not less than 100 x 10^9/L", lab("platelets", ">= 100 10*9/L")),
        (EX, "Platelets not exceeding 50 x 10^9/L", lab("platelets", "<= 50 10*9/L")),
    ],
)
def test_what_must_not_be_is_the_other_side_of_the_limit(kind, text, rule):
    draft = compile_text(text, kind)
    assert without_denied_limits(draft.rule) == rule
    assert draft.outcome is Outcome.COMPILED


def test_classes_that_must_not_be_are_denied_together():
    assert compile_text("NYHA class not III or IV", IN).rule == {"not": SEVERE}


@by_text(
    [
        (IN, "AST and ALT < 3 x ULN", {"all": [AST, ALT]}),
        (
            IN,
            "AST/ALT: ≤ 2.5 x ULN",
            {"all": [lab("ast", "<= 2.5 x ULN"), lab("alt", "<= 2.5 x ULN")]},
        ),
        (
            IN,
            "ALT, AST and bilirubin ≤ 1.5 x ULN",
            {"all": [lab(name, "<= 1.5 x ULN") for name in ("alt", "ast", "bilirubin")]},
        ),
        (
            IN,
            "Neutrophils and platelets ≥ 1.0 x 10^9/L",
            {"all": [lab("neutrophils", ">= 1.0 10*9/L"), lab("platelets", ">= 1.0 10*9/L")]},
        ),
        (EX, "ALT or AST > 3 x ULN", {"any": [HIGH_ALT, HIGH_AST]}),
        (EX, "ALT and/or AST > 3 x ULN", {"any": [HIGH_ALT, HIGH_AST]}),
        (EX, "AST, ALT > 3 x ULN", {"any": [HIGH_AST, HIGH_ALT]}),
        (
            EX,
            "ALT, AST or bilirubin > 2 x ULN",
            {"any": [lab(name, "> 2 x ULN") for name in ("alt", "ast", "bilirubin")]},
        ),
    ],
)
def test_a_limit_behind_several_names_binds_each(kind, text, rule):
    draft = compile_text(text, kind)
    assert draft.rule == rule
    assert draft.outcome is Outcome.COMPILED


@by_text(
    [
        (
            EX,
            "Platelets < 100 x 10^9/L or > 450 x 10^9/L",
            {"any": [lab("platelets", "< 100 10*9/L"), lab("platelets", "> 450 10*9/L")]},
        ),
        (
            IN,
            "BMI > 18 kg/m2 and < 30 kg/m2",
            {"all": [lab("body-mass-index", "> 18 kg/m2"), lab("body-mass-index", "< 30 kg/m2")]},
        ),
        (
            IN,
            "BMI 18 to 30 kg/m2, inclusive",
            {"all": [lab("body-mass-index", ">= 18 kg/m2"), lab("body-mass-index", "<= 30 kg/m2")]},
        ),
        (IN, "Age 18-65 years, inclusive", {"all": [{"age": ">= 18"}, {"age": "<= 65"}]}),
    ],
)
def test_two_limits_of_one_name_are_joined_as_they_are_written(kind, text, rule):
    assert compile_text(text, kind).rule == rule


@by_text(
    [
        (
            IN,
            "Type 2 diabetes (HbA1c 7-10%)",
            {
                "all": [
                    {"record": "type-2-diabetes"},
                    {"all": [lab("glycated-haemoglobin", ">= 7 %"), lab("glycated-haemoglobin", "<= 10 %")]},
                ]
            },
        ),
        (EX, "Heart failure (NYHA III or IV)", {"all": [{"record": "heart-failure"}, SEVERE]}),
        (
            EX,
            "Diabetes (HbA1c > 9%), stroke",
            {"any": [{"all": [{"record": "diabetes"}, HIGH_HBA1C]}, {"record": "stroke"}]},
        ),
    ],
)
def test_a_limit_in_brackets_narrows_what_stands_before_it_alone(kind, text, rule):
    assert compile_text(text, kind).rule == rule


@by_text(
    [
        (IN, "Heart failure, NYHA III or IV", {"all": [{"record": "heart-failure"}, SEVERE]}),
        (IN, "Diabetes, HbA1c > 9%", {"all": [{"record": "diabetes"}, HIGH_HBA1C]}),
        (EX, "Heart failure; NYHA III or IV", {"any": [{"record": "heart-failure"}, SEVERE]}),
        (EX, "Stroke, or INR > 1.5", {"any": [{"record": "stroke"}, lab("inr", "> 1.5")]}),
        (
            EX,
            "History of stroke within 6 months or INR > 1.5",
            {"any": [{"record": "stroke", "within": "6 mo"}, lab("inr", "> 1.5")]},
        ),
    ],
)
def test_a_separator_that_leaves_one_meaning_leaves_no_reading(kind, text, rule):
    assert compile_text(text, kind).rule == rule


def two_ways(*names):
    """What a time behind the last of these names can mean: it binds each, or the last alone."""
    timed = [{"record": name, "within": "6 mo"} for name in names]
    untimed = [{"record": name} for name in names[:-1]]
    return [{"any": timed}, {"any": [*untimed, timed[-1]]}]


READINGS = [
    (
        EX,
        "Stroke or myocardial infarction within 6 months",
        "window-scope",
        two_ways("stroke", "myocardial-infarction"),
    ),
    (
        EX,
        "History of stroke or myocardial infarction within 6 months",
        "window-scope",
        two_ways("stroke", "myocardial-infarction"),
    ),
    (
        EX,
        "Stroke, myocardial infarction or heart failure within 6 months",
        "window-scope",
        two_ways("stroke", "myocardial-infarction", "heart-failure"),
    ),
    (
        EX,
        "Heart failure, NYHA III or IV",
        "comma",
        [{"all": [{"record": "heart-failure"}, SEVERE]}, {"any": [{"record": "heart-failure"}, SEVERE]}],
    ),
    (
        EX,
        "Diabetes, HbA1c > 9%",
        "comma",
        [{"all": [{"record": "diabetes"}, HIGH_HBA1C]}, {"any": [{"record": "diabetes"}, HIGH_HBA1C]}],
    ),
    (IN, "AST or ALT < 3 x ULN", "both-or-either", [{"any": [AST, ALT]}, {"all": [AST, ALT]}]),
    (IN, "ALT and/or AST < 3 x ULN", "both-or-either", [{"any": [ALT, AST]}, {"all": [ALT, AST]}]),
    (EX, "ALT and AST > 3 x ULN", "both-or-either", [{"any": [HIGH_ALT, HIGH_AST]}, {"all": [HIGH_ALT, HIGH_AST]}]),
    (
        EX,
        "Currently receiving warfarin and aspirin",
        "and",
        [
            {key: [{"record": "warfarin", "within": "0 d"}, {"record": "aspirin", "within": "0 d"}]}
            for key in ("any", "all")
        ],
    ),
]


@pytest.mark.parametrize(("kind", "text", "reading", "meanings"), READINGS, ids=[row[1] for row in READINGS])
def test_two_meanings_of_one_sentence_are_both_kept_and_none_is_chosen(kind, text, reading, meanings):
    draft = compile_text(text, kind)
    assert draft.rule["reading"] == f"c1-{reading}"
    assert draft.readings.keys() == {f"c1-{reading}"}
    found = [each["rule"] for each in draft.rule["alternatives"].values()]
    assert sorted(found, key=repr) == sorted(meanings, key=repr)
