"""One reading of FHIR files: each file by the fast or the slow lane, then each resource type to its table."""

import errno
import zlib
from collections.abc import Sequence
from pathlib import Path

from equipoise.errors import Fault
from equipoise.records.account import Account
from equipoise.records.csv import PATIENTS_READ
from equipoise.records.fhir import drugs, events, macros, results
from equipoise.records.fhir.copies import keep_one_of_each
from equipoise.records.fhir.files import Content, find_lines, has_json_name, is_gzip, look_into
from equipoise.records.fhir.lines import SlowLane
from equipoise.records.fhir.shapes import SHAPES
from equipoise.records.fhir.staging import (
    GZIP_GAIN,
    MEMORY_BYTES,
    Staged,
    cleaned_source,
    count_lines,
    facts_query,
    lines_source,
    stage_lines,
)
from equipoise.records.report import MAX_EXAMPLES, Fate, FileReading, RowCount
from equipoise.records.sql import copy_to, quote
from equipoise.records.tables import PATIENTS

TABLE_OF = {
    "Patient": "patients",
    "Observation": "measurements",
    **{kind: mapping.table for kind, mapping in events.EVENTS.items()},
}
_NOT_NEEDED = events.NOT_NEEDED_REASONS | {results.NOT_FINAL, results.NO_VALUE}
NO_ID = "no id"


