"""A trial on a real store in which simulated people do the acts of the office, each in a transaction of its own.

A signature is made as the check of a password gives it; the check itself, slow on purpose, is left out. Clock and
random bytes come from outside, so equal numbers write equal logs.
"""

import time as clocks
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from conduct_studies import Study
from tests.office_store import enter

from equipoise.allocation.methods import PermutedBlocks
from equipoise.allocation.specification import Arm, Specification
from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.moves import Move
from equipoise.conduct.raised import RaisedKind
from equipoise.conduct.roles import Role
from equipoise.operations.office import (
    allocating,
    attending,
    freezing,
    judging,
    recording,
    releasing,
    rulings,
    setting_up,
    sites,
    subjects,
)
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.event import Event, Signature
from equipoise.operations.office.gating import GateRuling, judge_gate_now
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.rulings import Rules, Ruling
from equipoise.store.log import TrialStore
from equipoise.store.opening import create_database, open_store

FIRST_DAY = date(2026, 1, 15)
MASTER = bytes(32)
SITES = ("aarhus", "basel", "cork", "delft")
ALL_COMPONENTS = 2
JUDGE_ELIGIBILITY, ASK_GATE = "judge eligibility", "ask a gate"


class DayClock:
    """Nine o'clock of a simulated day, and a second later each time it is read."""

    def __init__(self) -> None:
        self.at = datetime.combine(FIRST_DAY, time(9), UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def begin(self, day: date) -> None:
        self.at = datetime.combine(day, time(9), UTC)


@dataclass
class Costs:
    """Processor time of each kind of work, and how often it was done. [s]"""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    times: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @contextmanager
    def of(self, name: str, read: Callable[[], float] = clocks.process_time) -> Iterator[None]:
        """Count what is done in the block."""
        start = read()
        yield
        self.seconds[name] += read() - start
        self.times[name] += 1

    def add(self, other: "Costs") -> None:
        for name, seconds in other.seconds.items():
            self.seconds[name] += seconds
            self.times[name] += other.times[name]


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


def open_trial(url: str, clock: DayClock, seed: int) -> TrialStore:
    """A new trial in an empty database; every random byte follows from the seed."""
    random_bytes = Random(seed).randbytes
    create_database(url, trial="bench", master=MASTER, random_bytes=random_bytes)
    return open_store(url, master=MASTER, clock=clock, random_bytes=random_bytes, software="bench")


def answer(view: View, rules: Rules, asks: Iterable[Ask], day: date) -> tuple[list[Ruling | GateRuling], Costs]:
    """The judgements by the real functions: from the log, on the version consented to."""
    found: list[Ruling | GateRuling] = []
    costs = Costs()
    for ask in asks:
        with costs.of(JUDGE_ELIGIBILITY if ask.step is None else ASK_GATE):
            if ask.step is None:
                found.append(rulings.judge_now(view, rules, ask.subject, day))
            else:
                found.append(judge_gate_now(view, rules, ask.subject, ask.step, day))
    return found, costs


class TrialOffice:
    """The acts, by whoever does them at the subject's site."""

    def __init__(self, study: Study, store: TrialStore, clock: DayClock, planned_n: int) -> None:
        self.study, self.store, self.clock = study, store, clock
        self.protocol = study.load()
        self.rules = Rules(self.protocol)
        self.people = study.people()
        self.costs = Costs()
        self.said: Counter[str] = Counter()
        with store.together():
            self._set_up(planned_n)

    @property
    def today(self) -> date:
        return self.clock.at.date()

    def _set_up(self, planned_n: int) -> None:
        store, study = self.store, self.study
        with store.writing() as desk:
            setting_up.initialise(desk, self.protocol, is_live=False)
        admin = enter(store, "ada", Role.ADMINISTRATOR)
        statistician = enter(store, "udo", Role.UNMASKED_STATISTICIAN)
        with store.writing() as desk:
            setting_up.approve_version(desk, admin, self.protocol, study.version, FIRST_DAY, "ethics approval")
            for site in SITES:
                sites.open_site(desk, admin, site, site.title())
        self.staff = {site: self._staff_of(site) for site in SITES}
        surgery, drug = study.arms
        plan = freezing.Plan(Specification((Arm(surgery), Arm(drug)), PermutedBlocks((4, 6))), planned_n)
        with store.reading() as view:
            statement = freezing.freezing_statement(view, plan)
        with store.writing() as desk:
            freezing.freeze(desk, statistician, plan, self._sign(statistician, Act.FREEZE_SCHEME, statement))

    def _staff_of(self, site: str) -> Staff:
        return Staff(
            enter(self.store, f"cora-{site}", Role.COORDINATOR, site),
            enter(self.store, f"ines-{site}", Role.INVESTIGATOR, site),
            enter(self.store, f"tess-{site}", Role.TREATING_TEAM, site),
        )

    @contextmanager
    def at_desk(self, name: str) -> Iterator[Desk]:
        """A transaction, counted under the name of its act."""
        with self.costs.of(name), self.store.writing() as desk:
            yield desk

    def _sign(self, who: Who, act: Act, statement: str) -> Signature:
        return Signature(who.user, who.name, who.role, str(ACTS[act].meaning), statement, self.clock.at, ALL_COMPONENTS)

    def identify(self, site: str, number: int, person: str) -> str:
        with self.store.reading() as view:
            subject = subjects.next_subject_id(view, site)
        with self.costs.of("make up the records"):
            snapshot = self.people.snapshot(number, subject, self.today)
        with self.at_desk("identify") as desk:
            subjects.identify(desk, self.staff[site].coordinator, site, person, snapshot, {"group": "near"})
        return subject

    def consent(self, site: str, subject: str) -> Event:
        who, version = self.staff[site].coordinator, self.study.version
        signature = self._sign(who, Act.CONSENT, subjects.consent_statement(subject, version, self.today))
        with self.at_desk("consent") as desk:
            return subjects.consent(desk, who, subject, version, self.today, signature)

    def move(self, site: str, subject: str, move: Move, reason: str | None = None, **facts: Any) -> Event:
        who = self.staff[site].investigator
        with self.at_desk("move") as desk:
            return subjects.move_subject(desk, who, subject, move, subjects.Statement(self.today, reason, facts))

    def judge(self, site: str, ruling: Ruling) -> Event:
        who, confirmed = self.staff[site].investigator, ruling.eligibility.assumed
        signature = self._sign(who, Act.JUDGE, judging.judgement_statement(ruling, confirmed))
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
        signature = self._sign(who, Act.ALLOCATE, statement)
        with self.at_desk("allocate") as desk:
            return allocating.allocate(desk, who, ruling, asked, signature).arm

    def release(self, site: str, ruling: GateRuling) -> Event:
        who = self.staff[site].investigator
        signature = self._sign(who, Act.RELEASE, releasing.release_statement(ruling.answer))
        with self.at_desk("release") as desk:
            return releasing.release(desk, who, ruling, signature)

    def record(self, site: str, subject: str, kind: str, **content: Any) -> recording.Recorded:
        form = read_form(kind, {"on": self.today, **content})
        with self.at_desk("record") as desk:
            return recording.record(desk, self.staff[site].team, self.rules, subject, form)

    def attend(self, site: str, subject: str, recorded: recording.Recorded) -> None:
        """Class, answer or acknowledge whatever it raised."""
        who, words = self.staff[site].investigator, {RaisedKind.NOTICE: None}
        for number, raised in enumerate(recorded.raised, start=1):
            severity = attending.Severity.MINOR if raised.kind is RaisedKind.DEVIATION else None
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
