"""Dose tables over arrays say what `decide` says, state by state."""

import itertools

import numpy as np
import pytest
from tests.dose_world import AFTER_REDUCTION, NEVER_AGAIN, ORDINARY, make_rules, make_table

from equipoise.conduct.answers import Action
from equipoise.conduct.dose_arrays import (
    ACTIONS,
    IMPOSSIBLE,
    LEVELS,
    UNKNOWN,
    YES,
    answers_of,
    decide_all_states,
    decide_states,
    encode_states,
    every_state,
)
from equipoise.conduct.dose_rules import ToxicityState, decide, decide_all

FLAGS = (False, True, None)


def digits_of(state):
    flags = [FLAGS.index(flag) for flag in (state.now, state.seen, state.before, state.delay)]
    return dict(zip(("now", "seen", "before", "delay"), flags, strict=True), level=LEVELS.index(state.level))


def test_every_state_has_a_code_of_its_own():
    """Three to the fifth less those present today and not seen: 243 - 27."""
    codes = {code for code, _ in every_state()}
    assert len(codes) == 243 - 27
    assert all(encode_states(**digits_of(state)) == code for code, state in every_state())


@pytest.mark.parametrize("rows", [ORDINARY, NEVER_AGAIN, AFTER_REDUCTION])
def test_arrays_are_equal_to_the_plain_answer_on_every_state(rows):
    table = make_table(rows)
    kept = [state for _, state in every_state()]
    columns = {name: [digits_of(state)[name] for state in kept] for name in digits_of(kept[0])}
    found = decide_states(table, encode_states(**columns))
    assert [ACTIONS[code] for code in found] == [decide(table, state).action for state in kept]


def test_the_strictest_of_two_tables_over_all_pairs_of_states():
    rules = make_rules({"T1": ORDINARY, "T2": AFTER_REDUCTION})
    pairs = list(itertools.product(every_state(), every_state()))[::7]
    first, second = (np.array([pair[place][0] for pair in pairs], dtype=np.uint8) for place in (0, 1))
    found = decide_all_states(rules, {"T1": first, "T2": second})
    expected = [decide_all(rules, {"T1": one, "T2": other}).action for (_, one), (_, other) in pairs]
    assert [ACTIONS[code] for code in found] == expected


def test_states_broadcast():
    rules = make_rules({"T1": ORDINARY, "T2": NEVER_AGAIN})
    first = encode_states(now=0, seen=[[0], [1]], before=0, delay=0)
    second = encode_states(now=0, seen=0, before=[0, 0, 1], delay=0)
    found = decide_all_states(rules, {"T1": first, "T2": second})
    give, reduce, stop = (ACTIONS.index(action) for action in (Action.GIVE, Action.REDUCE, Action.STOP))
    assert found.tolist() == [[give, give, stop], [reduce, reduce, stop]]


def test_a_table_that_is_left_out_is_unknown():
    rules = make_rules({"T1": ORDINARY, "T2": NEVER_AGAIN})
    found = decide_all_states(rules, {"T1": encode_states(now=0, seen=[0, 1], before=[0, 1], delay=0)})
    assert [ACTIONS[code] for code in found] == [Action.UNKNOWN, Action.STOP]


def test_a_state_that_cannot_be_is_refused():
    assert (answers_of(make_table(ORDINARY)) == IMPOSSIBLE).sum() == 27
    with pytest.raises(ValueError, match="a state cannot be"):
        decide_states(make_table(ORDINARY), encode_states(now=[0, YES], seen=0, before=0, delay=0))


def test_other_digits_are_refused():
    with pytest.raises(ValueError, match="0, 1 and 2"):
        encode_states(now=0, seen=UNKNOWN + 1, before=0, delay=0)


def test_no_states_give_no_answers():
    assert decide_states(make_table(ORDINARY), np.zeros((0, 3), dtype=np.uint8)).shape == (0, 3)


def test_the_level_before_the_first_dose_is_that_of_full():
    table = make_table(AFTER_REDUCTION)
    code = encode_states(now=YES, seen=YES, before=0, delay=0, level=0)
    first = decide(table, ToxicityState(True, True, False, False, None))
    assert ACTIONS[int(decide_states(table, code))] is first.action
