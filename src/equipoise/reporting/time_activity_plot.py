"""A time-activity curve with its points and 95 % band, as inline SVG with the same numbers as a table.

The band is a hatched area with outlines and the points have shapes and titles: colour never speaks alone. Every number
comes from the assessments.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, exp, floor, log10

from markupsafe import Markup, escape

from equipoise.assessments.dosimetry.time_activity import ActivityBand, TimeActivityFit, compute_activity_band

_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 30, 20, 58
_PIECES = 160
_BEYOND = 1.15
"""The curve is drawn a little beyond its last point."""
_INK, _PALE, _GRID, _BAND = "#22303a", "#ffffff", "#e3e8ea", "#5d7f9a"


@dataclass(frozen=True)
class _Scale:
    """From hours and MBq to places in the picture."""

    hours: float
    mbq: float
    step_mbq: float

    def x(self, time_h: float) -> float:
        return _LEFT + time_h / self.hours * (_WIDTH - _LEFT - _RIGHT)

    def y(self, mbq: float) -> float:
        return _HEIGHT - _BOTTOM - min(mbq / self.mbq, 1.0) * (_HEIGHT - _TOP - _BOTTOM)


def draw_time_activity(
    fit: TimeActivityFit, points: Sequence[tuple[float, float]], *, organ: str, key: str = "0"
) -> Markup:
    """
    Draw a fitted curve.

    Parameters
    ----------
    fit
        Of one organ and cycle.
    points
        What was measured: at least one. [h, MBq]
    organ
        How the organ is called in the title.
    key
        Tells the picture from others on the same page.
    """
    hours = max(time for time, _ in points) * _BEYOND
    band = compute_activity_band(fit, times_h=_grid(hours))
    scale = _scale(hours, band, points)
    name = escape(key)
    parts = [
        f'<svg class="time-activity" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-labelledby="activity-title-{name} activity-words-{name}" font-family="system-ui, sans-serif" '
        f'font-size="12" fill="{_INK}">',
        f'<title id="activity-title-{name}">Activity over time, {escape(organ)}</title>',
        f'<desc id="activity-words-{name}">{escape(_describe(fit, points))}</desc>',
        f'<defs><pattern id="activity-band-{name}" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="6" stroke="{_BAND}"/></pattern></defs>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PALE}"/>',
        *_axes(scale),
        *_band(band, scale, f"activity-band-{name}"),
        *(_point(time, mbq, scale) for time, mbq in points),
        *_legend(f"activity-band-{name}"),
        "</svg>",
    ]
    return Markup("".join(parts))


def tabulate_time_activity(fit: TimeActivityFit) -> tuple[tuple[str, str], ...]:
    """The numbers beside the picture: what, and how much with its unit."""
    low, high = fit.tia_interval_mbq_h
    rows = [
        ("curve", fit.model.value),
        ("time-integrated activity", f"{fit.tia_mbq_h:.4g} MBq h"),
        ("95 % interval", f"{low:.4g} to {high:.4g} MBq h"),
        ("after the last point", f"{fit.extrapolated_share:.0%}"),
    ]
    for number, half_life in enumerate(fit.half_lives, start=1):
        spread = "" if half_life.log_sd is None else f", times or divided by {exp(half_life.log_sd):.2f}"
        rows.append((f"half-life {number}", f"{half_life.median_h:.3g} h{spread}"))
    return tuple(rows)


def _describe(fit: TimeActivityFit, points: Sequence[tuple[float, float]]) -> str:
    low, high = fit.tia_interval_mbq_h
    seen = ", ".join(f"{mbq:.3g} MBq at {time:g} h" for time, mbq in points)
    return f"{seen}; {fit.model.value}, integral {fit.tia_mbq_h:.4g} MBq h, 95 % interval {low:.4g} to {high:.4g}"


def _grid(hours: float) -> list[float]:
    """Times of the curve, closer together at the beginning where uptake is quick."""
    return [hours * (piece / _PIECES) ** 2 for piece in range(1, _PIECES + 1)]


def _scale(hours: float, band: ActivityBand, points: Sequence[tuple[float, float]]) -> _Scale:
    # A wide band must not flatten the curve: it is cut at one and a half times what was seen or fitted.
    seen = max(*band.middle_mbq, *(mbq for _, mbq in points))
    most = min(max(*band.upper_mbq, seen), 1.5 * seen)
    step = _round_step(most / 5)
    return _Scale(hours, ceil(most / step) * step, step)


def _round_step(step: float) -> float:
    """1, 2 or 5 times a power of ten, at least the step asked for."""
    power = 10.0 ** floor(log10(step))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= step * (1 - 1e-9))


def _axes(scale: _Scale) -> Iterable[str]:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    for index in range(round(scale.mbq / scale.step_mbq) + 1):
        y = scale.y(index * scale.step_mbq)
        yield f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="{_GRID}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{index * scale.step_mbq:.6g}</text>'
    step = 24 * ceil(scale.hours / (24 * 10))
    for time in range(0, int(scale.hours) + 1, step):
        yield f'<text x="{scale.x(time):.1f}" y="{bottom + 18}" text-anchor="middle">{time}</text>'
    middle = (_LEFT + right) / 2
    yield f'<line x1="{_LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}" stroke="{_INK}"/>'
    yield f'<text class="axis" x="{middle}" y="{_HEIGHT - 18}" text-anchor="middle">hours after administration</text>'
    place = f"16,{(_TOP + bottom) / 2}"
    yield f'<text class="axis" transform="translate({place}) rotate(-90)" text-anchor="middle">activity, MBq</text>'


def _band(band: ActivityBand, scale: _Scale, pattern: str) -> Iterable[str]:
    upper = _path(band.times_h, band.upper_mbq, scale)
    lower = _path(band.times_h, band.lower_mbq, scale)
    back = _path(band.times_h[::-1], band.lower_mbq[::-1], scale)
    yield f'<path class="band" d="M{upper} L{back} Z" fill="url(#{pattern})" fill-opacity="0.45"/>'
    for edge in (lower, upper):
        yield f'<path d="M{edge}" fill="none" stroke="{_BAND}" stroke-dasharray="4 3"/>'
    middle = _path(band.times_h, band.middle_mbq, scale)
    yield f'<path class="curve" d="M{middle}" fill="none" stroke="{_INK}" stroke-width="1.8"/>'


def _path(times_h: Sequence[float], mbq: Sequence[float], scale: _Scale) -> str:
    return " ".join(f"{scale.x(time):.1f},{scale.y(value):.1f}" for time, value in zip(times_h, mbq, strict=True))


def _point(time_h: float, mbq: float, scale: _Scale) -> str:
    place = f"{scale.x(time_h):.1f},{scale.y(mbq):.1f}"
    return (
        f'<g transform="translate({place})"><title>{mbq:.4g} MBq at {time_h:g} h</title>'
        f'<circle class="point" r="4.5" fill="{_PALE}" stroke="{_INK}" stroke-width="1.6"/></g>'
    )


def _legend(pattern: str) -> Iterable[str]:
    x, y = _WIDTH - _RIGHT - 190, _TOP + 12
    yield f'<circle cx="{x}" cy="{y}" r="4.5" fill="{_PALE}" stroke="{_INK}" stroke-width="1.6"/>'
    yield f'<text x="{x + 16}" y="{y + 4}">measured</text>'
    yield f'<line x1="{x - 9}" y1="{y + 20}" x2="{x + 9}" y2="{y + 20}" stroke="{_INK}" stroke-width="1.8"/>'
    yield f'<text x="{x + 16}" y="{y + 24}">fitted</text>'
    yield f'<rect x="{x - 9}" y="{y + 33}" width="18" height="12" fill="url(#{pattern})" stroke="{_BAND}"/>'
    yield f'<text x="{x + 16}" y="{y + 44}">95 % band of the curve</text>'
