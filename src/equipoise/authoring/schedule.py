"""What a record states of the schedule of a trial, in its own terms: timelines of instances with timings and decisions.

Shapes only. A reader fills them; what becomes a plan of it is decided in `drafting.plan`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class TimingKind(StrEnum):
    """How an instance lies to the one that it is counted from."""

    FIXED = "fixed"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Length:
    """
    A length of time. [hours]

    `words` as the record writes it. `is_calendar`: months or years are in it, which have no fixed number of days.
    """

    hours: Decimal
    words: str
    is_calendar: bool = False


@dataclass(frozen=True)
class StatedTiming:
    """
    When an instance takes place: `value` before or after the instance `to`, in a window from `lower` to `upper`.

    A window end that the record does not state is None. `relation`: what is counted from what ("Start to Start").
    """

    name: str
    kind: TimingKind
    value: Length
    to: str
    lower: Length | None = None
    upper: Length | None = None
    relation: str = ""


@dataclass(frozen=True)
class StatedActivity:
    """Something done at an instance; `gives` are places in `Registration.interventions` that it is linked to."""

    label: str
    gives: tuple[int, ...] = ()


@dataclass(frozen=True)
class Branch:
    """One way on from a decision: its condition in words, and the instance it leads to."""

    words: str
    to: str


@dataclass(frozen=True)
class StatedInstance:
    """
    One point of a timeline: a visit, or a decision between ways on.

    Parameters
    ----------
    epoch
        Identifier of its epoch; empty when not stated.
    is_contact
        The subject is only called or written to.
    timing
        None when none is stated that can be read.
    next
        The instance that follows, unless a branch is taken; empty at the end.
    """

    id: str
    name: str
    label: str
    epoch: str = ""
    is_contact: bool = False
    is_decision: bool = False
    activities: tuple[StatedActivity, ...] = ()
    timing: StatedTiming | None = None
    next: str = ""
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class StatedTimeline:
    """A timeline; `entry` is its first instance and `entry_condition` what brings a subject onto it, in words."""

    label: str
    is_main: bool
    entry: str
    entry_condition: str
    instances: tuple[StatedInstance, ...]


@dataclass(frozen=True)
class StatedEpoch:
    """A stretch of the trial; `is_screening`: it comes before anybody is taken in."""

    id: str
    label: str
    is_screening: bool = False


@dataclass(frozen=True)
class StatedDose:
    """A dose of an intervention: an amount, the unit in UCUM where it is known, and the record's own words."""

    name: str
    amount: Decimal
    unit: str | None
    unit_words: str


@dataclass(frozen=True)
class StatedSchedule:
    """
    The schedule of a design.

    Parameters
    ----------
    arms
        For each epoch the arms that go through it, as places in `Registration.arms`.
    given
        For each epoch and arm the interventions of its elements, as places in `Registration.interventions`.
    doses
        The doses of each intervention, by its place.
    words
        Rules and conditions that stand in words alone, each with what it belongs to.
    """

    epochs: tuple[StatedEpoch, ...]
    timelines: tuple[StatedTimeline, ...]
    arms: Mapping[str, tuple[int, ...]]
    given: Mapping[tuple[str, int], frozenset[int]]
    doses: Mapping[int, tuple[StatedDose, ...]]
    words: tuple[str, ...] = ()
