"""The trial on which workers are killed: its people and subjects, and who asks for what.

Each subject is asked for ten times by workers drawn for it: two investigators judge it, and three coordinators ask for
its allocation, two of them under the same key and one, a rival, under another. Two record the same visit and two the
same dose, each pair under one key, and one releases the dose, before or after it was given.
"""

import itertools
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from equipoise.allocation.methods import PermutedBlocks
from equipoise.allocation.specification import Arm, Factor, Specification
from equipoise.conduct.roles import Role
from equipoise.operations.office import people, sessions
from equipoise.operations.office.credentials import Components, Limits
from equipoise.operations.office.passwords import CHEAP_COST
from equipoise.store.log import TrialStore
from equipoise.store.opening import create_database, open_store
from tests.office_trial import SITE, Office

SPECIFICATION = Specification(
    (Arm("surgery"), Arm("drug-then-surgery")),
    PermutedBlocks((4, 6)),
    (Factor("risk", ("low", "middle", "high")),),
    ("risk",),
)
LIMITS = Limits(cost=CHEAP_COST)
JUDGE, ALLOCATE, RECORD, RELEASE = "judge", "allocate", "record", "release"
N_REQUESTS = 10
"""How often each subject is asked for."""
MASTER_BYTES = 32
LATER = {ALLOCATE: 0.3, RELEASE: 0.5, RECORD: 0.5}
"""How much later than a judgement something tends to be asked for, in parts of a worker's time."""


@dataclass(frozen=True)
class Request:
    """What one worker asks for; `number` names it, `key` is the idempotency key of an allocation or a record."""

    number: int
    kind: str
    subject: str
    key: str | None
    risk: str


class WallClock:
    """The clock of the machine, where `Office` expects one that stands still."""

    @property
    def at(self) -> datetime:
        return datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


def open_trial(url: str, folder: Path) -> TrialStore:
    """The store of the trial, with its key from the folder; every write is forced to the disk, as in production."""
    master = (folder / "master").read_bytes()
    return open_store(url, master=master, clock=WallClock(), random_bytes=os.urandom, software="tests")


def user_of(worker: int) -> str:
    return f"worker{worker:03d}"


def password_of(worker: int) -> str:
    return f"only for number {worker} of many"


def make_trial(url: str, folder: Path, *, n_workers: int, n_subjects: int, rng: Random) -> None:
    """Make the database, people with real passwords, subjects in screening, and the plan of each worker."""
    (folder / "master").write_bytes(os.urandom(MASTER_BYTES))
    create_database(url, trial="crash", master=(folder / "master").read_bytes(), random_bytes=os.urandom)
    store = open_trial(url, folder)
    office = Office(store, WallClock(), SPECIFICATION)  # type: ignore[arg-type]
    for worker in range(n_workers):
        _hire(store, office, worker)
    subjects = [office.screening() for _ in range(n_subjects)]
    store.close()
    for worker, requests in enumerate(_share_out(subjects, n_workers, rng)):
        (folder / f"plan-{worker}.json").write_text(json.dumps([asdict(each) for each in requests]))


def read_plan(folder: Path, worker: int) -> list[Request]:
    read: list[dict[str, Any]] = json.loads((folder / f"plan-{worker}.json").read_text())
    return [Request(**each) for each in read]


def _hire(store: TrialStore, office: Office, worker: int) -> None:
    user, given = user_of(worker), f"given to {worker} at the beginning"
    with store.writing() as desk:
        people.add_person(desk, office.admin, user=user, name=f"Worker {worker}")
        for role in (Role.COORDINATOR, Role.INVESTIGATOR):
            people.grant_role(desk, office.admin, user=user, role=role, site=SITE)
    people.set_first_password(store, office.admin, user=user, password=given, random=os.urandom, cost=CHEAP_COST)
    ticket = sessions.login(store, user, Components(given), limits=LIMITS)
    with store.reading() as view:
        who = sessions.recognise(view, ticket.token, datetime.now(UTC), role=Role.COORDINATOR)
    people.change_password(
        store, who, Components(given, user), new=password_of(worker), random=os.urandom, limits=LIMITS
    )


def _share_out(subjects: list[str], n_workers: int, rng: Random) -> list[list[Request]]:
    """Requests in a random order for each worker, in which judgements tend to come before allocations."""
    shares: list[list[tuple[float, Request]]] = [[] for _ in range(n_workers)]
    number = 0
    for subject in subjects:
        risk = rng.choice(SPECIFICATION.factors[0].levels)
        asked: list[tuple[str, str | None]] = [(JUDGE, None), (JUDGE, None), (RELEASE, None)]
        asked += [(ALLOCATE, f"{subject}/a"), (ALLOCATE, f"{subject}/a"), (ALLOCATE, f"{subject}/b")]
        asked += [(RECORD, f"{subject}/visit")] * 2 + [(RECORD, f"{subject}/dose")] * 2
        workers = rng.sample(range(n_workers), k=min(len(asked), n_workers))
        for (kind, key), worker in zip(asked, itertools.cycle(workers), strict=False):
            when = rng.random() + LATER.get(kind, 0)
            shares[worker].append((when, Request(number, kind, subject, key, risk)))
            number += 1
    by_time: Callable[[tuple[float, Request]], float] = lambda pair: pair[0]  # noqa: E731
    return [[request for _, request in sorted(share, key=by_time)] for share in shares]
