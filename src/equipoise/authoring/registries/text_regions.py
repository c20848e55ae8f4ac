"""Where the criteria stand in a plain-text page, and what the lines outside them are.

Decides the eligibility regions: from the first inclusion or exclusion heading (included) to the line before the next
heading or field of the registry. Text that was run together is cut at the headings that can be nothing else. A page
with an eligibility heading but no inclusion or exclusion heading gives the text under it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from equipoise.authoring.model import Span
from equipoise.authoring.registries.text_labels import Label, proves_field, read_label
from equipoise.criteria.truth import Kind

_ADJECTIVES = r"(?:(?:key|main|major|principal|general|specific|additional|patient|subject|participant|study|trial)\s+)"
_HEADING = re.compile(
    r"[\s#*_>•=-]*(?:\d{1,2}(?:\.\d{1,2})*[.)]?\s+|[IVX]{1,4}\.\s+|[A-Z](?:\.\d{1,2})*[.)]?\s+)?[*_]*"
    rf"{_ADJECTIVES}{{0,2}}"
    r"(?:(?P<kind>inclusion|exclusion)(?:\s*(?:/|and|&|or)\s*exclusion)?(?P<word>\s+criteri(?:a|on))?"
    r"|criteria\s+for\s+(?P<for>inclusion|exclusion)(?P<word2>))"
    r"(?:\s*\([^()\n]{0,80}\))?[*_]*\s*"
    r"(?P<end>[:：]|$|[-–—]\s|\.\s*$|(?:for|of|in)\s[^:\n]{0,80}:|(?=[A-Z•*\d-]))",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[-–•·]|\*(?!\*))\s*\S|\d{1,2}[.)]\s")
_ELIGIBILITY_FIELDS = ("sex", "age", "minimum-age", "maximum-age", "healthy")
_HINT = re.compile(r"clusion", re.IGNORECASE)
# Headings that mean nothing else wherever they stand in run-together text; the case is part of it.
_CUT = re.compile(
    r"(?<=\S)[ \t]+(?=[KIESAPC])(?=(?:Key )?(?:Inclusion|Exclusion) Criteria:"
    r"|Sites / Locations\b|Arms of the Study\b|Sexes Eligible for Study\b|Ages Eligible for Study\b"
    r"|Accept(?:s|ing) Healthy Volunteers\b|Contacts and Locations\b|(?:Primary|Secondary) Outcome Measures?:)"
)


@dataclass(frozen=True)
class Line:
    """A line of the page (or a part of a run-together one): where its words stand, and what it names."""

    start: int
    end: int
    words: str
    label: Label | None = None
    criteria: Kind | None = None  # it is a heading of inclusion or exclusion criteria

    @property
    def is_plain(self) -> bool:
        return self.label is None and self.criteria is None


@dataclass(frozen=True)
class PageLines:
    """The lines that are not blank, and the eligibility regions."""

    lines: tuple[Line, ...]
    regions: tuple[Span, ...]

    def outside(self) -> Iterator[Line]:
        """The lines outside the regions, in order."""
        regions = iter(self.regions)
        region = next(regions, None)
        for line in self.lines:
            while region is not None and line.start >= region[1]:
                region = next(regions, None)
            if region is None or line.start < region[0]:
                yield line


def find_regions(text: str) -> PageLines:
    """Cut a page into lines and find its eligibility regions."""
    lines = tuple(_read_lines(text))
    starts = [index for index, line in enumerate(lines) if line.criteria is not None]
    if not starts:
        return PageLines(lines, _region_under_eligibility(lines))
    regions: list[Span] = []
    at: int | None = _first_line(lines, starts[0])
    while at is not None:
        end = next((index for index in range(at + 1, len(lines)) if _ends_criteria(lines, index)), len(lines))
        regions.append((lines[at].start, lines[end - 1].end))
        at = next((index for index in starts if index >= end), None)
    return PageLines(lines, tuple(regions))


def _read_lines(text: str) -> Iterator[Line]:
    for found in re.finditer(r"[^\r\n]+", text):
        start = found.start()
        cuts = [cut.end() for cut in _CUT.finditer(found.group())]
        for low, high in zip([0, *cuts], [*cuts, len(found.group())], strict=True):
            part = found.group()[low:high]
            words = part.strip()
            if words:
                begin = start + low + part.index(words[0])
                yield _named(Line(begin, begin + len(words), words))


def _named(line: Line) -> Line:
    beginning = line.words[:300]
    heading = _HEADING.match(beginning) if _HINT.search(beginning) else None
    if heading and _is_heading(heading):
        kind = Kind((heading.group("kind") or heading.group("for")).lower())
        return Line(line.start, line.end, line.words, criteria=kind)
    return Line(line.start, line.end, line.words, label=read_label(line.words))


def _is_heading(found: re.Match[str]) -> bool:
    """
    Whether what was found is a heading and no sentence ("Inclusion criteria were met ...").

    Without a mark after it, the words after a heading begin with a capital, as the heading does; the single word
    "Inclusion" is one only with a colon or alone in its line.
    """
    end = found.group("end").strip()
    has_word = found.group("word") is not None or found.group("word2") is not None
    if end in (":", "："):
        return True
    if found.end() == len(found.string):
        return True
    if end:
        return has_word
    following = found.string[found.end()]
    is_capital = re.search(r"Criteri|CRITERI|Inclusion$|Exclusion$", found.group()) is not None
    return has_word and is_capital and not following.islower()


def _first_line(lines: tuple[Line, ...], heading: int) -> int:
    """
    The line where the criteria begin.

    When the first heading is that of the exclusions, the inclusions stand before it, under "Eligibility Criteria".
    """
    if lines[heading].criteria is Kind.INCLUSION:
        return heading
    under = _under_eligibility(lines, heading)
    return heading if under is None else under


def _region_under_eligibility(lines: tuple[Line, ...]) -> tuple[Span, ...]:
    start = _under_eligibility(lines, len(lines))
    if start is None:
        return ()
    end = next((index for index in range(start + 1, len(lines)) if _ends_criteria(lines, index)), len(lines))
    return ((lines[start].start, lines[end - 1].end),)


def _under_eligibility(lines: tuple[Line, ...], before: int) -> int | None:
    """The first line of plain text under an eligibility heading, behind the fields that stand there."""
    labels = [index for index in range(before) if _is_label(lines[index], "eligibility")]
    for index in labels:
        at = index + 1
        while at < before:
            label = lines[at].label
            if label is None:
                return at
            if label.key not in (*_ELIGIBILITY_FIELDS, "eligibility", "summary"):
                break
            has_value_below = not label.value and label.key not in ("eligibility", "summary")
            at += 2 if has_value_below else 1
    return None


def _ends_criteria(lines: tuple[Line, ...], index: int) -> bool:
    """Whether this line is a heading or a field of the registry, and not a heading or an entry among the criteria."""
    label = lines[index].label
    if label is None or _BULLET.match(lines[index].words):
        return False
    if label.is_field_name:
        return True
    if label.value:
        return _leads_to_field(lines, index)
    if index + 1 >= len(lines):
        return False
    value = lines[index + 1]
    if not value.is_plain or not proves_field(label.key, value.words):
        return False
    following = lines[index + 2] if index + 2 < len(lines) else None
    return following is None or not following.is_plain


def _leads_to_field(lines: tuple[Line, ...], index: int) -> bool:
    """
    Whether "Sex: All" stands in a run of such lines that holds a field of structured eligibility ("Minimum Age: ...").

    Alone it may as well be a criterion.
    """
    for line in lines[index : index + len(_ELIGIBILITY_FIELDS)]:
        label = line.label
        if label is None or label.key not in _ELIGIBILITY_FIELDS:
            return False
        if label.is_field_name:
            return True
        if not label.value or not proves_field(label.key, label.value):
            return False
    return False


def _is_label(line: Line, key: str) -> bool:
    return line.label is not None and line.label.key == key
