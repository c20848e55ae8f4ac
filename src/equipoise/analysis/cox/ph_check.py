"""Do hazards stay proportional? The score test for a coefficient that changes with a function of time.

Decides the statistic; what a trial makes of it is the plan's.

A fit with exact ties is tested in its own likelihood; `cox.zph` of R tests it in that of Breslow.

References
----------
Grambsch PM, Therneau TM. Biometrika 1994;81:515. The variance is that of the score test itself, which follows the
covariance of the covariates from event to event (as `cox.zph` in R survival does since 3.0), not the average covariance
of the paper.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from equipoise.analysis.answer import NotEstimable
from equipoise.analysis.cox.data import CoxData, Floats, Ints
from equipoise.analysis.cox.fitting import ChiSquareTest, CoxFit
from equipoise.analysis.cox.likelihood import compute_likelihood, compute_weighted_information
from equipoise.analysis.survival.tails import chi_square_above


class TimeTransform(StrEnum):
    """The function of time along which a coefficient may change."""

    KM = "km"
    """One minus the Kaplan-Meier estimate of all subjects, just before the event: few late events weigh little."""
    IDENTITY = "identity"
    LOG = "log"
    RANK = "rank"
    """Rank of the day among those of all subjects, ties with their mean, as in cox.zph since R survival 3.0; the ranks
    among events alone, which it took before, are other numbers."""


@dataclass(frozen=True)
class PhCheck:
    """
    The test for each covariate alone and for all together; a small p speaks against proportional hazards.

    Attributes
    ----------
    transform : TimeTransform
    by_covariate : name and test, or why there is none
    together : ChiSquareTest or NotEstimable
        With as many degrees of freedom as covariates.
    """

    transform: TimeTransform
    by_covariate: tuple[tuple[str, ChiSquareTest | NotEstimable], ...]
    together: ChiSquareTest | NotEstimable


_NO_TREND = NotEstimable("the events say nothing of a change with time")
_ROUNDING = 1e-11


def check_proportional_hazards(fit: CoxFit, transform: TimeTransform = TimeTransform.KM) -> PhCheck | NotEstimable:
    """
    Test the proportional-hazards assumption of a fit.

    Parameters
    ----------
    fit : CoxFit
    transform : TimeTransform
        Over all subjects, whatever the strata.

    Returns
    -------
    PhCheck or NotEstimable
        NotEstimable where an estimate is infinite, all events are of one day, or day 0 has no logarithm.
    """
    if fit.monotone:
        return NotEstimable("an estimate is infinite: no residuals to test")
    data, beta = fit.data, fit.scaled_coefficients
    transform = TimeTransform(transform)
    if transform is TimeTransform.LOG and not data.group_days.all():
        return NotEstimable("somebody has the event on day 0, which has no logarithm")
    trend = _standardise(_transform_days(data, transform), data.group_sizes)
    if not trend.any():
        return NotEstimable("all events are of one day: no change with time can be seen")
    likelihood = compute_likelihood(data, beta, fit.ties)
    observed = np.add.reduceat(data.covariates[data.deaths], data.group_first_death, axis=0)
    score = trend @ (observed - likelihood.expected)
    cross = compute_weighted_information(data, beta, fit.ties, trend)
    own = compute_weighted_information(data, beta, fit.ties, trend**2)
    # What remains of the information on a trend once the coefficients themselves are estimated.
    spread = own - cross @ np.linalg.solve(likelihood.information, cross)
    is_known = np.diag(spread) > _ROUNDING * np.diag(likelihood.information)
    by_covariate = tuple(
        (name, _test(score[j] ** 2 / spread[j, j], 1) if is_known[j] else _NO_TREND)
        for j, name in enumerate(data.names)
    )
    return PhCheck(transform, by_covariate, _test_together(score, spread, bool(is_known.all())))


def _test_together(score: Floats, spread: Floats, is_known: bool) -> ChiSquareTest | NotEstimable:
    if not is_known:
        return _NO_TREND
    unit = np.sqrt(np.diag(spread))
    correlation = spread / np.outer(unit, unit)
    if np.linalg.eigvalsh(correlation)[0] < _ROUNDING:
        return _NO_TREND
    return _test(float((score / unit) @ np.linalg.solve(correlation, score / unit)), len(score))


def _test(statistic: float, df: int) -> ChiSquareTest:
    return ChiSquareTest(float(statistic), df, chi_square_above(float(statistic), df))


def _transform_days(data: CoxData, transform: TimeTransform) -> Floats:
    """The function of time at each group of deaths: array [groups]."""
    days = data.group_days
    if transform is TimeTransform.IDENTITY:
        return days.astype(np.float64)
    if transform is TimeTransform.LOG:
        return np.log(days)
    in_order = np.sort(data.days)
    if transform is TimeTransform.RANK:
        earlier, up_to = (np.searchsorted(in_order, days, side) for side in ("left", "right"))
        return np.asarray((earlier + 1 + up_to) / 2)
    event_days, events = np.unique(data.days[data.event], return_counts=True)
    place = np.searchsorted(event_days, days)
    at_risk = len(data.days) - np.searchsorted(in_order, event_days)
    survival = np.cumprod(1 - events / at_risk)
    return np.asarray(1 - np.append(1.0, survival[:-1])[place])


def _standardise(values: Floats, sizes: Ints) -> Floats:
    """The test does not change with the origin and unit of time; its digits do."""
    if np.ptp(values) == 0:
        return np.zeros(len(values))
    centred = values - np.average(values, weights=sizes)
    return np.asarray(centred / np.abs(centred).max())
