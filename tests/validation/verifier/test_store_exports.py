"""Exports of the true store, written by the acts of the office, read by the program that shares no code with it."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from tests.office_store import Clock
from tests.office_trial import SITE, Office
from tests.store_world import history, make_store, opened, write, write_destruction
from tests.validation.verifier.program import edit_bytes, verify

from equipoise.allocation.methods import Efron, Measure, Method, Minimisation, PermutedBlocks, SealedList
from equipoise.allocation.sealed_list import ImportedList
from equipoise.allocation.specification import Arm, Factor, Specification
from equipoise.conduct.roles import Role
from equipoise.operations.office import freezing
from equipoise.operations.office.acts import Act
from equipoise.operations.office.visibility import Visibility, can_see
from equipoise.store.checkpoints import hand_over
from equipoise.store.export import export_ledger
from equipoise.store.log import TrialStore

ECOG = Factor("ecog", ("0", "1"))
METHODS = {
    "permuted-blocks": PermutedBlocks((4, 6)),
    "efron": Efron(Fraction(2, 3)),
    "minimisation": Minimisation({"ecog": Fraction(1)}, Measure.STANDARD_DEVIATION, Fraction(4, 5)),
    "sealed-list": SealedList(),
}


@pytest.fixture
def sqlite_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'trial.db'}"


def may_see_all(visibility: Visibility, site: str | None) -> bool:
    return True


def sees_as(role: Role) -> Callable[[Visibility, str | None], bool]:
    return lambda visibility, site: can_see(role, visibility, is_own_site=site == SITE)


def frozen_office(store, method: Method) -> Office:
    """An office with this method frozen, two arms, stratified or balanced by ECOG."""
    office = Office(store, store.clock, specification=None)
    stratify = () if isinstance(method, Minimisation) else ("ecog",)
    specification = Specification((Arm("surgery"), Arm("drug-then-surgery")), method, (ECOG,), stratify)
    imported = None
    if isinstance(method, SealedList):
        arms = ("surgery", "drug-then-surgery", "drug-then-surgery", "surgery", "surgery", "drug-then-surgery")
        imported = ImportedList({"ecog=0": arms, "ecog=1": arms[::-1]})
    plan = freezing.Plan(specification, 60, imported)
    with store.reading() as view:
        statement = freezing.freezing_statement(view, plan)
    signature = office.sign(office.statistician, Act.FREEZE_SCHEME, statement)
    with store.writing() as desk:
        freezing.freeze(desk, office.statistician, plan, signature)
    return office


def reveal(office: Office) -> None:
    with office.store.reading() as view:
        statement = freezing.reveal_statement(freezing.frozen_scheme(view)[0])
    signature = office.sign(office.statistician, Act.REVEAL, statement)
    with office.store.writing() as desk:
        freezing.reveal_scheme(desk, office.statistician, "the report is written", signature)


Readers = dict[str, Callable[[Visibility, str | None], bool]]
EVERYTHING: Readers = {"everything": may_see_all}
ROLES: Readers = {role.value: sees_as(role) for role in Role}


def verify_for(readers: Readers, store: TrialStore, out: Path, *, computed_again: int, **options: Path) -> None:
    """Export for each reader and verify what each holds."""
    for name, see in readers.items():
        export_ledger(store, out / name, see)
        said = verify(out / name, **options)
        assert (said.code, said.differences) == (0, [])
        assert (said.n_allocations, said.n_computed_again) == (6, computed_again)


@pytest.mark.usefixtures("remembered_signatures")
@pytest.mark.parametrize(
    ("method", "readers"), [(method, ROLES if method == "efron" else EVERYTHING) for method in METHODS]
)
def test_13_a_trial_run_by_the_office_is_verified_before_and_after_the_reveal(tmp_path, sqlite_url, method, readers):
    with opened(make_store(sqlite_url, clock=Clock(), checkpoint_every=20)) as store:
        office = frozen_office(store, METHODS[method])
        for number in range(6):
            office.allocate(office.eligible(), values={"ecog": str(number * number % 3 % 2)})
        anchor = tmp_path / "anchor.json"
        anchor.write_text(json.dumps(store.checkpoint()))
        verify_for(readers, store, tmp_path / "before", computed_again=0)
        office.lock()
        reveal(office)
        verify_for(readers, store, tmp_path / "after", computed_again=6, anchor=anchor)


@pytest.fixture
def varied_export(tmp_path, sqlite_url) -> Path:
    """Parts of every class, an identity destroyed, a signing key that changed, seen by a role that opens little."""
    with opened(make_store(sqlite_url, checkpoint_every=10)) as store:
        write(store, list(history(14)))
        with store.writing() as desk:
            hand_over(desk.connection, store.keyring, store.trial, desk.head, store.random_bytes)
        write_destruction(store, 1)
        store.checkpoint()
        export_ledger(store, tmp_path / "export", sees_as(Role.TREATING_TEAM))
    return tmp_path / "export"


def check_edits(export: Path, n: int) -> None:
    """Every one of `n` random edits of one byte is found, and the first difference names its event."""
    ledger = (export / "ledger.jsonl").read_text(encoding="utf-8")
    assert '"destroyed"' in ledger
    assert '"withheld"' in ledger
    n_named = 0
    for expected, said in edit_bytes(export, n, seed=n):
        assert said.code == 1
        assert said.differences[0].startswith(expected)
        n_named += 1
    assert n_named == n
    assert verify(export).code == 0


@pytest.mark.usefixtures("remembered_signatures")
def test_13_every_altered_byte_of_a_true_export_is_named(varied_export):
    check_edits(varied_export, 75)


@pytest.mark.long
@pytest.mark.usefixtures("remembered_signatures")
def test_13_every_altered_byte_of_2000_of_a_true_export_is_named(varied_export):
    check_edits(varied_export, 2000)
