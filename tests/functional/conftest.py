"""The command called as a person calls it, and a small folder of records to call it on."""

import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from equipoise.cli.main import run

PATIENTS = [
    {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1960-05-01"},
    {"resourceType": "Patient", "id": "p2", "gender": "male", "birthDate": "1955"},
]
ENCOUNTERS = [
    {
        "resourceType": "Encounter",
        "id": f"e{number}",
        "status": "finished",
        "subject": {"reference": f"Patient/p{number}"},
        "period": {"start": "2025-12-01", "end": "2025-12-01"},
    }
    for number in (1, 2)
]
HAEMOGLOBIN = {"system": "http://loinc.org", "code": "718-7"}
OBSERVATIONS = [
    {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"coding": [HAEMOGLOBIN]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-01-02",
        "valueQuantity": {"value": 7.9, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL"},
    }
]


@dataclass(frozen=True)
class Answer:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def equipoise(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Call the command in this process."""

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            run([str(argument) for argument in arguments])
        written = capsys.readouterr()
        code = left.value.code
        return Answer(code if isinstance(code, int) else 0, written.out, written.err)

    return call


def write_ndjson(path: Path, resources: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(resource) + "\n" for resource in resources), encoding="utf-8")


def write_two_patients(folder: Path) -> Path:
    """p1 with a haemoglobin of 7.9 g/dL, p2 with an encounter only."""
    folder.mkdir()
    write_ndjson(folder / "Patient.ndjson", PATIENTS)
    write_ndjson(folder / "Encounter.ndjson", ENCOUNTERS)
    write_ndjson(folder / "Observation.ndjson", OBSERVATIONS)
    return folder


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Two patients: p1 with a haemoglobin of 7.9 g/dL, p2 with an encounter only."""
    return write_two_patients(tmp_path / "records")


@pytest.fixture
def screen(equipoise: Callable[..., Answer], tmp_path: Path) -> Callable[..., Answer]:
    """Screen a folder with the reference protocol into `tmp_path/out`."""

    def call(source: Path, *more: object) -> Answer:
        given = [str(argument) for argument in more]
        defaults = {"--protocol": "nct05610826", "--as-of": "2026-01-15", "--out": tmp_path / "out"}
        options = [part for name, value in defaults.items() if name not in given for part in (name, value)]
        return equipoise("screen", "--records", source, *options, *given)

    return call


@pytest.fixture(scope="session")
def call_once() -> Callable[..., Answer]:
    """Call the command in this process for what several tests look at."""

    def call(*arguments: object) -> Answer:
        said, told = StringIO(), StringIO()
        with redirect_stdout(said), redirect_stderr(told), pytest.raises(SystemExit) as left:
            run([str(argument) for argument in arguments])
        code = left.value.code
        return Answer(code if isinstance(code, int) else 0, said.getvalue(), told.getvalue())

    return call


@dataclass(frozen=True)
class Screened:
    """The two patients, once screened, for all tests of a file that only look: folders and the answer."""

    records: Path
    out: Path
    answer: Answer


@pytest.fixture(scope="module")
def screened(call_once: Callable[..., Answer], tmp_path_factory: pytest.TempPathFactory) -> Screened:
    folder = tmp_path_factory.mktemp("screened")
    records, out = write_two_patients(folder / "records"), folder / "out"
    answer = call_once(
        "screen", "--records", records, "--protocol", "nct05610826", "--as-of", "2026-01-15", "--out", out
    )
    assert answer.code == 0, answer.err
    return Screened(records, out, answer)
