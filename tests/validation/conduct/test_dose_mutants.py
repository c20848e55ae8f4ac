"""No row or limit of a dose table can be changed unseen: each single change is found by the checker or the rewrite.

Rows are left out, doubled, given another action, or one of their inputs another value. A change of words that leaves a
row with the states it had is none: what is present today was seen, so the rows differ in writing only.
"""

import json
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.validation.conduct.published_table import SIXTEEN_WEEKS, Past
from tests.validation.conduct.reference import PLAN, RULES, TOXICITIES, is_present_by_rewrite, is_present_by_rule

from equipoise.conduct.dose_rules import ToxicityState, decide, is_delay_reached
from equipoise.protocol.dose_tables import INPUTS, faults_of_table, is_for, states
from equipoise.protocol.plan import Delay, RowAction
from equipoise.protocol.resolve_plan import anchors_of
from equipoise.protocol.rules import RuleContext, parse_rule
from equipoise.terminology.catalogue import base_library

KINDS = ("left out", "doubled", "action", "input")


def with_rows(table, rows):
    return table.model_copy(update={"rows": rows})


def with_row(table, place, row):
    return with_rows(table, [*table.rows[:place], row, *table.rows[place + 1 :]])


def mutants(table, kind):
    for place, row in enumerate(table.rows):
        if kind == "left out":
            yield with_rows(table, table.rows[:place] + table.rows[place + 1 :])
        elif kind == "doubled":
            yield with_rows(table, [*table.rows, row])
        elif kind == "action":
            for action in set(RowAction) - {row.action}:
                yield with_row(table, place, row.model_copy(update={"action": action}))
        else:
            yield from (
                with_row(table, place, row.model_copy(update={"when": when})) for when in other_inputs(row.when)
            )


def other_inputs(when):
    for name, values in INPUTS.items():
        for value in (None, *values):
            other = when.model_copy(update={name: value})
            if covered(other) != covered(when):
                yield other


def covered(when):
    return {state for state in states() if is_for(when, state)}


def differs_from_rewrite(table):
    answer = TOXICITIES[table.id].answer
    for state in states():
        days = SIXTEEN_WEEKS if state.delay else SIXTEEN_WEEKS - 1
        expected = answer(state.now, Past(state.seen, state.before, days))
        if decide(table, ToxicityState(*state)).action.value != expected:
            return True
    return False


@pytest.mark.parametrize("table", RULES.tables, ids=lambda table: table.id)
def test_the_table_as_it_is_has_no_fault_and_agrees(table):
    assert faults_of_table(table) == []
    assert not differs_from_rewrite(table)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("table", RULES.tables, ids=lambda table: table.id)
def test_every_change_of_one_row_is_found(table, kind):
    changed = list(mutants(table, kind))
    assert len(changed) >= len(table.rows), "each row is changed at least once"
    unseen = [mutant for mutant in changed if not faults_of_table(mutant) and not differs_from_rewrite(mutant)]
    assert unseen == []


@pytest.mark.parametrize("kind", ["left out", "doubled"])
@pytest.mark.parametrize("table", RULES.tables, ids=lambda table: table.id)
def test_a_row_too_few_or_too_many_is_found_by_the_checker_alone(table, kind):
    assert all(faults_of_table(mutant) for mutant in mutants(table, kind))


LOOSENED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
TURNED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
COMPARISON = re.compile(r'(?<="is": ")(<=|>=|<|>) (-?[0-9.]+)')


def mutant_rules(table):
    """The rule with one comparison loosened or turned, or one limit moved: a grade by one, others by a tenth."""
    written = json.dumps(table.present)
    for found in COMPARISON.finditer(written):
        operator, limit = found[1], Decimal(found[2])
        step = 1 if "-grade" in written else limit / 10
        for changed in (
            f"{LOOSENED[operator]} {limit}",
            f"{TURNED[operator]} {limit}",
            f"{operator} {limit - step}",
            f"{operator} {limit + step}",
        ):
            yield changed, json.loads(written[: found.start()] + changed + written[found.end() :])


@pytest.mark.parametrize("table", RULES.tables, ids=lambda table: table.id)
def test_every_change_of_one_limit_is_found(table):
    numbers = TOXICITIES[table.id].numbers
    published = [is_present_by_rewrite(table.id, each) for each in numbers]
    context = RuleContext(base_library(), {}, anchors=anchors_of(PLAN.plan))
    changed = [(words, parse_rule(rule, context)) for words, rule in mutant_rules(table)]
    assert len(changed) >= 4
    unseen = [
        words for words, node in changed if [is_present_by_rule(table.id, each, node) for each in numbers] == published
    ]
    assert unseen == []


@pytest.mark.parametrize(
    "changed",
    [{"limit": SIXTEEN_WEEKS - 1}, {"limit": SIXTEEN_WEEKS + 1}, {"counts_from": "due-day"}],
    ids=str,
)
def test_every_change_of_the_delay_is_found(changed):
    delay = Delay.model_validate(RULES.delay.model_dump() | changed)
    last = date(2026, 1, 5)
    days = [timedelta(number) for number in range(SIXTEEN_WEEKS + 60)]
    published = [day.days >= SIXTEEN_WEEKS for day in days]
    assert [is_delay_reached(RULES.delay, last, last + timedelta(56), last + day) for day in days] == published
    assert [is_delay_reached(delay, last, last + timedelta(56), last + day) for day in days] != published
