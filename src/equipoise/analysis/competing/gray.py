"""Whether the cumulative incidence of one cause is the same in several groups: Gray's test, with strata.

Decides the statistic (rho = 0) and its variance. The curves themselves are in `aalen_johansen`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.competing.outcomes import Floats, Ints, Outcomes, check_labels, check_outcomes
from equipoise.analysis.survival.tails import chi_square_above

_ROUNDING = 1e-9


@dataclass(frozen=True)
class GrayTest:
    """
    The result of Gray's test.

    Attributes
    ----------
    groups
        The labels that were compared, ascending.
    scores
        For each group: events of the cause less those expected if all groups were alike; they add up to 0.
    p
        From the chi-square distribution with `df` degrees of freedom.
    """

    cause: int
    groups: tuple[int, ...]
    scores: tuple[float, ...]
    chi_square: float
    df: int
    p: float


def compute_gray_test(
    days: ArrayLike, causes: ArrayLike, groups: ArrayLike, cause: int, *, strata: ArrayLike | None = None
) -> GrayTest | NotEstimable:
    """
    Compare the cumulative incidence of one cause between groups (Gray 1988, rho = 0).

    Parameters
    ----------
    days, causes
        Shape (n,); see `aalen_johansen.estimate_cumulative_incidence`.
    groups
        Shape (n,): a number for each subject's group.
    strata
        Shape (n,): a number for each subject's stratum; groups are compared within a stratum, and the scores added.

    Returns
    -------
    GrayTest or NotEstimable
        Not estimable with fewer than two groups, without an event of the cause, and when no event happened while two
        groups were at risk.

    Raises
    ------
    EquipoiseError
        The input is malformed; see `outcomes.check_outcomes`.

    References
    ----------
    Gray RJ (1988), Ann Statist 16:1141-1154. The result is that of `cuminc` in cmprsk of R; ties take the variance of
    a draw without replacement, as there.
    """
    outcomes = check_outcomes(days, causes, cause)
    group_array = check_labels("groups", groups, len(outcomes))
    stratum_array = check_labels("strata", strata, len(outcomes))
    labels, group_index = np.unique(group_array, return_inverse=True)
    if len(labels) < 2:
        return NotEstimable("there are fewer than two groups to compare")
    if not np.any(outcomes.causes == cause):
        return NotEstimable(f"no event of cause {cause}")
    scores, covariance = np.zeros(len(labels)), np.zeros((len(labels), len(labels)))
    for stratum in np.unique(stratum_array):
        inside = stratum_array == stratum
        part = Outcomes(outcomes.days[inside], outcomes.causes[inside])
        added = _Stratum(part, group_index[inside], len(labels), cause)
        scores += added.scores
        covariance += added.covariance
    return _judge(cause, labels, scores, covariance)


def _judge(cause: int, labels: Ints, scores: Floats, covariance: Floats) -> GrayTest | NotEstimable:
    if not np.all(np.isfinite(covariance)):
        return NotEstimable(f"the pooled incidence of cause {cause} reaches 1 while groups are still compared")
    df = len(labels) - 1
    inner = covariance[:df, :df]
    smallest = float(np.linalg.eigvalsh(inner)[0])
    if smallest < -_ROUNDING * float(np.trace(covariance)):
        # With tied events the correction for ties can turn the sign in groups of a few; cmprsk gives a number then.
        return NotEstimable("there are too few subjects: the variance of the scores is not positive")
    if smallest <= _ROUNDING * max(1.0, float(np.trace(covariance))):
        return NotEstimable(f"no event of cause {cause} tells all groups apart: they were not at risk together")
    chi_square = float(scores[:df] @ np.linalg.solve(inner, scores[:df]))
    return GrayTest(
        cause=cause,
        groups=tuple(int(label) for label in labels),
        scores=tuple(float(score) for score in scores),
        chi_square=chi_square,
        df=df,
        p=chi_square_above(chi_square, df),
    )


class _Stratum:
    """Scores and covariance of one stratum: arrays have a row for each event day and a column for each group."""

    def __init__(self, outcomes: Outcomes, group_index: Ints, n_groups: int, cause: int) -> None:
        self._count(outcomes, group_index, n_groups, cause)
        self._estimate_incidence()
        self.scores: Floats = np.sum(self.d_cause - self.d_total[:, None] * self._share(self.weighted), axis=0)
        self.covariance = self._compute_covariance()

    def _count(self, outcomes: Outcomes, group_index: Ints, n_groups: int, cause: int) -> None:
        """Numbers at risk, events of the cause and of the others, by event day and group."""
        is_event = outcomes.causes > 0
        event_days = np.unique(outcomes.days[is_event])
        shape = (len(event_days), n_groups)
        self.at_risk, self.d_cause, self.d_other = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for group in range(n_groups):
            days = np.sort(outcomes.days[group_index == group])
            self.at_risk[:, group] = len(days) - np.searchsorted(days, event_days, side="left")
        row = np.searchsorted(event_days, outcomes.days)
        is_cause = outcomes.causes == cause
        np.add.at(self.d_cause, (row[is_cause], group_index[is_cause]), 1)
        is_other = is_event & ~is_cause
        np.add.at(self.d_other, (row[is_other], group_index[is_other]), 1)

    def _estimate_incidence(self) -> None:
        """
        Each group's event-free probability and the pooled incidence under the hypothesis.

        `exposed` is n / S(u-), the number once at risk that those still at risk stand for; `weighted` is Gray's R:
        the same with those who had another event still counted in, n (1 - F(u-)) / S(u-).
        """
        n = np.maximum(self.at_risk, 1)
        is_at_risk = self.at_risk > 0
        self.after = np.cumprod(np.where(is_at_risk, (n - self.d_cause - self.d_other) / n, 1.0), axis=0)
        self.before = np.vstack([np.ones(self.after.shape[1]), self.after[:-1]])[: len(self.after)]
        self.exposed = np.divide(self.at_risk, self.before, out=np.zeros_like(n), where=is_at_risk)
        steps = self.before * self.d_cause / n
        incidence_before = np.cumsum(steps, axis=0) - steps
        self.weighted = self.exposed * (1 - incidence_before)
        self.d_total = self.d_cause.sum(axis=1)
        self.total_exposed = self.exposed.sum(axis=1)
        pooled_steps = self.d_total / self.total_exposed
        self.pooled = np.cumsum(pooled_steps)
        remaining = 1 - (self.pooled - pooled_steps)
        # The pooled steps are weighted and may pass 1 in small samples; cmprsk goes on then, and so do we. At 1 itself
        # there is no hazard, and the test is not estimable.
        unknown = np.full_like(remaining, np.nan)
        self.pooled_hazard = np.divide(pooled_steps, remaining, out=unknown, where=np.abs(remaining) > 1e-12)

    @staticmethod
    def _share(sizes: Floats) -> Floats:
        share: Floats = sizes / sizes.sum(axis=1, keepdims=True)
        return share

    def _compute_covariance(self) -> Floats:
        """
        Gray's covariance under the hypothesis (1988, section 3), as sums over event days.

        `a[u, k, r]` is what one event in group r at day u adds to the score of group k at once, and `ahead[u, k, r]`
        what the change of group r's curve by that event takes from it on all later days.
        """
        n_groups = self.at_risk.shape[1]
        a = (np.eye(n_groups)[None] - self._share(self.exposed)[:, :, None]) * self.exposed[:, None, :]
        done = np.cumsum(np.where(a == 0, 0.0, a * self.pooled_hazard[:, None, None]), axis=0)
        ahead = done[-1:] - done
        event_free = np.where(self.after > 0, self.after, np.inf)
        ratio = ((1 - self.pooled)[:, None] / event_free)[:, None, :]
        own = a + (1 - ratio) * ahead
        other = ratio * ahead
        of_cause = np.einsum("ukr,ujr,ur->kj", own, own, self._weigh_cause_events())
        of_others = np.einsum("ukr,ujr,ur->kj", other, other, self._weigh_other_events())
        covariance: Floats = of_cause + of_others
        return covariance

    def _weigh_cause_events(self) -> Floats:
        """The variance of an increment of the pooled curve at each day, shared out to the groups at risk."""
        total = self.total_exposed[:, None] * self.before
        d = self.d_total[:, None]
        is_tied = (d > 1) & (self.at_risk > 0)
        ties = 1 - np.divide(d - 1, total - 1, out=np.zeros_like(total), where=is_tied)
        size = self.total_exposed[:, None] * self.at_risk
        weight: Floats = np.divide(ties * self.before * d, size, out=np.zeros_like(total), where=self.at_risk > 0)
        return weight

    def _weigh_other_events(self) -> Floats:
        n, d = np.maximum(self.at_risk, 1), self.d_other
        ties = 1 - np.divide(d - 1, n - 1, out=np.zeros_like(n), where=d > 1)
        weight: Floats = ties * self.before**2 * d / n**2
        return weight
