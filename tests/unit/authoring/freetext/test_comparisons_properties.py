"""On any text the finder of comparisons gives places inside it, and numbers that are printed there."""

import re
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.authoring.freetext.comparisons.comparisons import find_comparisons
from equipoise.authoring.freetext.comparisons.numbers import MULTIPLES, NUMBER_WORDS, ROMANS

PIECES = [
    "age", "Hb", "ALT", "AST", "serum creatinine", "BMI", "blood pressure", "ECOG", "NYHA class", "grade",
    "score of", "patients", "older", "than", "or", "and", "not", "no", "at least", "between", "from", "to",
    "less than", "up to", "exceeding", "or equal to", "of age", "old", "within", "outside the range of",
    "gestation", "twice", "two", "eighteen", "<", ">", "≤", "≥", "=", "=>", "</=", "> or =", "(", ")", "[", "]",
    ",", ";", ".", ":", "-", "–", "/", "+", "³", "%", "1", "18", "65", "1.5", "0,5", "100,000", "100.000", "10",
    "140/90", "20/200", "37+0", "-2.5", "III", "I-III", "IV", "years", "weeks", "mg/dL", "mmHg", "x ULN",
    "times the upper limit of normal", "x109/L", "^9/L", "g/dL", "kg/m2", "D", "on the scale", "in diameter",
    "systolic", "as measured by", "of the following", "x 10",
]  # fmt: skip
SENTENCES = st.lists(st.sampled_from(PIECES), max_size=14).flatmap(
    lambda pieces: st.sampled_from(["", " ", "  "]).map(lambda blank: blank.join(pieces))
)
ANY_TEXT = st.one_of(
    SENTENCES, st.text(max_size=80), st.from_regex(r"[a-z ]{0,12}[<>=]{1,2} ?[\d.,]{1,9} ?[a-zA-Z/0-9^*]{0,9}")
)


def _printed_numbers(text: str) -> set[Decimal]:
    """Every number that the text can be said to print: digits, with or without separators, words, Roman numerals."""
    found = {Decimal(number) for number in (*NUMBER_WORDS.values(), *MULTIPLES.values(), *ROMANS.values())}
    for printed in re.findall(r"(?<!\d)(?=(\.?\d(?:[\d.,· \u00a0\u202f]*\d)?))", text):
        groups = re.split(r"[ \u00a0\u202f]", printed)
        thousands = ["".join(groups[:length]) for length in range(1, len(groups) + 1)]
        for part in (*thousands, *groups, *re.split(r"[.,]", printed)):
            for reading in (re.sub(r"[.,·\s]", "", part), part.replace(",", "."), part.replace("·", "."), part):
                if re.fullmatch(r"\d*\.?\d+", reading, re.ASCII):
                    found.add(Decimal(reading))
    return found | {Decimal(10) ** power for power in range(100) if re.search(r"10[*^⁰-⁹¹²³]", text)}


@settings(deadline=None)  # a unit that is not in the table loads the parser of UCUM once
@given(ANY_TEXT)
def test_no_number_is_invented(text):
    printed = _printed_numbers(text)
    for mention in find_comparisons(text):
        for bound in mention.bounds:
            assert {abs(amount.value) for amount in (bound.amount, *bound.others)} <= printed


@settings(deadline=None)  # a unit that is not in the table loads the parser of UCUM once
@given(ANY_TEXT)
def test_no_unit_is_invented(text):
    for mention in find_comparisons(text):
        for bound in mention.bounds:
            for amount in (bound.amount, *bound.others):
                assert amount.spelling.lower() in re.sub(r"\s", " ", text).lower()
                assert amount.unit is None or amount.spelling


@settings(deadline=None)  # a unit that is not in the table loads the parser of UCUM once
@given(ANY_TEXT)
def test_spans_lie_inside_the_text_and_in_order(text):
    mentions = find_comparisons(text)
    for mention in mentions:
        assert 0 <= mention.span[0] < mention.span[1] <= len(text)
        assert 0 <= mention.subject[0] <= mention.subject[1] <= len(text)
        assert mention.bounds
    starts = [mention.span for mention in mentions]
    assert starts == sorted(starts)
    apart = sorted(set(starts))
    assert all(first[1] <= second[0] for first, second in pairwise(apart))


@settings(deadline=None)  # a unit that is not in the table loads the parser of UCUM once
@given(st.text(alphabet="<>=≤≥ 0123456789.,/-()xULN", max_size=60))
def test_signs_and_digits_alone_raise_nothing(text):
    find_comparisons(text)
