"""Cox's proportional-hazards model: estimates, intervals and tests in the units of the call.

Decides what a fit says, also where the likelihood is monotone: an infinite estimate, with the one bound that exists.
Leaves the search to `solving` and `profile`, residuals and baseline to modules of their own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.cox.data import CoxData, Floats, Ties, prepare_data
from equipoise.analysis.cox.likelihood import Likelihood, compute_likelihood
from equipoise.analysis.cox.profile import find_bound, find_far_start
from equipoise.analysis.cox.solving import Solution, prepare_profile, solve_model
from equipoise.analysis.survival.tails import chi_square_above, normal_quantile, normal_two_sided
from equipoise.errors import EquipoiseError, Fault


@dataclass(frozen=True)
class ChiSquareTest:
    """A statistic that is chi-square with `df` degrees of freedom where the model says nothing, and its tail."""

    statistic: float
    df: int
    p: float


@dataclass(frozen=True)
class Effect:
    """
    One covariate.

    Attributes
    ----------
    log_hazard_ratio, hazard_ratio : float
        For one unit of the covariate. Infinite (and the ratio infinite or 0) where the likelihood is monotone.
    standard_error : float or NotEstimable
        Of the log hazard ratio.
    interval : Interval or NotEstimable
        Of the hazard ratio; a bound that does not exist is None.
    p : float or NotEstimable
        Two-sided, of Wald's test.
    """

    name: str
    log_hazard_ratio: float
    hazard_ratio: float
    standard_error: float | NotEstimable
    interval: Interval | NotEstimable
    p: float | NotEstimable

    @property
    def is_infinite(self) -> bool:
        return math.isinf(self.log_hazard_ratio)


@dataclass(frozen=True, eq=False)
class CoxFit:
    """
    A fitted model.

    Attributes
    ----------
    effects : one for each covariate, in the order of the call
    covariance : array, [p, p], or NotEstimable
        Inverse of the observed information.
    log_likelihood_null, log_likelihood : float
        With all coefficients 0, and at the maximum (or the supremum).
    wald, score, likelihood_ratio : ChiSquareTest or NotEstimable
        Of all covariates together.
    gradient_norm : float
        Largest component of the gradient where the search ended, in standard errors.
    notes : sentences on what a reader should know
    data : the sorted data, for residuals and baseline
    """

    ties: Ties
    effects: tuple[Effect, ...]
    covariance: Floats | NotEstimable
    log_likelihood_null: float
    log_likelihood: float
    wald: ChiSquareTest | NotEstimable
    score: ChiSquareTest
    likelihood_ratio: ChiSquareTest
    subjects: int
    events: int
    iterations: int
    gradient_norm: float
    notes: tuple[str, ...]
    data: CoxData = field(repr=False)

    @property
    def coefficients(self) -> Floats:
        return np.array([effect.log_hazard_ratio for effect in self.effects])

    @property
    def monotone(self) -> tuple[str, ...]:
        """Covariates whose coefficient has no finite estimate."""
        return tuple(effect.name for effect in self.effects if effect.is_infinite)

    @property
    def scaled_coefficients(self) -> Floats:
        """In the covariates of `data`."""
        return np.asarray(self.coefficients * self.data.scales)


def fit_cox(
    days: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    ties: Ties,
    strata: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    level: float = 0.95,
    interval: IntervalType = IntervalType.WALD,
) -> CoxFit | NotEstimable:
    """
    Fit a proportional-hazards model to right-censored times.

    Parameters
    ----------
    days : array of int, [n]
        From the time origin to event or censoring. Those censored on the day of an event are at risk of it. [days]
    event : array of bool, [n]
    covariates : array, [n, p]
    ties : Ties
        Nothing is assumed when a day has several events: the caller says.
    strata : array, [n], optional
        Each stratum has a baseline hazard of its own.
    names : p names, optional
    level : float
        Of the intervals.
    interval : IntervalType
        WALD or PROFILE.

    Returns
    -------
    CoxFit or NotEstimable
        NotEstimable without subjects or events, for a covariate without variance where it matters (an empty arm), and
        for collinear covariates. A monotone likelihood is a fit, with infinite estimates.

    Raises
    ------
    EquipoiseError
        For arrays that do not fit together, days before the origin, missing values.
    """
    if interval not in (IntervalType.WALD, IntervalType.PROFILE):
        fault = Fault("interval", f"{interval} is no interval of a Cox model", "Ask for wald or profile.")
        raise EquipoiseError("A Cox model has no such interval.", [fault])
    if not 0 < level < 1:
        raise EquipoiseError("No interval has this level.", [Fault("level", f"{level} is not between 0 and 1")])
    data, ties = prepare_data(days, event, covariates, strata=strata, names=names), Ties(ties)
    solution = solve_model(data, ties)
    if isinstance(solution, NotEstimable):
        return solution
    null = compute_likelihood(data, np.zeros(len(data.names)), ties)
    return _describe(data, ties, null, solution, _Bounds(level, interval))


@dataclass(frozen=True)
class _Bounds:
    level: float
    type: IntervalType

    @property
    def width(self) -> float:
        return -normal_quantile((1 - self.level) / 2)


def _describe(data: CoxData, ties: Ties, null: Likelihood, solution: Solution, bounds: _Bounds) -> CoxFit:
    maximum = solution.maximum
    inverse = _invert(maximum.likelihood.information)
    effects = tuple(_describe_effect(data, ties, solution, inverse, j, bounds) for j in range(len(data.names)))
    df = len(data.names)
    value = maximum.likelihood.value
    covariance: Floats | NotEstimable = inverse / np.outer(solution.data.scales, solution.data.scales)
    wald: ChiSquareTest | NotEstimable = _test(float(maximum.beta @ maximum.likelihood.information @ maximum.beta), df)
    if solution.infinite:
        covariance = wald = NotEstimable("the likelihood is monotone: an estimate is infinite")
    return CoxFit(
        ties,
        effects,
        covariance,
        null.value,
        value,
        wald,
        _test(float(null.gradient @ _invert(null.information) @ null.gradient), df),
        _test(2 * (value - null.value), df),
        len(data.days),
        len(data.deaths),
        maximum.iterations,
        maximum.gradient_norm,
        _find_notes(data, solution),
        data,
    )


def _describe_effect(
    data: CoxData, ties: Ties, solution: Solution, inverse: Floats, column: int, bounds: _Bounds
) -> Effect:
    name = data.names[column]
    if column in solution.infinite:
        sign = solution.infinite[column]
        none = NotEstimable(f"the likelihood rises without end as the coefficient of {name} does")
        limits = _bound_infinite(data, ties, solution, column, bounds)
        return Effect(name, sign * math.inf, math.inf if sign > 0 else 0.0, none, limits, none)
    place = int(np.flatnonzero(solution.columns == column)[0])
    scale = solution.data.scales[place]
    estimate = float(solution.maximum.beta[place] / scale)
    error = float(math.sqrt(inverse[place, place]) / scale)
    limits = (
        _make_interval(estimate - bounds.width * error, estimate + bounds.width * error, bounds)
        if bounds.type is IntervalType.WALD
        else _bound_profile(ties, solution, inverse, place, bounds)
    )
    return Effect(name, estimate, _exp(estimate), error, limits, normal_two_sided(estimate / error))


def _bound_profile(
    ties: Ties, solution: Solution, inverse: Floats, place: int, bounds: _Bounds
) -> Interval | NotEstimable:
    """Both bounds, each from Wald's, along the direction in which the other coefficients follow."""
    maximum, data = solution.maximum, solution.data
    follow = inverse[:, place] / math.sqrt(inverse[place, place])
    ends = [
        find_bound(
            data,
            ties,
            place,
            start=maximum.beta + side * bounds.width * follow,
            supremum=maximum.likelihood.value,
            loss=bounds.width**2,
        )
        for side in (-1, 1)
    ]
    if ends[0] is None or ends[1] is None:
        return NotEstimable("the profile likelihood could not be followed to a bound")
    return _make_interval(ends[0] / data.scales[place], ends[1] / data.scales[place], bounds)


