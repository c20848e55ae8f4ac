"""The working state of one reading: the engine, where tables go, and the account that becomes the report."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from equipoise.errors import Fault
from equipoise.records.report import (
    MAX_EXAMPLES,
    Fate,
    FateCount,
    FileReading,
    Note,
    ReadingReport,
    RowCount,
    sort_counts,
)

DUPLICATE = "identical duplicate"


@dataclass
class Account:
    """Collects what became of each item; readers add to it, `report` closes it."""

    connection: duckdb.DuckDBPyConnection
    scratch: Path
    into: Path
    files: list[FileReading] = field(default_factory=list)
    counts: dict[tuple[str, str, Fate, str], tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    rows: list[RowCount] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    supplied: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def add(self, file: str, kind: str, fate: Fate, why: str = "", n: int = 1, places: Iterable[str] = ()) -> None:
        """Count `n` items of a file; `places` are examples of where they stand."""
        if n == 0:
            return
        known, examples = self.counts.get((file, kind, fate, why), (0, ()))
        kept = (*examples, *places)[:MAX_EXAMPLES]
        self.counts[(file, kind, fate, why)] = (known + n, kept)

    def note(self, what: str, n: int, places: Iterable[str] = ()) -> None:
        """Tell the reader of the report something about items that were used; nothing when n is 0."""
        if n:
            self.notes.append(Note(what, n, tuple(places)[:MAX_EXAMPLES]))

    def report(self, source_format: str) -> ReadingReport:
        counts = (FateCount(*key, n=n, examples=examples) for key, (n, examples) in self.counts.items())
        return ReadingReport(
            source_format=source_format,
            files=tuple(sorted(self.files, key=lambda reading: reading.file)),
            counts=sort_counts(counts),
            rows=tuple(sorted((row for row in self.rows if row.n), key=lambda row: (row.kind, row.table))),
            notes=tuple(sorted(self.notes, key=lambda note: note.what)),
            supplied=tuple(sorted(self.supplied)),
        )
