"""Forest plot of ratios with their intervals on a logarithmic scale, as inline SVG.

A square is an estimate, a line its interval, an arrow a bound beyond the picture or not reached. What could not be
estimated has its row and its reason. The numbers stand beside the marks and in the table of each analysis.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup, escape

from equipoise.reporting.svg import GRID, INK, WIDTH, frame, line, text

_LEFT, _RIGHT, _TOP, _ROW, _BOTTOM = 250, 230, 22, 36, 52
_LETTERS = 36
"""That stand beside the scale in one line."""
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_WIDEST = math.log(100)


@dataclass(frozen=True)
class ForestRow:
    """One ratio: what it is of, its value and bounds, the words beside it. None: there is none."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    words: str


@dataclass(frozen=True)
class _Scale:
    """The same way to each side of 1, so that no direction looks nearer."""

    reach: float

    def x(self, ratio: float) -> float:
        share = min(max(math.log(ratio) / self.reach, -1.0), 1.0)
        return _LEFT + (share + 1) / 2 * (WIDTH - _LEFT - _RIGHT)

    def holds(self, ratio: float | None) -> bool:
        return ratio is not None and ratio > 0 and abs(math.log(ratio)) <= self.reach


def draw_forest_plot(rows: Sequence[ForestRow], *, title: str, sides: tuple[str, str], key: str = "0") -> Markup:
    """
    Draw ratios below each other, in the order given.

    Parameters
    ----------
    sides
        What a ratio below 1 and above 1 speaks for.
    """
    logs = [abs(math.log(each)) for row in rows for each in (row.value, row.low, row.high) if each is not None and each]
    scale = _Scale(min(max([math.log(2.2), *(each * 1.05 for each in logs)]), _WIDEST))
    bottom = _TOP + _ROW * len(rows)
    parts = list(_axis(scale, bottom, sides))
    for index, row in enumerate(rows):
        parts += _row(row, _TOP + _ROW * (index + 0.5), scale)
    words = "; ".join(f"{row.label}: {row.words}" for row in rows) or "No ratio is shown"
    return frame("forest", title, words + ".", parts, key=key, height=bottom + _BOTTOM)


def _axis(scale: _Scale, bottom: float, sides: tuple[str, str]) -> Iterable[str]:
    for ratio in _TICKS:
        if scale.holds(ratio):
            x = scale.x(ratio)
            is_one = ratio == 1
            yield line("one" if is_one else "grid", x, _TOP - 8, x, bottom, ink=INK if is_one else GRID)
            yield text(x, bottom + 16, f"{ratio:g}", anchor="middle", css="tick")
    yield text(scale.x(1) - 8, bottom + 38, f"← {sides[0]}", anchor="end", css="side")
    yield text(scale.x(1) + 8, bottom + 38, f"{sides[1]} →", css="side")


def _row(row: ForestRow, y: float, scale: _Scale) -> Iterable[str]:
    lines = wrap(row.label, _LETTERS)[:2] or [""]
    for place, words in enumerate(lines):
        yield text(_LEFT - 14, y + 4 + 14 * (place - (len(lines) - 1) / 2), words, anchor="end", css="label")
    said = row.words if row.value is not None else "not estimable"
    yield text(WIDTH - _RIGHT + 14, y + 4, said, css="says")
    if row.value is None or row.value <= 0:
        return
    yield f'<g class="ratio"><title>{escape(row.label)}: {escape(row.words)}</title>'
    left = scale.x(row.low) if scale.holds(row.low) and row.low else float(_LEFT)
    right = scale.x(row.high) if scale.holds(row.high) and row.high else float(WIDTH - _RIGHT)
    if row.low is not None or row.high is not None:
        yield line("interval", left, y, right, y)
        if not scale.holds(row.low):
            yield f'<path class="arrow" d="M{left:.1f},{y:.1f} l7,-4 v8 Z" fill="{INK}"/>'
        if not scale.holds(row.high):
            yield f'<path class="arrow" d="M{right:.1f},{y:.1f} l-7,-4 v8 Z" fill="{INK}"/>'
    if scale.holds(row.value):
        yield f'<rect class="estimate" x="{scale.x(row.value) - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"/>'
    yield "</g>"
