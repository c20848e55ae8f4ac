"""The partial likelihood of Cox at a point, with its first and second derivatives, for each handling of ties.

Breslow and Efron are sums over rows, one for each death; `exact` is the discrete likelihood of Cox, in which the deaths
of a day are a subset of the risk set, taken with a chance in proportion to the product of its weights.

References
----------
Cox DR. J R Stat Soc B 1972;34:187. Breslow N. Biometrics 1974;30:89. Efron B. J Am Stat Assoc 1977;72:557. Gail MH,
Lubin JH, Rubinstein LV. Biometrika 1981;68:703 (the recursion of `exact`).
"""

from dataclasses import dataclass

import numpy as np

from equipoise.analysis.cox.data import CoxData, Floats, Ties
from equipoise.analysis.cox.exact import walk_risk_sets
from equipoise.analysis.cox.risk_sets import sum_risk_sets

_VANISHED = 1e-270


@dataclass(frozen=True, eq=False)
class Likelihood:
    """
    The partial log-likelihood at one point, in the scaled covariates.

    Attributes
    ----------
    value : float
    gradient : array, [p]
    information : array, [p, p]
        Minus the second derivative.
    expected : array, [groups, p]
        Sum of the covariates of the deaths of a group, as the model expects it.
    """

    value: float
    gradient: Floats
    information: Floats
    expected: Floats


def compute_likelihood(data: CoxData, beta: Floats, ties: Ties) -> Likelihood:
    """The partial likelihood at `beta`, an array [p]."""
    rows = None if has_exact_ties(data, ties) else _Rows(data, beta, ties)
    if rows is None or rows.have_vanished:
        logs, means, variances = _list_groups(data, beta, ties)
        value = float((data.covariates[data.deaths] @ beta).sum() - logs.sum())
        gradient = data.covariates[data.deaths].sum(axis=0) - means.sum(axis=0)
        return Likelihood(value, gradient, variances.sum(axis=0), means)
    means = rows.sum_of_covariates / rows.total[:, None]
    return Likelihood(
        float(rows.eta[data.deaths].sum() - np.log(rows.total).sum()),
        (data.covariates[data.deaths] - means).sum(axis=0),
        rows.compute_information(means, np.ones(len(data.deaths))),
        np.add.reduceat(means, data.group_first_death, axis=0),
    )


def compute_weighted_information(data: CoxData, beta: Floats, ties: Ties, group_weights: Floats) -> Floats:
    """The information with the share of each group of deaths multiplied by a weight: array [p, p]."""
    rows = None if has_exact_ties(data, ties) else _Rows(data, beta, ties)
    if rows is None or rows.have_vanished:
        return np.asarray(np.einsum("g,gij->ij", group_weights, _list_groups(data, beta, ties)[2]))
    return rows.compute_information(rows.sum_of_covariates / rows.total[:, None], group_weights[data.group_of_death])


def compute_hazards(data: CoxData, beta: Floats, ties: Ties) -> Floats:
    """
    Increment of the baseline hazard at each group of deaths: array [groups].

    Breslow for `breslow` and `exact`, Efron for `efron`; for somebody in the centre of the stratum.
    """
    rows = _Rows(data, beta, Ties.EFRON if ties is Ties.EFRON else Ties.BRESLOW)
    return np.asarray(np.add.reduceat(np.exp(-rows.tops) / rows.total, data.group_first_death))


def has_exact_ties(data: CoxData, ties: Ties) -> bool:
    """Without tied deaths the exact likelihood is Breslow's, which is quicker."""
    return ties is Ties.EXACT and len(data.deaths) > len(data.group_last)


def _list_groups(data: CoxData, beta: Floats, ties: Ties) -> tuple[Floats, Floats, Floats]:
    return walk_risk_sets(data, beta) if has_exact_ties(data, ties) else sum_risk_sets(data, beta, ties)


class _Rows:
    """
    Sums over the risk set of each death; under Efron the deaths of the day count less from one to the next.

    `eta` are linear predictors, moved so that the largest of a stratum is 0; `tops` is by how much, for each death.
    """

    def __init__(self, data: CoxData, beta: Floats, ties: Ties) -> None:
        self.data = data
        self.eta = data.covariates @ beta
        tops = np.array([self.eta[rows].max() for rows in data.slices])
        self.eta -= tops[data.stratum]
        self.tops = tops[data.stratum[data.deaths]]
        self.weights = np.exp(self.eta)
        weighted = self.weights[:, None] * data.covariates
        first, group = data.group_first_death, data.group_of_death
        self.fractions = np.zeros(len(group))
        if ties is Ties.EFRON:
            self.fractions = (np.arange(len(group)) - first[group]) / data.group_sizes[group]
        deaths = np.add.reduceat(self.weights[data.deaths], first)
        deaths_x = np.add.reduceat(weighted[data.deaths], first, axis=0)
        last = data.group_last
        self.total = _run(data, self.weights)[last][group] - self.fractions * deaths[group]
        self.sum_of_covariates = _run(data, weighted)[last][group] - self.fractions[:, None] * deaths_x[group]

    @property
    def have_vanished(self) -> bool:
        """Some risk set weighs too little beside the largest weight of its stratum to be a float with all digits."""
        return bool(self.total.min() < _VANISHED)

    def compute_information(self, means: Floats, row_weights: Floats) -> Floats:
        """
        Weighted sum, over rows, of the covariance of the covariates in the risk set.

        The second moments are gathered by subject: each has the hazard of all rows at which it is at risk.
        """
        data = self.data
        per_row = row_weights / self.total
        at = np.zeros(len(data.days))
        at[data.group_last] = np.add.reduceat(per_row, data.group_first_death)
        hazards = _run(data, at, backwards=True)
        own = np.add.reduceat(self.fractions * per_row, data.group_first_death)
        hazards[data.deaths] -= own[data.group_of_death]
        x = data.covariates
        return np.asarray((x * (self.weights * hazards)[:, None]).T @ x - (means * row_weights[:, None]).T @ means)


def _run(data: CoxData, values: Floats, *, backwards: bool = False) -> Floats:
    """Running sums within strata, from the first row (or, backwards, from the last)."""
    sums = np.empty_like(values)
    for rows in data.slices:
        part = values[rows]
        sums[rows] = part[::-1].cumsum(axis=0)[::-1] if backwards else part.cumsum(axis=0)
    return sums
