"""Concepts read from files: the packaged value sets, and what a site adds to them.

Decides: the form of a concept file and of a site's code lists, and what in them is a fault. Leaves to others: which
codes of a data set the rules meet (`binding.py`); what a protocol that declares concepts makes of a fault.
"""

import csv
import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import yaml

from equipoise.errors import Fault, TerminologyError
from equipoise.terminology.concepts import (
    USUAL_WINDOWS,
    CodeRule,
    Concept,
    ConceptKind,
    DecidedBy,
    Equivalence,
    Match,
    Plausible,
)
from equipoise.terminology.systems import PREFIX_SYSTEMS, canonical_system
from equipoise.terminology.units import resolve_unit

_FILES = ("laboratory", "toxicity", "findings", "assessments", "conduct", "conditions", "therapies")
_MARKS = ("V", "V2", "I", "U", "S")
_CODE_KEYS = ("system", "code", "match", "mark", "display", "suggests", "excludes", "method", "is_fasting")
CONCEPT_KEYS = (
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
    "terms",
    "window",
    "plausible",
    "codes",
)
_TABLES = ("conditions", "measurements", "medications", "procedures", "encounters")
_EVENT_TABLES = ("conditions", "medications", "procedures")
"""Where an event may stand whose entry names no table: all must be supplied before absence can mean anything."""
_CSV_REQUIRED = ("concept", "system", "code")
_SITE_MARK = "S"
_Choice = TypeVar("_Choice", ConceptKind, DecidedBy, Match)
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class EntryFault:
    """A fault of an entry and its place: the concept's id, then the keys and numbers (from 0) that lead to it."""

    place: Place
    what: str
    do: str = ""

    @property
    def where(self) -> str:
        """`ki-67.codes[1].system`."""
        steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in self.place[1:])
        return str(self.place[0]) + "".join(steps)


_Faults = list[EntryFault]


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


def load_entries(path: Path) -> Mapping[str, Any]:
    """The entries of a concept file as they are written, for a file that `load_concepts` has read without a fault."""
    return dict(yaml.safe_load(_read_text(path))["concepts"])


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
    faults: _Faults = []
    added: dict[str, Concept] = {}
    for concept_id, entries in site_codes.items():
        concept = library.get(concept_id)
        rules = _code_rules(entries or (), (f"codes of {concept_id or 'no concept'}",), faults, mark=_SITE_MARK)
        if concept is None:
            where = next((str(entry["_where"]) for entry in entries if "_where" in entry), "site codes")
            faults.append(
                EntryFault((where,), f"there is no concept {concept_id!r}", _did_you_mean(concept_id, library))
            )
        else:
            added[concept_id] = replace(concept, codes=concept.codes + rules)
    if faults:
        raise TerminologyError("The site's codes cannot be used.", _told(faults))
    return MappingProxyType({**library, **added})


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(str(path), "cannot be read as UTF-8 text", "Check the path, its rights and its encoding.")
        raise TerminologyError("A code list cannot be read.", [fault]) from error


def read_concepts(entries: Mapping[str, Any]) -> tuple[Mapping[str, Concept], Sequence[EntryFault]]:
    """
    Concepts of entries that are read already, in the form of a concept file, and every fault of theirs.

    An entry whose kind is not known gives no concept; every other gives one, so that its name can be used further.
    """
    faults: _Faults = []
    found = {str(name): _concept(entry, (str(name),), faults) for name, entry in entries.items()}
    return MappingProxyType({name: concept for name, concept in found.items() if concept is not None}), tuple(faults)


def _parse_concepts(content: str, where: str) -> Mapping[str, Concept]:
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise TerminologyError(f"{where} is not YAML.", [Fault(where, str(error))]) from error
    entries = document.get("concepts") if isinstance(document, dict) else None
    if not isinstance(entries, dict):
        raise TerminologyError(f"{where} holds no concepts.", [Fault(where, "no mapping `concepts`")])
    concepts, faults = read_concepts(entries)
    if faults:
        raise TerminologyError(f"{where} cannot be used.", _told(faults, f"{where}: "))
    return concepts


