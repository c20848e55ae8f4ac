"""Pictures as inline SVG. Numbers stand in a table beside every picture; colour never speaks alone."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from equipoise.screening.attrition import AttritionRow

_WIDTH, _LEFT, _RIGHT = 760, 92, 178
_STEP, _BAR, _TOP = 27, 17, 8


def draw_attrition(rows: Sequence[AttritionRow]) -> Markup:
    """
    Bars of the people left after each criterion, in protocol order.

    Solid: pass everything so far; hatched: something still open; the outlined end: blocked by this criterion.
    """
    whole = max((row.entering for row in rows), default=0) or 1
    height = _TOP + _STEP * len(rows) + 8
    scale = (_WIDTH - _LEFT - _RIGHT) / whole
    parts = [
        f'<svg class="attrition" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="attrition-title">',
        '<title id="attrition-title">People left after each criterion, in the order of the protocol</title>',
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" class="open-back"/><line x1="0" y1="0" x2="0" y2="6" class="open-line"/>'
        "</pattern></defs>",
    ]
    for index, row in enumerate(rows):
        parts.append(_bar(row, _TOP + index * _STEP, scale))
    parts.append("</svg>")
    return Markup("".join(parts))


def _bar(row: AttritionRow, top: float, scale: float) -> str:
    passing, unsettled, blocked = (n * scale for n in (row.passing, row.open_so_far, row.blocked_here))
    left = float(_LEFT)
    middle = top + _BAR - 4.5
    name = escape(row.criterion_id)
    shapes = [f'<g><text class="name" x="{_LEFT - 10}" y="{middle:.1f}" text-anchor="end">{name}</text>']
    for css, width in (("bar-pass", passing), ("bar-open", unsettled), ("bar-block", blocked)):
        if width > 0:
            shapes.append(
                f'<rect class="{css}" x="{left:.2f}" y="{top}" width="{max(width, 0.8):.2f}" height="{_BAR}"/>'
            )
        left += width
    words = f"{row.passing + row.open_so_far:,} left"
    lost = f" · {row.blocked_here:,} blocked" if row.blocked_here else ""
    shapes.append(
        f'<text class="count" x="{left + 8:.2f}" y="{middle:.1f}">{words}<tspan class="lost">{lost}</tspan></text></g>'
    )
    return "".join(shapes)
