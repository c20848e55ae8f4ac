"""Existence and number of events, in plain Python: the part of the reference evaluator that knows absence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from equipoise.criteria.bound import BoundPatient, EventFact
from equipoise.criteria.evidence import absence_row, event_row
from equipoise.criteria.intervals import Interval, Period, compare, last_day_before, period_of
from equipoise.criteria.nodes import Count, Exists, Window
from equipoise.criteria.outcome import Outcome, decided, unknown
from equipoise.criteria.rulebook import COVERAGE_DAYS, Moment, Rulebook
from equipoise.criteria.selection import select
from equipoise.criteria.truth import Basis, Cause, Truth
from equipoise.criteria.verdict import EvidenceRow
from equipoise.records.tables import EventStatus
from equipoise.terminology.concepts import Concept, ConceptKind, DecidedBy


@dataclass(frozen=True)
class _Rows:
    """Events of a concept by what they say about the atom."""

    present: tuple[EventFact, ...]
    open: tuple[tuple[EventFact, Cause], ...]
    absent: tuple[EventFact, ...]
    denied: tuple[EventFact, ...]


def judge_exists(
    atom: Exists, rulebook: Rulebook, patient: BoundPatient, supplied: frozenset[str], moment: Moment
) -> Outcome:
    rows = _sorted(atom, patient.events(atom.concept), moment)
    needs = [atom.concept]
    if rows.present:
        if _is_denied_later(rows):
            both = [fact.evidence for fact in rows.present + rows.denied]
            return unknown({Cause.CONFLICT}, needs, both)
        return decided(Truth.TRUE, _strongest(rows.present), [fact.evidence for fact in rows.present])
    if rows.open:
        return unknown({cause for _, cause in rows.open}, needs, [fact.evidence for fact, _ in rows.open])
    if rows.absent:
        return decided(Truth.FALSE, _strongest(rows.absent), [fact.evidence for fact in rows.absent])
    return _absent(rulebook.concepts[atom.concept], rulebook, patient, supplied, moment)


def _sorted(atom: Exists, facts: Sequence[EventFact], moment: Moment) -> _Rows:
    present: list[EventFact] = []
    doubtful: list[tuple[EventFact, Cause]] = []
    absent: list[EventFact] = []
    denied: list[EventFact] = []
    for fact in facts:
        if fact.status is EventStatus.ABSENT:
            if _begins_by(fact.row, moment.as_of) is not False:
                denied.append(fact)
                if _is_absent_in_window(atom, fact.row, moment):
                    absent.append(fact)
            continue
        meets = _meets(atom, fact.row, moment)
        if meets is False:
            continue
        is_present = fact.status is EventStatus.PRESENT or (fact.status is EventStatus.ORDERED and atom.orders_count)
        site = _is_at_site(atom.site, fact.row)
        if site is False:
            continue
        if not is_present or site is None:
            doubtful.append((fact, Cause.NEEDS_PERSON))
        elif meets is None:
            doubtful.append((fact, Cause.PARTIAL_DATE))
        else:
            present.append(fact)
    return _Rows(tuple(present), tuple(doubtful), tuple(absent), tuple(denied))


def _meets(atom: Exists | Count, row: Any, moment: Moment) -> bool | None:
    """True certainly, None perhaps, False certainly not."""
    if isinstance(atom, Exists) and atom.before is not None:
        return _begins_by(row, last_day_before(atom.before, moment.anchor(atom.before.anchor)))
    begins = _begins_by(row, moment.as_of)
    ends = _ends_from(row, _period(atom.within, moment).first)
    if begins is False or ends is False:
        return False
    return True if begins and ends else None


def _period(window: Window | None, moment: Moment) -> Period:
    return period_of(window, moment.as_of if window is None else moment.anchor(window.anchor), moment.as_of)


def _begins_by(row: Any, day: date) -> bool | None:
    if row["start_upper"] is not None and row["start_upper"] <= day:
        return True
    return None if row["start_lower"] is None or row["start_lower"] <= day else False


def _ends_from(row: Any, day: date | None) -> bool | None:
    if day is None or row["end_lower"] is None or row["end_lower"] >= day:
        return True
    return None if row["end_upper"] is None or row["end_upper"] >= day else False


def _is_at_site(site: str | None, row: Any) -> bool | None:
    if site is None:
        return True
    if row["body_site"] is None:
        return None
    return bool(row["body_site"].lower() == site.lower())


def _is_absent_in_window(atom: Exists, row: Any, moment: Moment) -> bool:
    """A denial holds for its day: it must lie certainly in the window, and in the year before `as_of`."""
    year = moment.as_of - timedelta(days=COVERAGE_DAYS)
    first = max(_period(atom.within, moment).first or year, year)
    lower, upper = row["start_lower"], row["start_upper"]
    return lower is not None and upper is not None and lower >= first and upper <= moment.as_of


def _is_denied_later(rows: _Rows) -> bool:
    """Whether a denial is of the same day as the last presence, or may be later."""
    last_present = max(fact.row["start_lower"] or date.min for fact in rows.present)
    return any((fact.row["start_upper"] or date.max) >= last_present for fact in rows.denied)


def _strongest(facts: Sequence[EventFact]) -> Basis:
    return Basis.ATTESTED if all(fact.is_attested for fact in facts) else Basis.RECORDED


def absence_evidence(
    concept: Concept, rulebook: Rulebook, patient: BoundPatient, supplied: frozenset[str], moment: Moment
) -> list[EvidenceRow] | None:
    """What allows "no record" to mean no: the tables that were searched, and the encounter that covers."""
    if concept.id not in rulebook.assumed_absent or not set(concept.tables) <= supplied:
        return None
    encounter = last_encounter(patient, moment)
    if encounter is None:
        return None
    return [*(absence_row(table, concept.id) for table in concept.tables), event_row("encounters", encounter)]


def last_encounter(patient: BoundPatient, moment: Moment) -> Any | None:
    """The encounter that began last among those that certainly meet the year before `as_of`."""
    first = moment.as_of - timedelta(days=COVERAGE_DAYS)
    covering = [
        row
        for row in patient.encounters
        if row["status"] == EventStatus.PRESENT
        and _begins_by(row, moment.as_of) is True
        and _ends_from(row, first) is True
    ]
    return max(covering, key=_encounter_order, default=None)


def _encounter_order(row: Any) -> tuple[date, str, str, str]:
    return row["start_upper"], row["record_id"], row["system"] or "", row["code"] or ""


def _absent(
    concept: Concept, rulebook: Rulebook, patient: BoundPatient, supplied: frozenset[str], moment: Moment
) -> Outcome:
    evidence = absence_evidence(concept, rulebook, patient, supplied, moment)
    if evidence is not None:
        return decided(Truth.FALSE, Basis.ASSUMED, evidence)
    return unknown({_cause_of_no_record(concept, rulebook, supplied)}, [concept.id], has_data=False)


def _cause_of_no_record(concept: Concept, rulebook: Rulebook, supplied: frozenset[str]) -> Cause:
    if concept.id in rulebook.assumed_absent and not set(concept.tables) <= supplied:
        return Cause.TABLE_NOT_SUPPLIED
    return Cause.NEEDS_PERSON if concept.decided_by is DecidedBy.PERSON else Cause.NEVER_MEASURED


def judge_count(
    atom: Count, rulebook: Rulebook, patient: BoundPatient, supplied: frozenset[str], moment: Moment
) -> Outcome:
    """Between the records certainly there and those perhaps there; more may exist unless absence is assumed."""
    concept = rulebook.concepts[atom.concept]
    certain, perhaps = _counted(atom, concept, patient, moment)
    lower = len({row.record_id for row, _ in certain})
    upper = len({row.record_id for row, _ in certain} | {row.record_id for row, _ in perhaps})
    truth = compare(Interval(lower, None), atom.operator, atom.number)
    rows = [row for row, _ in certain]
    if truth is not Truth.UNKNOWN:
        attested = bool(certain) and any(is_attested for _, is_attested in certain)
        return decided(truth, Basis.ATTESTED if attested else Basis.RECORDED, rows)
    assumed = absence_evidence(concept, rulebook, patient, supplied, moment)
    if assumed is not None:
        truth = compare(Interval(lower, upper), atom.operator, atom.number)
        if truth is not Truth.UNKNOWN:
            return decided(truth, Basis.ASSUMED, [*rows, *(row for row, _ in perhaps), *assumed])
    causes = {cause for _, cause in perhaps}
    if assumed is None:
        causes.add(_cause_of_no_record(concept, rulebook, supplied))
    return unknown(causes, [concept.id], [*rows, *(row for row, _ in perhaps)], has_data=upper > 0)


def _counted(
    atom: Count, concept: Concept, patient: BoundPatient, moment: Moment
) -> tuple[list[tuple[EvidenceRow, bool]], list[tuple[EvidenceRow, Cause]]]:
    if concept.kind is not ConceptKind.EVENT:
        selection = select(patient, concept.id, atom.within, moment)
        return (
            [(fact.evidence, fact.is_attested) for fact in selection.certain],
            [(fact.evidence, Cause.PARTIAL_DATE) for fact in selection.perhaps],
        )
    certain: list[tuple[EvidenceRow, bool]] = []
    perhaps: list[tuple[EvidenceRow, Cause]] = []
    for fact in patient.events(concept.id):
        meets = _meets(atom, fact.row, moment)
        if fact.status is EventStatus.ABSENT or meets is False:
            continue
        if fact.status is not EventStatus.PRESENT:
            perhaps.append((fact.evidence, Cause.NEEDS_PERSON))
        elif meets is None:
            perhaps.append((fact.evidence, Cause.PARTIAL_DATE))
        else:
            certain.append((fact.evidence, fact.is_attested))
    return certain, perhaps
