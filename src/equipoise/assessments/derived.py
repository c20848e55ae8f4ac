"""Quantities computed from several measurements, one published formula each, in exact numbers.

What limits mean, which measurement counts and what is unknown are for `criteria` to say.
"""

from decimal import Decimal
from fractions import Fraction

FEMALE_FACTOR = Decimal("0.85")


def compute_cockcroft_gault(
    *, years: int, weight_kg: Decimal | Fraction | int, creatinine_mg_per_dl: Decimal | Fraction | int, is_female: bool
) -> Fraction | None:
    """
    Creatinine clearance by Cockcroft and Gault, actual body weight, not normalised to body surface. [mL/min]

    (140 - age) x weight / (72 x creatinine), times 0.85 for women [1]_. None for a creatinine of zero or below:
    that is no measurement, and must never make a clearance look good.

    References
    ----------
    .. [1] Cockcroft DW, Gault MH. Prediction of creatinine clearance from serum creatinine. Nephron 1976;16:31-41.

    Examples
    --------
    >>> float(compute_cockcroft_gault(years=65, weight_kg=70, creatinine_mg_per_dl=Decimal("1.4"), is_female=False))
    52.083333333333336
    """
    if creatinine_mg_per_dl <= 0:
        return None
    sex_factor = Fraction(FEMALE_FACTOR) if is_female else Fraction(1)
    return (140 - years) * Fraction(weight_kg) * sex_factor / (72 * Fraction(creatinine_mg_per_dl))
