"""The reference protocol, a protocol that uses every form of a rule, and a small study in USDM."""

from pathlib import Path
from typing import Any

import pytest

from equipoise.protocol.document import parse_document
from equipoise.protocol.loading import build_protocol, load_protocol
from equipoise.protocol.model import Protocol
from equipoise.terminology.catalogue import base_library

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def reference() -> Protocol:
    return load_protocol("nct05610826")


def build(text: str) -> Protocol:
    return build_protocol(parse_document(text, Path("protocol.yaml")), base_library())


@pytest.fixture(scope="session")
def every_form() -> Protocol:
    return build((DATA / "every-form.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def of_study() -> Any:
    """A protocol whose criteria are (side, id, text), as an author would have it from a study."""

    def make(criteria: list[tuple[str, str, str]]) -> Protocol:
        sides: dict[str, list[dict[str, Any]]] = {"inclusion": [], "exclusion": []}
        for side, name, text in criteria:
            source = {"record": "study", "spans": [[0, 1]]}
            sides[side].append({"id": name, "text": text, "sources": [source], "rule": {"age": ">= 18"}})
        return Protocol.model_validate(
            {
                "id": "study",
                "title": "A study",
                "records": [{"id": "study", "file": "records/study.txt", "sha256": "0" * 64}],
                "default_version": "v1",
                "versions": [{"name": "v1", "label": "First", "effective": {"day": "not-found"}, **sides}],
            }
        )

    return make
