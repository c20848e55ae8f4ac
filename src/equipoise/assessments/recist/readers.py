"""Several readers of one subject: each judged apart, then settled by a rule that the protocol states as data.

The site's reading never settles masked ones and is never mixed with them; whether it counts at all is the protocol's
word, so it is asked for by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.recist.lesions import Finding, Lesion, Reading
from equipoise.errors import EquipoiseError, Fault

T = TypeVar("T")


class Settling(StrEnum):
    """How readers who disagree are settled: the adjudicator takes one of their readings, or reads anew."""

    ADJUDICATOR_CHOOSES = "adjudicator-chooses"
    ADJUDICATOR_READS = "adjudicator-reads"


@dataclass(frozen=True, kw_only=True)
class AdjudicationRule:
    """Who reads first, who adjudicates, and how a disagreement is settled."""

    readers: tuple[str, str]
    adjudicator: str
    settling: Settling
    are_masked: bool = True


def separate_readers(
    lesions: Mapping[str, Sequence[Lesion]], findings: Sequence[Finding], *, masked: Sequence[str]
) -> dict[str, Reading]:
    """
    Make one reading for each reader, in the order of `lesions`.

    Parameters
    ----------
    lesions
        The lesions of each reader: each chose their own.
    findings
        All findings, each with the name of its reader.
    masked
        Readers who do not know the arm.

    Raises
    ------
    EquipoiseError
        A finding has a reader who has no lesions.
    """
    strangers = sorted({finding.reader for finding in findings} - set(lesions))
    if strangers:
        faults = [Fault(f"reader {name or '(none)'}", "has findings and no lesions", "Name it.") for name in strangers]
        raise EquipoiseError("Findings of a reader who is not listed.", faults)
    return {
        reader: Reading(
            reader, tuple(own), tuple(one for one in findings if one.reader == reader), is_masked=reader in masked
        )
        for reader, own in lesions.items()
    }


def adjudicate(
    readings: Mapping[str, Answer[T]],
    *,
    rule: AdjudicationRule,
    masked: Sequence[str],
    chosen: str | None = None,
) -> Answer[T]:
    """
    Settle what two readers concluded: a best response, or a day of progression.

    When they agree, that is it, also when both conclude that there is nothing to conclude. When not, the reading that
    the adjudicator chose, or the adjudicator's own, by the rule; until then it needs a person.

    Parameters
    ----------
    readings
        The conclusion of each reader; others than those of the rule are not looked at.
    rule
        The rule of the protocol.
    masked
        Readers who do not know the arm. When the rule is of masked readers, one who is not makes it unusable.
    chosen
        The reader whose conclusion the adjudicator took.

    Raises
    ------
    EquipoiseError
        A rule of masked readers names one who is not, or the adjudicator chose neither of the two.
    """
    names = [*rule.readers, rule.adjudicator]
    faults = [
        Fault(f"reader {name}", "knows the arm, and the rule is of masked readers", "Keep masked and site apart.")
        for name in names
        if rule.are_masked and name not in masked
    ]
    if chosen is not None and chosen not in rule.readers:
        faults.append(Fault(f"reader {chosen}", "chosen, and not one of the two", f"Choose one of {rule.readers}."))
    if faults:
        raise EquipoiseError("The readings cannot be settled by this rule.", faults)
    absent = [name for name in rule.readers if name not in readings]
    if absent:
        return NotEvaluable(Why.NEEDS_PERSON, f"no reading by {', '.join(absent)}", needs=tuple(absent))
    first, second = (readings[name] for name in rule.readers)
    if _conclusion(first) == _conclusion(second):
        return _mark(first, f"{rule.readers[0]} and {rule.readers[1]} agree", rule.readers)
    if rule.settling is Settling.ADJUDICATOR_CHOOSES and chosen is not None:
        return _mark(readings[chosen], f"{rule.adjudicator} chose the reading of {chosen}", (chosen,))
    if rule.settling is Settling.ADJUDICATOR_READS and rule.adjudicator in readings:
        return _mark(readings[rule.adjudicator], f"read by {rule.adjudicator}", (rule.adjudicator,))
    why = f"{rule.readers[0]} and {rule.readers[1]} disagree, and {rule.adjudicator} has not settled it"
    return NotEvaluable(Why.NEEDS_PERSON, why, needs=(f"adjudication by {rule.adjudicator}",))


def _conclusion(answer: Answer[T]) -> T | None:
    """What two answers are compared by: the value, whatever the evidence; every cause for none is alike."""
    return answer.value if isinstance(answer, Assessed) else None


def _mark(answer: Answer[T], note: str, readers: Sequence[str]) -> Answer[T]:
    """The answer with who settled it."""
    if isinstance(answer, NotEvaluable):
        return replace(answer, because=f"{answer.because} ({note})")
    inputs = answer.inputs + tuple(Input("reader", reader) for reader in readers)
    return Assessed(answer.value, inputs, answer.source, (*answer.notes, note))
