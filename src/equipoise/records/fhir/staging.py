"""The fast lane: well-formed NDJSON of one resource type into flat facts, strictly and in one pass.

What is staged is what `facts` makes of the resources while they are parsed; the nested resources are not kept.

`ignore_errors` is never used: with it DuckDB makes a null of a field of the wrong shape, and a diagnosis is
gone without a word. A file that fails the strict reading, mixes types, or has resources without an id, goes to
the slow lane as a whole.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from equipoise.records.account import Account
from equipoise.records.fhir import events, results
from equipoise.records.fhir.files import is_gzip
from equipoise.records.fhir.lines import TYPE_NOT_USED
from equipoise.records.fhir.shapes import PLACE_COLUMNS, SHAPES, columns_argument
from equipoise.records.report import Fate, FileReading
from equipoise.records.sql import quote

MEMORY_BYTES = 3_200_000_000
"""JSON text whose facts may be staged in tables (about 1 GB); what is beyond goes to Parquet, a third slower."""
GZIP_GAIN = 12
_NOT_STRICT = (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException, duckdb.InternalException)


@dataclass(frozen=True)
class Staged:
    """
    Facts of the resources of one type from one file: a temporary table, or a Parquet file when `path` is given.

    `source` is the relation they came from; with it the few resources that need it can be read once more.
    """

    name: str
    path: Path | None
    source: str

    @property
    def relation(self) -> str:
        return f'"{self.name}"' if self.path is None else f"read_parquet({quote(str(self.path))})"

    def fill(self, connection: duckdb.DuckDBPyConnection, query: str) -> None:
        if self.path is None:
            connection.execute(f'CREATE OR REPLACE TEMP TABLE "{self.name}" AS {query}')
        else:
            connection.execute(f"COPY ({query}) TO {quote(str(self.path))} (FORMAT parquet, COMPRESSION snappy)")

    def drop(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(f'DROP TABLE IF EXISTS "{self.name}"')
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def lines_source(path: Path, name: str, kind: str) -> str:
    """The relation of the resources in a file of lines, strictly read."""
    source = _source(path, columns_argument(SHAPES[kind]))
    return f"(SELECT *, {quote(name)} AS place_file, NULL::VARCHAR AS place FROM {source})"


def cleaned_source(path: Path, kind: str) -> str:
    """The relation of what the slow lane wrote; it fits by construction, so any failure is ours and is raised."""
    columns = columns_argument({**SHAPES[kind], **PLACE_COLUMNS})
    return f"(SELECT * FROM {_read_json(path, columns, 'uncompressed')})"


def stage_lines(account: Account, name: str, kind: str, staged: Staged) -> bool:
    """Read a file of resources of one kind into `staged`; False, with nothing left, when it must go the slow way."""
    try:
        staged.fill(account.connection, facts_query(kind, staged.source))
    except _NOT_STRICT:
        # A damaged gzip comes as an IOException; the slow lane meets it again and says so.
        staged.drop(account.connection)
        return False
    n, n_others, n_nameless = account.connection.execute(
        f"SELECT count(*), count_if(resourceType IS DISTINCT FROM {quote(kind)}), count_if(id IS NULL OR id = '')"
        f" FROM {staged.relation}"
    ).fetchall()[0]
    if n_others or n_nameless:
        staged.drop(account.connection)
        return False
    account.files.append(FileReading(name, n, n, "fast"))
    return True


def count_lines(account: Account, path: Path, name: str, kind: str) -> bool:
    """Count a file of resources of a kind that is not used; False when it holds anything else."""
    source = _source(path, "{resourceType: 'VARCHAR'}")
    try:
        kinds = account.connection.execute(f"SELECT resourceType, count(*) FROM {source} GROUP BY ALL").fetchall()
    except _NOT_STRICT:
        return False
    if [found for found, _ in kinds] != [kind]:
        return False
    account.files.append(FileReading(name, kinds[0][1], kinds[0][1], "fast"))
    account.add(name, kind, Fate.NOT_NEEDED, TYPE_NOT_USED, kinds[0][1])
    return True


def facts_query(kind: str, view: str) -> str:
    """What is kept of the resources of one kind; of patients and medications, that others refer to, everything."""
    if kind == "Observation":
        return results.facts_query(view)
    if kind in events.EVENTS:
        return events.facts_query(events.EVENTS[kind], view)
    return f"SELECT * FROM {view}"


def _read_json(path: Path, columns: str, compression: str) -> str:
    return (
        f"read_json({quote(str(path))}, format = 'newline_delimited', auto_detect = false,"
        f" compression = '{compression}', columns = {columns})"
    )


def _source(path: Path, columns: str) -> str:
    return _read_json(path, columns, "gzip" if is_gzip(path) else "uncompressed")
