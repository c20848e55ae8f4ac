"""What dose tables answer. Expected actions are read from the rows in `tests.dose_world`, by hand."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dose_world import AFTER_REDUCTION, NEVER_AGAIN, ORDINARY, make_course, make_rules, make_table

from equipoise.conduct.answers import Action
from equipoise.conduct.dose_rules import (
    OTHER,
    ToxicityState,
    decide,
    decide_all,
    is_delay_reached,
    level_of,
    next_level,
    toxicity_state,
)
from equipoise.conduct.history import StepDone
from equipoise.criteria.truth import Truth
from equipoise.errors import ProtocolError
from equipoise.protocol.dose_tables import FULL, REDUCED, TableState, rows_for
from equipoise.protocol.plan import Delay

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
DAY = date(2026, 1, 1)
DOSES = [DAY, DAY + timedelta(56), DAY + timedelta(112)]


def on(number):
    return DAY + timedelta(number)


def answer(rows, *, now=False, seen=False, before=False, delay=False, level=None):
    return decide(make_table(rows), ToxicityState(now, seen, before, delay, level))


def test_first_occurrence_is_held_then_reduced():
    assert answer(ORDINARY, now=True, seen=True).action is Action.HOLD
    assert answer(ORDINARY, seen=True).action is Action.REDUCE


def test_recurrence_and_a_delay_that_is_too_long_stop():
    assert answer(ORDINARY, now=True, seen=True, before=True).action is Action.STOP
    assert answer(ORDINARY, seen=True, delay=True).action is Action.STOP


def test_the_answer_holds_its_row():
    table = make_table(ORDINARY)
    found = decide(table, ToxicityState(True, True, False, False, FULL))
    assert found.rows == (table.rows[3],)
    assert found.unknown == ()


def test_what_is_present_today_was_present_since_the_last_dose():
    with pytest.raises(ValueError, match="what is present today was present since the last dose"):
        ToxicityState(now=True, seen=False)


def test_an_unknown_input_that_changes_nothing_is_not_asked_for():
    """Nothing was seen: whether it was there before, and how late it is, is all one."""
    found = answer(ORDINARY, before=None, delay=None)
    assert (found.action, found.unknown) == (Action.GIVE, ())


def test_an_unknown_input_that_decides_leaves_the_answer_unknown_and_is_named():
    found = answer(ORDINARY, seen=True, before=None)
    assert (found.action, found.unknown) == (Action.UNKNOWN, ("before",))
    assert [row.action.value for row in found.rows] == ["stop", "reduce"]


def test_hold_or_stop_is_unknown_too():
    found = answer(ORDINARY, now=True, seen=True, before=None)
    assert (found.action, found.unknown) == (Action.UNKNOWN, ("before",))


def test_present_today_makes_seen_known():
    """Present, first occurrence, no delay: hold, although nobody said that it was seen."""
    assert answer(ORDINARY, now=True, seen=None).action is Action.HOLD


def test_with_nothing_known_every_input_that_the_table_asks_for_is_named():
    assert decide(make_table(ORDINARY), ToxicityState()).unknown == ("now", "seen", "before", "delay")
    assert decide(make_table(NEVER_AGAIN), ToxicityState()).unknown == ("seen", "before")


def test_before_the_first_dose_the_level_is_as_after_a_full_one():
    assert answer(AFTER_REDUCTION, now=True, seen=True, level=None).action is Action.HOLD


def test_a_dose_of_no_level_is_tried_as_both():
    found = answer(AFTER_REDUCTION, now=True, seen=True, level=OTHER)
    assert (found.action, found.unknown) == (Action.UNKNOWN, ("level",))
    assert answer(AFTER_REDUCTION, level=OTHER).action is Action.GIVE


@pytest.mark.parametrize("rows", [ORDINARY, NEVER_AGAIN, AFTER_REDUCTION])
def test_an_unknown_input_is_any_of_its_values_and_never_less(rows):
    """Against a plain trial of all values: the action is known exactly when all possible states agree on it."""
    table = make_table(rows)
    flags, levels = (False, True), (FULL, REDUCED)
    for known in itertools.product((*flags, None), (*flags, None), (*flags, None), (*flags, None), (*levels, OTHER)):
        if known[:2] == (True, False):
            continue
        possible = {
            rows_for(table, TableState(*values))[0].action.value
            for values in itertools.product(flags, flags, flags, flags, levels)
            if values[:2] != (True, False)
            and all(one in (None, OTHER, other) for one, other in zip(known, values, strict=True))
        }
        found = decide(table, ToxicityState(*known))
        assert found.action.value == (possible.pop() if len(possible) == 1 else "unknown")
        assert (found.action is Action.UNKNOWN) == bool(found.unknown)


@pytest.mark.parametrize("rows", [ORDINARY, NEVER_AGAIN, AFTER_REDUCTION])
def test_what_is_named_as_unknown_was_unknown_and_is_enough_to_know(rows):
    table = make_table(rows)
    names = ("now", "seen", "before", "delay")
    for flags in itertools.product((False, True, None), repeat=4):
        if flags[0] and flags[1] is False:
            continue
        given = dict(zip(names, flags, strict=True))
        found = decide(table, ToxicityState(**given, level=OTHER))
        unknown = {name for name in names if given[name] is None} | {"level"}
        assert set(found.unknown) <= unknown
        for values in itertools.product((False, True), repeat=4):
            told = dict(zip(names, values, strict=True))
            answers = {name: told[name] if name in found.unknown else given[name] for name in names}
            level = FULL if "level" in found.unknown else OTHER
            if not (answers["now"] and answers["seen"] is False):
                assert decide(table, ToxicityState(**answers, level=level)).action is not Action.UNKNOWN


def test_a_table_with_a_gap_is_not_used():
    with pytest.raises(ProtocolError, match="0 rows are for one state"):
        decide(make_table(ORDINARY[1:]), ToxicityState(False, False, False, False, FULL))


def test_the_strictest_table_counts():
    rules = make_rules({"T1": ORDINARY, "T2": NEVER_AGAIN})
    quiet, fading = ToxicityState(False, False, False, False), ToxicityState(False, True, False, False)
    found = decide_all(rules, {"T1": fading, "T2": quiet})
    assert found.action is Action.REDUCE
    assert [each.action for each in found.tables.values()] == [Action.REDUCE, Action.GIVE]
    assert decide_all(rules, {"T1": fading, "T2": fading}).action is Action.STOP


def test_a_toxicity_that_nobody_speaks_of_is_unknown():
    rules = make_rules({"T1": ORDINARY, "T2": NEVER_AGAIN})
    found = decide_all(rules, {"T1": ToxicityState(False, False, False, False)})
    assert (found.action, found.tables["T2"].unknown) == (Action.UNKNOWN, ("seen", "before"))


@pytest.mark.parametrize(("days", "reached"), [(0, False), (111, False), (112, True), (113, True)])
def test_sixteen_weeks_are_too_late_and_a_day_less_is_not(days, reached):
    """16 weeks are 112 days; 15 weeks and 6 days are 111."""
    delay = Delay(counts_from="last-dose", limit=16 * 7)
    assert is_delay_reached(delay, DAY, None, on(days)) is reached


def test_a_delay_may_count_from_the_day_the_dose_was_due():
    delay = Delay(counts_from="due-day", limit=112)
    assert is_delay_reached(delay, DAY, on(56), on(56 + 111)) is False
    assert is_delay_reached(delay, DAY, on(56), on(56 + 112)) is True


def test_nothing_is_delayed_before_the_first_dose():
    assert is_delay_reached(Delay(counts_from="due-day", limit=1), None, on(0), on(300)) is False


def test_a_delay_from_a_day_that_nobody_knows_is_unknown():
    assert is_delay_reached(Delay(counts_from="due-day", limit=1), DAY, None, on(300)) is None


@pytest.mark.parametrize(
    ("action", "last", "level"),
    [
        (Action.GIVE, None, "level-1"),
        (Action.GIVE, "level-2", "level-1"),
        (Action.REDUCE, "level-1", "level-2"),
        (Action.REDUCE, "level-2", "level-2"),
        (Action.REDUCE, None, "level-2"),
        (Action.HOLD, "level-1", None),
        (Action.STOP, "level-1", None),
        (Action.UNKNOWN, "level-1", None),
    ],
)
def test_full_then_reduced_then_full(action, last, level):
    found = next_level(make_course("7.4", "3.7"), action, last)
    assert (found and found.id) == level


def test_with_three_levels_each_reduction_goes_one_down():
    course = make_course("7.4", "5.5", "3.7")
    steps = [next_level(course, Action.REDUCE, last).id for last in ("level-1", "level-2", "level-3")]
    assert steps == ["level-2", "level-3", "level-3"]


def test_a_course_with_one_level_cannot_reduce():
    assert next_level(make_course("7.4"), Action.REDUCE, "level-1") is None


def test_the_level_of_the_last_dose():
    course = make_course("7.4", "3.7")
    levels = [level_of(course, StepDone("cycle-1", DAY, level=level)) for level in ("level-1", "level-2", None)]
    assert levels == [FULL, REDUCED, OTHER]
    assert level_of(course, None) is None


def test_an_operation_has_no_level():
    operation = make_course("7.4").model_copy(update={"amount": None})
    with pytest.raises(ProtocolError, match="There is no level of dose"):
        next_level(operation, Action.GIVE, None)


def test_before_the_first_dose_only_today_counts():
    days = [(on(-20), TRUE), (on(-3), FALSE)]
    assert toxicity_state(days, [], on(0), now=FALSE) == (False, False, False)
    assert toxicity_state(days, [], on(0), now=TRUE) == (True, True, False)
    assert toxicity_state(days, [], on(0), now=UNKNOWN) == (None, None, False)


def test_a_result_on_the_day_of_a_dose_belongs_to_the_interval_before_it():
    """Not present on day 56, the day of the second dose: not earlier then, and nothing is known since."""
    assert toxicity_state([(on(56), FALSE)], DOSES[:2], on(84), now=FALSE) == (False, None, False)


def test_a_toxicity_on_the_day_of_a_dose_that_was_given_all_the_same_counts_to_both_intervals():
    """Present on day 56, the day of the second dose: earlier then, and since, which stops at the third."""
    days = [(on(56), TRUE), (on(80), FALSE)]
    assert toxicity_state(days, DOSES[:2], on(84), now=FALSE) == (False, True, True)
    assert toxicity_state([(on(56), UNKNOWN), (on(80), FALSE)], DOSES[:2], on(84), now=FALSE) == (False, None, None)


def test_what_was_there_before_the_first_dose_is_not_an_earlier_interval():
    days = [(on(-5), TRUE), (on(40), FALSE), (on(80), FALSE)]
    assert toxicity_state(days, DOSES[:2], on(84), now=FALSE) == (False, False, False)


def test_what_was_there_on_the_day_of_the_first_dose_was_seen_since():
    days = [(on(0), TRUE), (on(40), FALSE)]
    assert toxicity_state(days, DOSES[:1], on(56), now=FALSE) == (False, True, False)


def test_a_nadir_that_is_over_was_seen():
    days = [(on(35), TRUE), (on(50), FALSE)]
    assert toxicity_state(days, DOSES[:1], on(56), now=FALSE) == (False, True, False)


def test_the_order_of_days_and_doses_does_not_matter():
    days = [(on(35), TRUE), (on(50), FALSE), (on(100), FALSE), (on(120), UNKNOWN)]
    expected = toxicity_state(days, DOSES, on(130), now=FALSE)
    assert expected == (False, None, True)
    for shuffled in itertools.permutations(days):
        assert toxicity_state(shuffled, DOSES[::-1], on(130), now=FALSE) == expected


def test_what_comes_later_is_left_out():
    days = [(on(50), FALSE), (on(70), TRUE)]
    assert toxicity_state(days, DOSES, on(56) - timedelta(1), now=FALSE) == (False, False, False)


def test_an_unknown_day_leaves_the_interval_unknown_unless_another_day_shows_it():
    assert toxicity_state([(on(20), UNKNOWN), (on(50), FALSE)], DOSES[:1], on(56), now=FALSE).seen is None
    assert toxicity_state([(on(20), UNKNOWN), (on(50), TRUE)], DOSES[:1], on(56), now=FALSE).seen is True


def test_an_interval_without_any_result_is_unknown():
    """Nothing was measured between dose 1 and dose 2; of what is told only when it happens, silence is a no."""
    days = [(on(80), FALSE)]
    assert toxicity_state(days, DOSES[:2], on(84), now=FALSE) == (False, False, None)
    assert toxicity_state([], DOSES[:1], on(56), now=FALSE) == (False, None, False)
    assert toxicity_state([], DOSES, on(168), now=FALSE, is_measured=False) == (False, False, False)


def test_today_counts_as_since_the_last_dose():
    assert toxicity_state([(on(50), FALSE)], DOSES[:1], on(56), now=TRUE) == (True, True, False)
    assert toxicity_state([(on(50), FALSE)], DOSES[:1], on(56), now=UNKNOWN) == (None, None, False)


def test_a_reaction_on_the_day_of_a_dose_came_of_that_dose():
    """Present on day 56, gone on day 57. An adverse event came of dose 2; low blood was there before it as well."""
    days = [(on(40), FALSE), (on(56), TRUE), (on(57), FALSE)]
    assert toxicity_state(days, DOSES[:2], on(84), now=FALSE, comes_of_dose=True) == (False, True, False)
    assert toxicity_state(days, DOSES[:2], on(84), now=FALSE) == (False, True, True)


def test_one_reaction_on_the_day_of_a_later_dose_is_no_recurrence():
    """On day 56, that of dose 2: since the last dose, not before; at the third dose it is an earlier one."""
    days = [(on(56), TRUE), (on(57), FALSE), (on(112), FALSE)]
    assert toxicity_state(days, DOSES[:2], on(112), now=FALSE, comes_of_dose=True) == (False, True, False)
    assert toxicity_state([*days, (on(150), FALSE)], DOSES, on(168), now=FALSE, comes_of_dose=True) == (
        False,
        False,
        True,
    )


def test_a_review_without_events_on_the_day_of_a_dose_belongs_to_the_interval_before_it():
    days = [(on(56), FALSE)]
    assert toxicity_state(days, DOSES[:2], on(84), now=FALSE, comes_of_dose=True) == (False, None, False)


def test_an_event_without_a_grade_on_the_day_of_a_dose_leaves_both_intervals_unknown():
    days = [(on(56), UNKNOWN), (on(80), FALSE)]
    assert toxicity_state(days, DOSES[:2], on(84), now=FALSE, comes_of_dose=True) == (False, None, None)


def plain_presence(days, doses, as_of, now):
    """The history of blood samples once more, with a loop over intervals: true, else unknown, else false."""
    doses = sorted({dose for dose in doses if dose <= as_of})
    if not doses:
        return FLAG[now], FLAG[now], False
    shown = []
    for start, end in zip(doses, [*doses[1:], as_of], strict=True):
        went_with_the_dose = {truth for day, truth in days if day == start and truth is not FALSE}
        shown.append(went_with_the_dose | {truth for day, truth in days if start < day <= end} or {UNKNOWN})
    shown[-1].add(now)
    since = shown.pop()
    earlier = set().union(*shown) or {FALSE}
    return FLAG[now], worst_of(since), worst_of(earlier)


FLAG = {TRUE: True, FALSE: False, UNKNOWN: None}
DAYS = st.integers(0, 40).map(on)


def worst_of(truths):
    return next(FLAG[truth] for truth in (TRUE, UNKNOWN, FALSE) if truth in truths)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(DAYS, st.sampled_from(Truth)), max_size=8),
    st.lists(DAYS, max_size=4),
    DAYS,
    st.sampled_from(Truth),
)
def test_any_history_is_as_a_plain_loop_over_intervals_has_it(days, doses, as_of, now):
    assert toxicity_state(days, doses, as_of, now=now) == plain_presence(days, doses, as_of, now)
