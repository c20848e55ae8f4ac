"""Damaged and unusual FHIR files: nothing is lost without a word, and one bad line never stops a file.

The engine behaviours tested here were seen in DuckDB 2.0: each would change who is eligible if it got through.
"""

import errno
import gzip
import json
import os

import pytest

from equipoise.errors import UnreadableInputError
from equipoise.records.report import Fate

PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1960-05-04", "gender": "female"}


def not_understood(source):
    return {
        (count.kind, count.why): count.examples
        for count in source.records.report.counts
        if count.fate is Fate.NOT_UNDERSTOOD
    }


def assert_adds_up(source):
    report = source.records.report
    for reading in report.files:
        assert report.total(file=reading.file) == reading.items, reading.file


def test_well_formed_file_takes_the_fast_lane(source, condition):
    source.lines("a.ndjson", PATIENT).lines("b.ndjson.gz", condition()).read()
    assert set(source.lanes().values()) == {"fast"}


def test_single_coding_instead_of_a_list_does_not_lose_the_diagnosis(source, condition):
    """With ignore_errors the engine makes a null of it, and the patient looks clean."""
    coding = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C25.4"}
    source.lines("c.ndjson", condition(code={"coding": coding}), condition(id="c2"))
    assert [row["code"] for row in source.rows("conditions")] == ["C25.4", "C25.4"]
    assert "single object" in source.notes()


def test_wrong_shape_is_counted_with_its_place_and_the_others_are_read(source, condition):
    source.lines("c.ndjson", condition(), condition(id="c2", code="C25.4"), condition(id="c3", subject=[7]))
    assert source.row("conditions")["record_id"] == "Condition/c1"
    assert not_understood(source) == {
        ("Condition", "wrong shape at code"): ("c.ndjson:2",),
        ("Condition", "wrong shape at subject"): ("c.ndjson:3",),
    }
    assert_adds_up(source)


def test_broken_line_is_quarantined_and_counted(source, condition):
    good = json.dumps(condition())
    source.text("c.ndjson", f'{good}\n\n{{"resourceType": "Condi\n{good.replace("c1", "c2")}\n')
    assert len(source.rows("conditions")) == 2
    assert not_understood(source) == {("line", "not JSON"): ("c.ndjson:3",)}
    assert source.records.report.files[0].lines == 3
    assert_adds_up(source)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_number_that_is_not_finite_is_no_value(source, observation, number):
    line = json.dumps(observation(valueQuantity={"value": 12345, "unit": "g/dL"})).replace("12345", number)
    source.text("o.ndjson", line + "\n" + json.dumps(observation(id="o2", valueInteger=3)) + "\n")
    assert source.row("measurements")["record_id"] == "Observation/o2"
    assert list(not_understood(source).values()) == [("o.ndjson:1",)]
    assert_adds_up(source)


def test_number_written_as_text_is_the_same_number_in_both_lanes(source, observation):
    quantity = {"value": "1.5", "unit": "g/dL"}
    source.lines("a.ndjson", observation(valueQuantity=quantity))
    source.lines("b.ndjson", observation(id="o2", valueQuantity=quantity), "no resource")
    assert [(row["value_text"], str(row["value_lower"])) for row in source.rows("measurements")] == [
        ("1.5", "1.500000"),
        ("1.5", "1.500000"),
    ]
    assert source.lanes() == {"a.ndjson": "fast", "b.ndjson": "line by line"}


def test_byte_order_mark_is_no_damage(source, condition):
    source.text("c.ndjson", b"\xef\xbb\xbf" + json.dumps(condition()).encode())
    assert source.row("conditions")["code"] == "C25.4"
    assert source.records.report.total(Fate.NOT_UNDERSTOOD) == 0


def test_key_that_stands_twice_is_not_understood(source, condition):
    twice = json.dumps(condition()).replace('"id": "c1"', '"id": "c1", "id": "c9"')
    source.text("c.ndjson", twice + "\n" + json.dumps(condition(id="c2")) + "\n")
    assert source.row("conditions")["record_id"] == "Condition/c2"
    assert not_understood(source) == {("line", "a key stands twice"): ("c.ndjson:1",)}


