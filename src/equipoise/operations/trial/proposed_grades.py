"""What the published table proposes for results that were just recorded, in words: for a person to judge.

Nothing is written. Decides which results are told of: those of a grade of 1 or more, and those that a term of the table
could not grade, by the reason. A result that is certainly of grade 0 is not told of. What is proposed is
`conduct.grade_proposals`.
"""

from collections.abc import Iterable, Iterator, Sequence
from shlex import join

from equipoise.assessments.answer import Assessed, NotEvaluable, Why
from equipoise.conduct.forms.rows import record_name
from equipoise.conduct.grade_proposals import Proposal, grade_words
from equipoise.operations.office.cases import known_subject
from equipoise.operations.office.files import read_file
from equipoise.operations.office.grading import grader_of
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.event_words import one_line
from equipoise.operations.trial.masking import may_see_of

_WORDS = {
    Why.NO_UNIT: "the unit is missing",
    Why.UNKNOWN_UNIT: "the unit is none of this kind",
    Why.OVERLAP: "the result is an interval of more than one grade",
    Why.NOT_IN_VERSION: "the table has no grade for such a result",
    Why.IMPLAUSIBLE: "the result is no number that can be graded",
}


def proposed_grades(door: Door, subject: str, entries: Iterable[str]) -> tuple[Proposal, ...]:
    """
    What the table says of the results of some entries of an allocated subject; nothing is written.

    Empty before allocation, where the plan names no version of CTCAE, and for whoever may not see treatment.
    """
    asked = tuple(record_name(each, "") for each in entries)
    with door.store.reading() as view:
        row = known_subject(view, subject)
        if not may_see_of(door.who)(Visibility.TREATMENT, row.site):
            return ()
        file = read_file(view, subject)
        grader = grader_of(view, door.rules, row, file)
    return () if grader is None else grader.proposals(lambda record: record.startswith(asked))


def proposal_lines(subject: str, proposals: Sequence[Proposal]) -> Iterator[str]:
    """For a terminal: each proposed grade, its source, and the command that puts it down; what has none."""
    version = next((str(each.term.version) for each in proposals), "")
    graded = [each for each in proposals if each.grade]
    if graded:
        yield f"By the table of CTCAE {version}, proposed, for a person to judge:"
    for each in graded:
        yield from _graded_lines(subject, each)
    without: dict[str, list[str]] = {}
    for each in proposals:
        if isinstance(each.answer, NotEvaluable):
            without.setdefault(_reason(each.answer), []).append(f"{each.term.name} ({each.concept.label})")
    if without:
        yield f"Not graded by CTCAE {version}, and so of no known grade, not of grade 0:"
    for reason, terms in without.items():
        yield f"  {reason}: {', '.join(dict.fromkeys(terms))}"


def _graded_lines(subject: str, each: Proposal) -> Iterator[str]:
    assert isinstance(each.answer, Assessed)
    assert each.grade is not None
    yield f"  {each.term.name}, {grade_words(each.grade, each.may_be_higher)}, on {each.on} (result {each.record})"
    before = "" if each.baseline is None else f", baseline {each.baseline.words}"
    yield one_line(f"    found: {each.concept.label} {each.result.words}{before}")
    yield f"    grade {each.grade} is: {each.term.wording[each.grade]}"
    yield from (f"    note: {note}" for note in each.answer.notes)
    fields = [f"term={each.term.name}", f"ctcae_term={each.term.id}", f"grade_proposed={each.grade}"]
    command = join(["record", "adverse-event", "--subject", subject, "--on", each.on.isoformat(), *fields])
    yield f"    put it down: equipoise trial {command} category=CATEGORY grade=GRADE"


def _reason(answer: NotEvaluable) -> str:
    """Why, without the name of the term: what is missing, else the sentence as it stands."""
    if answer.why in (Why.NO_REFERENCE_RANGE, Why.NO_BASELINE) and answer.needs:
        return f"missing: {', '.join(answer.needs)}"
    return _WORDS.get(answer.why, answer.because)
