"""A patient's rows gathered by concept, for the reference evaluator: codes, units and answers resolved.

The compiled evaluator does the same with joins; both take their bindings from `terminology`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from equipoise.criteria.evidence import event_row, result_row
from equipoise.criteria.verdict import EvidenceRow
from equipoise.records.attested import attested_events, attested_results
from equipoise.records.patient import PatientRecords
from equipoise.records.tables import EventStatus
from equipoise.terminology.binding import answer_of
from equipoise.terminology.concepts import CodeBinding, Concept, ConceptKind

Row = Mapping[str, Any]
ATTESTATIONS = "attestations"
BindingIndex = Mapping[tuple[str | None, str | None], tuple[CodeBinding, ...]]


@dataclass(frozen=True)
class EventFact:
    """One row of an event concept."""

    row: Row
    table: str
    status: EventStatus
    is_attested: bool
    evidence: EvidenceRow


@dataclass(frozen=True)
class ResultFact:
    """One row of a concept with a value; `answer` is resolved for coded concepts."""

    row: Row
    is_attested: bool
    is_suggestion: bool
    method: str | None
    is_fasting: bool | None
    answer: str | None
    evidence: EvidenceRow


def index_bindings(bindings: Iterable[CodeBinding]) -> BindingIndex:
    """Bindings by the code as it stands in the data."""
    index: dict[tuple[str | None, str | None], list[CodeBinding]] = defaultdict(list)
    for binding in bindings:
        index[binding.system, binding.code].append(binding)
    return {key: tuple(found) for key, found in index.items()}


class BoundPatient:
    """One patient's facts by concept."""

    def __init__(self, patient: PatientRecords, concepts: Mapping[str, Concept], bindings: BindingIndex) -> None:
        self.patient = patient.patient
        self.encounters = patient.rows.get("encounters", [])
        self._concepts = concepts
        self._bindings = bindings
        self._events: dict[str, list[EventFact]] = defaultdict(list)
        self._results: dict[str, list[ResultFact]] = defaultdict(list)
        attested = patient.rows.get(ATTESTATIONS, [])
        for table in ("conditions", "procedures", "medications"):
            self._bind_events(table, patient.rows.get(table, []), is_attested=False)
        self._bind_events(ATTESTATIONS, attested_events(attested), is_attested=True)
        self._bind_results("measurements", patient.rows.get("measurements", []), is_attested=False)
        self._bind_results(ATTESTATIONS, attested_results(attested), is_attested=True)
        for concept_id, facts in self._results.items():
            if concepts[concept_id].kind is ConceptKind.CODED:
                self._results[concept_id] = _without_shadowed_codings(facts)

    def events(self, concept_id: str) -> list[EventFact]:
        return self._events.get(concept_id, [])

    def results(self, concept_id: str) -> list[ResultFact]:
        return self._results.get(concept_id, [])

    def _bound(self, row: Row) -> tuple[CodeBinding, ...]:
        return self._bindings.get((row["system"], row["code"]), ())

    def _bind_events(self, table: str, rows: Iterable[Row], *, is_attested: bool) -> None:
        for row in rows:
            for binding in self._bound(row):
                status = EventStatus(row["status"])
                if binding.suggests and status is not EventStatus.ABSENT:
                    status = EventStatus.POSSIBLE
                fact = EventFact(row, table, status, is_attested, event_row(table, row))
                self._events[binding.concept_id].append(fact)

    def _bind_results(self, table: str, rows: Iterable[Row], *, is_attested: bool) -> None:
        for row in rows:
            if not has_value(row):
                continue
            for binding in self._bound(row):
                concept = self._concepts[binding.concept_id]
                fasting = row["is_fasting"]
                self._results[binding.concept_id].append(
                    ResultFact(
                        row,
                        is_attested,
                        binding.suggests,
                        row["method"] if row["method"] is not None else binding.method,
                        fasting if fasting is not None else binding.is_fasting,
                        _answer(concept, row),
                        result_row(table, row),
                    )
                )


def has_value(row: Row) -> bool:
    """Whether a result carries anything that could be judged."""
    fields = ("value_text", "value_lower", "value_upper", "value_code", "value_date_lower", "value_date_upper")
    return any(row[name] is not None for name in fields)


def _answer(concept: Concept, row: Row) -> str | None:
    if concept.kind is not ConceptKind.CODED:
        return None
    return answer_of(concept, row["value_system"], row["value_code"], row["value_text"])


def _without_shadowed_codings(facts: list[ResultFact]) -> list[ResultFact]:
    """A coding we cannot read is left out when another coding of the same record can be read."""
    understood = {fact.row["record_id"] for fact in facts if fact.answer is not None}
    return [fact for fact in facts if fact.answer is not None or fact.row["record_id"] not in understood]
