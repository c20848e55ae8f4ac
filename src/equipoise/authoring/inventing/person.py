"""Who a made-up patient is: sex, and a birth date around the age limits of the rules; and whether anyone saw them."""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from equipoise.authoring.inventing.entries import Entry, entry
from equipoise.criteria.nodes import Age, Atom, WindowUnit, days_before
from equipoise.criteria.rulebook import COVERAGE_DAYS
from equipoise.records.tables import ENCOUNTERS, PATIENTS, EventStatus

COVERED_SHARE = 0.93
_USUAL_SEXES, _ODD_SEXES = ("female", "male"), ("other", None)
_YOUNGEST, _OLDEST = 20, 90
_VISIT = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB", "text": "ambulatory"}


def usual_persons(atoms: Iterable[Atom], as_of: date, rng: Random) -> list[Entry]:
    """Women and men of a full birth date: around each age limit, and of some adult age."""
    return [_person(born.isoformat(), sex) for born in _births(atoms, as_of, rng) for sex in _USUAL_SEXES]


def odd_persons(atoms: Iterable[Atom], as_of: date, rng: Random) -> list[Entry]:
    """The same of whom less is known: only the year of birth or nothing, another sex or none."""
    births = [born.isoformat() for born in _births(atoms, as_of, rng)]
    years = list(dict.fromkeys(born[:4] for born in births))
    unclear = [_person(born, sex) for born in (*years, None) for sex in _USUAL_SEXES]
    return unclear + [_person(born, sex) for born in births for sex in _ODD_SEXES]


def visits(as_of: date, rng: Random) -> tuple[bool, tuple[Entry, ...]]:
    """Whether the patient is covered, and the visits that make it so, or just do not."""
    is_covered = rng.random() < COVERED_SHARE
    if is_covered:
        return True, (_visit(as_of - timedelta(days=rng.choice((1, 30, 120, COVERAGE_DAYS)))),)
    day = as_of - timedelta(days=rng.choice((COVERAGE_DAYS + 1, 3 * COVERAGE_DAYS)))
    return False, rng.choice(((), (_visit(day),)))


def _births(atoms: Iterable[Atom], as_of: date, rng: Random) -> list[date]:
    """The birthday itself on which the limit is reached, a day beside it, and two ages at random."""
    born: list[date] = []
    for years in dict.fromkeys(atom.years for atom in atoms if isinstance(atom, Age)):
        for more in (0, 1):
            day = days_before(as_of, years + more, WindowUnit.YEAR)
            born += [day, day + timedelta(days=1), day - timedelta(days=1)]
        for more in (-5, 8):
            born.append(days_before(as_of, max(0, years + more), WindowUnit.YEAR))
    for _ in range(2):
        years = rng.randint(_YOUNGEST, _OLDEST)
        born.append(days_before(as_of, years, WindowUnit.YEAR) - timedelta(days=rng.randrange(365)))
    return [day for day in dict.fromkeys(born) if day <= as_of]


def _person(born: str | None, sex: str | None) -> Entry:
    return entry(PATIENTS.name, birth_date=born, sex=sex)


def _visit(day: date) -> Entry:
    text = day.isoformat()
    return entry(ENCOUNTERS.name, **_VISIT, status=EventStatus.PRESENT.value, start=text, end=text)
