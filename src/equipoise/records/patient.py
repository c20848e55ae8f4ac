"""Patients one by one, as plain Python rows: what the reference evaluator reads."""

import itertools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from equipoise.records.dataset import Records
from equipoise.records.tables import PATIENTS, TABLES
from equipoise.records.tables import Table as CanonicalTable

_BATCH = 2000
Row = dict[str, Any]


@dataclass(frozen=True)
class PatientRecords:
    """
    Everything recorded of one patient.

    `patient` is the row of `patients`; `rows` maps each other canonical table to its rows (an empty list when
    there are none). Dates are `date`, instants `datetime` in UTC without zone, decimals `Decimal`.
    """

    patient: Row
    rows: Mapping[str, list[Row]]

    @property
    def patient_id(self) -> str:
        return str(self.patient["patient_id"])


def iterate_patients(records: Records, only: Collection[str] | None = None) -> Iterator[PatientRecords]:
    """
    The patients of a folder of canonical tables, ordered by identifier (code points).

    With `only`, just these; an identifier that is not there is passed over. Every table is read once, in step.
    """
    others = [table for name, table in TABLES.items() if name != PATIENTS.name]
    with duckdb.connect() as connection:
        streams = {table.name: _grouped(connection, records.folder, table, only) for table in others}
        pending: dict[str, tuple[str, list[Row]] | None] = {name: next(rows, None) for name, rows in streams.items()}
        for patient_id, patient_rows in _grouped(connection, records.folder, PATIENTS, only):
            rows: dict[str, list[Row]] = {}
            for name, stream in streams.items():
                while (head := pending[name]) is not None and head[0] < patient_id:
                    pending[name] = next(stream, None)
                is_here = head is not None and head[0] == patient_id
                rows[name] = head[1] if head is not None and is_here else []
                if is_here:
                    pending[name] = next(stream, None)
            yield PatientRecords(patient_rows[0], rows)


def _grouped(
    connection: duckdb.DuckDBPyConnection, folder: Path, table: CanonicalTable, only: Collection[str] | None
) -> Iterator[tuple[str, list[Row]]]:
    # A cursor for each table: one connection holds one open result at a time.
    cursor = connection.cursor()
    names = ", ".join(f'"{name}"' for name in table.column_names)
    where = "" if only is None else "WHERE patient_id IN (SELECT unnest($only))"
    parameters: dict[str, Any] = {"path": str(folder / f"{table.name}.parquet")}
    if only is not None:
        parameters["only"] = sorted(only)
    cursor.execute(f"SELECT {names} FROM read_parquet($path) {where} ORDER BY ALL", parameters)

    def rows() -> Iterator[Row]:
        while batch := cursor.fetchmany(_BATCH):
            for values in batch:
                yield dict(zip(table.column_names, values, strict=True))

    for patient_id, group in itertools.groupby(rows(), key=lambda row: str(row["patient_id"])):
        yield patient_id, list(group)
