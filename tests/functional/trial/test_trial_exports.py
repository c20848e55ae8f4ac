"""A trial exported by the command in other formats than the log: what is written, for whom, and the trace it leaves."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.bundle import Bundle

from .conftest import Trial

FORMATS = ("fhir", "cdisc", "tables")
ARMS = ("drug-then-surgery", "surgery")


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def allocated(trial: Trial) -> Trial:
    subject = trial.eligible()
    trial.enter("cora")
    trial.does(*trial.allocate(subject))
    return trial


def test_fhir_holds_a_subject_with_its_arm_for_the_site(allocated: Trial, tmp_path: Path):
    said = allocated.does("export", "--format", "fhir", "--out", tmp_path / "out")
    assert said.startswith(f"Exported to {tmp_path / 'out'}, as for coordinator.")
    content = read(tmp_path / "out" / "trial.fhir.json")
    assert json.loads(Bundle.model_validate(content).model_dump_json()) == content
    subjects = [each["resource"] for each in content["entry"] if each["resource"]["resourceType"] == "ResearchSubject"]
    assert [each["assignedComparisonGroup"] in ARMS for each in subjects if each["id"] == "leeds-0001"] == [True]
    assert read(tmp_path / "out" / "trial.fhir.losses.json")["losses"]


def test_fhir_for_a_masked_role_holds_no_arm(allocated: Trial, tmp_path: Path):
    allocated.does("export", "--format", "fhir", "--for-role", "masked-statistician", "--out", tmp_path / "out")
    text = (tmp_path / "out" / "trial.fhir.json").read_text(encoding="utf-8")
    assert "leeds-0001" in text
    assert "assignedComparisonGroup" not in text
    assert "observedGroup" not in text


def test_tables_hold_a_row_for_each_fact_and_say_that_arms_are_pooled(allocated: Trial, tmp_path: Path):
    allocated.enter("mia")
    allocated.does("export", "--format", "tables", "--out", tmp_path / "out")
    (subject,) = rows(tmp_path / "out" / "subjects.csv")
    assert (subject["subject"], subject["arm"]) == ("leeds-0001", "all")
    assert subject["randomised_on"] == str(allocated.now.date())
    about = read(tmp_path / "out" / "export.json")
    assert about["is_masked"] is True
    assert "arms (pooled)" in about["withheld"]
    assert about["note"] == "training data: nobody is enrolled"
    assert len(rows(tmp_path / "out" / "screened.csv")) == about["rows"]["screened"]


def test_cdisc_holds_a_file_for_each_dataset_and_what_defines_them(allocated: Trial, tmp_path: Path):
    allocated.does("export", "--format", "cdisc", "--out", tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"define.xml", "dm.json", "ds.json", "adsl.json"} <= names
    assert read(tmp_path / "out" / "dm.json")["datasetJSONVersion"] == "1.1.0"


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_is_written_down_with_its_format_before_it_is_made(allocated: Trial, tmp_path: Path, form: str):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").touch()
    refused = allocated.is_refused("export", "--format", form, "--out", tmp_path / "full")
    assert "the folder is not empty" in refused
    allocated.does("export", "--out", tmp_path / "ledger")
    events = [json.loads(line) for line in (tmp_path / "ledger" / "ledger.jsonl").read_text("utf-8").splitlines()]
    payloads = [json.loads(each["parts"]["open"]["payload"]) for each in events[-2:]]
    assert f'"format":"{form}"' in json.dumps(payloads[0], separators=(",", ":"))
    assert '"format"' not in json.dumps(payloads[1])


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_trial_gives_the_same_bytes(allocated: Trial, tmp_path: Path, form: str):
    for name in ("one", "two"):
        allocated.does("export", "--format", form, "--out", tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_is_for_its_owner_only(allocated: Trial, tmp_path: Path, form: str):
    allocated.does("export", "--format", form, "--out", tmp_path / "out")
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "out").iterdir()} == {0}


def test_an_unknown_format_is_refused_with_those_that_exist(trial: Trial, tmp_path: Path):
    trial.enter("cora")
    refused = trial.is_refused("export", "--format", "excel", "--out", tmp_path / "out")
    assert "ledger" in refused
    assert "fhir" in refused
