"""Grades that the published table proposes for the laboratory results of a treated subject: for a person to judge.

Decides which results are graded, by which normal range, and against which baseline: the one that the rules of the plan
take, the latest result up to the first dose, in their window where they have one; up to the allocation in an arm
without doses. A result up to that day is graded by its normal range alone. Where a term asks for a baseline and there
is none, nothing is proposed, as no rule would know a grade. What a number means is `assessments.ctcae`; what is done
with a proposal is for the office and the doors. Nothing here is a grade: an investigator signs one.

References
----------
.. [1] National Cancer Institute, Common Terminology Criteria for Adverse Events v4.03 (2010), v5.0 (2017), v6.0 (2025).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from equipoise.assessments.answer import Answer, Assessed, NotEvaluable, Why
from equipoise.assessments.ctcae import CtcaeVersion, Grade, Term, grade, load_table, term_named
from equipoise.assessments.ctcae.results import Number
from equipoise.conduct.history import History
from equipoise.criteria.assessed.catalogue import reads_baseline
from equipoise.criteria.bound import BoundPatient, ResultFact, Row, index_bindings
from equipoise.criteria.intervals import Period, period_of
from equipoise.criteria.nodes import Assessment, Window
from equipoise.criteria.picking import pick_one
from equipoise.criteria.reference_atoms import Case
from equipoise.criteria.results import table_range
from equipoise.criteria.rulebook import Moment, ReferenceRange, Rulebook
from equipoise.protocol.plan import FIRST_DOSE, CourseKind, Plan
from equipoise.protocol.resolve_plan import ResolvedPlan
from equipoise.records.snapshot import Snapshot
from equipoise.records.tables import PATIENTS
from equipoise.records.values import read_measured
from equipoise.terminology.binding import bind_codes
from equipoise.terminology.catalogue import base_library
from equipoise.terminology.concepts import LOCAL_SYSTEM, Concept
from equipoise.terminology.units import factor, resolve_unit


@dataclass(frozen=True)
class Reported:
    """
    A result as it was reported: a value with its comparator, its unit, which may stand in the value, and the normal
    range of the laboratory. [limits in the unit of the result]
    """

    value: str
    unit: str | None = None
    low: Number | None = None
    high: Number | None = None

    @property
    def number_and_unit(self) -> tuple[str, str | None]:
        """The value without a unit that stands in its text ("7.9 g/dL"), and the unit."""
        number = read_measured(self.value)
        if number is None or number.unit is None:
            return self.value, self.unit
        return self.value.removesuffix(number.unit).strip(), self.unit or number.unit

    @property
    def words(self) -> str:
        """`70 10*9/L [150-400]`."""
        value, unit = self.number_and_unit
        normal = "" if self.low is None and self.high is None else f"[{_number(self.low)}-{_number(self.high)}]"
        return " ".join(filter(None, (value, unit, normal)))


@dataclass(frozen=True)
class Proposal:
    """What one term of the table says of one result; `record` and `concept` name the result."""

    term: Term
    concept: Concept
    result: Reported
    on: date
    record: str
    answer: Answer[Grade]
    baseline: Reported | None = None

    @property
    def grade(self) -> int | None:
        """The grade; None where the table cannot tell one."""
        return self.answer.value.value if isinstance(self.answer, Assessed) else None

    @property
    def may_be_higher(self) -> bool:
        """Whether a worse grade is open: for want of a normal limit, or because the grade is not known."""
        return not isinstance(self.answer, Assessed) or self.answer.value.may_be_higher


@dataclass(frozen=True)
class ByTable:
    """
    The grade that was proposed for an adverse event when it was recorded, as it is kept beside the signed one.

    `record` names the result, `on` its day; `may_be_higher`: a worse grade is open, for want of a normal limit, or
    because of a result of that day without a grade.
    """

    ctcae: CtcaeVersion
    term: str
    grade: int
    may_be_higher: bool
    record: str
    on: date

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "ByTable":
        """What `to_json` wrote."""
        return cls(
            CtcaeVersion(content["ctcae"]),
            content["term"],
            content["grade"],
            content["may_be_higher"],
            content["record"],
            date.fromisoformat(content["on"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data for an event."""
        return {**asdict(self), "ctcae": self.ctcae.value, "on": self.on.isoformat()}

    @property
    def words(self) -> str:
        """`grade 2 or higher by CTCAE 5.0 (platelet-count-decreased)`."""
        return f"{grade_words(self.grade, self.may_be_higher)} by CTCAE {self.ctcae} ({self.term})"


