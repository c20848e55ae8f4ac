"""Judge one random batch by both evaluators and list every difference."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pyarrow.parquet as pq

from equipoise.criteria.bound import index_bindings
from equipoise.criteria.compiled import judge_all
from equipoise.criteria.evidence import evidence_json
from equipoise.criteria.nodes import (
    Age,
    Assessment,
    Atom,
    CockcroftGault,
    Comparison,
    Count,
    Exists,
    Node,
    Share,
    Value,
    Window,
)
from equipoise.criteria.reference import judge_patient
from equipoise.criteria.rulebook import CriterionRule, Rulebook
from equipoise.criteria.truth import Kind
from equipoise.criteria.verdict import Verdict
from equipoise.records.arrow import write_table
from equipoise.records.dataset import Records
from equipoise.records.patient import PatientRecords
from equipoise.records.report import ReadingReport
from equipoise.records.tables import TABLES
from equipoise.terminology.binding import bind_codes
from tests.generative import world
from tests.generative.rules import random_rulebook

Row = tuple[str, str, str, str, str]


@dataclass
class Batch:
    """Differences of one batch, and what it reached."""

    differences: list[str] = field(default_factory=list)
    n_pairs: int = 0
    reached: Counter[str] = field(default_factory=Counter)


def run_batch(seed: int, folder: Path, *, n_rules: int, n_patients: int) -> Batch:
    rng = Random(seed)
    rulebook = random_rulebook(rng, n_rules)
    patients = [world.random_patient(rng, f"P{number:04d}") for number in range(n_patients)]
    supplied = frozenset(name for name in TABLES if rng.random() < 0.75)
    records = write_records(patients, folder, supplied)
    compiled = judge_compiled(rulebook, records, folder)
    reference = judge_reference(rulebook, patients, supplied)
    batch = Batch(n_pairs=len(reference))
    for verdict in reference:
        ours, theirs = as_row(verdict), compiled.pop((verdict.patient_id, verdict.criterion_id), None)
        batch.reached.update(reach_of(verdict))
        if ours != theirs:
            rule = next(rule for rule in rulebook.rules if rule.id == verdict.criterion_id)
            batch.differences.append(f"seed {seed} {verdict.patient_id} {rule}\n  plain    {ours}\n  compiled {theirs}")
    batch.differences += [f"seed {seed}: only the compiled evaluator knows {key}" for key in compiled]
    batch.reached.update(reach_of_atoms(rulebook, patients, supplied))
    for rule in rulebook.rules:
        for node in rule.node.walk():
            batch.reached.update(reach_of_node(node))
    return batch


def write_records(patients: list[PatientRecords], folder: Path, supplied: frozenset[str]) -> Records:
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        rows = [p.patient for p in patients] if name == "patients" else [r for p in patients for r in p.rows[name]]
        write_table(name, rows, folder / f"{name}.parquet")
    return Records(folder, supplied, ReadingReport("generated"))


def judge_compiled(rulebook: Rulebook, records: Records, folder: Path) -> dict[tuple[str, str], Row]:
    out = folder / "verdicts.parquet"
    judge_all(rulebook, records, world.MOMENT, out)
    rows = pq.read_table(out).to_pylist()
    names = ("truth", "basis", "causes", "evidence", "needs")
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = row["patient_id"], row["criterion_id"]
        assert key not in found, f"{key} is judged twice"
        found[key] = tuple(row[name] for name in names)  # type: ignore[assignment]
    return found


def judge_reference(rulebook: Rulebook, patients: list[PatientRecords], supplied: frozenset[str]) -> list[Verdict]:
    codes = {
        (row["system"], row["code"])
        for patient in patients
        for name in ("conditions", "procedures", "medications", "measurements")
        for row in patient.rows[name]
    }
    codes |= {(world.LOCAL_SYSTEM, row["code"]) for patient in patients for row in patient.rows["attestations"]}
    index = index_bindings(bind_codes(rulebook.concepts, codes))
    return [v for p in patients for v in judge_patient(rulebook, p, supplied, world.MOMENT, index)]


def as_row(verdict: Verdict) -> Row:
    return (
        str(verdict.truth),
        verdict.basis.word,
        json.dumps([str(cause) for cause in verdict.causes]),
        evidence_json(verdict.evidence),
        json.dumps(list(verdict.needs)),
    )


def reach_of(verdict: Verdict) -> list[str]:
    return [str(verdict.truth), verdict.basis.word, *(str(cause) for cause in verdict.causes)]


def reach_of_node(node: Node) -> Iterator[str]:
    """What a node makes the evaluators do, in words a test can list."""
    yield type(node).__name__
    if isinstance(node, Age | Count | Share | CockcroftGault):
        yield f"{type(node).__name__} {node.operator}"
    if isinstance(node, Value | Share):
        yield f"test {type(node.test).__name__}"
        if isinstance(node.test, Comparison):
            yield f"Value {node.test.operator}"
            yield "as reported" if len(node.test.limits) > 1 else f"relative {node.test.limits[0].relative}"
    if isinstance(node, Assessment):
        yield from reach_of_assessment(node)
    if isinstance(node, Value):
        yield f"pick {node.pick}"
        options = ("methods", "is_fasting", "site", "not_older_than")
        yield from (f"Value {name}" for name in options if getattr(node, name))
    if isinstance(node, Exists):
        yield from (f"Exists {name}" for name in ("before", "site", "orders_count") if getattr(node, name))
    window = getattr(node, "within", None)
    if isinstance(window, Window):
        yield from (f"window {window.unit}", f"anchor {window.anchor}", f"strict {window.is_strict}")


def reach_of_assessment(node: Assessment) -> Iterator[str]:
    yield f"assessment {node.name}"
    yield from (f"{node.name} {key} {word}" for key, word in node.options)
    if node.subject is not None:
        yield f"{node.name} {node.subject}"
    if node.baseline is not None:
        yield f"{node.name} from baseline"
    if isinstance(node.test, Comparison):
        yield f"{node.name} {node.test.operator}"


def kind_of(atom: Node) -> str:
    return atom.name if isinstance(atom, Assessment) else type(atom).__name__


def reach_of_atoms(rulebook: Rulebook, patients: list[PatientRecords], supplied: frozenset[str]) -> Counter[str]:
    """The truths each kind of atom came to, among the first patients."""
    atoms = dict.fromkeys(node for rule in rulebook.rules for node in rule.node.walk() if isinstance(node, Atom))
    rules = tuple(CriterionRule(f"A{n}", Kind.INCLUSION, atom) for n, atom in enumerate(atoms))
    kinds = {rule.id: kind_of(rule.node) for rule in rules}
    verdicts = judge_reference(replace(rulebook, rules=rules), patients[:50], supplied)
    reached = Counter(f"{kinds[verdict.criterion_id]} {verdict.truth}" for verdict in verdicts)
    reached.update(f"{kinds[v.criterion_id]} {v.basis.word}" for v in verdicts)
    return reached + Counter(f"{kinds[v.criterion_id]} {cause}" for v in verdicts for cause in v.causes)
