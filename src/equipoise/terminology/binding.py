"""Which codes that occur in a data set belong to which concept, and what an answer's code or text means.

Decides: how a code rule meets a code, and which rule counts when several do. Leaves to others: what a binding that
only suggests its concept does to a verdict.

A rule with `excludes` takes the code out whatever else holds. Of the others the most specific counts: exact before
prefix, a longer prefix before a shorter, prefix before descendants; among equals one that proves before one that
suggests.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from equipoise.errors import Fault, TerminologyError
from equipoise.terminology.concepts import LOCAL_SYSTEM, CodeBinding, CodeRule, Concept, Match
from equipoise.terminology.systems import canonical_code, canonical_system

Coding = tuple[str, str]
_EXACT, _DESCENDANT = 1000, 0


@dataclass(frozen=True)
class Hierarchy:
    """Parents of codes, as a site's terminology server gives them; without one a code has no descendants."""

    parents: Mapping[Coding, frozenset[Coding]] = field(default_factory=dict)

    def ancestors(self, coding: Coding) -> frozenset[Coding]:
        """All ancestors of a folded code of a canonical system, at any distance; a circle does no harm."""
        found: set[Coding] = set()
        waiting = list(self.parents.get(coding, ()))
        while waiting:
            parent = waiting.pop()
            if parent not in found:
                found.add(parent)
                waiting.extend(self.parents.get(parent, ()))
        return frozenset(found)


