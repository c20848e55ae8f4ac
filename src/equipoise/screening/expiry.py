"""The days on which the verdicts of one person may change although no record is added.

A verdict depends on the day of judgement in three ways alone: a dated row lies on one or the other side of the limit
of a window (`as_of` itself and the year of coverage are two such windows), a birthday completes a year, a death lies
before or after. The limit of a window never goes back when its anchor goes forward, so each dated row crosses it at
most on two days: that on which the limit reaches the row's day, and that on which it has left it behind. Between these
days nothing changes; judging on them alone gives what judging on every day would give.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from equipoise.criteria.bound import BindingIndex, BoundPatient
from equipoise.criteria.intervals import completed_years
from equipoise.criteria.nodes import Age, Atom, CockcroftGault, Value, Window, windows_of
from equipoise.criteria.rulebook import COVERAGE_DAYS, Rulebook
from equipoise.records.patient import PatientRecords

_TODAY, _COVERAGE = Window(0), Window(COVERAGE_DAYS)


def days_of_change(
    rulebook: Rulebook, patient: PatientRecords, bindings: BindingIndex, as_of: date, *, horizon_days: int
) -> list[date]:
    """
    Every later day on which a verdict may differ from that of the day before, in order.

    Parameters
    ----------
    rulebook
        Rules whose windows all count from `as_of`, as those of enrolment do.
    patient, bindings
        As for `criteria.reference.judge_patient`, bindings as their index.
    as_of
        The day from which to look on; it is not among the days given.
    horizon_days
        How many days to look on.
    """
    atoms = {node for rule in rulebook.rules for node in rule.node.walk() if isinstance(node, Atom)}
    bound = BoundPatient(patient, rulebook.concepts, bindings)
    later = [as_of + timedelta(days) for days in range(horizon_days + 1)]
    found: set[date] = set()
    for window, days in _days_by_window(atoms, bound).items():
        limits = [window.limit(day).toordinal() for day in later]
        reached = {number for day in days for number in (day.toordinal(), day.toordinal() + 1)}
        found |= {later[place] for number in reached if 0 < (place := bisect_left(limits, number)) < len(later)}
    if any(isinstance(atom, Age | CockcroftGault) for atom in atoms):
        for born in {bound.patient["birth_lower"], bound.patient["birth_upper"]} - {None}:
            ages = [completed_years(born, day) for day in later]
            found |= {day for day, age, before in zip(later[1:], ages[1:], ages, strict=False) if age != before}
    return sorted(found)


def _days_by_window(atoms: Iterable[Atom], bound: BoundPatient) -> dict[Window, set[date]]:
    """For each window in question the days of the rows that may cross its limit."""
    visits = _days_in(bound.encounters)
    found = defaultdict(
        set, {_COVERAGE: set(visits), _TODAY: visits | _days_in([{"death": bound.patient["death_lower"]}])}
    )
    for atom in atoms:
        days = _days_in(_rows_read(atom, bound))
        for window in (*windows_of(atom), _TODAY, _COVERAGE):
            found[window] |= days
    return found


def _rows_read(atom: Atom, bound: BoundPatient) -> Iterator[Mapping[str, Any]]:
    """The rows of the concepts that an atom reads, whether it takes them as events or as results."""
    other = atom.not_older_than if isinstance(atom, Value) else None
    for concept in (*atom.concept_ids(), *([other] if other is not None else [])):
        yield from (fact.row for fact in bound.events(concept))
        yield from (fact.row for fact in bound.results(concept))


def _days_in(rows: Iterable[Mapping[str, Any]]) -> set[date]:
    """Every day in any cell; an instant only orders rows of one day."""
    return {cell for row in rows for cell in row.values() if type(cell) is date}
