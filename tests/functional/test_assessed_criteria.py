"""A protocol whose criteria are assessments, screened as a person screens: verdicts, evidence and words at the door."""

import csv
import json
from pathlib import Path

import pytest

PROTOCOL = """\
id: assessed
title: A trial that exists in this test only
default_version: first
records:
  - {id: words, file: words.txt, sha256: abcdef0000000000000000000000000000000000000000000000000000000000}
versions:
  - name: first
    label: First
    effective: {day: not-found}
    windows: {laboratory: {length: 90 d, status: assumption, source: none}}
    inclusion:
      - id: I1
        text: well nourished
        sources: &here [{record: words, spans: [[0, 1]]}]
        rule: {derived: bmi, is: ">= 18.5 kg/m2", within: laboratory}
      - id: I2
        text: responded
        sources: *here
        rule: {response: best, recist: "1.1", confirmation: not-required, visit_days: 7, is: [CR, PR]}
    exclusion:
      - id: E1
        text: thrombocytopenia
        sources: *here
        rule: {grade: platelet-count-decreased, ctcae: "5.0", is: ">= 2", within: laboratory}
      - id: E2
        text: kidneys irradiated
        sources: *here
        rule: {dose: kidney, quantity: absorbed-dose, is: "> 23 Gy"}
"""
LOCAL = "https://equipoise.dev/codes"
RESULTS = """\
p1,body-weight,72,kg,2026-01-05,,
p1,body-height,150,cm,2025-12-20,,
p1,platelets,61,10*9/L,2026-01-05,150,
p1,lesion-role,target,,2025-08-01,,A
p1,lesion-diameter,50,mm,2025-08-01,,A
p1,lesion-diameter,30,mm,2025-12-01,,A
p1,administered-activity,7.4,GBq,2025-09-01,,
p1,kidney-absorbed-dose,11.5,Gy,2025-09-08,,
p2,body-weight,50,kg,2026-01-05,,
"""


@pytest.fixture
def screened(tmp_path: Path, equipoise):
    """Verdicts by patient and criterion, and the folder they were written to."""
    source, out = tmp_path / "source", tmp_path / "out"
    source.mkdir()
    (source / "patients.csv").write_text("patient_id,record_id,sex\np1,1,female\np2,2,male\n")
    rows = ["patient_id,record_id,system,code,value,unit,time,range_low,lesion"]
    for number, line in enumerate(RESULTS.splitlines()):
        patient, code, *rest = line.split(",")
        rows.append(",".join((patient, f"result-{number}", LOCAL, code, *rest)))
    (source / "measurements.csv").write_text("\n".join(rows) + "\n")
    protocol = tmp_path / "assessed.yaml"
    protocol.write_text(PROTOCOL)
    answer = equipoise(
        *("screen", "--protocol", protocol, "--records", source, "--as-of", "2026-01-15"),
        *("--out", out, "--tables", "csv", "--pages", "all"),
    )
    assert answer.code == 0, answer.err
    with (out / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        return {(row["patient_id"], row["criterion_id"]): row for row in csv.DictReader(file)}, out


def test_every_assessment_is_judged_with_its_evidence(screened):
    """72 kg / (1.5 m)^2 is 32; 61 is below 75 and not below 50: grade 2; 30 mm is 40 % below 50 mm; 11.5 Gy."""
    verdicts, _ = screened
    assert {id_: verdicts["p1", id_]["truth"] for id_ in ("I1", "I2", "E1", "E2")} == {
        "I1": "true",
        "I2": "true",
        "E1": "true",
        "E2": "false",
    }
    assert {verdicts["p1", id_]["basis"] for id_ in ("I1", "I2", "E1", "E2")} == {"derived"}
    values = {}
    for id_ in ("I1", "I2", "E1", "E2"):
        for row in json.loads(verdicts["p1", id_]["evidence"]):
            if row["table"] == "assessments":
                values[id_] = (row["code"].partition("|")[2], row["value"])
    assert values == {
        "I1": ("bmi", "32"),
        "I2": ("response best", "PR"),
        "E1": ("grade platelet-count-decreased", "2"),
        "E2": ("dose kidney", "11.5"),
    }


def test_what_is_missing_is_asked_for(screened):
    verdicts, out = screened
    assert json.loads(verdicts["p2", "I1"]["causes"]) == ["never-measured"]
    with (out / "worklist.csv").open(encoding="utf-8", newline="") as file:
        asked = {row["concept"]: json.loads(row["patient_ids"]) for row in csv.DictReader(file)}
    assert "p2" in asked["body-height"]


def test_the_reason_says_the_value_and_what_it_is_made_of(screened):
    verdicts, _ = screened
    reason = verdicts["p1", "I1"]["reason"]
    assert "bmi 32 kg/m2" in reason
    assert "72 kg" in reason


def test_pages_show_the_rule_that_gave_the_value(screened):
    _, out = screened
    pages = "".join(page.read_text(encoding="utf-8") for page in sorted((out / "report").rglob("*.html")))
    assert "CTCAE v5.0, Platelet count decreased" in pages


def test_the_protocol_is_told_in_words(tmp_path, equipoise):
    protocol = tmp_path / "assessed.yaml"
    protocol.write_text(PROTOCOL)
    shown = " ".join(equipoise("protocol", "show", protocol).out.split())
    assert "the CTCAE 5.0 grade of platelet count decreased, from values within 90 days, is at least 2" in shown
