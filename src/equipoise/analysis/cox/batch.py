"""Cox models of two arms for many trials at once, on the days with an event that the log-rank test counts.

Decides the log hazard ratio of arm 1 to arm 0 and its standard error, with or without strata; equal to `fit_cox` with
the arm as the only covariate. Covariates, intervals and tests are left to it.

With one covariate of 0 and 1, subjects of an arm are alike: a risk set is two numbers, and Newton's method needs
nothing of the subjects once they are counted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.cox.data import Floats, Ints, Ties
from equipoise.analysis.survival.batch import EventTimes, count_in_blocks
from equipoise.analysis.survival.inputs import Bools, check_followed
from equipoise.errors import EquipoiseError, Fault

_LAST_STEP = 1e-7
"""The third derivative is never larger than the information, so a Newton step shorter than this ends within half its
square of the maximum: 5e-15."""

_LONGEST_STEP = 3.0
_ITERATIONS = 100


@dataclass(frozen=True, eq=False)
class CoxBatch:
    """
    The two-arm fit of many trials; arrays of shape (trials,).

    Where `is_estimable` is false (no event with both arms at risk) the log hazard ratio is 0 and its error infinite:
    such a trial shows nothing. Where `is_monotone` (all those events in one arm) the log hazard ratio is infinite, and
    its error too. Read both before anything is averaged. `is_converged`: a finite maximum was found.
    """

    log_hazard_ratio: Floats
    standard_error: Floats
    is_estimable: Bools
    is_monotone: Bools
    is_converged: Bools

    @property
    def z(self) -> Floats:
        """Wald's statistic; 0 where there is no finite maximum."""
        return np.divide(
            self.log_hazard_ratio,
            self.standard_error,
            out=np.zeros(len(self.standard_error)),
            where=self.is_converged,
        )


def fit_cox_batch(
    days: ArrayLike,
    event: ArrayLike,
    arm: ArrayLike,
    stratum: ArrayLike | None = None,
    valid: Bools | None = None,
    *,
    ties: Ties,
) -> CoxBatch:
    """
    Fit each trial of a batch.

    Parameters
    ----------
    days, event, arm, stratum : array_like, (trials, subjects)
        See `check_followed`.
    valid : array of bool, (trials, subjects), optional
        False where a trial has no subject.
    ties : Ties
        BRESLOW or EFRON.

    Returns
    -------
    CoxBatch

    Raises
    ------
    EquipoiseError
        For arrays that are no batch of trials, or exact ties.
    """
    data = check_followed(days, event, arm, stratum, dimensions=2)
    blocks = [fit_event_times(times, ties=ties) for _, times in count_in_blocks(data, valid)]
    return _join(blocks)


def fit_event_times(times: EventTimes, *, ties: Ties) -> CoxBatch:
    """Fit each trial of which the days with an event are counted; see `fit_cox_batch`."""
    ties = Ties(ties)
    if ties is Ties.EXACT:
        fault = Fault("ties", "exact ties are not fitted in batches", "Take efron, or fit_cox one trial at a time.")
        raise EquipoiseError("A batch of Cox models cannot be fitted.", [fault])
    # A day on which one arm alone is at risk has the same likelihood for every hazard ratio.
    tells = (times.at_risk_1 > 0) & (times.at_risk_1 < times.at_risk)
    trial, events = times.trial[tells], times.events[tells]
    total = np.bincount(trial, weights=events, minlength=times.trials)
    in_arm_1 = np.bincount(trial, weights=times.events_1[tells], minlength=times.trials)
    is_estimable = total > 0
    is_monotone = is_estimable & ((in_arm_1 == 0) | (in_arm_1 == total))
    beta = np.where(is_monotone, np.where(in_arm_1 == 0, -np.inf, np.inf), 0.0)
    error, is_converged = np.full(times.trials, np.inf), np.zeros(times.trials, dtype=np.bool_)
    finite = np.flatnonzero(is_estimable & ~is_monotone)
    if finite.size:
        odds, first = _list_odds(times, tells, ties, finite)
        beta[finite], error[finite], is_converged[finite] = _climb(odds, first, in_arm_1[finite].astype(np.float64))
    return CoxBatch(beta, error, is_estimable, is_monotone, is_converged)


