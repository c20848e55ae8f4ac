"""ECOG and Karnofsky performance status, one estimated from the other.

Decides: two published tables and where they leave doubt. Leaves to others: whether a protocol accepts an estimate.
A status that a clinician recorded on the scale asked for always goes before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from equipoise.assessments.answer import Answer, Assessed, NotEvaluable, Why
from equipoise.assessments.derived.measured import Amounts, Measured, amounts_of

_ESTIMATE = "estimated from the other scale: a clinician's own status goes before it"


class Crosswalk(StrEnum):
    """Published tables between the scales; the protocol says which. They differ at Karnofsky 90, 70, 50 and 30."""

    CTEP = "ctep"
    MA_2010 = "ma-2010"


@dataclass(frozen=True)
class StatusRange:
    """Lowest and highest Karnofsky status that a table gives for an ECOG status."""

    lowest: int
    highest: int


CROSSWALK_SOURCES = {
    Crosswalk.CTEP: "performance status criteria of the NCI Cancer Therapy Evaluation Program (Oken et al. 1982)",
    Crosswalk.MA_2010: "Ma et al., Eur J Cancer 2010;46:3175-3183",
}
CROSSWALK_RANGES: Mapping[Crosswalk, Mapping[int, StatusRange]] = MappingProxyType(
    {
        Crosswalk.CTEP: MappingProxyType(
            {
                0: StatusRange(90, 100),
                1: StatusRange(70, 80),
                2: StatusRange(50, 60),
                3: StatusRange(30, 40),
                4: StatusRange(10, 20),
                5: StatusRange(0, 0),
            }
        ),
        Crosswalk.MA_2010: MappingProxyType(
            {
                0: StatusRange(100, 100),
                1: StatusRange(80, 90),
                2: StatusRange(60, 70),
                3: StatusRange(40, 50),
                4: StatusRange(10, 30),
                5: StatusRange(0, 0),
            }
        ),
    }
)


def compute_karnofsky_range(*, ecog: int, crosswalk: Crosswalk) -> StatusRange | None:
    """
    The Karnofsky status that a table gives for an ECOG status; None for a number that is no ECOG status.

    References
    ----------
    Oken MM et al. Am J Clin Oncol 1982;5:649-655. Ma C et al. Eur J Cancer 2010;46:3175-3183.

    Examples
    --------
    >>> compute_karnofsky_range(ecog=1, crosswalk=Crosswalk.MA_2010)
    StatusRange(lowest=80, highest=90)
    """
    return CROSSWALK_RANGES[crosswalk].get(ecog)


def compute_ecog(*, karnofsky: int, crosswalk: Crosswalk) -> int | None:
    """
    The ECOG status that a table gives for a Karnofsky status; None between two ranges or off the scale.

    Examples
    --------
    >>> compute_ecog(karnofsky=90, crosswalk=Crosswalk.CTEP), compute_ecog(karnofsky=90, crosswalk=Crosswalk.MA_2010)
    (0, 1)
    """
    for ecog, status in CROSSWALK_RANGES[crosswalk].items():
        if status.lowest <= karnofsky <= status.highest:
            return ecog
    return None


def assess_ecog_from_karnofsky(*, karnofsky: Measured | None, crosswalk: Crosswalk) -> Answer[int]:
    """
    ECOG status estimated from a recorded Karnofsky status.

    Karnofsky goes in tens; a status between two tens (85) has an answer only where both tens have the same.
    """
    amounts = _whole("karnofsky", karnofsky)
    if isinstance(amounts, NotEvaluable):
        return amounts
    status = int(amounts["karnofsky"])
    ecog = compute_ecog(karnofsky=status, crosswalk=crosswalk)
    if ecog is None:
        because = f"Karnofsky {status} lies between two ECOG statuses of the table"
        return NotEvaluable(Why.OVERLAP, because, amounts.inputs, ("ecog",))
    return Assessed(ecog, amounts.inputs, CROSSWALK_SOURCES[crosswalk], (_ESTIMATE,))


def assess_karnofsky_from_ecog(*, ecog: Measured | None, crosswalk: Crosswalk) -> Answer[StatusRange]:
    """Karnofsky status estimated from a recorded ECOG status: a range, since one ECOG status spans several."""
    amounts = _whole("ecog", ecog)
    if isinstance(amounts, NotEvaluable):
        return amounts
    karnofsky = CROSSWALK_RANGES[crosswalk][int(amounts["ecog"])]
    return Assessed(karnofsky, amounts.inputs, CROSSWALK_SOURCES[crosswalk], (_ESTIMATE,))


def _whole(name: str, result: Measured | None) -> Amounts | NotEvaluable:
    amounts = amounts_of({name: result})
    if isinstance(amounts, Amounts) and amounts[name].denominator != 1:
        because = f"{name} is a whole number; this one is not"
        return NotEvaluable(Why.IMPLAUSIBLE, because, amounts.inputs, (name,))
    return amounts
