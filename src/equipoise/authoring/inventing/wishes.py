"""What is wished of a made-up patient: for each criterion an effect, and from it a truth for the atoms of its rule.

A wish is no promise: two criteria may ask opposite things of one fact. Which records grant it is for `population`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from equipoise.criteria.nodes import AnyRecorded, AtLeast, Atom, Constant, FirstRecorded, Node, Not
from equipoise.criteria.outcome import Outcome
from equipoise.criteria.rulebook import CriterionRule
from equipoise.criteria.truth import Effect, Kind, Truth

SIDE_SHARE = 0.7
"""How often a part that the wish does not need is given the other truth, so that one part alone decides."""


class Wish(StrEnum):
    """The outcome wished of an atom; NO_DATA is unknown because nothing is there."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"
    NO_DATA = "no-data"

    @property
    def truth(self) -> Truth:
        return Truth.UNKNOWN if self is Wish.NO_DATA else Truth(self.value)

    def is_granted_by(self, outcome: Outcome) -> bool:
        return outcome.truth is self.truth and not (self is Wish.NO_DATA and outcome.has_data)


@dataclass(frozen=True)
class Character:
    """How often a criterion passes, blocks or stays open for one sort of patient. [shares of one]"""

    share: float
    passes: float
    blocks: float
    opens: float


CHARACTERS = (
    Character(share=0.3, passes=0.985, blocks=0.0, opens=0.015),
    Character(share=0.25, passes=0.9, blocks=0.0, opens=0.1),
    Character(share=0.45, passes=0.6, blocks=0.2, opens=0.2),
)
"""Patients who may nearly enter, patients of whom facts are missing, and all others."""


def draw_wishes(rules: Iterable[CriterionRule], rng: Random) -> dict[Atom, Wish]:
    """The wishes of one patient; where criteria share an atom the first that is drawn decides."""
    shuffled = list(rules)
    rng.shuffle(shuffled)
    (who,) = rng.choices(CHARACTERS, [each.share for each in CHARACTERS])
    wishes = _Wishes(rng)
    for rule in shuffled:
        (effect,) = rng.choices((Effect.PASSES, Effect.BLOCKS, Effect.OPEN), (who.passes, who.blocks, who.opens))
        wishes.add(rule.node, _truth_for(rule.kind, effect))
    return wishes.atoms


def _truth_for(kind: Kind, effect: Effect) -> Truth:
    if effect is Effect.OPEN:
        return Truth.UNKNOWN
    return Truth.TRUE if (effect is Effect.PASSES) == (kind is Kind.INCLUSION) else Truth.FALSE


class _Wishes:
    """Wishes of one patient, from the whole rule down to its atoms."""

    def __init__(self, rng: Random) -> None:
        self.atoms: dict[Atom, Wish] = {}
        self._rng = rng

    def add(self, node: Node, truth: Truth) -> None:
        if isinstance(node, Constant):
            return
        if isinstance(node, Atom):
            self.atoms.setdefault(node, Wish(truth.value))
        elif isinstance(node, Not):
            self.add(node.child, truth.negated())
        elif isinstance(node, AtLeast):
            self._add_at_least(node, truth)
        elif isinstance(node, FirstRecorded):
            self._add_first(node, truth)
        elif isinstance(node, AnyRecorded):
            self._add_any_recorded(node, truth)
        else:
            for child in node.children():
                self.add(child, truth)

    def _add_at_least(self, node: AtLeast, truth: Truth) -> None:
        settled = [self._settled(part) for part in node.parts]
        free = [part for part, known in zip(node.parts, settled, strict=True) if known is None]
        self._rng.shuffle(free)
        n_true, n_false = settled.count(Truth.TRUE), settled.count(Truth.FALSE)
        if truth is Truth.UNKNOWN:
            doubtful = free[:1] if Truth.UNKNOWN not in settled else []
            rest = free[len(doubtful) :]
            n_more = max(0, node.n - 1 - n_true)
            wished = [*((part, Truth.UNKNOWN) for part in doubtful), *((part, Truth.TRUE) for part in rest[:n_more])]
            wished += [(part, Truth.FALSE) for part in rest[n_more:]]
        else:
            enough = node.n - n_true if truth is Truth.TRUE else len(node.parts) - node.n + 1 - n_false
            wished = [(part, truth) for part in free[: max(0, enough)]]
            others = [part for part in free[max(0, enough) :] if self._rng.random() < SIDE_SHARE]
            wished += [(part, truth.negated()) for part in others]
        for part, each in wished:
            self.add(part, each)

    def _add_first(self, node: FirstRecorded, truth: Truth) -> None:
        place = self._rng.randrange(len(node.parts))
        for part in node.parts[:place]:
            self._add_nothing(part)
        self.add(node.parts[place], truth)

    def _add_any_recorded(self, node: AnyRecorded, truth: Truth) -> None:
        chosen = self._rng.randrange(len(node.parts))
        for place, part in enumerate(node.parts):
            if place == chosen:
                self.add(part, truth)
            elif truth is Truth.FALSE and self._rng.random() < SIDE_SHARE:
                self.add(part, Truth.FALSE)
            else:
                self._add_nothing(part)

    def _add_nothing(self, node: Node) -> None:
        for atom in node.walk():
            if isinstance(atom, Atom):
                self.atoms.setdefault(atom, Wish.NO_DATA)

    def _settled(self, node: Node) -> Truth | None:
        """The truth that the wishes so far give a node; None while they do not decide it."""
        if isinstance(node, Constant):
            return Truth.UNKNOWN
        if isinstance(node, Atom):
            return self.atoms[node].truth if node in self.atoms else None
        parts = [self._settled(child) for child in node.children()]
        if isinstance(node, Not):
            return None if parts[0] is None else parts[0].negated()
        if isinstance(node, AtLeast):
            if parts.count(Truth.TRUE) >= node.n:
                return Truth.TRUE
            if parts.count(Truth.FALSE) > len(parts) - node.n:
                return Truth.FALSE
            return None if None in parts else Truth.UNKNOWN
        return parts[0] if len(set(parts)) == 1 else None
