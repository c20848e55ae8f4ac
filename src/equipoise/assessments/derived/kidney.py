"""Creatinine clearance: by Cockcroft and Gault with a stated weight, or measured, which goes before.

Decides: the formula, the weight that enters it, and when a measured clearance takes the place of the estimate.
Leaves to others: what a limit means (`criteria`), and which creatinine and weight are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.derived.body import (
    FIVE_FEET_CM,
    compute_adjusted_weight,
    compute_ideal_weight,
)
from equipoise.assessments.derived.measured import Amounts, Measured, Number, amount_of, amounts_of, join

FEMALE_FACTOR = Decimal("0.85")
OLDEST_YEARS = 120
SOURCE = "Cockcroft and Gault, Nephron 1976;16:31-41"


class WeightPolicy(StrEnum):
    """The body weight that enters the formula; the protocol says which."""

    ACTUAL = "actual"
    IDEAL = "ideal"
    ADJUSTED = "adjusted"


class ClearanceMethod(StrEnum):
    """How a clearance that a record holds was obtained."""

    PLASMA = "plasma"
    URINE = "urine"
    GAMMA_CAMERA = "gamma-camera"
    ESTIMATED = "estimated"


@dataclass(frozen=True)
class ReportedClearance:
    """A clearance of the record and how it was obtained; None when the record does not say."""

    result: Measured
    method: ClearanceMethod | None


@dataclass(frozen=True)
class Clearance:
    """A clearance that counts; `method` is ESTIMATED for Cockcroft-Gault. [mL/min]"""

    ml_per_min: Fraction
    method: ClearanceMethod


def compute_cockcroft_gault(
    *, years: int, weight_kg: Decimal | Fraction | int, creatinine_mg_per_dl: Decimal | Fraction | int, is_female: bool
) -> Fraction | None:
    """
    Creatinine clearance by Cockcroft and Gault, not normalised to body surface. [mL/min]

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


def compute_clearance_weight(
    *, actual_kg: Number, height_cm: Number, is_female: bool, policy: WeightPolicy
) -> Fraction:
    """
    The weight that a policy puts into the formula, exact. [kg]

    Ideal weight is Devine's; adjusted weight is ideal + 0.4 x (actual - ideal). Under either policy a person who is
    not above the ideal weight enters with the actual one.

    Examples
    --------
    >>> float(compute_clearance_weight(
    ...     actual_kg=100, height_cm=Decimal("177.8"), is_female=False, policy=WeightPolicy.ADJUSTED))
    83.8
    """
    ideal = compute_ideal_weight(height_cm=height_cm, is_female=is_female)
    if policy is WeightPolicy.ACTUAL or actual_kg <= ideal:
        return Fraction(actual_kg)
    return ideal if policy is WeightPolicy.IDEAL else compute_adjusted_weight(actual_kg=actual_kg, ideal_kg=ideal)


def assess_cockcroft_gault(
    *,
    years: int | None,
    is_female: bool | None,
    creatinine: Measured | None,
    weight: Measured | None,
    height: Measured | None = None,
    weight_policy: WeightPolicy,
) -> Answer[Clearance]:
    """
    Estimated clearance from what a record holds, with the weight that the protocol names.

    Height is read only when the policy needs it.

    Parameters
    ----------
    years
        Completed years on the day of the creatinine.
    is_female
        Recorded sex; None when unknown or neither.
    creatinine, weight, height
        Results in any unit that converts to mg/dL, kg and cm.
    """
    results = {"creatinine": creatinine, "body-weight": weight}
    if weight_policy is not WeightPolicy.ACTUAL:
        results["body-height"] = height
    amounts = amounts_of(results)
    problems = [each for each in (amounts, _person_problem(years, is_female)) if isinstance(each, NotEvaluable)]
    if problems or isinstance(amounts, NotEvaluable) or years is None or is_female is None:
        return join(problems)
    weight_kg, notes = _weight(amounts, weight_policy, is_female=is_female)
    if years < 18:
        notes = (*notes, "the formula was made on men of 18 to 92 years; this person is younger")
    clearance = compute_cockcroft_gault(
        years=years, weight_kg=weight_kg, creatinine_mg_per_dl=amounts["creatinine"], is_female=is_female
    )
    assert clearance is not None  # a creatinine of zero is implausible and did not come here
    inputs = (*amounts.inputs, Input("age", f"{years} years"), Input("sex", "female" if is_female else "male"))
    source = f"{SOURCE}; {weight_policy} body weight"
    return Assessed(Clearance(clearance, ClearanceMethod.ESTIMATED), inputs, source, notes)


