"""Waterfall plot: the best change of the sum of diameters of each subject, largest growth first, as inline SVG.

Arms differ by hatch, the letters at the end of a bar are the best response: colour never speaks alone. Who has no
known change has no bar and is counted in words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

from markupsafe import Markup, escape

from equipoise.reporting.svg import GRID, INK, PALE, WIDTH, frame, line, text

_LEFT, _RIGHT, _TOP, _PLOT, _BOTTOM = 64, 16, 20, 280, 92
_STEP = 20
"""Between the lines of the scale. [percentage points]"""
_MORE, _LESS = 20.0, -30.0
"""The limits of RECIST 1.1. [%]"""
_FILLS = ("solid", "hatched", "pale")
_MOST_NAMES = 60


@dataclass(frozen=True)
class WaterfallBar:
    """The best change of one subject from baseline, None when it is not known, with its best response. [%]"""

    subject: str
    arm: str
    change_percent: float | None
    response: str


@dataclass(frozen=True)
class _Scale:
    high: float
    low: float
    n: int

    @property
    def step(self) -> float:
        return (WIDTH - _LEFT - _RIGHT) / max(self.n, 1)

    def x(self, index: int) -> float:
        return _LEFT + self.step * index

    def y(self, change: float) -> float:
        return _TOP + (self.high - change) / (self.high - self.low) * _PLOT


def sort_bars(bars: Sequence[WaterfallBar]) -> list[WaterfallBar]:
    """Those with a known change, the largest growth first; of equal ones by name."""
    known = [bar for bar in bars if bar.change_percent is not None]
    return sorted(known, key=lambda bar: (-(bar.change_percent or 0.0), bar.subject))


def draw_waterfall(bars: Sequence[WaterfallBar], *, title: str, key: str = "0") -> Markup:
    """Draw a bar for each subject with a known change."""
    shown = sort_bars(bars)
    changes = [bar.change_percent or 0.0 for bar in shown]
    high = max(2, ceil(max(changes, default=0.0) / _STEP)) * _STEP
    low = min(-2, floor(min(changes, default=0.0) / _STEP)) * _STEP
    scale = _Scale(float(high), float(low), len(shown))
    arms = list(dict.fromkeys(bar.arm for bar in bars))
    parts = [*_hatch(key), *_axes(scale)]
    for index, bar in enumerate(shown):
        parts += _bar(bar, index, scale, arms.index(bar.arm), key)
    parts.append(line("zero", _LEFT, scale.y(0), WIDTH - _RIGHT, scale.y(0)))
    parts += _legend(arms, key)
    return frame("waterfall", title, _describe(bars, shown), parts, key=key, height=_TOP + _PLOT + _BOTTOM)


def _describe(bars: Sequence[WaterfallBar], shown: Sequence[WaterfallBar]) -> str:
    said = [f"{bar.subject} {bar.change_percent:+.0f} % {bar.response}" for bar in shown]
    missing = len(bars) - len(shown)
    more = f" No change is known of {missing}." if missing else ""
    return ("; ".join(said) + "." if said else "Nobody has a known change.") + more


def _fill(index: int, key: str) -> str:
    kind = _FILLS[index % len(_FILLS)]
    return {"solid": INK, "hatched": f"url(#waterfall-{escape(key)}-hatch)", "pale": PALE}[kind]


def _hatch(key: str) -> Iterable[str]:
    yield (
        f'<defs><pattern id="waterfall-{escape(key)}-hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="5" height="5" fill="{PALE}"/><line x1="0" y1="0" x2="0" y2="5" '
        f'stroke="{INK}" stroke-width="2.4"/></pattern></defs>'
    )


def _axes(scale: _Scale) -> Iterable[str]:
    for change in range(int(scale.low), int(scale.high) + 1, _STEP * ceil((scale.high - scale.low) / (12 * _STEP))):
        yield line("grid", _LEFT, scale.y(change), WIDTH - _RIGHT, scale.y(change), ink=GRID)
        words = f"{change:+d} %" if change else "0 %"
        yield text(_LEFT - 8, scale.y(change) + 4, words, anchor="end")
    for limit in (_MORE, _LESS):
        yield line("limit", _LEFT, scale.y(limit), WIDTH - _RIGHT, scale.y(limit), dash="4 3")
    # Bars fall from left to right: above the upper limit there is room at the right, below the lower at the left.
    yield text(WIDTH - _RIGHT - 4, scale.y(_MORE) - 4, "20 % more", anchor="end")
    yield text(_LEFT + 4, scale.y(_LESS) + 24, "30 % less")


def _bar(bar: WaterfallBar, index: int, scale: _Scale, arm: int, key: str) -> Iterable[str]:
    change = bar.change_percent or 0.0
    x, width = scale.x(index) + scale.step * 0.1, scale.step * 0.8
    top, height = min(scale.y(change), scale.y(0)), abs(scale.y(change) - scale.y(0))
    said = f"{bar.subject}, {bar.arm}: {change:+.1f} %, {bar.response}"
    yield (
        f'<g class="bar"><title>{escape(said)}</title><rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{max(height, 0.8):.1f}" fill="{_fill(arm, key)}" stroke="{INK}" stroke-width="0.8"/></g>'
    )
    if scale.n <= _MOST_NAMES:
        middle, bottom = scale.x(index) + scale.step / 2, _TOP + _PLOT + 8
        size = min(11.0, scale.step)
        end = scale.y(change) + (11 if change < 0 else -4)
        yield text(middle, end, bar.response, anchor="middle", css="response", more=f' font-size="{size:.1f}"')
        turned = f' font-size="{size:.1f}" transform="rotate(-90 {middle:.1f} {bottom})" dominant-baseline="middle"'
        yield text(middle, bottom, bar.subject, anchor="end", css="name", more=turned)


def _legend(arms: Sequence[str], key: str) -> Iterable[str]:
    x = float(_LEFT)
    for index, arm in enumerate(arms):
        yield f'<rect x="{x:.1f}" y="3" width="14" height="10" fill="{_fill(index, key)}" stroke="{INK}"/>'
        yield text(x + 20, 12, arm, css="arm")
        x += 34 + 7 * len(arm)
