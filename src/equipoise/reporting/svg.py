"""What the pictures of an analysis share: the frame with its title and words, inks that print in grey, scales of days.

Colour never speaks alone: curves and lanes of arms differ by dash and hatch too. The inks stand in the picture itself,
since it is shown outside the page as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

INK, PALE, GRID, QUIET = "#22303a", "#ffffff", "#e3e8ea", "#5d6a72"
DASHES = ("", "8 4", "2 3", "9 3 2 3", "14 5")
"""One for each arm, in their order."""
BANDS = ("#22303a", "#2f7f8f", "#a8621b", "#6a5a9c", "#7a8a3c")
"""The ink of each arm; they differ in lightness as well."""
WIDTH = 760
DAYS_IN_MONTH = 30.4375
_MOST_TICKS = 8
_STEPS = (1, 7, 14, 28, 56, 91, 182, 364, 728, 1456, 2912, 5824)


def frame(
    css: str, title: str, words: str, parts: Iterable[str], *, key: str, height: float, role: str = "img"
) -> Markup:
    """
    A whole picture that says its title and its words to who cannot see it.

    One with links in it has the role `group`: what stands in an `img` is not reached by a keyboard's reader.
    """
    name = escape(f"{css}-{key}")
    return Markup(
        f'<svg class="{escape(css)}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="{role}" '
        f'aria-labelledby="{name}-title {name}-words" font-family="system-ui, sans-serif" font-size="12" fill="{INK}">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-words">{escape(words)}</desc>'
        f'<rect width="{WIDTH}" height="{height:g}" fill="{PALE}"/>{"".join(parts)}</svg>'
    )


def text(x: float, y: float, words: str, *, anchor: str = "start", css: str = "", more: str = "") -> str:
    """A line of text."""
    named = f' class="{css}"' if css else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def line(css: str, x1: float, y1: float, x2: float, y2: float, *, ink: str = INK, dash: str = "") -> str:
    """A straight line."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    place = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line class="{css}" {place} stroke="{ink}"{dashes}/>'


def style_of(index: int) -> tuple[str, str]:
    """Ink and dash of an arm, by its place."""
    return BANDS[index % len(BANDS)], DASHES[index % len(DASHES)]


@dataclass(frozen=True)
class DayScale:
    """From days to places: day 0 stands at `left`, the last at `right`."""

    last: int
    left: float
    right: float

    def x(self, day: float) -> float:
        """Where a day stands."""
        return self.left + day / max(self.last, 1) * (self.right - self.left)

    @property
    def ticks(self) -> range:
        """Days that are named below: whole weeks where there is room for them."""
        span = max(self.last, 1)
        step = next((step for step in _STEPS if span / step <= _MOST_TICKS), span)
        return range(0, span + 1, step)
