"""Under which entry of a list another one stands, told by indentation and by changes of numbering.

Keeps count while the entries of one list are read in order; knows no words but a colon at the end.
"""

from dataclasses import dataclass, field

from equipoise.authoring.freetext.splitting.layout import Entry
from equipoise.authoring.freetext.splitting.markers import Style, follows

_RANKS = (Style.CODE, Style.NUMBER, Style.DECIMAL, Style.CAPITAL, Style.LETTER, Style.ROMAN, Style.BULLET)


@dataclass
class _Level:
    """One open level of a list: the shape of its entries, and its last entry."""

    indent: int
    look: str
    entry: Entry
    item: int
    leads: bool


@dataclass
class Nesting:
    """
    The open levels of a list.

    `heading`: the heading inside the list under which the next entry stands. `is_under_first`: everything stands under
    the first entry (a criterion that the source keeps apart).
    """

    heading: str = ""
    is_under_first: bool = False
    _levels: list[_Level] = field(default_factory=list)
    _heading_entry: Entry | None = None

    def open_heading(self, words: str, entry: Entry) -> None:
        """Begin a part of the list with a heading of its own."""
        self.heading, self._heading_entry = words, entry
        self._levels.clear()

    def place(self, entry: Entry, item: int, words: str) -> tuple[int, int | None]:
        """
        Place the next entry.

        Parameters
        ----------
        entry, item, words
            The entry, the index of its item, and its words.

        Returns
        -------
        int, int or None
            Its level, and the item it stands under.
        """
        self._close_heading(entry)
        look = _look_of(entry)
        level = self._find_level(entry, look)
        del self._levels[level:]
        parent = self._levels[-1].item if self._levels else None
        self._levels.append(_Level(entry.indent, look, entry, item, words.endswith(":")))
        return level, parent

    def _find_level(self, entry: Entry, look: str) -> int:
        """Find the level an entry belongs to: an open one of its shape, or one more than the last."""
        levels = self._levels
        lowest = 1 if self.is_under_first and levels else 0
        for depth in range(len(levels) - 1, -1, -1):
            level = levels[depth]
            if entry.indent > level.indent + 1:
                return max(lowest, depth + 1)
            if abs(entry.indent - level.indent) <= 1 and _is_sibling(entry, look, level):
                return max(lowest, depth)
            if depth == len(levels) - 1 and entry.indent >= level.indent - 1 and _begins_list(entry, level):
                return depth + 1
        return lowest

    def _close_heading(self, entry: Entry) -> None:
        """End a heading that has a mark where the list of its own shape goes on."""
        heading = self._heading_entry
        if heading is None or heading.marker is None or not self._levels:
            return
        if abs(entry.indent - heading.indent) <= 1 and _look_of(entry) == _look_of(heading):
            self.heading, self._heading_entry = "", None
            self._levels.clear()


def _begins_list(entry: Entry, level: _Level) -> bool:
    """Tell whether an entry of another shape, as far to the left as the last one, begins a list under it."""
    marker, above = entry.marker, level.entry.marker
    if marker is None or marker.value > 1:
        return False
    # Without a colon before it, only a lesser style begins a list: letters under numbers, not numbers under letters.
    return level.leads or (above is not None and _RANKS.index(marker.style) > _RANKS.index(above.style))


def _look_of(entry: Entry) -> str:
    marker = entry.marker
    return f"{marker.style}{marker.look}" if marker else Style.PLAIN


def _is_sibling(entry: Entry, look: str, level: _Level) -> bool:
    if look == level.look:
        return True
    marker, last = entry.marker, level.entry.marker
    return marker is not None and last is not None and marker.style is not Style.BULLET and follows(marker, last)
