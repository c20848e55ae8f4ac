"""What made-up records would come to: the atoms of rules judged by the reference evaluator on entries not yet written.

Here lies the reason why nothing in this package knows what a rule means: what may be written is listed, judged, and
chosen by what was wished.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from equipoise.authoring.inventing.codes import Place
from equipoise.authoring.inventing.entries import Entry, canonical_row
from equipoise.criteria import reference  # noqa: F401  (registers the derived atoms)
from equipoise.criteria.bound import BoundPatient, index_bindings
from equipoise.criteria.nodes import Atom
from equipoise.criteria.outcome import Outcome
from equipoise.criteria.reference_atoms import Case, judge_atom
from equipoise.criteria.rulebook import Moment, Rulebook
from equipoise.records.patient import PatientRecords
from equipoise.records.tables import TABLES
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.concepts import LOCAL_SYSTEM

_NOBODY = "nobody"


class Judge:
    """The reference evaluator for entries; all tables count as supplied, since all are written."""

    def __init__(self, rulebook: Rulebook, places: Iterable[Place], as_of: date) -> None:
        self._rulebook = rulebook
        self._moment = Moment(as_of)
        codes = [(place.system, place.code) for place in places]
        codes += [(LOCAL_SYSTEM, name) for name in rulebook.concepts]
        self._index = index_bindings(bind_codes(rulebook.concepts, dict.fromkeys(codes)))
        self._supplied = frozenset(TABLES)

    def outcomes(self, atoms: Sequence[Atom], person: Entry, entries: Iterable[Entry]) -> tuple[Outcome, ...]:
        """The outcome of each atom for a person with these entries and no others."""
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        for number, made in enumerate(entries):
            rows[made.table].append(canonical_row(made, _NOBODY, str(number)))
        patient = PatientRecords(canonical_row(person, _NOBODY, _NOBODY), rows)
        bound = BoundPatient(patient, self._rulebook.concepts, self._index)
        case = Case(self._rulebook, bound, self._supplied, self._moment)
        return tuple(judge_atom(atom, case) for atom in atoms)
