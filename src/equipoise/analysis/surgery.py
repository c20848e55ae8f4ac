"""What came of operations: complications by Clavien and Dindo, death within 90 days, and the worst grade by arm.

Decides who had a complication or died, who did not, and of whom nobody can say it yet: whoever is alive and was not
followed for 90 days after an operation. The grades and the rule of 90 days are those of `assessments.surgery`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from equipoise.analysis.facts import Complication, Entries, Given, SubjectFacts
from equipoise.analysis.response import YesNoRow, check_kind, derive_yes_no
from equipoise.assessments.surgery import MORTALITY_DAYS, ClavienDindo, died_within_90_days, is_at_least
from equipoise.protocol.analysis_plan import EndpointDefinition, EndpointKind

NO_OPERATION = "no operation"


@dataclass(frozen=True)
class Group:
    """Subjects in one cell of a table, with the events of the log; `n` alone where they are not told."""

    n: int
    subjects: tuple[str, ...] = ()
    entries: Entries = ()


@dataclass(frozen=True)
class ComplicationLine:
    """The subjects of one arm, each once: at the worst grade after any operation, without one, or not operated."""

    arm: str
    by_grade: Mapping[ClavienDindo, Group]
    none: Group
    not_operated: Group


def find_operations(subject: SubjectFacts, cut_on: date) -> list[Given]:
    """The operations from randomisation to the cut, in the order of days."""
    done = [one for one in subject.given if not one.is_dose and subject.randomised_on <= one.on <= cut_on]
    return sorted(done, key=lambda one: one.on)


def died_after(operation: Given, subject: SubjectFacts, cut_on: date) -> bool | None:
    """
    Whether a subject died within 90 days of an operation; None: nobody can say it yet.

    So it is while the subject was not seen alive on day 90 or later, and where a complication ended in death (V) of
    whom no death is on record.
    """
    died_on = subject.died_on if subject.died_on is not None and subject.died_on <= cut_on else None
    if died_on is None and any(each.grade is ClavienDindo.V for each in _complications([operation], cut_on)):
        return None
    return died_within_90_days(operation.on, died_on, min(subject.last_alive_on or operation.on, cut_on))


def derive_complication(endpoint: EndpointDefinition, subject: SubjectFacts, cut_on: date) -> YesNoRow:
    """
    Whether one subject had a complication of the endpoint's grade or worse, after any operation up to the cut.

    What the site put down as a complication of the operation counts, whenever it began. Without one the answer is no
    only when the subject died or was followed for 90 days after each operation.

    Raises
    ------
    EquipoiseError
        The endpoint is none of complications.

    References
    ----------
    .. [1] Dindo D, Demartines N, Clavien PA. Ann Surg 2004;240:205-213.
    """
    check_kind(endpoint, EndpointKind.COMPLICATION)
    operations, limit = find_operations(subject, cut_on), endpoint.grade_limit
    if not operations:
        return _row(subject, (), None, NO_OPERATION)
    worst = max(_complications(operations, cut_on), key=lambda each: each.grade.rank, default=None)
    found = "none" if worst is None else f"{worst.label}, {worst.term}"
    answer = _Answer(found, operations[-1].on if worst is None or worst.on is None else worst.on)
    if worst is not None and is_at_least(worst.grade, limit):
        return _row(subject, operations, True, f"the worst complication is {found}; asked for: {limit} or more", answer)
    waiting = [one for one in operations if died_after(one, subject, cut_on) is None]
    if waiting:
        words = f"no complication of grade {limit} or more, and {_followed(waiting[0], subject, cut_on)}"
        return _row(subject, operations, None, words, answer)
    return _row(subject, operations, False, f"the worst complication is {found}; asked for: {limit} or more", answer)


def derive_operative_death(endpoint: EndpointDefinition, subject: SubjectFacts, cut_on: date) -> YesNoRow:
    """
    Whether one subject died within 90 days of any operation up to the cut.

    Raises
    ------
    EquipoiseError
        The endpoint is none of these deaths.
    """
    check_kind(endpoint, EndpointKind.OPERATIVE_DEATH)
    operations = find_operations(subject, cut_on)
    if not operations:
        return _row(subject, (), None, NO_OPERATION)
    found = {died_after(one, subject, cut_on): one for one in reversed(operations)}
    if True in found and subject.died_on is not None:
        days = (subject.died_on - found[True].on).days
        answer = _Answer("died", subject.died_on)
        return _row(subject, operations, True, f"died on day {days} after the operation", answer)
    if None in found:
        return _row(subject, operations, None, _followed(found[None], subject, cut_on))
    words = f"alive {MORTALITY_DAYS} days after the operation"
    return _row(subject, operations, False, words, _Answer("alive", operations[-1].on))


ANSWERED_BY: Mapping[EndpointKind, Callable[[EndpointDefinition, SubjectFacts, date], YesNoRow]] = {
    EndpointKind.YES_NO: derive_yes_no,
    EndpointKind.COMPLICATION: derive_complication,
    EndpointKind.OPERATIVE_DEATH: derive_operative_death,
}
"""What answers the endpoints that are a yes, a no, or not known."""


def find_worst_complications(
    subjects: Sequence[SubjectFacts], arms: Sequence[str], cut_on: date
) -> tuple[ComplicationLine, ...]:
    """The worst complication of each subject up to the cut, an arm in a line, in their order."""
    return tuple(_line(arm, [each for each in subjects if each.arm == arm], cut_on) for arm in arms)


def without_names(line: ComplicationLine) -> ComplicationLine:
    """The same as numbers that lead to nobody."""
    by_grade = {grade: Group(each.n) for grade, each in line.by_grade.items()}
    return replace(line, by_grade=by_grade, none=Group(line.none.n), not_operated=Group(line.not_operated.n))


@dataclass(frozen=True)
class _Answer:
    value: str
    on: date


def _row(
    subject: SubjectFacts, operations: Iterable[Given], is_met: bool | None, words: str, answer: _Answer | None = None
) -> YesNoRow:
    value, on = ("", None) if answer is None else (answer.value, answer.on)
    entries = {*subject.entries, *(entry for one in operations for entry in one.entries)}
    return YesNoRow(subject.subject, subject.arm, subject.stratum, is_met, value, on, words, tuple(sorted(entries)))


def _followed(operation: Given, subject: SubjectFacts, cut_on: date) -> str:
    """Why nobody can say yet what came of an operation."""
    if subject.died_on is not None and subject.died_on < operation.on:
        return "died before the operation, which cannot be right"
    if any(each.grade is ClavienDindo.V for each in _complications([operation], cut_on)):
        return "a complication ended in death (V), and no death is on record"
    days = max((min(subject.last_alive_on or operation.on, cut_on) - operation.on).days, 0)
    return f"last known alive on day {days} of the {MORTALITY_DAYS} after the operation"


def _complications(operations: Iterable[Given], cut_on: date) -> list[Complication]:
    return [each for one in operations for each in one.complications if each.on is None or each.on <= cut_on]


def _line(arm: str, subjects: Sequence[SubjectFacts], cut_on: date) -> ComplicationLine:
    graded: dict[ClavienDindo, list[tuple[SubjectFacts, Entries]]] = {}
    none: list[tuple[SubjectFacts, Entries]] = []
    not_operated: list[tuple[SubjectFacts, Entries]] = []
    for subject in subjects:
        operations = find_operations(subject, cut_on)
        found = _complications(operations, cut_on)
        if found:
            worst = max((each.grade for each in found), key=lambda grade: grade.rank)
            graded.setdefault(worst, []).append((subject, _join(each.entries for each in found)))
        elif operations:
            none.append((subject, _join(one.entries for one in operations)))
        else:
            not_operated.append((subject, subject.entries))
    by_grade = {grade: _group(graded[grade]) for grade in ClavienDindo if grade in graded}
    return ComplicationLine(arm, by_grade, _group(none), _group(not_operated))


def _group(found: Sequence[tuple[SubjectFacts, Entries]]) -> Group:
    return Group(len(found), tuple(each.subject for each, _ in found), _join(entries for _, entries in found))


def _join(entries: Iterable[Entries]) -> Entries:
    return tuple(sorted({entry for one in entries for entry in one}))
