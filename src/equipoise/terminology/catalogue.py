"""Concepts read from files: the packaged value sets, and what a site adds to them.

Decides: the form of a concept file and of a site's code lists, and what in them is a fault. Leaves to others: which
codes of a data set the rules meet (`binding.py`).
"""

import csv
import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import yaml

from equipoise.errors import Fault, TerminologyError
from equipoise.terminology.concepts import CodeRule, Concept, ConceptKind, DecidedBy, Equivalence, Match
from equipoise.terminology.systems import PREFIX_SYSTEMS, canonical_system
from equipoise.terminology.units import resolve_unit

_FILES = ("laboratory", "findings", "conditions", "therapies")
_MARKS = ("V", "V2", "I", "U", "S")
_CODE_KEYS = ("system", "code", "match", "mark", "display", "suggests", "excludes", "method", "is_fasting")
_CONCEPT_KEYS = (
    "label",
    "kind",
    "tables",
    "unit",
    "is_unit_required",
    "equivalence",
    "answers",
    "decided_by",
    "question",
    "source",
    "codes",
)
_CSV_REQUIRED = ("concept", "system", "code")
_SITE_MARK = "S"
_Choice = TypeVar("_Choice", ConceptKind, DecidedBy, Match)


@cache
def base_library() -> Mapping[str, Concept]:
    """All concepts of the packaged value sets, by id."""
    folder = resources.files("equipoise.terminology").joinpath("data")
    concepts: dict[str, Concept] = {}
    for name in _FILES:
        content = folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
        concepts.update(_parse_concepts(content, f"{name}.yaml"))
    return MappingProxyType(concepts)


def load_concepts(path: Path) -> Mapping[str, Concept]:
    """
    Concepts of a YAML file of the form of the packaged ones (`concepts:` with an entry for each id).

    Raises
    ------
    TerminologyError
        With every fault of the file together.
    """
    return MappingProxyType(_parse_concepts(_read_text(path), str(path)))


