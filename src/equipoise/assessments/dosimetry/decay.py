"""What is known of the decay of 177Lu, units of activity, and whether an activity is believable.

Everything else of dosimetry takes a nuclide as an argument; nothing but this module holds a physical constant.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import log

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.errors import EquipoiseError, Fault

DECAYS_PER_MBQ_H = 3.6e9
GRAMS_PER_KG = 1000


@dataclass(frozen=True)
class Nuclide:
    """
    Decay data that dosimetry needs.

    Attributes
    ----------
    half_life_h : float
        Physical half-life. [h]
    electron_energy_kev : float
        Mean energy of beta particles, conversion and Auger electrons for each decay. [keV]
    photon_energy_kev : float
        Mean energy of gamma and X rays for each decay. [keV]
    electron_constant_g_gy_per_mbq_h : float
        Dose of one MBq h whose electrons stay in one gram, as published. [g Gy/(MBq h)]
    source : str
        Where the numbers were read.
    """

    name: str
    half_life_h: float
    electron_energy_kev: float
    photon_energy_kev: float
    electron_constant_g_gy_per_mbq_h: float
    source: str

    @property
    def decay_constant_per_h(self) -> float:
        """Physical decay constant, ln 2 / half-life. [1/h]"""
        return log(2) / self.half_life_h

    @property
    def electron_constant_j_per_decay(self) -> float:
        """Energy of all electrons of one decay, from the published constant. [J]"""
        return self.electron_constant_g_gy_per_mbq_h / (DECAYS_PER_MBQ_H * GRAMS_PER_KG)


LUTETIUM_177 = Nuclide(
    name="177Lu",
    half_life_h=574301 / 3600,
    electron_energy_kev=133.27 + 13.52 + 1.13,
    photon_energy_kev=31.56 + 3.54,
    electron_constant_g_gy_per_mbq_h=0.08532,
    source="ICRP Publication 107 (2008); the constant of its electrons as documented by rpt_dosi",
)
"""Beta 133.27, conversion electrons 13.52, Auger 1.13; gamma 31.56, X 3.54 keV for each decay. The constant is these
147.92 keV to the digits that they have: 147.92 keV x 3.6e9 decays / 1 g is 0.085318."""


class ActivityUnit(StrEnum):
    """Units of activity, by their UCUM codes."""

    BQ = "Bq"
    KBQ = "kBq"
    MBQ = "MBq"
    GBQ = "GBq"
    UCI = "uCi"
    MCI = "mCi"
    CI = "Ci"


BQ_PER_UNIT = {
    ActivityUnit.BQ: 1,
    ActivityUnit.KBQ: 10**3,
    ActivityUnit.MBQ: 10**6,
    ActivityUnit.GBQ: 10**9,
    ActivityUnit.UCI: 37_000,
    ActivityUnit.MCI: 37_000_000,
    ActivityUnit.CI: 37_000_000_000,
}
"""1 Ci is 3.7e10 Bq by definition (Conference on Weights and Measures, 1964), so every factor is a whole number."""


def convert_activity(value: Decimal | Fraction | int, *, unit: ActivityUnit, to: ActivityUnit) -> Fraction:
    """
    The same activity in another unit, exactly.

    Examples
    --------
    >>> convert_activity(200, unit=ActivityUnit.MCI, to=ActivityUnit.GBQ)
    Fraction(37, 5)
    """
    return Fraction(value) * BQ_PER_UNIT[unit] / BQ_PER_UNIT[to]


def find_activity_unit(text: str | None) -> ActivityUnit | NotEvaluable:
    """The unit that a record wrote, or why it is none: no unit, or one that measures no activity."""
    if text is None or not text.strip():
        return NotEvaluable(Why.NO_UNIT, "the activity has no unit", needs=("the unit of the activity",))
    plain = text.strip().replace("µ", "u").replace("μ", "u")
    if plain in {unit.value for unit in ActivityUnit}:
        return ActivityUnit(plain)
    known = ", ".join(unit.value for unit in ActivityUnit)
    return NotEvaluable(
        Why.UNKNOWN_UNIT, f"{text.strip()!r} is no unit of activity ({known})", needs=("the unit of the activity",)
    )


def compute_administered_activity_gbq(
    *,
    value: Decimal | Fraction | int,
    unit: str | None,
    planned_gbq: Decimal | Fraction | int,
    within_factor: Decimal | Fraction | int = 3,
    record: str | None = None,
) -> Answer[Fraction]:
    """
    The activity that was given, when it is believable beside the one that was planned. [GBq]

    Parameters
    ----------
    value, unit
        As the record has them.
    planned_gbq
        What the protocol gives in this cycle. [GBq]
    within_factor
        How many times more or less is still believed. Our choice: a halved activity passes, and a value in mCi that was
        written as GBq (27 times too much) or the other way round does not.

    Returns
    -------
    Answer
        NotEvaluable with IMPLAUSIBLE says which unit would make the value believable, where one would.
    """
    if planned_gbq <= 0 or within_factor <= 1:
        raise EquipoiseError(
            "Cannot judge an activity.",
            [Fault("planned_gbq, within_factor", "must be above 0 and above 1", "Give the activity of the protocol.")],
        )
    seen = (Input("administered activity", f"{value} {unit or ''}".strip(), record=record),)
    found = find_activity_unit(unit)
    if isinstance(found, NotEvaluable):
        return NotEvaluable(found.why, found.because, seen, found.needs)
    if _is_believable(value, found, planned_gbq, within_factor):
        given = convert_activity(value, unit=found, to=ActivityUnit.GBQ)
        return Assessed(given, seen, "1 Ci = 3.7e10 Bq, exact conversion")
    others = [one.value for one in ActivityUnit if _is_believable(value, one, planned_gbq, within_factor)]
    hint = f"; in {' or '.join(others)} it would be" if others else ""
    because = f"{value} {found.value} is not within a factor of {within_factor} of the planned {planned_gbq} GBq{hint}"
    return NotEvaluable(Why.IMPLAUSIBLE, because, seen, ("the administered activity with its unit",))


def _is_believable(
    value: Decimal | Fraction | int,
    unit: ActivityUnit,
    planned_gbq: Decimal | Fraction | int,
    within_factor: Decimal | Fraction | int,
) -> bool:
    given = convert_activity(value, unit=unit, to=ActivityUnit.GBQ)
    planned, factor = Fraction(planned_gbq), Fraction(within_factor)
    return planned <= given * factor and given <= planned * factor
