"""Lives of many subjects side by side, day by day, judged ahead on another core, in an order that never changes.

The lives are in two groups that take turns. What they write is one transaction, forced to the disk at its end
(`TrialStore.together`): when somebody asks for a judgement, and at the end of a day. While one group writes, judgements
that the other asked for are made in a second process, which reads the same database; whoever is idle takes the next.
A judgement rests on its own subject alone, and the act checks that it is
current: so the log is the same whoever judged, and on whichever database.
"""

import gc
import heapq
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from typing import Any

from conduct_office import MASTER, Costs, MeasuredOffice, answer, open_trial
from conduct_studies import STUDIES, BenchStudy

from equipoise.operations.office.rulings import Rules
from equipoise.operations.practice.lives import Life, Way
from equipoise.operations.practice.office import FIRST_DAY, Ask, DayClock
from equipoise.store.log import TrialStore
from equipoise.store.opening import open_store

BATCH = 2
"""Judgements that are asked of the other process at once: few, so that who is idle finds some not begun."""
GROUPS = 2
FORCED = "force writes to the disk (by the clock)"


@dataclass
class Conducted:
    """What a run was."""

    head: tuple[int, str]
    seconds: float
    cpu: tuple[float, float]
    """Processor time of this process and of the other. [s]"""
    judged: Counter[str]
    """How many judgements were made in which process."""
    costs: Costs
    """Of each act, each judgement, and of the time in which writes were forced to the disk."""
    said: Counter[str]
    """What the gates answered."""


Asked = list[tuple[Sequence[Ask], "Future[tuple[list[Any], Costs]] | None"]]
"""Questions, and the answers to come; None when they are to be made in this process."""


class Judges:
    """This process and perhaps another, which reads what was committed."""

    def __init__(self, url: str, office: MeasuredOffice, *, has_second: bool) -> None:
        self._office, self.made = office, Counter[str]()
        self._pool: ProcessPoolExecutor | None = None
        self._used_before = 0.0
        if has_second:
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), _open_here, (url, office.study.name))
            self._used_before = self._pool.submit(time.process_time).result()

    def ask(self, asks: Sequence[Ask], day: date) -> Asked:
        """Begin to judge; `collect` gives the answers."""
        batches = [asks[start : start + BATCH] for start in range(0, len(asks), BATCH)]
        pool = self._pool
        return [(each, None if pool is None else pool.submit(_answer_there, each, day)) for each in batches]

    def collect(self, asked: Asked, day: date) -> list[Any]:
        """The answers in the order of the questions; what the other process has not begun is made here."""
        here: dict[int, list[Any]] = {}
        for place in reversed(range(len(asked))):
            asks, future = asked[place]
            if future is None or future.cancel():
                here[place] = self._answer_here(asks, day)
        answers = []
        for place, (_, future) in enumerate(asked):
            answers += here[place] if future is None or place in here else self._answers_of(future)
        return answers

    def _answers_of(self, future: "Future[tuple[list[Any], Costs]]") -> list[Any]:
        answers, costs = future.result()
        self.made["in the other process"] += len(answers)
        self._office.costs.add(costs)
        return answers

    def _answer_here(self, asks: Sequence[Ask], day: date) -> list[Any]:
        self.made["here"] += len(asks)
        with self._office.store.reading() as view:
            answers, costs = answer(view, self._office.rules, asks, day)
        self._office.costs.add(costs)
        return answers

    def close(self) -> float:
        """Let the other process go; gives its processor time since it was ready. [s]"""
        if self._pool is None:
            return 0.0
        used = self._pool.submit(time.process_time).result()
        self._pool.shutdown()
        return used - self._used_before


@dataclass
class _Group:
    """Lives that go on in one transaction: those whose day has come, those that wait for an answer."""

    ready: list[tuple[Way, Any]] = field(default_factory=list)
    asking: list[tuple[Way, Ask]] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)


