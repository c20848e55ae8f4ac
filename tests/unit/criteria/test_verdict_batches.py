"""Verdicts are combined in batches of patients: where one ends must not show, nor that there is nothing to judge."""

from random import Random

import pyarrow.parquet as pq
from tests.generative import harness, world
from tests.generative.rules import random_rulebook

from equipoise.criteria.compiled import judge_all, verdicts
from equipoise.criteria.nodes import Constant
from equipoise.criteria.rulebook import CriterionRule, Rulebook
from equipoise.criteria.truth import Kind
from equipoise.records.tables import TABLES


def test_small_batches_give_the_verdicts_of_the_plain_evaluator(tmp_path, monkeypatch):
    monkeypatch.setattr(verdicts, "BATCH", 7)
    rng = Random(5)
    rulebook = random_rulebook(rng, 6)
    patients = [world.random_patient(rng, f"P{number:02d}") for number in range(22)]
    supplied = frozenset(TABLES)
    compiled = harness.judge_compiled(rulebook, harness.write_records(patients, tmp_path, supplied), tmp_path)
    plain = harness.judge_reference(rulebook, patients, supplied)
    assert compiled == {(each.patient_id, each.criterion_id): harness.as_row(each) for each in plain}


def test_rules_that_read_no_record_are_judged_too(tmp_path):
    """A protocol all of whose text is damaged leaves everyone unknown."""
    rule = CriterionRule("I1", Kind.INCLUSION, Constant("text-damaged", "repair:I1"))
    patients = [world.random_patient(Random(1), "P")]
    records = harness.write_records(patients, tmp_path, frozenset(TABLES))
    judge_all(Rulebook((rule,), {}), records, world.MOMENT, tmp_path / "verdicts.parquet")
    (row,) = pq.read_table(tmp_path / "verdicts.parquet").to_pylist()
    assert (row["truth"], row["causes"], row["needs"]) == ("unknown", '["text-damaged"]', '["repair:I1"]')
