"""One laboratory value over time as a small inline SVG; several of them stand beside each other as small multiples.

Decides how it looks. All pictures of a page share their days, so that they can be compared by eye; each has a scale of
its own. The line joins results and claims nothing of the days between; the band is the normal range of the laboratory.
The numbers stand in words beside the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 300, 120, 44, 12, 12, 22
_INK, _PALE, _QUIET, _BAND = "#22303a", "#ffffff", "#9aa7ae", "#e3ede6"


@dataclass(frozen=True)
class ValuePoint:
    """A result: its day, its number in the unit of the picture, and the words in which it was reported."""

    on: date
    value: float
    words: str


@dataclass(frozen=True)
class ValueSeries:
    """
    The results of one analyte by day. [unit]

    `low`, `high`: the normal range that was reported last, in the same unit; None where none is known.
    """

    label: str
    unit: str
    points: Sequence[ValuePoint]
    low: float | None = None
    high: float | None = None


def draw_values(series: ValueSeries, first: date, last: date, *, steps: Sequence[tuple[date, str]] = ()) -> Markup:
    """
    Draw the results of one analyte.

    Parameters
    ----------
    first, last
        The days that all pictures of a page share.
    steps
        Days on which treatment was given, with the names of the steps.
    """
    numbers = [point.value for point in series.points]
    numbers += [limit for limit in (series.low, series.high) if limit is not None]
    bottom, top = min([0.0, *numbers]), max(numbers, default=1.0) * 1.08 or 1.0
    days = max((last - first).days, 1)

    def x(day: date) -> float:
        return _LEFT + (day - first).days / days * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - (value - bottom) / (top - bottom) * (_HEIGHT - _TOP - _BOTTOM)

    told = f"{series.label}: {', '.join(f'{point.on} {point.words}' for point in series.points)}"
    parts = [
        f'<svg class="values" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(told)}" font-family="system-ui, sans-serif" font-size="10" fill="{_INK}">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PALE}"/>',
    ]
    if series.low is not None or series.high is not None:
        upper, lower = y(top if series.high is None else series.high), y(bottom if series.low is None else series.low)
        parts.append(
            f'<rect class="normal" x="{_LEFT}" y="{upper:.1f}" width="{_WIDTH - _LEFT - _RIGHT}" '
            f'height="{lower - upper:.1f}" fill="{_BAND}"/>'
        )
    parts.append(
        f'<path d="M{_LEFT},{_TOP} V{_HEIGHT - _BOTTOM} H{_WIDTH - _RIGHT}" fill="none" stroke="{_QUIET}"/>'
        f'<text x="{_LEFT - 5}" y="{y(max(numbers, default=1.0)) + 3:.1f}" text-anchor="end">'
        f"{max(numbers, default=1.0):g}</text>"
        f'<text x="{_LEFT - 5}" y="{y(bottom) + 3:.1f}" text-anchor="end">{bottom:g}</text>'
        f'<text x="{_LEFT}" y="{_HEIGHT - 6}">{first}</text>'
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 6}" text-anchor="end">{last}</text>'
    )
    for day, step in steps:
        parts.append(
            f'<line class="step" x1="{x(day):.1f}" y1="{_TOP}" x2="{x(day):.1f}" y2="{_HEIGHT - _BOTTOM}" '
            f'stroke="{_QUIET}" stroke-dasharray="3 3"><title>{escape(step)}, {day}</title></line>'
        )
    line = " ".join(f"{x(point.on):.1f},{y(point.value):.1f}" for point in series.points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="{_INK}" stroke-width="1.2"/>')
    parts += [
        f'<circle cx="{x(point.on):.1f}" cy="{y(point.value):.1f}" r="2.8" fill="{_INK}">'
        f"<title>{point.on}: {escape(point.words)}</title></circle>"
        for point in series.points
    ]
    return Markup("".join([*parts, "</svg>"]))
