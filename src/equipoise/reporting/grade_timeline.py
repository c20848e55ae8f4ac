"""Toxicity grades over time as inline SVG: a lane for each term, a mark for each result.

The digit in a mark is its grade, so colour never speaks alone: "?" stands for a result without a grade, "+" follows a
grade that may be higher. Lines between marks join the results and claim nothing of the days between. The colours stand
in the picture itself and not in a style sheet, since it is shown in reports and in the documentation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_WIDTH, _LEFT, _RIGHT = 760, 214, 24
_LANE, _MARK, _TOP, _BOTTOM = 34, 20, 34, 40
_MOST_TICKS = 8
_INK, _PALE, _QUIET = "#22303a", "#ffffff", "#9aa7ae"
_FILLS = {None: _PALE, 0: _PALE, 1: "#f3e3b3", 2: "#eeb868", 3: "#c9572f", 4: "#7c1d1d"}
_PALE_SIGNS = (3, 4)


@dataclass(frozen=True)
class GradeMark:
    """
    One result: its day, its grade (None when it has none), and whether the grade may be higher.

    Days count from whatever the picture counts from. [d]
    """

    day: int
    grade: int | None
    may_be_higher: bool = False

    @property
    def sign(self) -> str:
        """What stands in the mark."""
        return "?" if self.grade is None else f"{self.grade}{'+' if self.may_be_higher else ''}"


@dataclass(frozen=True)
class GradeLane:
    """A term and its results."""

    name: str
    marks: Sequence[GradeMark]


def draw_grade_timeline(
    lanes: Sequence[GradeLane],
    *,
    events: Sequence[tuple[int, str]] = (),
    title: str = "Toxicity grades",
    key: str = "0",
) -> Markup:
    """
    Draw the lanes below each other, in the order given.

    Parameters
    ----------
    lanes
        One for each term. Marks may come in any order; of two on one day the worse is drawn last, on top.
    events
        Days that all lanes share, such as treatment cycles, with a short word.
    title
        What the picture is of; read aloud with a line for each lane.
    key
        Tells the picture from others on the same page.
    """
    days = [mark.day for lane in lanes for mark in lane.marks] + [day for day, _ in events]
    scale = _Scale(min(days, default=0), max(days, default=1))
    height = _TOP + _LANE * len(lanes) + _BOTTOM
    parts = [
        f'<svg class="grades" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="grades-title-{escape(key)} grades-words-{escape(key)}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{_INK}">',
        f'<title id="grades-title-{escape(key)}">{escape(title)}</title>',
        f'<desc id="grades-words-{escape(key)}">{escape(" ".join(map(_words, lanes)))}</desc>',
        f'<rect width="{_WIDTH}" height="{height}" fill="{_PALE}"/>',
        *(_event(day, words, scale, height) for day, words in events),
        *_axis(scale, height),
    ]
    for index, lane in enumerate(lanes):
        parts += _lane(lane, _TOP + _LANE * index + _LANE / 2, scale)
    return Markup("".join([*parts, "</svg>"]))


class _Scale:
    """From days to places in the picture."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, max(last, first + 1)

    def x(self, day: int) -> float:
        return _LEFT + (day - self.first) / (self.last - self.first) * (_WIDTH - _LEFT - _RIGHT)

    @property
    def ticks(self) -> range:
        """Days of the scale: whole weeks where there is room for them."""
        span = self.last - self.first
        step = next(step for step in (1, 2, 7, 14, 28, 56, 112, 364, span + 1) if span / step <= _MOST_TICKS)
        return range(-(-self.first // step) * step, self.last + 1, step)


def _words(lane: GradeLane) -> str:
    marks = sorted(lane.marks, key=lambda mark: mark.day)
    told = ", ".join(f"day {mark.day} {_spoken(mark)}" for mark in marks)
    return f"{lane.name}: {told or 'no results'}."


def _spoken(mark: GradeMark) -> str:
    if mark.grade is None:
        return "no grade"
    return f"grade {mark.grade}{' or higher' if mark.may_be_higher else ''}"


def _axis(scale: _Scale, height: float) -> Iterable[str]:
    for day in scale.ticks:
        yield f'<text x="{scale.x(day):.1f}" y="{height - 22}" text-anchor="middle">{day}</text>'
    yield f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{height - 5}" text-anchor="middle">day</text>'


def _event(day: int, words: str, scale: _Scale, height: float) -> str:
    x = scale.x(day)
    line = (
        f'<line class="event" x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{height - _BOTTOM}" '
        f'stroke="{_QUIET}" stroke-dasharray="3 3"/>'
    )
    return f'{line}<text x="{x:.1f}" y="{_TOP - 14}" text-anchor="middle">{escape(words)}</text>'


def _lane(lane: GradeLane, y: float, scale: _Scale) -> Iterable[str]:
    yield f'<text x="{_LEFT - 20}" y="{y + 4}" text-anchor="end">{escape(lane.name)}</text>'
    if not lane.marks:
        return
    first, last = (scale.x(end(mark.day for mark in lane.marks)) for end in (min, max))
    yield f'<line class="lane" x1="{first:.1f}" y1="{y}" x2="{last:.1f}" y2="{y}" stroke="{_QUIET}"/>'
    for mark in sorted(lane.marks, key=lambda each: (each.day, -1 if each.grade is None else each.grade)):
        x = scale.x(mark.day)
        dashes = ' stroke-dasharray="2 2"' if mark.grade is None else ""
        ink = _PALE if mark.grade in _PALE_SIGNS else _INK
        yield (
            f'<g class="mark"><title>{escape(f"day {mark.day}: {_spoken(mark)}")}</title>'
            f'<rect x="{x - _MARK / 2:.1f}" y="{y - _MARK / 2}" width="{_MARK}" height="{_MARK}" rx="4" '
            f'fill="{_FILLS[mark.grade]}" stroke="{_INK}"{dashes}/>'
            f'<text x="{x:.1f}" y="{y + 4}" text-anchor="middle" fill="{ink}">{mark.sign}</text></g>'
        )
