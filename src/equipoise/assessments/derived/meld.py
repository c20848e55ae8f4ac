"""MELD scores of end-stage liver disease: the original as UNOS used it, MELD-Na of 2016, and MELD 3.0.

Decides: coefficients, bounds and rounding of each version. Leaves to others: which version a protocol asks for, and
whether the results are of one time.

Logarithms are taken in 34 decimal digits, so that a score never turns on the last bit of a double.
"""

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.derived.measured import Amounts, Measured, Number, amounts_of, check_positive, join

HIGHEST_OF_UNOS = 40
_DIGITS = Context(prec=34, rounding=ROUND_HALF_UP)


class MeldVersion(StrEnum):
    """Published versions; the protocol says which."""

    UNOS_2002 = "unos-2002"
    NA_2016 = "na-2016"
    V3 = "3.0"


MELD_SOURCES = {
    MeldVersion.UNOS_2002: "MELD, Kamath et al., Hepatology 2001;33:464-470, with the bounds of UNOS",
    MeldVersion.NA_2016: "MELD-Na, OPTN policy 9.1.D, January 2016",
    MeldVersion.V3: "MELD 3.0, Kim et al., Gastroenterology 2021;161:1887-1895",
}


def compute_meld(*, bilirubin_mg_per_dl: Number, inr: Number, creatinine_mg_per_dl: Number, is_dialysed: bool) -> int:
    """
    Original MELD as UNOS used it: a whole number from 6 to 40.

    10 x (0.957 ln creatinine + 0.378 ln bilirubin + 1.120 ln INR + 0.643) [1]_. Values below 1.0 enter as 1.0 and
    creatinine above 4.0 as 4.0; so does any creatinine when the patient was dialysed at least twice, or for 24 hours
    without pause, in the week before [2]_. The sum is rounded to one decimal before it is multiplied by ten, which
    is rounding the score to a whole number, halves up.

    References
    ----------
    .. [1] Kamath PS et al. A model to predict survival in patients with end-stage liver disease. Hepatology
       2001;33:464-470.
    .. [2] OPTN policies, 9.1.D MELD score.

    Examples
    --------
    >>> compute_meld(bilirubin_mg_per_dl=2, inr=Decimal("1.5"), creatinine_mg_per_dl=Decimal("1.2"), is_dialysed=False)
    15
    """
    check_positive(bilirubin_mg_per_dl=bilirubin_mg_per_dl, inr=inr, creatinine_mg_per_dl=creatinine_mg_per_dl)
    creatinine = Fraction(4) if is_dialysed else _within(creatinine_mg_per_dl, 1, 4)
    with localcontext(_DIGITS):
        score = (
            Decimal("9.57") * _ln(creatinine)
            + Decimal("3.78") * _ln(_at_least_one(bilirubin_mg_per_dl))
            + Decimal("11.20") * _ln(_at_least_one(inr))
            + Decimal("6.43")
        )
    return min(_round(score), HIGHEST_OF_UNOS)


def compute_meld_na(
    *,
    bilirubin_mg_per_dl: Number,
    inr: Number,
    creatinine_mg_per_dl: Number,
    sodium_mmol_per_l: Number,
    is_dialysed: bool,
) -> int:
    """
    MELD-Na of 2016: a whole number from 6 to 40.

    The original score M as above; when it is above 11, M + 1.32 x (137 - Na) - 0.033 x M x (137 - Na), with sodium
    kept between 125 and 137 mmol/L [1]_. M enters rounded and cut off at 40, as the policy has it. The
    result is rounded to a whole number, halves up, which is exact here.

    References
    ----------
    .. [1] OPTN policies, 9.1.D MELD score, as of January 2016.

    Examples
    --------
    >>> compute_meld_na(bilirubin_mg_per_dl=2, inr=Decimal("1.5"), creatinine_mg_per_dl=Decimal("1.2"),
    ...     sodium_mmol_per_l=130, is_dialysed=False)
    21
    """
    check_positive(sodium_mmol_per_l=sodium_mmol_per_l)
    first = compute_meld(
        bilirubin_mg_per_dl=bilirubin_mg_per_dl,
        inr=inr,
        creatinine_mg_per_dl=creatinine_mg_per_dl,
        is_dialysed=is_dialysed,
    )
    if first <= 11:
        return first
    deficit = 137 - _within(sodium_mmol_per_l, 125, 137)
    score = first + Fraction("1.32") * deficit - Fraction("0.033") * first * deficit
    return min(_round(_decimal(score)), HIGHEST_OF_UNOS)


