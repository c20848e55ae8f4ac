"""The days on which a rule may say something else of a person although no record is added.

A verdict depends on the day of judgement in two ways alone: a dated row lies on one or the other side of the limit of a
window (`as_of` itself and the year of coverage are two such windows), and a birthday completes a year. The limit of a
window never goes back when its anchor goes forward, so each dated row crosses it on at most two days: that on which the
limit reaches the row's day, and that on which it has left it behind. Between these days nothing changes; judging on
them alone gives what judging on every day would give.
"""

from bisect import bisect_left
from calendar import isleap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from equipoise.criteria.assessed.catalogue import kind_of
from equipoise.criteria.bound import BoundPatient
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
    WindowUnit,
    windows_of,
)
from equipoise.criteria.rulebook import COVERAGE_DAYS

_TODAY, _COVERAGE = Window(0), Window(COVERAGE_DAYS)


class DaysOfChange:
    """
    The days on which rules may change for one patient; what several rules read is looked at once.

    Parameters
    ----------
    patient
        Whom the rules are judged for.
    as_of
        The day from which to look on; it is not among the days given.
    horizon_days
        How many days to look on.
    """

    def __init__(self, patient: BoundPatient, as_of: date, *, horizon_days: int) -> None:
        self._patient = patient
        self._first, self._last = as_of.toordinal(), as_of.toordinal() + horizon_days
        self._found: dict[Atom, frozenset[int]] = {}
        self._crossed: dict[Window, dict[date, tuple[int, ...]]] = defaultdict(dict)
        self._rows: dict[str, frozenset[date]] = {}
        self._encounters = _days_in(patient.encounters)

    def of(self, node: Node) -> list[date]:
        """
        Every later day on which the outcome of a rule may differ from that of the day before, in order.

        All windows of the rule count from `as_of`, as those of enrolment do.
        """
        return [date.fromordinal(day) for day in sorted(set().union(*map(self._of_atom, node.atoms)))]

    def _of_atom(self, atom: Atom) -> frozenset[int]:
        found = self._found.get(atom)
        if found is None:
            days = {day for window, days in self._days_by_window(atom) for day in self._crossings(window, days)}
            if _reads_age(atom):
                born = {self._patient.patient["birth_lower"], self._patient.patient["birth_upper"]} - {None}
                days.update(birthday for each in born for birthday in self._birthdays(each))
            found = self._found[atom] = frozenset(days)
        return found

    def _days_by_window(self, atom: Atom) -> Iterator[tuple[Window, frozenset[date]]]:
        """For each window in question the days of the rows that may cross its limit."""
        days = frozenset().union(*(self._days_of(concept) for concept in _concepts_read(atom)))
        if isinstance(atom, Exists | Count):
            # What is not on record may be assumed absent, and a denial holds, for as long as the year of coverage.
            days |= self._encounters
            yield _COVERAGE, days
        for window in (*windows_of(atom), _TODAY):
            yield window, days

    def _days_of(self, concept: str) -> frozenset[date]:
        """Every day in the rows of a concept, whether they are taken as events or as results."""
        days = self._rows.get(concept)
        if days is None:
            rows = [fact.row for fact in self._patient.events(concept)]
            rows += [fact.row for fact in self._patient.results(concept)]
            days = self._rows[concept] = _days_in(rows)
        return days

    def _crossings(self, window: Window, days: Iterable[date]) -> Iterator[int]:
        """The later days on which the limit of a window reaches one of these days, and on which it has left it."""
        known = self._crossed[window]
        for day in days:
            if day not in known:
                number = day.toordinal()
                reached = (self._first_day_with(window, number), self._first_day_with(window, number + 1))
                known[day] = tuple(each for each in reached if self._first < each <= self._last)
            yield from known[day]

    def _first_day_with(self, window: Window, number: int) -> int:
        """The first of the days looked at on which the limit of a window is this day or a later one."""
        looked_at = range(self._first, self._last + 1)
        if window.unit is WindowUnit.DAY:
            # The first day of all is the limit of whatever reaches back beyond it.
            return number + window.length if number > 1 else self._first
        limits = partial(_limit_on, window)
        return self._first + bisect_left(looked_at, number, key=limits)

    def _birthdays(self, born: date) -> Iterator[int]:
        """The later days that complete a year; one born on 29 February has them on 1 March of a common year."""
        for year in range(date.fromordinal(self._first).year, date.fromordinal(self._last).year + 1):
            is_there = (born.month, born.day) != (2, 29) or isleap(year)
            day = (born.replace(year=year) if is_there else date(year, 3, 1)).toordinal()
            if self._first < day <= self._last:
                yield day


def _limit_on(window: Window, day: int) -> int:
    return window.limit(date.fromordinal(day)).toordinal()


def _reads_age(atom: Atom) -> bool:
    if isinstance(atom, Assessment):
        return (atom.changing or kind_of(atom.name)).reads_age
    return isinstance(atom, Age | CockcroftGault)


def _concepts_read(atom: Atom) -> tuple[str, ...]:
    other = atom.not_older_than if isinstance(atom, Value) else None
    return (*atom.concept_ids(), *([other] if other is not None else []))


def _days_in(rows: Iterable[Mapping[str, Any]]) -> frozenset[date]:
    """Every day in any cell; an instant only orders rows of one day."""
    return frozenset(cell for row in rows for cell in row.values() if type(cell) is date)
