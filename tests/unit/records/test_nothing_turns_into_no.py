"""What is not known must not become "no", "ended" or "alive" on its way into the tables."""

from datetime import date

import pytest

from equipoise.errors import UnreadableInputError

DAY = date(2025, 3, 1)
DRUG = {"coding": [{"system": "s", "code": "1"}]}
SUBJECT = {"reference": "Patient/1"}


def test_an_end_that_cannot_be_read_is_an_end_on_an_unknown_day(source):
    period = {"start": "2025-03-01", "end": "01.02.2026"}
    statement = {"resourceType": "MedicationStatement", "id": "m", "status": "active", "subject": SUBJECT}
    source.lines("m.ndjson", statement | {"medicationCodeableConcept": DRUG, "effectivePeriod": period})
    row = source.row("medications")
    assert (row["end_lower"], row["end_upper"]) != (None, None)


@pytest.mark.parametrize(
    ("supply", "last"),
    [({"value": 10, "code": "d"}, date(2025, 3, 11)), ({"value": 4, "unit": "weeks"}, None), (None, None)],
)
def test_a_supply_that_is_not_told_in_days_leaves_the_end_open(source, supply, last):
    dispense = {"resourceType": "MedicationDispense", "id": "m", "status": "completed", "subject": SUBJECT}
    dispense |= {"medicationCodeableConcept": DRUG, "whenHandedOver": "2025-03-01"}
    source.lines("m.ndjson", dispense | ({"daysSupply": supply} if supply else {}))
    row = source.row("medications")
    assert (row["end_lower"], row["end_upper"]) == (DAY, last)


def test_a_day_of_death_is_a_death(source):
    source.text("patients.csv", "patient_id,record_id,is_deceased,death_date\n1,p,false,2025-01-01\n")
    assert source.row("patients")["is_deceased"] is True


def test_a_visit_with_one_end_given_does_not_end_on_its_first_day(source):
    source.text("patients.csv", "patient_id,record_id\n1,p\n")
    source.text("encounters.csv", "patient_id,record_id,start,end_lower\n1,e,2025-03-01,2025-04-01\n")
    row = source.row("encounters")
    assert (row["end_lower"], row["end_upper"]) == (date(2025, 4, 1), None)


def test_answers_in_two_places_are_refused_so_that_none_is_lost(source, tmp_path):
    head = "patient_id,record_id,code,value,by,role,at,note\n"
    source.text("patients.csv", "patient_id,record_id\n1,p\n")
    source.text("attestations.csv", head + "1,a,informed-consent,signed,me,,2025-03-01,\n")
    more = tmp_path / "more.csv"
    more.write_text(head + "2,b,informed-consent,signed,me,,2025-03-01,\n", "utf-8")
    with pytest.raises(UnreadableInputError, match="the source holds answers of its own"):
        source.read(attestations=more)
