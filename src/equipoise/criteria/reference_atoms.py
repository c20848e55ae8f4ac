"""Atoms judged in plain Python, one patient at a time: half of the reference evaluator.

Each function is one kind of atom; the text of docs/explanation/how-a-verdict-is-made.md is its specification.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import singledispatch

from equipoise.criteria.bound import BoundPatient, ResultFact
from equipoise.criteria.evidence import BIRTH_DATE_NEED, SEX_NEED, birth_row, sex_row
from equipoise.criteria.intervals import Interval, compare, completed_years
from equipoise.criteria.nodes import (
    Age,
    Atom,
    Comparison,
    Constant,
    Count,
    Exists,
    Operator,
    Pick,
    Sex,
    Share,
    Value,
)
from equipoise.criteria.outcome import Outcome, decided, unknown
from equipoise.criteria.reference_events import judge_count, judge_exists
from equipoise.criteria.results import RowTruth, judge_result
from equipoise.criteria.rulebook import Moment, Rulebook
from equipoise.criteria.selection import (
    Selection,
    is_one_exact_day,
    latest,
    latest_day,
    of_last_day,
    select,
    suitability,
)
from equipoise.criteria.truth import Basis, Cause, Truth
from equipoise.terminology.concepts import DecidedBy


@dataclass(frozen=True)
class Case:
    """What an atom is judged on."""

    rulebook: Rulebook
    patient: BoundPatient
    supplied: frozenset[str]
    moment: Moment

    @property
    def sex(self) -> str | None:
        sex: str | None = self.patient.patient["sex"]
        return sex

    def judge(self, atom: Value | Share, facts: Sequence[ResultFact]) -> list[RowTruth]:
        concept = self.rulebook.concepts[atom.concept]
        return [judge_result(fact, atom.test, concept, self.moment, self.rulebook.ranges, self.sex) for fact in facts]


@singledispatch
def judge_atom(atom: Atom, case: Case) -> Outcome:
    raise TypeError(f"no meaning for {type(atom).__name__}")


@judge_atom.register
def _constant(atom: Constant, case: Case) -> Outcome:
    return unknown({Cause(atom.cause)}, [atom.item])


@judge_atom.register
def _sex(atom: Sex, case: Case) -> Outcome:
    if case.sex is None:
        return unknown({Cause.NEVER_MEASURED}, [SEX_NEED], has_data=False)
    evidence = [sex_row(case.patient.patient)]
    if case.sex not in ("female", "male"):
        return unknown({Cause.NEEDS_PERSON}, [SEX_NEED], evidence)
    return decided(Truth.TRUE if case.sex == atom.is_ else Truth.FALSE, Basis.RECORDED, evidence)


@judge_atom.register
def _age(atom: Age, case: Case) -> Outcome:
    span = ages(case)
    if span is None:
        return unknown({Cause.NEVER_MEASURED}, [BIRTH_DATE_NEED], has_data=False)
    truth = compare(Interval(*span), atom.operator, atom.years)
    evidence = [birth_row(case.patient.patient)]
    if truth is Truth.UNKNOWN:
        return unknown({Cause.PARTIAL_DATE}, [BIRTH_DATE_NEED], evidence)
    return decided(truth, Basis.RECORDED, evidence)


def ages(case: Case) -> tuple[int, int] | None:
    """The least and the greatest possible age in completed years; None without a birth date."""
    born: tuple[date | None, date | None] = (
        case.patient.patient["birth_lower"],
        case.patient.patient["birth_upper"],
    )
    if born[0] is None or born[1] is None:
        return None
    return completed_years(born[1], case.moment.as_of), completed_years(born[0], case.moment.as_of)


@judge_atom.register
def _exists(atom: Exists, case: Case) -> Outcome:
    return judge_exists(atom, case.rulebook, case.patient, case.supplied, case.moment)


@judge_atom.register
def _count(atom: Count, case: Case) -> Outcome:
    return judge_count(atom, case.rulebook, case.patient, case.supplied, case.moment)


@judge_atom.register
def _value(atom: Value, case: Case) -> Outcome:
    not_before = None
    if atom.not_older_than is not None:
        not_before = latest_day(select(case.patient, atom.not_older_than, atom.within, case.moment))
    selection = select(case.patient, atom.concept, atom.within, case.moment, suitability(atom), not_before)
    if not selection.certain and not selection.perhaps:
        return nothing_suitable(atom.concept, case, selection)
    if atom.pick is Pick.LATEST:
        return _latest(atom, case, selection)
    return _of_all(atom, case, selection)


def nothing_suitable(concept_id: str, case: Case, selection: Selection) -> Outcome:
    """Nothing suitable in the window: unsuitable, too old, or never measured."""
    if selection.unsuitable:
        rows = [fact.evidence for fact in selection.unsuitable]
        return unknown({Cause.UNSUITABLE_METHOD}, [concept_id], rows, has_data=False)
    if selection.old:
        rows = [fact.evidence for fact in of_last_day(selection.old)]
        return unknown({Cause.TOO_OLD}, [concept_id], rows, has_data=False)
    is_asked = case.rulebook.concepts[concept_id].decided_by is DecidedBy.PERSON
    return unknown({Cause.NEEDS_PERSON if is_asked else Cause.NEVER_MEASURED}, [concept_id], has_data=False)


def _latest(atom: Value, case: Case, selection: Selection) -> Outcome:
    facts = latest(selection)
    rows = [fact.evidence for fact in facts]
    if not selection.certain:
        return unknown({Cause.PARTIAL_DATE}, [atom.concept], rows)
    verdicts = case.judge(atom, facts)
    truths = {verdict.truth for verdict in verdicts}
    if len(truths) == 1 and Truth.UNKNOWN not in truths:
        return decided(truths.pop(), _weakest(facts), rows)
    if {Truth.TRUE, Truth.FALSE} <= truths:
        cause = Cause.CONFLICT if is_one_exact_day(facts) else Cause.PARTIAL_DATE
        return unknown({cause}, [atom.concept], rows)
    return unknown(_causes(verdicts), [atom.concept], rows)


def _of_all(atom: Value, case: Case, selection: Selection) -> Outcome:
    """Any or every result; maximum and minimum are one of the two by the direction of the comparison."""
    deciding = Truth.TRUE if _is_any(atom) else Truth.FALSE
    facts = selection.certain + selection.perhaps
    verdicts = case.judge(atom, facts)
    n_certain = len(selection.certain)
    hits = [fact for fact, verdict in zip(facts[:n_certain], verdicts, strict=False) if verdict.truth is deciding]
    if hits:
        return decided(deciding, _strongest(hits), [fact.evidence for fact in hits])
    other = deciding.negated()
    doubtful = [n for n, verdict in enumerate(verdicts) if verdict.truth is not other]
    if n_certain and not doubtful:
        return decided(other, _weakest(facts), [fact.evidence for fact in facts])
    causes = _causes(verdicts)
    if not n_certain or any(n >= n_certain for n in doubtful):
        causes.add(Cause.PARTIAL_DATE)
    shown = [facts[n].evidence for n in doubtful] if n_certain else [fact.evidence for fact in facts]
    return unknown(causes, [atom.concept], shown)


def _is_any(atom: Value) -> bool:
    if atom.pick in (Pick.ANY, Pick.EVERY):
        return atom.pick is Pick.ANY
    assert isinstance(atom.test, Comparison)
    is_upward = atom.test.operator in (Operator.GT, Operator.GE)
    return is_upward == (atom.pick is Pick.MAXIMUM)


def _causes(verdicts: Sequence[RowTruth]) -> set[Cause]:
    return {verdict.cause for verdict in verdicts if verdict.cause is not None}


def _weakest(facts: Sequence[ResultFact]) -> Basis:
    return Basis.ATTESTED if any(fact.is_attested for fact in facts) else Basis.RECORDED


def _strongest(facts: Sequence[ResultFact]) -> Basis:
    return Basis.ATTESTED if all(fact.is_attested for fact in facts) else Basis.RECORDED


@judge_atom.register
def _share(atom: Share, case: Case) -> Outcome:
    selection = select(case.patient, atom.concept, atom.within, case.moment)
    if not selection.certain and not selection.perhaps:
        return nothing_suitable(atom.concept, case, selection)
    newest = latest_day(selection)
    facts = [
        fact
        for fact in selection.certain + selection.perhaps
        if newest is None or fact.row["time_upper"] is None or fact.row["time_upper"] >= newest
    ]
    rows = [fact.evidence for fact in facts]
    if newest is None or not is_one_exact_day(facts):
        return unknown({Cause.PARTIAL_DATE}, [atom.concept], rows)
    lesions: dict[str, list[tuple[ResultFact, RowTruth]]] = {}
    for fact, verdict in zip(facts, case.judge(atom, facts), strict=True):
        lesions.setdefault(_lesion(fact), []).append((fact, verdict))
    truths = [_lesion_truth([verdict for _, verdict in members]) for members in lesions.values()]
    n_true, n_unknown = truths.count(Truth.TRUE), truths.count(Truth.UNKNOWN)
    shares = Interval(100 * n_true, 100 * (n_true + n_unknown))
    truth = compare(shares, atom.operator, atom.percent * len(truths))
    if truth is not Truth.UNKNOWN:
        return decided(truth, _weakest(facts), rows)
    open_lesions = [m for m, t in zip(lesions.values(), truths, strict=True) if t is Truth.UNKNOWN]
    causes = {cause for members in open_lesions for cause in _lesion_causes([v for _, v in members])}
    return unknown(causes, [atom.concept], [fact.evidence for members in open_lesions for fact, _ in members])


def _lesion(fact: ResultFact) -> str:
    lesion = fact.row["lesion"]
    return f"lesion {lesion}" if lesion is not None else f"record {fact.row['record_id']}"


def _lesion_truth(verdicts: Sequence[RowTruth]) -> Truth:
    truths = {verdict.truth for verdict in verdicts}
    return truths.pop() if len(truths) == 1 else Truth.UNKNOWN


def _lesion_causes(verdicts: Sequence[RowTruth]) -> set[Cause]:
    truths = {verdict.truth for verdict in verdicts}
    conflict = {Cause.CONFLICT} if {Truth.TRUE, Truth.FALSE} <= truths else set()
    return _causes(verdicts) | conflict