def compute_meld_3(
    *,
    bilirubin_mg_per_dl: Number,
    inr: Number,
    creatinine_mg_per_dl: Number,
    sodium_mmol_per_l: Number,
    albumin_g_per_dl: Number,
    is_female: bool,
    is_dialysed: bool,
    highest: int | None,
) -> int:
    """
    MELD 3.0: a whole number of at least 6.

    1.33 for women + 4.56 ln bilirubin + 0.82 (137 - Na) - 0.24 (137 - Na) ln bilirubin + 9.09 ln INR
    + 11.14 ln creatinine + 1.85 (3.5 - albumin) - 1.83 (3.5 - albumin) ln creatinine + 6 [1]_. Values below 1.0
    enter as 1.0; creatinine is at most 3.0 and is 3.0 under dialysis; sodium stays between 125 and 137 mmol/L and
    albumin between 1.5 and 3.5 g/dL. Rounded to a whole number, halves up.

    Parameters
    ----------
    highest
        The paper sets no upper limit; allocation systems that end at 40 give 40.

    References
    ----------
    .. [1] Kim WR et al. MELD 3.0: the model for end-stage liver disease updated for the modern era. Gastroenterology
       2021;161:1887-1895.
    """
    check_positive(
        bilirubin_mg_per_dl=bilirubin_mg_per_dl,
        inr=inr,
        creatinine_mg_per_dl=creatinine_mg_per_dl,
        sodium_mmol_per_l=sodium_mmol_per_l,
        albumin_g_per_dl=albumin_g_per_dl,
    )
    with localcontext(_DIGITS):
        creatinine = _ln(Fraction(3) if is_dialysed else _within(creatinine_mg_per_dl, 1, 3))
        bilirubin = _ln(_at_least_one(bilirubin_mg_per_dl))
        sodium = 137 - _decimal(_within(sodium_mmol_per_l, 125, 137))
        albumin = Decimal("3.5") - _decimal(_within(albumin_g_per_dl, Fraction("1.5"), Fraction("3.5")))
        score = (
            (Decimal("1.33") if is_female else 0)
            + Decimal("4.56") * bilirubin
            + Decimal("0.82") * sodium
            - Decimal("0.24") * sodium * bilirubin
            + Decimal("9.09") * _ln(_at_least_one(inr))
            + Decimal("11.14") * creatinine
            + Decimal("1.85") * albumin
            - Decimal("1.83") * albumin * creatinine
            + 6
        )
    return _round(score) if highest is None else min(_round(score), highest)


def assess_meld(
    *,
    version: MeldVersion,
    bilirubin: Measured | None,
    inr: Measured | None,
    creatinine: Measured | None,
    is_dialysed: bool | None,
    sodium: Measured | None = None,
    albumin: Measured | None = None,
    is_female: bool | None = None,
    highest: int | None = HIGHEST_OF_UNOS,
) -> Answer[int]:
    """
    The MELD score of a version from what a record holds.

    Parameters
    ----------
    is_dialysed
        Answer of a person or of the record: dialysed at least twice, or for 24 hours without pause, in the week
        before. None leaves the score open.
    sodium, albumin, is_female
        Read by the versions that need them. MELD 3.0 gives the 1.33 points to every candidate of 12 to 17 years;
        this function does not, the trial's patients are adults.
    highest
        Upper limit of MELD 3.0; None for the paper's own unlimited score.
    """
    results = {"bilirubin": bilirubin, "inr": inr, "creatinine": creatinine}
    if version is not MeldVersion.UNOS_2002:
        results["sodium"] = sodium
    if version is MeldVersion.V3:
        results["albumin"] = albumin
    amounts = amounts_of(results)
    problems = [amounts] if isinstance(amounts, NotEvaluable) else []
    if is_dialysed is None:
        problems.append(NotEvaluable(Why.NEEDS_PERSON, "dialysis in the week before is not known", (), ("dialysis",)))
    if version is MeldVersion.V3 and is_female is None:
        problems.append(NotEvaluable(Why.NEEDS_PERSON, "MELD 3.0 knows female and male only", (), ("sex",)))
    if problems or isinstance(amounts, NotEvaluable) or is_dialysed is None:
        return join(problems)
    inputs = (*amounts.inputs, Input("dialysis", "yes" if is_dialysed else "no"))
    if version is MeldVersion.V3:
        inputs = (*inputs, Input("sex", "female" if is_female else "male"))
    score = _score(version, amounts, is_female=bool(is_female), is_dialysed=is_dialysed, highest=highest)
    return Assessed(score, inputs, MELD_SOURCES[version])


def _score(version: MeldVersion, amounts: Amounts, *, is_female: bool, is_dialysed: bool, highest: int | None) -> int:
    bilirubin, inr, creatinine = amounts["bilirubin"], amounts["inr"], amounts["creatinine"]
    if version is MeldVersion.UNOS_2002:
        return compute_meld(
            bilirubin_mg_per_dl=bilirubin, inr=inr, creatinine_mg_per_dl=creatinine, is_dialysed=is_dialysed
        )
    if version is MeldVersion.NA_2016:
        return compute_meld_na(
            bilirubin_mg_per_dl=bilirubin,
            inr=inr,
            creatinine_mg_per_dl=creatinine,
            sodium_mmol_per_l=amounts["sodium"],
            is_dialysed=is_dialysed,
        )
    return compute_meld_3(
        bilirubin_mg_per_dl=bilirubin,
        inr=inr,
        creatinine_mg_per_dl=creatinine,
        sodium_mmol_per_l=amounts["sodium"],
        albumin_g_per_dl=amounts["albumin"],
        is_female=is_female,
        is_dialysed=is_dialysed,
        highest=highest,
    )


def _ln(value: Fraction) -> Decimal:
    return _decimal(value).ln()


def _decimal(value: Fraction) -> Decimal:
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


def _at_least_one(value: Number) -> Fraction:
    return max(Fraction(value), Fraction(1))


def _within(value: Number, low: Number, high: Number) -> Fraction:
    return min(max(Fraction(value), Fraction(low)), Fraction(high))


def _round(score: Decimal) -> int:
    return int(score.to_integral_value(rounding=ROUND_HALF_UP))
