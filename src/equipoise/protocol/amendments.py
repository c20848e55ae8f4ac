"""What an amendment changes: the criteria whose meaning differs between two versions, and how, in words.

Decides which criterion is which (`matching`), whether both judge every patient alike, and what to say of it
(`rule_changes`); of the plan `plan_changes` speaks. Windows, readings, repairs, concepts and assumptions count as far
as a criterion uses them; the file around them does not. Whom a change concerns is found by screening, not here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from equipoise.criteria.nodes import Node
from equipoise.criteria.prose import outline
from equipoise.criteria.truth import Kind
from equipoise.protocol.analysis_changes import compare_analyses
from equipoise.protocol.analysis_plan import AnalysisPlan
from equipoise.protocol.matching import pair_criteria, same_words
from equipoise.protocol.model import Criterion, Gate, Protocol, Repair, RepairStatus, Version
from equipoise.protocol.plan import Plan
from equipoise.protocol.plan_changes import compare_plans
from equipoise.protocol.resolve import ReadingUse, ResolvedCriterion, ResolvedVersion, resolve
from equipoise.protocol.rule_changes import Wording, concepts_of, describe_changes, meaning_key
from equipoise.terminology.concepts import CodeRule, Concept

UNKNOWN_FOR_ALL = "unknown for every patient"


@dataclass(frozen=True)
class Edition:
    """A version, the concepts that its rules may name (`Protocol.library`), its plans; `name` is how people call it."""

    name: str
    version: Version
    library: Mapping[str, Concept]
    plan: Plan | None = None
    analysis: AnalysisPlan | None = None

    @classmethod
    def of(cls, protocol: Protocol, version: str | None, base: Mapping[str, Concept]) -> "Edition":
        """
        A version of a protocol; its default one when none is named.

        Raises
        ------
        ProtocolError
            There is no such version.
        """
        found = protocol.version(version)
        name = f"{protocol.id}, version {found.name}"
        plans = protocol.plan_of(found.name), protocol.analysis_of(found.name)
        return cls(name, found, protocol.library(base), *plans)


@dataclass(frozen=True)
class Statement:
    """A criterion as one version has it: where it stands, its words, its rule line by line."""

    id: str
    place: str
    text: str
    rule: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One criterion that differs; `before` or `now` is None where it was added or removed. `says` tells how."""

    before: Statement | None
    now: Statement | None
    says: tuple[str, ...]

    @property
    def ids(self) -> tuple[str | None, str | None]:
        return (self.before.id if self.before else None, self.now.id if self.now else None)

    @property
    def label(self) -> str:
        """`E2`, or `I6 -> G1` where the number differs."""
        return " -> ".join(dict.fromkeys(name for name in self.ids if name is not None))


@dataclass(frozen=True)
class Difference:
    """
    What differs between two versions.

    `meaning` holds the criteria that judge patients differently, `wording` those that differ in words, marks or
    number alone; `n_same` counts the others. `plan` and `analysis` tell what differs in the plan and in the analysis
    plan, one sentence each.
    """

    before: str
    now: str
    meaning: tuple[Change, ...]
    wording: tuple[Change, ...]
    n_same: int
    plan: tuple[str, ...] = ()
    analysis: tuple[str, ...] = ()


def compare_versions(before: Edition, now: Edition) -> Difference:
    """
    Every criterion that differs, in the order of the earlier version; added ones last.

    Raises
    ------
    ProtocolError
        A version cannot be executed.
    """
    old, new = _Side(before), _Side(now)
    meaning: list[Change] = []
    wording: list[Change] = []
    pairs = pair_criteria([each.criterion for each in old.all], [each.criterion for each in new.all])
    for left, right in pairs:
        first = _Part(old, old.all[left]) if left is not None else None
        second = _Part(new, new.all[right]) if right is not None else None
        statements = (first.statement if first else None, second.statement if second else None)
        if first is None or second is None:
            meaning.append(Change(*statements, ("added" if first is None else "removed",)))
        elif says := tuple(_meaning_changes(first, second)):
            meaning.append(Change(*statements, says))
        elif says := tuple(_wording_changes(first.criterion, second.criterion)):
            wording.append(Change(*statements, says))
    n_same = len(pairs) - len(meaning) - len(wording)
    plan = compare_plans(before.plan, now.plan)
    analysis = compare_analyses(before.analysis, now.analysis)
    return Difference(before.name, now.name, tuple(meaning), tuple(wording), n_same, plan, analysis)


class _Side:
    """A version resolved as if every damage were closed: what is behind an open repair is compared too."""

    def __init__(self, edition: Edition) -> None:
        self.version, self.library = edition.version, edition.library
        self.resolved: ResolvedVersion = resolve(_without_damage(edition.version), edition.library)
        self.all = (*self.resolved.criteria, *self.resolved.gates)
        self.readings = {use.name: use for use in (*self.resolved.readings, *self.resolved.gate_readings)}
        says = {name: [words for _, words in use.alternatives] for name, use in self.readings.items()}
        self.wording = Wording(self.library, says)

    def readings_of(self, criterion_id: str) -> dict[str, ReadingUse]:
        return {name: use for name, use in self.readings.items() if criterion_id in use.criterion_ids}


def _without_damage(version: Version) -> Version:
    whole = {"damage": None, "repair": None}
    sides = {
        side: [criterion.model_copy(update=whole) for criterion in getattr(version, side)]
        for side in ("inclusion", "exclusion", "gates")
    }
    return version.model_copy(update=sides)


