"""The way of one arm through a plan, as points: each step, each time of an activity, and the days others count from.

Decides from which point each is counted, and their order when everything is done on its day. A repeat is written out.
A day that a plan knows without doing anything on it (the end of treatment, the first and the last dose) is a point
where another is counted from it. What is said of points in the standard is `usdm_plan`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

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

_STARTS = (RANDOMISATION, EARLY_END)


@dataclass(frozen=True)
class Point:
    """
    Something on a day: `days` after the point `after`, from `early` days before that day to `late` after it.

    Parameters
    ----------
    name
        Its own among the points of the arm.
    done
        The course or activity that is done; empty for a day alone.
    epoch
        Of the plan; empty for a day alone.
    after
        A point, randomisation or the early end of treatment; empty when this arm has no such day.
    stated
        How sure the days are, and where they come from.
    if_given
        The course that is given only if it comes to that, to which the point belongs.
    """

    name: str
    label: str
    done: str = ""
    epoch: str = ""
    after: str = ""
    days: int = 0
    early: int = 0
    late: int = 0
    stated: str = ""
    if_given: str = ""


def way_of(plan: Plan, arm: str, start: str = RANDOMISATION) -> tuple[Point, ...]:
    """
    The points of an arm that are counted from `start`, in their order.

    Parameters
    ----------
    plan
        A plan without a circle of anchors.
    start
        Randomisation, or the early end of treatment. What has no day in this arm is counted to the former.

    Returns
    -------
    tuple of Point
        By their days; points of a course that is given only if it comes to that stand together, and never last where
        others are.
    """
    return _Way(plan, arm).points_from(start)


class _Way:
    """The points of one arm by name, and where each lies."""

    def __init__(self, plan: Plan, arm: str) -> None:
        self._plan, self._arm = plan, arm
        self._courses = plan.courses_of(arm)
        self._points: dict[str, Point] = {}
        for course in self._courses:
            self._take(self._step(course, place) for place in range(len(course.steps)))
        for activity in plan.activities:
            if arm in activity.arms:
                self._take(self._times(activity))
        needed = {each.after for each in self._points.values()}
        self._take(self._day(name) for name in (FIRST_DOSE, LAST_DOSE, TREATMENT_END) if name in needed)

    def _take(self, points: Iterator[Point]) -> None:
        self._points |= {each.name: each for each in points}

    # ------------------------------------------------------------------ points

    def _step(self, course: Course, place: int) -> Point:
        step = course.steps[place]
        mine = [each for each in course.first if self._is_mine(each)]
        timing = course.interval if place else next(iter(mine), None)
        if_given = "" if course.is_planned else course.id
        label = f"{course.label}: {step}"
        point = Point(step, label, course.id, course.epoch, if_given=if_given)
        return point if timing is None else self._timed(point, timing, course.steps[place - 1] if place else "")

    def _times(self, activity: PlannedActivity) -> Iterator[Point]:
        """Every time it is due: by step, then by timing, then by repeat. The first has the name of the activity."""
        course = next((each for each in self._courses if each.id == activity.each), None)
        steps = ("",) if activity.each is None else course.steps if course else ()
        if_given = course.id if course and not course.is_planned else ""
        number = 0
        for step in steps:
            for timing in filter(self._is_mine, activity.timing):
                for days in activity.days_after(timing):
                    number += 1
                    name = activity.id if number == 1 else f"{activity.id}.{number}"
                    label = f"{activity.label}: {step}" if step else activity.label
                    point = Point(name, label, activity.id, activity.epoch, if_given=if_given)
                    yield replace(self._timed(point, timing, step), days=days)

    def _timed(self, point: Point, timing: Timing, step: str) -> Point:
        after = step if timing.after in (STEP, PREVIOUS) else timing.after
        last = {course.id: course.steps[-1] for course in self._courses}
        return replace(
            point,
            after=last.get(after, after),
            days=timing.target,
            early=timing.early,
            late=timing.late,
            stated=f"{timing.mark.value}: {timing.source}" if timing.source else timing.mark.value,
        )

    def _day(self, name: str) -> Point:
        """The day on which the first or the last step of what is planned is done."""
        courses = [each for each in self._courses if each.is_planned]
        if name != TREATMENT_END:
            courses = [each for each in courses if each.kind is CourseKind.DOSE]
        steps = [(day, step) for each in courses for step in each.steps if (day := self._day_of(step)) is not None]
        words = name.replace("-", " ")
        label = words[:1].upper() + words[1:]
        if not steps:
            return Point(name, label)
        pick = min if name == FIRST_DOSE else max
        return Point(name, label, after=pick(steps, key=lambda each: each[0])[1])

    def _is_mine(self, timing: Timing) -> bool:
        return not timing.arms or self._arm in timing.arms

    # ------------------------------------------------------------------ where they lie

    def points_from(self, start: str) -> tuple[Point, ...]:
        kept = [self._placed(each) for each in self._points.values()]
        kept = [each for each in kept if (self._start_of(each) == EARLY_END) == (start == EARLY_END)]
        blocks: dict[str, list[Point]] = {}
        for each in kept:
            blocks.setdefault(each.if_given or each.name, []).append(each)
        inside = (sorted(block, key=self._order) for block in blocks.values())
        ordered = sorted(inside, key=lambda block: self._order(block[0]))
        planned = [place for place, block in enumerate(ordered) if not block[0].if_given]
        if planned and planned[-1] < len(ordered) - 1:
            ordered.append(ordered.pop(planned[-1]))
        return tuple(point for block in ordered for point in block)

    def _placed(self, point: Point) -> Point:
        """Without what this arm does not have, and with the course through which it is only done if given."""
        path = self._path(point)
        is_known = point.after in _STARTS or point.after in self._points
        if_given = next((each.if_given for each in path if each.if_given), "")
        return replace(point, after=point.after if is_known else "", if_given=if_given)

    def _path(self, point: Point) -> list[Point]:
        """A point and those from which it is counted."""
        path = [point]
        while path[-1].after in self._points:
            path.append(self._points[path[-1].after])
        return path

    def _start_of(self, point: Point) -> str:
        return self._path(point)[-1].after

    def _day_of(self, name: str) -> int | None:
        """Days from the start when all is done on its day; None when nothing tells."""
        path = self._path(self._points[name])
        return sum(each.days for each in path) if path[-1].after in _STARTS else None

    def _order(self, point: Point) -> tuple[bool, int]:
        day = self._day_of(point.name)
        return day is None, day or 0