def _told(faults: Iterable[EntryFault], before: str = "") -> list[Fault]:
    return [Fault(before + fault.where, fault.what, fault.do) for fault in faults]


def _concept(entry: Any, where: Place, faults: _Faults) -> Concept | None:
    if not isinstance(entry, dict):
        faults.append(EntryFault(where, "is no mapping"))
        return None
    _check_keys(entry, CONCEPT_KEYS, where, faults)
    kind = _choice(ConceptKind, entry.get("kind"), (*where, "kind"), faults)
    decided_by = _choice(DecidedBy, entry.get("decided_by", "record"), (*where, "decided_by"), faults)
    unit = entry.get("unit")
    if unit is not None and resolve_unit(str(unit)) != str(unit):
        faults.append(EntryFault((*where, "unit"), f"{unit!r} is no canonical UCUM unit"))
    if kind is ConceptKind.QUANTITY and unit is None:
        faults.append(EntryFault(where, "a quantity has no unit", 'Give one, or "1".'))
    window = entry.get("window")
    if window is not None and window not in USUAL_WINDOWS:
        do = f"Windows: {', '.join(USUAL_WINDOWS)}; or leave it out."
        faults.append(EntryFault((*where, "window"), f"{window!r} is no usual window", do))
    rules = _code_rules(entry.get("codes") or (), (*where, "codes"), faults)
    if kind is None or decided_by is None:
        return None
    return Concept(
        id=str(where[0]),
        label=str(entry.get("label", where[0])),
        kind=kind,
        tables=_tables(entry.get("tables"), kind, (*where, "tables"), faults),
        codes=rules,
        unit=None if unit is None else str(unit),
        is_unit_required=entry.get("is_unit_required", True) is True,
        equivalence=_equivalence(entry.get("equivalence"), (*where, "equivalence"), faults),
        answers=_answers(entry.get("answers"), (*where, "answers"), faults),
        decided_by=decided_by,
        question=str(entry.get("question", "")),
        source=str(entry.get("source", "")),
        terms=_words(entry.get("terms"), (*where, "terms"), faults),
        window=window,
        plausible=_plausible(entry.get("plausible"), (*where, "plausible"), faults),
    )


def _words(entry: Any, where: Place, faults: _Faults) -> tuple[str, ...]:
    if entry is not None and not isinstance(entry, list):
        faults.append(EntryFault(where, "a list of words is needed here", "Write it like: [word, other word]"))
        return ()
    return tuple(str(word) for word in entry or ())


def _tables(entry: Any, kind: ConceptKind, where: Place, faults: _Faults) -> tuple[str, ...]:
    for table in (given := _words(entry, where, faults)):
        if table not in _TABLES:
            faults.append(EntryFault(where, f"there is no table {table!r}", f"Tables: {', '.join(_TABLES)}."))
    return given or (_EVENT_TABLES if kind is ConceptKind.EVENT else ("measurements",))


def _answers(entry: Any, where: Place, faults: _Faults) -> Mapping[str, tuple[str, ...]]:
    if entry is not None and not isinstance(entry, dict):
        faults.append(EntryFault(where, "each answer needs what means it", 'Write it like: {"yes": [], "no": []}'))
        return MappingProxyType({})
    answers = {str(word): _words(meant, (*where, str(word)), faults) for word, meant in (entry or {}).items()}
    return MappingProxyType(answers)


def _plausible(entry: Any, where: Place, faults: _Faults) -> Plausible | None:
    """Reads "1 to 3000 10*9/L, ours"."""
    if entry is None:
        return None
    match = re.fullmatch(r"(\S+) to (\S+) ([^\s,]+), (.+)", str(entry))
    try:
        low, high = (Fraction(match[1]), Fraction(match[2])) if match else (Fraction(1), Fraction(0))
    except (ValueError, ZeroDivisionError):
        low, high = Fraction(1), Fraction(0)
    if match is None or low >= high or resolve_unit(match[3]) != match[3]:
        do = "Write it like: 1 to 3000 10*9/L, ours"
        faults.append(EntryFault(where, f"{entry!r} are no limits with a UCUM unit and a source", do))
        return None
    return Plausible(low, high, match[3], match[4])


