"""What a dose or an operation may show against the plan: unknown, not of the arm, twice, out of order, off its day.

Decides doubts only. Anchors and windows are those of the calendar, as they stood on the day of the step; where an
anchor had no actual day yet there is no window to be outside of.
"""

import difflib
from datetime import date

from equipoise.conduct.calendar_days import Days, Window, until
from equipoise.conduct.history import History
from equipoise.conduct.raised import Raised, deviation, notice, query
from equipoise.protocol.plan import Course, CourseKind, Plan


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
    days = Days(plan, until(history, on), on)
    return [
        *doubts,
        *_out_of_order(step, on, course, history),
        *_after_its_stop(step, on, course, history),
        *_earlier_courses(step, on, course, days),
        *_out_of_window(step, on, course, days),
    ]


def _unknown_step(step: str, plan: Plan) -> list[Raised]:
    steps = [each for course in plan.courses for each in course.steps]
    near = difflib.get_close_matches(step, steps, n=1)
    hint = f" Was it {near[0]}?" if near else f" Steps: {', '.join(steps)}."
    return [
        deviation("unknown-step", f"{step} is no step of the plan."),
        query("unknown-step", f"{step} is no step of the plan.{hint}"),
    ]


def _out_of_order(step: str, on: date, course: Course, history: History) -> list[Raised]:
    place = course.steps.index(step)
    missing = [each for each in course.steps[:place] if history.done(each) is None]
    crossed = [done for done in history.given_of(course.steps[:place]) if done.on >= on]
    crossed += [done for done in history.given_of(course.steps[place + 1 :]) if done.on <= on]
    doubts = []
    if missing:
        doubts.append(deviation("order-broken", f"{step} without {', '.join(missing)} before it."))
    if crossed:
        others = ", ".join(f"{done.step} on {done.on}" for done in crossed)
        doubts.append(query("order-of-days", f"{step} on {on} does not fit {others}: are the days right?"))
    return doubts


def _after_its_stop(step: str, on: date, course: Course, history: History) -> list[Raised]:
    """A step after its course was stopped or ended by a decision; of one day nobody knows which came first."""
    stopped_on = min((day for name, day in history.stopped if name == course.id), default=None)
    if stopped_on is None or on < stopped_on:
        return []
    words = f"{step} on {on}, and {course.label} was stopped on {stopped_on}"
    asked = query("after-its-stop", f"{words}: are both days right?")
    return [asked] if on == stopped_on else [deviation("after-its-stop", f"{words}."), asked]


def _earlier_courses(step: str, on: date, course: Course, days: Days) -> list[Raised]:
    """Courses that had to end or be stopped first, in the arms that have them, and had not by that day."""
    doubts = []
    for other in map(days.plan.course, course.after):
        done = {each.step for each in days.history.steps}
        is_over = days.stop_of(other) is not None or done.issuperset(other.steps)
        if days.history.arm not in other.arms or is_over:
            continue
        words = f"{step} on {on} while {other.label} was open"
        doubts += [
            deviation("earlier-course-open", f"{words}."),
            query("earlier-course-open", f"{words}: is the day right, or was that stopped and not recorded?"),
            notice("earlier-course-open", f"{words}."),
        ]
    return doubts


def _out_of_window(step: str, on: date, course: Course, days: Days) -> list[Raised]:
    window = days.step_window(course, course.steps.index(step))
    if not isinstance(window, Window) or window.is_expected or window.holds(on.toordinal()):
        return []
    opens, closes = date.fromordinal(window.opens), date.fromordinal(window.closes)
    return [deviation("out-of-window", f"{step} on {on}, outside of its window from {opens} to {closes}.")]
