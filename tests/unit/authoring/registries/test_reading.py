import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equipoise.authoring.model import RecordForm, Registration
from equipoise.authoring.registries import files, reading
from equipoise.authoring.registries.reading import read_record
from equipoise.errors import EXIT_WRONG_USE, UnreadableInputError

Read = Callable[..., Registration]
Check = Callable[[Registration], None]

PAGE = "A trial of walking\nInclusion Criteria:\n- gout\nExclusion Criteria:\n- stroke\n"
SPANISH = (
    "Ensayo de la marcha\nCriterios de inclusión:\n- Pacientes mayores de 18 años con gota\n- Que puedan caminar\n"
    "Criterios de exclusión:\n- Pacientes con antecedentes de ictus\n- Mujeres en el embarazo\n"
)
FRENCH = (
    "Étude de la marche\nCritères d'inclusion :\n- Patients de plus de 18 ans avec une goutte\n- Capables de marcher\n"
    "Critères de non-inclusion :\n- Antécédent d'accident vasculaire dans les 6 mois\n- Grossesse ou allaitement\n"
)
GERMAN = (
    "Studie zum Gehen\nEinschlusskriterien:\n- Patienten mit Gicht, die gehen können und nicht jünger als 18 sind\n"
    "Ausschlusskriterien:\n- Schlaganfall in den letzten Monaten\n- Patienten, die bei der Messung nicht stehen\n"
)
CHINESE = "步行治疗痛风的试验\n纳入标准：\n- 年龄大于18岁的痛风患者\n排除标准：\n- 中风病史\n"
JAPANESE = "痛風に対する歩行の試験\n選択基準：\n- 18歳以上の痛風患者であること\n除外基準：\n- 脳卒中の既往\n"


def study(number: str = "NCT01234567", criteria: Any = "Inclusion Criteria:\n* Gout") -> dict[str, Any]:
    module = {"nctId": number, "briefTitle": "Walking"}
    return {"protocolSection": {"identificationModule": module, "eligibilityModule": {"eligibilityCriteria": criteria}}}


def refused(path: Path) -> str:
    """The message of the refusal; each names the file, and says what to do or what is there."""
    with pytest.raises(UnreadableInputError, match="The record cannot be read") as caught:
        read_record(path)
    assert caught.value.exit_code == EXIT_WRONG_USE
    (fault,) = caught.value.faults
    assert path.name in fault.where
    return str(caught.value)


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[..., str]:
    def refuse(content: str | bytes | dict[str, Any] | list[Any], name: str = "trial.txt") -> str:
        data = json.dumps(content) if isinstance(content, dict | list) else content
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return refused(path)

    return refuse


Refusal = Callable[..., str]


def test_the_form_is_told_from_the_content_and_not_from_the_name(record: Read) -> None:
    assert record(PAGE, "trial.json").form is RecordForm.TEXT_PAGE
    assert record(study(), "trial.txt").form is RecordForm.CTGOV_JSON


def test_the_digest_is_of_the_bytes_of_the_file(record: Read) -> None:
    assert record(PAGE).sha256 == hashlib.sha256(PAGE.encode()).hexdigest()
    packed = gzip.compress(PAGE.encode())
    assert record(packed, "trial.txt.gz").sha256 == hashlib.sha256(packed).hexdigest()


def test_gzip_is_read_through_even_in_several_members(record: Read) -> None:
    first, second = PAGE[:40].encode(), PAGE[40:].encode()
    assert record(gzip.compress(first) + gzip.compress(second)).text == PAGE


def test_a_byte_order_mark_is_no_part_of_the_text(record: Read) -> None:
    registration = record(b"\xef\xbb\xbf" + PAGE.encode())
    assert registration.text == PAGE
    assert registration.title == "A trial of walking"


def test_text_in_windows_1252_is_read_and_noted(record: Read, check_cover: Check) -> None:
    registration = record(PAGE.replace("gout", "gout – 2 ± 1 µmol").encode("cp1252"))
    check_cover(registration)
    assert "gout – 2 ± 1 µmol" in registration.text
    assert any("read as Windows-1252" in note for note in registration.not_understood)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "nowhere.txt")
    assert "this is a folder" in refused(tmp_path)


