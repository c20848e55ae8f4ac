"""
Outcomes of assessments (grades, responses, doses, derived quantities): judged patient by patient, in Python.

Every other atom is written twice and the two are compared. What an assessment means stands once, in `assessments` and
`criteria.assessed`, and both evaluators call it; here is decided only which rows a patient has.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import ibis
import pyarrow as pa

from equipoise.criteria.assessed.judge import judge_assessment
from equipoise.criteria.bound import BoundPatient, index_bindings
from equipoise.criteria.compiled.codes import decided_code, unknown_code
from equipoise.criteria.compiled.engine import Engine
from equipoise.criteria.compiled.facts import EVENT_TABLES, Facts
from equipoise.criteria.compiled.plan import Plan
from equipoise.criteria.compiled.texts import SEPARATOR
from equipoise.criteria.compiled.verdicts import BATCH, OUTCOMES
from equipoise.criteria.evidence import row_json
from equipoise.criteria.nodes import Assessment
from equipoise.criteria.outcome import Outcome
from equipoise.criteria.reference_atoms import Case
from equipoise.criteria.truth import Truth
from equipoise.records.dataset import Records
from equipoise.records.patient import PatientRecords
from equipoise.records.tables import TABLES
from equipoise.terminology.concepts import LOCAL_SYSTEM, ConceptKind

Rows = dict[int, dict[str, list[dict[str, Any]]]]


def judge_assessments(engine: Engine, plan: Plan, facts: Facts, records: Records) -> list[Any]:
    """Outcomes of every patient; nothing is read when no rule has an assessment."""
    atoms = [(number, atom) for number, atom in plan.atoms_of(Assessment) if isinstance(atom, Assessment)]
    if not atoms:
        return []
    tables = {name: _of_concepts(engine, plan, facts, records, name) for name in _tables(plan, atoms)}
    index = index_bindings(facts.bindings)
    outcomes = []
    for start, patients in _batches(facts.patients):
        rows = _rows(tables, start, start + BATCH)
        made = []
        for person in patients:
            found = PatientRecords(person, rows.get(person["patient_key"], {}))
            bound = BoundPatient(found, plan.rulebook.concepts, index)
            case = Case(plan.rulebook, bound, plan.supplied, plan.moment)
            made += [_row(plan, person["patient_key"], number, judge_assessment(atom, case)) for number, atom in atoms]
        outcomes.append(engine.small(f"outcomes_assessed_{start}", pa.Table.from_pylist(made, OUTCOMES)))
    return outcomes


def _tables(plan: Plan, atoms: list[tuple[int, Assessment]]) -> tuple[str, ...]:
    kinds = {plan.concept(name).kind for _, atom in atoms for name in atom.concept_ids()}
    return ("measurements", "attestations", *(EVENT_TABLES if ConceptKind.EVENT in kinds else ()))


def _of_concepts(engine: Engine, plan: Plan, facts: Facts, records: Records, name: str) -> Any:
    """Rows of a canonical table with a code of a concept that some assessment reads, as they stand, with a key."""
    names = {each for _, atom in plan.atoms_of(Assessment) for each in atom.concept_ids()}
    codes = sorted({(each.system or "", each.code) for each in facts.bindings if each.concept_id in names})
    shape = pa.schema([("bound_system", pa.string()), ("bound_code", pa.string())])
    wanted = engine.small(
        f"codes_of_{name}", pa.Table.from_pylist([dict(zip(shape.names, code, strict=True)) for code in codes], shape)
    )
    table = engine.read(records.path(name))
    keyed = table.mutate(_system=ibis.literal(LOCAL_SYSTEM) if name == "attestations" else table.system.fill_null(""))
    mine = keyed.semi_join(wanted, [keyed._system == wanted.bound_system, keyed.code == wanted.bound_code])
    owners = facts.patients.select(owner=facts.patients.patient_id, patient_key=facts.patients.patient_key)
    joined = mine.join(owners, mine.patient_id == owners.owner)
    return engine.keep(f"assessed_{name}", joined.select("patient_key", *TABLES[name].column_names))


def _batches(patients: Any) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    n_patients = int(patients.count().to_pyarrow().as_py())
    for start in range(0, n_patients, BATCH):
        part = patients.filter((patients.patient_key >= start) & (patients.patient_key < start + BATCH))
        yield start, part.to_pyarrow().to_pylist()


def _rows(tables: dict[str, Any], start: int, stop: int) -> Rows:
    """Patient key to the rows of each table."""
    found: Rows = defaultdict(lambda: defaultdict(list))
    for name, table in tables.items():
        part = table.filter((table.patient_key >= start) & (table.patient_key < stop))
        for row in part.to_pyarrow().to_pylist():
            found[row.pop("patient_key")][name].append(row)
    return found


def _row(plan: Plan, patient_key: int, number: int, outcome: Outcome) -> dict[str, Any]:
    if outcome.truth is Truth.UNKNOWN:
        causes = sum(cause.bit for cause in outcome.causes)
        code = unknown_code(causes, has_data=outcome.has_data, needs=plan.need_no(outcome.needs))
    else:
        code = decided_code(outcome.truth is Truth.TRUE, int(outcome.basis))
    evidence = "".join(SEPARATOR + text for text in sorted(map(row_json, outcome.evidence)))
    return {"patient_key": patient_key, "atom_no": number, "code": code, "evidence": evidence}
