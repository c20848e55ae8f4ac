"""The hand-made table of patients at and beside every limit of both versions of the reference trial.

`cases.yaml` says who the patients are and what each must get and why; `expected.csv` is the same, flat. Both
evaluators must give every row, and must pass every criterion that a case does not name.
"""

import csv
import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pytest

from equipoise.criteria.compiled import judge_all
from equipoise.criteria.reference import judge_patient
from equipoise.criteria.rulebook import Moment, Rulebook
from equipoise.criteria.truth import Effect, Kind, Truth, effect_of
from equipoise.criteria.verdict import Verdict
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve import ResolvedVersion, resolve
from equipoise.records.dataset import Records, read_records
from equipoise.records.patient import iterate_patients
from equipoise.records.tables import TABLES
from equipoise.screening.screen import derive_outputs
from equipoise.screening.view import make_view
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM

from . import expand

AS_OF = expand.as_of(expand.read_source())
CASES = {case.id: case for case in expand.read_cases()}


@dataclass(frozen=True)
class Given:
    """What a row of the table states and an evaluator gives."""

    truth: str
    basis: str
    causes: str

    def __str__(self) -> str:
        return " ".join(word for word in (self.truth, self.basis if self.causes == "" else "", self.causes) if word)


Key = tuple[str, str]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Records:
    into = tmp_path_factory.mktemp("limits")
    return read_records(expand.HERE / "fhir", into, attestations=expand.HERE / "attestations.csv")


@cache
def resolved(version: str) -> ResolvedVersion:
    return resolve(load_protocol("nct05610826").version(version), base_library(), None)


def rulebook(version: str) -> Rulebook:
    return resolved(version).rulebook


def codes_of(records: Records) -> list[tuple[str | None, str | None]]:
    """Every code in the tables, those of attested answers included."""
    paths = [records.path(name) for name in ("conditions", "procedures", "medications", "measurements")]
    union = " UNION ".join(f"SELECT system, code FROM read_parquet('{path}')" for path in paths)
    attested = f"SELECT '{LOCAL_SYSTEM}', code FROM read_parquet('{records.path('attestations')}')"
    with duckdb.connect() as connection:
        return connection.execute(f"{union} UNION {attested} ORDER BY ALL").fetchall()


def judge_by_reference(records: Records, version: str) -> Mapping[Key, Given]:
    rules = rulebook(version)
    bindings = bind_codes(rules.concepts, codes_of(records))
    return {
        (verdict.patient_id, verdict.criterion_id): _given(verdict)
        for patient in iterate_patients(records)
        for verdict in judge_patient(rules, patient, records.supplied, Moment(AS_OF), bindings)
    }


