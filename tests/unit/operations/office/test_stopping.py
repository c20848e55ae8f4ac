"""Stopping rules of a plan: a notice at the subject that reaches the number, whether recorded or amended to it."""

import pytest
from tests.office_trial import Office

from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.raised import RaisedKind
from equipoise.operations.office import recording
from equipoise.protocol.plan import StoppingRule

RULE = "two-serious"


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def plan(office):
    rule = StoppingRule(id=RULE, label="Serious, grade 3 or worse", at_least=2, grade=3, is_serious=True, source="here")
    return office.protocol.plan_of("first").model_copy(update={"stopping": [rule]})


def event_of(office, grade, **fields):
    content = {"on": office.today, "term": "fall", "category": "other", "grade": grade, "serious": ["hospitalisation"]}
    return read_form("adverse-event", content | fields)


def record(office, plan, subject, form):
    with office.store.writing() as desk:
        return recording.record(desk, office.coordinator, plan, subject, form)


def notices(done):
    return [each.code for each in done.raised if each.kind is RaisedKind.NOTICE]


def test_the_subject_that_reaches_the_number_raises_a_notice(office, plan):
    first, second, third = (office.allocated() for _ in range(3))
    assert RULE not in notices(record(office, plan, first, event_of(office, 3)))
    assert RULE not in notices(record(office, plan, second, event_of(office, 2)))
    assert RULE in notices(record(office, plan, third, event_of(office, 4)))


def test_two_events_of_one_subject_are_one_subject(office, plan):
    subject = office.allocated()
    record(office, plan, subject, event_of(office, 3))
    assert RULE not in notices(record(office, plan, subject, event_of(office, 4, term="another fall")))


def test_an_event_amended_to_a_grade_that_counts_raises_a_notice(office, plan):
    first, second = office.allocated(), office.allocated()
    record(office, plan, first, event_of(office, 3))
    entry = record(office, plan, second, event_of(office, 2)).entry
    with office.store.writing() as desk:
        worse = event_of(office, 4)
        done = recording.amend(desk, office.coordinator, plan, second, entry, worse, "it became worse")
    assert RULE in notices(done)


def test_a_grade_that_nobody_signed_counts_as_the_worst(office, plan):
    first, second = office.allocated(), office.allocated()
    record(office, plan, first, event_of(office, 3))
    unsigned = read_form("adverse-event", {**event_of(office, 3).to_json(), "grade": None})
    assert RULE in notices(record(office, plan, second, unsigned))
