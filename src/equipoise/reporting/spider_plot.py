"""Spider plot: how the sum of diameters of each subject changed, as inline SVG with the same numbers as a table.

Lines differ by dash, marks by shape, and each line carries its subject's name: colour never speaks alone. The ink
stands in the picture itself, since it is shown in reports and in the documentation. Which visits there are and what
they say comes from the assessments.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

from markupsafe import Markup, escape

from equipoise.assessments.answer import Assessed
from equipoise.assessments.recist.new_lesions import NewLesions
from equipoise.assessments.recist.visits import VisitResponse

_WIDTH, _HEIGHT = 760, 450
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 120, 16, 84
_STEP = 20
"""Between the lines of the scale of change. [percentage points]"""
_LIMITS = ((20, "20 % more"), (-30, "30 % less"))
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "12 4")
_LETTER_HEIGHT = 13.0
_INK, _PALE, _GRID, _LIMIT = "#22303a", "#ffffff", "#e3e8ea", "#9a5b00"
MARKS = {
    "CR": "M0,-6 L6,5 L-6,5 Z",
    "PR": "M-5,-5 H5 V5 H-5 Z",
    "SD": "M-5,0 A5,5 0 1 1 5,0 A5,5 0 1 1 -5,0 Z",
    "PD": "M-5,-5 L5,5 M-5,5 L5,-5",
}
"""The mark of each response; every other response has a small ring."""
_OTHER_MARK = "M-3,0 A3,3 0 1 1 3,0 A3,3 0 1 1 -3,0 Z"


@dataclass(frozen=True)
class SpiderPoint:
    """
    One visit: weeks since baseline, change of the sum from baseline, overall response, and whether a lesion is new.

    `change_percent` is None when the sum is not known or there is none; the visit then has a row in the table alone.
    """

    week: float
    change_percent: float | None
    response: str
    has_new_lesion: bool


@dataclass(frozen=True)
class SpiderCourse:
    """One subject: what to call it, and its visits after baseline in the order of time."""

    name: str
    points: tuple[SpiderPoint, ...]


def make_course(name: str, visits: Sequence[VisitResponse], *, baseline: date) -> SpiderCourse:
    """Turn the judged visits of a subject into a course."""
    points = []
    for visit in visits:
        change = float(visit.from_baseline.value * 100) if isinstance(visit.from_baseline, Assessed) else None
        is_new = isinstance(visit.new_lesions, Assessed) and visit.new_lesions.value is NewLesions.CONFIRMED
        points.append(SpiderPoint((visit.last_day - baseline).days / 7, change, visit.response, is_new))
    return SpiderCourse(name, tuple(points))


class _Scale:
    """From weeks and change to places in the picture."""

    def __init__(self, courses: Sequence[SpiderCourse]) -> None:
        known = [point for course in courses for point in course.points if point.change_percent is not None]
        changes = [point.change_percent or 0.0 for point in known]
        self.weeks = max([4.0, *(point.week for point in known)])
        self.high = max(2, ceil(max(changes, default=0.0) / _STEP)) * _STEP
        self.low = min(-2, floor(min(changes, default=0.0) / _STEP)) * _STEP

    def x(self, week: float) -> float:
        return _LEFT + week / self.weeks * (_WIDTH - _LEFT - _RIGHT)

    def y(self, change: float) -> float:
        return _TOP + (self.high - change) / (self.high - self.low) * (_HEIGHT - _TOP - _BOTTOM)


def draw_spider_plot(courses: Sequence[SpiderCourse], *, key: str = "0") -> Markup:
    """
    Draw the change of each subject's sum from baseline over time.

    The two limits of RECIST 1.1 have lines of their own; progression is counted from the smallest sum, so a course
    may progress below the upper one. A visit without a known sum breaks the line. Put `tabulate_courses` beside it.

    Parameters
    ----------
    courses
        One for each subject, in the order in which they are told.
    key
        Tells the picture from others on the same page.
    """
    scale = _Scale(courses)
    name = escape(key)
    parts = [
        f'<svg class="spider" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-labelledby="spider-title-{name} spider-words-{name}" font-family="system-ui, sans-serif" '
        f'font-size="12" fill="{_INK}">',
        f'<title id="spider-title-{name}">Change of the sum of diameters from baseline, by subject</title>',
        f'<desc id="spider-words-{name}">{escape(_describe(courses))}</desc>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PALE}"/>',
        *_axes(scale),
    ]
    for index, course in enumerate(courses):
        parts.extend(_line(course, scale, _DASHES[index % len(_DASHES)]))
    parts.extend(_names(courses, scale))
    parts.extend(_legend())
    parts.append("</svg>")
    return Markup("".join(parts))


def _describe(courses: Sequence[SpiderCourse]) -> str:
    """The picture in words, for who cannot see it."""
    says = []
    for course in courses:
        last = next((one for one in reversed(course.points) if one.change_percent is not None), None)
        if last is not None:
            says.append(f"{course.name}: {last.change_percent:+.0f} % at week {last.week:.0f}")
    return "; ".join(says) + "; the numbers are in the table" if says else "No subject has a known sum after baseline"


def _axes(scale: _Scale) -> Iterable[str]:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    for change in range(scale.low, scale.high + 1, _STEP * ceil((scale.high - scale.low) / (12 * _STEP))):
        y = scale.y(change)
        yield f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="{_GRID}"/>'
        yield f'<text class="count" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{change:+d} %</text>'.replace(
            "+0", "0"
        )
    for week in range(0, int(scale.weeks) + 1, 4 * ceil(scale.weeks / 40)):
        yield f'<text class="count" x="{scale.x(week):.1f}" y="{bottom + 22}" text-anchor="middle">{week}</text>'
    for limit, words in _LIMITS:
        y = scale.y(limit)
        yield f'<line class="limit" x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="{_LIMIT}"/>'
        yield f'<text class="count" x="{right - 6}" y="{y - 4:.1f}" text-anchor="end" fill="{_LIMIT}">{words}</text>'
    yield f'<line class="zero" x1="{_LEFT}" y1="{scale.y(0):.1f}" x2="{right}" y2="{scale.y(0):.1f}" stroke="{_INK}"/>'
    middle = (_LEFT + right) / 2
    yield f'<text class="axis" x="{middle}" y="{_HEIGHT - 40}" text-anchor="middle">weeks since baseline</text>'


def _legend() -> Iterable[str]:
    """What each mark says, below the scale of weeks."""
    x = _LEFT
    for words, shape in (*MARKS.items(), ("other", _OTHER_MARK), ("new lesion", "")):
        mark = f'<path d="{shape}" fill="{_PALE}" stroke="{_INK}" stroke-width="1.6"/>'
        drawn = mark if shape else f'<circle r="9" fill="none" stroke="{_INK}"/>'
        yield f'<g transform="translate({x + 9},{_HEIGHT - 15})">{drawn}</g>'
        yield f'<text x="{x + 23}" y="{_HEIGHT - 11}">{words}</text>'
        x += 62


def _line(course: SpiderCourse, scale: _Scale, dash: str) -> Iterable[str]:
    """The line of a subject, broken where a sum is not known, and a mark at each visit."""
    path, pen = f"M{scale.x(0):.1f},{scale.y(0):.1f}", "L"
    for point in course.points:
        if point.change_percent is None:
            pen = "M"
            continue
        path += f" {pen}{scale.x(point.week):.1f},{scale.y(point.change_percent):.1f}"
        pen = "L"
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    yield f'<path class="course" d="{path}" fill="none" stroke="{_INK}" stroke-width="1.6"{dashes}/>'
    for point in course.points:
        if point.change_percent is not None:
            yield _mark(course.name, point, scale)


def _mark(name: str, point: SpiderPoint, scale: _Scale) -> str:
    assert point.change_percent is not None
    new = ", new lesion" if point.has_new_lesion else ""
    says = f"{name}, week {point.week:.0f}: {point.change_percent:+.1f} %, {point.response}{new}"
    ring = f'<circle class="new" r="9" fill="none" stroke="{_INK}"/>' if point.has_new_lesion else ""
    shape = MARKS.get(point.response, _OTHER_MARK)
    place = f"{scale.x(point.week):.1f},{scale.y(point.change_percent):.1f}"
    return (
        f'<g transform="translate({place})"><title>{escape(says)}</title>{ring}'
        f'<path class="mark" d="{shape}" fill="{_PALE}" stroke="{_INK}" stroke-width="1.6"/></g>'
    )


def _names(courses: Sequence[SpiderCourse], scale: _Scale) -> Iterable[str]:
    """The name of each subject at the end of its line, moved down where it would cover another."""
    ends = []
    for course in courses:
        known = [(one.week, one.change_percent) for one in course.points if one.change_percent is not None]
        if known:
            ends.append((scale.y(known[-1][1]), scale.x(known[-1][0]), course.name))
    free = float("-inf")
    for y, x, name in sorted(ends):
        free = max(y, free + _LETTER_HEIGHT)
        yield f'<text class="name" x="{x + 12:.1f}" y="{free + 4:.1f}">{escape(name)}</text>'


def tabulate_courses(courses: Sequence[SpiderCourse]) -> Markup:
    """The numbers of the picture as a table: one row for each visit, also where the sum is not known."""
    rows = []
    for course in courses:
        for point in course.points:
            change = "not known" if point.change_percent is None else f"{point.change_percent:+.1f} %"
            new = "new lesion" if point.has_new_lesion else ""
            cells = (f"{point.week:.1f}", change, point.response, new)
            columns = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            rows.append(f'<tr><th scope="row">{escape(course.name)}</th>{columns}</tr>')
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("Subject", "Week", "Change from baseline", "Response", "New")
    )
    return Markup(
        '<table class="spider"><caption>Change of the sum of diameters from baseline, visit by visit</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
