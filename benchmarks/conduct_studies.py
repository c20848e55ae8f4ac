"""The two studies that are conducted in `trial_conduct.py`: what their plans ask for, and records that let people in.

`reference` is the shipped protocol: 23 criteria, four cycles behind 9 gates and 7 dose tables; its people are those of
the demo, days moved to when each of them is found. `small` is the study of the tests of the office. All is made up.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[1]))  # a second process begins here

from tests.office_trial import PROTOCOL, records_of

from equipoise.operations import demo
from equipoise.operations.practice.people import MovedPeople, People, sort_people
from equipoise.operations.practice.study import PLATELETS, Study
from equipoise.operations.practice.study import REFERENCE as SHIPPED
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.model import Protocol
from equipoise.records.dataset import read_records
from equipoise.records.snapshot import Snapshot, snapshot_of
from equipoise.records.tables import TABLES
from equipoise.screening.candidates import take_snapshots
from equipoise.synthetic.population import RECORDS_FOLDER, write_population


@dataclass(frozen=True)
class BenchStudy(Study):
    """A study, its protocol, and the people who may be found for it."""

    load: Callable[[], Protocol]
    people: Callable[[], People] = field(repr=False)


class SmallPeople(People):
    """An adult with one platelet count; each twentieth has too few."""

    def prepare(self) -> None:
        """Each is made up when they are found."""

    def snapshot(self, number: int, subject: str, day: date) -> Snapshot:
        records = records_of(self.person(number), day, platelets="50" if number % 20 == 0 else "150")
        return snapshot_of(records, TABLES, subject)


class DemoPeople(MovedPeople):
    """Made-up candidates whom a screening finds eligible, over and over, and each twentieth one who is not."""

    MADE_UP = 300

    def __init__(self) -> None:
        super().__init__((), (), demo.AS_OF)

    def prepare(self) -> None:
        with tempfile.TemporaryDirectory(prefix="equipoise-bench-") as folder:
            snapshots = _demo_snapshots(Path(folder), self.MADE_UP)
        self._eligible, self._others = sort_people(load_protocol(demo.PROTOCOL), "original", snapshots, demo.AS_OF)
        assert self._eligible, "nobody of the demo is eligible"


def _demo_snapshots(folder: Path, n: int) -> list[Snapshot]:
    write_population(folder, n=n, seed=1, as_of=demo.AS_OF, filler=demo.FILLER, pannet_share=1, candidate_share=1)
    read_records(folder / RECORDS_FOLDER, folder / "tables", attestations=folder / demo.ANSWERS_FILE)
    people = pq.read_table(folder / "tables" / "patients.parquet")["patient_id"].to_pylist()
    names = {patient_id: f"T-{number:04d}" for number, patient_id in enumerate(people, start=1)}
    return list(take_snapshots(folder / "tables", names).values())


REFERENCE = BenchStudy(**vars(SHIPPED), load=lambda: load_protocol(demo.PROTOCOL), people=DemoPeople)

SMALL = BenchStudy(
    name="small",
    version="first",
    arms=("surgery", "drug-then-surgery"),
    course="drug",
    doses=("drug-1", "drug-2"),
    interval=28,
    amounts={"full": "100", "half": "50"},
    unit="mg",
    before_dose=(PLATELETS,),
    at_dose=(),
    answers=(),
    operation="surgery-day",
    operation_after=(28, 42),
    before_operation=(),
    answers_before_operation=(),
    decision=("resectable", "yes", "no"),
    assessment="scan",
    low="45",
    load=lambda: load_protocol(PROTOCOL),
    people=SmallPeople,
)

STUDIES = {study.name: study for study in (REFERENCE, SMALL)}
