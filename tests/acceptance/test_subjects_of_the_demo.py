"""One subject is judged as a screening judges all: every patient of the demo, both versions, criterion by criterion.

The screening is the compiled evaluator and SQL, the judgement of a subject the plain evaluator and Python. The day on
which an eligibility ends is held against judging on every day until then.
"""

import json
from collections import Counter
from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from equipoise.criteria.truth import Effect
from equipoise.operations import demo
from equipoise.operations.screening import ScreenRequest, judge_into, prepare
from equipoise.protocol.loading import load_protocol
from equipoise.records.dataset import read_records
from equipoise.records.snapshot import Snapshot
from equipoise.screening import subject
from equipoise.screening.candidates import read_candidates, take_snapshots
from equipoise.screening.outputs import Group
from equipoise.screening.standing import Status
from equipoise.screening.subject import judge_subject
from equipoise.synthetic.population import RECORDS_FOLDER, write_population

PATIENTS = 200
SCANNED = 24
"""Subjects whose end is looked for day by day."""


@pytest.fixture(scope="module")
def protocol():
    return load_protocol(demo.PROTOCOL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The made-up records of the demo, read, and screened against both versions."""
    folder = tmp_path_factory.mktemp("demo")
    shares = {"pannet_share": demo.PANNET_SHARE, "candidate_share": demo.CANDIDATE_SHARE}
    write_population(folder, n=PATIENTS, seed=1, as_of=demo.AS_OF, filler=demo.FILLER, **shares)
    records = read_records(folder / RECORDS_FOLDER, folder / "tables", attestations=folder / demo.ANSWERS_FILE)
    for version in demo.VERSIONS:
        (folder / version).mkdir()
        plan = prepare(ScreenRequest(demo.PROTOCOL, folder, demo.AS_OF, folder, version=version))
        judge_into(folder / version, plan, records)
    return folder


@pytest.fixture(scope="module")
def snapshots(folder):
    """By patient id, after a journey through JSON."""
    people = pq.read_table(folder / "tables" / "patients.parquet")["patient_id"].to_pylist()
    names = {patient_id: f"S-{number:03d}" for number, patient_id in enumerate(people, start=1)}
    taken = take_snapshots(folder / "tables", names)
    return {
        patient_id: Snapshot.from_json(json.loads(json.dumps(taken[name].to_json())))
        for patient_id, name in names.items()
    }


@pytest.fixture(scope="module")
def judged(protocol, snapshots):
    return {
        (version, patient_id): judge_subject(protocol, version, None, snapshot, demo.AS_OF)
        for version in demo.VERSIONS
        for patient_id, snapshot in snapshots.items()
    }


@pytest.mark.parametrize("version", demo.VERSIONS)
def test_every_verdict_is_that_of_the_screening(folder, judged, version):
    screened = {
        (row["patient_id"], row["criterion_id"]): (row["truth"], row["effect"], row["basis"], json.loads(row["causes"]))
        for row in pq.read_table(folder / version / "verdicts.parquet").to_pylist()
    }
    ours = {
        (patient_id, each.criterion_id): (each.truth, each.effect, each.basis.word, [*each.causes])
        for (name, patient_id), eligibility in judged.items()
        if name == version
        for each in eligibility.verdicts
    }
    assert ours == screened
    assert len(ours) == PATIENTS * {"original": 23, "amended": 22}[version]


@pytest.mark.parametrize("version", demo.VERSIONS)
def test_every_subject_stands_where_the_screening_puts_the_patient(folder, judged, version):
    rows = pq.read_table(folder / version / "patients.parquet").to_pylist()
    for row in rows:
        found = judged[version, row["patient_id"]]
        still_open = [*json.loads(row["open_record"]), *json.loads(row["open_person"])]
        assert found.status == row["status"]
        assert list(found.blocked_by) == json.loads(row["blocked_by"])
        assert sorted(found.open) == sorted(still_open)
        passing = {each.criterion_id for each in found.verdicts if each.effect is Effect.PASSES}
        assert list(found.assumed) == [each for each in json.loads(row["assumed"]) if each in passing]
    statuses = Counter(row["status"] for row in rows)
    assert set(statuses) == set(Status)
    assert any("deceased" in row["blocked_by"] for row in rows)


@pytest.mark.parametrize("version", demo.VERSIONS)
def test_the_words_of_an_open_criterion_are_those_of_the_screening(folder, judged, version):
    """The screening puts the facts seen between the two parts of the sentence; all else is the same."""
    rows = pq.read_table(folder / version / "verdicts.parquet").to_pylist()
    reasons = {(row["patient_id"], row["criterion_id"]): row["reason"] for row in rows if row["effect"] == "open"}
    told = 0
    for (name, patient_id), eligibility in judged.items():
        for each in eligibility.verdicts if name == version else ():
            if each.effect is Effect.OPEN:
                lead, _, tail = each.words.removesuffix(".").partition("; needs ")
                reason = reasons[patient_id, each.criterion_id]
                assert reason.startswith(lead)
                assert tail in reason
                told += 1
    assert told == len(reasons) > 0


@pytest.mark.parametrize("version", demo.VERSIONS)
def test_answers_given_in_the_trial_count_like_those_of_the_source(protocol, snapshots, judged, version):
    """The answers are taken out of the snapshot and handed in: nothing else may change."""
    for patient_id, snapshot in [*snapshots.items()][:: PATIENTS // 40]:
        content = snapshot.to_json()
        content["tables"]["attestations"] = []
        answers = snapshot.records.rows["attestations"]
        again = judge_subject(protocol, version, None, Snapshot.from_json(content), demo.AS_OF, answers)
        assert again == judged[version, patient_id]


@pytest.mark.parametrize("version", demo.VERSIONS)
def test_an_eligibility_ends_when_judging_every_day_says_so(protocol, snapshots, judged, version, monkeypatch):
    monkeypatch.setattr(subject, "HORIZON_DAYS", 0)  # the end is not looked for again on each day
    scanned = [
        (eligibility, snapshots[patient_id])
        for (name, patient_id), eligibility in judged.items()
        if name == version and eligibility.status is not Status.INELIGIBLE
    ]
    scanned.sort(key=lambda pair: pair[0].status is not Status.ELIGIBLE)
    assert scanned[0][0].status is Status.ELIGIBLE
    for eligibility, snapshot in scanned[:SCANNED]:
        assert eligibility.expires_on is not None
        day = demo.AS_OF + timedelta(1)
        while still_holds(eligibility, judge_subject(protocol, version, None, snapshot, day)):
            day += timedelta(1)
        assert eligibility.expires_on == day


def still_holds(before, now) -> bool:
    """Nothing that passed has stopped passing, and nothing came to be assumed that was not; nobody has died."""
    passed = {each.criterion_id: each for each in before.verdicts if each.effect is Effect.PASSES}
    lost = [each for each in now.verdicts if each.criterion_id in passed and each.effect is not Effect.PASSES]
    new = [each for each in now.assumed if each in passed and each not in before.assumed]
    return not (lost or new or now.is_deceased)


@pytest.mark.parametrize("version", demo.VERSIONS)
def test_the_candidates_are_those_who_are_not_out(folder, protocol, judged, version):
    found = read_candidates(folder / version, protocol, version)
    expected = [
        (patient_id, eligibility.status, eligibility.assumed, eligibility.open)
        for (name, patient_id), eligibility in sorted(judged.items())
        if name == version and eligibility.status is not Status.INELIGIBLE
    ]
    assert [(each.patient_id, each.status, each.assumed, each.open) for each in found.candidates] == expected
    assert (found.n_screened, found.as_of, found.digest) == (PATIENTS, demo.AS_OF, protocol.digest)
    assert {each.group for each in found.candidates} == set(Group) - {Group.OUT}
