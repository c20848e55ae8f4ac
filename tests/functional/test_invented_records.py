"""Made-up records for any protocol: they can be screened, reach all that a rule can say, and both evaluators agree."""

import csv
import json
from collections import defaultdict
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from equipoise.criteria.bound import index_bindings
from equipoise.criteria.compiled import judge_all
from equipoise.criteria.evidence import evidence_json
from equipoise.criteria.reference import judge_patient
from equipoise.criteria.rulebook import Moment
from equipoise.criteria.truth import Cause
from equipoise.operations.inventing import (
    ANSWERS_FILE,
    MADE_UP,
    NOTE_FILE,
    RECORDS_FOLDER,
    InventRequest,
    invent_records,
)
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve import resolve
from equipoise.records.dataset import read_records
from equipoise.records.patient import iterate_patients
from equipoise.records.report import Fate
from equipoise.screening.view import rulebook_with_notes
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM
from equipoise.terminology.systems import canonical_system

AS_OF = date(2026, 1, 15)
PATIENTS = 300
OWN = str(Path(__file__).with_name("sleep_protocol.yaml"))
"""Every kind of atom, on concepts with and without codes, and questions to people."""

NEVER = {("I5", "false")}
"""At least three sleeping pills, which have no codes: that too few are on record proves nothing."""


@pytest.fixture(scope="module", params=["own", "original", "amended"])
def judged(request, tmp_path_factory):
    """Verdicts of both evaluators on one made-up population, the kinds of the criteria, and the reading report."""
    name, version = (OWN, "first") if request.param == "own" else ("nct05610826", request.param)
    folder = tmp_path_factory.mktemp("invented")
    invent_records(InventRequest(name, folder / "all", PATIENTS, 1, AS_OF, version))
    answers = folder / "all" / ANSWERS_FILE
    records = read_records(folder / "all" / RECORDS_FOLDER, folder / "tables", attestations=answers, today=AS_OF)
    protocol = load_protocol(name)
    rulebook = rulebook_with_notes(resolve(protocol.version(version), protocol.library(base_library()), None))
    judge_all(rulebook, records, Moment(AS_OF), folder / "verdicts.parquet")
    patients = list(iterate_patients(records))
    codes = {
        (row.get("system") or LOCAL_SYSTEM, row.get("code")) for p in patients for t in p.rows.values() for row in t
    }
    index = index_bindings(bind_codes(rulebook.concepts, codes))
    reference = {
        (verdict.patient_id, verdict.criterion_id): (
            str(verdict.truth),
            verdict.basis.word,
            json.dumps([str(cause) for cause in verdict.causes]),
            evidence_json(verdict.evidence),
            json.dumps(list(verdict.needs)),
        )
        for patient in patients
        for verdict in judge_patient(rulebook, patient, records.supplied, Moment(AS_OF), index)
    }
    compiled = {
        (row["patient_id"], row["criterion_id"]): tuple(
            row[each] for each in ("truth", "basis", "causes", "evidence", "needs")
        )
        for row in pq.read_table(folder / "verdicts.parquet").to_pylist()
    }
    return reference, compiled, rulebook, records.report


def test_both_evaluators_say_the_same_of_everyone(judged):
    reference, compiled, rulebook, _ = judged
    assert len(reference) == PATIENTS * len(rulebook.rules)
    assert compiled == reference


def test_every_criterion_is_true_false_and_unknown_for_someone(judged):
    reference, _, rulebook, _ = judged
    truths = defaultdict(set)
    for (_, criterion_id), (truth, *_) in reference.items():
        truths[criterion_id].add(truth)
    names = [rule.id for rule in rulebook.rules if "~" not in rule.id]
    lacking = {(name, truth) for name in names for truth in ("true", "false", "unknown") if truth not in truths[name]}
    assert lacking == (NEVER if "I8" in names else set())


def test_what_is_written_is_read_without_loss(judged):
    report = judged[3]
    assert report.total(Fate.NOT_UNDERSTOOD) == 0


def test_most_causes_of_not_knowing_occur(judged):
    reference, *_ = judged
    found = {cause for _, _, causes, *_ in reference.values() for cause in json.loads(causes)}
    # All tables are written, so none is missing. Open readings and damage are the protocol's own: only one has them.
    of_the_protocol = {Cause.TABLE_NOT_SUPPLIED, Cause.READING_OPEN, Cause.TEXT_DAMAGED}
    # No rule of the own protocol asks for a method; those for a fasting specimen are met by another cause as well.
    assert {str(cause) for cause in Cause if cause not in of_the_protocol} <= found


