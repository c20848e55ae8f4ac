"""What was reached by a subject or happened to it: best response before the operation, a yes or no, the worst grade.

Decides who is evaluable and why not, and what an answer of a form is compared with. What a visit says is for
`assessments.recist`; proportions are for `binomial`; who stands in the denominator is for `sets`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from operator import eq, ge, gt, le, lt

from equipoise.analysis.facts import AdverseEvent, Entries, SubjectFacts
from equipoise.analysis.progression import cut_reading, find_operation
from equipoise.assessments.answer import Assessed, NotEvaluable
from equipoise.assessments.recist import (
    PUBLISHED,
    Reading,
    Response,
    VisitResponse,
    date_responses,
    find_disease,
    judge_best_response,
    judge_visits,
)
from equipoise.criteria.nodes import Operator
from equipoise.errors import EquipoiseError, Fault
from equipoise.protocol.analysis_plan import Answer, EndpointDefinition, EndpointKind
from equipoise.protocol.phrases import parse_number

_RESPONDED = frozenset({Response.CR, Response.PR})
_COMPARE: dict[Operator, Callable[[Decimal, Decimal], bool]] = {
    Operator.LT: lt,
    Operator.LE: le,
    Operator.GT: gt,
    Operator.GE: ge,
    Operator.EQ: eq,
}
_FORMS = {"dose": True, "operation": False}
"""The forms of which a step keeps the fields, and whether the step is a dose."""


@dataclass(frozen=True)
class ResponseRow:
    """
    The best response of one subject before the operation, or without one up to the cut.

    `best` is NE where there is none, and `why_not` then says why. Whoever is not evaluable has not responded.
    """

    subject: str
    arm: str
    stratum: str
    best: Response
    on: date | None
    why_not: str
    entries: Entries

    @property
    def has_responded(self) -> bool:
        """A complete or partial response."""
        return self.best in _RESPONDED


@dataclass(frozen=True)
class YesNoRow:
    """
    Whether one subject reached what an endpoint asks for.

    `is_met` None: nobody entered it, and `words` say what is missing. `value`: as entered.
    """

    subject: str
    arm: str
    stratum: str
    is_met: bool | None
    value: str
    on: date | None
    words: str
    entries: Entries


class GradedBy(StrEnum):
    """What adverse events are counted by."""

    TERM = "term"
    CATEGORY = "category"
    ANY = "any"
    """All together."""


@dataclass(frozen=True)
class GradeLine:
    """
    The subjects of one arm with one term or category, each once, at the worst grade that somebody signed.

    Parameters
    ----------
    by_grade
        The subjects by worst signed grade.
    unsigned
        Those of whom no grade of it is signed; they stand in no grade.
    also_unsigned
        Those in `by_grade` with a further event whose grade is not signed: their worst may be worse.
    """

    label: str
    arm: str
    by_grade: Mapping[int, tuple[str, ...]]
    unsigned: tuple[str, ...]
    also_unsigned: tuple[str, ...]
    entries: Entries

    @property
    def subjects(self) -> tuple[str, ...]:
        """Everybody with it."""
        return tuple(sorted({*self.unsigned, *(one for group in self.by_grade.values() for one in group)}))


def judge_before_operation(
    subject: SubjectFacts, reader: str, cut_on: date
) -> tuple[Reading, tuple[VisitResponse, ...]] | None:
    """The visits before the operation, judged; None without a reading."""
    reading = cut_reading(subject, reader, cut_on)
    if reading is None:
        return None
    operation = find_operation(subject, cut_on)
    until = None if operation is None else operation.on - timedelta(days=1)
    return reading, judge_visits(reading, policy=PUBLISHED, until=until)


def find_why_not_evaluable(subject: SubjectFacts, reader: str, cut_on: date) -> str:
    """
    Why a subject is not evaluable for response; empty when it is.

    Evaluable is who has a baseline and, before the operation, at least one assessment that can be judged.
    """
    judged = judge_before_operation(subject, reader, cut_on)
    if judged is None:
        return f"no assessment was read by the {reader} reader"
    reading, visits = judged
    if 0 not in reading.by_visit:
        return "no baseline assessment"
    if not visits:
        is_operated = find_operation(subject, cut_on) is not None
        return f"no assessment after baseline{' and before the operation' if is_operated else ''}"
    if not any(isinstance(one.overall, Assessed) for one in visits):
        causes = dict.fromkeys(one.overall.because for one in visits if isinstance(one.overall, NotEvaluable))
        return f"no assessment can be judged: {'; '.join(causes)}"
    return ""


def derive_response(endpoint: EndpointDefinition, subject: SubjectFacts, cut_on: date) -> ResponseRow:
    """
    The best response of one subject by RECIST 1.1, as the endpoint's reader saw it.

    Read before the operation only: removing a tumour is no response. What was seen after the start of new anticancer
    therapy does not count. Stable disease lasts from randomisation.

    Raises
    ------
    EquipoiseError
        The endpoint is no response.
    """
    check_kind(endpoint, EndpointKind.RESPONSE)
    why_not = find_why_not_evaluable(subject, endpoint.reader, cut_on)
    best, on = Response.NE, None
    judged = judge_before_operation(subject, endpoint.reader, cut_on)
    if not why_not and judged is not None:
        reading, visits = judged
        answer = judge_best_response(
            date_responses(visits),
            policy=PUBLISHED,
            start=subject.randomised_on,
            until=subject.new_therapy_on,
            disease=find_disease(reading),
        )
        if isinstance(answer, NotEvaluable):
            why_not = answer.because
        else:
            best, on = answer.value.response, answer.value.day
    entries = {*subject.entries, *subject.reading_entries.get(endpoint.reader, ())}
    operation = find_operation(subject, cut_on)
    entries.update(() if operation is None else operation.entries)
    return ResponseRow(subject.subject, subject.arm, subject.stratum, best, on, why_not, tuple(sorted(entries)))


def derive_yes_no(endpoint: EndpointDefinition, subject: SubjectFacts, cut_on: date) -> YesNoRow:
    """
    Whether one subject reached what a yes-no endpoint asks for, by the latest form up to the cut that says it.

    Numbers are compared as exact decimals, words as they are entered.

    Raises
    ------
    EquipoiseError
        The endpoint is no yes-no, or asks a form of which no field is kept.
    """
    check_kind(endpoint, EndpointKind.YES_NO)
    assert endpoint.answer is not None  # the shape asks for it
    form, field = endpoint.answer.form, endpoint.answer.field
    if form not in _FORMS:
        fault = Fault(f"endpoint {endpoint.id}", f"asks the form {form}", f"Ask one of {', '.join(_FORMS)}.")
        raise EquipoiseError("This endpoint cannot be answered.", [fault])
    done = sorted(
        (one for one in subject.given if one.is_dose is _FORMS[form] and one.on <= cut_on), key=lambda one: one.on
    )
    row = (subject.subject, subject.arm, subject.stratum)
    answered = [one for one in done if one.fields.get(field) is not None]
    if not answered:
        words = f"{field} was not entered" if done else f"no {form}"
        entries = {*subject.entries, *(entry for one in done for entry in one.entries)}
        return YesNoRow(*row, None, "", None, words, tuple(sorted(entries)))
    latest = answered[-1]
    value = str(latest.fields[field])
    is_met = _is_met(endpoint.answer, value)
    entries = {*subject.entries, *latest.entries}
    if is_met is None:
        words = f"{field} is {value}, which is no number"
        return YesNoRow(*row, None, value, latest.on, words, tuple(sorted(entries)))
    words = f"{field} is {value}; asked for: {endpoint.answer.must_be}"
    return YesNoRow(*row, is_met, value, latest.on, words, tuple(sorted(entries)))


def _is_met(answer: Answer, value: str) -> bool | None:
    """None when a number is asked for and none was entered."""
    if answer.must_be.strip()[:1] not in ("<", ">", "="):
        return value == answer.must_be.strip()
    operator, limit = parse_number(answer.must_be, "%")
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return _COMPARE[operator](number, limit) if number.is_finite() else None


def find_worst_grades(
    subjects: Sequence[SubjectFacts], cut_on: date, *, by: GradedBy = GradedBy.TERM
) -> tuple[GradeLine, ...]:
    """
    Adverse events by worst grade: in each line a subject counts once.

    Events from the day of randomisation to the cut count. Lines stand in the order of labels, then arms.

    Parameters
    ----------
    subjects
        The members of an analysis set.
    """
    groups: dict[tuple[str, str], dict[str, list[AdverseEvent]]] = {}
    for subject in subjects:
        for event in subject.adverse_events:
            if subject.randomised_on <= event.on <= cut_on:
                group = groups.setdefault((_label(event, by), subject.arm), {})
                group.setdefault(subject.subject, []).append(event)
    return tuple(_make_line(label, arm, events) for (label, arm), events in sorted(groups.items()))


def _label(event: AdverseEvent, by: GradedBy) -> str:
    labels: dict[GradedBy, str] = {GradedBy.TERM: event.term, GradedBy.CATEGORY: event.category}
    return labels.get(by, "any adverse event")


def _make_line(label: str, arm: str, events: Mapping[str, Sequence[AdverseEvent]]) -> GradeLine:
    by_grade: dict[int, list[str]] = {}
    unsigned, also_unsigned = [], []
    for subject in sorted(events):
        signed = [one.worst_grade for one in events[subject] if one.worst_grade is not None]
        if not signed:
            unsigned.append(subject)
            continue
        by_grade.setdefault(max(signed), []).append(subject)
        if len(signed) < len(events[subject]):
            also_unsigned.append(subject)
    return GradeLine(
        label,
        arm,
        {grade: tuple(by_grade[grade]) for grade in sorted(by_grade)},
        tuple(unsigned),
        tuple(also_unsigned),
        _join(one.entries for group in events.values() for one in group),
    )


def _join(entries: Iterable[Entries]) -> Entries:
    return tuple(sorted({entry for one in entries for entry in one}))


def check_kind(endpoint: EndpointDefinition, kind: EndpointKind) -> None:
    """Raise unless an endpoint is of a kind."""
    if endpoint.kind is not kind:
        fault = Fault(f"endpoint {endpoint.id}", f"is {endpoint.kind.value}", f"Ask for one that is {kind.value}.")
        raise EquipoiseError("This cannot be derived for this endpoint.", [fault])
