"""A trial at two sites with real allocations and treatment, for those who try to find out an arm they may not see.

How many hidden events lie between two open ones stays visible (Decision 14), so days are chosen for which that number
tells nothing of the subject just allocated: in the first ten days the same is done in both arms.
"""

import heapq
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from equipoise.allocation.specification import Specification
from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.operations.office import allocating, recording, sites, subjects
from equipoise.operations.office.acts import Act
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.rows import Allocation
from equipoise.operations.office.visibility import Visibility
from equipoise.store.log import TrialStore
from equipoise.store.opening import create_database, open_store
from tests.office_store import Clock, enter
from tests.office_trial import Office

SITES = ("leeds", "york")
DRUG_ARM = "drug-then-surgery"


class Site(Office):
    """The office as the staff of one site use it."""

    def __init__(self, office: Office, site: str) -> None:
        self.__dict__ |= office.__dict__
        self.site = site
        self.coordinator = enter(self.store, f"cora-{site}", Role.COORDINATOR, site)
        self.investigator = enter(self.store, f"ines-{site}", Role.INVESTIGATOR, site)

    def identified(self, patient_id: str | None = None, **records: Any) -> str:
        with self.store.writing() as desk:
            subject_id = subjects.next_subject_id(desk, self.site)
            patient_id = patient_id or f"mrn-{Random(subject_id).randbytes(6).hex()}"
            snapshot = self.snapshot(subject_id, patient_id, **records)
            subjects.identify(desk, self.coordinator, self.site, patient_id, snapshot, {"group": "near"})
        return subject_id


@dataclass
class Hospital:
    """
    What came about, with what only the maker of the trial knows: arms and secrets.

    `took_s` and `file_bytes` are what anybody can measure at an allocation: how long it took, how large the file was.
    """

    office: Office
    database: Path
    master: bytes
    specification: Specification
    subjects: list[str] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)
    values: list[dict[str, str]] = field(default_factory=list)
    arms: list[str] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)
    file_bytes: list[int] = field(default_factory=list)
    reader: Who | None = None

    @property
    def store(self) -> TrialStore:
        return self.office.store  # type: ignore[no-any-return]

    def secrets(self) -> dict[str, bytes]:
        """Everything that nobody may find."""
        with self.store.reading() as view:
            (frozen,) = (event for event in view.events() if event.entry.act is Act.FREEZE_SCHEME)
        parts = {name: bytes.fromhex(frozen.new(name, Visibility.SECRET)) for name in ("secret", "salt")}
        return {**parts, "master key": self.master}


def build(specification: Specification, n_subjects: int, folder: Path, seed: int, *, treats: bool = True) -> Hospital:
    """Run a trial up to its n-th allocation and until all are treated; hours pass at random, and some leave."""
    rng, clock, random_bytes = Random(seed), Clock(), Random(f"{seed}, bytes").randbytes
    master = random_bytes(32)
    database = folder / "trial.db"
    url = f"sqlite:///{database}"
    create_database(url, trial="leaks", master=master, random_bytes=random_bytes)
    store = open_store(url, master=master, clock=clock, random_bytes=random_bytes, software="tests")
    hospital = Hospital(Office(store, clock, specification), database, master, specification)
    with store.writing() as desk:
        sites.open_site(desk, hospital.office.admin, "york", "York")
    hospital.reader = enter(store, "mara-reads", Role.MASKED_READER)
    staff = {site: Site(hospital.office, site) for site in SITES}
    agenda = Agenda()
    for _ in range(n_subjects):
        clock.go_on(timedelta(minutes=rng.randrange(1, 3000), microseconds=rng.randrange(1_000_000)))
        agenda.do_until(hospital.office.today)
        site = staff[rng.choice(SITES)]
        subject = _one_subject(hospital, site, rng)
        if treats:
            agenda.add_all(hospital.office.today, treatment(hospital, site, subject, hospital.arms[-1], rng))
        elif rng.random() < 0.2:
            site.move(subject, Move.WITHDRAW_FROM_TREATMENT, reason="does not want it any more")
    while agenda.tasks:
        hospital.office.go_on(1)
        agenda.do_until(hospital.office.today)
    with store.reading() as view:
        assert len(view.find(Allocation)) == n_subjects
    return hospital


Task = Callable[[], object]


