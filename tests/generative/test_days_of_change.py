"""Between the days that `DaysOfChange` names no verdict changes: held against judging on every day.

Whole verdicts are compared (truth, basis, causes, evidence, needs), so that a day is missed in none of them. Rules are
those of enrolment: their windows count from the day of judgement.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from equipoise.criteria.bound import BoundPatient, index_bindings
from equipoise.criteria.nodes import AS_OF, Age, Atom, CockcroftGault, windows_of
from equipoise.criteria.reference import judge_patient
from equipoise.criteria.rulebook import Moment
from equipoise.records.tables import TABLES
from equipoise.screening.expiry import DaysOfChange
from equipoise.terminology.binding import bind_codes
from tests.generative import world
from tests.generative.rules import random_rulebook

SHORT, LONG = range(8), range(8, 120)
N_RULES, N_PATIENTS = 12, 2
HORIZON_DAYS = 400
STARTS = (world.AS_OF, date(2027, 12, 31), date(2024, 1, 31))
"""An ordinary day, and two from which windows of months and years meet short months and 29 February."""


def missed_days(seed: int) -> tuple[list[str], Counter[str]]:
    """Days on which a verdict changed and that were not named; and what changed how often."""
    rng = Random(seed)
    drawn = random_rulebook(rng, N_RULES)
    rulebook = replace(drawn, rules=tuple(rule for rule in drawn.rules if counts_from_as_of(rule.node)))
    supplied = frozenset(name for name in TABLES if rng.random() < 0.75)
    missed, reached = [], Counter()
    for number in range(N_PATIENTS):
        patient = world.random_patient(rng, f"P{number}")
        codes = {(row.get("system"), row.get("code")) for rows in patient.rows.values() for row in rows}
        codes |= {(world.LOCAL_SYSTEM, row["code"]) for row in patient.rows["attestations"]}
        bindings = index_bindings(bind_codes(rulebook.concepts, sorted(codes, key=str)))
        start = rng.choice(STARTS)
        bound = BoundPatient(patient, rulebook.concepts, bindings)
        changes = DaysOfChange(bound, start, horizon_days=HORIZON_DAYS)
        named = {rule.id: changes.of(rule.node) for rule in rulebook.rules}
        assert all(days == sorted(set(days)) for days in named.values())
        before = judge_patient(rulebook, patient, supplied, Moment(start), bindings)
        for day in (start + timedelta(days) for days in range(1, HORIZON_DAYS + 1)):
            now = judge_patient(rulebook, patient, supplied, Moment(day), bindings)
            for rule, old, new in zip(rulebook.rules, before, now, strict=True):
                if old != new:
                    reached.update(kinds_of(rule.node))
                    missed += [f"seed {seed}, {day}: {rule}"] if day not in named[rule.id] else []
            before = now
    return missed, reached


def counts_from_as_of(node) -> bool:
    return all(window.anchor == AS_OF for part in node.walk() for window in windows_of(part))


def kinds_of(node) -> set[str]:
    kinds = {type(part).__name__ for part in node.walk() if isinstance(part, Atom)}
    windows = [window for part in node.walk() for window in windows_of(part)]
    return kinds | {f"{window.unit}{' strict' if window.is_strict else ''}" for window in windows}


@pytest.fixture(scope="module")
def short():
    return [missed_days(seed) for seed in SHORT]


def test_no_verdict_changes_between_the_days_named(short):
    missed = [each for those, _ in short for each in those]
    assert missed == []


def test_verdicts_of_every_kind_of_atom_and_window_changed(short):
    reached = sum((each for _, each in short), Counter())
    assert {"Exists", "Value", "Count", Age.__name__, CockcroftGault.__name__} <= reached.keys()
    assert {"d", "mo", "a", "d strict"} <= reached.keys()


@pytest.mark.long
@pytest.mark.parametrize("seed", LONG)
def test_no_verdict_changes_between_the_days_named_on_many_seeds(seed):
    assert missed_days(seed)[0] == []
