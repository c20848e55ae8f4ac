"""A trial on any store in which made-up people do the acts of the office, each in a transaction of its own.

A signature is made as the check of a password gives it; the check itself, slow on purpose, is left out. Clock and
random bytes come from outside, so equal numbers write equal logs.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from typing import Protocol as Shape

from equipoise.allocation.methods import PermutedBlocks
from equipoise.allocation.specification import Arm, Specification
from equipoise.conduct.forms.assessment import AssessmentForm
from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.moves import Move
from equipoise.conduct.raised import RaisedKind
from equipoise.conduct.roles import Role
from equipoise.operations.office import (
    allocating,
    attending,
    freezing,
    holding,
    judging,
    recording,
    releasing,
    setting_up,
    sites,
    subjects,
)
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.event import Event, Signature
from equipoise.operations.office.gating import GateRuling, judge_gate_now
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.ports import Desk, Store, View
from equipoise.operations.office.rows import Trial
from equipoise.operations.office.rulings import Rules, Ruling, judge_now
from equipoise.operations.practice.people import People
from equipoise.operations.practice.staffing import Staffing
from equipoise.operations.practice.study import Study
from equipoise.protocol.deviations import DeviationClass
from equipoise.protocol.model import Protocol
from equipoise.records.snapshot import Snapshot

FIRST_DAY = date(2026, 1, 15)
SITES = ("aarhus", "basel", "cork", "delft")
ALL_COMPONENTS = 2


class BulkStore(Store, Shape):
    """A store that can make many transactions one."""

    def together(self) -> AbstractContextManager[None]:
        """Force what is written in the block to the disk once, at its end."""
        ...


class DayClock:
    """Nine o'clock of a simulated day, and a second later each time it is read."""

    def __init__(self) -> None:
        self.at = datetime.combine(FIRST_DAY, time(9), UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def begin(self, day: date) -> None:
        self.at = datetime.combine(day, time(9), UTC)


@dataclass(frozen=True)
class Ask:
    """A judgement that somebody waits for: of eligibility, or of the gate of a step."""

    subject: str
    step: str | None = None


@dataclass(frozen=True)
class Staff:
    """Who works at a site."""

    coordinator: Who
    investigator: Who
    team: Who


def answer(view: View, rules: Rules, ask: Ask, day: date) -> Ruling | GateRuling:
    """A judgement by the real functions: from the log, on the version consented to."""
    if ask.step is None:
        return judge_now(view, rules, ask.subject, day)
    return judge_gate_now(view, rules, ask.subject, ask.step, day)


class PracticeOffice:
    """The acts, by whoever does them at the subject's site."""

    def __init__(
        self, study: Study, protocol: Protocol, people: People, store: BulkStore, clock: DayClock, *, planned_n: int
    ) -> None:
        self.study, self.protocol, self.people = study, protocol, people
        self.store, self.clock = store, clock
        self.rules = Rules(protocol)
        self.said: Counter[str] = Counter()
        with store.together():
            self._set_up(planned_n)

    @cached_property
    def reader(self) -> Who:
        """Who reads scans without knowing arms."""
        return self.staffing.add("rita", Role.MASKED_READER)

    @cached_property
    def data_manager(self) -> Who:
        """Who locks the trial."""
        return self.staffing.add("dan", Role.DATA_MANAGER)

    @property
    def today(self) -> date:
        return self.clock.at.date()

    def _set_up(self, planned_n: int) -> None:
        store, study = self.store, self.study
        with store.writing() as desk:
            setting_up.initialise(desk, self.protocol, is_live=False)
        self.staffing = Staffing.begin(store)
        statistician = self.statistician = self.staffing.add("udo", Role.UNMASKED_STATISTICIAN)
        with store.writing() as desk:
            setting_up.approve_version(
                desk, self.staffing.admin, self.protocol, study.version, FIRST_DAY, "ethics approval"
            )
            for site in SITES:
                sites.open_site(desk, self.staffing.admin, site, site.title())
        self.staff = {site: self._staff_of(site) for site in SITES}
        surgery, drug = study.arms
        plan = freezing.Plan(Specification((Arm(surgery), Arm(drug)), PermutedBlocks((4, 6))), planned_n)
        with store.reading() as view:
            statement = freezing.freezing_statement(view, plan)
        with store.writing() as desk:
            freezing.freeze(desk, statistician, plan, self.sign(statistician, Act.FREEZE_SCHEME, statement))

    def _staff_of(self, site: str) -> Staff:
        return Staff(
            self.staffing.add(f"cora-{site}", Role.COORDINATOR, site),
            self.staffing.add(f"ines-{site}", Role.INVESTIGATOR, site),
            self.staffing.add(f"tess-{site}", Role.TREATING_TEAM, site),
        )

    @contextmanager
    def at_desk(self, name: str) -> Iterator[Desk]:
        """A transaction; its act is named for whoever counts them."""
        with self.store.writing() as desk:
            yield desk

    def sign(self, who: Who, act: Act, statement: str) -> Signature:
        return Signature(who.user, who.name, who.role, str(ACTS[act].meaning), statement, self.clock.at, ALL_COMPONENTS)

    def snapshot(self, number: int, subject: str) -> Snapshot:
        """The records of a person as they are today."""
        return self.people.snapshot(number, subject, self.today)

    def identify(self, site: str, number: int, person: str) -> str:
        with self.store.reading() as view:
            subject = subjects.next_subject_id(view, site)
        snapshot = self.snapshot(number, subject)
        with self.at_desk("identify") as desk:
            subjects.identify(desk, self.staff[site].coordinator, site, person, snapshot, {"group": "near"})
        return subject

    def consent(self, site: str, subject: str) -> Event:
        who, version = self.staff[site].coordinator, self.study.version
        signature = self.sign(who, Act.CONSENT, subjects.consent_statement(subject, version, self.today))
        with self.at_desk("consent") as desk:
            return subjects.consent(desk, who, subject, version, self.today, signature)

    def move(self, site: str, subject: str, move: Move, reason: str | None = None, **facts: Any) -> Event:
        who = self.staff[site].investigator
        with self.at_desk("move") as desk:
            return subjects.move_subject(desk, who, subject, move, subjects.Statement(self.today, reason, facts))

    def judge(self, site: str, ruling: Ruling) -> Event:
        who, confirmed = self.staff[site].investigator, ruling.eligibility.assumed
        signature = self.sign(who, Act.JUDGE, judging.judgement_statement(ruling, confirmed))
        with self.at_desk("judge") as desk:
            return judging.judge(desk, who, ruling, confirmed, signature)

    def expire(self, site: str, ruling: Ruling) -> Event | None:
        """As the door does before it allocates: an eligibility that is over is told, and nobody allocated on it."""
        with self.at_desk("expire") as desk:
            return judging.expire(desk, self.staff[site].coordinator, ruling)

    def allocate(self, site: str, ruling: Ruling) -> str:
        who, subject = self.staff[site].coordinator, ruling.subject.id
        asked = allocating.AllocationRequest(subject, f"request-{subject}", {})
        statement = allocating.allocation_statement(ruling.subject, asked.values)
        signature = self.sign(who, Act.ALLOCATE, statement)
        with self.at_desk("allocate") as desk:
            return allocating.allocate(desk, who, ruling, asked, signature).arm

    def release(self, site: str, ruling: GateRuling) -> Event:
        who = self.staff[site].investigator
        signature = self.sign(who, Act.RELEASE, releasing.release_statement(ruling.answer))
        with self.at_desk("release") as desk:
            return releasing.release(desk, who, ruling, signature)

    def hold(self, site: str, ruling: GateRuling) -> Event:
        with self.at_desk("hold") as desk:
            return holding.hold(desk, self.staff[site].investigator, ruling).event

    def record(self, site: str, subject: str, kind: str, **content: Any) -> recording.Recorded:
        form = read_form(kind, {"on": self.today, **content})
        with self.at_desk("record") as desk:
            return recording.record(desk, self.staff[site].team, self.rules, subject, form)

    def read_scan(self, subject: str, lesions: list[dict[str, Any]]) -> None:
        """A masked reader reads the scan of today."""
        content = {"on": self.today, "reader": "central", "reader_kind": "masked", "lesions": lesions}
        form = read_form("tumour-assessment", content)
        assert isinstance(form, AssessmentForm)
        reader = self.reader
        with self.at_desk("read a scan") as desk:
            recording.read_scan(desk, reader, subject, form)

    def lock(self, reason: str) -> Event:
        """Close the trial to every entry."""
        with self.store.reading() as view:
            trial = view.get(Trial, "trial")
        assert trial is not None
        signature = self.sign(self.data_manager, Act.LOCK, setting_up.lock_statement(trial))
        with self.at_desk("lock") as desk:
            return setting_up.lock(desk, self.data_manager, reason, signature)

    def attend(self, site: str, subject: str, recorded: recording.Recorded) -> None:
        """Class, answer or acknowledge whatever it raised."""
        who, words = self.staff[site].investigator, {RaisedKind.NOTICE: None}
        for number, raised in enumerate(recorded.raised, start=1):
            severity = DeviationClass.MINOR if raised.kind is RaisedKind.DEVIATION else None
            said = words.get(raised.kind, "Looked at, and as told.")
            with self.at_desk("attend") as desk:
                item = f"{recorded.event.seq}.{number}"
                attending.attend(desk, who, subject, raised.kind, item, words=said, severity=severity)


def results(*found: tuple[str, str, str | None, str | None, str | None], **changed: str) -> list[Mapping[str, Any]]:
    """Results as a form has them; `changed` values replace those of their concepts."""
    return [
        {"concept": concept, "value": changed.get(concept.replace("-", "_"), value), "unit": unit}
        | {"range_low": low, "range_high": high}
        for concept, value, unit, low, high in found
    ]
