"""Which code systems the events of the data speak in, and which of them the protocol can hear.

"No record means no" is only as good as the value sets: a diagnosis coded in a system that no concept of the protocol
has a code in, or written as text alone, is never found. This module counts such records; nothing is decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from equipoise.records.tables import CONDITIONS, MEDICATIONS, PROCEDURES
from equipoise.screening.phrases import concepts_read
from equipoise.screening.report_model import ProtocolView
from equipoise.screening.store import parquet_source
from equipoise.terminology.concepts import LOCAL_SYSTEM
from equipoise.terminology.systems import canonical_system

EVENT_TABLES = tuple(table.name for table in (CONDITIONS, PROCEDURES, MEDICATIONS))
NO_CODE, NO_SYSTEM = "no code", "a code without a system"
HIDDEN_WORDS = (
    "Records without a code in a system that this protocol knows are never found: where one of them names a disease "
    "or a treatment that a criterion asks about, “no record means no” is wrong for that patient."
)


@dataclass(frozen=True)
class SystemCount:
    """
    One code system of the data.

    `system` is canonical, or NO_CODE or NO_SYSTEM; `is_known` whether any concept that a criterion reads has a code
    in it; `records` of each table; `patients` who have such a record; `n_hidden` records, of `patients_hidden`
    patients, none of whose codings is in a known system.
    """

    system: str
    is_known: bool
    records: Mapping[str, int]
    patients: int
    n_hidden: int
    patients_hidden: int


def known_systems(protocol: ProtocolView) -> frozenset[str]:
    """The canonical systems in which a concept that a criterion reads has a code, the product's own included."""
    systems = {rule.system for each in concepts_read(protocol) for rule in protocol.concepts[each].codes}
    canonical = {canonical_system(system) for system in (*systems, LOCAL_SYSTEM)}
    return frozenset(system for system in canonical if system is not None)


def count_code_systems(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], protocol: ProtocolView
) -> tuple[SystemCount, ...]:
    """Systems with hidden records first, the most frequent of them before the others; then by name."""
    sources = [
        f"SELECT '{table}' AS source, patient_id, record_id, system, code FROM {parquet_source(tables[table])}"
        for table in EVENT_TABLES
        if table in tables and tables[table].exists()
    ]
    if not sources:
        return ()
    connection.execute(f"CREATE OR REPLACE TEMP VIEW events_said AS {' UNION ALL '.join(sources)}")
    connection.execute("CREATE OR REPLACE TEMP TABLE system_names (system VARCHAR, name VARCHAR, is_known BOOLEAN)")
    known = known_systems(protocol)
    spelled = connection.execute(
        "SELECT DISTINCT system FROM events_said WHERE system IS NOT NULL ORDER BY 1"
    ).fetchall()
    for (system,) in spelled:
        name = canonical_system(system) or system
        connection.execute("INSERT INTO system_names VALUES (?, ?, ?)", [system, name, name in known])
    rows = connection.execute(_COUNTS, [NO_CODE, NO_SYSTEM]).fetchall()
    width = len(EVENT_TABLES)
    return tuple(
        SystemCount(name, is_known, dict(zip(EVENT_TABLES, rest[:width], strict=True)), *rest[width:])
        for name, is_known, *rest in rows
    )


def count_hidden(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Records of the last count that have no code in a known system, and the patients who have one."""
    query = f"SELECT count(*) FILTER (is_hidden), count(DISTINCT patient_id) FILTER (is_hidden) FROM ({_RECORDS})"
    records, patients = connection.execute(query).fetchall()[0]
    return int(records), int(patients)


_RECORDS = """
SELECT source, patient_id, record_id, NOT bool_or(code IS NOT NULL AND coalesce(is_known, false)) AS is_hidden
FROM events_said LEFT JOIN system_names USING (system) GROUP BY source, patient_id, record_id
"""

_COUNTS = f"""
WITH named AS (
    SELECT DISTINCT source, patient_id, record_id, coalesce(is_known AND code IS NOT NULL, false) AS is_known,
           CASE WHEN code IS NULL THEN $1 WHEN system IS NULL THEN $2 ELSE name END AS name
    FROM events_said LEFT JOIN system_names USING (system)
)
SELECT name, is_known, {", ".join(f"count(*) FILTER (source = '{table}')" for table in EVENT_TABLES)},
       count(DISTINCT patient_id), count(*) FILTER (is_hidden) AS n_hidden,
       count(DISTINCT patient_id) FILTER (is_hidden)
FROM named JOIN ({_RECORDS}) USING (source, patient_id, record_id)
GROUP BY name, is_known ORDER BY n_hidden DESC, name
"""
