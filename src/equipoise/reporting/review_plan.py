"""The drafted plan as rows of a table: what is due, when, in which arms, and how sure that is."""

from collections.abc import Iterator
from dataclasses import dataclass

from equipoise.protocol.model import Protocol
from equipoise.protocol.plan import PREVIOUS, Course, PlannedActivity, Timing


@dataclass(frozen=True)
class PlanRow:
    """One row, in words."""

    what: str
    kind: str
    when: str
    arms: str
    sure: str


def plan_rows(protocol: Protocol) -> list[PlanRow]:
    """The courses, decisions and activities of all plans of a protocol, in the order of the file."""
    labels = {arm.id: arm.label for arm in protocol.arms}
    rows: list[PlanRow] = []
    for plan in protocol.plans.values():
        for course in plan.courses:
            rows += _rows(course.label, f"{course.kind.value}, {', '.join(course.steps)}", course, labels)
        for point in plan.decisions:
            arms = ", ".join(labels.get(arm, arm) for arm in point.arms)
            ways = " / ".join(option.label for option in point.options)
            rows.append(PlanRow(point.label, "decision", f"before {point.before}: {ways}", arms, point.mark.value))
        for activity in plan.activities:
            rows += _rows(activity.label, activity.kind.value, activity, labels)
    return rows


def _rows(what: str, kind: str, part: Course | PlannedActivity, labels: dict[str, str]) -> Iterator[PlanRow]:
    timings = part.first if isinstance(part, Course) else part.timing
    for timing in timings:
        arms = ", ".join(labels.get(arm, arm) for arm in timing.arms or part.arms)
        then = f"; then {_when(part.interval)}" if isinstance(part, Course) and part.interval else ""
        yield PlanRow(what, kind, f"{_when(timing)}{then}", arms, timing.mark.value)


def _when(timing: Timing) -> str:
    """`day 14 after randomisation, 3 before to 2 after it`."""
    after = "the one before" if timing.after == PREVIOUS else timing.after
    if timing.target < 0:
        words = f"{-timing.target} days before {after}"
    else:
        words = f"{timing.target} days after {after}" if timing.target else f"on the day of {after}"
    has_window = timing.early or timing.late
    return f"{words} (from {timing.early} days before to {timing.late} after that day)" if has_window else words
