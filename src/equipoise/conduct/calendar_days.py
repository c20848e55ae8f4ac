"""On which day each anchor of a plan falls for one subject, and the window that a timing opens around it.

Decides days, as plain day numbers. An anchor has happened, is expected, will never happen, or has no day at all. What
is expected follows the planned path from what has happened, and what was not done yet is not expected before today.
Which record belongs where is `matching`, the state of each line `calendar`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from equipoise.conduct.history import History
from equipoise.protocol.plan import (
    EARLY_END,
    FIRST_DOSE,
    LAST_DOSE,
    PREVIOUS,
    RANDOMISATION,
    STEP,
    TREATMENT_END,
    Course,
    CourseKind,
    Plan,
    PlannedActivity,
    Timing,
)


@dataclass(frozen=True)
class Anchor:
    """
    Where an anchor stands.

    `day` is None when nothing says when it would be; `never` says why it will not happen at all. [day number]
    """

    day: int | None = None
    has_happened: bool = False
    never: str = ""


@dataclass(frozen=True)
class Window:
    """
    When something is due, and between which days. [day numbers, both inside]

    `is_expected` as long as an anchor that it stands on has not happened.
    """

    due: int
    opens: int
    closes: int
    is_expected: bool

    def holds(self, day: int) -> bool:
        """Whether the day lies inside."""
        return self.opens <= day <= self.closes

    def distance(self, day: int) -> int:
        """How many days lie between the window and a day. [d]"""
        return max(self.opens - day, day - self.closes, 0)


@dataclass(frozen=True)
class NoWindow:
    """No day can be named: the anchor has none yet, or there is a reason why it will `never` come."""

    never: str = ""


@dataclass(frozen=True)
class Occurrence:
    """One time that an activity is due: its number, the step it belongs to (`each`), and how it counts."""

    number: int
    step: str | None
    timing: Timing
    target: int


def open_window(
    timing: Timing, target: int, anchor: Anchor, floors: Sequence[tuple[Anchor, int]] = ()
) -> Window | NoWindow:
    """
    Place a window: `target` days after its anchor, never before a floor.

    A floor inside of the window cuts it; one behind it leaves its own day as the only one that is on time: the protocol
    allows none sooner and names none later. A floor that will never happen holds nothing back.
    """
    if anchor.never:
        return NoWindow(never=anchor.never)
    live = [(floor, days) for floor, days in floors if not floor.never]
    lows = [floor.day + days for floor, days in live if floor.day is not None]
    if anchor.day is None or len(lows) < len(live):
        return NoWindow()
    nominal = anchor.day + target
    lowest = max(lows, default=nominal - timing.early)
    return Window(
        due=max(nominal, lowest),
        opens=max(nominal - timing.early, lowest),
        closes=max(nominal + timing.late, lowest),
        is_expected=not (anchor.has_happened and all(floor.has_happened for floor, _ in live)),
    )


def until(history: History, as_of: date) -> History:
    """What had happened by the end of a day; what is dated later is left out."""
    return replace(
        history,
        steps=tuple(each for each in history.steps if each.on <= as_of),
        activities=tuple(each for each in history.activities if each.on <= as_of),
        decisions=tuple(each for each in history.decisions if each.on <= as_of),
        stopped=tuple((course, day) for course, day in history.stopped if day <= as_of),
        treatment_over_on=_by(history.treatment_over_on, as_of),
        left_on=_by(history.left_on, as_of),
    )


def _by(day: date | None, as_of: date) -> date | None:
    return day if day is not None and day <= as_of else None


class Days:
    """
    The days of one subject: anchors by name, windows of steps and of occurrences of activities.

    Parameters
    ----------
    plan
        A plan without a circle of anchors (a circle has no days).
    history
        What had happened by `as_of`.
    """

    def __init__(self, plan: Plan, history: History, as_of: date) -> None:
        self.plan, self.history, self.today = plan, history, as_of.toordinal()
        self._done = {each.step: each.on.toordinal() for each in reversed(history.steps)}
        self._stops = {course.id: self._find_stop(course) for course in plan.courses}
        self._courses = {course.id: course for course in plan.courses}
        self._steps = {step: (course, place) for course in plan.courses for place, step in enumerate(course.steps)}
        self._activities = {activity.id: activity for activity in plan.activities}
        self._named = _first_named(history)
        self._known: dict[str, Anchor] = {}
        self.courses = [course for course in plan.courses_of(history.arm) if course.is_planned or self._given(course)]
        self._planned = {course.id for course in self.courses}

    def anchor(self, name: str) -> Anchor:
        """Where an anchor of the plan stands."""
        if name not in self._known:
            self._known[name] = Anchor()  # what comes back to itself has no day
            self._known[name] = self._find(name)
        return self._known[name]

    def stop_of(self, course: Course) -> tuple[int, str] | None:
        """The day on which a course was stopped or ended by a decision, and why; None while it goes on."""
        return self._stops[course.id]

    def step_window(self, course: Course, place: int) -> Window | NoWindow:
        """The window of the step that stands at this place of its course, from 0."""
        if place == 0:
            timings = [timing for timing in course.first if _is_for(timing, self.history.arm)]
            return self._window(timings[0], timings[0].target, self._stop_days()) if timings else NoWindow()
        if course.interval is None:
            return NoWindow()
        previous = self.anchor(course.steps[place - 1])
        return self._window(course.interval, course.interval.target, {PREVIOUS: previous})

    def occurrence_window(self, occurrence: Occurrence) -> Window | NoWindow:
        """The window of an occurrence of an activity."""
        local = {STEP: self.anchor(occurrence.step)} if occurrence.step is not None else {}
        return self._window(occurrence.timing, occurrence.target, local)

    def occurrences(self, activity: PlannedActivity) -> list[Occurrence]:
        """
        Each time that an activity is due, numbered from 1.

        With `each` by the steps of its course, then by timing, then by repeat. All timings for the arm count: an
        activity at 4, 24 and 96 hours has three.
        """
        arm = self.history.arm
        if arm not in activity.arms:
            return []
        course = next((course for course in self.courses if course.id == activity.each), None)
        steps: Sequence[str | None] = [None] if activity.each is None else course.steps if course else []
        times = [
            (step, timing, target)
            for step in steps
            for timing in activity.timing
            if _is_for(timing, arm)
            for target in activity.days_after(timing)
        ]
        return [Occurrence(number, *time) for number, time in enumerate(times, start=1)]

    def _window(self, timing: Timing, target: int, local: Mapping[str, Anchor]) -> Window | NoWindow:
        floors = [(local.get(floor.after) or self.anchor(floor.after), floor.days) for floor in timing.not_sooner_than]
        return open_window(timing, target, local.get(timing.after) or self.anchor(timing.after), floors)

    def _stop_days(self) -> dict[str, Anchor]:
        """
        Courses that were stopped before anything of them was given, with that day.

        Only what is given after them counts from there: an operation that waited for cycles which were never given can
        still be done, but there is nothing to follow up.
        """
        stopped = {course.id: self.stop_of(course) for course in self.courses if not self._given(course)}
        return {name: Anchor(stop[0], has_happened=True) for name, stop in stopped.items() if stop}

    def _find(self, name: str) -> Anchor:
        if name == RANDOMISATION:
            return Anchor(self.history.randomised_on.toordinal(), has_happened=True)
        if name == TREATMENT_END:
            return self._treatment_end()
        if name == EARLY_END:
            return self._early_end()
        if name in (FIRST_DOSE, LAST_DOSE):
            return self._dose(name)
        if name in self._courses:
            return self._course(self._courses[name])
        if name in self._steps:
            return self._step(name)
        return self._activity(self._activities[name]) if name in self._activities else Anchor()

    def _step(self, step: str) -> Anchor:
        if step in self._done:
            return Anchor(self._done[step], has_happened=True)
        course, place = self._steps[step]
        stop = self.stop_of(course)
        if course.id not in self._planned:
            return Anchor(never=f"{course.label} is not planned")
        return Anchor(never=stop[1]) if stop else self._not_before_today(self.step_window(course, place))

    def _course(self, course: Course) -> Anchor:
        """Its last step, once nothing more of it is to be given."""
        given = self._given(course)
        if self._still_open([course]):
            return self._latest([*self._still_open([course]), *(s for s in course.steps if s in self._done)])
        return Anchor(max(given), has_happened=True) if given else Anchor(never=f"nothing of {course.label} was given")

    def _dose(self, name: str) -> Anchor:
        doses = [course for course in self.plan.courses if course.kind is CourseKind.DOSE]
        given = [day for course in doses for day in self._given(course)]
        to_come = self._still_open(doses)
        if given and name == FIRST_DOSE:
            return Anchor(min(given), has_happened=True)
        if not to_come:
            return Anchor(max(given), has_happened=True) if given else Anchor(never="no dose is given")
        if name == LAST_DOSE:
            return self._latest(to_come)
        days = [anchor.day for anchor in map(self.anchor, to_come) if anchor.day is not None]
        return Anchor(min(days, default=None))

    def _treatment_end(self) -> Anchor:
        """The day on record, else when nothing more is to be given: the last thing that was given or stopped."""
        if self.history.treatment_over_on is not None:
            return Anchor(self.history.treatment_over_on.toordinal(), has_happened=True)
        if self._still_open(self.courses):
            return self._latest(self._still_open(self.courses))
        stops = [stop[0] for stop in map(self.stop_of, self.courses) if stop]
        days = [*stops, *(day for course in self.courses for day in self._given(course))]
        return Anchor(max(days), has_happened=True) if days else Anchor()

    def _early_end(self) -> Anchor:
        """
        The end of treatment, once it has come although something planned was not given.

        What a decision of the plan left out was not to be given. Until treatment is over nobody waits for an early end.
        """
        end = self.anchor(TREATMENT_END)
        if not end.has_happened:
            return Anchor(never="only if treatment ends early")
        left = [course for course in self.courses if course.is_planned and not self._decided_ends(course)]
        is_early = any(step not in self._done for course in left for step in course.steps)
        return end if is_early else Anchor(never="treatment did not end early")

    def _activity(self, activity: PlannedActivity) -> Anchor:
        """
        The first day on which it was done by a record that names it, else that of its first occurrence.

        A record that is known by its kind moves nothing: to which activity it belongs depends on the windows.
        """
        if activity.id in self._named:
            return Anchor(self._named[activity.id], has_happened=True)
        windows = map(self.occurrence_window, self.occurrences(activity))
        first = next((each for each in windows if isinstance(each, Window) or not each.never), None)
        return self._not_before_today(first) if first else Anchor(never=f"{activity.label} is not planned")

    def _not_before_today(self, window: Window | NoWindow) -> Anchor:
        """Where the path leads of something that was not done yet."""
        return Anchor(max(window.due, self.today) if isinstance(window, Window) else None)

    def _latest(self, steps: Iterable[str]) -> Anchor:
        days = [self.anchor(step).day for step in steps]
        known = [day for day in days if day is not None]
        return Anchor(max(known) if len(known) == len(days) else None)

    def _still_open(self, courses: Iterable[Course]) -> list[str]:
        """Steps that are still to be given."""
        going = [course for course in courses if course.id in self._planned and not self.stop_of(course)]
        return [step for course in going for step in course.steps if step not in self._done]

    def _given(self, course: Course) -> list[int]:
        return [self._done[step] for step in course.steps if step in self._done]

    def _was_begun_after(self, course: Course, over: date) -> bool:
        """Whether it is a retreatment: not planned, and begun when treatment was over, which then does not end it."""
        return not course.is_planned and min(self._given(course), default=0) > over.toordinal()

    def _find_stop(self, course: Course) -> tuple[int, str] | None:
        """What ended a course first; of one day its own stop, then a decision, then the end of treatment."""
        over = self.history.treatment_over_on
        stopped = [day for name, day in self.history.stopped if name == course.id]
        ends = [(day, f"{course.label} was stopped on {day}") for day in stopped]
        ends += self._decided_ends(course)
        if over is not None and not self._was_begun_after(course, over):
            ends.append((over, f"treatment was over on {over}"))
        first = min(ends, key=lambda end: end[0], default=None)
        return (first[0].toordinal(), first[1]) if first else None

    def _decided_ends(self, course: Course) -> list[tuple[date, str]]:
        """The days on which decisions in force ended a course, each with its words."""
        chosen = [
            (answer, point, option)
            for point in self.plan.decisions
            if (answer := self.history.decided(point.id)) is not None
            for option in point.options
            if option.id == answer.option and course.id in option.ends
        ]
        return [(answer.on, f"{point.label}: {option.label} ({answer.on})") for answer, point, option in chosen]


def _first_named(history: History) -> dict[str, int]:
    named = [(each.activity, each.on.toordinal()) for each in history.activities if each.activity is not None]
    return dict(sorted(named, key=lambda each: each[1], reverse=True))


def _is_for(timing: Timing, arm: str) -> bool:
    return not timing.arms or arm in timing.arms
