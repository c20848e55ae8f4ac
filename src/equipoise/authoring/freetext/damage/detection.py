"""Marks of damage: where a record lost, tore or spoilt something, what was probably lost, and what tells so.

Decides on places and their kind only. It never says what the lost words were (`repairs` proposes that) and leaves a
unit that is missing after a limit to the compiler, which knows what the measured thing needs.

A sign of damage must be in the text: a cut after a whole phrase leaves a whole sentence, and nobody can see it.
"""

import re
from collections import Counter
from collections.abc import Iterable

from equipoise.authoring.freetext.damage.brackets import NEVER_CLOSES, find_open_brackets, unbalanced
from equipoise.authoring.freetext.damage.characters import find_spoilt_characters
from equipoise.authoring.freetext.damage.ends import Manner, find_cut_end, find_lost_head, find_manners
from equipoise.authoring.freetext.damage.finding import Finding
from equipoise.authoring.freetext.damage.holes import find_holes
from equipoise.authoring.freetext.damage.lists import find_list_damage
from equipoise.authoring.freetext.damage.words import QUANTITY
from equipoise.authoring.model import DamageKind, DamageMark, Item, Splitting

# A score named at once behind the bracket, and no number up to the end: its limit went with the bracket.
_SCORE_WITHOUT_LIMIT = re.compile(
    rf"[(\[]\s?(?:\w+ ){{0,2}}?(?P<score>{QUANTITY}|(?:\w+ )?(?:score|index|scale))\s?(?=(?:on|in|at|for|of|and|or"
    rf"|within|by)\b|$)(?!.*\d)",
    re.IGNORECASE,
)
_NEAR = 3


def find_damage(text: str, splitting: Splitting) -> tuple[DamageMark, ...]:
    """
    Mark the damage of a record.

    Parameters
    ----------
    text
        The whole text that the spans of the splitting count.
    splitting
        Its eligibility text cut into items.

    Returns
    -------
    tuple of DamageMark
        In order of place. Marks of `TORN_APART` stand over the displaced words and name the item they belong to.
    """
    manners = find_manners(splitting)
    families = _families(splitting)
    marks: list[DamageMark] = []
    for item, before, left in _with_neighbours(splitting.items):
        manner = manners.get((item.kind, item.parent))
        if manner is not None:
            findings = _find_in(item, manner, before, left, is_parent=item.index in families)
            findings = _without_brackets_closed_below(findings, item, families)
            marks += _place(text, item, findings)
    marks += find_list_damage(text, splitting, marks)
    return tuple(sorted(marks, key=lambda mark: (mark.start, mark.end, mark.kind)))


def _with_neighbours(items: tuple[Item, ...]) -> Iterable[tuple[Item, str, int]]:
    """Each item, the text of the one before it, and how many follow in its own list (of its kind, under its parent)."""
    left = Counter((item.kind, item.parent) for item in items)
    for place, item in enumerate(items):
        before = items[place - 1].text.rstrip() if place and items[place - 1].kind is item.kind else ""
        left[item.kind, item.parent] -= 1
        yield item, before, left[item.kind, item.parent]


def _find_in(item: Item, manner: Manner, before: str, left: int, *, is_parent: bool) -> list[Finding]:
    text = item.text
    holes = find_holes(text)
    holes += find_cut_end(item, manner, left=left, is_followed=is_parent)
    holes += find_lost_head(item, manner, before)
    holes = _without_neighbours(holes + find_spoilt_characters(text))
    return _merge_brackets(text, find_open_brackets(text), holes)


def _without_neighbours(findings: list[Finding]) -> list[Finding]:
    """One hole is marked once, where it was seen first."""
    kept: list[Finding] = []
    reached = -_NEAR - 1
    for one in sorted(findings, key=lambda finding: finding.start):
        if one.kind is DamageKind.TEXT_LOST and one.start - reached <= _NEAR:
            continue
        kept.append(one)
        reached = reached if one.is_harmless else one.start
    return kept


