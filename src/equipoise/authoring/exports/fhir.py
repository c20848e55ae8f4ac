"""A protocol as FHIR R5 JSON: a bundle of study, criteria (EvidenceVariable and Group), value sets and plan.

The EvidenceVariable holds the algebra of rules as far as the standard can say it (`fhir_rules`); the Group is the
simple view, with a value where a criterion is one plain fact, else a reference. Each gate is an EvidenceVariable of its
own; the schedule is a PlanDefinition (`fhir_plan`). The criterion as we keep it rides as JSON in an extension of its
characteristic, the protocol in one of the study: `fhir_carried` takes them back.
"""

from collections.abc import Mapping
from typing import Any

from equipoise.authoring.exports.carried import take_apart, to_text
from equipoise.authoring.exports.fhir_codes import BASE, GATE_URL, RULE_URL, extension, resource_id
from equipoise.authoring.exports.fhir_plan import make_plan_definition
from equipoise.authoring.exports.fhir_rules import RuleWriter, simple_value
from equipoise.authoring.exports.fhir_study import IN_EXTENSION, make_study
from equipoise.authoring.exports.fhir_values import Values
from equipoise.authoring.exports.losses import Export, LossBook, without_a_place
from equipoise.criteria.truth import Kind
from equipoise.protocol.model import DRAFT_SENTENCE, Protocol, Version
from equipoise.protocol.resolve import ResolvedCriterion, ResolvedVersion, resolve
from equipoise.protocol.resolve_plan import resolve_plan
from equipoise.protocol.rules import ReadingSpec, RuleContext
from equipoise.terminology.concepts import Concept

Fhir = dict[str, Any]


def export_fhir(protocol: Protocol, library: Mapping[str, Concept], *, version: str | None = None) -> Export:
    """
    A version of a protocol as a FHIR R5 bundle (a collection).

    Parameters
    ----------
    library
        The shipped concepts; those that the protocol declares itself are added.
    version
        Its name; the default version when none is named.

    Raises
    ------
    ProtocolError
        There is no such version, or its rules cannot be executed with this library.
    """
    chosen = protocol.version(version)
    return _Bundle(protocol, chosen, protocol.library(library)).make()


