"""Screening as an act: protocol and site, records, verdicts, outputs and report, in one folder that appears whole."""

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version as installed_version
from pathlib import Path

from equipoise.criteria.compiled import judge_all
from equipoise.criteria.rulebook import Moment, Rulebook
from equipoise.errors import EquipoiseError, Fault
from equipoise.operations.output import new_folder
from equipoise.operations.progress import Progress, be_quiet
from equipoise.operations.records import open_or_read
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve import resolve
from equipoise.protocol.site import load_site
from equipoise.records.dataset import Records
from equipoise.records.report import REPORT_NAME
from equipoise.records.tables import TABLES
from equipoise.reporting.report import Pages, render_report
from equipoise.screening.outputs import Group, TableForm
from equipoise.screening.report_model import ProtocolView
from equipoise.screening.screen import Screening, derive_outputs, keep_form
from equipoise.screening.summary import write_json
from equipoise.screening.view import make_view, rulebook_with_notes
from equipoise.terminology.catalogue import base_library

ENGINE = "duckdb"
RUN_NAME = "run.json"
_SCRATCH = ".scratch"
_PACKAGES = ("equipoise", "duckdb", "ibis-framework", "pyarrow", "pydantic", "ucumvert")

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class ScreenRequest:
    """
    What a person asked for.

    `protocol` is the name of a shipped one or a file; `version` None is its default; `form` parquet, csv or both;
    `pages` listed or all.
    """

    protocol: str
    records: Path
    as_of: date
    out: Path
    version: str | None = None
    engine: str = ENGINE
    site: Path | None = None
    attestations: Path | None = None
    form: str = TableForm.BOTH
    pages: str = Pages.LISTED
    force: bool = False

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Files and folders that are read."""
        given = (self.records, self.site, self.attestations, Path(self.protocol))
        return tuple(path for path in given if path is not None and path.exists())


@dataclass(frozen=True)
class Plan:
    """A protocol version made ready for a site and a day: rules, notes among them, and the words for people."""

    rulebook: Rulebook
    view: ProtocolView
    as_of: date


@dataclass(frozen=True)
class ScreenResult:
    """What came out, and the words for the person at the door."""

    screening: Screening
    text: str


def screen_records(request: ScreenRequest, *, today: date, clock: Clock, progress: Progress = be_quiet) -> ScreenResult:
    """
    Screen records against a protocol into the folder `request.out`.

    Raises
    ------
    EquipoiseError
        Wrong use, a protocol, site file or records that cannot be read, or a folder that cannot be written.
    """
    check_engine(request.engine)
    plan = prepare(request)
    began = clock()
    with new_folder(request.out, force=request.force, inputs=request.inputs) as work:
        scratch = work / _SCRATCH
        scratch.mkdir()
        progress("reading records")
        records = open_or_read(
            request.records, scratch / "tables", attestations=request.attestations, today=max(today, request.as_of)
        )
        screening = screen_into(work, plan, records, form=request.form, pages=request.pages, progress=progress)
        shutil.copyfile(records.folder / REPORT_NAME, work / REPORT_NAME)
        shutil.rmtree(scratch)
        write_run(work, began, clock())
    return ScreenResult(screening, describe_screening(screening, request.out))


def check_engine(engine: str) -> None:
    """Refuse an engine that this release does not have."""
    if engine != ENGINE:
        fault = Fault(f"--engine {engine}", "is not part of this release", f"Use --engine {ENGINE}.")
        raise EquipoiseError("Wrong use.", [fault])


def prepare(request: ScreenRequest) -> Plan:
    """Read the protocol and the site file, and settle windows, readings, absence and codes."""
    protocol = load_protocol(request.protocol)
    site = load_site(request.site) if request.site is not None else None
    resolved = resolve(protocol.version(request.version), protocol.library(base_library()), site)
    return Plan(rulebook_with_notes(resolved), make_view(protocol, resolved, request.as_of), request.as_of)


def screen_into(
    folder: Path,
    plan: Plan,
    records: Records,
    *,
    form: str = TableForm.BOTH,
    pages: str = Pages.LISTED,
    progress: Progress = be_quiet,
) -> Screening:
    """Judge records and write tables, summary and report into an existing folder."""
    screening = judge_into(folder, plan, records, form=form, progress=progress)
    progress("writing the report")
    render_report(screening, pages=Pages(pages))
    keep_form(screening, TableForm(form))
    return screening


def judge_into(
    folder: Path, plan: Plan, records: Records, *, form: str = TableForm.PARQUET, progress: Progress = be_quiet
) -> Screening:
    """The same without the report; Parquet is there whatever the form."""
    scratch = folder / ".judging"
    scratch.mkdir()
    progress("judging")
    verdicts = scratch / "verdicts.parquet"
    judge_all(plan.rulebook, records, Moment(plan.as_of), verdicts)
    progress("writing tables")
    tables = {name: records.path(name) for name in TABLES}
    screening = derive_outputs(
        plan.view,
        verdicts=verdicts,
        tables=tables,
        out=folder,
        reading=records.report,
        form=TableForm(form),
        scratch=scratch,
    )
    shutil.rmtree(scratch)
    return screening


def write_run(folder: Path, began: datetime, ended: datetime) -> None:
    """The one file that differs between equal runs: times and versions."""
    content = {
        "began": began.astimezone(UTC).isoformat(timespec="seconds"),
        "ended": ended.astimezone(UTC).isoformat(timespec="seconds"),
        "seconds": round((ended - began).total_seconds(), 3),
        "python": platform.python_version(),
        "versions": {package: installed_version(package) for package in _PACKAGES},
    }
    write_json(content, folder / RUN_NAME)


def describe_screening(screening: Screening, out: Path) -> str:
    """Registry status first, then how many stand where, then where to read on."""
    view, counts = screening.protocol, screening.summary["counts"]
    groups = " · ".join(f"{group.value} {counts['group'][group.value]:,}" for group in Group)
    return "\n".join(
        [
            f"{view.id}, version {view.version}, as of {view.as_of}",
            view.registry_sentence,
            *([view.draft_sentence] if view.draft_sentence else []),
            f"{counts['patients']:,} patients: {groups}",
            f"Report: {out / 'report.html'}",
        ]
    )
