"""From outcomes of atoms to verdicts: each combination of outcomes that occurs is judged once.

A verdict depends on nothing but the outcomes of the rule's atoms, and few combinations of those occur among any
number of patients. So the distinct ones are fetched, combined by the very functions of the reference evaluator,
and joined back. The statement stays small whatever the rule, and combinators cannot differ between evaluators.
"""

import json
from typing import Any

import pyarrow as pa

from equipoise.criteria.compiled.codes import CAUSE_MASK, CAUSE_SHIFT, DATA_BIT, NEED_MASK, NEED_SHIFT
from equipoise.criteria.compiled.derived import NEED_BIRTH, NEED_CREATININE, NEED_SEX, NEED_WEIGHT
from equipoise.criteria.compiled.engine import Engine
from equipoise.criteria.compiled.plan import Plan
from equipoise.criteria.evidence import BIRTH_DATE_NEED, SEX_NEED
from equipoise.criteria.nodes import Age, Atom, CockcroftGault, Constant, Sex
from equipoise.criteria.outcome import Outcome
from equipoise.criteria.reference import combine_outcomes
from equipoise.criteria.rulebook import CriterionRule
from equipoise.criteria.truth import Basis, Cause, Truth, causes_of
from equipoise.criteria.verdict import EvidenceRow

MAX_ATOMS = 62
_TRUTHS = (Truth.FALSE, Truth.TRUE, Truth.UNKNOWN)


def atoms_of(rule: CriterionRule) -> tuple[Atom, ...]:
    """The atoms of a rule, each once, in the order in which they are written."""
    atoms = tuple(dict.fromkeys(node for node in rule.node.walk() if isinstance(node, Atom)))
    if len(atoms) > MAX_ATOMS:
        raise OverflowError(f"{rule.id}: more than {MAX_ATOMS} atoms in one criterion; divide it")
    return atoms


def lookup_of_rule(engine: Engine, plan: Plan, atoms_table: Any, position: int) -> Any:
    """
    The verdict of one rule for every combination of outcomes that occurs.

    Columns: code_N of the rule's atoms, then truth, basis, causes, needs (as written in outputs) and leaves, the
    set of atoms whose evidence belongs to the verdict, as bits in the order of `atoms_of`.
    """
    rule = plan.rulebook.rules[position]
    atoms = atoms_of(rule)
    names = [f"code_{plan.atoms[atom]}" for atom in atoms]
    found = atoms_table.select(*names).distinct().to_pyarrow().to_pylist()
    rows = [codes | _judge(rule, atoms, [codes[name] for name in names]) for codes in found]
    texts = [(name, pa.string()) for name in ("truth", "basis", "causes", "needs")]
    schema = pa.schema([*((name, pa.int32()) for name in names), *texts, ("leaves", pa.int64())])
    return engine.small(f"lookup_{position}", pa.Table.from_pylist(rows, schema))


def _judge(rule: CriterionRule, atoms: tuple[Atom, ...], codes: list[int]) -> dict[str, object]:
    outcomes = {atom: _decode(atom, bit, code) for bit, (atom, code) in enumerate(zip(atoms, codes, strict=True))}
    outcome = combine_outcomes(rule.node, outcomes)
    causes = [str(cause) for cause in Cause if cause in outcome.causes]
    return {
        "truth": str(outcome.truth),
        "basis": outcome.basis.word,
        "causes": json.dumps(causes),
        "needs": json.dumps(sorted(outcome.needs)),
        "leaves": sum(1 << int(row.table) for row in outcome.evidence),
    }


def _decode(atom: Atom, bit: int, code: int) -> Outcome:
    """The outcome of an atom; its own number stands for its evidence."""
    truth = _TRUTHS[code & 0b11]
    return Outcome(
        truth,
        Basis(code >> 2 & 0b111),
        frozenset(causes_of(code >> CAUSE_SHIFT & CAUSE_MASK)),
        frozenset({EvidenceRow(str(bit), None, None, None, None, None)}),
        _needs(atom, code >> NEED_SHIFT & NEED_MASK) if truth is Truth.UNKNOWN else frozenset(),
        has_data=bool(code >> DATA_BIT & 1),
    )


def _needs(atom: Atom, derived: int) -> frozenset[str]:
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
        return frozenset(name for need, name in inputs.items() if derived & need)
    return frozenset({atom.concept_ids()[0]})
