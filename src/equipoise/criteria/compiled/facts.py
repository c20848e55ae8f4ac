"""Rows of concepts: canonical tables joined with the codes, units and answers that occur in them.

`facts` holds results (one row for each row of a concept with a value), `events` holds events. Patients get a
whole number as key; identifiers stay as text only inside evidence.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from equipoise.criteria.compiled.engine import Engine
from equipoise.criteria.compiled.plan import NO_UNIT, Plan, units_table
from equipoise.criteria.compiled.texts import event_text, result_text
from equipoise.criteria.evidence import code_text
from equipoise.criteria.nodes import CockcroftGault, Count, Share
from equipoise.records.arrow import schema_of
from equipoise.records.attested import attested_events, attested_results
from equipoise.records.dataset import Records
from equipoise.records.tables import ATTESTATIONS
from equipoise.terminology.binding import Hierarchy, answer_of, bind_codes
from equipoise.terminology.concepts import CodeBinding, Concept, ConceptKind

EVENT_TABLES = ("conditions", "procedures", "medications")
_SOME_DAY = date(1900, 1, 1)
_FIRST_MOMENT, _LAST_MOMENT = -(2**62), 2**62
_DAY_US = 10**12


@dataclass(frozen=True)
class Facts:
    """Kept tables of one data set, and the meaning of its unit numbers."""

    patients: Any
    results: Any
    events: Any
    encounters: Any
    bindings: tuple[CodeBinding, ...]
    units: dict[tuple[int, int], str]


def gather_facts(engine: Engine, plan: Plan, records: Records, hierarchy: Hierarchy | None) -> Facts:
    patients = engine.keep("patients_keyed", _with_keys(engine.read(records.path("patients"))))
    sources = {name: engine.read(records.path(name)) for name in ("measurements", *EVENT_TABLES)}
    sources |= _attested(engine, engine.read(records.path("attestations")))
    concepts = {name: plan.rulebook.concepts[name] for name in plan.concepts}
    bindings = bind_codes(concepts, _codes_in(engine, sources.values()), hierarchy)
    codes = engine.small("bindings", _bindings_table(plan, bindings))
    results, units = _results(engine, plan, sources, codes, patients)
    return Facts(
        patients,
        results,
        _events(engine, sources, codes, patients),
        _encounters(engine, records, patients),
        tuple(bindings),
        units,
    )


def _attested(engine: Engine, attestations: Any) -> dict[str, Any]:
    """
    Attested answers in the shape of results and events.

    Few different answers are given to many patients: each is read once, in Python, and joined back.
    """
    keys = ["code", "value"]
    given = attestations.select(*keys).distinct().order_by(keys).to_pyarrow().to_pylist()
    blank = dict.fromkeys(ATTESTATIONS.column_names) | {"at": _SOME_DAY}
    answers = [blank | each | {"record_id": str(number)} for number, each in enumerate(given)]
    numbered = pa.table(
        {
            "answer_no": pa.array([str(number) for number in range(len(given))], pa.string()),
            **{f"given_{key}": pa.array([each[key] for each in given], pa.string()) for key in keys},
        }
    )
    numbers = engine.small("answers_given", numbered)
    rows = attestations.join(
        numbers, [attestations.code == numbers.given_code, attestations.value == numbers.given_value]
    )
    rows = rows.select("answer_no", "patient_id", "record_id", "at")
    shapes = {
        "attested_results": pa.Table.from_pylist(attested_results(answers), schema_of("measurements")),
        "attested_events": pa.Table.from_pylist(attested_events(answers), schema_of("conditions")),
    }
    return {name: _spread(rows, engine.small(name, table)) for name, table in shapes.items()}


def _spread(rows: Any, shapes: Any) -> Any:
    """Each answer in its shape, with the patient, the record and the day it was given in place of the model's."""
    joined = rows.join(shapes, rows.answer_no == shapes.record_id, rname="shape_{name}")
    some_day = ibis.date(_SOME_DAY.isoformat())
    columns = {}
    for name in shapes.columns:
        column = joined[f"shape_{name}"] if f"shape_{name}" in joined.columns else joined[name]
        is_day = name in ("time_lower", "time_upper", "start_lower", "start_upper", "end_lower", "end_upper")
        columns[name] = ibis.ifelse(column == some_day, joined.at, column) if is_day else column
    return joined.select(**columns | {name: joined[name] for name in ("patient_id", "record_id")})


def _with_keys(patients: Any) -> Any:
    """A whole-number key in the order of the identifiers; sex as a small number."""
    sex_no = ibis.cases((patients.sex == "female", 1), (patients.sex == "male", 2), else_=0).cast("int8")
    key = ibis.row_number().over(order_by=[patients.patient_id, patients.record_id])
    return patients.mutate(patient_key=key.cast("int32"), sex_no=sex_no)


