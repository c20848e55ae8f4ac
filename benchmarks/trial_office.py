"""How many subjects are allocated in a second: `make bench`, or `python benchmarks/trial_office.py`.

Each allocation is the real act on SQLite, in a transaction of its own with a forced write: requests, rights, consent
and state looked at, the judgement held against the tables, the decision drawn, the event sealed and chained, five
tables brought up to it. Measured alone; with judging the subject for today before it; and with the signature as well,
whose password check is slow on purpose (Argon2id at the cost of production). The yardstick, taken in turns with it, is
a bare insert of the same bytes with the same settings. Subjects and records are those of the tests.
"""

import argparse
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.office_store import enter
from tests.office_trial import SITE, Office

from equipoise.conduct.roles import Role
from equipoise.operations.office import allocating, people, signing
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.credentials import Components
from equipoise.operations.office.event import Signature
from equipoise.store.log import TrialStore
from equipoise.store.opening import create_database, open_store

MASTER, GIVEN, OWN = bytes(32), "given at the beginning", "a sentence of their own"
COLUMNS = ("seq", "hash", "link", "content", "tag")


class WallClock:
    """The clock of the machine, where `Office` expects one that stands still."""

    @property
    def at(self) -> datetime:
        return datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=100, help="in each round")
    parser.add_argument("--rounds", type=int, default=5, help="the median counts")
    parser.add_argument("--signed", type=int, default=20, help="how many are signed with a password, at the end")
    parser.add_argument("--work", type=Path, help="folder on the disk to be measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="equipoise-bench-", dir=options.work) as folder:
        measure(Path(folder), options)


def measure(folder: Path, options: argparse.Namespace) -> None:
    url = f"sqlite:///{folder / 'trial.db'}"
    create_database(url, trial="bench", master=MASTER, random_bytes=os.urandom)
    clock = WallClock()
    store = open_store(url, master=MASTER, clock=clock, random_bytes=os.urandom, software="bench")
    office = Office(store, clock)  # type: ignore[arg-type]
    give_password(office)
    bare, rates = bare_table(folder / "bare.db"), {name: [] for name in ("act", "judged", "bare")}
    for _ in range(options.rounds):
        acts = [prepared(office, office.eligible()) for _ in range(options.subjects)]
        after = head(store)
        rates["act"].append(rate(acts))
        rows = rows_after(store, after)
        asked = [office.eligible() for _ in range(options.subjects)]
        rates["judged"].append(rate([lambda each=each: prepared(office, each)() for each in asked]))
        rates["bare"].append(rate([lambda row=row: insert(bare, row) for row in rows]))
    signed = [office.eligible() for _ in range(options.signed)]
    whole = rate([lambda each=each: prepared(office, each, is_signed=True)() for each in signed])
    store.close()
    n_bytes = sum(len(str(part)) for part in rows[-1])
    report(n_bytes, {name: statistics.median(values) for name, values in rates.items()} | {"signed": whole})


def give_password(office: Office) -> None:
    people.set_first_password(office.store, office.admin, user="cora", password=GIVEN, random=os.urandom)
    office.coordinator = enter(office.store, "cora", Role.COORDINATOR, SITE)
    given = Components(GIVEN, "cora")
    people.change_password(office.store, office.coordinator, given, new=OWN, random=os.urandom)


def prepared(office: Office, subject: str, *, is_signed: bool = False) -> Callable[[], Any]:
    """Judge for today and sign; what is left to do is the act in its transaction."""
    who, ruling = office.coordinator, office.ruling(subject)
    asked = allocating.AllocationRequest(subject, f"request-{subject}", {})
    statement = allocating.allocation_statement(ruling.subject, {})
    if is_signed:
        signature = signing.sign(office.store, who, Components(OWN, "cora"), act=Act.ALLOCATE, statement=statement)
    else:
        signature = ready_signature(office, statement)

    def act() -> None:
        with office.store.writing() as desk:
            allocating.allocate(desk, who, ruling, asked, signature)

    return act


def ready_signature(office: Office, statement: str) -> Signature:
    """A signature as the check of a password gives it, at no cost."""
    who, meaning = office.coordinator, str(ACTS[Act.ALLOCATE].meaning)
    return Signature(who.user, who.name, who.role, meaning, statement, office.clock.at, 2)


def rate(works: list[Callable[[], Any]]) -> float:
    start = time.perf_counter()
    for work in works:
        work()
    return len(works) / (time.perf_counter() - start)


def head(store: TrialStore) -> int:
    with store.reading() as view:
        return int(view.connection.raw().execute("SELECT max(seq) FROM events").fetchone()[0])


def rows_after(store: TrialStore, after: int) -> list[tuple[Any, ...]]:
    def rows() -> Iterator[tuple[Any, ...]]:
        for sealed in view.sealed(after=after):
            yield tuple(getattr(sealed, name) for name in COLUMNS)

    with store.reading() as view:
        return list(rows())


def bare_table(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, hash TEXT, link TEXT, content TEXT, tag TEXT)")
    return connection


def insert(connection: sqlite3.Connection, row: tuple[Any, ...]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", row)
    connection.execute("COMMIT")


def report(n_bytes: int, rates: dict[str, float]) -> None:
    print(f"\nAllocations on SQLite, events of {n_bytes:,} bytes, each with a forced write")
    words = {"act": "the act alone", "judged": "with judging", "signed": "with judging and a signature by password"}
    for name, what in words.items():
        print(f"  {what:42}{rates[name]:>8,.1f} /s   {rates[name] / rates['bare']:.3f} x bare insert")
    print(f"  {'bare insert of the same bytes':42}{rates['bare']:>8,.0f} /s")


if __name__ == "__main__":
    main()
