"""Screening end to end below the doors: judge, derive the outputs, count.

`screen` judges records with the compiled evaluator; `derive_outputs` is all that follows and takes any evaluator's
verdicts. The HTML report is made from what they return by `reporting`.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equipoise.records.report import ReadingReport
from equipoise.screening.attrition import AttritionRow, compute_attrition
from equipoise.screening.outputs import TableForm, write_tables
from equipoise.screening.report_model import ProtocolView
from equipoise.screening.store import load_doubts, load_verdicts, open_store
from equipoise.screening.summary import (
    build_summary,
    compute_counts,
    count_later_records,
    describe_code_systems,
    write_json,
)

SUMMARY_NAME = "summary.json"
TABLE_NAMES = ("verdicts", "patients", "worklist")


@dataclass(frozen=True)
class Screening:
    """
    What a screening left behind.

    `folder` holds verdicts, patients and worklist as Parquet (and CSV where asked) and `summary.json`, whose content
    is `summary`. `reading` is None when the records came without a reading report.
    """

    folder: Path
    protocol: ProtocolView
    summary: Mapping[str, Any]
    attrition: tuple[AttritionRow, ...]
    reading: ReadingReport | None

    def table(self, name: str) -> Path:
        """The Parquet file of one of the three tables."""
        return self.folder / f"{name}.parquet"


def derive_outputs(
    protocol: ProtocolView,
    *,
    verdicts: Path,
    tables: Mapping[str, Path],
    out: Path,
    reading: ReadingReport | None = None,
    form: TableForm = TableForm.BOTH,
    scratch: Path | None = None,
) -> Screening:
    """
    Write the tables and the summary of verdicts already given.

    Parameters
    ----------
    protocol
        The version judged.
    verdicts
        Parquet of an evaluator, one row a patient and criterion (and note).
    tables
        Canonical tables by name; `patients` is needed, the others say how many records lie after `as_of`.
    out
        An existing folder. Parquet is written even for CSV alone: `keep_form` removes it after the report.
    reading
        The reading report of the records.
    form
        Parquet, CSV or both.
    scratch
        A folder on the disk that may be used for spilling; the system's by default.
    """
    with tempfile.TemporaryDirectory(dir=scratch) as name, open_store(Path(name)) as connection:
        work = Path(name)
        load_verdicts(connection, protocol, verdicts=verdicts, patients=tables["patients"], scratch=work)
        load_doubts(connection, tables)
        write_tables(connection, out, work, TableForm.PARQUET if form is TableForm.PARQUET else TableForm.BOTH)
        attrition = compute_attrition(connection)
        later = count_later_records(connection, tables, protocol)
        spoken = describe_code_systems(connection, tables, protocol)
        summary = build_summary(protocol, compute_counts(connection), later, attrition, reading, spoken)
    write_json(summary, out / SUMMARY_NAME)
    return Screening(out, protocol, summary, attrition, reading)


def keep_form(screening: Screening, form: TableForm) -> None:
    """Remove the Parquet files when only CSV was asked for; call it when the report has been made."""
    if form is TableForm.CSV:
        for name in TABLE_NAMES:
            screening.table(name).unlink(missing_ok=True)