def _codes_in(engine: Engine, tables: Iterable[Any]) -> list[tuple[str | None, str | None]]:
    """Every code that occurs, once; null codes bind to nothing."""
    found: set[tuple[str | None, str | None]] = set()
    for table in tables:
        rows = table.filter(table.code.notnull()).select("system", "code").distinct().to_pyarrow()
        found.update(zip(rows["system"].to_pylist(), rows["code"].to_pylist(), strict=True))
    return sorted(found, key=lambda code: (code[0] or "", code[1] or ""))


def _bindings_table(plan: Plan, bindings: Iterable[CodeBinding]) -> pa.Table:
    rows = [
        {
            "concept_no": plan.concepts[each.concept_id],
            "bound_system": each.system or "",
            "bound_code": each.code,
            "suggests": each.suggests,
            "bound_method": each.method,
            "bound_fasting": each.is_fasting,
            "code_json": json.dumps(code_text(each.system, each.code), ensure_ascii=False),
        }
        for each in bindings
    ]
    types = {
        "concept_no": pa.int32(),
        "bound_system": pa.string(),
        "bound_code": pa.string(),
        "suggests": pa.bool_(),
        "bound_method": pa.string(),
        "bound_fasting": pa.bool_(),
        "code_json": pa.string(),
    }
    return pa.Table.from_pylist(rows, pa.schema(list(types.items())))


def _bound(table: Any, codes: Any, patients: Any) -> Any:
    """Rows of concepts with the patient's key and sex."""
    keyed = table.mutate(_system=table.system.fill_null(""))
    bound = keyed.join(codes, [keyed._system == codes.bound_system, keyed.code == codes.bound_code])
    keys = patients.select(owner=patients.patient_id, patient_key=patients.patient_key, sex_no=patients.sex_no)
    return bound.join(keys, bound.patient_id == keys.owner)


def _results(
    engine: Engine, plan: Plan, sources: dict[str, Any], codes: Any, patients: Any
) -> tuple[Any, dict[tuple[int, int], str]]:
    table_of_units, meaning = units_table(plan, _units_in(sources, codes))
    units = engine.small("units", table_of_units)
    parts = []
    for name, table in (("measurements", "measurements"), ("attested_results", "attestations")):
        bound = _bound(sources[name], codes, patients)
        bound = bound.filter(_has_value(bound)).left_join(units, ["concept_no", "unit"])
        parts.append(_result_columns(plan, bound, table))
    return _with_answers(engine, plan, parts), meaning


def _units_in(sources: dict[str, Any], codes: Any) -> set[tuple[int, str]]:
    """Every unit spelling that occurs with a concept."""
    found: set[tuple[int, str]] = set()
    for name in ("measurements", "attested_results"):
        keyed = sources[name].mutate(_system=sources[name].system.fill_null(""))
        rows = keyed.filter(keyed.unit.notnull())
        rows = rows.join(codes, [rows._system == codes.bound_system, rows.code == codes.bound_code])
        units = rows.select("concept_no", "unit").distinct().to_pyarrow()
        found.update(zip(units["concept_no"].to_pylist(), units["unit"].to_pylist(), strict=True))
    return found


def _has_value(row: Any) -> Any:
    fields = ("value_text", "value_lower", "value_upper", "value_code", "value_date_lower", "value_date_upper")
    return ibis.or_(*(row[name].notnull() for name in fields))


def _result_columns(plan: Plan, row: Any, table: str) -> Any:
    """
    What judging needs of a result. Rows are many and texts are wide, so evidence is written once, here, and
    columns that no atom of this plan asks for are left empty.
    """
    lower, upper = _moments(row)
    nothing = ibis.null("string")
    shares = [plan.concepts[atom.concept] for _, atom in plan.atoms_of(Share) if isinstance(atom, Share)]
    inputs = [plan.concepts[name] for _, atom in plan.atoms_of(CockcroftGault) for name in atom.concept_ids()]
    lesion = ibis.ifelse(row.lesion.isnull(), ibis.literal("record ") + row.record_id, "lesion " + row.lesion)
    has_sites = any(selection.site for selection in plan.selections)
    has_methods = any(selection.methods for selection in plan.selections)
    return row.select(
        "patient_key",
        "sex_no",
        "concept_no",
        "record_id",
        "suggests",
        "time_lower",
        "time_upper",
        "value_lower",
        "value_upper",
        "value_system",
        "value_code",
        "value_text",
        "value_date_lower",
        "value_date_upper",
        "range_low",
        "range_high",
        is_lower_closed=row.is_lower_closed.fill_null(False),
        is_upper_closed=row.is_upper_closed.fill_null(False),
        site=row.body_site.lower() if has_sites else nothing,
        lesion_key=ibis.ifelse(row.concept_no.isin(shares), lesion, nothing) if shares else nothing,
        method=row.method.fill_null(row.bound_method) if has_methods else nothing,
        is_fasting=row.is_fasting.fill_null(row.bound_fasting),
        is_attested=ibis.literal(table == "attestations"),
        unit_no=row.unit_no.fill_null(NO_UNIT),
        unit_key=ibis.ifelse(row.concept_no.isin(inputs), row.unit.fill_null(""), nothing) if inputs else nothing,
        earliest=lower,
        latest=upper,
        evidence=result_text(table, row),
    )


