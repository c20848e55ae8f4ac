"""The door of this package: any source of records becomes the canonical tables and a reading report."""

import os
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import msgspec

from equipoise.errors import Fault, OutputError, UnreadableInputError
from equipoise.records.account import Account
from equipoise.records.csv import read_canonical_file, table_of_file
from equipoise.records.fhir.files import has_json_name, look_into
from equipoise.records.fhir.folder import FhirReading
from equipoise.records.fhir.shapes import SHAPES
from equipoise.records.finish import write_missing_tables, write_patients
from equipoise.records.report import REPORT_NAME, Fate, ReadingReport, load_report
from equipoise.records.sql import open_engine
from equipoise.records.tables import ATTESTATIONS, TABLES


@dataclass(frozen=True)
class Records:
    """
    A folder of canonical tables.

    `supplied` names the tables the source supplied: for FHIR at least one resource of their types was in the
    source, kept or not; for CSV the file was there. Nothing may be concluded from absence in the others.
    """

    folder: Path
    supplied: frozenset[str]
    report: ReadingReport

    def path(self, table: str) -> Path:
        """The Parquet file of a canonical table."""
        return self.folder / f"{table}.parquet"


def read_records(source: Path, into: Path, *, attestations: Path | None = None, today: date | None = None) -> Records:
    """
    Read a file or folder of FHIR R4 or of canonical tables into Parquet files in `into`.

    `attestations` is a further canonical CSV or Parquet file of answers. `today` is the day after which nobody
    can be born (default: the newest day of the records).
    Raises UnreadableInputError when nothing can be read, when a file is damaged so that patients may be lost,
    or when two different patients have one identifier; OutputError when the tables cannot be written.
    """
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".reading-", dir=into) as scratch:
        connection = open_engine(Path(scratch))
        try:
            account = Account(connection, Path(scratch), into)
            source_format = _read_source(account, source)
            if attestations is not None:
                _read_attestations(account, attestations)
            _raise_faults(account, source)
            write_missing_tables(account)
            write_patients(account, kind="Patient" if source_format == "fhir" else "patients", today=today)
            report = account.report(source_format)
        except (duckdb.IOException, duckdb.OutOfMemoryException, OSError) as error:
            raise OutputError(
                f"Tables cannot be written to {into}.",
                [Fault(str(into), str(error).splitlines()[0], "Free some space, or give another folder.")],
            ) from error
        finally:
            connection.close()
    report.write(into)
    return Records(into, frozenset(report.supplied), report)


def open_records(folder: Path) -> Records:
    """
    Records that were read before. UnreadableInputError when the folder does not hold all seven tables and their report.
    """
    missing = [name for name in TABLES if not (folder / f"{name}.parquet").is_file()]
    try:
        report = load_report(folder)
    except (OSError, msgspec.MsgspecError):
        missing.append(REPORT_NAME)
    if missing:
        fault = Fault(
            str(folder), f"lacks {', '.join(missing)}", "Read the source again with: equipoise records read SOURCE"
        )
        raise UnreadableInputError("Not a folder of canonical tables.", [fault])
    return Records(folder, frozenset(report.supplied), report)


def _read_source(account: Account, source: Path) -> str:
    paths = _files_of(account, source)
    tables = [(path, name) for path in paths if (name := table_of_file(path)) is not None]
    others = [path for path in paths if table_of_file(path) is None and path.name != REPORT_NAME]
    _raise_faults(account, source)
    if tables and not any(_is_fhir(path) for path in others):
        _read_tables(account, source, tables)
        for path in others:
            account.note("file is not a canonical table: not read", 1, [_name(path, source)])
        return "canonical"
    # Beside FHIR a file of answers is welcome; any other table would be a second truth.
    for path, name in tables:
        if name == ATTESTATIONS.name:
            read_canonical_file(account, path, name)
        else:
            account.faults.append(Fault(path.name, "is a canonical table beside FHIR files", "Keep one of the two."))
    FhirReading(account).read([(path, _name(path, source)) for path in others])
    if not account.faults and not any(kind in SHAPES for _, kind, _, _ in account.counts):
        do = "Give a folder of NDJSON files, Bundles, or canonical tables (patients.csv, ...)."
        account.faults.append(Fault(str(source), "holds no FHIR resource of a type that is used", do))
    return "fhir"


def _read_tables(account: Account, source: Path, tables: list[tuple[Path, str]]) -> None:
    names = [name for _, name in tables]
    for name in sorted({name for name in names if names.count(name) > 1}):
        account.faults.append(Fault(str(source), f"holds the table {name} twice", "Keep one file for each table."))
    _raise_faults(account, source)
    for path, name in tables:
        read_canonical_file(account, path, name)
    if (source / REPORT_NAME).is_file():
        # Tables that were read before: what their own source supplied is what counts.
        account.supplied = set(load_report(source).supplied)


def _is_fhir(path: Path) -> bool:
    try:
        return has_json_name(path) and look_into(path)[1] is not None
    except (OSError, EOFError, zlib.error):
        return has_json_name(path)


def _name(path: Path, source: Path) -> str:
    return path.relative_to(source).as_posix() if path != source else path.name


def _files_of(account: Account, source: Path) -> list[Path]:
    if not source.exists():
        raise UnreadableInputError(f"{source} does not exist.", [Fault(str(source), "no such file or folder")])
    if not source.is_dir():
        return [source]
    files = []
    for path in sorted(_walk(account, source)):
        if path.is_file():
            files.append(path)
        else:
            account.faults.append(
                Fault(_name(path, source), "is no file that can be read", "Check where it points to.")
            )
    return files


def _walk(account: Account, source: Path) -> Iterator[Path]:
    """Files at any depth. What is hidden is passed over; a folder that cannot be entered may hold patients: a fault."""

    def fail(error: OSError) -> None:
        name = _name(Path(error.filename or source), source)
        why = f"is a folder that cannot be read: {error.strerror or error}"
        account.faults.append(Fault(name, why, "Allow reading it, or move it out of the source."))

    for folder, names, files in os.walk(source, onerror=fail):
        names[:] = [name for name in names if not name.startswith(".")]
        for name in names:
            if (Path(folder) / name).is_symlink():
                why = "is a link to a folder, and links are not followed"
                account.faults.append(Fault(_name(Path(folder) / name, source), why, "Give the folder itself."))
        yield from (Path(folder) / name for name in files if not name.startswith("."))


def _read_attestations(account: Account, path: Path) -> None:
    given = any(kind == ATTESTATIONS.name and fate is Fate.USED for _, kind, fate, _ in account.counts)
    if not path.is_file():
        account.faults.append(Fault(str(path), "no such file of attestations"))
    elif given:
        account.faults.append(
            Fault(
                str(path), "the source holds answers of its own", "Put all answers into one file, so that none is lost."
            )
        )
    else:
        read_canonical_file(account, path, ATTESTATIONS.name)


def _raise_faults(account: Account, source: Path) -> None:
    if account.faults:
        raise UnreadableInputError(f"{source} cannot be read.", account.faults)
