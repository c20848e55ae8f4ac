"""Eligibility at the moment of allocation, and allocation itself: once for ever, on what holds today."""

from datetime import timedelta
from fractions import Fraction

import pytest
from tests.office_store import MemoryStore, enter
from tests.office_trial import SITE, TWO_ARMS, Office, refused

from equipoise.allocation.methods import Efron, Measure, Minimisation, Simple
from equipoise.allocation.replay import replay
from equipoise.allocation.specification import Arm, Factor, Specification
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.conduct.states import Participation, SubjectState, Treatment
from equipoise.errors import RefusedError
from equipoise.operations.office import allocating, freezing, judging, rulings, setting_up
from equipoise.operations.office.acts import Act
from equipoise.operations.office.rows import Allocation, Scheme
from equipoise.operations.office.visibility import Visibility
from equipoise.protocol.loading import load_protocol


@pytest.fixture
def office():
    return Office()


def test_a_judgement_needs_each_assumption_confirmed_by_name(office):
    subject = office.screening()
    refused(office, "rests on absence of records that nobody confirmed: E1", office.judge, subject, confirmed=())


def test_a_confirmation_is_no_waiver(office):
    subject = office.screening()
    refused(office, "does not rest on absence in I2", office.judge, subject, confirmed=("E1", "I2"))


def test_a_low_count_is_kept_as_a_judgement_and_the_subject_stays_in_screening(office):
    """74 is below 75: ineligible."""
    subject = office.screening(platelets="74")
    event = office.judge(subject)
    assert event.new("status") == "ineligible"
    assert office.subject(subject).participation == "screening"


def test_a_missing_count_is_never_eligible(office):
    subject = office.screening(platelets=None)
    assert office.judge(subject).new("status") == "undetermined"
    refused(office, "leeds-0001", office.allocate, subject)


def test_an_uncovered_subject_cannot_be_assumed_free_of_anything(office):
    subject = office.screening(is_covered=False)
    assert office.judge(subject, confirmed=()).new("status") == "undetermined"


def test_records_of_another_subject_judge_nobody(office):
    subject, other = office.screening(platelets="74"), office.screening()
    snapshot = office.snapshot(other, "mrn-00002")
    with office.store.reading() as view, pytest.raises(ValueError, match="read of another subject"):
        rulings.judge_now(view, office.rules, subject, office.today, snapshot)


def test_allocation_before_consent_is_refused(office):
    subject = office.identified()
    refused(office, "has not consented to any version", office.allocate, subject)


def test_allocation_before_judgement_is_refused(office):
    subject = office.screening()
    refused(office, "cannot randomise", office.allocate, subject)


def test_allocation_tells_the_arm_and_moves_both_machines(office):
    subject = office.eligible()
    answer = office.allocate(subject)
    assert answer.arm in ("surgery", "drug-then-surgery")
    assert office.state(subject) == SubjectState(Participation.RANDOMISED, Treatment.ASSIGNED)


def test_the_open_part_of_an_allocation_tells_no_arm(office):
    subject = office.eligible()
    event = office.allocate(subject).event
    header_and_open = (event.entry.changes[Visibility.OPEN], event.entry.signature, event.entry.reason)
    assert all(arm.name not in repr(header_and_open) for arm in TWO_ARMS.arms)


def test_a_second_allocation_is_refused(office):
    subject = office.allocated()
    refused(office, "cannot randomise", office.allocate, subject, "another-request")


def test_the_same_request_gets_the_same_answer_and_uses_no_place(office):
    subject = office.eligible()
    first = office.allocate(subject, "key-1")
    n_events = len(office.store.log)
    again = office.allocate(subject, "key-1")
    assert (again.arm, again.event.seq, again.is_repeat) == (first.arm, first.event.seq, True)
    assert len(office.store.log) == n_events


def test_a_key_used_for_another_subject_is_refused(office):
    office.allocate(office.eligible(), "key-1")
    refused(office, "request key: was used for something else", office.allocate, office.eligible(), "key-1")


def test_eligibility_that_expired_yesterday_does_not_allocate(office):
    """The count of 15 January is 14 days old on the 29th, the last day; on the 30th it is too old."""
    subject = office.eligible()
    assert office.subject(subject).expires_on == "2026-01-30"
    office.go_on(16)
    refused(office, "the eligibility expired on 2026-01-30", office.allocate, subject)


def approve_second(office):
    with office.store.writing() as desk:
        setting_up.approve_version(desk, office.admin, office.protocol, "second", office.today, "new safety limit")


def test_a_version_replaced_since_the_judgement_does_not_allocate(office):
    """An amendment may exist for safety: who is allocated after it has consented to it, and was judged by it."""
    subject = office.eligible(platelets="90")
    office.go_on(1)
    approve_second(office)
    said = "leeds-0001: consented on version first, which version second replaced on 2026-01-16"
    refused(office, said, office.allocate, subject)
    office.consent(subject, "second")
    refused(office, "cannot randomise", office.allocate, subject)
    assert office.judge(subject).new("status") == "ineligible"


