"""How a row of text cells becomes a row of a canonical table: one SELECT for each table."""

from pathlib import Path

import pyarrow.parquet as pq

from equipoise.records.arrow import SQL_TYPES
from equipoise.records.sql import quote
from equipoise.records.tables import (
    ATTESTATIONS,
    ENCOUNTERS,
    EVENT_TABLES,
    MEASUREMENTS,
    PATIENTS,
    PROCEDURES,
    EventStatus,
    Table,
    Type,
)

SHORT_FORMS = {
    PATIENTS.name: ("birth_date", "death_date"),
    MEASUREMENTS.name: ("time", "value"),
    **{table.name: ("start", "end") for table in EVENT_TABLES},
}
NEEDED = {
    MEASUREMENTS.name: ("patient_id", "code", "time|time_lower"),
    ATTESTATIONS.name: ("patient_id", "code", "value", "by", "at"),
}
NOT_FINAL, NO_VALUE = "result is not final", "no value"
UNUSED = frozenset({NOT_FINAL, NO_VALUE})
_FINAL = "('final', 'amended', 'corrected')"
_EVENT_WORDS = ", ".join(quote(status.value) for status in EventStatus)

Pairs = dict[str, str]
"""Canonical column to the SQL expression over the cleaned cells `c` that overrides its plain cast."""


def table_query(table: Table, staged: Path, file: str) -> str:
    """
    SELECT of the canonical columns with `line`, `copies` (equal rows are one row) and `why`.

    `why` is null for a row that is used, one of UNUSED for a row that is not needed, else what was not understood.
    """
    given = set(pq.read_schema(staged).names) - {"line"}
    names = [*table.column_names, *SHORT_FORMS.get(table.name, ())]
    cells = ", ".join(
        f'clean("{name}") AS "{name}"' if name in given else f'NULL::VARCHAR AS "{name}"' for name in names
    )
    overrides, faults = _mapping(table)
    columns = ", ".join(
        f'{overrides.get(column.name) or _plain(column.name, column.type)} AS "{column.name}"'
        for column in table.columns
    ).replace("$file", quote(file + ":"))
    why = " ".join(f"WHEN {condition} THEN {quote(reason)}" for condition, reason in faults)
    return (
        f"WITH cleaned AS (SELECT line, {cells} FROM read_parquet({quote(str(staged))})),"
        " c AS (SELECT min(line) AS line, count(*) AS copies, * EXCLUDE (line) FROM cleaned GROUP BY ALL)"
        f" SELECT {columns}, c.line, c.copies, CASE {why} END AS why FROM c"
    )


def _plain(name: str, type_: Type) -> str:
    cell = f'c."{name}"'
    match type_:
        case Type.DATE:
            return f"day_lower({cell})"
        case Type.DECIMAL:
            return f"exact_number({cell})"
        case Type.INSTANT:
            return f"coalesce(instant_of({cell}), instant_of({cell} || 'Z'))"
        case _:
            return f"try_cast({cell} AS {SQL_TYPES[type_]})"


