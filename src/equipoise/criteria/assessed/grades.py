"""Grades of CTCAE as atoms: the latest result of a term's analyte, or the worst of all, with its range and baseline.

A grade that has words and no number is for a person: where the worst number is reached, such a grade above it stays
open. So does a worse grade that a missing normal limit or baseline leaves open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from equipoise.assessments.answer import Answer, Assessed, NotEvaluable
from equipoise.assessments.ctcae import Grade, Term, grade
from equipoise.assessments.ctcae.model import Reference
from equipoise.criteria.assessed.catalogue import reads_baseline, term_of
from equipoise.criteria.assessed.derived import ends_of, problem_of
from equipoise.criteria.assessed.made import Made, cause_of
from equipoise.criteria.bound import ResultFact
from equipoise.criteria.evidence import row_json
from equipoise.criteria.nodes import Assessment
from equipoise.criteria.outcome import Outcome, unknown
from equipoise.criteria.picking import Picked, pick_one
from equipoise.criteria.reference_atoms import Case, nothing_suitable
from equipoise.criteria.results import table_range, unit_of, value_interval
from equipoise.criteria.selection import Selection, select_in
from equipoise.criteria.truth import Cause
from equipoise.terminology.units import factor

WORST = 4
"""The worst grade that a living person can have."""


@dataclass(frozen=True)
class _Graded:
    """The grades between which one result lies, and why it is not one grade."""

    answers: tuple[Answer[Any], ...]
    doubts: frozenset[Cause] = frozenset()

    @property
    def ends(self) -> tuple[int, int]:
        values = [each.value if isinstance(each, Assessed) else None for each in self.answers]
        known = [value for value in values if value is not None]
        return (min(known), max(known)) if known and len(known) == len(values) else (0, WORST)


def assess_grade(atom: Assessment, case: Case) -> Made | Outcome:
    """The grade of the latest result, or of the worst one where the rule asks for that."""
    term = term_of(atom.subject or "", atom.option("ctcae") or "")
    baseline = Picked()
    if atom.baseline is not None and reads_baseline(term):
        baseline = _first_with_data(atom, case, is_baseline=True)
        problem = _problem_of_baseline(atom, case, baseline)
        if problem is not None:
            return problem
    grader = _Grader(atom, case, term, baseline)
    return grader.worst() if atom.option("pick") == "worst" else grader.latest()


def _first_with_data(atom: Assessment, case: Case, *, is_baseline: bool) -> Picked:
    """Of several analytes the first that has a result counts, in the order of the table."""
    if is_baseline and atom.baseline is not None:
        period = case.moment.period_before(atom.baseline)
    else:
        period = case.moment.period_after(atom.within, atom.baseline)
    picked = [pick_one(case, name, period, with_range=True) for name in atom.concept_ids()]
    return next((each for each in picked if each.problem is None or each.problem.has_data), picked[0])


def _problem_of_baseline(atom: Assessment, case: Case, baseline: Picked) -> Outcome | None:
    """A baseline that is no exact number in a known unit: without it a grade would be that of a normal baseline."""
    if baseline.problem is not None:
        return baseline.problem
    concept_id = _concept_of(atom, case, baseline.facts[0])
    problem = problem_of(concept_id, baseline, case)
    if problem is None and len(ends_of(concept_id, baseline, case)) > 1:
        return unknown({Cause.OVERLAP}, [concept_id], baseline.rows)
    return problem


def _concept_of(atom: Assessment, case: Case, fact: ResultFact) -> str:
    """Which analyte a result is of."""
    return next(name for name in atom.concept_ids() if fact in case.patient.results(name))


@dataclass(frozen=True)
class _Grader:
    atom: Assessment
    case: Case
    term: Term
    baseline: Picked

    def latest(self) -> Made | Outcome:
        picked = _first_with_data(self.atom, self.case, is_baseline=False)
        if picked.problem is not None:
            return picked.problem
        graded = self._grade(picked.facts[0])
        rows = (*picked.rows, *self.baseline.rows)
        if not graded.answers:
            return unknown(graded.doubts, self.atom.concept_ids()[:1], rows)
        is_attested = picked.is_attested or self.baseline.is_attested
        return Made(
            graded.answers, rows, is_attested, (_concept_of(self.atom, self.case, picked.facts[0]),), graded.doubts
        )

    def worst(self) -> Made | Outcome:
        """Between the worst grade that some result surely has and the worst that one may have."""
        period = self.case.moment.period_after(self.atom.within, self.atom.baseline)
        selections = [select_in(self.case.patient, name, period) for name in self.atom.concept_ids()]
        certain = [fact for each in selections for fact in each.certain]
        perhaps = [fact for each in selections for fact in each.perhaps]
        facts = sorted([*certain, *perhaps], key=lambda fact: row_json(fact.evidence))
        if not facts:
            return self._nothing(selections)
        rows = (*(fact.evidence for fact in facts), *self.baseline.rows)
        if not certain:
            return unknown({Cause.PARTIAL_DATE}, self.atom.concept_ids(), rows)
        graded = {id(fact): self._grade(fact) for fact in facts}
        low = max(graded[id(fact)].ends[0] for fact in certain)
        high = max(each.ends[1] for each in graded.values())
        doubtful = [fact for fact in facts if graded[id(fact)].ends[1] > low]
        doubts = frozenset().union(*(graded[id(fact)].doubts for fact in doubtful))
        if any(fact in perhaps for fact in doubtful):
            doubts |= {Cause.PARTIAL_DATE}
        is_attested = any(fact.is_attested for fact in facts) or self.baseline.is_attested
        answers = [answer for each in graded.values() for answer in each.answers if isinstance(answer, Assessed)]
        if not answers:
            return unknown(doubts, self.atom.concept_ids(), rows)
        ends = dict.fromkeys((low, high))
        return Made(tuple(_at(answers, end) for end in ends), rows, is_attested, doubts=doubts)

    def _nothing(self, selections: Sequence[Selection]) -> Outcome:
        outcomes = [
            nothing_suitable(name, self.case, selection)
            for name, selection in zip(self.atom.concept_ids(), selections, strict=True)
        ]
        return outcomes[0]

    def _grade(self, fact: ResultFact) -> _Graded:
        if value_interval(fact) is None:
            return _Graded((), frozenset({Cause.UNMAPPED_CODE}))
        answers = [self._answer(fact, value) for value in _values(fact)]
        found: list[Answer[Any]] = []
        doubts = {Cause.OVERLAP} if len(answers) > 1 else set()
        for answer in answers:
            if isinstance(answer, NotEvaluable):
                doubts.add(cause_of(answer))
                found.append(answer)
            else:
                found += self._range(answer, doubts)
        return _Graded(tuple(found), frozenset(doubts))

    def _range(self, answer: Assessed[Grade], doubts: set[Cause]) -> list[Assessed[int]]:
        """One answer, or two where a worse grade is open for want of a limit, or is for a person to give."""
        reached = answer.value.value
        highest = reached
        if answer.value.may_be_higher:
            highest = WORST
            doubts.add(self._missing())
        above = _clinical_above(self.term, reached)
        if above:
            highest = max(highest, *above)
            doubts.add(Cause.NEEDS_PERSON)
        return [answer.map(lambda _, end=end: end) for end in dict.fromkeys((reached, highest))]  # type: ignore[misc]

    def _missing(self) -> Cause:
        has_baseline = bool(self.baseline.facts)
        is_baseline_missing = Reference.BASELINE in self.term.references and not has_baseline
        return Cause.NEVER_MEASURED if is_baseline_missing else Cause.NO_REFERENCE_RANGE

    def _answer(self, fact: ResultFact, value: Any) -> Answer[Grade]:
        low, high = self._range_of(fact)
        given: dict[str, Any] = {"unit": fact.row["unit"], "lower_limit": low, "upper_limit": high}
        if self.baseline.facts:
            before = self.baseline.facts[0]
            base_low, base_high = self._range_of(before)
            interval = value_interval(before)
            given["baseline"] = interval.lower if interval is not None and interval.lower == interval.upper else None
            given |= {"baseline_unit": before.row["unit"]}
            given |= {"baseline_lower_limit": base_low, "baseline_upper_limit": base_high}
        return grade(
            self.atom.option("ctcae") or "",
            self.term.id,
            value,
            day=fact.row["time_lower"],
            record=fact.row["record_id"],
            **given,
        )

    def _range_of(self, fact: ResultFact) -> tuple[Any, Any]:
        """The normal range on the result, else the site's, in the unit of the result."""
        return self._limit(fact, "low"), self._limit(fact, "high")

    def _limit(self, fact: ResultFact, name: str) -> Any:
        own = fact.row[f"range_{name}"]
        concept = self.case.rulebook.concepts[_concept_of(self.atom, self.case, fact)]
        entry = table_range(concept.id, self.case.rulebook.ranges, self.case.sex)
        limit = None if entry is None else getattr(entry, name)
        unit = unit_of(fact, concept)
        if own is not None or entry is None or limit is None or isinstance(unit, Cause):
            return own
        scale = factor(concept, entry.unit, unit)
        return None if scale is None else Fraction(limit) * scale


def _values(fact: ResultFact) -> tuple[Any, ...]:
    """The result as the tables read it: a number, a text with a comparator, or both ends of what lies between two."""
    value = value_interval(fact)
    assert value is not None
    if value.lower is None:
        return (f"{'<=' if value.is_upper_closed else '<'}{value.upper}",)
    if value.upper is None:
        return (f"{'>=' if value.is_lower_closed else '>'}{value.lower}",)
    return tuple(dict.fromkeys((value.lower, value.upper)))


def _clinical_above(term: Term, reached: int) -> list[int]:
    """Clinical grades above the worst number that is reached; death needs no question."""
    computed = {clause.grade for clause in term.clauses if clause.grade is not None}
    above = [each for each in term.clinical_grades if reached < each <= WORST]
    return [each for each in above if reached and not any(reached < number < each for number in computed)]


def _at(answers: Sequence[Assessed[Any]], end: int) -> Assessed[Any]:
    """The answer that gave this grade, or the first with this grade in place of its own."""
    found = next((answer for answer in answers if answer.value == end), answers[0])
    return found.map(lambda _: end)
