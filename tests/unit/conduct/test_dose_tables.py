"""The checker of dose tables: every possible state is decided by exactly one row, or the fault says which is not."""

import pytest
from tests.dose_world import AFTER_REDUCTION, NEVER_AGAIN, ORDINARY, make_table

from equipoise.protocol.dose_tables import faults_of_table, rows_for, states


def whats(rows):
    return [what for what, _ in faults_of_table(make_table(rows))]


def test_there_are_24_states():
    """Two to the fifth, less a quarter: those with the toxicity present today and not since the last dose."""
    every = list(states())
    assert len(every) == len(set(every)) == 32 - 8
    assert not any(state.now and not state.seen for state in every)


@pytest.mark.parametrize("rows", [ORDINARY, NEVER_AGAIN, AFTER_REDUCTION, [({}, "give")]])
def test_a_whole_table_has_no_faults_and_one_row_for_each_state(rows):
    assert whats(rows) == []
    assert {len(rows_for(make_table(rows), state)) for state in states()} == {1}


def test_a_gap_is_told_in_words_and_states_of_one_gap_together():
    assert faults_of_table(make_table(ORDINARY[1:])) == [
        ("no row says what follows when it was not present since the last dose", "Add a row for this, or widen one.")
    ]


def test_a_gap_of_several_shapes_is_told_by_as_many_sentences():
    """Left open: present and the delay not reached, or present and seen before; neither contains the other."""
    rows = [
        ({"now": False}, "give"),
        ({"now": True, "before": False, "delay": True}, "stop"),
    ]
    assert whats(rows) == [
        "no row says what follows when the toxicity is present today; the limit of delay is not reached",
        "no row says what follows when the toxicity is present today; it was present in an earlier interval",
    ]


def test_a_conflict_names_the_rows_what_they_say_and_the_state():
    rows = [*ORDINARY, ({"now": True, "before": True, "delay": True, "level": "reduced"}, "hold")]
    assert whats(rows) == [
        "rows 2 and 6 are all for the state when the toxicity is present today; it was present in an earlier interval; "
        "the limit of delay is reached; the last dose was reduced (they say stop and hold)"
    ]


def test_two_rows_that_say_the_same_for_one_state_are_a_fault_too():
    found = whats([*NEVER_AGAIN, ({"now": True}, "stop")])
    assert found == ["rows 1 and 4 are all for the state when the toxicity is present today (they say stop and stop)"]


def test_a_row_for_a_state_that_cannot_be_is_a_fault():
    found = whats([*NEVER_AGAIN, ({"now": True, "seen": False}, "hold")])
    assert found == ["row 4 is for no state that can be: what is present today was present since the last dose"]


def test_every_state_in_doubt_is_named_by_some_fault():
    """A table with one row that fits one state leaves 23: the sentences hold words for each of them."""
    (only,) = [state for state in states() if state == (True, True, True, True, "reduced")]
    found = whats([(only._asdict(), "stop")])
    assert len(found) == 5, "one for each input that is otherwise"
    assert all(what.count(";") == 0 for what in found)