def grade_words(grade: int, may_be_higher: bool) -> str:
    """`grade 2 or higher`."""
    return f"grade {grade}{' or higher' if may_be_higher else ''}"


def propose_grade(
    version: CtcaeVersion | str,
    term: str,
    result: Reported,
    *,
    on: date,
    record: str | None = None,
    baseline: Reported | None = None,
    is_baseline: bool = False,
) -> Answer[Grade]:
    """
    The grade that a laboratory result gives by the published table: a proposal, never 5.

    Not evaluable where the table, a normal limit, the baseline or the unit does not allow it, and for terms whose
    grades are all clinical. Raises EquipoiseError for a term or a version that no table has.
    """
    value, unit = result.number_and_unit
    before, before_unit = (None, None) if baseline is None else baseline.number_and_unit
    return grade(
        version,
        term,
        value,
        unit=unit,
        lower_limit=result.low,
        upper_limit=result.high,
        baseline=before,
        baseline_unit=before_unit,
        baseline_lower_limit=None if baseline is None else baseline.low,
        baseline_upper_limit=None if baseline is None else baseline.high,
        is_baseline=is_baseline,
        day=on,
        record=record,
    )


def laboratory_term(version: CtcaeVersion, *names: str | None) -> Term | None:
    """The term that a result can grade which one of these names means, by id or published name; None for none."""
    found = (term_named(version, name) for name in names if name is not None)
    return next((term for term in found if term is not None and term.clauses), None)


@dataclass(frozen=True)
class ResultGrader:
    """
    The results of one subject, bound to the terms of the version of CTCAE that the plan names.

    `baseline_on` is the day up to which a baseline lies; None while no dose was given in an arm that has some.
    """

    version: CtcaeVersion
    case: Case
    baseline_on: date | None
    windows: Mapping[str, Window]

    @classmethod
    def of(cls, resolved: ResolvedPlan, snapshot: Snapshot, history: History) -> "ResultGrader | None":
        """Bind the records of a subject; None when the plan names no version of CTCAE."""
        grading = resolved.plan.grading
        if grading is None:
            return None
        library = {**_analytes(grading.ctcae), **resolved.rulebook.concepts}
        rows = [row for name, rows in snapshot.records.rows.items() if name != PATIENTS.name for row in rows]
        codes = dict.fromkeys((row.get("system", LOCAL_SYSTEM), row["code"]) for row in rows)
        patient = BoundPatient(snapshot.records, library, index_bindings(bind_codes(library, codes)))
        rulebook = Rulebook((), library, ranges=resolved.rulebook.ranges)
        baseline_on = _baseline_day(resolved.plan, history)
        case = Case(rulebook, patient, snapshot.supplied, Moment(baseline_on or date.max))
        return cls(grading.ctcae, case, baseline_on, _windows(resolved))

    def proposals(self, counts: Callable[[str], bool]) -> tuple[Proposal, ...]:
        """What every term says of the results whose records count, by day, term and record; clinical terms nothing."""
        terms = [term for term in load_table(self.version).terms.values() if term.clauses]
        found = [each for term in terms for each in self._of_term(term, lambda row: counts(row["record_id"]))]
        return tuple(sorted(found, key=lambda each: (each.on, each.term.name, each.record)))

    def by_table(self, term: Term, first: date, last: date) -> ByTable | None:
        """
        What the results say of an event of this term that was there on these days.

        Those of its first day count, else those of the closest day after it on which there is one; of the results of
        that day the one with the worst grade. None where there is no result, or none of that day has a grade.
        """
        of_event = sorted(
            self._of_term(term, lambda row: first <= row["time_lower"] <= last), key=lambda each: (each.on, each.record)
        )
        of_day = [each for each in of_event if each.on == of_event[0].on]
        graded = [(each.grade, each.record) for each in of_day if each.grade is not None]
        if not graded:
            return None
        worst, record = max(graded, key=lambda each: each[0])
        is_open = any(each.may_be_higher for each in of_day)
        return ByTable(self.version, term.id, worst, is_open, record, of_day[0].on)

    def _of_term(self, term: Term, counts: Callable[[Row], bool]) -> Iterator[Proposal]:
        """The results of a term's analytes that count and have a day, each once, under however many codes."""
        seen: set[tuple[object, ...]] = set()
        for name in term.analytes:
            for fact in self.case.patient.results(name):
                row = fact.row
                is_reported = not fact.is_suggestion and not fact.is_attested and row["time_lower"] is not None
                told = (row["record_id"], row["value_text"], row["unit"])
                if is_reported and row["time_lower"] == row["time_upper"] and counts(row) and told not in seen:
                    seen.add(told)
                    yield self._proposal(term, name, fact)

    def _proposal(self, term: Term, name: str, fact: ResultFact) -> Proposal:
        on, record = fact.row["time_lower"], fact.row["record_id"]
        concept, result = self.case.rulebook.concepts[name], self._reported(name, fact)
        is_baseline = self.baseline_on is None or on <= self.baseline_on
        baseline = None if is_baseline or not reads_baseline(term) else self._baseline(term)
        if not is_baseline and reads_baseline(term) and baseline is None:
            because = f"{term.name} is graded against a baseline, and there is none up to {self.baseline_on}."
            return Proposal(
                term, concept, result, on, record, NotEvaluable(Why.NO_BASELINE, because, needs=("the baseline",))
            )
        answer = propose_grade(
            self.version, term.id, result, on=on, record=record, baseline=baseline, is_baseline=is_baseline
        )
        return Proposal(term, concept, result, on, record, answer, baseline)

    def _baseline(self, term: Term) -> Reported | None:
        """The latest result up to the day of the baseline; of several analytes the first that has one, as for rules."""
        last = self.baseline_on or date.max
        for name in term.analytes:
            window = self.windows.get(name)
            period = Period(None, last) if window is None else period_of(window, last, last)
            picked = pick_one(self.case, name, period, with_range=True)
            if picked.facts:
                found = self._reported(name, picked.facts[0])
                return found if _is_exact(found) else None
            if picked.problem is None or picked.problem.has_data:
                return None
        return None

    def _reported(self, name: str, fact: ResultFact) -> Reported:
        """A result with its own normal range, else that of the site."""
        row = fact.row
        entry = table_range(name, self.case.rulebook.ranges, self.case.sex)
        concept = self.case.rulebook.concepts[name]
        low, high = (
            row[f"range_{end}"] if row[f"range_{end}"] is not None else _site_limit(entry, end, row["unit"], concept)
            for end in ("low", "high")
        )
        return Reported(row["value_text"] or "", row["unit"], low, high)