def test_file_of_mixed_types_is_read_whole(source, condition, observation):
    source.lines("all.ndjson", PATIENT, condition(), observation(valueInteger=3), {"resourceType": "Device", "id": "d"})
    assert (len(source.rows("conditions")), len(source.rows("measurements"))) == (1, 1)
    assert source.records.report.reasons(Fate.NOT_NEEDED) == {("Device", "resource type is not used"): 1}
    assert_adds_up(source)


def test_resource_without_reference_to_a_patient_is_not_understood(source, condition):
    source.lines(
        "c.ndjson", condition(), condition(id="c2", subject={"reference": "Group/7"}), condition(id="c3", subject=None)
    )
    assert len(source.rows("conditions")) == 1
    assert not_understood(source) == {("Condition", "no reference to a patient"): ("c.ndjson:2", "c.ndjson:3")}


def test_control_characters_become_spaces(source, observation):
    source.lines("o.ndjson", observation(valueString="line one\nline\ttwo\u0000"))
    assert source.row("measurements")["value_text"] == "line one line two"


def test_truncated_gzip_is_refused_because_patients_may_be_lost(source, condition):
    whole = gzip.compress("".join(json.dumps(condition(id=f"c{i}")) + "\n" for i in range(5000)).encode())
    (source.folder / "c.ndjson.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableInputError, match=r"c\.ndjson\.gz: is a damaged gzip"):
        source.read()


def test_file_that_is_not_json_is_refused(source):
    with pytest.raises(UnreadableInputError, match=r"c\.ndjson: is not JSON"):
        source.text("c.ndjson", "patient,age\n1,2\n").read()


def test_broken_document_is_refused(source):
    with pytest.raises(UnreadableInputError, match=r"bundle\.json: is not JSON"):
        source.text("bundle.json", '{\n "resourceType": "Bundle",\n "entry": [\n').read()


def test_folder_without_fhir_is_refused(source):
    with pytest.raises(UnreadableInputError, match="holds no FHIR resource"):
        source.text("notes.txt", "nothing").text("empty.ndjson", "").read()


def test_source_that_does_not_exist_is_refused(source):
    source.folder.rmdir()
    with pytest.raises(UnreadableInputError, match="does not exist"):
        source.read()


def test_file_that_cannot_be_opened_is_refused_with_all_others(source):
    (source.folder / "a.ndjson").symlink_to(source.folder / "nowhere")
    (source.folder / "b.ndjson").symlink_to(source.folder / "nowhere")
    with pytest.raises(UnreadableInputError, match=r"(?s)a\.ndjson: .*b\.ndjson: "):
        source.read()


def test_file_without_permission_is_refused(source, condition, monkeypatch):
    source.lines("c.ndjson", condition())

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("equipoise.records.fhir.folder.look_into", refuse)
    with pytest.raises(UnreadableInputError, match=r"c\.ndjson: cannot be read \(Permission denied\)"):
        source.read()


def test_two_different_patients_with_one_id_are_refused(source):
    source.lines("p.ndjson", PATIENT, PATIENT | {"birthDate": "1970-01-01"})
    with pytest.raises(UnreadableInputError, match=r"(?s)1 patient identifiers.*patient p1"):
        source.read()


def test_empty_file_is_told_and_supplies_nothing(source, condition):
    source.lines("c.ndjson", condition()).text("Observation.ndjson", "")
    assert source.read().supplied == {"conditions"}
    assert source.lanes()["Observation.ndjson"] == "not read"


def test_a_folder_that_cannot_be_entered_is_a_fault_and_not_an_empty_folder(source, condition, monkeypatch):
    """Permissions mean nothing to root, under which tests may run: the refusal is made where folders are listed."""
    source.lines("a.ndjson", PATIENT).lines("ward/c.ndjson", condition()).lines(".hidden/d.ndjson", condition())
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith(("ward", ".hidden")):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UnreadableInputError) as caught:
        source.read()
    assert [fault.where for fault in caught.value.faults] == ["ward"]
    assert "Permission denied" in caught.value.faults[0].what


def test_a_link_to_a_folder_is_not_passed_over_in_silence(source, condition):
    source.lines("a.ndjson", PATIENT)
    elsewhere = source.folder.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "c.ndjson").write_text(json.dumps(condition()) + "\n")
    (source.folder / "linked").symlink_to(elsewhere)
    with pytest.raises(UnreadableInputError) as caught:
        source.read()
    assert [fault.where for fault in caught.value.faults] == ["linked"]
