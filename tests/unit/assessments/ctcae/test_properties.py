"""What must hold of every term: worse results have worse grades, and a unit changes nothing away from the limits."""

from fractions import Fraction

import pytest

from equipoise.assessments.answer import Assessed
from equipoise.assessments.ctcae import CtcaeVersion, grade, load_table
from equipoise.assessments.ctcae.model import Compare
from equipoise.assessments.ctcae.results import concept_of
from equipoise.terminology.units import factor

TERMS = [(version, term) for version in CtcaeVersion for term in load_table(version).terms.values() if term.clauses]
IDS = [f"{version}-{term.id}" for version, term in TERMS]
RISES = (Compare.ABOVE, Compare.AT_LEAST)


def ladder(term):
    """Results from far below every printed limit to far above."""
    amounts = [a.value for c in term.clauses for each in c.comparisons for a in each.limit.amounts[:1] if a.value]
    low, high = (min(amounts), max(amounts)) if amounts else (Fraction(1), Fraction(100))
    steps = 60
    return [low / 4 + (2 * high - low / 4) * n / steps for n in range(steps + 1)]


def grades_of(version, term, values, unit):
    middle = values[len(values) // 2]
    for value in values:
        answer = grade(version, term.name, value, unit=unit, lower_limit=middle, upper_limit=middle, baseline=middle)
        yield answer.value.value if isinstance(answer, Assessed) else None


@pytest.mark.parametrize(("version", "term"), TERMS, ids=IDS)
def test_a_worse_result_never_has_a_better_grade(version, term):
    unit = term.printed_units[0] if term.printed_units else concept_of(term).unit
    found = [each for each in grades_of(version, term, ladder(term), unit) if each is not None]
    rises = term.clauses[0].comparisons[0].compare in RISES
    assert found == sorted(found, reverse=not rises)
    assert len(set(found)) > 1


def converts(term):
    """Not temperatures, which have an offset, and not a clearance for 1.73 m2, which is of another kind."""
    units = term.printed_units[:2]
    return len(units) > 1 and factor(concept_of(term), *units) is not None


@pytest.mark.parametrize(("version", "term"), [each for each in TERMS if converts(each[1])])
def test_the_unit_changes_a_grade_only_near_a_printed_limit(version, term):
    """Between the limits as printed for two units: 0.4 mmol/L of magnesium is 0.97 mg/dL, and 0.9 is printed."""
    one, other = term.printed_units[:2]
    ratio = factor(concept_of(term), one, other)
    limits = [
        (a.value, b.value / ratio)
        for clause in term.clauses
        for each in clause.comparisons
        if len(each.limit.amounts) > 1
        for a, b in [each.limit.amounts[:2]]
    ]
    for value in ladder(term):
        is_between = any(min(pair) * Fraction(99, 100) <= value <= max(pair) * Fraction(101, 100) for pair in limits)
        if not is_between:
            answers = [
                grade(version, term.name, value * by, unit=unit, lower_limit=by * 50, upper_limit=by * 50)
                for unit, by in ((one, Fraction(1)), (other, ratio))
            ]
            told = [a.value if isinstance(a, Assessed) else a.why for a in answers]
            assert told[0] == told[1], value
    assert all(abs(a / b - 1) < Fraction(9, 100) for a, b in limits)
