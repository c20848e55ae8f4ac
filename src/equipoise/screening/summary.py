"""The summary of a screening: what was judged, by which words and assumptions, and how many stand where.

`summary.json` is the same for equal runs; times and versions of software go to `run.json` alone.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from equipoise.records.report import Fate, ReadingReport
from equipoise.screening.attrition import AttritionRow
from equipoise.screening.code_systems import HIDDEN_WORDS, count_code_systems, count_hidden
from equipoise.screening.outputs import Group
from equipoise.screening.report_model import CriterionView, ProtocolView, ReadingView, SettingView
from equipoise.screening.standing import Status
from equipoise.screening.store import parquet_source, text_literal

OUR_CHOICE = "Choices of readings and repairs are ours, not the sponsor's."
_START_COLUMN = {
    "conditions": "start_lower",
    "procedures": "start_lower",
    "medications": "start_lower",
    "encounters": "start_lower",
    "measurements": "time_lower",
    "attestations": '"at"',
}


def compute_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """People by status and by group, and the deceased, from a store whose tables are derived."""
    by_status = dict(connection.execute("SELECT status, count(*) FROM patient_summary GROUP BY status").fetchall())
    by_group = dict(connection.execute('SELECT "group", count(*) FROM patient_summary GROUP BY 1').fetchall())
    dead = connection.execute("SELECT count(*) FROM patient_summary WHERE is_deceased").fetchall()[0][0]
    return {
        "patients": sum(by_status.values()),
        "status": {status.value: by_status.get(status.value, 0) for status in Status},
        "group": {group.value: by_group.get(group.value, 0) for group in Group},
        "deceased": dead,
    }


def count_later_records(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], protocol: ProtocolView
) -> dict[str, int]:
    """Source records of each canonical table that begin after `as_of` for certain, and were therefore ignored."""
    counts = {}
    for table, column in sorted(_START_COLUMN.items()):
        path = tables.get(table)
        if path is None or not path.exists():
            continue
        source, day = parquet_source(path), text_literal(protocol.as_of)
        query = f"SELECT count(DISTINCT record_id) FROM {source} WHERE {column} > CAST({day} AS DATE)"
        counts[table] = connection.execute(query).fetchall()[0][0]
    return counts


def describe_code_systems(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], protocol: ProtocolView
) -> dict[str, Any]:
    """The code systems of the events, and the records that no value set of the protocol can find."""
    counts = count_code_systems(connection, tables, protocol)
    records, patients = count_hidden(connection) if counts else (0, 0)
    return {
        "records_not_heard": records,
        "patients_not_heard": patients,
        "meaning": HIDDEN_WORDS,
        "systems": [
            {
                "system": each.system,
                "known_to_protocol": each.is_known,
                **each.records,
                "patients": each.patients,
                "records_not_heard": each.n_hidden,
                "patients_not_heard": each.patients_hidden,
            }
            for each in counts
        ],
    }


def build_summary(
    protocol: ProtocolView,
    counts: Mapping[str, Any],
    later: Mapping[str, int],
    attrition: tuple[AttritionRow, ...],
    reading: ReadingReport | None,
    code_systems: Mapping[str, Any],
) -> dict[str, Any]:
    """The content of `summary.json`, in the order in which it is written."""
    return {
        "protocol": {
            "id": protocol.id,
            "title": protocol.title,
            "version": protocol.version,
            "digest": protocol.digest,
            "registry_status": protocol.registry_status,
            "registry_statement": protocol.registry_sentence,
        },
        **({"draft": True, "draft_statement": protocol.draft_sentence} if protocol.draft_sentence else {}),
        "as_of": protocol.as_of.isoformat(),
        "counts": {**counts, "records_after_as_of": dict(later)},
        "reading_report": _reading_totals(reading),
        "code_systems": dict(code_systems),
        "criteria": [row.__dict__ for row in attrition],
        "choices": OUR_CHOICE,
        "readings": [_reading(each) for each in protocol.readings],
        "repairs": [_repair(each) for each in protocol.criteria if each.repair is not None],
        "assumptions": [_setting(each) for each in protocol.assumptions],
        "windows": [_setting(each) for each in protocol.windows],
        "site_settings": [_setting(each) for each in protocol.site_settings],
    }


def _reading_totals(reading: ReadingReport | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "source_format": reading.source_format,
        "files": len(reading.files),
        "items": reading.n_items,
        **{fate.value.replace(" ", "_"): reading.total(fate) for fate in Fate},
        "tables_supplied": list(reading.supplied),
    }


def _reading(each: ReadingView) -> dict[str, Any]:
    return {
        "name": each.name,
        "criteria": list(each.criterion_ids),
        "chosen": each.chosen,
        "by": each.by,
        "because": each.because,
        "alternatives": dict(each.alternatives),
    }


def _repair(each: CriterionView) -> dict[str, Any]:
    assert each.repair is not None
    repair = each.repair
    return {
        "criterion": each.id,
        "reads": repair.reads,
        "because": repair.because,
        "status": repair.status,
        "accepted_by": repair.accepted_by,
        "accepted_at": repair.accepted_at,
    }


def _setting(each: SettingView) -> dict[str, str]:
    return {"name": each.name, "words": each.words, "origin": each.origin, "source": each.source}


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Indented UTF-8 JSON with a final line break."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
