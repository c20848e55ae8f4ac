"""Acts on subjects: what each refuses and why; states are reached by the true path. Days are counted by hand."""

from datetime import date, timedelta

import pytest
from tests.office_store import enter
from tests.office_trial import SITE, Office, refused

from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.conduct.states import Participation, SubjectState, Treatment
from equipoise.errors import RefusedError
from equipoise.operations.office import setting_up, sites, subjects
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import DESTROYED
from equipoise.operations.office.visibility import Visibility


@pytest.fixture
def office():
    return Office()


def log_length(office):
    return len(office.store.log)


def approve_second(office, from_day):
    with office.store.writing() as desk:
        setting_up.approve_version(desk, office.admin, office.protocol, "second", from_day, "amendment")


def test_a_candidate_gets_the_next_number_of_the_site(office):
    assert [office.identified(), office.identified()] == ["leeds-0001", "leeds-0002"]


def test_the_source_identifier_stands_in_the_sealed_part_alone(office):
    office.identified("mrn-secret")
    entry = office.store.log[-1].entry
    assert entry.changes[Visibility.IDENTITY].new == {"patient_id": "mrn-secret"}
    others = [change for kind, change in entry.changes.items() if kind is not Visibility.IDENTITY]
    assert "mrn-secret" not in repr(others)


def test_a_person_is_not_taken_twice(office):
    office.identified("mrn-1")
    refused(office, "is this person already", office.identified, "mrn-1")


def test_a_person_who_failed_screening_may_come_again_as_a_new_episode(office):
    first = office.identified("mrn-1")
    office.move(first, Move.FAIL_SCREENING, reason="platelets", criteria=["I2"])
    second = office.identified("mrn-1")
    assert second != first
    assert office.subject(second).person_link == office.subject(first).person_link


def test_nobody_enters_at_a_closed_site(office):
    with office.store.writing() as desk:
        sites.close_site(desk, office.admin, SITE, "no staff")
    refused(office, "site leeds: is closed", office.identified)


def test_consent_names_version_and_day(office):
    subject = office.identified()
    office.consent(subject)
    row = office.subject(subject)
    assert (row.participation, row.version) == ("consented", "first")


def test_consent_on_an_outdated_version_is_refused_and_the_current_one_named(office):
    subject = office.identified()
    approve_second(office, office.today + timedelta(days=10))
    office.go_on(10)
    refused(office, "version first: was not in force on 2026-01-25", office.consent, subject, "first")
    refused(office, "Ask for consent on version second", office.consent, subject, "first")
    office.consent(subject, "second")


def test_consent_signed_while_the_old_version_was_in_force_counts(office):
    """Entered late: it was signed on the last day before the new version."""
    subject = office.identified()
    approve_second(office, office.today + timedelta(days=10))
    office.go_on(12)
    office.consent(subject, "first", on=date(2026, 1, 24))
    assert office.subject(subject).version == "first"


def test_a_renewed_consent_never_leads_back_to_an_earlier_version(office):
    """The old version was in force on that day, but the subject has consented on a later one since."""
    office.go_on(5)
    approve_second(office, office.today)
    subject = office.identified()
    office.consent(subject, "second")
    refused(office, "consented on version second on 2026-01-20", office.consent, subject, "first", on=date(2026, 1, 19))
    assert office.subject(subject).version == "second"


def test_the_same_consent_is_not_recorded_twice(office):
    """Sent again after a crash, it would take an eligible subject back to screening."""
    subject = office.eligible()
    refused(office, "consented on version first on 2026-01-15", office.consent, subject)


def test_consent_is_renewed_on_the_same_day_on_the_new_version(office):
    office.go_on(5)
    subject = office.screening()
    approve_second(office, office.today)
    office.consent(subject, "second")
    assert office.subject(subject).version == "second"


def test_consent_on_a_version_nobody_approved_is_refused(office):
    subject = office.identified()
    refused(office, "version second: is not approved in this trial", office.consent, subject, "second")


def test_consent_before_any_version_was_approved_is_refused(office):
    subject = office.identified()
    refused(office, "no version was approved for consent on 2026-01-14", office.consent, subject, on=date(2026, 1, 14))


def test_consent_in_the_future_is_refused(office):
    subject = office.identified()
    refused(office, "day 2026-01-16: lies in the future", office.consent, subject, on=date(2026, 1, 16))


def test_a_signature_for_another_day_does_not_sign_this_consent(office):
    subject = office.identified()
    statement = subjects.consent_statement(subject, "first", office.today - timedelta(days=1))
    signature = office.sign(office.coordinator, Act.CONSENT, statement)
    before = log_length(office)
    with office.store.writing() as desk, pytest.raises(RefusedError, match="was given for something else"):
        subjects.consent(desk, office.coordinator, subject, "first", office.today, signature)
    assert log_length(office) == before


def raised_in(event):
    return {each["code"]: each["kind"] for each in event.new("raised", Visibility.TREATMENT)}


