"""What methods give, as estimates that a report prints: a number or why there is none, its interval, its p-value."""

import math

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.results import Estimate, Number

DAYS = "d"
MONOTONE = NotEstimable("the likelihood has no maximum: in one of the arms nobody had the event")


def estimate(
    name: str,
    label: str,
    value: Number | NotEstimable,
    interval: Interval | NotEstimable | None = None,
    *,
    unit: str = "",
    p: float | NotEstimable | None = None,
    note: str = "",
) -> Estimate:
    """
    An estimate of plain numbers; why there is no interval or p stands in its note.

    A value that is infinite or no number is none, so that no file holds one.
    """
    notes = [note] if note else []
    if isinstance(interval, NotEstimable):
        notes.append(f"no interval: {interval.reason}")
        interval = None
    if isinstance(p, NotEstimable):
        notes.append(f"no p-value: {p.reason}")
        p = None
    if not isinstance(value, NotEstimable) and not math.isfinite(value):
        value = MONOTONE
    if interval is not None:
        interval = Interval(_finite(interval.low), _finite(interval.high), interval.level, interval.type)
    return Estimate(name, label, value, interval, unit, p, "; ".join(notes))


def name_arms(reason: NotEstimable, control: str, other: str) -> NotEstimable:
    """A reason with the arms by name, where the method that gave it knows them as 0 and 1."""
    words = reason.reason.replace("arm 0", f"arm {control}").replace("arm 1", f"arm {other}")
    return NotEstimable(words)


def nobody_in(*arms: str) -> NotEstimable:
    """Why arms are not compared when these of them have nobody."""
    return NotEstimable(f"nobody is in arm {' or '.join(arms)}")


def _finite(bound: float | None) -> float | None:
    return None if bound is None or not math.isfinite(bound) else bound


def interval_type(word: str) -> IntervalType:
    """The type that a plan names for curves."""
    return IntervalType(word)