class _Bundle:
    """Makes the resources of one version, and what joins them."""

    def __init__(self, protocol: Protocol, version: Version, library: Mapping[str, Concept]) -> None:
        self._protocol, self._version = protocol, version
        self._resolved = resolve(version, library)
        self._losses = LossBook()
        self._values = Values(library, version.anchors, self._losses)
        self._rules = RuleWriter(self._values, _context(self._resolved, library), self._losses)
        self._head, self._criteria = take_apart(protocol, version)
        self._status = "draft" if version.is_draft else "active"

    def make(self) -> Export:
        self._losses.add("every criterion", "unknown as an answer: what happens when data are missing or contradict")
        eligibility = self._eligibility()
        gates = {gate.id: self._gate(gate) for gate in self._resolved.gates}
        plan = self._plan()
        study = make_study(
            self._protocol,
            self._version,
            carried=to_text(self._head),
            eligibility=_reference(eligibility),
            gates={name: _reference(gate) for name, gate in gates.items()},
            losses=self._losses,
        )
        group = self._group(eligibility)
        study |= {"protocol": [{"reference": _reference(each)} for each in plan]} if plan else {}
        resources = [study, eligibility, *gates.values(), group, *self._values.value_sets(self._status), *plan]
        self._note_criteria()
        entries = [{"fullUrl": f"{BASE}/{_reference(each)}", "resource": each} for each in resources]
        bundle: Fhir = {
            "resourceType": "Bundle",
            "id": resource_id(self._protocol.id, self._version.name),
            "type": "collection",
            "entry": entries,
        }
        return Export(bundle, self._losses.losses)

    def _plan(self) -> list[Fhir]:
        """The schedule, where this version has a plan."""
        name = self._version.name
        if self._protocol.plan_of(name) is None:
            return []
        return [make_plan_definition(self._protocol, self._version, resolve_plan(self._protocol, name), self._losses)]

    def _eligibility(self) -> Fhir:
        """All criteria of enrolment; they are joined by *and*, and an exclusion is excluded."""
        characteristics = [self._characteristic(each) for each in self._resolved.criteria]
        return self._variable("eligibility", f"Eligibility, {self._version.label}", characteristics)

    def _gate(self, gate: ResolvedCriterion) -> Fhir:
        made = self._variable(gate.id, f"Gate {gate.id}: {gate.criterion.text}", [self._characteristic(gate)])
        written = self._criteria[gate.id]
        parts = [{"url": key, "valueString": str(written[key])} for key in ("arm", "before")]
        made["extension"] = [{"url": GATE_URL, "extension": parts}]
        return made

    def _variable(self, name: str, title: str, characteristics: list[Fhir]) -> Fhir:
        made: Fhir = {
            "resourceType": "EvidenceVariable",
            "id": resource_id(self._protocol.id, self._version.name, name),
            "version": self._version.name,
            "title": title,
            "status": self._status,
            "actual": False,
            "characteristic": characteristics,
        }
        if self._version.is_draft:
            made["note"] = [{"text": DRAFT_SENTENCE}]
        return made

    def _characteristic(self, each: ResolvedCriterion) -> Fhir:
        is_exclusion = each.kind is Kind.EXCLUSION
        made = self._rules.characteristic(each.node, each.id, lets_in=not is_exclusion)
        if made.keys() & {"exclude", "modifierExtension"}:
            # `exclude` says here of which kind the criterion is; what is negated or qualified itself stands below.
            made = {"definitionByCombination": {"code": "all-of", "characteristic": [made]}}
        head: Fhir = {
            "extension": [extension(RULE_URL, to_text(self._criteria[each.id]))],
            "linkId": resource_id(each.id),
            "description": each.criterion.text,
        }
        if each.criterion.comment:
            head["note"] = [{"text": each.criterion.comment}]
        return head | {"exclude": is_exclusion} | made

    def _group(self, eligibility: Fhir) -> Fhir:
        """One characteristic for each criterion: its plain fact, or a reference to where its rule stands."""
        characteristics = []
        for each, made in zip(self._resolved.criteria, eligibility["characteristic"], strict=True):
            simple = simple_value(made)
            if simple is None:
                where = {"reference": _reference(eligibility), "display": f"criterion {each.id}"}
                simple = {"code": {"text": each.criterion.text}, "valueReference": where}
            characteristics.append({"id": resource_id(each.id), **simple, "exclude": made["exclude"]})
        return {
            "resourceType": "Group",
            "id": resource_id(self._protocol.id, self._version.name, "group"),
            "type": "person",
            "membership": "definitional",
            "name": f"Eligible for {self._protocol.title}",
            "description": "The simple view of the criteria; the rules stand in the EvidenceVariable.",
            "characteristic": characteristics,
        }

    def _note_criteria(self) -> None:
        for each in (*self._resolved.criteria, *self._resolved.gates):
            for what in without_a_place(each.criterion):
                self._losses.add(each.id, f"{what}: {IN_EXTENSION}")
        where = f"version {self._version.name}"
        uses = (*self._resolved.readings, *self._resolved.gate_readings)
        for use in (use for use in uses if use.chosen is not None):
            where_used = ", ".join(use.criterion_ids)
            self._losses.add(where_used, f"reading {use.name!r} is written as {use.chosen!r}; others: {IN_EXTENSION}")
        if self._version.absence.no:
            self._losses.add(where, f"for which concepts no record means no: {IN_EXTENSION}")
        if self._version.windows:
            self._losses.add(where, f"names of windows, and which are assumptions: {IN_EXTENSION}")


def _context(resolved: ResolvedVersion, library: Mapping[str, Concept]) -> RuleContext:
    context = RuleContext(library, {use.name: use.window for use in resolved.windows})
    for use in (*resolved.readings, *resolved.gate_readings):
        labels, says = tuple(label for label, _ in use.alternatives), tuple(says for _, says in use.alternatives)
        context.readings[use.name] = ReadingSpec(use.name, labels, says)
    return context


def _reference(resource: Fhir) -> str:
    return f"{resource['resourceType']}/{resource['id']}"
