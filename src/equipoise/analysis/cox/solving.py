"""The maximum of a model, or its supremum where the likelihood is monotone, or why there is neither.

Everything here is in scaled covariates; `fitting` turns it back into the units of the call.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.cox.data import CoxData, Ints, Ties, sort_data
from equipoise.analysis.cox.likelihood import Likelihood, compute_likelihood
from equipoise.analysis.cox.newton import Maximum, find_maximum
from equipoise.analysis.cox.separation import Cone, classify, find_cone, find_direction

_SUSPECT = 15.0
"""Linear predictors this far apart are looked at for a monotone likelihood. One that is has them beyond 50 before its
gradient could pass for 0, so none is overlooked."""

_FLAT = 1e-13
_COLLINEAR = 1e-11


@dataclass(frozen=True, eq=False)
class Solution:
    """
    A maximum, with the data and the columns it was found on.

    Where the likelihood is monotone, these are the data of its limit: more strata, fewer columns.

    Attributes
    ----------
    data : CoxData
    columns : array
        Which covariates of the call are the columns of `data`.
    maximum : Maximum
    infinite : column of the call to 1 or -1
        Coefficients without a finite estimate, and where they go.
    """

    data: CoxData
    columns: Ints
    maximum: Maximum
    infinite: Mapping[int, int]


def solve_model(data: CoxData, ties: Ties) -> Solution | NotEstimable:
    """Maximise the partial likelihood, or say in a sentence why it cannot be done."""
    if not len(data.days):
        return NotEstimable("there are no subjects")
    if not len(data.deaths):
        return NotEstimable("no subject has an event")
    p = data.covariates.shape[1]
    reason = find_flatness(data, compute_likelihood(data, np.zeros(p), ties))
    if reason is not None:
        return reason
    maximum = find_maximum(data, ties, start=np.zeros(p), farthest=_SUSPECT)
    if not maximum.is_converged:
        cone = find_cone(data, ties)
        if cone is not None:
            return _solve_limit(data, ties, cone)
        maximum = find_maximum(data, ties, start=maximum.beta)
    if not maximum.is_converged:
        return NotEstimable("the likelihood could not be maximised to the accuracy that is asked of it")
    return Solution(data, np.arange(p), maximum, {})


def prepare_profile(data: CoxData, ties: Ties, column: int) -> CoxData | None:
    """
    The data on which the other coefficients have a finite best for each value of this one, which is column 0 of them.

    With one coefficient held, the others may still run away. Where they do, and that is the same for every value, the
    best of them is the likelihood of the limit. None where the coefficient makes no difference there.
    """
    others = np.delete(np.arange(len(data.names)), column)
    stratum = data.stratum
    if others.size:
        rest = _restrict(data, stratum, others)
        direction = find_direction(rest, ties)
        if direction is not None:
            stratum = classify(rest, direction)
    order = np.concatenate([[column], others])
    kept = _find_columns(_restrict(data, stratum, order), ties)
    return _restrict(data, stratum, order[kept]) if kept.size and kept[0] == 0 else None


def find_flatness(data: CoxData, null: Likelihood) -> NotEstimable | None:
    """Covariates about which the data say nothing: without variance, or collinear."""
    variances = np.diag(null.information)
    flat = variances <= _FLAT * len(data.deaths)
    if flat.any():
        return NotEstimable(_describe_flat(data, flat))
    unit = np.sqrt(variances)
    roots, vectors = np.linalg.eigh(null.information / np.outer(unit, unit))
    if roots[0] > _COLLINEAR:
        return None
    shares = np.abs(vectors[:, roots <= _COLLINEAR]).max(axis=1)
    names = [name for name, share in zip(data.names, shares, strict=True) if share > np.sqrt(_COLLINEAR)]
    return NotEstimable(f"{_join(names)} are collinear among those at risk at events: no coefficient of their own")


def _describe_flat(data: CoxData, flat: NDArray[np.bool_]) -> str:
    constant = [name for name, is_constant in zip(data.names, data.is_constant, strict=True) if is_constant]
    if constant:
        return f"{_join(constant)}: the same value in everybody"
    names = _join([name for name, is_flat in zip(data.names, flat, strict=True) if is_flat])
    return f"{names}: no difference among those at risk at any event"


def _solve_limit(data: CoxData, ties: Ties, cone: Cone) -> Solution | NotEstimable:
    """The supremum: those who differ in the direction of the cone compete no more, and some covariates are used up."""
    undecided = cone.rises & cone.falls
    if undecided.any():
        names = _join([name for name, is_undecided in zip(data.names, undecided, strict=True) if is_undecided])
        return NotEstimable(f"the likelihood is monotone, and in its limit every coefficient of {names} is as good")
    infinite = {int(j): 1 if cone.rises[j] else -1 for j in np.flatnonzero(cone.rises | cone.falls)}
    stratum = classify(data, cone.direction)
    columns = _find_columns(_restrict(data, stratum, np.arange(len(data.names))), ties)
    limit = _restrict(data, stratum, columns)
    maximum = find_maximum(limit, ties, start=np.zeros(len(columns)))
    # Covariates of very different sizes can leave a limit that runs away again, with nothing but rounding to see it by.
    if not maximum.is_converged or not np.diag(maximum.likelihood.information).all():
        return NotEstimable("the limit of a monotone likelihood could not be maximised")
    return Solution(limit, columns, maximum, infinite)


def _find_columns(limit: CoxData, ties: Ties) -> Ints:
    """
    Covariates that still say something in the limit, each beyond those before it.

    What is flat there are the directions of the cone. No covariate with a finite estimate is part of them, so none is
    left out, in whatever order one goes.
    """
    p = len(limit.names)
    information = compute_likelihood(limit, np.zeros(p), ties).information
    unit = np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    correlation = information / np.outer(unit, unit)
    kept: list[int] = []
    for column in range(p):
        wider = [*kept, column]
        is_flat = information[column, column] <= _FLAT * len(limit.deaths)
        if not is_flat and np.linalg.eigvalsh(correlation[np.ix_(wider, wider)])[0] > _COLLINEAR:
            kept = wider
    return np.array(sorted(kept), dtype=np.int64)


def _restrict(data: CoxData, stratum: Ints, columns: Ints) -> CoxData:
    """The same subjects in these strata, with these covariates (in their own unit)."""
    x = data.covariates[:, columns] * data.scales[columns] + data.centres[data.stratum][:, columns]
    labels = tuple(range(int(stratum.max()) + 1))
    return sort_data(data.days, data.event, x, stratum, labels, tuple(data.names[column] for column in columns))


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