def test_screening_before_consent_is_recorded_as_told_and_moves_nobody(office):
    subject = office.identified()
    event = office.move(subject, Move.START_SCREENING)
    assert raised_in(event) == {"not-from-this-state": "query"}
    assert office.state(subject).participation is Participation.IDENTIFIED


def test_a_procedure_dated_before_the_consent_is_a_deviation_and_no_screening(office):
    office.go_on(5)
    subject = office.identified()
    office.consent(subject)
    event = office.move(subject, Move.START_SCREENING, on=office.today - timedelta(days=1))
    assert raised_in(event) == {"consent-before-procedures": "deviation"}
    assert office.state(subject).participation is Participation.CONSENTED


def test_new_consent_of_an_eligible_subject_asks_for_a_new_judgement(office):
    subject = office.eligible()
    approve_second(office, office.today + timedelta(days=1))
    office.go_on(1)
    office.consent(subject, "second")
    row = office.subject(subject)
    assert (row.participation, row.version) == ("screening", "second")


def test_failing_screening_names_the_criteria_and_a_reason(office):
    subject = office.screening()
    refused(
        office,
        "no failed criterion is named",
        office.move,
        subject,
        Move.FAIL_SCREENING,
        office.investigator,
        reason="x",
    )
    refused(
        office,
        "is needed to fail screening",
        office.move,
        subject,
        Move.FAIL_SCREENING,
        office.investigator,
        criteria=["I2"],
    )


def test_a_move_is_made_by_those_who_own_it(office):
    subject = office.screening()
    refused(
        office,
        "role coordinator: does not fail screening",
        office.move,
        subject,
        Move.FAIL_SCREENING,
        reason="x",
        criteria=["I2"],
    )


def test_another_site_may_not_touch_a_subject(office):
    subject = office.identified()
    stranger = enter(office.store, "york", Role.COORDINATOR, "york")
    refused(office, "at site york only", office.move, subject, Move.DECLINE, stranger)


def test_loss_needs_documented_attempts(office):
    subject = office.allocated()
    office.move(subject, Move.WITHDRAW_FROM_TREATMENT)
    office.move(subject, Move.ENTER_FOLLOW_UP)
    attempts = ["2026-01-10", "2026-01-11", "2026-01-11"]
    refused(office, "2 of 3 attempts", office.move, subject, Move.LOSE, attempts=attempts)
    refused(office, "2 of 3 attempts", office.move, subject, Move.LOSE, attempts=[*attempts, "2026-01-16"])
    office.move(subject, Move.LOSE, attempts=[*attempts, "2026-01-12"])
    assert office.subject(subject).participation == "lost"
    office.move(subject, Move.FIND, source="letter")
    assert office.state(subject).participation is Participation.FOLLOW_UP
    assert office.subject(subject).participation == "randomised", "the open row must not tell follow-up"


def test_death_needs_a_source_and_ends_the_treatment(office):
    subject = office.allocated()
    refused(office, "no source for the death", office.move, subject, Move.DIE)
    office.move(subject, Move.DIE, source="death certificate")
    assert office.state(subject) == SubjectState(Participation.DIED, Treatment.ENDED)


def test_what_cannot_follow_is_recorded_and_asked_about_and_moves_nobody(office):
    subject = office.allocated()
    office.move(subject, Move.DIE, source="death certificate")
    event = office.move(subject, Move.ENTER_FOLLOW_UP)
    assert office.state(subject).participation is Participation.DIED
    raised = event.new("raised", Visibility.TREATMENT)
    assert [each["code"] for each in raised] == ["not-from-this-state"]


@pytest.mark.parametrize(
    ("move", "state"),
    [
        (Move.WITHDRAW_FROM_TREATMENT, ("randomised", "discontinued")),
        (Move.WITHDRAW_FROM_PROCEDURES, ("withdrawn-from-procedures", "discontinued")),
        (Move.WITHDRAW_FROM_ALL_CONTACT, ("withdrawn-from-all-contact", "discontinued")),
    ],
)
def test_the_three_withdrawals_are_three_states(office, move, state):
    subject = office.allocated()
    office.move(subject, move)
    now = office.state(subject)
    assert (now.participation, now.treatment) == state


@pytest.mark.parametrize("agreed", [True, False])
def test_a_death_after_withdrawal_from_all_contact_is_taken_only_as_agreed(office, agreed):
    subject = office.allocated()
    office.move(subject, Move.WITHDRAW_FROM_ALL_CONTACT, registry=agreed)
    if agreed:
        office.move(subject, Move.DIE, source="registry")
        assert office.subject(subject).participation == "died"
    else:
        refused(office, "without agreeing to follow-up by registry", office.move, subject, Move.DIE, source="registry")


@pytest.mark.parametrize("move", subjects.MOVES_BY_OTHER_ACTS)
def test_moves_with_an_act_of_their_own_have_no_back_door(office, move):
    subject = office.identified()
    refused(office, "has an act of its own", office.move, subject, move)


def correct(office, subject, target, reason="entered for the wrong subject"):
    statement = subjects.correction_statement(subject, target)
    signature = office.sign(office.investigator, Act.CORRECT, statement)
    with office.store.writing() as desk:
        return subjects.correct_state(desk, office.investigator, subject, target, reason, signature)


