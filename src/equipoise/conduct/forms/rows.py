"""Rows of the canonical tables from what was entered: one function for each kind of row, every column filled."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from equipoise.records.dates import day_interval
from equipoise.records.patient import Row
from equipoise.records.tables import MEASUREMENTS, TABLES, EventStatus
from equipoise.records.values import NumberInterval, read_measured, read_number
from equipoise.terminology.concepts import LOCAL_SYSTEM


def record_name(entry_id: str, *parts: str) -> str:
    """The id of a record that an entry made: it begins with the entry, so that evidence names it (`entry_of`)."""
    return "/".join((entry_id, *parts))


def entry_of(record_id: str) -> str:
    """The entry that a record was made from."""
    return record_id.partition("/")[0]


def event_row(
    table: str,
    *,
    subject_id: str,
    record_id: str,
    coding: tuple[str | None, str | None],
    text: str | None = None,
    status: EventStatus = EventStatus.PRESENT,
    start: tuple[date | None, date | None],
    end: tuple[date | None, date | None],
    body_site: str | None = None,
) -> Row:
    """A row of conditions, procedures, medications or encounters; days as (first, last) possible ones."""
    cells = {
        "patient_id": subject_id,
        "record_id": record_id,
        "system": coding[0],
        "code": coding[1],
        "text": text,
        "status": status.value,
        "start_lower": start[0],
        "start_upper": start[1],
        "end_lower": end[0],
        "end_upper": end[1],
        "body_site": body_site,
    }
    return dict.fromkeys(TABLES[table].column_names) | cells


def result_row(
    *,
    subject_id: str,
    record_id: str,
    coding: tuple[str | None, str | None],
    on: date,
    value: str | None,
    unit: str | None = None,
    instant: datetime | None = None,
    **further: Any,
) -> Row:
    """
    A row of measurements; the value is read as the readers of records read it: number, bound, day or word.

    A coded value (`value_code`) is no number, although its code may look like one. `further`: other columns as they are
    (range_low, range_high, lesion, body_site, method, is_fasting, text, value_system, value_code).
    """
    is_coded = further.get("value_code") is not None
    number = (None if is_coded else read_measured(value)) or NumberInterval(None, None, False, False)
    is_number = number.lower is not None or number.upper is not None
    days = (None if is_coded else day_interval(value)) or (None, None)
    cells = {
        "patient_id": subject_id,
        "record_id": record_id,
        "system": coding[0],
        "code": coding[1],
        "status": "final",
        "time_lower": on,
        "time_upper": on,
        "instant": instant,
        "value_text": value,
        "value_lower": number.lower,
        "value_upper": number.upper,
        "is_lower_closed": number.is_lower_closed if is_number else None,
        "is_upper_closed": number.is_upper_closed if is_number else None,
        "value_date_lower": days[0],
        "value_date_upper": days[1],
        "unit": unit or number.unit,
    }
    row = dict.fromkeys(MEASUREMENTS.column_names) | cells | further
    return {name: _six_places(cell) if isinstance(cell, Decimal) else cell for name, cell in row.items()}


def local(code: str) -> tuple[str, str]:
    """A concept's own code."""
    return LOCAL_SYSTEM, code


def _six_places(number: Decimal) -> Decimal:
    """As the tables hold decimals, so that equal amounts are written alike."""
    found = read_number(f"{number:f}")
    return number if found is None or found.lower is None else found.lower
