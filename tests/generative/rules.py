"""Random rules over the small vocabulary of `world`: every node, pick, operator and option is drawn."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from equipoise.criteria.nodes import (
    Age,
    Answers,
    AnyRecorded,
    AtLeast,
    CockcroftGault,
    Comparison,
    Constant,
    Count,
    DateWithin,
    Exists,
    FirstRecorded,
    Limit,
    Node,
    Not,
    Operator,
    Pick,
    Reading,
    Relative,
    Sex,
    Share,
    Value,
    Window,
    WindowUnit,
)
from equipoise.criteria.rulebook import CriterionRule, Rulebook
from equipoise.criteria.truth import Kind
from tests.generative.assessed_rules import random_assessment
from tests.generative.world import CONCEPTS, EVENTS, LIMITS, ORDERS, QUANTITIES, RANGES


@dataclass(frozen=True)
class Costly:
    """Atoms that cost the compiled evaluator a statement each; the rules of one rulebook share a few of them."""

    clearances: tuple[CockcroftGault, ...]
    counts: tuple[Count, ...]


def random_rulebook(rng: Random, n: int) -> Rulebook:
    """n random rules over the small library, with random absence assumptions."""
    costly = Costly(
        tuple(_random_clearance(rng) for _ in range(2)), tuple(_random_count(rng) for _ in range(max(6, n // 5)))
    )
    rules = []
    for number in range(n):
        kind = rng.choice(list(Kind))
        rules.append(CriterionRule(f"R{number}", kind, random_node(rng, 3, kind is Kind.EXCLUSION, costly)))
    assumed = frozenset(concept for concept in EVENTS if rng.random() < 0.6)
    return Rulebook(tuple(rules), CONCEPTS, assumed, RANGES if rng.random() < 0.7 else ())


def random_node(rng: Random, depth: int, orders_count: bool, costly: Costly) -> Node:
    if depth == 0 or rng.random() < 0.25:
        return random_atom(rng, orders_count, costly)
    parts = tuple(random_node(rng, depth - 1, orders_count, costly) for _ in range(rng.randint(2, 4)))
    match rng.randint(0, 5):
        case 0:
            return Not(parts[0])
        case 1:
            return FirstRecorded(parts)
        case 2:
            return AnyRecorded(parts)
        case 3:
            return Reading(f"reading-{rng.randint(1, 9)}", parts)
        case _:
            return AtLeast(rng.randint(1, len(parts)), parts)


def random_atom(rng: Random, orders_count: bool, costly: Costly) -> Node:
    match rng.randint(0, 14):
        case 0:
            return Age(rng.choice(list(Operator)), rng.choice((17, 18, 65)))
        case 1:
            return Sex(rng.choice(("female", "male")))
        case 2 | 3:
            return _random_exists(rng, orders_count)
        case 4:
            return rng.choice(costly.counts)
        case 5:
            concept = rng.choice(("lesion-score", "clearance"))
            percent = Decimal(rng.choice(("50", "33.3", "0", "66.666667")))
            return Share(
                concept, _random_comparison(rng, concept), rng.choice(list(Operator)), percent, _random_window(rng)
            )
        case 6:
            return rng.choice(costly.clearances)
        case 8 | 9:
            return random_assessment(rng, _random_window(rng))
        case 7:
            return (
                Constant("text-damaged", f"repair:R{rng.randint(1, 3)}") if rng.random() < 0.3 else _random_value(rng)
            )
        case _:
            return _random_value(rng)


def _random_clearance(rng: Random) -> CockcroftGault:
    return CockcroftGault(rng.choice(ORDERS), Decimal(rng.choice(("50", "41.3", "49.8"))), _random_window(rng))


def _random_count(rng: Random) -> Count:
    concept = rng.choice((*EVENTS, "haemoglobin", "mood"))
    return Count(concept, rng.choice(list(Operator)), rng.randint(0, 3), _random_window(rng))


def _random_exists(rng: Random, orders_count: bool) -> Exists:
    concept = rng.choice(EVENTS)
    site = "liver" if rng.random() < 0.2 else None
    if rng.random() < 0.2:
        return Exists(concept, before=_random_window(rng, always=True), site=site, orders_count=orders_count)
    return Exists(concept, within=_random_window(rng), site=site, orders_count=orders_count)


def _random_window(rng: Random, *, always: bool = False) -> Window | None:
    if not always and rng.random() < 0.3:
        return None
    length, unit = rng.choice(((0, "d"), (28, "d"), (90, "d"), (12, "mo"), (1, "a"), (1, "mo")))
    anchor = "cycle-1" if rng.random() < 0.15 else "as_of"
    return Window(length, WindowUnit(unit), rng.random() < 0.3, anchor)


def _random_value(rng: Random) -> Value:
    window = _random_window(rng)
    kind = rng.random()
    if kind < 0.2:
        words = tuple(rng.sample(("good", "bad", "fair"), rng.randint(1, 2)))
        return Value("mood", Answers(words), rng.choice((Pick.LATEST, Pick.ANY, Pick.EVERY)), window)
    if kind < 0.3:
        picked = rng.choice((Pick.LATEST, Pick.ANY, Pick.EVERY))
        return Value("last-visit", DateWithin(_random_window(rng, always=True) or Window(1)), picked, window)
    concept = rng.choice(QUANTITIES)
    test = _random_comparison(rng, concept)
    picks = [Pick.LATEST, Pick.LATEST, Pick.ANY, Pick.EVERY]
    if test.operator is not Operator.EQ:
        picks += [Pick.MAXIMUM, Pick.MINIMUM]
    methods = ("plasma", "urine-24h") if concept == "clearance" and rng.random() < 0.6 else ()
    older = "creatinine" if concept == "clearance" and rng.random() < 0.5 else None
    site = "liver" if rng.random() < 0.05 else None
    return Value(concept, test, rng.choice(picks), window, methods, rng.random() < 0.1, site, older)


def _random_comparison(rng: Random, concept: str) -> Comparison:
    operator = rng.choice((*ORDERS, *ORDERS, Operator.EQ))
    if concept in ("haemoglobin", "creatinine") and rng.random() < 0.3:
        return Comparison(
            operator, (Limit(Decimal(rng.choice(("1", "1.5", "0.5"))), None, rng.choice(list(Relative))),)
        )
    options = [Limit(Decimal(value), unit) for value, unit in LIMITS[concept]]
    if concept == "haemoglobin" and rng.random() < 0.3:
        return Comparison(operator, tuple(options[:2]))
    return Comparison(operator, (rng.choice(options),))