def test_a_correction_goes_back_to_an_earlier_state_and_keeps_the_wrong_entry(office):
    subject = office.screening()
    office.move(subject, Move.DIE, source="letter")
    n_events = log_length(office)
    screening = SubjectState(Participation.SCREENING, Treatment.NOT_ASSIGNED)
    event = correct(office, subject, screening)
    assert office.subject(subject).participation == "screening"
    assert log_length(office) == n_events + 1
    assert event.entry.changes[Visibility.OPEN].old == {"participation": "died", "treatment": "not-assigned"}


def test_no_correction_makes_a_subject_eligible(office):
    """Eligible is who was judged so: an earlier judgement may be on another version, or on records since replaced."""
    subject = office.eligible()
    office.go_on(1)
    office.consent(subject)
    eligible = SubjectState(Participation.ELIGIBLE, Treatment.NOT_ASSIGNED)
    refused(office, "is judged eligible, and never corrected to it", correct, office, subject, eligible)


def test_a_correction_never_undoes_an_allocation(office):
    subject = office.allocated()
    eligible = SubjectState(Participation.ELIGIBLE, Treatment.NOT_ASSIGNED)
    refused(office, "one allocation, for ever", correct, office, subject, eligible)


SCREENING = SubjectState(Participation.SCREENING, Treatment.NOT_ASSIGNED)


def failed_screening(office, patient_id):
    subject = office.identified(patient_id)
    office.consent(subject)
    office.move(subject, Move.START_SCREENING)
    office.move(subject, Move.FAIL_SCREENING, office.investigator, reason="platelets", criteria=["I2"])
    return subject


def test_an_ended_episode_is_not_revived_while_the_person_has_another_one(office):
    """Or one person would stand in two episodes, and be randomised in both."""
    first = failed_screening(office, "mrn-1")
    second = office.identified("mrn-1")
    refused(office, f"{second}: is this person already", correct, office, first, SCREENING)


def test_an_ended_episode_is_revived_when_the_person_has_no_other_one(office):
    first, _ = failed_screening(office, "mrn-1"), office.identified("mrn-2")
    correct(office, first, SCREENING)
    assert office.subject(first).participation == "screening"


def test_a_destroyed_identity_reads_a_token_and_everything_else_stays(office):
    subject = office.screening()
    statement = subjects.erasure_statement(subject)
    signature = office.sign(office.admin, Act.DESTROY_IDENTITY, statement)
    with office.store.writing() as desk:
        subjects.destroy_identity(desk, office.admin, subject, "asked by the person", signature)
    identity_seq = office.subject(subject).identity_seq
    with office.store.reading() as view:
        event = view.event(identity_seq)
    assert event.new("patient_id", Visibility.IDENTITY) == DESTROYED
    assert event.new("snapshot", Visibility.CLINICAL)["subject"] == subject


def test_the_reason_of_a_destruction_does_not_stand_in_the_open(office):
    """It may name the person, and what is open is never destroyed."""
    subject = office.screening()
    signature = office.sign(office.admin, Act.DESTROY_IDENTITY, subjects.erasure_statement(subject))
    with office.store.writing() as desk:
        event = subjects.destroy_identity(desk, office.admin, subject, "Zimmermannova asked", signature)
    assert event.entry.reason is None
    assert "Zimmermannova" not in repr(event.entry.changes[Visibility.OPEN])
    assert event.new("reason", Visibility.CLINICAL) == "Zimmermannova asked"


def test_a_destruction_needs_a_reason(office):
    subject = office.screening()
    signature = office.sign(office.admin, Act.DESTROY_IDENTITY, subjects.erasure_statement(subject))
    with office.store.writing() as desk, pytest.raises(RefusedError, match="needs a reason"):
        subjects.destroy_identity(desk, office.admin, subject, " ", signature)


def test_nothing_is_entered_after_the_lock(office):
    subject = office.identified()
    office.lock()
    refused(office, "trial: is locked", office.consent, subject)
    refused(office, "trial: is locked", office.move, subject, Move.DECLINE)
    refused(office, "trial: is locked", office.identified)
    refused(office, "trial: is locked", office.lock)


def test_words_about_an_allocated_subject_stand_in_no_open_part(office):
    """A reason may name the treatment, and a masked reader holds every open part."""
    subject = office.allocated()
    office.move(subject, Move.DISCONTINUE_TREATMENT, office.investigator, reason="declined the second infusion")
    entry = office.store.log[-1].entry
    assert entry.reason is None
    assert set(entry.changes) == {Visibility.TREATMENT}
    assert entry.changes[Visibility.TREATMENT].new["reason"] == "declined the second infusion"


def test_a_number_that_is_no_subject_is_refused(office):
    refused(office, "leeds-9999: is no subject of this trial", office.move, "leeds-9999", Move.DECLINE)


def test_tables_are_what_the_log_alone_gives(office):
    subject = office.allocated()
    office.move(subject, Move.WITHDRAW_FROM_TREATMENT)
    office.screening()
    assert office.store.rebuilt() == office.store.tables
