"""The reference evaluator: what a rule means, in plain Python, one patient at a time.

Slow on purpose. The compiled evaluator is right when it agrees with this one in truth, basis, causes, evidence
and needs, on every generated case.
"""

from collections.abc import Iterable, Mapping

from equipoise.criteria import reference_derived  # noqa: F401  (registers the derived atoms)
from equipoise.criteria.assessed import judge  # noqa: F401  (registers the assessments)
from equipoise.criteria.bound import BindingIndex, BoundPatient, index_bindings
from equipoise.criteria.evidence import row_json
from equipoise.criteria.nodes import AnyRecorded, AtLeast, Atom, FirstRecorded, Node, Not, Reading
from equipoise.criteria.outcome import Outcome, any_recorded, at_least, first_recorded, negate, reading
from equipoise.criteria.reference_atoms import Case, judge_atom
from equipoise.criteria.rulebook import Moment, Rulebook
from equipoise.criteria.truth import Cause
from equipoise.criteria.verdict import Verdict
from equipoise.records.patient import PatientRecords
from equipoise.terminology.concepts import CodeBinding


def judge_patient(
    rulebook: Rulebook,
    patient: PatientRecords,
    supplied: frozenset[str],
    moment: Moment,
    bindings: Iterable[CodeBinding] | BindingIndex,
) -> list[Verdict]:
    """
    Judge one patient by every rule, in the order of the rulebook.

    `bindings` are those of the whole data set (`terminology.binding.bind_codes`), or their index.
    """
    index = bindings if isinstance(bindings, dict) else index_bindings(bindings)  # type: ignore[arg-type]
    return judge_case(Case(rulebook, BoundPatient(patient, rulebook.concepts, index), supplied, moment))


def judge_case(case: Case) -> list[Verdict]:
    """Judge a patient whose facts are bound already; the same as `judge_patient`."""
    atoms: dict[Atom, Outcome] = {}
    patient_id = case.patient.patient["patient_id"]
    return [_verdict(patient_id, rule.id, judge_node(rule.node, case, atoms)) for rule in case.rulebook.rules]


def judge_node(node: Node, case: Case, atoms: dict[Atom, Outcome]) -> Outcome:
    """The outcome of a node; `atoms` remembers those already decided, so that each is decided once."""
    for atom in node.atoms:
        if atom not in atoms:
            atoms[atom] = judge_atom(atom, case)
    return combine_outcomes(node, atoms)


def combine_outcomes(node: Node, atoms: Mapping[Atom, Outcome]) -> Outcome:
    """The outcome of a node whose atoms are all decided: the meaning of the combinators."""
    if isinstance(node, Atom):
        return atoms[node]
    parts = [combine_outcomes(child, atoms) for child in node.children()]
    match node:
        case Not():
            return negate(parts[0])
        case AtLeast(n=n):
            return at_least(n, parts)
        case FirstRecorded():
            return first_recorded(parts)
        case AnyRecorded():
            return any_recorded(parts)
        case Reading(name=name):
            return reading(name, parts)
    raise TypeError(f"no meaning for {type(node).__name__}")


def _verdict(patient_id: str, criterion_id: str, outcome: Outcome) -> Verdict:
    return Verdict(
        patient_id,
        criterion_id,
        outcome.truth,
        outcome.basis,
        tuple(cause for cause in Cause if cause in outcome.causes),
        tuple(sorted(outcome.evidence, key=row_json)),
        tuple(sorted(outcome.needs)),
    )
