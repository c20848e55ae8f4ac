"""Criteria become rules. Each expected rule is worked out by hand from the words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.authoring.compiling.criterion import NAMED_WINDOWS, compile_text
from equipoise.authoring.model import Outcome
from equipoise.criteria.truth import Kind
from equipoise.protocol.rule_forms import RuleContext
from equipoise.protocol.rules import collect_rule
from equipoise.terminology.catalogue import base_library, read_concepts

IN, EX = Kind.INCLUSION, Kind.EXCLUSION
LAB = {"within": "laboratory"}

COMPUTED = [
    # limits
    (EX, "Platelets < 75 x 10^9/L", {"latest": "platelets", "is": "< 75 10*9/L", **LAB}),
    (IN, "Platelet count ≥ 100,000/mm3", {"latest": "platelets", "is": ">= 100000 /mm3", **LAB}),
    (EX, "INR greater than 1.5", {"latest": "inr", "is": "> 1.5", **LAB}),
    (IN, "ALT ≤ 2.5 x ULN", {"latest": "alt", "is": "<= 2.5 x ULN", **LAB}),
    (IN, "Total bilirubin less than or equal to 2 mg/dL", {"latest": "bilirubin", "is": "<= 2 mg/dL", **LAB}),
    (
        IN,
        "AST and ALT < 3 x ULN",
        {"all": [{"latest": "ast", "is": "< 3 x ULN", **LAB}, {"latest": "alt", "is": "< 3 x ULN", **LAB}]},
    ),
    (
        EX,
        "AST or ALT > 3 x ULN",
        {"any": [{"latest": "ast", "is": "> 3 x ULN", **LAB}, {"latest": "alt", "is": "> 3 x ULN", **LAB}]},
    ),
    (
        EX,
        "Hemoglobin < 8.0 g/dL (< 5.0 mmol/L)",
        {"latest": "haemoglobin", "is": "< 8.0 g/dL or < 5.0 mmol/L, as reported", **LAB},
    ),
    (EX, "Hemoglobin below the lower limit of normal", {"latest": "haemoglobin", "is": "< 1 x LLN", **LAB}),
    (
        IN,
        "Prothrombin time within normal limits",
        {
            "all": [
                {"latest": "prothrombin-time", "is": ">= 1 x LLN", **LAB},
                {"latest": "prothrombin-time", "is": "<= 1 x ULN", **LAB},
            ]
        },
    ),
    (
        IN,
        "ECOG performance status of 0 or 1",
        {"all": [{"latest": "ecog", "is": ">= 0"}, {"latest": "ecog", "is": "<= 1"}]},
    ),
    (EX, "NYHA class III or IV", {"latest": "nyha-class", "is": ["III", "IV"]}),
    # ages and sexes
    (IN, "Aged 18 years or older", {"age": ">= 18"}),
    (IN, "Age 18 to 75 years", {"all": [{"age": ">= 18"}, {"age": "<= 75"}]}),
    (IN, "Women aged 40 to 60 years", {"all": [{"sex": "female"}, {"all": [{"age": ">= 40"}, {"age": "<= 60"}]}]}),
    # events, times, denials
    (EX, "Known brain metastases", {"record": "brain-metastasis"}),
    (EX, "History of liver cirrhosis", {"record": "cirrhosis"}),
    (EX, "Current ascites", {"record": "ascites", "within": "0 d"}),
    (EX, "Chemotherapy within 4 weeks before enrollment", {"record": "chemotherapy", "within": "28 d"}),
    (IN, "No chemotherapy for 4 weeks prior to enrollment", {"not": {"record": "chemotherapy", "within": "< 28 d"}}),
    (EX, "Prior treatment with capecitabine", {"record": "capecitabine"}),
    (IN, "No evidence of brain metastases", {"not": {"record": "brain-metastasis"}}),
    (
        EX,
        "Capecitabine and/or temozolomide",
        {"any": [{"record": "capecitabine"}, {"record": "temozolomide"}]},
    ),
    (
        IN,
        "No brain metastases or ascites",
        {"not": {"any": [{"record": "brain-metastasis"}, {"record": "ascites", "within": "0 d"}]}},
    ),
    # exceptions, conditions, definitions
    (
        EX,
        "Albumin < 3.0 g/dL unless prothrombin time is within the normal range",
        {
            "rule": {"latest": "albumin", "is": "< 3.0 g/dL", **LAB},
            "unless": {
                "all": [
                    {"latest": "prothrombin-time", "is": ">= 1 x LLN", **LAB},
                    {"latest": "prothrombin-time", "is": "<= 1 x ULN", **LAB},
                ]
            },
        },
    ),
    (
        IN,
        "For female patients: negative serum pregnancy test",
        {"if": {"sex": "female"}, "then": {"latest": "hcg-test", "is": "negative", "within": "pregnancy-test"}},
    ),
    (
        EX,
        "Uncontrolled diabetes mellitus, as defined by fasting glucose > 2 x ULN",
        {
            "all": [
                {"record": "diabetes"},
                {"latest": "fasting-glucose", "is": "> 2 x ULN", **LAB, "fasting": True},
            ]
        },
    ),
    (EX, "Renal insufficiency (creatinine > 2 mg/dL)", {"latest": "creatinine", "is": "> 2 mg/dL", **LAB}),
    (IN, "Signed informed consent", {"latest": "informed-consent", "is": "signed"}),
    (EX, "Patients who have not signed informed consent", {"not": {"latest": "informed-consent", "is": "signed"}}),
]


@pytest.mark.parametrize(("kind", "text", "rule"), COMPUTED, ids=[text for _, text, _ in COMPUTED])
def test_the_rule_says_what_the_words_say(kind, text, rule):
    draft = compile_text(text, kind)
    assert draft.rule == rule
    assert draft.outcome is Outcome.COMPILED


NEEDS_CODES = [
    (EX, "Erectile dysfunction", {"record": "erectile-dysfunction"}, ["conditions"]),
    (
        EX,
        "Hip replacement surgery within 6 months",
        {"record": "hip-replacement-surgery", "within": "6 mo"},
        ["procedures"],
    ),
    (EX, "Current anticoagulant therapy", {"record": "anticoagulant-therapy", "within": "0 d"}, ["medications"]),
    (
        IN,
        "MMSE score of 10 to 23",
        {"all": [{"latest": "mmse-score", "is": ">= 10", **LAB}, {"latest": "mmse-score", "is": "<= 23", **LAB}]},
        None,
    ),
]


@pytest.mark.parametrize(("kind", "text", "rule", "tables"), NEEDS_CODES, ids=[row[1] for row in NEEDS_CODES])
def test_what_no_value_set_holds_is_a_named_concept_without_codes(kind, text, rule, tables):
    draft = compile_text(text, kind)
    assert draft.rule == rule
    ((_, entry),) = draft.concepts.items()
    assert "codes" not in entry
    assert entry.get("tables") == tables


ASKED = [
    (EX, "Any condition which, in the opinion of the investigator, would make the patient unsuitable"),
    (IN, "Able to swallow tablets"),
    (IN, "Willing and able to comply with scheduled visits"),
    (EX, "Participation in another clinical trial within 30 days"),
    (IN, "Ability to give informed consent"),
]


@pytest.mark.parametrize(("kind", "text"), ASKED)
def test_what_only_a_person_can_decide_becomes_a_question_and_says_why(kind, text):
    draft = compile_text(text, kind, prefix="e4")
    assert draft.outcome is Outcome.ASKED
    assert draft.rule == {"latest": "ask-e4", "is": "yes"}
    assert draft.concepts["ask-e4"]["decided_by"] == "person"
    assert text in draft.concepts["ask-e4"]["question"]
    assert draft.checks[0]


REFUSED = [
    (EX, "Creatinine clearance < 50 mg/dL", "it is compared in mL/min, not in mg/dL"),
    (IN, "Platelets > 100 g/dL", "is measured in 10*9/L, the text compares it with g/dL"),
    (EX, "Serum creatinine > 150", "prints no unit"),
    (EX, "Haemoglobin < 8 g/dL (< 7 mmol/L)", "the two printings of one limit disagree"),
    (EX, "Blood pressure > 140/90 mmHg", ""),
    (EX, "Grade 2 or 3", "of what?"),
    (EX, "Life expectancy of at least 3 months in the view of nobody knows whom", ""),
]


@pytest.mark.parametrize(("kind", "text", "why"), REFUSED, ids=[text for _, text, _ in REFUSED])
def test_what_is_not_certain_is_put_to_a_person_with_the_reason(kind, text, why):
    draft = compile_text(text, kind)
    assert draft.outcome is Outcome.REFUSED
    assert draft.rule == {"latest": "ask-c1", "is": "yes"}
    assert why in draft.checks[0]


READINGS = [
    (EX, "Bilirubin > 3", "c1-bilirubin-unit"),
    (EX, "Ascites and brain metastases", "c1-and"),
    (EX, "Capecitabine or temozolomide within 12 months", "c1-window-scope"),
    (EX, "INR > 1.5, albumin < 3.0 g/dL unless prothrombin time is within the normal range", "c1-unless-scope"),
    (IN, "Older than 18 years", "c1-older-than-18"),
]


@pytest.mark.parametrize(("kind", "text", "reading"), READINGS, ids=[text for _, text, _ in READINGS])
def test_two_live_meanings_are_kept_as_an_open_reading(kind, text, reading):
    draft = compile_text(text, kind)
    assert draft.rule["reading"] == reading
    assert len(draft.rule["alternatives"]) == 2
    assert reading in draft.readings


def test_a_part_that_is_not_certain_becomes_a_question_beside_the_computed_ones():
    draft = compile_text("INR > 1.5; adequate venous access", EX)
    assert draft.outcome is Outcome.PARTLY
    assert draft.rule == {"any": [{"latest": "inr", "is": "> 1.5", **LAB}, {"latest": "ask-c1", "is": "yes"}]}


def test_a_list_is_not_cut_inside_a_name():
    draft = compile_text("Liver or kidney disease", EX)
    assert draft.rule == {"record": "liver-or-kidney-disease"}


def test_a_second_sentence_that_may_change_the_first_leaves_nothing_computed():
    draft = compile_text("INR > 1.5. Patients with a mechanical valve may enter with INR up to 3.", EX)
    assert draft.outcome is Outcome.REFUSED


def test_a_misspelt_word_is_read_and_told():
    draft = compile_text("Systemic therapy with Temozolamide", EX)
    assert draft.rule == {"record": "temozolomide"}
    assert "“Temozolamide” is read as temozolomide" in draft.checks


def test_a_class_with_exceptions_is_a_class_of_its_own_and_never_the_class_unless_a_member():
    draft = compile_text("Any cancer except basal cell carcinoma", EX)
    ((name, entry),) = draft.concepts.items()
    assert draft.rule == {"record": name}
    assert entry["label"] == "cancer except basal cell carcinoma"
    assert "its codes must leave them out" in draft.checks[0]


def test_a_value_set_made_for_one_disease_is_not_used_in_a_record_of_another():
    assert compile_text("Other malignancy", EX).rule != {"record": "other-malignancy"}


def test_a_criterion_of_one_arm_names_it():
    draft = compile_text("No chemotherapy for 4 weeks prior to starting treatment, if randomized to arm 2.", IN)
    assert draft.arm == "arm 2"
    assert draft.rule == {"not": {"record": "chemotherapy", "within": "< 28 d before cycle-1"}}


def test_a_time_that_counts_from_a_later_day_is_counted_from_enrolment_and_told():
    draft = compile_text("Chemotherapy within 4 weeks prior to the first dose", EX)
    assert draft.rule == {"record": "chemotherapy", "within": "28 d"}
    assert any("counted from enrolment" in check for check in draft.checks)


@given(st.text(max_size=200), st.sampled_from(list(Kind)))
def test_any_text_gives_a_rule_that_can_be_executed(text, kind):
    draft = compile_text(text, kind)
    declared, faults = read_concepts(draft.concepts)
    assert not faults
    context = RuleContext({**base_library(), **declared}, NAMED_WINDOWS, kind)
    assert collect_rule(dict(draft.rule), context, ()) is not None, context.faults


VOCABULARY = """
no not history of platelets INR < > 3 1.5 x ULN mg/dL and or unless except ( ) , ; . within 4 weeks before enrollment
diabetes pregnant women aged 18 years liver disease TACE with normal range
"""
WORDS = st.sampled_from(VOCABULARY.split())


@given(st.lists(WORDS, max_size=14).map(" ".join), st.sampled_from(list(Kind)))
def test_any_order_of_words_gives_a_rule_that_can_be_executed(text, kind):
    draft = compile_text(text, kind)
    declared, faults = read_concepts(draft.concepts)
    assert not faults
    context = RuleContext({**base_library(), **declared}, NAMED_WINDOWS, kind)
    assert collect_rule(dict(draft.rule), context, ()) is not None, context.faults
