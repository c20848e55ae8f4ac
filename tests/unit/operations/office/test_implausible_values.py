"""A value that fits nobody opens no gate until somebody has confirmed it by answering its query, or corrected it."""

from datetime import timedelta

import pytest
from tests.office_trial import Office

from equipoise.conduct.answers import Action
from equipoise.conduct.raised import RaisedKind
from equipoise.operations.office import attending


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def subject(office):
    """In the arm with the drug on the day of its first dose, without a recent platelet count."""
    subject = office.in_arm("drug-then-surgery")
    office.go_on(10)
    return subject


def gate(office, subject):
    return office.gate(subject, "drug-1").answer


def answer_query(office, subject):
    (item,) = office.file(subject).open_items(RaisedKind.QUERY)
    with office.store.writing() as desk:
        attending.attend(desk, office.coordinator, subject, RaisedKind.QUERY, item.id, words="the laboratory confirms")


def test_an_implausible_value_is_recorded_and_opens_no_gate(office, subject):
    done = office.platelets(subject, "150000")
    assert [each.code for each in done.raised] == ["value-implausible"]
    answer = gate(office, subject)
    assert answer.action is Action.UNKNOWN
    assert any("150000 (to be confirmed or corrected)" in need for need in answer.needs)


def test_an_implausible_value_hides_the_one_before_it(office, subject):
    """The latest counts: an older count that would open the gate is not taken in its place."""
    office.platelets(subject, "150", on=office.today - timedelta(days=1))
    assert gate(office, subject).is_open
    office.platelets(subject, "150000")
    assert gate(office, subject).action is Action.UNKNOWN


def test_a_value_that_was_confirmed_counts(office, subject):
    office.platelets(subject, "3500")
    assert gate(office, subject).action is Action.UNKNOWN
    answer_query(office, subject)
    assert gate(office, subject).is_open


@pytest.mark.parametrize(("right", "action"), [("150", Action.GIVE), ("15", Action.HOLD)])
def test_a_value_that_was_corrected_counts_as_corrected(office, subject, right, action):
    entry = office.platelets(subject, "150000").entry
    office.amend(subject, entry, results=[{"concept": "platelets", "value": right, "unit": "10*9/L"}])
    assert gate(office, subject).action is action


def test_a_correction_to_another_implausible_value_is_asked_about_anew(office, subject):
    entry = office.platelets(subject, "150000").entry
    answer_query(office, subject)
    office.amend(subject, entry, results=[{"concept": "platelets", "value": "15000", "unit": "10*9/L"}])
    assert gate(office, subject).action is Action.UNKNOWN


def test_the_other_results_of_the_same_form_count(office, subject):
    results = [
        {"concept": "platelets", "value": "150", "unit": "10*9/L"},
        {"concept": "albumin", "value": "40", "unit": "g/dL"},
    ]
    office.record(subject, "results", results=results)
    assert gate(office, subject).is_open
