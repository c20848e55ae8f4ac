"""Absorbed doses of an organ added up over the cycles of a subject, as they were recorded, with their uncertainty.

Decides what is added to what: a cycle without dosimetry leaves the sum unknown from there on, for a dose is never
nothing because nobody measured it; so does a measured cycle whose dose is not on record, for every later dose. Standard
deviations of one organ are taken as shared (one method, one mass), so that they add up and not their squares: the wider
of the two readings.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from equipoise.analysis.facts import Absorbed, Entries, Given, SubjectFacts

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

    Empty where nothing was measured. Of several entries on a cycle the one recorded last counts; a cycle that is on
    record twice is one, on its first day.
    """
    measured = {each.step: each for each in subject.absorbed if each.organ == organ}
    if not measured:
        return ()
    given = _cycles(subject)
    unplaced_from = min((each.on for step, each in measured.items() if step not in given), default=date.max)
    found: list[CumulativeDose] = []
    total: Decimal | None = Decimal(0)
    deviation: Decimal | None = Decimal(0)
    for number, dose in enumerate(given.values(), start=1):
        own = measured.get(dose.step)
        is_unplaced = dose.on >= unplaced_from
        total = None if own is None or total is None or is_unplaced else total + own.dose_gy
        deviation = None if total is None or own is None or deviation is None else _with(deviation, own)
        entries = () if own is None else own.entries
        found.append(CumulativeDose(dose.step, number, None if own is None else own.dose_gy, total, deviation, entries))
    return tuple(found)


def _cycles(subject: SubjectFacts) -> dict[str, Given]:
    """The doses by their steps, in the order of their days."""
    found: dict[str, Given] = {}
    for each in sorted(subject.given, key=lambda each: (each.on, each.entries)):
        if each.is_dose:
            found.setdefault(each.step, each)
    return found


def _with(deviation: Decimal, own: Absorbed) -> Decimal | None:
    return None if own.uncertainty_percent is None else deviation + own.dose_gy * own.uncertainty_percent / 100
