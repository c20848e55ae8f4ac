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


_TRIES = 12
"""How often a rule is drawn whose parts share atoms, until the wishes for them agree."""


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
        wishes.add_rule(rule.node, _truth_for(rule.kind, effect))
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

    def add_rule(self, node: Node, truth: Truth) -> None:
        """Wish a truth of a whole rule; parts that share atoms may have to be drawn more than once."""
        before = dict(self.atoms)
        for _ in range(_TRIES):
            self.atoms = dict(before)
            self._add(node, truth)
            if self._settled(node) is truth:
                return

    def _add(self, node: Node, truth: Truth) -> None:
        if isinstance(node, Constant):
            return
        if isinstance(node, Atom):
            self.atoms.setdefault(node, Wish(truth.value))
        elif isinstance(node, Not):
            self._add(node.child, truth.negated())
        elif isinstance(node, AtLeast):
            self._add_at_least(node, truth)
        elif isinstance(node, FirstRecorded):
            self._add_first(node, truth)
        elif isinstance(node, AnyRecorded):
            self._add_any_recorded(node, truth)
        else:
            for child in self._rng.sample(node.children(), len(node.children())):
                self._add(child, truth)

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
            self._add(part, each)

    def _add_first(self, node: FirstRecorded, truth: Truth) -> None:
        place = self._rng.randrange(len(node.parts))
        for part in node.parts[:place]:
            self._add_nothing(part)
        self._add(node.parts[place], truth)

    def _add_any_recorded(self, node: AnyRecorded, truth: Truth) -> None:
        chosen = self._rng.randrange(len(node.parts))
        for place, part in enumerate(node.parts):
            if place == chosen:
                self._add(part, truth)
            elif truth is Truth.FALSE and self._rng.random() < SIDE_SHARE:
                self._add(part, Truth.FALSE)
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
        if isinstance(node, FirstRecorded):
            return next((self._settled(part) for part in node.parts if self._has_data(part)), Truth.UNKNOWN)
        if isinstance(node, AnyRecorded):
            return _at_least(1, [self._settled(part) for part in node.parts if self._has_data(part)])
        parts = [self._settled(child) for child in node.children()]
        if isinstance(node, Not):
            return None if parts[0] is None else parts[0].negated()
        if isinstance(node, AtLeast):
            return _at_least(node.n, parts)
        if len(set(parts)) == 1:
            return parts[0]
        return None if None in parts else Truth.UNKNOWN

    def _has_data(self, node: Node) -> bool:
        atoms = [atom for atom in node.walk() if isinstance(atom, Atom)]
        return not all(self.atoms.get(atom) is Wish.NO_DATA for atom in atoms)


def _at_least(n: int, parts: list[Truth | None]) -> Truth | None:
    if not parts:
        return Truth.UNKNOWN
    if parts.count(Truth.TRUE) >= n:
        return Truth.TRUE
    if parts.count(Truth.FALSE) > len(parts) - n:
        return Truth.FALSE
    return None if None in parts else Truth.UNKNOWN
