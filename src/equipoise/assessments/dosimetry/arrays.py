"""Doses of many curves, cycles and patients at once; each function is the array form of the scalar one it names.

Arrays in, arrays out, broadcast as NumPy does. NaN stays NaN: what is not known never becomes a number. Numbers outside
what the scalar function accepts give NaN here, where it raises or answers why.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr  # type: ignore[import-untyped]

from equipoise.assessments.dosimetry.curve_shapes import Array
from equipoise.assessments.dosimetry.mird import GY_PER_MGY, SECONDS_PER_HOUR
from equipoise.assessments.dosimetry.spheres import interpolate_logs, read_sphere_points


def compute_haenscheid_tias(*, times_h: Array, activities_mbq: Array) -> Array:
    """`compute_haenscheid_tia` without its evidence. [MBq h]"""
    return _where(activities_mbq * 2 * times_h / np.log(2), (times_h > 0) & (activities_mbq > 0))


@np.errstate(divide="ignore", invalid="ignore")
def compute_madsen_tias(*, times_h: Array, activities_mbq: Array, population_half_lives_h: Array) -> Array:
    """`compute_madsen_tia` without its evidence. [MBq h]"""
    grown = activities_mbq * 2 ** (times_h / population_half_lives_h)
    is_sound = (times_h > 0) & (activities_mbq > 0) & (population_half_lives_h > 0)
    return _where(grown * population_half_lives_h / np.log(2), is_sound)


def compute_protraction_factors(*, amplitudes: Array, rates_per_h: Array, repair_half_times_h: Array) -> Array:
    """
    `compute_protraction_factor` of many curves. [1]

    Parameters
    ----------
    amplitudes, rates_per_h : array, [..., terms]
        A term that a curve lacks has amplitude 0 and any rate above 0.
    repair_half_times_h : array, [...]
    """
    mu = np.asarray(np.log(2) / repair_half_times_h)[..., None, None]
    rates = rates_per_h[..., :, None]
    pairs = amplitudes[..., :, None] * amplitudes[..., None, :]
    double = np.sum(pairs / ((rates + rates_per_h[..., None, :]) * (rates + mu)), axis=(-2, -1))
    factors: Array = 2 * double / np.sum(amplitudes / rates_per_h, axis=-1) ** 2
    return factors


def compute_beds(*, doses_gy: Array, protraction_factors: Array, alpha_betas_gy: Array) -> Array:
    """`compute_bed` of many cycles. [Gy]"""
    return _where(doses_gy * (1 + protraction_factors * doses_gy / alpha_betas_gy), doses_gy >= 0)


def compute_beds_of_cycles(*, doses_gy: Array, protraction_factors: Array, alpha_betas_gy: Array) -> Array:
    """
    `compute_bed_of_cycles` of many patients: summed over the last axis, never pooled. [Gy]

    `alpha_betas_gy` has one axis less than the doses, or none.
    """
    per_tissue = np.asarray(alpha_betas_gy)[..., None]
    beds = compute_beds(doses_gy=doses_gy, protraction_factors=protraction_factors, alpha_betas_gy=per_tissue)
    total: Array = np.sum(beds, axis=-1)
    return total


def compute_doses_gy(*, tias_mbq_h: Array, s_mgy_per_mbq_s: Array) -> Array:
    """
    `compute_organ_dose` of many patients: TIA of sources times S. [Gy]

    Parameters
    ----------
    tias_mbq_h : array, [..., sources]
    s_mgy_per_mbq_s : array, [sources, targets]

    Returns
    -------
    array, [..., targets]
    """
    doses: Array = tias_mbq_h @ s_mgy_per_mbq_s * (SECONDS_PER_HOUR * GY_PER_MGY)
    return doses


@np.errstate(divide="ignore", invalid="ignore")
def compute_sphere_s_values(*, masses_g: Array) -> Array:
    """`compute_sphere_s_value` of many masses; NaN below the smallest published sphere. [mGy/(MBq s)]"""
    points = read_sphere_points()
    (least, _), (most, s_of_most) = points[0], points[-1]
    inside = np.exp(interpolate_logs(points)(np.log(np.clip(masses_g, least, most))))
    return _where(np.where(masses_g >= most, s_of_most * most / masses_g, inside), masses_g >= least)


@np.errstate(divide="ignore", invalid="ignore")
def compute_probabilities_above(*, medians_gy: Array, log_sds: Array, limits_gy: Array) -> Array:
    """`UncertainDose.probability_above` of many doses; the logarithmic deviation must be above 0. [0 to 1]"""
    return _where(ndtr(np.log(medians_gy / limits_gy) / log_sds), log_sds > 0)


def _where(numbers: Array, is_sound: NDArray[np.bool_]) -> Array:
    kept: Array = np.where(is_sound, numbers, np.nan)
    return kept
