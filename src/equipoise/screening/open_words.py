"""The words of an open verdict: what is missing, for whom, and why, as the parts of one sentence.

An evaluator gives needs and causes as two lists and does not say which cause belongs to which need. Only what
follows from the kind of a need is told apart here: a question for a person, an open reading, a repair. The causes
that remain are said of the facts of the record together.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from equipoise.criteria.truth import Cause
from equipoise.screening import phrases
from equipoise.screening.phrases import Item
from equipoise.screening.report_model import CriterionView, ProtocolView
from equipoise.terminology.concepts import ConceptKind, DecidedBy

_NAMED_AT_MOST = 4


@dataclass(frozen=True)
class OpenWords:
    """`lead` begins the sentence, the facts seen may follow in brackets, `tail` (may be empty) says what is needed."""

    lead: str
    tail: str


def say_open(
    criterion: CriterionView, items: Sequence[Item], causes: Iterable[Cause], protocol: ProtocolView
) -> OpenWords:
    """The parts of the sentence on a criterion that these items leave open for these causes."""
    given = set(causes)
    readings = [item for item in items if item.need.startswith(phrases.READING)]
    repairs = [item for item in items if item.need.startswith(phrases.REPAIR)]
    people = [item for item in items if item.concept is not None and item.decided_by is DecidedBy.PERSON]
    if Cause.NEEDS_PERSON not in given:
        people = []  # somebody has answered; what is wrong with the answer is said as of any record
    record = [item for item in items if item not in (*readings, *repairs, *people)]
    said = {Cause.READING_OPEN} if readings else set()
    said |= {Cause.TEXT_DAMAGED} if repairs else set()
    said |= {Cause.NEEDS_PERSON} if people else set()
    rest = [cause for cause in Cause if cause in given - said]
    clauses, tail = [], ""
    if people:
        besides = [] if record else _words(people, rest)
        clauses.append(_all_of(people) + " " + " and ".join([*besides, _be(people) + " for a person to answer"]))
    if readings:
        names = listed([item.label.removeprefix("the reading ") for item in readings], "and")
        clauses.append(f"the reading {names} is open" if len(readings) == 1 else f"the readings {names} are open")
    clauses += [f"{item.label} is not accepted" for item in repairs]
    if record and rest == [Cause.NEVER_MEASURED]:
        is_event = any(protocol.concepts[each.concept].kind is ConceptKind.EVENT for each in record if each.concept)
        caveat = ", from which nothing follows here" if is_event else ""
        clauses.append(f"no record of {_missing(criterion, record)}{caveat}")
    elif record:
        why = " or ".join(_words(record, rest or [cause for cause in Cause if cause in given])) or "not decided"
        clauses.append(f"{_all_of(record)} {why}")
        wanted = [phrases.wanted_phrase(criterion, item, protocol) for item in record]
        tail = f"; needs {listed(wanted, 'and')}"
    return OpenWords("Open: " + "; ".join(clauses), tail)


def listed(words: Sequence[str], last: str) -> str:
    """`a`, `a and b`, `a, b and c`; of more than four the number of those left out."""
    if len(words) > _NAMED_AT_MOST:
        return f"{', '.join(words[:_NAMED_AT_MOST])} and {len(words) - _NAMED_AT_MOST} more"
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _all_of(items: Sequence[Item]) -> str:
    return listed(_labels(items), "and")


def _labels(items: Sequence[Item]) -> list[str]:
    """Names in order, each once: a question and the event it asks about may share theirs."""
    return list(dict.fromkeys(item.label for item in items))


def _be(items: Sequence[Item]) -> str:
    return "are" if _is_many(items) else "is"


def _is_many(items: Sequence[Item]) -> bool:
    return len(items) > 1 or items[0].is_plural


def _words(items: Sequence[Item], causes: Collection[Cause]) -> list[str]:
    return [phrases.CAUSE_WORDS[cause][_is_many(items)] for cause in causes]


def _missing(criterion: CriterionView, items: Sequence[Item]) -> str:
    """`INR within 90 days`, `haemoglobin or platelets within 90 days`: a limit that all share is said once."""
    limits = [phrases.limit_of(criterion, item) for item in items]
    if len(set(limits)) == 1:
        return f"{listed(_labels(items), 'or')} {limits[0]}".rstrip()
    return listed([f"{item.label} {limit}".rstrip() for item, limit in zip(items, limits, strict=True)], "or")
