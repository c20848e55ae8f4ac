"""What happens to an allocated subject: released, recorded, corrected, attended to; and what none of it tells."""

from datetime import timedelta

import pytest
from tests.office_store import enter
from tests.office_trial import SITE, Office, refused

from equipoise.conduct.answers import Action
from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.moves import Move
from equipoise.conduct.raised import RaisedKind
from equipoise.conduct.roles import Role
from equipoise.conduct.states import Participation, SubjectState, Treatment
from equipoise.errors import RefusedError
from equipoise.operations.office import attending, recording, subjects
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.rows import Subject
from equipoise.operations.office.visibility import Visibility
from equipoise.protocol.deviations import DeviationClass

DRUG_ARM, OTHER_ARM = "drug-then-surgery", "surgery"


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def treated(office):
    """In the arm with the drug, with a platelet count of today, the day after allocation."""
    subject = office.in_arm(DRUG_ARM)
    office.go_on(1)
    office.platelets(subject, "150")
    return subject


def codes(done, kind=None):
    return [each.code for each in done.raised if kind in (None, each.kind)]


def give_first_dose(office, subject):
    office.release(subject, "drug-1")
    return office.record(subject, "dose", step="drug-1", administered="100", unit="mg")


def test_an_open_gate_lets_the_step_be_released_for_today_alone(office, treated):
    office.release(treated, "drug-1")
    (released,) = office.file(treated).released
    assert (released.step, released.on, released.level, str(released.amount)) == ("drug-1", office.today, "full", "100")
    office.go_on(1)
    done = office.record(treated, "dose", step="drug-1", administered="100", unit="mg")
    assert codes(done) == ["without-release", "without-release"]


def test_a_closed_gate_releases_nothing_and_says_what_would_unlock_it(office, treated):
    office.go_on(1)
    office.platelets(treated, "74")
    refused(office, "Platelets 74 10*9/L", office.release, treated, "drug-1")
    refused(office, "A platelet count of the last 7 days of 75 or more", office.release, treated, "drug-1")


def test_an_unknown_gate_releases_nothing(office):
    subject = office.in_arm(DRUG_ARM)
    office.go_on(8)
    assert office.gate(subject, "drug-1").answer.action is Action.UNKNOWN
    refused(office, "says unknown", office.release, subject, "drug-1")


def test_a_gate_asked_before_something_was_recorded_releases_nothing(office, treated):
    ruling = office.gate(treated, "drug-1")
    office.platelets(treated, "60")
    with office.store.reading() as view, pytest.raises(RefusedError, match="changed by someone else"):
        ruling.check_current(view, office.today)


def test_a_step_of_the_other_arm_is_never_released(office):
    subject = office.in_arm(OTHER_ARM)
    office.platelets(subject, "150")
    assert office.gate(subject, "drug-1").answer.action is Action.STOP
    refused(office, "says stop", office.release, subject, "drug-1")


def test_nothing_is_released_to_who_withdrew_or_died(office, treated):
    office.move(treated, Move.DIE, source="letter")
    refused(office, "cannot continue treatment", office.release, treated, "drug-1")


def test_only_those_who_treat_release(office, treated):
    refused(office, "may not release", office.release, treated, "drug-1", office.coordinator)
    team = enter(office.store, "tom", Role.TREATING_TEAM, SITE)
    assert office.release(treated, "drug-1", team).entry.signature is not None


def test_a_released_dose_raises_nothing_and_begins_the_treatment(office, treated):
    done = give_first_dose(office, treated)
    assert done.raised == ()
    assert office.state(treated) == SubjectState(Participation.RANDOMISED, Treatment.ON_TREATMENT)


def test_a_dose_without_a_release_is_recorded_as_a_deviation_with_a_notice(office, treated):
    done = office.record(treated, "dose", step="drug-1", administered="100", unit="mg")
    assert codes(done, RaisedKind.DEVIATION) == ["without-release"]
    assert codes(done, RaisedKind.NOTICE) == ["without-release"]
    assert office.state(treated).treatment is Treatment.ON_TREATMENT


def test_a_release_is_used_once(office, treated):
    give_first_dose(office, treated)
    again = office.record(treated, "dose", step="drug-1", administered="99", unit="mg")
    assert "without-release" in codes(again)
    assert "step-twice" in codes(again)


