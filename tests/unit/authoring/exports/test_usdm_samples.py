"""CDISC's own studies and schema (cdisc-org/DDF-RA, MIT and CC BY 4.0), where a checkout has them beside it."""

import gzip
import html
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from equipoise.authoring.exports.carried import read_rules, without_rules
from equipoise.authoring.exports.usdm import export_usdm
from equipoise.operations.authoring import author_record
from equipoise.protocol.loading import load_protocol
from equipoise.protocol.model import Protocol

FOLDER = Path(__file__).resolve().parents[5] / "shared" / "data" / "usdm"
SAMPLES = ("Alexion_NCT04573309.json.gz", "CDISC_Pilot_Study.json.gz")
LANTERN = Path(__file__).parent / "data" / "lantern.usdm.json"

# The files are CDISC's and no part of this repository.
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="CDISC's USDM samples are not beside this checkout")


def read_gzip(name: str) -> Any:
    return json.loads(gzip.decompress((FOLDER / name).read_bytes()))


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    components = read_gzip("USDM_API.json.gz")["components"]
    return jsonschema.Draft202012Validator({"$ref": "#/components/schemas/Wrapper-Output", "components": components})


def faults(schema: jsonschema.Draft202012Validator, content: Any) -> list[str]:
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in schema.iter_errors(content)]


def criteria_of(study: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Each criterion with its words as a person reads them, numbered as an author would."""
    version = study["study"]["versions"][0]
    texts = {each["id"]: each["text"] for each in version["eligibilityCriterionItems"]}
    found = []
    for number, each in enumerate(version["studyDesigns"][0]["eligibilityCriteria"], start=1):
        side = {"C25532": "inclusion", "C25370": "exclusion"}[each["category"]["code"]]
        words = re.sub(r"<usdm:tag[^>]*>", "50 years", texts[each["criterionItemId"]])
        words = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", words)).split())
        found.append((side, f"{side[0].upper()}{number}", words))
    return found


@pytest.mark.parametrize("version", ["original", "amended"])
def test_the_reference_protocol_meets_the_schema(schema, reference, version):
    assert faults(schema, export_usdm(reference, version=version).content) == []


def test_every_form_of_rule_meets_the_schema(schema, every_form):
    assert faults(schema, export_usdm(every_form).content) == []


def test_the_small_study_of_these_tests_is_a_study(schema):
    assert faults(schema, json.loads(LANTERN.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_loses_nothing(schema, of_study, name):
    study = read_gzip(name)
    before = json.dumps(study)
    protocol = of_study(criteria_of(study))
    made = export_usdm(protocol, source=study)
    assert json.dumps(without_rules(made.content)) == before
    assert faults(schema, made.content) == []
    assert Protocol.model_validate(read_rules(made.content)).digest == protocol.digest


@pytest.mark.parametrize("name", SAMPLES)
def test_the_plan_of_a_sample_comes_back_from_its_export(schema, name, tmp_path):
    author_record(FOLDER / name, tmp_path / "draft", today=date(2026, 1, 2))
    protocol = load_protocol(tmp_path / "draft")
    study = read_gzip(name)
    made = export_usdm(protocol, source=study)
    assert json.dumps(without_rules(made.content)) == json.dumps(study)
    again = Protocol.model_validate(read_rules(made.content))
    assert (again.digest, again.version_digest()) == (protocol.digest, protocol.version_digest())
    assert again.plan_of() is not None
    for content in (made.content, export_usdm(protocol).content):
        assert faults(schema, content) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_every_criterion_of_a_sample_is_found_by_its_words(of_study, name):
    study = read_gzip(name)
    made = export_usdm(of_study(criteria_of(study)), source=study)
    assert [loss for loss in made.losses if "no criterion of the study" in loss.what] == []
