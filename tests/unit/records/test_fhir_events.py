"""What FHIR statuses and dates mean for events. Statuses: hl7.org/fhir/R4 value sets; meanings: the design rules."""

from datetime import date

import pytest

from equipoise.records.report import Fate

DAY = date(2025, 3, 1)
CODE = {"coding": [{"system": "s", "code": "1"}]}


def status(code):
    return {"coding": [{"code": code}]}


def span(row):
    return tuple(row[name] for name in ("start_lower", "start_upper", "end_lower", "end_upper"))


@pytest.mark.parametrize(
    ("verification", "expected"),
    [
        (None, "present"),
        ("confirmed", "present"),
        ("provisional", "possible"),
        ("differential", "possible"),
        ("unconfirmed", "possible"),
        ("refuted", "absent"),
    ],
)
def test_verification_decides_the_status_of_a_condition(source, condition, verification, expected):
    more = {"verificationStatus": status(verification)} if verification else {}
    source.lines("c.ndjson", condition(**more))
    assert source.row("conditions")["status"] == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"text": "Refuted"}, "absent"),
        ({"coding": [{"display": "Refuted"}]}, "absent"),
        ({"coding": [{"system": "local", "code": "L9"}, {"code": "refuted"}]}, "absent"),
        ({"coding": [{"system": "local", "code": "L9"}]}, "possible"),
        ({"text": "to be seen"}, "possible"),
        ({"coding": []}, "present"),
    ],
)
def test_verification_is_heard_in_every_coding_and_in_text(source, condition, said, expected):
    source.lines("c.ndjson", condition(verificationStatus=said))
    assert source.row("conditions")["status"] == expected


def test_an_error_said_in_words_is_not_kept(source, condition):
    source.lines("c.ndjson", condition(verificationStatus={"text": "Entered in error"}))
    assert source.read().report.n_rows("conditions") == 0


def test_resolved_said_in_text_is_over(source, condition):
    source.lines("c.ndjson", condition(onsetDateTime="2025-03-01", clinicalStatus={"text": "Resolved"}))
    assert span(source.row("conditions")) == (DAY, DAY, DAY, None)


@pytest.mark.parametrize("age", [{"value": 3000000000, "code": "a"}, {"value": 9000000, "code": "a"}])
def test_an_impossible_age_stops_nothing(source, condition, age):
    source.lines("c.ndjson", condition(onsetAge=age))
    assert span(source.row("conditions")) == (None, None, None, None)


def test_refuted_condition_is_absent_on_the_day_of_the_statement(source, condition):
    refuted = condition(verificationStatus=status("refuted"), onsetDateTime="2020", recordedDate="2025-03-01T10:00:00Z")
    source.lines("c.ndjson", refuted)
    assert span(source.row("conditions")) == (DAY, DAY, DAY, DAY)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"onsetDateTime": "2020-02"}, (date(2020, 2, 1), date(2020, 2, 29), None, None)),
        ({"onsetPeriod": {"start": "2025-03-01"}}, (DAY, DAY, None, None)),
        # Undated: it began when it was recorded at the latest.
        ({"recordedDate": "2025-03-01"}, (None, DAY, None, None)),
        ({"meta": {"lastUpdated": "2025-03-01T00:00:00Z"}}, (None, DAY, None, None)),
        ({"onsetDateTime": "2025-03-01", "abatementDateTime": "2025"}, (DAY, DAY, DAY, date(2025, 12, 31))),
        ({"onsetDateTime": "2025-03-01", "clinicalStatus": status("resolved")}, (DAY, DAY, DAY, None)),
        ({"clinicalStatus": status("inactive")}, (None, None, date(1, 1, 1), None)),
        ({"onsetDateTime": "2025-03-01", "abatementString": "last year"}, (DAY, DAY, DAY, None)),
        # Born 1960-05-04: 52 years old from 2012-05-04 to 2013-05-03.
        ({"onsetAge": {"value": 52, "code": "a"}}, (date(2012, 5, 4), date(2013, 5, 3), None, None)),
        (
            {"onsetRange": {"low": {"value": 50, "unit": "years"}, "high": {"value": 52, "unit": "years"}}},
            (date(2010, 5, 4), date(2013, 5, 3), None, None),
        ),
    ],
)
def test_dates_of_a_condition(source, condition, parts, expected):
    source.lines("p.ndjson", {"resourceType": "Patient", "id": "p1", "birthDate": "1960-05-04"})
    source.lines("c.ndjson", condition(**parts))
    assert span(source.row("conditions")) == expected


def test_bad_date_leaves_the_diagnosis_undated_and_is_told(source, condition):
    source.lines("c.ndjson", condition(onsetDateTime="2025-02-30"))
    assert span(source.row("conditions")) == (None, None, None, None)
    assert "a date is not understood" in source.notes()


def test_each_coding_is_a_row_of_one_record(source, condition):
    codings = [{"system": "a", "code": "1"}, {"system": "b", "code": "2", "display": "two"}]
    source.lines("c.ndjson", condition(code={"coding": codings, "text": "words"}))
    assert [(row["system"], row["code"], row["text"], row["record_id"]) for row in source.rows("conditions")] == [
        ("a", "1", "words", "Condition/c1"),
        ("b", "2", "two", "Condition/c1"),
    ]


def test_condition_without_a_code_is_kept_with_its_text(source, condition):
    source.lines("c.ndjson", condition(code={"text": "brain metastasis"}))
    row = source.row("conditions")
    assert (row["system"], row["code"], row["text"]) == (None, None, "brain metastasis")


