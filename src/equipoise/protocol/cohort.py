"""A cohort from before as individual times: the CSV file beside a protocol that names it, read and checked whole.

Decides what such a file may hold: the columns `days,event`, a line for each person and nothing else. Every line becomes
a row or a fault; none is left out, mended or guessed. What is compared with the cohort is `analysis`.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.analysis_plan import AnalysisPlan, History
from equipoise.protocol.model import Protocol

COLUMNS = ("days", "event")
DAYS_AT_MOST = 36525
"""A hundred years: a longer time is a slip."""
_MESSAGE = "A cohort of the analysis plan cannot be used."
_BACK = "Put the file back as it was, or name the file that is meant (an amendment)."


@dataclass(frozen=True)
class CohortRow:
    """One person: the line of the file, and the time in whole days with an event (1) or without one yet (0)."""

    line: int
    days: int
    event: bool


@dataclass(frozen=True)
class Cohort:
    """A cohort with where it comes from; one row for each line after the first."""

    label: str
    file: str
    sha256: str
    rows: tuple[CohortRow, ...]

    @property
    def n_events(self) -> int:
        """How many had the event."""
        return sum(row.event for row in self.rows)


def read_cohorts(protocol: Protocol, plan: AnalysisPlan) -> Mapping[str, Cohort]:
    """
    The cohorts that an analysis plan gives as tables, by the id of the analysis, read from beside the protocol.

    Raises
    ------
    ProtocolError
        With every fault of every file: missing, another one than was named, or with a line that is no row.
    """
    found: dict[str, Cohort] = {}
    faults: list[Fault] = []
    for analysis in plan.analyses:
        if analysis.history is None or analysis.history.table is None:
            continue
        try:
            found[analysis.id] = read_cohort(cohort_path(protocol, analysis.history), analysis.history)
        except ProtocolError as error:
            faults += error.faults
    if faults:
        raise ProtocolError(_MESSAGE, tuple(dict.fromkeys(faults)))
    return found


def cohort_files(protocol: Protocol) -> Mapping[str, bytes]:
    """
    Names and contents of the files of cohorts that any analysis plan of a protocol names, checked.

    Raises
    ------
    ProtocolError
        With every fault of every file.
    """
    files: dict[str, bytes] = {}
    faults: list[Fault] = []
    for plan in protocol.analyses.values():
        try:
            read = read_cohorts(protocol, plan)
        except ProtocolError as error:
            faults += error.faults
            continue
        planned = {each.id: each.history for each in plan.analyses if each.history is not None}
        files |= {cohort.file: cohort_path(protocol, planned[name]).read_bytes() for name, cohort in read.items()}
    if faults:
        raise ProtocolError(_MESSAGE, tuple(dict.fromkeys(faults)))
    return files


def cohort_names(protocol: Protocol) -> tuple[str, ...]:
    """The names of the files that analysis plans of a protocol give cohorts in."""
    histories = [each.history for plan in protocol.analyses.values() for each in plan.analyses if each.history]
    return tuple(dict.fromkeys(history.table.file for history in histories if history.table is not None))


def cohort_path(protocol: Protocol, history: History) -> Path:
    """Where the file of a cohort is looked for: beside the protocol."""
    assert history.table is not None
    folder = Path() if protocol.document is None else protocol.document.path.parent
    return folder / history.table.file


def read_cohort(path: Path, history: History) -> Cohort:
    """
    Read the table of a cohort.

    Parameters
    ----------
    path
        UTF-8, with or without a byte order mark; commas between; the first line is `days,event`.
    history
        What the protocol says of it: digest, number of people, and of events where it gives that.

    Raises
    ------
    ProtocolError
        With every fault together. No value of a line is shown, for it is a person's.
    """
    assert history.table is not None
    name = history.table.file
    try:
        content = path.read_bytes()
    except OSError as error:
        what = f"cannot be read beside the protocol: {error.strerror}"
        raise ProtocolError(_MESSAGE, [Fault(name, what, _BACK)]) from error
    faults: list[Fault] = []
    if hashlib.sha256(content).hexdigest() != history.table.sha256:
        faults.append(Fault(name, "is not the file that the protocol names (sha256)", _BACK))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.append(Fault(name, "is not text in UTF-8", "Save it as CSV in UTF-8."))
        raise ProtocolError(_MESSAGE, faults) from error
    lines = _lines(text, name, faults)
    rows = tuple(row for row in lines or () if row is not None)
    if lines is not None:
        faults += _miscounted(len(lines), rows, history, name)
    if faults:
        raise ProtocolError(_MESSAGE, faults)
    return Cohort(history.label, name, history.table.sha256, rows)


def _lines(text: str, name: str, faults: list[Fault]) -> list[CohortRow | None] | None:
    """Every line after the first: a row, or None where it has a fault. None for all: they cannot be told apart."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = next(reader, [])
        if tuple(head) != COLUMNS:
            do = f"Begin with the line {','.join(COLUMNS)}; other columns are not read."
            faults.append(Fault(f"{name} line 1", "does not name the columns days and event alone", do))
            return None
        return [_row(cells, f"{name} line {reader.line_num}", reader.line_num, faults) for cells in reader]
    except csv.Error as error:
        faults.append(Fault(f"{name} line {reader.line_num}", f"is no CSV: {error}", "Check quotes and commas."))
        return None


def _row(cells: list[str], where: str, line: int, faults: list[Fault]) -> CohortRow | None:
    if len(cells) != len(COLUMNS):
        what = "is empty" if not cells else f"has {len(cells)} values, and there are {len(COLUMNS)} columns"
        faults.append(Fault(where, what, "Give each person one line: days,event."))
        return None
    days, event = cells
    # Not str.isdigit: other scripts have digits too.
    is_number = days.isascii() and days.isdecimal() and len(days) <= len(str(DAYS_AT_MOST))
    is_day = is_number and int(days) <= DAYS_AT_MOST
    if not is_day:
        do = "Days from the start to the event or to where the time is censored; months are converted before."
        faults.append(Fault(f"{where}, days", f"is no whole number from 0 to {DAYS_AT_MOST}", do))
    if event not in ("0", "1"):
        faults.append(Fault(f"{where}, event", "is neither 1 (event) nor 0 (censored)", "Write 1 or 0."))
    return CohortRow(line, int(days), event == "1") if is_day and event in ("0", "1") else None


def _miscounted(n: int, rows: tuple[CohortRow, ...], history: History, name: str) -> Iterator[Fault]:
    """The protocol says how many people and events there are, so that a row that was lost is seen."""
    do = "Correct the number or the file."
    if n != history.n:
        yield Fault(name, f"has {n} people, and the protocol says {history.n}", do)
    events = sum(row.event for row in rows)
    if len(rows) == n and history.n_events not in (None, events):
        yield Fault(name, f"has {events} events, and the protocol says {history.n_events}", do)