def test_consent_on_the_new_version_and_a_judgement_by_it_allocate(office):
    """150 is enough for both versions: 75 and 100."""
    subject = office.eligible()
    office.go_on(1)
    approve_second(office)
    office.consent(subject, "second")
    office.judge(subject)
    assert office.allocate(subject).event.entry.version == "second"


def test_nobody_is_judged_eligible_by_a_version_that_was_replaced(office):
    subject = office.screening()
    office.go_on(1)
    approve_second(office)
    refused(office, "Ask for consent on version second", office.judge, subject)


def test_on_its_last_day_an_eligibility_still_holds(office):
    subject = office.eligible()
    office.go_on(14)
    assert office.allocate(subject).arm


def test_an_expired_eligibility_goes_back_to_screening(office):
    subject = office.eligible()
    office.go_on(15)
    ruling = office.ruling(subject)
    with office.store.writing() as desk:
        judging.expire(desk, office.coordinator, ruling)
    row = office.subject(subject)
    assert (row.participation, row.judgement_seq, row.expires_on) == ("screening", None, None)


def test_an_eligibility_that_holds_does_not_expire(office):
    subject = office.eligible()
    ruling = office.ruling(subject)
    with office.store.writing() as desk:
        assert judging.expire(desk, office.coordinator, ruling) is None


def test_records_read_anew_count_at_once(office):
    subject = office.screening(platelets="74")
    fresh = office.snapshot(subject, "mrn-00001", platelets="75")
    assert office.judge(subject, snapshot=fresh).new("status") == "eligible"
    assert office.allocate(subject).arm


def test_a_ruling_made_before_a_change_is_not_used(office):
    subject = office.eligible()
    ruling = office.ruling(subject)
    asked = allocating.AllocationRequest(subject, "key", {})
    signature = office.sign(office.coordinator, Act.ALLOCATE, allocating.allocation_statement(ruling.subject, {}))
    office.move(subject, Move.DIE, source="letter")
    before = len(office.store.log)
    with pytest.raises(RefusedError, match="was changed by someone else"), office.store.writing() as desk:
        allocating.allocate(desk, office.coordinator, ruling, asked, signature)
    assert len(office.store.log) == before


def changed(protocol, version_name):
    """The protocol with one version altered in the file."""
    versions = [
        version.model_copy(update={"label": "altered"}) if version.name == version_name else version
        for version in protocol.versions
    ]
    return protocol.model_copy(update={"versions": versions})


def test_an_amendment_in_the_file_leaves_subjects_on_the_old_version_as_they_are(office):
    subject = office.eligible()
    office.rules = type(office.rules)(changed(office.protocol, "second"))
    assert office.allocate(subject).arm


def test_the_protocol_at_hand_must_be_the_one_approved(office):
    subject = office.eligible()
    office.rules = type(office.rules)(changed(office.protocol, "first"))
    refused(office, "not the one that was approved", office.allocate, subject)


def test_a_role_without_the_right_does_not_allocate(office):
    subject = office.eligible()
    refused(office, "may not allocate a subject", office.allocate, subject, who=office.statistician)


def test_nothing_is_allocated_before_the_freeze():
    office = Office(specification=None)
    refused(office, "allocation: is not frozen", office.allocate, office.eligible())


def test_nothing_is_frozen_twice(office):
    refused(office, "is frozen already", office.freeze, TWO_ARMS)


def test_block_sizes_and_their_digest_stand_in_no_open_part(office):
    event = next(event for event in office.store.log if event.entry.act is Act.FREEZE_SCHEME)
    in_the_open = repr((event.entry.changes[Visibility.OPEN], event.entry.signature))
    assert "sizes" not in in_the_open
    assert TWO_ARMS.digest not in in_the_open


STRATIFIED = Specification(
    (Arm("surgery"), Arm("drug-then-surgery")),
    Simple(),
    (Factor("site", (SITE, "york")), Factor("grade", ("1", "2"))),
    ("site", "grade"),
)


def test_the_site_of_a_stratum_is_read_and_the_rest_is_typed():
    office = Office(specification=STRATIFIED)
    row = office.subject(office.eligible())
    assert allocating.factor_values(row, STRATIFIED, {"grade": "2"}) == {"site": SITE, "grade": "2"}


def test_a_stratum_that_is_not_in_the_protocol_is_refused():
    office = Office(specification=STRATIFIED)
    subject = office.eligible()
    refused(office, "stratum not in the protocol", office.allocate, subject, values={"site": SITE, "grade": "3"})


def test_nobody_is_allocated_in_the_stratum_of_another_site():
    office = Office(specification=STRATIFIED)
    subject = office.eligible()
    wrong = {"site": "york", "grade": "1"}
    told = f"factor site: the site typed is not the one of {subject}, which is {SITE}"
    refused(office, told, office.allocate, subject, values=wrong)
    with pytest.raises(RefusedError, match=told):
        allocating.factor_values(office.subject(subject), STRATIFIED, wrong)


