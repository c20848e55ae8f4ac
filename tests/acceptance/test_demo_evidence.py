"""Evidence of every patient of the demo: it gives the verdict alone, and nothing gives it without (rule 4).

The rows a verdict names, and the row of the patient, must lead to the same verdict; with every row of the rule's
concepts taken away, the criterion must be unknown or rest on an assumption.
"""

from dataclasses import replace

import pytest

from equipoise.criteria.bound import index_bindings
from equipoise.criteria.nodes import Atom
from equipoise.criteria.reference import judge_patient
from equipoise.criteria.rulebook import Moment
from equipoise.criteria.truth import Basis, Truth
from equipoise.operations import demo
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.resolve import resolve
from equipoise.records.dataset import read_records
from equipoise.records.patient import PatientRecords, iterate_patients
from equipoise.synthetic.population import RECORDS_FOLDER, write_population
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM

PATIENTS = 200
MOMENT = Moment(demo.AS_OF)


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    shares = {"pannet_share": demo.PANNET_SHARE, "candidate_share": demo.CANDIDATE_SHARE}
    write_population(folder, n=PATIENTS, seed=1, as_of=demo.AS_OF, filler=demo.FILLER, **shares)
    records = read_records(folder / RECORDS_FOLDER, folder / "tables", attestations=folder / demo.ANSWERS_FILE)
    patients = list(iterate_patients(records))
    rows = [row for patient in patients for rows in patient.rows.values() for row in rows if row.get("code")]
    return patients, records.supplied, {(row.get("system", LOCAL_SYSTEM), row["code"]) for row in rows}


@pytest.mark.parametrize("version", demo.VERSIONS)
def test_evidence_alone_gives_the_verdict_and_nothing_gives_it_without(people, version):
    patients, supplied, codes = people
    rulebook = resolve(load_protocol(demo.PROTOCOL).version(version), base_library(), None).rulebook
    index = index_bindings(bind_codes(rulebook.concepts, codes))
    wrong, n_decided = [], 0
    for patient in patients:
        verdicts = judge_patient(rulebook, patient, supplied, MOMENT, index)
        for rule, verdict in zip(rulebook.rules, verdicts, strict=True):
            if verdict.truth is Truth.UNKNOWN:
                continue
            n_decided += 1
            alone = replace(rulebook, rules=(rule,))
            again = judge_patient(alone, _only(patient, verdict), supplied, MOMENT, index)[0]
            if (again.truth, again.basis) != (verdict.truth, verdict.basis):
                wrong.append((patient.patient_id, rule.id, "by its evidence alone", verdict.truth, again))
            without = judge_patient(alone, _without(patient, rule, index), supplied, MOMENT, index)[0]
            if without.truth is not Truth.UNKNOWN and without.basis is not Basis.ASSUMED:
                wrong.append((patient.patient_id, rule.id, "without its rows", verdict.truth, without))
    assert not wrong, f"{len(wrong)} of {n_decided}: {wrong[:5]}"
    assert n_decided > PATIENTS * 5


def _only(patient, verdict):
    """The patient with nothing but the rows that the verdict names."""
    named = {(row.table, row.record_id) for row in verdict.evidence}
    rows = {table: [row for row in rows if (table, row["record_id"]) in named] for table, rows in patient.rows.items()}
    return PatientRecords(patient.patient, rows)


def _without(patient, rule, index):
    """The patient without birth date and sex, and without any row of a concept that the rule reads."""
    read = {name for node in rule.node.walk() if isinstance(node, Atom) for name in node.concept_ids()}

    def is_kept(row):
        bound = index.get((row.get("system", LOCAL_SYSTEM), row["code"]), ())
        return not any(binding.concept_id in read for binding in bound)

    rows = {
        table: [row for row in rows if table == "encounters" or is_kept(row)] for table, rows in patient.rows.items()
    }
    nobody = patient.patient | {"birth_lower": None, "birth_upper": None, "sex": None}
    return PatientRecords(nobody, rows)
