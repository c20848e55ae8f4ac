"""One subject at the gate of one step: the days that windows count from, the facts known by then, the records bound.

Decides what "by then" means: nothing of a later day than the gate's is looked at, neither of the history nor of the
records. Leaves to others what follows: `gate_lines` and `gate_tables` judge, `gate_words` says it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TypeGuard

from equipoise.conduct.calendar_days import Days, until
from equipoise.conduct.history import History, StepDone
from equipoise.criteria.assessed.catalogue import kind_of
from equipoise.criteria.assessed.kind import Form
from equipoise.criteria.bound import BoundPatient, Row
from equipoise.criteria.intervals import Interval, compare
from equipoise.criteria.nodes import AS_OF, Assessment, Atom, Comparison, Node, Value, windows_of
from equipoise.criteria.outcome import Outcome
from equipoise.criteria.reference import judge_node
from equipoise.criteria.reference_atoms import Case
from equipoise.criteria.rulebook import Moment, Rulebook
from equipoise.criteria.truth import Basis
from equipoise.protocol.plan import FIRST_DOSE, LAST_DOSE, RANDOMISATION, Course, CourseKind, Plan
from equipoise.protocol.resolve_plan import ResolvedPlan
from equipoise.records.snapshot import Snapshot
from equipoise.records.tables import PATIENTS
from equipoise.terminology.concepts import LOCAL_SYSTEM

_SPAN = ("start_lower", "start_upper", "end_lower", "end_upper")


def _dose_steps(plan: Plan, course: Course, arm: str) -> list[str]:
    """The steps whose days are the first and the last dose: of the course; before an operation, of all dose courses."""
    if course.kind is CourseKind.DOSE:
        return course.steps
    return [step for each in plan.courses_of(arm) if each.kind is CourseKind.DOSE for step in each.steps]


def anchors_of(
    course: Course, step: str, history: History, doses: Sequence[StepDone], as_of: date
) -> Mapping[str, date]:
    """
    The days from which rules may count, as far as they are known on `as_of`.

    A step that was done stands on its (first) actual day; the step that is asked about on `as_of`, and while no dose of
    its course was given it is itself the first one. The last dose is always one that was given.
    """
    days = {RANDOMISATION: history.randomised_on}
    days |= {done.step: done.on for done in reversed(history.steps)}
    days[step] = as_of
    if doses:
        days[FIRST_DOSE], days[LAST_DOSE] = doses[0].on, doses[-1].on
    elif course.kind is CourseKind.DOSE:
        days[FIRST_DOSE] = as_of
    return days


@lru_cache(maxsize=1024)
def concepts_of(node: Node) -> frozenset[str]:
    """The concepts that a rule reads."""
    atoms = [part for part in node.walk() if isinstance(part, Atom)]
    dated = {atom.not_older_than for atom in atoms if isinstance(atom, Value) and atom.not_older_than is not None}
    return frozenset(dated.union(*(atom.concept_ids() for atom in atoms)))


@dataclass(frozen=True)
class StepAtGate:
    """
    The step that is asked about, with what is known of its subject on the day of the gate, and nothing later.

    `days` are those of the calendar, so that both say the same of a window; `anchors` those that rules count from;
    `doses` what was given before, by day, and the last of them is `last-dose`.
    """

    plan: Plan
    course: Course
    step: str
    history: History
    as_of: date
    days: Days
    doses: tuple[StepDone, ...]
    anchors: Mapping[str, date]

    @classmethod
    def of(cls, plan: Plan, course: Course, step: str, history: History, as_of: date) -> "StepAtGate":
        """Cut the history at the day of the gate, and find the days that windows count from."""
        known = until(history, as_of)
        doses = known.given_of(_dose_steps(plan, course, history.arm))
        anchors = anchors_of(course, step, known, doses, as_of)
        return cls(plan, course, step, known, as_of, Days(plan, known, as_of), doses, anchors)


@lru_cache(maxsize=1024)
def anchors_in(node: Node) -> frozenset[str]:
    """The days from which a rule counts, besides that of the gate."""
    return frozenset(window.anchor for part in node.walk() for window in windows_of(part)) - {AS_OF}


@lru_cache(maxsize=1024)
def comes_of_dose(node: Node) -> bool:
    """
    Whether a rule looks at what came since the last dose: what it finds on the day of a dose came of that dose.

    A baseline before a dose is no such look: a result of the day of a dose is compared with the dose before.
    """
    return any(
        window.anchor == LAST_DOSE and window is not getattr(part, "baseline", None)
        for part in node.walk()
        for window in windows_of(part)
    )


@lru_cache(maxsize=1024)
def waits_for_dose(node: Node) -> bool:
    """Whether a rule compares with a baseline before a dose, and so may know nothing up to that dose."""
    compared = (part for part in node.walk() if isinstance(part, Assessment) and not _is_change_since_dose(part))
    baselines = (part.baseline for part in compared if part.baseline is not None)
    return any(baseline.anchor in (FIRST_DOSE, LAST_DOSE) for baseline in baselines)


@dataclass(frozen=True)
class BoundRecords:
    """The records of one subject, bound to the concepts of a plan once for all rules and days of a gate."""

    at: StepAtGate
    rulebook: Rulebook
    patient: BoundPatient
    supplied: frozenset[str]
    _decided: dict[tuple[date, bool], dict[Atom, Outcome]] = field(default_factory=dict)

    @classmethod
    def of(cls, at: StepAtGate, resolved: ResolvedPlan, snapshot: Snapshot) -> "BoundRecords":
        """Bind a snapshot."""
        rows = [row for name, rows in snapshot.records.rows.items() if name != PATIENTS.name for row in rows]
        codes = dict.fromkeys((row.get("system", LOCAL_SYSTEM), row["code"]) for row in rows)
        book = resolved.rulebook
        patient = BoundPatient(snapshot.records, book.concepts, resolved.bindings_of(codes))
        return cls(at, book, patient, snapshot.supplied)

    def missing_anchors(self, node: Node) -> tuple[str, ...]:
        """The days that a rule counts from and that are not known."""
        return tuple(sorted(anchors_in(node) - self.at.anchors.keys()))

    def judge(self, node: Node, day: date) -> Outcome:
        """The outcome of a rule on a day, from what was known by then; each atom is decided once a day."""
        decided, anchors = self.decided(node, day), self._anchors_on(node, day)
        for part in node.walk():
            if _is_change_since_dose(part) and _is_first_known_on(part, day, anchors):
                decided[part] = _no_change(part)
        return judge_node(node, Case(self.rulebook, self.patient, self.supplied, Moment(day, anchors)), decided)

    def _anchors_on(self, node: Node, day: date) -> Mapping[str, date]:
        """As on the day of the gate; on a day before, the last dose is the one before that day, or of that day."""
        if day == self.at.as_of:
            return self.at.anchors
        is_with_day = comes_of_dose(node)
        earlier = [dose.on for dose in self.at.doses if dose.on < day or (is_with_day and dose.on == day)]
        return {**self.at.anchors, LAST_DOSE: earlier[-1]} if earlier else self.at.anchors

    def decided(self, node: Node, day: date) -> dict[Atom, Outcome]:
        """The atoms decided on a day, so far, as rules like this one look at it."""
        return self._decided.setdefault((day, comes_of_dose(node)), {})

    def days_with_rows(self, concepts: Collection[str]) -> frozenset[date]:
        """Every day on which a record of these concepts begins or ends, as far as dated."""
        return frozenset(day for row in self._rows(concepts) for day in _days_of(row) if day is not None)

    def n_later(self, concepts: Collection[str], day: date) -> int:
        """How many records of these concepts are certainly of a later day, and so are not looked at."""
        later = (row for row in self._rows(concepts) if (first := _first_day(row)) is not None and first > day)
        return len({row["record_id"] for row in later})

    def _rows(self, concepts: Collection[str]) -> Iterator[Row]:
        for concept in concepts:
            yield from (fact.row for fact in self.patient.results(concept))
            yield from (fact.row for fact in self.patient.events(concept))


def _is_change_since_dose(node: Node) -> TypeGuard[Assessment]:
    if not isinstance(node, Assessment) or node.baseline is None or kind_of(node.name).form is not Form.CHANGE:
        return False
    return node.baseline.anchor in (FIRST_DOSE, LAST_DOSE)


def _is_first_known_on(change: Assessment, day: date, anchors: Mapping[str, date]) -> bool:
    """Whether the dose from which a change counts is of this day, or still to come."""
    assert change.baseline is not None
    return anchors.get(change.baseline.anchor, day) >= day


def _no_change(atom: Assessment) -> Outcome:
    """
    The outcome of a change since a dose up to the day of that dose: it is 0.

    Left to the evaluator it would be unknown for ever, for no result lies after a dose on the day of that dose.
    """
    assert isinstance(atom.test, Comparison), "a change is a number"
    return Outcome(compare(Interval(0, 0), atom.test.operator, atom.test.limits[0].value), Basis.DERIVED)


def _days_of(row: Row) -> tuple[date | None, ...]:
    return tuple(row.get(name) for name in ("time_lower", "time_upper", *_SPAN))


def _first_day(row: Row) -> date | None:
    day: date | None = row.get("time_lower") or row.get("start_lower")
    return day
