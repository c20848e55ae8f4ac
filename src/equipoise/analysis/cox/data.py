"""What a Cox model is fitted to: checked, sorted so that every risk set is a run of rows, covariates on one scale.

Decides what can be read at all (wrong use is an error with every fault of the call) and in which order subjects stand.
What cannot be estimated is left to `fitting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.analysis.survival.inputs import is_whole
from equipoise.errors import EquipoiseError, Fault

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Ties(StrEnum):
    """How events of one day share the likelihood."""

    BRESLOW = "breslow"
    EFRON = "efron"
    EXACT = "exact"


@dataclass(frozen=True, eq=False)
class CoxData:
    """
    Subjects by stratum and, within it, from the longest time to the shortest.

    A risk set is then the run from the first row of its stratum to the last row whose day is not before the event.
    Covariates stand centred within their stratum, which changes no partial likelihood, and divided by one number each,
    so that sums lose no digits to the place or the unit of a covariate.

    Attributes
    ----------
    days, event, stratum : arrays, [n]
        Sorted; `stratum` counts from 0 in the order of `labels`.
    covariates : array, [n, p]
        Centred and scaled; 0 for those censored before the first event of their stratum, who tell nothing.
    is_constant : array of bool, [p]
        The same value in all subjects.
    scales : array, [p]
        What each covariate was divided by.
    centres : array, [strata, p]
        What was subtracted before, in the unit of the covariate.
    order : array, [n]
        Place of each row in the call.
    slices : one slice of rows for each stratum
    labels : the strata as they were given
    names : names of the covariates
    deaths : array, [events]
        Rows with an event, by stratum and falling day.
    group_of_death : array, [events]
        Deaths of one stratum and day are a group.
    group_last : array, [groups]
        Last row of the risk set of the group.
    group_first_death : array, [groups]
        Place in `deaths` of the first of each group.
    """

    days: Ints
    event: NDArray[np.bool_]
    stratum: Ints
    covariates: Floats
    is_constant: NDArray[np.bool_]
    scales: Floats
    centres: Floats
    order: Ints
    slices: tuple[slice, ...]
    labels: tuple[Any, ...]
    names: tuple[str, ...]
    deaths: Ints
    group_of_death: Ints
    group_last: Ints
    group_first_death: Ints

    @property
    def group_days(self) -> Ints:
        return self.days[self.group_last]

    @property
    def group_strata(self) -> Ints:
        return self.stratum[self.group_last]

    @property
    def group_sizes(self) -> Ints:
        """Deaths of each group."""
        return np.diff(np.append(self.group_first_death, len(self.deaths)))


def prepare_data(
    days: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> CoxData:
    """
    Check and sort what a model is fitted to.

    Raises
    ------
    EquipoiseError
        With a fault for everything that is wrong with the arrays.
    """
    days_, event_, x = np.asarray(days), np.asarray(event), np.asarray(covariates)
    strata_ = np.zeros(len(days_), dtype=np.int64) if strata is None else np.asarray(strata)
    faults = _find_faults(days_, event_, x, strata_, names)
    if faults:
        raise EquipoiseError("A Cox model cannot be fitted to this.", faults)
    names_ = tuple(names) if names is not None else tuple(f"x{j + 1}" for j in range(x.shape[1]))
    labels, stratum = np.unique(strata_, return_inverse=True)
    return sort_data(days_, event_.astype(np.bool_), x.astype(np.float64), stratum, tuple(labels.tolist()), names_)


def sort_data(
    days: NDArray[Any],
    event: NDArray[np.bool_],
    covariates: Floats,
    stratum: NDArray[Any],
    labels: tuple[Any, ...],
    names: tuple[str, ...],
) -> CoxData:
    """`prepare_data` without its checks; `stratum` counts from 0."""
    order = np.lexsort((-days.astype(np.int64), stratum))
    days, event, stratum = days[order].astype(np.int64), event[order], stratum[order].astype(np.int64)
    edges = np.searchsorted(stratum, np.arange(len(labels) + 1))
    slices = tuple(slice(int(a), int(b)) for a, b in pairwise(edges))
    is_last = np.ones(len(days), dtype=np.bool_)
    is_last[:-1] = (days[:-1] != days[1:]) | (stratum[:-1] != stratum[1:])
    last_of_run = np.flatnonzero(is_last)
    deaths = np.flatnonzero(event)
    last_of_death = last_of_run[np.searchsorted(last_of_run, deaths)]
    group_last, first, group = np.unique(last_of_death, return_index=True, return_inverse=True)
    # `group_last` ascends: the last of a stratum is its first day with an event, with everybody at risk then.
    ends = np.searchsorted(group_last, [rows.stop for rows in slices])
    at_risk = [
        slice(rows.start, max(rows.start, int(group_last[end - 1]) + 1 if end else 0))
        for rows, end in zip(slices, ends, strict=True)
    ]
    x, centres, scales = _scale(covariates[order], at_risk)
    is_constant = np.array([len(np.unique(column)) <= 1 for column in covariates.T])
    return CoxData(
        days=days,
        event=event,
        stratum=stratum,
        covariates=x,
        is_constant=is_constant,
        scales=scales,
        centres=centres,
        order=order,
        slices=slices,
        labels=labels,
        names=names,
        deaths=deaths,
        group_of_death=group,
        group_last=group_last,
        group_first_death=first,
    )


def _scale(x: Floats, at_risk: Sequence[slice]) -> tuple[Floats, Floats, Floats]:
    """Centre within strata, divide by the largest distance from the centre; only of those at risk at some event."""
    centred = np.zeros_like(x)
    centres = np.zeros((len(at_risk), x.shape[1]))
    for number, rows in enumerate(at_risk):
        if rows.stop > rows.start:
            # The median of a constant is the constant, to the last digit, and one far value does not move it.
            centres[number] = np.median(x[rows], axis=0)
            centred[rows] = x[rows] - centres[number]
    largest = np.abs(centred).max(axis=0, initial=0)
    scales = np.where(largest > 0, largest, 1.0)
    return centred / scales, centres, scales


def _find_faults(
    days: NDArray[Any],
    event: NDArray[Any],
    x: NDArray[Any],
    strata: NDArray[Any],
    names: Sequence[str] | None,
) -> list[Fault]:
    faults = []
    if days.ndim != 1 or not is_whole(days):
        faults.append(Fault("days", "not a list of whole numbers", "Count from the time origin in whole days."))
    elif days.size and days.min() < 0:
        faults.append(Fault("days", "a day lies before the time origin", "Correct the dates, or the origin."))
    if event.ndim != 1 or not np.isin(event, (0, 1)).all():
        faults.append(Fault("event", "not a list of true and false"))
    if x.ndim != 2 or x.shape[-1] == 0:
        faults.append(Fault("covariates", "not a table with a row for each subject and a column for each covariate"))
    elif not (np.issubdtype(x.dtype, np.number) or x.dtype == np.bool_) or not np.isfinite(x).all():
        what = "a value is missing or no finite number"
        faults.append(Fault("covariates", what, "Leave such subjects out, and say so."))
    elif names is not None and len(names) != x.shape[1]:
        faults.append(Fault("names", f"{len(names)} names for {x.shape[1]} covariates"))
    if any(label is None or label != label for label in strata.ravel().tolist()):
        faults.append(Fault("strata", "somebody has no stratum", "Leave such subjects out, and say so."))
    lengths = {"event": event, "covariates": x, "strata": strata}
    faults += [
        Fault(what, f"{len(array)} entries, but {len(days)} days")
        for what, array in lengths.items()
        if array.ndim and days.ndim and len(array) != len(days)
    ]
    return faults
