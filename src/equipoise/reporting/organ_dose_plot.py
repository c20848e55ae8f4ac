"""Cumulative absorbed dose of an organ by cycle, a line for each subject, as inline SVG.

Lines differ by dash, each carries its subject's name, and an upright bar is one standard deviation to each side. A
limit has a line only where a protocol states one. What is added up comes from the analysis; the numbers stand in a
table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup, escape

from equipoise.reporting.svg import DASHES, GRID, INK, PALE, WIDTH, frame, line, text

_LEFT, _RIGHT, _TOP, _PLOT = 64, 140, 18, 320
_LETTER, _CAP, _APART = 13.0, 4, 5.0
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_LIMIT_INK = "#9a5b00"


@dataclass(frozen=True)
class DosePoint:
    """The dose of all cycles up to one, and its standard deviation (None: not stated). [Gy]"""

    cycle: int
    total: float
    deviation: float | None = None


@dataclass(frozen=True)
class DoseCourse:
    """One subject: what to call it, and its known sums in the order of the cycles."""

    name: str
    points: Sequence[DosePoint]


@dataclass(frozen=True)
class DoseLimit:
    """A limit that the protocol states, and what it is called there. [Gy]"""

    dose: float
    words: str


class _Scale:
    """From cycles and doses to places in the picture."""

    def __init__(self, courses: Sequence[DoseCourse], limits: Sequence[DoseLimit]) -> None:
        points = [point for course in courses for point in course.points]
        self.cycles = max([1, *(point.cycle for point in points)])
        tops = [point.total + (point.deviation or 0) for point in points]
        highest = max([1.0, *tops, *(limit.dose * 1.05 for limit in limits)])
        self.step = next((step for step in _STEPS if highest / step <= 8), _STEPS[-1])
        self.high = ceil(highest / self.step) * self.step

    def x(self, cycle: float) -> float:
        return _LEFT + (cycle - 0.5) / self.cycles * (WIDTH - _LEFT - _RIGHT)

    def y(self, dose: float) -> float:
        return _TOP + (1 - dose / self.high) * _PLOT


def draw_organ_doses(
    courses: Sequence[DoseCourse], *, organ: str, limits: Sequence[DoseLimit] = (), title: str, key: str = "0"
) -> Markup:
    """
    Draw what adds up over the cycles.

    Parameters
    ----------
    courses
        One for each subject, each with a point.
    organ
        What it is called in the words of the picture.
    limits
        Those of the protocol; none draws no line.
    title
        What the picture is of.
    """
    scale = _Scale(courses, limits)
    parts = list(_axes(scale))
    for limit in limits:
        y = scale.y(limit.dose)
        parts.append(line("limit", _LEFT, y, WIDTH - _RIGHT, y, ink=_LIMIT_INK, dash="6 3"))
        parts.append(text(_LEFT + 6, y - 4, limit.words, more=f' fill="{_LIMIT_INK}"'))
    for index, course in enumerate(courses):
        shift = (index - (len(courses) - 1) / 2) * _APART
        parts += _course(course, scale, DASHES[index % len(DASHES)], shift)
    parts += _names(courses, scale)
    return frame("organ-dose", title, _describe(courses, organ, limits), parts, key=key, height=_TOP + _PLOT + 50)


def _describe(courses: Sequence[DoseCourse], organ: str, limits: Sequence[DoseLimit]) -> str:
    said = []
    for course in courses:
        last = course.points[-1]
        spread = "" if last.deviation is None else f" give or take {last.deviation:.1f} Gy"
        said.append(f"{course.name}: {last.total:.1f} Gy{spread} after {last.cycle} cycles")
    stated = "; ".join(limit.words for limit in limits) or "the protocol states no limit"
    return f"Dose of the {organ}, added up: {'; '.join(said) or 'of nobody is it known'}. Limits: {stated}."


def _axes(scale: _Scale) -> Iterable[str]:
    bottom, right = scale.y(0), WIDTH - _RIGHT
    for dose in range(0, scale.high + 1, scale.step):
        yield line("grid", _LEFT, scale.y(dose), right, scale.y(dose), ink=INK if dose == 0 else GRID)
        yield text(_LEFT - 8, scale.y(dose) + 4, str(dose), anchor="end")
    for cycle in range(1, scale.cycles + 1):
        yield text(scale.x(cycle), bottom + 20, str(cycle), anchor="middle", css="cycle")
    yield text((_LEFT + right) / 2, bottom + 40, "cycles given", anchor="middle")
    middle = scale.y(scale.high / 2)
    yield text(_LEFT - 40, middle, "Gy", anchor="middle")


def _course(course: DoseCourse, scale: _Scale, dash: str, shift: float) -> Iterable[str]:
    places = [(scale.x(point.cycle) + shift, scale.y(point.total)) for point in course.points]
    path = "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    yield f'<path class="course" d="{path}" fill="none" stroke="{INK}" stroke-width="1.6"{dashes}/>'
    for point, (x, y) in zip(course.points, places, strict=True):
        spread = "" if point.deviation is None else f", give or take {point.deviation:.1f} Gy"
        says = f"{course.name}, {point.cycle} cycles: {point.total:.1f} Gy{spread}"
        yield f"<g><title>{escape(says)}</title>"
        if point.deviation is not None:
            low, high = scale.y(max(point.total - point.deviation, 0)), scale.y(point.total + point.deviation)
            yield line("bar", x, low, x, high)
            yield line("bar", x - _CAP, low, x + _CAP, low)
            yield line("bar", x - _CAP, high, x + _CAP, high)
        yield f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{PALE}" stroke="{INK}"/></g>'


def _names(courses: Sequence[DoseCourse], scale: _Scale) -> Iterable[str]:
    """The name of each subject at the right, at the height of its last sum or below where it would cover another."""
    ends = sorted((scale.y(course.points[-1].total), course.name) for course in courses)
    free = float("-inf")
    for y, name in ends:
        free = max(y, free + _LETTER)
        yield text(WIDTH - _RIGHT + 10, free + 4, name, css="name")
