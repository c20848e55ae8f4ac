"""What facts keep of a result and of an adverse event beside what an endpoint reads; by the forms entered here."""

from datetime import date, timedelta
from decimal import Decimal

from tests.analysis_trial import with_plan

from equipoise.operations.analysing.course_facts import adverse_events_of, labs_of
from equipoise.operations.analysing.tables import make_tables


def test_a_result_keeps_the_range_of_its_laboratory():
    office = with_plan()
    subject = office.allocated()
    given = {"concept": "platelets", "value": "149", "unit": "10*9/L", "range_low": "150", "range_high": "400"}
    office.record(subject, "results", results=[given, {"concept": "haemoglobin", "value": "12", "unit": "g/dL"}])
    ranges = [(each.range_low, each.range_high) for each in labs_of(office.file(subject))]
    assert ranges == [(Decimal(150), Decimal(400)), (None, None)]


def test_an_adverse_event_keeps_what_was_done_and_how_it_ended_but_nothing_that_came_after_the_day():
    office = with_plan()
    subject = office.allocated()
    office.go_on(10)
    begun, ended = office.today - timedelta(5), office.today
    stated = {"term": "sepsis", "category": "other", "grade": 5, "action": "stopped", "outcome": "fatal"}
    serious = ["hospitalisation", "death"]
    office.record(subject, "adverse-event", on=begun, end=ended, serious=serious, **stated)
    office.record(subject, "adverse-event", on=begun, term="nausea", category="other", grade=1)

    def told(day: date) -> list[tuple]:
        events = adverse_events_of(office.file(subject), day)
        return [(each.term, each.action, each.outcome, each.serious) for each in events]

    nausea = ("nausea", "", "", ())
    assert told(ended) == [("sepsis", "stopped", "fatal", ("death", "hospitalisation")), nausea]
    assert told(begun) == [("sepsis", "stopped", "", ("hospitalisation",)), nausea]


def test_an_adverse_event_is_not_serious_yet_by_a_death_that_came_after_the_day():
    """Grade 2 on the day of the cut; that somebody died of it five days later made it serious then."""
    office = with_plan()
    subject = office.allocated()
    office.go_on(10)
    begun, ended = office.today - timedelta(5), office.today
    office.record(
        subject,
        "adverse-event",
        on=begun,
        end=ended,
        term="sepsis",
        category="other",
        grade=2,
        changes=[{"on": ended, "grade": 5}],
        outcome="fatal",
        serious=["death"],
    )
    at = {day: adverse_events_of(office.file(subject), day)[0] for day in (begun, ended)}
    assert (at[begun].worst_grade, at[begun].is_serious) == (2, False)
    assert (at[ended].worst_grade, at[ended].is_serious) == (5, True)


def test_a_cause_that_nobody_has_judged_is_empty_in_the_table_of_an_analysis():
    office = with_plan()
    subject = office.allocated()
    for term, judged in {"nausea": {}, "fall": {"relation": "unrelated"}, "rash": {"relation": "probable"}}.items():
        office.record(subject, "adverse-event", term=term, category="other", grade=1, **judged)
    office.lock()
    rows = make_tables(office.analysed(office.cut("final")))["adverse_events"].to_pylist()
    assert {row["term"]: row["is_related"] for row in rows} == {"nausea": None, "fall": False, "rash": True}
