"""The dose tables of the reference protocol over all states: one action each, and that of the independent rewrite.

The rewrite is `published_table`. Whether a number makes a toxicity present, when it was, and whether a dose is late are
each asked of the program and of the rewrite.
"""

import itertools
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from tests.validation.conduct.published_table import GIVE, HOLD, REDUCE, STOP, Past, strictest
from tests.validation.conduct.reference import (
    PLAN,
    RULES,
    TOXICITIES,
    is_present_by_rewrite,
    is_present_by_rule,
)

from equipoise.conduct.dose_arrays import ACTIONS, decide_all_states, encode_states
from equipoise.conduct.dose_rules import ToxicityState, decide, is_delay_reached, toxicity_state
from equipoise.criteria.nodes import Atom
from equipoise.criteria.truth import Truth
from equipoise.protocol.dose_tables import FULL, REDUCED, faults_of_table

FIRST = date(2026, 1, 5)
LAST_DAY = 170
"""Days since the last dose that are tried: to 24 weeks and two days, well over the limit of 16 weeks."""
WORDS = {STOP: 0, HOLD: 1, REDUCE: 3, GIVE: 4}
"""The words of the rewrite as places of `ACTIONS`; the third place is unknown, which no state here may be."""
WAYS = {
    2: {1: ([None], [0]), 2: ([0, 55, 56, 111, 112, 170], [0, 1]), 3: ([111, 112], [0, 1]), 4: ([170], [0])},
    3: {3: ([0, 112], [0, 1]), 4: ([111, 170], [0, 1])},
}
"""By how many numbers of each table are tried: for each cycle the days since the last dose, and the levels."""

is_present = cache(is_present_by_rule)


def truth(was_there):
    return Truth.TRUE if was_there else Truth.FALSE


def test_tables_and_rewrite_speak_of_the_same_toxicities():
    assert [table.id for table in RULES.tables] == list(TOXICITIES)
    assert [faults_of_table(table) for table in RULES.tables] == [[]] * len(TOXICITIES)


def test_words_are_those_of_the_program():
    assert [ACTIONS[place].value for place in WORDS.values()] == list(WORDS)


@pytest.mark.parametrize("name", TOXICITIES)
def test_numbers_around_each_limit_are_present_as_published(name):
    numbers = TOXICITIES[name].numbers
    found = [is_present(name, each) for each in numbers]
    assert found == [is_present_by_rewrite(name, each) for each in numbers]
    assert set(found[:2]) == {False, True}, "the first two stand on both sides of a limit"


def test_lymphopenia_alone_is_in_no_table():
    """Of any grade: no rule reads lymphocytes, so no number of them changes an answer. Nor leukocytes as a whole."""
    read = {
        concept
        for node in PLAN.tables.values()
        for part in node.walk()
        if isinstance(part, Atom)
        for concept in part.concept_ids()
    }
    assert {"platelets", "haemoglobin", "neutrophils"} <= read
    assert not {"lymphocytes", "leukocytes"} & read


def histories(cycle):
    """Whether the toxicity was there in each earlier interval, and since the last dose before today."""
    earlier = itertools.product((False, True), repeat=max(cycle - 2, 0))
    since = itertools.product((False, True), repeat=min(cycle - 1, 1))
    return itertools.product(earlier, since)


@pytest.mark.parametrize("table", RULES.tables, ids=lambda table: table.id)
def test_every_history_and_every_day_has_the_published_answer(table):
    """Four cycles, each interval with the toxicity or without, today too, 170 days since the last dose, both levels."""
    n = 0
    for cycle in (1, 2, 3, 4):
        doses = [FIRST + timedelta(60 * number) for number in range(cycle - 1)]
        for (earlier, since), now in itertools.product(histories(cycle), (False, True)):
            shown = zip(doses, (*earlier, *since), strict=True)
            results = [(dose + timedelta(1), truth(was_there)) for dose, was_there in shown]
            for days in range(1, LAST_DAY + 1) if doses else (None,):
                as_of = doses[-1] + timedelta(days) if doses else FIRST
                presence = toxicity_state(results, doses, as_of, now=truth(now))
                late = is_delay_reached(RULES.delay, doses[-1] if doses else None, None, as_of)
                expected = TOXICITIES[table.id].answer(now, Past(any(since), any(earlier), days))
                for level in (FULL, REDUCED) if doses else (None,):
                    found = decide(table, ToxicityState(*presence, late, level))
                    assert found.action.value == expected, (cycle, earlier, since, now, days, level)
                    assert len(found.rows) == 1
                    n += 1
    assert n == 2 + LAST_DAY * 2 * 2 * (2 + 4 + 8)


@pytest.mark.parametrize("n_numbers", [2, pytest.param(3, marks=pytest.mark.long)])
def test_all_tables_together_have_one_action_and_the_published_one(n_numbers):
    """Numbers around each limit x each toxicity seen and seen before x days since the last dose x level x cycle."""
    n = sum(
        compare_all_states(cycle, n_numbers, days, level)
        for cycle, ways in WAYS[n_numbers].items()
        for days, level in itertools.product(*ways)
    )
    assert n >= 1_000_000


def compare_all_states(cycle, n_numbers, days, level):
    """All states of a cycle, day and level: the program over arrays, the rewrite one by one in the same order."""
    pasts = [(seen, before) for seen in (False, True)[:cycle] for before in (False, True)[: max(cycle - 1, 1)]]
    axes = {name: list(itertools.product(each.numbers[:n_numbers], pasts)) for name, each in TOXICITIES.items()}
    found = program_answers(axes, days, level).ravel()
    answers = [
        [each.answer(is_present_by_rewrite(name, numbers), Past(*past, days)) for numbers, past in axes[name]]
        for name, each in TOXICITIES.items()
    ]
    together = (WORDS[strictest(state)] for state in itertools.product(*answers))
    assert np.array_equal(found, np.fromiter(together, dtype=np.uint8, count=found.size))
    return found.size


def program_answers(axes, days, level):
    """One axis for each table; every combination of their states at once."""
    late = is_delay_reached(RULES.delay, None if days is None else FIRST, None, FIRST + timedelta(days or 0))
    codes = {}
    for place, (name, axis) in enumerate(axes.items()):
        now = np.array([is_present(name, numbers) for numbers, _ in axis])
        was_seen, was_before = np.array([past for _, past in axis]).T
        column = encode_states(now=now, seen=now | was_seen, before=was_before, delay=late, level=level)
        codes[name] = column.reshape([-1 if other == place else 1 for other in range(len(axes))])
    return decide_all_states(RULES, codes)
