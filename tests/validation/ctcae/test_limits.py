"""Source: NCI CTCAE v4.03, v5.0 and v6.0, read by hand into limits.csv, at each limit and beside it."""

import csv
from pathlib import Path

import numpy as np
import pytest

from equipoise.assessments.answer import Assessed
from equipoise.assessments.ctcae import (
    NOT_GRADABLE,
    BaselineRange,
    CtcaeVersion,
    find_term,
    grade,
    grade_array,
    load_table,
)

LINES = Path(__file__).with_name("limits.csv").read_text(encoding="utf-8").splitlines()
ROWS = list(csv.DictReader(line for line in LINES if not line.startswith("#")))
STATES = {"": None, "no": False, "yes": True}


def arguments(row):
    return {
        "unit": row["unit"] or None,
        "lower_limit": row["lower_limit"] or None,
        "upper_limit": row["upper_limit"] or None,
        "baseline": row["baseline"] or None,
        "is_baseline": row["is_baseline"] == "yes",
        "is_symptomatic": STATES[row["is_symptomatic"]],
        "is_on_anticoagulant": STATES[row["is_on_anticoagulant"]],
    }


def told(answer):
    return str(answer.value.value) if isinstance(answer, Assessed) else answer.why.value


def test_the_table_is_as_large_as_promised():
    assert len(ROWS) >= 600
    assert {row["version"] for row in ROWS} == {version.value for version in CtcaeVersion}


@pytest.mark.parametrize("version", CtcaeVersion)
def test_every_result_is_graded_as_published(version):
    wrong = []
    for row in (row for row in ROWS if row["version"] == version):
        range_ = BaselineRange(row["baseline_range"]) if row["baseline_range"] else None
        answer = grade(version, row["term"], row["value"], baseline_range=range_, **arguments(row))
        if told(answer) != row["expected"]:
            wrong.append((row, told(answer)))
    assert wrong == []


@pytest.mark.parametrize("version", CtcaeVersion)
def test_every_term_with_a_number_has_rows(version):
    with_rows = {
        find_term(version, row["term"]).id for row in ROWS if row["version"] == version and row["expected"].isdigit()
    }
    with_rules = {term.id for term in load_table(version).terms.values() if term.clauses}
    assert with_rows == with_rules


def test_arrays_are_graded_as_published():
    wrong = []
    for row in ROWS:
        try:
            value = float(row["value"])
        except ValueError:
            continue
        if row["baseline_range"]:
            continue
        given = arguments(row)
        for name in ("lower_limit", "upper_limit", "baseline"):
            given[name] = float(given[name]) if given[name] else None
        found = int(grade_array(row["version"], row["term"], np.array([value]), **given)[0])
        expected = int(row["expected"]) if row["expected"].isdigit() else NOT_GRADABLE
        if found != expected:
            wrong.append((row, found))
    assert wrong == []