def _mapping(table: Table) -> tuple[Pairs, list[tuple[str, str]]]:
    overrides: Pairs = {"record_id": "coalesce(c.record_id, $file || c.line)"}
    faults = [("c.patient_id IS NULL", "no patient_id"), *_unreadable_cells(table)]
    if table is PATIENTS:
        overrides |= _days("birth", "birth_date") | _days("death", "death_date")
        overrides["sex"] = "CASE WHEN lower(c.sex) IN ('female', 'male', 'other') THEN lower(c.sex) END"
        overrides["is_deceased"] = (
            "coalesce(try_cast(c.is_deceased AS BOOLEAN), false)"
            " OR coalesce(c.death_date, c.death_lower, c.death_upper) IS NOT NULL"
        )
        faults.append(
            ("lower(c.sex) NOT IN ('female', 'male', 'other', 'unknown')", "sex is not female, male or other")
        )
    elif table in EVENT_TABLES:
        overrides |= _days("start", '"start"') | _days("end", '"end"')
        overrides["status"] = "lower(coalesce(c.status, 'present'))"
        if table in (ENCOUNTERS, PROCEDURES):
            # The short form of a visit or a procedure is a day: without an end it ends on the day it began.
            overrides["end_lower"] = (
                'coalesce(day_lower(c.end_lower), day_lower(c."end"),'
                ' CASE WHEN c.end_upper IS NULL THEN day_lower(c."start") END)'
            )
            overrides["end_upper"] = (
                'coalesce(day_upper(c.end_upper), day_upper(c."end"),'
                ' CASE WHEN c.end_lower IS NULL THEN day_upper(c."start") END)'
            )
        faults.append((f"lower(c.status) NOT IN ({_EVENT_WORDS})", "status is not a word of the table"))
    elif table is MEASUREMENTS:
        overrides |= _result_columns()
        faults += [
            ("coalesce(c.time, c.time_lower) IS NULL", "no time"),
            (f"lower(c.status) NOT IN {_FINAL}", NOT_FINAL),
            (
                "coalesce(c.value, c.value_text, c.value_lower, c.value_upper, c.value_code,"
                " c.value_date_lower) IS NULL",
                NO_VALUE,
            ),
        ]
    elif table is ATTESTATIONS:
        faults += [(f'c."{name}" IS NULL', f"no {name}") for name in ("code", "value", "by", "at")]
        faults.append(("day_lower(c.at) IS DISTINCT FROM day_upper(c.at)", "at is not a full date"))
    return overrides, faults


def _unreadable_cells(table: Table) -> list[tuple[str, str]]:
    faults = []
    for column in table.columns:
        if column.type in (Type.DATE, Type.INSTANT, Type.DECIMAL, Type.BOOLEAN):
            condition = f'c."{column.name}" IS NOT NULL AND {_plain(column.name, column.type)} IS NULL'
            faults.append((condition, f"{column.name} is not a {column.type.value}"))
    dates = [name for name in SHORT_FORMS.get(table.name, ()) if name != "value"]
    return faults + [(f'is_bad_date(c."{name}")', f"{name} is not a date") for name in dates]


def _days(prefix: str, short: str) -> Pairs:
    return {
        f"{prefix}_lower": f"coalesce(day_lower(c.{prefix}_lower), day_lower(c.{short}))",
        f"{prefix}_upper": f"coalesce(day_upper(c.{prefix}_upper), day_upper(c.{short}))",
    }


def _result_columns() -> Pairs:
    number, sign = "nullif(measured(c.value).number, '')", "nullif(measured(c.value).comparator, '')"
    return {
        **_days("time", "time"),
        "status": "lower(coalesce(c.status, 'final'))",
        "instant": f"coalesce({_plain('instant', Type.INSTANT)}, instant_of(c.time))",
        "value_text": "coalesce(c.value_text, c.value)",
        "value_lower": f"coalesce(exact_number(c.value_lower), bound_lower({sign}, {number}))",
        "value_upper": f"coalesce(exact_number(c.value_upper), bound_upper({sign}, {number}))",
        "is_lower_closed": _closed("lower", sign, number),
        "is_upper_closed": _closed("upper", sign, number),
        **_days("value_date", "value"),
        "unit": "coalesce(c.unit, nullif(concat(measured(c.value).percent, measured(c.value).unit), ''))",
        "is_fasting": "try_cast(c.is_fasting AS BOOLEAN)",
    }


def _closed(side: str, sign: str, number: str) -> str:
    given = f"CASE WHEN coalesce(c.value_lower, c.value_upper) IS NOT NULL THEN c.value_{side} IS NOT NULL END"
    return f"coalesce(try_cast(c.is_{side}_closed AS BOOLEAN), {given}, closed_{side}({sign}, {number}))"
