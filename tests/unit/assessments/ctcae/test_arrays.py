"""The array form gives what the scalar form gives: on made-up cases, and at every limit of every term."""

import math
import random

import numpy as np
import pytest

from equipoise.assessments.answer import Assessed
from equipoise.assessments.ctcae import NOT_GRADABLE, CtcaeVersion, Given, arrays, grade, grade_array, load_table
from equipoise.assessments.ctcae.grading import grade_term
from equipoise.assessments.ctcae.results import concept_of

TERMS = [(version, term) for version in CtcaeVersion for term in load_table(version).terms.values()]
UNITS = {"haemoglobin": ("g/dL", "g/L", "mmol/L"), "platelets": ("10*9/L", "/uL", "10*3/mL"), "urate": ("umol/L",)}
STATES = (None, True, False)
FIELDS = ("lower_limit", "upper_limit", "baseline", "baseline_lower_limit", "baseline_upper_limit")


def case(rng, term):
    """A result near a limit, with limits that are round, missing, or not decimal at all."""
    printed = [float(a.value) for c in term.clauses for each in c.comparisons for a in each.limit.amounts]
    size = rng.choice(printed) if printed else rng.choice([1, 40, 100, 250])

    def near():
        number = size * rng.choice([0.2, 0.5, 0.75, 1, 1, 1, 1.05, 1.1, 1.5, 2, 3, 5, 20]) + rng.choice(
            [0, 0, 0.01, -0.01]
        )
        return abs(round(number, rng.choice([0, 1, 2, 4])) if rng.random() < 0.95 else number / 7)

    given = {name: near() if rng.random() < 0.8 else math.nan for name in FIELDS[:3]}
    given |= {name: near() if rng.random() < 0.2 else math.nan for name in FIELDS[3:]}
    factors = [float(each.limit.factor) for c in term.clauses for each in c.comparisons if each.limit.reference]
    known = [number for number in given.values() if not math.isnan(number)]
    at_limit = rng.choice(known) * rng.choice(factors) if known and factors and rng.random() < 0.6 else near()
    value = rng.choice([round(at_limit, 6), at_limit, at_limit, near(), math.nan, -1.0])
    return value, given


def scalar(term, value, unit, given, **state):
    numbers = {name: None if math.isnan(number) else number for name, number in given.items()}
    answer = grade_term(term, Given(value, unit, **numbers, **state))
    return answer.value.value if isinstance(answer, Assessed) else NOT_GRADABLE


@pytest.mark.parametrize(("version", "term"), TERMS, ids=[f"{version}-{term.id}" for version, term in TERMS])
def test_arrays_grade_as_the_scalar_form_does(version, term):
    rng = random.Random(f"{version}{term.id}")
    for unit in (*UNITS.get(term.analytes[0], ()), *term.printed_units[:2], concept_of(term).unit):
        for symptomatic, anticoagulated, at_baseline in (
            (None, None, False),
            (False, False, False),
            (None, None, True),
        ):
            cases = [case(rng, term) for _ in range(40)]
            state = {"is_symptomatic": symptomatic, "is_on_anticoagulant": anticoagulated}
            columns = {name: np.array([given[name] for _, given in cases]) for name in FIELDS}
            values = [value for value, _ in cases]
            found = grade_array(version, term.name, values, unit=unit, is_baseline=at_baseline, **columns, **state)
            expected = [scalar(term, v, unit, g, is_baseline=at_baseline, **state) for v, g in cases]
            assert found.tolist() == expected


def test_the_made_up_cases_reach_every_grade_of_every_rule():
    for version, term in TERMS:
        rng = random.Random(f"{version}{term.id}")
        unit = term.printed_units[0] if term.printed_units else concept_of(term).unit
        wanted = {clause.grade for clause in term.clauses} - {None} | {NOT_GRADABLE}
        for _ in range(2000):
            value, given = case(rng, term)
            wanted.discard(scalar(term, value, unit, given, is_symptomatic=rng.choice([None, False])))
            if not wanted:
                break
        assert wanted == set(), (version, term.id)