def _merge_brackets(text: str, brackets: list[Finding], holes: list[Finding]) -> list[Finding]:
    """A bracket that never closes around a hole is a second sign of that hole, not a second hole."""
    kept = list(holes)
    for bracket in brackets:
        inside = [one for one in kept if one.kind is DamageKind.TEXT_LOST and one.start > bracket.start]
        if bracket.because != NEVER_CLOSES:
            kept.append(bracket)
        elif inside:
            place = kept.index(inside[0])
            kept[place] = _with_reason(inside[0], "the bracket before it never closes")
        elif found := _SCORE_WITHOUT_LIMIT.match(text, bracket.start):
            kept.append(
                Finding(
                    DamageKind.TEXT_LOST,
                    found.end("score"),
                    found.end("score"),
                    lost="the limit of the score, and the closing bracket",
                    because=f"{found['score']!r} is given without a limit, and the bracket before it never closes",
                    after=found["score"],
                )
            )
        else:
            kept.append(bracket)
    return kept


def _with_reason(finding: Finding, reason: str) -> Finding:
    because = f"{finding.because}; {reason}"
    return Finding(finding.kind, finding.start, finding.end, finding.lost, because, finding.is_harmless, finding.after)


def _families(splitting: Splitting) -> dict[int, list[str]]:
    """The words of each entry that has others under it, followed by theirs."""
    texts = {item.index: item.text for item in splitting.items}
    families: dict[int, list[str]] = {}
    for item in splitting.items:
        if item.parent is not None:
            families.setdefault(item.parent, [texts.get(item.parent, "")]).append(item.text)
    return families


def _without_brackets_closed_below(
    findings: list[Finding], item: Item, families: dict[int, list[str]]
) -> list[Finding]:
    """A bracket may open in an entry and close in the last one under it."""
    family = families.get(item.index if item.parent is None else item.parent, [])
    is_open = any(one.kind is DamageKind.BRACKET_OPEN for one in findings)
    if family and is_open and unbalanced(" ".join(family)) == ([], []):
        return [one for one in findings if one.kind is not DamageKind.BRACKET_OPEN]
    return findings


def _place(text: str, item: Item, findings: list[Finding]) -> list[DamageMark]:
    """Findings in an item's own words, as marks in the record."""
    if not findings:
        return []
    offsets = item_offsets(text, item)
    return [
        DamageMark(
            kind=one.kind,
            start=offsets[one.start] if one.start < one.end or one.start == 0 else offsets[one.start - 1] + 1,
            end=offsets[one.start] if one.start == one.end == 0 else offsets[max(one.end, 1) - 1] + 1,
            item=item.index,
            after=_words_before(item.text, one.start) if one.after is None else one.after,
            lost=one.lost,
            because=one.because,
            is_harmless=one.is_harmless,
        )
        for one in findings
    ]


def _words_before(text: str, place: int) -> str:
    return " ".join(text[max(0, place - 60) : place].split()[-2:])


def item_offsets(text: str, item: Item) -> list[int]:
    """Where each character of an item's text stands in the record; a joint stands behind the character before it."""
    places = [place for start, end in item.spans for place in range(start, end) if not text[place].isspace()]
    offsets: list[int] = []
    reached = 0
    for character in item.text:
        if character.isspace():
            offsets.append(offsets[-1] + 1 if offsets else places[0] if places else 0)
            continue
        while reached < len(places) - 1 and text[places[reached]] != character:
            reached += 1
        offsets.append(places[reached] if places else 0)
        reached = min(reached + 1, len(places) - 1)
    return offsets


def displaced_items(splitting: Splitting, marks: Iterable[DamageMark]) -> frozenset[int]:
    """The items that are no entries: all their words stand under a mark that gives them to another item."""
    torn = [mark for mark in marks if mark.kind is DamageKind.TORN_APART]
    return frozenset(
        item.index
        for item in splitting.items
        for mark in torn
        if item.index != mark.item and all(mark.start <= start and end <= mark.end for start, end in item.spans)
    )