class Calendar:
    """All lives, each on the day on which it goes on."""

    def __init__(self, office: MeasuredOffice, judges: Judges) -> None:
        self._office, self._judges = office, judges
        self._waiting: list[tuple[date, int, Way]] = []
        self._numbers: dict[Way, int] = {}
        self._writing: ExitStack | None = None

    def add(self, day: date, number: int, way: Way) -> None:
        heapq.heappush(self._waiting, (day, number, way))

    def run(self) -> None:
        """Until every subject is off study."""
        while self._waiting:
            day = self._waiting[0][0]
            self._office.clock.begin(day)
            groups = [_Group() for _ in range(GROUPS)]
            while self._waiting and self._waiting[0][0] <= day:
                _, number, way = heapq.heappop(self._waiting)
                self._numbers[way] = number
                groups[number % GROUPS].ready.append((way, None))
            while any(group.ready or group.asking for group in groups):
                for group in groups:
                    self._go_on(group, day)
            self._force()

    def _go_on(self, group: _Group, day: date) -> None:
        """Give the answers that were asked for, let lives act, and ask again."""
        if group.asking:
            answers = self._judges.collect(group.asked, day)
            group.ready = [(way, found) for (way, _), found in zip(group.asking, answers, strict=True)]
            group.asking, group.asked = [], []
        if group.ready:
            self._begin()
            for way, found in group.ready:
                self._resume(group, way, found)
            group.ready = []
        if group.asking:
            self._force()
            group.asked = self._judges.ask([ask for _, ask in group.asking], day)

    def _begin(self) -> None:
        """Go on with the transaction, or begin one."""
        if self._writing is None:
            self._writing = ExitStack()
            self._writing.enter_context(self._office.store.together())

    def _force(self) -> None:
        """End the transaction: what was written is on the disk, and the other process sees it."""
        if self._writing is not None:
            with self._office.costs.of(FORCED, time.perf_counter):
                self._writing.close()
            self._writing = None

    def _resume(self, group: _Group, way: Way, found: Any) -> None:
        try:
            waits_for = way.send(found)
        except StopIteration:
            del self._numbers[way]
            return
        if isinstance(waits_for, Ask):
            group.asking.append((way, waits_for))
        else:
            self.add(waits_for, self._numbers[way], way)


_HERE: list[Any] = []
"""In the second process: its store and its rules."""


def _open_here(url: str, study_name: str) -> None:
    _spare_collector()
    store = open_store(url, master=MASTER, clock=lambda: datetime.now(UTC), random_bytes=bytes, software="bench")
    _HERE[:] = [store, Rules(STUDIES[study_name].load())]


def _answer_there(asks: Iterable[Ask], day: date) -> tuple[list[Any], Costs]:
    store, rules = _HERE
    with store.reading() as view:
        return answer(view, rules, asks, day)


def _spare_collector() -> None:
    """
    Look for cycles of garbage seldom, as a server would that keeps thousands of files in memory.

    What stays is never changed and has no cycles: each look through all of it is in vain, and there is more each time.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


@contextmanager
def _sparing_collector() -> Iterator[None]:
    before = gc.get_threshold()
    _spare_collector()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def conduct(
    url: str, study: BenchStudy, *, subjects: int, seed: int = 1, each_day: int = 10, has_second: bool = True
) -> Conducted:
    """
    Conduct a trial from its first day until its last subject is off study.

    Parameters
    ----------
    url
        An empty database.
    each_day
        How many subjects are found on a day.
    has_second
        Whether a second process judges.
    """
    clock = DayClock()
    store: TrialStore = open_trial(url, clock, seed)
    office = MeasuredOffice(study, store, clock, subjects)
    office.people.prepare()
    judges = Judges(url, office, has_second=has_second)
    calendar = Calendar(office, judges)
    start, cpu = time.perf_counter(), time.process_time()
    for number in range(subjects):
        day = FIRST_DAY + timedelta(1 + number // each_day)
        calendar.add(day, number, Life(office, number, seed).live())
    with _sparing_collector():
        calendar.run()
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    there = judges.close()
    with store.reading() as view:
        seq, digest, _ = store.head(view)
    store.close()
    return Conducted((seq, digest), seconds, (used, there), judges.made, office.costs, office.said)
