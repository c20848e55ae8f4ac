"""
No export tells an arm to whoever may not know it: not by a word, a day, a number of rows, their order or a length.

Two trials are lived that differ in everything a masked person must not learn: the arms, and whether anybody was
treated at all. What is open in them is the same. So must be every file of every format for every such person.
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.csv as pa_csv
import pyarrow.parquet as parquet
import pytest
from tests.analysis_trial import AnalysedOffice, with_plan
from tests.office_store import Clock, MemoryStore, enter, seeded

from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.moves import Move
from equipoise.conduct.roles import Role
from equipoise.operations.office import recording
from equipoise.operations.office.permissions import Who
from equipoise.operations.trial.exports.cdisc import write_cdisc
from equipoise.operations.trial.exports.fhir_subjects import write_fhir
from equipoise.operations.trial.exports.tables import write_tables
from equipoise.operations.trial.masking import may_see_of

DRUG = "drug-then-surgery"
N = 6
FORMS = ("fhir", "cdisc", "tables")
EVENTS = {"SRCEVNT", "entries"}
"""How many hidden events lie between two open ones is visible in every export (Decision 14)."""
SITE_ELSEWHERE = Who("eva", "Eva Example", "1", Role.COORDINATOR, "york")


class World:
    """Six subjects, one screening failure, one in screening; a death, a withdrawal, a masked reading of each."""

    def __init__(self, seed: int, *, is_treated: bool) -> None:
        clock = Clock()
        self.office = office = with_plan(store=MemoryStore(clock, seeded(seed)), clock=clock)
        self.reader = enter(office.store, "rita", Role.MASKED_READER)
        self.subjects: list[str] = []
        for _ in range(N):
            self.subjects.append(office.allocated())
            office.go_on(2)
        failed = office.screening()
        office.move(failed, Move.FAIL_SCREENING, who=office.investigator, reason="too ill", criteria=["I2"])
        office.screening()
        self.arms = [office.file(each).arm for each in self.subjects]
        if is_treated:
            self._treat()
        else:
            office.go_on(40)
        for each in self.subjects:
            self._read(each)
        office.go_on(10)
        for each in self.subjects if is_treated else ():
            office.platelets(each, "150")
        office.go_on(20)
        office.die(self.subjects[0])
        office.move(self.subjects[1], Move.WITHDRAW_FROM_ALL_CONTACT, reason="moved away")
        office.go_on(1)

    def _treat(self) -> None:
        """Everything that may be recorded of whoever is treated, each subject by its arm."""
        office = self.office
        for each in (each for each, arm in zip(self.subjects, self.arms, strict=True) if arm == DRUG):
            office.platelets(each, "150")
            office.release(each, "drug-1")
            office.record(each, "dose", step="drug-1", administered="90", unit="mg")
            office.record(each, "adverse-event", term="nausea", category="other", grade=4)
            office.record(each, "visit", text="fell at home")
        office.go_on(40)
        for each in (each for each, arm in zip(self.subjects, self.arms, strict=True) if arm != DRUG):
            office.record(each, "operation", step="surgery-day", approach="open", resection="R0", lesions_removed=1)
            office.scan(each, 20)
            office.record(each, "medication", concept="chemotherapy")
            office.move(each, Move.END_TREATMENT)

    def _read(self, subject: str) -> None:
        lesions = [{"lesion": "T1", "role": "target", "state": "measured", "mm": 40, "organ": "liver"}]
        content = {"on": self.office.today, "lesions": lesions, "reader": "rita", "reader_kind": "masked"}
        with self.office.store.writing() as desk:
            recording.read_scan(desk, self.reader, subject, read_form("tumour-assessment", content))

    def export(self, form: str, who: Who, role: Role | None, out: Path) -> dict[str, bytes]:
        office, may_see = self.office, may_see_of(who, role)
        with office.store.reading() as view:
            if form == "cdisc":
                write_cdisc(view, office.rules, may_see, office.clock.at, out, force=True)
            else:
                write = write_fhir if form == "fhir" else write_tables
                write(view, office.rules, may_see, office.today, out, force=True)
        return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


@pytest.fixture(scope="module")
def treated() -> World:
    return World(1, is_treated=True)


@pytest.fixture(scope="module")
def untreated(treated: World) -> World:
    return next(each for each in _others() if each.arms != treated.arms)


def _others() -> Iterator[World]:
    yield from (World(seed, is_treated=False) for seed in range(2, 20))


def recipients(office: AnalysedOffice, reader: Who) -> list[tuple[str, Who, Role | None]]:
    """Everybody from whom arms are kept before the lock, but for FHIR of one's own site and of who sees all arms."""
    return [
        ("masked statistician", office.masked, None),
        ("masked reader", reader, None),
        ("data manager", office.data_manager, None),
        ("administrator", office.admin, None),
        ("another site", SITE_ELSEWHERE, None),
        ("made by somebody unmasked", office.statistician, Role.MASKED_STATISTICIAN),
        ("made by a site", office.coordinator, Role.DATA_MANAGER),
    ]


def without_events(content: bytes, name: str) -> object:
    """A file as it is, but for the numbers of events and, in Define-XML, the length of the longest list of them."""
    if name.endswith(".json"):
        data = json.loads(content)
        if "columns" in data:
            kept = [place for place, column in enumerate(data["columns"]) if column["name"] not in EVENTS]
            for part in (data["rows"], [data["columns"]]):
                part[:] = [[row[place] for place in kept] for row in part]
        return data
    if name.endswith((".csv", ".parquet")):
        read = pa_csv.read_csv if name.endswith(".csv") else parquet.read_table
        table = read(io.BytesIO(content))
        return table.drop_columns([column for column in table.column_names if column in EVENTS]).to_pylist()
    return [line for line in content.decode().splitlines() if "SRCEVNT" not in line]


@pytest.mark.parametrize("form", FORMS)
def test_what_a_masked_person_gets_is_the_same_whoever_had_which_arm(treated, untreated, form, tmp_path):
    for name, who, role in recipients(treated.office, treated.reader):
        told = treated.export(form, who, role, tmp_path / "treated")
        other = untreated.export(form, who, role, tmp_path / "untreated")
        assert list(told) == list(other), name
        for file in told:
            assert without_events(told[file], file) == without_events(other[file], file), (name, file)


@pytest.mark.parametrize("form", ["cdisc", "tables"])
def test_nobody_is_told_the_arms_before_the_lock(treated, untreated, form, tmp_path):
    """Also those who see arms elsewhere: the sites, and the unmasked statistician."""
    for who in (treated.office.statistician, treated.office.coordinator, treated.office.investigator):
        told = treated.export(form, who, None, tmp_path / "treated")
        other = untreated.export(form, who, None, tmp_path / "untreated")
        for file in told:
            assert without_events(told[file], file) == without_events(other[file], file), (who.role, file)


@pytest.mark.parametrize(("form", "n_differing"), [("fhir", 1), ("cdisc", 5), ("tables", 5)])
def test_whoever_may_know_the_arms_gets_other_files(form, n_differing, tmp_path):
    """Or the tests above could not fail."""
    worlds = [World(1, is_treated=is_treated) for is_treated in (True, False)]
    for world in worlds:
        world.office.lock()
    told, other = (world.export(form, world.office.statistician, None, tmp_path) for world in worlds)
    differing = [name for name in told if without_events(told[name], name) != without_events(other[name], name)]
    assert len(differing) >= n_differing
