"""What every reading ends with: one row for each patient, all seven tables written, and what is odd told.

A record whose patient has no row of its own is kept; the patient gets a row without birth date and sex.
"""

from datetime import date

from equipoise.errors import Fault, UnreadableInputError
from equipoise.records.account import Account
from equipoise.records.arrow import schema_of, write_table
from equipoise.records.csv import PATIENTS_READ
from equipoise.records.report import RowCount
from equipoise.records.sql import copy_to, quote, typed_columns
from equipoise.records.tables import MEASUREMENTS, PATIENTS, TABLES

_MAX_LISTED = 20


def write_missing_tables(account: Account) -> None:
    """An empty file for every table without rows, so that readers need not ask which are there."""
    for name in TABLES:
        path = account.into / f"{name}.parquet"
        if name != PATIENTS.name and not path.exists():
            write_table(name, (), path)


def write_patients(account: Account, *, kind: str, today: date | None) -> None:
    """
    Write `patients.parquet` from `patients_read` and the patients that only other tables know.

    A birth date after `today` (by default after the newest day of any record) is not believed and becomes null.
    Raises UnreadableInputError when two different patients have one identifier.
    """
    connection = account.connection
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {PATIENTS_READ} AS {_no_patients()}")
    _check_unique(account)
    newest = today or _newest_day(account)
    born = f"birth_lower > {quote(newest.isoformat())}::DATE" if newest else "false"
    n_future = connection.execute(f"SELECT count(*) FROM {PATIENTS_READ} WHERE {born}").fetchall()[0][0]
    account.note("birth date in the future: not believed, the age is unknown", n_future)
    births = ", ".join(
        f"CASE WHEN {born} THEN NULL ELSE {name} END AS {name}" for name in ("birth_lower", "birth_upper")
    )
    known = f"SELECT * REPLACE ({births}) FROM {PATIENTS_READ}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE strangers AS {_strangers(account)}")
    n_strangers = connection.execute("SELECT count(*) FROM strangers").fetchall()[0][0]
    account.note("patient known only from other records: kept, without birth date and sex", n_strangers)
    unknown = "SELECT patient_id, 'Patient/' || patient_id AS record_id, false AS is_deceased FROM strangers"
    rows = f"SELECT {typed_columns(PATIENTS)} FROM ({known} UNION ALL BY NAME {unknown}) ORDER BY patient_id"
    copy_to(connection, rows, account.into / "patients.parquet")
    n_known = connection.execute(f"SELECT count(*) FROM {PATIENTS_READ}").fetchall()[0][0]
    account.rows += [
        RowCount(kind, PATIENTS.name, n_known),
        RowCount("known from other records", PATIENTS.name, n_strangers),
    ]


def _no_patients() -> str:
    return (
        "SELECT " + ", ".join(f"NULL::{_sql_type(name)} AS {name}" for name in PATIENTS.column_names) + " WHERE false"
    )


def _sql_type(name: str) -> str:
    kind = str(schema_of(PATIENTS.name).field(name).type)
    return {"date32[day]": "DATE", "bool": "BOOLEAN"}.get(kind, "VARCHAR")


def _check_unique(account: Account) -> None:
    twice = account.connection.execute(
        f"SELECT patient_id, count(*) FROM {PATIENTS_READ} GROUP BY patient_id HAVING count(*) > 1 ORDER BY patient_id"
    ).fetchall()
    if twice:
        faults = [
            Fault(f"patient {patient_id}", f"{n} different patients have this identifier", "Correct or separate them.")
            for patient_id, n in twice[:_MAX_LISTED]
        ]
        raise UnreadableInputError(f"{len(twice)} patient identifiers stand for different patients.", faults)


def _other_tables(account: Account) -> list[str]:
    return [name for name in TABLES if name != PATIENTS.name and (account.into / f"{name}.parquet").exists()]


def _strangers(account: Account) -> str:
    ids = " UNION ".join(
        f"SELECT DISTINCT patient_id FROM read_parquet({quote(str(account.into / f'{name}.parquet'))})"
        for name in _other_tables(account)
    )
    return f"SELECT patient_id FROM ({ids}) ANTI JOIN {PATIENTS_READ} USING (patient_id)"


def _newest_day(account: Account) -> date | None:
    days: list[date | None] = []
    for name in _other_tables(account):
        column = {MEASUREMENTS.name: "time_lower", "attestations": '"at"'}.get(name, "start_lower")
        path = quote(str(account.into / f"{name}.parquet"))
        days += account.connection.execute(f"SELECT max({column}) FROM read_parquet({path})").fetchall()[0]
    return max((day for day in days if day is not None), default=None)
