"""The three tables of a screening: verdicts, patients and worklist, as Parquet and CSV.

Everything is SQL over the working tables of `store.py`. Every output has a total order and is written in
row groups of one fixed size, so that equal runs give equal bytes.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet

from equipoise.errors import Fault, OutputError
from equipoise.screening.reasons import FACTS, PREPARE, VERDICTS
from equipoise.screening.standing import DECEASED, Status
from equipoise.screening.store import DECIDED_BY_PERSON, slices

NEAR_AT_MOST = 2
"""A patient is near when at most this many record facts are open."""
_ROWS = 50_000


class Group(StrEnum):
    """The lists a patient may stand on."""

    IN = "in"
    OUT = "out"
    NEAR = "near"
    ASK_PEOPLE = "ask-people"
    FAR = "far"


class TableForm(StrEnum):
    """In which forms tables are written."""

    PARQUET = "parquet"
    CSV = "csv"
    BOTH = "both"


_PATIENT_SUMMARY = f"""
CREATE TABLE patient_summary AS
WITH effects_of AS (
    SELECT number,
           list(criterion_id ORDER BY position) FILTER (effect = 'blocks') AS blocking,
           list(criterion_id ORDER BY position) FILTER (basis = 'assumed-from-absence') AS assumed,
           count(*) FILTER (effect = 'passes') AS n_passing
    FROM judged JOIN criteria USING (position) GROUP BY number
),
open_criteria AS (
    SELECT number, position, bool_and(decided_by = '{DECIDED_BY_PERSON}') AS is_for_person
    FROM open_needs JOIN items USING (need) GROUP BY number, position
),
opens AS (
    SELECT number,
           list(criterion_id ORDER BY position) FILTER (NOT is_for_person) AS open_record,
           list(criterion_id ORDER BY position) FILTER (is_for_person) AS open_person
    FROM open_criteria JOIN criteria USING (position) GROUP BY number
),
facts AS (
    SELECT number, count(DISTINCT need) FILTER (decided_by <> '{DECIDED_BY_PERSON}') AS n_record,
           count(DISTINCT need) AS n_needs, min(need) AS first_need
    FROM open_needs JOIN items USING (need) GROUP BY number
),
joined AS (
    SELECT number, patient_id, is_deceased, coalesce(blocking, []) AS blocking,
           coalesce(open_record, []) AS open_record, coalesce(open_person, []) AS open_person,
           coalesce(assumed, []) AS assumed, coalesce(n_record, 0) AS n_record, coalesce(n_needs, 0) AS n_needs,
           first_need, len(coalesce(blocking, [])) > 0 AS is_blocked,
           coalesce(n_passing, 0) = (SELECT count(*) FROM criteria) AS passes_all
    FROM people LEFT JOIN effects_of USING (number) LEFT JOIN opens USING (number) LEFT JOIN facts USING (number)
)
SELECT number, patient_id, is_deceased, status,
       CASE WHEN status = '{Status.ELIGIBLE}' THEN '{Group.IN}'
            WHEN status = '{Status.INELIGIBLE}' THEN '{Group.OUT}'
            WHEN n_record = 0 THEN '{Group.ASK_PEOPLE}'
            WHEN n_record <= {NEAR_AT_MOST} THEN '{Group.NEAR}'
            ELSE '{Group.FAR}' END AS "group",
       CASE WHEN is_deceased THEN list_prepend('{DECEASED}', blocking) ELSE blocking END AS blocked_by,
       open_record, open_person, assumed, n_record, n_needs, first_need
FROM joined JOIN standings USING (is_deceased, is_blocked, passes_all) ORDER BY number
"""

_PATIENTS = """
SELECT patient_id, status, "group", CAST(to_json(blocked_by) AS VARCHAR) AS blocked_by,
       CAST(to_json(open_record) AS VARCHAR) AS open_record, CAST(to_json(open_person) AS VARCHAR) AS open_person,
       CAST(to_json(assumed) AS VARCHAR) AS assumed
