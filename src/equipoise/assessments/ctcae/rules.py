"""What a rule says of one result: three-valued, clause by clause.

Decides which grades are reached, which stay open, and what an open part lacks. Exact fractions throughout. Leaves to
others how a result was read (`results.py`) and what a person is told (`grading.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from equipoise.assessments.ctcae.model import BaselineRange, Clause, Comparison, Condition, Limit, Reference, Term
from equipoise.assessments.ctcae.results import Interval, amount_in, compare


@dataclass(frozen=True)
class Case:
    """
    One result with what its rule may ask, in the unit of the result.

    `references` holds only the limits that are known. `baseline_range` is None when it is open whether the baseline
    was abnormal; without a baseline it is NORMAL. `holds` answers for the conditions of a person's state.
    """

    term: Term
    result: Interval
    unit: str | None
    references: Mapping[Reference, Fraction]
    baseline_range: BaselineRange | None
    is_baseline: bool
    holds: Mapping[Condition, bool]


@dataclass(frozen=True)
class Truth:
    """Whether a part of a rule holds; of an open part (None), the limits it lacks: none when the result is open."""

    holds: bool | None
    missing: frozenset[Reference] = frozenset()


_TRUE, _FALSE = Truth(True), Truth(False)


@dataclass(frozen=True)
class Outcome:
    """
    What the rule says.

    `reached` is the worst grade known to be reached, 0 when none is. `open_grades` are worse ones that may be reached
    too, `missing` what they lack. `is_without_grade` marks a result to which the version gives no grade.
    """

    reached: int
    open_grades: tuple[int, ...] = ()
    missing: frozenset[Reference] = frozenset()
    is_without_grade: bool = False


def judge(case: Case) -> Outcome:
    """Apply the rule of the case's term, worst grade first."""
    gap = _judge_grade(case, None)
    if gap.holds:
        return Outcome(0, is_without_grade=True)
    open_grades: list[int] = []
    missing = gap.missing
    for grade in case.term.grades:
        truth = _judge_grade(case, grade)
        if truth.holds:
            return Outcome(grade, tuple(open_grades), missing)
        if truth.holds is None:
            open_grades.append(grade)
            missing |= truth.missing
    return Outcome(0, tuple(open_grades), missing, is_without_grade=gap.holds is None)


def _judge_grade(case: Case, grade: int | None) -> Truth:
    """Any of the clauses of a grade."""
    missing, is_open = frozenset[Reference](), False
    for clause in case.term.clauses_by_grade.get(grade, ()):
        truth = _judge_clause(case, clause)
        if truth.holds:
            return truth
        is_open |= truth.holds is None
        missing |= truth.missing
    return Truth(None, missing) if is_open else _FALSE


def _judge_clause(case: Case, clause: Clause) -> Truth:
    """All parts of a clause."""
    missing, is_open = frozenset[Reference](), False
    for part in _parts(case, clause):
        if part.holds is False:
            return _FALSE
        is_open |= part.holds is None
        missing |= part.missing
    return Truth(None, missing) if is_open else _TRUE


def _parts(case: Case, clause: Clause) -> Iterator[Truth]:
    yield from (_judge_condition(case, condition) for condition in clause.conditions)
    yield from (_judge_comparison(case, comparison) for comparison in clause.comparisons)


def _judge_condition(case: Case, condition: Condition) -> Truth:
    if condition in case.holds:
        return Truth(case.holds[condition])
    is_at = case.baseline_range if not case.is_baseline else BaselineRange.NORMAL
    if is_at is None:
        side = Reference.LOWER if condition is Condition.BASELINE_LOW else Reference.UPPER
        return Truth(None, frozenset({side}))
    if condition is Condition.BASELINE_LOW:
        return Truth(is_at is BaselineRange.LOW)
    return Truth((is_at is BaselineRange.HIGH) is (condition is Condition.BASELINE_HIGH))


def _judge_comparison(case: Case, comparison: Comparison) -> Truth:
    reference = comparison.limit.reference
    if reference is Reference.BASELINE and case.is_baseline:
        return Truth(False)  # nothing has changed from the baseline at the baseline
    if reference is not None and reference not in case.references:
        return Truth(None, frozenset({reference}))
    return Truth(compare(case.result, comparison.compare, limit_of(case, comparison.limit)))


def limit_of(case: Case, limit: Limit) -> Fraction:
    """The number that a limit is for this case. [unit of the result]"""
    amount = amount_in(case.term, limit.amounts, case.unit) if limit.amounts and case.unit else Fraction(0)
    return amount if limit.reference is None else limit.factor * case.references[limit.reference] + amount
