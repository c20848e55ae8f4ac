"""What rides in the extension place of a standard: the whole protocol, cut so that each criterion stands at its own.

Decides the form of what is carried, and how USDM gives it back: `read_rules`. Where the pieces are put is the business
of the exports. A JSON text keeps the order of keys as it was written, since the order of alternatives is part of a
rule.
"""

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.model import Protocol, Version

RULE_URL = "https://equipoise.dev/usdm/rule"
PROTOCOL_URL = "https://equipoise.dev/usdm/protocol"
TEXT_URL = "https://equipoise.dev/usdm/text-sha256"
"""The digest of the words for which a rule was written, so that words changed later do not keep it."""

SIDES = ("inclusion", "exclusion", "gates")
EXTENSIONS = "extensionAttributes"
_OURS = (RULE_URL, PROTOCOL_URL)


def to_text(data: Any) -> str:
    """JSON without white space, every letter as itself."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def digest_of(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def take_apart(protocol: Protocol, version: Version) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """
    The protocol as data with only the ids of this version's criteria and gates, and these by id.

    Only what is stated is kept (defaults are made again when it is read), so an amendment stays what it states.
    """
    data = protocol.model_dump(mode="json", exclude_unset=True)
    criteria: dict[str, dict[str, Any]] = {}
    for written in data["versions"]:
        if written["name"] != version.name:
            continue
        for side in SIDES:
            for position, criterion in enumerate(written.get(side, ())):
                criteria[criterion["id"]] = criterion
                written[side][position] = {"id": criterion["id"]}
    return {"version": version.name, "protocol": data}, criteria


def put_together(head: Mapping[str, Any], criteria: Mapping[str, Any]) -> dict[str, Any]:
    """
    The protocol as data again.

    Raises
    ------
    ProtocolError
        A criterion is missing.
    """
    data: dict[str, Any] = copy.deepcopy(head["protocol"])
    missing: list[Fault] = []
    for written in (each for each in data["versions"] if each["name"] == head["version"]):
        for side in SIDES:
            for position, stub in enumerate(written.get(side, ())):
                if stub["id"] in criteria:
                    written[side][position] = copy.deepcopy(criteria[stub["id"]])
                else:
                    missing.append(Fault(str(stub["id"]), "its rule is no longer in the file"))
    if missing:
        raise ProtocolError("The rules in this file are not complete.", missing)
    return data


def read_rules(usdm: Mapping[str, Any]) -> dict[str, Any] | None:
    """
    The protocol that our export left in a USDM file, as data for `Protocol.model_validate`; None when it has none.

    Raises
    ------
    ProtocolError
        What we left there cannot be read, is not complete, or its words were changed since.
    """
    objects = list(_objects(usdm))
    texts = {each["id"]: each["text"] for each in objects if isinstance(each.get("text"), str) and "id" in each}
    heads: list[Any] = []
    criteria: dict[str, Any] = {}
    stale: list[Fault] = []
    for each in objects:
        words = each.get("text") or texts.get(str(each.get("criterionItemId")), "")
        for extension in _ours(each):
            carried = _parsed(extension)
            if extension["url"] == PROTOCOL_URL:
                heads.append(carried)
            elif _is_stale(extension, words):
                stale.append(Fault(str(carried["id"]), "its words were changed after the rule was written for them"))
            else:
                criteria[carried["id"]] = carried
    if not heads:
        return None
    if stale:
        raise ProtocolError("The rules in this file no longer belong to its words.", stale)
    return put_together(heads[0], criteria)


def without_rules(usdm: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a USDM file without anything of ours."""
    plain: dict[str, Any] = copy.deepcopy(dict(usdm))
    objects = list(_objects(plain))
    heads = [_parsed(each) for part in objects for each in _ours(part) if each["url"] == PROTOCOL_URL]
    added = {name for head in heads for name in head.get("lists_added", ())}
    for part in objects:
        if not any(True for _ in _ours(part)):
            continue
        part[EXTENSIONS] = [each for each in part[EXTENSIONS] if not _is_ours(each)]
        if part.get("id") in added and not part[EXTENSIONS]:
            del part[EXTENSIONS]
    return plain


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    """Every object of a JSON document, without recursion: files may be nested deeply."""
    waiting = [data]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)


def _is_ours(extension: Any) -> bool:
    return isinstance(extension, dict) and extension.get("url") in _OURS


def _ours(part: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    held = part.get(EXTENSIONS)
    yield from (each for each in held if _is_ours(each)) if isinstance(held, list) else ()


def _parsed(extension: Mapping[str, Any]) -> dict[str, Any]:
    known = {RULE_URL: ("id",), PROTOCOL_URL: ("version", "protocol")}[extension["url"]]
    try:
        carried = json.loads(extension["valueString"])
        if not isinstance(carried, dict) or any(key not in carried for key in known):
            raise ValueError("keys are missing")
    except (KeyError, TypeError, ValueError) as error:
        fault = Fault(str(extension.get("id")), "what equipoise left here cannot be read", "Export the protocol again.")
        raise ProtocolError("The rules in this file cannot be read.", [fault]) from error
    return carried


def _is_stale(extension: Mapping[str, Any], words: str) -> bool:
    digests = [each.get("valueString") for each in extension.get(EXTENSIONS, ()) if each.get("url") == TEXT_URL]
    return any(digest != digest_of(words) for digest in digests)
