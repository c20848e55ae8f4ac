"""Forms from files: every row is accounted for, nothing is entered twice, nothing is taken for another person."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.form_world import SUBJECT, TODAY

from equipoise.conduct.forms import MedicationForm, Result, ResultsForm, read_form
from equipoise.conduct.forms.from_records import Fate, check_person, read_forms
from equipoise.errors import EquipoiseError
from equipoise.records.dataset import read_records
from equipoise.records.patient import PatientRecords, iterate_patients

SINCE = date(2026, 2, 1)
LABS = """
    record_id, patient_id, system, code,   time,       value,      unit,   range_low, range_high
    r1,        P,          loinc,  777-3,  2026-02-03, 142,        10*9/L, 150,       400
    r2,        P,          loinc,  718-7,  2026-02-03, <7.9,       g/dL,   ,
    r3,        P,          loinc,  2823-3, 2026-02-10, haemolysed, mmol/L, ,
    r4,        P,          loinc,  777-3,  2026-01-31, 160,        10*9/L, ,
    r5,        P,          loinc,  777-3,  2026-02,    161,        10*9/L, ,
    r6,        P,          loinc,  777-3,  2026-12-02, 162,        10*9/L, ,
    r7,        P,          ,       ,       2026-02-10, 163,        10*9/L, ,
"""
DRUGS = """
    record_id, patient_id, system,                     code,         start,      end,        status
    m1,        P,          https://equipoise.dev/codes, temozolomide, 2026-02-03, 2026-02-07, present
    m2,        P,          rxnorm,                     37776,        2025-12-01, ,           present
    m3,        P,          rxnorm,                     37776,        2025-12-01, 2026-01-31, present
    m4,        P,          rxnorm,                     37776,        2026-02,    2027-03-01, ordered
    m5,        P,          rxnorm,                     37776,        ,           2026-03-01, present
    m6,        P,          rxnorm,                     37776,        ,           ,           present
    m7,        P,          rxnorm,                     37776,        2026-12-05, ,           ordered