def load_hierarchy(path: Path) -> Hierarchy:
    """
    A hierarchy from a CSV with the columns parent, child and, if wanted, system (SNOMED CT where it has none).

    Raises TerminologyError with every fault together.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TerminologyError("A hierarchy cannot be read.", [Fault(str(path), "cannot be read as text")]) from error
    reader = csv.DictReader(lines)
    missing = [name for name in ("parent", "child") if name not in (reader.fieldnames or ())]
    faults = [Fault(f"{path}:1", f"no column {name}", "Begin with: parent,child") for name in missing]
    parents: dict[Coding, set[Coding]] = defaultdict(set)
    for row in () if missing else reader:
        system = canonical_system(row.get("system") or "snomed")
        parent, child = canonical_code(system, row["parent"]), canonical_code(system, row["child"])
        if parent is None or child is None:
            faults.append(Fault(f"{path}:{reader.line_num}", "no parent or no child"))
        else:
            parents[child].add(parent)
    if faults:
        raise TerminologyError(f"{path} is not a hierarchy.", faults)
    return Hierarchy({child: frozenset(found) for child, found in parents.items()})


def bind_codes(
    concepts: Mapping[str, Concept],
    codes: Iterable[tuple[str | None, str | None]],
    hierarchy: Hierarchy | None = None,
) -> tuple[CodeBinding, ...]:
    """
    The bindings of (system, code) pairs, spelled as they came, in their order and that of the concepts.

    A pair without system or code binds to nothing. Every concept's own id in LOCAL_SYSTEM always binds.
    """
    index = _Index.of(concepts.values())
    bindings: list[CodeBinding] = []
    for system, code in codes:
        coding = canonical_code(system, code)
        if system is None or code is None or coding is None:
            continue
        ancestors = frozenset() if hierarchy is None else hierarchy.ancestors(coding)
        for concept_id, rule in index.find(coding, ancestors):
            bindings.append(CodeBinding(concept_id, system, code, rule.suggests, rule.method, rule.is_fasting))
    return tuple(bindings)


@dataclass(frozen=True)
class _Hit:
    """A rule of a concept that may meet a code; `order` is the place of the concept."""

    order: int
    concept_id: str
    rule: CodeRule


@dataclass(frozen=True)
class _Index:
    """All rules by what they match, so that a code costs a few look-ups however many rules there are."""

    exact: Mapping[Coding, tuple[_Hit, ...]]
    prefix: Mapping[Coding, tuple[_Hit, ...]]
    prefix_lengths: Mapping[str, tuple[int, ...]]
    descendants: Mapping[Coding, tuple[_Hit, ...]]

    @classmethod
    def of(cls, concepts: Iterable[Concept]) -> "_Index":
        exact: dict[Coding, list[_Hit]] = defaultdict(list)
        prefix: dict[Coding, list[_Hit]] = defaultdict(list)
        descendants: dict[Coding, list[_Hit]] = defaultdict(list)
        for order, concept in enumerate(concepts):
            for rule in (CodeRule(LOCAL_SYSTEM, concept.id), *concept.codes):
                coding = canonical_code(rule.system, rule.code)
                if coding is None:
                    continue
                hit = _Hit(order, concept.id, rule)
                (prefix if rule.match is Match.PREFIX else exact)[coding].append(hit)
                if rule.match is Match.DESCENDANTS:
                    descendants[coding].append(hit)
        lengths: dict[str, set[int]] = defaultdict(set)
        for system, begin in prefix:
            lengths[system].add(len(begin))
        return cls(
            _frozen(exact),
            _frozen(prefix),
            {key: tuple(sorted(each)) for key, each in lengths.items()},
            _frozen(descendants),
        )

    def find(self, coding: Coding, ancestors: frozenset[Coding]) -> list[tuple[str, CodeRule]]:
        """The rule that counts for each concept that the code belongs to, in the order of the concepts."""
        hits = [(_EXACT, hit) for hit in self.exact.get(coding, ())]
        system, code = coding
        for length in self.prefix_lengths.get(system, ()):
            if length <= len(code):
                hits += [(length, hit) for hit in self.prefix.get((system, code[:length]), ())]
        if ancestors and self.descendants:
            for ancestor in ancestors:
                hits += [(_DESCENDANT, hit) for hit in self.descendants.get(ancestor, ())]
        return _most_specific(hits) if hits else []


def _most_specific(hits: list[tuple[int, _Hit]]) -> list[tuple[str, CodeRule]]:
    excluded = {hit.order for _, hit in hits if hit.rule.excludes}
    best: dict[int, tuple[tuple[int, bool], _Hit]] = {}
    for specificity, hit in hits:
        rank = (specificity, not hit.rule.suggests)
        if hit.order not in excluded and (hit.order not in best or rank > best[hit.order][0]):
            best[hit.order] = (rank, hit)
    return [(hit.concept_id, hit.rule) for _, (_, hit) in sorted(best.items())]


def _frozen(found: Mapping[Coding, list[_Hit]]) -> dict[Coding, tuple[_Hit, ...]]:
    return {key: tuple(hits) for key, hits in found.items()}


def answer_of(concept: Concept, system: str | None, code: str | None, text: str | None) -> str | None:
    """
    The answer word of a coded concept that a value means; None when it means none of them.

    A code is looked up in its system; a code without system, and a text, are compared with the words, case and
    blanks aside. The code decides: the text is read only when there is no code, or the code means nothing.
    """
    if not concept.answers:
        return None
    codes, words = _answer_index(tuple((word, meant) for word, meant in concept.answers.items()))
    coding = canonical_code(system, code)
    if coding is not None:
        found = codes.get(coding) or (words.get(_word(coding[1])) if coding[0] == LOCAL_SYSTEM else None)
    else:
        found = words.get(_word(code)) if code is not None else None
    return found or (words.get(_word(text)) if text is not None else None)


@lru_cache(maxsize=512)
def _answer_index(answers: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Mapping[Coding, str], Mapping[str, str]]:
    codes: dict[Coding, str] = {}
    words: dict[str, str] = {}
    for answer, meant in answers:
        words[_word(answer)] = answer
        for each in meant:
            system, separator, code = each.rpartition("|")
            coding = canonical_code(system, code) if separator else None
            if coding is None:
                words.setdefault(_word(each), answer)
            else:
                codes[coding] = answer
    return codes, words


def _word(text: str) -> str:
    return " ".join(text.casefold().split())