def load_codes_csv(path: Path) -> Mapping[str, list[dict[str, Any]]]:
    """
    A site's own codes by concept, as `with_site_codes` takes them.

    The file has a header with the columns concept, system, code and, if wanted, match (exact, prefix,
    descendants), display, suggests, excludes (yes or no), method. Raises TerminologyError.
    """
    reader = csv.DictReader(_read_text(path).splitlines())
    missing = [name for name in _CSV_REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise TerminologyError(
            f"{path} is not a list of codes.",
            [Fault(f"{path}:1", f"no column {', '.join(missing)}", "Begin with: concept,system,code")],
        )
    codes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in reader:
        entry = {key: value.strip() for key, value in row.items() if key and value and value.strip()}
        concept_id = entry.pop("concept", "")
        if concept_id or entry:
            codes[concept_id].append({**entry, "_where": f"{path}:{reader.line_num}"})
    return dict(codes)


def with_site_codes(
    library: Mapping[str, Concept], site_codes: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Mapping[str, Concept]:
    """
    The library with a site's own codes added to its concepts (marked S).

    An entry has `system` and `code`, and may have match, display, suggests, excludes, method, is_fasting. Raises
    TerminologyError with every fault together.
    """
    faults: list[Fault] = []
    added: dict[str, Concept] = {}
    for concept_id, entries in site_codes.items():
        concept = library.get(concept_id)
        rules = _code_rules(entries or (), f"codes of {concept_id or 'no concept'}", faults, mark=_SITE_MARK)
        if concept is None:
            where = next((str(entry["_where"]) for entry in entries if "_where" in entry), "site codes")
            faults.append(Fault(where, f"there is no concept {concept_id!r}", _did_you_mean(concept_id, library)))
        else:
            added[concept_id] = replace(concept, codes=concept.codes + rules)
    if faults:
        raise TerminologyError("The site's codes cannot be used.", faults)
    return MappingProxyType({**library, **added})


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(str(path), "cannot be read as UTF-8 text", "Check the path, its rights and its encoding.")
        raise TerminologyError("A code list cannot be read.", [fault]) from error


def _parse_concepts(content: str, where: str) -> dict[str, Concept]:
    faults: list[Fault] = []
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise TerminologyError(f"{where} is not YAML.", [Fault(where, str(error))]) from error
    entries = document.get("concepts") if isinstance(document, dict) else None
    if not isinstance(entries, dict):
        raise TerminologyError(f"{where} holds no concepts.", [Fault(where, "no mapping `concepts`")])
    found = {str(name): _concept(str(name), entry, f"{where}: {name}", faults) for name, entry in entries.items()}
    if faults:
        raise TerminologyError(f"{where} cannot be used.", faults)
    return {name: concept for name, concept in found.items() if concept is not None}


def _concept(name: str, entry: Any, where: str, faults: list[Fault]) -> Concept | None:
    if not isinstance(entry, dict):
        faults.append(Fault(where, "is no mapping"))
        return None
    _check_keys(entry, _CONCEPT_KEYS, where, faults)
    kind = _choice(ConceptKind, entry.get("kind"), f"{where}.kind", faults)
    decided_by = _choice(DecidedBy, entry.get("decided_by", "record"), f"{where}.decided_by", faults)
    unit = entry.get("unit")
    if unit is not None and resolve_unit(str(unit)) != str(unit):
        faults.append(Fault(f"{where}.unit", f"{unit!r} is no canonical UCUM unit"))
    if kind is ConceptKind.QUANTITY and unit is None:
        faults.append(Fault(where, "a quantity has no unit", 'Give one, or "1".'))
    rules = _code_rules(entry.get("codes") or (), f"{where}.codes", faults)
    if kind is None or decided_by is None:
        return None
    return Concept(
        id=name,
        label=str(entry.get("label", name)),
        kind=kind,
        tables=tuple(entry.get("tables") or (() if kind is ConceptKind.EVENT else ("measurements",))),
        codes=rules,
        unit=None if unit is None else str(unit),
        is_unit_required=entry.get("is_unit_required", True) is True,
        equivalence=_equivalence(entry.get("equivalence"), f"{where}.equivalence", faults),
        answers=_answers(entry.get("answers")),
        decided_by=decided_by,
        question=str(entry.get("question", "")),
        source=str(entry.get("source", "")),
    )


def _answers(entry: Any) -> Mapping[str, tuple[str, ...]]:
    words = entry if isinstance(entry, dict) else {}
    return MappingProxyType({str(word): tuple(str(each) for each in meant or ()) for word, meant in words.items()})


def _equivalence(entry: Any, where: str, faults: list[Fault]) -> Equivalence | None:
    """Reads "1 mg/dL = 88.4 umol/L"."""
    if entry is None:
        return None
    try:
        left, right = (side.split() for side in str(entry).split("="))
        value, unit, other_value, other_unit = Fraction(left[0]), left[1], Fraction(right[0]), right[1]
    except (ValueError, IndexError):
        faults.append(Fault(where, f"{entry!r} is no equivalence", "Write it like: 1 mg/dL = 88.4 umol/L"))
        return None
    if value <= 0 or other_value <= 0 or {resolve_unit(unit), resolve_unit(other_unit)} != {unit, other_unit}:
        faults.append(
            Fault(where, f"{entry!r} has a value or unit that cannot be used", "Use UCUM and positive values.")
        )
        return None
    return Equivalence(value, unit, other_value, other_unit)


def _code_rules(
    entries: Iterable[Any], where: str, faults: list[Fault], *, mark: str | None = None
) -> tuple[CodeRule, ...]:
    rules = (_code_rule(entry, f"{where}[{number}]", faults, mark) for number, entry in enumerate(entries, start=1))
    return tuple(rule for rule in rules if rule is not None)


def _code_rule(entry: Any, where: str, faults: list[Fault], mark: str | None) -> CodeRule | None:
    if not isinstance(entry, Mapping):
        faults.append(Fault(where, "is no mapping", "Write it like: {system: LOINC, code: 718-7}"))
        return None
    where = str(entry.get("_where", where))
    _check_keys(entry, (*_CODE_KEYS, "_where"), where, faults)
    system, code = canonical_system(str(entry.get("system") or "")), str(entry.get("code") or "").strip()
    if system is None or not code:
        faults.append(Fault(where, "has no system or no code", "Give both."))
        return None
    match = _choice(Match, entry.get("match") or "exact", f"{where}.match", faults)
    if match is Match.PREFIX and system not in PREFIX_SYSTEMS:
        faults.append(Fault(where, f"codes of {system} do not begin like their parents", "Use exact or descendants."))
    stated = mark or str(entry.get("mark", ""))
    if stated not in _MARKS:
        faults.append(Fault(where, f"mark {stated!r} is not one of {', '.join(_MARKS)}"))
    fasting = entry.get("is_fasting")
    return CodeRule(
        system=system,
        code=code,
        match=match or Match.EXACT,
        mark=stated,
        display=str(entry.get("display") or ""),
        suggests=_truth(entry.get("suggests"), f"{where}.suggests", faults),
        excludes=_truth(entry.get("excludes"), f"{where}.excludes", faults),
        method=str(entry["method"]) if entry.get("method") else None,
        is_fasting=None if fasting is None else _truth(fasting, f"{where}.is_fasting", faults),
    )


def _truth(value: Any, where: str, faults: list[Fault]) -> bool:
    """A truth of YAML, or a word of a CSV."""
    words = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}
    if value is None or isinstance(value, bool):
        return value is True
    found = words.get(str(value).strip().lower())
    if found is None:
        faults.append(Fault(where, f"{value!r} is neither yes nor no"))
    return found is True


def _choice(enum: type[_Choice], value: Any, where: str, faults: list[Fault]) -> _Choice | None:
    try:
        return enum(str(value).strip().lower())
    except ValueError:
        faults.append(Fault(where, f"{value!r} is not one of {', '.join(each.value for each in enum)}"))
        return None


def _check_keys(entry: Mapping[str, Any], known: Sequence[str], where: str, faults: list[Fault]) -> None:
    for key in entry:
        if key not in known:
            faults.append(Fault(where, f"unknown key {key!r}", _did_you_mean(str(key), known)))


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"Did you mean {near[0]}?" if near else "See the concepts that ship with the program."
