"""What may stand on record of a measured, coded or dated fact: nothing, a result around limit and window, a bad one.

Everything that could be written of one concept is listed here; which of it a patient gets is for `population` to say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from equipoise.authoring.inventing.codes import Place
from equipoise.authoring.inventing.days import Days, edge_days
from equipoise.authoring.inventing.entries import Entry, History, entry
from equipoise.authoring.inventing.events import ELSEWHERE, MAX_COUNTED, answer
from equipoise.authoring.inventing.values import (
    NOT_AN_ANSWER,
    RANGE_HIGH,
    RANGE_LOW,
    Made,
    is_relative,
    values_of,
)
from equipoise.criteria.nodes import Atom, Count, Share, Value
from equipoise.terminology.concepts import Concept, ConceptKind, DecidedBy

MAX_CROSSED = 150
"""Values and days are combined up to this number of results of a concept, evenly thinned beyond it."""
LESIONS = 4
OTHER_METHOD = "not stated in the protocol"
_STRANGE_UNIT = "arb. units"
_N_PAIRS = 6


@dataclass(frozen=True)
class _Writer:
    """How results of one concept are written: by which method, fasting, at which site, with a range of their own."""

    concept: Concept
    place: Place
    method: str | None
    is_fasting: bool
    site: str | None
    has_range: bool

    def result(self, made: Made, day: date | str, **changed: str | None) -> Entry:
        cells: dict[str, str | None] = {
            "time": str(day),
            "value": made.text,
            **self._answer_code(made),
            "unit": made.unit,
            "method": self.method,
            "is_fasting": "true" if self.is_fasting else None,
            "body_site": self.site,
        }
        if self.has_range:
            cells |= {"range_low": str(RANGE_LOW), "range_high": str(RANGE_HIGH)}
        coding = {"system": self.place.system, "code": self.place.code, "text": self.place.text}
        return entry(self.place.table, **coding, **{**cells, **changed})

    def _answer_code(self, made: Made) -> dict[str, str | None]:
        coded = next((each for each in self.concept.answers.get(made.text, ()) if "|" in each), None)
        if coded is None:
            return {}
        system, _, code = coded.rpartition("|")
        return {"value_system": system, "value_code": code}


def result_histories(concept: Concept, atoms: Sequence[Atom], place: Place, as_of: date) -> list[History]:
    """All that may be written of a concept with values, nothing first."""
    values, days = values_of(concept, atoms, as_of), edge_days(atoms, as_of)
    if concept.decided_by is DecidedBy.PERSON:
        texts = [f"{made.text} {made.unit}" if made.unit else made.text for made in values]
        return [(), *((answer(concept, text, day),) for text in texts for day in days.edges)]
    found: list[History] = [()]
    for writer in _writers(concept, atoms, place):
        found += _crossed(writer, values, days)
        found += _pairs(writer, values, days)
    writer = next(iter(_writers(concept, atoms, place)))
    found += _bad(writer, values, days)
    found += _unsuitable(writer, atoms, values, days)
    found += _lesions(writer, atoms, values, days)
    return found + _counted(writer, atoms, values, days, as_of)


def _writers(concept: Concept, atoms: Sequence[Atom], place: Place) -> Iterator[_Writer]:
    """One for each method and site that rules ask for."""
    own = [atom for atom in atoms if isinstance(atom, Value) and atom.concept == concept.id]
    methods = dict.fromkeys(atom.methods[0] if atom.methods else None for atom in own) or {None: None}
    sites = dict.fromkeys(atom.site for atom in own) or {None: None}
    is_fasting = any(atom.is_fasting for atom in own)
    has_range = concept.kind is ConceptKind.QUANTITY and is_relative(concept, atoms)
    for method in methods:
        for site in sites:
            yield _Writer(concept, place, method, is_fasting, site, has_range)


def _crossed(writer: _Writer, values: Sequence[Made], days: Days) -> list[History]:
    every = [(made, day) for made in values for day in days.edges]
    thinned = every[:: max(1, -(-len(every) // MAX_CROSSED))]
    at_hand = [(made, days.inside) for made in values]
    return [(writer.result(made, day),) for made, day in dict.fromkeys((*at_hand, *thinned))]


def _pairs(writer: _Writer, values: Sequence[Made], days: Days) -> list[History]:
    """Two results, of which the later one differs; and two that contradict each other on one day."""
    others = list(zip(values, reversed(values), strict=True))[:_N_PAIRS]
    earlier = days.inside - timedelta(days=14)
    found: list[History] = []
    for first, second in ((one, other) for one, other in others if one != other):
        found.append((writer.result(first, earlier), writer.result(second, days.inside)))
        found.append((writer.result(first, days.inside), writer.result(second, days.inside)))
    return found


def _bad(writer: _Writer, values: Sequence[Made], days: Days) -> list[History]:
    """Results as they come: no unit, a strange one, only a bound, no day, no range, an answer nobody foresaw."""
    made, last = values[0], values[-1]
    year = str(days.edges[-1].year)
    found: list[History] = [(writer.result(each, year),) for each in (made, last)]
    if writer.concept.kind is ConceptKind.CODED:
        return [*found, (writer.result(Made(NOT_AN_ANSWER), days.inside),)]
    if writer.concept.kind is ConceptKind.DATE:
        return [*found, (writer.result(Made(made.text[:4]), days.inside),)]
    found.append((writer.result(Made(made.text, _STRANGE_UNIT), days.inside),))
    if writer.concept.is_unit_required:
        found.append((writer.result(Made(made.text), days.inside),))
    for each in (made, last):
        found += [(writer.result(Made(f"{sign}{each.text}", each.unit), days.inside),) for sign in "<>"]
    if writer.has_range:
        found.append((writer.result(made, days.inside, range_low=None, range_high=None),))
    return found


def _unsuitable(writer: _Writer, atoms: Sequence[Atom], values: Sequence[Made], days: Days) -> list[History]:
    """Good values by another method, at another site, or of a specimen that was not fasting."""
    own = [atom for atom in atoms if isinstance(atom, Value) and atom.concept == writer.concept.id]
    changes: list[dict[str, str | None]] = []
    if any(atom.methods for atom in own):
        changes += [{"method": OTHER_METHOD}, {"method": None}]
    if any(atom.is_fasting for atom in own):
        changes += [{"is_fasting": "false"}, {"is_fasting": None}]
    if any(atom.site for atom in own):
        changes.append({"body_site": ELSEWHERE})
    return [(writer.result(made, days.inside, **change),) for change in changes for made in values[:3]]


def _lesions(writer: _Writer, atoms: Sequence[Atom], values: Sequence[Made], days: Days) -> list[History]:
    """Lesions of one day, from none to all of them with one value and the rest with another."""
    if not any(isinstance(atom, Share) for atom in atoms):
        return []
    found: list[History] = []
    for one in values:
        for other in values:
            if one != other:
                for n_one in range(LESIONS + 1):
                    chosen = [one] * n_one + [other] * (LESIONS - n_one)
                    made = enumerate(chosen, start=1)
                    found.append(tuple(writer.result(each, days.inside, lesion=f"L{n}") for n, each in made))
    return found


def _counted(writer: _Writer, atoms: Sequence[Atom], values: Sequence[Made], days: Days, as_of: date) -> list[History]:
    numbers = {atom.number + more for atom in atoms if isinstance(atom, Count) for more in (-1, 0, 1)}
    room = max(0, (as_of - days.inside).days)
    found: list[History] = []
    for number in sorted(number for number in numbers if 0 < number <= MAX_COUNTED):
        times = [as_of - timedelta(days=min(each, room)) for each in range(number)]
        found.append(tuple(writer.result(values[0], day) for day in times))
    return found
