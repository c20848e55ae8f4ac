"""Monotone likelihood: a direction in which the partial likelihood rises for ever, and what is left in its limit.

There is one when some combination of covariates is, at every event, at least as large for those who die as for all
others at risk, and once strictly larger: then no finite maximum exists. The cone of such directions is a linear
programme. In the limit, only those at risk who share the value of that combination still compete, so the supremum is
the likelihood of the same model with that value as a further stratum.

References
----------
Jacobsen M. Scand J Stat 1989;16:335 (existence). Heinze G, Schemper M. Biometrics 2001;57:114. Clarkson DB,
Jennrich RI. J R Stat Soc B 1991;53:417 (the limit).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.analysis.cox.data import CoxData, Floats, Ints, Ties

_TOLERANCE = 1e-7
"""Covariates lie between -1 and 1 (they are scaled); what differs by less is taken as equal in a direction."""


@dataclass(frozen=True, eq=False)
class Cone:
    """
    All directions in which the likelihood never falls.

    Attributes
    ----------
    direction : array, [p]
        One within the cone, along which it rises wherever it does along any.
    rises, falls : arrays of bool, [p]
        Whether some direction of the cone has a coefficient above 0, or below. A coefficient with one of them has an
        infinite estimate, with both none at all, with neither a finite one.
    """

    direction: Floats
    rises: NDArray[np.bool_]
    falls: NDArray[np.bool_]


def find_cone(data: CoxData, ties: Ties) -> Cone | None:
    """The directions in which the likelihood rises for ever; None when there are none."""
    direction = find_direction(data, ties)
    if direction is None:
        return None
    if len(direction) == 1:
        return Cone(direction, direction > 0, direction < 0)
    ends = _find_ends(*_list_leads(data, ties), len(direction))
    return Cone(direction, ends[0] > _TOLERANCE, ends[1] > _TOLERANCE)


def find_direction(data: CoxData, ties: Ties) -> Floats | None:
    """One direction within the cone, along which the likelihood rises wherever it does along any: an array [p]."""
    if data.covariates.shape[1] == 1:
        ends = [sign for sign in (np.ones(1), -np.ones(1)) if _is_monotone(data, ties, sign)]
        return ends[0] if ends else None
    direction = _solve_programme(*_list_leads(data, ties), data.covariates.shape[1])
    return direction if direction is not None and _is_monotone(data, ties, direction) else None


def classify(data: CoxData, direction: Floats) -> Ints:
    """Classes, array [n], of subjects that share stratum and value in this direction."""
    values = data.covariates @ direction
    order = np.lexsort((values, data.stratum))
    is_new = (np.diff(values[order]) > _TOLERANCE) | (np.diff(data.stratum[order]) != 0)
    classes = np.zeros(len(values), dtype=np.int64)
    classes[order] = np.concatenate([[0], np.cumsum(is_new)])
    return classes


def _is_monotone(data: CoxData, ties: Ties, direction: Floats) -> bool:
    """
    Whether those who die are never behind in this direction, and once ahead.

    Under `exact` it is enough that each of those who die is not behind the survivors of that day; under Breslow and
    Efron they must be equal among themselves too, because they compete with each other.
    """
    values = data.covariates @ direction
    rises = False
    for group, last in enumerate(data.group_last):
        first = data.slices[data.stratum[last]].start
        deaths = data.deaths[data.group_of_death == group]
        dying = values[deaths]
        others = np.delete(values[first : last + 1], deaths - first)
        lowest, highest = dying.min(), others.max(initial=-np.inf)
        if highest > lowest + _TOLERANCE:
            return False
        if ties is not Ties.EXACT and dying.max() > lowest + _TOLERANCE:
            return False
        rises |= bool(others.size and dying.max() > others.min() + _TOLERANCE)
    return rises


def _solve_programme(leads: Floats, equals: Floats, p: int) -> Floats | None:
    """The direction that leads wherever one can. A cone has no size, so every lead that can be had can be 1."""
    from scipy.optimize import linprog  # type: ignore[import-untyped]  # slow to import, and seldom needed

    rows, width = leads.shape
    if not rows:
        return None
    found = linprog(
        np.concatenate([np.zeros(width), -np.ones(rows)]),
        A_ub=np.hstack([-leads, np.eye(rows)]),
        b_ub=np.zeros(rows),
        A_eq=np.hstack([equals, np.zeros((len(equals), rows))]) if len(equals) else None,
        b_eq=np.zeros(len(equals)) if len(equals) else None,
        bounds=[(None, None)] * width + [(0, 1)] * rows,
    )
    if found.x is None or not found.x[:p].any():
        return None
    return np.asarray(found.x[:p] / np.abs(found.x[:p]).max())


def _find_ends(leads: Floats, equals: Floats, p: int) -> Floats:
    """How far each coefficient goes up, and down, within the cone and the cube of side 2: array [2, p]."""
    from scipy.optimize import linprog

    rows, width = leads.shape
    ends = np.zeros((2, p))
    for column in range(p):
        for place, sign in enumerate((1.0, -1.0)):
            end = linprog(
                -sign * np.eye(width)[column],
                A_ub=-leads,
                b_ub=np.zeros(rows),
                A_eq=equals if len(equals) else None,
                b_eq=np.zeros(len(equals)) if len(equals) else None,
                bounds=[(-1, 1)] * p + [(None, None)] * (width - p),
            )
            ends[place, column] = 0.0 if end.x is None else sign * end.x[column]
    return ends


def _list_leads(data: CoxData, ties: Ties) -> tuple[Floats, Floats]:
    """
    Rows that must be at least 0, and rows that must be 0, times (direction, one threshold for each group).

    The threshold of a group lies between those who die and all others at risk. Risk sets are nested, so it is enough to
    compare it with those who leave before the next group and with the deaths of that group.
    """
    p, groups = data.covariates.shape[1], len(data.group_last)
    leads: list[Floats] = []
    equals: list[Floats] = []
    for group, last in enumerate(data.group_last):
        first = data.slices[data.stratum[last]].start
        deaths = data.deaths[data.group_of_death == group]
        is_later = group > 0 and data.group_last[group - 1] >= first
        start = data.group_last[group - 1] + 1 if is_later else first
        below = [i for i in range(start, last + 1) if not data.event[i]]
        if is_later:
            below += list(data.deaths[data.group_of_death == group - 1])
        above = [_row(data, i, 1, group, groups) for i in deaths]
        (leads if ties is Ties.EXACT else equals).extend(above)
        leads += [_row(data, i, -1, group, groups) for i in below]
    width = p + groups
    return np.unique(np.reshape(leads, (-1, width)), axis=0), np.unique(np.reshape(equals, (-1, width)), axis=0)


def _row(data: CoxData, subject: int, sign: int, group: int, groups: int) -> Floats:
    threshold = np.zeros(groups)
    threshold[group] = -sign
    return np.concatenate([sign * data.covariates[subject], threshold])
