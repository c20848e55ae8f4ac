"""Derived quantities as atoms: the latest result of each input in the window, handed to the published formula."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

from equipoise.assessments.answer import Answer, NotEvaluable
from equipoise.assessments.derived.body import SurfaceFormula, assess_bmi, assess_body_surface
from equipoise.assessments.derived.chemistry import CalciumFormula, assess_corrected_calcium
from equipoise.assessments.derived.child_pugh import (
    Ascites,
    BilirubinRows,
    ClottingRow,
    Encephalopathy,
    assess_child_pugh,
)
from equipoise.assessments.derived.kidney import WeightPolicy, assess_cockcroft_gault
from equipoise.assessments.derived.measured import Measured
from equipoise.assessments.derived.meld import MeldVersion, assess_meld
from equipoise.criteria.assessed.catalogue import ASCITES, CALCIUM, DIALYSED, ENCEPHALOPATHY, kind_of
from equipoise.criteria.assessed.kind import AssessmentKind
from equipoise.criteria.assessed.made import Made
from equipoise.criteria.bound import ResultFact
from equipoise.criteria.evidence import BIRTH_DATE_NEED, SEX_NEED, birth_row, sex_row
from equipoise.criteria.intervals import Period
from equipoise.criteria.nodes import Assessment
from equipoise.criteria.outcome import Outcome, all_needed, unknown
from equipoise.criteria.picking import Picked, pick_one
from equipoise.criteria.reference_atoms import Case, ages
from equipoise.criteria.results import unit_of, value_interval
from equipoise.criteria.truth import Cause
from equipoise.criteria.verdict import EvidenceRow
from equipoise.terminology.concepts import Concept, ConceptKind
from equipoise.terminology.units import factor

Results = Mapping[str, Any]
"""Concept to its result: `Measured`, or the word of a coded one; the age in years stands under the birth date."""


def _bmi(results: Results, options: Mapping[str, str], case: Case) -> Answer[Any]:
    return assess_bmi(weight=results["body-weight"], height=results["body-height"])


def _body_surface(results: Results, options: Mapping[str, str], case: Case) -> Answer[Any]:
    formula = SurfaceFormula(options["formula"])
    return assess_body_surface(weight=results["body-weight"], height=results["body-height"], formula=formula)


def _corrected_calcium(results: Results, options: Mapping[str, str], case: Case) -> Answer[Any]:
    formula = CalciumFormula(options["formula"])
    calcium = replace(results[CALCIUM], name="calcium")
    answer = assess_corrected_calcium(calcium=calcium, albumin=results["albumin"], formula=formula)
    if isinstance(answer, NotEvaluable):
        return answer
    concept = case.rulebook.concepts[CALCIUM]
    scale = factor(concept, answer.value.unit or "", concept.unit or "")
    assert scale is not None
    return answer.map(lambda calcium: Fraction(calcium.value or 0) * scale)


def _child_pugh(results: Results, options: Mapping[str, str], case: Case) -> Answer[Any]:
    answer = assess_child_pugh(
        bilirubin=results["bilirubin"],
        albumin=results["albumin"],
        inr=results["inr"],
        ascites=Ascites(results[ASCITES]),
        encephalopathy=Encephalopathy(results[ENCEPHALOPATHY]),
        clotting_row=ClottingRow.INR,
        bilirubin_rows=BilirubinRows(options["bilirubin_rows"]),
    )
    return answer if isinstance(answer, NotEvaluable) else answer.map(lambda found: found.class_.value)


def _meld(results: Results, options: Mapping[str, str], case: Case) -> Answer[Any]:
    return assess_meld(
        version=MeldVersion(options["version"]),
        bilirubin=results["bilirubin"],
        inr=results["inr"],
        creatinine=results["creatinine"],
        is_dialysed=results[DIALYSED] == "yes",
        sodium=results.get("sodium"),
        albumin=results.get("albumin"),
        is_female={"female": True, "male": False}.get(case.sex or ""),
    )


def _clearance(results: Results, options: Mapping[str, str], case: Case) -> Answer[Any]:
    answer = assess_cockcroft_gault(
        years=results[BIRTH_DATE_NEED],
        is_female=case.sex == "female",
        creatinine=results["creatinine"],
        weight=results["body-weight"],
        height=results.get("body-height"),
        weight_policy=WeightPolicy(options["weight"]),
    )
    return answer if isinstance(answer, NotEvaluable) else answer.map(lambda found: found.ml_per_min)


FORMULAS: Mapping[str, Callable[[Results, Mapping[str, str], Case], Answer[Any]]] = {
    "bmi": _bmi,
    "body-surface": _body_surface,
    "creatinine-clearance": _clearance,
    "corrected-calcium": _corrected_calcium,
    "child-pugh": _child_pugh,
    "meld": _meld,
}
"""The formula of each derived quantity. All are monotone in each input: between two ends lies nothing else."""


def assess_derived(atom: Assessment, case: Case) -> Made | Outcome:
    """The value of a derived quantity, or why an input cannot be used."""
    return derive(kind_of(atom.name), dict(atom.options), case, case.moment.period(atom.within))


def derive(kind: AssessmentKind, options: Mapping[str, str], case: Case, period: Period) -> Made | Outcome:
    """What a formula makes of the latest result of each input in these days; the person is as old as on `as_of`."""
    picked = {name: pick_one(case, name, period) for name in kind.concept_ids(None, options)}
    problems = [problem for name, each in picked.items() if (problem := problem_of(name, each, case)) is not None]
    problems += _problems_of_person(kind, options, case)
    if problems:
        return all_needed(problems)
    ends = {name: ends_of(name, each, case) for name, each in picked.items()}
    if kind.reads_age:
        ends[BIRTH_DATE_NEED] = tuple(dict.fromkeys(ages(case) or ()))
    inexact = tuple(name for name, both in ends.items() if len(both) > 1)
    formula = FORMULAS[kind.name]
    answers = [formula(dict(zip(ends, chosen, strict=True)), options, case) for chosen in product(*ends.values())]
    return Made(
        tuple(answers),
        (*(row for each in picked.values() for row in each.rows), *_person(kind, options, case)),
        any(each.is_attested for each in picked.values()),
        inexact,
        frozenset({Cause.PARTIAL_DATE if name == BIRTH_DATE_NEED else Cause.OVERLAP for name in inexact}),
    )


def _problems_of_person(kind: AssessmentKind, options: Mapping[str, str], case: Case) -> list[Outcome]:
    """What is not known of the person that goes into the value."""
    problems = []
    if kind.reads_age and ages(case) is None:
        problems.append(unknown({Cause.NEVER_MEASURED}, [BIRTH_DATE_NEED], has_data=False))
    if kind.reads_sex(options) and case.sex not in ("female", "male"):
        cause = Cause.NEVER_MEASURED if case.sex is None else Cause.NEEDS_PERSON
        problems.append(unknown({cause}, [SEX_NEED], has_data=False))
    return problems


def _person(kind: AssessmentKind, options: Mapping[str, str], case: Case) -> tuple[EvidenceRow, ...]:
    patient = case.patient.patient
    rows = [birth_row(patient)] if kind.reads_age else []
    return (*rows, sex_row(patient)) if kind.reads_sex(options) else tuple(rows)


def problem_of(concept_id: str, picked: Picked, case: Case) -> Outcome | None:
    """Why an input is no number that a formula can take: its own trouble, no number, no unit, or bounded one way."""
    if picked.problem is not None:
        return picked.problem
    cause = _cause(picked.facts[0], concept_id, case)
    return None if cause is None else unknown({cause}, [concept_id], picked.rows)


def _cause(fact: ResultFact, concept_id: str, case: Case) -> Cause | None:
    concept = case.rulebook.concepts[concept_id]
    if concept.kind is ConceptKind.CODED:
        return Cause.UNMAPPED_CODE if fact.answer is None else None
    value, unit = value_interval(fact), unit_of(fact, concept)
    if value is None:
        return Cause.UNMAPPED_CODE
    if isinstance(unit, Cause):
        return unit
    if factor(concept, unit, concept.unit or "1") is None:
        return Cause.UNKNOWN_UNIT
    return Cause.OVERLAP if value.lower is None or value.upper is None else None


def ends_of(concept_id: str, picked: Picked, case: Case, *, in_own_unit: bool = False) -> tuple[Any, ...]:
    """
    The result as the formulas take it: one, or its two ends where it is known between two neighbours only.

    Formulas get the unit reported, since some print limits for several; `in_own_unit` gives that of the concept, by the
    concept of this rulebook, which a formula need not know.
    """
    fact, concept = picked.facts[0], case.rulebook.concepts[concept_id]
    if concept.kind is ConceptKind.CODED:
        return (fact.answer,)
    value, unit = value_interval(fact), unit_of(fact, concept)
    assert value is not None
    assert value.lower is not None
    assert value.upper is not None
    assert isinstance(unit, str)
    scale = factor(concept, unit, concept.unit or "1") if in_own_unit else Fraction(1)
    assert scale is not None
    shown = (concept.unit or "1") if in_own_unit else unit
    bounds = dict.fromkeys((value.lower, value.upper))
    return tuple(_measured(concept, fact, Fraction(bound) * scale, shown) for bound in bounds)


def _measured(concept: Concept, fact: ResultFact, value: Fraction, unit: str) -> Measured:
    row = fact.row
    return Measured(
        concept.id,
        value,
        unit,
        day=row["time_lower"],
        last_day=row["time_upper"] if row["time_upper"] != row["time_lower"] else None,
        record=row["record_id"],
    )
