"""What is due for one subject, and what a site has to do next.

Decides the state of each step and activity of a plan on a day. A pure function of plan, facts and day. Whether a step
may be given is `gates`; who may see a calendar is for operations: it tells the arm.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

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
    why
        Of what was cancelled, or waits for something that will not come.
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

    @property
    def title(self) -> str:
        """Its label, with its number where there are several."""
        return f"{self.label}, {self.number} of {self.of}" if self.of > 1 else self.label


@dataclass(frozen=True)
class SiteDue:
    """Something that a site has to do for a subject."""

    subject: str
    due: Due


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
        Each record stands in exactly one line.
    """
    history = until(history, as_of)
    days = Days(plan, history, as_of)
    lines = [*_steps(days), *_activities(days), *_extra_steps(days)]
    return tuple(sorted(lines, key=lambda line: line.due_on or line.done_on or date.max))


def site_calendar(rows: Iterable[tuple[str, tuple[Due, ...]]], as_of: date, horizon_days: int) -> tuple[SiteDue, ...]:
    """
    What a site has to do next: all that is open or overdue, and what opens or is expected within so many days.

    Parameters
    ----------
    rows
        Subjects with their calendars of the day `as_of`.

    Returns
    -------
    tuple of SiteDue
        By the day on which each is due, then by subject, item and number. What was missed is not among them.
    """
    last = as_of + timedelta(days=horizon_days)
    found = [SiteDue(subject, due) for subject, dues in rows for due in dues if _is_near(due, last)]
    return tuple(sorted(found, key=lambda row: (row.due.due_on or date.max, row.subject, row.due.item, row.due.number)))


def _is_near(due: Due, last: date) -> bool:
    begins = due.opens_on or due.due_on
    return due.state.is_to_do and begins is not None and begins <= last


def _steps(days: Days) -> Iterable[Due]:
    for course in days.courses:
        stop = days.stop_of(course)
        for place, step in enumerate(course.steps):
            of = len(course.steps)
            line = Due(step, course.label, course.id, place + 1, of, course.epoch, True, DueState.WAITING)
            window = days.step_window(course, place)
            done = days.history.done(step)
            yield _judge(line, window, done, days, stop[1] if stop else "")


def _activities(days: Days) -> Iterable[Due]:
    planned = [each for activity in days.plan.activities for each in _occurrences(activity, days)]
    slots = {
        place: Slot(activity, window)
        for place, (activity, _, window) in enumerate(planned)
        if isinstance(window, Window)
    }
    done, unmatched = match_activities(days.history.activities, slots)
    for place, (_, line, window) in enumerate(planned):
        why = window.never if isinstance(window, NoWindow) else ""
        yield _judge(line, window, done.get(place), days, why)
    yield from (_unscheduled(record, days.plan) for record in unmatched)


def _occurrences(activity: PlannedActivity, days: Days) -> Iterable[tuple[PlannedActivity, Due, Window | NoWindow]]:
    times = days.occurrences(activity)
    for each in times:
        of, state = len(times), DueState.WAITING
        line = Due(activity.id, activity.label, each.step or "", each.number, of, activity.epoch, False, state)
        yield activity, line, days.occurrence_window(each)


def _unscheduled(record: ActivityDone, plan: Plan) -> Due:
    activity = next((each for each in plan.activities if each.id == record.activity), None)
    item = record.activity or record.kind.value
    label, epoch = (activity.label, activity.epoch) if activity else (item, "")
    return Due(item, label, "", 0, 0, epoch, False, DueState.UNSCHEDULED, done_on=record.on, entry=record.entry)


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


def _judge(line: Due, window: Window | NoWindow, done: StepDone | ActivityDone | None, days: Days, why: str) -> Due:
    """The line with its days and its state; `why` says for what reason it is not to be done any more."""
    if done is not None:
        line = replace(line, done_on=done.on, entry=done.entry)
    if isinstance(window, Window) and not window.is_expected:
        due, opens, closes = map(date.fromordinal, (window.due, window.opens, window.closes))
        return _judge_window(replace(line, due_on=due, opens_on=opens, closes_on=closes), window, days, why)
    if done is None and (why or days.history.left_on):
        return replace(line, state=DueState.CANCELLED, why=why or _left(days.history))
    line = replace(line, state=DueState.WAITING if done is None else DueState.DONE)
    if isinstance(window, NoWindow):
        return replace(line, why="" if done else window.never)
    day = max(window.due, days.today) if done is None else window.due
    return replace(line, due_on=date.fromordinal(day), is_expected=True)


def _judge_window(line: Due, window: Window, days: Days, why: str) -> Due:
    """What anchors that have happened say of a line."""
    if line.done_on is not None:
        return _judge_done(line, window, line.done_on.toordinal())
    left = days.history.left_on
    is_missed_before = left is not None and window.closes < left.toordinal() and not line.is_step
    if why or (left is not None and not is_missed_before):
        return replace(line, state=DueState.CANCELLED, why=why or _left(days.history))
    if days.today < window.opens:
        return replace(line, state=DueState.NOT_YET)
    if days.today <= window.closes:
        return replace(line, state=DueState.DUE)
    if line.is_step:
        return replace(line, state=DueState.OVERDUE, days_late=days.today - window.closes)
    return replace(line, state=DueState.MISSED)


def _judge_done(line: Due, window: Window, day: int) -> Due:
    if day < window.opens:
        return replace(line, state=DueState.EARLY_DONE)
    if day > window.closes:
        return replace(line, state=DueState.LATE_DONE, days_late=day - window.closes)
    return replace(line, state=DueState.DONE)


def _left(history: History) -> str:
    return f"the subject left the study or died on {history.left_on}"
