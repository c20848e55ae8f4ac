"""Plain-text pages of registries and their mirrors.

Decides what each line outside the criteria says; where the criteria stand is found in `text_regions`, what a line's
name means in `text_labels`. The text is taken as it stands, damage included. Nothing is inferred from a title; a line
that fits nothing is noted.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from equipoise.authoring.model import (
    AgeLimit,
    RecordForm,
    Registration,
    Segment,
    SegmentKind,
    StatedOutcome,
    StatedSite,
    StatedStatus,
)
from equipoise.authoring.registries import ages, text_parts
from equipoise.authoring.registries.page import Source, cover_outside
from equipoise.authoring.registries.text_regions import Line, PageLines
from equipoise.authoring.registries.vocabulary import (
    NCT,
    read_date,
    read_sex,
    read_status,
    read_yes_no,
    registration_id,
)

T = TypeVar("T")

# Facts with one value: what stands on further lines below is no part of it.
_SINGLE_NAMES = "id title official-title study-type phase sponsor status sex age minimum-age maximum-age healthy"
_SINGLE = frozenset(_SINGLE_NAMES.split())
_LONGEST_VALUE = 1000
_HEADINGS = frozenset(
    ("sites", "contacts", "arms", "interventions", "outcomes", "about", "summary", "other", "eligibility")
)
_OUTCOMES = ("outcomes", "outcomes:primary", "outcomes:secondary", "outcomes:other")
_ROLES = {"arms": "arm", **dict.fromkeys(_OUTCOMES, "outcome")}
_ABOUT = re.compile(
    r"This is an? (?P<type>interventional|observational)(?: (?P<purpose>[a-z ]+?))? (?:trial|study)"
    r"(?: for (?P<condition>.+?))?(?: focused on measuring (?P<keywords>.+?))?\.?\s*$",
    re.IGNORECASE,
)


@dataclass
class _Page:
    """The values of the page by their key, and the segments they make."""

    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    segments: list[Segment] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def first(self, key: str) -> str:
        """The value of a fact; a line of page length is none."""
        value = self.values[key][0] if self.values.get(key) else ""
        return value[:_LONGEST_VALUE]

    def mark(self, start: int, end: int, kind: SegmentKind, role: str) -> None:
        if start < end:
            self.segments.append(Segment(start, end, kind, role=role))


def read_text_page(text: str, page_lines: PageLines, source: Source) -> Registration:
    """
    Read a page.

    Parameters
    ----------
    page_lines
        Its lines and eligibility regions, by `text_regions.find_regions`.
    """
    page = _sort_lines(page_lines)
    nct = _own_number(page, page_lines)
    id_, id_note = registration_id(nct, source.file_name)
    minimum, maximum, groups = _ages(page)
    arms, leftover = text_parts.read_arms(page.values["arms"])
    sites = text_parts.read_sites(page.values["sites"])
    about = _ABOUT.search(" ".join(page.values["about"])[:_LONGEST_VALUE])
    keywords = page.values["keywords"] or ([about.group("keywords")] if about and about.group("keywords") else [])
    design = {**_design(page), **groups}
    if about and about.group("purpose"):
        design.setdefault("primary-purpose", about.group("purpose").lower())
    registration = Registration(
        form=RecordForm.TEXT_PAGE,
        file_name=source.file_name,
        sha256=source.sha256,
        text=text,
        outside=cover_outside(text, page.segments, page_lines.regions),
        eligibility=page_lines.regions,
        id=id_,
        title=page.first("title") or page.first("official-title"),
        official_title=page.first("official-title"),
        identifiers=_identifiers(page, nct),
        conditions=text_parts.read_list(page.values["conditions"]),
        keywords=text_parts.read_list(keywords),
        study_type=page.first("study-type").lower() or (about.group("type").lower() if about else ""),
        phase=page.first("phase"),
        sponsor=page.first("sponsor"),
        statuses=_statuses(page, sites),
        dates=MappingProxyType(_dates(page)),
        design=MappingProxyType(design),
        sites=sites,
        arms=arms,
        interventions=text_parts.read_interventions([*page.values["interventions"], *page.values["arms"]]),
        outcomes=_outcomes(page),
        sex=_read(page, "sex", read_sex) or "",
        minimum_age=minimum,
        maximum_age=maximum,
        healthy_volunteers=_read(page, "healthy", read_yes_no),
    )
    return _with_notes(registration, page, leftover, [*source.notes, id_note])


def _sort_lines(page_lines: PageLines) -> _Page:
    """Give each line outside the criteria to the name it stands under, and mark its segment."""
    page = _Page()
    key = ""
    preamble: list[Line] = []
    for line in page_lines.outside():
        if line.label is not None:
            key = line.label.key
            _take_label(page, line)
        elif not key:
            preamble.append(line)
        else:
            _take_value(page, key, line)
    _take_preamble(page, preamble)
    page.segments.sort(key=lambda segment: segment.start)
    return page


def _take_label(page: _Page, line: Line) -> None:
    label = line.label
    assert label is not None
    role = "section-heading" if label.key in _HEADINGS and not label.value else "field-name"
    role = "eligibility-heading" if label.key == "eligibility" else role
    name_end = line.start + label.name_end if label.value else line.end
    page.mark(line.start, name_end, SegmentKind.HEADING, role)
    if label.value:
        page.values[label.key].append(label.value)
        page.mark(name_end, line.end, SegmentKind.BOILERPLATE, _role(label.key))


def _take_value(page: _Page, key: str, line: Line) -> None:
    if _is_single(key) and page.values[key]:
        page.stray.append(line.words)
        page.mark(line.start, line.end, SegmentKind.BOILERPLATE, "text")
        return
    page.values[key].append(line.words)
    page.mark(line.start, line.end, SegmentKind.BOILERPLATE, _role(key))


def _take_preamble(page: _Page, lines: list[Line]) -> None:
    """Before the first named line: the title, and on the mirror that goes on with "About this trial" the conditions."""
    is_mirror = len(lines) == 2 and "about" in page.values
    for index, line in enumerate(lines):
        if NCT.fullmatch(line.words):
            key = "id"
        elif not page.values["title"]:
            key = "title"
        elif is_mirror and index == 1:
            key = "conditions"
        else:
            key = ""
            page.stray.append(line.words)
        if key:
            page.values[key].append(line.words)
        page.mark(line.start, line.end, SegmentKind.BOILERPLATE, key or "text")


def _is_single(key: str) -> bool:
    return key in _SINGLE or key.startswith(("date:", "design:"))


def _role(key: str) -> str:
    if _is_single(key) or key == "other-ids":
        return "title" if key.endswith("title") else "field-value"
    return _ROLES.get(key, "text" if key in ("about", "summary", "other", "eligibility") else key.split(":")[0])


def _own_number(page: _Page, page_lines: PageLines) -> str:
    """
    The NCT number of the trial itself: a named one, else the only one outside the criteria.

    A number mentioned among the criteria is that of a related trial.
    """
    for words in (page.first("id"), page.first("title"), page.first("official-title")):
        named = NCT.search(words)
        if named:
            return f"NCT{named.group(1)}"
    words = "\n".join(line.words for line in page_lines.outside())
    numbers = list(dict.fromkeys(f"NCT{number}" for number in NCT.findall(words)))
    if len(numbers) > 1:
        page.notes.append(f"several registry numbers, none of them named as the trial's own: {', '.join(numbers)}")
    return numbers[0] if len(numbers) == 1 else ""


def _identifiers(page: _Page, nct: str) -> tuple[tuple[str, str], ...]:
    others = text_parts.read_list([*page.values["id"][:1], *page.values["other-ids"]])
    found = [(nct, "ClinicalTrials.gov")] if nct else []
    return (*found, *((other, "") for other in others if not NCT.search(other)))


def _statuses(page: _Page, sites: tuple[StatedSite, ...]) -> tuple[StatedStatus, ...]:
    """
    The status of the trial.

    A page that states none, but a site that is recruiting, is a page of a recruiting trial: the registries define the
    status of the whole so. The source says where it was taken from.
    """
    stated = page.first("status")
    if stated:
        status = read_status(re.sub(r"\(.*?\)", "", stated))
        if status is None:
            page.notes.append(f"the status {stated!r} is not one that a protocol can have")
            return ()
        return (StatedStatus(status, source="recruitment status on the page"),)
    recruiting = next((site for site in sites if site.status == "recruiting"), None)
    if recruiting is None:
        return ()
    return (StatedStatus("recruiting", source=f"the page says so of the site {recruiting.name!r}, and no more"),)


def _dates(page: _Page) -> dict[str, str]:
    dates: dict[str, str] = {}
    for key in [key for key in page.values if key.startswith("date:") and page.values[key]]:
        name, words = key.removeprefix("date:"), page.first(key)
        read = read_date(words)
        if read is None:
            page.notes.append(f"the date {words!r} ({name}) cannot be read")
            continue
        dates[name] = read[0]
        if read[1]:
            dates[f"{name}-type"] = read[1]
    return dates


def _design(page: _Page) -> dict[str, str]:
    names = {"enrolment": "enrolment-target"}
    stated = {key.removeprefix("design:"): page.first(key) for key in page.values if key.startswith("design:")}
    return {names.get(name, name): value for name, value in stated.items() if value}


def _outcomes(page: _Page) -> tuple[StatedOutcome, ...]:
    return tuple(
        outcome
        for level in ("primary", "secondary", "other")
        for outcome in text_parts.read_outcomes(level, page.values[f"outcomes:{level}"])
    )


def _ages(page: _Page) -> tuple[AgeLimit | None, AgeLimit | None, dict[str, str]]:
    """Both limits and the groups named beside them, from one field for both or from one for each."""
    minimum, maximum, groups = None, None, ""
    words = page.first("age")
    if words:
        reading = ages.read_ages(words)
        minimum, maximum, groups = reading.minimum, reading.maximum, reading.groups
        if not reading.is_understood:
            page.notes.append(f"the age {words!r} does not say which limit it is, or cannot be read")
    for key in ("minimum-age", "maximum-age"):
        words = page.first(key)
        limit = ages.read_age(words)
        if limit is None and not ages.has_no_limit(words):
            page.notes.append(f"the {key.replace('-', ' ')} {words!r} cannot be read")
        if key == "minimum-age":
            minimum = limit or minimum
        else:
            maximum = limit or maximum
    page.notes.append(ages.contradiction(minimum, maximum))
    return minimum, maximum, {"age-groups": groups} if groups else {}


def _read(page: _Page, key: str, read: Callable[[str], T | None]) -> T | None:
    words = page.first(key)
    value = read(words)
    if words and value is None:
        page.notes.append(f"the value {words!r} under {key!r} cannot be read")
    return value


def _with_notes(registration: Registration, page: _Page, left: text_parts.Leftover, notes: list[str]) -> Registration:
    notes = [*notes, *page.notes]
    if left.why:
        notes.append(f"{left.why}: {_shown(left.lines)}")
    if page.stray:
        notes.append(f"lines outside the criteria that name no known fact: {_shown(page.stray)}")
    if not registration.title:
        notes.append("no title was found")
    return replace(registration, not_understood=tuple(note for note in notes if note))


def _shown(lines: Sequence[str]) -> str:
    """The first lines, shortened, and how many there are."""
    shown = "; ".join(repr(line[:80]) for line in lines[:3])
    return shown if len(lines) <= 3 else f"{shown} and {len(lines) - 3} more"
