"""`equipoise protocol import`: what an export carried comes back as it was, or is refused in words."""

import gzip
import json

import pytest

from equipoise.protocol.loading import load_protocol


def export(equipoise, path, form):
    assert equipoise("protocol", "export", "nct05610826", "--form", form, "--out", path).code == 0
    return path


@pytest.fixture
def exported(equipoise, tmp_path):
    return export(equipoise, tmp_path / "study.json", "usdm")


@pytest.mark.parametrize("form", ["usdm", "fhir"])
def test_the_protocol_comes_back_with_its_digest(equipoise, form, tmp_path):
    exported = export(equipoise, tmp_path / "study.json", form)
    out = tmp_path / "mine"
    answer = equipoise("protocol", "import", exported, "--out", out)
    assert answer.code == 0, answer.err
    assert [path.name for path in out.iterdir()] == ["protocol.yaml"]
    original = load_protocol("nct05610826")
    assert load_protocol(out).digest == original.digest
    assert all(str(out / record.file) in answer.out for record in original.records)


def test_words_that_were_changed_since_are_refused(equipoise, exported, tmp_path):
    study = json.loads(exported.read_text(encoding="utf-8"))
    item = study["study"]["versions"][0]["eligibilityCriterionItems"][0]
    item["text"] += " Or not."
    exported.write_text(json.dumps(study), encoding="utf-8")
    answer = equipoise("protocol", "import", exported, "--out", tmp_path / "mine")
    assert answer.code == 2
    assert "its words were changed after the rule was written for them" in answer.err
    assert not (tmp_path / "mine").exists()


def test_words_of_a_bundle_that_were_changed_since_are_refused(equipoise, tmp_path):
    exported = export(equipoise, tmp_path / "study.json", "fhir")
    bundle = json.loads(exported.read_text(encoding="utf-8"))
    variables = [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == "EvidenceVariable"]
    variables[0]["characteristic"][0]["description"] += " Or not."
    exported.write_text(json.dumps(bundle), encoding="utf-8")
    answer = equipoise("protocol", "import", exported, "--out", tmp_path / "mine")
    assert (answer.code, (tmp_path / "mine").exists()) == (2, False)
    assert "its words were changed after the rule was written for them" in answer.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", "it carries no rules"),
        (
            '{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "ResearchStudy"}}]}',
            "it carries no rules",
        ),
        ("[]", "it carries no rules"),
        ("{", "it is no JSON"),
        (b"\x00\x01\x02", "neither text nor JSON"),
        (b"%PDF-1.7", "is a PDF"),
        ("", "the file is empty"),
    ],
)
def test_a_file_without_rules_is_told_apart(equipoise, tmp_path, content, words):
    path = tmp_path / "other.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    answer = equipoise("protocol", "import", path, "--out", tmp_path / "mine")
    assert (answer.code, (tmp_path / "mine").exists()) == (2, False)
    assert words in answer.err
    assert "Traceback" not in answer.err


def test_a_folder_that_is_there_is_kept(equipoise, exported, tmp_path):
    out = tmp_path / "mine"
    out.mkdir()
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    assert equipoise("protocol", "import", exported, "--out", out).code == 2
    assert [path.name for path in out.iterdir()] == ["notes.txt"]


def test_a_packed_file_is_read_and_a_missing_one_is_named(equipoise, exported, tmp_path):
    packed = tmp_path / "study.json.gz"
    packed.write_bytes(gzip.compress(exported.read_bytes(), mtime=0))
    assert equipoise("protocol", "import", packed, "--out", tmp_path / "mine").code == 0
    answer = equipoise("protocol", "import", tmp_path / "nothing.json", "--out", tmp_path / "other")
    assert answer.code == 2
    assert "no such file" in answer.err
