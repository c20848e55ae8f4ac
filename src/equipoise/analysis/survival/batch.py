"""Many trials of two arms at once: on each day with an event, who was at risk and who had it. For log-rank and Cox.

The real trial is a batch of one, a re-randomisation test a batch of labels, a simulation a batch of trials: all of them
count here. What is made of the counts stands in `logrank` and in the Cox models.

Each subject becomes one integer, `trial | stratum | day | event | arm`, so that one sort of plain integers puts every
trial in order of stratum and time. One running sum then holds arms and events in three fields of the same integer, and
the difference of two of its places is a count. Nothing is gathered by subject, which is what costs time otherwise.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from equipoise.analysis.survival.inputs import Bools, Followed, Ints
from equipoise.errors import EquipoiseError, Fault

_DAY, _STRATUM, _TRIAL = 2, 26, 50  # where the fields of a key begin; the event is bit 1, the arm bit 0
_NOBODY = 2**24 - 1  # the stratum of a place in the array that holds no subject
_FIELD = 21  # bits of a count in the running sum: subjects of a block at most 2^21 - 1
_COUNTS = np.array([0, 1 << 2 * _FIELD, 1 << _FIELD, (1 << 2 * _FIELD) + (1 << _FIELD) + 1], np.int64)
SUBJECTS_AT_MOST = 2**_FIELD - 1
_CACHED = 100_000  # subjects of a block: its few arrays stay in the cache of a processor
_TRIALS_AT_MOST = 2**13

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EventTimes:
    """
    The days with an event, trial by trial, stratum by stratum, in order of time. All arrays have one entry for each.

    Who is censored on a day with an event counts as at risk on it.

    Attributes
    ----------
    trials : int
        How many trials were counted, those without an event included.
    trial : array of int, in ascending order
    at_risk, at_risk_1 : array of int
        Subjects of the stratum in both arms, and in arm 1, without event or censoring before the day.
    events, events_1 : array of int
        Events on the day in both arms, and in arm 1.
    """

    trials: int
    key: Ints
    at_risk: Ints
    at_risk_1: Ints
    events: Ints
    events_1: Ints

    @cached_property
    def trial(self) -> Ints:
        return np.asarray(self.key >> _TRIAL)

    @cached_property
    def stratum(self) -> Ints:
        return np.asarray((self.key >> _STRATUM) & _NOBODY)

    @cached_property
    def day(self) -> Ints:
        return np.asarray((self.key >> _DAY) & (2 ** (_STRATUM - _DAY) - 1))

    @cached_property
    def first(self) -> Ints:
        """For each trial, and one more: the place where its days begin. (trials + 1,)"""
        return np.searchsorted(self.key, np.arange(self.trials + 1, dtype=np.int64) << _TRIAL).astype(np.int64)

    @cached_property
    def curve_first(self) -> Ints:
        """Where the days of each stratum of each trial begin, in order; strata without an event have none."""
        curve = self.key >> _STRATUM
        return np.flatnonzero(np.append(True, curve[1:] != curve[:-1])[: curve.size]).astype(np.int64)

    def sum_by_trial(self, values: Floats) -> Floats:
        """Sum the values of the days of each trial; 0 for a trial without an event. (days,) -> (trials,)"""
        total = np.zeros(self.trials)
        has_events = self.first[1:] > self.first[:-1]
        if values.size:
            total[has_events] = np.add.reduceat(values, self.first[:-1][has_events])
        return total


def count_event_times(
    days: Ints, event: Bools, arm: Ints, stratum: Ints | None = None, valid: Bools | None = None
) -> EventTimes:
    """
    Count subjects at risk and events by arm on each day with an event, for each trial and stratum.

    Parameters
    ----------
    days, event, arm, stratum : array, (trials, subjects)
        As `check_followed` gives them; arms are 0 and 1.
    valid : array of bool, (trials, subjects), optional
        False where a trial has no subject, for trials of unequal size; the numbers that stand there do not matter.

    Returns
    -------
    EventTimes

    Raises
    ------
    EquipoiseError
        For more trials or subjects than fit (`split_into_blocks` gives blocks that do), and a `valid` of another shape.
    """
    trials = days.shape[0]
    if trials > _TRIALS_AT_MOST or days.size > SUBJECTS_AT_MOST:
        what = f"{trials} trials with {days.size} subjects, more than {_TRIALS_AT_MOST} or {SUBJECTS_AT_MOST}"
        raise EquipoiseError("A batch is too large.", [Fault("batch", what, "Count fewer trials at once.")])
    if valid is not None and (valid.shape != days.shape or valid.dtype != np.bool_):
        what = f"{valid.dtype} of shape {valid.shape}, but days has shape {days.shape}"
        raise EquipoiseError("A batch is a table.", [Fault("valid", what, "Give true or false for each place.")])
    keys = _sorted_keys(days, event, arm, stratum, valid)
    counted = np.zeros(keys.size + 1, np.int64)
    np.cumsum(_COUNTS.take(keys & 3), out=counted[1:])

    # Two neighbours that differ above their two lowest bits are of different days.
    change = keys[1:] ^ keys[:-1]
    starts = np.append(0, np.flatnonzero(change > 3) + 1)[: keys.size]
    ends = np.append(starts[1:], keys.size)[: keys.size]
    on_day = counted[ends] - counted[starts]
    risk_ends = _ends_of_strata(change, starts, keys.size)

    has_event = np.flatnonzero((on_day >> _FIELD) & SUBJECTS_AT_MOST)
    starts, on_day, risk_ends = starts[has_event], on_day[has_event], risk_ends[has_event]
    return EventTimes(
        trials=trials,
        key=keys[starts] & -4,
        at_risk=risk_ends - starts,
        at_risk_1=(counted[risk_ends] - counted[starts]) >> 2 * _FIELD,
        events=(on_day >> _FIELD) & SUBJECTS_AT_MOST,
        events_1=on_day & SUBJECTS_AT_MOST,
    )


def count_in_blocks(data: Followed, valid: Bools | None = None) -> Iterator[tuple[slice, EventTimes]]:
    """
    Count a batch of any size block by block: rows, and their days with an event.

    Parameters
    ----------
    data : Followed
        Arrays of shape (trials, subjects).
    valid : array of bool, (trials, subjects), optional
        See `count_event_times`.

    Raises
    ------
    EquipoiseError
        For arrays that are no table.
    """
    for name, array in (("days", data.days), ("valid", valid)):
        if array is not None and (array.ndim != 2 or array.shape != data.days.shape):
            what = f"has shape {array.shape}"
            raise EquipoiseError("A batch is a table.", [Fault(name, what, "Give a row for each trial.")])
    for rows in split_into_blocks(*data.days.shape):
        stratum = None if data.stratum is None else data.stratum[rows]
        mask = None if valid is None else valid[rows]
        yield rows, count_event_times(data.days[rows], data.event[rows], data.arm[rows], stratum, mask)


def split_into_blocks(trials: int, subjects: int) -> Iterator[slice]:
    """Slices over trials, each small enough to stay in cache. A trial alone is never split."""
    size = min(max(1, _CACHED // max(1, subjects)), _TRIALS_AT_MOST)
    for start in range(0, trials, size):
        yield slice(start, min(start + size, trials))


def _sorted_keys(days: Ints, event: Bools, arm: Ints, stratum: Ints | None, valid: Bools | None) -> Ints:
    keys = days << (_DAY - 1)
    keys += event
    keys <<= 1
    keys += arm
    if stratum is not None:
        keys += stratum << _STRATUM
    if valid is not None:
        keys[~valid] = _NOBODY << _STRATUM
    keys += (np.arange(days.shape[0], dtype=np.int64) << _TRIAL)[:, None]
    keys.sort(axis=1)
    return keys.ravel()


def _ends_of_strata(change: Ints, starts: Ints, subjects: int) -> Ints:
    """For each day, the place after the last subject of its stratum: everybody up to there was at risk."""
    if not starts.size:
        return starts
    begins = np.append(True, change[starts[1:] - 1] >= 1 << _STRATUM)
    ends = np.append(starts[begins][1:], subjects)
    return np.asarray(ends[np.cumsum(begins) - 1])
