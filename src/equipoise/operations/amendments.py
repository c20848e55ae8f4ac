"""What an amendment changes: the criteria, in words, and the patients whose status it changes, with the reason.

Records are read once and judged by both versions. A patient's status is decided by the criteria that block, or are
open, on the worse of its two sides: on the other side none of them does, so these are what made the difference.
"""

import csv
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from equipoise.errors import EquipoiseError, Fault
from equipoise.operations.difference_words import Moved, People, describe_difference, describe_people, difference_data
from equipoise.operations.output import new_folder
from equipoise.operations.progress import Progress, be_quiet
from equipoise.operations.records import open_or_read
from equipoise.operations.screening import ScreenRequest, judge_into, prepare
from equipoise.protocol.amendments import Change, Difference, Edition, compare_versions
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.model import DRAFT_SENTENCE
from equipoise.records.dataset import Records
from equipoise.screening.screen import Screening
from equipoise.screening.standing import Status
from equipoise.screening.store import parquet_source
from equipoise.screening.summary import write_json
from equipoise.terminology.catalogue import base_library

DIFF_NAME, PEOPLE_NAME = "diff.json", "people.csv"
PEOPLE_COLUMNS = ("patient_id", "status_before", "status_now", "criteria", "because", "reasons")
_SCRATCH = ".scratch"


@dataclass(frozen=True)
class DiffRequest:
    """
    What a person asked for.

    `before` and `now` are NAME-or-FILE[@VERSION]; without records only the protocols are compared.
    """

    before: str
    now: str
    records: Path | None = None
    as_of: date | None = None
    site: Path | None = None
    attestations: Path | None = None
    out: Path | None = None
    force: bool = False

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Files and folders that are read."""
        files = (Path(split_edition(name)[0]) for name in (self.before, self.now))
        given = (self.records, self.site, self.attestations, *files)
        return tuple(path for path in given if path is not None and path.exists())


@dataclass(frozen=True)
class DiffResult:
    """What came out, and the words for the person at the door; `people` is None without records."""

    people: People | None
    text: str


def diff_protocols(request: DiffRequest, *, today: date, progress: Progress = be_quiet) -> DiffResult:
    """
    Compare two versions, and the patients of `request.records` by both.

    Raises
    ------
    EquipoiseError
        Wrong use, a protocol, site file or records that cannot be read, or a folder that cannot be written.
    """
    _check_options(request)
    editions = _read_editions(request)
    difference = compare_versions(*editions)
    with _folder(request) as work:
        people = None
        if request.records is not None and request.as_of is not None:
            people = _find_people(request, request.records, request.as_of, difference, work, today, progress)
        if request.out is not None:
            write_json(difference_data(difference, people), work / DIFF_NAME)
            if people is not None:
                _write_people(people, work / PEOPLE_NAME)
    lines = [describe_difference(difference)]
    if any(edition.version.is_draft for edition in editions):
        lines.insert(0, DRAFT_SENTENCE)
    if people is not None:
        lines += ["", describe_people(people, is_named=request.out is None)]
    if request.out is not None:
        lines.append(f"Written to {request.out}")
    return DiffResult(people, "\n".join(lines))


def split_edition(text: str) -> tuple[str, str | None]:
    """`nct05610826@amended` is a protocol and its version; a path that exists keeps its own signs."""
    name, _, version = text.rpartition("@")
    return (name, version) if name and version and not Path(text).exists() else (text, None)


def _read_editions(request: DiffRequest) -> list[Edition]:
    """Both versions; two that are called alike (drafts of two copies of a record) are told apart by their files."""
    given = (request.before, request.now)
    found = []
    for name, version in map(split_edition, given):
        found.append(Edition.of(load_protocol(name), version, base_library()))
    if found[0].name == found[1].name and given[0] != given[1]:
        return [replace(each, name=f"{each.name} ({text})") for each, text in zip(found, given, strict=True)]
    return found


def _check_options(request: DiffRequest) -> None:
    faults = []
    if (request.records is None) != (request.as_of is None):
        faults.append(Fault("--records and --as-of", "are given together or not at all", "Add the other one."))
    if request.records is None and (request.site or request.attestations):
        faults.append(Fault("--site, --attestations", "concern records, and none are given", "Add --records."))
    if faults:
        raise EquipoiseError("Wrong use.", faults)


@contextmanager
def _folder(request: DiffRequest) -> Iterator[Path]:
    """Where to write: the folder asked for, or one that is gone afterwards."""
    if request.out is not None:
        with new_folder(request.out, force=request.force, inputs=request.inputs) as work:
            yield work
    else:
        with tempfile.TemporaryDirectory() as name:
            yield Path(name)


def _find_people(
    request: DiffRequest,
    source: Path,
    as_of: date,
    difference: Difference,
    work: Path,
    today: date,
    progress: Progress,
) -> People:
    scratch = work / _SCRATCH
    scratch.mkdir()
    progress("reading records")
    records = open_or_read(source, scratch / "tables", attestations=request.attestations, today=max(today, as_of))
    screenings = []
    for side, name in (("before", request.before), ("now", request.now)):
        folder = scratch / side
        folder.mkdir()
        screenings.append(_screen(name, request, as_of, records, folder, progress))
    moved = _compare_people(screenings[0], screenings[1], difference)
    n_patients = int(screenings[0].summary["counts"]["patients"])
    sentences = dict.fromkeys(screening.protocol.registry_sentence for screening in screenings)
    shutil.rmtree(scratch)
    return People(as_of, n_patients, moved, tuple(sentences))


def _screen(
    name: str, request: DiffRequest, as_of: date, records: Records, folder: Path, progress: Progress
) -> Screening:
    protocol, version = split_edition(name)
    plan = prepare(ScreenRequest(protocol, records.folder, as_of, folder, version, site=request.site))
    return judge_into(folder, plan, records, progress=progress)


# What decides is what blocks on a side that is ineligible, or is open on one that is undetermined; it is looked for on
# the worse of the two sides. The dead are ineligible on both.
_MOVED = """
WITH statuses AS (
    SELECT patient_id, old.status AS before, new.status AS now,
           CASE WHEN {rank_new} > {rank_old} THEN 'now' ELSE 'before' END AS side
    FROM {old_patients} AS old JOIN {new_patients} AS new USING (patient_id) WHERE old.status <> new.status
),
judged AS (
    SELECT 'before' AS side, *, file_row_number AS position FROM {old_verdicts}
    UNION ALL SELECT 'now', *, file_row_number FROM {new_verdicts}
)
SELECT patient_id, before, now, side,
       list({{'id': criterion_id, 'reason': reason}} ORDER BY position)
