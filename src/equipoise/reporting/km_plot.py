"""Step curves over days as inline SVG: survival by Kaplan-Meier or cumulative incidence, with the number at risk.

Arms differ by dash and lightness, and each curve is named at its end; bands are hatched in another direction for each
arm, so that they are told apart in grey print. A small upright stroke is a censoring. The numbers stand in a table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from equipoise.reporting.svg import GRID, INK, PALE, QUIET, WIDTH, DayScale, frame, line, style_of, text

_LEFT, _RIGHT, _TOP, _PLOT = 176, 136, 14, 300
_ROW, _LETTER, _MOST_LETTERS = 18, 14.0, 17
_ANGLES = (45, 135, 90, 0, 20)


@dataclass(frozen=True)
class StepCurve:
    """
    The steps of one arm; equal lengths throughout, the first at day 0. [d, share]

    Parameters
    ----------
    value
        From each day on.
    low, high
        Of the interval from each day on; empty where no band is drawn.
    at_risk
        Subjects at risk on each day, before what happens on it.
    censored
        How many are censored on each day; empty where it is not told.
    """

    name: str
    day: Sequence[int]
    value: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    at_risk: Sequence[int] = ()
    censored: Sequence[int] = ()

    def at_risk_on(self, day: int) -> int:
        """Subjects still at risk on a day: those of the next day on which somebody leaves."""
        return next((n for other, n in zip(self.day, self.at_risk, strict=True) if other >= day), 0)


def draw_step_curves(
    curves: Sequence[StepCurve],
    *,
    title: str,
    axis: str,
    start: str = "randomisation",
    level: float | None = None,
    key: str = "0",
) -> Markup:
    """
    Draw curves of shares between 0 and 1 over days.

    Parameters
    ----------
    curves
        One for each arm, in the order in which they are told.
    title, axis
        What the picture is of, and what stands on its upright scale.
    start
        From what days are counted.
    level
        Of the intervals, where there are any.
    """
    scale = DayScale(max([1, *(day for curve in curves for day in curve.day)]), _LEFT, WIDTH - _RIGHT)
    height = _TOP + _PLOT + 64 + _ROW * (1 + len(curves))
    parts = [*_hatches(curves, key), *_axes(scale, axis, start)]
    for index, curve in enumerate(curves):
        if curve.low and curve.high:
            parts.append(_band(curve, scale, index, key))
    for index, curve in enumerate(curves):
        parts += _curve(curve, scale, index)
    parts += _names(curves, scale)
    parts += _risk_table(curves, scale)
    return frame("km", title, _describe(curves, level), parts, key=key, height=height)


def _y(share: float) -> float:
    return _TOP + (1 - share) * _PLOT


def _describe(curves: Sequence[StepCurve], level: float | None) -> str:
    said = [f"{curve.name}: {curve.value[-1]:.3f} on day {curve.day[-1]}" for curve in curves if curve.day]
    bands = f" Bands are pointwise {level:.0%} intervals." if level is not None and any(c.low for c in curves) else ""
    return ("; ".join(said) + "." if said else "There is no curve.") + bands


def _hatches(curves: Sequence[StepCurve], key: str) -> Iterable[str]:
    for index, _ in enumerate(curves):
        ink, _ = style_of(index)
        yield (
            f'<defs><pattern id="km-{escape(key)}-hatch-{index}" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate({_ANGLES[index % len(_ANGLES)]})"><line x1="0" y1="0" x2="0" y2="6" '
            f'stroke="{ink}" stroke-width="1" stroke-opacity="0.45"/></pattern></defs>'
        )


def _axes(scale: DayScale, axis: str, start: str) -> Iterable[str]:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        yield line("grid", _LEFT, _y(share), WIDTH - _RIGHT, _y(share), ink=INK if share == 0 else GRID)
        yield text(_LEFT - 8, _y(share) + 4, f"{share:.2f}", anchor="end")
    for day in scale.ticks:
        yield line("tick", scale.x(day), _y(0), scale.x(day), _y(0) + 5)
        yield text(scale.x(day), _y(0) + 20, str(day), anchor="middle", css="day")
    yield text((_LEFT + WIDTH - _RIGHT) / 2, _y(0) + 38, f"days since {start}", anchor="middle")
    middle = _y(0.5)
    yield text(_LEFT - 54, middle, axis, anchor="middle", more=f' transform="rotate(-90 {_LEFT - 54} {middle:.1f})"')


def _steps(days: Sequence[int], values: Sequence[float], scale: DayScale) -> str:
    """A path along the steps: level to each day, then to its value."""
    path = f"M{scale.x(days[0]):.1f},{_y(values[0]):.1f}"
    for day, value in zip(days[1:], values[1:], strict=True):
        path += f" H{scale.x(day):.1f} V{_y(value):.1f}"
    return path


def _band(curve: StepCurve, scale: DayScale, index: int, key: str) -> str:
    path = _steps(curve.day, curve.high, scale)
    backwards = list(zip(curve.day, curve.low, strict=True))[::-1]
    path += f" V{_y(backwards[0][1]):.1f}"
    for (day, _), (_, before) in pairwise(backwards):
        path += f" H{scale.x(day):.1f} V{_y(before):.1f}"
    ink, dash = style_of(index)
    return (
        f'<path class="band" d="{path} H{scale.x(curve.day[0]):.1f} Z" fill="url(#km-{escape(key)}-hatch-{index})" '
        f'stroke="{ink}" stroke-opacity="0.4" stroke-width="0.6"{_dashed(dash)}/>'
    )


def _dashed(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""


def _curve(curve: StepCurve, scale: DayScale, index: int) -> Iterable[str]:
    if not curve.day:
        return
    ink, dash = style_of(index)
    path = _steps(curve.day, curve.value, scale)
    yield f'<path class="curve" d="{path}" fill="none" stroke="{PALE}" stroke-width="4"/>'
    yield f'<path class="curve" d="{path}" fill="none" stroke="{ink}" stroke-width="2"{_dashed(dash)}/>'
    for day, value, number in zip(curve.day, curve.value, curve.censored, strict=False):
        if number:
            x, y = scale.x(day), _y(value)
            yield (
                f'<g class="censored"><title>{escape(curve.name)}, day {day}: {number} censored</title>'
                f'<line x1="{x:.1f}" y1="{y - 5:.1f}" x2="{x:.1f}" y2="{y + 5:.1f}" stroke="{ink}"/></g>'
            )


def _names(curves: Sequence[StepCurve], scale: DayScale) -> Iterable[str]:
    """The name of each curve at its end, moved up where it would cover another or the scale of days."""
    ends = [(_y(curve.value[-1]), scale.x(curve.day[-1]), curve.name) for curve in curves if curve.day]
    free = _y(0) + _LETTER - 8
    for y, x, name in sorted(ends, reverse=True):
        free = min(y, free - _LETTER)
        yield text(x + 8, free + 4, _shorten(name), css="name")


def _shorten(name: str) -> str:
    """A name that fits beside the scale; in whole it stands in the words of the picture."""
    return name if len(name) <= _MOST_LETTERS else name[: _MOST_LETTERS - 1] + "…"


def _risk_table(curves: Sequence[StepCurve], scale: DayScale) -> Iterable[str]:
    top = _y(0) + 60
    yield text(8, top, "number at risk", more=f' font-weight="600" fill="{QUIET}"')
    for index, curve in enumerate(curves):
        y = top + _ROW * (index + 1)
        ink, dash = style_of(index)
        yield line("key", 8, y - 4, 34, y - 4, ink=ink, dash=dash)
        yield text(40, y, _shorten(curve.name))
        if curve.at_risk:
            for day in scale.ticks:
                yield text(scale.x(day), y, str(curve.at_risk_on(day)), anchor="middle", css="risk")
