"""Source: criteria written for this suite with their readings by hand (`clean_criteria.yaml`).

Every wrong neighbour is refused: what a criterion compiles to, its changed text never compiles to. Two rules are the
same when they let the same patients in: an exclusion lets in whom its rule denies.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.validation.criterion_mutants import MUTATORS

from equipoise.authoring.compiling.criterion import compile_text
from equipoise.authoring.model import Outcome, RuleDraft
from equipoise.criteria.truth import Kind
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.units import resolve_unit

CRITERIA = [
    criterion
    for chapter in yaml.safe_load((Path(__file__).parent / "clean_criteria.yaml").read_text("utf-8")).values()
    for criterion in chapter
]
LEAST_COMPILED = 200
_OTHER = {Kind.INCLUSION: Kind.EXCLUSION, Kind.EXCLUSION: Kind.INCLUSION}
_PICKS = ("latest", "every", "any", "maximum", "minimum", "derived", "record", "age", "sex", "count")


@cache
def compiled(text: str, kind: Kind) -> RuleDraft:
    return compile_text(text, kind)


def who_enters(text: str, kind: Kind) -> tuple[Any, Any] | None:
    """The rule that lets patients in, with the concepts it declares; None when nothing of it is computed."""
    draft = compiled(text, kind)
    if draft.outcome not in (Outcome.COMPILED, Outcome.PARTLY):
        return None
    rule = draft.rule if kind is Kind.INCLUSION else {"not": draft.rule}
    return _plain(rule), {name: dict(concept) for name, concept in draft.concepts.items()}


def _plain(rule: Any) -> Any:
    """The rule without double denials."""
    if isinstance(rule, list):
        return [_plain(part) for part in rule]
    if not isinstance(rule, dict):
        return rule
    inner = rule.get("not")
    if len(rule) == 1 and isinstance(inner, dict) and list(inner) == ["not"]:
        return _plain(inner["not"])
    return {key: _plain(value) for key, value in rule.items()}


def fully_compiled() -> list[tuple[str, Kind]]:
    pairs = [(criterion["text"], Kind(criterion["kind"])) for criterion in CRITERIA]
    return [(text, kind) for text, kind in pairs if compiled(text, kind).outcome is Outcome.COMPILED]


def test_clean_criteria_are_compiled():
    assert len(fully_compiled()) >= LEAST_COMPILED


@pytest.mark.parametrize("change", MUTATORS)
def test_a_changed_text_never_compiles_to_the_same_rule(change):
    same = []
    for text, kind in fully_compiled():
        changed = MUTATORS[change](text)
        if changed is not None and who_enters(changed, kind) == who_enters(text, kind):
            same.append(f"{text} -> {changed}")
    assert same == []


def test_a_line_in_the_other_section_never_lets_the_same_patients_in():
    same = [text for text, kind in fully_compiled() if who_enters(text, kind) == who_enters(text, _OTHER[kind])]
    assert same == []


def test_compiled_criteria_say_what_a_reader_takes_from_them():
    wrong = []
    for criterion in CRITERIA:
        draft = compiled(criterion["text"], Kind(criterion["kind"]))
        if draft.outcome is Outcome.COMPILED:
            atoms = list(_atoms(draft.rule, draft.concepts))
            for reading in criterion.get("reads", []):
                if not any(_is_said(reading, atom) for atom in atoms):
                    wrong.append(f"{criterion['text']}: {reading} is not in {draft.rule}")
    assert wrong == []


def test_parts_are_joined_as_the_words_join_them():
    wrong = []
    for criterion in CRITERIA:
        draft = compiled(criterion["text"], Kind(criterion["kind"]))
        if draft.outcome is Outcome.COMPILED and "joined" in criterion:
            joined = _joined_by(draft.rule, criterion["reads"][:2], draft.concepts)
            if joined != criterion["joined"]:
                wrong.append(f"{criterion['text']}: {joined} in {draft.rule}")
    assert wrong == []


def _joined_by(rule: Any, readings: list[str], concepts: Any) -> str | None:
    """The key of the innermost node that holds both readings; None when there is none."""
    for key, below in rule.items() if isinstance(rule, dict) else ():
        for part in below if isinstance(below, list) else [below]:
            if inner := _joined_by(part, readings, concepts):
                return inner
        atoms = list(_atoms(below, concepts))
        if isinstance(below, list) and all(any(_is_said(reading, atom) for atom in atoms) for reading in readings):
            return str(key)
    return None


_READING = re.compile(
    r"(?P<denied>not )?(?P<words>.+?)(?: (?P<sign><=|>=|<|>|=) (?P<number>[\d.]+)(?: (?!within)(?P<unit>x ULN|\S+))?)?"
    r"(?: within (?P<window>(?:< )?\d+ \w+))?"
)


def _atoms(rule: Any, concepts: Any, is_denied: bool = False) -> Iterator[tuple[bool, str, dict[str, Any]]]:
    """Each atom with whether it is denied, and the words by which its concept is known."""
    if isinstance(rule, list):
        for part in rule:
            yield from _atoms(part, concepts, is_denied)
    if not isinstance(rule, dict):
        return
    pick = next((name for name in _PICKS if isinstance(rule.get(name), str)), None)
    if pick is not None:
        yield is_denied, _words_of(pick, rule[pick], concepts), rule
        return
    for key, part in rule.items():
        yield from _atoms(part, concepts, is_denied != (key == "not"))


def _words_of(pick: str, name: str, concepts: Any) -> str:
    if pick in ("age", "sex"):
        return pick
    shipped = base_library().get(name)
    own = concepts.get(name, {})
    label = shipped.label if shipped else own.get("label", "")
    terms = [*(getattr(shipped, "terms", ()) or ()), *own.get("terms", [])]
    return _fold(" | ".join([name, label, *terms]))


def _fold(words: str) -> str:
    return re.sub(r"[\W_]+", " ", words).lower()


def _is_said(reading: str, atom: tuple[bool, str, dict[str, Any]]) -> bool:
    is_denied, words, rule = atom
    wanted = _READING.fullmatch(reading)
    assert wanted, f"{reading!r} is no reading"
    if bool(wanted["denied"]) != is_denied or not all(word in words for word in _fold(wanted["words"]).split()):
        return False
    if wanted["window"] and not _is_same_window(wanted["window"], str(rule.get("within", ""))):
        return False
    if wanted["sign"] is None:
        return True
    limits = [str(rule.get("is", rule.get("age", "")))]
    if "age" in rule and wanted["sign"] == ">":
        years = int(re.sub(r"[^0-9]", "", limits[0])) - 1  # older than 80 is 81 completed years
        limits.append(f"> {years}")
    return any(_is_limit(wanted, limit) for limit in limits)


def _is_same_window(wanted: str, printed: str) -> bool:
    return printed == wanted or printed.startswith(f"{wanted} before ")


def _is_limit(wanted: re.Match[str], printed: str) -> bool:
    found = re.match(r"(<=|>=|<|>|=)\s*([\d.]+)\s*(.*)", printed)
    if found is None or found[1] != wanted["sign"] or float(found[2]) != float(wanted["number"]):
        return False
    unit = wanted["unit"] or ""
    if unit == "a" or not unit:
        return True
    return found[3] == unit or resolve_unit(found[3]) == resolve_unit(unit)
