"""A text and the segments that cover it: for a text as it stands, and for a page laid out from JSON.

Decides only how the characters outside the eligibility regions are shared out; what they mean is said by the readers.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from equipoise.authoring.model import Segment, SegmentKind, Span


@dataclass(frozen=True)
class Source:
    """Where a record was read from, and what was already noted while the file was opened."""

    file_name: str
    sha256: str
    notes: tuple[str, ...] = ()


def cover_outside(text: str, marked: Iterable[Segment], regions: Iterable[Span]) -> tuple[Segment, ...]:
    """
    Segments for everything outside the regions, without gap or overlap.

    Parameters
    ----------
    marked
        What is known of the text outside, in order and without overlap; the gaps between are filled as "space"
        (nothing but white space) or "text".
    regions
        The eligibility regions, in order.
    """
    taken = sorted(
        [*((each.start, each.end, each) for each in marked), *((start, end, None) for start, end in regions)]
    )
    segments: list[Segment] = []
    at = 0
    for start, end, segment in [*taken, (len(text), len(text), None)]:
        if at < start:
            role = "text" if text[at:start].strip() else "space"
            segments.append(Segment(at, start, SegmentKind.BOILERPLATE, role=role))
        if segment is not None and start < end:
            segments.append(segment)
        at = max(at, end)
    return tuple(segments)


class PageWriter:
    """Lays a record out as text, line by line, and remembers what each stretch is."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._marked: list[Segment] = []
        self.regions: list[Span] = []

    def heading(self, words: str, role: str = "section-heading") -> None:
        """A heading on a line of its own, after an empty line."""
        if self._length:
            self._write("\n")
        self._mark(words, SegmentKind.HEADING, role)
        self._write("\n")

    def gap(self) -> None:
        """An empty line."""
        self._write("\n")

    def line(self, words: str, role: str) -> None:
        """A line of plain text; nothing for empty words."""
        if words:
            self._mark(words, SegmentKind.BOILERPLATE, role)
            self._write("\n")

    def field(self, name: str, value: str, role: str = "field-value") -> None:
        """A named value; nothing when the value is empty."""
        if value:
            self._mark(f"{name}:", SegmentKind.HEADING, "field-name")
            self._write(" ")
            self.line(value, role)

    def region(self, words: str) -> int:
        """An eligibility region, word for word; gives where it starts."""
        start = self._write(words)
        if words:
            self.regions.append((start, self._length))
        self._write("\n")
        return start

    def finish(self) -> tuple[str, tuple[Segment, ...], tuple[Span, ...]]:
        """The text, the segments outside the regions, and the regions."""
        text = "".join(self._parts)
        return text, cover_outside(text, self._marked, self.regions), tuple(self.regions)

    def _write(self, words: str) -> int:
        start = self._length
        self._parts.append(words)
        self._length += len(words)
        return start

    def _mark(self, words: str, kind: SegmentKind, role: str) -> None:
        start = self._write(words)
        self._marked.append(Segment(start, self._length, kind, role=role))