def _list_odds(times: EventTimes, tells: Bools, ties: Ties, finite: Ints) -> tuple[Floats, Ints]:
    """
    For each death, the number at risk in arm 0 to that in arm 1; and where the deaths of each trial begin.

    Under Efron the deaths of a day count less from one to the next.
    """
    is_finite = np.zeros(times.trials, dtype=np.bool_)
    is_finite[finite] = True
    kept = np.flatnonzero(tells & is_finite[times.trial])
    events = times.events[kept]
    in_1, in_0 = times.at_risk_1[kept], (times.at_risk - times.at_risk_1)[kept]
    number = np.bincount(times.trial[kept], weights=events, minlength=times.trials)[finite].astype(np.int64)
    first = np.cumsum(number) - number
    if events.max() == 1:
        return in_0 / in_1, first
    of_day = np.repeat(np.arange(kept.size), events)
    if ties is Ties.BRESLOW:
        return (in_0 / in_1)[of_day], first
    starts = np.cumsum(events) - events
    fraction = (np.arange(of_day.size) - starts[of_day]) / events[of_day]
    events_1 = times.events_1[kept]
    left_0 = in_0[of_day] - fraction * (events - events_1)[of_day]
    return left_0 / (in_1[of_day] - fraction * events_1[of_day]), first


def _climb(odds: Floats, first: Ints, in_arm_1: Floats) -> tuple[Floats, Floats, Bools]:
    """Newton's method for each trial, kept between the points where the score was last above and below 0."""
    trials = len(first)
    beta, error, is_converged = np.zeros(trials), np.full(trials, np.inf), np.zeros(trials, dtype=np.bool_)
    active, number = np.arange(trials), np.diff(np.append(first, len(odds)))
    low, high, is_last = np.full(trials, -np.inf), np.full(trials, np.inf), np.zeros(trials, dtype=np.bool_)
    for _ in range(_ITERATIONS):
        here = beta[active]
        against = odds * np.repeat(np.exp(-here), number)
        share = 1 / (1 + against)
        starts = np.cumsum(number) - number
        score = in_arm_1[active] - np.add.reduceat(share, starts)
        against *= share * share
        information = np.add.reduceat(against, starts)
        error[active] = 1 / np.sqrt(information)
        is_converged[active] = is_last[active]
        low[active] = np.where(score > 0, here, low[active])
        high[active] = np.where(score < 0, here, high[active])
        going = ~is_last[active]
        if not going.any():
            break
        step = np.clip(score / information, -_LONGEST_STEP, _LONGEST_STEP)
        there = here + step
        is_outside = (there < low[active]) | (there > high[active])
        there[is_outside] = (low[active[is_outside]] + high[active[is_outside]]) / 2
        beta[active[going]] = there[going]
        is_last[active] |= np.abs(there - here) < _LAST_STEP
        if 2 * going.sum() < len(active):
            odds, active, number = odds[np.repeat(going, number)], active[going], number[going]
    return beta, error, is_converged


def _join(blocks: list[CoxBatch]) -> CoxBatch:
    if not blocks:
        nothing, none = np.zeros(0), np.zeros(0, dtype=np.bool_)
        return CoxBatch(nothing, nothing, none, none, none)
    return CoxBatch(
        np.concatenate([block.log_hazard_ratio for block in blocks]),
        np.concatenate([block.standard_error for block in blocks]),
        np.concatenate([block.is_estimable for block in blocks]),
        np.concatenate([block.is_monotone for block in blocks]),
        np.concatenate([block.is_converged for block in blocks]),
    )
