"""Fits of many time-activity curves with common times: the meaning is `time_activity`, this is the speed.

A curve that cannot be fitted (an activity that is missing or not above 0) has NaN in every number of its row; why, the
scalar function says.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.assessments.dosimetry.curve_search import (
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
    split_shapes,
)
from equipoise.assessments.dosimetry.decay import LUTETIUM_177, Nuclide
from equipoise.assessments.dosimetry.time_activity import compute_aicc, list_candidates
from equipoise.errors import EquipoiseError, Fault

MOST_TERMS = 3
_TOGETHER = 1024
"""Curves that are searched abreast: more gain no speed and cost memory."""
_MODELS = tuple(CurveModel)


@dataclass(frozen=True)
class TimeActivityFits:
    """
    Fits of many curves, one row each.

    Attributes
    ----------
    models : int array, [curves]
        Index into `tuple(CurveModel)`, -1 where there is no fit.
    tia_mbq_h, log_standard_errors, lower_mbq_h, upper_mbq_h, chi_squared, aicc : float array, [curves]
        As in `TimeActivityFit`; the standard error is of ln TIA. Bounds are NaN when they were not asked for.
    amplitudes_mbq, rates_per_h : float array, [curves, 3]
        Terms from the slowest; a model with fewer has amplitude 0 and the rate of its slowest term in the rest.
    """

    models: NDArray[np.intp]
    tia_mbq_h: Array
    log_standard_errors: Array
    lower_mbq_h: Array
    upper_mbq_h: Array
    chi_squared: Array
    aicc: Array
    amplitudes_mbq: Array
    rates_per_h: Array


def fit_time_activity_arrays(
    *,
    times_h: Array,
    activities_mbq: Array,
    model: CurveModel | None = None,
    relative_error: float = 0.10,
    nuclide: Nuclide = LUTETIUM_177,
    has_intervals: bool = True,
) -> TimeActivityFits:
    """
    Fit many curves that were measured at the same times.

    Parameters
    ----------
    times_h : array, [times]
        Rising, at or after 0. [h]
    activities_mbq : array, [curves, times]
        Not corrected for decay. [MBq]
    model
        None chooses for each curve as `fit_time_activity` does.
    has_intervals
        Whether 95 % intervals are made; for more than one exponential they cost most of the time.

    Raises
    ------
    EquipoiseError
        Times that are no times, too few of them for the model, another number of them than of activities.
    """
    _check_use(times_h, activities_mbq, model, relative_error)
    count = len(activities_mbq)
    best = _empty(count)
    usable = np.flatnonzero(np.all(np.isfinite(activities_mbq) & (activities_mbq > 0), axis=1))
    log_sd = log_sd_of(relative_error)
    models = (model,) if model is not None else list_candidates(times_h)
    for start in range(0, len(usable), _TOGETHER):
        rows = usable[start : start + _TOGETHER]
        logs = np.log(activities_mbq[rows])
        problems = [Problem(times_h, logs, log_sd, nuclide.decay_constant_per_h, one) for one in models]
        _fit_together(problems, rows, best, has_intervals)
    return best


def _fit_together(problems: list[Problem], rows: NDArray[np.intp], into: TimeActivityFits, has_intervals: bool) -> None:
    searched = [search_shapes(problem) for problem in problems]
    scores = np.array([_aicc(problem, costs) for problem, (_, costs) in zip(problems, searched, strict=True)])
    choice = np.argmin(scores, axis=0)
    for index, (problem, (shapes, costs)) in enumerate(zip(problems, searched, strict=True)):
        chosen = np.flatnonzero(choice == index)
        if len(chosen):
            into.aicc[rows[chosen]] = scores[index, chosen]
            part = problem.rows(chosen)
            found = measure_heights(part, shapes[chosen], costs[chosen])
            _describe(part, found, rows[chosen], into)
            if has_intervals:
                lower, upper = find_intervals(part, found)
                into.lower_mbq_h[rows[chosen]], into.upper_mbq_h[rows[chosen]] = np.exp(lower), np.exp(upper)


def _aicc(problem: Problem, costs: Array) -> Array:
    # The penalty does not depend on the data, so it is that of a curve that fits perfectly.
    points, parameters = len(problem.times_h), count_parameters(problem.model)
    return costs / problem.log_sd**2 + compute_aicc(chi_squared=0.0, points=points, parameters=parameters)


def _describe(problem: Problem, found: Found, rows: NDArray[np.intp], into: TimeActivityFits) -> None:
    amplitudes, rates = split_shapes(problem.model, found.shapes)
    tia = np.exp(found.heights)
    terms = amplitudes.shape[1]
    into.models[rows] = _MODELS.index(problem.model)
    into.tia_mbq_h[rows] = tia
    into.log_standard_errors[rows] = found.spreads
    into.chi_squared[rows] = found.costs / problem.log_sd**2
    into.rates_per_h[rows] = rates[:, :1]
    into.rates_per_h[rows, :terms] = rates
    into.amplitudes_mbq[rows] = 0.0
    into.amplitudes_mbq[rows, :terms] = amplitudes * (tia / np.sum(amplitudes / rates, axis=1))[:, None]


def _empty(count: int) -> TimeActivityFits:
    numbers = [np.full(count, np.nan) for _ in range(6)]
    terms = [np.full((count, MOST_TERMS), np.nan) for _ in range(2)]
    return TimeActivityFits(np.full(count, -1, np.intp), *numbers, *terms)


def _check_use(times_h: Array, activities_mbq: Array, model: CurveModel | None, relative_error: float) -> None:
    faults = []
    least = count_parameters(model or CurveModel.MONO)
    if times_h.ndim != 1 or activities_mbq.ndim != 2 or activities_mbq.shape[1] != len(times_h):
        what = f"shapes {times_h.shape} and {activities_mbq.shape}"
        faults.append(Fault("times_h, activities_mbq", what, "Give [times] and [curves, times]."))
    elif len(times_h) < least:
        faults.append(Fault("times_h", f"{len(times_h)} point(s); {least} are needed", "Choose a simpler model."))
    elif not (np.all(np.isfinite(times_h)) and times_h[0] >= 0 and np.all(np.diff(times_h) > 0)):
        faults.append(Fault("times_h", "must rise from 0 or later", "Give hours after administration."))
    elif model is not None and begins_at_zero(model) and times_h[0] == 0:
        faults.append(Fault("times_h", "time 0 contradicts a curve that begins at 0", "Choose a model of washout."))
    if not relative_error > 0:
        faults.append(Fault("relative_error", "must be above 0", "0.1 for 10 %."))
    if faults:
        raise EquipoiseError("Cannot fit time-activity curves.", faults)