@pytest.mark.parametrize(("version", "term"), TERMS, ids=[f"{version}-{term.id}" for version, term in TERMS])
def test_arrays_agree_at_every_limit_and_beside_it(version, term):
    given = dict.fromkeys(FIELDS, math.nan) | {"lower_limit": 0.9, "upper_limit": 1.1, "baseline": 1.3}
    numbers = {"LLN": 0.9, "ULN": 1.1, "baseline": 1.3}
    for unit in term.printed_units or (concept_of(term).unit,):
        limits = [
            float(each.limit.factor) * numbers.get(each.limit.reference or "", 0) + float(amount)
            for clause in term.clauses
            for each in clause.comparisons
            for amount in ([a.value for a in each.limit.amounts if a.unit == unit] or [0])
        ]
        values = [round(limit + step, 6) for limit in limits for step in (-0.001, -1e-6, 0, 1e-6, 0.001)]
        values += [float(np.nextafter(limit, side)) for limit in limits for side in (0, math.inf)]
        values = [value for value in values if value >= 0]
        found = grade_array(version, term.name, values, unit=unit, lower_limit=0.9, upper_limit=1.1, baseline=1.3)
        assert found.tolist() == [scalar(term, value, unit, given) for value in values]


def test_grades_keep_the_shape_of_the_results():
    found = grade_array("5.0", "Platelet count decreased", [[24, 60], [math.nan, 200]], unit="10*9/L", lower_limit=150)
    assert found.tolist() == [[4, 2], [-1, 0]]
    assert found.dtype == np.int8


def test_what_the_version_does_not_have_is_not_gradable():
    assert grade_array("6.0", "Platelet count decreased", [24.0], unit="10*9/L").tolist() == [NOT_GRADABLE]
    assert grade_array("5.0", "Hyperglycemia", [24.0], unit="mmol/L").tolist() == [NOT_GRADABLE]


def test_results_without_a_usable_unit_are_not_gradable():
    assert grade_array("5.0", "Anemia", [7.0]).tolist() == [NOT_GRADABLE]
    assert grade_array("5.0", "Anemia", [7.0], unit="U/L").tolist() == [NOT_GRADABLE]


def test_a_baseline_whose_lower_limit_is_missing_may_be_low():
    """v6.0 of creatinine: above 1.5 x baseline is grade 2 if the baseline was below normal; 90 is, of 40."""
    found = grade_array("6.0", "Creatinine increased", [90], unit="umol/L", upper_limit=100, baseline=40)
    assert found.tolist() == [NOT_GRADABLE]
    known = {"unit": "umol/L", "upper_limit": 100, "baseline": 40, "lower_limit": [39, 40, 41]}
    assert grade_array("6.0", "Creatinine increased", [90, 90, 90], **known).tolist() == [0, 0, 2]


@pytest.mark.parametrize("limit", [-0.5, -1, -2])
def test_a_limit_below_zero_leaves_a_result_without_a_grade(limit):
    found = grade_array("5.0", "Platelet count decreased", [60, 60], unit="10*9/L", lower_limit=[limit, 150])
    assert found.tolist() == [NOT_GRADABLE, 2]


def test_no_results_give_no_grades():
    assert grade_array("5.0", "Anemia", [], unit="g/dL").tolist() == []


@pytest.mark.parametrize("number", [0.000001, 0.123456, 999_999_999.999999, 0.0, math.nan])
def test_decimals_of_six_places_need_no_scalar_form(number, monkeypatch):
    monkeypatch.setattr(arrays, "grade_term", None)
    grade_array("5.0", "Platelet count decreased", [number, -number], unit="10*9/L", lower_limit=number)


@pytest.mark.parametrize("number", [0.0000001, 1 / 3, 1e9, math.inf])
def test_other_numbers_go_through_the_scalar_form(number, monkeypatch):
    asked = []
    monkeypatch.setattr(arrays, "grade_term", lambda term, given: asked.append(given) or grade_term(term, given))
    grade_array("5.0", "Platelet count decreased", [number, 60.0], unit="10*9/L", lower_limit=150)
    assert [given.value for given in asked] == [number]
    asked.clear()
    grade_array("5.0", "Platelet count decreased", [60.0, 70.0], unit="10*9/L", lower_limit=[150, number])
    assert [given.lower_limit for given in asked] == [number]


@pytest.mark.parametrize("graded", [grade, lambda *given, **beside: grade_array(*given[:2], [given[2]], **beside)])
def test_a_misspelt_name_is_refused(graded):
    with pytest.raises(TypeError, match="lower_limits"):
        graded("5.0", "Platelet count decreased", 60, unit="10*9/L", lower_limits=150)
