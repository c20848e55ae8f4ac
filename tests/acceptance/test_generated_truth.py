"""The truth that the generator fixed beforehand against what the reference evaluator finds: two ways to one answer.

The generator knows no rule and no canonical table, so an error in reading, units, dates, codes or rules shows here.
"""

import csv
from datetime import date

import pytest

from equipoise.criteria.bound import index_bindings
from equipoise.criteria.reference import judge_patient
from equipoise.criteria.rulebook import Moment
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve import resolve
from equipoise.records.dataset import read_records
from equipoise.records.patient import iterate_patients
from equipoise.synthetic.population import RECORDS_FOLDER, write_population
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM

PATIENTS = 400
DAYS = (date(2026, 1, 15), date(2024, 2, 29))
"""An ordinary day and the one on which calendar arithmetic is hardest."""
CANDIDATES = 0.3
"""Part of the PanNET patients who pass nearly everything: there a single wrong verdict changes a group."""


@pytest.fixture(scope="module", params=DAYS, ids=str)
def population(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("population")
    write_population(folder, n=PATIENTS, seed=2, as_of=request.param, filler=1, candidate_share=CANDIDATES)
    records = read_records(folder / RECORDS_FOLDER, folder / "tables", attestations=folder / "attestations.csv")
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return request.param, list(iterate_patients(records)), records.supplied, rows


def codes_of(patients):
    rows = [row for patient in patients for rows in patient.rows.values() for row in rows if row.get("code")]
    return {(row.get("system") or LOCAL_SYSTEM, row["code"]) for row in rows} | {
        (row.get("system"), row["code"]) for row in rows
    }


@pytest.mark.parametrize("version", ["original", "amended"])
def test_every_verdict_is_the_one_intended(population, version):
    """Truth is equal for every patient and criterion, and the intended cause is among those given."""
    as_of, patients, supplied, rows = population
    rulebook = resolve(load_protocol("nct05610826").version(version), base_library(), None).rulebook
    bindings = index_bindings(bind_codes(rulebook.concepts, codes_of(patients)))
    found = {
        (verdict.patient_id, verdict.criterion_id): verdict
        for patient in patients
        for verdict in judge_patient(rulebook, patient, supplied, Moment(as_of), bindings)
    }
    intended = [row for row in rows if row["version"] == version]
    assert found.keys() == {(row["patient_id"], row["criterion_id"]) for row in intended}
    wrong = []
    for row in intended:
        verdict = found[row["patient_id"], row["criterion_id"]]
        if verdict.truth != row["truth"] or (row["cause"] and row["cause"] not in verdict.causes):
            wrong.append((*row.values(), "found:", verdict.truth, verdict.causes))
    assert not wrong, f"{len(wrong)} of {len(intended)} differ: {wrong[:10]}"
