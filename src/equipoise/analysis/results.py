"""What an analysis came to, as plain data that a report shows and a file holds: numbers with type, set and source.

Shapes only. Every number says in which analysis it stands and from how many subjects; `subjects` lead back to the rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from equipoise.analysis.answer import Interval, NotEstimable

Number = float | int


@dataclass(frozen=True)
class Estimate:
    """One estimate: what, how much, with which interval; or why there is none."""

    name: str
    label: str
    value: Number | NotEstimable
    interval: Interval | None = None
    unit: str = ""
    p: float | None = None
    note: str = ""


@dataclass(frozen=True)
class ArmLine:
    """The estimates of one arm; `is_cohort`: of a cohort from before, none of whose people is a subject."""

    arm: str
    n: int
    n_events: int | None
    estimates: tuple[Estimate, ...]
    is_cohort: bool = False


@dataclass(frozen=True)
class AnalysisResult:
    """
    One planned analysis, done.

    `curves` are what a figure draws, by arm: lists of numbers by name (`day`, `survival`, `low`, `high`, `at_risk`).
    """

    id: str
    label: str
    role: str
    endpoint: str
    set: str
    method: str
    options: Mapping[str, Any]
    arms: tuple[ArmLine, ...]
    comparisons: tuple[Estimate, ...]
    warnings: tuple[str, ...] = ()
    curves: Mapping[str, Mapping[str, Sequence[Number]]] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()
    not_done: str = ""
