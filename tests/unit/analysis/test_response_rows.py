"""Best response before the operation, yes or no, worst grades: worked by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.analysis_timelines import day_of, tell

from equipoise.analysis.facts import AdverseEvent
from equipoise.analysis.response import (
    GradedBy,
    derive_response,
    derive_yes_no,
    find_why_not_evaluable,
    find_worst_grades,
)
from equipoise.errors import EquipoiseError
from equipoise.protocol.analysis_plan import EndpointDefinition

RESPONSE = EndpointDefinition.model_validate({"id": "orr", "label": "Response", "kind": "response", "reader": "masked"})


def yes_no(field, must_be, form="operation"):
    answer = {"form": form, "field": field, "must_be": must_be}
    return EndpointDefinition.model_validate({"id": "reached", "label": "x", "kind": "yes-no", "answer": answer})


# Sums against a baseline of 100 mm; RECIST 1.1, 4.3.1: partial at -30 %, progression at +20 % from the smallest.
# Stable disease from 42 days on (Eisenhauer 2009, 4.4.3: not less than six weeks).
@pytest.mark.parametrize(
    ("timeline", "best", "day"),
    [
        (["-14: baseline T1=100", "84: scan T1=70"], "PR", 84),
        (["-14: baseline T1=100", "84: scan T1=71"], "SD", 84),
        (["-14: baseline T1=100", "84: scan T1=absent"], "CR", 84),
        (["-14: baseline T1=100", "84: scan T1=80", "168: scan T1=60"], "PR", 168),
        (["-14: baseline T1=100", "84: scan T1=120"], "PD", 84),
        (["-14: baseline T1=100", "84: scan T1=60", "168: scan T1=120"], "PR", 84),
        (["-14: baseline T1=100", "84: scan T1=120", "168: scan T1=60"], "PD", 84),
        (["-14: baseline B1=present", "84: scan B1=present"], "NON-CR/NON-PD", 84),
        # What comes after the operation is none: the tumour was taken out.
        (["-14: baseline T1=100", "84: scan T1=80", "100: operation removes T1", "150: scan T1=absent"], "SD", 84),
        (["-14: baseline T1=100", "99: scan T1=60", "100: operation removes T1"], "PR", 99),
        (["-14: baseline T1=100", "84: scan T1=80", "100: scan T1=60", "100: operation removes T1"], "SD", 84),
        # One visit that cannot be judged leaves the others.
        (["-14: baseline T1=100", "84: scan T1=not-assessed", "168: scan T1=60"], "PR", 168),
        # Nor is what comes after new therapy.
        (["-14: baseline T1=100", "84: scan T1=80", "100: new therapy", "168: scan T1=60"], "SD", 84),
        (["-14: baseline T1=100", "84: scan T1=60", "84: new therapy"], "PR", 84),
    ],
)
def test_best_response_is_read_before_the_operation(timeline, best, day):
    row = derive_response(RESPONSE, tell(timeline, cut=300), day_of(300))
    assert (row.best, row.on, row.why_not) == (best, day_of(day), "")
    assert row.has_responded is (best in ("CR", "PR"))


@pytest.mark.parametrize(
    ("timeline", "why"),
    [
        ([], "no assessment was read by the masked reader"),
        (["84: scan T1=100"], "no baseline assessment"),
        (["-14: baseline T1=100"], "no assessment after baseline"),
        (
            ["-14: baseline T1=100", "30: operation removes T1", "84: scan T1=absent"],
            "no assessment after baseline and before the operation",
        ),
        (["-14: baseline T1=100", "84: scan T1=not-assessed"], "no assessment can be judged"),
    ],
)
def test_who_is_not_evaluable_has_a_reason_and_has_not_responded(timeline, why):
    subject = tell(timeline, cut=300)
    row = derive_response(RESPONSE, subject, day_of(300))
    assert find_why_not_evaluable(subject, "masked", day_of(300)) == row.why_not
    assert row.why_not.startswith(why)
    assert (row.best, row.on, row.has_responded) == ("NE", None, False)


def test_stable_for_less_than_six_weeks_is_no_best_response_though_evaluable():
    subject = tell(["-14: baseline T1=100", "30: scan T1=100"], cut=300)
    row = derive_response(RESPONSE, subject, day_of(300))
    assert find_why_not_evaluable(subject, "masked", day_of(300)) == ""
    assert row.best == "NE"
    assert "42 days" in row.why_not


def test_a_response_after_the_cut_does_not_count():
    timeline = ["-14: baseline T1=100", "84: scan T1=80", "168: scan T1=60"]
    assert derive_response(RESPONSE, tell(timeline, cut=167), day_of(167)).best == "SD"


@pytest.mark.parametrize(
    ("entered", "is_met"),
    [("90", True), ("89.999999999999999999", False), ("90.0", True), ("100", True), ("9E+1", True), ("0", False)],
)
def test_a_share_is_compared_exactly(entered, is_met):
    subject = tell([f"30: operation fraction_achieved={entered}"], cut=300)
    row = derive_yes_no(yes_no("fraction_achieved", ">= 90"), subject, day_of(300))
    assert (row.is_met, row.value, row.on) == (is_met, entered, day_of(30))


def test_a_decimal_from_the_form_is_compared_as_it_is():
    subject = tell(["30: operation"], cut=300)
    step = replace(subject.given[0], fields={"fraction_achieved": Decimal("90.00")})
    row = derive_yes_no(yes_no("fraction_achieved", "> 90 %"), replace(subject, given=(step,)), day_of(300))
    assert row.is_met is False


@pytest.mark.parametrize(("entered", "is_met"), [("R0", True), ("R1", False), ("unresected", False)])
def test_a_word_is_met_by_itself_only(entered, is_met):
    subject = tell([f"30: operation resection={entered}"], cut=300)
    row = derive_yes_no(yes_no("resection", "R0"), subject, day_of(300))
    assert row.is_met is is_met
    assert row.entries == (1, 130)


@pytest.mark.parametrize(
    ("timeline", "words"),
    [
        ([], "no operation"),
        (["30: dose resection=R0"], "no operation"),
        (["30: operation"], "resection was not entered"),
        (["301: operation resection=R0"], "no operation"),
    ],
)
def test_what_nobody_entered_is_neither_yes_nor_no(timeline, words):
    row = derive_yes_no(yes_no("resection", "R0"), tell(timeline, cut=300), day_of(300))
    assert (row.is_met, row.words) == (None, words)


def test_a_word_where_a_number_is_asked_for_is_neither():
    subject = tell(["30: operation fraction_achieved=most"], cut=300)
    row = derive_yes_no(yes_no("fraction_achieved", ">= 90"), subject, day_of(300))
    assert row.is_met is None
    assert "no number" in row.words


def test_of_two_operations_the_latest_answers():
    subject = tell(["30: operation resection=R1", "60: operation resection=R0"], cut=300)
    assert derive_yes_no(yes_no("resection", "R0"), subject, day_of(300)).is_met is True


def test_a_form_without_kept_fields_is_refused():
    with pytest.raises(EquipoiseError, match="asks the form visit"):
        derive_yes_no(yes_no("x", "y", form="visit"), tell([], cut=300), day_of(300))


def test_an_endpoint_of_another_kind_is_refused():
    with pytest.raises(EquipoiseError, match="is response"):
        derive_yes_no(RESPONSE, tell([], cut=300), day_of(300))
    with pytest.raises(EquipoiseError, match="is yes-no"):
        derive_response(yes_no("x", "y"), tell([], cut=300), day_of(300))


def event(term, grade, on=10, category="blood", entry=5):
    return AdverseEvent(term, category, day_of(on), None, grade, False, False, (entry,))


def with_events(name, *events, arm="arm-1"):
    return replace(tell([], cut=300, subject=name, arm=arm), adverse_events=events)


SUBJECTS = (
    with_events("S-1", event("anaemia", 1), event("anaemia", 3), event("leukopenia", 2)),
    with_events("S-2", event("anaemia", None), event("anaemia", 2), event("nausea", None, category="gut")),
    with_events("S-3", event("anaemia", 3), arm="arm-2"),
    with_events("S-4", event("anaemia", 4, -1), event("anaemia", 4, 301), arm="arm-2"),
    with_events("S-5"),
)


def lines_of(by):
    return {(line.label, line.arm): line for line in find_worst_grades(SUBJECTS, day_of(300), by=by)}


def test_a_subject_counts_once_at_the_worst_grade_of_a_term():
    lines = lines_of(GradedBy.TERM)
    assert list(lines) == [
        ("anaemia", "arm-1"), ("anaemia", "arm-2"), ("leukopenia", "arm-1"), ("nausea", "arm-1"),
    ]  # fmt: skip
    anaemia = lines["anaemia", "arm-1"]
    assert anaemia.by_grade == {2: ("S-2",), 3: ("S-1",)}
    assert anaemia.subjects == ("S-1", "S-2")


def test_an_unsigned_grade_is_shown_and_stands_in_no_grade():
    lines = lines_of(GradedBy.TERM)
    assert lines["nausea", "arm-1"].unsigned == ("S-2",)
    assert lines["nausea", "arm-1"].by_grade == {}
    assert lines["anaemia", "arm-1"].also_unsigned == ("S-2",)
    assert lines["anaemia", "arm-1"].unsigned == ()


def test_events_before_randomisation_and_after_the_cut_do_not_count():
    assert lines_of(GradedBy.TERM)["anaemia", "arm-2"].subjects == ("S-3",)


def test_events_on_the_day_of_randomisation_and_of_the_cut_count():
    subject = with_events("S-1", event("anaemia", 1, 0), event("leukopenia", 1, 300))
    assert [line.label for line in find_worst_grades([subject], day_of(300))] == ["anaemia", "leukopenia"]


def test_an_operation_on_the_day_of_the_cut_answers():
    subject = tell(["300: operation resection=R0"], cut=300)
    assert derive_yes_no(yes_no("resection", "R0"), subject, day_of(300)).is_met is True


def test_a_category_and_all_together_count_a_subject_once():
    assert lines_of(GradedBy.CATEGORY)["blood", "arm-1"].by_grade == {2: ("S-2",), 3: ("S-1",)}
    together = lines_of(GradedBy.ANY)
    assert together["any adverse event", "arm-1"].subjects == ("S-1", "S-2")
    assert together["any adverse event", "arm-2"].entries == (5,)
