"""The trial of the demo: set up for training, conducted on made-up people, locked, cut, and shown as pages.

Decides who enters, whose pages are written and what the story says of the trial. How its people fare is `scenario`'s;
what is counted of them is the analysis's.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pyarrow.parquet as parquet

from equipoise.operations.analysing.cut import CutOn
from equipoise.operations.analysing.report import render_report
from equipoise.operations.analysing.running import Analysed, analyse_trial
from equipoise.operations.analysing.writing import ANALYSIS_FILE, REPORT_FILE, write_analysis
from equipoise.operations.office.credentials import Components
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.rows import Subject
from equipoise.operations.practice.calendar_page import write_calendar_page
from equipoise.operations.practice.office import FIRST_DAY, SITES, BulkStore, DayClock, PracticeOffice
from equipoise.operations.practice.people import MovedPeople, sort_people
from equipoise.operations.practice.running import conduct
from equipoise.operations.practice.scenario import WORDS, ScenarioLife
from equipoise.operations.practice.study import REFERENCE
from equipoise.operations.progress import Progress
from equipoise.operations.trial.course_page import write_course
from equipoise.operations.trial.door import Clock, Door, RandomBytes
from equipoise.protocol.model import Protocol
from equipoise.records.dataset import read_records
from equipoise.records.snapshot import Snapshot
from equipoise.reporting.story import StoryTrial
from equipoise.screening.candidates import take_snapshots
from equipoise.synthetic.population import RECORDS_FOLDER, write_population

OpenTrial = Callable[[Path, Protocol, Clock, RandomBytes], AbstractContextManager[BulkStore]]
"""Makes a trial folder with an empty database; it stands when the block ends without an error."""
TRIAL_FOLDER, ANALYSIS_FOLDER, CALENDAR_FILE = "trial", "analysis", "calendar.html"
CUT = "final"
MOST_PEOPLE, LEAST_PEOPLE, PATIENTS_FOR_ONE = 44, 12, 4
"""How many enter: one for so many patients of the demo, between these."""
MORE_PEOPLE, MORE_SEED, FILLER = 300, 1, 4
"""Further people of whom some are eligible whatever the seed of the demo is: 13 of the 300 of this seed."""
CALENDAR_DAY = FIRST_DAY + timedelta(150)
"""When the calendar is looked at: some are treated then, some are operated, some have yet to come."""


@dataclass(frozen=True)
class Told:
    """From where the people of the trial come: the screening of the demo, and how many more were made up."""

    eligible: list[Snapshot]
    others: list[Snapshot]
    n_screened: int
    n_more: int


def n_people(n_patients: int) -> int:
    """How many people enter the trial of a demo of so many patients."""
    return min(MOST_PEOPLE, max(LEAST_PEOPLE, n_patients // PATIENTS_FOR_ONE))


def conduct_demo_trial(
    work: Path,
    protocol: Protocol,
    tables: Path,
    *,
    n: int,
    seed: int,
    as_of: date,
    open_trial: OpenTrial,
    progress: Progress,
) -> StoryTrial:
    """
    Conduct and analyse a trial in `work`, and write its pages there.

    Parameters
    ----------
    tables
        The records of the demo, as they were screened.
    n
        How many people are found.
    """
    told = _find_people(protocol, tables, n=n, as_of=as_of)
    clock, random_bytes = DayClock(), Random(f"demo/{seed}").randbytes
    with open_trial(work / TRIAL_FOLDER, protocol, clock, random_bytes) as store:
        people = MovedPeople(told.eligible, told.others, as_of)
        office = PracticeOffice(REFERENCE, protocol, people, store, clock, planned_n=n)
        _conduct(office, work, n=n, seed=seed, progress=progress)
        progress("locking and analysing the trial")
        cut_on = office.today
        office.lock("every visit of the plan is over, every query answered")
        done = analyse_trial(_door(office, office.statistician), CUT, CutOn(cut_on))
        write_analysis(
            done,
            work / ANALYSIS_FOLDER,
            started=clock.at,
            ended=clock.at,
            trial=work / TRIAL_FOLDER,
            report=render_report(done, office.rules, is_simulated=True),
        )
        shown = _choose_subjects(done)
        for subject in shown:
            write_course(_site_door(office, subject), subject, work / f"{subject}.html")
        return _story(office, told, done, shown)


def _conduct(office: PracticeOffice, work: Path, *, n: int, seed: int, progress: Progress) -> None:
    """Everybody's life; on one day in the middle the calendar is looked at."""
    shown: list[date] = []

    def look(day: date) -> None:
        if not shown and day >= CALENDAR_DAY:
            shown.append(day)
            door = _door(office, office.staff[SITES[0]].investigator)
            write_calendar_page(door, SITES[0], work / CALENDAR_FILE)

    progress(f"conducting a trial on {n} of them")
    conduct(office, [ScenarioLife(office, number, seed) for number in range(n)], look)