@pytest.mark.parametrize("content", [b"", b"  \n\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_refused(refusal: Refusal, content: bytes) -> None:
    assert "the file is empty" in refusal(content)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n...", "is a PDF"),
        (b"PK\x03\x04rest", "zip archive or an Office document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1rest", "old Office document"),
        (b"{\\rtf1 Inclusion Criteria:}", "RTF"),
        (b"\x89PNG\r\n", "is a picture"),
        (bytes(range(256)) * 20, "binary data"),
    ],
)
def test_a_file_that_is_no_text_is_refused_by_what_it_is(refusal: Refusal, content: bytes, what: str) -> None:
    message = refusal(content, "trial.pdf")
    assert what in message
    assert "Save the record as plain text, or get the registry's JSON" in message


def test_a_damaged_or_broken_off_gzip_file_is_refused(refusal: Refusal) -> None:
    packed = gzip.compress(PAGE.encode() * 50)
    assert "breaks off" in refusal(packed[:-20])
    assert "damaged gzip" in refusal(packed[:12] + b"\x00\xff\x00\xff" * 9)


def test_a_file_that_unpacks_to_too_much_is_refused(refusal: Refusal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE_MB", 1)
    assert "unpacks to more than 1 MB" in refusal(gzip.compress(b"a" * 2_000_000))


@pytest.mark.parametrize("markup", ["<!DOCTYPE html><html><body>Inclusion Criteria:", "<?xml version='1.0'?><study>"])
def test_html_and_xml_are_refused(refusal: Refusal, markup: str) -> None:
    assert "HTML or XML page" in refusal(markup)


@pytest.mark.parametrize(
    ("text", "language"),
    [(SPANISH, "Spanish"), (FRENCH, "French"), (GERMAN, "German"), (CHINESE, "Chinese"), (JAPANESE, "Japanese")],
)
def test_another_language_is_refused_by_its_name(refusal: Refusal, text: str, language: str) -> None:
    message = refusal(text)
    assert f"it looks like {language}" in message
    assert "Take the English version" in message


def test_foreign_criteria_under_english_headings_are_refused(refusal: Refusal) -> None:
    text = "The trial of the walk for the gout\nInclusion Criteria:\n" + SPANISH.partition("\n")[2]
    assert "it looks like Spanish" in refusal(text)
    assert "it looks like Spanish" in refusal(study(criteria=SPANISH))


def test_english_criteria_with_foreign_names_are_read(record: Read) -> None:
    sites = "".join(f"- Centre de la Santé et de la Marche de Lyon {number}\n" for number in range(30))
    assert len(record(PAGE + "Sites / Locations\n" + sites).sites) == 30


def test_a_page_without_criteria_is_refused(refusal: Refusal) -> None:
    message = refusal(
        "A trial of walking\nSponsor: Walking Institute\nThe people walk for an hour on each of the days.\n"
    )
    assert "the page has no eligibility section" in message
    assert "inclusion and exclusion criteria" in message


def test_a_study_without_criteria_is_refused(refusal: Refusal) -> None:
    assert "the study has no eligibility criteria" in refusal(study(criteria=""))
    assert "the study has no eligibility criteria" in refusal({"study": {"versions": [{}]}})


def test_json_of_another_kind_is_refused_with_its_keys(refusal: Refusal) -> None:
    message = refusal({"resourceType": "Patient", "id": "1"})
    assert "neither a ClinicalTrials.gov study (API v2) nor a USDM study" in message
    assert "'resourceType', 'id'" in message


def test_broken_json_is_refused_with_its_place(refusal: Refusal) -> None:
    assert "trial.json, line 2, column 15: the JSON is broken" in refusal('{"study":\n {"versions": }}', "trial.json")


def test_json_without_a_study_is_refused(refusal: Refusal) -> None:
    assert "the list of studies is empty" in refusal({"studies": []})
    assert "holds no study object" in refusal("[[1]]")
    assert "nested too deeply" in refusal("[" * 200_000)
    assert "the JSON is broken" in refusal('{"study": ' + "9" * 5000 + "}")


@pytest.mark.parametrize(
    "content",
    [
        [study("NCT00000001"), study("NCT00000002")],
        {"studies": [study("NCT00000001"), study("NCT00000002")]},
        json.dumps(study("NCT00000001")) + "\n" + json.dumps(study("NCT00000002")) + "\n",
    ],
)
def test_json_with_two_trials_is_refused_by_their_numbers(refusal: Refusal, content: Any) -> None:
    message = refusal(content)
    assert "holds 2 trials: NCT00000001, NCT00000002" in message
    assert "Give each trial a file of its own" in message


@pytest.mark.parametrize("content", [[study()], {"studies": [study()], "nextPageToken": "x"}])
def test_a_list_with_one_study_is_read(record: Read, content: Any) -> None:
    assert record(content).id == "nct01234567"


@pytest.mark.parametrize("mark", ["\u2028", "\x85"])
def test_a_mark_inside_words_does_not_end_a_line_of_json(record: Read, refusal: Refusal, mark: str) -> None:
    one = json.dumps(study(criteria=f"Inclusion Criteria:\n* Gout{mark}of a toe"), ensure_ascii=False)
    assert "Gout" in record(one + "\n").text
    two = one + "\r\n" + json.dumps(study("NCT07654321")) + "\r\n"
    assert "NCT01234567, NCT07654321" in refusal(two)


@pytest.mark.parametrize("number_first", [True, False])
def test_a_page_with_two_trials_is_refused_by_their_numbers(refusal: Refusal, number_first: bool) -> None:
    numbers = [f"ClinicalTrials.gov Identifier: NCT0000000{number}\n" for number in (1, 2)]
    parts = [number + PAGE if number_first else PAGE + number for number in numbers]
    assert "more than one trial: NCT00000001, NCT00000002" in refusal("".join(parts))


def test_a_trial_that_is_merely_mentioned_is_no_second_trial(record: Read) -> None:
    text = "NCT ID: NCT00000001\n" + PAGE.replace("- gout", "- gout\n- took part in NCT00000002")
    text += "References\nsee also NCT00000003\n"
    assert record(text).id == "nct00000001"


def test_two_cohorts_with_lists_of_their_own_are_one_trial(record: Read) -> None:
    text = "NCT ID: NCT00000001\n" + PAGE + "Inclusion Criteria for Part B:\n- took part in NCT00000002\n"
    assert record(text).id == "nct00000001"


@pytest.mark.parametrize(
    "unit", ["- Patients with gout of the knee for at least 2 years.\n", "gout of the knee, ", "\n"]
)
def test_five_megabytes_are_read_to_the_end(record: Read, check_cover: Check, unit: str) -> None:
    text = PAGE + "Inclusion Criteria:\n" + unit * (5_000_000 // len(unit)) + "the end\nSponsor\nNobody\n"
    registration = record(text)
    check_cover(registration)
    assert registration.text[: registration.eligibility[-1][1]].endswith("the end")
    assert registration.sponsor == "Nobody"


@pytest.mark.parametrize(
    "part", ["Sites / Locations", "Conditions", "Primary Outcome Measures", "About this trial", "Age"]
)
@pytest.mark.parametrize(
    "unit",
    ["- Sites in LeedsRecruiting, ", "( ( ", "a - b: ", "Inclusion Criteria ", "a, ", "[ Time ", "This is a ", "<p>"],
)
def test_long_lines_of_awkward_text_come_to_an_end(record: Read, check_cover: Check, part: str, unit: str) -> None:
    text = PAGE + f"Sponsor\nNobody\n{part}\nx" + unit * (300_000 // len(unit)) + "\n"
    check_cover(record(text))


def test_a_page_above_the_limit_is_refused(refusal: Refusal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_PAGE_MB", 1)
    assert "the page is larger than 1 MB" in refusal(PAGE + "- gout\n" * 200_000)
