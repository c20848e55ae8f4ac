"""The verdict of a rule for every combination of its atoms' outcomes that occurs.

Combinators are those of the reference evaluator, applied once to each combination, so the two cannot differ.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from equipoise.criteria.compiled import codes
from equipoise.criteria.compiled.derived import NEED_BIRTH, NEED_CREATININE, NEED_SEX, NEED_WEIGHT
from equipoise.criteria.compiled.plan import Plan
from equipoise.criteria.evidence import BIRTH_DATE_NEED, SEX_NEED
from equipoise.criteria.nodes import Age, Assessment, Atom, CockcroftGault, Constant, Sex
from equipoise.criteria.outcome import Outcome
from equipoise.criteria.reference import combine_outcomes
from equipoise.criteria.rulebook import CriterionRule
from equipoise.criteria.truth import Basis, Cause, Truth, causes_of
from equipoise.criteria.verdict import EvidenceRow
from equipoise.errors import ProtocolError

MAX_ATOMS = 62
_LARGEST_NUMBER = 2**62
_TRUTHS = (Truth.FALSE, Truth.TRUE, Truth.UNKNOWN)


def atoms_of(rule: CriterionRule) -> tuple[Atom, ...]:
    """The atoms of a rule, each once, in the order in which they are written."""
    atoms = tuple(dict.fromkeys(node for node in rule.node.walk() if isinstance(node, Atom)))
    if len(atoms) > MAX_ATOMS:
        raise ProtocolError(f"{rule.id}: more than {MAX_ATOMS} atoms in one criterion; divide it into several")
    return atoms


@dataclass(frozen=True)
class Combination:
    """
    The verdict for one combination of outcomes, in the words of outputs.

    `leaves` is the set of atoms whose evidence belongs to it, as bits in the order of `atoms_of`.
    """

    truth: str
    basis: str
    causes: str
    needs: str
    leaves: int


class RuleTable:
    """One rule with the combinations met so far."""

    def __init__(self, plan: Plan, rule: CriterionRule) -> None:
        self.criterion_id = rule.id
        self.atom_numbers = [plan.atoms[atom] for atom in atoms_of(rule)]
        self._rule = rule
        self._need_sets = plan.need_sets
        self._known: dict[tuple[int, ...], Combination] = {}

    def combinations(self, codes: npt.NDArray[np.int32]) -> tuple[list[Combination], npt.NDArray[np.int64]]:
        """The combinations that occur among patients, and which of them each patient has."""
        mine = np.ascontiguousarray(codes[:, self.atom_numbers])
        first, which = _distinct_rows(mine)
        return [self._combination(tuple(int(code) for code in mine[row])) for row in first], which

    def _combination(self, codes: tuple[int, ...]) -> Combination:
        if codes not in self._known:
            self._known[codes] = _judge(self._rule, codes, self._need_sets)
        return self._known[codes]


def _distinct_rows(rows: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """
    The first row of each distinct kind, and the kind of each row.

    Columns hold few different codes: they are folded into one number as digits, and counted anew only when the
    next digit would not fit.
    """
    folded = np.zeros(len(rows), dtype=np.int64)
    size = 1
    for column in rows.T:
        codes, digits = np.unique(column, return_inverse=True)
        if size * len(codes) >= _LARGEST_NUMBER:
            kinds, folded = np.unique(folded, return_inverse=True)
            size = len(kinds)
        folded = folded * len(codes) + digits
        size *= len(codes)
    _, first, kinds_of_rows = np.unique(folded, return_index=True, return_inverse=True)
    return first, kinds_of_rows


def _judge(rule: CriterionRule, codes: tuple[int, ...], need_sets: Sequence[frozenset[str]]) -> Combination:
    atoms = atoms_of(rule)
    pairs = enumerate(zip(atoms, codes, strict=True))
    outcomes = {atom: _decode(atom, bit, code, need_sets) for bit, (atom, code) in pairs}
    outcome = combine_outcomes(rule.node, outcomes)
    causes = [str(cause) for cause in Cause if cause in outcome.causes]
    return Combination(
        str(outcome.truth),
        outcome.basis.word,
        json.dumps(causes),
        json.dumps(sorted(outcome.needs)),
        sum(1 << int(row.table) for row in outcome.evidence),
    )


def _decode(atom: Atom, bit: int, code: int, need_sets: Sequence[frozenset[str]]) -> Outcome:
    """The outcome of an atom; its own number stands for its evidence."""
    truth = _TRUTHS[codes.truth_of(code)]
    return Outcome(
        truth,
        Basis(codes.basis_of(code)),
        frozenset(causes_of(codes.causes_of(code))),
        frozenset({EvidenceRow(str(bit), None, None, None, None, None)}),
        _needs(atom, codes.needs_of(code), need_sets) if truth is Truth.UNKNOWN else frozenset(),
        has_data=codes.has_data(code),
    )


def _needs(atom: Atom, number: int, need_sets: Sequence[frozenset[str]]) -> frozenset[str]:
    if isinstance(atom, Assessment):
        return need_sets[number]
    if isinstance(atom, Age):
        return frozenset({BIRTH_DATE_NEED})
    if isinstance(atom, Sex):
        return frozenset({SEX_NEED})
    if isinstance(atom, Constant):
        return frozenset({atom.item})
    if isinstance(atom, CockcroftGault):
        inputs = {
            NEED_CREATININE: atom.creatinine,
            NEED_WEIGHT: atom.weight,
            NEED_BIRTH: BIRTH_DATE_NEED,
            NEED_SEX: SEX_NEED,
        }
        return frozenset(name for need, name in inputs.items() if number & need)
    return frozenset({atom.concept_ids()[0]})
