"""What the methods for competing risks ask of their input: whole days, and of what cause the wait ended.

Shapes and checks only; every method of this package begins here. What can occur in a trial (nobody, no event) is not
wrong use, and is answered by each method with a reason.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.analysis.survival.inputs import is_whole
from equipoise.errors import EquipoiseError, Fault

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CENSORED = 0
"""The number that stands in place of a cause when the wait was not seen to end."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """
    Days and causes of n subjects.

    Attributes
    ----------
    days
        Shape (n,): whole days from the origin. [d]
    causes
        Shape (n,): `CENSORED`, or 1, 2, ... for the event that came first.
    """

    days: Ints
    causes: Ints

    def __len__(self) -> int:
        return len(self.days)


def check_outcomes(days: ArrayLike, causes: ArrayLike, cause: int) -> Outcomes:
    """
    The input of a method as arrays of whole numbers.

    Raises
    ------
    EquipoiseError
        Arrays of other shapes, something that is not a whole number, a negative day or cause, or a cause of interest
        below 1.
    """
    faults: list[Fault] = []
    day_array = read_whole_numbers("days", days, faults)
    cause_array = read_whole_numbers("causes", causes, faults)
    if day_array.shape != cause_array.shape:
        what = f"{len(day_array)} days and {len(cause_array)} causes"
        faults.append(Fault("days, causes", what, "Give one of each for every subject."))
    if cause < 1:
        faults.append(Fault("cause", f"{cause} is no cause", "Causes are numbered from 1; 0 stands for censored."))
    if faults:
        raise EquipoiseError("Competing risks cannot be computed from this input.", faults)
    return Outcomes(day_array, cause_array)


def check_labels(name: str, labels: ArrayLike | None, n_subjects: int) -> Ints:
    """
    A small whole number for each subject (a group, a stratum); all zero when there are none.

    Raises
    ------
    EquipoiseError
        As `check_outcomes`.
    """
    if labels is None:
        return np.zeros(n_subjects, dtype=np.int64)
    faults: list[Fault] = []
    array = read_whole_numbers(name, labels, faults)
    if not faults and len(array) != n_subjects:
        faults.append(Fault(name, f"{len(array)} for {n_subjects} subjects", "Give one for every subject."))
    if faults:
        raise EquipoiseError("Competing risks cannot be computed from this input.", faults)
    return array


def read_whole_numbers(name: str, values: ArrayLike, faults: list[Fault]) -> Ints:
    """One column as int64; what is wrong with it is added to `faults`."""
    array = np.asarray(values)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != 1:
        faults.append(Fault(name, f"{array.ndim} dimensions", "Give a list with one number for each subject."))
    elif array.dtype.kind != "b" and not is_whole(array):
        faults.append(Fault(name, "not all are whole numbers", "Give whole numbers, with no gaps."))
    elif array.size and array.min() < 0:
        faults.append(Fault(name, "there are negative numbers", "Give numbers from 0 on."))
    else:
        return array.astype(np.int64)
    return np.zeros(0, dtype=np.int64)
