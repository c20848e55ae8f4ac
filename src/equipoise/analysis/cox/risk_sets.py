"""Sums over each risk set by itself, for linear predictors so far apart that running sums would vanish.

Slower than the running sums of `likelihood`, and needed only near an infinite estimate: each risk set is measured
against its own largest weight.
"""

import numpy as np

from equipoise.analysis.cox.data import CoxData, Floats, Ties


def sum_risk_sets(data: CoxData, beta: Floats, ties: Ties) -> tuple[Floats, Floats, Floats]:
    """
    Breslow's or Efron's share of each group of deaths in the likelihood and its derivatives.

    Returns
    -------
    logs : array, [groups]
        Sum, over the deaths, of the logarithm of the weight at risk.
    means : array, [groups, p]
        Sum of the expected covariates.
    variances : array, [groups, p, p]
        Sum of their covariances.
    """
    groups, p = len(data.group_last), len(beta)
    logs, means, variances = np.zeros(groups), np.zeros((groups, p)), np.zeros((groups, p, p))
    eta = data.covariates @ beta
    for group, last in enumerate(data.group_last):
        first = data.slices[data.stratum[last]].start
        start, size = data.group_first_death[group], data.group_sizes[group]
        x, here = data.covariates[first : last + 1], eta[first : last + 1]
        top = here.max()
        weights = np.repeat(np.exp(here - top)[None], size, axis=0)
        if ties is Ties.EFRON:
            weights[:, data.deaths[start : start + size] - first] *= 1 - np.arange(size)[:, None] / size
        total = weights.sum(axis=1)
        mean = weights @ x / total[:, None]
        spread = x[None] - mean[:, None]
        logs[group], means[group] = (np.log(total) + top).sum(), mean.sum(axis=0)
        variances[group] = np.einsum("ri,rij,rik->jk", weights / total[:, None], spread, spread)
    return logs, means, variances
