"""The record on the review page: its whole text in order, every stretch shown as what it is.

Decides how criteria, headings, damage and boilerplate look, where signs of damage stand, and how a proposed repair is
set apart from the record's own words. What is not the record's stands in elements of the class `sign`; without them
the text is the record's, character for character.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

from equipoise.authoring.drafting.draft import Draft, DraftCriterion
from equipoise.authoring.model import DamageKind, DamageMark, Segment, SegmentKind
from equipoise.reporting.review_repairs import find_changes

FOLD_FROM = 1500
"""Boilerplate that is longer stands folded; nothing is left out."""

KIND_WORDS: Mapping[DamageKind, str] = {
    DamageKind.TEXT_LOST: "text lost",
    DamageKind.LINE_LOST: "line lost",
    DamageKind.TORN_APART: "torn away",
    DamageKind.BRACKET_OPEN: "bracket open",
    DamageKind.FRAGMENT: "fragment",
    DamageKind.STRAY_MARK: "stray mark",
    DamageKind.NUMBER_WITHOUT_LIST: "number without a list",
    DamageKind.SUPERSCRIPT_FLATTENED: "flattened power",
    DamageKind.ENTITY: "markup",
    DamageKind.MOJIBAKE: "garbled",
    DamageKind.UNIT_MISSING: "unit missing",
}
_HOLES = (DamageKind.TEXT_LOST, DamageKind.LINE_LOST, DamageKind.FRAGMENT, DamageKind.UNIT_MISSING)
_UNSEEN = (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0x200B, 0x2028, 0x2029, 0xFEFF)
_TURNING = (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_SHOWN = {code: f"[U+{code:04X}]" for code in (*_UNSEEN, *_TURNING)}
"""Characters that cannot be seen, or that turn the order of those after them: shown by their numbers."""


@dataclass(frozen=True)
class Block:
    """A run of the record; `n_folded` is the number of its characters when it stands folded, else 0."""

    html: Markup
    n_folded: int = 0
    begins: str = ""


@dataclass(frozen=True)
class _Range:
    start: int
    end: int
    tag: str
    css: str


@dataclass(frozen=True)
class _Sign:
    """Something between two characters; `rank` orders those of one place. `name` is its id in the record."""

    place: int
    rank: int
    words: Markup
    css: str
    tag: str = "span"
    name: str = ""

    def html(self, *, with_ids: bool) -> Markup:
        name = Markup(' id="{}"').format(self.name) if with_ids and self.name else ""
        return Markup('<{0} class="sign {1}"{2}>{3}</{0}>').format(self.tag, self.css, name, self.words)


class RecordView:
    """The record of a draft as HTML, whole and criterion by criterion."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._text = draft.registration.text
        self._segments = tuple(_without_gaps(draft.segments, len(self._text)))
        self._starts = [segment.start for segment in self._segments]
        self._owner = {item: criterion for criterion in draft.criteria for item in criterion.items}
        self._ranges: defaultdict[int, list[_Range]] = defaultdict(list)
        self._signs: defaultdict[int, list[_Sign]] = defaultdict(list)
        self._of_item: defaultdict[int, list[int]] = defaultdict(list)
        for position, segment in enumerate(self._segments):
            if segment.kind is SegmentKind.CRITERION and segment.item is not None:
                self._of_item[segment.item].append(position)
        self._first = {c.id: self._places(c)[0] for c in draft.criteria if self._places(c)}
        for criterion in draft.criteria:
            self._lay(criterion)
        for number, mark in enumerate(draft.marks, start=1):
            self._lay_mark(mark, None, f"m-{number}")

    def blocks(self) -> Iterator[Block]:
        """The whole record in order; long boilerplate without anything in it is folded."""
        for is_plain, run in groupby(range(len(self._segments)), self._is_plain):
            positions = list(run)
            html = Markup("").join(self._segment(position) for position in positions)
            start, end = self._segments[positions[0]].start, self._segments[positions[-1]].end
            is_folded = is_plain and end - start > FOLD_FROM
            begins = " ".join(self._text[start : start + 80].split()) if is_folded else ""
            yield Block(html, end - start if is_folded else 0, begins)

    def words(self, criterion: DraftCriterion) -> Markup:
        """The words of one criterion with their signs, for its card: each entry of the list on a line of its own."""
        entries = [
            Markup(" ").join(self._inside(position, with_ids=False) for position in self._of_item[item])
            for item in criterion.items
        ]
        return Markup("\n").join(entries) if any(entries) else shown(criterion.text)

    def has(self, criterion: DraftCriterion) -> bool:
        """Whether the criterion can be pointed at in the record."""
        return criterion.id in self._first or criterion.is_structured

    def counts(self) -> list[tuple[str, int]]:
        """How many characters of the record are what."""
        counted: Counter[str] = Counter()
        for segment in self._segments:
            counted[_name(segment)] += segment.end - segment.start
        return [(name, counted[name]) for name in (*_NAMES.values(), _NOTHING) if counted[name]]

    def _places(self, criterion: DraftCriterion) -> list[int]:
        return [position for item in criterion.items for position in self._of_item[item]]

    def _lay(self, criterion: DraftCriterion) -> None:
        for mark in criterion.marks:
            self._lay_mark(mark, criterion)
        if criterion.is_structured:
            for start, end in criterion.spans:
                self._add_range(_Range(start, end, "span", f"crit {side_css(criterion)}"))
                at = self._at(start, None)
                self._signs[at].append(
                    _Sign(start, 3, _tag_link(criterion), f"crit {side_css(criterion)}", name=f"r-{criterion.id}")
                )
        item = criterion.repair.item if criterion.repair is not None and criterion.repair.text is not None else None
        if item is None or criterion.repair is None:
            return
        spans = [(self._segments[at].start, self._segments[at].end) for at in self._of_item[item]]
        changes = find_changes(self._text, spans, criterion.repair.text or "")
        for start, end in changes.dropped:
            self._add_range(_Range(start, end, "del", "replaced"))
        for place, words in changes.added:
            said = Markup('<span class="unseen">proposed: </span>{}').format(shown(words))
            self._signs[self._at(place, item)].append(_Sign(place, 2, said, "proposed", tag="ins"))

    def _lay_mark(self, mark: DamageMark, criterion: DraftCriterion | None, name: str = "") -> None:
        css = "damage harmless" if mark.is_harmless else "damage"
        home = self._at(mark.start, mark.item)
        if mark.start < mark.end:
            self._add_range(_Range(mark.start, mark.end, "mark", css))
            home = self._at(mark.end - 1, None)
        self._signs[home].append(_Sign(mark.end, 0, _sign_words(mark, criterion), css, name=name))

    def _add_range(self, added: _Range) -> None:
        first, last = self._at(added.start, None), self._at(added.end - 1, None)
        for position in range(first, last + 1):
            self._ranges[position].append(added)

    def _at(self, place: int, item: int | None) -> int:
        """The segment of a place; of a hole between two segments, that of its item."""
        position = max(0, min(bisect_right(self._starts, place) - 1, len(self._segments) - 1))
        if item is not None and position > 0 and self._starts[position] == place:
            is_behind = self._segments[position].item != item and self._segments[position - 1].item == item
            return position - 1 if is_behind else position
        return position

    def _is_plain(self, position: int) -> bool:
        is_boilerplate = self._segments[position].kind is SegmentKind.BOILERPLATE
        return is_boilerplate and not self._ranges.get(position) and not self._signs.get(position)

    def _segment(self, position: int) -> Markup:
        segment = self._segments[position]
        inside = self._inside(position, with_ids=True)
        criterion = None if segment.item is None else self._owner.get(segment.item)
        if segment.kind is SegmentKind.CRITERION and criterion is not None:
            is_first = self._first[criterion.id] == position
            name = Markup(' id="r-{}"').format(criterion.id) if is_first else ""
            tag = _tag_link(criterion) if is_first else _tag_link(criterion, "…")
            return Markup('<span class="crit {}"{}><span class="sign">{}</span>{}</span>').format(
                side_css(criterion), name, tag, inside
            )
        if segment.kind is SegmentKind.HEADING:
            return Markup('<strong class="heading">{}</strong>').format(inside)
        if segment.kind is SegmentKind.DAMAGE:
            told = Markup("") if self._signs.get(position) else _role_sign(segment)
            return Markup('<span class="broken">{}{}</span>').format(inside, told)
        if segment.kind is SegmentKind.BOILERPLATE and segment.role != _NOTHING:
            is_space = not self._text[segment.start : segment.end].strip()
            return inside if is_space else Markup('<span class="boiler">{}</span>').format(inside)
        return Markup('<span class="broken">{}{}</span>').format(inside, _role_sign(segment))

    def _inside(self, position: int, *, with_ids: bool) -> Markup:
        """The text of a segment, cut where marks begin and end, with the signs at their places."""
        segment = self._segments[position]
        start, end = segment.start, segment.end
        ranges, signs = self._ranges.get(position, []), self._signs.get(position, [])
        if not ranges and not signs:
            return shown(self._text[start:end])
        by_place: defaultdict[int, list[_Sign]] = defaultdict(list)
        for sign in sorted(signs, key=lambda sign: sign.rank):
            by_place[min(max(sign.place, start), end)].append(sign)
        opening, closing = defaultdict(list), defaultdict(list)
        for each in ranges:
            opening[max(each.start, start)].append(each)
            closing[min(each.end, end)].append(each)
        parts, active = [], list[_Range]()
        cuts = sorted({start, end, *by_place, *opening, *closing})
        for here, after in zip(cuts, [*cuts[1:], end], strict=True):
            parts += [sign.html(with_ids=with_ids) for sign in by_place[here]]
            active = [each for each in active if each not in closing[here]] + opening[here]
            if here < after:
                parts.append(_wrapped(shown(self._text[here:after]), active))
        return Markup("").join(parts)