def choose_clearance(
    *,
    estimate: Answer[Clearance],
    reported: Sequence[ReportedClearance],
    creatinine_day: date | None,
    first_day: date,
    last_day: date,
) -> Answer[Clearance]:
    """
    The clearance that counts: the latest measured one if it qualifies, else the estimate.

    A measured clearance qualifies when it is by plasma or urine (a gamma camera's is not, and an estimate normalised
    to 1.73 m2 is no substitute), lies from `first_day` to `last_day`, and is not older than the creatinine of the
    estimate. One that would qualify but cannot be read (no unit, a partial date across a limit) leaves the answer
    open: it must not be passed over for an estimate that may say the opposite.
    """
    first = first_day if creatinine_day is None else max(first_day, creatinine_day)
    passed_over, candidates = [], []
    for each in reported:
        reason = _why_passed_over(each, first, last_day)
        if reason is None:
            candidates.append(each)
        else:
            passed_over.append(f"{each.result.name} of the record was passed over: {reason}")
    if candidates:
        return _latest_measured(candidates, first, last_day, tuple(passed_over))
    if isinstance(estimate, NotEvaluable):
        return estimate
    return Assessed(estimate.value, estimate.inputs, estimate.source, (*estimate.notes, *passed_over))


def _person_problem(years: int | None, is_female: bool | None) -> NotEvaluable | None:
    problems = []
    if years is None:
        problems.append(NotEvaluable(Why.NEVER_MEASURED, "the age is not known", (), ("birth-date",)))
    elif not 0 <= years <= OLDEST_YEARS:
        because = f"an age below 0 or above {OLDEST_YEARS} years is not one"
        problems.append(NotEvaluable(Why.IMPLAUSIBLE, because, (Input("age", f"{years} years"),), ("birth-date",)))
    if is_female is None:
        problems.append(NotEvaluable(Why.NEEDS_PERSON, "the formula knows female and male only", (), ("sex",)))
    return join(problems) if problems else None


def _weight(amounts: Amounts, policy: WeightPolicy, *, is_female: bool) -> tuple[Fraction, tuple[str, ...]]:
    """The weight that enters the formula, and what a reader must know of it."""
    actual = amounts["body-weight"]
    if policy is WeightPolicy.ACTUAL:
        return actual, ()
    height_cm = amounts["body-height"]
    used = compute_clearance_weight(actual_kg=actual, height_cm=height_cm, is_female=is_female, policy=policy)
    notes: tuple[str, ...] = ()
    if height_cm < FIVE_FEET_CM:
        notes = ("height below 5 ft, for which Devine gives no rule: the ideal weight at 5 ft was used",)
    if used == actual:
        notes = (*notes, "actual weight used: it is not above the ideal weight")
    return used, notes


def _why_passed_over(each: ReportedClearance, first: date, last: date) -> str | None:
    """Why a reported clearance certainly cannot count; None when it may."""
    if each.method is None:
        return "its method is not recorded"
    if each.method not in (ClearanceMethod.PLASMA, ClearanceMethod.URINE):
        return f"its method is {each.method}"
    if each.result.is_normalised:
        return "it is normalised to 1.73 m2"
    if each.result.day is not None and (each.result.day > last or each.result.latest_day < first):
        return "it is outside the window, or older than the creatinine"
    return None


def _latest_measured(
    candidates: Sequence[ReportedClearance], first: date, last: date, notes: tuple[str, ...]
) -> Answer[Clearance]:
    """The one value of the latest day, when days and values leave no doubt."""
    results = [each.result for each in candidates]
    inputs = tuple(result.as_input() for result in results)
    if any(result.is_day_partial or not first <= result.latest_day <= last for result in results):
        because = "a measured clearance has a partial date, and may or may not be the one that counts"
        return NotEvaluable(Why.PARTIAL_DATE, because, inputs, ("measured-clearance",))
    day = max(result.latest_day for result in results)
    latest = [each for each in candidates if each.result.latest_day == day]
    values = {amount_of("measured-clearance", each.result) for each in latest}
    problems = [value for value in values if isinstance(value, NotEvaluable)]
    if problems:
        return join(problems)
    if len(values) > 1:
        because = "measured clearances of one day differ"
        return NotEvaluable(Why.CONFLICT, because, inputs, ("measured-clearance",))
    value = next(each for each in values if isinstance(each, Fraction))
    used, method = latest[0].result, latest[0].method
    assert method is not None
    return Assessed(Clearance(value, method), (used.as_input(),), f"clearance measured by {method}", notes)
