"""Physical types of the canonical tables: Arrow schemas, SQL types, and writing rows of plain Python.

The columns themselves are declared once, in `tables`; this module only says how they are stored.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from equipoise.records.tables import DECIMAL_SCALE, DECIMAL_WIDTH, TABLES, Type

ARROW_TYPES: Mapping[Type, Any] = {
    Type.TEXT: pa.string(),
    Type.DATE: pa.date32(),
    # Without a zone, in UTC: DuckDB and Spark then compare it alike (Spark reads it as TIMESTAMP_NTZ).
    Type.INSTANT: pa.timestamp("us"),
    Type.DECIMAL: pa.decimal128(DECIMAL_WIDTH, DECIMAL_SCALE),
    Type.BOOLEAN: pa.bool_(),
}
SQL_TYPES: Mapping[Type, str] = {
    Type.TEXT: "VARCHAR",
    Type.DATE: "DATE",
    Type.INSTANT: "TIMESTAMP",
    Type.DECIMAL: f"DECIMAL({DECIMAL_WIDTH},{DECIMAL_SCALE})",
    Type.BOOLEAN: "BOOLEAN",
}


def schema_of(table: str) -> Any:
    """The `pyarrow.Schema` of a canonical table, by its name."""
    columns = TABLES[table].columns
    return pa.schema([pa.field(column.name, ARROW_TYPES[column.type]) for column in columns])


def write_table(table_name: str, rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """
    Write rows of a canonical table as zstd Parquet.

    A row may leave columns out (they become null). A column that the table does not have, or a required column
    without a value, is a mistake of the caller and raises ValueError.
    """
    table = TABLES[table_name]
    required = [column.name for column in table.columns if column.is_required]
    complete = []
    for row in rows:
        if unknown := set(row) - set(table.column_names):
            raise ValueError(f"table {table_name} has no column {', '.join(sorted(unknown))}")
        if missing := [name for name in required if row.get(name) is None]:
            raise ValueError(f"a row of table {table_name} needs {', '.join(missing)}")
        complete.append({name: row.get(name) for name in table.column_names})
    pq.write_table(pa.Table.from_pylist(complete, schema=schema_of(table_name)), path, compression="zstd")
