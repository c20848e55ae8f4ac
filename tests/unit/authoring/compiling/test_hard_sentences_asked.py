"""Sentences of which no rule is certain: nothing of them is computed, and the person who is asked is told why."""

import pytest

from equipoise.authoring.compiling.criterion import compile_text
from equipoise.authoring.model import Outcome
from equipoise.criteria.truth import Kind

IN, EX = Kind.INCLUSION, Kind.EXCLUSION

HOW_FAR_THE_DENIAL = "a denial stands before a list with limits: how far does it reach?"
HALF = "may be half of a name"
WITH = "how far “with” reaches is not certain"
CONDITION = "a condition behind a list can bind the last of it, or all"
OTHER_PERSON = "it speaks of another person"
MAY_BE = "it names something that may or may not be there"
NUMBERS = "several numbers are printed for one thing: which belongs to what?"


def check(kind, text, why):
    draft = compile_text(text, kind)
    assert draft.outcome is Outcome.REFUSED
    assert draft.rule == {"latest": "ask-c1", "is": "yes"}
    assert text in draft.concepts["ask-c1"]["question"]
    assert draft.concepts["ask-c1"]["decided_by"] == "person"
    assert why in draft.checks[0]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (IN, "No stroke, ECOG 0-1"),
        (IN, "No diabetes, HbA1c < 6.5%"),
        (IN, "No diabetes and HbA1c < 6.5%"),
        (IN, "No stroke or INR > 1.5"),
        (IN, "Without diabetes, BMI < 30 kg/m2"),
        (IN, "Absence of diabetes; BMI < 30 kg/m2"),
        (EX, "No diabetes, BMI > 30 kg/m2"),
        (IN, "No hepatic impairment, as defined by bilirubin < 1.5 x ULN; ALT < 3 x ULN"),
    ],
)
def test_a_denial_before_a_list_with_limits_is_asked(kind, text):
    check(kind, text, HOW_FAR_THE_DENIAL)


def test_a_denial_of_some_of_a_list_is_asked():
    check(IN, "No surgery, no chemotherapy, or radiotherapy", "some of a list are denied: are the others?")


@pytest.mark.parametrize(
    ("kind", "text", "half"),
    [
        (IN, "Hip or knee osteoarthritis, age > 50", "Hip"),
        (IN, "Knee or hip osteoarthritis, BMI < 35 kg/m2", "Knee"),
        (EX, "Liver or kidney disease, creatinine > 2 mg/dL", "Liver"),
        (EX, "Chronic kidney or liver disease, INR > 1.5", "Chronic kidney"),
        (EX, "Left or right heart failure, age > 65", "Left"),
    ],
)
def test_half_a_name_beside_a_limit_is_asked(kind, text, half):
    check(kind, text, f"“{half}” {HALF}")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (EX, "Uncontrolled diabetes, hypertension or asthma"),
        (IN, "Negative HBsAg and anti-HCV"),
        (IN, "Obese men or women"),
        (EX, "Hypertension, uncontrolled"),
    ],
)
def test_a_quality_that_may_bind_one_or_all_of_a_list_is_asked(kind, text):
    check(kind, text, f"“{text}” is")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (EX, "Diabetes with HbA1c > 9%, or pregnancy"),
        (EX, "Asthma with BMI > 40 kg/m2, or pregnancy"),
        (EX, "Hypertension with creatinine > 2 mg/dL, or stroke"),
    ],
)
def test_an_or_behind_a_comma_after_with_is_asked(kind, text):
    check(kind, text, WITH)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (IN, "Mother with diabetes"),
        (IN, "Father with diabetes"),
        (EX, "Mother with breast cancer"),
        (EX, "Sibling with epilepsy"),
        (EX, "A relative with epilepsy"),
        (EX, "Family history of breast cancer"),
    ],
)
def test_what_is_said_of_another_person_is_asked(kind, text):
    check(kind, text, OTHER_PERSON)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (EX, "Stroke or myocardial infarction if age > 65"),
        (IN, "Diabetes or hypertension if age > 65"),
    ],
)
def test_a_condition_behind_a_list_is_asked(kind, text):
    check(kind, text, CONDITION)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (EX, "Stroke or TIA within 6 months or any permanent deficit"),
        (EX, "Stroke or TIA within 6 months, or pregnancy"),
    ],
)
def test_a_span_of_time_inside_a_list_is_asked(kind, text):
    check(kind, text, "a span of time inside a list can bind what stands before it: which of it?")


def test_a_span_of_time_behind_a_bracket_is_asked():
    check(EX, "Heart failure (NYHA III or IV) within 6 months", "a span of time stands behind “(NYHA III or IV)”")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (IN, "Hb > 12 g/dL in men or > 11 g/dL in women"),
        (IN, "Hb ≥ 12 g/dL for men and ≥ 11 g/dL for women"),
        (EX, "QTc > 450 ms in men or > 470 ms in women"),
    ],
)
def test_numbers_that_belong_to_sexes_behind_them_are_asked(kind, text):
    check(kind, text, NUMBERS)


@pytest.mark.parametrize("text", ["With or without asthma", "Hypertension with or without diabetes"])
def test_what_may_or_may_not_be_there_is_asked(text):
    check(IN, text, MAY_BE)


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        (
            IN,
            "Hb ≥ 10 g/dL and platelets ≥ 100 x 10^9/L or creatinine ≤ 1.5 mg/dL",
            "limits are joined by “and” and by “or”",
        ),
        (IN, "At least two of the following: diabetes, hypertension, BMI > 30", "it counts how many of a list hold"),
        (IN, "AST and ALT < 3 x ULN (< 5 x ULN if liver metastases)", "(< 5 x ULN if liver metastases)"),
        (IN, "Bilirubin < 1.5 x ULN except in patients with Gilbert's", "“in patients with Gilbert's” excepts"),
        (IN, "Healthy men or women aged 18-45", "words stand beside a sex"),
        (IN, "Age <1m", "the unit 'm' of an age is not understood"),
        (IN, "Breast cancer (HER2+)", "“(HER2+)” is not understood"),
    ],
)
def test_what_binds_nothing_for_certain_is_asked_with_the_words_in_doubt(kind, text, why):
    check(kind, text, why)


@pytest.mark.parametrize(
    ("kind", "text"),
    [(IN, "Patient has signed informed consent and is not pregnant"), (EX, "Inability to give consent")],
)
def test_consent_that_is_more_than_a_signature_is_asked_of_a_person(kind, text):
    draft = compile_text(text, kind)
    assert draft.outcome is Outcome.ASKED
    assert draft.rule == {"latest": "ask-c1", "is": "yes"}
    assert "consent" in draft.checks[0]


def test_a_bracket_that_is_not_understood_is_asked_beside_the_name_that_is():
    draft = compile_text("Heart failure (HFrEF)", IN)
    assert draft.outcome is Outcome.PARTLY
    assert draft.rule == {"all": [{"record": "heart-failure"}, {"latest": "ask-c1", "is": "yes"}]}
    assert "HFrEF" in draft.concepts["ask-c1"]["question"]
