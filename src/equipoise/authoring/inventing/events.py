"""What may stand on record of an event: nothing, the event around the edges of its windows, a doubt, a denial.

Everything that could be written of one concept is listed here; which of it a patient gets is for `population` to say.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from equipoise.authoring.inventing.codes import Place
from equipoise.authoring.inventing.days import edge_days
from equipoise.authoring.inventing.entries import Entry, History, entry
from equipoise.criteria.nodes import Atom, Count, Exists
from equipoise.records.tables import ATTESTATIONS, CONDITIONS, MEDICATIONS, PROCEDURES, EventStatus
from equipoise.terminology.concepts import Concept, DecidedBy

MAX_COUNTED = 12
"""No more records of one concept than this, however many a rule counts."""
ANSWERED_BY, ROLE, ANSWER_NOTE = "Dr Example", "investigator", "made up"
_LASTS = timedelta(days=30)
ELSEWHERE = "elsewhere"


def event_histories(concept: Concept, atoms: Sequence[Atom], place: Place, as_of: date) -> list[History]:
    """All that may be written of an event concept, nothing first."""
    if concept.decided_by is DecidedBy.PERSON:
        days = edge_days(atoms, as_of).edges
        return [(), *((answer(concept, word, day),) for day in days for word in ("yes", "no"))]
    return [(), *_present(atoms, place, as_of), *_doubtful(atoms, place, as_of), *_counted(atoms, place, as_of)]


def answer(concept: Concept, value: str, day: date) -> Entry:
    """A person's answer to a question."""
    said = {"by": ANSWERED_BY, "role": ROLE, "at": day.isoformat(), "note": ANSWER_NOTE}
    return entry(ATTESTATIONS.name, code=concept.id, value=value, **said)


def _present(atoms: Sequence[Atom], place: Place, as_of: date) -> list[History]:
    """The event on each day of interest: begun then and lasting, or ended then."""
    sites: list[str | None] = [atom.site for atom in atoms if isinstance(atom, Exists) and atom.site is not None]
    sites += [ELSEWHERE, None] if sites else [None]
    found: list[History] = []
    for day in edge_days(atoms, as_of).edges:
        for site in dict.fromkeys(sites):
            if place.table != PROCEDURES.name:
                found.append((_event(place, day - _LASTS, day, site=site),))
            if place.table == CONDITIONS.name:
                found.append((_event(place, day, site=site),))
            elif place.table == PROCEDURES.name:
                found.append((_event(place, day, day, site=site),))
    return found


def _doubtful(atoms: Sequence[Atom], place: Place, as_of: date) -> list[History]:
    """A suspicion, an order, a date of which only the year is known, a denial of now and one of long ago."""
    days = edge_days(atoms, as_of)
    found: list[History] = [(_event(place, days.inside, status=EventStatus.POSSIBLE),)]
    if place.table in (PROCEDURES.name, MEDICATIONS.name):
        found.append((_event(place, days.inside, status=EventStatus.ORDERED),))
    for year in dict.fromkeys(day.year for day in days.edges):
        text = str(year)
        found.append((entry(place.table, **_coding(place), status=EventStatus.PRESENT.value, start=text, end=text),))
    for day in (days.inside, as_of, days.edges[-1]):
        found.append((_event(place, day, day, status=EventStatus.ABSENT),))
    return found


def _counted(atoms: Sequence[Atom], place: Place, as_of: date) -> list[History]:
    """As many records as rules count, one fewer and one more, on days of their own."""
    numbers = {atom.number + more for atom in atoms if isinstance(atom, Count) for more in (-1, 0, 1)}
    inside = edge_days(atoms, as_of).inside
    found = []
    for number in sorted(number for number in numbers if 0 < number <= MAX_COUNTED):
        room = max(0, (as_of - inside).days)
        days = [as_of - timedelta(days=min(each, room)) for each in range(number)]
        found.append(tuple(_event(place, day, day) for day in days))
    return found


def _event(
    place: Place,
    start: date,
    end: date | None = None,
    *,
    status: EventStatus = EventStatus.PRESENT,
    site: str | None = None,
) -> Entry:
    days = {"start": start.isoformat(), "end": None if end is None else end.isoformat()}
    return entry(place.table, **_coding(place), status=status.value, **days, body_site=site)


def _coding(place: Place) -> dict[str, str | None]:
    return {"system": place.system, "code": place.code, "text": place.text}