def drug(kind, **parts):
    base = {"resourceType": kind, "id": "m", "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": CODE}
    return base | parts


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (drug("MedicationRequest", status="active", authoredOn="2025-03-01"), ("ordered", DAY, DAY, None, None)),
        (drug("MedicationRequest", status="completed", authoredOn="2025-03-01"), ("ordered", DAY, DAY, DAY, None)),
        (
            drug("MedicationStatement", status="active", effectivePeriod={"start": "2025-03-01"}),
            ("present", DAY, DAY, None, None),
        ),
        (
            drug("MedicationStatement", status="completed", effectiveDateTime="2025-03-01"),
            ("present", DAY, DAY, DAY, None),
        ),
        (
            drug("MedicationStatement", status="intended", effectiveDateTime="2025-03-01"),
            ("ordered", DAY, DAY, None, None),
        ),
        (
            drug("MedicationAdministration", status="completed", effectiveDateTime="2025-03-01"),
            ("present", DAY, DAY, DAY, DAY),
        ),
        (
            drug("MedicationDispense", status="completed", whenHandedOver="2025-03-01", daysSupply={"value": 14}),
            ("present", DAY, DAY, DAY, date(2025, 3, 15)),
        ),
    ],
)
def test_medication_resources_tell_what_was_given_and_what_was_only_ordered(source, resource, expected):
    source.lines("m.ndjson", resource)
    row = source.row("medications")
    assert (row["status"], *span(row)) == expected


@pytest.mark.parametrize(
    "resource",
    [
        drug("MedicationRequest", status="entered-in-error"),
        drug("MedicationRequest", status="draft"),
        drug("MedicationRequest", status="cancelled"),
        drug("MedicationRequest", status="active", doNotPerform=True),
        drug("MedicationRequest", status="active", intent="proposal"),
        drug("MedicationStatement", status="not-taken"),
        drug("MedicationAdministration", status="not-done"),
        drug("MedicationDispense", status="cancelled"),
        {
            "resourceType": "Procedure",
            "id": "x",
            "status": "not-done",
            "code": CODE,
            "subject": {"reference": "Patient/p1"},
        },
        {"resourceType": "Encounter", "id": "x", "status": "planned", "subject": {"reference": "Patient/p1"}},
        {"resourceType": "Encounter", "id": "x", "status": "cancelled", "subject": {"reference": "Patient/p1"}},
        {"resourceType": "ServiceRequest", "id": "x", "status": "revoked", "subject": {"reference": "Patient/p1"}},
    ],
)
def test_what_never_was_is_counted_and_not_kept(source, resource):
    source.lines("x.ndjson", resource)
    records = source.read()
    assert records.report.total(Fate.NOT_NEEDED) == records.report.total() == 1
    # The source still supplied the table: its silence about other patients may count as absence.
    assert len(records.supplied) == 1


@pytest.mark.parametrize("where", ["contained", "file", "absolute"])
def test_drug_is_found_by_reference(source, where):
    medication = {"resourceType": "Medication", "id": "d1", "code": CODE}
    given = drug("MedicationAdministration", status="completed", effectiveDateTime="2025-03-01")
    del given["medicationCodeableConcept"]
    if where == "contained":
        given |= {"contained": [medication], "medicationReference": {"reference": "#d1"}}
    else:
        source.lines("d.ndjson", medication)
        prefix = "http://x.org/fhir/" if where == "absolute" else ""
        given["medicationReference"] = {"reference": f"{prefix}Medication/d1"}
    source.lines("m.ndjson", given)
    row = source.row("medications")
    assert (row["system"], row["code"]) == ("s", "1")


def test_procedure_is_a_point_or_a_period_and_an_order_is_ordered(source):
    base = {"code": CODE, "subject": {"reference": "Patient/p1"}}
    done = base | {"resourceType": "Procedure", "id": "a", "status": "completed", "performedDateTime": "2025-03-01"}
    ordered = base | {"resourceType": "ServiceRequest", "id": "b", "status": "active", "authoredOn": "2025-03-01"}
    source.lines("a.ndjson", done).lines("b.ndjson", ordered)
    rows = {row["record_id"]: (row["status"], *span(row)) for row in source.rows("procedures")}
    assert rows == {
        "Procedure/a": ("present", DAY, DAY, DAY, DAY),
        "ServiceRequest/b": ("ordered", DAY, DAY, None, None),
    }


def test_deceased_and_sex_of_a_patient(source):
    source.lines(
        "p.ndjson",
        {"resourceType": "Patient", "id": "a", "gender": "unknown", "deceasedDateTime": "2025-03"},
        {"resourceType": "Patient", "id": "b", "gender": "female", "deceasedBoolean": True},
        {"resourceType": "Patient", "id": "c", "gender": "male", "deceasedBoolean": False},
    )
    rows = {row["patient_id"]: row for row in source.rows("patients")}
    assert (rows["a"]["sex"], rows["a"]["is_deceased"], rows["a"]["death_upper"]) == (None, True, date(2025, 3, 31))
    assert (rows["b"]["sex"], rows["b"]["is_deceased"], rows["b"]["death_lower"]) == ("female", True, None)
    assert rows["c"]["is_deceased"] is False


def test_birth_date_in_the_future_is_not_believed(source):
    source.lines("p.ndjson", {"resourceType": "Patient", "id": "a", "birthDate": "2090-01-01"})
    assert source.rows("patients", today=date(2026, 1, 15))[0]["birth_lower"] is None
    assert "birth date in the future" in source.notes()
