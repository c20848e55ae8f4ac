"""`equipoise protocol export`: files, losses, and what is refused."""

import hashlib
import json
import shutil
import stat
from pathlib import Path

import pytest
from tests.docs.cycles_study import cycles_study

from equipoise.authoring.exports.carried import read_rules, without_rules
from equipoise.authoring.exports.usdm import export_usdm
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.model import Protocol

ROOT = Path(__file__).resolve().parents[2]
LANTERN = ROOT / "tests" / "unit" / "authoring" / "exports" / "data" / "lantern.usdm.json"


@pytest.fixture
def authored(tmp_path):
    """A protocol that was authored from a study, with the study beside it."""
    (tmp_path / "records").mkdir()
    shutil.copy(LANTERN, tmp_path / "records" / "lantern.json")
    digest = hashlib.sha256(LANTERN.read_bytes()).hexdigest()
    text = f"""
id: lantern
title: Lantern
records:
  - id: lantern
    file: records/lantern.txt
    sha256: "{"0" * 64}"
    origin: {{file: records/lantern.json, sha256: "{digest}", form: usdm-json}}
default_version: v1
versions:
  - name: v1
    label: First
    effective: {{day: not-found}}
    inclusion:
      - id: I1
        text: Adults aged at least 18 years who read “large print”.
        sources: [{{record: lantern, spans: [[0, 3]]}}]
        rule: {{age: ">= 18"}}
"""
    (tmp_path / "protocol.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("form", "first_key"), [("usdm", "study"), ("fhir", "resourceType")])
@pytest.mark.parametrize("version", ["original", "amended"])
def test_both_forms_of_both_versions_are_written_with_their_losses(equipoise, tmp_path, form, first_key, version):
    out = tmp_path / "exported"
    answer = equipoise("protocol", "export", "nct05610826", "--form", form, "--out", out, "--version", version)
    assert answer.code == 0, answer.err
    written, listed = out / f"nct05610826.{form}.json", out / f"nct05610826.{form}.losses.json"
    assert {path.name for path in out.iterdir()} == {written.name, listed.name}
    assert next(iter(json.loads(written.read_text(encoding="utf-8")))) == first_key
    losses = json.loads(listed.read_text(encoding="utf-8"))
    assert (losses["form"], losses["version"]) == (form, version)
    assert losses["losses"]
    assert all(loss["what"] in answer.out for loss in losses["losses"])
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}


def test_a_file_is_named_and_gets_the_same_bytes_again(equipoise, tmp_path):
    arguments = ("protocol", "export", "nct05610826", "--form", "fhir", "--out")
    for name in ("a.json", "b.json"):
        assert equipoise(*arguments, tmp_path / name).code == 0
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (tmp_path / "a.losses.json").exists()


def test_a_file_that_is_there_is_replaced_only_when_asked(equipoise, tmp_path):
    target = tmp_path / "mine.json"
    target.write_text("mine", encoding="utf-8")
    arguments = ("protocol", "export", "nct05610826", "--form", "usdm", "--out", target)
    answer = equipoise(*arguments)
    assert (answer.code, target.read_text(encoding="utf-8")) == (2, "mine")
    assert "it is there already" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.json"]
    assert equipoise(*arguments, "--force").code == 0
    assert target.read_text(encoding="utf-8").startswith("{")


def test_a_study_in_usdm_is_given_back_with_our_extensions_alone(equipoise, authored, tmp_path):
    out = tmp_path / "back.json"
    answer = equipoise("protocol", "export", authored / "protocol.yaml", "--form", "usdm", "--out", out)
    assert answer.code == 0, answer.err
    content = json.loads(out.read_text(encoding="utf-8"))
    source = json.loads(LANTERN.read_text(encoding="utf-8"))
    assert content != source
    assert json.dumps(without_rules(content)) == json.dumps(source)


def test_a_study_that_was_changed_is_not_given_back(equipoise, authored, tmp_path):
    (authored / "records" / "lantern.json").write_text("{}", encoding="utf-8")
    answer = equipoise("protocol", "export", authored, "--form", "usdm", "--out", tmp_path / "back.json")
    assert answer.code == 2
    assert "not the file that the protocol names" in answer.err
    (authored / "records" / "lantern.json").unlink()
    answer = equipoise("protocol", "export", authored, "--form", "usdm", "--out", tmp_path / "back.json")
    assert "Put the file back beside the protocol" in answer.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nct05610826", "--form", "pdf"), "One of: usdm, fhir"),
        (("nct05610826", "--form", "usdm", "--version", "third"), "no version 'third'"),
        (("nothing", "--form", "usdm"), "no shipped protocol"),
    ],
)
def test_wrong_use_is_explained_and_nothing_is_written(equipoise, tmp_path, arguments, words):
    answer = equipoise("protocol", "export", *arguments, "--out", tmp_path / "out")
    assert answer.code == 2
    assert words in answer.err
    assert not (tmp_path / "out").exists()


@pytest.fixture
def with_plan(equipoise, tmp_path):
    """A protocol that was authored from a study with a timeline, and so has a plan."""
    study = tmp_path / "ember.json"
    study.write_text(json.dumps(cycles_study()), encoding="utf-8")
    assert equipoise("author", str(study), "--out", str(tmp_path / "draft")).code == 0
    return tmp_path / "draft"


def test_a_plan_comes_back_from_the_export(with_plan):
    protocol = load_protocol(with_plan)
    assert protocol.plan_of() is not None
    study = cycles_study()
    for made in (export_usdm(protocol), export_usdm(protocol, source=study)):
        again = Protocol.model_validate(read_rules(json.loads(json.dumps(made.content))))
        assert again.digest == protocol.digest
        assert again.version_digest() == protocol.version_digest()
        assert again.plan_of() == protocol.plan_of()
    assert without_rules(export_usdm(protocol, source=study).content) == study


def test_a_plan_is_named_among_the_losses(equipoise, with_plan, tmp_path):
    for form in ("usdm", "fhir"):
        out = tmp_path / form
        assert equipoise("protocol", "export", str(with_plan), "--form", form, "--out", str(out)).code == 0
        (listed,) = out.glob("*.losses.json")
        losses = json.loads(listed.read_text(encoding="utf-8"))["losses"]
        assert [loss for loss in losses if loss["where"].startswith("plan") and "extension" in loss["what"]]
