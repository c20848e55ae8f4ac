"""Cuts one long stretch without line structure into entries.

`boundaries` weighs the words; here stand the few marks that decide alone: bullets within the line, a word torn off at
its hyphen, the tail of a calculation without its head. Layout is not looked at.
"""

import re
from itertools import pairwise

from equipoise.authoring.freetext.splitting.boundaries import find_boundaries
from equipoise.authoring.model import Span

_SOLID_BULLET = re.compile(r"[•·●○▪■□►▶➢➤‣⁃◦∙\uf0b7]\s*(?=\S)")
_DASH_BULLET = re.compile(r"(?<=\s)\\?[-–—*]\s+(?=[A-Z<>≥≤])")
_DASH_AFTER_STOP = re.compile(r"(?<=[.;)])\s+(?P<mark>\\?[-–—*])\s+(?=[A-Z])")
# So many dashes before capitals are a list when the text begins with one, not a habit of punctuation.
LEAST_DASHES = 2
# "(grade 1 or grade 2, Ki- Ability to": what followed the hyphen was lost, and with it the end of the entry.
_TORN_WORD = re.compile(r"(?<![\s-])[A-Za-z0-9]-\s+(?=[A-Z][a-z]+\s+[a-z])")
# "to the liver Well- or moderately differentiated": a capital before a hyphen that waits for its noun is no name.
_WAITING_HYPHEN = re.compile(r"(?<=[a-z)])\s+(?=[A-Z][a-z]+-\s+(?:or|and)\s)")
# A radionuclide ("68Ga", "99mTc") belongs to the substance that it marks.
_RADIONUCLIDE_LAST = re.compile(r"(?<!\S)\d{2,3}m?[A-Z][a-z]\s+\Z")
# Only a quantity can be calculated: after a finding, the words begin an entry whose head was lost.
_HEADLESS = re.compile(r"(?<=[a-z])\s+(?=calculated (?:by|using|with|according)\b)")
_NO_FINDING = frozenset(
    ("as", "or", "and", "if", "when", "is", "are", "was", "be", "been", "were", "being", "to", "age")
)
_MEASURABLE = re.compile(
    r"""\b(?:clearance|rate|e?gfr|crcl|score|index|levels?|function|counts?|fraction|volume|weight|bmi|mass|area|dose
        |pressure|ratio|risk|values?|interval|gap|size|age|date|osmolality|resistance|percentage|number|ldl|cholesterol
        |qtc?\w*|homa\S*|meld|excretion|protein|output|concentration|burden|time|duration|consumption|intake|years?
        |requirement)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_FIRST_NUMBER = re.compile(r"\(?1[.)]\)?\s")
_SECOND_NUMBER = re.compile(r"\s\(?2[.)]\)?\s+(?=[A-Z<>≥≤])")
_NUMBER_LAST = re.compile(r"(?:(?<=[.;)])|\A)\s*(?P<mark>(?:\\?[-–—*•]\s+)?\(?\d{1,2}[.)]|\\?[-–—*•])\s*\Z")


def cut_run_together(text: str, start: int, end: int) -> list[Span]:
    """
    Cut a stretch into the entries that were run together in it.

    Parameters
    ----------
    text, start, end
        The record, and the stretch.

    Returns
    -------
    list of (int, int)
        One span for each entry, with the bullet or number before it, without the white space around it.
    """
    stretch = text[start:end]
    found = [place for place in find_boundaries(stretch) if not _is_after_radionuclide(stretch, place)]
    cuts = {*found, *_find_marks(stretch)}
    edges = sorted({0, len(stretch)} | cuts)
    pieces: list[Span] = []
    carried: int | None = None
    for left, right in pairwise(edges):
        begin = left if carried is None else carried
        carried = None
        # A number or a dash at the end of a piece belongs to the next one.
        last = _NUMBER_LAST.search(stretch, max(begin, right - 12), right) if right < len(stretch) else None
        if last:
            carried, right = last.start("mark"), last.start("mark")
        span = _trimmed(stretch, begin, right)
        if span:
            pieces.append((start + span[0], start + span[1]))
    return pieces


def is_inline_list(text: str, start: int, end: int) -> bool:
    """Tell whether bullets or numbers in their right order stand within a stretch, which begins with one of them."""
    stretch = text[start:end]
    if stretch[:1] in "\\-–—*":
        return len(_DASH_BULLET.findall(stretch, 1)) >= LEAST_DASHES - 1
    if _SOLID_BULLET.match(stretch):
        return len(_SOLID_BULLET.findall(stretch)) > 1
    return _FIRST_NUMBER.match(stretch) is not None and _SECOND_NUMBER.search(stretch) is not None


def _find_marks(stretch: str) -> set[int]:
    dashes = [match.start() for match in _DASH_BULLET.finditer(stretch)]
    marks = {match.start() for match in _SOLID_BULLET.finditer(stretch)}
    if len(dashes) >= LEAST_DASHES - 1 and stretch.lstrip()[:1] in "\\-–—*":
        marks.update(dashes)
    marks.update(match.start("mark") for match in _DASH_AFTER_STOP.finditer(stretch))
    marks.update(match.end() for match in _TORN_WORD.finditer(stretch) if _is_bracket_open(stretch, match.end()))
    marks.update(match.end() for match in _WAITING_HYPHEN.finditer(stretch))
    for match in _HEADLESS.finditer(stretch):
        before = stretch[max(0, match.start() - 60) : match.start()].split()[-3:]
        if before[-1].lower() not in _NO_FINDING and not _MEASURABLE.search(" ".join(before)):
            marks.add(match.end())
    return marks


def _is_after_radionuclide(stretch: str, place: int) -> bool:
    return _RADIONUCLIDE_LAST.search(stretch[max(0, place - 8) : place]) is not None


def _is_bracket_open(stretch: str, place: int) -> bool:
    near = stretch[max(0, place - 200) : place]
    return near.count("(") > near.count(")")


def _trimmed(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
