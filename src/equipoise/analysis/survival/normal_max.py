"""How likely the largest of up to four correlated standard normals is beyond a value: without chance, to nine digits.

The largest is Z_i at z exactly when Z_i = z and all others are no larger, so the tail is a sum of integrals over z

    P(max Z > c) = sum_i  integral_c^inf  phi(z) P(Z_j <= z for all j | Z_i = z) dz,

and the same with |Z|. Given Z_i = z, what is left of the others is normal again, and its limits are multiples of z: a
box that grows with z. The probability of a growing box is in turn the integral of what streams through its faces, each
a box of one dimension less that grows with z. So everything is a running integral over the one variable z, down to one
dimension, which is an error function. All these functions are smooth in z however close to 1 the correlations are, and
dependent statistics (the members of a Fleming-Harrington family are) need no care. Gauss-Legendre panels, narrow near
0, do the integrals. (Genz's method, which SciPy has, draws random points; nested quadrature over a box has corners.)
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from equipoise.analysis.survival.batch import Floats
from equipoise.errors import EquipoiseError, Fault

MOST = 4  # the orthant probabilities below have closed forms up to three remaining dimensions
_SAME = 1e-10  # two statistics with 1 - correlation below this are one
_FIXED = 1e-12  # a variance that is 0 but for rounding


@dataclass(frozen=True, eq=False)
class _Line:
    """The half line z > 0 in panels; `nodes` has a row for each panel, and `start` is the row in which c begins."""

    nodes: Floats
    width: Floats
    start: int
    weights: Floats
    running: Floats

    def integrate_to_nodes(self, values: Floats) -> Floats:
        """Integral from 0 to each node."""
        inside = values @ self.running.T * self.width[:, None]
        panels = values @ self.weights * self.width
        return np.asarray(inside + (np.cumsum(panels) - panels)[:, None])

    def integrate(self, values: Floats) -> tuple[float, float]:
        """Integrals from 0 to c, and from c to where nothing is left."""
        panels = values @ self.weights * self.width
        return float(panels[: self.start].sum()), float(panels[self.start :].sum())


def compute_max_tail(c: float, correlation: ArrayLike, *, two_sided: bool, fineness: int = 1) -> float:
    """
    Probability that the largest of correlated standard normals is above a value.

    Parameters
    ----------
    c : float
        The value; the largest absolute value is compared with it when `two_sided`.
    correlation : array_like, (statistics, statistics)
        Of at most four statistics; it may be singular.
    two_sided : bool
    fineness : int
        Panels are that many times narrower. 1 gives an absolute error below 1e-9.

    Returns
    -------
    float

    Raises
    ------
    EquipoiseError
        For more than four statistics or a table that is no correlation.
    """
    table = _distinct(_check(correlation), two_sided=two_sided)
    if two_sided and c <= 1e-12:
        return 1.0
    line = _make_line(abs(c), fineness)
    below = above = 0.0
    for chosen in range(len(table)):
        others = np.delete(np.arange(len(table)), chosen)
        rho = table[chosen, others]
        left = table[np.ix_(others, others)] - np.outer(rho, rho)
        density = np.exp(-(line.nodes**2) / 2) / math.sqrt(2 * math.pi)
        if two_sided:
            above += 2 * line.integrate(density * _grow(left, -1 - rho, 1 - rho, line))[1]
            continue
        unbounded = np.full(len(others), -np.inf)
        to_c, beyond = line.integrate(density * _grow(left, unbounded, 1 - rho, line))
        above += beyond
        if c < 0:
            below += to_c + line.integrate(density * _grow(left, unbounded, rho - 1, line))[0]
    return min(above + below, 1.0)


def _grow(covariance: Floats, low: Floats, high: Floats, line: _Line) -> Floats:
    """Probability that centred normals are within z times their limits, at each node z."""
    moving = np.diag(covariance) > _FIXED
    if not (moving | ((low <= 0) & (high >= 0))).all():
        return np.zeros_like(line.nodes)
    covariance, low, high = covariance[np.ix_(moving, moving)], low[moving], high[moving]
    if not len(low):
        return np.ones_like(line.nodes)
    deviation = np.sqrt(np.diag(covariance))
    if len(low) == 1:
        return _between(line.nodes * (low[0] / deviation[0]), line.nodes * (high[0] / deviation[0]))
    stream = np.zeros_like(line.nodes)
    for face in range(len(low)):
        for limit, sign in ((high[face], 1.0), (low[face], -1.0)):
            if np.isfinite(limit) and limit:
                scaled = limit / deviation[face]
                density = np.exp(-((line.nodes * scaled) ** 2) / 2) * (sign * scaled / math.sqrt(2 * math.pi))
                stream += density * _on_face(covariance, low, high, face, limit, line)
    at_0 = 0.0 if np.isfinite(low).any() else _orthant(covariance, deviation)
    return at_0 + line.integrate_to_nodes(stream)


def _on_face(covariance: Floats, low: Floats, high: Floats, face: int, limit: float, line: _Line) -> Floats:
    """Probability of the rest of the box, given that one of them is on its limit."""
    others = np.delete(np.arange(len(low)), face)
    slope = covariance[others, face] / covariance[face, face]
    left = covariance[np.ix_(others, others)] - np.outer(slope, covariance[face, others])
    return _grow(left, low[others] - slope * limit, high[others] - slope * limit, line)


def _orthant(covariance: Floats, deviation: Floats) -> float:
    """Probability that two or three centred normals are all below 0 (Sheppard 1899)."""
    size = len(deviation)
    rho = (covariance / np.outer(deviation, deviation))[np.triu_indices(size, 1)]
    angles = float(np.arcsin(np.clip(rho, -1, 1)).sum())
    return 1 / 4 + angles / (2 * math.pi) if size == 2 else 1 / 8 + angles / (4 * math.pi)


def _between(low: Floats, high: Floats) -> Floats:
    from scipy.special import ndtr  # type: ignore[import-untyped]  # slow to import

    return np.asarray(ndtr(high) - ndtr(low))


@cache
def _make_line(c: float, fineness: int) -> _Line:
    """Panels growing by the root of 2 from next to 0, none wider than a quarter, with c as one of their edges."""
    growth, widest = 2 ** (0.5 / fineness), 0.25 / fineness
    edges = [c if c > 1e-12 else 1.0]
    while edges[-1] < c + 12:
        edges.append(min(edges[-1] * growth, edges[-1] + widest))
    lower = [edges[0]]
    while lower[-1] > 1e-12:
        lower.append(max(lower[-1] / growth, lower[-1] - widest))
    edges = [0.0, *lower[:0:-1], *edges]
    start = edges.index(c) if c > 1e-12 else 0
    points, weights, running = _gauss(12)
    width = np.diff(edges)
    nodes = np.asarray(edges[:-1])[:, None] + width[:, None] * points
    return _Line(nodes, width, start, weights, running)


def _gauss(count: int) -> tuple[Floats, Floats, Floats]:
    """Nodes and weights on [0, 1], and the table that integrates the interpolating polynomial from 0 to each node."""
    points, weights = np.polynomial.legendre.leggauss(count)
    values = np.polynomial.legendre.legvander(points, count)
    order = np.arange(1, count)
    integral = np.empty((count, count))
    integral[:, 0] = points + 1
    integral[:, 1:] = (values[:, 2:] - values[:, :-2]) / (2 * order + 1)
    coefficients = (values[:, :-1] * weights[:, None]).T * (2 * np.arange(count) + 1)[:, None] / 2
    return (points + 1) / 2, weights / 2, integral @ coefficients / 2


def _check(correlation: ArrayLike) -> Floats:
    table = np.asarray(correlation, np.float64)
    square = table.ndim == 2 and table.shape[0] == table.shape[1] and 1 <= len(table) <= MOST
    if not square or not np.allclose(table, table.T, atol=1e-9) or not np.allclose(np.diag(table), 1, atol=1e-9):
        what = f"not a table of correlations of 1 to {MOST} statistics"
        raise EquipoiseError("No such largest of normals.", [Fault("correlation", what, "Give a symmetric table.")])
    return table


def _distinct(table: Floats, *, two_sided: bool) -> Floats:
    """Leave out a statistic that equals an earlier one."""
    kept: list[int] = []
    for one in range(len(table)):
        like = np.abs(table[one, kept]) if two_sided else table[one, kept]
        if not (like > 1 - _SAME).any():
            kept.append(one)
    return np.asarray(table[np.ix_(kept, kept)])
