"""Calcium corrected for albumin, and results as multiples of the laboratory's own limits.

Decides: the two published corrections in both unit systems, and what a multiple of normal is. Leaves to others: grades
and limits.
"""

from enum import StrEnum
from fractions import Fraction

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.derived.measured import (
    QUANTITIES,
    Measured,
    Number,
    amount_of,
    join,
    number_of,
    quantity_in,
    scale_between,
)
from equipoise.terminology.units import resolve_unit


class CalciumFormula(StrEnum):
    """
    Corrections of total calcium for albumin; the protocol says which.

    Both go by the name of Payne. The paper's own equation adds the whole deficit of albumin; the one in common use
    adds 0.8 of it.
    """

    COMMON = "common-0.8"
    PAYNE_1973 = "payne-1973"


CALCIUM_SOURCES = {
    CalciumFormula.COMMON: "calcium + 0.8 x (4.0 - albumin), the common form of Payne 1973",
    CalciumFormula.PAYNE_1973: "calcium - albumin + 4.0, Payne et al., Br Med J 1973;4:643-646",
}
# Each system has its own rounded slope, mg/dL for g/dL and mmol/L for g/L: both are printed, so neither is converted.
SLOPE_MASS = {CalciumFormula.COMMON: Fraction("0.8"), CalciumFormula.PAYNE_1973: Fraction(1)}
SLOPE_AMOUNT = {CalciumFormula.COMMON: Fraction("0.02"), CalciumFormula.PAYNE_1973: Fraction("0.025")}

_AMOUNT = quantity_in("mmol/L", "0.5", "7.5")
# A name without a concept, so that only the kind of the unit decides the system, never a molar mass.
_AS_REPORTED = "as-reported"


class Limit(StrEnum):
    """Which limit of the laboratory's reference range a result is a multiple of."""

    UPPER = "uln"
    LOWER = "lln"


def compute_corrected_calcium_mg_per_dl(
    *, calcium_mg_per_dl: Number, albumin_g_per_dl: Number, formula: CalciumFormula
) -> Fraction:
    """
    Total calcium corrected for albumin, exact. [mg/dL]

    calcium + 0.8 x (4.0 - albumin), or calcium - albumin + 4.0 as the paper prints it [1]_. Albumin above 4.0 g/dL
    lowers the result, as the equation says.

    References
    ----------
    .. [1] Payne RB, Little AJ, Williams RB, Milner JR. Interpretation of serum calcium in patients with abnormal
       serum proteins. Br Med J 1973;4:643-646.

    Examples
    --------
    >>> float(compute_corrected_calcium_mg_per_dl(
    ...     calcium_mg_per_dl=8, albumin_g_per_dl=2, formula=CalciumFormula.COMMON))
    9.6
    """
    return Fraction(calcium_mg_per_dl) + SLOPE_MASS[formula] * (4 - Fraction(albumin_g_per_dl))


def compute_corrected_calcium_mmol_per_l(
    *, calcium_mmol_per_l: Number, albumin_g_per_l: Number, formula: CalciumFormula
) -> Fraction:
    """
    Total calcium corrected for albumin, exact. [mmol/L]

    calcium + 0.02 x (40 - albumin), with albumin in g/L; 0.025 in place of 0.02 for the equation of the paper.

    Examples
    --------
    >>> float(compute_corrected_calcium_mmol_per_l(
    ...     calcium_mmol_per_l=Fraction("1.83"), albumin_g_per_l=26, formula=CalciumFormula.COMMON))
    2.11
    """
    return Fraction(calcium_mmol_per_l) + SLOPE_AMOUNT[formula] * (40 - Fraction(albumin_g_per_l))


def compute_multiple(*, value: Number, limit: Number) -> Fraction | None:
    """
    A result divided by a limit of its reference range, exact; None for a limit of zero or below. [1]

    Examples
    --------
    >>> compute_multiple(value=Fraction("3.6"), limit=Fraction("1.2"))
    Fraction(3, 1)
    """
    return Fraction(value) / Fraction(limit) if limit > 0 else None


def assess_corrected_calcium(
    *, calcium: Measured | None, albumin: Measured | None, formula: CalciumFormula
) -> Answer[Measured]:
    """
    Calcium corrected for albumin, in the unit system in which calcium was reported.

    The value is a result named "calcium-corrected" in mg/dL or mmol/L with the reference range of the calcium, so that
    grades and multiples of normal read it like any other. Its day is that of the calcium.
    """
    reported = None if calcium is None else resolve_unit(calcium.unit)
    is_amount = reported is not None and scale_between(_AS_REPORTED, reported, _AMOUNT.unit) is not None
    quantity = _AMOUNT if is_amount else QUANTITIES["calcium"]
    amount = amount_of("calcium", calcium, quantity=quantity)
    grams = amount_of("albumin", albumin)
    problems = [each for each in (amount, grams) if isinstance(each, NotEvaluable)]
    if isinstance(amount, NotEvaluable) or isinstance(grams, NotEvaluable) or calcium is None or albumin is None:
        return join(problems)
    if is_amount:
        value = compute_corrected_calcium_mmol_per_l(
            calcium_mmol_per_l=amount, albumin_g_per_l=grams * 10, formula=formula
        )
    else:
        value = compute_corrected_calcium_mg_per_dl(calcium_mg_per_dl=amount, albumin_g_per_dl=grams, formula=formula)
    corrected = Measured(
        name="calcium-corrected",
        value=value,
        unit=quantity.unit,
        day=calcium.day,
        last_day=calcium.last_day,
        record=calcium.record,
        lower_limit=_limit_in(calcium, calcium.lower_limit, quantity.unit),
        upper_limit=_limit_in(calcium, calcium.upper_limit, quantity.unit),
    )
    notes = () if calcium.day == albumin.day else ("calcium and albumin are of different days",)
    return Assessed(corrected, (calcium.as_input(), albumin.as_input()), CALCIUM_SOURCES[formula], notes)


def assess_multiple(*, result: Measured | None, limit: Limit) -> Answer[Fraction]:
    """
    A result as a multiple of the limit that its own laboratory printed. [1]

    No unit is needed: the range is in the unit of the result. Without the limit there is no answer; a range from
    elsewhere is never put in its place.
    """
    if result is None:
        return NotEvaluable(Why.NEVER_MEASURED, "it was never measured")
    value = number_of(result)
    if isinstance(value, NotEvaluable):
        return value
    bound = result.upper_limit if limit is Limit.UPPER else result.lower_limit
    inputs = (result.as_input(),)
    if bound is None:
        because = f"{result.name} was reported without its {limit.upper()}"
        return NotEvaluable(Why.NO_REFERENCE_RANGE, because, inputs, (result.name,))
    printed = Input(f"{limit.upper()} of {result.name}", f"{bound} {result.unit or '(no unit)'}", result.day)
    multiple = compute_multiple(value=value, limit=bound)
    if multiple is None:
        because = f"the {limit.upper()} of {result.name} is not above zero"
        return NotEvaluable(Why.IMPLAUSIBLE, because, (*inputs, printed), (result.name,))
    return Assessed(multiple, (*inputs, printed), f"result / {limit.upper()} of its laboratory")


def _limit_in(result: Measured, limit: Number | None, unit: str) -> Fraction | None:
    scale = scale_between(result.name, resolve_unit(result.unit) or "", unit)
    return None if limit is None or scale is None else Fraction(limit) * scale
