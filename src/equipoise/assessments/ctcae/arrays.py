"""Grades of many results at once, for analysis and simulation: `grade_array`.

Decides nothing of its own: a rule gives the same grade here as in `grading.grade`, which is the meaning. Exact, though
the arrays hold floats: a float counts as its shortest decimal, and decimals of up to six places below 10^9 are compared
as whole numbers of millionths. A result with more places, or beside such a limit, goes through the scalar form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt

from equipoise.assessments.answer import Assessed, NotEvaluable
from equipoise.assessments.ctcae.given import BesideValues, Given
from equipoise.assessments.ctcae.grading import grade_term
from equipoise.assessments.ctcae.model import (
    Clause,
    Compare,
    Comparison,
    Condition,
    CtcaeVersion,
    Reference,
    Term,
)
from equipoise.assessments.ctcae.results import amount_in, understood_unit
from equipoise.assessments.ctcae.tables import find_term

NOT_GRADABLE = -1
_SCALE = 10**6
_LARGEST = 10**15  # millionths; with the factors of the tables still far below the largest 64-bit integer

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Grades = npt.NDArray[np.int8]
Truths = tuple[Bools, Bools]
"""Where something holds, and where it is open."""


@dataclass(frozen=True)
class _Columns:
    """Millionths of each quantity and where they are known; conditions as truths."""

    result: Integers
    references: Mapping[Reference, tuple[Integers, Bools]]
    conditions: Mapping[Condition, Truths]
    is_baseline: Bools


@dataclass(frozen=True)
class _Results:
    """
    Results as they were given, of one shape.

    `columns`: limits and baselines by their names, NaN where one is missing. `is_plain`: where all numbers of a result
    are missing or decimals that millionths hold exactly.
    """

    values: Floats
    columns: Mapping[str, Floats]
    at_baseline: Bools
    is_plain: Bools
    unit: str | None
    is_symptomatic: bool | None
    is_on_anticoagulant: bool | None

    @classmethod
    def of(
        cls,
        values: npt.ArrayLike,
        *,
        unit: str | None = None,
        is_baseline: npt.ArrayLike = False,
        is_symptomatic: bool | None = None,
        is_on_anticoagulant: bool | None = None,
        lower_limit: npt.ArrayLike | None = None,
        upper_limit: npt.ArrayLike | None = None,
        baseline: npt.ArrayLike | None = None,
        baseline_lower_limit: npt.ArrayLike | None = None,
        baseline_upper_limit: npt.ArrayLike | None = None,
    ) -> "_Results":
        result = np.asarray(values, dtype=np.float64)
        columns = {
            "lower_limit": _column(lower_limit, result.shape),
            "upper_limit": _column(upper_limit, result.shape),
            "baseline": _column(baseline, result.shape),
            "baseline_lower_limit": _column(baseline_lower_limit, result.shape),
            "baseline_upper_limit": _column(baseline_upper_limit, result.shape),
        }
        at_baseline = np.broadcast_to(np.asarray(is_baseline, dtype=np.bool_), result.shape)
        is_plain = np.logical_and.reduce([_is_plain(each) for each in (result, *columns.values())])
        return cls(result, columns, at_baseline, is_plain, unit, is_symptomatic, is_on_anticoagulant)

    def has_unit_for(self, term: Term) -> bool:
        """Whether results of this unit, or of none, can be graded by a term."""
        is_named = bool((self.unit or "").strip())
        return understood_unit(term, self.unit) is not None or not (is_named or term.printed_units)

    def at(self, place: tuple[int, ...]) -> Given:
        """One of them, as the scalar form takes it."""
        return Given(
            _number(self.values[place]),
            unit=self.unit,
            is_baseline=bool(self.at_baseline[place]),
            is_symptomatic=self.is_symptomatic,
            is_on_anticoagulant=self.is_on_anticoagulant,
            lower_limit=_number(self.columns["lower_limit"][place]),
            upper_limit=_number(self.columns["upper_limit"][place]),
            baseline=_number(self.columns["baseline"][place]),
            baseline_lower_limit=_number(self.columns["baseline_lower_limit"][place]),
            baseline_upper_limit=_number(self.columns["baseline_upper_limit"][place]),
        )


def grade_array(
    version: CtcaeVersion | str, term: str, values: npt.ArrayLike, **beside: Unpack[BesideValues]
) -> Grades:
    """
    Grade results of one term, all in one unit.

    Parameters
    ----------
    version, term
        As in `grade`.
    values : array of float, shape (n,)
        Results; NaN where there is none.
    beside
        What else was reported, by the names that `Given` has. `unit`, `is_symptomatic` and `is_on_anticoagulant` are of
        all results; limits and baselines are arrays of float, shape (n,) or (), NaN where one is missing;
        `is_baseline` is an array of bool, shape (n,) or ().

    Returns
    -------
    array of int8, shape (n,)
        The grade that `grade` gives, or -1 where it gives none. A grade that may be higher is given as it is.

    Raises
    ------
    EquipoiseError
        As `grade`.

    Examples
    --------
    >>> grade_array("5.0", "Platelet count decreased", [24.9, 25, 75, 150], unit="10*9/L", lower_limit=150)
    array([4, 3, 1, 0], dtype=int8)
    """
    found, results = find_term(version, term), _Results.of(values, **beside)
    if isinstance(found, NotEvaluable) or not found.clauses or not results.has_unit_for(found):
        return np.full(results.values.shape, NOT_GRADABLE, dtype=np.int8)
    grades = _grade_plain(found, results)
    for place in zip(*np.nonzero(~results.is_plain), strict=True):
        answer = grade_term(found, results.at(place))
        grades[place] = answer.value.value if isinstance(answer, Assessed) else NOT_GRADABLE
    return grades


def _grade_plain(term: Term, results: _Results) -> Grades:
    """The grades of plain results; of the others, and of what no measurement can be, none."""
    plain = {name: np.where(results.is_plain, column, np.nan) for name, column in results.columns.items()}
    holds = {
        Condition.SYMPTOMATIC: results.is_symptomatic is not False,
        Condition.ON_ANTICOAGULANT: results.is_on_anticoagulant is not False,
    }
    prepared = _prepare(np.where(results.is_plain, results.values, np.nan), plain, results.at_baseline, holds)
    usable = results.is_plain & (results.values >= 0) & ~_has_implausible_limit(term, results.columns)
    judged = _judge(term, understood_unit(term, results.unit), prepared)
    return np.where(usable, judged, np.int8(NOT_GRADABLE))


def _column(given: npt.ArrayLike | None, shape: tuple[int, ...]) -> Floats:
    """One number for each result, NaN where there is none."""
    column = np.asarray(np.nan if given is None else given, dtype=np.float64)
    return np.broadcast_to(column, shape)


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _is_plain(column: Floats) -> Bools:
    """Where a number is missing, or a decimal that millionths hold exactly."""
    millionths = np.rint(column * _SCALE)
    with np.errstate(invalid="ignore"):
        is_exact = (millionths / _SCALE == column) & (np.abs(millionths) < _LARGEST)
    return np.asarray(is_exact | np.isnan(column))


def _millionths(column: Floats) -> tuple[Integers, Bools]:
    """Whole millionths, and where there is a number; without one they say nothing."""
    return np.rint(np.nan_to_num(column) * _SCALE).astype(np.int64), ~np.isnan(column)


def _prepare(
    result: Floats, columns: Mapping[str, Floats], at_baseline: Bools, holds: Mapping[Condition, bool]
) -> _Columns:
    places = {Reference.LOWER: "lower_limit", Reference.UPPER: "upper_limit", Reference.BASELINE: "baseline"}
    references = {reference: _millionths(columns[name]) for reference, name in places.items()}
    nowhere = np.zeros(result.shape, dtype=np.bool_)
    conditions: dict[Condition, Truths] = {each: (nowhere | value, nowhere) for each, value in holds.items()}
    baseline = columns["baseline"]
    lower = np.where(np.isnan(columns["baseline_lower_limit"]), columns["lower_limit"], columns["baseline_lower_limit"])
    upper = np.where(np.isnan(columns["baseline_upper_limit"]), columns["upper_limit"], columns["baseline_upper_limit"])
    with np.errstate(invalid="ignore"):
        is_asked = ~at_baseline & ~np.isnan(baseline)
        is_high = is_asked & (baseline > upper)
        is_low = is_asked & (baseline < lower) & ~is_high
        # As in the scalar form: the side that the term asks of must be known, unless the other side decides.
        high_open = is_asked & np.isnan(upper) & ~is_low
        low_open = is_asked & np.isnan(lower) & ~is_high
    conditions[Condition.BASELINE_HIGH] = (is_high, high_open)
    conditions[Condition.BASELINE_NOT_HIGH] = (~is_high & ~high_open, high_open)
    conditions[Condition.BASELINE_LOW] = (is_low, low_open)
    return _Columns(_millionths(result)[0], references, conditions, at_baseline)


def _has_implausible_limit(term: Term, columns: Mapping[str, Floats]) -> Bools:
    places = {Reference.LOWER: "lower_limit", Reference.UPPER: "upper_limit", Reference.BASELINE: "baseline"}
    with np.errstate(invalid="ignore"):
        found = [columns[places[reference]] < 0 for reference in term.references]
        if Reference.UPPER in term.references:
            found.append(columns["upper_limit"] == 0)
    shape = next(iter(columns.values())).shape
    return np.asarray(np.logical_or.reduce([np.zeros(shape, dtype=np.bool_), *found]))


def _judge(term: Term, unit: str | None, columns: _Columns) -> Grades:
    shape = columns.result.shape
    grades = np.zeros(shape, dtype=np.int8)
    settled, is_open = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    for grade in (None, *term.grades):
        truths = [_judge_clause(term, clause, unit, columns) for clause in term.clauses_by_grade.get(grade, ())]
        if not truths:
            continue
        reached = np.logical_or.reduce([holds for holds, _ in truths]) & ~settled
        grades[reached] = NOT_GRADABLE if grade is None else grade
        settled |= reached
        is_open |= np.logical_or.reduce([still_open for _, still_open in truths])
    grades[~settled & is_open] = NOT_GRADABLE
    return grades


def _judge_clause(term: Term, clause: Clause, unit: str | None, columns: _Columns) -> Truths:
    parts = [columns.conditions[condition] for condition in clause.conditions]
    parts += [_judge_comparison(term, comparison, unit, columns) for comparison in clause.comparisons]
    is_false = np.logical_or.reduce([~holds & ~still_open for holds, still_open in parts])
    holds = np.logical_and.reduce([each for each, _ in parts])
    return holds, ~holds & ~is_false


def _judge_comparison(term: Term, comparison: Comparison, unit: str | None, columns: _Columns) -> Truths:
    """
    result > factor x reference + amount, as whole numbers.

    With the factor p/q: q x result - p x reference > q x amount, both sides in millionths; of the right side only the
    whole part below or above it matters.
    """
    limit = comparison.limit
    amount = amount_in(term, limit.amounts, unit) if limit.amounts and unit else Fraction(0)
    known: Bools = np.ones(columns.result.shape, dtype=np.bool_)
    left = columns.result
    if limit.reference is not None:
        reference, known = columns.references[limit.reference]
        left = limit.factor.denominator * left - limit.factor.numerator * reference
        amount *= limit.factor.denominator
    holds = _passes(left, comparison.compare, amount * _SCALE)
    if limit.reference is Reference.BASELINE:
        return holds & known & ~columns.is_baseline, ~known & ~columns.is_baseline
    return holds & known, ~known


def _passes(left: Integers, how: Compare, right: Fraction) -> Bools:
    if how is Compare.ABOVE:
        return np.asarray(left > floor(right))
    if how is Compare.AT_LEAST:
        return np.asarray(left >= ceil(right))
    if how is Compare.BELOW:
        return np.asarray(left < ceil(right))
    return np.asarray(left <= floor(right))
