"""A small trial for tests of the office: people, a site, an approved version, records, and the true path to each state.

A test reaches a state by walking to it through the acts, never by writing rows.
"""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from equipoise.allocation.methods import PermutedBlocks
from equipoise.allocation.specification import Arm, Specification
from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.conduct.states import SubjectState
from equipoise.errors import EquipoiseError
from equipoise.operations.office import (
    allocating,
    freezing,
    holding,
    judging,
    recording,
    releasing,
    rulings,
    setting_up,
    sites,
    subjects,
)
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import known_subject, state_in
from equipoise.operations.office.event import Event
from equipoise.operations.office.files import SubjectFile, read_file
from equipoise.operations.office.gating import GateRuling, judge_gate_now
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.rows import Subject
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.model import Protocol
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import Snapshot, snapshot_of
from equipoise.records.tables import TABLES
from equipoise.terminology.concepts import LOCAL_SYSTEM
from tests.office_store import Clock, MemoryStore, enter, signature_of

PROTOCOL = Path(__file__).parent / "office_protocol.yaml"
SITE = "leeds"
TWO_ARMS = Specification((Arm("surgery"), Arm("drug-then-surgery")), PermutedBlocks((4, 6)))


def records_of(patient_id: str, day: date, *, platelets: str | None = "150", is_covered: bool = True) -> PatientRecords:
    """An adult with a platelet count of that day and, when covered, an encounter, so that absence may be assumed."""
    blank: dict[str, dict[str, Any]] = {name: dict.fromkeys(table.column_names) for name, table in TABLES.items()}
    own = {"patient_id": patient_id}
    person = (
        blank["patients"] | own | {"record_id": "p", "birth_lower": date(1970, 1, 1), "birth_upper": date(1970, 1, 1)}
    )
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES if name != "patients"}
    if platelets is not None:
        count = {"record_id": "m1", "system": LOCAL_SYSTEM, "code": "platelets", "status": "final", "unit": "10*9/L"}
        value = {"value_text": platelets, "value_lower": Decimal(platelets), "value_upper": Decimal(platelets)}
        value |= {"is_lower_closed": True, "is_upper_closed": True}
        rows["measurements"].append(
            blank["measurements"] | own | count | value | {"time_lower": day, "time_upper": day}
        )
    if is_covered:
        visit = {"record_id": "v1", "system": LOCAL_SYSTEM, "code": "visit", "status": "present"}
        rows["encounters"].append(blank["encounters"] | own | visit | {"start_lower": day, "start_upper": day})
        rows["encounters"][0] |= {"end_lower": day, "end_upper": day}
    return PatientRecords(person, rows)


