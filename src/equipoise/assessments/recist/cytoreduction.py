"""How much of a tumour burden surgery removed.

The burden of each lesion is given, before and after; how it was measured is part of the answer, for a part of a
volume is not the same part of a diameter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why

SOURCE = "burden before less burden after, as a part of the burden before"


class Basis(StrEnum):
    """What the burden of a lesion is measured by."""

    VOLUME_ML = "volume [mL]"
    DIAMETER_MM = "diameter [mm]"


class Margin(StrEnum):
    """Residual tumour (UICC): none, microscopic, macroscopic."""

    R0 = "R0"
    R1 = "R1"
    R2 = "R2"


@dataclass(frozen=True)
class Cytoreduction:
    """The part of the burden that was removed, what it was measured by, and the residual tumour as stated."""

    removed: Fraction
    basis: Basis
    margin: Margin | None


def compute_cytoreduction(
    *,
    before: Mapping[str, Decimal | None],
    after: Mapping[str, Decimal | None],
    basis: Basis,
    margin: Margin | None = None,
) -> Answer[Cytoreduction]:
    """
    The part of the tumour burden that surgery removed.

    Parameters
    ----------
    before
        Burden of each lesion before surgery. [mL or mm, as `basis` says]
    after
        Burden that is left of each; 0 when it is gone. Each lesion of `before` must be here. [same]
    basis
        Volumes, or diameters.
    margin
        Residual tumour as stated by surgeon and pathologist.

    Returns
    -------
    Answer[Cytoreduction]
        Negative when more is left than there was. Not evaluable when a burden is missing or negative, nothing was
        there before, or R0 or R1 is stated and a burden is left.
    """
    inputs = tuple(
        Input(f"lesion {name} {when}", "not measured" if one is None else f"{one} {basis}")
        for when, burdens in (("before", before), ("after", after))
        for name, one in burdens.items()
    )
    missing = sorted(
        {name for name, one in before.items() if one is None or after.get(name) is None}
        | {name for name, one in after.items() if one is None}
    )
    if missing:
        because = f"the burden of lesion {', '.join(missing)} was not measured before and after surgery"
        return NotEvaluable(Why.NEVER_MEASURED, because, inputs, tuple(f"burden of lesion {name}" for name in missing))
    befores = [one for one in before.values() if one is not None]
    afters = [one for one in after.values() if one is not None]
    if any(not one.is_finite() or one < 0 for one in befores + afters):
        return NotEvaluable(Why.IMPLAUSIBLE, "a burden is no amount", inputs, ("the burden of each lesion",))
    total, left = sum(befores, Decimal(0)), sum(afters, Decimal(0))
    if total == 0:
        return NotEvaluable(Why.NO_BASELINE, "there was no burden before surgery", inputs)
    if margin in (Margin.R0, Margin.R1) and left > 0:
        return NotEvaluable(
            Why.CONFLICT, f"{margin} is stated, and a burden is left", inputs, ("which of the two holds",)
        )
    removed = 1 - Fraction(left) / Fraction(total)
    notes = ("a part of diameters, not of volume",) if basis is Basis.DIAMETER_MM else ()
    if margin is not None:
        inputs += (Input("residual tumour", margin),)
    return Assessed(Cytoreduction(removed, basis, margin), inputs, SOURCE, notes)


def judge_cytoreduction(cytoreduction: Answer[Cytoreduction], *, at_least: Fraction) -> Answer[bool]:
    """Whether at least this part was removed: 9/10 for a limit of 90 %."""
    return (
        cytoreduction
        if isinstance(cytoreduction, NotEvaluable)
        else cytoreduction.map(lambda one: one.removed >= at_least)
    )
