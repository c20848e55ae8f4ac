"""The laboratory values of one subject that gates read, over time, each in the unit of its concept.

Decides which results are shown: the last before allocation and every one since; a result that is no number, or in a
unit that does not convert, is left to the list of what was recorded.
"""

from datetime import date

from equipoise.conduct.gate_moment import concepts_of
from equipoise.criteria.bound import BoundPatient, Row, index_bindings
from equipoise.protocol.resolve_plan import ResolvedPlan
from equipoise.records.snapshot import Snapshot
from equipoise.records.tables import PATIENTS
from equipoise.reporting.value_picture import ValuePoint, ValueSeries
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.concepts import LOCAL_SYSTEM, Concept, ConceptKind
from equipoise.terminology.units import factor, resolve_unit

_RANGE = ("range_low", "range_high")


def values_read(resolved: ResolvedPlan, snapshot: Snapshot, arm: str, since: date) -> tuple[ValueSeries, ...]:
    """
    The values that the gates of an arm read, in the order in which rules name them.

    Parameters
    ----------
    snapshot
        Records and entered forms together.
    since
        The day of allocation.
    """
    concepts = [resolved.rulebook.concepts[name] for name in _read_by_gates(resolved, arm)]
    rows = [row for name, found in snapshot.records.rows.items() if name != PATIENTS.name for row in found]
    codes = dict.fromkeys((row.get("system", LOCAL_SYSTEM), row["code"]) for row in rows)
    bindings = index_bindings(bind_codes(resolved.rulebook.concepts, codes))
    patient = BoundPatient(snapshot.records, resolved.rulebook.concepts, bindings)
    found = (_series(concept, patient, since) for concept in concepts if concept.kind is ConceptKind.QUANTITY)
    return tuple(series for series in found if series.points)


def _read_by_gates(resolved: ResolvedPlan, arm: str) -> list[str]:
    gates = [gate.node for gate in resolved.gates if not gate.arms or arm in gate.arms]
    courses = {course.id for course in resolved.plan.courses_of(arm)}
    tables = [table.id for rules in resolved.plan.dose_rules if rules.course in courses for table in rules.tables]
    nodes = [*gates, *(resolved.tables[table] for table in tables)]
    return list(dict.fromkeys(name for node in nodes for name in sorted(concepts_of(node))))


def _series(concept: Concept, patient: BoundPatient, since: date) -> ValueSeries:
    rows = sorted((fact.row for fact in patient.results(concept.id) if not fact.is_suggestion), key=_day)
    read = [(row, point) for row in rows if (point := _point(concept, row)) is not None]
    before = [each for each in read if each[1].on < since][-1:]
    shown = [*before, *(each for each in read if each[1].on >= since)]
    ranges = (_range(concept, row) for row, _ in reversed(shown))
    low, high = next((found for found in ranges if found != (None, None)), (None, None))
    return ValueSeries(concept.label, concept.unit or "1", [point for _, point in shown], low, high)


def _day(row: Row) -> date:
    day: date = row["time_lower"] or date.min
    return day


def _point(concept: Concept, row: Row) -> ValuePoint | None:
    """A result as a number; None for what is none, has no day, or does not convert."""
    number, by = row["value_lower"] if row["value_lower"] is not None else row["value_upper"], _factor(concept, row)
    if number is None or by is None or row["time_lower"] is None:
        return None
    unit = f" {row['unit']}" if row["unit"] else ""
    return ValuePoint(row["time_lower"], float(number) * by, f"{row['value_text'] or number}{unit}")


def _factor(concept: Concept, row: Row) -> float | None:
    unit = "1" if row["unit"] is None and not concept.is_unit_required else resolve_unit(row["unit"])
    found = None if unit is None else factor(concept, unit, concept.unit or "1")
    return None if found is None else float(found)


def _range(concept: Concept, row: Row) -> tuple[float | None, float | None]:
    by = _factor(concept, row)
    low, high = (None if row[name] is None or by is None else float(row[name]) * by for name in _RANGE)
    return low, high
