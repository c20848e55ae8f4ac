"""A grade from one result: `grade`.

Decides what is told of a result: the grade that its rule gives, what is still known when a normal limit or the
baseline is missing, and why there is none. The number alone is graded: a grade is a proposal, and the investigator
signs the clinical one. Grades that have words but no number, and grade 5, are never given here.

How words are read, for all terms (a term's own readings stand in its table):
- A semicolon is "or". The worst grade counts whose number is reached.
- Where two grades share a number and differ by a word about the person ("symptomatic", "if on anticoagulation"), the
  worse one counts until it is said that the word does not hold.
- "If baseline was abnormal" binds only results after the baseline. Results of the baseline itself, and results for
  which no baseline is given, are graded by the normal limits.
"""

from fractions import Fraction
from typing import Unpack

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.ctcae.given import BesideValue, Given
from equipoise.assessments.ctcae.model import BaselineRange, Condition, CtcaeVersion, Grade, Reference, Term
from equipoise.assessments.ctcae.results import Number, concept_of, convert, read_number, understood_unit
from equipoise.assessments.ctcae.rules import Case, Outcome, judge
from equipoise.assessments.ctcae.tables import find_term, terms_of
from equipoise.terminology.units import resolve_unit

LIMIT_WORDS = {
    Reference.LOWER: "the lower limit of normal",
    Reference.UPPER: "the upper limit of normal",
    Reference.BASELINE: "the baseline",
}
_PERSON_WORDS = {
    Condition.SYMPTOMATIC: ("is_symptomatic", "with symptoms"),
    Condition.ON_ANTICOAGULANT: ("is_on_anticoagulant", "as on anticoagulation"),
}
_BASELINE_CONDITIONS = frozenset({Condition.BASELINE_HIGH, Condition.BASELINE_NOT_HIGH, Condition.BASELINE_LOW})


def grade(version: CtcaeVersion | str, term: str, value: Number | None, **beside: Unpack[BesideValue]) -> Answer[Grade]:
    """
    Grade a result by one term of the criteria.

    Parameters
    ----------
    version, term
        Which table; the term by id or published name, in any case.
    value, beside
        What was reported: the fields of `Given`.

    Returns
    -------
    Answer[Grade]
        A grade of 0 only when it is known that none of 1 to 4 is reached. NotEvaluable when a missing limit, a
        missing baseline, the unit or an interval leaves it open, when all grades are clinical (needs-person), or when
        the version does not have the term.

    Raises
    ------
    EquipoiseError
        For a version without a table and a term that no version has.

    References
    ----------
    .. [1] National Cancer Institute, Common Terminology Criteria for Adverse Events v4.03 (2010), v5.0 (2017),
       v6.0 (2025).

    Examples
    --------
    >>> grade("5.0", "Platelet count decreased", 61000, unit="/uL").value.value
    2
    """
    given, found = Given(value, **beside), find_term(version, term)
    inputs = _inputs(term if isinstance(found, NotEvaluable) else found.name, given)
    answer = found if isinstance(found, NotEvaluable) else grade_term(found, given)
    if isinstance(answer, NotEvaluable):
        return NotEvaluable(answer.why, answer.because, inputs, answer.needs)
    return Assessed(answer.value, inputs, answer.source, answer.notes)


def grade_analyte(version: CtcaeVersion | str, analyte: str, given: Given) -> dict[str, Answer[Grade]]:
    """
    Grades of one result by every term of its concept, by the term's id: hypo- and hyperkalaemia for a potassium.

    Empty for a concept that no term grades.
    """
    return {term.id: grade_term(term, given) for term in terms_of(version, analyte)}


def _inputs(name: str, given: Given) -> tuple[Input, ...]:
    rows = [
        (name, given.value, given.unit, given.day, given.record),
        (LIMIT_WORDS[Reference.LOWER], given.lower_limit, given.unit, None, None),
        (LIMIT_WORDS[Reference.UPPER], given.upper_limit, given.unit, None, None),
        (LIMIT_WORDS[Reference.BASELINE], given.baseline, given.baseline_unit or given.unit, None, None),
    ]
    return tuple(
        Input(what, f"{value} {unit or ''}".strip(), day, record)
        for what, value, unit, day, record in rows
        if value is not None
    )


def grade_term(term: Term, given: Given) -> Answer[Grade]:
    """As `grade`, for a term at hand; the inputs are left to the caller."""
    if not term.clauses:
        because = f"Every grade of {term.name} is clinical."
        return NotEvaluable(Why.NEEDS_PERSON, because, needs=("a grade given by the investigator",))
    case = read_case(term, given)
    if isinstance(case, NotEvaluable):
        return case
    outcome = judge(case)
    refusal = _why_none(term, outcome)
    if refusal is not None:
        return refusal
    value = Grade(outcome.reached, may_be_higher=bool(outcome.open_grades))
    return Assessed(value, (), term.source, _notes(case, given, outcome))


