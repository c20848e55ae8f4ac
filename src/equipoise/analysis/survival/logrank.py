"""The log-rank family: one definition for the real trial, for a re-randomisation and for simulated trials.

Decides the statistic, its variance (hypergeometric) and when there is none. Which endpoint, set and strata are compared
is the plan's; the weights are `weights`; how subjects are counted is `batch`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.survival.batch import EventTimes, Floats, count_event_times, count_in_blocks
from equipoise.analysis.survival.inputs import Bools, Followed, check_followed
from equipoise.analysis.survival.tails import chi_square_above, normal_below
from equipoise.analysis.survival.weights import UNWEIGHTED, Weights, compute_weights
from equipoise.errors import EquipoiseError, Fault


@dataclass(frozen=True)
class ArmEvents:
    """
    One arm in the test: how many, how many events, and the sums that the test compares.

    `observed` and `expected` are weighted; without weights they are numbers of events.
    """

    arm: int
    subjects: int
    events: int
    observed: float
    expected: float


@dataclass(frozen=True)
class LogRank:
    """
    A test of the log-rank family.

    Attributes
    ----------
    weights : Weights
    strata : int
        How many strata have an event.
    arms : tuple of ArmEvents
    variance : tuple of tuple of float
        Covariance of observed minus expected, arm by arm. (arms, arms)
    chi2, degrees : float, int
        The statistic; degrees of freedom are one fewer than the arms, and fewer again by each group of arms that was
        never at risk together with the others on a day that tells.
    p_two_sided : float
    z, p_one_sided, hazard_ratio : float or None
        For two arms only. z is below 0 when arm 1 has fewer events than expected; the one-sided p is the probability of
        a z at or below it; the hazard ratio, arm 1 to arm 0, is Peto's one step, exp((observed - expected) / variance),
        and only without weights. It is inf where no float is as large: one step from 1 is no estimate of so much.
    """

    weights: Weights
    strata: int
    arms: tuple[ArmEvents, ...]
    variance: tuple[tuple[float, ...], ...]
    chi2: float
    degrees: int
    p_two_sided: float
    z: float | None = None
    p_one_sided: float | None = None
    hazard_ratio: float | None = None


@dataclass(frozen=True, eq=False)
class LogRankBatch:
    """
    The statistic of many trials of two arms; arrays of shape (trials,).

    Where `is_estimable` is false (no event, or never both arms at risk on a day that tells) z and chi2 are 0 and the
    hazard ratio 1: such a trial rejects nothing. Read `is_estimable` before anything is averaged.
    """

    is_estimable: Bools
    difference: Floats
    variance: Floats
    events: Floats
    z: Floats
    chi2: Floats
    hazard_ratio: Floats


def logrank(
    days: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    stratum: ArrayLike | None = None,
    *,
    arms: int = 2,
    weights: Weights = UNWEIGHTED,
) -> LogRank | NotEstimable:
    """
    Compare the survival of two or more arms [1]_, within strata if there are any.

    Parameters
    ----------
    days, event, arm, stratum : array_like, (subjects,)
        See `check_followed`.
    arms : int
        How many arms are compared: 0 to `arms` - 1.
    weights : Weights
        The log-rank test unless given.

    Returns
    -------
    LogRank or NotEstimable
        NotEstimable when an arm has nobody, nobody has an event, or the arms were never at risk together on a day that
        tells them apart.

    Raises
    ------
    EquipoiseError
        For arrays that are no survival data, or fewer than two arms.

    References
    ----------
    .. [1] Mantel, Cancer Chemotherapy Reports 1966;50:163. Kalbfleisch and Prentice, The Statistical Analysis of
       Failure Time Data, 2002, section 1.5, for more than two arms.
    """
    if arms < 2:
        raise EquipoiseError("Nothing to compare.", [Fault("arms", f"{arms}", "Give two arms or more.")])
    data = check_followed(days, event, arm, stratum, arms=arms, dimensions=1)
    reason = why_not_comparable(data, arms)
    if reason:
        return NotEstimable(reason)
    counted = [_count_against_others(data, each) for each in range(1 if arms == 2 else 0, arms)]
    if arms == 2:
        return _of_two_arms(data, counted[0], weights)
    return _of_many_arms(data, counted, weights)


def logrank_batch(
    days: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    stratum: ArrayLike | None = None,
    valid: Bools | None = None,
    *,
    weights: Weights = UNWEIGHTED,
) -> LogRankBatch:
    """
    The two-arm test of many trials at once; each equals `logrank` on that trial, digit for digit.

    Parameters
    ----------
    days, event, arm, stratum : array_like, (trials, subjects)
        See `check_followed`.
    valid : array of bool, (trials, subjects), optional
        False where a trial has no subject.
    weights : Weights

    Returns
    -------
    LogRankBatch
    """
    data = check_followed(days, event, arm, stratum, dimensions=2)
    trials = data.days.shape[0]
    difference, variance, events = np.zeros(trials), np.zeros(trials), np.zeros(trials)
    for rows, times in count_in_blocks(data, valid):
        difference[rows], variance[rows] = compare_arms(times, compute_weights(times, weights))
        events[rows] = times.sum_by_trial(times.events.astype(np.float64))
    return _of_sums(difference, variance, events)


def compare_arms(times: EventTimes, weight: Floats) -> tuple[Floats, Floats]:
    """Weighted observed minus expected events of arm 1, and the hypergeometric variance of it. (trials,) each."""
    _, surprise, spread = _by_day(times)
    return times.sum_by_trial(weight * surprise), times.sum_by_trial(weight * weight * spread)


def compute_covariance(times: EventTimes, one: Floats, other: Floats) -> float:
    """Covariance of two weighted differences of the same trial; with equal weights it is the variance."""
    return float(times.sum_by_trial(one * other * _by_day(times)[2])[0])


def why_not_comparable(data: Followed, arms: int) -> str:
    """Why no test of these arms is possible, before any counting; empty when one may be."""
    missing = [str(each) for each in range(arms) if not (data.arm == each).any()]
    if missing:
        return f"nobody is in arm {' or '.join(missing)}"
    return "" if data.event.any() else "nobody had an event"


def _by_day(times: EventTimes) -> tuple[Floats, Floats, Floats]:
    """For arm 1, on each day: events expected, observed minus expected, and the variance. (days,) each"""
    share = times.at_risk_1 / times.at_risk
    expected = times.events * share
    # The last subject alone at risk varies not at all: its factor n - d is 0, and so may be its n - 1.
    left = (times.at_risk - times.events) / np.maximum(times.at_risk - 1, 1)
    return expected, times.events_1 - expected, expected * (1 - share) * left


def _count_against_others(data: Followed, arm: int) -> EventTimes:
    stratum = None if data.stratum is None else data.stratum[None, :]
    is_arm = (data.arm == arm).astype(np.int64)
    return count_event_times(data.days[None, :], data.event[None, :], is_arm[None, :], stratum)


def _of_sums(difference: Floats, variance: Floats, events: Floats) -> LogRankBatch:
    is_estimable = variance > 0
    divisor = np.where(is_estimable, variance, 1.0)
    left = np.where(is_estimable, difference, 0.0)
    z = left / np.sqrt(divisor)
    # Peto's one step is far too long where one arm is nearly the whole trial, or where weights are small.
    with np.errstate(over="ignore"):
        hazard_ratio = np.exp(left / divisor)
    return LogRankBatch(is_estimable, difference, variance, events, z, z * z, hazard_ratio)


def _of_two_arms(data: Followed, times: EventTimes, weights: Weights) -> LogRank | NotEstimable:
    weight = compute_weights(times, weights)
    difference, variance = compare_arms(times, weight)
    batch = _of_sums(difference, variance, difference)
    if not batch.is_estimable[0]:
        return NotEstimable(why_no_variance(_by_day(times)[2]))
    z, spread = float(batch.z[0]), float(variance[0])
    return LogRank(
        weights=weights,
        strata=times.curve_first.size,
        arms=_both_arms(data, times, weight),
        variance=((spread, -spread), (-spread, spread)),
        chi2=float(batch.chi2[0]),
        degrees=1,
        p_two_sided=chi_square_above(float(batch.chi2[0]), 1),
        z=z,
        p_one_sided=normal_below(z),
        hazard_ratio=float(batch.hazard_ratio[0]) if weights == UNWEIGHTED else None,
    )


def _both_arms(data: Followed, times: EventTimes, weight: Floats) -> tuple[ArmEvents, ArmEvents]:
    expected_1 = _by_day(times)[0]
    others = (times.events - times.events_1, times.events - expected_1)
    sums = [float((weight * values).sum()) for values in (*others, times.events_1, expected_1)]
    return _arm_events(data, 0, sums[0], sums[1]), _arm_events(data, 1, sums[2], sums[3])


def _of_many_arms(data: Followed, counted: list[EventTimes], weights: Weights) -> LogRank | NotEstimable:
    """All arms share their days with an event, so the counts of arm k against the others are columns of one table."""
    times = counted[0]
    weight = compute_weights(times, weights)
    share = np.stack([each.at_risk_1 / each.at_risk for each in counted])
    observed = np.stack([each.events_1 for each in counted]) @ weight
    expected = share @ (weight * times.events)
    left = (times.at_risk - times.events) / np.maximum(times.at_risk - 1, 1)
    factor = weight * weight * times.events * left
    covariance = -(share * factor) @ share.T
    np.fill_diagonal(covariance, (share * (1 - share)) @ factor)

    kept = _all_but_one_of_each_group(covariance < 0)
    if not kept:
        return NotEstimable(why_no_variance(share * (1 - share) * times.events * left))
    difference = (observed - expected)[kept]
    chi2 = float(difference @ np.linalg.solve(covariance[np.ix_(kept, kept)], difference))
    return LogRank(
        weights=weights,
        strata=times.curve_first.size,
        arms=tuple(_arm_events(data, arm, float(observed[arm]), float(expected[arm])) for arm in range(len(counted))),
        variance=tuple(tuple(float(value) for value in row) for row in covariance),
        chi2=chi2,
        degrees=len(kept),
        p_two_sided=chi_square_above(chi2, len(kept)),
    )


def _all_but_one_of_each_group(together: Bools) -> list[int]:
    """
    Arms whose differences are free: in each group of arms linked by being at risk together, all but the first.

    The differences of a group sum to 0, so the rank of the covariance is known from who met whom, and needs no
    tolerance.
    """
    group = list(range(len(together)))
    for one, other in zip(*np.nonzero(together), strict=True):
        low, high = sorted((group[one], group[other]))
        group = [low if each == high else each for each in group]
    return [arm for arm, number in enumerate(group) if arm != number]


def _arm_events(data: Followed, arm: int, observed: float, expected: float) -> ArmEvents:
    is_arm = data.arm == arm
    return ArmEvents(arm, int(is_arm.sum()), int(data.event[is_arm].sum()), observed, expected)


def why_no_variance(unweighted: Floats) -> str:
    """Why a weighted test has no variance, from the variance that it or its days would have without weights."""
    if unweighted.any():
        return "the weights are 0 on each day with an event that tells the arms apart"
    return "the arms were never at risk together on a day with an event that could tell them apart"
