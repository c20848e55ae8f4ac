"""Behaviours of the engines under us that would silently change who is eligible: each is held here.

The list was measured on DuckDB 1.5 and 2.0, Spark 4.0 and Arrow 26; what concerns reading is held in
tests/unit/records.
"""

import ast
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.generative import harness, world

from equipoise.criteria.compiled import judge_all
from equipoise.criteria.nodes import (
    Age,
    CockcroftGault,
    Comparison,
    Exists,
    Limit,
    Not,
    Operator,
    Relative,
    Sex,
    Value,
    any_of,
)
from equipoise.criteria.rulebook import CriterionRule, Moment, Rulebook
from equipoise.criteria.truth import Kind
from equipoise.records.patient import PatientRecords
from equipoise.records.tables import TABLES
from equipoise.terminology.catalogue import base_library

COMPILED = Path(__file__).parents[3] / "src/equipoise/criteria/compiled"
DAY = date(2026, 1, 10)


def judge(tmp_path: Path, node: Any, patients: list[PatientRecords], as_of: date = world.AS_OF) -> dict[str, str]:
    """Truth of one rule for each patient by the compiled evaluator."""
    rulebook = Rulebook((CriterionRule("R", Kind.EXCLUSION, node),), base_library())
    records = harness.write_records(patients, tmp_path, frozenset(TABLES))
    judge_all(rulebook, records, Moment(as_of), tmp_path / "verdicts.parquet")
    rows = pq.read_table(tmp_path / "verdicts.parquet").to_pylist()
    return {row["patient_id"]: row["truth"] for row in rows}


def person(patient_id: str, born: date = date(1960, 1, 1), sex: str = "male", **results: str) -> PatientRecords:
    """A patient with one result of each named code, given as "value unit"."""
    row = dict.fromkeys(TABLES["patients"].column_names)
    row |= {"patient_id": patient_id, "record_id": patient_id, "sex": sex, "birth_lower": born, "birth_upper": born}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES if name != "patients"}
    for number, (concept, written) in enumerate(results.items()):
        value, unit = written.split()
        result = dict.fromkeys(TABLES["measurements"].column_names)
        result |= {"patient_id": patient_id, "record_id": f"{patient_id}-{number}", "status": "final", "unit": unit}
        result |= {"system": world.LOCAL_SYSTEM, "code": concept.replace("_", "-"), "value_text": value}
        result |= {"time_lower": DAY, "time_upper": DAY, "value_lower": Decimal(value), "value_upper": Decimal(value)}
        rows["measurements"].append(result | {"is_lower_closed": True, "is_upper_closed": True})
    return PatientRecords(row, rows)


def test_age_is_completed_years_and_not_calendar_boundaries(tmp_path):
    """DuckDB counts 31 December to 1 January as a year; born on 29 February one completes a year on 1 March."""
    patients = [
        person("new-years-eve", date(2008, 12, 31)),
        person("birthday", date(2008, 2, 28)),
        person("leap-day", date(2008, 2, 29)),
    ]
    found = judge(tmp_path, Age(Operator.GE, 18), patients, date(2026, 2, 28))
    assert found == {"new-years-eve": "false", "birthday": "true", "leap-day": "false"}


def test_creatinine_of_zero_makes_no_good_clearance(tmp_path):
    """A division by zero is infinite on DuckDB, and infinity is above every limit."""
    patients = [person("zero", creatinine="0 mg/dL", body_weight="70 kg")]
    assert judge(tmp_path, CockcroftGault(Operator.LT, Decimal(50)), patients) == {"zero": "unknown"}


def test_long_decimals_are_multiplied_without_overflow(tmp_path):
    """DuckDB multiplies narrow decimals in 18 digits and fails, or would round if they were floating point."""
    heavy = person("grams", creatinine="88.400001 umol/L", body_weight="999999.999999 g")
    assert judge(tmp_path, CockcroftGault(Operator.LT, Decimal("41.3")), [heavy]) == {"grams": "false"}
    high = person("range", creatinine="1.1 mg/dL")
    high.rows["measurements"][0]["range_high"] = Decimal("999999999999.999999")
    times = Comparison(Operator.GT, (Limit(Decimal("999999.5"), None, Relative.ULN),))
    assert judge(tmp_path / "range", Value("creatinine", times), [high]) == {"range": "false"}


def test_a_comparison_is_exact_where_floating_point_is_not(tmp_path):
    """4.965859 mmol/L of haemoglobin is 7.99999885 g/dL: below 8.0, though a float of few digits says equal."""
    below = Value("haemoglobin", Comparison(Operator.LT, (Limit(Decimal("8.0"), "g/dL"),)))
    patients = [
        person("just-below", haemoglobin="4.965859 mmol/L"),
        person("just-above", haemoglobin="4.965860 mmol/L"),
    ]
    assert judge(tmp_path, below, patients) == {"just-below": "true", "just-above": "false"}


def test_not_of_unknown_is_not_true(tmp_path):
    """SQL's NOT EXISTS of nothing is true, and a WHERE loses nulls; here nobody leaves and unknown stays."""
    patients = [person("man"), person("unstated", sex="")]
    patients[1].patient["sex"] = None
    found = judge(tmp_path, any_of(Not(Exists("pregnancy")), Not(Sex("male"))), patients)
    assert found == {"man": "unknown", "unstated": "unknown"}


def test_all_parts_without_evidence_lose_no_row(tmp_path):
    """Arrow's element-wise join with null_handling="skip" drops rows in which every part is null."""
    patients = [
        person(f"P{number}", haemoglobin="9 g/dL") if number % 2 else person(f"P{number}") for number in range(7)
    ]
    low = Value("haemoglobin", Comparison(Operator.LT, (Limit(Decimal(8), "g/dL"),)))
    assert len(judge(tmp_path, any_of(low, Exists("cirrhosis"), Exists("ascites")), patients)) == 7


FORBIDDEN = {
    "first": "depends on the order of rows",
    "last": "depends on the order of rows",
    "arbitrary": "depends on the order of rows",
    "memtable": "turns nulls into NaN on Spark",
    "try_cast": "reads '2026' as 1 January on Spark",
    "argmax": "ties go to the first row on one engine, to the last on the other",
    "isnan": "there is no NaN in the tables",
}


@pytest.mark.parametrize("path", sorted(COMPILED.glob("*.py")), ids=lambda path: path.name)
def test_no_expression_uses_what_engines_do_not_agree_on(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            assert name not in FORBIDDEN, f"{path.name}:{node.lineno} {name}: {FORBIDDEN[name]}"
            units = {ast.unparse(word.value) for word in node.keywords if word.arg == "unit"}
            assert not {"'year'", "'month'"} & units, f"{path.name}:{node.lineno}: whole years differ between engines"