def test_surgery_while_the_drug_is_open_is_recorded_and_queried_with_a_notice(office, treated):
    give_first_dose(office, treated)
    office.go_on(10)
    done = office.record(treated, "operation", step="surgery-day", approach="open", resection="R0", lesions_removed=2)
    assert "earlier-course-open" in codes(done, RaisedKind.DEVIATION)
    assert "earlier-course-open" in codes(done, RaisedKind.QUERY)
    assert "earlier-course-open" in codes(done, RaisedKind.NOTICE)
    assert office.state(treated).treatment is Treatment.ON_TREATMENT


def test_a_visit_after_death_is_recorded_and_queried(office, treated):
    office.move(treated, Move.DIE, source="letter")
    office.go_on(3)
    done = office.record(treated, "visit", activity="scan")
    assert codes(done, RaisedKind.QUERY) == ["after-the-end"]
    assert office.state(treated).participation is Participation.DIED


def test_a_procedure_before_consent_is_recorded_as_a_deviation(office):
    subject = office.identified()
    done = office.platelets(subject, "150")
    assert codes(done) == ["before-consent", "before-consent"]


def test_the_last_planned_step_ends_the_treatment(office):
    subject = office.in_arm(OTHER_ARM)
    office.go_on(20)
    office.release(subject, "surgery-day")
    office.record(subject, "operation", step="surgery-day", approach="open", resection="R0", lesions_removed=1)
    assert office.state(subject).treatment is Treatment.ENDED
    assert office.move(subject, Move.ENTER_FOLLOW_UP).new("participation", Visibility.TREATMENT) == "follow-up"


def test_a_course_that_is_stopped_lets_the_operation_follow(office, treated):
    give_first_dose(office, treated)
    office.go_on(22)
    office.record(treated, "course-stopped", course="drug", reason="toxicity")
    office.record(treated, "decision", decision="resectable", option="yes")
    office.go_on(10)
    office.release(treated, "surgery-day")
    office.record(treated, "operation", step="surgery-day", approach="open", resection="R0", lesions_removed=1)
    assert office.state(treated).treatment is Treatment.ENDED


def test_a_decision_that_ends_what_is_left_ends_the_treatment(office, treated):
    give_first_dose(office, treated)
    office.go_on(22)
    office.record(treated, "course-stopped", course="drug", reason="toxicity")
    office.record(treated, "decision", decision="resectable", option="no")
    assert office.state(treated).treatment is Treatment.ENDED
    assert office.gate(treated, "surgery-day").answer.action is Action.STOP


def test_of_two_decisions_of_one_day_the_later_one_counts_at_once(office, treated):
    """Found by a random sequence: the second of the day was taken for the first, and nobody was moved."""
    give_first_dose(office, treated)
    office.go_on(22)
    office.record(treated, "course-stopped", course="drug", reason="toxicity")
    office.record(treated, "decision", decision="resectable", option="yes")
    office.record(treated, "decision", decision="resectable", option="no")
    assert office.state(treated).treatment is Treatment.ENDED
    assert office.gate(treated, "surgery-day").answer.action is Action.STOP


def test_treatment_is_not_over_before_everything_was_given(office, treated):
    give_first_dose(office, treated)
    event = office.move(treated, Move.END_TREATMENT, office.investigator)
    assert [each["code"] for each in event.new("raised", Visibility.TREATMENT)] == ["planned-treatment-given"]
    assert office.state(treated).treatment is Treatment.ON_TREATMENT


def test_a_day_in_the_future_is_refused(office, treated):
    tomorrow = office.today + timedelta(days=1)
    refused(office, "on: lies in the future", office.platelets, treated, "150", tomorrow)


def test_after_the_lock_nothing_is_recorded_or_amended(office, treated):
    entry = next(iter(office.file(treated).entered))
    office.lock()
    refused(office, "is locked", office.platelets, treated, "151")
    refused(office, "is locked", office.amend, treated, entry)


def test_what_was_recorded_before_is_not_recorded_again(office, treated):
    again = office.platelets(treated, "150")
    assert again.is_repeat
    assert len(office.file(treated).entered) == 1


def test_the_same_request_records_once(office, treated):
    first = office.record(treated, "visit", request="key-1", activity="scan")
    again = office.record(treated, "visit", request="key-1", activity="scan", comment="sent again")
    assert (again.is_repeat, again.entry) == (True, first.entry)


