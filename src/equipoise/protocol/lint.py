"""Faults of meaning: a protocol that can be executed and still does not say what its author meant.

What cannot be executed at all is found by `library`; `lint_file` shows both. A finding that is meant so is
acknowledged at its criterion, with a reason, and becomes a notice.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from equipoise.criteria.nodes import AS_OF, Node, Reading, Window, windows_of
from equipoise.criteria.truth import Kind
from equipoise.errors import ProtocolError
from equipoise.protocol.choices import concepts_in
from equipoise.protocol.document import Document, Where, read_document
from equipoise.protocol.findings import Finding, Severity
from equipoise.protocol.lint_absence import check_absence
from equipoise.protocol.lint_analysis import lint_analysis
from equipoise.protocol.lint_limits import check_gap, check_limits
from equipoise.protocol.lint_plan import lint_plan, lint_plan_rule
from equipoise.protocol.loading import build_protocol, find_protocol
from equipoise.protocol.model import Criterion, Gate, Origin, Protocol, Record, RepairStatus, Version
from equipoise.protocol.phrases import parse_window
from equipoise.protocol.plan_checks import rules_of_plan
from equipoise.protocol.resolve_plan import anchors_of
from equipoise.protocol.rules import RuleContext, collect_rule
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM, Concept, ConceptKind, DecidedBy

__all__ = ["Finding", "Severity", "lint", "lint_file"]

_SIDES = (("inclusion", Kind.INCLUSION), ("exclusion", Kind.EXCLUSION), ("gates", Kind.INCLUSION))


@dataclass(frozen=True)
class _Rule:
    """A criterion with its node (as written, readings open) and its place."""

    criterion: Criterion
    kind: Kind
    node: Node
    where: Where


def lint_file(name_or_path: str | Path, library: Mapping[str, Concept] | None = None) -> tuple[Finding, ...]:
    """
    Every finding about a protocol, by name or path, in the order of the file.

    Parameters
    ----------
    name_or_path
        As `library.load_protocol` takes it.
    library
        Concepts beside those that the protocol declares; the shipped ones by default.

    Raises
    ------
    ProtocolError
        There is no such file, or it is no YAML; a file that can be read but not executed gives findings.
    """
    document = read_document(find_protocol(name_or_path))
    concepts = base_library() if library is None else library
    try:
        protocol = build_protocol(document, concepts)
    except ProtocolError as error:
        return tuple(
            Finding("cannot-be-executed", Severity.FAULT, fault.where, fault.what, fault.do) for fault in error.faults
        )
    return lint(protocol, concepts)


def lint(protocol: Protocol, library: Mapping[str, Concept]) -> tuple[Finding, ...]:
    """Every finding about a protocol that can be executed, in the order of its file."""
    return _Lint(protocol, library).run()


class _Lint:
    def __init__(self, protocol: Protocol, library: Mapping[str, Concept]) -> None:
        self._protocol, self._library = protocol, protocol.library(library)
        self._document = protocol.document or Document(Path(f"{protocol.id}.yaml"), protocol.model_dump())
        self._findings: dict[tuple[int, str, str], Finding] = {}
        self._texts = {record.id: self._read(record) for record in protocol.records}
        self._used_concepts: set[str] = set()
        self._named_concepts: set[str] = set()
        self._anchors_of_plans: set[str] = set()

    def run(self) -> tuple[Finding, ...]:
        contexts = [self._context(version) for version in self._protocol.versions]
        rules = [list(self._rules(i, contexts[i])) for i in range(len(contexts))]
        for version, context in zip(self._protocol.versions, contexts, strict=True):
            self._check_rules_of_plan(version, context)
        self._check_plans()
        self._check_analyses()
        self._used_concepts = {concept for each in rules for rule in each for concept in concepts_in(rule.node)}
        self._check_records()
        self._check_concepts()
        for index, version in enumerate(self._protocol.versions):
            self._check_version(index, version, contexts[index], rules[index])
            for rule in rules[index]:
                self._check_criterion(rule, version)
        return tuple(self._findings[key] for key in sorted(self._findings))

    def _context(self, version: Version) -> RuleContext:
        windows = {
            name: parse_window(setting.length, label=name, anchor=setting.anchor)
            for name, setting in version.windows.items()
        }
        return RuleContext(self._library, windows)

    def _rules(self, index: int, context: RuleContext) -> Iterator[_Rule]:
        version = self._protocol.versions[index]
        for side, kind in _SIDES:
            for position, criterion in enumerate(getattr(version, side)):
                where: Where = ("versions", index, side, position)
                of_kind = replace(context, kind=kind)
                node = collect_rule(criterion.rule_in_force, of_kind, where)
                others = [collect_rule(note.when, of_kind, where) for note in criterion.notes]
                aside = replace(of_kind, readings={})
                others += [collect_rule(rule, aside, where) for rule in criterion.rules_set_aside]
                assert node is not None
                named = {name for each in others if each is not None for name in concepts_in(each)}
                self._named_concepts |= {*named, *([criterion.confirm] if criterion.confirm else [])}
                yield _Rule(criterion, kind, node, where)

    # ------------------------------------------------------------------ records

    def _read(self, record: Record) -> str | None:
        path = self._document.path.parent / record.file
        return path.read_bytes().decode("utf-8") if path.is_file() else None

    def _check_records(self) -> None:
        for index, record in enumerate(self._protocol.records):
            text = self._texts[record.id]
            if text is None:
                what = f"the record {record.file} is not beside the protocol, so its spans cannot be checked"
                self._add("record-missing", ("records", index, "file"), what, "", Severity.NOTICE)
            elif hashlib.sha256(text.encode()).hexdigest() != record.sha256:
                what = f"the record {record.file} is not the one that was read: its digest differs"
                self._add("record-changed", ("records", index, "sha256"), what, "Restore it, or review every span.")
            if record.origin is not None:
                self._check_origin(record.origin, ("records", index, "origin"))

    def _check_origin(self, origin: Origin, where: Where) -> None:
        path = self._document.path.parent / origin.file
        if not path.is_file():
            what = f"the file {origin.file}, from which the record was laid out, is not beside the protocol"
            self._add("record-missing", (*where, "file"), what, "", Severity.NOTICE)
        elif hashlib.sha256(path.read_bytes()).hexdigest() != origin.sha256:
            what = f"the file {origin.file} is not the one that was read: its digest differs"
            self._add("record-changed", (*where, "sha256"), what, "Restore it, or draft the protocol again.")

    def _check_concepts(self) -> None:
        """What the protocol declares itself is used, and can be found in records."""
        for name in self._protocol.concepts:
            concept, where = self._library[name], ("concepts", name)
            if name not in self._used_concepts | self._named_concepts:
                self._add("concept-never-used", where, f"no rule asks for {name}", "Remove it.", Severity.NOTICE)
            if not concept.codes and concept.decided_by is DecidedBy.RECORD:
                what = f"{name} still needs codes: until it has some, it is found under {LOCAL_SYSTEM}|{name} alone"
                self._add("concept-needs-codes", where, what, "Add codes here or in a site file.", Severity.NOTICE)

    def _check_words(self, rule: _Rule) -> None:
        spans = [(source.record, span) for source in rule.criterion.sources for span in source.spans]
        texts = [(self._texts.get(record), span) for record, span in spans]
        if any(text is None for text, _ in texts):
            return
        pieces = [" ".join((text or "")[start:end].split()) for text, (start, end) in texts]
        if " ".join(pieces) != " ".join(rule.criterion.text.split()):
            what = f"the words differ from the record, which says there: {' '.join(pieces)[:80]!r}"
            self._add("words-differ", (*rule.where, "sources"), what, "Correct the text or the spans.")

    # ------------------------------------------------------------------ versions

    def _check_version(self, index: int, version: Version, context: RuleContext, rules: list[_Rule]) -> None:
        where: Where = ("versions", index)
        if version.is_draft:
            do = "Review it, then write status: signed with signed_by and signed_at."
            what = f"nobody has signed version {version.name}: it is for review only"
            self._add("draft-not-signed", (*where, "review"), what, do, Severity.NOTICE)
        for name in version.windows:
            if name not in context.used_windows:
                self._add(
                    "window-never-used", (*where, "windows", name), f"no rule uses the window {name}", "Remove it."
                )
        for position, concept in enumerate(version.absence.no):
            self._check_assumption(concept, (*where, "absence", "no", position))
        self._check_readings(version, context, where)
        anchors = {gate.before for gate in version.gates} | self._anchors_of_plans
        anchors |= {window.anchor for rule in rules for window in _windows(rule)}
        for name in version.anchors:
            if name not in anchors:
                self._add("anchor-never-used", (*where, "anchors", name), f"nothing counts from {name}", "Remove it.")
        inclusions = [rule for rule in rules if rule.kind is Kind.INCLUSION and not isinstance(rule.criterion, Gate)]
        for inclusion in inclusions:
            for exclusion in (rule for rule in rules if rule.kind is Kind.EXCLUSION):
                for code, what, do in check_gap(inclusion.node, exclusion.node, self._library):
                    pair = f"{inclusion.criterion.id} and {exclusion.criterion.id}: {what}"
                    self._add_to(exclusion, code, pair, do, inclusion.criterion)

    def _check_assumption(self, concept: str, where: Where) -> None:
        if concept not in self._used_concepts:
            self._add("concept-never-used", where, f"no rule asks for {concept}", "Remove it, or write its rule.")
        elif not self._library[concept].codes:
            what = f"absence of {concept} means nothing as long as it has no codes"
            self._add("absence-without-codes", where, what, "Add codes here or in a site file.", Severity.NOTICE)
        elif self._library[concept].kind is not ConceptKind.EVENT:
            what = f"{concept} has a value; that none is on record never means no"
            self._add("absence-of-a-value", where, what, "Assume absence of diagnoses and therapies only.")

    def _check_readings(self, version: Version, context: RuleContext, where: Where) -> None:
        for name, choice in version.readings.items():
            place: Where = (*where, "readings", name)
            spec = context.readings.get(name)
            if spec is None and not choice.alternatives:
                self._add("reading-never-used", place, f"no rule has the reading {name}", "Remove it.")
            if spec is not None and choice.alternatives:
                what = f"{name} is chosen as built in, but a rule has its alternatives"
                self._add("reading-twice", place, what, "Remove the alternatives here.")
        for name in context.readings:
            if name not in version.readings:
                what = f"a rule has the reading {name}, and readings does not say whether one is chosen"
                self._add("reading-not-stated", (*where, "readings"), what, f"Add {name}: {{chosen: null, because: …}}")

    # ------------------------------------------------------------------ plans

    def _check_plans(self) -> None:
        for name, plan in self._protocol.plans.items():
            if all(version.plan != name for version in self._protocol.versions):
                what = f"no version has the plan {name}"
                self._add("plan-never-used", ("plans", name), what, "Name it in a version (plan), or remove it.")
            self._named_concepts |= {course.concept for course in plan.courses}
            self._named_concepts |= {name for activity in plan.activities for name in activity.concepts}
            for code, where, what, do, severity in lint_plan(plan, self._protocol.arms):
                self._add(code, ("plans", name, *where), what, do, severity)

    def _check_analyses(self) -> None:
        for name, plan in self._protocol.analyses.items():
            if all(version.analysis != name for version in self._protocol.versions):
                what = f"no version has the analysis plan {name}"
                self._add("plan-never-used", ("analyses", name), what, "Name it in a version (analysis), or remove it.")
            if plan.new_therapy is not None:
                self._named_concepts |= set(plan.new_therapy.concepts)
            for code, where, what, do, severity in lint_analysis(self._protocol, plan):
                self._add(code, ("analyses", name, *where), what, do, severity)

    def _check_rules_of_plan(self, version: Version, context: RuleContext) -> None:
        """Rules of a plan are read by each version that has it; windows and readings that they name are used there."""
        plan = self._protocol.plan_of(version.name)
        written = {} if plan is None else plan.model_dump(include={"gates", "dose_rules"})
        for where, rule in rules_of_plan(written, ("plans", str(version.plan))):
            node = collect_rule(rule, replace(context, kind=Kind.INCLUSION), where)
            assert plan is not None
            assert node is not None
            self._named_concepts |= set(concepts_in(node))
            self._anchors_of_plans |= {window.anchor for part in node.walk() for window in windows_of(part)}
            rule_id = _part_at(written, where[2:-1])["id"]
            for code, place, what, do, severity in lint_plan_rule(plan, rule_id, node, where, self._library):
                self._add(code, place, what, do, severity)

    # ------------------------------------------------------------------ criteria

    def _check_criterion(self, rule: _Rule, version: Version) -> None:
        self._check_words(rule)
        self._check_repair(rule)
        self._check_anchors(rule, version)
        found = [*check_limits(rule.node, self._library), *_same_alternatives(rule.node)]
        assumed = frozenset(name for name in version.absence.no if self._library[name].codes)
        found += check_absence(rule.node, rule.kind, assumed)
        for code, what, do in found:
            self._add_to(rule, code, what, do)
        codes = {finding.code for finding in self._findings.values() if finding.criterion == rule.criterion.id}
        for each in rule.criterion.acknowledged:
            if each.code not in codes:
                what = f"{rule.criterion.id} acknowledges {each.code}, which is not found"
                self._add("acknowledged-nothing", (*rule.where, "acknowledged"), what, "Remove it.")

    def _check_repair(self, rule: _Rule) -> None:
        repair = rule.criterion.repair
        if rule.criterion.is_damaged and (repair is None or repair.status is not RepairStatus.ACCEPTED):
            what = f"the text of {rule.criterion.id} is damaged and no repair is accepted: unknown for every patient"
            self._add("never-decided", (*rule.where, "damage"), what, "Accept a repair.", Severity.NOTICE)
        for position, proposal in enumerate(rule.criterion.proposals):
            if proposal.status is RepairStatus.PROPOSED:
                what = f"{proposal.by} proposes another rule for {rule.criterion.id}, which nobody has decided on"
                do = "Accept it (status, accepted_by) or reject it."
                self._add("proposal-waiting", (*rule.where, "proposals", position), what, do, Severity.NOTICE)

    def _check_anchors(self, rule: _Rule, version: Version) -> None:
        for window in _windows(rule):
            if window.anchor == AS_OF:
                continue
            if not isinstance(rule.criterion, Gate):
                what = f"{rule.criterion.id} is judged at enrolment, when the day of {window.anchor} is not known"
                self._add_to(rule, "wrong-anchor", what, "Count from as_of, or make it a gate of its arm.")
            elif window.anchor not in self._anchors(version):
                what = f"{rule.criterion.id} counts from {window.anchor}, which is no anchor of this version"
                self._add_to(rule, "wrong-anchor", what, f"Anchors: {', '.join(self._anchors(version))}.")

    def _anchors(self, version: Version) -> tuple[str, ...]:
        plan = self._protocol.plan_of(version.name)
        of_plan = sorted(anchors_of(plan, version)) if plan is not None else ()
        return tuple(dict.fromkeys((AS_OF, *version.anchors, *of_plan)))

    # ------------------------------------------------------------------ findings

    def _add_to(self, rule: _Rule, code: str, what: str, do: str, other: Criterion | None = None) -> None:
        """A finding about a criterion; the acknowledgement of either of a pair makes it a notice."""
        given = (*rule.criterion.acknowledged, *(other.acknowledged if other else ()))
        because = next((each.because for each in given if each.code == code), None)
        severity = Severity.FAULT if because is None else Severity.NOTICE
        said = do if because is None else f"Acknowledged: {because}."
        self._add(code, (*rule.where, "rule"), what, said, severity, rule.criterion.id)

    def _add(
        self, code: str, where: Where, what: str, do: str, severity: Severity = Severity.FAULT, criterion: str = ""
    ) -> None:
        """The same finding on the same lines is one, though an amendment takes them over."""
        key = (self._document.line(where), code, what)
        self._findings.setdefault(key, Finding(code, severity, self._document.at(where), what, do, criterion))


def _part_at(data: Any, where: Where) -> Any:
    for step in where:
        data = data[step]
    return data


def _windows(rule: _Rule) -> Iterator[Window]:
    for node in rule.node.walk():
        yield from windows_of(node)


def _same_alternatives(node: Node) -> Iterator[tuple[str, str, str]]:
    for part in node.walk():
        if isinstance(part, Reading) and len(set(part.alternatives)) < len(part.alternatives):
            what = f"two alternatives of the reading {part.name} are the same rule"
            yield "alternatives-agree", what, "Write what differs, or remove the reading."
