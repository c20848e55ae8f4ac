"""When every wish is granted, the rule comes out as wished: held against how outcomes combine."""

from random import Random

import pytest

from equipoise.authoring.inventing.wishes import Wish, draw_wishes
from equipoise.criteria.nodes import (
    AnyRecorded,
    AtLeast,
    Atom,
    Constant,
    Exists,
    FirstRecorded,
    Node,
    Not,
    Reading,
    all_of,
    any_of,
)
from equipoise.criteria.outcome import Outcome
from equipoise.criteria.reference import combine_outcomes
from equipoise.criteria.rulebook import CriterionRule
from equipoise.criteria.truth import Effect, Kind, Truth, effect_of

A, B, C = Exists("a"), Exists("b"), Exists("c")
RULES = {
    "one": A,
    "not": Not(A),
    "all": all_of(A, B, C),
    "any": any_of(A, B, C),
    "two of three": AtLeast(2, (A, B, C)),
    "nested": any_of(Not(all_of(A, B)), all_of(Not(C), any_of(A, C))),
    "first recorded": FirstRecorded((A, B)),
    "any recorded": AnyRecorded((A, B, C)),
    "reading": Reading("r", (all_of(A, B), any_of(A, B))),
}
ROUNDS = 400


def granted(wishes: dict[Atom, Wish], node: Node, rng: Random) -> Outcome:
    """The outcome of a node whose wishes are all granted; what nobody wished is anything."""
    atoms = {}
    for atom in dict.fromkeys(each for each in node.walk() if isinstance(each, Atom)):
        wish = wishes.get(atom, rng.choice(list(Wish)))
        atoms[atom] = Outcome(wish.truth, has_data=wish is not Wish.NO_DATA)
    return combine_outcomes(node, atoms)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("node", RULES.values(), ids=RULES)
def test_granted_wishes_pass_block_and_open_a_rule_about_as_often_as_drawn(node, kind):
    rule = CriterionRule("X", kind, node)
    effects = []
    for seed in range(ROUNDS):
        rng = Random(seed)
        effects.append(effect_of(kind, granted(draw_wishes([rule], rng), node, rng).truth))
    # Patients who pass nearly everything are frequent; a block and an open end come to about a tenth each.
    shares = {effect: effects.count(effect) / ROUNDS for effect in Effect}
    assert shares[Effect.PASSES] > 0.6, shares
    assert shares[Effect.BLOCKS] > 0.04, shares
    assert shares[Effect.OPEN] > 0.06, shares


def test_a_constant_stays_what_it_is():
    node = any_of(Constant("text-damaged", "X"), A)
    for seed in range(ROUNDS):
        wishes = draw_wishes([CriterionRule("X", Kind.INCLUSION, node)], Random(seed))
        assert set(wishes) == {A}


def test_of_two_opposite_rules_one_is_granted():
    rules = [CriterionRule("X", Kind.INCLUSION, A), CriterionRule("Y", Kind.EXCLUSION, A)]
    drawn = {draw_wishes(rules, Random(seed))[A] for seed in range(ROUNDS)}
    assert {Wish.TRUE, Wish.FALSE} <= drawn


@pytest.mark.parametrize(
    ("wish", "outcome", "is_granted"),
    [
        (Wish.TRUE, Outcome(Truth.TRUE), True),
        (Wish.TRUE, Outcome(Truth.UNKNOWN), False),
        (Wish.UNKNOWN, Outcome(Truth.UNKNOWN, has_data=False), True),
        (Wish.NO_DATA, Outcome(Truth.UNKNOWN, has_data=False), True),
        (Wish.NO_DATA, Outcome(Truth.UNKNOWN), False),
    ],
)
def test_a_wish_is_granted_by_its_truth_and_no_data_by_nothing_there(wish, outcome, is_granted):
    assert wish.is_granted_by(outcome) is is_granted
