"""Our rules laid into the USDM study from which a protocol was authored; nothing that stands there is changed.

Decides which criterion of the study a criterion of ours belongs to: by its words first, then by the identifier or name
that the study gives it. One that is found nowhere, and every gate, rides at the study design.
"""

import copy
import html
import re
from collections.abc import Mapping
from typing import Any

from equipoise.authoring.exports.carried import EXTENSIONS, PROTOCOL_URL, RULE_URL, take_apart, without_rules
from equipoise.authoring.exports.losses import LossBook
from equipoise.authoring.exports.usdm_codes import CATEGORIES
from equipoise.authoring.exports.usdm_objects import UsdmMaker
from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.model import Criterion, Protocol, Version

_PLACEHOLDER = re.compile(r"<usdm:(?:tag|ref)\b[^>]*?(?:/>|>\s*</usdm:(?:tag|ref)>)", re.IGNORECASE)
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")
_GAP = "\0"
_LONGEST_VALUE = 200
"""Letters that may stand in place of one placeholder; more would be other words."""


def attach_rules(source: Mapping[str, Any], protocol: Protocol, version: Version, losses: LossBook) -> dict[str, Any]:
    """
    A copy of the study with our extension attributes, in place of any that an earlier export left there.

    Raises
    ------
    ProtocolError
        `source` is no USDM study with a design.
    """
    content = without_rules(source)
    study_version, design = _first_design(content)
    maker = UsdmMaker(losses, frozenset(_ids(content)))
    head, criteria = take_apart(protocol, version)
    given = [_Given(each, _words(each, study_version)) for each in design.get("eligibilityCriteria", ())]
    added: list[str] = []
    for kind, criterion in version.criteria:
        found = _find(criterion, [each for each in given if each.code == CATEGORIES[kind.value].code])
        if found is None:
            losses.add(criterion.id, "no criterion of the study has these words; its rule rides at the study design")
        target, words = (design, None) if found is None else (found.data, found.words)
        _extend(target, maker.extension(RULE_URL, criteria[criterion.id], words=words), added)
    for gate in version.gates:
        _extend(design, maker.extension(RULE_URL, criteria[gate.id]), added)
        losses.add(gate.id, "a gate is no criterion of the standard; its rule rides at the study design")
    if EXTENSIONS not in design:
        added.append(str(design.get("id")))
    _extend(design, maker.extension(PROTOCOL_URL, head | {"lists_added": added}), [])
    return content


class _Given:
    """A criterion of the study with its words, as they stand and folded for comparison."""

    def __init__(self, data: dict[str, Any], words: str) -> None:
        self.data, self.words = data, words
        self.code = str(data.get("category", {}).get("code"))
        self.names = {str(data.get(key, "")).strip().lower() for key in ("identifier", "name", "label", "id")} - {""}
        self._pieces = [_fold(html.unescape(_MARKUP.sub(" ", each))) for each in _PLACEHOLDER.split(words)]
        self.folded = _GAP.join(self._pieces)

    def is_said_by(self, words: str) -> bool:
        """Whether these folded words are its own, with a value in place of each placeholder."""
        first, *middle = self._pieces
        last = middle.pop() if middle else ""
        room = len(self.folded) + _LONGEST_VALUE * (len(self._pieces) - 1)
        if not any(self._pieces) or len(words) > room or not words.startswith(first):
            return False
        at = len(first)
        for piece in middle:
            found = words.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        return words.endswith(last) and at + len(last) <= len(words) and (len(self._pieces) > 1 or at == len(words))


def _find(criterion: Criterion, given: list[_Given]) -> _Given | None:
    """The one criterion of the study that is meant; None when none is, or several could be."""
    words = _fold(criterion.text)
    whole = [each for each in given if each.is_said_by(words)]
    part = [each for each in given if words and words in each.folded]
    named = [each for each in given if criterion.id.lower() in each.names]
    for candidates in (whole, part, named):
        if len(candidates) > 1:
            candidates = [each for each in candidates if each in named]
        if len(candidates) == 1:
            return candidates[0]
    return None


def _fold(text: str) -> str:
    """Letters and figures only: bullets, spaces and marks are laid out differently when a study is read."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _words(criterion: Mapping[str, Any], study_version: Mapping[str, Any]) -> str:
    items = study_version.get("eligibilityCriterionItems", ())
    wanted = criterion.get("criterionItemId")
    return next((str(each.get("text", "")) for each in items if each.get("id") == wanted), "")


def _first_design(content: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        study_version: dict[str, Any] = content["study"]["versions"][0]
        design: dict[str, Any] = study_version["studyDesigns"][0]
        design.get("eligibilityCriteria")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        do = "Give the USDM 4 file from which the protocol was authored."
        fault = Fault("source", "there is no study with a version and a study design in it", do)
        raise ProtocolError("This is no USDM study.", [fault]) from error
    return study_version, design


def _extend(target: dict[str, Any], extension: dict[str, Any], added: list[str]) -> None:
    """Append to the list of extension attributes; `added` notes where there was none."""
    if EXTENSIONS not in target:
        target[EXTENSIONS] = []
        added.append(str(target.get("id")))
    target[EXTENSIONS].append(copy.deepcopy(extension))


def _ids(data: Any) -> set[str]:
    found: set[str] = set()
    waiting = [data]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            found.add(str(here.get("id")))
            waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)
    return found
