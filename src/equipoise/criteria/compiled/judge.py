"""All patients by all rules at once: the compiled evaluator's one door.

Order of work: gather facts, judge atoms (results, events, derived, the patient alone, assessments), combine them by
rule, write one verdict row for each patient and rule.
"""

import shutil
from pathlib import Path

from equipoise.criteria.compiled.assessed import judge_assessments
from equipoise.criteria.compiled.combine import RuleTable
from equipoise.criteria.compiled.defaults import default_of, judge_patients
from equipoise.criteria.compiled.derived import judge_derived
from equipoise.criteria.compiled.engine import Engine
from equipoise.criteria.compiled.events import coverage, judge_events
from equipoise.criteria.compiled.facts import gather_facts
from equipoise.criteria.compiled.plan import make_plan
from equipoise.criteria.compiled.results import judge_results, place_results
from equipoise.criteria.compiled.verdicts import write_verdicts
from equipoise.criteria.rulebook import Moment, Rulebook
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
            *judge_patients(engine, plan, facts),
            *judge_assessments(engine, plan, facts, records),
        ]
        rules = [RuleTable(plan, rule) for rule in rulebook.rules]
        defaults = [default_of(plan, atom) for atom in plan.atoms]
        write_verdicts(engine, facts.patients, covered, outcomes, rules, defaults, out)
    finally:
        engine.close()
        shutil.rmtree(work, ignore_errors=True)
