"""Damage of the list around the items: numbers without their list, stray bullets, titles torn off and displaced."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from equipoise.authoring.freetext.damage.finding import HEADLESS
from equipoise.authoring.model import DamageKind, DamageMark, Item, SegmentKind, Splitting

_NUMBER = re.compile(r"\(?(\d{1,2})\s?[.):]?$")
_NUMBER_INSIDE = re.compile(r"(?<=[.;)])\s(?P<number>\d{1,2}[.)])\s(?=[A-Z])")
_ANY_NUMBER = re.compile(r"(?<!\d)(\d{1,2})\s?[.)]")
_STRAY_INSIDE = re.compile(
    r"\b(?:as|of|the|an?|and|or|to|by|with|in|for|is|are|only|not|no|than|at|from) (?P<stray>[-•*]) (?=\w)"
    r"|(?<=\w) (?P<bracket>[-•*]) (?=\()|(?<=\s)(?P<bullet>[•\uf0b7\uf0d8]) "
)
_ONLY_BULLETS = re.compile(r"[\s\-–*•·\uf0b7\uf0d8]*")
_BULLET = re.compile(r"[-–*•·\uf0b7\uf0d8]")
_EMPTY_BULLET = re.compile(r"(?:^|\n)[ \t]*(?P<bullet>[-*•])[ \t]*(?=\r?\n)")
_TITLE_WORDS = 6

_TOPICS = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"renal|kidney|creatinine|clearance|\be?gfr\b|glomerular|coc?kc?roft|dialysis",
        r"hepatic|liver|bilirubin|\ba[ls]t\b|sgpt|sgot|transaminase|cirrhosis",
        r"ha?ematolog|bone marrow|ha?emoglobin|\bh[gb]b?\b|platelet|neutrophil|\bwbc\b|leu[ck]ocyte|blood count",
        r"cardiac|heart|lvef|ejection|nyha|qtc?\b|infarction|angina|arrhythmia",
        r"pulmonary|lung|\bfev1|dlco|oxygen|respiratory|spirometry",
        r"diabet|glucose|hba1c|glyc[ae]+mi|insulin",
        r"coagula|bleeding|\binr\b|prothrombin|anticoagul|warfarin",
        r"thyroid|\btsh\b|thyroxine",
        r"infection|hiv|hepatitis [bc]|tubercul|antiviral|antibiotic",
        r"hypertens|blood pressure|systolic|diastolic|mmhg",
    )
)


def find_list_damage(text: str, splitting: Splitting, marks: Sequence[DamageMark]) -> list[DamageMark]:
    """Marks of what surrounds the items; `marks` are those found inside them."""
    found = _numbers_without_list(text, splitting)
    found += _stray_marks_inside(splitting, text)
    found += _stray_marks_between(text, splitting)
    found += _torn_titles(splitting, marks)
    return found + _other_damage(text, splitting, [*marks, *found])


def _numbers_without_list(text: str, splitting: Splitting) -> list[DamageMark]:
    """A "2." that follows no "1.": an item was lost, or the number strayed here. Numbers that run on are none."""
    marks: list[DamageMark] = []
    lists: dict[tuple[object, int | None], int] = {}
    last_outermost = 0
    for item in splitting.items:
        read = _NUMBER.match(item.label.strip()) if item.label else None
        if read is None:
            continue
        number = int(read[1])
        key = (item.kind, item.parent)
        expected = lists.get(key)
        runs_on = number == 1 or (expected is not None and number <= expected) or number == last_outermost + 1
        if not runs_on:
            marks.append(_number_mark(text, item, number, expected))
        lists[key] = number + 1
        if item.parent is None:
            last_outermost = number
    return marks


def _number_mark(text: str, item: Item, number: int, expected: int | None) -> DamageMark:
    start = item.spans[0][0]
    place = text.rfind(str(number), max(0, start - 8), start)
    first = expected or 1
    entries = f"entry {first}" if first == number - 1 else f"the entries {first} to {number - 1}"
    return DamageMark(
        DamageKind.NUMBER_WITHOUT_LIST,
        place if place >= 0 else start,
        start,
        item.index,
        after="",
        lost=f"{entries} of this list, or only the number of it",
        because=f"a number {number} without a number {number - 1} before it",
        is_harmless=True,
    )


def _stray_marks_inside(splitting: Splitting, text: str) -> list[DamageMark]:
    """Bullets in the middle of a sentence: they were set where the lines of the source were wrapped."""
    marks: list[DamageMark] = []
    for item in splitting.items:
        for start, end in item.spans:
            marks += [
                _stray(item.index, found.start(found.lastgroup or 0), found.end(found.lastgroup or 0))
                for found in _STRAY_INSIDE.finditer(text, start, end)
            ]
            marks += _stray_numbers_inside(text, start, end, item.index)
        for (_, start), (end, _) in pairwise(item.spans):
            gap = text[start:end]
            if len(gap) < 16 and gap.strip() and _ONLY_BULLETS.fullmatch(gap):
                marks += [_stray(item.index, start + at.start(), start + at.end()) for at in _BULLET.finditer(gap)]
    return marks


def _stray_numbers_inside(text: str, start: int, end: int, item: int) -> list[DamageMark]:
    inside = list(_NUMBER_INSIDE.finditer(text, start, end))
    if not inside:
        return []
    first: dict[int, int] = {}
    for found in _ANY_NUMBER.finditer(text, start, end):
        first.setdefault(int(found[1]), found.start())
    return [
        _stray_number(item, *found.span("number"))
        for found in inside
        if found["number"][:-1] != "1" and first.get(int(found["number"][:-1]) - 1, end) > found.start()
    ]


def _stray(item: int | None, start: int, end: int) -> DamageMark:
    return DamageMark(
        DamageKind.STRAY_MARK,
        start,
        end,
        item,
        after="",
        lost="nothing",
        because="a bullet where no entry begins",
        is_harmless=True,
    )


def _stray_number(item: int | None, start: int, end: int) -> DamageMark:
    return DamageMark(
        DamageKind.NUMBER_WITHOUT_LIST,
        start,
        end,
        item,
        after="",
        lost="the entries before it in its list, or nothing",
        because="a number of a list, and none before it",
        is_harmless=True,
    )


def _stray_marks_between(text: str, splitting: Splitting) -> list[DamageMark]:
    """Bullets of which no entry follows, and the few bullets of a list that otherwise has none."""
    marks: list[DamageMark] = []
    gaps = _gaps(splitting)
    with_bullet = [(start, end, item) for start, end, item in gaps if _BULLET.search(text, start, end)]
    is_bare_list = 0 < len(with_bullet) <= len(gaps) // 8
    for start, end, item in with_bullet:
        if found := _EMPTY_BULLET.search(text, start, end):
            marks.append(_stray(item, *found.span("bullet")))
        elif is_bare_list and _ONLY_BULLETS.fullmatch(text, start, end):
            marks += [_stray(item, *found.span()) for found in _BULLET.finditer(text, start, end)]
    return marks


def _gaps(splitting: Splitting) -> list[tuple[int, int, int]]:
    """What stands between neighbouring items of one kind, and the item behind it."""
    gaps: list[tuple[int, int, int]] = []
    for one, other in pairwise(splitting.items):
        if one.kind is not other.kind or not one.spans or not other.spans:
            continue
        start, end = one.spans[0][1], other.spans[0][0]
        start = max((e for _, e in one.spans if e <= end), default=start)
        if start <= end:
            gaps.append((start, end, other.index))
    return gaps


def _torn_titles(splitting: Splitting, marks: Sequence[DamageMark]) -> list[DamageMark]:
    """Words that stand apart from the item they belong to: joined by the splitter, or a title after the last item."""
    found: list[DamageMark] = []
    starts = sorted(item.spans[0][0] for item in splitting.items if item.spans)
    for item in splitting.items:
        for span in item.spans[1:]:
            if bisect_left(starts, item.spans[0][1]) < bisect_left(starts, span[0]):  # another entry begins between
                found.append(_torn(item.index, span, _words_of_last(splitting, span[0])))
    headless = {mark.item for mark in marks if mark.kind in HEADLESS}
    for title in _detached_titles(splitting):
        for item in splitting.items[:-1]:
            is_owner = item.index in headless and item.kind is title.kind and _share_a_topic(title.text, item.text)
            if is_owner:
                span = (title.spans[0][0], title.spans[-1][1])
                found.append(_torn(item.index, span, _words_of_last(splitting, span[0])))
                break
    return found


def _detached_titles(splitting: Splitting) -> list[Item]:
    """The last item, where it is a few words without the full stop that the items before it have."""
    if len(splitting.items) < 3:
        return []
    last = splitting.items[-1]
    before = [item.text for item in splitting.items[-6:-1] if item.kind is last.kind]
    have_stop = sum(text.endswith(".") for text in before)
    is_short = len(last.text.split()) <= _TITLE_WORDS and last.text[-1:].isalnum() and last.text[:1].isupper()
    return [last] if is_short and before and have_stop >= 0.6 * len(before) else []


def _share_a_topic(one: str, other: str) -> bool:
    return any(topic.search(one) and topic.search(other) for topic in _TOPICS)


def _words_of_last(splitting: Splitting, place: int) -> str:
    before = [item for item in splitting.items if item.spans and item.spans[0][1] <= place]
    last = max(before, key=lambda item: item.spans[0][1], default=None)
    return " ".join(last.text.split()[-6:]) if last else ""


def _torn(item: int, span: tuple[int, int], after: str) -> DamageMark:
    return DamageMark(
        DamageKind.TORN_APART,
        *span,
        item,
        after=after,
        lost="nothing: these words belong before the beginning of another entry",
        because="a title that stands apart, of the same topic as an entry that has lost its head",
    )


def _other_damage(text: str, splitting: Splitting, marks: Sequence[DamageMark]) -> list[DamageMark]:
    """What the splitter could only call damage, where nothing above has named it."""
    found: list[DamageMark] = []
    marked = {mark.start for mark in marks if mark.start < mark.end}
    starts = sorted((item.spans[0][0], item.index) for item in splitting.items if item.spans)
    for segment in splitting.segments:
        if segment.kind is not SegmentKind.DAMAGE:
            continue
        words = text[segment.start : segment.end].strip()
        if words and marked.isdisjoint(range(segment.start, segment.end)):
            start = segment.start + text[segment.start : segment.end].index(words)
            end = start + len(words)
            owner = segment.item if segment.item is not None else _item_behind(starts, end)
            if re.fullmatch(r"[(]?\d{1,2}\s?[.):]?", words):
                found.append(_stray_number(owner, start, end))
            elif any(letter.isalnum() for letter in words):
                found.append(_unplaced(segment.item, start, end))
            else:
                found.append(_stray(owner, start, end))
    return found


def _item_behind(starts: list[tuple[int, int]], place: int) -> int | None:
    at = bisect_left(starts, (place, -1))
    return starts[at][1] if at < len(starts) else None


def _unplaced(item: int | None, start: int, end: int) -> DamageMark:
    return DamageMark(
        DamageKind.FRAGMENT,
        start,
        end,
        item,
        after="",
        lost="the sentence these words belong to",
        because="words that belong to no entry",
    )
