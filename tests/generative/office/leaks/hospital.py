"""A trial at two sites with real allocations, for those who try to find out an arm they may not see."""

import os
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from equipoise.allocation.specification import Specification
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.operations.office import allocating, sites, subjects
from equipoise.operations.office.acts import Act
from equipoise.operations.office.rows import Allocation
from equipoise.operations.office.visibility import Visibility
from equipoise.store.log import TrialStore
from equipoise.store.opening import create_database, open_store
from tests.office_store import Clock, enter
from tests.office_trial import Office

SITES = ("leeds", "york")


class Site(Office):
    """The office as the staff of one site use it."""

    def __init__(self, office: Office, site: str) -> None:
        self.__dict__ |= office.__dict__
        self.site = site
        self.coordinator = enter(self.store, f"cora-{site}", Role.COORDINATOR, site)
        self.investigator = enter(self.store, f"ines-{site}", Role.INVESTIGATOR, site)

    def identified(self, patient_id: str | None = None, **records: Any) -> str:
        patient_id = patient_id or f"mrn-{os.urandom(6).hex()}"
        with self.store.writing() as desk:
            subject_id = subjects.next_subject_id(desk, self.site)
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

    @property
    def store(self) -> TrialStore:
        return self.office.store  # type: ignore[no-any-return]

    def secrets(self) -> dict[str, bytes]:
        """Everything that nobody may find."""
        with self.store.reading() as view:
            (frozen,) = (event for event in view.events() if event.entry.act is Act.FREEZE_SCHEME)
        parts = {name: bytes.fromhex(frozen.new(name, Visibility.SECRET)) for name in ("secret", "salt")}
        return {**parts, "master key": self.master}


def build(specification: Specification, n_subjects: int, folder: Path, seed: int) -> Hospital:
    """Run a trial up to its n-th allocation; hours pass at random, and so do withdrawals afterwards."""
    rng, clock, master = Random(seed), Clock(), os.urandom(32)
    database = folder / "trial.db"
    url = f"sqlite:///{database}"
    create_database(url, trial="leaks", master=master, random_bytes=os.urandom)
    store = open_store(url, master=master, clock=clock, random_bytes=os.urandom, software="tests")
    hospital = Hospital(Office(store, clock, specification), database, master, specification)
    with store.writing() as desk:
        sites.open_site(desk, hospital.office.admin, "york", "York")
    staff = {site: Site(hospital.office, site) for site in SITES}
    for _ in range(n_subjects):
        clock.go_on(timedelta(minutes=rng.randrange(1, 3000), microseconds=rng.randrange(1_000_000)))
        _one_subject(hospital, staff[rng.choice(SITES)], rng)
    with store.reading() as view:
        assert len(view.find(Allocation)) == n_subjects
    return hospital


def _one_subject(hospital: Hospital, site: Site, rng: Random) -> None:
    subject_id = site.eligible(platelets=str(rng.randrange(100, 400)))
    values = {
        factor.name: site.site if factor.name == allocating.SITE_FACTOR else rng.choice(factor.levels)
        for factor in hospital.specification.factors
    }
    begun = time.perf_counter()
    allocated = site.allocate(subject_id, os.urandom(8).hex(), values)
    hospital.took_s.append(time.perf_counter() - begun)
    hospital.file_bytes.append(sum(each.stat().st_size for each in hospital.database.parent.glob("trial.db*")))
    hospital.subjects.append(subject_id)
    hospital.sites.append(site.site)
    hospital.values.append(values)
    hospital.arms.append(allocated.arm)
    hospital.seqs.append(allocated.event.seq)
    if rng.random() < 0.2:
        site.move(subject_id, Move.WITHDRAW_FROM_TREATMENT, reason="does not want it any more")
