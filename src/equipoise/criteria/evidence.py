"""How evidence rows are written down: one JSON text for each row, the same from both evaluators.

The sort order of evidence is the order of these texts by code point, which engines and Python share.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from json.encoder import encode_basestring
from typing import Any

from equipoise.criteria.verdict import EvidenceRow
from equipoise.terminology.concepts import LOCAL_SYSTEM

NO_RECORD = "no record"
BIRTH_DATE_CODE, SEX_CODE = "birth-date", "sex"
BIRTH_DATE_NEED, SEX_NEED = "birth-date", "sex"


def row_json(row: EvidenceRow) -> str:
    """The JSON text of one evidence row: compact, keys in the order of the contract."""
    cells = zip(EvidenceRow._fields, row, strict=True)
    # Written out by hand: evidence is sorted by this text, and an encoder made for each row would cost the most of it.
    return (
        "{" + ",".join(f'"{name}":{"null" if cell is None else encode_basestring(cell)}' for name, cell in cells) + "}"
    )


def evidence_json(rows: Iterable[EvidenceRow]) -> str:
    """A sorted JSON list without repetitions."""
    return "[" + ",".join(sorted({row_json(row) for row in rows})) + "]"


def day_text(lower: date | None, upper: date | None) -> str | None:
    """One day, or the interval of a partial date with `..` where it is open; None when nothing is known."""
    if lower is None and upper is None:
        return None
    if lower == upper:
        return str(lower)
    return f"{lower or '..'}/{upper or '..'}"


def code_text(system: str | None, code: str | None) -> str | None:
    """`system|code`; None when the record has no code."""
    return None if system is None and code is None else f"{system or ''}|{code or ''}"


def result_row(table: str, row: Mapping[str, Any]) -> EvidenceRow:
    """Evidence of a measurement or an attested answer."""
    return EvidenceRow(
        table,
        row["record_id"],
        code_text(row["system"], row["code"]),
        row["value_text"],
        row["unit"],
        day_text(row["time_lower"], row["time_upper"]),
    )


def event_row(table: str, row: Mapping[str, Any]) -> EvidenceRow:
    """Evidence of an event: its text as value; its time is the start, and the end where one is known."""
    start = day_text(row["start_lower"], row["start_upper"])
    end = day_text(row["end_lower"], row["end_upper"]) if row["end_lower"] is not None else None
    time = start if end is None or end == start else f"{start or '..'} to {end}"
    return EvidenceRow(table, row["record_id"], code_text(row["system"], row["code"]), row["text"], None, time)


def birth_row(patient: Mapping[str, Any]) -> EvidenceRow:
    born = day_text(patient["birth_lower"], patient["birth_upper"])
    return EvidenceRow("patients", patient["record_id"], BIRTH_DATE_CODE, born, None, None)


def sex_row(patient: Mapping[str, Any]) -> EvidenceRow:
    return EvidenceRow("patients", patient["record_id"], SEX_CODE, patient["sex"], None, None)


def absence_row(table: str, concept_id: str) -> EvidenceRow:
    """The table that was searched in vain."""
    return EvidenceRow(table, None, code_text(LOCAL_SYSTEM, concept_id), NO_RECORD, None, None)


ASSESSMENTS = "assessments"
"""The table named by evidence that is no record: a value which the assessments made of the records beside it."""


def assessed_row(source: str, name: str, value: str, unit: str | None, time: str | None) -> EvidenceRow:
    """A value that was computed: `code` is the published rule with its version, and what it gives."""
    return EvidenceRow(ASSESSMENTS, None, code_text(source, name), value, unit, time)
