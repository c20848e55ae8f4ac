"""Spans of time in the words of a criterion. Every expected value was read from the sentence by hand."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.authoring.freetext.mentions import Direction, WindowMention
from equipoise.authoring.freetext.windows.windows import find_windows


def compact(mention: WindowMention) -> str:
    """A mention in a few words: `within 6 mo`, `longer > 12 mo @surgery`, `after <= 7 d @other?` (`?` is a doubt)."""
    names = {Direction.WITHIN_BEFORE: "within", Direction.LONGER_AGO: "longer"}
    parts = [names.get(mention.direction, mention.direction.value)]
    if mention.is_at_most:
        parts.append("<" if mention.is_strict else "<=")
    elif mention.is_strict:
        parts.append("<" if mention.direction is Direction.WITHIN_BEFORE else ">")
    if mention.length is not None and mention.unit is not None:
        parts.append(f"{mention.length} {mention.unit.value}")
    if mention.hours is not None:
        parts.append(f"{mention.hours} h")
    if mention.minutes is not None:
        parts.append(f"{mention.minutes} min")
    if mention.anchor != "as_of":
        parts.append(f"@{mention.anchor}")
    return " ".join(parts) + ("?" if mention.doubt else "")


def read(text: str) -> str:
    return "; ".join(compact(mention) for mention in find_windows(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stroke within 6 months", "within 6 mo"),
        ("Aged 18 to 60 with a stroke within 6 months", "within 6 mo"),
        ("Stroke within the last 6 months", "within 6 mo"),
        ("Stroke within the past six months", "within 6 mo"),
        ("Any surgery in the previous 4 weeks", "within 28 d"),
        ("Any surgery in the preceding 30 days", "within 30 d"),
        ("Any surgery during the last 2 weeks", "within 14 d"),
        ("Blood donation over the last 3 months", "within 3 mo"),
        ("Blood donation in the 90 days prior to screening", "within 90 d"),
        ("Blood donation in the past 8 wks", "within 56 d"),
        ("A fall in the last 12 mos.", "within 12 mo"),
        ("A fall in the last 2 yrs", "within 2 a"),
        ("A fall last 6 months", "within 6 mo"),
        ("Treated with rituximab within 6 months of enrolment", "within 6 mo"),
        ("Treated with rituximab within 6 months before enrollment", "within 6 mo"),
        ("Treated with rituximab within six (6) months prior to consent", "within 6 mo"),
        ("Treated with rituximab within 6 (six) months prior to signing consent", "within 6 mo"),
        ("Vaccinated less than 4 weeks before screening", "within < 28 d"),
        ("Vaccinated < 4 weeks prior to study entry", "within < 28 d"),
        ("Vaccinated </= 2 weeks prior to enrolment", "within 14 d"),
        ("Vaccinated ≤ 2 weeks prior to enrolment", "within 14 d"),
        ("Vaccinated <= 14 d before baseline", "within 14 d"),
        ("Vaccinated no more than 10 days before screening", "within 10 d"),
        ("Vaccinated up to 10 days before screening", "within 10 d"),
        ("Fever within 72 hours", "within 72 h"),
        ("Fever within the previous 24 hrs", "within 24 h"),
        ("Fever within 48h of screening", "within 48 h"),
        ("Chest pain within 30 minutes before screening", "within 30 min"),
        ("Antibiotics within a month of screening", "within 1 mo"),
        ("Antibiotics within one week", "within 7 d"),
        ("Antibiotics within twenty-four hours", "within 24 h"),
        ("Antibiotics within the 6 previous months", "within 6 mo"),
        ("Malignancy within 5 years prior to the study", "within 5 a"),
        ("Malignancy within 5 years of study start", "within 5 a"),
        ("Malignancy within 1.5 years of study start", "within 18 mo"),
        ("Smoking in the prior year", "within 1 a"),
        ("Smoking in the last month", "within 1 mo"),
        ("Smoking in the month prior to screening", "within 1 mo"),
        ("Smoking during the past week", "within 7 d"),
        ("Ulcer within 2-week period before enrolment", "within 14 d"),
        ("Myocardial infarction within 30-days", "within 30 d"),
        ("Steroids within 2 weeks (oral) or 4 weeks (depot) prior to enrolment", "within 14 d; within 28 d"),
        ("Topical steroids the week before screening", "within 7 d"),
        ("Four weeks or less since the last infusion", "within 28 d @other?"),
        ("Weight change over the 3 months before screening", "within 3 mo"),
        ("Hospitalised within the 12 months immediately preceding screening", "within 12 mo"),
    ],
)
def test_a_span_that_reaches_back_from_enrolment(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Radiotherapy within 4 weeks before randomisation", "within 28 d @randomisation"),
        ("Radiotherapy within 4 weeks prior to the date of randomization", "within 28 d @randomisation"),
        ("Radiotherapy within 4 weeks of the first dose", "within 28 d @cycle-1"),
        ("Radiotherapy within 4 weeks before the first dose of study drug", "within 28 d @cycle-1"),
        ("Radiotherapy within 4 weeks prior to Day 1", "within 28 d @cycle-1"),
        ("Radiotherapy within 4 weeks prior to Cycle 1", "within 28 d @cycle-1"),
        ("Radiotherapy within 4 weeks of starting PRRT", "within 28 d @cycle-1"),
        ("Radiotherapy within 4 weeks prior to study treatment", "within 28 d @cycle-1"),
        ("Radiotherapy within 4 weeks before vaccination", "within 28 d @cycle-1"),
        ("Radiotherapy within 4 weeks prior to start of treatment", "within 28 d @cycle-1"),
        ("Radiotherapy within 4 weeks prior to surgery", "within 28 d @surgery"),
        ("Aspirin within 7 days before the planned operation", "within 7 d @surgery"),
        ("Aspirin within 7 days before the procedure", "within 7 d @surgery"),
        ("Aspirin within 12 hours pre-operatively", "within 12 h @surgery"),
        ("Aspirin within 12 hours before arrival at the ward", "within 12 h @other?"),
        ("Aspirin within 3 days prior to hospital discharge", "within 3 d @other?"),
    ],
)
def test_the_event_that_a_span_counts_from(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Surgery within 4 weeks of enrolment in this study", "enrolment"),
        ("Surgery within 4 weeks before the first dose of study drug", "the first dose"),
        ("Surgery within 4 weeks before hospital discharge", "hospital discharge"),
        ("Surgery within 4 weeks", ""),
        ("Surgery in the last month", ""),
    ],
)
def test_the_words_of_the_anchor_are_those_printed(text: str, words: str) -> None:
    (mention,) = find_windows(text)
    assert mention.anchor_words == words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Last chemotherapy more than 12 months ago", "longer > 12 mo"),
        ("Last chemotherapy > 12 months previously", "longer > 12 mo"),
        ("Last chemotherapy more than 2 years earlier", "longer > 2 a"),
        ("Transplant at least 6 months before enrolment", "longer 6 mo"),
        ("Transplant at least six months prior to screening", "longer 6 mo"),
        ("Transplant ≥ 3 months before study entry", "longer 3 mo"),
        ("Transplant >= 3 months prior to baseline", "longer 3 mo"),
        ("Transplant not less than 3 months prior to baseline", "longer 3 mo"),
        ("Transplant minimum 3 months prior to baseline", "longer 3 mo"),
        ("Transplant 3 months or more before enrolment", "longer 3 mo"),
        ("Transplant longer than 100 days before randomization", "longer > 100 d @randomisation"),
        ("Transplant at least 90 days prior to surgery", "longer 90 d @surgery"),
        ("At least 4 weeks since the last dose of chemotherapy", "longer 28 d @other"),
        ("At least 4 weeks have elapsed since prior radiotherapy", "longer 28 d @other"),
        ("Menopause at least 1 year ago", "longer 1 a"),
    ],
)
def test_a_span_that_must_lie_behind(text: str, expected: str) -> None:
    assert read(text).split("; ")[0] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stable dose for at least 3 months", "lasting 3 mo"),
        ("Stable dose for at least 3 months prior to enrolment", "lasting 3 mo"),
        ("No chemotherapy for 4 weeks prior to enrolment", "lasting 28 d"),
        ("On metformin for the past 12 weeks", "lasting 84 d"),
        ("Seizure for more than 30 minutes", "lasting > 30 min"),
        ("Pain lasting at least 3 months", "lasting 3 mo"),
        ("Pain lasting longer than 3 months", "lasting > 3 mo"),
        ("Pain for less than 6 weeks", "lasting < 42 d"),
        ("Pain for up to 6 weeks", "lasting <= 42 d"),
        ("Pain for 3 months or longer", "lasting 3 mo"),
        ("Pain with a 3-month history", "lasting 3 mo"),
        ("Pain of more than 3 months duration", "lasting > 3 mo"),
        ("Steroids for over 2 weeks", "lasting > 14 d"),
        ("Chronic hepatitis B (HBsAg positive > 6 months)", "lasting > 6 mo"),
        ("Chronic hepatitis B (HBsAg positive ≥ 6 months)", "lasting 6 mo"),
        ("Non-smoker for a year", "lasting 1 a"),
        ("Amenorrhoea for twelve consecutive months", "lasting 12 mo"),
        ("Postmenopausal, i.e. 12 months without menses", "lasting 12 mo"),
        ("A decline in function over at least one year", "lasting 1 a"),
        ("No infection over a period of at least 1 month before the study", "lasting 1 mo"),
        ("A stroke since more than 2 months", "lasting > 2 mo"),
        ("Catheter in place < 30 days", "lasting < 30 d?"),
        ("No treatment for a period of 2 weeks", "lasting 14 d"),
    ],
)
def test_a_span_that_lasts(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Admitted within 6 months after stroke", "after <= 6 mo @other?"),
        ("Admitted within 24 hours of symptom onset", "after <= 24 h @other?"),
        ("Contraception for 120 days after the last dose", "after 120 d @other?"),
        ("Contraception for up to 30 days following the last injection", "after <= 30 d @other?"),
        ("At least 2 weeks after enrolment", "after 14 d?"),
        ("Moving abroad in the next 12 months", "after <= 12 mo?"),
        ("Planned surgery within 3 months", "after <= 3 mo?"),
        ("Expected to be transplanted within 6 months", "after <= 6 mo?"),
        ("Enrolled in the first 48 hours following injury", "after <= 48 h @other?"),
    ],
)
def test_a_span_that_reaches_ahead(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Surgery between 3 and 6 months before enrolment", "within 6 mo?"),
        ("Surgery 3 to 6 months before enrolment", "within 6 mo?"),
        ("Pain for 3-6 months", "lasting 3 mo?"),
        ("Surgery 4 weeks prior to enrolment", "within 28 d?"),
        ("8 weeks of Day 1", "within 56 d @cycle-1?"),
        ("Surgery within approximately 6 months", "within 6 mo?"),
        ("Surgery within six (5) months", "within 6 mo?"),
        ("Surgery within one month (30 days) of enrolment", "within 1 mo"),
        ("Surgery within one month (45 days) of enrolment", "within 1 mo?"),
        ("Drug use within 5 half-lives of screening", "within?"),
        (
            "Drug use within 28 days or 5 half-lives, whichever is longer, before the first dose",
            "within 28 d @cycle-1?; within @cycle-1?",
        ),
        ("Stable dose at least 30 days before screening", "longer 30 d?"),
        ("Vaccinated within 14 days before or after screening", "within 14 d?"),
        ("Pain (= 3 months)", "lasting 3 mo?"),
    ],
)
def test_what_is_doubtful_says_so(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("History of stroke", "ever"),
        ("Medical history of stroke", "ever"),
        ("Previous stroke", "ever"),
        ("Prior stroke", "ever"),
        ("Previously treated with interferon", "ever"),
        ("Has ever received interferon", "ever"),
        ("Past or present malignancy", "ever"),
        ("Current malignancy", "now"),
        ("Currently on dialysis", "now"),
        ("Active infection", "now"),
        ("Ongoing infection", "now"),
        ("Concomitant use of warfarin", "now"),
        ("On dialysis at screening", "now"),
        ("On dialysis at baseline", "now"),
        ("On dialysis at the time of enrolment", "now"),
        ("On dialysis at randomisation", "now @randomisation"),
        ("Current or previous infection", "now; ever"),
        ("History of stroke within 6 months", "ever; within 6 mo"),
        ("Infection in the past", "ever"),
    ],
)
def test_ever_and_now(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Aged 18 years or older",
        "Age ≥ 18 years",
        "Age between 18 and 75 years",
        "Men over 40 years",
        "Adults ≥ 18 years",
        "Children > 2 years",
        "At least 6 months of age",
        "A 65-year-old patient",
        "Infants 6-12 months old",
        "24 weeks gestation",
        "Gestational age of at least 37 weeks",
        "Gestational age between 24 and 36 weeks",
        "Life expectancy of at least 3 months",
        "Life expectancy > 12 weeks",
        "Expected survival less than 6 months",
        "Visits every 3 months",
        "Alcohol twice a week",
        "Alcohol at least 3 times a week",
        "A 24-hour urine collection",
        "A 6-minute walk test",
        "Apnoea index above 5 h-1",
        "Refraction of 8.00D",
        "Two blood samples 5 minutes apart",
        "10 cigarettes per day",
        "Drinks more than 20 g/day",
        "A family history of breast cancer",
        "Sexually active women",
        "An active comparator",
        "Active ingredient",
        "Measured prior to the visit",
        "Body weight over 50 kg",
        "",
    ],
)
def test_numbers_and_words_that_are_no_window(text: str) -> None:
    assert find_windows(text) == ()


def test_a_denial_leaves_the_span_as_it_stands() -> None:
    """What "No ... for 4 weeks" means for the last dose is left to whoever joins the mentions."""
    (mention,) = find_windows("No radiotherapy for 4 weeks before enrolment")
    assert (mention.direction, mention.length) == (Direction.LASTING, 28)


def test_the_span_covers_lead_number_and_anchor() -> None:
    text = "Any stroke, within the last 6 months prior to enrolment, is excluded"
    (mention,) = find_windows(text)
    assert text[slice(*mention.span)] == "within the last 6 months prior to enrolment"


def test_two_spans_of_one_sentence_are_both_found() -> None:
    text = "Warfarin for more than 4 weeks within the past 3 months"
    assert read(text) == "lasting > 28 d; within 3 mo"


def test_two_ends_of_an_interval_are_both_found() -> None:
    assert read("Stroke within the past 5 years and at least 3 months before enrolment") == "within 5 a; longer 3 mo"


@pytest.mark.parametrize("between", [" ", "\u00a0", "-", "\u2011"])
def test_every_kind_of_space_and_hyphen_joins_number_and_unit(between: str) -> None:
    assert read(f"Stroke within 6{between}months") == "within 6 mo"


def test_a_letter_that_grows_in_lower_case_does_not_shift_the_spans() -> None:
    text = "İİİ stroke within 6 months"
    (mention,) = find_windows(text)
    assert text[slice(*mention.span)] == "within 6 months"


_VOCABULARY = """
within the last past 6 six (6) months weeks d h 5 half-lives prior to of enrolment surgery for at least more than > ≥ <
between and or 3-6 years aged history current ago after since Day 1 , . ( ) / - whichever is longer 1.5 a
"""
_WORDS = st.sampled_from(_VOCABULARY.split())


@settings(deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=25).map(" ".join)))
def test_any_text_is_read_in_order_without_overlap(text: str) -> None:
    found = find_windows(text)
    ends = [0]
    for mention in found:
        assert ends[-1] <= mention.span[0] < mention.span[1] <= len(text)
        ends.append(mention.span[1])


@settings(deadline=None)
@given(st.lists(_WORDS, max_size=25).map(" ".join))
def test_no_number_is_invented(text: str) -> None:
    """Every length is a printed number in its own unit, in days (7 a week) or in months (12 a year)."""
    words = {"a": 1, "six": 6, "last": 1, "past": 1, "prior": 1, "the": 1}
    printed = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)}
    printed |= {float(number) for word, number in words.items() if word in text.split()}
    for mention in find_windows(text):
        for number in (mention.length, mention.hours, mention.minutes):
            assert number is None or {number, number / 7, number / 12} & printed


def test_a_large_text_is_read_in_one_pass() -> None:
    text = "stroke within 6 months of enrolment or current use for 3 weeks, age 18 years " * 3000
    assert len(find_windows(text)) == 9000
