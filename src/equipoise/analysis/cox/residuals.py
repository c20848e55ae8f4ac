"""What a Cox fit says beyond its coefficients: baseline hazards, and Schoenfeld residuals of the events.

References
----------
Breslow N. Biometrics 1974;30:89. Schoenfeld D. Biometrika 1982;69:239. Grambsch PM, Therneau TM. Biometrika 1994;81:515
(scaling).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.cox.data import Floats, Ints, Ties
from equipoise.analysis.cox.fitting import CoxFit
from equipoise.analysis.cox.likelihood import compute_hazards, compute_likelihood


@dataclass(frozen=True, eq=False)
class Baseline:
    """
    The hazard of one stratum; arrays [days with an event], in order of time.

    Attributes
    ----------
    stratum : the label of the call
    method : Ties
        EFRON or BRESLOW; a fit with exact ties has Breslow's.
    days, hazards, cumulative : arrays
        Day, increment of the cumulative hazard at it, and their sum. [days, 1, 1]
    """

    stratum: Any
    method: Ties
    days: Ints
    hazards: Floats
    cumulative: Floats


@dataclass(frozen=True, eq=False)
class SchoenfeldResiduals:
    """
    For each event, its covariates less what the model expects of those at risk; in order of day, stratum, subject.

    Attributes
    ----------
    days : array, [events]
    strata : labels, one for each event
    subjects : array, [events]
        Places in the arrays of the call.
    residuals : array, [events, p]
        Tied events under Efron have the mean over the order in which they may have died; under `exact`, an equal
        share of what is expected of all of them. Each column sums to 0.
    scaled : array, [events, p]
        Coefficient plus residual times covariance times events: on average the coefficient at that time.
    """

    days: Ints
    strata: tuple[Any, ...]
    subjects: Ints
    residuals: Floats
    scaled: Floats


def compute_baseline(fit: CoxFit, at: ArrayLike | None = None) -> tuple[Baseline, ...] | NotEstimable:
    """
    Baseline hazard of each stratum with an event, for covariates `at`, array [p] (all 0 when None).

    NotEstimable where an estimate is infinite.
    """
    if fit.monotone:
        return NotEstimable("an estimate is infinite: no baseline hazard")
    data, beta = fit.data, fit.scaled_coefficients
    point = np.zeros(len(beta)) if at is None else np.asarray(at, dtype=np.float64)
    hazards = compute_hazards(data, beta, fit.ties)
    method = Ties.EFRON if fit.ties is Ties.EFRON else Ties.BRESLOW
    baselines = []
    for number, label in enumerate(data.labels):
        groups = np.flatnonzero(data.group_strata == number)[::-1]
        if groups.size:
            here = hazards[groups] * np.exp(fit.coefficients @ (point - data.centres[number]))
            baselines.append(Baseline(label, method, data.group_days[groups], here, np.cumsum(here)))
    return tuple(baselines)


def compute_schoenfeld(fit: CoxFit) -> SchoenfeldResiduals | NotEstimable:
    """Schoenfeld residuals of each event; NotEstimable where an estimate is infinite."""
    if isinstance(fit.covariance, NotEstimable):
        return NotEstimable("an estimate is infinite: no residuals")
    data = fit.data
    likelihood = compute_likelihood(data, fit.scaled_coefficients, fit.ties)
    expected = (likelihood.expected / data.group_sizes[:, None])[data.group_of_death]
    residuals = (data.covariates[data.deaths] - expected) * data.scales
    scaled = fit.coefficients + residuals @ fit.covariance * len(data.deaths)
    days, stratum, subjects = data.days[data.deaths], data.stratum[data.deaths], data.order[data.deaths]
    order = np.lexsort((subjects, stratum, days))
    labels = tuple(data.labels[number] for number in stratum[order])
    return SchoenfeldResiduals(days[order], labels, subjects[order], residuals[order], scaled[order])
