"""Proposals that close the damage of an item, each with its reason and source. All wait for a person.

Decides which source may close which damage. Values come from the record alone: from its other list, its structured
fields, a second version of it, a second printing, or by decoding. What stands nowhere in it is said to lie outside the
text, and the proposal has no text then.
"""

from collections.abc import Callable, Iterable, Sequence

from equipoise.authoring.freetext.damage.brackets import NEVER_CLOSES, unbalanced
from equipoise.authoring.freetext.damage.characters import decode
from equipoise.authoring.freetext.damage.detection import displaced_items, find_damage, item_offsets
from equipoise.authoring.freetext.damage.finding import HEADLESS
from equipoise.authoring.freetext.damage.powers import FlatPower, find_flat_powers, restore_powers
from equipoise.authoring.freetext.damage.repair_sources import (
    Filling,
    fill_from_age,
    fill_from_mirror,
    fill_from_version,
    quantity_of_method,
)
from equipoise.authoring.model import AgeLimit, DamageKind, DamageMark, Item, RepairProposal, Splitting

_HOLES = (DamageKind.TEXT_LOST, DamageKind.MOJIBAKE)
OUTSIDE = "outside the text"
_MOST_ITEMS = 500


def propose_repairs(
    text: str,
    splitting: Splitting,
    marks: Sequence[DamageMark],
    *,
    minimum_age: AgeLimit | None = None,
    maximum_age: AgeLimit | None = None,
    sibling: tuple[str, Splitting] | None = None,
) -> tuple[RepairProposal, ...]:
    """
    Propose how the damage of a record may be closed, at most one proposal for an item.

    Parameters
    ----------
    text, splitting, marks
        The record, its items and the marks of `find_damage`.
    minimum_age, maximum_age
        The structured age limits of the registry.
    sibling
        A second version of the record, as text and splitting.

    Returns
    -------
    tuple of RepairProposal
        In order of the items. Items whose marks lie outside their own words, or whose words are displaced ones that
        were joined to another item, have none.
    """
    whole = _whole_sentences(sibling)
    displaced = displaced_items(splitting, marks)
    # No trial has so many criteria: beside a text that only looks like one, nothing is searched for.
    items = splitting.items if len(splitting.items) <= _MOST_ITEMS else ()
    marks_of: dict[int | None, list[DamageMark]] = {}
    for mark in marks:
        marks_of.setdefault(mark.item, []).append(mark)
    proposals = []
    for item in splitting.items:
        own = marks_of.get(item.index, [])
        if own and item.index not in displaced:
            repair = _Repair(text, item, own, items, minimum_age, maximum_age, whole)
            proposal = repair.propose()
            if proposal is not None:
                proposals.append(proposal)
    return tuple(proposals)


def _whole_sentences(sibling: tuple[str, Splitting] | None) -> dict[object, list[str]]:
    """The undamaged items of the second version, by kind."""
    if sibling is None or len(sibling[1].items) > _MOST_ITEMS:
        return {}
    marks = find_damage(*sibling)
    damaged = {mark.item for mark in marks if not mark.is_harmless}
    whole: dict[object, list[str]] = {}
    for item in sibling[1].items:
        if item.index not in damaged:
            whole.setdefault(item.kind, []).append(decode(item.text))
    return whole


def _end_of_bracket(words: str, opened: int) -> int | None:
    """Where a bracket is to be closed: before a bar that parts columns, else at the end; None when others follow."""
    bar, other = words.find(" | ", opened), words.find("(", opened + 1)
    if bar >= 0 and not 0 <= other < bar:
        return bar
    if other >= 0:
        return None
    return len(words) - (words[-1] in ".;,")


