"""What an assessor hands back, and how it becomes an outcome: truth, basis, causes, evidence and needs.

Both evaluators go this one way. Leaves to the assessors which results go in, and to `assessments` what comes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from equipoise.assessments.answer import Answer, Assessed, NotEvaluable, Why
from equipoise.criteria.evidence import BIRTH_DATE_NEED, SEX_NEED, assessed_row
from equipoise.criteria.intervals import Interval, compare
from equipoise.criteria.nodes import Answers, Assessment
from equipoise.criteria.outcome import Outcome, decided, unknown
from equipoise.criteria.truth import Basis, Cause, Truth
from equipoise.criteria.verdict import EvidenceRow
from equipoise.terminology.concepts import Concept
from equipoise.terminology.units import factor

_CAUSES = {
    Why.NEVER_MEASURED: Cause.NEVER_MEASURED,
    Why.NO_UNIT: Cause.NO_UNIT,
    Why.UNKNOWN_UNIT: Cause.UNKNOWN_UNIT,
    Why.NO_REFERENCE_RANGE: Cause.NO_REFERENCE_RANGE,
    Why.NO_BASELINE: Cause.NEVER_MEASURED,
    Why.NEEDS_PERSON: Cause.NEEDS_PERSON,
    Why.OVERLAP: Cause.OVERLAP,
    Why.CONFLICT: Cause.CONFLICT,
    Why.PARTIAL_DATE: Cause.PARTIAL_DATE,
    Why.TOO_FEW_POINTS: Cause.NEVER_MEASURED,
    Why.IMPLAUSIBLE: Cause.NEEDS_PERSON,
    Why.NOT_ASSESSED: Cause.NEVER_MEASURED,
    Why.NOT_IN_VERSION: Cause.NEEDS_PERSON,
}
"""Why an assessment cannot be made, in the closed list of causes. An implausible number is for a person to look at."""
_DECIMALS = 4
_FLOAT_DECIMALS = 9

Value = Fraction | Decimal | int | float | str


@dataclass(frozen=True)
class Made:
    """
    Answers of an assessment for one patient.

    `answers` has one entry, or several between which the value lies: a decision needs them all to agree, else it is
    unknown for `doubts` (by default that inputs are known as intervals only). `needs` would settle it; all that the
    assessment reads when empty. `rows` are the records that went in.
    """

    answers: tuple[Answer[Any], ...]
    rows: tuple[EvidenceRow, ...]
    is_attested: bool = False
    needs: tuple[str, ...] = ()
    doubts: frozenset[Cause] = frozenset({Cause.OVERLAP})


def outcome_of(atom: Assessment, made: Made, value: Concept) -> Outcome:
    """The outcome of an atom; `value` says in which unit or words its values stand."""
    failed = [answer for answer in made.answers if isinstance(answer, NotEvaluable)]
    if failed:
        return _not_evaluable(atom, made, failed)
    assessed = [answer for answer in made.answers if isinstance(answer, Assessed)]
    truth = _judge([answer.value for answer in assessed], atom, value)
    rows = [*made.rows, _row(atom, assessed, value)]
    if truth is Truth.UNKNOWN:
        return unknown(made.doubts, made.needs or atom.concept_ids(), rows)
    return decided(truth, Basis.ATTESTED if made.is_attested else Basis.DERIVED, rows)


def name_of(atom: Assessment) -> str:
    """How evidence names what was assessed: `bmi`, `grade platelet-count-decreased`."""
    return atom.name if atom.subject is None else f"{atom.name} {atom.subject}"


def _judge(found: Sequence[Value], atom: Assessment, value: Concept) -> Truth:
    """Words must all be asked for or none; numbers are the ends of an interval."""
    if isinstance(atom.test, Answers):
        asked = {word in atom.test.words for word in found}
        return Truth.UNKNOWN if len(asked) > 1 else Truth.TRUE if asked == {True} else Truth.FALSE
    limit = atom.test.limits[0]
    own = value.unit or "1"
    scale = factor(value, limit.unit or own, own)
    assert scale is not None, "a limit of another kind is refused when the rule is read"
    numbers = [exact_number(each) for each in found if not isinstance(each, str)]
    return compare(Interval(min(numbers), max(numbers)), atom.test.operator, Fraction(limit.value) * scale)


def _row(atom: Assessment, assessed: Sequence[Assessed[Any]], value: Concept) -> EvidenceRow:
    """One line for the value: its ends where it is known between two, the published rule, the last day that went in."""
    first = assessed[0]
    ends = sorted({answer.value for answer in assessed}, key=_order)
    texts = list(dict.fromkeys(map(value_text, ends)))
    said = texts[0] if len(texts) == 1 else f"{texts[0]}..{texts[-1]}"
    days = [each.day for answer in assessed for each in answer.inputs if isinstance(each.day, date)]
    unit = None if value.unit in (None, "1") else value.unit
    notes = list(dict.fromkeys(note for answer in assessed for note in answer.notes))
    said += f" ({'; '.join(notes)})" if notes else ""
    return assessed_row(first.source, name_of(atom), said, unit, str(max(days)) if days else None)


def exact_number(found: Fraction | Decimal | float) -> Fraction:
    """A value as it is compared: a floating-point number is rounded first, so that noise does not pass a limit."""
    return Fraction(repr(round(found, _FLOAT_DECIMALS))) if isinstance(found, float) else Fraction(found)


def _order(found: Value) -> tuple[Fraction, str]:
    return (Fraction(0), found) if isinstance(found, str) else (Fraction(found), "")


def value_text(found: Value) -> str:
    """The value for a reader: words as they are, numbers exact where four decimals suffice, else rounded to four."""
    if isinstance(found, str):
        return found
    scaled = round(Fraction(found) * 10**_DECIMALS)
    text = str(Decimal(scaled).scaleb(-_DECIMALS))
    return text.rstrip("0").rstrip(".") if "." in text else text


def cause_of(failed: NotEvaluable) -> Cause:
    """The cause for which an assessment leaves a rule unknown."""
    return _CAUSES[failed.why]


def _not_evaluable(atom: Assessment, made: Made, failed: Sequence[NotEvaluable]) -> Outcome:
    causes = {cause_of(each) for each in failed}
    known = (*atom.concept_ids(), BIRTH_DATE_NEED, SEX_NEED)
    needs = [need for each in failed for need in each.needs if need in known]
    has_data = causes != {Cause.NEVER_MEASURED}
    return unknown(causes, needs or made.needs or atom.concept_ids(), made.rows, has_data=has_data)