"""

Read = Callable[..., PatientRecords]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Tables drawn as text, through the reader of CSV files."""

    def make(**tables: str) -> PatientRecords:
        source = tmp_path / "source"
        source.mkdir()
        for name, drawn in tables.items():
            lines = [",".join(cell.strip() for cell in line.split(",")) for line in drawn.strip().splitlines()]
            (source / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        into = tmp_path / "tables"
        into.mkdir()
        return next(iter(iterate_patients(read_records(source, into))))

    return make


def fates(found: Any) -> dict[str, tuple[Fate, str]]:
    return {row.record_id: (row.fate, row.why) for row in found.rows}


def test_results_become_one_form_a_day_and_every_row_has_its_fate(read: Read) -> None:
    found = read_forms(read(measurements=LABS), SINCE, TODAY)
    assert [(form.on, len(form.results)) for form in found.forms if isinstance(form, ResultsForm)] == [
        (date(2026, 2, 3), 2),
        (date(2026, 2, 10), 1),
    ]
    assert fates(found) == {
        "r1": (Fate.TAKEN, ""),
        "r2": (Fate.TAKEN, ""),
        "r3": (Fate.TAKEN, ""),
        "r4": (Fate.EARLIER, ""),
        "r5": (Fate.NOT_USED, "the day is not known exactly"),
        "r6": (Fate.NOT_USED, "lies in the future"),
        "r7": (Fate.NOT_USED, "cannot be told again exactly as a form"),
    }
    assert sum(found.counts.values()) == 7


def test_a_result_of_a_form_is_the_row_of_the_file(read: Read) -> None:
    records = read(measurements=LABS)
    found = read_forms(records, SINCE, TODAY)
    entered = [row for form in found.forms for row in form.rows("17", "P")["measurements"]]
    from_file = {row["record_id"]: row for row in records.rows["measurements"]}
    for row in entered:
        number = row["record_id"].removeprefix("17/")
        source = from_file[number]
        assert {**row, "record_id": number} == {**source, "system": "http://loinc.org"}
    assert entered[0]["range_low"] == Decimal(150)


def test_coded_values_and_days_stay_what_they_are(read: Read) -> None:
    """260385009 is the SNOMED CT code of *negative*, and no number."""
    drawn = """
        record_id, patient_id, system, code,   time,       value_text, value_system, value_code, value_date_lower
        h1,        P,          loinc,  2106-3, 2026-02-03, 260385009,  snomed,       260385009,
        d1,        P,          loinc,  8665-2, 2026-02-03, 2024,       ,             ,           2024-01-01
    """
    records = read(measurements=drawn)
    found = read_forms(records, SINCE, TODAY)
    assert fates(found)["h1"] == (Fate.TAKEN, "")
    coded = next(iter(found.forms)).rows("17", "P")["measurements"][0]
    assert (coded["value_code"], coded["value_lower"]) == ("260385009", None)
    assert coded["value_system"] == "http://snomed.info/sct"


def test_forms_from_a_file_have_no_faults_and_survive_writing(read: Read) -> None:
    for form in read_forms(read(measurements=LABS, medications=DRUGS), SINCE, TODAY).forms:
        assert form.faults(TODAY) == []
        assert read_form(form.kind, form.to_json(), TODAY) == form


def test_a_file_that_is_read_twice_enters_nothing_twice(read: Read) -> None:
    records = read(measurements=LABS, medications=DRUGS)
    first = read_forms(records, SINCE, TODAY)
    again = read_forms(records, SINCE, TODAY, known=first.forms)
    assert first.forms
    assert again.forms == ()
    taken = {name for name, (fate, _) in fates(first).items() if fate is Fate.TAKEN}
    assert {name for name, (fate, _) in fates(again).items() if fate is Fate.KNOWN} == taken


def test_a_file_that_has_grown_enters_what_is_new(read: Read) -> None:
    records = read(measurements=LABS)
    known = [ResultsForm(on=date(2026, 2, 3), results=read_forms(records, SINCE, TODAY).forms[0].results[:1])]
    found = read_forms(records, SINCE, TODAY, known=known)
    assert [form.on for form in found.forms] == [date(2026, 2, 3), date(2026, 2, 10)]
    assert fates(found)["r1"] == (Fate.KNOWN, "")
    assert fates(found)["r2"] == (Fate.TAKEN, "")


def test_what_a_person_typed_in_before_is_known_without_its_number(read: Read) -> None:
    typed = Result(code="loinc|777-3", value="142", unit="10*9/L")
    known = [ResultsForm(on=date(2026, 2, 3), results=[typed])]
    found = read_forms(read(measurements=LABS), SINCE, TODAY, known=known)
    assert fates(found)["r1"] == (Fate.KNOWN, "")


def test_another_value_under_the_same_number_is_taken_and_told(read: Read) -> None:
    """Both stand until a person corrects one: a rule that reads them finds a conflict."""
    before = Result(code="loinc|777-3", value="74", unit="10*9/L", record="r1")
    known = [ResultsForm(on=date(2026, 2, 3), results=[before])]
    found = read_forms(read(measurements=LABS), SINCE, TODAY, known=known)
    assert [row.record_id for row in found.differing] == ["r1"]
    assert "142" in [each.value for form in found.forms if isinstance(form, ResultsForm) for each in form.results]


def test_medications_that_had_not_ended_are_taken_with_what_is_known_of_their_days(read: Read) -> None:
    found = read_forms(read(medications=DRUGS), SINCE, TODAY)
    forms = {form.record: form for form in found.forms if isinstance(form, MedicationForm)}
    assert fates(found) == {
        "m1": (Fate.TAKEN, ""),
        "m2": (Fate.TAKEN, ""),
        "m3": (Fate.EARLIER, ""),
        "m4": (Fate.TAKEN, ""),
        "m5": (Fate.TAKEN, ""),
        "m6": (Fate.NOT_USED, "no day is known"),
        "m7": (Fate.NOT_USED, "lies in the future"),
    }
    assert (forms["m1"].concept, forms["m1"].end) == ("temozolomide", date(2026, 2, 7))
    assert forms["m2"].end is None
    unknown = forms["m5"].rows("17", SUBJECT)["medications"][0]
    assert (unknown["start_lower"], unknown["end_lower"]) == (None, date(2026, 3, 1))
    ordered = forms["m4"]
    assert (ordered.on, ordered.on_latest, ordered.end) == (date(2026, 2, 1), date(2026, 2, 28), None)
    assert ordered.rows("17", SUBJECT)["medications"][0]["status"] == "ordered"


def test_tables_that_are_not_entered_are_accounted_for(read: Read) -> None:
    drawn = "record_id,patient_id,system,code,start\nc1,P,snomed,1,2026-02-03"
    found = read_forms(read(conditions=drawn), SINCE, TODAY)
    assert fates(found) == {"c1": (Fate.NOT_USED, "conditions are not entered from files")}


def person(birth: str | None, sex: str | None, record: str = "p") -> dict[str, Any]:
    day = None if birth is None else date.fromisoformat(birth)
    return {"patient_id": "P", "record_id": record, "birth_lower": day, "birth_upper": day, "sex": sex}


def test_a_file_of_another_person_is_refused_and_neither_birth_nor_sex_is_told() -> None:
    records = PatientRecords(person("1960-05-01", "male"), {})
    with pytest.raises(EquipoiseError, match="another person: nothing was taken") as raised:
        check_person(records, person("1961-05-01", "female"))
    assert [fault.where for fault in raised.value.faults] == ["birth", "sex"]
    assert "1960" not in str(raised.value)
    assert "male" not in str(raised.value)


@pytest.mark.parametrize(
    "known", [person("1960-05-01", "male"), person(None, "male"), person("1960-05-01", None), person(None, None)]
)
def test_a_file_that_may_be_of_the_person_is_taken(known: dict[str, Any]) -> None:
    check_person(PatientRecords(person("1960-05-01", "male"), {}), known)
