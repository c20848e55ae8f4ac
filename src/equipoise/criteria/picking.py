"""The one result of a concept that goes into a computed value, or why there is none: part of the reference evaluator.

A computed value takes single numbers: of results of one day that differ none is chosen, even where they would decide
alike.
"""

from dataclasses import dataclass
from datetime import date

from equipoise.criteria.bound import ResultFact
from equipoise.criteria.evidence import row_json
from equipoise.criteria.intervals import Period
from equipoise.criteria.outcome import Outcome, unknown
from equipoise.criteria.reference_atoms import Case, nothing_suitable
from equipoise.criteria.selection import is_one_exact_day, latest, select_in
from equipoise.criteria.truth import Cause
from equipoise.criteria.verdict import EvidenceRow

_VALUE = ("unit", "value_lower", "value_upper", "is_lower_closed", "is_upper_closed")
_RANGE = ("range_low", "range_high")


@dataclass(frozen=True)
class Picked:
    """The results that all say the one value that counts; none of them where there is a problem."""

    facts: tuple[ResultFact, ...] = ()
    problem: Outcome | None = None

    @property
    def rows(self) -> tuple[EvidenceRow, ...]:
        return tuple(fact.evidence for fact in self.facts)

    @property
    def is_attested(self) -> bool:
        return any(fact.is_attested for fact in self.facts)


def pick_one(case: Case, concept_id: str, period: Period, *, with_range: bool = False) -> Picked:
    """The latest result of these days; `with_range` where its normal range goes into the value too."""
    selection = select_in(case.patient, concept_id, period)
    if not selection.certain and not selection.perhaps:
        return Picked(problem=nothing_suitable(concept_id, case, selection))
    facts = latest(selection)
    cause = None if selection.certain else Cause.PARTIAL_DATE
    names = (*_VALUE, *_RANGE) if with_range else _VALUE
    if cause is None and len({(fact.answer, *(fact.row[name] for name in names)) for fact in facts}) > 1:
        cause = Cause.CONFLICT if is_one_exact_day(facts) else Cause.PARTIAL_DATE
    if cause is not None:
        return Picked(problem=unknown({cause}, [concept_id], [fact.evidence for fact in facts]))
    return Picked(tuple(sorted(facts, key=_order)))


def _order(fact: ResultFact) -> tuple[date, str]:
    """Which of several records that say the same stands for them must not hang on the order of rows."""
    return fact.row["time_lower"] or date.min, row_json(fact.evidence)
