"""From the uncertainty of what was measured to the probability that a cumulative dose exceeds a limit.

Relative uncertainties of activity, fit, mass and S multiply, so they add in squares on the logarithm, and a dose is
taken as log-normal with the computed value as its median. What all cycles of a patient share (the S value, the
calibration, an organ volume drawn once) is systematic and does not average out; what each cycle has anew does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, log, sqrt
from statistics import NormalDist

from equipoise.assessments.dosimetry.checks import check_positive
from equipoise.errors import EquipoiseError, Fault

_NORMAL = NormalDist()
UNCERTAINTY_SOURCE = "Gear JI et al. EANM practical guidance on uncertainty analysis. EJNMMI 2018;45:2456-2474"


@dataclass(frozen=True)
class Budget:
    """
    Relative standard uncertainties of a dose, 0.1 for 10 %. [1]

    Attributes
    ----------
    systematic : float
        Of what all cycles share: calibration, S value, a mass measured once.
    independent : float
        Of what each cycle has anew: the fit (standard error / TIA), a mass measured in each cycle.
    """

    systematic: float
    independent: float

    def __post_init__(self) -> None:
        for name, value in (("systematic", self.systematic), ("independent", self.independent)):
            if not (isfinite(value) and value >= 0):
                raise EquipoiseError("This is no uncertainty.", [Fault(name, "must be 0 or more", "0.1 for 10 %.")])


def combine_uncertainty(
    *,
    fit: float,
    activity: float,
    mass: float,
    s_value: float,
    is_mass_shared: bool = True,
    volume_covariance: float = 0.0,
) -> Budget:
    """
    The budget of a cycle's dose from its parts, relative standard uncertainties added in squares [1]_. [1]

    Parameters
    ----------
    fit
        Of the time-integrated activity, from the fit of this cycle: independent of the other cycles.
    activity
        Of calibration and recovery: shared by all cycles.
    mass, is_mass_shared
        Of the organ's mass, and whether one measurement served all cycles.
    s_value
        Of the S value at the reference mass: shared.
    volume_covariance
        What is added to the shared variance because recovery and mass are drawn from one outline: 2 u(activity, mass)
        of [1]_, below 0 when a larger outline lowers the dose and raises the recovered activity. [1]

    References
    ----------
    .. [1] Gear JI et al. EANM practical guidance on uncertainty analysis for molecular radiotherapy absorbed dose
       calculations. Eur J Nucl Med Mol Imaging 2018;45:2456-2474.
    """
    shared = activity**2 + s_value**2 + volume_covariance + (mass**2 if is_mass_shared else 0.0)
    own = fit**2 + (0.0 if is_mass_shared else mass**2)
    if shared < 0:
        raise EquipoiseError(
            "This is no uncertainty.", [Fault("volume_covariance", "is larger than what it correlates", "Check it.")]
        )
    return Budget(sqrt(shared), sqrt(own))


@dataclass(frozen=True)
class UncertainDose:
    """
    A log-normal dose: its median [Gy] and the standard deviation of its logarithm [1].

    Examples
    --------
    >>> round(UncertainDose(23.0, 0.13).probability_above(23.0), 3)
    0.5
    """

    median_gy: float
    log_sd: float

    def probability_above(self, limit_gy: float) -> float:
        """Probability that the dose exceeds a limit, 0 to 1."""
        check_positive("limit_gy", limit_gy)
        if self.median_gy <= 0:
            return 0.0
        if self.log_sd == 0:
            return float(self.median_gy > limit_gy)
        return _NORMAL.cdf(log(self.median_gy / limit_gy) / self.log_sd)

    def quantile_gy(self, probability: float) -> float:
        """The dose that is not exceeded with a probability. [Gy]"""
        if self.log_sd == 0:
            return self.median_gy
        return self.median_gy * exp(self.log_sd * _NORMAL.inv_cdf(probability))


def compute_cumulative_uncertainty(*, doses_gy: Sequence[float], budgets: Sequence[Budget]) -> UncertainDose:
    """
    The sum of cycles as a log-normal dose.

    The relative variance of the sum is u_sys^2, weighted by dose where cycles differ, plus the squares of the
    independent parts weighted by dose squared: (sum D_k s_k / D)^2 + sum (D_k i_k / D)^2. The log-normal has the sum as
    its median and the standard deviation sqrt(ln(1 + u^2)) of its logarithm (Fenton's matching of a sum of log-normals
    to first order). The median of a true sum lies a little higher, half the independent variance of one cycle; with
    independent parts of 15 % the probability is within 0.025 of a simulation.

    References
    ----------
    .. [1] Gear JI et al. 2018; Fenton L. IRE Trans Commun Syst 1960;8:57-67.
    """
    if len(doses_gy) != len(budgets):
        what = f"{len(doses_gy)} doses and {len(budgets)} budgets"
        raise EquipoiseError("Cannot add doses.", [Fault("doses_gy, budgets", what, "Give one budget for each cycle.")])
    total = sum(doses_gy)
    if total == 0:
        return UncertainDose(0.0, 0.0)
    shared = sum(dose * budget.systematic for dose, budget in zip(doses_gy, budgets, strict=True)) / total
    own = sum((dose * budget.independent) ** 2 for dose, budget in zip(doses_gy, budgets, strict=True)) / total**2
    return UncertainDose(total, sqrt(log(1 + shared**2 + own)))


def compute_bed_sensitivity(*, dose_gy: float, protraction_factor: float, alpha_beta_gy: float) -> float:
    """
    How many percent a cycle's BED changes for one percent of its dose: (1 + 2 q) / (1 + q), q = G D / (alpha/beta). [1]

    The budget of a BED is the budget of its dose times this. Uncertainty of alpha/beta and of repair is left out: they
    are properties of the model that a protocol chose, not measurements of the patient.
    """
    check_positive("alpha_beta_gy", alpha_beta_gy)
    quotient = protraction_factor * dose_gy / alpha_beta_gy
    return (1 + 2 * quotient) / (1 + quotient)
