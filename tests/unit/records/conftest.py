"""Small FHIR sources on disk, and the tables read from them as plain rows."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from equipoise.records.dataset import Records, read_records

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def concept(code: str, system: str = LOINC) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


class Source:
    """A folder of source files and what became of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "source"
        self.folder.mkdir()
        self.into = folder / "read"
        self.records: Records | None = None

    def text(self, name: str, text: str | bytes) -> "Source":
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        content = text.encode() if isinstance(text, str) else text
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return self

    def lines(self, name: str, *resources: Any) -> "Source":
        return self.text(name, "".join(json.dumps(resource) + "\n" for resource in resources))

    def read(self, **options: Any) -> Records:
        self.records = read_records(self.folder, self.into, **options)
        return self.records

    def rows(self, table: str, **options: Any) -> list[dict[str, Any]]:
        records = self.records or self.read(**options)
        return sorted(pq.read_table(records.path(table)).to_pylist(), key=lambda row: json.dumps(row, default=str))

    def row(self, table: str) -> dict[str, Any]:
        rows = self.rows(table)
        assert len(rows) == 1, rows
        return rows[0]

    def lanes(self) -> dict[str, str]:
        assert self.records is not None
        return {reading.file: reading.lane for reading in self.records.report.files}

    def notes(self) -> str:
        assert self.records is not None
        return "; ".join(note.what for note in self.records.report.notes)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


@pytest.fixture
def observation() -> Callable[..., dict[str, Any]]:
    def make(**parts: Any) -> dict[str, Any]:
        return {
            "resourceType": "Observation",
            "id": "o1",
            "status": "final",
            "code": concept("718-7"),
            "subject": {"reference": "Patient/p1"},
            "effectiveDateTime": "2026-01-10",
        } | parts

    return make


@pytest.fixture
def condition() -> Callable[..., dict[str, Any]]:
    def make(**parts: Any) -> dict[str, Any]:
        return {
            "resourceType": "Condition",
            "id": "c1",
            "code": concept("C25.4", "http://hl7.org/fhir/sid/icd-10-cm"),
            "subject": {"reference": "Patient/p1"},
        } | parts

    return make