def _equivalence(entry: Any, where: Place, faults: _Faults) -> Equivalence | None:
    """Reads "1 mg/dL = 88.4 umol/L"."""
    if entry is None:
        return None
    try:
        left, right = (side.split() for side in str(entry).split("="))
        value, unit, other_value, other_unit = Fraction(left[0]), left[1], Fraction(right[0]), right[1]
    except (ValueError, IndexError):
        faults.append(EntryFault(where, f"{entry!r} is no equivalence", "Write it like: 1 mg/dL = 88.4 umol/L"))
        return None
    if value <= 0 or other_value <= 0 or {resolve_unit(unit), resolve_unit(other_unit)} != {unit, other_unit}:
        faults.append(
            EntryFault(where, f"{entry!r} has a value or unit that cannot be used", "Use UCUM and positive values.")
        )
        return None
    return Equivalence(value, unit, other_value, other_unit)


def _code_rules(
    entries: Iterable[Any], where: Place, faults: _Faults, *, mark: str | None = None
) -> tuple[CodeRule, ...]:
    rules = (_code_rule(entry, (*where, number), faults, mark) for number, entry in enumerate(entries))
    return tuple(rule for rule in rules if rule is not None)


def _code_rule(entry: Any, where: Place, faults: _Faults, mark: str | None) -> CodeRule | None:
    if not isinstance(entry, Mapping):
        faults.append(EntryFault(where, "is no mapping", "Write it like: {system: LOINC, code: 718-7}"))
        return None
    where = (str(entry["_where"]),) if "_where" in entry else where
    _check_keys(entry, (*_CODE_KEYS, "_where"), where, faults)
    system, code = canonical_system(str(entry.get("system") or "")), str(entry.get("code") or "").strip()
    if system is None or not code:
        faults.append(EntryFault(where, "has no system or no code", "Give both."))
        return None
    match = _choice(Match, entry.get("match") or "exact", (*where, "match"), faults)
    if match is Match.PREFIX and system not in PREFIX_SYSTEMS:
        faults.append(
            EntryFault(where, f"codes of {system} do not begin like their parents", "Use exact or descendants.")
        )
    stated = mark or str(entry.get("mark", ""))
    if stated not in _MARKS:
        faults.append(EntryFault(where, f"mark {stated!r} is not one of {', '.join(_MARKS)}"))
    fasting = entry.get("is_fasting")
    return CodeRule(
        system=system,
        code=code,
        match=match or Match.EXACT,
        mark=stated,
        display=str(entry.get("display") or ""),
        suggests=_truth(entry.get("suggests"), (*where, "suggests"), faults),
        excludes=_truth(entry.get("excludes"), (*where, "excludes"), faults),
        method=str(entry["method"]) if entry.get("method") else None,
        is_fasting=None if fasting is None else _truth(fasting, (*where, "is_fasting"), faults),
    )


def _truth(value: Any, where: Place, faults: _Faults) -> bool:
    """A truth of YAML, or a word of a CSV."""
    words = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}
    if value is None or isinstance(value, bool):
        return value is True
    found = words.get(str(value).strip().lower())
    if found is None:
        faults.append(EntryFault(where, f"{value!r} is neither yes nor no"))
    return found is True


def _choice(enum: type[_Choice], value: Any, where: Place, faults: _Faults) -> _Choice | None:
    try:
        return enum(str(value).strip().lower())
    except ValueError:
        faults.append(EntryFault(where, f"{value!r} is not one of {', '.join(each.value for each in enum)}"))
        return None


def _check_keys(entry: Mapping[str, Any], known: Sequence[str], where: Place, faults: _Faults) -> None:
    for key in entry:
        if key not in known:
            faults.append(EntryFault(where, f"unknown key {key!r}", _did_you_mean(str(key), known)))


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"Did you mean {near[0]}?" if near else "See the concepts that ship with the program."
