"""Adverse events counted over everybody, without anybody's name: what may be told while the arms are pooled.

Decides what is counted. A term that comes with one treatment, told by subject, tells the arm of each of them; a count
over all subjects tells that somebody had it. A subject counts once in a line, at the worst grade that is signed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from equipoise.analysis.facts import AdverseEvent, SubjectFacts
from equipoise.analysis.response import GradedBy, GradeLine, find_worst_grades

SEVERE, FATAL = 3, 5
KINDS: Mapping[str, Callable[[AdverseEvent], bool]] = {
    "Any adverse event": lambda _: True,
    "One of grade 3 or more": lambda event: (event.worst_grade or 0) >= SEVERE,
    "A serious one": lambda event: event.is_serious,
    "One related to treatment": lambda event: event.is_related,
    "One of grade 5": lambda event: event.worst_grade == FATAL,
}
"""What subjects are counted by, in words, in the order of a report."""


@dataclass(frozen=True)
class HarmCount:
    """How many subjects had a term or category: by worst signed grade, without a signed one, and altogether."""

    label: str
    by_grade: Mapping[int, int]
    ungraded: int
    n: int


@dataclass(frozen=True)
class PooledHarms:
    """Counts over `n` subjects: of each of `KINDS`, and of each line by what the lines are made by."""

    n: int
    kinds: Mapping[str, int]
    lines: Mapping[GradedBy, tuple[HarmCount, ...]]


def pool_harms(subjects: Sequence[SubjectFacts], cut_on: date) -> PooledHarms:
    """
    Count the adverse events of subjects of all arms together, from each randomisation to the cut.

    The arms are not read: each subject is counted as of one arm.
    """
    pooled = [replace(each, arm="") for each in subjects]
    kinds = {
        words: sum(any(is_one(event) for event in events_of(each, cut_on)) for each in pooled)
        for words, is_one in KINDS.items()
    }
    lines = {by: tuple(_count(line) for line in find_worst_grades(pooled, cut_on, by=by)) for by in GradedBy}
    return PooledHarms(len(pooled), kinds, lines)


def events_of(subject: SubjectFacts, cut_on: date) -> list[AdverseEvent]:
    """The adverse events that count: from the day of randomisation to the cut."""
    return [each for each in subject.adverse_events if subject.randomised_on <= each.on <= cut_on]


def _count(line: GradeLine) -> HarmCount:
    by_grade = {grade: len(names) for grade, names in line.by_grade.items()}
    return HarmCount(line.label, by_grade, len(line.unsigned), len(line.subjects))
