"""Test 9 of an allocation, on the databases: the same secret and inputs give the same ledger, byte for byte.

Source: the same acts by the same people at the same moments, with the same random bytes, on SQLite, on PostgreSQL, and
on SQLite closed and opened again in the middle. Nothing of a database, of a process or of its memory may show.
"""

import random
from fractions import Fraction
from pathlib import Path

import pytest
from tests.office_store import Clock
from tests.office_trial import Office
from tests.postgres import postgres_schema
from tests.store_world import MASTER, SOFTWARE, TRIAL

from equipoise.allocation.methods import BigStick, Measure, Minimisation, PermutedBlocks
from equipoise.allocation.parts import Arm, Factor
from equipoise.allocation.specification import Specification
from equipoise.store.export import export_ledger
from equipoise.store.opening import create_database, open_store

ARMS = (Arm("surgery"), Arm("drug-then-surgery"))
ECOG = Factor("ecog", ("0", "1"))
SPECIFICATIONS = {
    "blocks in strata": Specification(ARMS, PermutedBlocks((2, 4)), (ECOG,), ("ecog",)),
    "big stick": Specification(ARMS, BigStick(4)),
    "minimisation": Specification(
        ARMS, Minimisation({"ecog": Fraction(1)}, Measure.RANGE, Fraction(4, 5)), factors=(ECOG,)
    ),
}
N_SUBJECTS = 4
ALLOCATES = rb"\"act\":\"subject.allocated\""
"""How the act of an event stands in the text of a part, which is itself JSON."""


def run_trial(url: str, out: Path, specification: Specification, *, restart_after: int | None = None) -> bytes:
    """Four subjects allocated, and the export of everything; with a restart of the store after so many of them."""
    draw, clock = random.Random(9).randbytes, Clock()
    create_database(url, trial=TRIAL, master=MASTER, random_bytes=draw)

    def open_again():
        return open_store(url, master=MASTER, clock=clock, random_bytes=draw, software=SOFTWARE)

    store = open_again()
    try:
        office = Office(store, clock, specification)
        for number in range(N_SUBJECTS):
            if number == restart_after:
                store.close()
                office.store = store = open_again()
            values = {factor.name: "01"[number % 3 % 2] for factor in specification.factors}
            office.allocate(office.eligible(), values=values)
        export_ledger(store, out, lambda _visibility, _site: True)
    finally:
        store.close()
    return (out / "ledger.jsonl").read_bytes()


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_09_a_restart_in_the_middle_leaves_no_trace_in_the_ledger(tmp_path, name):
    specification = SPECIFICATIONS[name]
    straight = run_trial(f"sqlite:///{tmp_path / 'one.db'}", tmp_path / "one", specification)
    restarted = run_trial(f"sqlite:///{tmp_path / 'two.db'}", tmp_path / "two", specification, restart_after=2)
    assert straight.count(ALLOCATES) == N_SUBJECTS
    assert restarted == straight


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_09_both_databases_hold_the_same_ledger(tmp_path, name):
    specification = SPECIFICATIONS[name]
    with postgres_schema() as server:
        on_server = run_trial(server, tmp_path / "server", specification)
    assert on_server.count(ALLOCATES) == N_SUBJECTS
    assert on_server == run_trial(f"sqlite:///{tmp_path / 'one.db'}", tmp_path / "one", specification)
