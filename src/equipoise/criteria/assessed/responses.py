"""
Responses by RECIST 1.1 as atoms: what records say of lesions becomes visits, and visits a response.

A record says one thing of one lesion on one day: its role (`lesion-role`), its diameter (`lesion-diameter`), or its
state (`lesion-state`). Days that lie close together are one visit. Records name no reader and no number of a visit: a
trial with several readers gives the adjudicated one here. Split and merged lesions have no form in these records.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from equipoise.assessments.answer import Answer, NotEvaluable, Why
from equipoise.assessments.recist.best import date_responses, judge_best_response
from equipoise.assessments.recist.lesions import Finding, Lesion, Reading, Role, State
from equipoise.assessments.recist.policy import (
    PUBLISHED,
    CompleteThenPartial,
    CompleteThenStable,
    NodeAfterComplete,
    PartialThenLess,
    Policy,
)
from equipoise.assessments.recist.visits import find_disease, judge_visits
from equipoise.criteria.assessed.catalogue import LESION_DIAMETER, LESION_ROLE, LESION_STATE
from equipoise.criteria.assessed.made import Made
from equipoise.criteria.bound import EventFact, ResultFact
from equipoise.criteria.evidence import row_json
from equipoise.criteria.nodes import Assessment
from equipoise.criteria.outcome import Outcome, all_needed, unknown
from equipoise.criteria.reference_atoms import Case, nothing_suitable
from equipoise.criteria.results import unit_of, value_interval
from equipoise.criteria.selection import select
from equipoise.criteria.truth import Cause
from equipoise.records.tables import EventStatus
from equipoise.terminology.units import factor

_NODE = "-node"
_SETTINGS: Mapping[str, Callable[[str], Any]] = {
    "complete_then_partial": CompleteThenPartial,
    "complete_then_stable": CompleteThenStable,
    "partial_then_less": PartialThenLess,
    "node_after_complete": NodeAfterComplete,
    "stable_after_days": int,
    "confirmed_after_days": int,
}


@dataclass(frozen=True)
class _Seen:
    """What one record says of a lesion, readable and dated."""

    fact: ResultFact
    lesion: str
    day: date
    state: str | None = None
    mm: Decimal | None = None


def assess_response(atom: Assessment, case: Case) -> Made | Outcome:
    """The best response since the baseline, or that of the latest visit."""
    roles, seen, problems = _read(atom, case)
    until, events = _last_day_that_counts(atom, case)
    if isinstance(until, Outcome):
        problems.append(until)
    if problems:
        return all_needed(problems)
    assert not isinstance(until, Outcome)
    visits = _visits(atom, case, [each for each in seen if until is None or each.day <= until])
    if not visits:
        return unknown({Cause.NEVER_MEASURED}, [LESION_DIAMETER], [each.fact.evidence for each in seen])
    read = [each for visit in visits for each in visit]
    facts: list[ResultFact | EventFact] = [*(each.fact for each in read), *roles, *events]
    rows = tuple(dict.fromkeys(fact.evidence for fact in facts))
    if len(visits) > 1 and not _is_recent(atom, case, visits[-1]):
        return unknown({Cause.TOO_OLD}, [LESION_DIAMETER], rows, has_data=False)
    lesions = _lesions(roles)
    without = {each.lesion for each in read} - set(lesions)
    if without:
        return unknown({Cause.NEVER_MEASURED}, [LESION_ROLE], rows)
    reading = Reading("", tuple(lesions.values()), tuple(_findings(visits)))
    is_attested = any(fact.is_attested for fact in facts)
    return Made(_answers(atom, case, reading, visits), rows, is_attested, (LESION_DIAMETER, LESION_STATE))


def _answers(atom: Assessment, case: Case, reading: Reading, visits: list[list[_Seen]]) -> tuple[Answer[str], ...]:
    """The response; where there is none because visits could not be judged, why each of them could not."""
    policy = policy_of(dict(atom.options))
    judged = judge_visits(reading, policy=policy)
    if not judged:
        return (NotEvaluable(Why.NEVER_MEASURED, "no visit after baseline", needs=(LESION_DIAMETER,)),)
    if atom.subject == "latest":
        last = judged[-1].overall
        return (last if isinstance(last, NotEvaluable) else last.map(str),)
    start = visits[0][-1].day if atom.baseline is None else case.moment.anchor(atom.baseline.anchor)
    best = judge_best_response(date_responses(judged), policy=policy, start=start, disease=find_disease(reading))
    if isinstance(best, NotEvaluable):
        return tuple(visit.overall for visit in judged if isinstance(visit.overall, NotEvaluable)) or (best,)
    return (best.map(lambda each: str(each.response)),)


def policy_of(options: Mapping[str, str]) -> Policy:
    """The published policy with what the protocol says otherwise."""
    said = {name: read(options[name]) for name, read in _SETTINGS.items() if name in options}
    return replace(PUBLISHED, must_confirm=options["confirmation"] == "required", **said)


def _read(atom: Assessment, case: Case) -> tuple[list[ResultFact], list[_Seen], list[Outcome]]:
    """Roles, findings, and what cannot be read: a day known in part, a text, a diameter without a unit."""
    found: dict[str, list[ResultFact]] = {}
    problems: list[Outcome] = []
    for concept_id in (LESION_ROLE, LESION_DIAMETER, LESION_STATE):
        selection = select(case.patient, concept_id, None, case.moment)
        facts = sorted((*selection.certain, *selection.perhaps), key=lambda fact: row_json(fact.evidence))
        if not facts and concept_id != LESION_STATE:
            problems.append(nothing_suitable(concept_id, case, selection))
        found[concept_id] = facts
    roles = found[LESION_ROLE]
    unread = [fact for fact in roles if fact.answer is None]
    if unread:
        problems.append(unknown({Cause.UNMAPPED_CODE}, [LESION_ROLE], [fact.evidence for fact in unread]))
    if len({(fact.row["lesion"], fact.answer) for fact in roles}) > len({fact.row["lesion"] for fact in roles}):
        problems.append(unknown({Cause.CONFLICT}, [LESION_ROLE], [fact.evidence for fact in roles]))
    seen: list[_Seen] = []
    for concept_id in (LESION_DIAMETER, LESION_STATE):
        for fact in found[concept_id]:
            read = _see(fact, concept_id, case)
            if isinstance(read, Cause):
                problems.append(unknown({read}, [concept_id], [fact.evidence]))
            else:
                seen.append(read)
    return roles, seen, problems


def _see(fact: ResultFact, concept_id: str, case: Case) -> _Seen | Cause:
    row = fact.row
    if row["time_lower"] is None or row["time_lower"] != row["time_upper"]:
        return Cause.PARTIAL_DATE
    lesion = row["lesion"] or ""
    if concept_id == LESION_STATE:
        return Cause.UNMAPPED_CODE if fact.answer is None else _Seen(fact, lesion, row["time_lower"], state=fact.answer)
    concept = case.rulebook.concepts[concept_id]
    value, unit = value_interval(fact), unit_of(fact, concept)
    if value is None:
        return Cause.UNMAPPED_CODE
    if isinstance(unit, Cause):
        return unit
    scale = factor(concept, unit, "mm")
    if scale is None:
        return Cause.UNKNOWN_UNIT
    if value.lower is None or value.lower != value.upper:
        return Cause.OVERLAP
    exact = Fraction(value.lower) * scale
    return _Seen(fact, lesion, row["time_lower"], mm=Decimal(exact.numerator) / Decimal(exact.denominator))


def _last_day_that_counts(atom: Assessment, case: Case) -> tuple[date | Outcome | None, list[EventFact]]:
    """The day before the first record of what ends the assessment: a response is read before surgery."""
    concept_id = atom.option("until")
    if concept_id is None:
        return None, []
    recorded = [
        fact for fact in case.patient.events(concept_id) if (fact.row["start_lower"] or date.min) <= case.moment.as_of
    ]
    possible = [fact for fact in recorded if fact.status is EventStatus.POSSIBLE]
    if possible:
        # Whether it took place is for a person: read on, and lesions that it removed would count as a response.
        return unknown({Cause.NEEDS_PERSON}, [concept_id], [fact.evidence for fact in possible]), []
    events = [fact for fact in recorded if fact.status is EventStatus.PRESENT]
    partial = [fact for fact in events if fact.row["start_lower"] is None or _is_partial(fact)]
    if partial:
        return unknown({Cause.PARTIAL_DATE}, [concept_id], [fact.evidence for fact in partial]), []
    if not events:
        return None, []
    first = min(fact.row["start_lower"] for fact in events)
    return first - timedelta(days=1), [fact for fact in events if fact.row["start_lower"] == first]


def _is_partial(fact: EventFact) -> bool:
    return bool(fact.row["start_lower"] != fact.row["start_upper"])


def _visits(atom: Assessment, case: Case, seen: Iterable[_Seen]) -> list[list[_Seen]]:
    """Findings by visit, the baseline first; none where no visit is the baseline."""
    span = timedelta(days=int(atom.option("visit_days") or 0))
    visits: list[list[_Seen]] = []
    for each in sorted(seen, key=lambda each: (each.day, row_json(each.fact.evidence))):
        if not visits or each.day - visits[-1][0].day > span:
            visits.append([])
        visits[-1].append(each)
    if atom.baseline is None:
        return visits
    period = case.moment.period_before(atom.baseline)
    first = period.first or date.min
    at_baseline = [n for n, v in enumerate(visits) if v[0].day >= first and v[-1].day <= period.last]
    return visits[at_baseline[-1] :] if at_baseline else []


def _is_recent(atom: Assessment, case: Case, visit: list[_Seen]) -> bool:
    first = case.moment.period(atom.within).first
    return first is None or visit[-1].day >= first


def _lesions(roles: Iterable[ResultFact]) -> dict[str, Lesion]:
    lesions = {}
    for fact in roles:
        word, name = fact.answer or "", fact.row["lesion"] or ""
        is_node = word.endswith(_NODE)
        lesions[name] = Lesion(name, fact.row["body_site"] or "", Role(word.removesuffix(_NODE)), is_node=is_node)
    return lesions


def _findings(visits: list[list[_Seen]]) -> Iterable[Finding]:
    """One finding for each lesion and day; several where records of one day do not agree."""
    for number, visit in enumerate(visits):
        by_lesion: dict[tuple[str, date], list[_Seen]] = {}
        for each in visit:
            by_lesion.setdefault((each.lesion, each.day), []).append(each)
        for (lesion, day), records in by_lesion.items():
            states = list(dict.fromkeys(each.state for each in records if each.state is not None)) or [State.MEASURED]
            diameters: list[Decimal | None] = list(dict.fromkeys(each.mm for each in records if each.mm is not None))
            record = records[0].fact.row["record_id"]
            for state in states:
                yield from (Finding(lesion, number, day, State(state), mm, record=record) for mm in diameters or [None])
