"""What is entered after a dose was given, and would have closed the gate before it, is told.

The gate of the protocol of these tests: platelets of the last 7 days of at least 75, and a table that holds below 50.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.office_trial import Office

from equipoise.conduct.raised import RaisedKind
from equipoise.operations.office import late_facts, recording
from equipoise.operations.office.rulings import Rules

CODE = "gate-would-have-answered"


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def treated(office):
    """Given the first dose today, on a platelet count of two days ago."""
    subject = office.in_arm("drug-then-surgery")
    office.go_on(7)
    office.platelets(subject, "150", on=office.today - timedelta(days=2))
    give(office, subject, "drug-1")
    return subject


def give(office, subject, step):
    office.release(subject, step)
    return office.record(subject, "dose", step=step, administered="100", unit="mg")


def told(done):
    return [each.kind for each in done.raised if each.code == CODE]


BOTH = [RaisedKind.QUERY, RaisedKind.NOTICE]


def test_a_result_of_the_morning_of_a_dose_entered_a_day_later_is_told(office, treated):
    day = office.today
    office.go_on(1)
    done = office.platelets(treated, "20", on=day)
    assert told(done) == BOTH
    (query,) = (each.words for each in done.raised if (each.kind, each.code) == (RaisedKind.QUERY, CODE))
    assert f"the gate of drug-1 on {day} would have answered hold" in query
    assert "Platelets of the last 7 days at least 75" in query


def test_a_result_that_changes_no_answer_tells_nothing(office, treated):
    day = office.today
    office.go_on(1)
    assert told(office.platelets(treated, "80", on=day)) == []
    assert told(office.platelets(treated, "20", on=day - timedelta(days=4))) == [], "not the latest"


def test_a_result_of_a_day_after_the_dose_is_no_late_fact(office, treated):
    office.go_on(1)
    assert told(office.platelets(treated, "20")) == []


def test_a_late_fact_is_told_once_and_not_by_what_comes_after_it(office, treated):
    day = office.today
    office.go_on(1)
    office.platelets(treated, "20", on=day)
    assert told(office.platelets(treated, "90", on=day - timedelta(days=5))) == []


def test_a_result_corrected_to_one_that_closes_the_gate_is_told(office, treated):
    entry = office.platelets(treated, "100").entry
    wrong = {"results": [{"concept": "platelets", "value": "30", "unit": "10*9/L"}]}
    assert told(office.amend(treated, entry, **wrong)) == BOTH


def test_a_day_corrected_into_the_window_is_told(office, treated):
    day = office.today
    office.go_on(1)
    entry = office.platelets(treated, "20").entry
    assert told(office.amend(treated, entry, on=day)) == BOTH


def test_the_only_result_struck_out_is_told(office):
    subject = office.in_arm("drug-then-surgery")
    office.go_on(15)
    entry = office.platelets(subject, "150").entry
    give(office, subject, "drug-1")
    assert told(office.amend(subject, entry)) == BOTH


def test_a_correction_back_to_what_was_released_tells_nothing(office, treated):
    day = office.today
    office.go_on(1)
    entry = office.platelets(treated, "20", on=day).entry
    right = {"results": [{"concept": "platelets", "value": "200", "unit": "10*9/L"}]}
    assert told(office.amend(treated, entry, **right)) == []


def test_a_release_without_a_dose_is_asked_about_and_calls_nobody(office):
    subject = office.in_arm("drug-then-surgery")
    office.go_on(7)
    office.platelets(subject, "150")
    office.release(subject, "drug-1")
    day = office.today
    office.go_on(1)
    assert told(office.platelets(subject, "20", on=day)) == [RaisedKind.QUERY]


def test_a_dose_of_an_earlier_interval_changes_what_the_next_gate_would_have_said(office, treated):
    """A low count between two doses, told after the second one: by the table the dose is given reduced."""
    first = office.today
    office.go_on(28)
    office.platelets(treated, "150")
    give(office, treated, "drug-2")
    office.go_on(1)
    done = office.platelets(treated, "40", on=first + timedelta(days=10))
    assert told(done) == [RaisedKind.QUERY], "reduced is open: nobody is called"
    assert any("drug-2" in each.words and "answered reduce" in each.words for each in done.raised)


def test_what_came_after_the_dose_on_its_day_is_left_out_when_the_gate_is_asked_again(office, treated):
    day = office.today
    office.record(treated, "course-stopped", course="drug", reason="toxicity")
    office.go_on(1)
    assert told(office.platelets(treated, "20", on=day)) == BOTH, "not hidden by a course that was stopped since"


def test_the_dose_itself_and_its_premedication_are_no_late_facts(office, treated):
    day = office.today
    office.go_on(1)
    assert told(office.record(treated, "medication", drug="antiemetic", on=day)) == []
    assert told(office.record(treated, "course-stopped", course="drug", reason="toxicity", on=day)) == []


def test_before_a_release_no_gate_is_asked_again(office, monkeypatch):
    subject = office.in_arm("drug-then-surgery")
    monkeypatch.setattr(late_facts, "judge_gate", None)
    assert told(office.platelets(subject, "20")) == []


def test_a_gate_that_cannot_be_asked_again_is_said_so_and_the_record_is_written(office, treated):
    """The protocol at hand is not the one that was approved."""
    rules = Rules(office.protocol.model_copy(update={"title": "Another"}))
    office.rules = replace(rules, protocol=rules.protocol.model_copy(update={"versions": changed(office)}))
    done = office.platelets(treated, "20")
    assert [each.code for each in done.raised if each.kind is RaisedKind.QUERY] == ["gate-not-asked-again"]
    assert isinstance(done, recording.Recorded)


def changed(office):
    return [each.model_copy(update={"label": "Changed"}) for each in office.protocol.versions]