@pytest.mark.parametrize(
    "specification",
    [
        TWO_ARMS,
        STRATIFIED,
        Specification((Arm("a", 2), Arm("b", 1)), Efron(Fraction(2, 3))),
        Specification(
            (Arm("a"), Arm("b")),
            Minimisation({"grade": Fraction(1)}, Measure.RANGE, Fraction(4, 5)),
            (Factor("grade", ("1", "2")),),
        ),
    ],
    ids=["blocks", "stratified", "efron 2:1", "minimisation"],
)
def test_every_allocation_is_found_again_from_the_secret(specification):
    office = Office(specification=specification)
    for index in range(12):
        values = {"grade": str(index % 2 + 1)} if any(f.name == "grade" for f in specification.factors) else {}
        if any(factor.name == "site" for factor in specification.factors):
            values["site"] = SITE
        office.allocate(office.eligible(), values=values)
    with office.store.reading() as view:
        _, frozen = freezing.frozen_scheme(view)
        decisions = [allocating.decision_of(event) for event in view.events() if event.entry.act is Act.ALLOCATE]
    assert len(decisions) == 12
    assert replay(frozen.specification, frozen.secret, decisions) == []


GRADED = Specification(TWO_ARMS.arms, Simple(), (Factor("grade", ("1", "2")),), ("grade",))


def record_error(office, subject, kind, corrected=None):
    statement = allocating.error_statement(subject, kind)
    signature = office.sign(office.investigator, Act.RECORD_ALLOCATION_ERROR, statement)
    with office.store.writing() as desk:
        return allocating.record_error(
            desk, office.investigator, subject, kind, "seen by the monitor", signature, corrected
        )


def test_an_error_is_recorded_beside_the_allocation_and_frees_no_place():
    office = Office(specification=GRADED)
    subject = office.eligible()
    office.allocate(subject, values={"grade": "2"})
    record_error(office, subject, allocating.AllocationError.WRONG_STRATUM, {"grade": "1"})
    with office.store.reading() as view:
        assert view.get(Allocation, subject).error == "wrong-stratum"
        assert view.get(Scheme, freezing.MAIN).n_allocated == 1
    second = office.allocate(office.eligible(), values={"grade": "2"})
    assert allocating.decision_of(second.event).position == 1


@pytest.mark.parametrize("corrected", [{"grade": "3"}, {"grade": "had surgery"}, {"arm": "surgery"}])
def test_the_right_values_of_an_error_are_levels_of_factors_and_no_free_text(corrected):
    """They stand in the open part, which masked roles read: free text could name the arm there."""
    office = Office(specification=GRADED)
    subject = office.eligible()
    office.allocate(subject, values={"grade": "2"})
    kind = allocating.AllocationError.WRONG_STRATUM
    refused(office, "no level of a factor of this allocation", record_error, office, subject, kind, corrected)


def test_an_error_needs_an_allocation(office):
    refused(office, "has no allocation", record_error, office, office.eligible(), allocating.AllocationError.INELIGIBLE)


def reveal(office):
    with office.store.reading() as view:
        statement = freezing.reveal_statement(view.get(Scheme, freezing.MAIN))
    signature = office.sign(office.statistician, Act.REVEAL, statement)
    with office.store.writing() as desk:
        return freezing.reveal_scheme(desk, office.statistician, "analysis begins", signature)


def test_the_secret_is_revealed_after_the_lock_only(office):
    refused(office, "trial: is not locked", reveal, office)
    office.lock()
    event = reveal(office)
    assert event.new("reveal")["commitment"] == office.store.tables[Scheme][freezing.MAIN].commitment
    refused(office, "is revealed already", reveal, office)


def test_a_trial_whose_registry_says_withdrawn_is_for_training_only():
    reference, store = load_protocol("nct05610826"), MemoryStore()
    with pytest.raises(RefusedError, match="is withdrawn in its registry"), store.writing() as desk:
        setting_up.initialise(desk, reference, is_live=True)
    with store.writing() as desk:
        assert setting_up.initialise(desk, reference, is_live=False).new("kind") == "training"


def test_a_version_is_approved_once_and_later_than_the_one_before(office):
    def approve(version, day):
        with office.store.writing() as desk:
            setting_up.approve_version(desk, office.admin, office.protocol, version, day, "ethics")

    refused(office, "is approved already", approve, "first", office.today + timedelta(days=9))
    refused(office, "is not after version first", approve, "second", office.today)


def test_only_the_unmasked_statistician_freezes():
    office = Office(specification=None)
    office.statistician = enter(office.store, "mia", Role.MASKED_STATISTICIAN)
    refused(office, "may not freeze the allocation", office.freeze, TWO_ARMS)
