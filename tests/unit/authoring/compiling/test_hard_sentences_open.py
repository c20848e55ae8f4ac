"""Sentences with more than one live meaning: each is worked out by hand; none is chosen silently."""

import pytest

from equipoise.authoring.compiling.criterion import compile_text
from equipoise.authoring.model import Outcome
from equipoise.criteria.truth import Kind

IN, EX = Kind.INCLUSION, Kind.EXCLUSION


def meanings(draft):
    """The alternatives of the one open reading at the top of a rule."""
    return {label: body["rule"] for label, body in draft.rule["alternatives"].items()}


@pytest.mark.parametrize("text", ["Pregnant and lactating women", "Pregnant women and nursing mothers"])
def test_and_among_exclusions_is_open_also_between_known_terms(text):
    found = meanings(compile_text(text, EX))
    assert set(found) == {"any", "all"}
    assert len(found["any"]["any"]) == len(found["all"]["all"]) == 2


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Active bleeding, bleeding diathesis", "bleeding", "bleeding-diathesis"),
        ("Active bleeding or known coagulopathy", "bleeding", "coagulopathy"),
    ],
)
def test_active_before_a_list_binds_the_first_or_each(text, first, second):
    found = meanings(compile_text(text, EX))
    now, ever = {"record": second, "within": "0 d"}, {"record": second}
    assert found["each"] == {"any": [{"record": first, "within": "0 d"}, now]}
    assert found["first-alone"] == {"any": [{"record": first, "within": "0 d"}, ever]}


def test_a_present_time_behind_a_list_binds_the_last_or_each():
    found = meanings(compile_text("Dementia or epilepsy at baseline", EX))
    assert set(found) == {"each", "last-alone"}


@pytest.mark.parametrize("text", ["No known history of seizures", "No beta-blockers"])
def test_an_exclusion_that_begins_with_a_denial_may_be_a_requirement(text):
    found = meanings(compile_text(text, EX))
    assert found["as-printed"] == {"not": found["as-a-requirement"]}


@pytest.mark.parametrize("text", ["No known history of seizures", "No beta-blockers"])
def test_the_same_words_among_inclusions_are_plain(text):
    assert set(compile_text(text, IN).rule) == {"not"}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (IN, "Patients undergoing colon resection"),
        (EX, "Cumulative dose of anthracyclines: epirubicin > 900 mg/m2; mitoxantrone > 120 mg/m2"),
        (EX, "Received more than one primary chemotherapy regimen"),
        (EX, "More than 4 previous embryo transfers"),
        (EX, "Anemia defined as Hb < 8 g/dL and active infection"),
        (EX, "Irregular pulse, or pulse 100 or higher"),
        (EX, "Varus or valgus misalignment exceeding 15 degrees"),
        (IN, "Prednisone < 10 mg or equivalent"),
        (EX, "Pathologically altered blood pH, or oxygen saturation, or carbon dioxide"),
        (EX, "Active bleeding or known bleeding disorder"),
        (IN, "Living, singleton fetus"),
        (EX, "Baseline hemogram with Hb < 10 g/dL"),
        (EX, "Has previously received or is receiving an organ transplant other than a liver"),
        (IN, "Newly diagnosed or without steroid use during last 1 year"),
        (IN, "PSA criteria:"),
        (EX, "Thrombocytopenia < 100 x 10^9/L"),
        (IN, "Women aged 18-55 or men aged 18-65 with diabetes"),
        (EX, "Heart failure, NYHA III or IV, or stroke"),
        (EX, "Partner with HIV"),
        (EX, "More than 20 pack-years"),
        (EX, "Stroke or ALT > 3 x ULN within 14 days"),
        (EX, "Abnormal potassium, or sodium, or calcium unless corrected"),
        (IN, "Clinical stage I, II or IIIa NSCLC"),
        (IN, "Surgery intent within 4 weeks"),
        (EX, "Neurodegenerative disorders (i.e. Parkinson disease. LBD, or FTD)"),
        (EX, "History of breast cancer in a first-degree relative"),
        (EX, "Diabetes in the family"),
    ],
)
def test_what_hangs_together_in_no_certain_way_is_put_to_a_person(kind, text):
    draft = compile_text(text, kind)
    assert draft.outcome in (Outcome.ASKED, Outcome.REFUSED)
    assert draft.checks


