"""Every move from every pair of states, against a list written a second time by hand.

`WAYS` restates the rules in words of their own, pair by pair, and is the expectation: a move that it does not name is
refused. It was written from the rules (withdrawal is of three kinds, follow-up outlives treatment, a subject is
allocated once, an end is an end), not from the table under test.
"""

import itertools
import re

import pytest

from equipoise.conduct.guards import Guard
from equipoise.conduct.lifecycle import (
    check_correction,
    check_move,
    find_transition,
    guards_of,
    possible_transitions,
)
from equipoise.conduct.moves import TRANSITIONS, Move
from equipoise.conduct.states import FIRST_STATE, PAIRS, Participation, SubjectState, Treatment
from equipoise.errors import EquipoiseError

WAYS = """
identified not-assigned
    decline: declined not-assigned
    consent: consented not-assigned
    fail-screening: screen-failed not-assigned
    die: died not-assigned
declined not-assigned
consented not-assigned
    renew-consent: consented not-assigned
    start-screening: screening not-assigned
    fail-screening: screen-failed not-assigned
    withdraw-from-all-contact: withdrawn-from-all-contact not-assigned
    die: died not-assigned
    leave-study: off-study not-assigned
screening not-assigned
    renew-consent: screening not-assigned
    fail-screening: screen-failed not-assigned
    judge-eligible: eligible not-assigned
    withdraw-from-all-contact: withdrawn-from-all-contact not-assigned
    die: died not-assigned
    leave-study: off-study not-assigned
screen-failed not-assigned
eligible not-assigned
    renew-consent: screening not-assigned
    fail-screening: screen-failed not-assigned
    expire-eligibility: screening not-assigned
    randomise: randomised assigned
    withdraw-from-all-contact: withdrawn-from-all-contact not-assigned
    die: died not-assigned
    leave-study: off-study not-assigned
randomised assigned
    renew-consent: randomised assigned
    start-treatment: randomised on-treatment
    discontinue-treatment: randomised discontinued
    withdraw-from-treatment: randomised discontinued
    withdraw-from-procedures: withdrawn-from-procedures discontinued
    withdraw-from-all-contact: withdrawn-from-all-contact discontinued
    lose: lost discontinued
    die: died ended
    leave-study: off-study discontinued
randomised on-treatment
    renew-consent: randomised on-treatment
    continue-treatment: randomised on-treatment
    end-treatment: randomised ended
    discontinue-treatment: randomised discontinued
    withdraw-from-treatment: randomised discontinued
    withdraw-from-procedures: withdrawn-from-procedures discontinued
    withdraw-from-all-contact: withdrawn-from-all-contact discontinued
    lose: lost discontinued
    die: died ended
    leave-study: off-study discontinued
randomised discontinued
    renew-consent: randomised discontinued
    enter-follow-up: follow-up discontinued
    withdraw-from-procedures: withdrawn-from-procedures discontinued
    withdraw-from-all-contact: withdrawn-from-all-contact discontinued
    lose: lost discontinued
    die: died discontinued
    leave-study: off-study discontinued
randomised ended
    renew-consent: randomised ended
    enter-follow-up: follow-up ended
    withdraw-from-procedures: withdrawn-from-procedures ended
    withdraw-from-all-contact: withdrawn-from-all-contact ended
    lose: lost ended
    die: died ended
    leave-study: off-study ended
follow-up discontinued
    renew-consent: follow-up discontinued
    withdraw-from-procedures: withdrawn-from-procedures discontinued
    withdraw-from-all-contact: withdrawn-from-all-contact discontinued
    lose: lost discontinued
    die: died discontinued
    complete: completed discontinued
    leave-study: off-study discontinued
follow-up ended
    renew-consent: follow-up ended
    withdraw-from-procedures: withdrawn-from-procedures ended
    withdraw-from-all-contact: withdrawn-from-all-contact ended
    lose: lost ended
    die: died ended
    complete: completed ended
    leave-study: off-study ended
withdrawn-from-procedures discontinued
    withdraw-from-all-contact: withdrawn-from-all-contact discontinued
    die: died discontinued
    leave-study: off-study discontinued
withdrawn-from-procedures ended
    withdraw-from-all-contact: withdrawn-from-all-contact ended
    die: died ended
    leave-study: off-study ended
withdrawn-from-all-contact not-assigned
    die: died not-assigned
withdrawn-from-all-contact discontinued
    die: died discontinued
withdrawn-from-all-contact ended
    die: died ended
lost discontinued
    withdraw-from-all-contact: withdrawn-from-all-contact discontinued
    find: follow-up discontinued
    die: died discontinued
    leave-study: off-study discontinued
lost ended
    withdraw-from-all-contact: withdrawn-from-all-contact ended
    find: follow-up ended
    die: died ended
    leave-study: off-study ended
died not-assigned
died discontinued
died ended
completed discontinued
completed ended
off-study not-assigned
off-study discontinued
off-study ended
"""


