"""A made-up population as FHIR R4 NDJSON, with the truth of every criterion known by construction.

For each patient the wanted effect of each criterion is drawn first, then records are written that produce it. No
evaluator, rule or canonical table is used: what the product finds can be held against `truth.csv`. Patients stream
in blocks, so memory does not grow with their number, and patient k is the same whatever the number is.
"""

import gzip as gzip_module
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO

from equipoise.errors import Fault, OutputError
from equipoise.synthetic.blood import write_counts, write_glucose, write_liver_function
from equipoise.synthetic.chart import RESOURCES, Chart
from equipoise.synthetic.childbearing import write_childbearing
from equipoise.synthetic.filler import write_filler
from equipoise.synthetic.history import write_history
from equipoise.synthetic.kidney import write_kidney
from equipoise.synthetic.person import write_person
from equipoise.synthetic.plan import DEFAULT_CANDIDATE_SHARE, DEFAULT_PANNET_SHARE, draw_plan
from equipoise.synthetic.therapy import write_prior_therapy
from equipoise.synthetic.truth import HEADER, csv_text
from equipoise.synthetic.tumour import write_burden, write_cytoreduction, write_disease, write_grade, write_receptors

MAX_PATIENTS = 1_000_000
BLOCK = 200
"""Patients made at a time; fixed, because a compressed file is made of one member for each block."""
DEFAULT_FILLER = 28
RECORDS_FOLDER = "records"
ATTESTATION_HEADER = ("patient_id", "record_id", "code", "value", "by", "role", "at", "note")
_TRUTH, _ATTESTATIONS = "truth.csv", "attestations.csv"


@dataclass(frozen=True)
class Recipe:
    """What fixes every byte of a population but its size."""

    seed: int
    as_of: date
    filler: int = DEFAULT_FILLER
    pannet_share: float = DEFAULT_PANNET_SHARE
    has_truth: bool = True
    candidate_share: float = DEFAULT_CANDIDATE_SHARE


def write_population(
    out: Path,
    *,
    n: int,
    seed: int,
    as_of: date,
    gzip: bool = False,
    filler: int = DEFAULT_FILLER,
    pannet_share: float = DEFAULT_PANNET_SHARE,
    candidate_share: float = DEFAULT_CANDIDATE_SHARE,
    has_truth: bool = True,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> None:
    """
    Write `n` patients to `out`.

    Parameters
    ----------
    out
        Folder; made when missing. Gets `records/<Resource>.ndjson[.gz]` (point the reader there), `truth.csv`
        (patient_id, version, criterion_id, truth, cause, why) and `attestations.csv`.
    n, seed, as_of
        Number of patients (1 to 1,000,000), and what fixes them: the bytes depend on nothing else but the next four.
    gzip
        Compress the NDJSON files (a gzip member for each block of patients; no time stamp inside).
    filler, pannet_share, candidate_share, has_truth
        Observations per patient that no criterion reads (about 1 KB each); share of PanNET patients; share of these
        that pass nearly everything; whether to write `truth.csv` (45 rows a patient).
    workers
        Processes; the bytes are the same for any number. With more than one the calling program needs the usual
        `if __name__ == "__main__"`.
    progress
        Called with the number of patients done, after each block.

    Raises
    ------
    OutputError
        When `n` or a share is out of range, or the folder cannot be written.
    """
    _check(n=n, shares={"pannet_share": pannet_share, "candidate_share": candidate_share}, filler=filler)
    recipe = Recipe(seed, as_of, filler, pannet_share, has_truth, candidate_share)
    try:
        _write(out, n, recipe, gzip, workers, progress or (lambda done: None))
    except OSError as error:
        fault = Fault(str(out), error.strerror or str(error), "Give a folder that can be written and has room.")
        raise OutputError("The population cannot be written.", [fault]) from error


def make_patient(k: int, recipe: Recipe) -> Chart:
    """The chart of patient `k` (from 0): its records, its intended truths and its attested answers."""
    chart = Chart(k, recipe.seed, recipe.as_of)
    plan = draw_plan(chart.rng, recipe.pannet_share, recipe.candidate_share)
    write_person(chart, plan)
    for write in (
        write_disease,
        write_grade,
        write_cytoreduction,
        write_receptors,
        write_prior_therapy,
        write_burden,
        write_liver_function,
        write_kidney,
        write_counts,
        write_history,
        write_glucose,
        write_childbearing,
    ):
        write(chart, plan)
    write_filler(chart, recipe.filler)
    return chart


def _check(*, n: int, shares: dict[str, float], filler: int) -> None:
    faults = []
    if not 1 <= n <= MAX_PATIENTS:
        faults.append(Fault("n", f"{n} patients", f"Give a number from 1 to {MAX_PATIENTS:,}."))
    for name, share in shares.items():
        if not 0 <= share <= 1:
            faults.append(Fault(name, f"a share of {share}", "Give a number from 0 to 1."))
    if filler < 0:
        faults.append(Fault("filler", f"{filler} filler records", "Give 0 or more."))
    if faults:
        raise OutputError("This population cannot be made.", faults)


def _write(out: Path, n: int, recipe: Recipe, gzip: bool, workers: int, progress: Callable[[int], None]) -> None:
    records = out / RECORDS_FOLDER
    records.mkdir(parents=True, exist_ok=True)
    paths = {name: records / f"{name}.ndjson{'.gz' if gzip else ''}" for name in RESOURCES}
    paths[_ATTESTATIONS] = out / _ATTESTATIONS
    if recipe.has_truth:
        paths[_TRUTH] = out / _TRUTH
    with ExitStack() as stack:
        files: dict[str, BinaryIO] = {name: stack.enter_context(path.open("wb")) for name, path in paths.items()}
        files[_ATTESTATIONS].write(csv_text([ATTESTATION_HEADER]).encode())
        if recipe.has_truth:
            files[_TRUTH].write(csv_text([HEADER]).encode())
        done = 0
        for block in _blocks(n, partial(_make_block, recipe=recipe, gzip=gzip), workers):
            for name, content in block.items():
                files[name].write(content)
            done = min(n, done + BLOCK)
            progress(done)


def _blocks(n: int, make: Callable[[tuple[int, int]], dict[str, bytes]], workers: int) -> Iterator[dict[str, bytes]]:
    """Blocks in order; with several workers never more than twice their number in flight."""
    spans = ((first, min(n, first + BLOCK)) for first in range(0, n, BLOCK))
    if workers <= 1:
        yield from map(make, spans)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        flight: list[Future[dict[str, bytes]]] = []
        for span in spans:
            flight.append(pool.submit(make, span))
            if len(flight) >= 2 * workers:
                yield flight.pop(0).result()
        for future in flight:
            yield future.result()


def _make_block(span: tuple[int, int], *, recipe: Recipe, gzip: bool) -> dict[str, bytes]:
    lines: dict[str, list[str]] = {name: [] for name in RESOURCES}
    attested: list[tuple[str, ...]] = []
    truths: list[tuple[str, ...]] = []
    for k in range(*span):
        chart = make_patient(k, recipe)
        for name, own in chart.lines.items():
            lines[name].extend(own)
        attested.extend(chart.attested)
        if recipe.has_truth:
            truths.extend(chart.truth_rows())
    block = {name: "".join(own).encode() for name, own in lines.items()}
    if gzip:
        block = {name: gzip_module.compress(content, 1, mtime=0) for name, content in block.items()}
    block[_ATTESTATIONS] = csv_text(attested).encode()
    if recipe.has_truth:
        block[_TRUTH] = csv_text(truths).encode()
    return block