def read_case(term: Term, given: Given) -> Case | NotEvaluable:
    """The case that a rule judges, or why the result cannot be judged by any rule."""
    result = read_number(given.value)
    if given.value is None or str(given.value).strip() in ("", "nan"):
        return NotEvaluable(Why.NEVER_MEASURED, "There is no result.", needs=(term.name,))
    if result is None:
        return NotEvaluable(Why.IMPLAUSIBLE, "The result is not a number.", needs=("a number",))
    if result.low is None or result.low < 0:
        return NotEvaluable(Why.IMPLAUSIBLE, "The result is negative, which no measurement of this kind can be.")
    unit = understood_unit(term, given.unit)
    if unit is None and term.printed_units and not (given.unit or "").strip():
        return NotEvaluable(Why.NO_UNIT, f"{term.name} is graded by amounts, and the result has no unit.")
    if unit is None and (given.unit or "").strip():
        reason = term.refused_units.get(resolve_unit(given.unit) or "", f"it is no unit of {concept_of(term).label}")
        return NotEvaluable(Why.UNKNOWN_UNIT, f"The unit of the result is not used: {reason}.")
    references = _references(term, given, unit)
    if isinstance(references, NotEvaluable):
        return references
    return Case(
        term=term,
        result=result,
        unit=unit,
        references=references,
        baseline_range=_baseline_range(term, given, references, unit),
        is_baseline=given.is_baseline,
        holds={
            Condition.SYMPTOMATIC: given.is_symptomatic is not False,
            Condition.ON_ANTICOAGULANT: given.is_on_anticoagulant is not False,
        },
    )


def _references(term: Term, given: Given, unit: str | None) -> dict[Reference, Fraction] | NotEvaluable:
    """The limits that the rule names, as far as they are known. A limit that is no exact number is not known."""
    found: dict[Reference, Fraction] = {}
    for reference, value in (
        (Reference.LOWER, _exact(given.lower_limit)),
        (Reference.UPPER, _exact(given.upper_limit)),
        (Reference.BASELINE, _baseline(term, given, unit)),
    ):
        if reference not in term.references or value is None:
            continue
        if value < 0 or (value == 0 and reference is Reference.UPPER):
            return NotEvaluable(Why.IMPLAUSIBLE, f"{LIMIT_WORDS[reference].capitalize()} is zero or negative.")
        found[reference] = value
    return found


def _exact(value: Number | None) -> Fraction | None:
    number = read_number(value)
    return None if number is None else number.exact


def _baseline(term: Term, given: Given, unit: str | None) -> Fraction | None:
    value = _exact(given.baseline)
    if value is None or given.baseline_unit is None:
        return value
    return _converted(term, value, given.baseline_unit, unit)


def _baseline_range(
    term: Term, given: Given, references: dict[Reference, Fraction], unit: str | None
) -> BaselineRange | None:
    if given.baseline_range is not None:
        return given.baseline_range
    baseline = references.get(Reference.BASELINE)
    if baseline is None:
        return BaselineRange.NORMAL
    lower = _baseline_limit(term, given, (given.baseline_lower_limit, given.lower_limit), unit)
    upper = _baseline_limit(term, given, (given.baseline_upper_limit, given.upper_limit), unit)
    if upper is not None and baseline > upper:
        return BaselineRange.HIGH
    if lower is not None and baseline < lower:
        return BaselineRange.LOW
    needed = lower if Condition.BASELINE_LOW in term.conditions else upper
    return None if needed is None else BaselineRange.NORMAL


def _baseline_limit(
    term: Term, given: Given, limits: tuple[Number | None, Number | None], unit: str | None
) -> Fraction | None:
    """The limit reported with the baseline, else that of the result. [unit of the result]"""
    own, of_result = map(_exact, limits)
    if own is None:
        return of_result
    return own if given.baseline_unit is None else _converted(term, own, given.baseline_unit, unit)


def _converted(term: Term, value: Fraction, from_unit: str, unit: str | None) -> Fraction | None:
    own = understood_unit(term, from_unit)
    return None if own is None or unit is None else convert(term, value, own, unit)


def _why_none(term: Term, outcome: Outcome) -> NotEvaluable | None:
    """Why the outcome is no grade; None when it is one."""
    missing = tuple(LIMIT_WORDS[each] for each in Reference if each in outcome.missing)
    is_open = bool(outcome.open_grades)
    if outcome.is_without_grade and not is_open and not missing:
        return NotEvaluable(Why.NOT_IN_VERSION, f"{term.name} has no grade for this result.")
    if is_open and not missing:
        words = " or ".join(str(grade) for grade in sorted({outcome.reached, *outcome.open_grades}))
        return NotEvaluable(Why.OVERLAP, f"The result is an interval; it may be grade {words}.", needs=("a number",))
    if outcome.reached or not is_open:
        return None
    why = Why.NO_BASELINE if outcome.missing == {Reference.BASELINE} else Why.NO_REFERENCE_RANGE
    words = f"{' and '.join(missing)} is missing" if len(missing) == 1 else f"{' and '.join(missing)} are missing"
    return NotEvaluable(why, f"Whether {term.name} is grade 0 is open: {words}.", needs=missing)


def _notes(case: Case, given: Given, outcome: Outcome) -> tuple[str, ...]:
    term, notes = case.term, []
    if outcome.open_grades:
        missing = " and ".join(LIMIT_WORDS[each] for each in Reference if each in outcome.missing)
        notes.append(f"At least this grade: a worse one cannot be judged without {missing}.")
    for condition, (name, words) in _PERSON_WORDS.items():
        if condition in term.conditions and outcome.reached and getattr(given, name) is None:
            notes.append(f"Graded {words}, the worse reading, because it is not said.")
    if term.conditions & _BASELINE_CONDITIONS and not given.is_baseline and Reference.BASELINE not in case.references:
        notes.append("Without a baseline the grade is that of a normal baseline.")
    clinical = [f"grade {each}" for each in term.clinical_grades]
    if outcome.reached == term.grades[0] and clinical:
        notes.append(f"Clinical, and for the investigator to decide: {' and '.join(clinical)}.")
    return tuple(notes)
