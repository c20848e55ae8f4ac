"""The parts of a plain-text page that are lists: sites with their status, arms, interventions, outcomes.

Each reader takes the lines of its part and gives what it is sure of; lines that fit no form are handed back, and the
page's reader notes them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.authoring.model import StatedArm, StatedIntervention, StatedOutcome, StatedSite
from equipoise.authoring.registries.vocabulary import plain, read_status

_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)])\s+")
_STATUS_AT_END = re.compile(
    r"(?P<name>.*?\S??)[\s,;:(|–-]*"
    r"(?P<status>Not [Yy]et [Rr]ecruiting|Enrolling by [Ii]nvitation|Active,? [Nn]ot [Rr]ecruiting|Recruiting"
    r"|Completed|Terminated|Suspended|Withdrawn)\)?\s*$"
)
_LONGEST_SITE = 400
_ARM_KINDS = "Experimental|Active Comparator|Placebo Comparator|Sham Comparator|No Intervention|Other"
_ARM_KIND = re.compile(f"(?:{_ARM_KINDS})(?: Arm)?", re.IGNORECASE)
_ARM_LINE = re.compile(rf"(?P<kind>{_ARM_KINDS})\s*:\s*(?P<name>\S.*)", re.IGNORECASE)
_ARM_NUMBER = re.compile(r"(?:Study )?(?:Arm|Group|Cohort)\s+(?:\d{1,2}|[A-Z])", re.IGNORECASE)
_INTERVENTION = re.compile(
    r"(?P<type>Drug|Device|Biological(?:/Vaccine)?|Procedure(?:/Surgery)?|Radiation|Behavioral|Genetic|"
    r"Dietary Supplement|Combination Product|Diagnostic Test|Other)\s*:\s*(?P<name>\S.*)",
    re.IGNORECASE,
)
_TIME_FRAME = re.compile(r"\[?\s{0,3}Time Frame\s{0,3}:\s*(?P<frame>[^\]]*)\]?", re.IGNORECASE)


@dataclass(frozen=True)
class Leftover:
    """Lines of a part that fit none of its forms, and why."""

    lines: tuple[str, ...] = ()
    why: str = ""


def read_sites(lines: Sequence[str]) -> tuple[StatedSite, ...]:
    """
    Sites, each a line; its status stands at the end, glued to the name or in a line of its own below.

    Where some lines are bulleted or carry a status, only those are sites.
    """
    sites: list[StatedSite] = []
    is_marked = any(_BULLET.match(line) or _status_of(line) for line in lines)
    before = ""
    for line in lines:
        words = _BULLET.sub("", line).strip()
        found = _STATUS_AT_END.match(words) if len(words) <= _LONGEST_SITE else None
        status = (read_status(found.group("status")) or "") if found else ""
        name = found.group("name").strip(" ,;:-–(|") if found else words
        if found and not name and before:
            sites.append(StatedSite(before, status))
            before = ""
        elif name and (found or _BULLET.match(line) or not is_marked):
            sites.append(StatedSite(name, status))
            before = ""
        elif name:
            before = name
    return tuple(sites)


def read_arms(lines: Sequence[str]) -> tuple[tuple[StatedArm, ...], Leftover]:
    """
    Arms in one of two forms.

    A table read row by row: the labels ("Arm 1", "Arm 2"), then as many kinds, names and descriptions. Or a line
    "Experimental: name" for each arm, its description below.
    """
    stripped = [line.strip() for line in lines]
    if stripped and _ARM_NUMBER.fullmatch(stripped[0]):
        return _arms_of_table(stripped)
    arms: list[StatedArm] = []
    others: list[str] = []
    for line in (_BULLET.sub("", each) for each in stripped):
        found = _ARM_LINE.fullmatch(line)
        if found and not (found.group("kind").lower() == "other" and not arms):
            arms.append(StatedArm(found.group("name"), found.group("kind")))
        elif _INTERVENTION.fullmatch(line):
            continue
        elif arms:
            last = arms[-1]
            arms[-1] = StatedArm(last.label, last.type, f"{last.description} {line}".strip())
        else:
            others.append(line)
    return tuple(arms), Leftover(tuple(others), "these lines of the arms name no kind of arm" if others else "")


def _arms_of_table(lines: list[str]) -> tuple[tuple[StatedArm, ...], Leftover]:
    arms: list[StatedArm] = []
    at = 0
    while at < len(lines):
        width = 0
        while at + width < len(lines) and _ARM_NUMBER.fullmatch(lines[at + width]):
            width += 1
        end = at + width
        while end < len(lines) and not _ARM_NUMBER.fullmatch(lines[end]):
            end += 1
        block = lines[at:end]
        rows = [block[row * width : (row + 1) * width] for row in range(1, 4)]
        if len(block) not in (3 * width, 4 * width) or not all(_ARM_KIND.fullmatch(kind) for kind in rows[0]):
            return tuple(arms), Leftover(
                tuple(lines[at:]), "the table of arms does not have the same rows for each arm"
            )
        descriptions = rows[2] or [""] * width
        arms += [StatedArm(name, kind, words) for kind, name, words in zip(rows[0], rows[1], descriptions, strict=True)]
        at = end
    return tuple(arms), Leftover()


def read_interventions(lines: Sequence[str]) -> tuple[StatedIntervention, ...]:
    """Interventions that say their type: "Drug: name"."""
    found = (_INTERVENTION.fullmatch(_BULLET.sub("", line).strip()) for line in lines)
    return tuple(
        dict.fromkeys(StatedIntervention(each.group("name"), each.group("type")) for each in found if each is not None)
    )


def read_outcomes(level: str, lines: Sequence[str]) -> tuple[StatedOutcome, ...]:
    """
    Outcomes of one level, each a line with its time frame behind it or below it.

    Where some lines are bulleted, numbered or carry a time frame, a line without any of these describes the one above.
    """
    outcomes: list[StatedOutcome] = []
    is_marked = any(_BULLET.match(line) or _TIME_FRAME.search(line) for line in lines)
    for line in lines:
        words = _BULLET.sub("", line).strip()
        found = _TIME_FRAME.search(words)
        frame = found.group("frame").strip() if found else ""
        measure = words[: found.start()].strip() if found else words
        rest = words[found.end() :].strip() if found else ""
        last = outcomes[-1] if outcomes else None
        if found and not measure and last and not last.time_frame:
            outcomes[-1] = StatedOutcome(level, last.measure, frame, rest or last.description)
        elif not is_marked or found or _BULLET.match(line) or last is None:
            outcomes.append(StatedOutcome(level, measure, frame, rest))
        else:
            outcomes[-1] = StatedOutcome(level, last.measure, last.time_frame, f"{last.description} {words}".strip())
    return tuple(outcomes)


def read_list(lines: Sequence[str]) -> tuple[str, ...]:
    """Names, one a line or parted by commas, semicolons or bars; commas inside brackets do not part."""
    parts: list[str] = []
    for line in lines:
        words = _BULLET.sub("", line).strip()
        mark = next((mark for mark in ("|", ";") if mark in words), ",")
        parts += _split_outside_brackets(words, mark)
    return tuple(dict.fromkeys(part.strip() for part in parts if plain(part)))


def _split_outside_brackets(words: str, mark: str) -> list[str]:
    parts: list[str] = []
    depth = start = 0
    for found in re.finditer(rf"[(){re.escape(mark)}]", words):
        sign = found.group()
        if sign == mark and not depth:
            parts.append(words[start : found.start()])
            start = found.end()
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth = max(depth - 1, 0)
    return [*parts, words[start:]]


def _status_of(line: str) -> bool:
    return len(line) <= _LONGEST_SITE and _STATUS_AT_END.match(line) is not None