def _bound_infinite(
    data: CoxData, ties: Ties, solution: Solution, column: int, bounds: _Bounds
) -> Interval | NotEstimable:
    """The one bound of an infinite estimate, where its profile likelihood is asked for."""
    if bounds.type is IntervalType.WALD:
        return NotEstimable("an infinite estimate has no Wald interval; its profile interval has one bound")
    sign, supremum, loss = solution.infinite[column], solution.maximum.likelihood.value, bounds.width**2
    profile = prepare_profile(data, ties, column)
    if profile is None:
        return _make_interval(None, None, bounds)
    start = find_far_start(profile, ties, sign=sign, supremum=supremum, loss=loss)
    end = None if start is None else find_bound(profile, ties, 0, start=start, supremum=supremum, loss=loss)
    if end is None:
        return NotEstimable("the profile likelihood could not be followed to its one bound")
    end /= profile.scales[0]
    return _make_interval(end, None, bounds) if sign > 0 else _make_interval(None, end, bounds)


def _make_interval(low: float | None, high: float | None, bounds: _Bounds) -> Interval:
    return Interval(None if low is None else _exp(low), None if high is None else _exp(high), bounds.level, bounds.type)


def _test(statistic: float, df: int) -> ChiSquareTest:
    return ChiSquareTest(statistic, df, chi_square_above(max(statistic, 0.0), df))


def _invert(information: Floats) -> Floats:
    """Inverse of a positive definite matrix, in units in which its diagonal is 1."""
    unit = np.sqrt(np.diag(information))
    return np.asarray(np.linalg.inv(information / np.outer(unit, unit)) / np.outer(unit, unit))


def _exp(value: float) -> float:
    return math.exp(value) if value < math.log(np.finfo(float).max) else math.inf


def _find_notes(data: CoxData, solution: Solution) -> tuple[str, ...]:
    notes = []
    if solution.infinite:
        ends = {1: "plus", -1: "minus"}
        toward = [f"{data.names[j]} (towards {ends[sign]} infinity)" for j, sign in sorted(solution.infinite.items())]
        notes.append(f"monotone likelihood: no finite estimate for {', '.join(toward)}")
    for label, rows in zip(data.labels, data.slices, strict=True):
        if rows.stop - rows.start == 1:
            notes.append(f"stratum {label} has one subject, who is compared with nobody")
        elif len(data.slices) > 1 and not data.event[rows].any():
            notes.append(f"stratum {label} has no event and tells nothing")
    return tuple(notes)
