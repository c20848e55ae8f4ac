"""Reads the lines of eligibility text: which lines are one entry, and which marks stand before and within it.

Lines are joined when the second continues the first: a wrapped line, or a bullet in the middle of a sentence.
What an entry is (heading, criterion, nested under which other) is left to `splitting`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from equipoise.authoring.freetext.splitting.headings import is_inner_heading, is_section_heading
from equipoise.authoring.freetext.splitting.markers import Marker, Style, read_markers
from equipoise.authoring.model import Span

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_TAB_WIDTH = 4
_FUNCTION_WORD_LAST = re.compile(
    r"\b(?:a|an|the|of|in|to|for|with|by|from|at|on|within|during|without|between|than|not|any|other|is|are|was|be"
    r"|has|have|had|as|e\.g\.|i\.e\.|per|prior|due|including|such|least|less|more|greater|no)\Z|[(/<>≥≤=]\Z",
    re.IGNORECASE,
)
_ASIDE_FIRST = re.compile(
    r"\(\s*(?:or|and|i\.e|e\.g|as|if|see|including|excluding|with|without|unless|except|defined)\b"
)
_LEAST_WIDTH, _LARGEST_WIDTH = 50, 130
_NEAR_WIDTH = 14
_FURTHEST_ASIDE = 600


@dataclass
class Line:
    """One printed line: its words (without marks), its marks, and how far it is indented."""

    start: int
    end: int
    indent: int
    markers: list[Marker]
    body: int
    is_after_blank: bool


@dataclass
class Entry:
    """
    One logical entry: lines that belong together.

    `spans` leave out the marks; `indent` is that of its first mark or word, `body_indent` that of its first word.
    """

    spans: list[Span]
    markers: list[Marker] = field(default_factory=list)
    inner_markers: list[Marker] = field(default_factory=list)
    indent: int = 0
    body_indent: int = 0
    line_count: int = 1

    @property
    def marker(self) -> Marker | None:
        """The mark that tells its place in the list: the last of those before it."""
        return self.markers[-1] if self.markers else None

    def words(self, text: str) -> str:
        """Give its words as one line."""
        return " ".join(" ".join(text[start:end].split()) for start, end in self.spans)


def read_lines(text: str, start: int, end: int) -> Iterator[Line]:
    """
    Read the printed lines of a stretch; blank lines are left out.

    Parameters
    ----------
    text, start, end
        The record, and the stretch.
    """
    last_end = start
    for match in _LINE.finditer(text, start, end):
        printed = match.group()
        words = printed.lstrip()
        if not words:
            continue
        lead = printed[: len(printed) - len(words)]
        begin = match.start() + len(lead)
        stop = begin + len(words.rstrip())
        markers = read_markers(text, begin, stop)
        body = markers[-1].span[1] if markers else begin
        while body < stop and text[body].isspace():
            body += 1
        is_after_blank = len(text[last_end:begin].splitlines()) > 2
        yield Line(begin, stop, len(lead.expandtabs(_TAB_WIDTH)), markers, body, is_after_blank)
        last_end = stop


def read_entries(text: str, start: int, end: int) -> list[Entry]:
    """
    Join the lines of a stretch to entries.

    Parameters
    ----------
    text, start, end
        The record, and the stretch.

    Returns
    -------
    list of Entry
        An entry without spans is a mark that stands alone.
    """
    lines = list(read_lines(text, start, end))
    width = _find_width(lines)
    is_list = sum(bool(line.markers) for line in lines) * 2 >= len(lines)
    entries: list[Entry] = []
    last: Line | None = None
    for line in lines:
        entry = entries[-1] if entries else None
        if entry and last and entry.spans and _continues(text, entry, last, line, width, is_list):
            _append(entry, line)
        else:
            entries.append(_open(line))
        last = line
    return entries


def _open(line: Line) -> Entry:
    spans = [(line.body, line.end)] if line.body < line.end else []
    return Entry(spans, list(line.markers), [], line.indent, line.indent + line.body - line.start)


def _append(entry: Entry, line: Line) -> None:
    if line.markers:
        entry.inner_markers.extend(line.markers)
        entry.spans.append((line.body, line.end))
    else:
        entry.spans[-1] = (entry.spans[-1][0], line.end)
    entry.line_count += 1


def _find_width(lines: list[Line]) -> int:
    """Find the width at which lines were wrapped; 0 when they were not."""
    if len(lines) < 3:
        return 0
    width = max(line.indent + line.end - line.start for line in lines)
    near = sum(line.indent + line.end - line.start > width - _NEAR_WIDTH for line in lines)
    return width if _LEAST_WIDTH <= width <= _LARGEST_WIDTH and near >= max(2, len(lines) // 4) else 0


def _continues(text: str, entry: Entry, last: Line, line: Line, width: int, is_list: bool) -> bool:
    if line.body >= line.end:
        return False
    if line.markers:
        return line.markers[-1].style is Style.BULLET and _is_mid_sentence(text, entry, line)
    return _is_wrapped(text, entry, last, line, width, is_list)


def _is_mid_sentence(text: str, entry: Entry, line: Line) -> bool:
    """Tell whether a bullet stands in the middle of a sentence that began before it."""
    before = text[max(entry.spans[-1][0], entry.spans[-1][1] - _FURTHEST_ASIDE) : entry.spans[-1][1]]
    after = text[line.body : min(line.end, line.body + _FURTHEST_ASIDE)]
    if before.endswith((".", ";", ":")):
        return False
    if _ASIDE_FIRST.match(after):
        return True
    if not after[0].islower():
        return False
    # The bracket that is open before the bullet closes after it, before another one opens.
    closing = after.find(")")
    is_closed = closing >= 0 and "(" not in after[:closing]
    return (_count_open(before) > 0 and is_closed) or _FUNCTION_WORD_LAST.search(before[-20:]) is not None


def _count_open(words: str) -> int:
    depth = 0
    for sign in words:
        depth = depth + 1 if sign == "(" else max(0, depth - 1) if sign == ")" else depth
    return depth


def _is_wrapped(text: str, entry: Entry, last: Line, line: Line, width: int, is_list: bool) -> bool:
    """Tell whether a line without a mark continues the line before."""
    words = text[line.body : line.end]
    before = text[last.body : last.end]
    if line.is_after_blank or is_section_heading(words) or is_section_heading(before):
        return False
    first = words[0]
    first_word = words.split(None, 1)[0]
    was_full = bool(width) and last.indent + last.end - last.start + 1 + len(first_word) > width
    is_hanging = bool(entry.markers) and line.indent >= entry.body_indent > entry.indent
    is_finished = before.endswith((".", ";", ":"))
    if is_inner_heading(words) and not (first.islower() or (was_full and not is_finished)):
        return False
    if is_hanging:
        return not before.endswith(":") or line.indent == entry.body_indent
    if entry.markers and is_list:
        return not first.isupper() or (was_full and not is_finished) or (was_full and line.indent > entry.indent)
    if was_full:
        return first.islower() or not is_finished
    return first.islower() and _FUNCTION_WORD_LAST.search(before[-20:]) is not None
