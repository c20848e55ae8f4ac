"""A snapshot keeps every cell and no identifier of the source; expected texts are written by hand."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
import rfc8785

from equipoise.errors import UnreadableInputError
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import Snapshot, newer, snapshot_of
from equipoise.records.tables import TABLES, Type

TEXTS = ("", "a", 'with "quotes"', "back\\slash", "line\nbreak", "Ünïcode µ \U0001f9ea", "1.0", "null", "2026-01-01")
MOMENT = datetime(2026, 1, 15, 9, 30)


def random_cell(rng: Random, kind: Type):
    match kind:
        case Type.DATE:
            return date.fromordinal(rng.choice((1, 3652059, rng.randint(700_000, 740_000))))
        case Type.INSTANT:
            return MOMENT + timedelta(microseconds=rng.choice((0, 1, 10, rng.randint(-(10**15), 10**15))))
        case Type.DECIMAL:
            return Decimal(rng.randint(-(10**17), 10**17)).scaleb(-rng.randint(0, 6))
        case Type.BOOLEAN:
            return rng.random() < 0.5
    return rng.choice(TEXTS)


def random_row(rng: Random, table: str, patient_id: str, number: int):
    row = {
        column.name: random_cell(rng, column.type) if column.is_required or rng.random() < 0.7 else None
        for column in TABLES[table].columns
    }
    return row | {"patient_id": patient_id, "record_id": f"{table}/{patient_id}-{number}"}


def random_patient(seed: int, patient_id: str = "p17") -> PatientRecords:
    rng = Random(seed)
    rows = {
        name: [random_row(rng, name, patient_id, number) for number in range(rng.randint(0, 5))]
        for name in TABLES
        if name != "patients"
    }
    return PatientRecords(random_row(rng, "patients", patient_id, 0), rows)


def sodium(**cells):
    row = dict.fromkeys(TABLES["measurements"].column_names)
    return row | {"patient_id": "p17", "record_id": "Observation/p17-3", "code": "2951-2", "status": "final"} | cells


def patient_with(*measurements) -> PatientRecords:
    person = dict.fromkeys(TABLES["patients"].column_names) | {"patient_id": "p17", "record_id": "Patient/p17"}
    return PatientRecords(person, {"measurements": list(measurements)})


@pytest.mark.parametrize("seed", range(60))
def test_every_cell_comes_back_from_canonical_json(seed):
    rng = Random(seed)
    supplied = [name for name in TABLES if rng.random() < 0.5]
    snapshot = snapshot_of(random_patient(seed), supplied, "S-001")
    again = Snapshot.from_json(json.loads(rfc8785.dumps(snapshot.to_json())))
    assert again == snapshot
    assert exact(again) == exact(snapshot)


def exact(snapshot: Snapshot) -> str:
    """Equality of decimals does not see places, nor that of booleans the type: their text does."""
    return repr((snapshot.records.patient, sorted(snapshot.records.rows.items()), sorted(snapshot.supplied)))


def test_all_kinds_of_cells_were_among_those_generated():
    cells = [
        (column.type, row[column.name] is None)
        for seed in range(60)
        for name, rows in random_patient(seed).rows.items()
        for row in rows
        for column in TABLES[name].columns
    ]
    assert set(cells) == {(kind, is_null) for kind in Type for is_null in (False, True)}


def test_cells_are_texts_and_booleans_and_those_without_a_value_are_left_out():
    row = sodium(
        value_lower=Decimal("140.000000"),
        is_lower_closed=True,
        time_lower=date(2026, 1, 2),
        instant=datetime(2026, 1, 2, 8, 5, 0, 250),
    )
    written = snapshot_of(patient_with(row), ["patients", "measurements"], "S-001").to_json()
    assert written == {
        "subject": "S-001",
        "supplied": ["measurements", "patients"],
        "patient": {"record_id": "Patient/S-001"},
        "tables": {
            "conditions": [],
            "measurements": [
                {
                    "record_id": "Observation/S-001-3",
                    "code": "2951-2",
                    "status": "final",
                    "time_lower": "2026-01-02",
                    "instant": "2026-01-02T08:05:00.000250",
                    "value_lower": "140.000000",
                    "is_lower_closed": True,
                }
            ],
            "medications": [],
            "procedures": [],
            "encounters": [],
            "attestations": [],
        },
    }


@pytest.mark.parametrize("seed", range(10))
def test_no_identifier_of_the_source_stays(seed):
    snapshot = snapshot_of(random_patient(seed, "hospital.77|4711"), TABLES, "S-001")
    assert "4711" not in json.dumps(snapshot.to_json())
    owners = {row["patient_id"] for rows in snapshot.records.rows.values() for row in rows}
    assert owners <= {"S-001"}
    assert snapshot.records.patient_id == "S-001"


def test_an_identifier_that_is_part_of_another_word_is_left_alone():
    rows = [sodium(record_id=name) for name in ("Observation/p17", "Observation/p170", "Observation/xp17")]
    snapshot = snapshot_of(patient_with(*rows), TABLES, "S-001")
    kept = [row["record_id"] for row in snapshot.records.rows["measurements"]]
    assert kept == ["Observation/S-001", "Observation/p170", "Observation/xp17"]


@pytest.mark.parametrize(("patient_id", "subject_id"), [("a.1|b", "S-001"), ("(p", "S-001"), ("p17", "S\\1")])
def test_identifiers_are_words_and_no_patterns(patient_id, subject_id):
    row = sodium(patient_id=patient_id, record_id=f"Observation/{patient_id}-3")
    patient = PatientRecords(patient_with().patient | {"patient_id": patient_id}, {"measurements": [row]})
    (kept,) = snapshot_of(patient, TABLES, subject_id).records.rows["measurements"]
    assert kept["record_id"] == f"Observation/{subject_id}-3"


def test_two_records_never_become_one():
    rows = [sodium(record_id="Observation/p17"), sodium(record_id="Observation/S-001")]
    with pytest.raises(ValueError, match="measurements: two records would get one id under S-001"):
        snapshot_of(patient_with(*rows), TABLES, "S-001")


def test_the_tables_supplied_are_written_in_one_order():
    names = ["attestations", "conditions", "encounters", "measurements", "medications", "patients", "procedures"]
    assert snapshot_of(patient_with(), TABLES, "S-001").to_json()["supplied"] == names


def test_two_codings_of_one_record_stay_two_rows_of_one_record():
    rows = [sodium(code="2951-2"), sodium(code="2947-0")]
    kept = snapshot_of(patient_with(*rows), TABLES, "S-001").records.rows["measurements"]
    assert [(row["record_id"], row["code"]) for row in kept] == [
        ("Observation/S-001-3", "2951-2"),
        ("Observation/S-001-3", "2947-0"),
    ]


def test_a_float_is_no_number_of_a_record():
    with pytest.raises(ValueError, match=r"measurements\.value_lower is a float, not a decimal"):
        snapshot_of(patient_with(sodium(value_lower=140.0)), TABLES, "S-001")


def test_a_moment_is_no_day():
    with pytest.raises(ValueError, match=r"measurements\.time_lower is a datetime, not a date"):
        snapshot_of(patient_with(sodium(time_lower=MOMENT)), TABLES, "S-001")


CONSENT = {"record_id": "trial:12", "code": "informed-consent", "value": "signed", "by": "u-3", "at": date(2026, 1, 10)}


def test_an_answer_of_the_trial_is_added_under_the_subjects_id_and_changes_no_reading():
    before = snapshot_of(random_patient(4), TABLES, "S-001")
    written = before.to_json()
    after = before.with_attestations([CONSENT])
    assert before.to_json() == written
    assert after.records.rows["attestations"][:-1] == before.records.rows["attestations"]
    assert after.records.rows["attestations"][-1] == CONSENT | {"patient_id": "S-001", "role": None, "note": None}
    assert after.supplied == before.supplied


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answer": "yes"}, "table attestations has no column answer"),
        ({"by": None}, "a row of table attestations needs by"),
        ({"at": "2026-01-10"}, r"attestations\.at is a str, not a date"),
    ],
)
def test_an_answer_that_is_no_row_of_attestations_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        snapshot_of(random_patient(4), TABLES, "S-001").with_attestations([CONSENT | change])


def test_the_later_reading_replaces_the_earlier_whole():
    earlier = snapshot_of(random_patient(1), TABLES, "S-001")
    later = snapshot_of(random_patient(2), ["patients"], "S-001")
    assert newer(earlier, later) is later


def test_a_reading_of_another_subject_replaces_nothing():
    earlier, later = (snapshot_of(random_patient(1), TABLES, subject) for subject in ("S-001", "S-002"))
    with pytest.raises(ValueError, match="records of S-002 cannot replace those of S-001"):
        newer(earlier, later)


@pytest.mark.parametrize("content", [None, [], "S-001", {}, {"subject": "S-001"}])
def test_what_is_no_snapshot_is_refused(content):
    with pytest.raises(UnreadableInputError, match="does not have the keys subject, supplied, patient, tables"):
        Snapshot.from_json(content)


def test_all_faults_are_told_together_and_no_value_is():
    content = snapshot_of(patient_with(sodium(), sodium(record_id="Observation/9")), TABLES, "S-001").to_json()
    content["supplied"].append("wards")
    first, second = content["tables"]["measurements"]
    first["value_lower"] = "one hundred and forty"
    second["ward"] = "7b"
    content["tables"]["conditions"] = [{"status": "present"}]
    with pytest.raises(UnreadableInputError) as refused:
        Snapshot.from_json(content)
    assert str(refused.value).splitlines() == [
        "This is not a snapshot of records.",
        "supplied: names an unknown table",
        "table conditions, row 1: has a cell that is missing or cannot be read",
        "table measurements, row 1: has a cell that is missing or cannot be read",
        "table measurements, row 2: has a column that the table does not have",
    ]


@pytest.mark.parametrize("cell", [140, 140.0, True, None, ["140"]])
def test_a_number_that_is_not_a_text_is_not_read(cell):
    """`float` reads 140.1 as another number than was written: only texts are exact."""
    content = snapshot_of(patient_with(sodium()), TABLES, "S-001").to_json()
    content["tables"]["measurements"][0]["value_lower"] = cell
    with pytest.raises(UnreadableInputError, match="table measurements, row 1"):
        Snapshot.from_json(content)
