"""Bad input: nothing is lost silently, nothing prints a traceback, nothing partial is left."""

import gzip
import json
import os
import re
from pathlib import Path

import pytest
import yaml

REFERENCE = Path(__file__).resolve().parents[2] / "protocols" / "nct05610826"


def assert_refused(answer, folder: Path, *words: str) -> None:
    """Exit code 2, the words on standard error, no traceback, no output."""
    assert answer.code == 2, answer.err
    for word in words:
        assert word in answer.err
    assert "Traceback" not in answer.err + answer.out
    assert answer.out == ""
    assert_nothing_written(folder)


def assert_nothing_written(folder: Path) -> None:
    assert not (folder / "out").exists()
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def reading_report(folder: Path) -> dict:
    return json.loads((folder / "reading-report.json").read_text(encoding="utf-8"))


def not_understood(report: dict) -> dict[str, int]:
    return {count["why"]: count["n"] for count in report["counts"] if count["fate"] == "not understood"}


def test_records_that_do_not_exist(screen, tmp_path):
    assert_refused(screen(tmp_path / "nowhere"), tmp_path, "nowhere: does not exist", "Name a folder")


def test_a_folder_with_no_fhir(screen, tmp_path):
    folder = tmp_path / "holiday"
    folder.mkdir()
    (folder / "readme.txt").write_text("pictures", encoding="utf-8")
    assert_refused(screen(folder), tmp_path, "holiday")


def test_an_empty_folder(screen, tmp_path):
    (tmp_path / "empty").mkdir()
    assert_refused(screen(tmp_path / "empty"), tmp_path, "empty")


def test_a_file_that_is_not_json(screen, tmp_path):
    (tmp_path / "Patient.ndjson").write_text("hello, this is not JSON\n", encoding="utf-8")
    assert_refused(screen(tmp_path / "Patient.ndjson"), tmp_path, "Patient.ndjson")


def test_one_bad_line_among_good_ones_is_counted_and_the_rest_is_judged(screen, records, tmp_path):
    with (records / "Observation.ndjson").open("a", encoding="utf-8") as file:
        file.write('{"resourceType": "Observation", "id": \n')
    answer = screen(records)
    assert answer.code == 0, answer.err
    report = reading_report(tmp_path / "out")
    assert sum(not_understood(report).values()) == 1
    assert "Observation.ndjson:2" in json.dumps(report)


