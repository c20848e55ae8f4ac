"""
Cumulative doses of an organ as atoms: the absorbed doses of all cycles so far, or their biologically effective doses.

A cycle is a day on which an activity was given (`administered-activity`); a dose belongs to the last cycle on or before
its own day. A cycle without a dose leaves the sum unknown. The numbers are medians: how likely they exceed a limit
needs uncertainties, which these records do not carry.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import log
from typing import Any

from equipoise.assessments.answer import Answer, NotEvaluable
from equipoise.assessments.dosimetry.bed import Radiosensitivity, compute_protraction_factor
from equipoise.assessments.dosimetry.cumulative import CycleDose, compute_cumulative_dose
from equipoise.assessments.dosimetry.exponentials import ExponentialSum
from equipoise.assessments.dosimetry.uncertainty import Budget
from equipoise.criteria.assessed.catalogue import ADMINISTERED_ACTIVITY, BED
from equipoise.criteria.assessed.made import Made
from equipoise.criteria.bound import ResultFact
from equipoise.criteria.evidence import row_json
from equipoise.criteria.nodes import Assessment
from equipoise.criteria.outcome import Outcome, all_needed, unknown
from equipoise.criteria.reference_atoms import Case, nothing_suitable
from equipoise.criteria.results import unit_of, value_interval
from equipoise.criteria.selection import select
from equipoise.criteria.truth import Cause
from equipoise.terminology.units import factor

_SOURCES = {
    "absorbed-dose": "sum of the absorbed doses of all cycles",
    BED: "sum over cycles of D (1 + G D / (alpha/beta)), G of one exponential",
}
_EXACT = Budget(0.0, 0.0)


@dataclass(frozen=True)
class _Read:
    """A number of one day in the concept's own unit."""

    fact: ResultFact
    day: date
    value: Fraction


def assess_dose(atom: Assessment, case: Case) -> Made | Outcome:
    """The cumulative dose of an organ up to `as_of`."""
    read: dict[str, list[_Read]] = {}
    problems: list[Outcome] = []
    for concept_id in atom.concept_ids():
        found, problem = _read(concept_id, case)
        read[concept_id] = found
        problems += [problem] if problem is not None else []
    if problems:
        return all_needed(problems)
    facts = [each.fact for found in read.values() for each in found]
    rows = tuple(dict.fromkeys(fact.evidence for fact in facts))
    activities = read[ADMINISTERED_ACTIVITY]
    days = sorted({each.day for each in activities})
    by_cycle = {name: _by_cycle(found, days) for name, found in read.items()}
    for name, cycles in by_cycle.items():
        if any(len(values) > 1 or cycle == 0 for cycle, values in cycles.items()):
            return unknown({Cause.CONFLICT}, [name], rows)
        missing = [cycle for cycle in range(1, len(days) + 1) if cycle not in cycles]
        if missing:
            return unknown({Cause.NEVER_MEASURED}, [name], rows)
        if any(value <= 0 for values in cycles.values() for value in values):
            return unknown({Cause.NEEDS_PERSON}, [name], rows)
    return Made((_answer(atom, by_cycle, days),), rows, any(fact.is_attested for fact in facts))


def _answer(atom: Assessment, by_cycle: dict[str, dict[int, list[Fraction]]], days: Sequence[date]) -> Answer[Any]:
    quantity, organ = atom.option("quantity") or "", atom.subject or ""
    dose_name = f"{organ}-absorbed-dose"
    half_lives = by_cycle.get(f"{organ}-effective-half-life", {})
    # An absorbed dose reads neither number of the tissue.
    ratio, half_time = (float(atom.option(key) or 1) for key in ("alpha_beta_gy", "repair_half_time_h"))
    tissue = Radiosensitivity(ratio, half_time, "as the protocol says")
    doses = [
        CycleDose(
            cycle,
            float(by_cycle[ADMINISTERED_ACTIVITY][cycle][0]),
            float(by_cycle[dose_name][cycle][0]),
            _protraction(half_lives.get(cycle), tissue),
            _EXACT,
        )
        for cycle in range(1, len(days) + 1)
    ]
    total = compute_cumulative_dose(organ=organ, cycles_given=len(days), doses=doses, tissue=tissue)
    if isinstance(total, NotEvaluable):
        return total
    is_bed = quantity == BED
    median = total.map(lambda each: (each.bed if is_bed else each.absorbed_dose).median_gy)
    dated = tuple(replace(each, day=day) for each, day in zip(median.inputs, days, strict=True))
    return replace(median, inputs=dated, source=_SOURCES[quantity], notes=median.notes if is_bed else ())


def _protraction(half_life_h: list[Fraction] | None, tissue: Radiosensitivity) -> float:
    if half_life_h is None:
        return 1.0
    curve = ExponentialSum((1.0,), (log(2) / float(half_life_h[0]),))
    return compute_protraction_factor(curve, repair_half_time_h=tissue.repair_half_time_h)


def _read(concept_id: str, case: Case) -> tuple[list[_Read], Outcome | None]:
    """Every number of a concept up to `as_of`; a problem where one cannot be used, since then the sum is not known."""
    selection = select(case.patient, concept_id, None, case.moment)
    facts = sorted((*selection.certain, *selection.perhaps), key=lambda fact: row_json(fact.evidence))
    if not facts:
        return [], nothing_suitable(concept_id, case, selection)
    read = [(fact, _number(fact, concept_id, case)) for fact in facts]
    causes = {found for _, found in read if isinstance(found, Cause)}
    if causes:
        rows = [fact.evidence for fact, found in read if isinstance(found, Cause)]
        return [], unknown(causes, [concept_id], rows)
    return [found for _, found in read if isinstance(found, _Read)], None


def _number(fact: ResultFact, concept_id: str, case: Case) -> _Read | Cause:
    concept = case.rulebook.concepts[concept_id]
    value, unit = value_interval(fact), unit_of(fact, concept)
    if fact.row["time_lower"] is None or fact.row["time_lower"] != fact.row["time_upper"]:
        return Cause.PARTIAL_DATE
    if value is None:
        return Cause.UNMAPPED_CODE
    if isinstance(unit, Cause):
        return unit
    scale = factor(concept, unit, concept.unit or "1")
    if scale is None:
        return Cause.UNKNOWN_UNIT
    if value.lower is None or value.lower != value.upper:
        return Cause.OVERLAP
    return _Read(fact, fact.row["time_lower"], Fraction(value.lower) * scale)


def _by_cycle(found: Sequence[_Read], days: Sequence[date]) -> dict[int, list[Fraction]]:
    """Cycle number to the different values that stand for it; 0 for what comes before the first cycle."""
    cycles: dict[int, list[Fraction]] = {}
    for each in found:
        cycle = sum(day <= each.day for day in days)
        values = cycles.setdefault(cycle, [])
        if each.value not in values:
            values.append(each.value)
    return cycles
