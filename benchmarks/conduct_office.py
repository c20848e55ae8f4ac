"""The practice trial on a real store, with the processor time of each of its acts."""

import time as clocks
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from random import Random

from conduct_studies import BenchStudy

from equipoise.operations.office.gating import GateRuling
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.rulings import Rules, Ruling
from equipoise.operations.practice.office import Ask, DayClock, PracticeOffice
from equipoise.operations.practice.office import answer as answer_one
from equipoise.records.snapshot import Snapshot
from equipoise.store.log import TrialStore
from equipoise.store.opening import create_database, open_store

MASTER = bytes(32)
JUDGE_ELIGIBILITY, ASK_GATE = "judge eligibility", "ask a gate"


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


def open_trial(url: str, clock: DayClock, seed: int) -> TrialStore:
    """A new trial in an empty database; every random byte follows from the seed."""
    random_bytes = Random(seed).randbytes
    create_database(url, trial="bench", master=MASTER, random_bytes=random_bytes)
    return open_store(url, master=MASTER, clock=clock, random_bytes=random_bytes, software="bench")


def answer(view: View, rules: Rules, asks: Iterable[Ask], day: date) -> tuple[list[Ruling | GateRuling], Costs]:
    """The judgements, and what they cost."""
    found: list[Ruling | GateRuling] = []
    costs = Costs()
    for ask in asks:
        with costs.of(JUDGE_ELIGIBILITY if ask.step is None else ASK_GATE):
            found.append(answer_one(view, rules, ask, day))
    return found, costs


class MeasuredOffice(PracticeOffice):
    """The acts, and what each of them cost."""

    def __init__(self, study: BenchStudy, store: TrialStore, clock: DayClock, planned_n: int) -> None:
        self.costs = Costs()
        super().__init__(study, study.load(), study.people(), store, clock, planned_n=planned_n)

    @contextmanager
    def at_desk(self, name: str) -> Iterator[Desk]:
        with self.costs.of(name), self.store.writing() as desk:
            yield desk

    def snapshot(self, number: int, subject: str) -> Snapshot:
        with self.costs.of("make up the records"):
            return super().snapshot(number, subject)
