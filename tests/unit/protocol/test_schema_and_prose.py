"""The committed JSON Schema, the prose of the protocol, and the status sentence."""

from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from equipoise.criteria.prose import describe, outline
from equipoise.protocol.document import read_document
from equipoise.protocol.loading import find_protocol, load_protocol
from equipoise.protocol.prose import render_protocol
from equipoise.protocol.resolve import resolve
from equipoise.protocol.schema import schema, schema_text
from equipoise.protocol.status import StatusChange, status_at
from equipoise.terminology.catalogue import base_library

VERSIONS = ("original", "amended")


def test_the_committed_schema_is_the_generated_one() -> None:
    committed = Path(__file__).parents[3] / "protocols" / "protocol.schema.json"
    assert committed.read_text(encoding="utf-8") == schema_text(), "write it again: equipoise protocol schema"


def as_json(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: as_json(value) for key, value in part.items()}
    if isinstance(part, list):
        return [as_json(value) for value in part]
    return part.isoformat() if isinstance(part, date) else part


def test_the_reference_protocol_fits_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    written = as_json(read_document(find_protocol("nct05610826")).data)
    jsonschema.Draft202012Validator(schema()).validate(written)


@pytest.mark.parametrize(
    "spoil", [{"latets": "ki-67", "is": "<= 20 %"}, {"latest": "ki-67"}, {"age": 18, "sex": "male"}]
)
def test_a_spoilt_rule_does_not_fit_the_schema(spoil: dict[str, Any]) -> None:
    written = as_json(read_document(find_protocol("nct05610826")).data)
    written["versions"][0]["inclusion"][0]["rule"] = spoil
    assert not jsonschema.Draft202012Validator(schema()).is_valid(written)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_criterion_is_said_in_english(version: str) -> None:
    library = base_library()
    for each in resolve(load_protocol("nct05610826").version(version), library).criteria:
        words = " ".join(outline(each.node, library))
        for text in (words, describe(each.node, library)):
            for node in each.node.walk():
                for concept in node.concept_ids() if hasattr(node, "concept_ids") else ():
                    if type(node).__name__ != "CockcroftGault":
                        assert library[concept].label in text, (each.id, concept)


SENTENCES = {
    "I2": "the latest Ki-67 is at most 20 %",
    "I6": "no record of chemotherapy within less than 28 days",
    "E2": "a record of yttrium-90 radioembolisation or a record of arterial embolisation of the liver (TACE or TAE)",
    "E5": "the latest liver tumour burden within 180 days is above 50 %",
    "E9": 'a record of brain metastasis, unless "brain metastases treated and stable" is answered yes',
    "E10": "a record of heart failure and the latest NYHA class is II, III or IV",
    "E17": "the latest informed consent is not signed",
}


@pytest.mark.parametrize("criterion_id", SENTENCES)
def test_the_sentence_of_a_criterion(criterion_id: str) -> None:
    """Wording is reviewed like code."""
    resolved = resolve(load_protocol("nct05610826").version(), base_library())
    node = next(each.node for each in resolved.criteria if each.id == criterion_id)
    assert describe(node, base_library()) == SENTENCES[criterion_id]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_prose_holds_the_words_the_damage_and_what_is_open(version: str) -> None:
    protocol = load_protocol("nct05610826")
    text = " ".join(render_protocol(protocol, base_library(), version).split())
    named = protocol.version(version)
    for criterion in (*named.inclusion, *named.exclusion, *named.gates):
        assert f'{criterion.id} "{criterion.text}"' in text
    assert 'text is lost after "Krenning Score"' in text
    assert "bilirubin-unit (E6): OPEN" in text
    assert "Enrolment target: not found." in text
    assert "no one can be enrolled" in text
    assert protocol.digest in text


def test_lines_of_the_prose_fit_a_page() -> None:
    text = render_protocol(load_protocol("nct05610826"), base_library())
    assert max(len(line) for line in text.splitlines()) <= 100


@pytest.mark.parametrize(
    ("day", "status", "says"),
    [
        (date(2020, 1, 1), "not-registered", "not yet registered"),
        (date(2023, 5, 1), "not-found", "not yet recruiting, recruiting or withdrawn"),
        (date(2024, 10, 21), "not-found", "not yet recruiting, recruiting or withdrawn"),
        (date(2024, 10, 22), "withdrawn", "Withdrawn"),
        (date(2026, 1, 15), "withdrawn", "Withdrawn"),
    ],
)
def test_the_registry_status_says_on_every_day_that_no_one_can_be_enrolled(day: date, status: str, says: str) -> None:
    at = load_protocol("nct05610826").registry_status_at(day)
    assert at.status == status
    assert says in at.sentence
    assert "no one can be enrolled" in at.sentence
    if status != "withdrawn":
        assert "later withdrawn" in at.sentence


def test_a_trial_that_recruits_and_never_ended_forbids_nothing() -> None:
    changes = [
        StatusChange("not-yet-recruiting", date(2024, 1, 1), date(2024, 1, 1)),
        StatusChange("recruiting", date(2024, 5, 1), date(2024, 5, 1)),
    ]
    assert status_at(changes, date(2024, 6, 1)).sentence == "Recruiting since 2024-05-01."
    before = status_at(changes, date(2024, 2, 1))
    assert before.status == "not-yet-recruiting"
    assert "no one can be enrolled" in before.sentence


def test_the_digest_follows_the_content_and_not_the_comments(tmp_path: Path) -> None:
    source = find_protocol("nct05610826").read_text(encoding="utf-8")
    digests = []
    for number, text in enumerate(
        (source, source + "# a comment\n", source.replace("length: 90 d", "length: 91 d", 1))
    ):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        digests.append(load_protocol(path).digest)
    assert digests[0] == digests[1] != digests[2]
