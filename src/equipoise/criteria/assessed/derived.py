"""Derived quantities as atoms: the latest result of each input in the window, handed to the published formula."""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from equipoise.assessments.answer import Answer
from equipoise.assessments.derived.body import SurfaceFormula, assess_bmi, assess_body_surface
from equipoise.assessments.derived.measured import Measured
from equipoise.criteria.assessed.made import Made
from equipoise.criteria.bound import ResultFact
from equipoise.criteria.intervals import Number
from equipoise.criteria.nodes import Assessment
from equipoise.criteria.outcome import Outcome, all_needed, unknown
from equipoise.criteria.picking import Picked, pick_one
from equipoise.criteria.reference_atoms import Case
from equipoise.criteria.results import unit_of, value_interval
from equipoise.criteria.truth import Cause

Results = Mapping[str, Measured]


def _bmi(results: Results, options: Mapping[str, str]) -> Answer[Any]:
    return assess_bmi(weight=results["body-weight"], height=results["body-height"])


def _body_surface(results: Results, options: Mapping[str, str]) -> Answer[Any]:
    formula = SurfaceFormula(options["formula"])
    return assess_body_surface(weight=results["body-weight"], height=results["body-height"], formula=formula)


FORMULAS: Mapping[str, Callable[[Results, Mapping[str, str]], Answer[Any]]] = {
    "bmi": _bmi,
    "body-surface": _body_surface,
}
"""The formula of each derived quantity. All are monotone in each input: between two ends lies nothing else."""


def assess_derived(atom: Assessment, case: Case) -> Made | Outcome:
    """The value of a derived quantity, or why an input cannot be used."""
    period = case.moment.period(atom.within)
    picked = {name: pick_one(case, name, period) for name in atom.concept_ids()}
    problems = [problem for name, each in picked.items() if (problem := problem_of(name, each, case)) is not None]
    if problems:
        return all_needed(problems)
    options = dict(atom.options)
    ends = {name: ends_of(name, each, case) for name, each in picked.items()}
    answers = [FORMULAS[atom.name](dict(zip(ends, chosen, strict=True)), options) for chosen in product(*ends.values())]
    return Made(
        tuple(answers),
        tuple(row for each in picked.values() for row in each.rows),
        any(each.is_attested for each in picked.values()),
        tuple(name for name, both in ends.items() if len(both) > 1),
    )


def problem_of(concept_id: str, picked: Picked, case: Case) -> Outcome | None:
    """Why an input is no number that a formula can take: its own trouble, no number, no unit, or bounded one way."""
    if picked.problem is not None:
        return picked.problem
    cause = _cause(picked.facts[0], concept_id, case)
    return None if cause is None else unknown({cause}, [concept_id], picked.rows)


def _cause(fact: ResultFact, concept_id: str, case: Case) -> Cause | None:
    value, unit = value_interval(fact), unit_of(fact, case.rulebook.concepts[concept_id])
    if value is None:
        return Cause.UNMAPPED_CODE
    if isinstance(unit, Cause):
        return unit
    return Cause.OVERLAP if value.lower is None or value.upper is None else None


def ends_of(concept_id: str, picked: Picked, case: Case) -> tuple[Measured, ...]:
    """The result as the formulas take it: one, or its two ends where it is known between two neighbours only."""
    fact = picked.facts[0]
    value, unit = value_interval(fact), unit_of(fact, case.rulebook.concepts[concept_id])
    assert value is not None
    assert value.lower is not None
    assert value.upper is not None
    assert isinstance(unit, str)
    return tuple(measured(concept_id, fact, bound, unit) for bound in dict.fromkeys((value.lower, value.upper)))


def measured(concept_id: str, fact: ResultFact, value: Number, unit: str) -> Measured:
    row = fact.row
    return Measured(
        concept_id,
        value,
        unit,
        day=row["time_lower"],
        last_day=row["time_upper"] if row["time_upper"] != row["time_lower"] else None,
        record=row["record_id"],
        lower_limit=row["range_low"],
        upper_limit=row["range_high"],
    )
