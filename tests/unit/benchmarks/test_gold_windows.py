import pytest
from authoring.gold_windows import is_timed, read_window


def read(text, before="", after=""):
    window = read_window(text, before, after)
    if window is None:
        return None
    return sorted(window.relations), f"{window.length} {window.unit}", window.is_strict


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("within 30 days prior to study entry", (["within-before"], "30 d", False)),
        ("in the past 2 years", (["within-before"], "2 a", False)),
        ("less than 48 h before randomization", (["within-before"], "48 h", True)),
        ("at least 4 weeks before enrollment", (["longer-ago"], "28 d", False)),
        ("more than six months ago", (["longer-ago"], "6 mo", True)),
        ("for at least 3 months", (["lasting"], "3 mo", False)),
        ("for less than 12 months", (["lasting", "within-before"], "12 mo", True)),
        ("greater than or equal to 4 weeks old", (["longer-ago"], "28 d", False)),
        ("in the next 2 years", (["after"], "2 a", False)),
        ("for 120 days after the last dose", (["after", "lasting"], "120 d", False)),
        ("two (2) weeks prior to Day 1", (["within-before"], "14 d", False)),
    ],
)
def test_a_span_of_time_is_read_into_relation_length_and_strictness(text, meaning):
    assert read(text) == meaning


def test_an_open_relation_keeps_every_reading():
    assert read("for 30 days prior to study entry") == (["lasting", "within-before"], "30 d", False)
    assert read("within 8 weeks of a vaccination") == (["after", "within-before"], "56 d", False)


def test_words_right_beside_the_annotation_are_looked_at():
    assert read("6 months", "stable for at least ", "") == (["lasting"], "6 mo", False)
    assert read("at least 6 months", "", " prior to screening") == (["longer-ago"], "6 mo", False)


def test_a_plan_lies_ahead():
    assert "after" in read("in 6 months", "plans to conceive ")[0]


@pytest.mark.parametrize(
    "text", ["5 days per week", "the past 5 years and at least 3 months", "at 16 weeks of gestation"]
)
def test_frequencies_and_double_spans_are_not_read(text):
    assert read(text) is None


def test_a_length_said_again_in_brackets_is_not_read_twice():
    assert read("30 days", "within one month (", ") of the visit") is None


def test_only_a_number_with_a_unit_of_time_is_timed():
    assert is_timed("within six weeks")
    assert not is_timed("history of")
    assert not is_timed("within 5 half-lives")
