"""The reading report: what became of every line and every resource of a source.

Every item (a line, an entry of a Bundle, a row of a CSV file) has exactly one fate, so the counts of a file
add up to its items. Nothing of a patient stands in the report: places are file names and line numbers.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec

REPORT_NAME = "reading-report.json"
MAX_EXAMPLES = 20


class Fate(StrEnum):
    """What became of an item."""

    USED = "used"
    NOT_NEEDED = "not needed"
    NOT_UNDERSTOOD = "not understood"


@dataclass(frozen=True)
class FileReading:
    """
    One file of the source.

    `lines` are its lines that are not blank (1 for a JSON document); `items` adds the entries of its Bundles.
    `lane` is "fast", "line by line", "rows", or "not read".
    """

    file: str
    lines: int
    items: int
    lane: str


@dataclass(frozen=True)
class FateCount:
    """How many items of one kind in one file met one fate, why, and where the first of them stand ("file:line")."""

    file: str
    kind: str
    fate: Fate
    why: str
    n: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """Something a reader of the tables should know about items that were used."""

    what: str
    n: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowCount:
    """Rows of a canonical table that came from one kind of item."""

    kind: str
    table: str
    n: int


@dataclass(frozen=True)
class ReadingReport:
    """The whole account of one reading; written as `reading-report.json` beside the tables."""

    source_format: str
    files: tuple[FileReading, ...] = ()
    counts: tuple[FateCount, ...] = ()
    rows: tuple[RowCount, ...] = ()
    notes: tuple[Note, ...] = ()
    supplied: tuple[str, ...] = field(default=())

    def total(self, fate: Fate | None = None, *, kind: str | None = None, file: str | None = None) -> int:
        """Items of a fate (all fates by default), of a kind and of a file (all by default)."""
        return sum(
            count.n
            for count in self.counts
            if (fate is None or count.fate is fate)
            and (kind is None or count.kind == kind)
            and (file is None or count.file == file)
        )

    @property
    def n_items(self) -> int:
        return sum(reading.items for reading in self.files)

    def n_rows(self, table: str) -> int:
        """Rows written to a canonical table."""
        return sum(count.n for count in self.rows if count.table == table)

    def reasons(self, fate: Fate) -> dict[tuple[str, str], int]:
        """(kind, why) to the number of items, the most frequent first."""
        sums: Counter[tuple[str, str]] = Counter()
        for count in self.counts:
            if count.fate is fate:
                sums[(count.kind, count.why)] += count.n
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))

    def write(self, folder: Path) -> None:
        text = msgspec.json.format(msgspec.json.encode(self), indent=1)
        (folder / REPORT_NAME).write_bytes(text + b"\n")


def load_report(folder: Path) -> ReadingReport:
    """The report that was written into a folder of tables; OSError or msgspec.DecodeError when it is not there."""
    return msgspec.json.decode((folder / REPORT_NAME).read_bytes(), type=ReadingReport)


def sort_counts(counts: Iterable[FateCount]) -> tuple[FateCount, ...]:
    """The one order in which counts are written, so that equal readings give equal bytes."""
    return tuple(sorted(counts, key=lambda count: (count.file, count.kind, count.fate, count.why)))
