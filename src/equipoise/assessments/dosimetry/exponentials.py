"""A sum of exponentials: the curve that every fit ends in and every dose begins with.

How its numbers were found is for `time_activity` and `single_time_point` to say.
"""

from dataclasses import dataclass
from math import exp, isfinite

from equipoise.errors import EquipoiseError, Fault


@dataclass(frozen=True)
class ExponentialSum:
    """
    R(t) = sum of A_i exp(-l_i t) from the moment of administration.

    Attributes
    ----------
    amplitudes : tuple of float
        A_i, activities or dose rates; a negative one is an uptake. [MBq or Gy/h]
    rates_per_h : tuple of float
        l_i, effective, so physical decay is in them. [1/h]

    Raises
    ------
    EquipoiseError
        No term, another number of rates than amplitudes, a rate of zero or below, a negative value at the beginning or
        a negative integral.
    """

    amplitudes: tuple[float, ...]
    rates_per_h: tuple[float, ...]

    def __post_init__(self) -> None:
        faults = list(self._faults())
        if faults:
            raise EquipoiseError("This is no time-activity curve.", faults)

    def _faults(self) -> list[Fault]:
        if not self.amplitudes or len(self.amplitudes) != len(self.rates_per_h):
            what = f"{len(self.amplitudes)} amplitudes and {len(self.rates_per_h)} rates"
            return [Fault("amplitudes, rates_per_h", what, "Give one rate for each amplitude.")]
        if not all(isfinite(rate) and rate > 0 for rate in self.rates_per_h):
            return [Fault("rates_per_h", "must be above 0", "Give rates in 1/h; ln 2 / half-life.")]
        if not all(isfinite(amplitude) for amplitude in self.amplitudes):
            return [Fault("amplitudes", "must be finite", "Give activities or dose rates.")]
        # An uptake from nothing starts at 0, up to rounding of amplitudes that cancel.
        if sum(self.amplitudes) < -1e-9 * max(map(abs, self.amplitudes)):
            return [Fault("amplitudes", "the curve begins below 0", "The amplitudes must add up to 0 or more.")]
        if self.integral <= 0:
            return [Fault("amplitudes", "the integral is not above 0", "Check amplitudes and rates.")]
        return []

    @property
    def integral(self) -> float:
        """From 0 to infinity, sum of A_i / l_i. [MBq h or Gy]"""
        return sum(a / rate for a, rate in zip(self.amplitudes, self.rates_per_h, strict=True))

    def at(self, time_h: float) -> float:
        """The value at a time after administration. [MBq or Gy/h]"""
        return sum(a * exp(-rate * time_h) for a, rate in zip(self.amplitudes, self.rates_per_h, strict=True))

    def times(self, factor: float) -> "ExponentialSum":
        """The same shape, `factor` times as high."""
        return ExponentialSum(tuple(a * factor for a in self.amplitudes), self.rates_per_h)
