"""Lengths of time as whole days from an anchor: target, early and late, and how sure each is.

A plan counts days. What a record states in hours is rounded outward, so that no window becomes narrower than the record
has it; months and years are counted by their mean length. Either is said in the note.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from equipoise.authoring.schedule import Length, StatedTiming, TimingKind
from equipoise.protocol.trial import Mark

_DAY_HOURS = Decimal(24)
_FROM_START = ("", "Start to Start")


@dataclass(frozen=True)
class Days:
    """`target` days after an anchor, from `early` days before that day to `late` after it."""

    target: int
    early: int
    late: int
    mark: Mark
    note: str


def signed_hours(timing: StatedTiming) -> Decimal:
    """How long after its reference an instance is; negative before it, 0 for a fixed reference. [hours]"""
    if timing.kind is TimingKind.FIXED:
        return Decimal(0)
    return -timing.value.hours if timing.kind is TimingKind.BEFORE else timing.value.hours


def days_of(timing: StatedTiming, *, through: Iterable[StatedTiming] = ()) -> Days:
    """
    The days of a timing.

    Parameters
    ----------
    through
        Timings of the instances between this one and its anchor, which have no place in the plan themselves.
    """
    between = tuple(through)
    used = [*(() if timing.kind is TimingKind.FIXED else (timing.value,)), timing.lower, timing.upper]
    lengths = [each for each in used if each is not None] + [each.value for each in between]
    hours = signed_hours(timing) + sum((signed_hours(each) for each in between), Decimal(0))
    first = hours - (timing.lower.hours if timing.lower else 0)
    last = hours + (timing.upper.hours if timing.upper else 0)
    if any(each.is_calendar for each in lengths):
        target, mark = round(hours / _DAY_HOURS), Mark.PARAMETER
    else:
        target, mark = math.trunc(hours / _DAY_HOURS), Mark.VERIFIED
    early, late = target - math.floor(first / _DAY_HOURS), math.ceil(last / _DAY_HOURS) - target
    days = Days(target, max(early, 0), max(late, 0), mark, " ".join(_notes(timing, between, lengths)))
    is_rounded = any(each.hours % _DAY_HOURS for each in lengths)
    return replace(days, mark=Mark.INFERRED) if mark is Mark.VERIFIED and (is_rounded or between) else days


def _notes(timing: StatedTiming, between: tuple[StatedTiming, ...], lengths: list[Length]) -> list[str]:
    notes = []
    calendar = dict.fromkeys(each.words for each in lengths if each.is_calendar)
    hours = dict.fromkeys(each.words for each in lengths if each.hours % _DAY_HOURS and not each.is_calendar)
    if calendar:
        notes.append(f"{', '.join(calendar)}: counted by the mean length of a month or a year.")
    if hours:
        notes.append(f"{', '.join(hours)}: a plan counts days, so the window is rounded outward to whole days.")
    if between:
        notes.append(f"Counted through {', '.join(each.name for each in between)}.")
    if timing.kind is not TimingKind.FIXED and timing.lower is None and timing.upper is None:
        notes.append("No window is stated.")
    if timing.relation not in _FROM_START:
        notes.append(f"The record counts {timing.relation.lower()}; each instance is taken as one day.")
    return notes
