"""Proportions of subjects: exact intervals and tests for one arm, intervals and Fisher's test for two.

Decides the formulas. Who counts in a denominator, and who among them responded, is the caller's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import comb, exp, fsum, lgamma, log, log1p, sqrt

from equipoise.analysis.answer import Interval, IntervalType, NotEstimable
from equipoise.analysis.survival.tails import normal_quantile
from equipoise.errors import EquipoiseError, Fault

_NOBODY = NotEstimable("there are no subjects in the denominator")


class Alternative(StrEnum):
    """What a test looks for: that the (first) proportion is another, a greater or a smaller one."""

    TWO_SIDED = "two-sided"
    GREATER = "greater"
    LESS = "less"


@dataclass(frozen=True)
class Counted:
    """How many of how many subjects."""

    count: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.n:
            fault = Fault(
                "count", f"{self.count} of {self.n} subjects", "Give a count from 0 to the number of subjects."
            )
            raise EquipoiseError("This is no proportion.", [fault])


@dataclass(frozen=True)
class Proportion:
    """A proportion and its interval."""

    counted: Counted
    value: float
    interval: Interval


@dataclass(frozen=True)
class Difference:
    """The first proportion less the second, and its interval."""

    first: Counted
    second: Counted
    value: float
    interval: Interval


def estimate_proportion(
    counted: Counted, *, level: float = 0.95, type: IntervalType = IntervalType.CLOPPER_PEARSON
) -> Proportion | NotEstimable:
    """
    Estimate a proportion with an exact (Clopper and Pearson 1934) or a score interval (Wilson 1927).

    Returns
    -------
    Proportion or NotEstimable
        Not estimable when there is nobody.

    Raises
    ------
    EquipoiseError
        Another type of interval, or a level outside 0 to 1.

    References
    ----------
    Clopper CJ, Pearson ES (1934), Biometrika 26:404-413. Wilson EB (1927), JASA 22:209-212. Compared in Newcombe RG
    (1998), Stat Med 17:857-872.

    Examples
    --------
    >>> response = estimate_proportion(Counted(18, 31))
    >>> round(response.interval.low, 4), round(response.interval.high, 4)
    (0.3908, 0.7545)
    """
    _check_level(level)
    bounds = {IntervalType.CLOPPER_PEARSON: _clopper_pearson, IntervalType.WILSON: _wilson}.get(type)
    if bounds is None:
        raise _no_such_interval("a proportion", type, "clopper-pearson or wilson")
    if counted.n == 0:
        return _NOBODY
    low, high = bounds(counted, level)
    return Proportion(counted, counted.count / counted.n, Interval(low, high, level, type))


def compute_binomial_test(
    counted: Counted, null: float, *, alternative: Alternative = Alternative.TWO_SIDED
) -> float | NotEstimable:
    """
    The p-value of the exact test that a proportion is `null`.

    Two-sided it adds up all counts that are no more probable than the observed one, as binom.test of R does.

    Returns
    -------
    float or NotEstimable
        Not estimable when there is nobody.

    Raises
    ------
    EquipoiseError
        `null` is not strictly between 0 and 1.
    """
    if not 0 < null < 1:
        fault = Fault("null", f"{null}", "Give a proportion between 0 and 1.")
        raise EquipoiseError("A proportion cannot be tested against this.", [fault])
    if counted.n == 0:
        return _NOBODY
    x, n = counted.count, counted.n
    at_most, at_least = _binomial_tails(n, null)
    if alternative is Alternative.LESS:
        return at_most(x)
    if alternative is Alternative.GREATER:
        return at_least(x)
    # Counts that are as probable in theory differ in the last digits; 1e-7 is what R allows for that.
    observed = _log_probability(x, n, null) + log1p(1e-7)
    if x < n * null:
        far = next(
            (k for k in range(int(n * null), n + 1) if k >= n * null and _log_probability(k, n, null) <= observed),
            n + 1,
        )
        return min(1.0, at_most(x) + at_least(far))
    far = next((k for k in range(int(n * null), -1, -1) if _log_probability(k, n, null) <= observed), -1)
    return min(1.0, at_least(x) + at_most(far))


def estimate_difference(
    first: Counted, second: Counted, *, level: float = 0.95, type: IntervalType = IntervalType.MIETTINEN_NURMINEN
) -> Difference | NotEstimable:
    """
    Estimate the difference of two proportions, first less second.

    Parameters
    ----------
    type
        `MIETTINEN_NURMINEN`: the score test turned round, with the factor N / (N - 1) in its variance. `NEWCOMBE`:
        from the two Wilson intervals, without continuity correction (Newcombe's method 10).

    Returns
    -------
    Difference or NotEstimable
        Not estimable when nobody is in one of the two.

    Raises
    ------
    EquipoiseError
        Another type of interval, or a level outside 0 to 1.

    References
    ----------
    Miettinen O, Nurminen M (1985), Stat Med 4:213-226. Newcombe RG (1998), Stat Med 17:873-890.
    """
    _check_level(level)
    bounds = {IntervalType.MIETTINEN_NURMINEN: _miettinen_nurminen, IntervalType.NEWCOMBE: _newcombe}.get(type)
    if bounds is None:
        raise _no_such_interval("a difference of proportions", type, "miettinen-nurminen or newcombe")
    if first.n == 0 or second.n == 0:
        return _NOBODY
    low, high = bounds(first, second, level)
    value = first.count / first.n - second.count / second.n
    return Difference(first, second, value, Interval(low, high, level, type))


def compute_fisher_test(
    first: Counted, second: Counted, *, alternative: Alternative = Alternative.TWO_SIDED
) -> float | NotEstimable:
    """
    The p-value of Fisher's exact test that two proportions are equal, in whole-number arithmetic.

    Two-sided it adds up all tables with the same margins that are no more probable than the observed one.

    Returns
    -------
    float or NotEstimable
        Not estimable when nobody is in one of the two.

    References
    ----------
    Fisher RA (1935), J R Statist Soc 98:39-54; the worked case of the tea is in The Design of Experiments.
    """
    if first.n == 0 or second.n == 0:
        return _NOBODY
    total = first.count + second.count
    ways = {
        k: comb(first.n, k) * comb(second.n, total - k)
        for k in range(max(0, total - second.n), min(first.n, total) + 1)
    }
    if alternative is Alternative.GREATER:
        chosen = sum(way for k, way in ways.items() if k >= first.count)
    elif alternative is Alternative.LESS:
        chosen = sum(way for k, way in ways.items() if k <= first.count)
    else:
        chosen = sum(way for way in ways.values() if way <= ways[first.count])
    return chosen / sum(ways.values())


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise EquipoiseError("No interval at this level.", [Fault("level", f"{level}", "Give one within 0 and 1.")])


def _no_such_interval(of_what: str, type: IntervalType, known: str) -> EquipoiseError:
    return EquipoiseError(f"There is no such interval of {of_what}.", [Fault("type", type.value, f"Give {known}.")])


def _clopper_pearson(counted: Counted, level: float) -> tuple[float, float]:
    from scipy.special import betainccinv, betaincinv  # type: ignore[import-untyped]  # slow to import

    tail = (1 - level) / 2
    x, n = counted.count, counted.n
    low = float(betaincinv(x, n - x + 1, tail)) if x > 0 else 0.0
    high = float(betainccinv(x + 1, n - x, tail)) if x < n else 1.0
    return low, high


def _wilson(counted: Counted, level: float) -> tuple[float, float]:
    z2 = normal_quantile((1 + level) / 2) ** 2
    x, n = counted.count, counted.n
    centre, half = x + z2 / 2, sqrt(z2 * (x * (n - x) / n + z2 / 4))
    low = (centre - half) / (n + z2) if x > 0 else 0.0
    high = (centre + half) / (n + z2) if x < n else 1.0
    return low, high


def _newcombe(first: Counted, second: Counted, level: float) -> tuple[float, float]:
    p, q = first.count / first.n, second.count / second.n
    (p_low, p_high), (q_low, q_high) = _wilson(first, level), _wilson(second, level)
    low = p - q - sqrt((p - p_low) ** 2 + (q_high - q) ** 2)
    high = p - q + sqrt((p_high - p) ** 2 + (q - q_low) ** 2)
    return low, high


def _miettinen_nurminen(first: Counted, second: Counted, level: float) -> tuple[float, float]:
    z = normal_quantile((1 + level) / 2)
    difference = first.count / first.n - second.count / second.n
    low = _bisect(lambda delta: _score(first, second, delta) > z, -1.0, difference)
    high = _bisect(lambda delta: _score(first, second, delta) > -z, difference, 1.0)
    return low, high


def _score(first: Counted, second: Counted, delta: float) -> float:
    """How many standard errors the difference is above `delta`, the errors taken as if `delta` were true."""
    n, m = first.n, second.n
    p = _restricted_maximum(first, second, delta)
    q = p - delta
    variance = (p * (1 - p) / n + q * (1 - q) / m) * (n + m) / (n + m - 1)
    distance = first.count / n - second.count / m - delta
    if variance <= 0:
        return 0.0 if distance == 0 else float("inf") if distance > 0 else float("-inf")
    return distance / sqrt(variance)


def _restricted_maximum(first: Counted, second: Counted, delta: float) -> float:
    """
    The most likely first proportion when the second is less by `delta`.

    The likelihood is concave in it, so its slope is halved down to zero; the closed form of the cubic loses half its
    digits where two of its roots meet, as they do with a count of 0.
    """

    def rises(p: float) -> bool:
        q = p - delta
        if not (0 < p < 1 and 0 < q < 1):
            return p <= 0 or q <= 0
        slope = first.count / p - (first.n - first.count) / (1 - p)
        return slope + second.count / q - (second.n - second.count) / (1 - q) > 0

    return _bisect(rises, max(0.0, delta), min(1.0, 1 + delta))


def _bisect(is_before: Callable[[float], bool], low: float, high: float) -> float:
    """Where `is_before` turns from true to false."""
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return middle
        low, high = (middle, high) if is_before(middle) else (low, middle)


def _log_probability(count: int, n: int, p: float) -> float:
    ways = lgamma(n + 1) - lgamma(count + 1) - lgamma(n - count + 1)
    return ways + count * log(p) + (n - count) * log1p(-p)


def _binomial_tails(n: int, p: float) -> tuple[Callable[[int], float], Callable[[int], float]]:
    """The probabilities of at most, and of at least, a count."""
    from scipy.special import betainc, betaincc  # slow to import

    def at_least(count: int) -> float:
        if not 0 < count <= n:
            return float(count <= 0)
        return float(betainc(count, n - count + 1, p)) or add_up(range(count, n + 1))

    def at_most(count: int) -> float:
        if not 0 <= count < n:
            return float(count >= n)
        return float(betaincc(count + 1, n - count, p)) or add_up(range(count + 1))

    def add_up(counts: range) -> float:
        """Far out SciPy gives 0 where there are still numbers."""
        return fsum(exp(_log_probability(count, n, p)) for count in counts)

    return at_most, at_least