class Agenda:
    """What is to be done on which day, for all subjects together."""

    def __init__(self) -> None:
        self.tasks: list[tuple[date, int, Task]] = []
        self._numbers = itertools.count()

    def add_all(self, start: date, tasks: Iterator[tuple[int, Task]]) -> None:
        for day, task in tasks:
            heapq.heappush(self.tasks, (start + timedelta(days=day), next(self._numbers), task))

    def do_until(self, today: date) -> None:
        while self.tasks and self.tasks[0][0] <= today:
            heapq.heappop(self.tasks)[2]()


def treatment(hospital: Hospital, site: Site, subject: str, arm: str, rng: Random) -> Iterator[tuple[int, Task]]:
    """What happens to a subject, with its days from allocation on: as the arm has it, and not always as it should."""
    yield rng.randrange(1, 8), lambda: site.platelets(subject, str(rng.randrange(100, 300)))
    last = 14
    if arm == DRUG_ARM:
        yield 11, lambda: _give(site, subject, "drug-1", "100", rng)
        yield 25, lambda: site.platelets(subject, str(rng.choice((40, 90, 150))))
        yield 39, lambda: _give(site, subject, "drug-2", "50", rng)
        yield 44, lambda: site.record(subject, "decision", decision="resectable", option="yes")
        last = 68
    yield last + rng.randrange(6), lambda: _operate(site, subject)
    yield rng.randrange(20, 60), lambda: _fall_ill(site, subject, rng)
    yield 84 + rng.randrange(10), lambda: _read_scan(hospital, subject, rng)
    if rng.random() < 0.3:
        yield rng.randrange(85, 120), lambda: _go(site, subject, rng)


def _give(site: Site, subject: str, step: str, amount: str, rng: Random) -> None:
    """Blood, release and dose; now and then held before, without a release, or corrected afterwards."""
    if rng.random() < 0.5:
        _hold_unless_open(site, subject, step)
    site.platelets(subject, "150")
    if not _hold_unless_open(site, subject, step) and rng.random() < 0.8:
        site.release(subject, step)
    entry = site.record(subject, "dose", step=step, administered=amount, unit="mg").entry
    if rng.random() < 0.3:
        site.amend(subject, entry, administered="90")


def _hold_unless_open(site: Site, subject: str, step: str) -> bool:
    """Put down what a gate says that is not open; whether it was so."""
    is_closed = not site.gate(subject, step).answer.is_open
    if is_closed:
        site.hold(subject, step)
    return is_closed


def _operate(site: Site, subject: str) -> None:
    if not _hold_unless_open(site, subject, "surgery-day"):
        site.release(subject, "surgery-day")
    site.record(subject, "operation", step="surgery-day", approach="open", resection="R0", lesions_removed=2)


def _fall_ill(site: Site, subject: str, rng: Random) -> None:
    serious = {"serious": ["hospitalisation"]} if rng.random() < 0.3 else {}
    site.record(subject, "adverse-event", term="fall", category="other", grade=rng.randrange(1, 4), **serious)


def _read_scan(hospital: Hospital, subject: str, rng: Random) -> None:
    assert hospital.reader is not None
    lesion = {"lesion": "L1", "role": "target", "state": "measured", "mm": str(rng.randrange(10, 40))}
    content = {"on": hospital.office.today, "reader": "mara", "reader_kind": "masked", "lesions": [lesion]}
    form = read_form("tumour-assessment", content)
    with hospital.store.writing() as desk:
        recording.read_scan(desk, hospital.reader, subject, form)  # type: ignore[arg-type]


def _go(site: Site, subject: str, rng: Random) -> None:
    """Follow-up, which nobody else may see begin, or the end, which everybody may."""
    move = rng.choice((Move.ENTER_FOLLOW_UP, Move.DIE, Move.WITHDRAW_FROM_ALL_CONTACT))
    site.move(subject, move, source="a letter")


def _one_subject(hospital: Hospital, site: Site, rng: Random) -> str:
    subject_id = site.eligible(platelets=str(rng.randrange(100, 400)))
    values = {
        factor.name: site.site if factor.name == allocating.SITE_FACTOR else rng.choice(factor.levels)
        for factor in hospital.specification.factors
    }
    begun = time.perf_counter()
    allocated = site.allocate(subject_id, rng.randbytes(8).hex(), values)
    hospital.took_s.append(time.perf_counter() - begun)
    hospital.file_bytes.append(sum(each.stat().st_size for each in hospital.database.parent.glob("trial.db*")))
    hospital.subjects.append(subject_id)
    hospital.sites.append(site.site)
    hospital.values.append(values)
    hospital.arms.append(allocated.arm)
    hospital.seqs.append(allocated.event.seq)
    return subject_id