@pytest.fixture(scope="module")
def compiled_verdicts(records: Records, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The compiled evaluator's verdicts of a version, as Parquet; made once."""
    folder = tmp_path_factory.mktemp("verdicts")

    @cache
    def judge(version: str) -> Path:
        out = folder / f"{version}.parquet"
        judge_all(rulebook(version), records, Moment(AS_OF), out)
        return out

    return judge


def read_verdicts(path: Path) -> Mapping[Key, Given]:
    query = f"SELECT patient_id, criterion_id, truth, basis, causes FROM read_parquet('{path}')"
    with duckdb.connect() as connection:
        rows = connection.execute(query).fetchall()
    return {
        (patient, criterion): Given(truth, basis, " ".join(json.loads(causes)))
        for patient, criterion, truth, basis, causes in rows
    }


def _given(verdict: Verdict) -> Given:
    return Given(verdict.truth.value, verdict.basis.word, " ".join(cause.value for cause in verdict.causes))


def expected_of(case: expand.Case, version: str) -> dict[str, Given]:
    return {criterion: Given(*row[:3]) for criterion, row in case.expected[version].items()}


@pytest.mark.parametrize("version", expand.VERSIONS)
def test_the_reference_evaluator_gives_every_row(version: str, records: Records) -> None:
    disagreements = list(_disagreements(judge_by_reference(records, version), version))
    assert not disagreements, "\n" + "\n".join(disagreements)


@pytest.mark.parametrize("version", expand.VERSIONS)
def test_the_compiled_evaluator_gives_every_row(version: str, compiled_verdicts: Callable[[str], Path]) -> None:
    disagreements = list(_disagreements(read_verdicts(compiled_verdicts(version)), version))
    assert not disagreements, "\n" + "\n".join(disagreements)


@pytest.mark.parametrize("version", expand.VERSIONS)
def test_every_patient_has_the_status_of_the_table(
    version: str, records: Records, compiled_verdicts: Callable[[str], Path], tmp_path: Path
) -> None:
    """Rule 1: a block decides, then an open criterion; the dead are ineligible."""
    view = make_view(load_protocol("nct05610826"), resolved(version), AS_OF)
    tables = {name: records.path(name) for name in TABLES}
    screening = derive_outputs(view, verdicts=compiled_verdicts(version), tables=tables, out=tmp_path)
    with duckdb.connect() as connection:
        path = screening.table("patients")
        given = dict(connection.execute(f"SELECT patient_id, status FROM read_parquet('{path}')").fetchall())
    with (expand.HERE / "expected-status.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["patient_id"]: row["status"] for row in csv.DictReader(file) if row["version"] == version}
    wrong = {name: (status, given.get(name)) for name, status in expected.items() if given.get(name) != status}
    assert not wrong, f"must be, is: {wrong}"
    assert set(given) == set(expected)


def _disagreements(given: Mapping[Key, Given], version: str) -> Iterator[str]:
    """One line for each wrong row, and one for each criterion that a case does not name and that does not pass."""
    for case in CASES.values():
        expected = expected_of(case, version)
        for criterion, right in expected.items():
            found = given.get((case.id, criterion))
            if found != right:
                sentence = case.expected[version][criterion][-1]
                yield f"{case.id:44} {criterion:4} must be {right!s:45} is {found!s:45} {sentence}"
        for rule in rulebook(version).rules:
            found = given.get((case.id, rule.id))
            if rule.id not in expected and (found is None or not _passes(rule.kind, found)):
                yield f"{case.id:44} {rule.id:4} must pass (the case does not touch it), is {found}"


def _passes(kind: Kind, given: Given) -> bool:
    return effect_of(kind, Truth(given.truth)) is Effect.PASSES


@pytest.mark.parametrize("version", expand.VERSIONS)
def test_a_table_that_is_not_supplied_leaves_absence_unknown(version: str, tmp_path: Path) -> None:
    """Rule 3: without procedures nobody knows whether there was an embolisation."""
    source = tmp_path / "fhir"
    shutil.copytree(expand.HERE / "fhir", source, ignore=shutil.ignore_patterns("Procedure*"))
    fewer = read_records(source, tmp_path / "tables")
    assert judge_by_reference(fewer, version)["base-woman", "E2"] == Given("unknown", "none", "table-not-supplied")


@pytest.mark.parametrize(("version", "n"), [("original", 23), ("amended", 22)])
def test_each_version_has_its_criteria(version: str, n: int) -> None:
    """Rule 8: in the amended version the washout is a gate of arm 2."""
    ids = [rule.id for rule in rulebook(version).rules]
    assert len(ids) == n
    assert ids == [criterion for criterion in expand.CRITERIA if n == 23 or criterion != "I6"]


def test_committed_files_are_the_expansion_of_the_cases() -> None:
    made = expand.expand()
    committed = {
        path.relative_to(expand.HERE).as_posix()
        for path in (*expand.HERE.glob("*.csv"), *expand.HERE.glob("fhir/*.ndjson"))
    }
    assert committed == set(made)
    stale = [path for path, text in made.items() if (expand.HERE / path).read_text(encoding="utf-8") != text]
    assert not stale, "run python tests/acceptance/limits/expand.py"


def test_every_criterion_is_met_from_both_sides_and_left_open() -> None:
    """All three truths of every criterion of both versions are in the table, in at least 130 patients."""
    truths = defaultdict(set)
    with (expand.HERE / "expected.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        truths[row["version"], row["criterion_id"]].add(row["truth"])
        assert row["source"]
        assert row["because"]
        assert (row["truth"] == "unknown") == bool(row["causes"])
    assert len({row["patient_id"] for row in rows}) >= 130
    wanted = {(v, c) for v in expand.VERSIONS for c in expand.CRITERIA if (v, c) != ("amended", "I6")}
    assert {key for key, found in truths.items() if found == {"true", "false", "unknown"}} == wanted
