"""What a dose or an operation may show against the plan: unknown, not of the arm, twice, out of order, off its day.

Decides doubts only. The window is counted from the actual days of the history; where an anchor has no day yet there is
no window to be outside of. The calendar of a subject is elsewhere.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from equipoise.conduct.history import History
from equipoise.conduct.raised import Raised, deviation, notice, query
from equipoise.protocol.plan import (
    FIRST_DOSE,
    LAST_DOSE,
    RANDOMISATION,
    TREATMENT_END,
    Course,
    CourseKind,
    Plan,
    Timing,
)

PREVIOUS = "previous"


@dataclass(frozen=True)
class Window:
    """The days on which a step is due, both inside."""

    opens: date
    closes: date

    def __contains__(self, day: date) -> bool:
        return self.opens <= day <= self.closes


def step_doubts(step: str, on: date, kind: CourseKind, plan: Plan | None, history: History | None) -> list[Raised]:
    """Everything that a step done on a day shows against plan and history; `history` does not hold this step yet."""
    if plan is None:
        return []
    course = plan.course_of(step)
    if course is None:
        return _unknown_step(step, plan)
    if course.kind is not kind:
        return [query("other-kind-of-step", f"{step} is a step of {course.label}, which is no {kind.value}.")]
    if history is None:
        return []
    doubts = []
    if history.arm not in course.arms:
        doubts.append(deviation("not-of-the-arm", f"{step} is no treatment of the subject's arm."))
    if on < history.randomised_on:
        doubts.append(deviation("before-allocation", f"{step} on {on}, before allocation on {history.randomised_on}."))
    before = history.done(step)
    if before is not None:
        doubts.append(query("step-twice", f"{step} is on record already, on {before.on}: is this another one?"))
    doubts += _out_of_order(step, on, course, history)
    doubts += _course_not_over(step, on, plan, course, history)
    window = step_window(step, plan, history)
    if window is not None and on not in window:
        words = f"{step} on {on}, outside of its window from {window.opens} to {window.closes}."
        doubts.append(deviation("out-of-window", words))
    return doubts


def step_window(step: str, plan: Plan, history: History) -> Window | None:
    """When a step is due: of the first by the arm's timing, of a later one from the one before; None when not known."""
    course = plan.course_of(step)
    if course is None:
        return None
    place = course.steps.index(step)
    timings = [course.interval] if place and course.interval is not None else course.first
    for timing in timings:
        if timing.arms and history.arm not in timing.arms:
            continue
        start = course.steps[place - 1] if place and timing.after == PREVIOUS else timing.after
        anchor = anchor_day(start, plan, history)
        if anchor is not None:
            return _window(timing, anchor, plan, history)
    return None


def anchor_day(name: str, plan: Plan, history: History) -> date | None:
    """The actual day of an anchor of the plan; of a course its last step, of an activity the last time. None: not yet."""
    if name == RANDOMISATION:
        return history.randomised_on
    if name == TREATMENT_END:
        return history.treatment_over_on
    if name in (FIRST_DOSE, LAST_DOSE):
        dosed = [step for course in plan.courses if course.kind is CourseKind.DOSE for step in course.steps]
        given = history.given_of(dosed)
        return given[0 if name == FIRST_DOSE else -1].on if given else None
    if (done := history.done(name)) is not None:
        return done.on
    for course in plan.courses:
        if course.id == name:
            given = history.given_of(course.steps)
            return given[-1].on if given else None
    days = [activity.on for activity in history.activities if activity.activity == name]
    return max(days, default=None)


def _window(timing: Timing, anchor: date, plan: Plan, history: History) -> Window:
    opens = anchor + timedelta(days=timing.target - timing.early)
    closes = anchor + timedelta(days=timing.target + timing.late)
    for floor in timing.not_sooner_than:
        day = anchor_day(floor.after, plan, history)
        if day is not None:
            opens = max(opens, day + timedelta(days=floor.days))
    return Window(opens, max(opens, closes))


def _unknown_step(step: str, plan: Plan) -> list[Raised]:
    steps = [each for course in plan.courses for each in course.steps]
    near = difflib.get_close_matches(step, steps, n=1)
    hint = f" Was it {near[0]}?" if near else f" Steps: {', '.join(steps)}."
    return [query("unknown-step", f"{step} is no step of the plan.{hint}")]


def _out_of_order(step: str, on: date, course: Course, history: History) -> list[Raised]:
    place = course.steps.index(step)
    missing = [each for each in course.steps[:place] if history.done(each) is None]
    later = [done for done in history.given_of(course.steps[:place]) if done.on >= on]
    later += [done for done in history.given_of(course.steps[place + 1 :]) if done.on <= on]
    doubts = []
    if missing:
        doubts.append(deviation("order-broken", f"{step} without {_listed(missing)} before it."))
    if later:
        others = _listed([f"{done.step} on {done.on}" for done in later])
        doubts.append(query("order-of-days", f"{step} on {on} does not fit {others}: are the days right?"))
    return doubts


def _course_not_over(step: str, on: date, plan: Plan, course: Course, history: History) -> list[Raised]:
    """A course that had to end or be stopped first, in the arms that have it, and had not on that day."""
    doubts = []
    for name in course.after:
        other = plan.course(name)
        if history.arm not in other.arms or is_over(other, history, on):
            continue
        words = f"{step} on {on} while {other.label} was not over"
        doubts += [
            deviation("earlier-course-open", f"{words}."),
            query("earlier-course-open", f"{words}: is the day right, or was that stopped and not recorded?"),
            notice("earlier-course-open", f"{words}."),
        ]
    return doubts


def is_over(course: Course, history: History, on: date) -> bool:
    """Whether a course had ended or been stopped by a day."""
    if any(name == course.id and day <= on for name, day in history.stopped):
        return True
    if history.treatment_over_on is not None and history.treatment_over_on <= on:
        return True
    days = {done.step for done in history.given_of(course.steps) if done.on <= on}
    return days.issuperset(course.steps)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
