"""SQL shared by all readers: the connection, and macros for partial dates, numbers and texts.

The macros say in SQL what `dates` and `values` say in Python. Casts alone would be wrong here: DuckDB drops the
offset when it casts to TIMESTAMP, reads 2026/01/15 as a date, and rounds when it casts to DECIMAL.
"""

from pathlib import Path

import duckdb

from equipoise.records.arrow import SQL_TYPES
from equipoise.records.dates import INSTANT, PARTIAL_DATE
from equipoise.records.tables import Table
from equipoise.records.values import EXPONENT_NUMBER, MEASURED, PLAIN_NUMBER

MEMORY_LIMIT = "1200MB"
_DECIMAL = "DECIMAL(18,6)"

MACROS = (
    # Control characters would break CSV files and pages further on; they never carry meaning.
    # Each text stands once outside its test: the engine computes what stands twice for every row beforehand.
    r"clean(t) AS CASE WHEN regexp_full_match(t, '[!-~]([ -~]*[!-~])?') THEN t"
    r" WHEN regexp_matches(t, '[^\p{Zs}\x00-\x1f\x7f]')"
    r" THEN trim(CASE WHEN regexp_matches(t, '[\x00-\x1f\x7f]')"
    r" THEN regexp_replace(t, '[\x00-\x1f\x7f]', ' ', 'g') ELSE t END) END",
    f"is_partial_date(t) AS t >= '0001' AND regexp_full_match(t, '{PARTIAL_DATE}')",
    "day_lower(t) AS CASE WHEN is_partial_date(t) THEN CASE length(t)"
    " WHEN 4 THEN try_cast(t || '-01-01' AS DATE) WHEN 7 THEN try_cast(t || '-01' AS DATE)"
    " ELSE try_cast(t[1:10] AS DATE) END END",
    "day_upper(t) AS CASE WHEN is_partial_date(t) THEN CASE length(t)"
    " WHEN 4 THEN try_cast(t || '-12-31' AS DATE) WHEN 7 THEN last_day(try_cast(t || '-01' AS DATE))"
    " ELSE try_cast(t[1:10] AS DATE) END END",
    "is_bad_date(t) AS t IS NOT NULL AND day_lower(t) IS NULL",
    f"is_instant(t) AS regexp_full_match(t, '{INSTANT}')",
    "utc_of(t) AS try_cast(t AS TIMESTAMPTZ) AT TIME ZONE 'UTC'",
    "instant_of(t) AS CASE WHEN is_instant(t) THEN utc_of(t) END",
    # More than 18 decimals: what follows only decides on which side of its neighbour the number lies.
    rf"wide_number(t) AS CASE WHEN regexp_full_match(t, '{EXPONENT_NUMBER}') THEN try_cast(t AS DECIMAL(38,24))"
    rf" WHEN regexp_full_match(t, '{PLAIN_NUMBER}')"
    r" THEN try_cast(regexp_replace(t, '(\.[0-9]{18})[0-9]*[1-9][0-9]*$', '\15') AS DECIMAL(38,24)) END",
    r"is_short_number(t) AS regexp_full_match(t, '[+-]?[0-9]{1,12}(\.[0-9]{1,6})?')",
    # The cast rounds to the nearest. A wide number has at most 23 decimals, so that less than half a step (of
    # the sixth decimal) either way turns this into the neighbour below and above; out of range gives null.
    f"below(w) AS try_cast(w - 0.000000499999999999999999 AS {_DECIMAL})",
    f"above(w) AS try_cast(w + 0.000000499999999999999999 AS {_DECIMAL})",
    # Nearly all numbers are short; coalesce looks at the others only.
    f"short_number(t) AS CASE WHEN is_short_number(t) THEN try_cast(t AS {_DECIMAL}) END",
    "number_lower(t) AS coalesce(short_number(t), below(wide_number(t)))",
    "number_upper(t) AS coalesce(short_number(t), above(wide_number(t)))",
    "exact_number(t) AS coalesce(short_number(t), CASE WHEN below(wide_number(t)) = above(wide_number(t))"
    " THEN below(wide_number(t)) END)",
    f"measured(t) AS CASE WHEN regexp_full_match(t, '{MEASURED}')"
    f" THEN regexp_extract(t, '^{MEASURED}$', ['comparator', 'number', 'percent', 'unit']) END",
    "bound_lower(c, t) AS CASE WHEN coalesce(c, '') IN ('', '>', '>=', '≥') THEN number_lower(t) END",
    "bound_upper(c, t) AS CASE WHEN coalesce(c, '') IN ('', '<', '<=', '≤') THEN number_upper(t) END",
    "closed_lower(c, t) AS CASE WHEN number_lower(t) IS NOT NULL THEN"
    " coalesce(c, '') IN ('', '>=', '≥') AND number_lower(t) = number_upper(t) END",
    "closed_upper(c, t) AS CASE WHEN number_lower(t) IS NOT NULL THEN"
    " coalesce(c, '') IN ('', '<=', '≤') AND number_lower(t) = number_upper(t) END",
)


def open_engine(scratch: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that spills to `scratch`, in UTC, with the macros of this module."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    connection.execute(f"SET temp_directory = {quote(str(scratch))}")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_progress_bar = false")
    for macro in MACROS:
        connection.execute(f"CREATE TEMP MACRO {macro}")
    return connection


def quote(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def typed_columns(table: Table) -> str:
    """The canonical columns of a table, cast to their types, for a SELECT over columns of the same names."""
    return ", ".join(
        f'CAST("{column.name}" AS {SQL_TYPES[column.type]}) AS "{column.name}"' for column in table.columns
    )


def copy_to(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write the rows of a query as zstd Parquet."""
    connection.execute(f"COPY ({query}) TO {quote(str(path))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
