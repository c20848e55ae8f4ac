"""Canonical tables as CSV or Parquet files, one for each table, named `<table>.csv` or `<table>.parquet`.

Every column of `tables` may be given; short forms spare the writing of intervals: `birth_date`, `death_date`,
`time`, `start`, `end`, `at` are FHIR partial dates, `value` is a number (perhaps with a comparator), a word or a
date. A row that cannot be understood is counted with its place; a file with a column nobody knows is a fault.
"""

import csv
import difflib
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from equipoise.errors import Fault
from equipoise.records.account import DUPLICATE, Account
from equipoise.records.canonical import NEEDED, SHORT_FORMS, UNUSED, table_query
from equipoise.records.report import Fate, FileReading, RowCount
from equipoise.records.sql import copy_to, quote
from equipoise.records.tables import PATIENTS, TABLES, Table

SUFFIXES = (".csv", ".csv.gz", ".parquet")
_BATCH = 50_000
PATIENTS_READ = "patients_read"


def table_of_file(path: Path) -> str | None:
    """The canonical table a file holds by its name, or None."""
    for suffix in SUFFIXES:
        if path.name.endswith(suffix) and path.name.removesuffix(suffix) in TABLES:
            return path.name.removesuffix(suffix)
    return None


def read_canonical_file(account: Account, path: Path, name: str) -> None:
    """
    Read one file into `<table>.parquet` (patients: into the engine's table `patients_read`).

    Faults of the file (columns, encoding, format) are added to the account and nothing is written.
    """
    table = TABLES[name]
    staged = account.scratch / f"canonical-{name}.parquet"
    is_staged = _stage_parquet if path.name.endswith(".parquet") else _stage_csv
    n_lines = is_staged(account, path, table, staged)
    if n_lines is None:
        return
    account.supplied.add(name)
    account.files.append(FileReading(path.name, n_lines, n_lines, "rows"))
    connection = account.connection
    connection.execute(f"CREATE OR REPLACE TEMP TABLE judged_lines AS {table_query(table, staged, path.name)}")
    for why, n, n_copies, lines in connection.execute(
        "SELECT why, count(*), sum(copies - 1)::BIGINT, min(line, 20) FROM judged_lines GROUP BY why"
    ).fetchall():
        fate = Fate.USED if why is None else Fate.NOT_NEEDED if why in UNUSED else Fate.NOT_UNDERSTOOD
        places = () if fate is not Fate.NOT_UNDERSTOOD else tuple(f"{path.name}:{line}" for line in lines)
        account.add(path.name, name, fate, why or "", n, places)
        account.add(path.name, name, Fate.NOT_NEEDED, DUPLICATE, n_copies)
    columns = ", ".join(f'"{column}"' for column in table.column_names)
    query = f"SELECT {columns} FROM judged_lines WHERE why IS NULL"
    if table is PATIENTS:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {PATIENTS_READ} AS {query}")
    else:
        copy_to(connection, query, account.into / f"{name}.parquet")
        n_rows = connection.execute("SELECT count(*) FROM judged_lines WHERE why IS NULL").fetchall()[0][0]
        account.rows.append(RowCount(name, name, n_rows))
    connection.execute("DROP TABLE judged_lines")


def _check_header(account: Account, path: Path, table: Table, header: list[str]) -> bool:
    known = [*table.column_names, *SHORT_FORMS.get(table.name, ())]
    faults = []
    for name in header:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            faults.append(
                Fault(
                    path.name, f"unknown column '{name}' in table {table.name}", f"{hint}Columns: {', '.join(known)}."
                )
            )
    if len(set(header)) < len(header):
        faults.append(Fault(path.name, "a column stands twice in the header", "Keep one of them."))
    for need in NEEDED.get(table.name, ("patient_id",)):
        if not set(need.split("|")) & set(header):
            faults.append(Fault(path.name, f"column {need.replace('|', ' or ')} is missing", "Add it."))
    account.faults.extend(faults)
    return not faults


def _stage_csv(account: Account, path: Path, table: Table, staged: Path) -> int | None:
    try:
        with _open_text(path) as lines:
            reader = csv.reader(lines, strict=True)
            header = [name.strip().lower() for name in next(reader, [])]
            if not header:
                account.faults.append(Fault(path.name, "is empty", "Give at least a header line."))
                return None
            if not _check_header(account, path, table, header):
                return None
            return _write_staged(account, path, table, reader, header, staged)
    except (OSError, EOFError) as error:
        account.faults.append(Fault(path.name, f"cannot be read ({error})", "Check the file and its permissions."))
    except UnicodeDecodeError:
        account.faults.append(Fault(path.name, "is not UTF-8 text", "Save it as UTF-8."))
    except csv.Error as error:
        account.faults.append(Fault(path.name, f"is not CSV ({error})", "Check quotes and line ends."))
    return None


def _open_text(path: Path) -> IO[str]:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _write_staged(
    account: Account, path: Path, table: Table, reader: Iterator[list[str]], header: list[str], staged: Path
) -> int:
    schema = pa.schema([pa.field("line", pa.int64()), *(pa.field(name, pa.string()) for name in header)])
    n_lines = 0
    with pq.ParquetWriter(staged, schema) as writer:
        batch: list[dict[str, str | int]] = []
        for cells in reader:
            if not cells:
                continue
            n_lines += 1
            line: int = reader.line_num  # type: ignore[attr-defined]
            if len(cells) != len(header):
                places = [f"{path.name}:{line}"]
                account.add(path.name, table.name, Fate.NOT_UNDERSTOOD, "number of cells differs", 1, places)
                continue
            batch.append({"line": line, **dict(zip(header, cells, strict=True))})
            if len(batch) == _BATCH:
                writer.write_table(pa.Table.from_pylist(batch, schema=schema))
                batch.clear()
        writer.write_table(pa.Table.from_pylist(batch, schema=schema))
    return n_lines


def _stage_parquet(account: Account, path: Path, table: Table, staged: Path) -> int | None:
    try:
        file = pq.ParquetFile(path)
        header, n_lines = list(file.schema_arrow.names), file.metadata.num_rows
    except (OSError, pa.ArrowException) as error:
        account.faults.append(Fault(path.name, f"is not Parquet ({type(error).__name__})", "Check the file."))
        return None
    if not _check_header(account, path, table, header):
        return None
    cells = ", ".join(f'CAST("{name}" AS VARCHAR) AS "{name}"' for name in header)
    query = f"SELECT file_row_number + 1 AS line, {cells} FROM read_parquet({quote(str(path))}, file_row_number = true)"
    copy_to(account.connection, query, staged)
    return int(n_lines)
