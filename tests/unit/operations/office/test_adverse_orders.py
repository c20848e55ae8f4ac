"""Orders of events by which a dose could slip past a gate, or past the people who have to know of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.office_store import enter
from tests.office_trial import SITE, Office

from equipoise.conduct.answers import Action
from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.moves import Move
from equipoise.conduct.raised import RaisedKind
from equipoise.conduct.roles import Role
from equipoise.conduct.states import Participation
from equipoise.errors import EquipoiseError, RefusedError
from equipoise.operations.office import recording, releasing, sites, subjects
from equipoise.operations.office.acts import Act
from equipoise.operations.office.visibility import Visibility
from equipoise.protocol.site import load_site

DRUG_ARM = "drug-then-surgery"


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def treated(office):
    """In the arm with the drug, with a platelet count of two days ago."""
    subject = office.in_arm(DRUG_ARM)
    office.go_on(7)
    office.platelets(subject, "150", on=office.today - timedelta(days=2))
    return subject


def codes(done, kind=None):
    return [each.code for each in done.raised if kind in (None, each.kind)]


def dose(office, subject, step="drug-1", **content):
    return office.record(subject, "dose", **{"step": step, "administered": "100", "unit": "mg", **content})


def test_two_releases_of_one_step_authorise_one_dose(office, treated):
    office.release(treated, "drug-1")
    office.release(treated, "drug-1")
    assert codes(dose(office, treated)) == []
    assert "without-release" in codes(dose(office, treated, administered="99"), RaisedKind.DEVIATION)


def test_a_dose_that_was_spilt_and_released_anew_is_no_deviation(office, treated):
    office.release(treated, "drug-1")
    assert codes(dose(office, treated, administered="0")) == ["nothing-given"]
    office.release(treated, "drug-1")
    assert codes(dose(office, treated)) == []


def test_a_dose_on_the_day_on_which_treatment_was_discontinued_is_asked_about(office, treated):
    office.release(treated, "drug-1")
    office.move(treated, Move.WITHDRAW_FROM_TREATMENT)
    assert codes(dose(office, treated)) == ["after-discontinuation"]


def test_a_withdrawal_told_late_counts_from_its_own_day(office, treated):
    dose(office, treated)
    office.go_on(10)
    office.move(treated, Move.WITHDRAW_FROM_PROCEDURES, on=office.today - timedelta(days=12))
    done = office.platelets(treated, "100", on=office.today - timedelta(days=11))
    assert codes(done, RaisedKind.DEVIATION) == ["after-withdrawal"]


def test_treatment_that_was_discontinued_by_mistake_counts_from_its_true_end(office, treated):
    dose(office, treated)
    office.go_on(5)
    mistaken = office.state(treated)
    office.move(treated, Move.DISCONTINUE_TREATMENT, office.investigator, reason="wrong subject")
    correct(office, treated, mistaken)
    office.go_on(20)
    office.move(treated, Move.DISCONTINUE_TREATMENT, office.investigator, reason="toxicity")
    done = dose(office, treated, "drug-2", on=office.today - timedelta(days=1))
    assert "after-discontinuation" not in codes(done)


def correct(office, subject, target):
    signature = office.sign(office.investigator, Act.CORRECT, subjects.correction_statement(subject, target))
    with office.store.writing() as desk:
        subjects.correct_state(desk, office.investigator, subject, target, "mistaken", signature)


def test_a_dose_under_no_name_of_the_plan_lets_no_gate_open_until_it_is_placed(office, treated):
    entry = dose(office, treated, "drug1").entry
    answer = office.gate(treated, "drug-1").answer
    assert (answer.action, answer.needs) == (
        Action.UNKNOWN,
        (f"which step drug1 on {office.today} was: the plan has no step of this name",),
    )
    office.amend(treated, entry, step="drug-1")
    assert "Drug-1 was given" in office.gate(treated, "drug-1").answer.closing[0].found


def test_a_dose_that_is_on_record_twice_is_waited_for_from_the_later_day(office, treated):
    dose(office, treated)
    office.go_on(24)
    dose(office, treated)
    office.go_on(24)
    office.platelets(treated, "150")
    (closed,) = office.gate(treated, "drug-2").answer.closing
    assert (closed.rule, closed.action) == ("interval", Action.HOLD), "48 days after the first, 24 after the second"
    office.go_on(1)
    assert office.gate(treated, "drug-2").answer.is_open, "28 days, up to 3 earlier"


def test_what_comes_between_a_release_and_the_dose_is_told_at_once(office, treated):
    office.release(treated, "drug-1")
    assert codes(office.platelets(treated, "30"), RaisedKind.NOTICE) == ["after-release"]
    stopped = office.record(treated, "course-stopped", course="drug", reason="toxicity")
    assert codes(stopped, RaisedKind.NOTICE) == ["after-release"]
    dose(office, treated)
    assert codes(office.platelets(treated, "31")) == [], "it was given: nothing waits any more"


def test_premedication_after_a_release_is_no_news(office, treated):
    office.release(treated, "drug-1")
    assert codes(office.record(treated, "medication", drug="antiemetic")) == []
    yesterday = office.today - timedelta(days=1)
    assert codes(office.record(treated, "medication", drug="analogue", on=yesterday)) == ["after-release"]


def test_a_day_that_later_gates_counted_from_is_not_corrected_without_a_word(office, treated):
    entry = dose(office, treated).entry
    office.go_on(28)
    office.platelets(treated, "150")
    office.release(treated, "drug-2")
    moved = office.amend(treated, entry, on=(office.today - timedelta(days=9)).isoformat())
    assert "gate-used-old-course" in codes(moved, RaisedKind.QUERY)


def test_a_dose_that_is_struck_out_after_the_end_of_treatment_is_asked_about(office, treated):
    dose(office, treated)
    office.go_on(28)
    entry = dose(office, treated, "drug-2").entry
    office.go_on(42)
    office.record(treated, "operation", step="surgery-day", approach="open", resection="R0", lesions_removed=1)
    assert "treatment-not-over" not in codes(office.amend(treated, entry, lot="B7"))
    assert "treatment-not-over" in codes(office.amend(treated, entry), RaisedKind.QUERY)


def test_a_request_key_is_not_taken_for_something_else(office, treated):
    office.record(treated, "visit", request="key", text="one")
    with pytest.raises(RefusedError, match="was used for something else"):
        office.record(treated, "visit", request="key", text="two")


def test_a_dose_after_its_course_was_stopped_is_a_deviation_although_it_was_released(office, treated):
    office.release(treated, "drug-1")
    office.record(treated, "course-stopped", course="drug", reason="toxicity")
    same_day = dose(office, treated)
    assert [(each.kind, each.code) for each in same_day.raised] == [(RaisedKind.QUERY, "after-its-stop")]
    office.go_on(1)
    assert "after-its-stop" in codes(dose(office, treated, "drug-2"), RaisedKind.DEVIATION)


def test_a_stop_told_late_asks_about_what_was_given_since(office, treated):
    dose(office, treated)
    stopped = office.record(treated, "course-stopped", course="drug", reason="x", on=office.today - timedelta(days=1))
    assert codes(stopped, RaisedKind.QUERY) == ["given-after-stop"]


def test_what_the_plan_does_not_count_on_is_released_only_after_the_end_of_treatment(office, treated):
    """A retreatment has no interval from the cycles that the plan gates: before their end it could be a second dose."""
    ruling = replace(office.gate(treated, "drug-1"), is_further=True)
    assert ruling.answer.is_open
    with office.store.reading() as view, pytest.raises(RefusedError, match="given after the end"):
        releasing.check_release(view, office.investigator, ruling, office.today)


def test_a_death_told_late_asks_about_what_is_on_record_since(office, treated):
    dose(office, treated)
    office.go_on(3)
    office.record(treated, "adverse-event", term="sepsis", category="other", grade=5)
    died = office.move(treated, Move.DIE, on=office.today - timedelta(days=6), source="letter")
    raised = [(each["code"], each["words"]) for each in died.new("raised", Visibility.TREATMENT)]
    assert [code for code, _ in raised] == ["after-the-end"] * 2, "the count and the dose; an event happens to somebody"
    assert office.state(treated).participation is Participation.DIED
    assert len(office.file(treated).open_items(RaisedKind.QUERY)) >= 2


def test_a_discontinuation_told_late_asks_about_doses_alone(office, treated):
    dose(office, treated)
    office.go_on(3)
    ended = office.move(
        treated, Move.DISCONTINUE_TREATMENT, office.investigator, on=office.today - timedelta(days=4), reason="toxicity"
    )
    assert [each["code"] for each in ended.new("raised", Visibility.TREATMENT)] == ["after-the-end"]


def test_a_fatal_event_is_told_at_once_although_nobody_ticked_that_it_was_serious(office, treated):
    event = {"term": "sepsis", "category": "other", "relation": "unrelated"}
    done = office.record(treated, "adverse-event", **event, grade=5)
    assert codes(done, RaisedKind.NOTICE) == ["serious-adverse-event"]
    assert "death-not-recorded" in codes(done, RaisedKind.QUERY)
    office.move(treated, Move.DIE, source="letter")
    done = office.record(treated, "adverse-event", **event, grade=4, outcome="fatal")
    assert codes(done, RaisedKind.NOTICE) == ["serious-adverse-event"]
    assert "death-not-recorded" not in codes(done)


def test_a_result_whose_units_contradict_each_other_is_refused(office, treated):
    """79 g/L are 7.9 g/dL: a haemoglobin that holds the dose, and by the other unit ten times that."""
    result = {"concept": "haemoglobin", "value": "79 g/L", "unit": "g/dL"}
    with pytest.raises(EquipoiseError, match="is another than the one that stands in the value"):
        office.record(treated, "results", results=[result])
    assert not office.record(treated, "results", results=[{**result, "unit": "g/L"}]).raised


def test_a_masked_reading_is_one_only_by_a_masked_reader_and_is_entered_once(office, treated):
    content = {"on": office.today, "reader": "mara", "reader_kind": "masked", "lesions": []}
    assert codes(office.record(treated, "tumour-assessment", **content)) == ["not-a-masked-reader"]
    reader = enter(office.store, "mara", Role.MASKED_READER)

    def read(**changes):
        with office.store.writing() as desk:
            return recording.read_scan(desk, reader, treated, read_form("tumour-assessment", {**content, **changes}))

    first, again = read(), read()
    assert (first.is_repeat, again.is_repeat, again.entry) == (False, True, first.entry)
    with pytest.raises(RefusedError, match="not that of a masked reader"):
        read(reader_kind="site")


def test_a_gate_that_was_asked_before_the_ranges_of_the_site_changed_releases_nothing(office, treated, tmp_path):
    ruling = office.gate(treated, "drug-1")
    file = tmp_path / "leeds.yaml"
    file.write_text(
        "site: Leeds\nranges: [{concept: platelets, unit: 10*9/L, low: 150, high: 400}]\n", encoding="utf-8"
    )
    with office.store.writing() as desk:
        sites.set_settings(desk, office.admin, office.protocol, SITE, load_site(file), "new analyser")
    with office.store.reading() as view, pytest.raises(RefusedError, match="has other settings since"):
        releasing.check_release(view, office.investigator, ruling, office.today)


def test_a_full_dose_where_a_reduced_one_was_released_is_a_notice(office, treated):
    dose(office, treated)
    office.go_on(20)
    office.platelets(treated, "40")
    office.go_on(8)
    office.platelets(treated, "150")
    office.release(treated, "drug-2")
    assert codes(dose(office, treated, "drug-2"), RaisedKind.NOTICE) == ["more-than-released"]
