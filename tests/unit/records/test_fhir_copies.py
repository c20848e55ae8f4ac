"""One resource in several files: equal copies, newer versions, copies that disagree; Bundles beside NDJSON."""

import json

from equipoise.records.report import Fate

PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1960"}


def test_equal_copy_is_counted_once_kept_once(source, condition):
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": PATIENT}, {"resource": condition()}],
    }
    source.lines("Condition.ndjson", condition()).lines("p.ndjson", PATIENT).text(
        "b.json", json.dumps(bundle, indent=1)
    )
    assert len(source.rows("conditions")) == 1
    assert len(source.rows("patients")) == 1
    report = source.records.report
    assert report.reasons(Fate.NOT_NEEDED) == {
        ("Bundle", "container: its entries are counted"): 1,
        ("Condition", "identical duplicate"): 1,
        ("Patient", "identical duplicate"): 1,
    }
    assert sum(reading.items for reading in report.files) == report.total() == 5


def test_newer_version_wins(source, condition):
    old = condition(meta={"lastUpdated": "2025-01-01T00:00:00Z"})
    new = condition(
        meta={"lastUpdated": "2025-06-01T00:00:00Z"}, verificationStatus={"coding": [{"code": "entered-in-error"}]}
    )
    source.lines("a.ndjson", new).lines("b.ndjson", old)
    assert source.rows("conditions") == []
    assert source.records.report.reasons(Fate.NOT_NEEDED) == {
        ("Condition", "entered in error"): 1,
        ("Condition", "superseded by a newer version"): 1,
    }


def test_version_numbers_are_compared_as_numbers(source, observation):
    source.lines("o.ndjson", *(observation(meta={"versionId": v}, valueInteger=int(v)) for v in ("9", "10")))
    assert source.row("measurements")["value_text"] == "10"


def test_copies_that_disagree_are_both_kept_and_told(source, observation):
    source.lines("o.ndjson", observation(valueInteger=1), observation(valueInteger=2))
    assert [row["value_text"] for row in source.rows("measurements")] == ["1", "2"]
    assert "copies with one id disagree" in source.notes()


def test_urn_references_in_a_bundle_are_resolved(source, observation):
    patient_url, drug_url = "urn:uuid:aaaa", "urn:uuid:bbbb"
    drug = {"resourceType": "Medication", "code": {"coding": [{"system": "rx", "code": "6851"}]}}
    given = {
        "resourceType": "MedicationAdministration",
        "id": "m1",
        "status": "completed",
        "subject": {"reference": patient_url},
        "medicationReference": {"reference": drug_url},
        "effectiveDateTime": "2025-03-01",
    }
    entries = [
        {"fullUrl": patient_url, "resource": PATIENT},
        {"fullUrl": drug_url, "resource": drug},
        {"fullUrl": "urn:uuid:cccc", "resource": given},
        {"fullUrl": "urn:uuid:dddd", "request": {"method": "DELETE", "url": "Patient/9"}},
    ]
    source.lines("bundles.ndjson", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    row = source.row("medications")
    assert (row["patient_id"], row["code"], row["status"]) == ("p1", "6851", "present")
    assert source.records.report.reasons(Fate.NOT_NEEDED)[("Bundle", "entry without a resource")] == 1


def test_every_form_of_reference_finds_the_patient(source, condition):
    forms = [
        "Patient/p1",
        "http://x.org/fhir/Patient/p1",
        "https://x.org/Patient/p1/_history/3",
        "urn:uuid:p1",
        "Patient/p1/_history/2",
    ]
    source.lines("c.ndjson", *(condition(id=f"c{i}", subject={"reference": form}) for i, form in enumerate(forms)))
    assert [row["patient_id"] for row in source.rows("conditions")] == ["p1"] * len(forms)


def test_patient_known_only_from_other_records_gets_a_row(source, condition):
    source.lines("c.ndjson", condition())
    row = source.row("patients")
    assert (row["patient_id"], row["birth_lower"], row["sex"]) == ("p1", None, None)
    assert "known only from other records" in source.notes()


def test_single_resource_and_list_of_resources_are_read(source, condition):
    source.text("one.json", json.dumps(PATIENT, indent=2)).text(
        "list.json", json.dumps([condition(), condition(id="c2")])
    )
    assert len(source.rows("conditions")) == 2
    assert len(source.rows("patients")) == 1
