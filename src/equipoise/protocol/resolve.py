"""A version of a protocol at a site, ready to be judged: rules become nodes, and every choice made is listed.

Decides how the protocol, our assumptions and the site's settings combine: a site may set windows, absence, normal
ranges, codes, readings and repairs that the version names, and nothing else. A criterion whose text is damaged
stays unknown until its repair is accepted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from equipoise.criteria.nodes import AS_OF, Node, Reading, Window, windows_of
from equipoise.criteria.rulebook import CriterionRule, ReferenceRange, Rulebook
from equipoise.criteria.truth import Kind
from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.choices import ReadingUse, choose_reading, concepts_in, put_choices
from equipoise.protocol.document import Where, suggestion
from equipoise.protocol.model import Criterion, Gate, Repair, RepairStatus, Version
from equipoise.protocol.phrases import parse_window
from equipoise.protocol.rules import RuleContext, collect_rule, open_constant
from equipoise.protocol.site import SiteRange, SiteSettings
from equipoise.terminology import units
from equipoise.terminology.catalogue import with_site_codes
from equipoise.terminology.concepts import LOCAL_SYSTEM, Concept

__all__ = [
    "ASSUMPTION",
    "PROTOCOL",
    "SITE",
    "AssumptionUse",
    "ReadingUse",
    "RepairUse",
    "ResolvedCriterion",
    "ResolvedVersion",
    "WindowUse",
    "arm_of",
    "resolve",
]

PROTOCOL, SITE, ASSUMPTION = "protocol", "site", "assumption"
NO_CODES = "it has no codes yet, so no record can be expected to name it"


@dataclass(frozen=True)
class WindowUse:
    """A named window in force; `origin` is protocol, site or assumption."""

    name: str
    window: Window
    origin: str
    source: str


@dataclass(frozen=True)
class RepairUse:
    """A repair with its status here (the site's, where it decided)."""

    criterion_id: str
    reads: str
    because: str
    source: str
    status: RepairStatus
    accepted_by: str
    accepted_at: date | None


@dataclass(frozen=True)
class AssumptionUse:
    """What no record of a concept means in a covered patient: `no` or `unknown`; by protocol or site."""

    concept: str
    absence: str
    origin: str
    source: str


@dataclass(frozen=True)
class ResolvedCriterion:
    """One criterion with its node; `notes` maps the id of a note rule to its sentence."""

    id: str
    kind: Kind
    criterion: Criterion
    node: Node
    repair: RepairUse | None = None
    notes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class ResolvedVersion:
    """
    Everything screening needs.

    `rulebook` holds the criteria of enrolment, `notes_rulebook` the rules of their notes (ids `E8~note1`), `gates`
    those judged later (with `gate_readings`). `ranges` and `site_codes` list what a site added.
    """

    version: Version
    criteria: tuple[ResolvedCriterion, ...]
    gates: tuple[ResolvedCriterion, ...]
    rulebook: Rulebook
    notes_rulebook: Rulebook
    windows: tuple[WindowUse, ...]
    readings: tuple[ReadingUse, ...]
    repairs: tuple[RepairUse, ...]
    assumptions: tuple[AssumptionUse, ...]
    gate_readings: tuple[ReadingUse, ...] = ()
    site: str | None = None
    ranges: tuple[SiteRange, ...] = ()
    site_codes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def resolve(version: Version, library: Mapping[str, Concept], site: SiteSettings | None = None) -> ResolvedVersion:
    """
    Combine a version with a site's settings.

    Parameters
    ----------
    version
        As `Protocol.version` gives it.
    library
        Concepts, as `Protocol.library` gives them.
    site
        None for the protocol as shipped.

    Raises
    ------
    ProtocolError
        The site names what the version does not have, or a rule cannot be executed with this library.
    TerminologyError
        The site's codes cannot be used.
    """
    return _Resolver(version, library, site or SiteSettings(site="")).resolve()


class _Resolver:
    def __init__(self, version: Version, library: Mapping[str, Concept], site: SiteSettings) -> None:
        self._version, self._site = version, site
        self._faults: list[Fault] = []
        codes = site.all_codes()
        self._library = with_site_codes(library, codes) if codes else library
        self._site_codes = {concept: len(rules) for concept, rules in codes.items()}
        self._windows = self._set_windows()
        self._repairs = self._set_repairs()
        self._specs = RuleContext(self._library, {use.name: use.window for use in self._windows})

    def resolve(self) -> ResolvedVersion:
        criteria = tuple(self._criterion(kind, criterion) for kind, criterion in self._version.criteria)
        n_readings = len(self._specs.readings)
        gates = tuple(self._criterion(Kind.INCLUSION, gate) for gate in self._version.gates)
        names = tuple(self._specs.readings)[:n_readings]
        readings = self._set_readings(criteria, gates)
        of_criteria = tuple(use for use in readings if use.is_built_in or use.name in names)
        self._check_anchors(criteria)
        assumptions, ranges = self._set_assumptions(), self._set_ranges()
        self._check()
        criteria = tuple(replace(each, node=put_choices(each.node, readings)) for each in criteria)
        gates = tuple(replace(each, node=put_choices(each.node, readings)) for each in gates)
        rules = tuple(CriterionRule(each.id, each.kind, each.node) for each in criteria)
        notes = tuple(self._note_rules(criteria, readings))
        shared = (
            self._concepts_of((*rules, *notes), criteria),
            frozenset(use.concept for use in assumptions if use.absence == "no"),
            ranges,
        )
        return ResolvedVersion(
            version=self._version,
            criteria=criteria,
            gates=gates,
            rulebook=Rulebook(rules, *shared),
            notes_rulebook=Rulebook(notes, *shared),
            windows=tuple(self._windows),
            readings=of_criteria,
            gate_readings=tuple(use for use in readings if use not in of_criteria),
            repairs=tuple(each.repair for each in criteria if each.repair is not None),
            assumptions=assumptions,
            site=self._site.site or None,
            ranges=tuple(self._site.ranges),
            site_codes=MappingProxyType(self._site_codes),
        )

    def _criterion(self, kind: Kind, criterion: Criterion) -> ResolvedCriterion:
        node = self._node(criterion.rule_in_force, kind, criterion.id)
        repair = self._repairs.get(criterion.id)
        is_open = criterion.is_damaged and (repair is None or repair.status is not RepairStatus.ACCEPTED)
        notes = {f"{criterion.id}~note{n}": note.says for n, note in enumerate(criterion.notes, start=1)}
        return ResolvedCriterion(
            criterion.id,
            kind,
            criterion,
            open_constant(criterion.id) if is_open else node,
            repair,
            MappingProxyType(notes),
        )

    def _check_anchors(self, criteria: tuple[ResolvedCriterion, ...]) -> None:
        """Enrolment is judged on one day: a criterion that counts from a later one cannot be judged then."""
        for each in criteria:
            for window in (window for node in each.node.walk() for window in windows_of(node)):
                if window.anchor != AS_OF:
                    what = f"it counts from {window.anchor}, a day that enrolment does not know"
                    do = "Count from as_of, or make it a gate of its arm."
                    self._faults.append(Fault(f"version {self._version.name}, {each.id}", what, do))

    def _node(self, rule: object, kind: Kind, name: str) -> Node:
        context = replace(self._specs, kind=kind, faults=[])
        node = collect_rule(rule, context, (name,))
        for where, what, do in context.faults:
            self._faults.append(Fault(", ".join(str(step) for step in where), what, do))
        return open_constant(name) if node is None else node

    def _note_rules(
        self, criteria: tuple[ResolvedCriterion, ...], readings: tuple[ReadingUse, ...]
    ) -> list[CriterionRule]:
        rules = []
        for each in criteria:
            for note_id, note in zip(each.notes, each.criterion.notes, strict=True):
                node = put_choices(self._node(note.when, each.kind, note_id), readings)
                rules.append(CriterionRule(note_id, each.kind, node))
        self._check()
        return rules

    def _concepts_of(
        self, rules: tuple[CriterionRule, ...], criteria: tuple[ResolvedCriterion, ...]
    ) -> Mapping[str, Concept]:
        """The concepts that rules read, in the order of the library: no other code needs to be bound."""
        used = {each.criterion.confirm for each in criteria}
        used.update(name for rule in rules for name in concepts_in(rule.node))
        return MappingProxyType({name: concept for name, concept in self._library.items() if name in used})

    def _set_windows(self) -> list[WindowUse]:
        uses: list[WindowUse] = []
        for name, setting in self._version.windows.items():
            length = self._site.windows.get(name)
            origin = SITE if length else ASSUMPTION if setting.status == ASSUMPTION else PROTOCOL
            source = f"set by {self._site.site}" if length else setting.source
            try:
                window = parse_window(length or setting.length, label=name, anchor=setting.anchor)
                uses.append(WindowUse(name, window, origin, source))
            except ProtocolError as error:
                self._fault(("windows", name), error.message)
                uses.append(WindowUse(name, Window(0, label=name), origin, source))
        for name in self._site.windows:
            self._known(("windows", name), name, tuple(self._version.windows), "window")
        return uses

    def _set_repairs(self) -> dict[str, RepairUse]:
        uses: dict[str, RepairUse] = {}
        for criterion in (*self._version.inclusion, *self._version.exclusion, *self._version.gates):
            if criterion.repair is not None:
                uses[criterion.id] = self._repair(criterion.id, criterion.repair)
        for criterion_id in self._site.repairs:
            self._known(("repairs", criterion_id), criterion_id, tuple(uses), "criterion with a repair")
        return uses

    def _repair(self, criterion_id: str, repair: Repair) -> RepairUse:
        use = RepairUse(
            criterion_id,
            repair.reads,
            repair.because,
            repair.source,
            repair.status,
            repair.accepted_by,
            repair.accepted_at,
        )
        decided = self._site.repairs.get(criterion_id)
        if decided is None:
            return use
        is_accepted = RepairStatus(decided.status) is RepairStatus.ACCEPTED
        by = decided.by if is_accepted else ""
        return replace(use, status=RepairStatus(decided.status), accepted_by=by, accepted_at=decided.at)

    def _set_readings(
        self, criteria: tuple[ResolvedCriterion, ...], gates: tuple[ResolvedCriterion, ...]
    ) -> tuple[ReadingUse, ...]:
        in_rules = self._readings_in_rules((*criteria, *gates))
        uses = [self._reading(name, in_rules.get(name, ())) for name in self._specs.readings]
        built_in = [
            ReadingUse(
                name,
                tuple(choice.alternatives.items()),
                choice.chosen,
                choice.by,
                choice.because,
                tuple(choice.criteria),
                is_built_in=True,
            )
            for name, choice in self._version.readings.items()
            if choice.alternatives
        ]
        of_plan = [name for name, choice in self._version.readings.items() if not choice.alternatives]
        for name in self._site.readings:
            known = tuple(dict.fromkeys((*self._specs.readings, *of_plan)))
            self._known(("readings", name), name, known, "reading that can be chosen")
        order = {name: position for position, name in enumerate(self._version.readings)}
        return tuple(sorted((*uses, *built_in), key=lambda use: order.get(use.name, len(order))))

    def _readings_in_rules(self, criteria: tuple[ResolvedCriterion, ...]) -> dict[str, tuple[str, ...]]:
        """Which criteria hold a reading; from what is written, since a damaged criterion has no node."""
        found: dict[str, list[str]] = {}
        for each in criteria:
            written = collect_rule(each.criterion.rule_in_force, replace(self._specs, faults=[]), ())
            for node in written.walk() if written is not None else ():
                if isinstance(node, Reading) and each.id not in found.setdefault(node.name, []):
                    found[node.name].append(each.id)
        return {name: tuple(ids) for name, ids in found.items()}

    def _reading(self, name: str, criterion_ids: tuple[str, ...]) -> ReadingUse:
        spec = self._specs.readings[name]
        use = choose_reading(spec, self._version.readings.get(name), self._site.readings.get(name), criterion_ids)
        if use.chosen is not None and use.chosen not in spec.labels:
            self._known(("readings", name, "chosen"), use.chosen, spec.labels, f"alternative of {name}")
        return use

    def _set_assumptions(self) -> tuple[AssumptionUse, ...]:
        absence, site = self._version.absence, self._site.absence
        by_site = f"set by {self._site.site}"
        for name in (*site.no, *site.unknown):
            self._known(("absence",), name, tuple(self._library), "concept")
        uses = []
        for name in dict.fromkeys((*absence.no, *site.no, *site.unknown)):
            if name in site.unknown:
                uses.append(AssumptionUse(name, "unknown", SITE, by_site))
            elif name in self._library and not self._library[name].codes:
                uses.append(AssumptionUse(name, "unknown", PROTOCOL, NO_CODES))
                if name in site.no:
                    do = (
                        f"Add its codes to the site file first; {LOCAL_SYSTEM}|{name} where your records have that one."
                    )
                    self._fault(("absence", "no"), f"{name} has no codes: that none is on record says nothing", do)
            elif name in absence.no:
                uses.append(AssumptionUse(name, "no", PROTOCOL, absence.because))
            else:
                uses.append(AssumptionUse(name, "no", SITE, by_site))
        return tuple(uses)

    def _set_ranges(self) -> tuple[ReferenceRange, ...]:
        ranges: list[ReferenceRange] = []
        for index, each in enumerate(self._site.ranges):
            where: Where = ("ranges", index)
            concept = self._library.get(each.concept)
            if concept is None:
                self._known((*where, "concept"), each.concept, tuple(self._library), "concept")
                continue
            unit = units.resolve_unit(each.unit)
            if unit is None or concept.unit is None or units.factor(concept, unit, concept.unit) is None:
                what = f"{each.concept} cannot be compared in {each.unit!r}"
                self._fault((*where, "unit"), what, f"Give the range in {concept.unit} or a unit of its kind.")
                continue
            ranges.append(ReferenceRange(each.concept, unit, each.low, each.high, each.sex))
        return tuple(ranges)

    def _known(self, where: Where, name: str, known: tuple[str, ...], kind: str) -> None:
        if name not in known:
            self._fault(where, f"there is no {kind} {name!r} in version {self._version.name}", suggestion(name, known))

    def _fault(self, where: Where, what: str, do: str = "") -> None:
        self._faults.append(Fault(self._site.place(where), what, do))

    def _check(self) -> None:
        if self._faults:
            raise ProtocolError(f"Version {self._version.name} cannot be judged.", list(dict.fromkeys(self._faults)))


def arm_of(gate: ResolvedCriterion) -> str:
    """The arm that a gate binds."""
    assert isinstance(gate.criterion, Gate)
    return gate.criterion.arm
