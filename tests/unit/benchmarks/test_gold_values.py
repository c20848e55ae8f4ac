import pytest
from authoring.gold_values import read_classes, read_value, with_neighbours
from authoring.value_text import fill_gaps, has_number, is_ordinal


def read(text):
    bounds = read_value(text)
    if bounds is None:
        return None
    return " & ".join(f"{b.operator} {b.value} {b.relative or b.unit}".strip() for b in bounds)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("at least 18 years", ">= 18 years"),
        ("18 years or older", ">= 18 years"),
        ("older than eighteen years of age", "> 18 years"),
        ("no more than 75 years", "<= 75 years"),
        ("less than or equal to 2", "<= 2"),
        ("equal to or over 35 kg", ">= 35 kg"),
        ("three (3) months", "= 3 months"),
        ("> 10 mg/dL", "> 10 mg/dL"),
        ("≥100,000/µL", ">= 100000 /μL"),
        ("100 000 /mm3 or more", ">= 100000 /mm3"),
        ("< 7,0 mM", "< 7.0 mM"),
        ("=/>130", ">= 130"),
        ("50%", "= 50 %"),
    ],
)
def test_one_limit_is_read_with_its_sign_and_unit(text, meaning):
    assert read(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("18 - 65 years", ">= 18 years & <= 65 years"),
        ("between 10 and 65 g", ">= 10 g & <= 65 g"),
        ("18 to 75 years, inclusive", ">= 18 years & <= 75 years"),
        ("at least 18 and not older than 75 years", ">= 18 years & <= 75 years"),
        (">17 and <60 years", "> 17 years & < 60 years"),
        ("between -1 and -2.5", "<= -1 & >= -2.5"),
        ("77 to 20 letters", "<= 77 letters & >= 20 letters"),
        ("under 18 or over 85", "< 18 & > 85"),
        ("outside the range of 100-160 mmHg", "< 100 mmHg & > 160 mmHg"),
    ],
)
def test_two_limits_share_the_unit_that_is_printed_once(text, meaning):
    assert read(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("<1.5 X ULN", "< 1.5 uln"),
        ("> triple the upper limit of normal", "> 3 uln"),
        ("less than 2.5 times the upper limit of normal", "< 2.5 uln"),
        ("below 0.5 x LLN", "< 0.5 lln"),
        ("five times higher than the upper limit of normal", "> 5 uln"),
        ("two times or more above the local upper limit of normal range", ">= 2 uln"),
    ],
)
def test_multiples_of_a_normal_limit_have_no_unit(text, meaning):
    assert read(text) == meaning


def test_a_power_of_ten_belongs_to_the_unit():
    assert read("≥ 1.5 x 10^9/L") == ">= 1.5 x 10^9/L"
    assert read(">= 100 x 109/L") == ">= 100 x 109/L"


def test_a_body_surface_is_no_limit_of_its_own():
    assert read("< 60 mL/min/1.73 m2") == "< 60 mL/min/1.73 m2"


def test_neighbouring_numbers_fill_a_range_and_others_are_not_read():
    assert read("0, 1 or 2") == ">= 0 & <= 2"
    assert read("0, 4 or 5") is None


def test_a_lost_sign_is_read_as_printed():
    assert read("= 18 years") == "= 18 years"


def test_both_numbers_of_a_blood_pressure_are_read():
    assert read("> 140/90 mmHg") == "> 140 mmHg & > 90 mmHg"


@pytest.mark.parametrize("text", ["20 out of 30", ">1/40", "23 weeks and 6 days", "M2 positive", "3+4"])
def test_what_is_not_understood_is_none(text):
    assert read(text) is None


def test_an_operator_beside_the_annotation_is_taken_in():
    assert read(with_neighbours("Age of at least ", "18 years", "")) == ">= 18 years"
    assert read(with_neighbours("Age ", "18 years", " of age or older")) == ">= 18 years"
    assert read(with_neighbours("ANC greater than or ", "equal to 10", "")) == ">= 10"
    assert read(with_neighbours("BMI ", "< 18", " or greater than 30")) == "< 18"


def test_roman_numerals_are_classes_and_words_hold_numbers():
    assert is_ordinal("Class III or IV")
    assert not is_ordinal("Grade 3")
    assert has_number("two or more")
    assert not has_number("positive")


@pytest.mark.parametrize(("text", "low", "high"), [("Class III/IV", 3, 4), ("I e II", 1, 2), ("status I - III", 1, 3)])
def test_roman_classes_are_read_as_numbers(text, low, high):
    assert [(b.operator, int(b.value)) for b in read_classes(text)] == [(">=", low), ("<=", high)]


def test_classes_with_letters_are_not_read():
    assert read_classes("Stage IIIb") is None


def test_joining_words_between_the_parts_of_a_value_are_filled_in():
    assert fill_gaps(["greater than", "10 g/dL"], [" or equal to "]) == "greater than or equal to 10 g/dL"
    assert read(fill_gaps(["37 weeks", "greater"], [" gestation or "])) == ">= 37 weeks"


def test_a_limit_said_again_in_brackets_has_the_same_sign():
    assert read("> 50 kg (110 lbs)") == "> 50 kg & > 110 lbs"
