"""Tables drawn as text: a header, a rule, and rows that begin with the number of the patient."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ATTESTED_BY = "investigator"


@dataclass(frozen=True)
class DrawnRow:
    patient: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Drawing:
    """The lines as drawn, and the rows they say; blank cells are left out."""

    lines: tuple[str, ...]
    rows: tuple[DrawnRow, ...]


def draw(text: str) -> Drawing:
    """Read a drawn table; raises ValueError when a row has another number of cells than the header."""
    lines = tuple(line.rstrip() for line in dedent(text).strip("\n").splitlines() if line.strip())
    header = _cells(lines[0])
    rows = []
    for line in lines[2:]:
        cells = _cells(line)
        if len(cells) != len(header):
            raise ValueError(f"{len(cells)} cells under {len(header)} columns: {line}")
        given = {name: cell for name, cell in zip(header[1:], cells[1:], strict=True) if cell}
        rows.append(DrawnRow(int(cells[0]), given))
    return Drawing(lines, tuple(rows))


def _cells(line: str) -> list[str]:
    """A bar parts cells when it has blanks on both sides: `loinc|718-7` is one cell."""
    return [cell.strip() for cell in re.split(r"(?<=\s)\|(?=\s)", f" {line} ")]


def write_csv(path: Path, table: str, header: str, rows: Iterable[dict[str, str]]) -> None:
    """Write rows with all columns that occur; an attested answer is the investigator's unless drawn otherwise."""
    found = [({"by": ATTESTED_BY} | row) if table == "attestations" else row for row in rows]
    names = list(dict.fromkeys([*header.split(","), *(name for row in found for name in row)]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(found)