def _moments(row: Any) -> tuple[Any, Any]:
    """First and last moment a result may be of, as one number: days, then microseconds within the day."""
    epoch = ibis.date("1900-01-01")
    lower_day = row.time_lower.delta(epoch, unit="day").cast("int64") * _DAY_US
    upper_day = row.time_upper.delta(epoch, unit="day").cast("int64") * _DAY_US
    midnight = row.time_lower.cast("timestamp")
    exact = lower_day + _DAY_US // 2 + row.instant.delta(midnight, unit="microsecond").cast("int64")
    is_exact = row.instant.notnull() & (row.time_lower == row.time_upper).fill_null(False)
    return (
        ibis.ifelse(is_exact, exact, lower_day.fill_null(_FIRST_MOMENT)),
        ibis.ifelse(is_exact, exact, (upper_day + (_DAY_US - 1)).fill_null(_LAST_MOMENT)),
    )


def _with_answers(engine: Engine, plan: Plan, parts: list[Any]) -> Any:
    """Coded results with their answer word; a coding we cannot read yields to another of the same record."""
    coded = {no: plan.concept(name) for name, no in plan.concepts.items() if _is_coded(plan.concept(name))}
    numbers = list(coded) or [-1]
    others = [part.filter(~part.concept_no.isin(numbers)).mutate(answer=ibis.null("string")) for part in parts]
    if not coded:
        return engine.keep("results", _narrow(plan, ibis.union(*others)))
    rows = engine.keep("coded_rows", ibis.union(*(part.filter(part.concept_no.isin(numbers)) for part in parts)))
    keys = ["concept_no", "value_system", "value_code", "value_text"]
    found = rows.select(*keys).distinct().to_pyarrow().to_pylist()
    words = engine.small("answers_found", _answers_table(coded, found))
    joined = _null_safe(rows).left_join(words, ["concept_no", "k_system", "k_code", "k_text"])
    joined = engine.keep("coded_results", joined.select(*rows.columns, "answer"))
    read = joined.filter(joined.answer.notnull())
    known = read.select("patient_key", "concept_no", "record_id").distinct()
    unread = joined.filter(joined.answer.isnull()).anti_join(known, ["patient_key", "concept_no", "record_id"])
    return engine.keep("results", ibis.union(*(_narrow(plan, part) for part in (*others, read, unread))))


def _narrow(plan: Plan, rows: Any) -> Any:
    """Without the columns that only answers needed; record ids stay where results are counted."""
    rows = rows.drop("value_system", "value_code", "value_text")
    is_counting = bool(plan.atoms_of(Count))
    return rows if is_counting else rows.drop("record_id").mutate(record_id=ibis.null("string"))


def _is_coded(concept: Concept) -> bool:
    return concept.kind is ConceptKind.CODED


def _null_safe(rows: Any) -> Any:
    return rows.mutate(
        k_system=rows.value_system.fill_null(""),
        k_code=rows.value_code.fill_null(""),
        k_text=rows.value_text.fill_null(""),
    )


def _answers_table(coded: dict[int, Concept], found: list[dict[str, Any]]) -> pa.Table:
    rows = [
        {
            "concept_no": each["concept_no"],
            "k_system": each["value_system"] or "",
            "k_code": each["value_code"] or "",
            "k_text": each["value_text"] or "",
            "answer": answer_of(
                coded[each["concept_no"]], each["value_system"], each["value_code"], each["value_text"]
            ),
        }
        for each in found
    ]
    names = ["k_system", "k_code", "k_text", "answer"]
    schema = pa.schema([("concept_no", pa.int32()), *((name, pa.string()) for name in names)])
    return pa.Table.from_pylist(rows, schema)


def _events(engine: Engine, sources: dict[str, Any], codes: Any, patients: Any) -> Any:
    parts = []
    for table in (*EVENT_TABLES, "attestations"):
        is_attested = table == "attestations"
        row = _bound(sources["attested_events" if is_attested else table], codes, patients)
        status = ibis.ifelse(row.suggests & (row.status != "absent"), "possible", row.status)
        parts.append(
            row.select(
                "patient_key",
                "concept_no",
                "record_id",
                "start_lower",
                "start_upper",
                "end_lower",
                "end_upper",
                site=row.body_site.lower(),
                event_status=status,
                is_attested=ibis.literal(is_attested),
                evidence=event_text(table, row, row.code_json),
            )
        )
    return engine.keep("events", ibis.union(*parts))


def _encounters(engine: Engine, records: Records, patients: Any) -> Any:
    rows = engine.read(records.path("encounters"))
    keys = patients.select(owner=patients.patient_id, patient_key=patients.patient_key)
    return rows.join(keys, rows.patient_id == keys.owner)
