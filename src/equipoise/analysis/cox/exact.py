"""Elementary symmetric functions over risk sets, with derivatives: what the exact partial likelihood is made of.

The sum over all subsets of size k of a risk set grows by one subject at a time (Gail, Lubin, Rubinstein 1981):
`E[k] := E[k] + w E[k-1]`. Risk sets of one stratum are nested, so one walk from the longest time to the shortest meets
all of them. In place of the sums and their derivatives, the walk keeps the logarithm of the sum and the mean and the
covariance of the covariates of a subset drawn with the chance of its share: the same recursion, as a mixture of "the
newcomer is in" and "is not". Nothing overflows, whatever the number of ties, and no variance is a difference.
"""

import numpy as np

from equipoise.analysis.cox.data import CoxData, Floats


def walk_risk_sets(data: CoxData, beta: Floats) -> tuple[Floats, Floats, Floats]:
    """
    For each group of d deaths, over all subsets of size d of its risk set.

    Returns
    -------
    logs : array, [groups]
        Logarithm of the sum of the products of weights.
    means : array, [groups, p]
        Mean of the sum of covariates of the subset.
    variances : array, [groups, p, p]
        Its covariance.
    """
    p = len(beta)
    shape = len(data.group_last)
    logs, means, variances = np.zeros(shape), np.zeros((shape, p)), np.zeros((shape, p, p))
    group_at = {int(row): group for group, row in enumerate(data.group_last)}
    sizes = data.group_sizes
    eta = data.covariates @ beta
    for rows in data.slices:
        here = [group_at[row] for row in range(rows.start, rows.stop) if row in group_at]
        if not here:
            continue
        subsets = _Subsets(int(max(sizes[here])), p)
        for row in range(rows.start, rows.stop):
            subsets.add(float(eta[row]), data.covariates[row])
            group = group_at.get(row)
            if group is not None:
                size = sizes[group]
                logs[group], means[group] = subsets.log[size], subsets.mean[size]
                variances[group] = subsets.variance[size]
    return logs, means, variances


class _Subsets:
    """Subsets of size 0 to `largest` of those added so far."""

    def __init__(self, largest: int, p: int) -> None:
        self.log = np.full(largest + 1, -np.inf)
        self.log[0] = 0.0
        self.mean = np.zeros((largest + 1, p))
        self.variance = np.zeros((largest + 1, p, p))
        self.count = 0

    def add(self, eta: float, x: Floats) -> None:
        self.count += 1
        top = min(self.count, len(self.log) - 1) + 1
        with_newcomer = self.log[: top - 1] + eta
        log = np.logaddexp(self.log[1:top], with_newcomer)
        chance = np.exp(with_newcomer - log)[:, None]
        rest, gain = self.mean[1:top], self.mean[: top - 1] + x - self.mean[1:top]
        spread = (chance * (1 - chance) * gain)[:, :, None] * gain[:, None, :]
        old = self.variance[1:top]
        variance = old + chance[:, :, None] * (self.variance[: top - 1] - old) + spread
        self.log[1:top], self.mean[1:top], self.variance[1:top] = log, rest + chance * gain, variance