@pytest.fixture(scope="module")
def shared_seed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seeds")
    for n, seed, name in ((5, 7, "five"), (5, 7, "again"), (3, 7, "three"), (5, 8, "other")):
        invent_records(InventRequest(OWN, folder / name, n, seed, AS_OF))
    return {name: contents(folder / name) for name in ("five", "again", "three", "other")}


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.csv"))}


def test_equal_seeds_give_equal_bytes_and_other_seeds_others(shared_seed):
    assert shared_seed["five"] == shared_seed["again"]
    assert shared_seed["five"] != shared_seed["other"]


def test_a_patient_is_the_same_however_many_there_are(shared_seed):
    for name, text in shared_seed["three"].items():
        rows, more = text.splitlines(), shared_seed["five"][name].splitlines()
        assert rows == [row for row in more if not row.startswith(("made-up-000004", "made-up-000005"))]


def test_values_stand_at_the_limit_and_one_printed_decimal_beside_it(tmp_path):
    invent_records(InventRequest(OWN, tmp_path / "all", PATIENTS, 1, AS_OF))
    with (tmp_path / "all" / RECORDS_FOLDER / "measurements.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["code"] == "snore-index"]
    assert {"19.9", "20.0", "20.1"} <= {row["value"] for row in rows}
    assert {row["system"] for row in rows} == {LOCAL_SYSTEM}
    # 90 days before 15 January 2026 is 17 October 2025; the day before no longer counts.
    assert {"2025-10-17", "2025-10-16"} <= {row["time"] for row in rows}


def test_the_code_of_a_concept_is_written_where_it_has_one(tmp_path):
    invent_records(InventRequest(OWN, tmp_path / "all", 30, 1, AS_OF))
    text = (tmp_path / "all" / RECORDS_FOLDER / "procedures.csv").read_text(encoding="utf-8")
    assert f",{canonical_system('snomed')},1,surgery of the jaw," in text


def test_the_folder_and_the_words_say_that_the_patients_are_made_up(equipoise, tmp_path):
    answer = equipoise(
        "records", "invent", "--protocol", OWN, "--as-of", AS_OF, "--out", tmp_path / "all", "--patients", 3
    )
    assert answer.code == 0, answer.err
    assert MADE_UP in answer.out
    note = (tmp_path / "all" / NOTE_FILE).read_text(encoding="utf-8")
    assert note.startswith(MADE_UP)
    assert "\n  snore-index\n" in note, "concepts without codes are listed"


def test_the_command_that_is_printed_screens_them(equipoise, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = equipoise("records", "invent", "--protocol", OWN, "--as-of", AS_OF, "--out", "all", "--patients", 40)
    command = made.out.strip().splitlines()[-1].removeprefix("equipoise ")
    answer = equipoise(*command.split())
    assert answer.code == 0, answer.err
    assert "40 patients: in " in answer.out


def test_codes_of_a_site_are_used(equipoise, tmp_path):
    site = tmp_path / "site.yaml"
    site.write_text("site: Here\ncodes: {fainting: [{system: icd-10-cm, code: R55}]}\n", encoding="utf-8")
    options = ("--as-of", AS_OF, "--out", tmp_path / "all", "--patients", 30, "--site", site)
    answer = equipoise("records", "invent", "--protocol", OWN, *options)
    assert answer.code == 0, answer.err
    assert ",R55,fainting," in (tmp_path / "all" / RECORDS_FOLDER / "conditions.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--as-of", "15.1.2026"), "is not a calendar day"),
        (("--as-of", "0001-01-15"), "nobody was born long enough before"),
        (("--as-of", AS_OF, "--version", "second"), "second"),
        (("--as-of", AS_OF, "--patients", 100_001), "Give a number from 1 to 100,000."),
    ],
)
def test_wrong_use_is_explained_and_leaves_nothing(equipoise, tmp_path, options, words):
    answer = equipoise("records", "invent", "--protocol", OWN, "--out", tmp_path / "all", *options)
    assert answer.code == 2
    assert words in answer.err
    assert not (tmp_path / "all").exists()