FROM statuses JOIN judged USING (patient_id, side)
WHERE effect = CASE WHEN '{ineligible}' IN (before, now) THEN 'blocks' ELSE 'open' END
GROUP BY ALL ORDER BY patient_id
"""
_RANK = "CASE {}.status WHEN '{}' THEN 0 WHEN '{}' THEN 1 ELSE 2 END"


def _compare_people(old: Screening, new: Screening, difference: Difference) -> tuple[Moved, ...]:
    query = _MOVED.format(
        rank_old=_RANK.format("old", Status.ELIGIBLE.value, Status.UNDETERMINED.value),
        rank_new=_RANK.format("new", Status.ELIGIBLE.value, Status.UNDETERMINED.value),
        old_patients=parquet_source(old.table("patients")),
        new_patients=parquet_source(new.table("patients")),
        old_verdicts=parquet_source(old.table("verdicts"), file_row_number=True),
        new_verdicts=parquet_source(new.table("verdicts"), file_row_number=True),
        ineligible=Status.INELIGIBLE.value,
    )
    with duckdb.connect(":memory:") as connection:
        rows = connection.execute(query).fetchall()
    return tuple(_moved(row, difference) for row in rows)


def _moved(row: tuple[Any, ...], difference: Difference) -> Moved:
    patient_id, before, now, side, facts = row
    by_id: Mapping[str | None, Change] = {change.ids[side == "now"]: change for change in difference.meaning}
    changes = tuple(by_id[fact["id"]] for fact in facts)
    return Moved(patient_id, Status(before), Status(now), changes, tuple(fact["reason"] for fact in facts))


def _write_people(people: People, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(PEOPLE_COLUMNS)
        for each in people.moved:
            criteria = "; ".join(change.label for change in each.changes)
            because = "; ".join(f"{change.label}: {', '.join(change.says)}" for change in each.changes)
            row = (each.patient_id, each.before.value, each.now.value, criteria, because, " ".join(each.reasons))
            writer.writerow(row)
