"""A small trial for tests of the store: acts of every class of part, the same from the same numbers.

What the acts mean does not matter here; each projects into some table, and every class of part is written by one.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from equipoise.conduct.roles import Role
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Change, Entry, Signature
from equipoise.operations.office.visibility import Visibility
from equipoise.store.log import TrialStore
from equipoise.store.opening import create_database, open_store

START = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
MASTER = bytes(range(32))
SOFTWARE = "0.1.0"
TRIAL = "nct05610826"
SURNAME = "Zimmermannova"
"""Stands in identities only, so where else it is found is a leak."""


class TickingClock:
    """A clock that goes on by a second each time it is read."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def seeded(seed: int = 1) -> Callable[[int], bytes]:
    """Random bytes that are the same in each run."""
    return random.Random(seed).randbytes


def make_store(url: str, *, clock: Callable[[], datetime] | None = None, **options: Any) -> TrialStore:
    """A new trial in an empty database, opened."""
    random_bytes = seeded()
    create_database(url, trial=TRIAL, master=MASTER, random_bytes=random_bytes)
    return reopen(url, clock=clock, random_bytes=random_bytes, **options)


def reopen(
    url: str,
    *,
    clock: Callable[[], datetime] | None = None,
    random_bytes: Callable[[int], bytes] | None = None,
    master: bytes = MASTER,
    **options: Any,
) -> TrialStore:
    return open_store(
        url,
        master=master,
        clock=clock or TickingClock(),
        random_bytes=random_bytes or seeded(2),
        software=SOFTWARE,
        **options,
    )


@contextmanager
def opened(store: TrialStore) -> Iterator[TrialStore]:
    try:
        yield store
    finally:
        store.close()


def entry(act: Act, new: dict[str, Any], **fields: Any) -> Entry:
    """An entry with these open values; `sealed` holds the changes of other classes."""
    sealed = fields.pop("sealed", {})
    changes = {Visibility.OPEN: Change(new, fields.pop("old", {})), **sealed}
    return Entry(act, fields.pop("user", "u1"), Role.COORDINATOR, changes, **fields)


def setting_up() -> list[Entry]:
    """The trial and its two sites."""
    return [
        entry(Act.INITIALISE, {"protocol": TRIAL, "title": "A trial", "kind": "training"}),
        entry(Act.OPEN_SITE, {"name": "Leeds"}, site="leeds"),
        entry(Act.OPEN_SITE, {"name": "Zürich"}, site="zuerich"),
        entry(
            Act.ADD_PERSON,
            {"person": "u1", "name": "A Coordinator"},
            sealed={Visibility.CREDENTIALS: Change({"hash": "argon2 of something"})},
        ),
    ]


def identify(number: int) -> Entry:
    """Subject `number`, with an identity and records."""
    return entry(
        Act.IDENTIFY,
        {"participation": "identified", "treatment": "none", "person_link": f"P{number}"},
        site="leeds" if number % 2 else "zuerich",
        subject=f"S-{number:04d}",
        sealed={
            Visibility.IDENTITY: Change({"name": f"{SURNAME} {number}"}),
            Visibility.CLINICAL: Change({"haemoglobin": "8.0 g/dL", "note": "≥ 2 × 10⁹/L"}),
        },
    )


def move(number: int, step: int) -> Entry:
    """Subject `number` moves on, with an arm, a decision and a secret."""
    return entry(
        Act.MOVE,
        {"participation": f"state-{step}", "treatment": "none"},
        old={"participation": "another"},
        site="leeds" if number % 2 else "zuerich",
        subject=f"S-{number:04d}",
        reason="because",
        request=f"request-{number}-{step}",
        version="original",
        sealed={
            Visibility.ARM: Change({"arm": "prrt" if step % 2 else "surgery"}),
            Visibility.DECISION: Change({"draw": step}),
            Visibility.TREATMENT: Change({"dose": "7.4 GBq"}),
            Visibility.SECRET: Change({"secret": "00"}),
        },
    )


def destroy(number: int) -> Entry:
    """The identity of subject `number` is destroyed, under a signature."""
    signature = Signature("u1", "A Coordinator", Role.ADMINISTRATOR, "To be destroyed.", "I read it.", START, 2)
    return entry(Act.DESTROY_IDENTITY, {}, subject=f"S-{number:04d}", reason="asked for", signature=signature)


def history(n: int) -> Iterator[Entry]:
    """The first `n` entries of a trial: it is set up, then subjects come, and each moves three times."""
    for place, each in enumerate(_endless()):
        if place == n:
            return
        yield each


def _endless() -> Iterator[Entry]:
    yield from setting_up()
    number = 0
    while True:
        number += 1
        yield identify(number)
        for step in range(3):
            yield move(number, step)


def write(store: TrialStore, entries: Iterator[Entry] | list[Entry], *, at_once: int = 1) -> None:
    """Append entries, so many in one transaction."""
    waiting = list(entries)
    for start in range(0, len(waiting), at_once):
        with store.writing() as desk:
            for each in waiting[start : start + at_once]:
                desk.append(each)


def write_destruction(store: TrialStore, number: int) -> None:
    """Write that an identity is destroyed, and destroy it."""
    with store.writing() as desk:
        desk.append(destroy(number))
        desk.destroy_key(f"S-{number:04d}")