def _find_people(protocol: Protocol, tables: Path, *, n: int, as_of: date) -> Told:
    """Those whom the screening found eligible; where they are too few, more people are made up and screened."""
    eligible, others = _sorted(protocol, tables, as_of)
    n_screened = len(eligible)
    if len(eligible) < n:
        with tempfile.TemporaryDirectory(prefix="equipoise-demo-") as folder:
            more = _sorted(protocol, _make_up(Path(folder), as_of), as_of)
        eligible, others = eligible + more[0], others + more[1]
    return Told(eligible, others, n_screened, len(eligible) - n_screened)


def _make_up(folder: Path, as_of: date) -> Path:
    write_population(
        folder, n=MORE_PEOPLE, seed=MORE_SEED, as_of=as_of, filler=FILLER, pannet_share=1, candidate_share=1
    )
    tables = folder / "tables"
    read_records(folder / RECORDS_FOLDER, tables, attestations=folder / "attestations.csv", today=as_of)
    return tables


def _sorted(protocol: Protocol, tables: Path, as_of: date) -> tuple[list[Snapshot], list[Snapshot]]:
    people = parquet.read_table(tables / "patients.parquet")["patient_id"].to_pylist()
    names = {patient_id: f"P-{number:05d}" for number, patient_id in enumerate(sorted(people), start=1)}
    return sort_people(protocol, REFERENCE.version, take_snapshots(tables, names).values(), as_of)


def _door(office: PracticeOffice, who: Who) -> Door:
    def refuse_to_sign(_meaning: str, _statement: str) -> Components:
        raise AssertionError("nobody of the demo has a password")

    return Door(office.store, who, office.clock, bytes, office.rules, refuse_to_sign)


def _site_door(office: PracticeOffice, subject: str) -> Door:
    with office.store.reading() as view:
        row = view.get(Subject, subject)
    assert row is not None
    return _door(office, office.staff[row.site].investigator)


def _choose_subjects(done: Analysed) -> list[str]:
    """One of each arm: of those with the most steps given and the most adverse events, the first."""
    shown = []
    for arm in done.facts.arms:
        own = [each for each in done.facts.subjects if each.arm == arm]
        best = max(own, key=lambda each: (len(each.given), len(each.adverse_events)), default=None)
        shown += [best.subject] if best is not None else []
    return shown


def _story(office: PracticeOffice, told: Told, done: Analysed, shown: Iterable[str]) -> StoryTrial:
    facts = done.facts
    allocated = Counter(each.arm for each in facts.subjects)
    labels = {arm.id: arm.label for arm in office.protocol.arms}
    return StoryTrial(
        folder=TRIAL_FOLDER,
        n_people=len(facts.subjects) + len(facts.screened),
        n_screened=told.n_screened,
        n_more=told.n_more,
        allocated={f"{arm}: {labels[arm]}": allocated[arm] for arm in facts.arms},
        answers=dict(sorted(office.said.items())),
        n_reduced=sum(
            step.amount is not None and step.full_amount is not None and step.amount < step.full_amount
            for each in facts.subjects
            for step in each.given
        ),
        n_died=sum(each.died_on is not None for each in facts.subjects),
        n_events=done.cut.last_seq,
        cut_on=date.fromisoformat(done.cut.cut_on),
        n_done=len(done.results) - len(done.not_done),
        n_planned=len(done.results),
        scenario=WORDS,
        calendar=CALENDAR_FILE,
        analysis=f"{ANALYSIS_FOLDER}/{ANALYSIS_FILE}",
        report=f"{ANALYSIS_FOLDER}/{REPORT_FILE}",
        subjects=tuple((name, f"{name}.html") for name in shown),
    )
