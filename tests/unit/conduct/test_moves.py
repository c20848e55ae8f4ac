"""The table of moves: owners, guards, reasons, and the words of SDTM and FHIR.

Codes are from the published lists: FHIR R5 research-subject-state and research-subject-milestone; CDISC SDTM controlled
terminology C66727 (completion/reason for non-completion) and C114118 (protocol milestone).
"""

import pytest

from equipoise.conduct.guards import Guard
from equipoise.conduct.moves import COUPLINGS, TRANSITIONS, Machine, Move
from equipoise.conduct.roles import Role
from equipoise.conduct.states import PAIRS, FhirState, Participation, SubjectState, Treatment
from equipoise.conduct.traces import TERM_OF_THE_REASON, DsCategory, Milestone

REASONS = {"COMPLETED", "DEATH", "LOST TO FOLLOW-UP", "SCREEN FAILURE", "WITHDRAWAL BY SUBJECT"}
MILESTONES = {"INFORMED CONSENT OBTAINED", "ELIGIBILITY CRITERIA MET", "RANDOMIZED"}


def lines_of(move):
    return [line for line in TRANSITIONS if line.move is move]


def guards_of(move):
    return {guard for line in lines_of(move) for guard in line.guards}


def test_every_move_but_the_correction_has_a_line():
    assert {line.move for line in TRANSITIONS} == set(Move) - {Move.CORRECT}


def test_no_state_offers_one_move_twice():
    starts = [(line.move, source) for line in TRANSITIONS for source in line.sources]
    assert len(starts) == len(set(starts))


def test_a_line_stays_in_one_machine():
    for line in TRANSITIONS:
        kind = Participation if line.machine is Machine.PARTICIPATION else Treatment
        assert {type(part) for part in (*line.sources, line.target)} == {kind}


def test_a_move_drives_one_machine_of_its_own():
    for move in set(Move) - {Move.CORRECT}:
        assert len({line.machine for line in lines_of(move)}) == 1, move


def test_every_line_has_an_owner_who_meets_subjects():
    owners = {owner for line in TRANSITIONS for owner in line.owners}
    assert all(line.owners for line in TRANSITIONS)
    assert owners == {Role.COORDINATOR, Role.INVESTIGATOR, Role.TREATING_TEAM}


def test_an_investigator_owns_every_move_and_eligibility_alone():
    assert all(Role.INVESTIGATOR in line.owners for line in TRANSITIONS)
    assert [line.owners for line in lines_of(Move.JUDGE_ELIGIBLE)] == [(Role.INVESTIGATOR,)]


def test_a_subject_owes_no_reason_for_withdrawing_but_an_investigator_does():
    needing = {line.move for line in TRANSITIONS if line.needs_reason}
    assert needing == {Move.FAIL_SCREENING, Move.DISCONTINUE_TREATMENT, Move.LEAVE_STUDY}


@pytest.mark.parametrize(
    ("move", "guards"),
    [
        (Move.CONSENT, {Guard.CONSENT_VERSION_VALID, Guard.CONSENT_BEFORE_PROCEDURES}),
        (Move.START_SCREENING, {Guard.CONSENT_IN_FORCE, Guard.CONSENT_BEFORE_PROCEDURES}),
        (Move.RANDOMISE, {Guard.INVESTIGATOR_SIGNED, Guard.ELIGIBILITY_IN_WINDOW, Guard.ALL_CRITERIA_TRUE}),
        (Move.RANDOMISE, {Guard.NEVER_ALLOCATED, Guard.ALLOCATION_COMMITTED, Guard.ASSUMPTIONS_CONFIRMED}),
        (Move.START_TREATMENT, {Guard.GATE_PASSED}),
        (Move.CONTINUE_TREATMENT, {Guard.GATE_PASSED, Guard.EARLIER_TREATMENT_OVER}),
        (Move.WITHDRAW_FROM_TREATMENT, {Guard.SUBJECT_NAMED_EXTENT}),
        (Move.LOSE, {Guard.CONTACT_ATTEMPTS_DOCUMENTED}),
    ],
)
def test_what_must_hold_before_the_moves_that_go_wrong_most(move, guards):
    """No procedure before consent, no allocation before the signature, no dose or surgery before its gate."""
    assert guards <= guards_of(move)


def test_the_fhir_states_are_the_thirteen_published():
    published = """candidate eligible follow-up ineligible not-registered off-study on-study on-study-intervention
    on-study-observation pending-on-study potential-candidate screening withdrawn"""
    assert sorted(FhirState) == published.split()


def test_fhir_calls_withdrawn_only_who_left_before_an_allocation():
    """The published definition of `withdrawn` ends in "before registration"."""
    withdrawn = [state for state, words in PAIRS.items() if words.fhir is FhirState.WITHDRAWN]
    assert withdrawn == [SubjectState(Participation.WITHDRAWN_FROM_ALL_CONTACT, Treatment.NOT_ASSIGNED)]


def test_milestones_of_fhir_are_reached_by_screening_and_allocation():
    reached = {(line.move, line.milestone.value) for line in TRANSITIONS if line.milestone}
    assert reached == {
        (Move.FAIL_SCREENING, "Screened"),
        (Move.JUDGE_ELIGIBLE, "Screened"),
        (Move.RANDOMISE, "Randomized"),
    }
    assert set(Milestone) == {"Screened", "Randomized"}


def test_terms_of_disposition_are_those_of_the_code_lists():
    traces = {line.sdtm for line in TRANSITIONS if line.sdtm and line.sdtm.domain == "DS"} - {TERM_OF_THE_REASON}
    assert {trace.term for trace in traces if trace.category is DsCategory.DISPOSITION} == REASONS
    assert {trace.term for trace in traces if trace.category is DsCategory.MILESTONE} == MILESTONES


def test_who_never_consented_leaves_no_disposition():
    from_identified = [line for line in TRANSITIONS if line.sources == (Participation.IDENTIFIED,)]
    assert {line.move for line in from_identified if line.sdtm} == {Move.CONSENT}


def test_a_coupling_belongs_to_a_move_of_participation_and_moves_one_way():
    for coupling in COUPLINGS:
        assert {line.machine for line in lines_of(coupling.move)} == {Machine.PARTICIPATION}
        assert coupling.target not in coupling.sources
    assert len({coupling.move for coupling in COUPLINGS}) == len(COUPLINGS)


def test_what_a_masked_person_reads_does_not_change_with_treatment():
    on_study = [SubjectState(Participation.RANDOMISED, treatment) for treatment in Treatment]
    assert {state.masked_label for state in on_study} == {"randomised"}
    assert {PAIRS[state].label for state in on_study if state.is_legal} == {
        "randomised",
        "on treatment",
        "treatment discontinued",
        "treatment ended",
    }


def test_guards_have_names_that_stay_and_words_of_their_own():
    assert Guard.GATE_PASSED.id == "gate-passed"
    assert len({guard.value for guard in Guard}) == len({guard.id for guard in Guard}) == len(Guard.__members__)
