"""A dataset after CDISC in memory, and as Dataset-JSON 1.1.

Decides the form of the file and nothing of its content; `read_dataset` gives back what was written. How the columns
are told to others is `define`; which columns a dataset has, `catalogue`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from equipoise.errors import EquipoiseError, Fault

VERSION = "1.1.0"
Value = str | int | None


class DataType(StrEnum):
    """How the values of a column are written. A decimal is a string of digits: no number of a source is rounded."""

    TEXT = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"


class Origin(StrEnum):
    """Where the values of a column come from (Define-XML 2.1, def:Origin)."""

    ASSIGNED = "Assigned"
    COLLECTED = "Collected"
    DERIVED = "Derived"
    NOT_AVAILABLE = "Not Available"
    PREDECESSOR = "Predecessor"
    PROTOCOL = "Protocol"


@dataclass(frozen=True)
class Column:
    """
    One variable.

    Parameters
    ----------
    length
        Of the longest value; None where there is none.
    key_sequence
        The place among the keys of the dataset, from 1.
    is_numeric_date
        A date that is a number in the analysis (ADaM), not text (SDTM).
    codelist, method
        By their names in the catalogue.
    """

    name: str
    label: str
    data_type: DataType
    origin: Origin = Origin.ASSIGNED
    length: int | None = None
    key_sequence: int | None = None
    is_numeric_date: bool = False
    codelist: str | None = None
    method: str | None = None
    is_standard: bool = True


@dataclass(frozen=True)
class Dataset:
    """A dataset: rows of values in the order of the columns, None for what is missing."""

    name: str
    label: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def oid(self) -> str:
        """As in Define-XML."""
        return f"IG.{self.name}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the keys, in their order."""
        keyed = [(one.key_sequence, one.name) for one in self.columns if one.key_sequence is not None]
        return tuple(name for _, name in sorted(keyed))

    def records(self) -> list[dict[str, Value]]:
        """The rows by the names of the columns."""
        names = [one.name for one in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Study:
    """What the files say of the study and of themselves. `made_at` is told: nothing here reads a clock."""

    oid: str
    name: str
    description: str
    made_at: datetime
    program_version: str

    @property
    def metadata_oid(self) -> str:
        return f"MDV.{self.oid}"

    @property
    def made_at_text(self) -> str:
        """ISO 8601 to the second, with the offset when it has one."""
        return self.made_at.isoformat(timespec="seconds")


def item_oid(dataset: str, column: str) -> str:
    """The identifier of a variable, the same in both files."""
    return f"IT.{dataset}.{column}"


def to_json(dataset: Dataset, study: Study) -> dict[str, Any]:
    """A dataset as the content of a Dataset-JSON file."""
    return {
        "datasetJSONCreationDateTime": study.made_at_text,
        "datasetJSONVersion": VERSION,
        "fileOID": f"{study.oid}.{dataset.name}",
        "originator": "equipoise",
        "sourceSystem": {"name": "equipoise", "version": study.program_version},
        "studyOID": study.oid,
        "metaDataVersionOID": study.metadata_oid,
        "metaDataRef": "define.xml",
        "itemGroupOID": dataset.oid,
        "records": len(dataset.rows),
        "name": dataset.name,
        "label": dataset.label,
        "columns": [_column_to_json(dataset.name, column) for column in dataset.columns],
        "rows": [list(row) for row in dataset.rows],
    }


def _column_to_json(dataset: str, column: Column) -> dict[str, Any]:
    told: dict[str, Any] = {
        "itemOID": item_oid(dataset, column.name),
        "name": column.name,
        "label": column.label,
        "dataType": column.data_type.value,
    }
    if column.data_type is DataType.DECIMAL:
        told["targetDataType"] = "decimal"
    if column.is_numeric_date:
        told |= {"targetDataType": "integer", "displayFormat": "E8601DA."}
    if column.length is not None:
        told["length"] = column.length
    if column.key_sequence is not None:
        told["keySequence"] = column.key_sequence
    return told


def from_json(content: Mapping[str, Any], known: Mapping[str, Column]) -> Dataset:
    """
    A dataset from the content of a Dataset-JSON file.

    Parameters
    ----------
    known
        The columns of the dataset as declared: what the file does not hold (origin, method, codelist) is taken from
        there; a column that is not among them is one of its own.

    Raises
    ------
    EquipoiseError
        The file is of another version, or its rows do not agree with its columns or their number.
    """
    faults = _check(content)
    if faults:
        raise EquipoiseError("This is no Dataset-JSON that can be read.", faults)
    columns = tuple(_column_from_json(told, known.get(told["name"])) for told in content["columns"])
    return Dataset(content["name"], content["label"], columns, tuple(tuple(row) for row in content["rows"]))


def _check(content: Mapping[str, Any]) -> list[Fault]:
    missing = [key for key in ("name", "label", "columns", "rows", "records") if key not in content]
    if missing:
        return [Fault("file", f"it has no {', '.join(missing)}")]
    faults = []
    if not str(content.get("datasetJSONVersion", "")).startswith("1.1"):
        faults.append(Fault("datasetJSONVersion", "only version 1.1 is read"))
    if content["records"] != len(content["rows"]):
        faults.append(Fault("records", f"says {content['records']}, and there are {len(content['rows'])} rows"))
    width = len(content["columns"])
    uneven = [number for number, row in enumerate(content["rows"], 1) if len(row) != width]
    faults += [Fault(f"row {number}", f"has not as many values as there are columns ({width})") for number in uneven]
    return faults


def _column_from_json(told: Mapping[str, Any], known: Column | None) -> Column:
    return Column(
        told["name"],
        told["label"],
        DataType(told["dataType"]),
        Origin.ASSIGNED if known is None else known.origin,
        told.get("length"),
        told.get("keySequence"),
        told.get("targetDataType") == "integer",
        None if known is None else known.codelist,
        None if known is None else known.method,
        known is None or known.is_standard,
    )


def write_datasets(datasets: Sequence[Dataset], folder: Path, study: Study) -> tuple[Path, ...]:
    """Write each dataset as `<name>.json` in small letters, into a folder that exists; the files that were written."""
    written = []
    for dataset in datasets:
        path = folder / f"{dataset.name.lower()}.json"
        text = json.dumps(to_json(dataset, study), ensure_ascii=False, separators=(",", ":"))
        path.write_text(text + "\n", encoding="utf-8")
        written.append(path)
    return tuple(written)
