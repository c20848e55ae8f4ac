"""Body mass index, body surface area and reference weights.

Decides: the published formulas and their names. Leaves to others: which formula a protocol asks for. Change of weight
is a change like any other (`change.py`).
"""

import math
from enum import StrEnum
from fractions import Fraction

from equipoise.assessments.answer import Answer, Assessed, NotEvaluable
from equipoise.assessments.derived.measured import Measured, Number, amounts_of, check_positive

CM_PER_INCH = Fraction("2.54")
FIVE_FEET_CM = 60 * CM_PER_INCH
_KG_PER_INCH = Fraction("2.3")
_ADJUSTMENT = Fraction("0.4")
_BMI_SOURCE = "weight / height squared (Quetelet; WHO Technical Report Series 894)"


class SurfaceFormula(StrEnum):
    """Published formulas of body surface area; the protocol says which."""

    DU_BOIS = "du-bois"
    MOSTELLER = "mosteller"
    HAYCOCK = "haycock"


SURFACE_SOURCES = {
    SurfaceFormula.DU_BOIS: "Du Bois and Du Bois, Arch Intern Med 1916;17:863-871",
    SurfaceFormula.MOSTELLER: "Mosteller, N Engl J Med 1987;317:1098",
    SurfaceFormula.HAYCOCK: "Haycock, Schwartz and Wisotsky, J Pediatr 1978;93:62-66",
}


def compute_bmi(*, weight_kg: Number, height_cm: Number) -> Fraction:
    """
    Body mass index: weight / height squared, exact. [kg/m2]

    Examples
    --------
    >>> compute_bmi(weight_kg=72, height_cm=150)
    Fraction(32, 1)
    """
    check_positive(weight_kg=weight_kg, height_cm=height_cm)
    return Fraction(weight_kg) / (Fraction(height_cm) / 100) ** 2


def compute_body_surface(*, weight_kg: Number, height_cm: Number, formula: SurfaceFormula) -> float:
    """
    Body surface area, in double precision (relative error below 1e-14). [m2]

    Du Bois 0.007184 x W^0.425 x H^0.725 [1]_; Mosteller sqrt(W x H / 3600) [2]_; Haycock
    0.024265 x W^0.5378 x H^0.3964 [3]_, with W in kg and H in cm.

    References
    ----------
    .. [1] Du Bois D, Du Bois EF. Arch Intern Med 1916;17:863-871.
    .. [2] Mosteller RD. N Engl J Med 1987;317:1098.
    .. [3] Haycock GB, Schwartz GJ, Wisotsky DH. J Pediatr 1978;93:62-66.

    Examples
    --------
    >>> round(compute_body_surface(weight_kg=70, height_cm=170, formula=SurfaceFormula.MOSTELLER), 3)
    1.818
    """
    check_positive(weight_kg=weight_kg, height_cm=height_cm)
    kg, cm = float(weight_kg), float(height_cm)
    if formula is SurfaceFormula.DU_BOIS:
        return 0.007184 * math.pow(kg, 0.425) * math.pow(cm, 0.725)
    if formula is SurfaceFormula.HAYCOCK:
        return 0.024265 * math.pow(kg, 0.5378) * math.pow(cm, 0.3964)
    return math.sqrt(kg * cm / 3600)


def compute_ideal_weight(*, height_cm: Number, is_female: bool) -> Fraction:
    """
    Ideal body weight by Devine, exact. [kg]

    50 kg for men and 45.5 kg for women, plus 2.3 kg for every inch over 5 ft [1]_. The paper gives no rule below
    5 ft. Of the readings in use (subtract 2.3 kg an inch, scale the base, keep the base) we keep the base: the first
    reaches zero in very short adults, the second is nobody's published formula.

    References
    ----------
    .. [1] Devine BJ. Gentamicin therapy. Drug Intell Clin Pharm 1974;8:650-655.

    Examples
    --------
    >>> float(compute_ideal_weight(height_cm=Decimal("177.8"), is_female=False))
    73.0
    """
    check_positive(height_cm=height_cm)
    base = Fraction("45.5") if is_female else Fraction(50)
    return base + _KG_PER_INCH * max(Fraction(0), Fraction(height_cm) / CM_PER_INCH - 60)


def compute_adjusted_weight(*, actual_kg: Number, ideal_kg: Number) -> Fraction:
    """
    Adjusted body weight: ideal + 0.4 x (actual - ideal), exact. [kg]

    References
    ----------
    Bauer LA. Applied clinical pharmacokinetics. New York: McGraw-Hill, 2001.

    Examples
    --------
    >>> compute_adjusted_weight(actual_kg=100, ideal_kg=50)
    Fraction(70, 1)
    """
    check_positive(actual_kg=actual_kg, ideal_kg=ideal_kg)
    return Fraction(ideal_kg) + _ADJUSTMENT * (Fraction(actual_kg) - Fraction(ideal_kg))


def assess_bmi(*, weight: Measured | None, height: Measured | None) -> Answer[Fraction]:
    """Body mass index from results in any unit of mass and length. [kg/m2]"""
    amounts = amounts_of({"body-weight": weight, "body-height": height})
    if isinstance(amounts, NotEvaluable):
        return amounts
    value = compute_bmi(weight_kg=amounts["body-weight"], height_cm=amounts["body-height"])
    return Assessed(value, amounts.inputs, _BMI_SOURCE)


def assess_body_surface(*, weight: Measured | None, height: Measured | None, formula: SurfaceFormula) -> Answer[float]:
    """Body surface area from results in any unit of mass and length, by the formula that the protocol names. [m2]"""
    amounts = amounts_of({"body-weight": weight, "body-height": height})
    if isinstance(amounts, NotEvaluable):
        return amounts
    value = compute_body_surface(weight_kg=amounts["body-weight"], height_cm=amounts["body-height"], formula=formula)
    return Assessed(value, amounts.inputs, SURFACE_SOURCES[formula])
