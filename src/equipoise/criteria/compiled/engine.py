"""The engine a rulebook is compiled for: where small tables go in and large ones are kept between steps.

Expressions use only what behaves alike on DuckDB and Spark: total orders instead of first and last, no year or
month differences, no NaN, no casts that may fail, small tables through Parquet files.
"""

from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq


class Engine:
    """An Ibis connection to DuckDB with a work folder for small tables."""

    def __init__(self, work: Path, *, memory_limit: str = "1GB", threads: int | None = None) -> None:
        self.work = work
        self.con = ibis.duckdb.connect()
        spill = work / "spill"
        spill.mkdir(parents=True, exist_ok=True)
        settings = {
            "TimeZone": "'UTC'",
            "memory_limit": f"'{memory_limit}'",
            "temp_directory": "'" + str(spill).replace("'", "''") + "'",
            "preserve_insertion_order": "false",
        }
        if threads is not None:
            settings["threads"] = str(threads)
        for name, value in settings.items():
            self.con.raw_sql(f"SET {name} = {value}")

    def read(self, path: Path) -> Any:
        """A Parquet file as a table expression; folders named like `truth=true` say nothing about its rows."""
        return self.con.read_parquet(path, hive_partitioning=False)

    def small(self, name: str, table: pa.Table) -> Any:
        """A table that was made in Python, by way of a Parquet file."""
        path = self.work / f"{name}.parquet"
        pq.write_table(table, path)
        return self.con.read_parquet(path, hive_partitioning=False)

    def keep(self, name: str, expression: Any) -> Any:
        """Compute an expression once and keep its rows."""
        return self.con.create_table(name, expression, temp=True)

    def close(self) -> None:
        self.con.disconnect()
