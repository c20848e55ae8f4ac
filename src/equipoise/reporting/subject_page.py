"""The page of one treated subject: calendar, what is due, gates as released or held, records, values, open items.

Decides how it looks and reads; what stands on it and who may ask for it is `operations.trial.course_page`. One page
without scripts or anything fetched from elsewhere; equal facts give equal bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from equipoise.conduct.answers import Action
from equipoise.conduct.calendar import Due, DueState
from equipoise.reporting.calendar_picture import describe_due, render_calendar
from equipoise.reporting.value_picture import ValueSeries, draw_values

LATE = (DueState.OVERDUE, DueState.DUE)


@dataclass(frozen=True)
class AnswerShown:
    """A release or a hold: its event, who made it, the answer in a word, and the whole answer of the gate."""

    event: int
    by: str
    words: str
    answer: Mapping[str, Any]
    is_hold: bool = False

    @property
    def lines(self) -> list[Mapping[str, Any]]:
        """The lines of the answer, those that keep the gate closed first."""
        return sorted(self.answer["lines"], key=lambda line: Action(line["action"]).is_open)


@dataclass(frozen=True)
class StepShown:
    """A step of the arm: how it stands, what was given of it (in words), and every release and hold of it."""

    due: Due
    given: str
    was_released: bool
    answers: Sequence[AnswerShown]


@dataclass(frozen=True)
class EntryShown:
    """Something that was recorded and stands."""

    entry: str
    on: date
    what: str
    words: str
    by: str


@dataclass(frozen=True)
class EventShown:
    """An adverse event, in words; `grade` is the signed one, `proposed` that of the table."""

    entry: str
    term: str
    proposed: str
    grade: str
    span: str
    relation: str
    serious: str
    outcome: str


@dataclass(frozen=True)
class ItemShown:
    """A deviation, query or notice that waits for a person."""

    number: str
    kind: str
    since: date
    words: str


@dataclass(frozen=True)
class AmendmentShown:
    """A correction: what stood and what stands, a line for each field, and why."""

    entry: str
    what: str
    changes: Sequence[str]
    reason: str
    by: str
    at: date


@dataclass(frozen=True)
class SubjectCourse:
    """
    All that the page shows of a subject on a day.

    `registry_sentence` is that of the trial; `arm` is None for those who may not see it. `others`: releases and holds
    of steps that the arm does not plan.
    """

    subject: str
    trial: str
    registry_sentence: str
    is_training: bool
    version: str
    arm: str | None
    state: str
    allocated_on: date
    as_of: date
    dues: Sequence[Due]
    steps: Sequence[StepShown]
    entries: Sequence[EntryShown]
    values: Sequence[ValueSeries]
    adverse_events: Sequence[EventShown]
    items: Sequence[ItemShown]
    amendments: Sequence[AmendmentShown]
    others: Sequence[AnswerShown] = ()


def render_subject(course: SubjectCourse) -> str:
    """The page, as text."""
    given = [(step.due.done_on, step.due.item) for step in course.steps if step.due.done_on is not None]
    days = [course.allocated_on, course.as_of, *(point.on for series in course.values for point in series.points)]
    entries = sorted(course.entries, key=lambda entry: (entry.on, int(entry.entry)))
    return _template().render(
        course=course,
        picture=render_calendar(course.dues, course.as_of, title=f"Calendar of {course.subject}", key="course"),
        now=[due for due in course.dues if due.state in LATE],
        coming=[due for due in course.dues if due.state is DueState.NOT_YET or _is_next(due, course.dues)],
        values=[(series, draw_values(series, min(days), max(days), steps=given)) for series in course.values],
        by_day=[(day, list(found)) for day, found in groupby(entries, key=lambda entry: entry.on)],
    )


def _is_next(due: Due, dues: Sequence[Due]) -> bool:
    """Whether it is the first step that waits for another: what belongs to it comes with it."""
    waiting = (each for each in dues if each.is_step and each.state is DueState.WAITING)
    return due is next(waiting, None)


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("equipoise.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["describe_due"] = describe_due
    return environment.get_template("subject.html")