def test_the_key_of_an_allocation_records_nothing(office, treated):
    with pytest.raises(RefusedError, match="was used for something else"):
        office.record(treated, "visit", request=f"request-{treated}", activity="scan")


def test_the_key_of_a_record_makes_no_row(office, treated):
    """Rows are open to every role: one for each record would tell how much was recorded."""
    before = {row: dict(rows) for row, rows in office.store.tables.items()}
    office.record(treated, "visit", request="key-1", activity="scan")
    assert office.store.tables == before


def test_a_dose_of_which_nothing_was_given_begins_no_treatment(office, treated):
    done = office.record(treated, "dose", step="drug-1", administered="0", unit="mg")
    assert "nothing-given" in codes(done)
    assert office.state(treated).treatment is Treatment.ASSIGNED


def test_a_step_amended_to_another_day_than_it_was_released_for_is_a_deviation(office, treated):
    given = give_first_dose(office, treated)
    done = office.amend(treated, given.entry, on=office.today - timedelta(days=1))
    assert "without-release" in codes(done, RaisedKind.DEVIATION)
    assert office.file(treated).entered[given.entry].release is None
    back = office.amend(treated, given.entry, on=office.today)
    assert "without-release" not in codes(back)
    assert office.file(treated).entered[given.entry].release is not None


def test_a_signed_correction_tells_nobody_where_treatment_stands(office, treated):
    give_first_dose(office, treated)
    before = office.state(treated)
    office.move(treated, Move.DIE, source="letter")
    signature = office.sign(office.investigator, Act.CORRECT, subjects.correction_statement(treated, before))
    with office.store.writing() as desk:
        event = subjects.correct_state(desk, office.investigator, treated, before, "another patient", signature)
    assert office.state(treated) == before
    assert event.entry.signature.statement == f"{treated} is corrected to randomised, for the reason given."


def test_an_amendment_keeps_the_old_value_and_its_reason_and_names_the_gates_that_used_it(office, treated):
    office.release(treated, "drug-1")
    (entry,) = office.file(treated).entered
    right = [{"concept": "platelets", "value": "51", "unit": "10*9/L"}]
    done = office.amend(treated, entry, "read from the line above", results=right)
    assert codes(done, RaisedKind.QUERY) == ["gate-used-old-value", "gate-would-have-answered"]
    change = done.event.entry.changes[Visibility.TREATMENT]
    assert change.old["form"]["results"][0]["value"] == "150"
    assert change.new["reason"] == "read from the line above"
    assert office.gate(treated, "drug-1").answer.action is Action.HOLD


def test_what_is_struck_out_counts_no_more_and_stays_in_the_log(office, treated):
    give_first_dose(office, treated)
    entry = list(office.file(treated).entered)[-1]
    done = office.amend(treated, entry)
    assert entry not in [each.id for each in office.file(treated).forms]
    assert done.event.entry.changes[Visibility.TREATMENT].old["form"]["administered"] == "100"
    refused(office, "was struck out", recorded_amend, office, treated, entry)


def recorded_amend(office, subject, entry):
    with office.store.writing() as desk:
        recording.amend(desk, office.coordinator, office.rules, subject, entry, None, "again")


def test_an_amendment_needs_a_reason(office, treated):
    (entry,) = office.file(treated).entered
    refused(office, "needs a reason", office.amend, treated, entry, " ")


def test_deviations_are_classed_queries_answered_and_notices_acknowledged(office, treated):
    done = office.record(treated, "dose", step="drug-1", administered="3700", unit="mg")
    items = office.file(treated).items
    assert len(items) == len(done.raised) == 3
    by_kind = {item.raised.kind: item.id for item in items.values()}
    with office.store.writing() as desk:
        attending.attend(
            desk,
            office.coordinator,
            treated,
            RaisedKind.DEVIATION,
            by_kind[RaisedKind.DEVIATION],
            words="given at night",
            severity=DeviationClass.MINOR,
        )
        attending.attend(
            desk, office.coordinator, treated, RaisedKind.QUERY, by_kind[RaisedKind.QUERY], words="typed in ug"
        )
        attending.attend(desk, office.investigator, treated, RaisedKind.NOTICE, by_kind[RaisedKind.NOTICE])
    assert not any(item.is_open for item in office.file(treated).items.values())


