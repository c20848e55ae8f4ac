"""One made-up row: as it is written into a CSV file, and as it will be read from there.

Decides which columns are written, in the short forms of the canonical tables (one date for an interval of days, one
value with its comparator). What stands in the cells is for `events` and `results` to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from equipoise.records.dates import day_interval
from equipoise.records.tables import (
    ATTESTATIONS,
    CONDITIONS,
    ENCOUNTERS,
    MEASUREMENTS,
    MEDICATIONS,
    PATIENTS,
    PROCEDURES,
    TABLES,
)
from equipoise.records.values import read_measured

_OF_ALL = ("patient_id", "record_id")
_EVENT = (*_OF_ALL, "system", "code", "text", "status", "start", "end", "body_site")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    PATIENTS.name: (*_OF_ALL, "birth_date", "sex"),
    CONDITIONS.name: _EVENT,
    PROCEDURES.name: _EVENT,
    MEDICATIONS.name: _EVENT,
    ENCOUNTERS.name: _EVENT,
    MEASUREMENTS.name: (
        *(*_OF_ALL, "system", "code", "text", "time", "value", "value_system", "value_code", "unit"),
        *("range_low", "range_high", "body_site", "lesion", "method", "is_fasting"),
    ),
    ATTESTATIONS.name: (*_OF_ALL, "code", "value", "by", "role", "at", "note"),
}
"""The columns of each file that is written."""
_DECIMALS = ("range_low", "range_high")
_DAY_EVENTS = (ENCOUNTERS.name, PROCEDURES.name)


@dataclass(frozen=True)
class Entry:
    """A row of a table without its patient; `cells` are the texts of its filled columns."""

    table: str
    cells: tuple[tuple[str, str], ...]

    def csv_row(self, patient_id: str, record_id: str) -> tuple[str, ...]:
        """The texts of the columns of its file."""
        cells = {"patient_id": patient_id, "record_id": record_id, **dict(self.cells)}
        return tuple(cells.get(name, "") for name in COLUMNS[self.table])


History = tuple[Entry, ...]
"""What is written of one concept (or of the person) for one patient."""


def entry(table: str, **cells: str | None) -> Entry:
    """An entry of the cells that hold something."""
    return Entry(table, tuple((name, value) for name, value in cells.items() if value))


def canonical_row(made: Entry, patient_id: str, record_id: str) -> dict[str, Any]:
    """The canonical row that reading the entry's CSV line gives."""
    cells = dict(made.cells)
    row: dict[str, Any] = dict.fromkeys(TABLES[made.table].column_names)
    row |= {"patient_id": patient_id, "record_id": record_id}
    row |= {name: cells[name] for name in row if name in cells}
    if made.table == PATIENTS.name:
        return row | _days("birth", cells.get("birth_date")) | {"is_deceased": False}
    if made.table == ATTESTATIONS.name:
        return row | {"at": date.fromisoformat(cells["at"])}
    if made.table == MEASUREMENTS.name:
        return row | _result(cells)
    end = cells.get("end") or (cells.get("start") if made.table in _DAY_EVENTS else None)
    return row | _days("start", cells.get("start")) | _days("end", end)


def _result(cells: Mapping[str, str]) -> dict[str, Any]:
    value = cells.get("value")
    row: dict[str, Any] = {"status": "final", "value_text": value} | _days("time", cells.get("time"))
    row |= _days("value_date", value)
    row |= {name: Decimal(cells[name]) for name in _DECIMALS if name in cells}
    if "is_fasting" in cells:
        row["is_fasting"] = cells["is_fasting"] == "true"
    number = read_measured(value)
    if number is not None:
        row |= {"value_lower": number.lower, "value_upper": number.upper}
        row |= {"is_lower_closed": number.is_lower_closed, "is_upper_closed": number.is_upper_closed}
    return row


def _days(prefix: str, text: str | None) -> dict[str, Any]:
    days = day_interval(text)
    return {} if days is None else {f"{prefix}_lower": days[0], f"{prefix}_upper": days[1]}
