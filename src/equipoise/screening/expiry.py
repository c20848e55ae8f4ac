"""The days on which a rule may say something else of a person although no record is added.

A verdict depends on the day of judgement in two ways alone: a dated row lies on one or the other side of the limit of a
window (`as_of` itself and the year of coverage are two such windows), and a birthday completes a year. The limit of a
window never goes back when its anchor goes forward, so each dated row crosses it on at most two days: that on which the
limit reaches the row's day, and that on which it has left it behind. Between these days nothing changes; judging on
them alone gives what judging on every day would give.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from equipoise.criteria.assessed.catalogue import kind_of
from equipoise.criteria.bound import BoundPatient
from equipoise.criteria.intervals import completed_years
from equipoise.criteria.nodes import (
    Age,
    Assessment,
    Atom,
    CockcroftGault,
    Count,
    Exists,
    Node,
    Value,
    Window,
    windows_of,
)
from equipoise.criteria.rulebook import COVERAGE_DAYS

_TODAY, _COVERAGE = Window(0), Window(COVERAGE_DAYS)


def days_of_change(node: Node, patient: BoundPatient, as_of: date, *, horizon_days: int) -> list[date]:
    """
    Every later day on which the outcome of a rule may differ from that of the day before, in order.

    Parameters
    ----------
    node
        A rule whose windows all count from `as_of`, as those of enrolment do.
    patient
        Whom it is judged for.
    as_of
        The day from which to look on; it is not among the days given.
    horizon_days
        How many days to look on.
    """
    atoms = {part for part in node.walk() if isinstance(part, Atom)}
    later = [as_of + timedelta(days) for days in range(horizon_days + 1)]
    found: set[date] = set()
    for window, days in _days_by_window(atoms, patient).items():
        limits = [window.limit(day).toordinal() for day in later]
        reached = {number for day in days for number in (day.toordinal(), day.toordinal() + 1)}
        found |= {later[place] for number in reached if 0 < (place := bisect_left(limits, number)) < len(later)}
    if any(_reads_age(atom) for atom in atoms):
        for born in {patient.patient["birth_lower"], patient.patient["birth_upper"]} - {None}:
            ages = [completed_years(born, day) for day in later]
            found |= {day for day, age, before in zip(later[1:], ages[1:], ages, strict=False) if age != before}
    return sorted(found)


def _reads_age(atom: Atom) -> bool:
    if isinstance(atom, Assessment):
        return kind_of(atom.name).reads_age
    return isinstance(atom, Age | CockcroftGault)


def _days_by_window(atoms: Iterable[Atom], patient: BoundPatient) -> dict[Window, set[date]]:
    """For each window in question the days of the rows that may cross its limit."""
    found: dict[Window, set[date]] = defaultdict(set)
    for atom in atoms:
        days = _days_in(_rows_read(atom, patient))
        if isinstance(atom, Exists | Count):
            # What is not on record may be assumed absent, and a denial holds, for as long as the year of coverage.
            days |= _days_in(patient.encounters)
            found[_COVERAGE] |= days
        for window in (*windows_of(atom), _TODAY):
            found[window] |= days
    return found


def _rows_read(atom: Atom, patient: BoundPatient) -> Iterator[Mapping[str, Any]]:
    """The rows of the concepts that an atom reads, whether it takes them as events or as results."""
    other = atom.not_older_than if isinstance(atom, Value) else None
    for concept in (*atom.concept_ids(), *([other] if other is not None else [])):
        yield from (fact.row for fact in patient.events(concept))
        yield from (fact.row for fact in patient.results(concept))


def _days_in(rows: Iterable[Mapping[str, Any]]) -> set[date]:
    """Every day in any cell; an instant only orders rows of one day."""
    return {cell for row in rows for cell in row.values() if type(cell) is date}
