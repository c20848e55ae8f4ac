"""What is no comparison, and what a person must look at."""

import pytest

from equipoise.authoring.freetext.comparisons.comparisons import find_comparisons
from equipoise.authoring.freetext.comparisons.unit_words import ucum_of
from equipoise.criteria.nodes import Relative


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Able to give informed consent",
        "within 4 weeks before randomisation",
        "Major surgery within 28 days prior to Day 1",
        "myocardial infarction in the previous 6 months",
        "for at least 3 months",
        "symptoms lasting more than 3 months",
        "> 12 months prior to enrolment",
        "stable dose for at least 30 days",
        "Use of any investigational agent within 30 days",
        "Chest pain lasting longer than 30 minutes",
        "metformin 500 mg twice daily",
        "prednisone 5-10 mg daily",
        "aspirin 100 mg/day",
        "MMF at a dose of 1.25 g",
        "type 2 diabetes",
        "phase 2 study",
        "68Ga-DOTATATE PET",
        "HER2 positive",
        "Ki-67 positive tumour",
        "elevated CA 19-9",
        "CD4 positive T cells",
        "T2N0M0 tumour",
        "HCV genotype 1",
        "factor VIII deficiency",
        "MHC class I deficiency",
        "class I antiarrhythmic drugs",
        "Visit 1",
        "see Section 2.6 for details",
        "RECIST version 1.1",
        "3. Signed consent",
        "January 12, 2015",
        "at least two of the following",
        "at least one of the following criteria",
        "2 or more of the characteristics listed",
        "at least one measurable lesion",
        "measurable disease defined as at least one lesion",
        "the age of occlusion is less than one month",
        "age of onset > 18 years",
        "one eye",
        "best corrected visual acuity of 20/200",
        "NCT05610826",
        "CYP3A4 inhibitors",
        "PDE5 inhibitors",
        "S-1 or capecitabine",
        "24 hour urine collection",
        "12-lead ECG",
        "first two weeks of life",
        "vaccination at 6 months of age",
        "Ulcers older than 1 year",
        "age-related macular degeneration",
        "i.v. antibiotics",
        "grade 3B tumour",
        "planning pregnancy in the next 2 years",
        "AST > ULN",
    ],
)
def test_this_is_no_comparison(text):
    assert find_comparisons(text) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Age = 18 years", "'=' may stand"),
        ("LVEF = 40 %", "'=' may stand"),
        ("aged =18 to =65 years", "'=' may stand"),
        ("HbA1c = 6.5 and = 10.0 %", "'=' may stand"),
        ("Age 18 years", "no operator"),
        ("platelets < 100.000/µL", "100.000"),
        ("weight > 50.500 kg", "50.500"),
        ("WBC > 5 G/L", "unit 'G/L' is not understood"),
        ("mitoses > 10/hpf", "'/hpf' is not understood"),
        ("viral load > 3 log10 copies/mL", "'log10 copies/mL' is not understood"),
        ("ALT > 3 times normal", "multiple of 'normal'"),
        ("ALT more than twice the normal range", "multiple of 'normal'"),
        ("AST > 3 times", "3 times what"),
        ("HIV < 200 CD4 cells/µL", "the unit is not understood"),
        ("more than 5 cups per day", "the unit is not understood"),
        ("Age < 6m", "unit 'm' of an age"),
        ("with > 50 mmHg", "what is compared was not found"),
        ("leucocytes ³ 2000 /mm3", "read as >="),
        ("age < 18 and > 65 years", "no value meets both"),
        ("age > 18 or < 65 years", "every value"),
        ("score of < 10-20", "an order stands before a range"),
    ],
)
def test_what_is_doubtful_says_why(text, words):
    (mention,) = find_comparisons(text)
    assert words in mention.doubt


@pytest.mark.parametrize(
    "text",
    ["Hb < 8.0 g/dL", "Age 18 to 65 years", "ECOG 0-1", "ALT > 3 x ULN", "aged 18 years or older", "BMI 18,5-30 kg/m2"],
)
def test_what_is_plain_is_not_doubted(text):
    (mention,) = find_comparisons(text)
    assert mention.doubt == ""


def test_a_lost_sign_keeps_the_number_as_an_equality():
    (mention,) = find_comparisons("Age = 18 years")
    assert [(bound.operator.value, str(bound.amount.value)) for bound in mention.bounds] == [("=", "18")]


def test_an_unknown_unit_is_kept_as_printed_and_has_no_meaning():
    (mention,) = find_comparisons("WBC > 5 G/L")
    assert (mention.bounds[0].amount.spelling, mention.bounds[0].amount.unit) == ("G/L", None)


def test_a_second_printing_in_the_same_unit_is_no_other_amount():
    (mention,) = find_comparisons("Hb < 8.0 g/dL (7.0 g/dL)")
    assert mention.bounds[0].others == ()


def test_a_bracket_with_another_order_is_no_second_printing():
    mentions = find_comparisons("Hb < 8.0 g/dL (> 5.0 mmol/L)")
    assert [mention.bounds[0].operator.value for mention in mentions] == ["<", ">"]
    assert all(bound.others == () for mention in mentions for bound in mention.bounds)


def test_a_multiple_of_a_limit_of_normal_has_no_unit():
    (mention,) = find_comparisons("bilirubin > 1.5 x ULN")
    assert (mention.bounds[0].amount.unit, mention.bounds[0].amount.relative) == (None, Relative.ULN)


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("x109/L", "10*9/L"),
        ("x 10^9/L", "10*9/L"),
        ("×10⁹/L", "10*9/L"),
        ("x10*9/L", "10*9/L"),
        ("x 10^6 cells/kg", "10*6/kg"),
        ("mmHg", "mm[Hg]"),
        ("mm Hg", "mm[Hg]"),
        ("mmol L-1", "mmol/L"),
        ("grams per deciliter", "g/dL"),
        ("mU/ml", "mU/mL"),
        ("IU/L", "[iU]/L"),
        ("mM", "mmol/L"),
        ("beats per minute", "/min"),
        ("°C", "Cel"),
        ("degrees Fahrenheit", "[degF]"),
        ("months", "mo"),
        ("dioptres", "[diop]"),
        ("furlongs", None),
        ("G/L", None),
    ],
)
def test_a_printed_unit_means_one_unit_of_ucum_or_none(spelling, unit):
    assert ucum_of(spelling) == unit
