"""When an event was last known not to have happened, and when first known to have: shapes and checks.

On whole days an exact day d is the interval (d - 1, d], so that one half-open shape serves exact, left-, right- and
interval-censored observations alike. What can occur in a trial (nobody, nobody with the event) is not wrong use.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.analysis.survival.inputs import is_whole
from equipoise.errors import EquipoiseError, Fault

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NEVER = int(np.iinfo(np.int64).max)
"""The last day of an observation that is right-censored: the event had not been seen."""


@dataclass(frozen=True, eq=False)
class Observations:
    """
    Intervals of n subjects: the event is after `after` and not later than `until`.

    Attributes
    ----------
    after, until
        Shape (n,): whole days; `until` is `NEVER` for right-censored. [d]
    """

    after: Ints
    until: Ints

    def __len__(self) -> int:
        return len(self.after)


def check_observations(last_free: ArrayLike, first_seen: ArrayLike) -> Observations:
    """
    Read observations from the two days that a trial knows.

    Parameters
    ----------
    last_free
        Shape (n,): the last day on which the subject was known to be free of the event; 0 for left-censored (an event
        on day 0 itself can only be given as exact).
    first_seen
        Shape (n,): the first day on which the event was known; `NEVER` or infinity when it was not seen. Equal days
        mean that the day is exact.

    Raises
    ------
    EquipoiseError
        Arrays of other shapes, something that is not a whole number of days from 0 on, or a first day before the last.
    """
    faults: list[Fault] = []
    after = _read_days("last_free", last_free, faults)
    until = _read_days("first_seen", first_seen, faults)
    if not faults and after.shape != until.shape:
        what = f"{len(after)} and {len(until)} days"
        faults.append(Fault("last_free, first_seen", what, "Give one of each for every subject."))
    elif not faults and np.any(after > until):
        what = f"{int(np.sum(after > until))} subjects had the event before they were last free of it"
        faults.append(Fault("last_free, first_seen", what, "Give the earlier day first."))
    elif not faults and np.any(after == NEVER):
        faults.append(Fault("last_free", "not all are days", "Only first_seen can be never."))
    if faults:
        raise EquipoiseError("Interval-censored observations cannot be read.", faults)
    return Observations(np.where(after == until, after - 1, after), until)


def _read_days(name: str, days: ArrayLike, faults: list[Fault]) -> Ints:
    array = np.asarray(days)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.dtype.kind == "f":
        never = np.isposinf(array)
        finite = np.where(never, 0, array)
        if is_whole(finite):
            array = np.where(never, NEVER, finite.astype(np.int64))
    if array.ndim != 1 or array.dtype.kind not in "iu":
        faults.append(Fault(name, "not a list of whole days", "Give one whole number for each subject, with no gaps."))
    elif array.size and array.min() < 0:
        faults.append(Fault(name, "there are negative days", "Give days from 0 on."))
    else:
        return array.astype(np.int64)
    return np.zeros(0, dtype=np.int64)
