"""Reading records: any source to canonical tables, and the words that tell how it went."""

from datetime import date
from pathlib import Path

from equipoise.errors import Fault, UnreadableInputError
from equipoise.operations.output import new_folder
from equipoise.operations.progress import Progress, be_quiet
from equipoise.records.dataset import Records, open_records, read_records
from equipoise.records.report import REPORT_NAME, Fate, ReadingReport
from equipoise.records.tables import PATIENTS

REASONS_SHOWN = 5


def read_source(
    source: Path,
    out: Path,
    *,
    today: date,
    attestations: Path | None = None,
    force: bool = False,
    progress: Progress = be_quiet,
) -> str:
    """
    Read a source into canonical Parquet in the folder `out`; gives the words for the person at the door.

    Raises
    ------
    UnreadableInputError
        The source, or the file of attestations, cannot be read.
    OutputError
        `out` cannot be written.
    """
    check_exists(source, "SOURCE")
    inputs = (source, *([attestations] if attestations else []))
    with new_folder(out, force=force, inputs=inputs) as work:
        progress("reading records")
        report = read_records(source, work, attestations=attestations, today=today).report
    return "\n".join([*describe_reading(report), f"  tables and {REPORT_NAME} are in {out}"])


def open_or_read(source: Path, scratch: Path, *, attestations: Path | None, today: date) -> Records:
    """Records of a source; a folder that `read_source` wrote is used as it stands, unless answers are added."""
    check_exists(source, "--records")
    if attestations is None and is_read_already(source):
        return open_records(source)
    return read_records(source, scratch, attestations=attestations, today=today)


def is_read_already(source: Path) -> bool:
    """Whether a folder holds canonical Parquet with its reading report."""
    return (source / REPORT_NAME).is_file() and (source / f"{PATIENTS.name}.parquet").is_file()


def check_exists(source: Path, option: str) -> None:
    """Refuse a source that is not there, before anything else is done."""
    if not source.exists():
        fault = Fault(f"{option} {source}", "does not exist", "Name a folder or a file of FHIR or canonical tables.")
        raise UnreadableInputError("Nothing was read.", [fault])


def describe_reading(report: ReadingReport) -> list[str]:
    """What was read, in a few lines: totals, and why items were not understood."""
    used, idle, lost = (report.total(fate) for fate in (Fate.USED, Fate.NOT_NEEDED, Fate.NOT_UNDERSTOOD))
    lines = [f"Read {report.n_items:,} items: {used:,} used, {idle:,} not needed, {lost:,} not understood."]
    reasons = list(report.reasons(Fate.NOT_UNDERSTOOD).items())
    lines += [f"  not understood: {kind}: {why} ({n:,})" for (kind, why), n in reasons[:REASONS_SHOWN]]
    if len(reasons) > REASONS_SHOWN:
        lines.append(f"  and {len(reasons) - REASONS_SHOWN} more reasons, in the reading report")
    return lines
