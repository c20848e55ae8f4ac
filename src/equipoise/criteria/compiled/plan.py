"""A rulebook laid out as small tables: numbered atoms, selections of results, tests, limits by unit.

Everything that depends on the rules but not on the patients is computed here, in Python and exactly; the engine
then joins it with the rows. The layout is one row per atom, so statements do not grow with the rulebook.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa

from equipoise.criteria.intervals import period_of
from equipoise.criteria.nodes import (
    Answers,
    Atom,
    CockcroftGault,
    Comparison,
    Count,
    DateWithin,
    Limit,
    Node,
    Operator,
    Pick,
    Relative,
    Share,
    Value,
    Window,
)
from equipoise.criteria.results import table_range
from equipoise.criteria.rulebook import Moment, Rulebook
from equipoise.criteria.truth import Cause
from equipoise.terminology.concepts import Concept, ConceptKind
from equipoise.terminology.units import factor, is_same_kind, resolve_unit

LIMIT_TYPE = pa.decimal128(30, 12)
GRID = 10**6
NO_UNIT, BAD_UNIT = -1, -2
SEXES = {None: 0, "female": 1, "male": 2}
_LARGEST = Fraction(10) ** 17

MODES = {"latest": 0, "any": 1, "every": 2, "share": 3}


@dataclass(frozen=True)
class Selection:
    """Which results are looked at: a concept from a first day on, of suitable kinds."""

    concept: str
    first: date | None
    methods: tuple[str, ...] = ()
    is_fasting: bool = False
    site: str | None = None
    not_older_than: "Selection | None" = None


@dataclass
class Plan:
    """Numbered parts of a rulebook for one moment."""

    rulebook: Rulebook
    moment: Moment
    supplied: frozenset[str]
    atoms: dict[Atom, int] = field(default_factory=dict)
    selections: dict[Selection, int] = field(default_factory=dict)
    concepts: dict[str, int] = field(default_factory=dict)
    need_sets: list[frozenset[str]] = field(default_factory=list)

    def atoms_of(self, kind: type[Atom]) -> list[tuple[int, Atom]]:
        return [(number, atom) for atom, number in self.atoms.items() if isinstance(atom, kind)]

    def concept(self, concept_id: str) -> Concept:
        return self.rulebook.concepts[concept_id]

    def first_day(self, window: Window | None) -> date | None:
        anchor = self.moment.as_of if window is None else self.moment.anchor(window.anchor)
        return period_of(window, anchor, self.moment.as_of).first

    def selection_no(self, selection: Selection) -> int:
        if selection.not_older_than is not None:
            self.selection_no(selection.not_older_than)
        return self.selections.setdefault(selection, len(self.selections))

    def selection_of(self, atom: Value | Share | Count) -> Selection:
        first = self.first_day(atom.within)
        if not isinstance(atom, Value):
            return Selection(atom.concept, first)
        other = None if atom.not_older_than is None else Selection(atom.not_older_than, first)
        site = None if atom.site is None else atom.site.lower()
        return Selection(atom.concept, first, atom.methods, atom.is_fasting, site, other)

    def need_no(self, needs: frozenset[str]) -> int:
        """The number of a set of needs, for codes: few different ones occur."""
        if needs not in self.need_sets:
            self.need_sets.append(needs)
        return self.need_sets.index(needs)

    def inputs_of(self, atom: CockcroftGault) -> tuple[Selection, Selection]:
        first = self.first_day(atom.within)
        return Selection(atom.creatinine, first), Selection(atom.weight, first)


def make_plan(rulebook: Rulebook, moment: Moment, supplied: frozenset[str]) -> Plan:
    """Number the atoms, concepts and selections of a rulebook in the order in which they are written."""
    plan = Plan(rulebook, moment, supplied)
    for rule in rulebook.rules:
        for node in rule.node.walk():
            _enter(plan, node)
    return plan


def _enter(plan: Plan, node: Node) -> None:
    if not isinstance(node, Atom) or node in plan.atoms:
        return
    plan.atoms[node] = len(plan.atoms)
    names = list(node.concept_ids())
    if isinstance(node, Value) and node.not_older_than is not None:
        names.append(node.not_older_than)
    for concept_id in names:
        plan.concepts.setdefault(concept_id, len(plan.concepts))
    if isinstance(node, Value | Share) or (
        isinstance(node, Count) and plan.concept(node.concept).kind is not ConceptKind.EVENT
    ):
        plan.selection_no(plan.selection_of(node))
    if isinstance(node, CockcroftGault):
        for selection in plan.inputs_of(node):
            plan.selection_no(selection)


def selections_table(plan: Plan) -> pa.Table:
    """sel_no, concept_no, first_day, wants_fasting, n_methods, site, depends_on (a sel_no)."""
    rows = [
        {
            "sel_no": number,
            "concept_no": plan.concepts[each.concept],
            "first_day": each.first,
            "wants_fasting": each.is_fasting,
            "site": each.site,
            "depends_on": None if each.not_older_than is None else plan.selections[each.not_older_than],
        }
        for each, number in plan.selections.items()
    ]
    types = {
        "sel_no": pa.int32(),
        "concept_no": pa.int32(),
        "first_day": pa.date32(),
        "wants_fasting": pa.bool_(),
        "site": pa.string(),
        "depends_on": pa.int32(),
    }
    return pa.Table.from_pylist(rows, pa.schema(list(types.items())))


def tests_table(plan: Plan) -> pa.Table:
    """One row for each atom that tests single results; see the column names."""
    rows = []
    for atom, number in plan.atoms.items():
        if isinstance(atom, Value | Share):
            rows.append({"atom_no": number, "sel_no": plan.selections[plan.selection_of(atom)], **_test(plan, atom)})
    types = {
        "atom_no": pa.int32(),
        "sel_no": pa.int32(),
        "mode": pa.int8(),
        "kind": pa.int8(),
        "relative": pa.int8(),
        "multiple": pa.decimal128(12, 6),
        "is_upward": pa.bool_(),
        "is_point_ok": pa.bool_(),
        "is_equal": pa.bool_(),
        "date_first": pa.date32(),
    }
    return pa.Table.from_pylist(rows, pa.schema(list(types.items())))


def _test(plan: Plan, atom: Value | Share) -> dict[str, object]:
    mode = "share" if isinstance(atom, Share) else _mode(atom)
    row: dict[str, object] = {"mode": MODES[mode], "kind": 0, "relative": 0, "is_upward": False}
    row |= {"is_point_ok": False, "is_equal": False, "multiple": None, "date_first": None}
    if isinstance(atom.test, Answers):
        return row | {"kind": 1}
    if isinstance(atom.test, DateWithin):
        return row | {"kind": 2, "date_first": plan.first_day(atom.test.window)}
    operator, first = atom.test.operator, atom.test.limits[0]
    relative = {None: 0, Relative.ULN: 1, Relative.LLN: 2}[first.relative]
    return row | {
        "relative": relative,
        "multiple": first.value if relative else None,
        "is_upward": operator in (Operator.GT, Operator.GE),
        "is_point_ok": operator in (Operator.LE, Operator.GT),
        "is_equal": operator is Operator.EQ,
    }


def _mode(atom: Value) -> str:
    if atom.pick in (Pick.LATEST, Pick.ANY, Pick.EVERY):
        return str(atom.pick)
    assert isinstance(atom.test, Comparison)
    is_upward = atom.test.operator in (Operator.GT, Operator.GE)
    return "any" if is_upward == (atom.pick is Pick.MAXIMUM) else "every"


def units_table(plan: Plan, found: Iterable[tuple[int, str]]) -> tuple[pa.Table, dict[tuple[int, int], str]]:
    """Number the unit spellings that occur: (concept_no, unit) to unit_no; and the UCUM unit of each number."""
    rows, meaning = [], {}
    for number, (concept_no, spelling) in enumerate(sorted(found)):
        resolved = resolve_unit(spelling)
        unit_no = BAD_UNIT if resolved is None else number
        unit_json = json.dumps(spelling, ensure_ascii=False)
        rows.append({"concept_no": concept_no, "unit": spelling, "unit_no": unit_no, "unit_json": unit_json})
        if resolved is not None:
            meaning[concept_no, unit_no] = resolved
    texts = [("unit", pa.string()), ("unit_json", pa.string())]
    schema = pa.schema([("concept_no", pa.int32()), *texts, ("unit_no", pa.int32())])
    return pa.Table.from_pylist(rows, schema), meaning


def limits_table(plan: Plan, units: dict[tuple[int, int], str]) -> pa.Table:
    """
    The limit of every numeric test in every unit that occurs, for either sex.

    A limit that does not lie on the grid of six decimals is rounded down and marked inexact: values lie on the
    grid, so "below the limit" is "at most the rounded limit", exactly.
    """
    rows = []
    for atom, number in plan.atoms.items():
        if isinstance(atom, Value | Share) and isinstance(atom.test, Comparison):
            concept = plan.concept(atom.concept)
            concept_no = plan.concepts[atom.concept]
            numbers = [NO_UNIT, BAD_UNIT, *(unit_no for no, unit_no in units if no == concept_no)]
            for unit_no in numbers:
                for sex, sex_no in SEXES.items():
                    limit = _limit(plan, concept, atom.test, unit_no, units.get((concept_no, unit_no)), sex)
                    rows.append({"atom_no": number, "unit_no": unit_no, "sex_no": sex_no, **on_grid(limit)})
    types = {
        "atom_no": pa.int32(),
        "unit_no": pa.int32(),
        "sex_no": pa.int8(),
        "limit": LIMIT_TYPE,
        "is_exact": pa.bool_(),
        "limit_cause": pa.int32(),
    }
    return pa.Table.from_pylist(rows, pa.schema(list(types.items())))


def _limit(
    plan: Plan, concept: Concept, test: Comparison, unit_no: int, unit: str | None, sex: str | None
) -> Fraction | Cause:
    first = test.limits[0]
    limits: list[tuple[Fraction, str]]
    if first.relative is not None:
        entry = table_range(concept.id, plan.rulebook.ranges, sex)
        normal = None if entry is None else (entry.high if first.relative is Relative.ULN else entry.low)
        if entry is None or normal is None:
            return Cause.NO_REFERENCE_RANGE
        limits = [(Fraction(first.value) * Fraction(normal), entry.unit)]
    else:
        limits = [(Fraction(each.value), _unit_of(each, concept)) for each in test.limits]
    if unit_no == BAD_UNIT:
        return Cause.UNKNOWN_UNIT
    if unit is None:
        if concept.is_unit_required:
            return Cause.NO_UNIT
        unit = concept.unit or "1"
    value, limit_unit = next((each for each in limits if is_same_kind(each[1], unit)), limits[0])
    scale = factor(concept, limit_unit, unit)
    return Cause.UNKNOWN_UNIT if scale is None else value * scale


def _unit_of(limit: Limit, concept: Concept) -> str:
    return limit.unit or concept.unit or "1"


def on_grid(limit: Fraction | Cause) -> dict[str, object]:
    """A limit as a decimal of six places, rounded down, and whether it is exact."""
    if isinstance(limit, Cause):
        return {"limit": None, "is_exact": True, "limit_cause": limit.bit}
    limit = max(-_LARGEST, min(_LARGEST, limit))
    floor = limit * GRID // 1
    return {"limit": Decimal(floor).scaleb(-6), "is_exact": limit * GRID == floor, "limit_cause": 0}


def answers_table(plan: Plan) -> pa.Table:
    """(atom_no, answer) of every coded test."""
    rows = [
        {"atom_no": number, "answer": word, "is_asked": True}
        for atom, number in plan.atoms.items()
        if isinstance(atom, Value | Share) and isinstance(atom.test, Answers)
        for word in atom.test.words
    ]
    schema = pa.schema([("atom_no", pa.int32()), ("answer", pa.string()), ("is_asked", pa.bool_())])
    return pa.Table.from_pylist(rows, schema)
