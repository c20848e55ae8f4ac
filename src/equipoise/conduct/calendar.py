"""What is due for one subject, and what a site has to do next.

Decides the state of each step and activity of a plan on a day. A pure function of plan, facts and day. Whether a step
may be given is `gates`; who may see a calendar is for operations: it tells the arm.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from equipoise.conduct.calendar_days import Days, NoWindow, Window, until
from equipoise.conduct.history import ActivityDone, History, StepDone
from equipoise.conduct.matching import Slot, match_activities
from equipoise.protocol.plan import Plan, PlannedActivity


class DueState(StrEnum):
    """Where something that a plan asks for stands; `UNSCHEDULED` is what was done and no plan asked for."""

    DONE = "done"
    EARLY_DONE = "done early"
    LATE_DONE = "done late"
    DUE = "due"
    NOT_YET = "not yet due"
    OVERDUE = "overdue"
    MISSED = "missed"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    UNSCHEDULED = "unscheduled"

    @property
    def is_done(self) -> bool:
        """Whether it took place."""
        return self in (DueState.DONE, DueState.EARLY_DONE, DueState.LATE_DONE, DueState.UNSCHEDULED)

    @property
    def is_to_do(self) -> bool:
        """Whether somebody still has to do it."""
        return self in (DueState.DUE, DueState.NOT_YET, DueState.OVERDUE, DueState.WAITING)


@dataclass(frozen=True)
class Due:
    """
    One line of a calendar.

    Parameters
    ----------
    item, label
        The step or activity; of something unscheduled that is known by its kind only, the kind.
    belongs_to
        The course of a step; the step of an activity that belongs to one; else empty.
    number, of
        Of the step in its course, of the occurrence of the activity, from 1, and how many there are; 0 for what is
        unscheduled.
    due_on
        The day, None when nothing says which. `is_expected`: an anchor has not happened, and this is where the planned
        path leads. An expected day has no window.
    opens_on, closes_on
        First and last day on which it is on time.
    days_late
        After the window closed, of what was done late or is overdue. [d]
    done_on, entry
        When it was done, and in which record.
    readings
        The records of further readings of the same scan: of masked readers beside the site's.
    why
        Of what was cancelled, or waits for something that will not come.
    is_optional
        It may be left out: then it is cancelled when its window has closed, and never missed.
    held_since
        Of a step that somebody held at its gate. A plan knows nothing of it: whoever knows the holds puts it in.
    """

    item: str
    label: str
    belongs_to: str
    number: int
    of: int
    epoch: str
    is_step: bool
    state: DueState
    due_on: date | None = None
    is_expected: bool = False
    opens_on: date | None = None
    closes_on: date | None = None
    days_late: int = 0
    done_on: date | None = None
    entry: str = ""
    why: str = ""
    is_optional: bool = False
    readings: tuple[str, ...] = ()
    held_since: date | None = None

    @property
    def title(self) -> str:
        """Its label, with its number where there are several."""
        return f"{self.label}, {self.number} of {self.of}" if self.of > 1 else self.label


@dataclass(frozen=True)
class SiteDue:
    """
    Something that a site has to do for a subject.

    `along`: what belongs to this step and has no window of its own yet, because the step is still to come.
    """

    subject: str
    due: Due
    along: tuple[Due, ...] = ()


def make_calendar(plan: Plan, history: History, as_of: date) -> tuple[Due, ...]:
    """
    Make the calendar of one subject, as it stands on a day.

    Parameters
    ----------
    plan
        Anchors of it form no circle.
    history
        Facts dated after `as_of` are left out.

    Returns
    -------
    tuple of Due
        Every step, every occurrence of an activity, and everything that was done besides, in the order of the days on
        which they are due (or were done, where none is known), those without a day last, then in the order of the plan.
        Each record stands in a line; in several only if several activities ask for it. Readings of one scan share
        a line.
    """
    history = until(history, as_of)
    days = Days(plan, history, as_of)
    lines = [*_steps(days), *_activities(days), *_extra_steps(days)]
    return tuple(sorted(lines, key=lambda line: line.due_on or line.done_on or date.max))


def site_calendar(rows: Iterable[tuple[str, tuple[Due, ...]]], as_of: date, horizon_days: int) -> tuple[SiteDue, ...]:
    """
    What a site has to do next: all that is open or overdue, and what opens or is expected within so many days.

    What only waits is told once for each subject: what belongs to a step stands with the step, and of the rest there is
    the next alone. A step that waits for something which will not come is among them too, without a day.

    Parameters
    ----------
    rows
        Subjects with their calendars of the day `as_of`.

    Returns
    -------
    tuple of SiteDue
        What is overdue first; then by the day on which each is due (those without one last), then by subject, item and
        number. What was missed is not among them.
    """
    last = as_of + timedelta(days=horizon_days)
    found = [SiteDue(subject, *row) for subject, dues in rows for row in _next_of(dues, last)]
    return tuple(sorted(found, key=_urgency))


def _urgency(row: SiteDue) -> tuple[bool, date, str, str, int]:
    due = row.due
    return due.state is not DueState.OVERDUE, due.due_on or date.max, row.subject, due.item, due.number


def _next_of(dues: Iterable[Due], last: date) -> Iterable[tuple[Due, tuple[Due, ...]]]:
    """What has a window or will not come, then at most one that waits; each with what belongs to it."""
    near = [due for due in dues if _is_near(due, last)]
    waiting = [due for due in near if due.state is DueState.WAITING and not due.why]
    shown = [due for due in near if due not in waiting]
    steps = {due.item for due in shown if due.is_step}
    apart = [due for due in waiting if due.is_step or due.belongs_to not in steps]
    for due in apart[:1]:
        step = next((each for each in waiting if each.is_step and each.item == due.belongs_to), due)
        shown.append(step)
    for due in shown:
        yield due, tuple(each for each in waiting if due.is_step and not each.is_step and each.belongs_to == due.item)


def _is_near(due: Due, last: date) -> bool:
    """Soon, or waiting for what will not come: then somebody has to say how it goes on."""
    begins = due.opens_on or due.due_on
    is_soon = begins is not None and begins <= last
    return due.state.is_to_do and (is_soon or bool(due.why))


class _Item(NamedTuple):
    """The first fields of a line: which step or activity it is for."""

    item: str
    label: str
    belongs_to: str
    number: int
    of: int
    epoch: str
    is_step: bool
    is_optional: bool = False


def _steps(days: Days) -> Iterable[Due]:
    for course in days.courses:
        stop = days.stop_of(course)
        for place, step in enumerate(course.steps):
            item = _Item(step, course.label, course.id, place + 1, len(course.steps), course.epoch, is_step=True)
            window, done = days.step_window(course, place), days.history.done(step)
            yield _line(item, window, done, days, stop[1] if stop else "")


def _activities(days: Days) -> Iterable[Due]:
    planned = [each for activity in days.plan.activities for each in _occurrences(activity, days)]
    slots = {
        place: Slot(activity, window)
        for place, (activity, _, window) in enumerate(planned)
        if isinstance(window, Window)
    }
    matched = match_activities(days.history.activities, slots)
    for place, (_, item, window) in enumerate(planned):
        why = window.never if isinstance(window, NoWindow) else ""
        line, readings = _line(item, window, matched.taken.get(place), days, why), matched.readings.get(place)
        yield replace(line, readings=_entries(readings)) if readings else line
    yield from (_unscheduled(record, readings, days.plan) for record, *readings in matched.rest)


def _occurrences(activity: PlannedActivity, days: Days) -> Iterable[tuple[PlannedActivity, _Item, Window | NoWindow]]:
    times = days.occurrences(activity)
    for each in times:
        item = _Item(
            activity.id,
            activity.label,
            each.step or "",
            each.number,
            len(times),
            activity.epoch,
            is_step=False,
            is_optional=activity.is_optional,
        )
        yield activity, item, days.occurrence_window(each)


def _entries(readings: Iterable[ActivityDone]) -> tuple[str, ...]:
    return tuple(each.entry for each in readings)


def _unscheduled(record: ActivityDone, readings: Iterable[ActivityDone], plan: Plan) -> Due:
    activity = next((each for each in plan.activities if each.id == record.activity), None)
    item = record.activity or record.kind.value
    label, epoch = (activity.label, activity.epoch) if activity else (item, "")
    line = Due(item, label, "", 0, 0, epoch, False, DueState.UNSCHEDULED, done_on=record.on, entry=record.entry)
    return replace(line, readings=_entries(readings))


def _extra_steps(days: Days) -> Iterable[Due]:
    """Steps on record a second time, and of courses that are not of the arm or the plan."""
    expected = {step for course in days.courses for step in course.steps}
    for given in days.history.steps:
        if given.step in expected:
            expected.remove(given.step)
            continue
        course = days.plan.course_of(given.step)
        label, part_of, epoch = (course.label, course.id, course.epoch) if course else (given.step, "", "")
        yield Due(
            given.step, label, part_of, 0, 0, epoch, True, DueState.UNSCHEDULED, done_on=given.on, entry=given.entry
        )


def _line(item: _Item, window: Window | NoWindow, done: StepDone | ActivityDone | None, days: Days, why: str) -> Due:
    """The line of an item; `why` says for what reason it is not to be done any more."""
    done_on, entry = (done.on, done.entry) if done is not None else (None, "")
    make = partial(Due, *item[:-1], is_optional=item.is_optional, done_on=done_on, entry=entry)
    if isinstance(window, Window) and not window.is_expected:
        state, late = _judge(window, done_on, days, is_off=bool(why), is_step=item.is_step)
        due_on, opens_on, closes_on = map(date.fromordinal, (window.due, window.opens, window.closes))
        reason = (why or _left(days.history)) if state is DueState.CANCELLED else ""
        if state is DueState.MISSED and item.is_optional:
            state, reason = DueState.CANCELLED, "optional, and not done"
        return make(state, due_on, opens_on=opens_on, closes_on=closes_on, days_late=late, why=reason)
    if done is None and (why or days.history.left_on):
        return make(DueState.CANCELLED, why=why or _left(days.history))
    state = DueState.WAITING if done is None else DueState.DONE
    if isinstance(window, NoWindow):
        return make(state, why="" if done else window.never)
    day = max(window.due, days.today) if done is None else window.due
    return make(state, date.fromordinal(day), is_expected=True)


def _judge(window: Window, done_on: date | None, days: Days, *, is_off: bool, is_step: bool) -> tuple[DueState, int]:
    """What a window whose anchors have happened says, and how many days after it. `is_off`: not to be done any more."""
    if done_on is not None:
        return _judge_done(window, done_on.toordinal())
    left = days.history.left_on
    is_missed_before = left is not None and window.closes < left.toordinal() and not is_step
    if is_off or (left is not None and not is_missed_before):
        return DueState.CANCELLED, 0
    if days.today < window.opens:
        return DueState.NOT_YET, 0
    if days.today <= window.closes:
        return DueState.DUE, 0
    return (DueState.OVERDUE, days.today - window.closes) if is_step else (DueState.MISSED, 0)


def _judge_done(window: Window, day: int) -> tuple[DueState, int]:
    if day < window.opens:
        return DueState.EARLY_DONE, 0
    return (DueState.LATE_DONE, day - window.closes) if day > window.closes else (DueState.DONE, 0)


def _left(history: History) -> str:
    return f"the subject left the study or died on {history.left_on}"
