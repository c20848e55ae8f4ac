"""Whole rules against the annotations: denials, exceptions, alternatives, and what becomes of criteria.

Only criteria of which anything was computed are judged for denials, exceptions and alternatives, since the others are
put to a person. A denial is found when an atom whose concept shares a word with the annotated one is denied; it is
wrong when no denial is annotated in the line. An exception is found when the rule has an `unless` or denies what is
excepted. Either may also be kept in the name of a concept that needs codes ("inhibitors other than ..."). Alternatives
(OR groups) are found when the atoms of at least two of them stand under one `any`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from authoring.corpus import Annotation, Line, Section
from authoring.tables import Disagreement, Row, Table
from equipoise.authoring.model import Outcome, RuleDraft
from equipoise.criteria.truth import Kind
from equipoise.protocol.rule_forms import FORMS
from equipoise.terminology.catalogue import base_library

Compile = Callable[[str, Kind], RuleDraft]

_EXCEPTION = re.compile(r"except|unless|other than|excluding|apart from|aside from|besides|but not", re.I)
_THINGS = ("Condition", "Drug", "Procedure", "Measurement", "Device")
_COMPUTED = (Outcome.COMPILED, Outcome.PARTLY)
_SMALL = frozenset(
    ["the", "and", "for", "with", "any", "other", "not", "history", "prior", "previous", "type", "disease"]
)


@dataclass
class RuleParts:
    """A rule taken apart: the words of its atoms, of the denied ones, of its alternatives."""

    atoms: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    alternatives: list[list[str]] = field(default_factory=list)
    has_exception: bool = False


def measure_rules(sections: Iterable[Section], compile_rule: Compile) -> tuple[Table, Table]:
    """The tables of denials, exceptions and alternatives, and of outcomes."""
    counts: dict[str, int] = defaultdict(int)
    outcomes: Counter[Outcome] = Counter()
    differences: list[Disagreement] = []
    for section in sections:
        for line in section.lines:
            draft = compile_rule(line.text, section.kind)
            outcomes[draft.outcome] += 1
            if draft.outcome not in _COMPUTED:
                continue
            parts, place = take_apart(draft.rule, draft.concepts), f"{section.trial} {section.kind}"
            for kind, gold in [*_denials(section, line, parts, counts), *_alternatives(section, line, parts, counts)]:
                differences.append(Disagreement("rules", kind, place, line.text, gold, str(draft.rule)))
    rows = (
        Row("denials found", counts["denial found"], counts["denial"]),
        Row("denials found, or kept in the name of a concept", counts["denial kept"], counts["denial"]),
        Row("denied atoms in lines with an annotated denial or exception", counts["right"], counts["denied atoms"]),
        Row("exceptions found", counts["exception found"], counts["exception"]),
        Row("exceptions found, or kept in the name of a concept", counts["exception kept"], counts["exception"]),
        Row("exceptions made where one is annotated", counts["exceptions right"], counts["exceptions made"]),
        Row("alternatives found", counts["either found"], counts["either"]),
    )
    note = "Of criteria of which anything was computed; the others are put to a person as they stand."
    total = sum(outcomes.values())
    shares = tuple(Row(outcome.value, outcomes[outcome], total) for outcome in Outcome)
    return (
        Table("Denials, exceptions, alternatives", rows, (note,), tuple(differences)),
        Table("What becomes of criteria", shares),
    )


def _denials(section: Section, line: Line, parts: RuleParts, counts: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Counts the denials and exceptions of one line, and gives the disagreements."""
    for concept, cue in _related(section, line, "Has_negation"):
        is_exception = bool(_EXCEPTION.search(cue.text))
        name = "exception" if is_exception else "denial"
        is_found = any(_shares_word(concept.text, words) for words in parts.denied)
        is_found = is_found or (is_exception and parts.has_exception)
        is_kept = any(_fold(cue.text) in words and _shares_word(concept.text, words) for words in parts.atoms)
        counts[name] += 1
        counts[name + " found"] += is_found
        counts[name + " kept"] += is_found or is_kept
        if not (is_found or is_kept):
            yield f"{name} missed", concept.text
    has_cue = any(a.label == "Negation" and section.line_of(a) == line for a in section.annotations.values())
    counts["denied atoms"] += len(parts.denied)
    counts["right"] += len(parts.denied) if has_cue else 0
    counts["exceptions made"] += parts.has_exception
    counts["exceptions right"] += parts.has_exception and has_cue
    if parts.denied and not has_cue:
        yield "denial not annotated", "; ".join(parts.denied)