_NAMES = {
    SegmentKind.CRITERION: "criteria",
    SegmentKind.HEADING: "headings",
    SegmentKind.DAMAGE: "damage",
    SegmentKind.BOILERPLATE: "boilerplate",
}
_NOTHING = "accounted for by nothing"


def shown(text: str) -> Markup:
    """Text escaped, with characters that nobody could see shown by their numbers."""
    return escape(text.translate(_SHOWN))


def side_css(criterion: DraftCriterion) -> str:
    """The class that colours a criterion by its side."""
    return f"side-{criterion.kind.value}" if criterion.kind else "side-open"


def _without_gaps(segments: Sequence[Segment], length: int) -> Iterator[Segment]:
    """The segments, with whatever they leave out named as such: the page shows a gap and hides none."""
    reached = 0
    for segment in segments:
        if segment.start > reached:
            yield Segment(reached, segment.start, SegmentKind.BOILERPLATE, role=_NOTHING)
        yield segment
        reached = max(reached, segment.end)
    if reached < length or not segments:
        yield Segment(reached, length, SegmentKind.BOILERPLATE, role=_NOTHING)


def _name(segment: Segment) -> str:
    return _NOTHING if segment.role == _NOTHING else _NAMES[segment.kind]


def _wrapped(html: Markup, ranges: Sequence[_Range]) -> Markup:
    for each in reversed(ranges):
        html = Markup('<{0} class="{1}">{2}</{0}>').format(each.tag, each.css, html)
    return html


def _tag_link(criterion: DraftCriterion, more: str = "") -> Markup:
    return Markup('<a class="tag" href="#c-{0}">{0}{1}</a>').format(criterion.id, more)


def _role_sign(segment: Segment) -> Markup:
    return Markup('<span class="sign damage">⟨{}⟩</span>').format((segment.role or "damage").replace("-", " "))


def _sign_words(mark: DamageMark, criterion: DraftCriterion | None) -> Markup:
    """`⟨… lost: the rest of the sentence …⟩`, `⟨torn away from E7⟩`, `⟨stray mark⟩`."""
    if mark.kind is DamageKind.TORN_APART and criterion is not None:
        return Markup('⟨torn away from <a href="#c-{0}">{0}</a>⟩').format(criterion.id)
    if mark.kind in _HOLES or mark.start == mark.end:
        return Markup("⟨… lost: {} …⟩").format(shown(mark.lost or KIND_WORDS[mark.kind]))
    return Markup("⟨{}⟩").format(KIND_WORDS[mark.kind])
