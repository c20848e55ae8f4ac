"""The truth of one result (a row with a value) against a test: the reference evaluator's view of values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from equipoise.criteria.bound import ResultFact
from equipoise.criteria.intervals import Interval, compare, period_of
from equipoise.criteria.nodes import Answers, Comparison, DateWithin, Limit, Relative, Test
from equipoise.criteria.rulebook import Moment, ReferenceRange
from equipoise.criteria.truth import Cause, Truth
from equipoise.terminology.concepts import Concept
from equipoise.terminology.units import factor, is_same_kind, resolve_unit


@dataclass(frozen=True)
class RowTruth:
    """Truth of one result; a cause when unknown."""

    truth: Truth
    cause: Cause | None = None


def judge_result(
    fact: ResultFact,
    test: Test,
    concept: Concept,
    moment: Moment,
    ranges: Iterable[ReferenceRange],
    sex: str | None,
) -> RowTruth:
    if isinstance(test, Answers):
        if fact.answer is None:
            return RowTruth(Truth.UNKNOWN, Cause.UNMAPPED_CODE)
        return RowTruth(Truth.TRUE if fact.answer in test.words else Truth.FALSE)
    if isinstance(test, DateWithin):
        return _judge_date(fact, test, moment)
    value = value_interval(fact)
    if value is None:
        return RowTruth(Truth.UNKNOWN, Cause.UNMAPPED_CODE)
    limit = limit_for(fact, test, concept, ranges, sex)
    if isinstance(limit, Cause):
        return RowTruth(Truth.UNKNOWN, limit)
    truth = compare(value, test.operator, limit)
    return RowTruth(truth, Cause.OVERLAP if truth is Truth.UNKNOWN else None)


def value_interval(fact: ResultFact) -> Interval | None:
    """The possible values of a result, in its own unit; None when it is not a number."""
    row = fact.row
    if row["value_lower"] is None and row["value_upper"] is None:
        return None
    return Interval(
        row["value_lower"], row["value_upper"], row["is_lower_closed"] is True, row["is_upper_closed"] is True
    )


def limit_for(
    fact: ResultFact, test: Comparison, concept: Concept, ranges: Iterable[ReferenceRange], sex: str | None
) -> Fraction | Cause:
    """The limit in the unit of the result, or why there is none."""
    first = test.limits[0]
    if first.relative is not None:
        own = fact.row["range_high" if first.relative is Relative.ULN else "range_low"]
        if own is not None:
            return Fraction(first.value) * Fraction(own)
        return _limit_from_table(fact, first, concept, ranges, sex)
    unit = unit_of(fact, concept)
    if isinstance(unit, Cause):
        return unit
    limits = [limit.unit or concept.unit or "1" for limit in test.limits]
    chosen = next((n for n, limit_unit in enumerate(limits) if is_same_kind(limit_unit, unit)), 0)
    scale = factor(concept, limits[chosen], unit)
    return Cause.UNKNOWN_UNIT if scale is None else Fraction(test.limits[chosen].value) * scale


def unit_of(fact: ResultFact, concept: Concept) -> str | Cause:
    """The result's unit in UCUM, the concept's own where none is needed, or why there is none."""
    reported = fact.row["unit"]
    if reported is None:
        return Cause.NO_UNIT if concept.is_unit_required else (concept.unit or "1")
    return resolve_unit(reported) or Cause.UNKNOWN_UNIT


def _limit_from_table(
    fact: ResultFact, limit: Limit, concept: Concept, ranges: Iterable[ReferenceRange], sex: str | None
) -> Fraction | Cause:
    entry = table_range(concept.id, ranges, sex)
    normal = None if entry is None else (entry.high if limit.relative is Relative.ULN else entry.low)
    if entry is None or normal is None:
        return Cause.NO_REFERENCE_RANGE
    unit = unit_of(fact, concept)
    if isinstance(unit, Cause):
        return unit
    scale = factor(concept, entry.unit, unit)
    return Cause.UNKNOWN_UNIT if scale is None else Fraction(limit.value) * Fraction(normal) * scale


def table_range(concept_id: str, ranges: Iterable[ReferenceRange], sex: str | None) -> ReferenceRange | None:
    """The site's range of a concept: the one for this sex, else the one for both."""
    mine = [entry for entry in ranges if entry.concept == concept_id]
    by_sex = next((entry for entry in mine if entry.sex is not None and entry.sex == sex), None)
    return by_sex or next((entry for entry in mine if entry.sex is None), None)


def _judge_date(fact: ResultFact, test: DateWithin, moment: Moment) -> RowTruth:
    lower: date | None = fact.row["value_date_lower"]
    upper: date | None = fact.row["value_date_upper"]
    if lower is None and upper is None:
        return RowTruth(Truth.UNKNOWN, Cause.UNMAPPED_CODE)
    period = period_of(test.window, moment.anchor(test.window.anchor), moment.as_of)
    first = period.first or date.min
    if lower is not None and lower >= first:
        return RowTruth(Truth.TRUE)
    if upper is not None and upper < first:
        return RowTruth(Truth.FALSE)
    return RowTruth(Truth.UNKNOWN, Cause.PARTIAL_DATE)