def _alternatives(section: Section, line: Line, parts: RuleParts, counts: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Counts the groups of alternatives that lie in one line, and gives the disagreements."""
    for group in section.groups:
        members = [section.annotations[name] for name in group if name in section.annotations]
        named = [member for member in members if member.label in _THINGS]
        if len(named) < 2 or any(section.line_of(member) != line for member in named):
            continue
        n_joined = [sum(_is_among(member, joined) for member in named) for joined in parts.alternatives]
        counts["either"] += 1
        counts["either found"] += max(n_joined, default=0) >= 2
        if max(n_joined, default=0) < 2:
            yield "alternatives missed", " | ".join(member.text for member in named)


def _is_among(annotation: Annotation, atoms: list[str]) -> bool:
    return any(_shares_word(annotation.text, words) for words in atoms)


def _related(section: Section, line: Line, label: str) -> Iterator[tuple[Annotation, Annotation]]:
    for relation in section.relations:
        source, target = section.annotations[relation.source], section.annotations[relation.target]
        if relation.label == label and section.line_of(source) == line:
            yield source, target


def take_apart(rule: Any, concepts: Mapping[str, Mapping[str, Any]]) -> RuleParts:
    """The parts of a rule in its YAML form; `concepts` are those it declares itself."""
    parts = RuleParts()
    _take(rule, concepts, parts, False)
    return parts


def _take(rule: Any, concepts: Mapping[str, Mapping[str, Any]], parts: RuleParts, is_denied: bool) -> list[str]:
    """Walks a rule; gives the words of all atoms under it."""
    if isinstance(rule, list):
        return [words for part in rule for words in _take(part, concepts, parts, is_denied)]
    if not isinstance(rule, Mapping):
        return []
    found: list[str] = []
    for key, value in rule.items():
        if isinstance(value, str) and key in ("record", "latest", "every", "any", "maximum", "minimum", "derived"):
            words = _words_of(value, concepts)
            parts.atoms.append(words)
            if is_denied:
                parts.denied.append(words)
            found.append(words)
        elif key == "unless":
            parts.has_exception = True
            found += _take(value, concepts, parts, is_denied)
        elif key in ("all", "any", "not", "rule", "if", "then", "of", "alternatives", "first_recorded", "any_recorded"):
            below = _take(_values(value), concepts, parts, is_denied != (key == "not"))
            if key == "any":
                parts.alternatives.append(below)
            found += below
    return found


def _values(value: Any) -> Any:
    """The alternatives of a reading are named; their names say nothing here."""
    return list(value.values()) if isinstance(value, Mapping) and not _is_rule(value) else value


def _is_rule(value: Mapping[str, Any]) -> bool:
    return any(key in FORMS for key in value)


def _words_of(name: str, concepts: Mapping[str, Mapping[str, Any]]) -> str:
    shipped = base_library().get(name)
    own = concepts.get(name, {})
    terms = list(shipped.terms) if shipped is not None else own.get("terms", [])
    label = shipped.label if shipped is not None else own.get("label", "")
    return _fold(" ".join([name, str(label), *map(str, terms)]))


def _fold(words: str) -> str:
    return re.sub(r"[\W_]+", " ", words.lower()).strip()


def _shares_word(annotated: str, words: str) -> bool:
    """Whether a word of substance of the annotation (its first five letters) begins a word of the atom."""
    wanted = [word for word in re.findall(r"[a-z]{3,}", annotated.lower()) if word not in _SMALL]
    return any(re.search(rf"\b{word[:5]}", words) for word in wanted)
