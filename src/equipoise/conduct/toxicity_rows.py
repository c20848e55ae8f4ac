"""Adverse events and reviews as results by day: the worst grades of what no laboratory measures.

Two local concepts: `worst-related-toxicity-grade`, the worst grade that day of adverse events of the category *other*
that are at least possibly related; `hypersensitivity-grade`, the worst grade of hypersensitivity up to that day. A day
gets a result when something changes on it, or when somebody asked. A grade of 0 therefore rests on somebody who looked,
and a day on which nobody did has no result. What follows from a grade is for the dose rules.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from equipoise.conduct.forms.adverse_event import AdverseEventForm, AdverseEventReviewForm, EventCategory
from equipoise.conduct.forms.rows import local, record_name, result_row
from equipoise.records.patient import Row

WORST_RELATED, HYPERSENSITIVITY = "worst-related-toxicity-grade", "hypersensitivity-grade"
UNSIGNED = "not graded"
"""In place of a grade while one that counts is not signed: no number, and so unknown to every rule."""
_NEXT_DAY = timedelta(days=1)

Entered = tuple[str, AdverseEventForm]
"""An adverse event with the entry that it stands in."""


@dataclass(frozen=True)
class _Standing:
    """What counts on a day: grades by entry; None for one that is not signed."""

    grades: tuple[tuple[str, int | None], ...]

    @property
    def value(self) -> str:
        signed = [grade for _, grade in self.grades if grade is not None]
        is_open = len(signed) < len(self.grades)
        # An unsigned grade can only make it worse, and nothing is worse than 5.
        if is_open and max(signed, default=0) < 5:
            return UNSIGNED
        return str(max(signed, default=0))


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
        on which somebody asked; each once for every entry that it rests on, so that evidence names them all: the
        events that count, and where none does, the review or the events that show that somebody looked.
    """
    entered = sorted(events, key=lambda pair: (pair[1].on, pair[0]))
    asked: dict[date, list[str]] = {}
    for entry, review in reviews:
        asked.setdefault(review.on, []).append(entry)
    days = {day for _, event in entered for day in _turning_days(event)} | set(asked)
    rows: list[Row] = []
    for day in sorted(days):
        looked = sorted({*asked.get(day, []), *(entry for entry, each in entered if day in _turning_days(each))})
        rows += _rows(WORST_RELATED, _related_on(entered, day), day, looked, subject_id)
        rows += _rows(HYPERSENSITIVITY, _hypersensitive_by(entered, day), day, looked, subject_id)
    return rows


def _turning_days(event: AdverseEventForm) -> set[date]:
    days = {event.on, *(change.on for change in event.changes)}
    return days | {event.end + _NEXT_DAY} if event.end is not None and event.is_over else days


def _related_on(entered: Sequence[Entered], day: date) -> _Standing:
    counting = [
        (entry, event.grade_on(day))
        for entry, event in entered
        if event.category is EventCategory.OTHER and event.is_related and event.is_there(day)
    ]
    return _Standing(tuple(counting))


def _hypersensitive_by(entered: Sequence[Entered], day: date) -> _Standing:
    """Of any relation: a reaction of this kind is not given a second chance on an opinion."""
    so_far = [
        (entry, event)
        for entry, event in entered
        if event.category is EventCategory.HYPERSENSITIVITY and event.on <= day
    ]
    return _Standing(tuple((entry, _worst_by(event, day)) for entry, event in so_far))


def _worst_by(event: AdverseEventForm, day: date) -> int | None:
    """The worst grade up to a day; None while the first one is not signed."""
    if event.grade is None:
        return None
    return max([event.grade, *(change.grade for change in event.changes if change.on <= day)])


def _rows(concept: str, standing: _Standing, day: date, looked: Sequence[str], subject_id: str) -> list[Row]:
    """One row for each entry, all with the grade of the day: rows that agree are no conflict."""
    entries = [entry for entry, _ in standing.grades] or looked
    return [
        result_row(
            subject_id=subject_id,
            record_id=record_name(entry, concept, day.isoformat()),
            coding=local(concept),
            on=day,
            value=standing.value,
            unit=None if standing.value == UNSIGNED else "1",
        )
        for entry in entries
    ]
