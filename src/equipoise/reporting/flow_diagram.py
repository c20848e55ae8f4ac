"""The flow of subjects as inline SVG, in the boxes of the CONSORT 2025 diagram; each count is a link to its subjects.

Decides where boxes stand. Who is in a box is `analysis.flow`. The same stands as a table beside the picture.

Hopewell S et al. CONSORT 2025 statement. BMJ 2025;388:e081123, figure 1.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup, escape

from equipoise.analysis.flow import ArmFlow, Box, Flow
from equipoise.reporting.svg import INK, PALE, WIDTH, frame, line, text

WITHHELD = "withheld while the arms are pooled"
_MARGIN, _GAP, _LETTER, _LINE = 12.0, 18.0, 6.6, 16.0
Anchor = Callable[[str, Box], str | None]
"""Where the subjects of a box are listed, by the words before its label; None: nowhere."""


@dataclass(frozen=True)
class FlowLine:
    """One line of a box: its words, its count (None when it is withheld), and how deep it stands."""

    words: str
    box: Box | None
    depth: int = 0


@dataclass(frozen=True)
class _Placed:
    x: float
    y: float
    width: float
    items: Sequence[tuple[Sequence[str], str | None, int]]
    """The lines of each count, where it leads, and its depth."""

    @property
    def height(self) -> float:
        return _LINE * sum(len(lines) for lines, _, _ in self.items) + 14

    @property
    def bottom(self) -> float:
        return self.y + self.height


def is_told(arm: ArmFlow) -> bool:
    """Whether it is told who received treatment: those who did and did not are then everybody allocated."""
    return arm.received.n + arm.not_received.n == arm.allocated.n


def lines_of(box: Box, *, depth: int = 0) -> Iterator[FlowLine]:
    """A box and its reasons."""
    yield FlowLine(box.label, box, depth)
    for reason in box.reasons:
        yield from lines_of(reason, depth=depth + 1)


def phases_of(arm: ArmFlow) -> Iterator[tuple[str, list[FlowLine]]]:
    """Allocation, follow-up and analysis of one arm, each as its lines."""
    received = [*lines_of(arm.received, depth=1), *lines_of(arm.not_received, depth=1)]
    untold = [FlowLine("Received treatment as allocated", None, 1)]
    yield "Allocation", [*lines_of(arm.allocated), *(received if is_told(arm) else untold)]
    follow_up = (arm.lost, arm.discontinued, arm.died, arm.completed)
    yield "Follow-up", [each for box in follow_up for each in lines_of(box)]
    analysed: list[FlowLine] = []
    for name, box in arm.analysed.items():
        analysed.append(FlowLine(f"Analysed: {box.label}", box))
        if name in arm.not_analysed and arm.not_analysed[name].n:
            analysed += lines_of(arm.not_analysed[name], depth=1)
    yield "Analysis", analysed


def draw_flow(flow: Flow, anchor: Anchor, arm_name: Callable[[str], str] = str, *, key: str = "0") -> Markup:
    """
    Draw the boxes from the assessed to the analysed.

    Parameters
    ----------
    anchor
        Gives the place of the list of a box.
    arm_name
        What an arm is called.
    """
    half = (WIDTH - 3 * _MARGIN) / 2
    top = _place(_MARGIN, 30, half, lines_of(flow.assessed), anchor, "")
    excluded = _place(2 * _MARGIN + half, top.bottom + _GAP, half, lines_of(flow.excluded), anchor, "")
    randomised = _place(_MARGIN, excluded.bottom + _GAP, half, lines_of(flow.randomised), anchor, "")
    turn, x = excluded.y + 14, _MARGIN + half / 2
    parts = [
        *_box("Enrolment", top),
        _arrow(x, top.bottom, randomised.y),
        line("way", x, turn, excluded.x, turn),
        *_box("", excluded),
        *_box("", randomised),
    ]
    bottom = randomised.bottom
    if flow.arms:
        more, bottom = _arms(flow, anchor, arm_name, randomised, x)
        parts += more
    words = _describe(flow, arm_name)
    return frame("flow", "Flow of subjects", words, parts, key=key, height=bottom + _MARGIN, role="group")


def _arms(
    flow: Flow, anchor: Anchor, arm_name: Callable[[str], str], start: _Placed, middle: float
) -> tuple[list[str], float]:
    """The columns of the arms below the randomised, the boxes of one phase beginning at one height."""
    width = (WIDTH - _MARGIN * (len(flow.arms) + 1)) / len(flow.arms)
    columns = [_MARGIN + (width + _MARGIN) * index for index in range(len(flow.arms))]
    branch = start.bottom + _GAP
    centres = [x + width / 2 for x in columns]
    parts = [
        line("way", middle, start.bottom, middle, branch),
        line("way", min([middle, *centres]), branch, max([middle, *centres]), branch),
    ]
    phases = [list(phases_of(arm)) for arm in flow.arms]
    names = [_wrapped(arm_name(arm.arm), width) for arm in flow.arms]
    head = branch + _GAP + _LINE * max(map(len, names))
    for x, centre, name in zip(columns, centres, names, strict=True):
        parts.append(line("way", centre, branch, centre, branch + 6))
        for row, words in enumerate(name):
            y = branch + 18 + _LINE * row
            parts.append(text(x + width / 2, y, words, anchor="middle", css="arm", more=' font-weight="600"'))
    y = head
    for number, (title, _) in enumerate(phases[0]):
        boxes = [
            _place(x, y + 16, width, own[number][1], anchor, arm_name(arm.arm))
            for x, own, arm in zip(columns, phases, flow.arms, strict=True)
        ]
        for box, centre in zip(boxes, centres, strict=True):
            parts += [] if number == 0 else [_arrow(centre, y - _GAP, box.y)]
            parts += _box(title, box)
        deepest = max(box.bottom for box in boxes)
        parts += [
            line("way", centre, box.bottom, centre, deepest)
            for box, centre in zip(boxes, centres, strict=True)
            if number < len(phases[0]) - 1
        ]
        y = deepest + _GAP
    return parts, y - _GAP


def _wrapped(words: str, width: float, depth: int = 0) -> list[str]:
    return wrap(words, max(int((width - 20 - 12 * depth) / _LETTER), 12)) or [""]


def _place(x: float, y: float, width: float, lines: Iterable[FlowLine], anchor: Anchor, before: str) -> _Placed:
    shown: list[tuple[Sequence[str], str | None, int]] = []
    for each in lines:
        count = WITHHELD if each.box is None else f"n = {each.box.n}"
        target = None if each.box is None else anchor(before, each.box)
        shown.append((_wrapped(f"{each.words} ({count})", width, each.depth), target, each.depth))
    return _Placed(x, y, width, shown)


def _box(title: str, box: _Placed) -> Iterable[str]:
    if title:
        yield text(box.x + 2, box.y - 5, title, css="phase", more=' font-style="italic"')
    yield (
        f'<rect class="box" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
        f'fill="{PALE}" stroke="{INK}"/>'
    )
    y = box.y + 18
    for lines, target, depth in box.items:
        shown = "".join(
            text(box.x + 10 + 12 * depth, y + _LINE * row, words, css="count") for row, words in enumerate(lines)
        )
        yield shown if target is None else f'<a href="#{escape(target)}">{shown}</a>'
        y += _LINE * len(lines)


def _arrow(x: float, start: float, end: float) -> str:
    head = f'<path d="M{x:.1f},{end:.1f} l-4,-7 h8 Z" fill="{INK}"/>'
    return line("way", x, start, x, end) + head


def _describe(flow: Flow, arm_name: Callable[[str], str]) -> str:
    said = [f"{box.label} {box.n}" for box in (flow.assessed, flow.excluded, flow.randomised)]
    said += [f"{arm_name(arm.arm)}: allocated {arm.allocated.n}" for arm in flow.arms]
    return "; ".join(said) + "; everything else is in the table."
