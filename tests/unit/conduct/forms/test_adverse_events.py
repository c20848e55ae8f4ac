"""Adverse events: what contradicts itself, and the days of toxicity that rules read.

Expected days are worked by hand.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.form_world import SUBJECT, TODAY, day, snapshot_with

from equipoise.conduct.forms import AdverseEventForm, AdverseEventReviewForm, read_form
from equipoise.conduct.forms.rows import entry_of
from equipoise.conduct.raised import RaisedKind
from equipoise.conduct.toxicity_rows import HYPERSENSITIVITY, WORST_RELATED, toxicity_rows
from equipoise.errors import EquipoiseError
from equipoise.records.snapshot import Snapshot


def event(on: int = 0, end: int | None = None, **more: Any) -> AdverseEventForm:
    fields = {"term": "nausea", "category": "other", "grade": 2, "relation": "possible"} | more
    return AdverseEventForm(on=day(on), end=None if end is None else day(end), **fields)


def review(on: int) -> AdverseEventReviewForm:
    return AdverseEventReviewForm(on=day(on), found="none-new")


def by_day(concept: str, *entered: tuple[str, Any]) -> dict[date, str]:
    events = [(entry, form) for entry, form in entered if isinstance(form, AdverseEventForm)]
    reviews = [(entry, form) for entry, form in entered if isinstance(form, AdverseEventReviewForm)]
    rows = toxicity_rows(SUBJECT, events, reviews)
    return {row["time_lower"]: row["value_text"] for row in rows if row["code"] == concept}


def queries(form: AdverseEventForm) -> set[str]:
    return {raised.code for raised in form.doubts() if raised.kind is RaisedKind.QUERY}


def test_an_event_that_ends_before_it_begins_is_refused() -> None:
    content = {"on": "2026-02-10", "end": "2026-02-09", "term": "nausea", "category": "other", "grade": 1}
    with pytest.raises(EquipoiseError, match=r"end: comes before on\n  Correct one of the two days"):
        read_form("adverse-event", content, TODAY)


def test_its_end_is_refused_together_with_faults_of_shape() -> None:
    content = {"on": "2026-02-10", "end": "2026-02-09", "term": "nausea", "category": "bad", "grade": 6}
    with pytest.raises(EquipoiseError) as raised:
        read_form("adverse-event", content, TODAY)
    assert {fault.where for fault in raised.value.faults} == {"end", "category", "grade"}


@pytest.mark.parametrize("on", [0, 21])
def test_a_change_of_grade_lies_within_the_event(on: int) -> None:
    form = event(0, 20, changes=[{"on": day(on), "grade": 1}])
    assert [fault.where for fault in form.faults(TODAY)] == ["changes[1].on"]


def test_two_grades_from_one_day_on_are_refused() -> None:
    form = event(0, 20, changes=[{"on": day(5), "grade": 1}, {"on": day(5), "grade": 3}])
    assert [fault.where for fault in form.faults(TODAY)] == ["changes"]


def test_a_serious_event_is_a_notice_at_once() -> None:
    raised = event(serious=["hospitalisation", "life-threatening"]).doubts()
    assert [(each.kind, each.code) for each in raised] == [(RaisedKind.NOTICE, "serious-adverse-event")]
    assert "hospitalisation, life-threatening" in raised[0].words


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"grade": 5}, "grade-5-not-fatal"),
        ({"outcome": "fatal", "end": 3}, "fatal-not-grade-5"),
        ({"outcome": "fatal", "end": 3}, "fatal-not-serious"),
        ({"serious": ["death"]}, "death-not-fatal"),
        ({"outcome": "recovered"}, "ended-without-end"),
        ({"outcome": "not-recovered", "end": 3}, "lasting-with-end"),
        ({"grade": 1, "grade_proposed": 3}, "signed-below-proposed"),
        ({"grade": None}, "grade-missing"),
        ({"relation": None}, "relation-missing"),
    ],
)
def test_an_event_that_contradicts_itself_is_asked_about(fields: dict[str, Any], code: str) -> None:
    assert code in queries(event(**fields))


def test_an_event_without_contradiction_is_not_asked_about() -> None:
    assert queries(event(0, 10, outcome="recovered", grade=3, grade_proposed=3)) == set()
    fatal = {"outcome": "fatal", "grade": 5, "serious": ["death"]}
    assert queries(event(0, 10, **fatal)) == set()


def test_a_review_that_lists_nothing_is_asked_about() -> None:
    form = AdverseEventReviewForm(on=day(0), found="listed")
    assert [raised.code for raised in form.doubts()] == ["review-contradicted"]


def test_nobody_who_looked_is_no_day() -> None:
    assert toxicity_rows(SUBJECT, [], []) == []


def test_a_review_that_found_nothing_is_grade_0() -> None:
    assert by_day(WORST_RELATED, ("9", review(5))) == {day(5): "0"}
    assert by_day(HYPERSENSITIVITY, ("9", review(5))) == {day(5): "0"}


def test_the_worst_grade_follows_beginning_change_and_end() -> None:
    one = event(3, 20, grade=3, changes=[{"on": day(10), "grade": 1}], outcome="recovered")
    two = event(8, 12, grade=2, outcome="recovered")
    assert by_day(WORST_RELATED, ("1", one), ("2", two), ("3", review(15))) == {
        day(3): "3",
        day(8): "3",
        day(10): "2",
        day(13): "1",
        day(15): "1",
        day(21): "0",
    }


def test_the_last_day_of_an_event_is_in_it() -> None:
    assert by_day(WORST_RELATED, ("1", event(3, 20, grade=3)), ("2", review(20)))[day(20)] == "3"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"relation": "unrelated"}, "0"),
        ({"relation": "unlikely"}, "0"),
        ({"relation": "possible"}, "2"),
        ({"relation": "definite"}, "2"),
        ({"relation": None}, "2"),
        ({"category": "renal"}, "0"),
        ({"grade": None}, "not graded"),
    ],
)
def test_what_counts_is_other_and_possibly_related_and_nothing_unjudged_counts_for_less(
    fields: dict[str, Any], expected: str
) -> None:
    assert by_day(WORST_RELATED, ("1", event(**fields))) == {day(0): expected}


def test_an_event_that_lasts_although_it_has_an_end_goes_on() -> None:
    lasting = event(0, 10, outcome="not-recovered")
    assert by_day(WORST_RELATED, ("1", lasting), ("2", review(30))) == {day(0): "2", day(30): "2"}


def test_a_grade_that_is_not_signed_is_no_number_unless_nothing_could_be_worse() -> None:
    unsigned = event(0, grade=None)
    assert by_day(WORST_RELATED, ("1", unsigned), ("2", event(0, grade=4)))[day(0)] == "not graded"
    assert by_day(WORST_RELATED, ("1", unsigned), ("2", event(0, grade=5)))[day(0)] == "5"
    row = toxicity_rows(SUBJECT, [("1", unsigned)], [])[0]
    assert (row["value_lower"], row["value_upper"]) == (None, None)


def test_hypersensitivity_is_never_over_and_of_any_relation() -> None:
    reaction = event(3, 4, category="hypersensitivity", grade=3, relation="unrelated", outcome="recovered")
    assert by_day(HYPERSENSITIVITY, ("1", reaction), ("2", review(0)), ("3", review(200))) == {
        day(0): "0",
        day(3): "3",
        day(5): "3",
        day(200): "3",
    }
    assert by_day(WORST_RELATED, ("1", reaction))[day(3)] == "0"


def test_a_later_grade_counts_from_its_day_on() -> None:
    reaction = event(3, category="hypersensitivity", grade=1, changes=[{"on": day(5), "grade": 4}])
    assert by_day(HYPERSENSITIVITY, ("1", reaction), ("2", review(4))) == {day(3): "1", day(4): "1", day(5): "4"}


def test_rows_name_the_events_they_rest_on_and_are_complete() -> None:
    rows = toxicity_rows(SUBJECT, [("1", event(0, 10)), ("2", event(5))], [("3", review(20))])
    snapshot = snapshot_with({"measurements": rows})
    assert Snapshot.from_json(snapshot.to_json()) == snapshot
    rested: dict[tuple[date, str], set[str]] = {}
    for row in rows:
        rested.setdefault((row["time_lower"], row["code"]), set()).add(entry_of(row["record_id"]))
    assert rested[day(5), WORST_RELATED] == {"1", "2"}
    assert rested[day(11), WORST_RELATED] == {"2"}
    assert rested[day(5), HYPERSENSITIVITY] == {"2"}, "the event that shows that somebody looked"
    assert rested[day(20), HYPERSENSITIVITY] == {"3"}
    assert len({row["record_id"] for row in rows}) == len(rows)
    assert all(row["value_lower"] == Decimal(row["value_text"]) for row in rows)


def test_a_review_says_that_somebody_asked() -> None:
    row = review(5).rows("3", SUBJECT)["measurements"][0]
    assert (row["code"], row["value_text"], row["time_lower"]) == ("adverse-events-reviewed", "yes", day(5))
