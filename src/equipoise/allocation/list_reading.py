"""Reads an allocation list made elsewhere: a CSV file with the columns position, stratum and arm.

Decides whether the file is a list for this specification; all its faults are raised together, and none shows an arm.
Whether a well-formed list is a good one is left to `list_checks`.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Specification
from equipoise.errors import Fault, UnreadableInputError

COLUMNS = ("position", "stratum", "arm")
_MAX_POSITION_DIGITS = 9
_MAX_SHOWN_GAPS = 5


def read_allocation_list(path: Path, specification: Specification) -> ImportedList:
    """
    Read a list: one row for each place, the places of a stratum from 1 and in their order.

    A file whose rows are out of order is refused rather than sorted: what came apart in a spreadsheet is not mended by
    sorting it again.

    Raises
    ------
    UnreadableInputError
        With every fault: line, what, and what to do.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise UnreadableInputError(f"{path}: cannot be read: {reason}") from error
    reader = _ListReader(path.name, specification)
    reader.read(text)
    if reader.faults:
        raise UnreadableInputError(f"{path}: this allocation list cannot be used.", reader.faults)
    return ImportedList({stratum: tuple(places.values()) for stratum, places in reader.places.items()})


@dataclass
class _ListReader:
    name: str
    specification: Specification
    faults: list[Fault] = field(default_factory=list)
    places: dict[str, dict[int, str]] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    """The position read last, by stratum."""

    def read(self, text: str) -> None:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = next(rows, [])
            if sorted(header) != sorted(COLUMNS):
                what = f"the columns are not {', '.join(COLUMNS)}"
                self.faults.append(Fault(f"{self.name} line 1", what, f"Write the first line as {','.join(COLUMNS)}."))
                return
            self.places = {stratum: {} for stratum in self.specification.strata}
            for cells in rows:
                self._read_row(f"{self.name} line {rows.line_num}", header, cells)
        except csv.Error as error:
            what = f"this is no CSV: {error}"
            self.faults.append(Fault(f"{self.name} line {rows.line_num}", what, "Write three cells with commas."))
            return
        self.faults += self._gaps()

    def _read_row(self, where: str, header: list[str], cells: list[str]) -> None:
        if len(cells) != len(COLUMNS):
            self.faults.append(Fault(where, "has not three cells", "Write position, stratum and arm; quote commas."))
            return
        position, stratum, arm = (cells[header.index(column)] for column in COLUMNS)
        if arm not in self.specification.shares:
            what = "the arm is not one of the protocol"
            self.faults.append(Fault(where, what, "Write the names of the arms as in the protocol, never codes."))
        if stratum not in self.places:
            do = f"Write strata as in {next(self.specification.strata)}."
            self.faults.append(Fault(where, "stratum not in the protocol", do))
        if not (position.isascii() and position.isdigit() and 0 < len(position) <= _MAX_POSITION_DIGITS):
            self.faults.append(Fault(where, "the position is no whole number", "Count the places of a stratum from 1."))
        elif stratum in self.places:
            self._take_place(where, int(position), stratum, arm)

    def _take_place(self, where: str, position: int, stratum: str, arm: str) -> None:
        if position == 0:
            self.faults.append(Fault(where, "position 0", "Count the places of a stratum from 1."))
        elif position in self.places[stratum]:
            what = f"place {position} of stratum {stratum} stands twice"
            self.faults.append(Fault(where, what, "Go back to the list as it was made: one of them is wrong."))
        elif position < self.last.get(stratum, 0):
            what = f"place {position} of stratum {stratum} stands after place {self.last[stratum]}: the list was sorted"
            self.faults.append(Fault(where, what, "Go back to the list as it was made; do not sort this one again."))
        self.places[stratum].setdefault(position, arm)
        self.last[stratum] = position

    def _gaps(self) -> Iterator[Fault]:
        for stratum, places in self.places.items():
            missing = [place for place in range(1, max(places, default=0)) if place not in places][:_MAX_SHOWN_GAPS]
            if missing:
                shown = ", ".join(str(place) for place in missing)
                what = f"stratum {stratum} lacks the places {shown}"
                yield Fault(self.name, what, "Go back to the list as it was made: a place was lost.")
            if not places:
                yield Fault(self.name, f"stratum {stratum} has no place", "Add the list of this stratum.")
