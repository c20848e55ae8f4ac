"""The fast lane: well-formed NDJSON of one resource type into narrow Parquet, strictly.

`ignore_errors` is never used: with it DuckDB makes a null of a field of the wrong shape, and a diagnosis is
gone without a word. A file that fails the strict reading, mixes types, or has resources without an id, goes to
the slow lane as a whole.
"""

from pathlib import Path

import duckdb

from equipoise.records.account import Account
from equipoise.records.fhir.files import is_gzip
from equipoise.records.fhir.lines import TYPE_NOT_USED
from equipoise.records.fhir.shapes import PLACE_COLUMNS, SHAPES, columns_argument
from equipoise.records.report import Fate, FileReading
from equipoise.records.sql import quote


def stage_lines(account: Account, path: Path, name: str, kind: str, staged: Path) -> bool:
    """
    Read a file of resources of one kind into the Parquet file `staged`; False when it must go the slow way.

    Kinds that are not used are only counted (and nothing is written).
    """
    try:
        n = _count(account, path, kind) if kind not in SHAPES else _stage(account, path, name, kind, staged)
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException, duckdb.InternalException):
        # A damaged gzip comes as an IOException; the slow lane meets it again and says so.
        n = None
    if n is None:
        staged.unlink(missing_ok=True)
        return False
    account.files.append(FileReading(name, n, n, "fast"))
    if kind not in SHAPES:
        account.add(name, kind, Fate.NOT_NEEDED, TYPE_NOT_USED, n)
    return True


def stage_cleaned(account: Account, path: Path, kind: str, staged: Path) -> None:
    """Read what the slow lane wrote; it fits by construction, so any failure is ours and is raised."""
    columns = {**SHAPES[kind], **PLACE_COLUMNS}
    query = f"SELECT * FROM {_read_json(path, columns_argument(columns), 'uncompressed')}"
    _copy(account, query, staged)


def _read_json(path: Path, columns: str, compression: str) -> str:
    return (
        f"read_json({quote(str(path))}, format = 'newline_delimited', auto_detect = false,"
        f" compression = '{compression}', columns = {columns})"
    )


def _copy(account: Account, query: str, staged: Path) -> None:
    account.connection.execute(f"COPY ({query}) TO {quote(str(staged))} (FORMAT parquet, COMPRESSION snappy)")


def _source(path: Path, columns: str) -> str:
    return _read_json(path, columns, "gzip" if is_gzip(path) else "uncompressed")


def _count(account: Account, path: Path, kind: str) -> int | None:
    source = _source(path, "{resourceType: 'VARCHAR'}")
    kinds = account.connection.execute(f"SELECT resourceType, count(*) FROM {source} GROUP BY ALL").fetchall()
    return int(kinds[0][1]) if [found for found, _ in kinds] == [kind] else None


def _stage(account: Account, path: Path, name: str, kind: str, staged: Path) -> int | None:
    source = _source(path, columns_argument(SHAPES[kind]))
    query = f"SELECT *, {quote(name)} AS place_file, NULL::VARCHAR AS place FROM {source}"
    _copy(account, query, staged)
    n, n_others, n_nameless = account.connection.execute(
        f"SELECT count(*), count_if(resourceType IS DISTINCT FROM {quote(kind)}), count_if(id IS NULL OR id = '')"
        f" FROM read_parquet({quote(str(staged))})"
    ).fetchall()[0]
    return int(n) if not n_others and not n_nameless else None
