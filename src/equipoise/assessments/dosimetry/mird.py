"""Absorbed dose by the MIRD schema: time-integrated activity times S, summed over sources.

S values come from a table that the user gives (`s_values`), or, for an organ's own dose, from decay data and mass. The
product ships no table of an anatomical phantom: their licences are unclear or do not allow it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.dosimetry.checks import check_positive
from equipoise.assessments.dosimetry.decay import Nuclide
from equipoise.assessments.dosimetry.s_values import SValueTable
from equipoise.assessments.dosimetry.spheres import compute_sphere_s_value
from equipoise.errors import EquipoiseError, Fault

SECONDS_PER_HOUR = 3600
GY_PER_MGY = 1e-3

MIRD_SOURCE = "MIRD Pamphlet 21: Bolch WE et al. J Nucl Med 2009;50:477-484"


@dataclass(frozen=True)
class OrganDose:
    """
    Absorbed dose of a target with the part of each source. [Gy]

    `parts_gy` has an entry for every source that had activity, the target's own included.
    """

    target: str
    dose_gy: float
    parts_gy: Mapping[str, float]
    table: str


def compute_self_s_value_local(*, mass_g: float, nuclide: Nuclide) -> float:
    """
    S of an organ for itself when every electron stays and every photon leaves. [mGy/(MBq s)]

    Electron energy / mass [1]_: no phantom is needed, only the mass. For kidneys 1.5 % below a table that counts
    photons.

    References
    ----------
    .. [1] Snyder WS et al. MIRD Pamphlet 11 (1975), non-penetrating radiation: absorbed fraction 1.
    """
    check_positive("mass_g", mass_g)
    return nuclide.electron_constant_j_per_decay * 1e12 / mass_g


def compute_self_s_value_sphere(*, mass_g: float, organs: int = 1) -> float:
    """
    S of an organ for itself from the sphere of its mass, 177Lu, photons included. [mGy/(MBq s)]

    Parameters
    ----------
    mass_g
        Mass of the organ; of both together for a pair. [g]
    organs
        2 for a pair such as the kidneys: each is a sphere of half the mass that holds half the activity, and what one
        gives the other is left out.

    Notes
    -----
    Within 0.8 % of two independent tables for kidneys, liver and spleen of both sexes. A pair must not be taken as one
    sphere: it would keep photons that leave the single kidney, 1.2 to 1.6 % too much.

    References
    ----------
    .. [1] See `spheres.SPHERE_SOURCE`.
    """
    if organs < 1:
        raise EquipoiseError("Cannot compute a self-dose.", [Fault("organs", "must be 1 or more", "2 for a pair.")])
    check_positive("mass_g", mass_g)
    return compute_sphere_s_value(mass_g=mass_g / organs) / organs


def scale_self_s_value_electrons(*, s_mgy_per_mbq_s: float, reference_mass_g: float, patient_mass_g: float) -> float:
    """
    Self S of another mass when all energy is of electrons: m_ref / m_patient [1]_. [mGy/(MBq s)]

    References
    ----------
    .. [1] Divoli A et al. Effect of patient morphology on dosimetric calculations. J Nucl Med 2009;50:316-323.
    """
    check_positive("reference_mass_g", reference_mass_g)
    check_positive("patient_mass_g", patient_mass_g)
    return s_mgy_per_mbq_s * reference_mass_g / patient_mass_g


def scale_self_s_value_photons(*, s_mgy_per_mbq_s: float, reference_mass_g: float, patient_mass_g: float) -> float:
    """
    Self S of another mass when all energy is of photons: (m_ref / m_patient)^(2/3) [1]_. [mGy/(MBq s)]

    References
    ----------
    .. [1] Snyder WS. Estimates of absorbed fraction of energy from photon sources in body organs (1970).
    """
    check_positive("reference_mass_g", reference_mass_g)
    check_positive("patient_mass_g", patient_mass_g)
    return float(s_mgy_per_mbq_s * (reference_mass_g / patient_mass_g) ** (2 / 3))


def scale_self_s_value(
    *, s_mgy_per_mbq_s: float, reference_mass_g: float, patient_mass_g: float, nuclide: Nuclide
) -> float:
    """
    Self S of another mass, electrons by m_ref / m_patient and the rest by its power 2/3. [mGy/(MBq s)]

    The part of electrons is energy / reference mass; what a table has above it is of photons.
    """
    electrons = min(compute_self_s_value_local(mass_g=reference_mass_g, nuclide=nuclide), s_mgy_per_mbq_s)
    photons = s_mgy_per_mbq_s - electrons
    return scale_self_s_value_electrons(
        s_mgy_per_mbq_s=electrons, reference_mass_g=reference_mass_g, patient_mass_g=patient_mass_g
    ) + scale_self_s_value_photons(
        s_mgy_per_mbq_s=photons, reference_mass_g=reference_mass_g, patient_mass_g=patient_mass_g
    )


def compute_remainder_s_value(
    *,
    s_total_body: float,
    total_body_mass_g: float,
    organs: Mapping[str, tuple[float, float]],
) -> float:
    """
    S from the remainder of the body: S(T<-TB) m_TB / m_RB - sum_h S(T<-h) m_h / m_RB [1]_. [mGy/(MBq s)]

    Parameters
    ----------
    s_total_body
        S(T<-TB), activity spread evenly over the whole body. [mGy/(MBq s)]
    organs
        For each source organ h with a curve of its own: S(T<-h) and m_h. [mGy/(MBq s), g]

    References
    ----------
    .. [1] Cloutier RJ et al. 1973; Coffey JL, Watson EE. Med Phys 1979;6:307-308.
    """
    remainder_g = total_body_mass_g - sum(mass for _, mass in organs.values())
    check_positive("total_body_mass_g less the organs", remainder_g)
    value = (s_total_body * total_body_mass_g - sum(s * mass for s, mass in organs.values())) / remainder_g
    if value < 0:
        raise EquipoiseError(
            "Cannot compute the remainder of the body.",
            [Fault("organs", "they give more than the whole body does", "Check S values and masses of the table.")],
        )
    return value


def compute_dose_gy(*, tia_mbq_h: float, s_mgy_per_mbq_s: float) -> float:
    """Dose of one source: TIA times S. [Gy]"""
    return tia_mbq_h * SECONDS_PER_HOUR * s_mgy_per_mbq_s * GY_PER_MGY


def compute_lesion_dose_gy(*, tia_mbq_h: float, mass_g: float) -> float:
    """Dose of a lesion taken as a sphere of its mass; what other organs give it is left out. [Gy]"""
    return compute_dose_gy(tia_mbq_h=tia_mbq_h, s_mgy_per_mbq_s=compute_sphere_s_value(mass_g=mass_g))


def compute_local_dose_gy(*, tia_mbq_h: float, mass_g: float, nuclide: Nuclide) -> float:
    """Dose of an organ when electrons stay and photons leave. [Gy]"""
    s = compute_self_s_value_local(mass_g=mass_g, nuclide=nuclide)
    return compute_dose_gy(tia_mbq_h=tia_mbq_h, s_mgy_per_mbq_s=s)


def compute_organ_dose(
    *,
    target: str,
    tia_by_source_mbq_h: Mapping[str, float],
    table: SValueTable,
    patient_mass_g: float | None = None,
    remainder_tia_mbq_h: float = 0.0,
    nuclide: Nuclide | None = None,
) -> Answer[OrganDose]:
    """
    Absorbed dose of a target: D(T) = sum_S TIA(S) S(T<-S) [1]_. [Gy]

    Parameters
    ----------
    tia_by_source_mbq_h
        Time-integrated activity of each source organ, by the names of the table. [MBq h]
    table
        S values and masses with their provenance.
    patient_mass_g
        Mass of the target in this patient; its own dose is scaled to it, cross-doses are not. [g]
    remainder_tia_mbq_h
        Activity in what is no named source; needs "total body" in the table. [MBq h]
    nuclide
        When given, the scaling to mass separates electrons and photons; else all of it goes as 1/m.

    References
    ----------
    .. [1] Bolch WE et al. MIRD Pamphlet 21. J Nucl Med 2009;50:477-484.
    """
    seen = tuple(Input(f"TIA {name}", f"{tia:g} MBq h") for name, tia in tia_by_source_mbq_h.items())
    for name, tia in tia_by_source_mbq_h.items():
        if not tia >= 0:
            return NotEvaluable(Why.IMPLAUSIBLE, f"the time-integrated activity of {name} is below 0", seen)
    absent = [name for name in tia_by_source_mbq_h if table.find(target, name) is None]
    if remainder_tia_mbq_h and table.find(target, TOTAL_BODY) is None:
        absent.append(TOTAL_BODY)
    if absent:
        because = f"the table {table.name} has no S value for {target} from {', '.join(absent)}"
        return NotEvaluable(Why.NOT_IN_VERSION, because, seen, tuple(f"S({target} <- {name})" for name in absent))
    parts = {
        name: compute_dose_gy(tia_mbq_h=tia, s_mgy_per_mbq_s=_s_value(table, target, name, patient_mass_g, nuclide))
        for name, tia in tia_by_source_mbq_h.items()
    }
    if remainder_tia_mbq_h:
        s = table_remainder_s_value(table, target=target, organs=tuple(tia_by_source_mbq_h))
        parts["remainder"] = compute_dose_gy(tia_mbq_h=remainder_tia_mbq_h, s_mgy_per_mbq_s=s)
    return Assessed(OrganDose(target, sum(parts.values()), parts, table.name), seen, MIRD_SOURCE, table.warnings)


TOTAL_BODY = "total body"


def table_remainder_s_value(table: SValueTable, *, target: str, organs: tuple[str, ...]) -> float:
    """`compute_remainder_s_value` with everything from one table. [mGy/(MBq s)]"""
    return compute_remainder_s_value(
        s_total_body=table.s_value(target, TOTAL_BODY),
        total_body_mass_g=table.mass_g(TOTAL_BODY),
        organs={name: (table.s_value(target, name), table.mass_g(name)) for name in organs},
    )


def _s_value(
    table: SValueTable, target: str, source: str, patient_mass_g: float | None, nuclide: Nuclide | None
) -> float:
    s = table.s_value(target, source)
    if source != target or patient_mass_g is None:
        return s
    reference = table.mass_g(target)
    if nuclide is None:
        return scale_self_s_value_electrons(
            s_mgy_per_mbq_s=s, reference_mass_g=reference, patient_mass_g=patient_mass_g
        )
    return scale_self_s_value(
        s_mgy_per_mbq_s=s, reference_mass_g=reference, patient_mass_g=patient_mass_g, nuclide=nuclide
    )
