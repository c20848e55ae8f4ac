"""Stopping rules of a plan: a notice at the subject that reaches the number, whether recorded or amended to it."""

import pytest
from tests.office_trial import Office

from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.raised import RaisedKind
from equipoise.operations.office import recording
from equipoise.operations.office.files import read_file
from equipoise.operations.office.rulings import Rules
from equipoise.protocol.plan import StoppingRule

RULE = "two-serious"


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def rules(office):
    """The rules of the trial, with a stopping rule in the plan."""
    rule = StoppingRule(id=RULE, label="Serious, grade 3 or worse", at_least=2, grade=3, is_serious=True, source="here")
    plans = {name: plan.model_copy(update={"stopping": [rule]}) for name, plan in office.protocol.plans.items()}
    return Rules(office.protocol.model_copy(update={"plans": plans}))


def event_of(office, grade, **fields):
    content = {"on": office.today, "term": "fall", "category": "other", "grade": grade, "serious": ["hospitalisation"]}
    return read_form("adverse-event", content | fields)


def record(office, rules, subject, form):
    with office.store.writing() as desk:
        return recording.record(desk, office.coordinator, rules, subject, form)


def notices(done):
    return [each.code for each in done.raised if each.kind is RaisedKind.NOTICE]


def test_the_subject_that_reaches_the_number_raises_a_notice(office, rules):
    first, second, third = (office.allocated() for _ in range(3))
    assert RULE not in notices(record(office, rules, first, event_of(office, 3)))
    assert RULE not in notices(record(office, rules, second, event_of(office, 2)))
    assert RULE in notices(record(office, rules, third, event_of(office, 4)))


def test_two_events_of_one_subject_are_one_subject(office, rules):
    subject = office.allocated()
    record(office, rules, subject, event_of(office, 3))
    assert RULE not in notices(record(office, rules, subject, event_of(office, 4, term="another fall")))


def test_an_event_amended_to_a_grade_that_counts_raises_a_notice(office, rules):
    first, second = office.allocated(), office.allocated()
    record(office, rules, first, event_of(office, 3))
    entry = record(office, rules, second, event_of(office, 2)).entry
    with office.store.writing() as desk:
        worse = event_of(office, 4)
        done = recording.amend(desk, office.coordinator, rules, second, entry, worse, "it became worse")
    assert RULE in notices(done)


def test_a_grade_that_nobody_signed_counts_as_the_worst(office, rules):
    first, second = office.allocated(), office.allocated()
    record(office, rules, first, event_of(office, 3))
    unsigned = read_form("adverse-event", {**event_of(office, 3).to_json(), "grade": None})
    assert RULE in notices(record(office, rules, second, unsigned))


def test_what_was_corrected_since_it_was_counted_is_counted_anew(office, rules):
    first, second, third, fourth = (office.allocated() for _ in range(4))
    entry = record(office, rules, first, event_of(office, 3)).entry
    assert RULE in notices(record(office, rules, second, event_of(office, 3)))
    with office.store.writing() as desk:
        recording.amend(desk, office.coordinator, rules, first, entry, None, "it was another person")
    for subject, n_subjects in ((third, 2), (fourth, 3)):
        raised = record(office, rules, subject, event_of(office, 3)).raised
        assert [f": {n_subjects} subjects;" in each.words for each in raised if each.code == RULE] == [True]


def test_only_files_that_changed_are_looked_through(office, rules, monkeypatch):
    """Of those whose file is up to date it is remembered what was found."""
    subjects = [office.allocated() for _ in range(5)]
    record(office, rules, subjects[0], event_of(office, 3))
    read = []
    monkeypatch.setattr(
        "equipoise.operations.office.stopping.read_file",
        lambda view, subject: read.append(subject) or read_file(view, subject),
    )
    record(office, rules, subjects[1], event_of(office, 3))
    assert read == subjects[:1], "the others have no new event since the first was counted"
    record(office, rules, subjects[2], event_of(office, 3))
    assert read == [*subjects[:1], *subjects[1:2]]