@dataclass
class Office:
    """
    A trial that is ready to take subjects at one site; `specification` None leaves the allocation unfrozen.

    `given`: another protocol than that of these tests.
    """

    store: Any = None
    clock: Clock = field(default_factory=Clock)
    specification: Specification | None = TWO_ARMS
    time_zone: str = "UTC"
    given: Protocol | None = None

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.clock) if self.store is None else self.store
        self.protocol = self.given or load_protocol(PROTOCOL)
        self.rules = rulings.Rules(self.protocol)
        self._numbers = itertools.count(1)
        with self.store.writing() as desk:
            setting_up.initialise(desk, self.protocol, is_live=False)
        self.admin = enter(self.store, "ada", Role.ADMINISTRATOR)
        self.coordinator = enter(self.store, "cora", Role.COORDINATOR, SITE)
        self.investigator = enter(self.store, "ines", Role.INVESTIGATOR, SITE)
        self.statistician = enter(self.store, "udo", Role.UNMASKED_STATISTICIAN)
        self.data_manager = enter(self.store, "dan", Role.DATA_MANAGER)
        with self.store.writing() as desk:
            sites.open_site(desk, self.admin, SITE, "Leeds", self.time_zone)
            setting_up.approve_version(desk, self.admin, self.protocol, "first", self.today, "ethics approval")
        if self.specification is not None:
            self.freeze(self.specification)

    @property
    def today(self) -> date:
        """The day at the site."""
        return self.clock.at.astimezone(ZoneInfo(self.time_zone)).date()

    def go_on(self, days: int) -> None:
        self.clock.go_on(timedelta(days=days))

    def sign(self, who: Who, act: Act, statement: str) -> Any:
        return signature_of(self.store, who, act, statement)

    def subject(self, subject_id: str) -> Subject:
        with self.store.reading() as view:
            found = view.get(Subject, subject_id)
        assert found is not None
        return found

    def state(self, subject_id: str) -> SubjectState:
        with self.store.reading() as view:
            return state_in(view, known_subject(view, subject_id))

    def freeze(self, specification: Specification, planned_n: int = 60) -> Event:
        plan = freezing.Plan(specification, planned_n)
        with self.store.reading() as view:
            statement = freezing.freezing_statement(view, plan)
        signature = self.sign(self.statistician, Act.FREEZE_SCHEME, statement)
        with self.store.writing() as desk:
            return freezing.freeze(desk, self.statistician, plan, signature)

    def snapshot(self, subject_id: str, patient_id: str, **records: Any) -> Snapshot:
        found = records_of(patient_id, records.pop("day", self.today), **records)
        return snapshot_of(found, frozenset(TABLES), subject_id)

    def identified(self, patient_id: str | None = None, **records: Any) -> str:
        patient_id = patient_id or f"mrn-{next(self._numbers):05d}"
        with self.store.writing() as desk:
            subject_id = subjects.next_subject_id(desk, SITE)
            snapshot = self.snapshot(subject_id, patient_id, **records)
            subjects.identify(desk, self.coordinator, SITE, patient_id, snapshot, {"group": "near"})
        return subject_id

    def consent(self, subject_id: str, version: str = "first", on: date | None = None) -> Event:
        signed_on = on or self.today
        statement = subjects.consent_statement(subject_id, version, signed_on)
        signature = self.sign(self.coordinator, Act.CONSENT, statement)
        with self.store.writing() as desk:
            return subjects.consent(desk, self.coordinator, subject_id, version, signed_on, signature)

    def move(self, subject_id: str, move: Move, who: Who | None = None, **stated: Any) -> Event:
        reason, on = stated.pop("reason", None), stated.pop("on", self.today)
        statement = subjects.Statement(on, reason, stated)
        with self.store.writing() as desk:
            return subjects.move_subject(desk, who or self.coordinator, subject_id, move, statement)

    def ruling(self, subject_id: str, snapshot: Snapshot | None = None) -> rulings.Ruling:
        with self.store.reading() as view:
            return rulings.judge_now(view, self.rules, subject_id, self.today, snapshot)

    def judge(self, subject_id: str, confirmed: tuple[str, ...] = ("E1",), snapshot: Snapshot | None = None) -> Event:
        ruling = self.ruling(subject_id, snapshot)
        statement = judging.judgement_statement(ruling, confirmed)
        signature = self.sign(self.investigator, Act.JUDGE, statement)
        with self.store.writing() as desk:
            return judging.judge(desk, self.investigator, ruling, confirmed, signature)

    def screening(self, **records: Any) -> str:
        subject_id = self.identified(**records)
        self.consent(subject_id)
        self.move(subject_id, Move.START_SCREENING)
        return subject_id

    def eligible(self, **records: Any) -> str:
        subject_id = self.screening(**records)
        self.judge(subject_id)
        return subject_id

    def allocate(
        self,
        subject_id: str,
        request: str | None = None,
        values: Mapping[str, str] | None = None,
        who: Who | None = None,
    ) -> allocating.Allocated:
        who = who or self.coordinator
        ruling = self.ruling(subject_id)
        asked = allocating.AllocationRequest(subject_id, request or f"request-{subject_id}", values or {})
        statement = allocating.allocation_statement(ruling.subject, asked.values)
        signature = self.sign(who, Act.ALLOCATE, statement)
        with self.store.writing() as desk:
            return allocating.allocate(desk, who, ruling, asked, signature)

    def allocated(self, **records: Any) -> str:
        subject_id = self.eligible(**records)
        self.allocate(subject_id)
        return subject_id

    def in_arm(self, arm: str, **records: Any) -> str:
        """An allocated subject of this arm; the allocation decides who it is."""
        while True:
            subject_id = self.allocated(**records)
            if self.file(subject_id).arm == arm:
                return subject_id

    def file(self, subject_id: str) -> SubjectFile:
        with self.store.reading() as view:
            return read_file(view, subject_id)

    def gate(self, subject_id: str, step: str) -> GateRuling:
        with self.store.reading() as view:
            return judge_gate_now(view, self.rules, subject_id, step, self.today)

    def release(self, subject_id: str, step: str, who: Who | None = None) -> Event:
        who, ruling = who or self.investigator, self.gate(subject_id, step)
        signature = self.sign(who, Act.RELEASE, releasing.release_statement(ruling.answer))
        with self.store.writing() as desk:
            return releasing.release(desk, who, ruling, signature)

    def hold(self, subject_id: str, step: str, who: Who | None = None) -> holding.Holding:
        ruling = self.gate(subject_id, step)
        with self.store.writing() as desk:
            return holding.hold(desk, who or self.investigator, ruling)

    def record(
        self, subject_id: str, kind: str, who: Who | None = None, request: str | None = None, **content: Any
    ) -> recording.Recorded:
        form = read_form(kind, {"on": self.today, **content})
        with self.store.writing() as desk:
            return recording.record(desk, who or self.coordinator, self.rules, subject_id, form, request=request)

    def platelets(self, subject_id: str, value: str, on: date | None = None) -> recording.Recorded:
        result = {"concept": "platelets", "value": value, "unit": "10*9/L"}
        return self.record(subject_id, "results", on=on or self.today, results=[result])

    def amend(self, subject_id: str, entry: str, reason: str = "misread", **changes: Any) -> recording.Recorded:
        """Correct fields of an entry; without any it is struck out."""
        form = self.file(subject_id).entered[entry].form
        assert form is not None
        right = read_form(form.kind, {**form.to_json(), **changes}) if changes else None
        with self.store.writing() as desk:
            return recording.amend(desk, self.coordinator, self.rules, subject_id, entry, right, reason)

    def lock(self) -> Event:
        with self.store.reading() as view:
            trial = view.get(setting_up.Trial, "trial")
        signature = self.sign(self.data_manager, Act.LOCK, setting_up.lock_statement(trial))
        with self.store.writing() as desk:
            return setting_up.lock(desk, self.data_manager, "last visit done", signature)


def refused_as(
    error: type[EquipoiseError], office: Office, words: str, act: Callable[..., Any], *args: Any, **named: Any
) -> None:
    """The act is refused by this kind of error with these words, and nothing is written."""
    before = list(office.store.log)
    with pytest.raises(error, match=re.escape(words)):
        act(*args, **named)
    assert office.store.log == before


refused = partial(refused_as, EquipoiseError)
