"""The measures themselves, on texts of a line or two: what counts as found, as right and as wrong."""

from decimal import Decimal

import pytest
from authoring.corpus import read_section
from authoring.measure_lines import join_lines, measure_asked, measure_boundaries
from authoring.measure_values import measure_comparisons
from authoring.measure_windows import measure_windows

from equipoise.authoring.freetext.mentions import (
    Amount,
    AskedKind,
    AskedMention,
    Bound,
    ComparisonMention,
    Direction,
    WindowMention,
)
from equipoise.criteria.nodes import Operator, WindowUnit
from equipoise.criteria.truth import Kind

AGE = "Age at least 18 years"
AGE_ANNOTATED = "R1\tHas_value Arg1:T1 Arg2:T2\nT1\tPerson 0 3\tAge\nT2\tValue 4 21\tat least 18 years\n"


def section(text, annotations=""):
    return read_section("NCT00000000", Kind.INCLUSION, text, annotations)


def figures(table):
    return {row.name: (row.hits, row.total) for row in table.rows}


def age(operator=Operator.GE, value="18", unit="a", subject=(0, 3), span=(4, 21)):
    return ComparisonMention(span, subject, (Bound(operator, Amount(Decimal(value), "years", unit)),))


def compare(*mentions, text=AGE, annotations=AGE_ANNOTATED):
    return figures(measure_comparisons([section(text, annotations)], lambda _: mentions))


def test_the_same_limit_of_the_same_subject_is_found_and_right():
    found = compare(age())
    assert found["recall"] == (1, 1)
    assert found["precision where a value is annotated"] == (1, 1)


@pytest.mark.parametrize("wrong", [{"operator": Operator.GT}, {"value": "19"}, {"subject": (26, 32)}])
def test_another_sign_number_or_subject_is_neither_found_nor_right(wrong):
    found = compare(age(**wrong), text=f"{AGE} and height")
    assert found["recall"] == (0, 1)
    assert found["precision where a value is annotated"] == (0, 1)


def test_a_comparison_where_nothing_is_annotated_counts_only_in_the_strictest_figure():
    found = compare(age(), annotations="")
    assert found["precision where a value is annotated"] == (0, 0)
    assert found["precision on lines with annotated values"] == (0, 0)
    assert found["precision, whatever is not annotated counts as wrong"] == (0, 1)


def test_a_list_may_give_the_limit_to_more_subjects_than_are_annotated():
    text = "AST or ALT above 5 g"
    annotations = "R1\tHas_value Arg1:T1 Arg2:T2\nT1\tMeasurement 0 3\tAST\nT2\tValue 11 20\tabove 5 g\n"
    bounds = (Bound(Operator.GT, Amount(Decimal(5), "g", "g")),)
    both = [ComparisonMention((11, 20), subject, bounds) for subject in ((0, 3), (7, 10))]
    found = compare(*both, text=text, annotations=annotations)
    assert found["precision where a value is annotated"] == (2, 2)


def test_two_annotated_limits_make_up_one_range():
    text = "Age over 18 and under 65"
    annotations = (
        "R1\tHas_value Arg1:T1 Arg2:T2\nR2\tHas_value Arg1:T1 Arg2:T3\n"
        "T1\tPerson 0 3\tAge\nT2\tValue 4 11\tover 18\nT3\tValue 16 24\tunder 65\n"
    )
    bounds = (Bound(Operator.GT, Amount(Decimal(18))), Bound(Operator.LT, Amount(Decimal(65))))
    found = compare(ComparisonMention((4, 24), (0, 3), bounds), text=text, annotations=annotations)
    assert found["recall"] == (2, 2)
    assert found["precision where a value is annotated"] == (1, 1)


def test_weeks_are_days_and_the_wrong_side_is_never_forgiven():
    text = "Surgery within 4 weeks before entry"
    annotations = "T1\tTemporal 8 35\twithin 4 weeks before entry\n"
    for direction, hits in ((Direction.WITHIN_BEFORE, 1), (Direction.LONGER_AGO, 0)):
        window = WindowMention((8, 35), direction, 28, WindowUnit.DAY)
        found = figures(measure_windows([section(text, annotations)], lambda _, window=window: (window,)))
        assert found["recall, strict"] == found["recall, lenient"] == (hits, 1)


def test_strictness_is_forgiven_only_leniently():
    annotations = "T1\tTemporal 8 35\twithin 4 weeks before entry\n"
    window = WindowMention((8, 35), Direction.WITHIN_BEFORE, 28, WindowUnit.DAY, is_strict=True)
    found = figures(measure_windows([section("Surgery within 4 weeks before entry", annotations)], lambda _: (window,)))
    assert (found["recall, strict"], found["recall, lenient"]) == ((0, 1), (1, 1))


def test_boundaries_are_beginnings_of_lines_after_joining():
    lines = section("No stroke\n- Adults\nConsent")
    assert join_lines(lines) == ("No stroke - Adults Consent", [0, 10, 19])
    found = figures(measure_boundaries([lines], lambda _: [0, 12, 3]))
    assert found == {"recall": (1, 2), "precision": (1, 2)}


def test_a_line_is_not_computable_when_such_a_class_touches_it():
    lines = section("Adults\nWilling to consent\nStroke", "T1\tInformed_consent 7 25\tWilling to consent\n")

    def find(text):
        return () if text == "Adults" else (AskedMention((0, 3), AskedKind.CONSENT, "it is"),)

    found = figures(measure_asked([lines], find))
    assert found["recall"] == (1, 1)
    assert found["precision"] == (1, 2)
    assert found["recall of Informed_consent"] == (1, 1)