def pair(text):
    participation, treatment = text.split()
    return SubjectState(Participation(participation), Treatment(treatment))


def parts_of(state):
    return state.participation, state.treatment


def read_ways():
    ways = {}
    for block in re.split(r"\n(?=\S)", WAYS.strip()):
        state, *moves = block.splitlines()
        named = [line.split(":") for line in moves]
        ways[pair(state)] = {Move(move.strip()): pair(outcome) for move, outcome in named}
    return ways


EXPECTED = read_ways()
EVERY_PAIR = [SubjectState(*parts) for parts in itertools.product(Participation, Treatment)]
FINAL = {Participation.DECLINED, Participation.SCREEN_FAILED, Participation.DIED, Participation.COMPLETED}
FINAL |= {Participation.OFF_STUDY}


@pytest.mark.parametrize("state", EVERY_PAIR, ids=lambda state: f"{state.participation}-{state.treatment}")
def test_each_move_from_each_pair_leads_where_the_rules_say_or_is_refused(state):
    for move in Move:
        outcome = EXPECTED.get(state, {}).get(move)
        assert (find_transition(state, move) is not None) is (outcome is not None), move
        if outcome is not None:
            assert check_move(state, move) == outcome, move
            continue
        with pytest.raises(EquipoiseError, match="S-017: cannot "):
            check_move(state, move, "S-017")


def test_the_legal_pairs_are_those_of_the_rules():
    assert set(PAIRS) == set(EXPECTED)
    assert [state.is_legal for state in EVERY_PAIR] == [state in EXPECTED for state in EVERY_PAIR]


def test_every_legal_pair_can_be_reached_and_no_other():
    reached, front = {FIRST_STATE}, [FIRST_STATE]
    while front:
        state = front.pop()
        for line in possible_transitions(state):
            outcome = check_move(state, line.move)
            if outcome not in reached:
                reached.add(outcome)
                front.append(outcome)
    assert reached == set(PAIRS)


def test_an_end_is_left_by_nothing_but_a_correction_and_everything_else_is_left():
    final = {state for state in PAIRS if not possible_transitions(state)}
    assert final == {state for state in PAIRS if state.participation in FINAL}


def test_every_source_in_the_table_is_one_from_which_the_move_can_be_made():
    stands = [(line, part) for state in PAIRS for line in possible_transitions(state) for part in parts_of(state)]
    dead = [(line.move, source) for line in TRANSITIONS for source in line.sources if (line, source) not in stands]
    assert dead == []


def test_a_lost_subject_who_is_found_goes_on_in_follow_up():
    lost = pair("lost discontinued")
    assert check_move(lost, Move.FIND) == pair("follow-up discontinued")


def test_who_is_lost_died_or_left_is_never_still_on_treatment():
    away = {Move.LOSE, Move.DIE, Move.LEAVE_STUDY, Move.WITHDRAW_FROM_PROCEDURES, Move.WITHDRAW_FROM_ALL_CONTACT}
    outcomes = [check_move(state, move) for state in PAIRS for move in away if find_transition(state, move) is not None]
    assert {outcome.treatment for outcome in outcomes} == set(Treatment) - {Treatment.ASSIGNED, Treatment.ON_TREATMENT}


def test_stopping_treatment_in_any_way_leaves_the_subject_on_study():
    for move in (Move.DISCONTINUE_TREATMENT, Move.WITHDRAW_FROM_TREATMENT, Move.END_TREATMENT):
        stopped = check_move(pair("randomised on-treatment"), move)
        assert stopped.participation is Participation.RANDOMISED
        assert find_transition(stopped, Move.ENTER_FOLLOW_UP) is not None


def test_only_randomising_allocates_and_nothing_takes_an_allocation_back():
    changes = {
        line.move
        for state in PAIRS
        for line in possible_transitions(state)
        if check_move(state, line.move).is_allocated is not state.is_allocated
    }
    assert changes == {Move.RANDOMISE}
    assert [state for state in PAIRS if find_transition(state, Move.RANDOMISE)] == [pair("eligible not-assigned")]


