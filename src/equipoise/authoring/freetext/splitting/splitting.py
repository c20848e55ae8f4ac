"""Cuts the eligibility regions of a record into criteria, headings, marks of damage and boilerplate.

Decides what each entry is, to which list it belongs and under which other it stands. Which lines make one entry is
`layout`'s to say, and where text without lines is cut `run_together`'s. What a criterion means is left to the finders,
and damage inside one to the damage module.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from equipoise.authoring.freetext.splitting.headings import (
    SectionHeading,
    find_headings_inside,
    is_inner_heading,
    is_section_heading,
    kind_of_heading,
)
from equipoise.authoring.freetext.splitting.layout import Entry, read_entries, read_lines
from equipoise.authoring.freetext.splitting.markers import Marker, Style, read_markers
from equipoise.authoring.freetext.splitting.nesting import Nesting
from equipoise.authoring.freetext.splitting.run_together import LEAST_DASHES, cut_run_together, is_inline_list
from equipoise.authoring.model import GivenItem, Item, Segment, SegmentKind, Span, Splitting
from equipoise.criteria.truth import Kind

# A line alone in its list is run together when it is longer than most criteria; among other lines, when it is longer
# than nearly all of them.
LONG_ALONE, LONG_AMONG_OTHERS = 160, 1000
STRAY_MARK, NUMBER_WITHOUT_LIST = "stray-mark", "number-without-list"
_WORD = re.compile(r"\w")


def split_eligibility(text: str, regions: Sequence[Span], given: Sequence[GivenItem] = ()) -> Splitting:
    """
    Cut the eligibility text of a record into its entries.

    Parameters
    ----------
    text, regions
        The record, and the stretches of it that hold the criteria, in order.
    given
        Criteria that the source keeps apart. They are the outermost items then; only lists inside them are cut.

    Returns
    -------
    Splitting
        The segments cover the regions without gap or overlap.

    Examples
    --------
    >>> [item.text for item in split_eligibility("- Age over 18 - 65", [(0, 18)]).items]
    ['Age over 18 - 65']
    """
    cutter = _Cutter(text)
    kind: Kind | None = None
    for start, end in regions:
        inside = [item for item in given if start <= item.span[0] and item.span[1] <= end]
        if inside:
            cutter.cut_given(inside)
        else:
            kind = cutter.cut_region(start, end, kind)
    return Splitting(tuple(cutter.items), tuple(_fill(text, cutter.segments, regions)))


def check_cover(segments: Sequence[Segment], regions: Sequence[Span]) -> None:
    """
    Check that segments cover regions without gap or overlap.

    Parameters
    ----------
    segments, regions
        Both in order.

    Raises
    ------
    ValueError
        A character belongs to no segment, or to more than one.
    """
    left = iter(segments)
    for start, end in regions:
        place = start
        while place < end:
            segment = next(left, None)
            if segment is None or segment.start != place or not place < segment.end <= end:
                raise ValueError(f"characters from {place} to {end} are not covered exactly once: {segment}")
            place = segment.end
    extra = next(left, None)
    if extra is not None:
        raise ValueError(f"a segment lies outside the regions: {extra}")


@dataclass(frozen=True)
class _Section:
    """A stretch between two section headings."""

    start: int
    end: int
    kind: Kind | None


class _Cutter:
    """Collects the items and the segments of one record."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.items: list[Item] = []
        self.segments: list[Segment] = []

    def cut_region(self, start: int, end: int, kind: Kind | None) -> Kind | None:
        """Cut one region; gives the list that is open at its end, which the next region continues."""
        for section in self._cut_sections(start, end, kind):
            entries, is_run_together = self._read_section(section.start, section.end)
            self._add_entries(entries, section.kind, Nesting(), is_run_together)
            kind = section.kind
        return kind

    def cut_given(self, given: Sequence[GivenItem]) -> None:
        """Take over the criteria that the source keeps apart, and cut the lists inside them."""
        for item in given:
            entries = read_entries(self.text, *item.span)
            nesting = Nesting()
            if entries and not entries[0].markers:
                nesting.is_under_first = True
            first = len(self.items)
            self._add_entries(entries, item.kind, nesting, False, are_headings_items=True)
            if len(self.items) > first and not self.items[first].label:
                self.items[first] = _relabelled(self.items[first], item.label)

    def _cut_sections(self, start: int, end: int, kind: Kind | None) -> Iterator[_Section]:
        place = start
        for heading in self._find_section_headings(start, end):
            yield _Section(place, heading.span[0], kind)
            self.segments.append(Segment(*heading.span, SegmentKind.HEADING, role=_role_of(heading.kind)))
            place, kind = heading.span[1], heading.kind
        yield _Section(place, end, kind)

    def _find_section_headings(self, start: int, end: int) -> Iterator[SectionHeading]:
        for line in read_lines(self.text, start, end):
            words = self.text[line.body : line.end]
            if words and is_section_heading(words):
                yield SectionHeading((line.body, line.end), kind_of_heading(words))
            else:
                yield from find_headings_inside(self.text, line.body, line.end)

    def _read_section(self, start: int, end: int) -> tuple[list[Entry], bool]:
        """Read the entries of a section, cutting those that were run together; says whether all of it was."""
        entries: list[Entry] = []
        read = read_entries(self.text, start, end)
        is_alone = sum(bool(entry.spans) for entry in read) == 1
        for entry in read:
            if not self._is_run_together(entry, is_alone):
                entries.append(entry)
                continue
            first = entry.markers[0].span[0] if entry.markers else entry.spans[0][0]
            entries.extend(map(self._entry_of, cut_run_together(self.text, first, entry.spans[-1][1])))
        return entries, is_alone and len(entries) > 1

    def _is_run_together(self, entry: Entry, is_alone: bool) -> bool:
        if len(entry.spans) != 1:
            return False
        start, end = entry.spans[0]
        if end - start > (LONG_ALONE if is_alone else LONG_AMONG_OTHERS):
            return True
        first = entry.markers[0].span[0] if entry.markers else start
        return is_alone and is_inline_list(self.text, first, end)

    def _entry_of(self, piece: Span) -> Entry:
        start, end = piece
        markers = read_markers(self.text, start, end)
        body = markers[-1].span[1] if markers else start
        while body < end and self.text[body].isspace():
            body += 1
        return Entry([(body, end)] if body < end else [], markers)

    def _add_entries(
        self,
        entries: list[Entry],
        kind: Kind | None,
        nesting: Nesting,
        is_run_together: bool,
        are_headings_items: bool = False,
    ) -> None:
        stray_numbers = _find_stray_numbers(entries)
        bullets = sum(marker.style is Style.BULLET for entry in entries for marker in entry.markers)
        are_bullets_stray = is_run_together and bullets < LEAST_DASHES
        waiting: list[Marker] = []
        for place, entry in enumerate(entries):
            if not any(_WORD.search(self.text, *span) for span in entry.spans):
                # A mark alone on its line belongs to the next line, unless that has a mark of its own.
                self._mark_stray(waiting)
                waiting = entry.markers
                continue
            if waiting and entry.markers:
                self._mark_stray(waiting)
            elif waiting:
                entry.markers = waiting
            waiting = []
            following = entries[place + 1] if place + 1 < len(entries) else None
            words = entry.words(self.text)
            self._add_markers(entry, stray_numbers, are_bullets_stray)
            if not are_headings_items and following and following.spans and _is_heading_of(words, entry, following):
                start, end = entry.spans[0][0], entry.spans[-1][1]
                self.segments.append(Segment(start, end, SegmentKind.HEADING, role="inner-heading"))
                nesting.open_heading(words.rstrip(" :"), entry)
            else:
                self._add_item(words, entry, kind, nesting)
        self._mark_stray(waiting)

    def _add_markers(self, entry: Entry, stray_numbers: set[Span], are_bullets_stray: bool) -> None:
        kept = []
        for marker in entry.markers:
            if marker.span in stray_numbers:
                self.segments.append(Segment(*marker.span, SegmentKind.DAMAGE, role=NUMBER_WITHOUT_LIST))
            elif marker.style is Style.BULLET and are_bullets_stray and marker.look in "-–—*":
                self._mark_stray([marker])
            else:
                role = "bullet" if marker.style is Style.BULLET else "number"
                self.segments.append(Segment(*marker.span, SegmentKind.BOILERPLATE, role=role))
                kept.append(marker)
        entry.markers = kept

    def _add_item(self, words: str, entry: Entry, kind: Kind | None, nesting: Nesting) -> None:
        index = len(self.items)
        level, parent = nesting.place(entry, index, words)
        label = entry.marker.label if entry.marker else ""
        spans = tuple(entry.spans)
        self.items.append(Item(index, kind, spans, words, level, parent, label, nesting.heading))
        self.segments.extend(Segment(*span, SegmentKind.CRITERION, item=index) for span in spans)
        self._mark_stray(entry.inner_markers, index)

    def _mark_stray(self, markers: Sequence[Marker], item: int | None = None) -> None:
        for marker in markers:
            role = STRAY_MARK if marker.style is Style.BULLET else NUMBER_WITHOUT_LIST
            self.segments.append(Segment(*marker.span, SegmentKind.DAMAGE, item, role))