def test_a_truncated_gzip(screen, records, tmp_path):
    path = records / "Patient.ndjson"
    packed = gzip.compress(path.read_bytes() * 50)
    path.unlink()
    (records / "Patient.ndjson.gz").write_bytes(packed[: len(packed) // 2])
    assert_refused(screen(records), tmp_path, "Patient.ndjson.gz")


def test_a_file_that_cannot_be_read(screen, records, tmp_path):
    (records / "Condition.ndjson").symlink_to(tmp_path / "unplugged" / "Condition.ndjson")
    assert_refused(screen(records), tmp_path, "Condition.ndjson")


def test_a_file_one_may_not_read(screen, records, tmp_path):
    """Permissions bind no administrator, so the effective user is changed for the time of the call."""
    locked = records / "Observation.ndjson"
    locked.chmod(0)
    is_root = os.geteuid() == 0
    if is_root:
        screen(tmp_path / "nowhere")  # loads the engines while they can be read
        for folder in [tmp_path, *tmp_path.parents[:3], records]:
            folder.chmod(0o755)
        os.chown(tmp_path, 65534, 65534)
        os.seteuid(65534)
    try:
        answer = screen(records)
    finally:
        if is_root:
            os.seteuid(0)
    assert_refused(answer, tmp_path, "Observation.ndjson")


def test_two_patients_with_one_id(screen, records, tmp_path):
    with (records / "Patient.ndjson").open("a", encoding="utf-8") as file:
        file.write('{"resourceType": "Patient", "id": "p1", "gender": "male", "birthDate": "1971-01-01"}\n')
    answer = screen(records)
    assert_refused(answer, tmp_path, "p1")
    assert "1971" not in answer.err


def test_a_birth_date_in_the_future_is_not_believed(screen, records, tmp_path):
    (records / "Patient.ndjson").write_text(
        '{"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "2090-01-01"}\n'
        '{"resourceType": "Patient", "id": "p2", "gender": "male", "birthDate": "1955-03-03"}\n',
        encoding="utf-8",
    )
    answer = screen(records)
    assert answer.code == 0, answer.err
    lines = (tmp_path / "out" / "verdicts.csv").read_text(encoding="utf-8").splitlines()
    age = [line.replace('"', "") for line in lines if re.match(r'"?p[12]"?,"?I5"?,', line)]
    assert [line.split(",")[3] for line in age] == ["unknown", "true"]
    assert "birth" in json.dumps(reading_report(tmp_path / "out"))


@pytest.fixture
def protocol(tmp_path):
    """A copy of the reference protocol that a test may spoil."""

    def spoil(old: str, new: str) -> Path:
        folder = tmp_path / "protocols" / "mine"
        folder.mkdir(parents=True)
        for path in REFERENCE.rglob("*"):
            if path.is_file():
                copy = folder / path.relative_to(REFERENCE)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
        text = (folder / "protocol.yaml").read_text(encoding="utf-8")
        assert old in text
        (folder / "protocol.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
        yaml.safe_load(text)
        return folder / "protocol.yaml"

    return spoil


def test_a_protocol_that_does_not_exist(screen, records, tmp_path):
    assert_refused(screen(records, "--protocol", "nct0561082"), tmp_path, "nct0561082", "nct05610826")


def test_a_version_that_does_not_exist(screen, records, tmp_path):
    assert_refused(screen(records, "--version", "ammended"), tmp_path, "ammended", "amended")


def test_a_misspelt_key_in_a_protocol(screen, records, tmp_path, protocol):
    spoilt = protocol("latest: haemoglobin", "latets: haemoglobin")
    assert_refused(screen(records, "--protocol", spoilt), tmp_path, "latets", "latest")


def test_an_impossible_unit_in_a_protocol(screen, records, tmp_path, protocol):
    spoilt = protocol("< 75 10*9/L", "< 75 parsec")
    assert_refused(screen(records, "--protocol", spoilt), tmp_path, "parsec")


def test_a_window_of_minus_three_days(screen, records, tmp_path, protocol):
    spoilt = protocol("length: 90 d", "length: -3 d")
    assert_refused(screen(records, "--protocol", spoilt), tmp_path, "-3 d")


def test_a_site_file_that_is_no_yaml(screen, records, tmp_path):
    (tmp_path / "site.yaml").write_text("windows: [", encoding="utf-8")
    assert_refused(screen(records, "--site", tmp_path / "site.yaml"), tmp_path, "site.yaml")


def test_attestations_that_do_not_exist(screen, records, tmp_path):
    assert_refused(screen(records, "--attestations", tmp_path / "answers.csv"), tmp_path, "answers.csv")


@pytest.mark.parametrize("day", ["yesterday", "15.01.2026", "2026-02-30", "20260115", "2026-1-5", ""])
def test_a_day_that_is_no_day(screen, records, tmp_path, day):
    assert_refused(screen(records, "--as-of", day), tmp_path, "--as-of", "YYYY-MM-DD")


def test_an_engine_that_is_not_there_yet(screen, records, tmp_path):
    assert_refused(screen(records, "--engine", "spark"), tmp_path, "--engine spark", "--engine duckdb")


def test_results_never_go_where_something_stands(screen, records, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep", encoding="utf-8")
    answer = screen(records)
    assert answer.code == 2
    assert "not empty" in answer.err
    assert (tmp_path / "out" / "mine.txt").read_text(encoding="utf-8") == "keep"


def test_results_never_go_among_the_records(screen, records):
    answer = screen(records, "--out", records / "out")
    assert answer.code == 2
    assert "stands inside records" in answer.err
    assert not (records / "out").exists()


def test_an_error_nobody_foresaw_shows_a_code_and_never_its_message(screen, records, tmp_path, monkeypatch):
    def fail(*_arguments, **_options):
        raise KeyError("Jane Example, born 1960-05-01")

    monkeypatch.setattr("equipoise.operations.screening.open_or_read", fail)
    answer = screen(records)
    assert_refused(answer, tmp_path, "code KeyError@operations.screening:", "EQUIPOISE_DEBUG=1")
    assert "Jane" not in answer.err


def test_the_traceback_is_there_for_who_asks(screen, records, monkeypatch):
    def fail(*_arguments, **_options):
        raise KeyError("x")

    monkeypatch.setattr("equipoise.operations.screening.open_or_read", fail)
    monkeypatch.setenv("EQUIPOISE_DEBUG", "1")
    assert "Traceback" in screen(records).err