FROM patient_summary ORDER BY patient_id
"""

# A patient counts for n_settles when nothing but this item is open. People blocked by one calculation alone are
# already decided; the confirming test that could lift the block is offered to them as an item of its own.
_WORK = f"""
CREATE TABLE work AS
WITH undetermined AS (
    SELECT need AS item, number, position, n_needs = 1 AS is_settled
    FROM open_needs JOIN patient_summary USING (number) WHERE status = '{Status.UNDETERMINED}'
),
confirmable AS (
    SELECT confirmations.item, number, position, n_needs = 0 AS is_settled
    FROM patient_summary JOIN judged USING (number) JOIN criteria USING (position)
    JOIN confirmations USING (criterion_id)
    WHERE NOT is_deceased AND effect = 'blocks' AND basis = 'derived' AND len(blocked_by) = 1
),
described AS (
    SELECT need AS item, question, concept, decided_by FROM items
    UNION ALL SELECT item, question, concept, decided_by FROM confirmations
),
per_patient AS (
    SELECT item, number, bool_or(is_settled) AS is_settled
    FROM (FROM undetermined UNION ALL FROM confirmable) GROUP BY item, number
),
per_criterion AS (SELECT DISTINCT item, position FROM (FROM undetermined UNION ALL FROM confirmable)),
counted AS (
    SELECT item, count(*) AS n_open, count(*) FILTER (is_settled) AS n_settles,
           list(patient_id ORDER BY number) AS patient_ids
    FROM per_patient JOIN people USING (number) GROUP BY item
),
asked AS (
    SELECT item, list(criterion_id ORDER BY position) AS criterion_ids
    FROM per_criterion JOIN criteria USING (position) GROUP BY item
)
SELECT CAST(row_number() OVER (ORDER BY n_settles DESC, n_open DESC, item) AS INTEGER) AS rank, item, question,
       concept, decided_by, criterion_ids, patient_ids, CAST(n_open AS INTEGER) AS n_open,
       CAST(n_settles AS INTEGER) AS n_settles
FROM counted JOIN asked USING (item) JOIN described USING (item) ORDER BY rank
"""

_WORKLIST = """
SELECT rank, item, question, concept, decided_by, CAST(to_json(criterion_ids) AS VARCHAR) AS criterion_ids,
       CAST(to_json(patient_ids) AS VARCHAR) AS patient_ids, n_open, n_settles
FROM work ORDER BY rank
"""


def write_tables(
    connection: duckdb.DuckDBPyConnection, out: Path, scratch: Path, form: TableForm = TableForm.BOTH
) -> None:
    """
    Derive and write `patients`, `worklist` and `verdicts` into the folder `out`.

    `scratch` is the folder given to `load_verdicts`. Leaves the tables `patient_summary` and `work` in the store.
    """
    for statement in (_PATIENT_SUMMARY, _WORK, *PREPARE):
        connection.execute(statement)
    _write(_even_batches(_batches(connection, _PATIENTS)), out, "patients", form)
    _write(_even_batches(_batches(connection, _WORKLIST)), out, "worklist", form)
    _write(_even_batches(_verdict_batches(connection, scratch)), out, "verdicts", form)


def _batches(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[Any]:
    reader = connection.sql(query).to_arrow_reader(_ROWS)
    yield pa.RecordBatch.from_pylist([], schema=reader.schema)  # even an empty table has its columns
    yield from reader


def _verdict_batches(connection: duckdb.DuckDBPyConnection, scratch: Path) -> Iterator[Any]:
    for _ in slices(connection, scratch):
        connection.execute(FACTS)
        yield from _batches(connection, VERDICTS)


def _write(tables: Iterable[Any], out: Path, name: str, form: TableForm) -> None:
    files: list[Any] = []
    try:
        for table in tables:
            if not files:
                files = _open_files(out / name, table.schema, form)
            for file in files:
                file.write_table(table)
    except OSError as error:
        do = "Free some space or choose another folder."
        raise OutputError(f"Cannot write {name}.", [Fault(str(out), error.strerror or str(error), do)]) from error
    finally:
        for file in files:
            file.close()


def _open_files(path: Path, schema: Any, form: TableForm) -> list[Any]:
    files: list[Any] = []
    if form is not TableForm.CSV:
        files.append(parquet.ParquetWriter(path.with_suffix(".parquet"), schema, compression="zstd"))
    if form is not TableForm.PARQUET:
        files.append(arrow_csv.CSVWriter(path.with_suffix(".csv"), schema))
    return files


def _even_batches(batches: Iterable[Any]) -> Iterator[Any]:
    """Tables of exactly `_ROWS` rows (only the last is shorter, or empty), whatever the engine's threads deliver."""
    waiting: list[Any] = []
    rows, has_any = 0, False
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= _ROWS:
            table = pa.Table.from_batches(waiting)
            yield table.slice(0, _ROWS).combine_chunks()
            waiting, rows, has_any = [*table.slice(_ROWS).to_batches(), batch.slice(0, 0)], rows - _ROWS, True
    if waiting and (rows or not has_any):
        yield pa.Table.from_batches(waiting).combine_chunks()
