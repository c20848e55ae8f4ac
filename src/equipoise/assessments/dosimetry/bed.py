"""Biologically effective dose of one cycle, and of several.

Which alpha/beta and which repair half-time an organ has is an argument: both are configuration with a mark
(docs/reference/dosimetry.md), no constant of nature. Cycles are weeks apart, so repair between them is complete and
their biologically effective doses are added; a pooled dose is never squared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, expm1, isfinite, log

from equipoise.assessments.dosimetry.checks import check_positive
from equipoise.assessments.dosimetry.exponentials import ExponentialSum
from equipoise.errors import EquipoiseError, Fault

_SMALL = 0.05
"""Below this product of repair rate and time the closed form loses digits and its series is exact to rounding."""


@dataclass(frozen=True)
class Radiosensitivity:
    """
    How a tissue answers to dose by the linear-quadratic model, with the source of both numbers.

    `alpha_beta_gy` in Gy, `repair_half_time_h` in h.
    """

    alpha_beta_gy: float
    repair_half_time_h: float
    source: str

    def __post_init__(self) -> None:
        check_positive("alpha_beta_gy", self.alpha_beta_gy)
        check_positive("repair_half_time_h", self.repair_half_time_h)


KIDNEY_DEFAULT = Radiosensitivity(
    2.6,
    2.8,
    "recalled: Barone R et al. 2005, Cremonesi M et al.; defaults of PyTheranostics. A protocol may change it.",
)
"""Recalled, not read at its origin: animal data span an alpha/beta of 1.5 to 3 Gy. Shown so where used."""


def compute_protraction_factor(dose_rate: ExponentialSum, *, repair_half_time_h: float) -> float:
    """
    Dose-protraction factor G of Lea and Catcheside for a sum of exponentials [1]_. [1]

    G = (2 / D^2) sum_ij A_i A_j / ((l_i + l_j) (l_i + mu)), with D = sum A_i / l_i and mu = ln 2 / repair half-time.
    For one exponential it is T_rep / (T_rep + T_eff). The sum has no singularity where a half-time equals the repair
    half-time, and the height of the curve cancels, so activities serve as well as dose rates.

    References
    ----------
    .. [1] Lea DE, Catcheside DG. The mechanism of the induction by radiation of chromosome aberrations in Tradescantia.
       J Genet 1942;44:216-245. Closed form for a sum of exponentials: integrated term by term.

    Examples
    --------
    >>> round(compute_protraction_factor(ExponentialSum((1.0,), (log(2) / 50,)), repair_half_time_h=2.8), 7)
    0.0530303
    """
    check_positive("repair_half_time_h", repair_half_time_h)
    mu = log(2) / repair_half_time_h
    terms = list(zip(dose_rate.amplitudes, dose_rate.rates_per_h, strict=True))
    double = sum(a * b / ((rate + other) * (rate + mu)) for a, rate in terms for b, other in terms)
    return 2 * double / dose_rate.integral**2


def compute_protraction_factor_constant_rate(*, duration_h: float, repair_half_time_h: float) -> float:
    """
    Dose-protraction factor G of a constant dose rate over a time: 2 (x - 1 + exp(-x)) / x^2, x = mu T [1]_. [1]

    References
    ----------
    .. [1] Dale RG. The application of the linear-quadratic dose-effect equation to fractionated and protracted
       radiotherapy. Br J Radiol 1985;58:515-528.
    """
    check_positive("duration_h", duration_h)
    check_positive("repair_half_time_h", repair_half_time_h)
    x = log(2) / repair_half_time_h * duration_h
    if x < _SMALL:
        return 1 - x / 3 * (1 - x / 4 * (1 - x / 5 * (1 - x / 6 * (1 - x / 7 * (1 - x / 8)))))
    return 2 * (x + expm1(-x)) / x**2


def compute_bed(*, dose_gy: float, protraction_factor: float, alpha_beta_gy: float) -> float:
    """
    Biologically effective dose of one cycle: BED = D (1 + G D / (alpha/beta)) [1]_. [Gy]

    References
    ----------
    .. [1] Fowler JF. The linear-quadratic formula and progress in fractionated radiotherapy. Br J Radiol
       1989;62:679-694; protraction as in Dale 1985.

    Examples
    --------
    >>> round(compute_bed(dose_gy=3.404, protraction_factor=0.0530303, alpha_beta_gy=2.6) * 4, 2)
    14.56
    """
    check_positive("alpha_beta_gy", alpha_beta_gy)
    if not (isfinite(dose_gy) and dose_gy >= 0 and 0 <= protraction_factor <= 1 + 1e-12):
        raise EquipoiseError(
            "Cannot compute a biologically effective dose.",
            [Fault("dose_gy, protraction_factor", "must be 0 or more, and from 0 to 1", "Give the dose of one cycle.")],
        )
    return dose_gy * (1 + protraction_factor * dose_gy / alpha_beta_gy)


def compute_bed_of_cycles(
    *, doses_gy: Sequence[float], protraction_factors: Sequence[float], alpha_beta_gy: float
) -> float:
    """
    Biologically effective dose of several cycles: the sum of the cycles' own. [Gy]

    Repair between cycles is taken to be complete (they are weeks apart), so no term joins two cycles.
    """
    if len(doses_gy) != len(protraction_factors):
        what = f"{len(doses_gy)} doses and {len(protraction_factors)} factors"
        raise EquipoiseError(
            "Cannot add cycles.", [Fault("doses_gy, protraction_factors", what, "Give one factor for each cycle.")]
        )
    return sum(
        compute_bed(dose_gy=dose, protraction_factor=factor, alpha_beta_gy=alpha_beta_gy)
        for dose, factor in zip(doses_gy, protraction_factors, strict=True)
    )


def compute_surviving_fraction(*, bed_gy: float, alpha_per_gy: float) -> float:
    """
    Share of cells that survive by the linear-quadratic model: exp(-alpha BED) [1]_. [1]

    References
    ----------
    .. [1] Fowler JF. Br J Radiol 1989;62:679-694.
    """
    check_positive("alpha_per_gy", alpha_per_gy)
    return exp(-alpha_per_gy * bed_gy)
