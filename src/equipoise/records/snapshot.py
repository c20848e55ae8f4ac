"""One person's canonical rows as plain JSON data and back, exactly: what a trial keeps of the records it judged.

Decides how a cell is written (decimals, days and instants as text; nothing is a float), and that the source's
identifier of the person gives way to the trial's. Leaves to others: reading records, judging them, and who may see
a snapshot. A snapshot is clinical data: values, days, free text and record ids stay, since evidence names them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from equipoise.errors import Fault, UnreadableInputError
from equipoise.records.patient import PatientRecords, Row
from equipoise.records.tables import ATTESTATIONS, PATIENTS, TABLES, Table, Type

_PATIENT_ID, _RECORD_ID = "patient_id", "record_id"
_ROW_TABLES = tuple(name for name in TABLES if name != PATIENTS.name)
_PYTHON: Mapping[Type, type] = {
    Type.TEXT: str,
    Type.DATE: date,
    Type.INSTANT: datetime,
    Type.DECIMAL: Decimal,
    Type.BOOLEAN: bool,
}
_CELLS: Mapping[str, Mapping[str, type]] = {
    name: {column.name: _PYTHON[column.type] for column in table.columns} for name, table in TABLES.items()
}
"""What a cell of each column is, by table."""


@dataclass(frozen=True)
class Snapshot:
    """
    Everything that the records said of one subject at one reading.

    `records` are the canonical rows under the subject's id; `supplied` names the tables that the source supplied:
    nothing may be concluded from absence in the others.
    """

    subject_id: str
    records: PatientRecords
    supplied: frozenset[str]

    def with_attestations(self, rows: Iterable[Mapping[str, Any]]) -> "Snapshot":
        """
        The same with further answers, as rows of the canonical table `attestations` (the subject's id is filled in).

        Raises
        ------
        ValueError
            A row lacks what the table requires, has a column the table does not have, or a cell of another type.
        """
        added = [_complete(ATTESTATIONS, row | {_PATIENT_ID: self.subject_id}) for row in map(dict, rows)]
        answers = [*self.records.rows.get(ATTESTATIONS.name, []), *added]
        everything = {**self.records.rows, ATTESTATIONS.name: answers}
        return replace(self, records=PatientRecords(self.records.patient, everything))

    def to_json(self) -> dict[str, Any]:
        """
        Plain data for canonical JSON: texts and booleans only; cells without a value and the person's id are left out.
        """
        return {
            "subject": self.subject_id,
            "supplied": sorted(self.supplied),
            "patient": _write_row(PATIENTS, self.records.patient),
            "tables": {
                name: [_write_row(TABLES[name], row) for row in self.records.rows.get(name, [])] for name in _ROW_TABLES
            },
        }

    @classmethod
    def from_json(cls, content: Any) -> "Snapshot":
        """
        The snapshot that `to_json` wrote.

        Raises
        ------
        UnreadableInputError
            The content is not one, with every fault of it; values are never told.
        """
        faults: list[Fault] = []
        snapshot = _read_snapshot(content, faults)
        if snapshot is None or faults:
            raise UnreadableInputError("This is not a snapshot of records.", faults)
        return snapshot


def snapshot_of(patient: PatientRecords, supplied: Iterable[str], subject_id: str) -> Snapshot:
    """
    The snapshot of a patient under a subject's id.

    The patient's id is replaced as owner of every row, and within record ids where it stands as a word of its own
    ("Observation/p17-3" becomes "Observation/S-001-3"). Free text is kept as it is.

    Parameters
    ----------
    patient
        As `records.patient.iterate_patients` gives it.
    supplied
        The tables that the source supplied (`Records.supplied`).
    subject_id
        The trial's own name for the person; it must not occur in the record ids.

    Raises
    ------
    ValueError
        Two records would get one id.
    """
    own = re.compile(rf"(?<![A-Za-z0-9]){re.escape(patient.patient_id)}(?![A-Za-z0-9])")

    def renamed(table: Table, rows: Iterable[Row]) -> list[Row]:
        new_ids = {row[_RECORD_ID]: own.sub(lambda _: subject_id, row[_RECORD_ID]) for row in rows}
        if len(set(new_ids.values())) < len(new_ids):
            raise ValueError(f"{table.name}: two records would get one id under {subject_id}")
        return [_complete(table, row | {_PATIENT_ID: subject_id, _RECORD_ID: new_ids[row[_RECORD_ID]]}) for row in rows]

    everything = {name: renamed(TABLES[name], patient.rows.get(name, [])) for name in _ROW_TABLES}
    person = renamed(PATIENTS, [patient.patient])[0]
    return Snapshot(subject_id, PatientRecords(person, everything), frozenset(supplied))


def newer(earlier: Snapshot, later: Snapshot) -> Snapshot:
    """
    What holds when the records of a subject were read again: the later reading, whole.

    Rows are never mixed: a result that a laboratory withdrew must not live on beside its correction. Answers recorded
    in the trial are no part of a reading; they are added when it is judged (`with_attestations`).

    Raises
    ------
    ValueError
        The two are of different subjects.
    """
    if earlier.subject_id != later.subject_id:
        raise ValueError(f"records of {later.subject_id} cannot replace those of {earlier.subject_id}")
    return later


def _complete(table: Table, row: Row) -> Row:
    """The row with every column of its table, in their order, each cell of its type."""
    kinds = _CELLS[table.name]
    if unknown := row.keys() - kinds.keys():
        raise ValueError(f"table {table.name} has no column {', '.join(sorted(unknown))}")
    for name in table.required_names:
        if row.get(name) is None:
            raise ValueError(f"a row of table {table.name} needs {name}")
    for name, cell in row.items():
        if cell is not None and type(cell) is not kinds[name]:
            raise ValueError(f"{table.name}.{name} is a {type(cell).__name__}, not a {table.column_types[name].value}")
    return dict.fromkeys(table.column_names) | row


def _write_row(table: Table, row: Row) -> dict[str, str | bool]:
    cells = ((name, row.get(name)) for name in table.column_names if name != _PATIENT_ID)
    return {name: cell if type(cell) is str else _write_cell(cell) for name, cell in cells if cell is not None}


def _write_cell(cell: str | bool | Decimal | date) -> str | bool:
    """Text and booleans as they are; `str` of a decimal keeps its places, ISO text of an instant its microseconds."""
    if isinstance(cell, str | bool):
        return cell
    return str(cell) if isinstance(cell, Decimal) else cell.isoformat()


def _read_snapshot(content: Any, faults: list[Fault]) -> Snapshot | None:
    keys = {"subject": str, "supplied": list, "patient": dict, "tables": dict}
    if not isinstance(content, Mapping) or set(content) != set(keys):
        faults.append(Fault("snapshot", f"does not have the keys {', '.join(keys)}, and no others"))
        return None
    wrong = [name for name, kind in keys.items() if not isinstance(content[name], kind)]
    faults += [Fault(name, f"is not a {keys[name].__name__}") for name in wrong]
    if wrong:
        return None
    faults += [Fault("supplied", "names an unknown table") for name in content["supplied"] if name not in tuple(TABLES)]
    if set(content["tables"]) != set(_ROW_TABLES):
        faults.append(Fault("tables", f"are not {', '.join(_ROW_TABLES)}"))
        return None
    subject = content["subject"]
    rows = {name: _read_rows(TABLES[name], content["tables"][name], subject, faults) for name in _ROW_TABLES}
    person = _read_rows(PATIENTS, [content["patient"]], subject, faults)
    return None if faults else Snapshot(subject, PatientRecords(person[0], rows), frozenset(content["supplied"]))


def _read_rows(table: Table, written: Any, subject: str, faults: list[Fault]) -> list[Row]:
    if not isinstance(written, list) or not all(isinstance(row, dict) for row in written):
        faults.append(Fault(f"table {table.name}", "is not a list of rows"))
        return []
    kinds = {name: kind for name, kind in _CELLS[table.name].items() if name != _PATIENT_ID}
    blank = dict.fromkeys(table.column_names) | {_PATIENT_ID: subject}
    needed = set(table.required_names) - {_PATIENT_ID}
    rows = []
    for number, row in enumerate(written, start=1):
        try:
            cells = {
                name: cell if kinds[name] is str is type(cell) else _read_cell(kinds[name], cell)
                for name, cell in row.items()
            }
            # Each cell is of its column's type by now, so this is what `_complete` would make of it.
            if not needed <= cells.keys():
                raise ValueError("a cell that is needed is missing")
            rows.append(blank | cells)
        except KeyError:
            faults.append(Fault(f"table {table.name}, row {number}", "has a column that the table does not have"))
        except (ValueError, TypeError, InvalidOperation):
            faults.append(Fault(f"table {table.name}, row {number}", "has a cell that is missing or cannot be read"))
    return rows


def _read_cell(kind: type, cell: Any) -> Any:
    is_written_so = isinstance(cell, bool if kind is bool else str)
    if not is_written_so:
        raise TypeError(f"{kind.__name__} is not written like this")
    if kind is date:
        return date.fromisoformat(cell)
    if kind is datetime:
        return datetime.fromisoformat(cell)
    return Decimal(cell) if kind is Decimal else cell