class FhirReading:
    """Reads FHIR files into the canonical tables of an account (patients: into `patients_read`)."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._paths: dict[str, Path] = {}
        self._staged: dict[str, list[Staged]] = {}
        self._n_bytes = 0
        self._written: dict[str, list[Path]] = {}
        for macro in macros.MACROS:
            account.connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")

    def read(self, files: Sequence[tuple[Path, str]]) -> None:
        """Read files (path, name in the report). Faults of files are added to the account."""
        folder = self._account.scratch / "cleaned"
        folder.mkdir()
        slow = SlowLane(self._account, folder)
        for path, name in files:
            self._paths[name] = path
            try:
                self._stage_file(slow, path, name)
            except (EOFError, zlib.error, OSError) as error:
                if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
                    raise
                self._account.faults.append(_damaged(name, error))
        slow.close()
        if self._account.faults:
            return
        for kind, path in slow.outputs().items():
            staged = self._next_staged(kind, path.stat().st_size, cleaned_source(path, kind))
            staged.fill(self._account.connection, facts_query(kind, staged.source))
        self._write_tables()

    def _next_staged(self, kind: str, size: int, source: str) -> Staged:
        staged = self._staged.setdefault(kind, [])
        name = f"{kind}-{len(staged)}"
        self._n_bytes += size
        path = self._account.scratch / f"{name}.parquet" if self._n_bytes > MEMORY_BYTES else None
        staged.append(Staged(name, path, source))
        return staged[-1]

    def _stage_file(self, slow: SlowLane, path: Path, name: str) -> None:
        content, kind = look_into(path)
        if content is Content.EMPTY:
            self._account.files.append(FileReading(name, 0, 0, "not read"))
        elif content is Content.OTHER and not has_json_name(path):
            self._account.files.append(FileReading(name, 0, 0, "not read"))
            self._account.note("file holds no JSON: not read", 1, [name])
        elif content is Content.OTHER:
            self._account.faults.append(Fault(name, "is not JSON", "Export it again, or take it out of the folder."))
        elif content is Content.DOCUMENT:
            slow.read_document(path, name)
        elif kind is None or not self._stage_fast(path, name, kind):
            slow.read_lines(path, name)

    def _stage_fast(self, path: Path, name: str, kind: str) -> bool:
        if kind == "Bundle":
            return False
        if kind not in SHAPES:
            return count_lines(self._account, path, name, kind)
        size = path.stat().st_size * (GZIP_GAIN if is_gzip(path) else 1)
        is_staged = stage_lines(
            self._account, name, kind, self._next_staged(kind, size, lines_source(path, name, kind))
        )
        if not is_staged:
            self._staged[kind].pop()
        return is_staged

    def _write_tables(self) -> None:
        self._account.connection.execute(drugs.NO_DRUGS)
        order = ["Patient", "Medication", *(kind for kind in SHAPES if kind not in ("Patient", "Medication"))]
        for kind in order:
            staged = self._staged.pop(kind, [])
            if kind == "Patient" or staged:
                self._write_kind(kind, staged)
            for relation in staged:
                relation.drop(self._account.connection)
        for table, paths in self._written.items():
            self._join(table, paths)

    def _join(self, table: str, paths: Sequence[Path]) -> None:
        target = self._account.into / f"{table}.parquet"
        if len(paths) == 1:
            paths[0].replace(target)
            return
        listed = ", ".join(quote(str(path)) for path in paths)
        copy_to(self._account.connection, f"SELECT * FROM read_parquet([{listed}])", target)

    def _write_kind(self, kind: str, staged: Sequence[Staged]) -> None:
        if kind == "Patient":
            self._read_patients(staged)
            return
        view = keep_one_of_each(self._account, kind, staged)
        if kind == "Medication":
            self._account.connection.execute(drugs.drugs_table(view))
            self._count(kind, f"SELECT *, NULL AS why FROM {view}")
            return
        if kind == "Observation":
            judged = self._compose(view)
            oddity, told = "bad_component", f"{kind}: a component has a value of a kind that is not read"
            rows = results.rows_query("judged")
        else:
            mapping = events.EVENTS[kind]
            judged = f"SELECT * FROM {drugs.with_drug(view) if kind in drugs.KINDS else view}"
            oddity, told = "has_bad_date", f"{kind}: a date is not understood, the event counts as undated"
            rows = events.rows_query(kind, mapping, "judged")
        self._account.connection.execute(f"CREATE OR REPLACE TEMP VIEW judged AS {judged}")
        self._count(kind, "SELECT * FROM judged", oddity, told)
        self._write_rows(kind, rows)

    def _compose(self, view: str) -> str:
        """Observations, those with components apart: once gathered these few are judged densely."""
        connection = self._account.connection
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE with_parts AS SELECT * FROM {view} WHERE component IS NOT NULL"
        )
        connection.execute(f"CREATE OR REPLACE TEMP TABLE composed AS {results.composed_query('with_parts')}")
        connection.execute("DROP TABLE with_parts")
        return f"SELECT * FROM {view} WHERE component IS NULL UNION ALL BY NAME SELECT * FROM composed"

    def _write_rows(self, kind: str, rows: str) -> None:
        table = TABLE_OF[kind]
        path = self._account.scratch / f"rows-{kind}.parquet"
        copy_to(self._account.connection, rows, path)
        n, n_odd = self._account.connection.execute(
            f"SELECT count(*), count_if(code[1] IN ('{{', '[') OR system[1] IN ('{{', '['))"
            f" FROM read_parquet({quote(str(path))})"
        ).fetchall()[0]
        self._account.rows.append(RowCount(kind, table, n))
        self._account.note(f"{kind}: a code is not text", n_odd)
        self._account.supplied.add(table)
        self._written.setdefault(table, []).append(path)

    def _read_patients(self, staged: Sequence[Staged]) -> None:
        connection = self._account.connection
        births = "SELECT patient_id, birth_lower, birth_upper FROM " + PATIENTS_READ
        if staged:
            view = keep_one_of_each(self._account, "Patient", staged)
            judged = f"SELECT *, CASE WHEN tidy(id) IS NULL THEN '{NO_ID}' END AS why FROM {view}"
            self._count("Patient", judged)
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {PATIENTS_READ} AS {_PATIENT_ROWS.format(judged=judged)}")
            n_bad = connection.execute(f"SELECT count(*) FROM {view} WHERE is_bad_date(birthDate)").fetchall()[0][0]
            self._account.note("Patient: a birth date is not understood, the age is unknown", n_bad)
            self._account.supplied.add(PATIENTS.name)
        else:
            births = (
                "SELECT NULL::VARCHAR AS patient_id, NULL::DATE AS birth_lower, NULL::DATE AS birth_upper WHERE false"
            )
        # One row for each patient, or events would multiply; identifiers that stand twice are refused later.
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE births AS SELECT patient_id, min(birth_lower) AS birth_lower,"
            f" max(birth_upper) AS birth_upper FROM ({births}) GROUP BY patient_id"
        )

    def _count(self, kind: str, judged: str, oddity: str = "false", told: str = "") -> None:
        """Count the fates of resources, and tell which of the used ones have an oddity."""
        for file, why, is_odd, n, places, ids in self._account.connection.execute(
            f"SELECT place_file, why, why IS NULL AND {oddity} AS is_odd, count(*),"
            f" min(place, {MAX_EXAMPLES}) FILTER (WHERE why IS NOT NULL OR {oddity}),"
            f" min(id, {MAX_EXAMPLES}) FILTER (WHERE why IS NOT NULL OR {oddity})"
            f" FROM ({judged}) GROUP BY ALL ORDER BY ALL"
        ).fetchall():
            fate = Fate.USED if why is None else Fate.NOT_NEEDED if why in _NOT_NEEDED else Fate.NOT_UNDERSTOOD
            examples = self._places(file, places, ids) if is_odd or fate is Fate.NOT_UNDERSTOOD else ()
            self._account.add(file, kind, fate, why or "", n, () if is_odd else examples)
            if is_odd:
                self._account.note(told, n, examples)

    def _places(self, file: str, places: list[str] | None, ids: list[str] | None) -> Sequence[str]:
        """The slow lane knows its places; in a file of the fast lane the resources are looked up again."""
        if places:
            return sorted(places)
        return [f"{file}:{line}" for line in find_lines(self._paths[file], set(ids or ()), MAX_EXAMPLES)]


_PATIENT_ROWS = (
    "SELECT tidy(id) AS patient_id, 'Patient/' || tidy(id) AS record_id, day_lower(birthDate) AS birth_lower,"
    " day_upper(birthDate) AS birth_upper,"
    " CASE WHEN lower(gender) IN ('female', 'male', 'other') THEN lower(gender) END AS sex,"
    " coalesce(deceasedBoolean, false) OR deceasedDateTime IS NOT NULL AS is_deceased,"
    " day_lower(deceasedDateTime) AS death_lower, day_upper(deceasedDateTime) AS death_upper"
    " FROM ({judged}) WHERE why IS NULL"
)


def _damaged(name: str, error: Exception) -> Fault:
    if isinstance(error, (EOFError, zlib.error)):
        return Fault(name, "is a damaged gzip file: patients may be lost", "Copy or export it again.")
    return Fault(
        name, f"cannot be read ({getattr(error, 'strerror', None) or error})", "Check the file and its permissions."
    )
