"""A drafted protocol from its file to a screening: its own concepts, its state of review, what nobody has decided."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from equipoise.criteria.reference import judge_patient
from equipoise.criteria.rulebook import Moment
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.model import DRAFT_SENTENCE
from equipoise.protocol.resolve import resolve
from equipoise.records.dataset import read_records
from equipoise.records.patient import iterate_patients
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM

AS_OF = "2026-01-15"
DRAFT = """\
id: sleep
title: A drafted protocol
default_version: first
concepts:
  snore-index:
    label: snore index
    kind: quantity
    unit: "%"
    window: laboratory
    terms: [snore index]
    codes: [{system: https://lab.example, code: SNORE, mark: U}]
  fainting:
    label: fainting
    kind: event
  able-to-comply:
    label: able to comply
    kind: coded
    decided_by: person
    question: Can the patient comply with the visits?
    answers: {"yes": [], "no": []}
records:
  - {id: words, file: words.txt, sha256: abcdef0000000000000000000000000000000000000000000000000000000000}
versions:
  - name: first
    label: As drafted
    effective: {day: not-found}
    review: {status: draft, drafted_by: equipoise author, drafted_at: 2026-01-01}
    absence: {no: [fainting], because: as elsewhere}
    inclusion:
      - id: I1
        text: snore index above 20 %
        sources: [{record: words, spans: [[0, 22]]}]
        drafted: {outcome: compiled}
        rule: {latest: snore-index, is: "> 20 %"}
      - id: I2
        text: able to comply
        sources: [{record: words, spans: [[23, 37]]}]
        drafted: {outcome: asked, checks: [Only a person can tell.]}
        rule: {latest: able-to-comply, is: "yes"}
    exclusion:
      - id: E1
        text: fainting
        sources: [{record: words, spans: [[38, 46]]}]
        rule: {record: fainting}
"""
TABLES = {
    "patients": "patient_id,sex,birth_date\np1,female,1960-05-01\np2,male,1955-01-01\np3,male,1955-01-01\n",
    "encounters": "patient_id,code,start,end\n" + "".join(f"p{n},AMB,2025-12-01,2025-12-01\n" for n in (1, 2, 3)),
    "measurements": "patient_id,system,code,time,value,unit\np1,https://lab.example,SNORE,2026-01-02,30,%\n",
    "conditions": f"patient_id,system,code,start\np3,{LOCAL_SYSTEM},fainting,2025-10-10\n",
    "procedures": "patient_id,system,code,start\n",
    "medications": "patient_id,system,code,start\n",
    "attestations": "patient_id,code,value,by,at\np1,able-to-comply,yes,Dr Example,2026-01-03\n",
}
UNKNOWN_FAINTING = ("unknown", ["never-measured"])
EXPECTED = {
    ("p1", "I1"): ("true", []),
    ("p2", "I1"): ("unknown", ["never-measured"]),
    ("p3", "I1"): ("unknown", ["never-measured"]),
    ("p1", "I2"): ("true", []),
    ("p2", "I2"): ("unknown", ["needs-person"]),
    ("p3", "I2"): ("unknown", ["needs-person"]),
    ("p1", "E1"): UNKNOWN_FAINTING,
    ("p2", "E1"): UNKNOWN_FAINTING,
    ("p3", "E1"): ("true", []),
}
"""Nobody is free of fainting though the protocol assumes absence: no record could have named it."""


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "protocol.yaml"
    path.write_text(DRAFT, encoding="utf-8")
    return path


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    folder = tmp_path / "csv"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def verdicts_of(folder: Path) -> dict[tuple[str, str], tuple[str, list[str]]]:
    with (folder / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["patient_id"], row["criterion_id"]): (row["truth"], json.loads(row["causes"])) for row in rows}


def test_concepts_of_the_protocol_are_judged_and_never_turn_into_no(screen, draft, tables, tmp_path):
    answer = screen(tables, "--protocol", draft)
    assert answer.code == 0, answer.err
    assert verdicts_of(tmp_path / "out") == EXPECTED


def test_the_reference_evaluator_says_the_same_of_them(draft, tables, tmp_path):
    protocol = load_protocol(draft)
    rulebook = resolve(protocol.version(), protocol.library(base_library())).rulebook
    records = read_records(tables, tmp_path / "tables", today=date(2026, 1, 15))
    codes = [("https://lab.example", "SNORE"), (LOCAL_SYSTEM, "fainting"), (LOCAL_SYSTEM, "able-to-comply")]
    bindings = bind_codes(rulebook.concepts, codes)
    moment = Moment(date.fromisoformat(AS_OF))
    found = {
        (verdict.patient_id, verdict.criterion_id): (verdict.truth.value, [cause.value for cause in verdict.causes])
        for patient in iterate_patients(records)
        for verdict in judge_patient(rulebook, patient, records.supplied, moment, bindings)
    }
    assert found == EXPECTED


def test_a_site_gives_codes_to_a_concept_of_the_protocol_and_absence_means_no_then(screen, draft, tables, tmp_path):
    site = tmp_path / "site.yaml"
    site.write_text("site: Here\ncodes: {fainting: [{system: icd-10-cm, code: R55}]}\n", encoding="utf-8")
    answer = screen(tables, "--protocol", draft, "--site", site)
    assert answer.code == 0, answer.err
    found = verdicts_of(tmp_path / "out")
    assert [found[patient, "E1"][0] for patient in ("p1", "p2", "p3")] == ["false", "false", "true"]


def test_a_site_cannot_assume_the_absence_of_what_has_no_codes(screen, draft, tables, tmp_path):
    draft.write_text(DRAFT.replace("no: [fainting]", "no: []"), encoding="utf-8")
    site = tmp_path / "site.yaml"
    site.write_text("site: Here\nabsence: {no: [fainting]}\n", encoding="utf-8")
    answer = screen(tables, "--protocol", draft, "--site", site)
    assert answer.code == 2
    assert "fainting has no codes: that none is on record says nothing" in answer.err


def test_every_output_of_a_draft_says_that_nobody_has_signed_it(screen, draft, tables, tmp_path):
    answer = screen(tables, "--protocol", draft, "--pages", "all")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["draft"], summary["draft_statement"]) == (True, DRAFT_SENTENCE)
    pages = [*(tmp_path / "out").rglob("*.html")]
    assert len(pages) > 3
    for text in (answer.out, *(page.read_text(encoding="utf-8") for page in pages)):
        assert DRAFT_SENTENCE in text


def test_a_signed_version_and_one_without_review_say_nothing_of_drafts(screen, draft, tables, tmp_path):
    signed = "review: {status: signed, signed_by: Dr Example, signed_at: 2026-01-02}"
    written = "review: {status: draft, drafted_by: equipoise author, drafted_at: 2026-01-01}"
    for text in (DRAFT.replace(written, signed), DRAFT.replace(written, "")):
        draft.write_text(text, encoding="utf-8")
        answer = screen(tables, "--protocol", draft, "--force")
        assert answer.code == 0, answer.err
        for said in (answer.out, *(path.read_text() for path in (tmp_path / "out").glob("*.[hj]*"))):
            assert "draft" not in said.lower().replace("a drafted protocol", "")


def test_a_draft_without_statuses_says_that_enrolment_is_not_known(screen, draft, tables):
    answer = screen(tables, "--protocol", draft)
    assert "The source states no recruitment status: whether anyone can be enrolled is not known." in answer.out


def test_a_draft_is_shown_and_linted_without_faults(equipoise, draft):
    (draft.parent / "words.txt").write_text("snore index above 20 %\nable to comply\nfainting\n", encoding="utf-8")
    shown = equipoise("protocol", "show", draft)
    for words in (DRAFT_SENTENCE, "the latest snore index is above 20 %", "Check:   Only a person can tell."):
        assert words in shown.out
    linted = equipoise("protocol", "lint", draft)
    codes = [line.split()[1].rstrip(":") for line in linted.out.splitlines() if line.startswith(("notice", "fault"))]
    assert codes == ["concept-needs-codes", "record-changed", "draft-not-signed", "absence-without-codes"]
