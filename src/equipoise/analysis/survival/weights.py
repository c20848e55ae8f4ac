"""How much each day with an event counts in a log-rank test: the weighted family, as functions of the counts.

A weight is known just before its day: it uses the survival of all arms together up to the day before. With strata, each
stratum has its own curve, as in R's survdiff.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from equipoise.analysis.survival.batch import EventTimes, Floats
from equipoise.analysis.survival.inputs import Ints
from equipoise.errors import EquipoiseError, Fault


class WeightFamily(StrEnum):
    FLEMING_HARRINGTON = "Fleming-Harrington"
    GEHAN = "Gehan"
    TARONE_WARE = "Tarone-Ware"
    PETO_PETO = "Peto-Peto"


@dataclass(frozen=True)
class Weights:
    """
    A member of the family. Without arguments it is the log-rank test, where every day counts the same.

    Attributes
    ----------
    family : WeightFamily
        FLEMING_HARRINGTON: S(t-)^rho (1 - S(t-))^gamma, S the Kaplan-Meier curve [1]_; rho = 1, gamma = 0 is what R's
        survdiff calls Peto-Peto. GEHAN: the number at risk n [2]_. TARONE_WARE: its square root [3]_.
        PETO_PETO: the product of 1 - d / (n + 1) up to and with the day [4]_, as SAS has it.
    rho, gamma : float
        Not negative; only for FLEMING_HARRINGTON.

    References
    ----------
    .. [1] Harrington and Fleming, Biometrika 1982;69:553. Fleming and Harrington, Counting Processes, 1991.
    .. [2] Gehan, Biometrika 1965;52:203.
    .. [3] Tarone and Ware, Biometrika 1977;64:156.
    .. [4] Peto and Peto, Journal of the Royal Statistical Society A 1972;135:185.
    """

    family: WeightFamily = WeightFamily.FLEMING_HARRINGTON
    rho: float = 0.0
    gamma: float = 0.0

    def __post_init__(self) -> None:
        faults = [
            Fault(name, f"{value} is no weight", "Give a number from 0.")
            for name, value in (("rho", self.rho), ("gamma", self.gamma))
            if not 0 <= value < float("inf")
        ]
        if self.family is not WeightFamily.FLEMING_HARRINGTON and (self.rho or self.gamma):
            faults.append(Fault("rho, gamma", f"have no meaning for {self.family}", "Leave them out."))
        if faults:
            raise EquipoiseError("A weight of the log-rank family is not defined.", faults)

    def __str__(self) -> str:
        if self.family is not WeightFamily.FLEMING_HARRINGTON:
            return str(self.family)
        return f"{self.family} ({self.rho:g}, {self.gamma:g})" if self.rho or self.gamma else "log-rank"


UNWEIGHTED = Weights()


def compute_weights(times: EventTimes, weights: Weights) -> Floats:
    """The weight of each day with an event, in the order of `times`. (days,)"""
    if weights == UNWEIGHTED:
        return np.ones(times.key.size)
    at_risk = times.at_risk.astype(np.float64)
    if weights.family is WeightFamily.GEHAN:
        return at_risk
    if weights.family is WeightFamily.TARONE_WARE:
        return np.sqrt(at_risk)
    if weights.family is WeightFamily.PETO_PETO:
        return _products(times.events / (at_risk + 1), times.curve_first, before=False)
    survival = _products(times.events / at_risk, times.curve_first, before=True)
    # 0 ** 0 is 1 here, as the log-rank member needs it.
    return np.asarray(survival**weights.rho * (1 - survival) ** weights.gamma)


def _products(hazard: Floats, first: Ints, *, before: bool) -> Floats:
    """
    Running product of 1 - hazard along each curve, up to the day before or with the day.

    Curves become the rows of a table filled up with 0, so that a curve never depends on what stands beside it in the
    batch; one product over all days, divided at each beginning, would.
    """
    if not hazard.size:
        return hazard
    lengths = np.diff(np.append(first, hazard.size))
    curve = np.repeat(np.arange(first.size), lengths)
    place = np.arange(hazard.size) - first[curve]
    table = np.ones((first.size, int(lengths.max()) + 1))
    table[curve, place + 1] = 1 - hazard
    return np.asarray(np.cumprod(table, axis=1)[curve, place if before else place + 1])