def report(office, treated, who, severity):
    """A deviation that somebody found; gives its item as it stands then."""
    told = {"on": office.today.isoformat(), "severity": severity, "category": "consent", "explanation": "Not dated."}
    form = read_form("deviation", told)
    with office.store.writing() as desk:
        done = recording.record(desk, who, office.rules, treated, form)
    return office.file(treated).items[f"{done.event.seq}.1"]


def test_a_deviation_comes_with_the_class_of_who_reports_it_and_may_be_classed_again(office, treated):
    item = report(office, treated, office.coordinator, "minor")
    assert (item.severity, item.done, item.is_open) == (DeviationClass.MINOR, "Not dated.", False)
    with office.store.writing() as desk:
        attending.attend(
            desk,
            office.investigator,
            treated,
            RaisedKind.DEVIATION,
            item.id,
            words="no consent was there",
            severity=DeviationClass.IMPORTANT,
        )
    again = office.file(treated).items[item.id]
    assert (again.severity, again.done_by) == (DeviationClass.IMPORTANT, office.investigator.user)


def test_the_class_of_somebody_who_may_not_class_is_a_proposal(office, treated):
    """Coordinators and investigators class deviations; the treating team reports them."""
    item = report(office, treated, enter(office.store, "tom", Role.TREATING_TEAM, SITE), "important")
    assert (item.severity, item.is_open) == (None, True)
    assert item.raised.severity is DeviationClass.IMPORTANT


def test_a_deviation_without_class_or_words_is_not_dealt_with(office, treated):
    office.record(treated, "dose", step="drug-1", administered="100", unit="mg")
    item = next(iter(office.file(treated).items))
    before = len(office.store.log)
    with office.store.writing() as desk, pytest.raises(RefusedError, match="severity: is not given"):
        attending.attend(desk, office.coordinator, treated, RaisedKind.DEVIATION, item, words="night")
    with office.store.writing() as desk, pytest.raises(RefusedError, match="needs a reason"):
        attending.attend(desk, office.coordinator, treated, RaisedKind.DEVIATION, item, severity=DeviationClass.MINOR)
    assert len(office.store.log) == before


def test_nothing_of_the_course_stands_in_an_open_part_or_row(office, treated):
    """Whoever sees that treatment began, ended or gave way to follow-up, and when, knows the arm."""
    row, n_events = office.subject(treated), len(office.store.log)
    give_first_dose(office, treated)
    office.move(treated, Move.DISCONTINUE_TREATMENT, office.investigator, reason="toxicity")
    office.move(treated, Move.ENTER_FOLLOW_UP)
    later = office.store.log[n_events:]
    assert all(ACTS[event.entry.act].header is Visibility.TREATMENT for event in later)
    assert all(Visibility.OPEN not in event.entry.changes for event in later)
    assert office.subject(treated) == row
    assert set(Subject.__dataclass_fields__) & {"treatment", "state"} == set()


def test_a_masked_reader_reads_a_scan_that_the_site_cannot_amend(office, treated):
    reader = enter(office.store, "mara", Role.MASKED_READER)
    lesion = {"lesion": "L1", "role": "target", "state": "measured", "mm": "23"}
    content = {"on": office.today, "reader": "mara", "reader_kind": "masked", "lesions": [lesion]}
    with office.store.writing() as desk:
        done = recording.read_scan(desk, reader, treated, read_form("tumour-assessment", content))
    assert set(done.event.entry.changes) == {Visibility.CLINICAL}
    assert ACTS[Act.READ_SCAN].header is Visibility.OPEN
    assert office.file(treated).entered[done.entry].is_masked
    refused(office, "is the reading of a masked reader", office.amend, treated, done.entry)


def test_what_a_corrected_entry_raised_does_not_stand_and_what_is_still_true_is_raised_again(office, treated):
    done = office.record(treated, "dose", step="drug-1", administered="3700", unit="mg")
    file = office.file(treated)
    assert all(file.stands(item) for item in file.items.values())
    office.amend(treated, done.entry, administered="100")
    file = office.file(treated)
    standing = sorted(item.raised.code for item in file.items.values() if file.stands(item))
    assert "amount-implausible" not in standing
    assert "without-release" in standing
    office.amend(treated, done.entry)
    file = office.file(treated)
    assert not any(file.stands(item) for item in file.items.values() if item.entry == done.entry)
