"""The probability that an event of one cause has come first by a day: estimate, variance, interval.

Decides the estimator and the variance, which is named in the result. Which causes compete, and for whom, is the
caller's; comparing groups is left to `gray` and `fine_gray`.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import exp, log, sqrt

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.competing.outcomes import Floats, Ints, Outcomes, check_outcomes
from equipoise.analysis.survival.tails import normal_quantile
from equipoise.errors import EquipoiseError, Fault


class IncidenceVariance(StrEnum):
    """How the variance of a cumulative incidence is estimated."""

    AALEN = "aalen"
    """Of the counting processes (Aalen 1978), with a correction for ties as cmprsk of R has it."""
    DELTA = "delta"
    """By the delta method, multinomial at each day; equals the infinitesimal jackknife, which survival of R gives."""


@dataclass(frozen=True, eq=False)
class CumulativeIncidence:
    """
    The steps of one cause's cumulative incidence.

    Attributes
    ----------
    days, at_risk, incidence, variance
        Shape (m,): for each day with an event of any cause, ascending: how many were at risk just before it, and the
        cumulative incidence and its variance from that day on.
    event_free
        Shape (m,): the probability that no event of any cause has come by that day.
    last_day
        The last day on which anybody was followed.
    """

    cause: int
    variance_method: IncidenceVariance
    days: Ints
    at_risk: Ints
    incidence: Floats
    variance: Floats
    event_free: Floats
    last_day: int

    def value_at(self, day: int) -> float | NotEstimable:
        """The cumulative incidence at a day; after the last follow-up it is known only when nobody was left."""
        step = self._find_step(day)
        if isinstance(step, NotEstimable):
            return step
        return float(self.incidence[step]) if step >= 0 else 0.0

    def variance_at(self, day: int) -> float | NotEstimable:
        """The variance of `value_at`."""
        step = self._find_step(day)
        if isinstance(step, NotEstimable):
            return step
        return float(self.variance[step]) if step >= 0 else 0.0

    def interval_at(
        self, day: int, *, level: float = 0.95, type: IntervalType = IntervalType.LOG_LOG
    ) -> Interval | NotEstimable:
        """
        The confidence interval at a day.

        Parameters
        ----------
        type
            `LOG_LOG` (of the incidence itself: log(-log F)), `LOG` or `PLAIN`; bounds are kept within 0 and 1.

        Returns
        -------
        Interval or NotEstimable
            Not estimable where nothing has varied yet: before the first event of the cause, or when everybody had it.
        """
        step = self._find_step(day)
        if isinstance(step, NotEstimable):
            return step
        if step < 0 or self.incidence[step] == 0:
            return NotEstimable(f"no event of cause {self.cause} up to day {day}")
        value, error = float(self.incidence[step]), sqrt(self.variance[step])
        if value > 1 - 1e-12 or error == 0:
            return NotEstimable(f"the incidence of cause {self.cause} is 1 by day {day}: nothing varies")
        return _make_interval(value, error, level, type)

    def _find_step(self, day: int) -> int | NotEstimable:
        """The number of the last step at or before a day; -1 before the first."""
        if day > self.last_day and not (len(self.event_free) and self.event_free[-1] == 0):
            return NotEstimable(f"nobody was followed to day {day}; the last follow-up is on day {self.last_day}")
        return int(np.searchsorted(self.days, day, side="right")) - 1


def estimate_cumulative_incidence(
    days: ArrayLike,
    causes: ArrayLike,
    cause: int,
    *,
    variance: IncidenceVariance = IncidenceVariance.AALEN,
) -> CumulativeIncidence | NotEstimable:
    """
    Estimate the cumulative incidence of one cause (Aalen and Johansen 1978).

    Parameters
    ----------
    days
        Shape (n,): whole days to the first event or to censoring; the censored of a day are at risk on it. [d]
    causes
        Shape (n,): 0 for censored, else the number of the cause.
    cause
        The cause of interest.

    Returns
    -------
    CumulativeIncidence or NotEstimable
        Not estimable when there is nobody. With no event of the cause the incidence is 0, without an interval.

    Raises
    ------
    EquipoiseError
        The input is malformed; see `outcomes.check_outcomes`.

    References
    ----------
    Aalen O, Johansen S (1978), Scand J Statist 5:141-150. Aalen O (1978), Ann Statist 6:534-545. The
    variances are compared in Braun TM, Yuan Z (2007), Stat Med 26:1170-1180.

    Examples
    --------
    >>> curve = estimate_cumulative_incidence([3, 5, 5, 8], [1, 2, 0, 1], 1)
    >>> curve.value_at(5), curve.value_at(8)
    (0.25, 0.75)
    """
    outcomes = check_outcomes(days, causes, cause)
    if not len(outcomes):
        return NotEstimable("there are no subjects")
    event_days, at_risk, n_any, n_cause = count_events(outcomes, cause)
    event_free = np.cumprod((at_risk - n_any) / at_risk, dtype=np.float64)
    before = np.concatenate([[1.0], event_free[:-1]])[: len(event_days)]
    incidence = np.cumsum(before * n_cause / at_risk)
    compute = _compute_aalen if variance is IncidenceVariance.AALEN else _compute_delta
    return CumulativeIncidence(
        cause=cause,
        variance_method=variance,
        days=event_days,
        at_risk=at_risk,
        incidence=incidence,
        variance=compute(at_risk.astype(float), n_any, n_cause, before, incidence),
        event_free=event_free,
        last_day=int(outcomes.days.max()),
    )


def count_at_risk(days: ArrayLike, at: ArrayLike) -> Ints:
    """How many subjects were at risk at the beginning of each of the days `at`: the line below a figure."""
    counts: Ints = np.sum(np.asarray(days)[None, :] >= np.asarray(at)[:, None], axis=1, dtype=np.int64)
    return counts


def count_events(outcomes: Outcomes, cause: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Days with an event of any cause, and on each: at risk, events of any cause, events of the cause."""
    is_event = outcomes.causes > 0
    event_days, n_any = np.unique(outcomes.days[is_event], return_counts=True)
    n_cause = np.zeros(len(event_days), dtype=np.int64)
    np.add.at(n_cause, np.searchsorted(event_days, outcomes.days[outcomes.causes == cause]), 1)
    at_risk = len(outcomes) - np.searchsorted(np.sort(outcomes.days), event_days, side="left")
    return event_days, at_risk.astype(np.int64), n_any.astype(np.int64), n_cause


