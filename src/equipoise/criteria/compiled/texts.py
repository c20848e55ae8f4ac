"""Evidence as text inside the engine: the same JSON that `criteria.evidence` writes."""

from typing import Any

import ibis


def json_text(value: Any) -> Any:
    """A string column as a JSON string, or null. Control characters do not occur in canonical tables."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return ibis.ifelse(value.isnull(), "null", '"' + escaped + '"')


def day_text(lower: Any, upper: Any) -> Any:
    """One day, a partial date as an interval, or null."""
    open_end = ibis.literal("..")
    spread = lower.cast("string").fill_null(open_end) + "/" + upper.cast("string").fill_null(open_end)
    return ibis.cases(
        (lower.isnull() & upper.isnull(), ibis.null("string")),
        ((lower == upper).fill_null(False), lower.cast("string")),
        else_=spread,
    )


def code_json(system: Any, code: Any) -> Any:
    """`system|code` as JSON."""
    both = system.fill_null("") + "|" + code.fill_null("")
    return json_text(ibis.ifelse(system.isnull() & code.isnull(), ibis.null("string"), both))


def evidence_text(table: Any, record_id: Any, code: Any, value: Any, unit: Any, time: Any) -> Any:
    """One evidence row as JSON text; `table` is a plain name, `code` and `unit` are JSON already."""
    start = '{"table":"' + table + '","record_id":' if isinstance(table, str) else None
    opening = ibis.literal(start) if start else ibis.literal('{"table":"') + table + '","record_id":'
    return (
        opening
        + json_text(record_id)
        + ',"code":'
        + code
        + ',"value":'
        + json_text(value)
        + ',"unit":'
        + unit
        + ',"time":'
        + (json_text(time) if time is not None else "null")
        + "}"
    )


def result_text(table: Any, row: Any) -> Any:
    """Evidence of a measurement or attested answer."""
    time = day_text(row.time_lower, row.time_upper)
    return evidence_text(table, row.record_id, row.code_json, row.value_text, row.unit_json.fill_null("null"), time)


def event_text(table: str, row: Any, code: Any) -> Any:
    """Evidence of an event."""
    start = day_text(row.start_lower, row.start_upper)
    end = ibis.ifelse(row.end_lower.isnull(), ibis.null("string"), day_text(row.end_lower, row.end_upper))
    spread = start.fill_null("..") + " to " + end
    time = ibis.ifelse(end.isnull() | (end == start).fill_null(False), start, spread)
    return evidence_text(table, row.record_id, code, row.text, "null", time)


def birth_text(patients: Any) -> Any:
    born = day_text(patients.birth_lower, patients.birth_upper)
    return evidence_text("patients", patients.record_id, ibis.literal('"birth-date"'), born, "null", None)


def sex_text(patients: Any) -> Any:
    return evidence_text("patients", patients.record_id, ibis.literal('"sex"'), patients.sex, "null", None)


SEPARATOR = "\x1f"
"""Unit separator: stands before every piece of evidence in a text of several; canonical tables do not hold it."""


def gathered(texts: Any, where: Any = None) -> Any:
    """Aggregate: all pieces of a group as one text, in no order; empty when there is none."""
    pieces = (ibis.literal(SEPARATOR) + texts).group_concat(sep="", where=where)
    return pieces.fill_null("")


def piece(text: Any) -> Any:
    """A single piece of evidence as a text of several."""
    return ibis.literal(SEPARATOR) + text
