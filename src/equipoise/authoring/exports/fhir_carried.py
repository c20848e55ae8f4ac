"""The way back from FHIR: the protocol that our export left in a bundle, every rule as it was.

Decides what of a bundle is ours: the extension of the study with the protocol around the rules, and that of each
characteristic with its rule. What others made of the plain parts beside them is not read.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from equipoise.authoring.exports.carried import put_together
from equipoise.authoring.exports.fhir_codes import PROTOCOL_URL, RULE_URL
from equipoise.errors import Fault, ProtocolError

Fhir = Mapping[str, Any]


def read_fhir_rules(bundle: Fhir) -> dict[str, Any] | None:
    """
    The protocol that a bundle carries, as data for `Protocol.model_validate`; None when it has none.

    Raises
    ------
    ProtocolError
        What we left there cannot be read, is not complete, or the words beside a rule were changed since.
    """
    resources = list(_resources(bundle))
    heads = [
        _parsed(text, "study", ("version", "protocol")) for text in _texts(resources, "ResearchStudy", PROTOCOL_URL)
    ]
    if not heads:
        return None
    criteria: dict[str, Any] = {}
    stale: list[Fault] = []
    for characteristic in _characteristics(resources):
        for text in _extensions(characteristic, RULE_URL):
            carried = _parsed(text, str(characteristic.get("linkId")), ("id", "text"))
            if characteristic.get("description") != carried["text"]:
                stale.append(Fault(str(carried["id"]), "its words were changed after the rule was written for them"))
            criteria[str(carried["id"])] = carried
    if stale:
        raise ProtocolError("The rules in this file no longer belong to its words.", stale)
    return put_together(heads[0], criteria)


def _resources(bundle: Fhir) -> Iterator[Fhir]:
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource


def _characteristics(resources: list[Fhir]) -> Iterator[Fhir]:
    """Those that are whole criteria: the parts of a combination carry no rule."""
    for resource in resources:
        held = resource.get("characteristic") if resource.get("resourceType") == "EvidenceVariable" else None
        yield from (each for each in held if isinstance(each, dict)) if isinstance(held, list) else ()


def _texts(resources: list[Fhir], kind: str, url: str) -> Iterator[Any]:
    for resource in resources:
        if resource.get("resourceType") == kind:
            yield from _extensions(resource, url)


def _extensions(part: Fhir, url: str) -> Iterator[Any]:
    held = part.get("extension")
    found = (each for each in held if isinstance(each, dict)) if isinstance(held, list) else ()
    yield from (each.get("valueString") for each in found if each.get("url") == url)


def _parsed(text: Any, where: str, keys: tuple[str, ...]) -> dict[str, Any]:
    try:
        carried = json.loads(text)
        if not isinstance(carried, dict) or any(key not in carried for key in keys):
            raise ValueError("keys are missing")
    except (TypeError, ValueError, RecursionError) as error:
        fault = Fault(where, "what equipoise left here cannot be read", "Export the protocol again.")
        raise ProtocolError("The rules in this file cannot be read.", [fault]) from error
    return carried
