"""Grades by day: one pass says the same as looking at every event on every day, with rows that grow with the events."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.conduct.forms.adverse_event import EventCategory
from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.toxicity_rows import HYPERSENSITIVITY, NAMED_AT_MOST, UNSIGNED, WORST_RELATED, toxicity_rows

START = date(2026, 1, 1)


def day(number):
    return START + timedelta(days=number)


@st.composite
def adverse_events(draw):
    begins = draw(st.integers(0, 12))
    content = {"on": day(begins), "term": "an event", "category": draw(st.sampled_from(["other", "hypersensitivity"]))}
    grade = draw(st.sampled_from([None, 1, 2, 3, 4, 5]))
    relation = draw(st.sampled_from([None, "unrelated", "possible"]))
    length = draw(st.sampled_from([None, 0, 1, 4]))
    content |= {} if grade is None else {"grade": grade}
    content |= {} if relation is None else {"relation": relation}
    content |= {} if length is None else {"end": day(begins + length), "outcome": "recovered"}
    later = draw(st.sets(st.integers(begins + 1, begins + 4), max_size=2))
    changes = [{"on": day(number), "grade": draw(st.integers(1, 5))} for number in sorted(later)]
    return read_form("adverse-event", content | ({"changes": changes} if changes else {}))


def reviews_on(days):
    return [read_form("adverse-event-review", {"on": day(number), "found": "none-new"}) for number in days]


def entered(forms, first=1):
    return [(str(first + number), form) for number, form in enumerate(forms)]


def grade_that_day(event, on):
    """The grade that counts for an event on a day: False when it does not count, None when it is not signed."""
    if event.category is EventCategory.HYPERSENSITIVITY:
        if event.on > on:
            return False
        return event.grade and max(event.grade, *(each.grade for each in event.changes if each.on <= on), 0)
    if not event.is_related or not event.on <= on or (event.is_over and on > event.end):
        return False
    last = [each for each in event.changes if each.on <= on]
    return max(last, key=lambda each: each.on).grade if last else event.grade


def plainly(events, reviews):
    """The grades by concept and day, every event looked at on every day."""
    days = {review.on for review in reviews}
    for event in events:
        days |= {event.on, *(change.on for change in event.changes)}
        days |= {event.end + timedelta(days=1)} if event.is_over else set()
    found = {}
    for concept, category in ((WORST_RELATED, EventCategory.OTHER), (HYPERSENSITIVITY, EventCategory.HYPERSENSITIVITY)):
        for on in days:
            grades = [grade_that_day(event, on) for event in events if event.category is category]
            grades = [grade for grade in grades if grade is not False]
            worst = max((grade for grade in grades if grade is not None), default=0)
            found[concept, on] = UNSIGNED if None in grades and worst < 5 else str(worst)
    return found


@settings(max_examples=300, deadline=None)
@given(st.lists(adverse_events(), max_size=7), st.lists(st.integers(0, 20), max_size=3))
def test_the_grades_by_day_are_those_of_looking_at_every_event(events, asked):
    reviews = reviews_on(asked)
    rows = toxicity_rows("S-1", entered(events), entered(reviews, 100))
    told = {}
    for row in rows:
        told.setdefault((row["code"], row["time_lower"]), set()).add(row["value_text"])
    assert told == {key: {value} for key, value in plainly(events, reviews).items()}


@settings(max_examples=200, deadline=None)
@given(st.lists(adverse_events(), min_size=1, max_size=7))
def test_every_event_that_is_named_decides_the_grade_it_is_named_with(events):
    by_entry = dict(entered(events))
    for row in toxicity_rows("S-1", entered(events), []):
        event, value = by_entry[row["record_id"].split("/")[0]], row["value_text"]
        if value not in ("0", UNSIGNED):
            assert grade_that_day(event, row["time_lower"]) == int(value)
        elif value == UNSIGNED:
            assert grade_that_day(event, row["time_lower"]) is None


def test_a_thousand_events_that_last_make_rows_by_the_thousand_and_not_by_the_million():
    content = {"term": "fatigue", "category": "other", "grade": 2}
    events = [read_form("adverse-event", {**content, "on": day(number)}) for number in range(1000)]
    rows = toxicity_rows("S-1", entered(events), [])
    assert len([row for row in rows if row["code"] == WORST_RELATED]) <= NAMED_AT_MOST * len(events)
    assert len([row for row in rows if row["code"] == HYPERSENSITIVITY]) == len(events), "somebody looked on each day"


def test_an_event_that_is_worse_is_named_alone_and_the_milder_ones_come_back_after_it():
    mild = {"on": day(0), "term": "fatigue", "category": "other", "grade": 1}
    worse = {"on": day(2), "end": day(3), "term": "fall", "category": "other", "grade": 3, "outcome": "recovered"}
    events = entered([read_form("adverse-event", each) for each in (mild, mild, worse)])
    rows = [row for row in toxicity_rows("S-1", events, []) if row["code"] == WORST_RELATED]
    named = [(row["time_lower"], row["value_text"], row["record_id"].split("/")[0]) for row in rows]
    assert named == [(day(0), "1", "1"), (day(0), "1", "2"), (day(2), "3", "3"), (day(4), "1", "1"), (day(4), "1", "2")]
