"""What cannot be right in the facts of a subject is named with its day and its entries; what can be is not."""

from dataclasses import replace

import pytest
from tests.analysis_timelines import day_of, tell

from equipoise.analysis.doubts import find_doubts
from equipoise.analysis.facts import AdverseEvent

GOOD = ["-14: baseline T1=50", "10: dose", "84: scan T1=40", "100: operation", "160: scan T1=40", "300: known alive"]


def doubts_of(*more, reader="masked", **changed):
    subject = replace(tell([*GOOD, *more], cut=400), **changed)
    return find_doubts(subject, day_of(400), reader=reader)


def fatal(day, *, end=None, grade=5):
    ends = None if end is None else day_of(end)
    return AdverseEvent("sepsis", "infection", day_of(day), ends, grade, True, False, (9,))


def test_facts_that_can_be_right_raise_no_doubt():
    assert doubts_of() == ()
    assert doubts_of("310: died", "310: left died", adverse_events=(fatal(305),)) == ()
    same_day = ["0: new therapy", "400: dose", "400: scan T1=40", "400: left withdrawn"]
    assert doubts_of(*same_day, planned_scans=((day_of(84), day_of(84)),)) == ()
    assert doubts_of("300: died", "300: scan T1=40", "300: dose") == ()
    assert doubts_of(adverse_events=(fatal(305, end=305, grade=4),)) == ()
    assert doubts_of("310: left withdrawn", adverse_events=(fatal(305, end=309, grade=4),)) == ()


@pytest.mark.parametrize(
    ("more", "on", "words", "entries"),
    [
        (["-5: operation"], -5, "step operation lies before randomisation", (95,)),
        (["-5: died"], -5, "death lies before randomisation", (1,)),
        (["-5: new therapy"], -5, "new anticancer therapy lies before randomisation", (1,)),
        (["-5: left lost"], -5, "the end of participation lies before randomisation", (1,)),
        (["401: died"], 401, "death lies after the cut", (1,)),
        (["401: new therapy"], 401, "new anticancer therapy lies after the cut", (1,)),
        (["401: dose"], 401, "step dose lies after the cut", (501,)),
        (["401: scan T1=40"], 401, "assessment 3 lies after the cut", (2, 3)),
        (["200: died"], 300, "known alive after death", (1,)),
        (["150: died"], 160, "assessment 2 lies after death", (2, 3)),
        (["90: died"], 100, "step operation lies after death", (200,)),
        (["200: operation"], 200, "a second operation (operation): the baseline after the first is kept", (300,)),
        (["310: died", "320: left died"], 320, "death is on record twice", (1,)),
        (["320: left died"], 320, "no day of death", (1,)),
        (["155: scan T1=40"], None, "visit 3 lies not after the visit before it", (2, 3)),
    ],
)
def test_a_doubtful_fact_is_named_with_its_day_and_entries(more, on, words, entries):
    found = [doubt for doubt in doubts_of(*more) if words in doubt.words]
    assert [(one.subject, one.on, one.entries) for one in found] == [
        ("S-001", None if on is None else day_of(on), entries)
    ]


def test_an_adverse_event_of_grade_five_needs_one_death():
    assert "no death is on record" in doubts_of(adverse_events=(fatal(305),))[0].words
    twice = doubts_of("310: died", adverse_events=(fatal(305), fatal(307)))
    assert [(one.on, one.entries) for one in twice] == [(day_of(307), (9,))]


def test_an_adverse_event_that_ends_before_it_begins_is_named():
    assert "ended before it began" in doubts_of(adverse_events=(fatal(305, end=304, grade=2),))[0].words


def test_a_planned_assessment_that_was_never_on_time_is_named():
    scans = ((day_of(84), day_of(83)),)
    assert "on time only until" in doubts_of(planned_scans=scans)[0].words


def test_assessments_are_looked_at_only_where_an_endpoint_does():
    assert doubts_of(reader=None, readings={}) == ()
    doubt = doubts_of(reader="site")[0]
    assert (doubt.words, doubt.on) == ("no assessment was read by the site reader (read by: masked)", None)