@pytest.mark.parametrize(
    ("kind", "text", "rule"),
    [
        (
            IN,
            "Patients taking metformin or insulin",
            {"any": [{"record": "metformin", "within": "0 d"}, {"record": "insulin", "within": "0 d"}]},
        ),
        (EX, "Receiving any neoadjuvant therapy", {"record": "neoadjuvant-therapy", "within": "0 d"}),
        (IN, "No stroke within 6 months", {"not": {"record": "stroke", "within": "6 mo"}}),
        (EX, "Stroke within 6 months", {"record": "stroke", "within": "6 mo"}),
        (IN, "No chemotherapy for 4 weeks", {"not": {"record": "chemotherapy", "within": "< 28 d"}}),
        (
            IN,
            "Platelets >= 100 x 10^9/L without transfusion within 7 days",
            {
                "all": [
                    {"latest": "platelets", "is": ">= 100 10*9/L", "within": "laboratory"},
                    {"not": {"record": "transfusion", "within": "7 d"}},
                ]
            },
        ),
    ],
)
def test_a_time_binds_what_it_is_said_of(kind, text, rule):
    assert compile_text(text, kind).rule == rule


def test_a_time_before_screening_is_told_to_be_counted_from_enrolment():
    draft = compile_text("Stroke within 6 months before screening", EX)
    assert any("counted from enrolment" in check and "screening" in check for check in draft.checks)


@pytest.mark.parametrize("text", ["Male, BMI < 30 kg/m2", "Male and BMI < 30 kg/m2", "Men, BMI < 30 kg/m2"])
def test_a_sex_alone_beside_a_limit_is_asked_with_it(text):
    limit = {"latest": "body-mass-index", "is": "< 30 kg/m2", "within": "laboratory"}
    assert compile_text(text, IN).rule == {"all": [{"sex": "male"}, limit]}


def test_a_sex_before_a_comma_among_exclusions_may_narrow_or_stand_beside():
    found = meanings(compile_text("Female, hemoglobin < 10 g/dL", EX))
    parts = [{"sex": "female"}, {"latest": "haemoglobin", "is": "< 10 g/dL", "within": "laboratory"}]
    assert found == {"narrows": {"all": parts}, "beside": {"any": parts}}


def _limits(window_of_each):
    return [
        {"latest": name, "is": limit, "within": window}
        for (name, limit), window in zip(
            [("haemoglobin", "> 9 g/dL"), ("platelets", "> 100 10*9/L")], window_of_each, strict=True
        )
    ]


def test_a_time_behind_a_list_of_limits_binds_each_or_the_last():
    draft = compile_text("Haemoglobin > 9 g/dL, platelets > 100 x 10^9/L within 7 days of enrolment", IN)
    found = meanings(draft)
    assert found["each"] == {"all": _limits(["7 d", "7 d"])}
    assert found["last-alone"] == {"all": _limits(["laboratory", "7 d"])}


def test_a_time_before_a_list_of_limits_binds_each():
    text = "Within 14 days before enrolment: haemoglobin > 9 g/dL and platelets > 100 x 10^9/L"
    assert compile_text(text, IN).rule == {"all": _limits(["14 d", "14 d"])}


def test_a_time_is_not_asked_of_an_age():
    rule = compile_text("Age >= 18 years and stroke within 6 months", IN).rule
    assert rule == {"all": [{"age": ">= 18"}, {"record": "stroke", "within": "6 mo"}]}


def test_three_names_joined_by_and_may_be_kinds():
    found = meanings(compile_text("Ulcerative colitis, Crohn's disease, and microscopic colitis", IN))
    assert set(found) == {"all", "any"}
    assert found["all"]["all"] == found["any"]["any"]


def test_a_scale_and_its_short_name_are_one_thing():
    rule = compile_text("Performance status (ECOG 0-2)", IN).rule
    assert rule == {"all": [{"latest": "ecog", "is": ">= 0"}, {"latest": "ecog", "is": "<= 2"}]}


def test_a_slash_between_scales_is_open_and_between_results_asks_for_both():
    assert set(meanings(compile_text("Karnofsky/Lansky >= 50", IN))) == {"any", "all"}
    assert set(compile_text("AST/ALT <= 2.5 x ULN", IN).rule) == {"all"}
