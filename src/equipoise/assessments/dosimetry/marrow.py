"""Dose of the red marrow: by the activity of blood, or by the activity that images show in marrow.

The two differ two to four times in published series, more than any arithmetic does. So every number keeps the method
that made it, and doses of two methods are never added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.dosimetry.checks import check_positive
from equipoise.assessments.dosimetry.mird import (
    MIRD_SOURCE,
    compute_dose_gy,
    scale_self_s_value_electrons,
)
from equipoise.errors import EquipoiseError, Fault

EXTRACELLULAR_SHARE_OF_MARROW = 0.19
"""Extracellular fluid in red marrow by Sgouros 1993, recalled through its published use. Shown as such."""


class MarrowMethod(StrEnum):
    """How a marrow dose was made; doses of two methods are never added."""

    BLOOD_HAEMATOCRIT = "blood, ratio by haematocrit"
    BLOOD_UNITY = "blood, ratio 1"
    IMAGE = "image"


@dataclass(frozen=True)
class MarrowDose:
    """
    Dose of the red marrow with its method and its parts. [Gy]

    `blood_curve` names the curve that was fitted to the blood, None for an image. It belongs to the method: medians of
    one series were 15, 21 and 28 mGy/GBq with one, two and three exponentials.
    """

    dose_gy: float
    method: MarrowMethod
    parts_gy: Mapping[str, float]
    blood_curve: str | None = None

    def __add__(self, other: "MarrowDose") -> "MarrowDose":
        return add_marrow_doses((self, other))


def compute_marrow_to_blood_ratio_sgouros(*, haematocrit: float) -> Answer[float]:
    """
    Ratio of the concentration in red marrow to that in blood: 0.19 / (1 - haematocrit) [1]_. [1]

    Parameters
    ----------
    haematocrit
        As a share, 0.42 and not 42. [1]

    References
    ----------
    .. [1] Sgouros G. Bone marrow dosimetry for radioimmunotherapy: theoretical considerations. J Nucl Med
       1993;34:689-694; Hindorf C et al. EANM guideline, Eur J Nucl Med Mol Imaging 2010;37:1238-1250. Recalled.
    """
    seen = (Input("haematocrit", f"{haematocrit:g}"),)
    if not 0 < haematocrit < 1:
        hint = ", it looks like a percentage" if 1 < haematocrit <= 100 else ""
        because = f"a haematocrit of {haematocrit:g} is not between 0 and 1{hint}"
        return NotEvaluable(Why.IMPLAUSIBLE, because, seen, ("haematocrit as a share",))
    return Assessed(EXTRACELLULAR_SHARE_OF_MARROW / (1 - haematocrit), seen, "Sgouros G. J Nucl Med 1993;34:689-694")


def compute_blood_based_marrow_dose(
    *,
    blood_tia_mbq_h_per_g: float,
    haematocrit: float | None,
    marrow_mass_g: float,
    reference_marrow_mass_g: float,
    s_marrow_mgy_per_mbq_s: float,
    cross_tia_and_s: Mapping[str, tuple[float, float]],
    blood_curve: str,
) -> Answer[MarrowDose]:
    """
    D_RM = TIA_blood ratio m_RM S(RM<-RM) + cross-doses and remainder [1]_. [Gy]

    Parameters
    ----------
    blood_tia_mbq_h_per_g
        Time-integrated concentration in blood. [MBq h/g]
    haematocrit
        For the ratio of Sgouros; None takes the ratio 1, which Forrer found for this peptide [2]_.
    marrow_mass_g, reference_marrow_mass_g
        Of the patient and of the phantom. The mass of the patient cancels: more marrow holds more and is hit less.
    s_marrow_mgy_per_mbq_s
        S(RM<-RM) at the reference mass. [mGy/(MBq s)]
    cross_tia_and_s
        TIA and S(RM<-source) of each other source, "remainder" included. [MBq h, mGy/(MBq s)]
    blood_curve
        Which curve was fitted to the blood.

    References
    ----------
    .. [1] Hindorf C et al. EANM Dosimetry Committee guidelines for bone marrow and whole-body dosimetry. Eur J Nucl Med
       Mol Imaging 2010;37:1238-1250.
    .. [2] Forrer F et al. Bone marrow dosimetry in peptide receptor radionuclide therapy with [177Lu-DOTA0,Tyr3]
       octreotate. Eur J Nucl Med Mol Imaging 2009;36:1138-1146.
    """
    if haematocrit is None:
        ratio: Answer[float] = Assessed(1.0, (), "Forrer F et al. 2009")
        method = MarrowMethod.BLOOD_UNITY
    else:
        ratio = compute_marrow_to_blood_ratio_sgouros(haematocrit=haematocrit)
        method = MarrowMethod.BLOOD_HAEMATOCRIT
    if isinstance(ratio, NotEvaluable):
        return ratio
    tia = blood_tia_mbq_h_per_g * ratio.value * marrow_mass_g
    return _compute_marrow_dose(
        tia, marrow_mass_g, reference_marrow_mass_g, s_marrow_mgy_per_mbq_s, cross_tia_and_s, method, blood_curve
    )


def compute_image_based_marrow_dose(
    *,
    marrow_tia_mbq_h: float,
    marrow_mass_g: float,
    reference_marrow_mass_g: float,
    s_marrow_mgy_per_mbq_s: float,
    cross_tia_and_s: Mapping[str, tuple[float, float]],
) -> Answer[MarrowDose]:
    """
    D_RM = TIA_RM S(RM<-RM) + cross-doses and remainder, the activity of marrow seen on images [1]_. [Gy]

    `marrow_tia_mbq_h` is of the whole marrow, scaled up from the part that was seen. [MBq h]

    References
    ----------
    .. [1] Hindorf C et al. Eur J Nucl Med Mol Imaging 2010;37:1238-1250.
    """
    return _compute_marrow_dose(
        marrow_tia_mbq_h,
        marrow_mass_g,
        reference_marrow_mass_g,
        s_marrow_mgy_per_mbq_s,
        cross_tia_and_s,
        MarrowMethod.IMAGE,
        None,
    )


def _compute_marrow_dose(
    tia_mbq_h: float,
    mass_g: float,
    reference_mass_g: float,
    s: float,
    cross: Mapping[str, tuple[float, float]],
    method: MarrowMethod,
    blood_curve: str | None,
) -> Answer[MarrowDose]:
    check_positive("s_marrow_mgy_per_mbq_s", s)
    seen = (
        Input("TIA red marrow", f"{tia_mbq_h:g} MBq h"),
        *(Input(f"TIA {k}", f"{v[0]:g} MBq h") for k, v in cross.items()),
    )
    if not all(tia >= 0 for tia in (tia_mbq_h, *(tia for tia, _ in cross.values()))):
        return NotEvaluable(Why.IMPLAUSIBLE, "a time-integrated activity is below 0", seen)
    own = scale_self_s_value_electrons(s_mgy_per_mbq_s=s, reference_mass_g=reference_mass_g, patient_mass_g=mass_g)
    parts = {"red marrow": compute_dose_gy(tia_mbq_h=tia_mbq_h, s_mgy_per_mbq_s=own)}
    for name, (tia, s_cross) in cross.items():
        parts[name] = compute_dose_gy(tia_mbq_h=tia, s_mgy_per_mbq_s=s_cross)
    dose = MarrowDose(sum(parts.values()), method, parts, blood_curve)
    return Assessed(dose, seen, MIRD_SOURCE, (f"marrow dose by: {method.value}",))


def add_marrow_doses(doses: Sequence[MarrowDose]) -> MarrowDose:
    """
    The cumulative marrow dose of cycles that were all measured in one way. [Gy]

    Raises
    ------
    EquipoiseError
        No dose, two methods, or two kinds of blood curve.
    """
    ways = sorted({f"{dose.method.value}, {dose.blood_curve or 'no blood curve'}" for dose in doses})
    if len(ways) != 1:
        raise EquipoiseError(
            "Marrow doses cannot be added.",
            [Fault("method", "; ".join(ways) or "no dose", "Compute every cycle by one method, then add.")],
        )
    parts: dict[str, float] = {}
    for dose in doses:
        for name, part in dose.parts_gy.items():
            parts[name] = parts.get(name, 0.0) + part
    return MarrowDose(sum(dose.dose_gy for dose in doses), doses[0].method, parts, doses[0].blood_curve)
