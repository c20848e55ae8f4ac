"""Adverse events and reviews as results by day: the worst grades of what no laboratory measures.

Two local concepts: `worst-related-toxicity-grade`, the worst grade that day of adverse events of the category *other*
that are at least possibly related; `hypersensitivity-grade`, the worst grade of hypersensitivity up to that day. A day
gets a result when something changes on it, or when somebody asked. A grade of 0 therefore rests on somebody who looked,
and a day on which nobody did has no result. What follows from a grade is for the dose rules.

One pass over the days, each event taken up only where it changes: work and rows grow with the events, not with their
square.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice

from equipoise.conduct.forms.adverse_event import AdverseEventForm, AdverseEventReviewForm, EventCategory
from equipoise.conduct.forms.rows import local, record_name, result_row
from equipoise.records.patient import Row

WORST_RELATED, HYPERSENSITIVITY = "worst-related-toxicity-grade", "hypersensitivity-grade"
UNSIGNED = "not graded"
"""In place of a grade while one that counts is not signed: no number, and so unknown to every rule."""
NAMED_AT_MOST = 5
"""So many of the events that decide a grade are named with it; any one of them is enough for it."""
_NEXT_DAY = timedelta(days=1)

Entered = tuple[str, AdverseEventForm]
"""An adverse event with the entry that it stands in."""
Grade = int | None
"""None: not signed."""


@dataclass
class _Standing:
    """What counts as the days go by: for each grade the entries that have it now."""

    concept: str
    counts: Callable[[AdverseEventForm, date], bool]
    grade: Callable[[AdverseEventForm, date], Grade]
    by_grade: dict[Grade, dict[str, None]] = field(default_factory=dict)
    _grades: dict[str, Grade] = field(default_factory=dict)

    def take_up(self, entry: str, event: AdverseEventForm, day: date) -> None:
        """An event on a day on which it may have begun, changed or ended."""
        if entry in self._grades:
            del self.by_grade[self._grades.pop(entry)][entry]
        if self.counts(event, day):
            self._grades[entry] = self.grade(event, day)
            self.by_grade.setdefault(self._grades[entry], {})[entry] = None

    def worst(self) -> tuple[str, list[str]]:
        """The grade as it stands among the results, with entries that decide it; none where nothing counts."""
        signed = max((grade for grade, entries in self.by_grade.items() if grade is not None and entries), default=0)
        # An unsigned grade can only make it worse, and nothing is worse than 5.
        is_open = bool(self.by_grade.get(None)) and signed < 5
        deciding = self.by_grade.get(None if is_open else signed, {})
        return UNSIGNED if is_open else str(signed), list(islice(deciding, NAMED_AT_MOST))


def toxicity_rows(
    subject_id: str, events: Iterable[Entered], reviews: Iterable[tuple[str, AdverseEventReviewForm]]
) -> list[Row]:
    """
    Rows of `measurements`, by day and concept.

    Parameters
    ----------
    subject_id
        Whose they are.
    events, reviews
        Each with the entry that it stands in, as corrected.

    Returns
    -------
    list[Row]
        Both grades for each day on which an event began, changed its grade or was over (the day after its last), and
        on which somebody asked; each once for every entry that decides it, at most `NAMED_AT_MOST` of them: the events
        of the worst grade, or those that are not signed. Where none counts, it names the review or the events that show
        that somebody looked.
    """
    turning: dict[date, list[Entered]] = {}
    for entry, event in sorted(events, key=lambda pair: (pair[1].on, pair[0])):
        for day in _turning_days(event):
            turning.setdefault(day, []).append((entry, event))
    asked: dict[date, list[str]] = {}
    for entry, review in reviews:
        asked.setdefault(review.on, []).append(entry)
    standings = (
        _Standing(WORST_RELATED, _counts_as_related, AdverseEventForm.grade_on),
        # Of any relation: a reaction of this kind is not given a second chance on an opinion.
        _Standing(HYPERSENSITIVITY, _counts_as_reaction, _worst_by),
    )
    rows: list[Row] = []
    for day in sorted({*turning, *asked}):
        looked = sorted({*asked.get(day, []), *(entry for entry, _ in turning.get(day, []))})
        for standing in standings:
            for entry, event in turning.get(day, []):
                standing.take_up(entry, event, day)
            rows += _rows(standing, day, looked, subject_id)
    return rows


def _turning_days(event: AdverseEventForm) -> set[date]:
    days = {event.on, *(change.on for change in event.changes)}
    return days | {event.end + _NEXT_DAY} if event.end is not None and event.is_over else days


def _counts_as_related(event: AdverseEventForm, day: date) -> bool:
    return event.category is EventCategory.OTHER and event.is_related and event.is_there(day)


def _counts_as_reaction(event: AdverseEventForm, day: date) -> bool:
    return event.category is EventCategory.HYPERSENSITIVITY and event.on <= day


def _worst_by(event: AdverseEventForm, day: date) -> Grade:
    """The worst grade up to a day; None while the first one is not signed."""
    if event.grade is None:
        return None
    return max([event.grade, *(change.grade for change in event.changes if change.on <= day)])


def _rows(standing: _Standing, day: date, looked: Sequence[str], subject_id: str) -> list[Row]:
    """One row for each entry, all with the grade of the day: rows that agree are no conflict."""
    value, deciding = standing.worst()
    return [
        result_row(
            subject_id=subject_id,
            record_id=record_name(entry, standing.concept, day.isoformat()),
            coding=local(standing.concept),
            on=day,
            value=value,
            unit=None if value == UNSIGNED else "1",
        )
        for entry in deciding or looked
    ]