@pytest.mark.parametrize(
    ("state", "move", "message"),
    [
        (
            "identified not-assigned",
            Move.START_SCREENING,
            r"S-017: cannot start screening: this starts from 'consented', and the subject stands in 'identified'\n"
            r"  Possible now: decline, consent, fail screening, record a death; or a signed correction with a reason\.",
        ),
        (
            "screening not-assigned",
            Move.RANDOMISE,
            "cannot randomise: this starts from 'eligible', and the subject stands in 'screening'\n"
            "  Possible now: .*judge eligible",
        ),
        ("randomised assigned", Move.RANDOMISE, "cannot randomise: a subject is allocated once, for ever"),
        ("withdrawn-from-all-contact ended", Move.RANDOMISE, "cannot randomise: a subject is allocated once, for ever"),
        (
            "randomised assigned",
            Move.CONTINUE_TREATMENT,
            "this starts from treatment 'on treatment', and the subject stands in 'randomised'\n"
            "  Possible now: .*start treatment",
        ),
        (
            "randomised on-treatment",
            Move.ENTER_FOLLOW_UP,
            "cannot enter follow-up: 'follow-up' and treatment 'on treatment' cannot stand together\n"
            "  Possible now: .*end treatment, discontinue treatment",
        ),
        (
            "died ended",
            Move.RENEW_CONSENT,
            "this starts from 'consented' or 'screening' or 'eligible' or 'randomised' or 'follow-up', and the subject "
            "stands in 'died'\n  This state is final: only a signed correction with a reason leads out of it",
        ),
        ("died assigned", Move.FIND, "No subject can stand there. Rebuild the tables from the log"),
        ("died ended", Move.CORRECT, "a correction names the earlier state to which it leads"),
    ],
)
def test_a_refusal_says_why_and_what_is_possible_instead(state, move, message):
    with pytest.raises(EquipoiseError, match=message):
        check_move(pair(state), move, "S-017")


def test_every_move_waits_for_an_unlocked_trial():
    lines = [line for state in PAIRS for line in possible_transitions(state)]
    assert all(Guard.TRIAL_NOT_LOCKED in guards_of(line) for line in lines)


def test_the_line_of_a_move_depends_on_where_the_subject_stands():
    """Survival after withdrawal from all contact is asked of a registry, and only with agreement."""
    plain = find_transition(pair("follow-up ended"), Move.DIE)
    agreed = find_transition(pair("withdrawn-from-all-contact ended"), Move.DIE)
    assert Guard.REGISTRY_AGREED not in guards_of(plain)
    assert Guard.REGISTRY_AGREED in guards_of(agreed)


def test_a_correction_leads_back_to_any_earlier_state_and_to_no_other():
    history = [pair("eligible not-assigned"), pair("randomised assigned"), pair("randomised on-treatment")]
    here = pair("died ended")
    reached = {state for state in EVERY_PAIR if corrects(here, state, history)}
    assert reached == {pair("randomised assigned"), pair("randomised on-treatment")}


def corrects(state, target, history):
    """Whether a correction leads there; else it is refused."""
    try:
        return check_correction(state, target, history) == target
    except EquipoiseError:
        return False


def test_a_screen_failure_recorded_by_mistake_is_corrected():
    history = [pair("consented not-assigned"), pair("screening not-assigned")]
    assert corrects(pair("screen-failed not-assigned"), pair("screening not-assigned"), history)


@pytest.mark.parametrize(
    ("here", "target", "messages"),
    [
        (
            "died ended",
            "eligible not-assigned",
            [
                "has one allocation, for ever\n.*neither made nor undone",
                "is judged eligible, and never corrected to it",
            ],
        ),
        ("eligible not-assigned", "randomised assigned", ["was never randomised", "has no allocation\n"]),
        ("died ended", "died ended", ["is died already\n  Nothing is to be corrected"]),
        ("died ended", "completed ended", ["was never completed\n  Name an earlier state: eligible, on treatment"]),
        ("died ended", "lost assigned", ["was never lost with treatment assigned", "can never be lost with treatment"]),
    ],
)
def test_a_refused_correction_names_every_fault(here, target, messages):
    history = [pair("eligible not-assigned"), pair("randomised on-treatment")]
    for message in messages:
        with pytest.raises(EquipoiseError, match=f"S-017: {message}"):
            check_correction(pair(here), pair(target), history, "S-017")
    with pytest.raises(EquipoiseError) as refusal:
        check_correction(pair(here), pair(target), history, "S-017")
    assert len(refusal.value.faults) == len(messages)
