"""The two studies that are conducted in `trial_conduct.py`: what their plans ask for, and records that let people in.

`reference` is the shipped protocol: 23 criteria, four cycles behind 9 gates and 7 dose tables; its people are those of
the demo, days moved to when each of them is found. `small` is the study of the tests of the office. All is made up.
"""

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[1]))  # a second process begins here

from tests.office_trial import PROTOCOL, records_of

from equipoise.operations import demo
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.model import Protocol
from equipoise.records.dataset import read_records
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import Snapshot, snapshot_of
from equipoise.records.tables import TABLES
from equipoise.screening.candidates import take_snapshots
from equipoise.screening.standing import Status
from equipoise.screening.subject import judge_subject
from equipoise.synthetic.population import RECORDS_FOLDER, write_population

Result = tuple[str, str, str | None, str | None, str | None]
"""Concept, value, unit, lower and upper end of the normal range."""


@dataclass(frozen=True)
class Study:
    """What somebody has to know of a protocol to conduct it."""

    name: str
    version: str
    arms: tuple[str, str]
    """Surgery alone, and the drug before it."""
    course: str
    doses: tuple[str, ...]
    interval: int
    """From one dose to the next. [d]"""
    amounts: Mapping[str, str]
    unit: str
    before_dose: tuple[Result, ...]
    """Results some days before each dose; platelets stand first."""
    at_dose: tuple[Result, ...]
    answers: tuple[tuple[str, str], ...]
    operation: str
    operation_after: tuple[int, int]
    """From randomisation, and from the last dose. [d]"""
    before_operation: tuple[Result, ...]
    answers_before_operation: tuple[tuple[str, str], ...]
    decision: tuple[str, str, str]
    """The question, and its two answers: go on, do not."""
    assessment: str
    low: str
    """A platelet count that the dose tables call a toxicity."""
    load: Callable[[], Protocol]
    people: Callable[[], "People"] = field(repr=False)


STAYS_ELIGIBLE = 3
"""How long somebody must be eligible to be asked and allocated meanwhile. [d]"""


class People:
    """Whoever may be found, by number; some are not eligible."""

    def prepare(self) -> None:
        """Make up what all of them come from."""

    def snapshot(self, number: int, subject: str, day: date) -> Snapshot:
        raise NotImplementedError


class SmallPeople(People):
    """An adult with one platelet count; each twentieth has too few."""

    def snapshot(self, number: int, subject: str, day: date) -> Snapshot:
        records = records_of(person_of(number), day, platelets="50" if number % 20 == 0 else "150")
        return snapshot_of(records, TABLES, subject)


class DemoPeople(People):
    """Made-up candidates whom a screening finds eligible, over and over, and each twentieth one who is not."""

    MADE_UP = 300

    def prepare(self) -> None:
        assert self._found[0], "nobody of the demo is eligible"

    def snapshot(self, number: int, subject: str, day: date) -> Snapshot:
        eligible, others = self._found
        some = others if number % 20 == 0 else eligible
        found = some[number % len(some)]
        shift = day - demo.AS_OF
        person, *_ = _moved([found.records.patient], found.subject_id, shift)
        tables = found.records.rows.items()
        rows = {name: _moved(rows, found.subject_id, shift) for name, rows in tables}
        return snapshot_of(PatientRecords(person, rows), found.supplied, subject)

    @cached_property
    def _found(self) -> tuple[list[Snapshot], list[Snapshot]]:
        with tempfile.TemporaryDirectory(prefix="equipoise-bench-") as folder:
            snapshots = _demo_snapshots(Path(folder), self.MADE_UP)
        protocol = load_protocol(demo.PROTOCOL)
        judged = [(each, judge_subject(protocol, "original", None, each, demo.AS_OF)) for each in snapshots]
        last = demo.AS_OF + timedelta(STAYS_ELIGIBLE)
        eligible = [
            each
            for each, found in judged
            if found.status is Status.ELIGIBLE and (found.expires_on is None or found.expires_on > last)
        ]
        return eligible, [each for each, found in judged if found.status is Status.INELIGIBLE]


def person_of(number: int) -> str:
    """The identifier of a person at their hospital."""
    return f"mrn-{number:06d}"


def _demo_snapshots(folder: Path, n: int) -> list[Snapshot]:
    write_population(folder, n=n, seed=1, as_of=demo.AS_OF, filler=demo.FILLER, pannet_share=1, candidate_share=1)
    read_records(folder / RECORDS_FOLDER, folder / "tables", attestations=folder / demo.ANSWERS_FILE)
    people = pq.read_table(folder / "tables" / "patients.parquet")["patient_id"].to_pylist()
    names = {patient_id: f"T-{number:04d}" for number, patient_id in enumerate(people, start=1)}
    return list(take_snapshots(folder / "tables", names).values())


def _moved(rows: list[dict[str, Any]], owner: str, shift: timedelta) -> list[dict[str, Any]]:
    """Rows with every day moved, birth included, so that ages stay as they were."""
    return [
        {name: cell + shift if isinstance(cell, date) else cell for name, cell in row.items()} | {"patient_id": owner}
        for row in rows
    ]


PLATELETS: Result = ("platelets", "200", "10*9/L", None, None)
BILIRUBIN: Result = ("bilirubin", "0.6", "mg/dL", "0.2", "1.2")

REFERENCE = Study(
    name="reference",
    version="original",
    arms=("arm-1", "arm-2"),
    course="prrt",
    doses=("cycle-1", "cycle-2", "cycle-3", "cycle-4"),
    interval=56,
    amounts={"full": "7.4", "reduced": "3.7"},
    unit="GBq",
    before_dose=(
        PLATELETS,
        ("haemoglobin", "13.0", "g/dL", None, None),
        ("leukocytes", "5.0", "10*9/L", None, None),
        ("neutrophils", "4.0", "10*9/L", None, None),
        ("creatinine", "0.9", "mg/dL", None, None),
        ("body-weight", "72", "kg", None, None),
        BILIRUBIN,
        ("albumin", "40", "g/L", None, None),
        ("inr", "1.0", None, None, None),
        ("alt", "25", "U/L", None, None),
        ("ast", "25", "U/L", None, None),
    ),
    at_dose=(("potassium", "4.2", "mmol/L", "3.5", "5.1"), ("hcg-test", "negative", None, None, None)),
    answers=(("long-acting-analogue-stopped", "yes"), ("short-acting-analogue-stopped", "yes")),
    operation="surgery",
    operation_after=(28, 56),
    before_operation=(PLATELETS, ("inr", "1.0", None, None, None), BILIRUBIN),
    answers_before_operation=(("fit-for-operation", "yes"), ("ascites", "no")),
    decision=("resectability", "resectable", "not-resectable"),
    assessment="tumour-assessment",
    low="60",
    load=lambda: load_protocol(demo.PROTOCOL),
    people=DemoPeople,
)

SMALL = Study(
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
