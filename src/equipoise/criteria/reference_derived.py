"""Atoms that compute a quantity from several results, in plain Python: part of the reference evaluator."""

from dataclasses import dataclass
from fractions import Fraction

from equipoise.assessments.derived.kidney import compute_cockcroft_gault
from equipoise.criteria.bound import ResultFact
from equipoise.criteria.evidence import BIRTH_DATE_NEED, SEX_NEED, birth_row, sex_row
from equipoise.criteria.intervals import Interval, Number, compare
from equipoise.criteria.nodes import CockcroftGault, Window
from equipoise.criteria.outcome import Outcome, all_needed, decided, unknown
from equipoise.criteria.picking import pick_one
from equipoise.criteria.reference_atoms import Case, ages, judge_atom
from equipoise.criteria.results import unit_of, value_interval
from equipoise.criteria.truth import Basis, Cause, Truth
from equipoise.criteria.verdict import EvidenceRow
from equipoise.terminology.units import factor


@dataclass(frozen=True)
class _Input:
    """The latest result of one input in the unit asked for; `interval` is None when there is a problem."""

    interval: Interval | None
    problem: Outcome | None
    evidence: tuple[EvidenceRow, ...] = ()
    is_attested: bool = False


@judge_atom.register
def _cockcroft_gault(atom: CockcroftGault, case: Case) -> Outcome:
    creatinine = _latest_input(atom.creatinine, "mg/dL", atom.within, case)
    weight = _latest_input(atom.weight, "kg", atom.within, case)
    years, sex = ages(case), case.sex
    problems = [each.problem for each in (creatinine, weight) if each.problem is not None]
    if years is None:
        problems.append(unknown({Cause.NEVER_MEASURED}, [BIRTH_DATE_NEED], has_data=False))
    if sex not in ("female", "male"):
        cause = Cause.NEVER_MEASURED if sex is None else Cause.NEEDS_PERSON
        problems.append(unknown({cause}, [SEX_NEED], has_data=False))
    if problems or years is None or creatinine.interval is None or weight.interval is None:
        return all_needed(problems)
    patient = case.patient.patient
    rows = [*creatinine.evidence, *weight.evidence, birth_row(patient), sex_row(patient)]
    clearance = cockcroft_gault_interval(years, weight.interval, creatinine.interval, is_female=sex == "female")
    truth = compare(clearance, atom.operator, Fraction(atom.ml_per_min))
    if truth is Truth.UNKNOWN and years[0] != years[1]:
        return unknown({Cause.PARTIAL_DATE}, [BIRTH_DATE_NEED], rows)
    if truth is Truth.UNKNOWN:
        return unknown({Cause.OVERLAP}, [atom.creatinine], rows)
    is_attested = creatinine.is_attested or weight.is_attested
    return decided(truth, Basis.ATTESTED if is_attested else Basis.DERIVED, rows)


def cockcroft_gault_interval(
    years: tuple[int, int], weight_kg: Interval, creatinine_mg_per_dl: Interval, *, is_female: bool
) -> Interval:
    """
    Creatinine clearance by Cockcroft and Gault, as an interval; unbounded above where creatinine may be zero. [mL/min]
    """
    low = _clearance(years[1], weight_kg.lower or 0, creatinine_mg_per_dl.upper, is_female=is_female)
    high = _clearance(years[0], weight_kg.upper, creatinine_mg_per_dl.lower, is_female=is_female)
    if creatinine_mg_per_dl.upper is None:
        low = Fraction(0)
    return Interval(
        low,
        high,
        weight_kg.is_lower_closed and creatinine_mg_per_dl.is_upper_closed,
        weight_kg.is_upper_closed and creatinine_mg_per_dl.is_lower_closed,
    )


def _clearance(years: int, weight: Number | None, creatinine: Number | None, *, is_female: bool) -> Fraction | None:
    if weight is None or creatinine is None:
        return None
    return compute_cockcroft_gault(years=years, weight_kg=weight, creatinine_mg_per_dl=creatinine, is_female=is_female)


def _latest_input(concept_id: str, unit: str, within: Window | None, case: Case) -> _Input:
    picked = pick_one(case, concept_id, case.moment.period(within))
    if picked.problem is not None:
        return _Input(None, picked.problem)
    interval = _in_unit(picked.facts[0], concept_id, unit, case)
    if isinstance(interval, Cause):
        return _Input(None, unknown({interval}, [concept_id], picked.rows))
    return _Input(interval, None, picked.rows, picked.is_attested)


def _in_unit(fact: ResultFact, concept_id: str, unit: str, case: Case) -> Interval | Cause:
    concept = case.rulebook.concepts[concept_id]
    value, reported = value_interval(fact), unit_of(fact, concept)
    if value is None:
        return Cause.UNMAPPED_CODE
    if isinstance(reported, Cause):
        return reported
    scale = factor(concept, reported, unit)
    if scale is None:
        return Cause.UNKNOWN_UNIT
    bounds = [None if bound is None else Fraction(bound) * scale for bound in (value.lower, value.upper)]
    return Interval(bounds[0], bounds[1], value.is_lower_closed, value.is_upper_closed)
