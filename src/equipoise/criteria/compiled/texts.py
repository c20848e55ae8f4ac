"""Evidence as text inside the engine: the same JSON that `criteria.evidence` writes."""

from typing import Any

import ibis
import ibis.expr.datatypes as dt


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


def code_text(system: Any, code: Any) -> Any:
    return ibis.ifelse(
        system.isnull() & code.isnull(), ibis.null("string"), system.fill_null("") + "|" + code.fill_null("")
    )


def evidence_text(table: Any, record_id: Any, code: Any, value: Any, unit: Any, time: Any) -> Any:
    """One evidence row as JSON text; `table` is a Python string or a column of plain names."""
    name = ibis.literal(table) if isinstance(table, str) else table
    return (
        ibis.literal('{"table":"')
        + name
        + '","record_id":'
        + json_text(record_id)
        + ',"code":'
        + json_text(code)
        + ',"value":'
        + json_text(value)
        + ',"unit":'
        + (json_text(unit) if unit is not None else "null")
        + ',"time":'
        + (json_text(time) if time is not None else "null")
        + "}"
    )


def result_text(table: Any, row: Any) -> Any:
    """Evidence of a measurement or attested answer."""
    time = day_text(row.time_lower, row.time_upper)
    return evidence_text(table, row.record_id, code_text(row.system, row.code), row.value_text, row.unit, time)


def event_text(table: Any, row: Any) -> Any:
    """Evidence of an event."""
    start = day_text(row.start_lower, row.start_upper)
    end = ibis.ifelse(row.end_lower.isnull(), ibis.null("string"), day_text(row.end_lower, row.end_upper))
    spread = start.fill_null("..") + " to " + end
    time = ibis.ifelse(end.isnull() | (end == start).fill_null(False), start, spread)
    return evidence_text(table, row.record_id, code_text(row.system, row.code), row.text, None, time)


def birth_text(patients: Any) -> Any:
    born = day_text(patients.birth_lower, patients.birth_upper)
    return evidence_text("patients", patients.record_id, ibis.literal("birth-date"), born, None, None)


def sex_text(patients: Any) -> Any:
    return evidence_text("patients", patients.record_id, ibis.literal("sex"), patients.sex, None, None)


SEPARATOR = "\x1f"
"""Unit separator: stands before every piece of evidence in a text of several; canonical tables do not hold it."""


@ibis.udf.scalar.builtin
def array_distinct(texts: dt.Array[dt.string]) -> dt.Array[dt.string]:  # type: ignore[empty-body]
    """By its name on either engine: Ibis' own form repeats its operand, and statements grow beyond measure."""


@ibis.udf.scalar.builtin
def array_sort(texts: dt.Array[dt.string]) -> dt.Array[dt.string]:  # type: ignore[empty-body]
    """Ascending by code point."""


def gathered(texts: Any, where: Any = None) -> Any:
    """Aggregate: all pieces of a group as one text, in no order; empty when there is none."""
    pieces = (ibis.literal(SEPARATOR) + texts).group_concat(sep="", where=where)
    return pieces.fill_null("")


def piece(text: Any) -> Any:
    """A single piece of evidence as a text of several."""
    return ibis.literal(SEPARATOR) + text


def sorted_once(texts: Any) -> Any:
    """The pieces in order without repetitions; a text of one piece is left as it is."""
    parts = array_sort(array_distinct(texts.substr(1).split(SEPARATOR)))
    has_several = texts.length() > texts.replace(SEPARATOR, "").length() + 1
    return ibis.ifelse(has_several, ibis.literal(SEPARATOR) + parts.join(SEPARATOR), texts)


def as_json_list(texts: Any) -> Any:
    """Sorted pieces as a JSON list."""
    return ibis.literal("[") + texts.substr(1).replace(SEPARATOR, ",") + "]"


def no_texts() -> Any:
    """No evidence."""
    return ibis.literal("")
