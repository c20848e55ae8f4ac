"""Canonical CSV and Parquet, attested answers, patients one by one, and folders read before."""

from datetime import date
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from equipoise.errors import UnreadableInputError
from equipoise.records.arrow import schema_of, write_table
from equipoise.records.attested import attested_events, attested_results
from equipoise.records.dataset import open_records, read_records
from equipoise.records.patient import iterate_patients
from equipoise.records.report import Fate, load_report
from equipoise.records.tables import TABLES

DAY = date(2026, 1, 10)


def test_short_forms_are_read(source):
    source.text("patients.csv", "patient_id,birth_date,sex\np1,1960-05,female\n")
    source.text("measurements.csv", "patient_id,system,code,time,value,unit\np1,s,c,2026-01-10,<7.9,g/dL\n")
    source.text("conditions.csv", "patient_id,system,code,start,end\np1,s,c,2020,\n")
    assert source.row("patients")["birth_upper"] == date(1960, 5, 31)
    result = source.row("measurements")
    assert (result["value_lower"], result["value_upper"], result["value_text"]) == (None, Decimal("7.9"), "<7.9")
    assert (result["status"], result["is_upper_closed"]) == ("final", False)
    event = source.row("conditions")
    assert (event["status"], event["start_lower"], event["end_lower"]) == ("present", date(2020, 1, 1), None)
    assert source.records.supplied == {"patients", "measurements", "conditions"}


def test_row_that_is_not_understood_is_counted_with_its_line(source):
    source.text(
        "measurements.csv",
        "patient_id,code,time,value\np1,c,2026,1\np1,c,soon,1\np1,c\n,c,2026,1\np1,c,2026,\np1,c,2026,1\n",
    )
    assert len(source.rows("measurements")) == 1
    report = source.records.report
    assert {(count.why, count.examples) for count in report.counts if count.fate is Fate.NOT_UNDERSTOOD} == {
        ("time is not a date", ("measurements.csv:3",)),
        ("number of cells differs", ("measurements.csv:4",)),
        ("no patient_id", ("measurements.csv:5",)),
    }
    assert report.reasons(Fate.NOT_NEEDED) == {
        ("measurements", "no value"): 1,
        ("measurements", "identical duplicate"): 1,
    }
    assert report.total() == report.n_items == 6


def test_all_unknown_columns_are_reported_together_with_the_nearest(source):
    source.text("measurements.csv", "patient_id,code,time,vale,creat\n")
    with pytest.raises(UnreadableInputError, match=r"(?s)unknown column 'vale'.*Did you mean value\?.*'creat'"):
        source.read()


def test_latin_1_file_is_refused(source):
    source.text("conditions.csv", "patient_id,code\np1,Müller\n".encode("latin-1"))
    with pytest.raises(UnreadableInputError, match="is not UTF-8"):
        source.read()


def test_table_beside_fhir_is_refused_but_answers_are_welcome(source, condition):
    source.lines("c.ndjson", condition())
    source.text("attestations.csv", "patient_id,code,value,by,at\np1,informed-consent,signed,Dr A,2026-01-10\n")
    assert source.row("attestations")["value"] == "signed"
    source.text("conditions.csv", "patient_id,code\np1,x\n")
    with pytest.raises(UnreadableInputError, match="canonical table beside FHIR"):
        source.read()


def test_tables_survive_being_read_again(source, tmp_path, condition, observation):
    source.lines("a.ndjson", condition(onsetDateTime="2020-02"), observation(valueQuantity={"value": 3.7037037}))
    first = source.read()
    again = read_records(first.folder, tmp_path / "again")
    assert again.supplied == first.supplied
    for name in TABLES:
        assert pq.read_table(again.path(name)).to_pylist() == pq.read_table(first.path(name)).to_pylist(), name


def test_every_table_is_written_with_its_schema(source, condition):
    source.lines("c.ndjson", condition())
    records = source.read()
    for name in TABLES:
        assert pq.read_schema(records.path(name)).names == schema_of(name).names
        assert pq.read_schema(records.path(name)).types == schema_of(name).types
    assert load_report(records.folder) == records.report == open_records(records.folder).report


def test_folder_that_was_not_read_cannot_be_opened(tmp_path):
    with pytest.raises(UnreadableInputError, match=r"lacks .*measurements.*reading-report\.json"):
        open_records(tmp_path)


def test_patients_come_in_order_with_all_their_rows(source):
    source.text("patients.csv", "patient_id,sex\np2,male\np10,female\np1,female\n")
    source.text("conditions.csv", "patient_id,code,start\np1,a,2020\np1,b,2021\np2,c,2022\n")
    patients = list(iterate_patients(source.read()))
    assert [patient.patient_id for patient in patients] == ["p1", "p10", "p2"]
    assert [row["code"] for row in patients[0].rows["conditions"]] == ["a", "b"]
    assert patients[1].rows == {name: [] for name in TABLES if name != "patients"}
    assert [patient.patient_id for patient in iterate_patients(source.records, {"p2", "p9"})] == ["p2"]


def answer(code, value):
    return {"patient_id": "p1", "record_id": "a1", "code": code, "value": value, "by": "Dr A", "at": DAY}


def test_attested_answer_is_a_result_on_the_day_it_was_given():
    number, word, day = attested_results(
        [answer("krenning-score", "3"), answer("contraception", "iud"), answer("last-menstrual-period", "2024-01")]
    )
    assert (number["value_lower"], number["value_upper"], number["time_lower"]) == (Decimal(3), Decimal(3), DAY)
    assert (word["value_text"], word["value_lower"], word["system"]) == ("iud", None, "https://equipoise.dev/codes")
    assert (day["value_date_lower"], day["value_date_upper"]) == (date(2024, 1, 1), date(2024, 1, 31))
    assert set(number) == set(TABLES["measurements"].column_names)


def test_attested_yes_is_an_event_and_no_is_an_absence_on_that_day():
    events = attested_events([answer("pregnancy", "Yes"), answer("pregnancy", "no"), answer("contraception", "iud")])
    assert [(event["status"], event["start_lower"], event["end_lower"]) for event in events] == [
        ("present", DAY, None),
        ("absent", DAY, DAY),
    ]


def test_row_with_a_wrong_column_cannot_be_written(tmp_path):
    with pytest.raises(ValueError, match="has no column creat"):
        write_table(
            "measurements", [{"patient_id": "p", "record_id": "r", "status": "final", "creat": 1}], tmp_path / "x"
        )
    with pytest.raises(ValueError, match="needs record_id"):
        write_table("patients", [{"patient_id": "p"}], tmp_path / "x")
