"""Inventing as an act: a protocol and a site give made-up records in a folder that says that they are made up."""

import csv
import shlex
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from equipoise.authoring.inventing.entries import COLUMNS
from equipoise.authoring.inventing.population import Population
from equipoise.errors import EquipoiseError, Fault
from equipoise.operations.output import new_folder
from equipoise.operations.progress import Progress, be_quiet
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve import ResolvedVersion, resolve
from equipoise.protocol.site import load_site
from equipoise.records.tables import ATTESTATIONS
from equipoise.screening.view import rulebook_with_notes
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM, DecidedBy

RECORDS_FOLDER, ANSWERS_FILE, NOTE_FILE = "records", "attestations.csv", "README.txt"
MAX_PATIENTS, FIRST_YEAR = 100_000, 1900
MADE_UP = "All patients here are made up. No truth is claimed: they are for trying a protocol out, not to validate it."


@dataclass(frozen=True)
class InventRequest:
    """What a person asked for; `protocol` is the name of a shipped one or a file, `version` None its default."""

    protocol: str
    out: Path
    n: int
    seed: int
    as_of: date
    version: str | None = None
    site: Path | None = None
    force: bool = False

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Files that are read."""
        return tuple(path for path in (Path(self.protocol), self.site) if path is not None and path.exists())


def invent_records(request: InventRequest, *, progress: Progress = be_quiet) -> str:
    """
    Make up records for a protocol version in the folder `request.out`; gives the words for the person at the door.

    The folder gets `records/` with the canonical tables as CSV, `attestations.csv` with the answers of people, and
    `README.txt`, which says that all of it is made up.

    Raises
    ------
    EquipoiseError
        A number of patients or a day out of range; a protocol or site file that cannot be read; a folder that cannot be
        written.
    """
    _check(request)
    protocol = load_protocol(request.protocol)
    site = load_site(request.site) if request.site is not None else None
    resolved = resolve(protocol.version(request.version), protocol.library(base_library()), site)
    population = Population(rulebook_with_notes(resolved), seed=request.seed, as_of=request.as_of)
    with new_folder(request.out, force=request.force, inputs=request.inputs) as work:
        progress(f"making up {request.n:,} patients")
        counts = _write(population, request.n, work)
        words = _note(protocol.id, resolved, request, counts)
        (work / NOTE_FILE).write_text("\n".join([*words, *_local(resolved)]) + "\n", encoding="utf-8")
    return "\n".join([*words, *_how_to_screen(request, resolved.version.name)])


def _check(request: InventRequest) -> None:
    faults = []
    if not 1 <= request.n <= MAX_PATIENTS:
        faults.append(Fault("--patients", f"{request.n} patients", f"Give a number from 1 to {MAX_PATIENTS:,}."))
    if request.as_of.year < FIRST_YEAR:
        faults.append(
            Fault(f"--as-of {request.as_of}", "nobody was born long enough before", f"Begin at {FIRST_YEAR}.")
        )
    if faults:
        raise EquipoiseError("Wrong use.", faults)


def _write(population: Population, n: int, work: Path) -> Mapping[str, int]:
    """Write all files, patient by patient; gives the number of rows of each table."""
    (work / RECORDS_FOLDER).mkdir()
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        writers = {}
        for table, columns in COLUMNS.items():
            path = work / ANSWERS_FILE if table == ATTESTATIONS.name else work / RECORDS_FOLDER / f"{table}.csv"
            file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            writers[table] = csv.writer(file, lineterminator="\n")
            writers[table].writerow(columns)
        for k in range(n):
            for table, row in population.patient(k).csv_rows():
                writers[table].writerow(row)
                counts[table] += 1
    return {table: counts[table] for table in COLUMNS}


def _note(protocol_id: str, resolved: ResolvedVersion, request: InventRequest, counts: Mapping[str, int]) -> list[str]:
    """What a person must know of the records, in a few lines."""
    rows = ", ".join(f"{n:,} {table}" for table, n in counts.items())
    lines = [
        MADE_UP,
        f"Made for {protocol_id}, version {resolved.version.name}, judged on {request.as_of}; seed {request.seed}.",
        f"Rows: {rows}.",
        "Values and days lie around the limits and windows of the rules; normal ranges on results are made up as well.",
    ]
    if resolved.gates:
        lines.append("What is judged later in the trial (gates) is not in these records.")
    return lines


def _local(resolved: ResolvedVersion) -> list[str]:
    """The concepts that no code system names yet, one on each line."""
    concepts = resolved.rulebook.concepts.values()
    local = [each.id for each in concepts if not each.codes and each.decided_by is DecidedBy.RECORD]
    head = f"Written with codes of {LOCAL_SYSTEM}, since these concepts have no others:"
    return [head, *(f"  {name}" for name in local)] if local else []


def _how_to_screen(request: InventRequest, version: str) -> list[str]:
    site = ["--site", str(request.site)] if request.site is not None else []
    command = ["equipoise", "screen", "--protocol", request.protocol, "--version", version, *site]
    command += ["--records", str(request.out / RECORDS_FOLDER), "--attestations", str(request.out / ANSWERS_FILE)]
    return ["Screen them:", shlex.join([*command, "--as-of", str(request.as_of), "--out", "screening"])]