class _Repair:
    """The repair of one item: its marks, and its words with what can be decoded decoded."""

    def __init__(
        self,
        record: str,
        item: Item,
        marks: list[DamageMark],
        items: Sequence[Item],
        minimum: AgeLimit | None,
        maximum: AgeLimit | None,
        whole: dict[object, list[str]],
    ) -> None:
        self.record, self.item, self.marks, self.items = record, item, marks, items
        self.minimum, self.maximum, self.whole = minimum, maximum, whole
        torn = [mark for mark in marks if mark.kind is DamageKind.TORN_APART]
        self.title = " ".join(record[torn[0].start : torn[0].end].split()) if torn else ""
        self.offsets = self._offsets_without_title()
        stray = [mark for mark in marks if mark.kind is DamageKind.STRAY_MARK]
        self.stray = {place for mark in stray for place in range(mark.start, mark.end)}

    def _offsets_without_title(self) -> list[int]:
        """Offsets of the item's words; a title that was joined behind them is left out."""
        offsets = item_offsets(self.record, self.item)
        if self.title and self.item.text.endswith(self.title):
            return offsets[: -len(self.title)]
        return offsets

    def propose(self) -> RepairProposal | None:
        """The first source that closes the damage; else that it lies outside the text; None: nothing to close."""
        open_marks = [mark for mark in self.marks if not mark.is_harmless]
        holes = [mark for mark in open_marks if mark.kind in _HOLES]
        brackets = [mark for mark in open_marks if mark.kind is DamageKind.BRACKET_OPEN]
        sources: list[Callable[[], Filling | None]] = []
        if any(mark.kind in HEADLESS for mark in open_marks):
            sources = [self._from_version, self._from_title_or_method]
        elif holes:
            sources = [lambda: self._from_mirror(holes), lambda: self._from_age(holes), self._from_version]
        elif brackets:
            sources = [self._from_version, lambda: self._from_grammar(brackets)]
        else:
            return self._exact()
        filling = next((filling for filling in (source() for source in sources) if filling is not None), None)
        return self._outside(open_marks) if filling is None else self._proposal(filling)

    def _proposal(self, filling: Filling) -> RepairProposal:
        return RepairProposal(self.item.index, filling.reads, filling.because, filling.source, filling.text)

    def _outside(self, open_marks: list[DamageMark]) -> RepairProposal:
        mark = open_marks[0]
        reads = f"{mark.after} [{mark.lost}]".strip()
        because = f"{mark.because}; what was lost stands nowhere else in this record"
        return RepairProposal(self.item.index, reads, because, OUTSIDE)

    def _words(self, start: int = 0, end: int | None = None) -> str:
        """The item's words between two of its own offsets, without stray bullets, decoded."""
        kept = [
            letter
            for letter, place in zip(self.item.text[start:end], self.offsets[start:end], strict=False)
            if place not in self.stray
        ]
        words = decode("".join(kept))
        tail = " " if words.endswith(" ") and end is not None else ""
        lead = " " if words.startswith(" ") and start else ""
        return lead + restore_powers(" ".join(words.split())) + tail

    def _sides(self, mark: DamageMark) -> tuple[str, str]:
        """The words before and behind a hole; a spoilt sign in it belongs to neither."""
        start = sum(place < mark.start for place in self.offsets)
        end = sum(place < mark.end for place in self.offsets)
        return self._words(0, start), self._words(max(start, end), len(self.offsets))

    def _from_mirror(self, holes: list[DamageMark]) -> Filling | None:
        return fill_from_mirror(*self._sides(holes[0]), self.item, self.items) if len(holes) == 1 else None

    def _from_age(self, holes: list[DamageMark]) -> Filling | None:
        left, right = self._sides(holes[0])
        filling = fill_from_age(left, right, self.item, self.minimum, self.maximum)
        return (
            filling
            if filling is not None and (len(holes) == 1 or len(filling.text) <= len(filling.reads) + 1)
            else None
        )

    def _from_version(self) -> Filling | None:
        return fill_from_version(self._words(), self.whole.get(self.item.kind, []))

    def _from_title_or_method(self) -> Filling | None:
        body = self._words()
        method = quantity_of_method(body)
        if not self.title and method is None:
            return None
        head = f"{self.title}: " if self.title else ""
        head += f"{method[0]} " if method else ""
        head = head[0].upper() + head[1:]
        reasons = [f"{self.title!r} stands apart and is the title of this entry"] if self.title else []
        reasons += [f"what is computed by the {method[1]} method is {method[0]}, by definition"] if method else []
        reasons.append("whether more stood before it cannot be known from this record")
        sources = ["the displaced words of this record"] if self.title else []
        sources += ["the definition of the method"] if method else []
        reads = f"{head}{' '.join(body.split()[:6])} …"
        return Filling(head + body, reads, "; ".join(reasons), "; ".join(sources))

    def _from_grammar(self, brackets: list[DamageMark]) -> Filling | None:
        """A bracket without a partner and no other sign of loss: closed at the end, or left out."""
        words = self._words()
        opened, closed = unbalanced(words)
        if len(opened) + len(closed) != 1 or len(brackets) != 1:
            return None
        if brackets[0].because == NEVER_CLOSES and opened:
            end = _end_of_bracket(words, opened[0])
            if end is None:
                return None
            text = f"{words[:end].rstrip()}){words[end:]}"
        elif closed:
            text = words[: closed[0]] + words[closed[0] + 1 :]
        else:
            return None
        return Filling(text, text, "nothing but the bracket is seen to be missing", "grammar")

    def _exact(self) -> RepairProposal | None:
        """What can be decoded, or follows by arithmetic; no proposal when the words need no change."""
        words = self._words()
        powers = list(find_flat_powers(decode(self.item.text)))
        if words == self.item.text:
            return None
        if any(power.agrees is False for power in powers):
            because = "two printings of one limit do not agree, whichever digit is raised"
            return RepairProposal(self.item.index, words, because, OUTSIDE)
        reasons, sources = [], []
        if powers:
            reasons.append("powers of ten are printed flat" + _agreement(powers))
            sources.append("arithmetic" if any(power.agrees for power in powers) else "spelling of powers of ten")
        if any(mark.kind in (DamageKind.ENTITY, DamageKind.MOJIBAKE) for mark in self.marks):
            reasons.append("characters are decoded exactly")
            sources.append("decoding")
        if any(mark.kind is DamageKind.STRAY_MARK for mark in self.marks):
            reasons.append("a bullet in the middle of the words is left out")
            sources.append("layout of the list")
        return RepairProposal(self.item.index, words, "; ".join(reasons), "; ".join(sources), words)


def _agreement(powers: Iterable[FlatPower]) -> str:
    second = ", ".join(power.second for power in powers if power.second)
    return f", and the same limit printed again ({second}) agrees" if second else ""
