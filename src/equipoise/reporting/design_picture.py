"""How often the next arm is guessed against how uneven the arms end, one point for each method, as inline SVG.

Points have numbers, which stand in the table beside the picture. Shape is the kind of method, a filled point stays
within the tolerance: colour never speaks alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil, floor

from markupsafe import Markup, escape

_WIDTH, _HEIGHT = 760, 430
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 176, 16, 54
_RADIUS, _LABEL_WIDTH, _LABEL_HEIGHT = 6.0, 17.0, 12.0
_STEP = 0.05
"""Between the lines of the scale of guesses. [share of places]"""

SHAPES = {
    "simple": "M0,-7 L7,0 L0,7 L-7,0 Z",
    "permuted-blocks": "M-5.5,-5.5 H5.5 V5.5 H-5.5 Z",
    "big-stick": "M-6,0 A6,6 0 1 1 6,0 A6,6 0 1 1 -6,0 Z",
    "block-urn": "M0,-6.5 L6.5,5.5 L-6.5,5.5 Z",
    "efron": "M0,6.5 L6.5,-5.5 L-6.5,-5.5 Z",
    "minimisation": "M-2,-6.5 H2 V-2 H6.5 V2 H2 V6.5 H-2 V2 H-6.5 V-2 H-2 Z",
}
"""Outline of each kind of method around its point, by the name of the method in a specification."""
WORDS = {
    "simple": "simple",
    "permuted-blocks": "permuted blocks",
    "big-stick": "big stick",
    "block-urn": "block urn",
    "efron": "Efron's coin",
    "minimisation": "minimisation",
}


@dataclass(frozen=True)
class Point:
    """
    One method: its number and name in the table, the name of its kind, and where it stands.

    `apart` is the mean imbalance at the end, `guessed` the share of places guessed right. [subjects, 0 to 1]
    """

    number: int
    name: str
    kind: str
    apart: float
    guessed: float
    is_tolerable: bool
    is_recommended: bool


class _Scale:
    """From imbalance and guess to places in the picture."""

    def __init__(self, points: Sequence[Point], chance: float) -> None:
        self.most = max(1, ceil(max(point.apart for point in points) + 0.3))
        self.low = floor(chance / _STEP + 1e-9) * _STEP
        self.high = ceil(max(point.guessed for point in points) / _STEP + 0.2) * _STEP

    def x(self, apart: float) -> float:
        return _LEFT + apart / self.most * (_WIDTH - _LEFT - _RIGHT)

    def y(self, guessed: float) -> float:
        share = (guessed - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    @property
    def guesses(self) -> list[float]:
        """Where the scale of guesses has its lines."""
        return [self.low + step * _STEP for step in range(round((self.high - self.low) / _STEP) + 1)]

    @property
    def steps(self) -> range:
        """Where the scale of imbalance has its lines: at most ten of them."""
        return range(0, self.most + 1, ceil(self.most / 10))


def draw_methods(points: Sequence[Point], *, chance: float) -> Markup:
    """
    Draw the methods of a design.

    Parameters
    ----------
    points
        At least one.
    chance
        Share of places that are guessed right without any skill: a line of its own. 0 to 1.
    """
    scale = _Scale(points, chance)
    parts = [
        f'<svg class="methods" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="methods-title">',
        '<title id="methods-title">Share of places guessed right against mean imbalance at the end, for each method; '
        "the numbers are in the table</title>",
        *_axes(scale, chance),
        *_legend(sorted({point.kind for point in points}, key=list(SHAPES).index)),
    ]
    places = [(scale.x(point.apart), scale.y(point.guessed)) for point in points]
    labels = _place_labels(places, line=scale.y(chance))
    for point, (x, y), label in zip(points, places, labels, strict=True):
        parts.append(_point(point, x, y, label))
    parts.append("</svg>")
    return Markup("".join(parts))


def _axes(scale: _Scale, chance: float) -> Iterable[str]:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    for guessed in scale.guesses:
        y = scale.y(guessed)
        yield f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
        yield f'<text class="count" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{guessed:.0%}</text>'
    for apart in scale.steps:
        x = scale.x(apart)
        yield f'<line class="grid" x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom}"/>'
        yield f'<text class="count" x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{apart}</text>'
    y = scale.y(chance)
    yield f'<line class="chance" x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
    yield f'<text class="count" x="{right + 8}" y="{y + 4:.1f}">without any skill</text>'
    middle = (_LEFT + right) / 2
    yield f'<text class="axis" x="{middle}" y="{_HEIGHT - 12}" text-anchor="middle">mean imbalance at the end</text>'
    place = f"14,{(_TOP + bottom) / 2}"
    yield f'<text class="axis" transform="translate({place}) rotate(-90)" text-anchor="middle">guessed right</text>'


def _legend(kinds: Sequence[str]) -> Iterable[str]:
    x, y = _WIDTH - _RIGHT + 22, _TOP + 10
    for index, kind in enumerate(kinds):
        top = y + index * 24
        yield f'<path class="method in" transform="translate({x},{top})" d="{SHAPES[kind]}"/>'
        yield f'<text class="count" x="{x + 14}" y="{top + 4}">{escape(WORDS[kind])}</text>'
    for index, (css, words) in enumerate((("in", "filled: even enough"), ("out", "empty: too uneven"))):
        top = y + (len(kinds) + index) * 24 + 10
        yield f'<path class="method {css}" transform="translate({x},{top})" d="{SHAPES["big-stick"]}"/>'
        yield f'<text class="count" x="{x + 14}" y="{top + 4}">{words}</text>'


def _point(point: Point, x: float, y: float, label: tuple[float, float]) -> str:
    css = "in" if point.is_tolerable else "out"
    says = f"{point.number}. {point.name}: {point.guessed:.1%} guessed, {point.apart:.1f} apart"
    ring = '<circle class="ring" r="11"/>' if point.is_recommended else ""
    number = f'<text class="{"name" if point.is_recommended else "count"}" x="{label[0]:.1f}" y="{label[1] + 4:.1f}" '
    return (
        f'<g><title>{escape(says)}</title><g transform="translate({x:.1f},{y:.1f})">{ring}'
        f'<path class="method {css}" d="{SHAPES[point.kind]}"/></g>'
        f'{number}text-anchor="middle">{point.number}</text></g>'
    )


def _place_labels(points: Sequence[tuple[float, float]], *, line: float) -> list[tuple[float, float]]:
    """A place for each number where it covers no point, number, scale or line of chance, as far as there is one."""
    taken: list[tuple[float, float, float, float]] = [(x, y, _RADIUS, _RADIUS) for x, y in points]
    taken += [(_LEFT / 2, _HEIGHT / 2, _LEFT / 2, _HEIGHT / 2), (_WIDTH / 2, line, _WIDTH / 2, 1)]
    places = []
    for x, y in points:
        around = [(x + dx, y + dy) for far in (19, 26, 35) for dx, dy in _directions(far)]
        best = min(around, key=lambda place: sum(_overlap(place, other) for other in taken))
        taken.append((*best, _LABEL_WIDTH / 2, _LABEL_HEIGHT / 2))
        places.append(best)
    return places


def _directions(far: float) -> list[tuple[float, float]]:
    """Right first, then left, above, below, and the corners."""
    corners = [(dx * far * 0.8, dy * far * 0.8) for dx, dy in product((1, -1), repeat=2)]
    return [(far, 0), (-far, 0), (0, -far), (0, far), *corners]


def _overlap(place: tuple[float, float], other: tuple[float, float, float, float]) -> float:
    x, y, half_width, half_height = other
    width = half_width + _LABEL_WIDTH / 2 - abs(place[0] - x)
    height = half_height + _LABEL_HEIGHT / 2 - abs(place[1] - y)
    return max(0.0, width) * max(0.0, height)