def _is_heading_of(words: str, entry: Entry, following: Entry) -> bool:
    """Tell whether an entry is a heading: one with a number is counted, so it is none; a bullet needs others below."""
    if not is_inner_heading(words):
        return False
    mark, next_mark = entry.marker, following.marker
    if mark is None:
        return True
    if mark.style is not Style.BULLET:
        return False
    return following.indent > entry.indent or next_mark is None or next_mark.style is not mark.style


def _find_stray_numbers(entries: Sequence[Entry]) -> set[Span]:
    """Find list numbers without a list: not a 1, and no number before or after it in the same section."""
    markers = [marker for entry in entries for marker in entry.markers if marker.style is Style.NUMBER]
    values = {(marker.look, marker.value) for marker in markers}
    return {
        marker.span
        for marker in markers
        if marker.value != 1 and not {(marker.look, marker.value - 1), (marker.look, marker.value + 1)} & values
    }


def _role_of(kind: Kind | None) -> str:
    return f"{kind}-heading" if kind else "eligibility-heading"


def _relabelled(item: Item, label: str) -> Item:
    return Item(item.index, item.kind, item.spans, item.text, item.level, item.parent, label, item.heading)


def _fill(text: str, segments: Sequence[Segment], regions: Sequence[Span]) -> Iterator[Segment]:
    """Give the segments in order, and boilerplate for what lies between them."""
    ordered = iter(sorted(segments, key=lambda segment: segment.start))
    segment = next(ordered, None)
    for start, end in regions:
        place = start
        while segment is not None and segment.start < end:
            if place < segment.start:
                yield _between(text, place, segment.start)
            yield segment
            place = segment.end
            segment = next(ordered, None)
        if place < end:
            yield _between(text, place, end)


def _between(text: str, start: int, end: int) -> Segment:
    role = "space" if text[start:end].isspace() else "separator"
    return Segment(start, end, SegmentKind.BOILERPLATE, role=role)
