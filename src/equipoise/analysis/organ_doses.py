"""Absorbed doses of an organ added up over the cycles of a subject, as they were recorded, with their uncertainty.

Decides what is added to what: a cycle without dosimetry leaves the sum unknown from there on, for a dose is never
nothing because nobody measured it. Standard deviations of one organ are taken as shared (one method, one mass), so that
they add up and not their squares: the wider of the two readings.
"""

from dataclasses import dataclass
from decimal import Decimal

from equipoise.analysis.facts import Absorbed, Entries, SubjectFacts

KIDNEY = "kidney"


@dataclass(frozen=True)
class CumulativeDose:
    """
    The dose of an organ after one cycle. [Gy]

    Parameters
    ----------
    number
        Of the cycle among those given, from 1.
    own, total
        Of this cycle and of all up to it; None: not known.
    deviation
        One standard deviation of the total; None where one of the cycles has none.
    """

    step: str
    number: int
    own: Decimal | None
    total: Decimal | None
    deviation: Decimal | None
    entries: Entries


def accumulate_dose(subject: SubjectFacts, organ: str) -> tuple[CumulativeDose, ...]:
    """
    The doses of an organ after each cycle that was given, in the order of their days.

    Empty where nothing was measured. Of several entries on a cycle the one recorded last counts.
    """
    measured = {each.step: each for each in subject.absorbed if each.organ == organ}
    if not measured:
        return ()
    given = sorted((each for each in subject.given if each.is_dose), key=lambda each: (each.on, each.entries))
    found: list[CumulativeDose] = []
    total: Decimal | None = Decimal(0)
    deviation: Decimal | None = Decimal(0)
    for number, dose in enumerate(given, start=1):
        own = measured.get(dose.step)
        total = None if own is None or total is None else total + own.dose_gy
        deviation = None if total is None or own is None or deviation is None else _with(deviation, own)
        entries = () if own is None else own.entries
        found.append(CumulativeDose(dose.step, number, None if own is None else own.dose_gy, total, deviation, entries))
    return tuple(found)


def _with(deviation: Decimal, own: Absorbed) -> Decimal | None:
    return None if own.uncertainty_percent is None else deviation + own.dose_gy * own.uncertainty_percent / 100