def _compute_delta(n: Floats, d_any: Ints, d_cause: Ints, before: Floats, incidence: Floats) -> Floats:
    """
    The delta-method variance at each event day.

    Var F(t) = sum over days u up to t of (F(t) - F(u))^2 d / (n (n - d)) + S(u-)^2 c (n - c) / n^3
    - 2 (F(t) - F(u)) S(u-) c / n^2, with d events of any cause and c of this one. Here each day is its square,
    d / (n (n - d)) (F(t) - F(u) - S(u) c / d)^2 + S(u-)^2 c (d - c) / (d n^2), which loses no digits to a difference.
    """
    left = n - d_any
    # On the day that nobody outlives F(t) - F(u) is zero for all later t: the term is left out, not divided by zero.
    quadratic = np.divide(d_any, n * left, out=np.zeros_like(n), where=left > 0)
    centre = incidence + before * left / n * d_cause / d_any
    others = np.cumsum(before**2 * d_cause * (d_any - d_cause) / (d_any * n**2))
    squares = [quadratic[: t + 1] @ (incidence[t] - centre[: t + 1]) ** 2 for t in range(len(n))]
    return np.asarray(squares + others)


def _compute_aalen(n: Floats, d_any: Ints, d_cause: Ints, before: Floats, incidence: Floats) -> Floats:
    """
    Aalen's variance at each event day: the causes are separate counting processes.

    Var F(t) = sum over days u up to t of (1 - g)^2 w(c) + g^2 w(e), with g = (F(t) - F(u)) / S(u), c events of the
    cause, e of the others, and w(d) = S(u-)^2 d (n - d) / (n^2 (n - 1)), the variance of a draw without replacement.
    """
    after = before * (n - d_any) / n
    # After the day that nobody outlives F does not move: g is 0 there, whatever divides it.
    rate = np.divide(1.0, after, out=np.zeros_like(n), where=after > 0)
    own, other = (before**2 * d / n**2 * _correct_for_ties(n, d) for d in (d_cause, d_any - d_cause))
    variance = np.empty_like(n)
    for t in range(len(n)):
        gained = (incidence[t] - incidence[: t + 1]) * rate[: t + 1]
        variance[t] = (1 - gained) ** 2 @ own[: t + 1] + gained**2 @ other[: t + 1]
    return variance


def _correct_for_ties(n: Floats, d: Ints) -> Floats:
    """(n - d) / (n - 1) where there are ties; 1 for one event, even of the last one at risk."""
    return np.divide(n - d, n - 1, out=np.ones_like(n), where=d > 1)


def _make_interval(value: float, error: float, level: float, type: IntervalType) -> Interval:
    if not 0 < level < 1:
        raise EquipoiseError("No interval at this level.", [Fault("level", f"{level}", "Give one within 0 and 1.")])
    z = normal_quantile((1 + level) / 2)
    if type is IntervalType.LOG_LOG:
        half = z * error / (value * log(value))
        low, high = value ** exp(-half), value ** exp(half)
    elif type is IntervalType.LOG:
        low, high = value * exp(-z * error / value), value * exp(z * error / value)
    elif type is IntervalType.PLAIN:
        low, high = value - z * error, value + z * error
    else:
        do = "Give log-log, log or plain."
        raise EquipoiseError("A cumulative incidence has no such interval.", [Fault("type", type.value, do)])
    return Interval(max(low, 0.0), min(high, 1.0), level, type)
