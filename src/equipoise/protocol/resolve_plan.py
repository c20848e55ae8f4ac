"""The plan of a version at a site, ready to be asked: rules become nodes, the version's own gates stand first.

Decides which gates are asked before which step, and how the site's settings reach their rules: windows, readings,
absence, normal ranges and codes as in `resolve`. What a gate answers for a subject is the business of `conduct`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from equipoise.criteria.bound import BindingIndex, index_bindings
from equipoise.criteria.nodes import AS_OF, Node, Reading
from equipoise.criteria.prose import describe
from equipoise.criteria.rulebook import CriterionRule, Rulebook
from equipoise.criteria.truth import Kind
from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.choices import ReadingUse, choose_reading, concepts_used, put_choices
from equipoise.protocol.document import suggestion
from equipoise.protocol.model import Gate, Protocol, Version
from equipoise.protocol.plan import FIRST_DOSE, LAST_DOSE, RANDOMISATION, DoseTable, Plan, PlanGate
from equipoise.protocol.resolve import ResolvedCriterion, ResolvedVersion, resolve
from equipoise.protocol.rules import RuleContext, collect_rule, open_constant
from equipoise.protocol.site import SiteSettings
from equipoise.protocol.trial import Mark
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library, with_site_codes
from equipoise.terminology.concepts import CodeBinding, Concept

Code = tuple[str | None, str | None]
_CODES_KEPT = 20_000
TABLE = "table/"
"""In front of the id of a dose table, for its rule in the rulebook."""


@dataclass(frozen=True)
class ResolvedGate:
    """
    A gate of the version (its words are the record's) or of the plan.

    Parameters
    ----------
    before
        Courses or steps before which it is asked.
    arms
        Whom it binds; empty: every arm.
    otherwise
        What it says when its rule is false: `hold` or `stop`.
    """

    id: str
    label: str
    before: tuple[str, ...]
    arms: frozenset[str]
    node: Node
    otherwise: str
    unlock: str
    mark: str
    source: str

    def is_before(self, step: str, course: str, arm: str) -> bool:
        """Whether it is asked before a step of a course in an arm."""
        return (step in self.before or course in self.before) and (not self.arms or arm in self.arms)


@dataclass(frozen=True)
class ResolvedPlan:
    """
    Everything that gates, dose rules and calendar need.

    `tables` maps the id of a dose table to its rule of `present`. The ids of `rulebook` are those of gates, and
    `table/…` for dose tables.
    """

    plan: Plan
    gates: tuple[ResolvedGate, ...]
    tables: Mapping[str, Node]
    rulebook: Rulebook
    readings: tuple[ReadingUse, ...]

    def gates_before(self, step: str, arm: str) -> tuple[ResolvedGate, ...]:
        """The gates that are asked before a step in an arm, the version's first."""
        course = self.plan.course_of(step)
        name = course.id if course is not None else ""
        return tuple(gate for gate in self.gates if gate.is_before(step, name, arm))

    @cached_property
    def says(self) -> Mapping[str, str]:
        """Each rule in words, by its id in the rulebook: found once, for gates are asked often."""
        nodes = {gate.id: gate.node for gate in self.gates} | {TABLE + name: node for name, node in self.tables.items()}
        return {rule_id: describe(node, self.rulebook.concepts) for rule_id, node in nodes.items()}

    @cached_property
    def _bound(self) -> dict[Code, tuple[CodeBinding, ...]]:
        return {}

    def bindings_of(self, codes: Iterable[Code]) -> BindingIndex:
        """What (system, code) pairs of records mean here; a pair that was met before is not looked up again."""
        asked = tuple(codes)
        if len(self._bound) > _CODES_KEPT:
            self._bound.clear()
        new = [code for code in asked if code not in self._bound]
        found = index_bindings(bind_codes(self.rulebook.concepts, new)) if new else {}
        self._bound.update((code, found.get(code, ())) for code in new)
        return {code: self._bound[code] for code in asked}


def anchors_of(plan: Plan, version: Version | None = None) -> frozenset[str]:
    """The days from which rules of a plan may count: of the gate, of allocation, of doses and steps, of a version."""
    steps = [step for course in plan.courses for step in course.steps]
    return frozenset((AS_OF, RANDOMISATION, FIRST_DOSE, LAST_DOSE, *steps, *(version.anchors if version else ())))


def resolve_plan(
    protocol: Protocol,
    version_name: str | None = None,
    site: SiteSettings | None = None,
    library: Mapping[str, Concept] | None = None,
) -> ResolvedPlan:
    """
    Combine the plan of a version with a site's settings.

    Parameters
    ----------
    version_name
        The default version when none is named.
    site
        None for the protocol as shipped.
    library
        Concepts beside those that the protocol declares; the shipped ones by default.

    Raises
    ------
    ProtocolError
        There is no such version or it has no plan; the site names what the version does not have; a rule cannot be
        executed with this library.
    TerminologyError
        The site's codes cannot be used.
    """
    version, plan = protocol.version(version_name), protocol.plan_of(version_name)
    if plan is None:
        fault = Fault(f"version {version.name}", "it has no plan", "Name one of the protocol's plans (plan).")
        raise ProtocolError(f"Protocol {protocol.id} cannot be conducted.", [fault])
    site = site or SiteSettings(site="")
    concepts, codes = protocol.library(base_library() if library is None else library), site.all_codes()
    resolved = resolve(version, concepts, site)
    return _PlanResolver(plan, resolved, site, with_site_codes(concepts, codes) if codes else concepts).resolve()


class _PlanResolver:
    def __init__(
        self, plan: Plan, resolved: ResolvedVersion, site: SiteSettings, library: Mapping[str, Concept]
    ) -> None:
        self._plan, self._resolved, self._site, self._library = plan, resolved, site, library
        windows = {use.name: use.window for use in resolved.windows}
        self._context = RuleContext(library, windows, anchors=anchors_of(plan, resolved.version))

    def resolve(self) -> ResolvedPlan:
        written = dict(self._written())
        nodes = {rule_id: self._node(rule_id, rule) for rule_id, rule in written.items()}
        readings = self._readings(nodes)
        self._check()
        chosen = {rule_id: put_choices(node, readings) for rule_id, node in nodes.items()}
        gates = tuple(self._of_version(gate) for gate in self._resolved.gates)
        gates += tuple(_of_plan(gate, chosen[gate.id]) for gate in self._plan.gates)
        tables = {table.id: chosen[TABLE + table.id] for table in _tables(self._plan)}
        rules = {gate.id: gate.node for gate in gates} | {TABLE + name: node for name, node in tables.items()}
        book = self._resolved.rulebook
        return ResolvedPlan(
            plan=self._plan,
            gates=gates,
            tables=MappingProxyType(tables),
            rulebook=Rulebook(
                tuple(CriterionRule(rule_id, Kind.INCLUSION, node) for rule_id, node in rules.items()),
                concepts_used(rules.values(), self._library),
                book.assumed_absent,
                book.ranges,
            ),
            readings=tuple({use.name: use for use in (*self._resolved.gate_readings, *readings)}.values()),
        )

    def _written(self) -> Iterator[tuple[str, object]]:
        yield from ((gate.id, gate.rule) for gate in self._plan.gates)
        yield from ((TABLE + table.id, table.present) for table in _tables(self._plan))

    def _node(self, rule_id: str, rule: object) -> Node:
        node = collect_rule(rule, self._context, (self._plan.label, rule_id))
        return node if node is not None else open_constant(rule_id)

    def _readings(self, nodes: Mapping[str, Node]) -> tuple[ReadingUse, ...]:
        """The readings in rules of the plan; one that stands in criteria too is read the same way."""
        ids: dict[str, list[str]] = {}
        for rule_id, node in nodes.items():
            for name in dict.fromkeys(part.name for part in node.walk() if isinstance(part, Reading)):
                ids.setdefault(name, []).append(rule_id)
        return tuple(self._reading(name, tuple(rules)) for name, rules in ids.items())

    def _reading(self, name: str, rule_ids: tuple[str, ...]) -> ReadingUse:
        spec, choice = self._context.readings[name], self._resolved.version.readings.get(name)
        use = choose_reading(spec, choice, self._site.readings.get(name), rule_ids)
        if use.chosen is None or use.chosen in spec.labels:
            return use
        what = f"the reading {name} has no alternative {use.chosen!r}"
        self._context.fault(("readings", name, "chosen"), what, suggestion(use.chosen, spec.labels))
        return replace(use, chosen=None)

    def _check(self) -> None:
        if self._context.faults:
            found = [Fault(", ".join(map(str, where)), what, do) for where, what, do in self._context.faults]
            raise ProtocolError(f"The plan of version {self._resolved.version.name} cannot be used.", found)

    def _of_version(self, resolved: ResolvedCriterion) -> ResolvedGate:
        gate = resolved.criterion
        assert isinstance(gate, Gate)
        return ResolvedGate(
            id=gate.id,
            label=gate.text,
            before=(gate.before,),
            arms=frozenset((gate.arm,)),
            node=resolved.node,
            otherwise="hold",
            unlock=f"It opens when this holds: {gate.text}",
            mark=Mark.VERIFIED.value,
            source=", ".join(source.record for source in gate.sources),
        )


def _of_plan(gate: PlanGate, node: Node) -> ResolvedGate:
    return ResolvedGate(
        id=gate.id,
        label=gate.label,
        before=tuple(gate.before),
        arms=frozenset(gate.arms),
        node=node,
        otherwise=gate.otherwise,
        unlock=gate.unlock,
        mark=gate.mark.value,
        source=gate.source,
    )


def _tables(plan: Plan) -> Iterator[DoseTable]:
    for rules in plan.dose_rules:
        yield from rules.tables
