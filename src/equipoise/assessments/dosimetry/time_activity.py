"""Fits of a time-activity curve, and the time-integrated activity with its uncertainty. One curve at a time.

Every measured activity is taken to be off by the same factor, log-normal, `relative_error` being its coefficient of
variation; so logarithms are fitted, all with one weight, and that error is stated, not estimated from few residuals.
`curve_search` searches; `time_activity_arrays` does the same for many curves at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, log, sqrt

import numpy as np
from scipy.special import gammaincc  # type: ignore[import-untyped]

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.dosimetry.curve_search import (
    Z_95,
    Found,
    Problem,
    find_intervals,
    log_sd_of,
    measure_heights,
    search_shapes,
)
from equipoise.assessments.dosimetry.curve_shapes import (
    Array,
    CurveModel,
    begins_at_zero,
    count_parameters,
    log_shapes,
    split_shapes,
)
from equipoise.assessments.dosimetry.decay import (
    LUTETIUM_177,
    ActivityUnit,
    Nuclide,
    convert_activity,
    find_activity_unit,
)
from equipoise.assessments.dosimetry.exponentials import ExponentialSum
from equipoise.errors import EquipoiseError, Fault


@dataclass(frozen=True)
class HalfLife:
    """
    An effective half-life as a log-normal: median [h] and standard deviation of its logarithm [1].

    `log_sd` is None where the fit ends at a bound (physical decay, or a component that vanished).
    """

    median_h: float
    log_sd: float | None


@dataclass(frozen=True)
class TimeActivityFit:
    """
    A fitted curve.

    Attributes
    ----------
    curve : ExponentialSum
        Activity over time. [MBq]
    tia_mbq_h, tia_standard_error_mbq_h : float
        Time-integrated activity to infinity and its standard error, from the covariance. [MBq h]
    tia_interval_mbq_h : (float, float)
        95 % interval: by profile likelihood, which stays right where a component is nearly lost; for the
        mono-exponential by the covariance on the logarithm. [MBq h]
    half_lives : tuple of HalfLife
        From the slowest to the fastest.
    covariance : tuple of tuple of float
        Of ln TIA and the shape parameters of `curve_shapes`; a parameter at a bound has zeros. [1]
    chi_squared, aicc : float
        Squared residuals over squared error; corrected information criterion, infinite with too few points for it.
    extrapolated_share : float
        Part of the integral after the last measurement. [1]
    """

    model: CurveModel
    curve: ExponentialSum
    tia_mbq_h: float
    tia_standard_error_mbq_h: float
    tia_interval_mbq_h: tuple[float, float]
    half_lives: tuple[HalfLife, ...]
    shape: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    chi_squared: float
    aicc: float
    points: int
    relative_error: float
    extrapolated_share: float

    @property
    def relative_standard_error(self) -> float:
        """Standard error of ln TIA: what an uncertainty budget takes as its part of the fit. [1]"""
        return self.tia_standard_error_mbq_h / self.tia_mbq_h


def fit_time_activity(
    *,
    times_h: Sequence[float],
    activities: Sequence[float],
    unit: str | None,
    model: CurveModel | None = None,
    relative_error: float = 0.10,
    nuclide: Nuclide = LUTETIUM_177,
    administered_mbq: float | None = None,
    records: Sequence[str] = (),
) -> Answer[TimeActivityFit]:
    """
    Fit a sum of exponentials to measured activities, no rate below physical decay and never below 0 [1]_.

    Parameters
    ----------
    times_h
        After administration, rising, the first may be 0. [h]
    activities, unit
        In the organ at these times, not corrected for decay. [unit]
    model
        None chooses by the corrected information criterion of Akaike among those that have two points more than
        parameters, and is mono-exponential where none has [2]_.
    relative_error
        Coefficient of variation of one measured activity. [1]
    administered_mbq
        What was given; no organ can hold more, so a larger activity has the wrong unit. None does not ask. [MBq]
    records
        Source records of the points, for the evidence.

    Returns
    -------
    Answer
        NotEvaluable: TOO_FEW_POINTS; IMPLAUSIBLE for a time below 0, times that do not rise, an activity of 0 or below
        or more than was given; CONFLICT for two activities at one time, or one at time 0 with a curve that begins
        at 0; NO_UNIT, UNKNOWN_UNIT.

    References
    ----------
    .. [1] Siegel JA et al. MIRD Pamphlet 16. J Nucl Med 1999;40:37S-61S.
    .. [2] Kletting P et al. Molecular radiotherapy: the NUKFIT software for calculating the time-integrated activity
       coefficient. Med Phys 2013;40:102504.
    """
    _check_use(times_h, activities, relative_error)
    seen = _inputs(times_h, activities, unit, records)
    known = find_activity_unit(unit)
    if isinstance(known, NotEvaluable):
        return NotEvaluable(known.why, known.because, seen, known.needs)
    trouble = _find_trouble(times_h, activities, model, seen)
    if trouble is not None:
        return trouble
    factor = float(convert_activity(1, unit=known, to=ActivityUnit.MBQ))
    if administered_mbq is not None and max(activities) * factor > administered_mbq:
        because = f"an activity in the organ is above the {administered_mbq:g} MBq that were given; is it in {unit}?"
        return NotEvaluable(Why.IMPLAUSIBLE, because, seen, ("the unit of the activities",))
    logs = np.log(np.array([activities], float) * factor)
    models = (model,) if model is not None else list_candidates(times_h)
    fit = _fit_best(np.array(times_h, float), logs, models, relative_error, nuclide)
    return Assessed(fit, seen, "MIRD Pamphlet 16; AICc as in Kletting P et al. 2013", _notes(fit, model, nuclide))


@dataclass(frozen=True)
class ActivityBand:
    """A fitted curve and its 95 % band at some times, point by point. [h, MBq]"""

    times_h: tuple[float, ...]
    lower_mbq: tuple[float, ...]
    middle_mbq: tuple[float, ...]
    upper_mbq: tuple[float, ...]


def compute_activity_band(fit: TimeActivityFit, *, times_h: Sequence[float]) -> ActivityBand:
    """
    The curve with what its covariance says of each time, on the logarithm, so no bound is below 0.

    The band is of the curve and not of another measurement, which would be off by its own error too.
    """
    logs, slopes = log_shapes(fit.model, np.array([fit.shape]), np.array(times_h, float))
    moves = np.concatenate([np.ones((len(times_h), 1)), slopes[0]], axis=1)
    spread = Z_95 * np.sqrt(np.maximum(np.einsum("ti,ij,tj->t", moves, np.array(fit.covariance), moves), 0.0))
    middle = logs[0] + log(fit.tia_mbq_h)
    lower, centre, upper = (tuple(np.exp(one).tolist()) for one in (middle - spread, middle, middle + spread))
    return ActivityBand(tuple(times_h), lower, centre, upper)


def list_candidates(times_h: Sequence[float] | Array) -> tuple[CurveModel, ...]:
    """Models whose criterion is finite with these times, simplest first; mono-exponential alone where none is."""
    able = tuple(
        model
        for model in CurveModel
        if len(times_h) >= count_parameters(model) + 2 and not (times_h[0] == 0 and begins_at_zero(model))
    )
    return able or (CurveModel.MONO,)


def compute_aicc(*, chi_squared: float, points: int, parameters: int) -> float:
    """
    Akaike's information criterion for small samples, with a stated error: chi^2 + 2 p + 2 p (p + 1) / (n - p - 1) [1]_.

    Infinite where n - p - 1 is not above 0.

    References
    ----------
    .. [1] Hurvich CM, Tsai CL. Regression and time series model selection in small samples. Biometrika 1989;76:297-307.
    """
    spare = points - parameters - 1
    return chi_squared + 2 * parameters + 2 * parameters * (parameters + 1) / spare if spare > 0 else inf


def _fit_best(
    times_h: Array, logs: Array, models: Sequence[CurveModel], relative_error: float, nuclide: Nuclide
) -> TimeActivityFit:
    tried = []
    for model in models:
        problem = Problem(times_h, logs, log_sd_of(relative_error), nuclide.decay_constant_per_h, model)
        shapes, costs = search_shapes(problem)
        chi_squared = float(costs[0]) / problem.log_sd**2
        aicc = compute_aicc(chi_squared=chi_squared, points=len(times_h), parameters=count_parameters(model))
        tried.append((aicc, problem, shapes, costs))
    aicc, problem, shapes, costs = min(tried, key=lambda one: one[0])
    return _describe(problem, measure_heights(problem, shapes, costs), aicc, relative_error)


def _describe(problem: Problem, found: Found, aicc: float, relative_error: float) -> TimeActivityFit:
    amplitudes, rates = (part[0] for part in split_shapes(problem.model, found.shapes))
    tia = exp(found.heights[0])
    parts = amplitudes / rates
    covariance = found.covariances[0]
    lower, upper = find_intervals(problem, found)
    return TimeActivityFit(
        model=problem.model,
        curve=ExponentialSum(tuple((amplitudes * tia / parts.sum()).tolist()), tuple(rates.tolist())),
        tia_mbq_h=tia,
        tia_standard_error_mbq_h=tia * float(found.spreads[0]),
        tia_interval_mbq_h=(exp(lower[0]), exp(upper[0])),
        half_lives=_half_lives(rates, covariance),
        shape=tuple(found.shapes[0].tolist()),
        covariance=tuple(tuple(row) for row in covariance.tolist()),
        chi_squared=float(found.costs[0]) / problem.log_sd**2,
        aicc=aicc,
        points=len(problem.times_h),
        relative_error=relative_error,
        extrapolated_share=float(np.sum(parts * np.exp(-rates * problem.times_h[-1])) / parts.sum()),
    )


def _half_lives(rates: Array, covariance: Array) -> tuple[HalfLife, ...]:
    found = []
    for k in range(len(rates)):
        # ln l_k is the sum of the first k + 1 shape parameters; parameter 0 of the covariance is ln TIA.
        block = covariance[1 : k + 2, 1 : k + 2]
        variance = float(block.sum())
        is_known = bool(np.all(np.diag(block) > 0)) and variance > 0
        found.append(HalfLife(log(2) / float(rates[k]), sqrt(variance) if is_known else None))
    return tuple(found)


def _check_use(times_h: Sequence[float], activities: Sequence[float], relative_error: float) -> None:
    faults = []
    if len(times_h) != len(activities):
        what = f"{len(times_h)} times and {len(activities)} activities"
        faults.append(Fault("times_h, activities", what, "Give one time for each activity."))
    if not (isfinite(relative_error) and relative_error > 0):
        faults.append(Fault("relative_error", "must be above 0", "0.1 for 10 %."))
    if faults:
        raise EquipoiseError("Cannot fit a time-activity curve.", faults)


def _inputs(
    times_h: Sequence[float], activities: Sequence[float], unit: str | None, records: Sequence[str]
) -> tuple[Input, ...]:
    return tuple(
        Input(f"activity at {time:g} h", f"{activity:g} {unit or ''}".strip(), None, record)
        for time, activity, record in zip(times_h, activities, [*records, *[None] * len(times_h)], strict=False)
    )


def _find_trouble(
    times_h: Sequence[float], activities: Sequence[float], model: CurveModel | None, seen: tuple[Input, ...]
) -> NotEvaluable | None:
    if any(not isfinite(time) or time < 0 for time in times_h):
        return NotEvaluable(Why.IMPLAUSIBLE, "a time lies before administration", seen, ("times after administration",))
    if any(not isfinite(activity) or activity <= 0 for activity in activities):
        return NotEvaluable(Why.IMPLAUSIBLE, "an activity is not above 0", seen, ("the measured activities",))
    if len(set(times_h)) < len(times_h):
        return NotEvaluable(Why.CONFLICT, "two activities are given for one time", seen, ("one activity for a time",))
    if list(times_h) != sorted(times_h):
        return NotEvaluable(Why.IMPLAUSIBLE, "the times do not rise", seen, ("times in their order",))
    least = count_parameters(model or CurveModel.MONO)
    if len(times_h) < least:
        name = (model or CurveModel.MONO).value
        because = f"{len(times_h)} point(s); a {name} needs {least} at least"
        needs = (f"{least - len(times_h)} more measurement(s), or a single-time-point method",)
        return NotEvaluable(Why.TOO_FEW_POINTS, because, seen, needs)
    if model is not None and begins_at_zero(model) and times_h[0] == 0:
        because = "an activity at time 0 contradicts a curve that begins at 0"
        return NotEvaluable(Why.CONFLICT, because, seen, ("a model of washout, or times after 0",))
    return None


def _notes(fit: TimeActivityFit, asked: CurveModel | None, nuclide: Nuclide) -> tuple[str, ...]:
    notes = [f"error of one activity {fit.relative_error:.0%}, log-normal, stated and not estimated"]
    if asked is None and isfinite(fit.aicc):
        notes.append(f"{fit.model.value}, chosen by AICc")
    elif asked is None:
        notes.append(f"{fit.model.value}, because {fit.points} points are too few for AICc to judge any model")
    spare = fit.points - count_parameters(fit.model)
    if spare == 0:
        notes.append("as many parameters as points: the fit cannot be judged")
    elif gammaincc(spare / 2, fit.chi_squared / 2) < 0.01:
        notes.append("the points lie further from the curve than the stated error explains")
    if fit.half_lives[0].median_h >= nuclide.half_life_h * (1 - 1e-9):
        notes.append("the slowest component is physical decay, the limit of the fit")
    if fit.extrapolated_share > 0.2:
        notes.append(f"{fit.extrapolated_share:.0%} of the integral lies after the last measurement")
    return tuple(notes)
