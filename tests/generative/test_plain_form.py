"""A rule without its layout judges every patient as the rule does, on random rules over random records.

If it did not, comparing two versions would call a change of meaning a change of words.
"""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from equipoise.criteria.nodes import AnyRecorded, AtLeast, Node, Not
from equipoise.criteria.rulebook import CriterionRule, Rulebook
from equipoise.protocol.rule_changes import Wording, describe_changes, meaning_key, plain_form
from equipoise.protocol.rules import rebuild
from equipoise.records.tables import TABLES
from tests.generative import world
from tests.generative.harness import judge_reference
from tests.generative.rules import random_rulebook

SEEDS = range(12)
N_RULES, N_PATIENTS = 12, 15


def shuffled(node: Node, rng: Random) -> Node:
    """The same rule laid out otherwise: parts in another order, a negation taken inside, one that undoes itself."""

    def change(part: Node) -> Node:
        match part:
            case AtLeast(n, parts):
                return AtLeast(n, tuple(rng.sample(parts, len(parts))))
            case AnyRecorded(parts):
                return AnyRecorded(tuple(rng.sample(parts, len(parts))))
            case Not(AtLeast(n, parts)) if rng.random() < 0.5:
                return AtLeast(len(parts) - n + 1, tuple(Not(each) for each in parts))
        return Not(Not(part)) if rng.random() < 0.1 else part

    return rebuild(node, change)


def truths(rulebook: Rulebook, seed: int) -> list[tuple[str, str, str]]:
    rng = Random(seed)
    patients = [world.random_patient(rng, f"P{number:04d}") for number in range(N_PATIENTS)]
    supplied = frozenset(name for name in TABLES if rng.random() < 0.75)
    return [(v.patient_id, v.criterion_id, v.truth.value) for v in judge_reference(rulebook, patients, supplied)]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_plain_form_of_a_rule_judges_as_the_rule_does(seed: int) -> None:
    rulebook = random_rulebook(Random(seed), N_RULES)
    rules = tuple(CriterionRule(rule.id, rule.kind, plain_form(rule.node)) for rule in rulebook.rules)
    assert truths(replace(rulebook, rules=rules), seed) == truths(rulebook, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_another_layout_has_the_same_meaning(seed: int) -> None:
    rng = Random(seed)
    for rule in random_rulebook(rng, N_RULES).rules:
        assert meaning_key(shuffled(rule.node, rng)) == meaning_key(rule.node)


def test_the_rules_drawn_hold_joins_and_negations_to_lay_out_otherwise() -> None:
    nodes = [
        node for seed in SEEDS for rule in random_rulebook(Random(seed), N_RULES).rules for node in rule.node.walk()
    ]
    for kind in (AtLeast, Not, AnyRecorded):
        assert sum(isinstance(node, kind) for node in nodes) > 10
    assert any(isinstance(node, Not) and isinstance(node.child, AtLeast) for node in nodes)


@pytest.mark.parametrize("seed", SEEDS)
def test_any_two_rules_of_different_meaning_are_told_apart_in_words(seed: int) -> None:
    rulebook = random_rulebook(Random(seed), N_RULES)
    wording = Wording(rulebook.concepts, {})
    for first, second in pairwise(rule.node for rule in rulebook.rules):
        said = describe_changes(first, second, wording, wording)
        assert bool(said) is (meaning_key(first) != meaning_key(second))
        assert all(said)
