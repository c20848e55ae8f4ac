"""What every survival method asks of its arrays: one length, whole days from 0, arms and strata counted from 0.

Faults of use end here, all of them together. Data that can occur in a trial (an arm with nobody, no event) are no
faults: the methods answer them with a reason.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.errors import EquipoiseError, Fault

# What the packed keys of `batch` have room for.
DAYS_AT_MOST = 2**24 - 1
STRATA_AT_MOST = 2**24 - 2

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Followed:
    """Checked arrays of one shape: (subjects,) for a data set, (trials, subjects) for a batch."""

    days: Ints
    event: Bools
    arm: Ints
    stratum: Ints | None


def check_followed(
    days: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike | None = None,
    stratum: ArrayLike | None = None,
    *,
    arms: int = 2,
    dimensions: int | None = None,
) -> Followed:
    """
    Check the arrays of a data set or a batch, and give them in their plain types.

    Parameters
    ----------
    days : array_like of whole numbers
        Day of the event, or the last day known to be without it. [days from the time origin, 0 and up]
    event : array_like of bool or 0 and 1
        True for an event, false for a censoring.
    arm : array_like of int, optional
        0 to `arms` - 1; everybody is in arm 0 when it is left out.
    stratum : array_like of int, optional
        0 and up; one stratum when it is left out.
    arms : int
        How many arms there are, whether or not somebody is in each.
    dimensions : int, optional
        1 where a data set is needed, 2 where a batch is; either will do when it is left out.

    Returns
    -------
    Followed

    Raises
    ------
    EquipoiseError
        With every fault: arrays of different shape, a day that is no whole number or before 0, an arm that is none.
    """
    faults: list[Fault] = []
    whole_days = _whole("days", days, DAYS_AT_MOST, faults)
    happened = _whole("event", event, 1, faults).astype(np.bool_)
    arm_of = np.zeros_like(whole_days) if arm is None else _whole("arm", arm, arms - 1, faults)
    stratum_of = None if stratum is None else _whole("stratum", stratum, STRATA_AT_MOST, faults)
    for name, array in (("event", happened), ("arm", arm_of), ("stratum", stratum_of)):
        if array is not None and array.shape != whole_days.shape:
            what = f"shape {array.shape}, but days has shape {whole_days.shape}"
            faults.append(Fault(name, what, "Give one entry for each subject, in the order of days."))
    if dimensions not in (None, whole_days.ndim):
        do = "Give a row for each trial." if dimensions == 2 else "Give one number for each subject."
        faults.append(Fault("days", f"has shape {whole_days.shape}", do))
    if faults:
        raise EquipoiseError("The survival data cannot be analysed as given.", faults)
    return Followed(whole_days, happened, arm_of, stratum_of)


def is_whole(array: NDArray[Any]) -> bool:
    """Whether all are whole numbers that a float holds with all their digits."""
    if array.dtype.kind == "f":
        return bool((np.isfinite(array) & (array == np.floor(array)) & (np.abs(array) < 2**53)).all())
    return array.dtype.kind in "iu"


def _whole(name: str, values: ArrayLike, most: int, faults: list[Fault]) -> Ints:
    array: NDArray[Any] = np.atleast_1d(np.asarray(values))
    if array.dtype == np.bool_:
        return array.astype(np.int64)
    if array.dtype.kind not in "iuf" and array.size:
        faults.append(Fault(name, f"not numbers ({array.dtype})", "Give whole numbers."))
        return np.zeros(array.shape, np.int64)
    if not is_whole(array):
        faults.append(Fault(name, "holds something that is not a whole number", "Give whole numbers; none missing."))
        return np.zeros(array.shape, np.int64)
    if array.size and not 0 <= array.min() <= array.max() <= most:
        what = f"holds a number outside 0 to {most} ({array.min()} to {array.max()})"
        faults.append(Fault(name, what, "Leave out or correct these subjects, and say why."))
        return np.zeros(array.shape, np.int64)
    return array.astype(np.int64, copy=False)