class _Part:
    """One criterion of a side, with what its meaning hangs on."""

    def __init__(self, side: _Side, resolved: ResolvedCriterion) -> None:
        self.side, self.kind = side, resolved.kind
        self.criterion: Criterion = side.version.criterion(resolved.id)
        self.node: Node = resolved.node

    @cached_property
    def place(self) -> str:
        if isinstance(self.criterion, Gate):
            return f"gate of {self.criterion.arm} before {self.criterion.before.replace('-', ' ')}"
        return "inclusion" if self.kind is Kind.INCLUSION else "exclusion"

    @cached_property
    def is_open(self) -> bool:
        repair = self.criterion.repair
        return self.criterion.is_damaged and (repair is None or repair.status is not RepairStatus.ACCEPTED)

    @cached_property
    def assumed(self) -> frozenset[str]:
        return concepts_of(self.node) & self.side.resolved.rulebook.assumed_absent

    @property
    def statement(self) -> Statement:
        lines = outline(self.node, self.side.wording.concepts, self.side.wording.says)
        if self.is_open:
            lines = [f"{UNKNOWN_FOR_ALL} until its damaged text is repaired; then:", *(f"  {line}" for line in lines)]
        return Statement(self.criterion.id, self.place, self.criterion.text, tuple(lines))


def _meaning_changes(old: _Part, new: _Part) -> Iterator[str]:
    if old.place != new.place:
        yield f"moved: {old.place} -> {new.place}"
    if old.is_open != new.is_open:
        yield _damage_change(new)
    if old.criterion.rule != old.criterion.rule_in_force or new.criterion.rule != new.criterion.rule_in_force:
        yield from _proposal_changes(old, new)
    yield from _reading_changes(old, new)
    if meaning_key(old.node) != meaning_key(new.node):
        yield from describe_changes(old.node, new.node, old.side.wording, new.side.wording)
    yield from _concept_changes(old, new)
    for concept in sorted((old.assumed ^ new.assumed) & concepts_of(old.node) & concepts_of(new.node)):
        label = new.side.wording.label(concept)
        yield f"no record of {label} {'no longer means' if concept in old.assumed else 'means'} no"


def _damage_change(new: _Part) -> str:
    if new.is_open:
        return f"its text is damaged and no repair is accepted: {UNKNOWN_FOR_ALL}"
    repair = new.criterion.repair
    if not new.criterion.is_damaged or repair is None:
        return f"its text is whole now; before: {UNKNOWN_FOR_ALL}"
    return f"the repair {repair.reads!r} is accepted by {repair.accepted_by}; before: {UNKNOWN_FOR_ALL}"


def _proposal_changes(old: _Part, new: _Part) -> Iterator[str]:
    if meaning_key(old.node) == meaning_key(new.node):
        return
    for proposal in new.criterion.proposals:
        if proposal.status is RepairStatus.ACCEPTED and proposal not in old.criterion.proposals:
            yield f"the rule that {proposal.by} proposed is accepted by {proposal.accepted_by}"


def _reading_changes(old: _Part, new: _Part) -> Iterator[str]:
    """Readings of the same name that are chosen otherwise, where both know the same alternatives."""
    before, now = (part.side.readings_of(part.criterion.id) for part in (old, new))
    for name in (name for name in before if name in now):
        first, second = before[name], now[name]
        if first.chosen != second.chosen and not second.is_built_in:
            yield f"reading {name}: {_chosen(first)} -> {_chosen(second)}"


def _chosen(use: ReadingUse) -> str:
    return dict(use.alternatives).get(use.chosen, use.chosen) if use.chosen is not None else "open"


def _concept_changes(old: _Part, new: _Part) -> Iterator[str]:
    for name in sorted(concepts_of(old.node) & concepts_of(new.node)):
        first, second = old.side.library[name], new.side.library[name]
        label = second.label
        for code in second.codes:
            if _code_key(code) not in map(_code_key, first.codes):
                yield f"what counts as {label}: added {code.system} {code.code}"
        for code in first.codes:
            if _code_key(code) not in map(_code_key, second.codes):
                yield f"what counts as {label}: removed {code.system} {code.code}"
        if _definition(first) != _definition(second):
            yield f"what {label} is: its kind, unit, tables or answers are others"


def _code_key(code: CodeRule) -> tuple[object, ...]:
    return (code.system, code.code, code.match, code.suggests, code.excludes, code.method, code.is_fasting)


def _definition(concept: Concept) -> tuple[object, ...]:
    answers = {word: tuple(meant) for word, meant in concept.answers.items()}
    unit = (concept.unit, concept.is_unit_required, concept.equivalence)
    return (concept.kind, frozenset(concept.tables), *unit, answers, concept.decided_by)


def _wording_changes(old: Criterion, new: Criterion) -> Iterator[str]:
    if old.id != new.id:
        yield f"number: {old.id} -> {new.id}"
    if not same_words(old.text, new.text):
        yield "its words differ"
    if _damage_words(old) != _damage_words(new):
        yield f"damage: {_damage_words(old)} -> {_damage_words(new)}"
    if _repair_key(old.repair) != _repair_key(new.repair):
        yield f"repair: {_repair_words(old.repair)} -> {_repair_words(new.repair)}"
    if [note.says for note in old.notes] != [note.says for note in new.notes]:
        yield "its notes differ"
    if old.confirm != new.confirm:
        yield f"confirmed by: {old.confirm or 'nothing'} -> {new.confirm or 'nothing'}"


def _damage_words(criterion: Criterion) -> str:
    """Marks that leave the meaning alone are the layout of one copy of a record, and no change."""
    kinds = dict.fromkeys(each.kind.value for each in criterion.damages if not each.harmless)
    return ", ".join(kinds) or "none"


def _repair_key(repair: Repair | None) -> tuple[str, str] | None:
    return (repair.reads, repair.status.value) if repair is not None else None


def _repair_words(repair: Repair | None) -> str:
    return f"{repair.reads!r} ({repair.status.value})" if repair is not None else "none"
