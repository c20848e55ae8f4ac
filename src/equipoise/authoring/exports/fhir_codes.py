"""Codes of FHIR R5 that the export writes, each under the word that we have for it, and small shapes made of them.

Code systems are those of the R5 specification; a word that they do not have is written as text, and is a loss.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

BASE = "https://equipoise.dev/fhir"
RULE_URL = f"{BASE}/StructureDefinition/rule"
"""The whole criterion as we keep it, as JSON text."""
EXACT_URL = f"{BASE}/StructureDefinition/exact-rule"
"""A modifier: this part alone does not say it all, and who does not know the extension must not use it."""
PROTOCOL_URL = f"{BASE}/StructureDefinition/protocol"
GATE_URL = f"{BASE}/StructureDefinition/gate"
VALUE_SET_URL = f"{BASE}/StructureDefinition/value-set"

UCUM = "http://unitsofmeasure.org"
GENDER = "http://hl7.org/fhir/administrative-gender"
TITLE_TYPE = "http://hl7.org/fhir/title-type"
PARTY_ROLE = "http://hl7.org/fhir/research-study-party-role"
ARM_TYPE = "http://hl7.org/fhir/research-study-arm-type"
OBJECTIVE_TYPE = "http://hl7.org/fhir/research-study-objective-type"
STUDY_STATUS = "http://hl7.org/fhir/research-study-status"
PHASE = "http://hl7.org/fhir/research-study-phase"

STATUSES = {
    "not-yet-recruiting": "not-yet-recruiting",
    "recruiting": "recruiting",
    "enrolling-by-invitation": "enrolling-by-invitation",
    "active-not-recruiting": "active-but-not-recruiting",
    "suspended": "temporarily-closed-to-accrual",
    "completed": "completed",
    "terminated": "terminated",
    "withdrawn": "withdrawn",
}
ARM_TYPES = {
    "experimental": "experimental",
    "active-comparator": "active-comparator",
    "placebo-comparator": "placebo-comparator",
    "sham-comparator": "sham-comparator",
    "no-intervention": "no-intervention",
    "other": "other-arm-type",
}
OBJECTIVE_TYPES = {"primary": "primary", "secondary": "secondary"}
PHASES = {
    "0": "early-phase-1",
    "1": "phase-1",
    "1/2": "phase-1-phase-2",
    "2": "phase-2",
    "2/3": "phase-2-phase-3",
    "3": "phase-3",
    "4": "phase-4",
}
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9.-]")
_MAX_ID = 64


def coded(system: str, code: str, text: str) -> dict[str, Any]:
    """A CodeableConcept with one code."""
    return {"coding": [{"system": system, "code": code}], "text": text}


def coded_word(word: str, codes: Mapping[str, str], system: str) -> dict[str, Any]:
    """A CodeableConcept for a word of ours; as text alone when the system has no code for it."""
    return coded(system, codes[word], word) if word in codes else {"text": word}


def resource_id(*words: str) -> str:
    """An id as FHIR allows it: letters, figures, `-` and `.`, at most 64; a longer one ends in its digest."""
    name = _NOT_IN_ID.sub("-", "-".join(words))
    if len(name) <= _MAX_ID and name == "-".join(words):
        return name
    return f"{name[: _MAX_ID - 9]}-{hashlib.sha256('-'.join(words).encode()).hexdigest()[:8]}"


def extension(url: str, text: str) -> dict[str, Any]:
    return {"url": url, "valueString": text}


def without_empty(data: Any) -> Any:
    """The same without what is empty: FHIR has no empty texts, lists and objects, what is not there is left out."""
    if isinstance(data, dict):
        kept = {key: without_empty(value) for key, value in data.items()}
        return {key: value for key, value in kept.items() if value not in (None, "", [], {})}
    return [without_empty(value) for value in data] if isinstance(data, list) else data
