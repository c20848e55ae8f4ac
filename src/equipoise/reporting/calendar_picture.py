"""The calendar of one subject as inline SVG: a lane for each course and activity, days from left to right.

Decides how it looks. A bar is a window, a disc what was done, a line today; letters and shapes say the state, so colour
never speaks alone. The colours stand in the picture itself, in greys that print. What has no day is told in words.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from textwrap import wrap

from markupsafe import Markup, escape

from equipoise.conduct.calendar import Due, DueState

_WIDTH, _LEFT, _RIGHT = 760, 214, 24
_LANE, _BAR, _RADIUS, _TOP, _BOTTOM = 32, 16, 6, 30, 72
_LETTERS, _LINE = 31, 12
_NOON = 0.5
"""Where a mark stands in its day; a window reaches from the beginning of its first day to the end of its last."""
_LEAST = 3.0
"""How wide a window of one day is drawn at least."""
_MOST_TICKS = 8
_INK, _PALE, _QUIET, _FAINT = "#22303a", "#ffffff", "#9aa7ae", "#e3e8ea"
_SIGNS = {DueState.EARLY_DONE: "E", DueState.LATE_DONE: "L", DueState.UNSCHEDULED: "+"}
_LEGEND = (
    "bar: window, heavy while it is open, dotted when cancelled · ◇ expected day",
    "disc: done, E early, L late, + not planned · ! overdue · × missed",
)


def render_calendar(dues: Sequence[Due], as_of: date, *, title: str = "Calendar", key: str = "0") -> Markup:
    """
    Draw a calendar.

    Parameters
    ----------
    dues
        As `conduct.calendar.make_calendar` gives them; lanes stand in the order in which they first appear.
    as_of
        The day for which they were made: today.
    title
        What the picture is of; read aloud with a line for each lane.
    key
        Tells the picture from others on the same page.
    """
    lanes = _lanes(dues)
    scale = _Scale([as_of, *(day for due in dues for day in _days(due))])
    height = _TOP + _LANE * len(lanes) + _BOTTOM
    name = escape(key)
    parts = [
        f'<svg class="calendar" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="calendar-title-{name} calendar-words-{name}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{_INK}">',
        f'<title id="calendar-title-{name}">{escape(title)}</title>',
        f'<desc id="calendar-words-{name}">{escape(_words(lanes, as_of))}</desc>',
        f'<rect width="{_WIDTH}" height="{height}" fill="{_PALE}"/>',
        *_axis(scale, height),
        _today(as_of, scale, height),
    ]
    for index, lane in enumerate(lanes):
        parts += _lane(lane, _TOP + _LANE * index + _LANE / 2, scale)
    for line, words in enumerate(_LEGEND):
        parts.append(f'<text class="legend" x="12" y="{height - 22 + 15 * line}" font-size="11">{words}</text>')
    return Markup("".join([*parts, "</svg>"]))


class _Scale:
    """From days to places in the picture, with the first days of months as ticks."""

    def __init__(self, days: Sequence[date]) -> None:
        self.first, self.last = min(days).toordinal(), max(days).toordinal() + 1

    def x(self, day: date, shift: float = 0) -> float:
        share = (day.toordinal() + shift - self.first) / (self.last - self.first)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    @property
    def ticks(self) -> list[date]:
        """First days of months; of every second, third, … where there are too many."""
        first, last = date.fromordinal(self.first), date.fromordinal(self.last)
        months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if len(months) / step <= _MOST_TICKS)
        starts = [date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0]
        return [day for day in starts if first <= day <= last]


def _lanes(dues: Sequence[Due]) -> list[list[Due]]:
    lanes: dict[tuple[bool, str], list[Due]] = {}
    for due in dues:
        lanes.setdefault((due.is_step, due.belongs_to if due.is_step else due.item), []).append(due)
    return list(lanes.values())


def _days(due: Due) -> Iterable[date]:
    return (day for day in (due.due_on, due.opens_on, due.closes_on, due.done_on) if day is not None)


def _words(lanes: Iterable[Sequence[Due]], as_of: date) -> str:
    told = [f"{lane[0].label}: {'; '.join(map(describe_due, lane))}." for lane in lanes]
    return " ".join([f"Today is {as_of}.", *told])


def describe_due(due: Due) -> str:
    """A line of a calendar in words, without its label."""
    number = f"{due.number} of {due.of}, " if due.of > 1 else ""
    window = f" ({due.opens_on} to {due.closes_on})" if due.opens_on else ""
    day = f", {'expected' if due.is_expected else 'due'} {due.due_on}{window}" if due.due_on else ""
    done = f" on {due.done_on}" if due.done_on else ""
    read = f", read {len(due.readings) + 1} times" if due.readings else ""
    late = f" by {due.days_late} {'day' if due.days_late == 1 else 'days'}" if due.days_late else ""
    why = f" ({due.why})" if due.why else ""
    held = f", held since {due.held_since}" if due.held_since else ""
    optional = "optional, " if due.is_optional and due.state.is_to_do else ""
    return f"{number}{optional}{due.state.value}{late}{held}{done}{read}{why}{day}"


def _axis(scale: _Scale, height: float) -> Iterable[str]:
    for day in scale.ticks:
        x = scale.x(day)
        yield f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{height - _BOTTOM}" stroke="{_FAINT}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{height - 52}" text-anchor="middle">{day:%Y-%m}</text>'


def _today(as_of: date, scale: _Scale, height: float) -> str:
    x = scale.x(as_of, _NOON)
    return (
        f'<line class="today" x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{height - _BOTTOM}" stroke="{_INK}" '
        f'stroke-width="1.5" stroke-dasharray="5 3"/>'
        f'<text x="{x:.1f}" y="{_TOP - 14}" text-anchor="middle">{as_of}</text>'
    )


def _lane(lane: Sequence[Due], y: float, scale: _Scale) -> Iterable[str]:
    yield _name(lane[0].label, y)
    drawn = [due for due in lane if any(_days(due))]
    for due in drawn:
        yield f'<g class="due"><title>{escape(f"{due.label}: {describe_due(due)}")}</title>'
        yield from _window(due, y, scale)
        yield _mark(due, y, scale)
        yield "</g>"
    if not drawn:
        states = ", ".join(sorted({due.state.value for due in lane}))
        yield f'<text class="no-day" x="{_LEFT}" y="{y + 4}" font-style="italic">{states}</text>'


def _name(label: str, y: float) -> str:
    """The label of a lane, in two lines when it is long, and whole when it is pointed at."""
    lines = wrap(label, _LETTERS, max_lines=2, placeholder=" …")
    height = y + 4 - _LINE / 2 * (len(lines) - 1)
    words = [
        f'<tspan x="{_LEFT - 20}" y="{height + _LINE * place}">{escape(line)}</tspan>'
        for place, line in enumerate(lines)
    ]
    return f'<text class="name" text-anchor="end" font-size="11"><title>{escape(label)}</title>{"".join(words)}</text>'


def _window(due: Due, y: float, scale: _Scale) -> Iterable[str]:
    if due.opens_on is None or due.closes_on is None:
        return
    x, width = scale.x(due.opens_on), max(scale.x(due.closes_on, 1) - scale.x(due.opens_on), _LEAST)
    is_open = due.state is DueState.DUE
    dashes = ' stroke-dasharray="2 2"' if due.state is DueState.CANCELLED else ""
    yield (
        f'<rect class="window" x="{x:.1f}" y="{y - _BAR / 2}" width="{width:.1f}" height="{_BAR}" '
        f'fill="{_QUIET if is_open else _FAINT}" stroke="{_INK if is_open else _QUIET}" '
        f'stroke-width="{2 if is_open else 1}"{dashes}/>'
    )


def _mark(due: Due, y: float, scale: _Scale) -> str:
    """What stands on the day: a disc for what was done, a sign for what was not, nothing in a window to come."""
    if due.done_on is not None:
        x, is_planned = scale.x(due.done_on, _NOON), due.state is not DueState.UNSCHEDULED
        disc = (
            f'<circle class="done" cx="{x:.1f}" cy="{y}" r="{_RADIUS}" fill="{_INK if is_planned else _PALE}" '
            f'stroke="{_INK}"/>'
        )
        return disc + _sign(_SIGNS.get(due.state, ""), x, y, _PALE if is_planned else _INK)
    if due.due_on is None:
        return ""
    x = scale.x(due.due_on, _NOON)
    if due.is_expected:
        path = f"M{x:.1f},{y - 5} l5,5 l-5,5 l-5,-5 Z"
        return f'<path class="expected" d="{path}" fill="{_PALE}" stroke="{_QUIET}" stroke-dasharray="2 1"/>'
    return _sign({DueState.OVERDUE: "!", DueState.MISSED: "×"}.get(due.state, ""), x, y, _INK)


def _sign(sign: str, x: float, y: float, ink: str) -> str:
    if not sign:
        return ""
    return (
        f'<text class="sign" x="{x:.1f}" y="{y + 3.5}" text-anchor="middle" font-size="10" font-weight="bold" '
        f'fill="{ink}">{sign}</text>'
    )
