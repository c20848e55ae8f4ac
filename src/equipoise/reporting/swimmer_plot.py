"""Swimmer plot: a lane for each subject from randomisation to its end or the cut, with what happened, as inline SVG.

Marks differ by shape and have a legend; an arrow at the end of a lane means that the subject is still followed. Arms
stand in blocks with their names. The days stand in the table of subjects.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from markupsafe import Markup, escape

from equipoise.reporting.svg import GRID, INK, PALE, QUIET, WIDTH, DayScale, frame, line, text

_LEFT, _RIGHT, _TOP, _LANE, _BOTTOM = 130, 36, 40, 18, 46


class Mark(StrEnum):
    """What can happen in a lane."""

    DOSE = "dose"
    OPERATION = "operation"
    PROGRESSION = "progression"
    NEW_THERAPY = "new therapy"
    DEATH = "death"
    LEFT = "left"


_SHAPES = {
    Mark.DOSE: (f'd="M-4,0 A4,4 0 1 1 4,0 A4,4 0 1 1 -4,0 Z" fill="{PALE}"'),
    Mark.OPERATION: f'd="M-5,-5 H5 V5 H-5 Z" fill="{INK}"',
    Mark.PROGRESSION: f'd="M0,-6 L6,5 L-6,5 Z" fill="{PALE}"',
    Mark.NEW_THERAPY: f'd="M0,-6 L5,0 L0,6 L-5,0 Z" fill="{PALE}"',
    Mark.DEATH: 'd="M-5,-5 L5,5 M-5,5 L5,-5" fill="none" stroke-width="2.4"',
    Mark.LEFT: 'd="M0,-6 V6" fill="none" stroke-width="2.6"',
}


@dataclass(frozen=True)
class SwimMark:
    """Something on a day of a lane. [d since randomisation]"""

    day: int
    kind: Mark
    words: str


@dataclass(frozen=True)
class SwimLane:
    """One subject: its arm, the last day of its lane, and whether it is followed on. [d since randomisation]"""

    subject: str
    arm: str
    last_day: int
    is_followed: bool
    marks: Sequence[SwimMark]


def draw_swimmer_plot(lanes: Sequence[SwimLane], *, title: str, key: str = "0") -> Markup:
    """Draw a lane for each subject, arm by arm, in the order given."""
    blocks = [(arm, list(own)) for arm, own in groupby(lanes, key=lambda lane: lane.arm)]
    days = [lane.last_day for lane in lanes] + [mark.day for lane in lanes for mark in lane.marks]
    scale = DayScale(max([1, *days]), _LEFT, WIDTH - _RIGHT)
    bottom = _TOP + _LANE * (len(lanes) + len(blocks))
    parts = [*_legend(), *_axis(scale, bottom)]
    row = 0
    for arm, own in blocks:
        parts.append(text(8, _TOP + _LANE * (row + 0.5) + 4, arm, css="arm", more=' font-weight="600"'))
        row += 1
        for lane in own:
            parts += _lane(lane, _TOP + _LANE * (row + 0.5), scale)
            row += 1
    words = " ".join(map(_words, lanes)) or "There is nobody."
    return frame("swimmer", title, words, parts, key=key, height=bottom + _BOTTOM)


def _words(lane: SwimLane) -> str:
    told = ", ".join(f"{mark.words} on day {mark.day}" for mark in sorted(lane.marks, key=lambda one: one.day))
    end = "followed on" if lane.is_followed else "ended"
    return f"{lane.subject}: {told + ', ' if told else ''}{end} on day {lane.last_day}."


def _legend() -> Iterable[str]:
    x = 16.0
    for kind in Mark:
        yield f'<g transform="translate({x:.1f},14)">{_shape(kind)}</g>'
        yield text(x + 12, 18, kind.value, css="legend")
        x += 30 + 7 * len(kind.value)
    yield f'<path d="M{x:.1f},10 l8,4 l-8,4 Z" fill="{QUIET}"/>'
    yield text(x + 14, 18, "still followed", css="legend")


def _axis(scale: DayScale, bottom: float) -> Iterable[str]:
    for day in scale.ticks:
        yield line("grid", scale.x(day), _TOP - 4, scale.x(day), bottom, ink=GRID)
        yield text(scale.x(day), bottom + 18, str(day), anchor="middle", css="day")
    yield text((_LEFT + WIDTH - _RIGHT) / 2, bottom + 36, "days since randomisation", anchor="middle")


def _lane(lane: SwimLane, y: float, scale: DayScale) -> Iterable[str]:
    end = scale.x(lane.last_day)
    yield text(_LEFT - 10, y + 4, lane.subject, anchor="end", css="name", more=' font-size="11"')
    yield (
        f'<rect class="lane" x="{_LEFT}" y="{y - 3:.1f}" width="{max(end - _LEFT, 0.5):.1f}" height="6" '
        f'fill="#cfd6d9" stroke="{QUIET}" stroke-width="0.5"/>'
    )
    if lane.is_followed:
        yield f'<path class="followed" d="M{end + 1:.1f},{y - 4:.1f} l8,4 l-8,4 Z" fill="{QUIET}"/>'
    for mark in sorted(lane.marks, key=lambda one: one.day):
        said = f"{lane.subject}, day {mark.day}: {mark.words}"
        yield (
            f'<g class="mark {mark.kind.name.lower()}" transform="translate({scale.x(mark.day):.1f},{y:.1f})">'
            f"<title>{escape(said)}</title>{_shape(mark.kind)}</g>"
        )


def _shape(kind: Mark) -> str:
    drawn = _SHAPES[kind]
    width = "" if "stroke-width" in drawn else ' stroke-width="1.4"'
    return f'<path {drawn} stroke="{INK}"{width}/>'
