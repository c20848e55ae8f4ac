"""The derived quantities over arrays, for analysis and simulation.

Each function is the scalar one of the same name with arrays of float64 in and out; the scalar functions are the
meaning, and tests prove the two equal on generated cases. Arguments broadcast. NaN stands for what is missing or
impossible, in and out. Units are in the names. Ratios agree with the exact scalar value to a relative 1e-13, scores
and grades agree as numbers.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.assessments.derived.body import FIVE_FEET_CM, SurfaceFormula
from equipoise.assessments.derived.chemistry import SLOPE_AMOUNT, SLOPE_MASS, CalciumFormula
from equipoise.assessments.derived.child_pugh import ROW_LIMITS, Row
from equipoise.assessments.derived.kidney import FEMALE_FACTOR, WeightPolicy
from equipoise.assessments.derived.meld import HIGHEST_OF_UNOS
from equipoise.assessments.derived.performance import CROSSWALK_RANGES, Crosswalk
from equipoise.assessments.derived.who_grade import KI67_LIMITS, MITOSES_LIMITS

Floats = NDArray[np.float64]

# A score that is a half in exact arithmetic may come out a few bits below it; it still rounds up.
_HALF = 0.5 + 1e-9


def compute_cockcroft_gault(
    *, years: ArrayLike, weight_kg: ArrayLike, creatinine_mg_per_dl: ArrayLike, is_female: ArrayLike
) -> Floats:
    """Creatinine clearance by Cockcroft and Gault; NaN for a creatinine of zero or below. [mL/min]"""
    creatinine = _positive(creatinine_mg_per_dl)
    factor = np.where(np.asarray(is_female, bool), float(FEMALE_FACTOR), 1.0)
    return (140 - _floats(years)) * _floats(weight_kg) * factor / (72 * creatinine)


def compute_clearance_weight(
    *, actual_kg: ArrayLike, height_cm: ArrayLike, is_female: ArrayLike, policy: WeightPolicy
) -> Floats:
    """The weight that a policy puts into the formula of Cockcroft and Gault. [kg]"""
    actual, ideal = _positive(actual_kg), compute_ideal_weight(height_cm=height_cm, is_female=is_female)
    if policy is WeightPolicy.ACTUAL:
        return actual
    other = ideal if policy is WeightPolicy.IDEAL else compute_adjusted_weight(actual_kg=actual, ideal_kg=ideal)
    return np.where(actual <= ideal, actual, other)


def compute_bmi(*, weight_kg: ArrayLike, height_cm: ArrayLike) -> Floats:
    """Body mass index. [kg/m2]"""
    return _positive(weight_kg) / (_positive(height_cm) / 100) ** 2


def compute_body_surface(*, weight_kg: ArrayLike, height_cm: ArrayLike, formula: SurfaceFormula) -> Floats:
    """Body surface area by the formula named. [m2]"""
    kg, cm = _positive(weight_kg), _positive(height_cm)
    if formula is SurfaceFormula.DU_BOIS:
        return np.asarray(0.007184 * kg**0.425 * cm**0.725)
    if formula is SurfaceFormula.HAYCOCK:
        return np.asarray(0.024265 * kg**0.5378 * cm**0.3964)
    return np.asarray(np.sqrt(kg * cm / 3600))


def compute_ideal_weight(*, height_cm: ArrayLike, is_female: ArrayLike) -> Floats:
    """Ideal body weight by Devine; the base weight below 5 ft. [kg]"""
    base = np.where(np.asarray(is_female, bool), 45.5, 50.0)
    return np.asarray(base + 2.3 * np.maximum(0.0, (_positive(height_cm) - float(FIVE_FEET_CM)) / 2.54))


def compute_adjusted_weight(*, actual_kg: ArrayLike, ideal_kg: ArrayLike) -> Floats:
    """Ideal + 0.4 x (actual - ideal). [kg]"""
    actual, ideal = _positive(actual_kg), _positive(ideal_kg)
    return ideal + 0.4 * (actual - ideal)


def compute_corrected_calcium_mg_per_dl(
    *, calcium_mg_per_dl: ArrayLike, albumin_g_per_dl: ArrayLike, formula: CalciumFormula
) -> Floats:
    """Total calcium corrected for albumin. [mg/dL]"""
    return _floats(calcium_mg_per_dl) + float(SLOPE_MASS[formula]) * (4 - _floats(albumin_g_per_dl))


def compute_corrected_calcium_mmol_per_l(
    *, calcium_mmol_per_l: ArrayLike, albumin_g_per_l: ArrayLike, formula: CalciumFormula
) -> Floats:
    """Total calcium corrected for albumin. [mmol/L]"""
    return _floats(calcium_mmol_per_l) + float(SLOPE_AMOUNT[formula]) * (40 - _floats(albumin_g_per_l))


def compute_multiple(*, value: ArrayLike, limit: ArrayLike) -> Floats:
    """Results divided by a limit of the reference range; NaN for a limit of zero or below. [1]"""
    return np.asarray(_floats(value) / _positive(limit))


def compute_change_percent(*, value: ArrayLike, baseline: ArrayLike) -> Floats:
    """Change from baseline; NaN for a baseline of zero or below. [%]"""
    before = _positive(baseline)
    return np.asarray((_floats(value) - before) / before * 100)


def compute_row_points(*, row: Row, value: ArrayLike) -> Floats:
    """Child-Pugh points of one row: 1, 2, 3 or NaN."""
    low, high = (float(limit) for limit in ROW_LIMITS[row])
    numbers = _floats(value)
    points = np.where(numbers < low, 1.0, np.where(numbers > high, 3.0, 2.0))
    if row is Row.ALBUMIN_G_PER_DL:
        points = 4 - points
    return np.where(np.isnan(numbers), np.nan, points)


def compute_meld(
    *, bilirubin_mg_per_dl: ArrayLike, inr: ArrayLike, creatinine_mg_per_dl: ArrayLike, is_dialysed: ArrayLike
) -> Floats:
    """Original MELD as UNOS used it: whole numbers from 6 to 40."""
    creatinine = _creatinine(creatinine_mg_per_dl, is_dialysed, 4.0)
    logs = 9.57 * np.log(creatinine) + 3.78 * _log(bilirubin_mg_per_dl) + 11.20 * _log(inr)
    return np.minimum(_round(logs + 6.43), HIGHEST_OF_UNOS)


def compute_meld_na(
    *,
    bilirubin_mg_per_dl: ArrayLike,
    inr: ArrayLike,
    creatinine_mg_per_dl: ArrayLike,
    sodium_mmol_per_l: ArrayLike,
    is_dialysed: ArrayLike,
) -> Floats:
    """MELD-Na of 2016: whole numbers from 6 to 40."""
    first = compute_meld(
        bilirubin_mg_per_dl=bilirubin_mg_per_dl,
        inr=inr,
        creatinine_mg_per_dl=creatinine_mg_per_dl,
        is_dialysed=is_dialysed,
    )
    deficit = 137 - np.clip(_positive(sodium_mmol_per_l), 125, 137)
    score = np.minimum(_round(first + 1.32 * deficit - 0.033 * first * deficit), HIGHEST_OF_UNOS)
    return np.where((first > 11) | np.isnan(deficit), score, first)


def compute_meld_3(
    *,
    bilirubin_mg_per_dl: ArrayLike,
    inr: ArrayLike,
    creatinine_mg_per_dl: ArrayLike,
    sodium_mmol_per_l: ArrayLike,
    albumin_g_per_dl: ArrayLike,
    is_female: ArrayLike,
    is_dialysed: ArrayLike,
    highest: int | None,
) -> Floats:
    """MELD 3.0: whole numbers of at least 6."""
    creatinine = np.log(_creatinine(creatinine_mg_per_dl, is_dialysed, 3.0))
    bilirubin = _log(bilirubin_mg_per_dl)
    sodium = 137 - np.clip(_positive(sodium_mmol_per_l), 125, 137)
    albumin = 3.5 - np.clip(_positive(albumin_g_per_dl), 1.5, 3.5)
    score = _round(
        np.where(np.asarray(is_female, bool), 1.33, 0.0)
        + (4.56 - 0.24 * sodium) * bilirubin
        + 0.82 * sodium
        + 9.09 * _log(inr)
        + (11.14 - 1.83 * albumin) * creatinine
        + 1.85 * albumin
        + 6
    )
    return score if highest is None else np.minimum(score, highest)


def compute_ecog(*, karnofsky: ArrayLike, crosswalk: Crosswalk) -> Floats:
    """ECOG status estimated from Karnofsky; NaN between two ranges or off the scale."""
    status = _floats(karnofsky)
    found = np.full(status.shape, np.nan)
    for ecog, karnofsky_range in CROSSWALK_RANGES[crosswalk].items():
        found[(status >= karnofsky_range.lowest) & (status <= karnofsky_range.highest)] = ecog
    return found


def compute_who_grade(*, ki67_percent: ArrayLike, mitoses_per_2mm2: ArrayLike) -> Floats:
    """WHO grade by the higher index, 1 to 3; by the one that is there when the other is NaN."""
    by_ki67 = _grade(ki67_percent, *(float(limit) for limit in KI67_LIMITS))
    return np.fmax(by_ki67, _grade(mitoses_per_2mm2, *(float(limit) for limit in MITOSES_LIMITS)))


def compute_whole_months(*, start: ArrayLike, end: ArrayLike) -> NDArray[np.int64]:
    """Whole calendar months between days (datetime64[D]); negative when `end` comes first."""
    first, last = np.asarray(start, "datetime64[D]"), np.asarray(end, "datetime64[D]")
    early, late = np.minimum(first, last), np.maximum(first, last)
    months = (late.astype("datetime64[M]") - early.astype("datetime64[M]")).astype(np.int64)
    months = months - (_day_of_month(early) > _day_of_month(late))
    return np.asarray(np.where(first <= last, months, -months), np.int64)


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, np.float64)


def _positive(values: ArrayLike) -> Floats:
    numbers = _floats(values)
    return np.where(numbers > 0, numbers, np.nan)


def _log(values: ArrayLike) -> Floats:
    """Logarithm of values not below 1.0."""
    return np.asarray(np.log(np.maximum(_positive(values), 1.0)))


def _creatinine(values: ArrayLike, is_dialysed: ArrayLike, highest: float) -> Floats:
    creatinine = _positive(values)
    is_replaced = np.asarray(is_dialysed, bool) & ~np.isnan(creatinine)
    return np.where(is_replaced, highest, np.clip(creatinine, 1.0, highest))


def _round(score: Floats) -> Floats:
    return np.asarray(np.floor(score + _HALF))


def _grade(values: ArrayLike, second: float, above: float) -> Floats:
    index = _floats(values)
    grades = np.where(index > above, 3.0, np.where(index >= second, 2.0, 1.0))
    return np.where(np.isnan(index), np.nan, grades)


def _day_of_month(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return np.asarray(days - days.astype("datetime64[M]").astype("datetime64[D]"), "timedelta64[D]").astype(np.int64)