def _analytes(version: CtcaeVersion) -> dict[str, Concept]:
    """The concepts that the table grades."""
    return {name: base_library()[name] for term in load_table(version).terms.values() for name in term.analytes}


def _baseline_day(plan: Plan, history: History) -> date | None:
    """The day of the first dose that the plan counts on, None while none was given; the allocation without doses."""
    courses = [each for each in plan.courses_of(history.arm) if each.kind is CourseKind.DOSE and each.is_planned]
    if not courses:
        return history.randomised_on
    given = history.given_of([step for course in courses for step in course.steps])
    return given[0].on if given else None


def _windows(resolved: ResolvedPlan) -> dict[str, Window]:
    """The window before the first dose in which rules of the plan look for the baseline of a concept."""
    found: dict[str, Window] = {}
    for node in (*(gate.node for gate in resolved.gates), *resolved.tables.values()):
        for part in node.walk():
            if isinstance(part, Assessment) and part.baseline is not None and part.baseline.anchor == FIRST_DOSE:
                found |= dict.fromkeys(set(part.concept_ids()) - found.keys(), part.baseline)
    return found


def _site_limit(entry: ReferenceRange | None, end: str, unit: str | None, concept: Concept) -> Number | None:
    """A limit of the site's table in the unit of a result."""
    limit = None if entry is None else getattr(entry, end)
    resolved = resolve_unit(unit) if unit else None if concept.is_unit_required else concept.unit or "1"
    if entry is None or limit is None or resolved is None:
        return None
    scale = factor(concept, entry.unit, resolved)
    return None if scale is None else Fraction(limit) * scale


def _is_exact(result: Reported) -> bool:
    number = read_measured(result.value)
    return number is not None and number.lower == number.upper


def _number(value: Number | None) -> str:
    return "" if value is None else f"{float(value):g}"
