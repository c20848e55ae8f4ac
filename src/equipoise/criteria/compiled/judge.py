"""All patients by all rules at once: the compiled evaluator's one door.

Order of work: gather facts, judge atoms (results, events, derived), pivot to one row a patient, combine by rule,
write one verdict row for each patient and rule.
"""

import shutil
from pathlib import Path
from typing import Any

import ibis

from equipoise.criteria.compiled.atoms import widen
from equipoise.criteria.compiled.combine import atoms_of, lookup_of_rule
from equipoise.criteria.compiled.derived import judge_derived
from equipoise.criteria.compiled.engine import Engine
from equipoise.criteria.compiled.events import coverage, judge_events
from equipoise.criteria.compiled.facts import Facts, gather_facts
from equipoise.criteria.compiled.plan import Plan, make_plan
from equipoise.criteria.compiled.results import judge_results, place_results
from equipoise.criteria.compiled.texts import as_json_list, no_texts, sorted_once
from equipoise.criteria.rulebook import CriterionRule, Moment, Rulebook
from equipoise.records.dataset import Records
from equipoise.terminology.binding import Hierarchy


def judge_all(
    rulebook: Rulebook, records: Records, moment: Moment, out: Path, hierarchy: Hierarchy | None = None
) -> None:
    """
    Write the verdict of every patient by every rule to the Parquet file `out`.

    Columns: patient_id, criterion_id, truth, basis, and as JSON text causes, evidence, needs (see
    `criteria.verdict.Verdict`). Rows are in no particular order.
    """
    work = out.parent / f".{out.stem}.work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    engine = Engine(work)
    try:
        plan = make_plan(rulebook, moment, records.supplied)
        facts = gather_facts(engine, plan, records, hierarchy)
        covered = coverage(engine, plan, facts)
        shown = place_results(engine, plan, facts)
        outcomes = [
            *judge_results(engine, plan, facts, shown),
            *judge_events(engine, plan, facts, covered, shown),
            *judge_derived(engine, plan, facts, shown),
        ]
        atoms = widen(engine, plan, facts, covered, outcomes)
        engine.write(_verdicts(engine, plan, facts, atoms), out)
    finally:
        engine.close()
        shutil.rmtree(work, ignore_errors=True)


def _verdicts(engine: Engine, plan: Plan, facts: Facts, atoms: Any) -> Any:
    rows = ibis.union(*(_rows_of_rule(engine, plan, atoms, number) for number in range(len(plan.rulebook.rules))))
    names = facts.patients.select("patient_key", "patient_id")
    return rows.join(names, "patient_key").select(
        "patient_id", "criterion_id", "truth", "basis", "causes", "evidence", "needs"
    )


def _rows_of_rule(engine: Engine, plan: Plan, atoms: Any, position: int) -> Any:
    rule = plan.rulebook.rules[position]
    numbers = [plan.atoms[atom] for atom in atoms_of(rule)]
    names = [f"code_{number}" for number in numbers]
    mine = atoms.select("patient_key", *names, *(f"texts_{number}" for number in numbers))
    rows = mine.join(lookup_of_rule(engine, plan, atoms, position), names)
    return rows.select(
        "patient_key",
        "truth",
        "basis",
        "causes",
        "needs",
        criterion_id=ibis.literal(rule.id),
        evidence=_evidence(plan, rows, rule),
    )


def _evidence(plan: Plan, row: Any, rule: CriterionRule) -> Any:
    """The rows of the atoms a verdict rests on, as one JSON list in order without repetitions."""
    together: Any = no_texts()
    for bit, atom in enumerate(atoms_of(rule)):
        together = together + ibis.ifelse((row.leaves & (1 << bit)) != 0, row[f"texts_{plan.atoms[atom]}"], "")
    if len(atoms_of(rule)) == 1:
        return as_json_list(together)
    is_one_atom = (row.leaves & (row.leaves - 1)) == 0
    return as_json_list(ibis.ifelse(is_one_atom, together, sorted_once(together)))
