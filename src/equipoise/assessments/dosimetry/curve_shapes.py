"""The curves that can be fitted, as shapes: what is left of a curve when its height is taken out.

Every curve is TIA times a shape of integral 1, so its height on the logarithm is ln TIA: the number that is asked for
is a parameter of the fit, and its uncertainty needs no propagation. Rates are ordered, and a shape is described by

    ln l_1, ln(l_2 / l_1), ln(l_3 / l_2), then shares of amplitude, each 0 to 1,

with l_1 the slowest. Bounds on these keep every rate at or above physical decay and the curve at or above 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import log

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FASTEST_SLOW_HALF_LIFE_H = 1.0
"""The slowest component is not sought below this: every organ of a therapy with 177Lu keeps activity longer."""
LEAST_LOG_RATIO = 0.01
GREATEST_LOG_RATIO = log(1e4)
"""Neighbouring rates differ by 1 % at least, so that two components stay two, and ten thousand times at most."""

_FLOOR = 1e-60
"""A shape is never taken to be below this: far under any activity, and the fourth power of its inverse is a number."""

_START_HALF_LIVES_H = (150.0, 100.0, 70.0, 50.0, 35.0, 25.0, 15.0, 8.0, 4.0)
_START_LOG_RATIOS = tuple(map(log, (1.5, 3.0, 8.0, 25.0, 100.0)))
_START_SHARES = (0.05, 0.3, 0.6, 0.9)


class CurveModel(StrEnum):
    """Which sum of exponentials is fitted; `uptake` curves begin at 0 and have a last, negative term."""

    MONO = "mono-exponential"
    BI_UPTAKE = "bi-exponential, uptake and washout"
    BI_WASHOUT = "bi-exponential, two washouts"
    TRI_UPTAKE = "tri-exponential, uptake and two washouts"
    TRI_WASHOUT = "tri-exponential, three washouts"


@dataclass(frozen=True)
class _Form:
    """
    How many rates and shares a model has, its relative amplitudes as a function of the shares, and from how many
    starts it is searched: over 6,000 simulated curves more starts found no better fit.
    """

    rates: int
    shares: int
    starts: int
    amplitudes: Callable[[Array], tuple[list[Array], list[list[Array]]]]


def _mono(q: Array) -> tuple[list[Array], list[list[Array]]]:
    one = np.ones(len(q))
    return [one], [[]]


def _bi_uptake(q: Array) -> tuple[list[Array], list[list[Array]]]:
    one = np.ones(len(q))
    return [one, -one], [[], []]


def _bi_washout(q: Array) -> tuple[list[Array], list[list[Array]]]:
    one = np.ones(len(q))
    return [1 - q[:, 0], q[:, 0]], [[-one], [one]]


def _tri_uptake(q: Array) -> tuple[list[Array], list[list[Array]]]:
    one = np.ones(len(q))
    return [1 - q[:, 0], q[:, 0], -one], [[-one], [one], [0 * one]]


def _tri_washout(q: Array) -> tuple[list[Array], list[list[Array]]]:
    one, fast, fastest = np.ones(len(q)), q[:, 0], q[:, 1]
    amplitudes = [1 - fast, fast * (1 - fastest), fast * fastest]
    return amplitudes, [[-one, 0 * one], [1 - fastest, -fast], [fastest, fast]]


_FORMS = {
    CurveModel.MONO: _Form(1, 0, 1, _mono),
    CurveModel.BI_UPTAKE: _Form(2, 0, 2, _bi_uptake),
    CurveModel.BI_WASHOUT: _Form(2, 1, 6, _bi_washout),
    CurveModel.TRI_UPTAKE: _Form(3, 1, 6, _tri_uptake),
    CurveModel.TRI_WASHOUT: _Form(3, 2, 6, _tri_washout),
}


def count_parameters(model: CurveModel) -> int:
    """Parameters of a curve, its height included."""
    return 1 + _FORMS[model].rates + _FORMS[model].shares


def begins_at_zero(model: CurveModel) -> bool:
    """Whether the curve is 0 at administration, so that a point at time 0 contradicts it."""
    return model in (CurveModel.BI_UPTAKE, CurveModel.TRI_UPTAKE)


def find_bounds(model: CurveModel, *, least_rate_per_h: float) -> tuple[Array, Array]:
    """Lowest and highest value of each shape parameter; the slowest rate is at least `least_rate_per_h`."""
    form = _FORMS[model]
    low = [log(least_rate_per_h)] + [LEAST_LOG_RATIO] * (form.rates - 1) + [0.0] * form.shares
    fastest = log(log(2) / FASTEST_SLOW_HALF_LIFE_H)
    high = [fastest] + [GREATEST_LOG_RATIO] * (form.rates - 1) + [1.0] * form.shares
    return np.array(low), np.array(high)


def list_starts(model: CurveModel, *, least_rate_per_h: float) -> Array:
    """Shapes from which a search may start: a fixed grid, so equal data give equal fits. [starts, parameters]"""
    form = _FORMS[model]
    slow = [log(log(2) / half_life) for half_life in _START_HALF_LIVES_H]
    axes = [slow] + [list(_START_LOG_RATIOS)] * (form.rates - 1) + [list(_START_SHARES)] * form.shares
    low, high = find_bounds(model, least_rate_per_h=least_rate_per_h)
    clipped: Array = np.clip(np.array(list(product(*axes))), low, high)
    return clipped


def rank_starts(model: CurveModel, costs: Array) -> NDArray[np.intp]:
    """
    Which starts of `list_starts` to go from: the best one of each slowest half-life, in the order of their squares.

    Neighbours on the grid end in the same minimum, so the few best of all would often miss a second one.

    Parameters
    ----------
    costs : array, [curves, starts]

    Returns
    -------
    array of int, [curves, starts to go from]
    """
    groups = costs.reshape(len(costs), len(_START_HALF_LIVES_H), -1)
    first = np.arange(len(_START_HALF_LIVES_H)) * groups.shape[2]
    best = groups.argmin(axis=2)
    order = np.argsort(groups.min(axis=2), axis=1, kind="stable")
    ranked: NDArray[np.intp] = np.take_along_axis(best + first, order, axis=1)
    return ranked[:, : _FORMS[model].starts]


def split_shapes(model: CurveModel, shapes: Array) -> tuple[Array, Array]:
    """Relative amplitudes and rates of many shapes. [shapes, terms; 1/h]"""
    form = _FORMS[model]
    amplitudes, _ = form.amplitudes(shapes[:, form.rates :])
    return np.stack(amplitudes, axis=1), np.exp(np.cumsum(shapes[:, : form.rates], axis=1))


def log_shapes(model: CurveModel, shapes: Array, times_h: Array) -> tuple[Array, Array]:
    """
    Logarithm of many shapes of integral 1 at some times, and its derivatives.

    Parameters
    ----------
    shapes : array, [shapes, parameters]
    times_h : array, [times]

    Returns
    -------
    values : array, [shapes, times]
        ln(s(t) / integral of s). [ln 1/h]
    slopes : array, [shapes, times, parameters]
    """
    form = _FORMS[model]
    count, parameters = shapes.shape
    columns, by_share = form.amplitudes(shapes[:, form.rates :])
    rates = np.exp(np.cumsum(shapes[:, : form.rates], axis=1))
    value, area = np.zeros((count, len(times_h))), np.zeros(count)
    slope, area_slope = np.zeros((count, len(times_h), parameters)), np.zeros((count, parameters))
    for k, amplitude in enumerate(columns):
        rate = rates[:, k]
        falling = np.exp(-rate[:, None] * times_h)
        value += amplitude[:, None] * falling
        area += amplitude / rate
        # The k-th rate is the product of the first k + 1 parameters, so it moves with each of them alike.
        slope[:, :, : k + 1] -= (amplitude * rate)[:, None, None] * (falling * times_h)[:, :, None]
        area_slope[:, : k + 1] -= (amplitude / rate)[:, None]
        for share, moves in enumerate(by_share[k]):
            slope[:, :, form.rates + share] += moves[:, None] * falling
            area_slope[:, form.rates + share] += moves / rate
    value = np.maximum(value, _FLOOR)
    return np.log(value / area[:, None]), slope / value[:, :, None] - (area_slope / area[:, None])[:, None, :]
