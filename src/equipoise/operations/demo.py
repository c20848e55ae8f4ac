"""The demo: made-up patients are read and screened, some enter a made-up trial; one page tells the whole story."""

from datetime import date
from pathlib import Path

import duckdb

from equipoise.operations.output import new_folder
from equipoise.operations.practice.demo_trial import OpenTrial, conduct_demo_trial, n_people
from equipoise.operations.progress import Progress, be_quiet
from equipoise.operations.records import describe_reading
from equipoise.operations.screening import ScreenRequest, prepare, screen_into
from equipoise.protocol.loading import load_protocol
from equipoise.records.dataset import Records, read_records
from equipoise.reporting.story import Story, StoryTrial, StoryVersion, render_story
from equipoise.screening.screen import Screening
from equipoise.synthetic.population import RECORDS_FOLDER, write_population

PROTOCOL = "nct05610826"
VERSIONS = ("original", "amended")
AS_OF = date(2026, 1, 15)
"""The day of judgement of the demo: fixed, so that equal seeds tell equal stories on any day."""
FILLER = 4
"""Records per patient that no criterion asks for: few, because the demo is to be read, not timed."""

PANNET_SHARE, CANDIDATE_SHARE = 0.6, 0.45
"""Far more than in a real list, so that few patients show every group."""

ANSWERS_FILE, TRUTH_FILE, INDEX_FILE = "attestations.csv", "truth.csv", "index.html"


def make_demo(
    out: Path,
    *,
    n: int,
    seed: int,
    today: date,
    open_trial: OpenTrial,
    force: bool = False,
    progress: Progress = be_quiet,
) -> Path:
    """
    Tell the story on `n` patients in the folder `out`; gives the page on which it begins.

    Parameters
    ----------
    open_trial
        Makes the folder of a trial with its database, which operations know nothing of.

    Raises
    ------
    OutputError
        `out` cannot be written.
    """
    with new_folder(out, force=force) as work:
        progress(f"making up {n} patients")
        write_population(
            work,
            n=n,
            seed=seed,
            as_of=AS_OF,
            filler=FILLER,
            pannet_share=PANNET_SHARE,
            candidate_share=CANDIDATE_SHARE,
        )
        answers = work / ANSWERS_FILE
        progress("reading their records")
        tables = work / "tables"
        records = read_records(work / RECORDS_FOLDER, tables, attestations=answers, today=max(today, AS_OF))
        screenings = {version: _screen(records, version, work, progress) for version in VERSIONS}
        trial = conduct_demo_trial(
            work,
            load_protocol(PROTOCOL),
            tables,
            n=n_people(n),
            seed=seed,
            as_of=AS_OF,
            open_trial=open_trial,
            progress=progress,
        )
        progress("telling the story")
        render_story(_story(screenings, records, trial, n=n, work=work), work / INDEX_FILE)
    return out / INDEX_FILE


def _screen(records: Records, version: str, work: Path, progress: Progress) -> Screening:
    request = ScreenRequest(protocol=PROTOCOL, records=records.folder, as_of=AS_OF, out=work / version, version=version)
    plan = prepare(request)
    (work / version).mkdir()
    progress(f"screening, version {version}")
    return screen_into(work / version, plan, records)


def _story(screenings: dict[str, Screening], records: Records, trial: StoryTrial, *, n: int, work: Path) -> Story:
    first = screenings[VERSIONS[0]].protocol
    n_known, n_found = _compare_with_truth(screenings, work / TRUTH_FILE)
    return Story(
        protocol_id=first.id.upper(),
        title=first.title,
        registry_sentence=first.registry_sentence,
        as_of=AS_OF,
        n_patients=n,
        n_answers=len((work / ANSWERS_FILE).read_text(encoding="utf-8").splitlines()) - 1,
        reading=tuple(line.strip() for line in describe_reading(records.report)),
        versions=tuple(_version(name, screening) for name, screening in screenings.items()),
        n_moved=_count_moved(screenings),
        n_known=n_known,
        n_found=n_found,
        trial=trial,
    )


def _version(name: str, screening: Screening) -> StoryVersion:
    query = "SELECT question, n_settles FROM read_parquet(?) ORDER BY rank LIMIT 1"
    with duckdb.connect() as connection:
        top = connection.execute(query, [str(screening.table("worklist"))]).fetchone()
    question, n_settles = top or ("", 0)
    return StoryVersion(name, f"{name}/report.html", screening.summary["counts"]["group"], question, n_settles)


def _count_moved(screenings: dict[str, Screening]) -> int:
    """Patients who stand in different groups in the two versions."""
    before, after = (str(screenings[version].table("patients")) for version in VERSIONS)
    query = """
        SELECT count(*) FROM read_parquet(?) AS old JOIN read_parquet(?) AS new USING (patient_id)
        WHERE old."group" <> new."group" """
    with duckdb.connect() as connection:
        (moved,) = connection.execute(query, [before, after]).fetchone() or (0,)
    return int(moved)


def _compare_with_truth(screenings: dict[str, Screening], truth: Path) -> tuple[int, int]:
    """How many truths were fixed before a record was written, and how many of them the screening found."""
    query = """
        SELECT count(*), count(*) FILTER (found.truth = known.truth)
        FROM read_csv(?, all_varchar = true) AS known
        LEFT JOIN read_parquet(?) AS found USING (patient_id, criterion_id) WHERE known.version = ?"""
    n_known = n_found = 0
    with duckdb.connect() as connection:
        for version, screening in screenings.items():
            arguments = [str(truth), str(screening.table("verdicts")), version]
            known, found = connection.execute(query, arguments).fetchone() or (0, 0)
            n_known, n_found = n_known + known, n_found + found
    return n_known, n_found
