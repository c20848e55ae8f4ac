"""The facts of a trial at a cut, folded from its log: what `analysis` reads, each with its events.

Decides what counts: events up to the last one of the cut, and of what they say what is dated on its last day or before.
A later amendment, a later event and a later day are as if they were not there. What an endpoint makes of the facts is
`analysis`; who may see them is `running`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from equipoise.analysis.facts import ScreenedFacts, Shortfall, SubjectFacts, TrialFacts
from equipoise.conduct.states import Participation
from equipoise.criteria.intervals import completed_years
from equipoise.operations.analysing.adherence import shortfalls_of
from equipoise.operations.analysing.course_facts import (
    SEEN,
    absorbed_of,
    adverse_events_of,
    dated_by,
    deviations_of,
    given_of,
    held_of,
    labs_of,
    new_therapy_of,
    planned_scans_of,
    readings_of,
)
from equipoise.operations.office.acts import Act
from equipoise.operations.office.allocating import AllocationError
from equipoise.operations.office.event import Event
from equipoise.operations.office.files import Stood, SubjectFile, fold
from equipoise.operations.office.histories import history_of
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Subject, Trial
from equipoise.operations.office.rulings import Rules
from equipoise.operations.office.versions import approvals_at
from equipoise.operations.office.visibility import Visibility
from equipoise.protocol.analysis_plan import NEW_THERAPY
from equipoise.protocol.masking import is_open_label
from equipoise.protocol.plan import Plan
from equipoise.records.snapshot import Snapshot

POOLED = "all"
"""The one word for every arm while the arms are pooled."""
_LEFT = (
    Participation.DIED,
    Participation.LOST,
    Participation.WITHDRAWN_FROM_ALL_CONTACT,
    Participation.OFF_STUDY,
    Participation.COMPLETED,
)
"""In which a subject is no longer followed."""
_WRONG = frozenset({AllocationError.INELIGIBLE.value, AllocationError.RANDOMISED_IN_ERROR.value})


@dataclass(frozen=True)
class Until:
    """Up to where a log counts: the last day, and the number of the last event."""

    day: date
    seq: int


def make_facts(view: View, rules: Rules, until: Until, *, is_masked: bool) -> TrialFacts:
    """
    The facts of every subject up to a cut.

    Parameters
    ----------
    is_masked
        The arms are pooled: each subject has the arm `all`, and what of its arm's plan was not given is not looked for.
    """
    version = version_at(view, rules, until.day)
    planned = rules.protocol.analysis_of(version)
    therapies = frozenset(NEW_THERAPY) if planned is None else planned.new_therapies
    randomised: list[SubjectFacts] = []
    screened: list[ScreenedFacts] = []
    for row in view.find(Subject):
        events = [event for event in view.events(subject=row.id) if event.seq <= until.seq]
        if not events or events[0].at.date() > until.day:
            continue
        file = fold(SubjectFile(row.id), events)
        if file.allocated_on is None or file.allocated_on > until.day:
            screened.append(_screened(row, file, events, until))
        else:
            facts = _randomised(row, file, events, rules, until, therapies)
            short = () if is_masked else _shortfalls(row, file, events, rules, until)
            randomised.append(replace(facts, arm=POOLED if is_masked else facts.arm, shortfalls=short))
    trial = view.get(Trial, "trial")
    assert trial is not None
    return TrialFacts(
        trial=trial.protocol,
        version=version,
        cut_on=until.day,
        is_masked=is_masked,
        arms=(POOLED,) if is_masked else tuple(arm.id for arm in rules.protocol.arms),
        subjects=tuple(randomised),
        screened=tuple(screened),
        is_open_label=is_open_label(rules.protocol),
    )


def version_at(view: View, rules: Rules, day: date) -> str:
    """The protocol version approved last for all sites or any, by a day: its analysis plan is the one that is run."""
    sites = [None, *sorted({row.site for row in view.find(Subject)})]
    begun = [
        (approval.approved_from, approval.version)
        for site in sites
        for approval in approvals_at(view, site)
        if date.fromisoformat(approval.approved_from) <= day
    ]
    return max(begun)[1] if begun else rules.protocol.default_version


def _screened(row: Subject, file: SubjectFile, events: list[Event], until: Until) -> ScreenedFacts:
    """Where the way of a subject stood on the last day that counts."""
    last = next((stood for stood in reversed(file.stood) if stood.on <= until.day), None)
    state = Participation.IDENTIFIED if last is None else last.state.participation
    by_number = {event.seq: event for event in events}
    ended = None if last is None else by_number[last.seq]
    return ScreenedFacts(row.id, row.site, state.value, _why(ended), (ended.seq,) if ended is not None else ())


def _why(event: Event | None) -> str:
    """Criteria that were not met, by their ids; what somebody wrote in words of their own is left where it is."""
    stated: Any = None if event is None else event.new("facts", Visibility.CLINICAL)
    criteria = stated.get("criteria") if isinstance(stated, dict) else None
    if isinstance(criteria, str):
        return criteria
    return ", ".join(str(each) for each in criteria or ())


def _randomised(
    row: Subject, whole: SubjectFile, events: list[Event], rules: Rules, until: Until, therapies: frozenset[str]
) -> SubjectFacts:
    """One randomised subject, by the version it had consented to; `therapies` are those of the analysis plan."""
    file = dated_by(whole, until.day)
    allocation = next(event for event in events if event.entry.act is Act.ALLOCATE)
    randomised_on = file.allocated_on
    assert randomised_on is not None
    plan = rules.plan_of(_consented(events, until))
    died_on = _since(file.stood, (Participation.DIED,))
    last = file.stood[-1].state.participation if file.stood else Participation.RANDOMISED
    readings, reading_entries = readings_of(file)
    return SubjectFacts(
        subject=row.id,
        site=row.site,
        arm=str(file.arm),
        stratum=str(allocation.new("stratum")),
        randomised_on=randomised_on,
        entries=(allocation.seq, *_moves(file)),
        baseline=_baseline(events, allocation, randomised_on),
        given=given_of(file, plan, until.day),
        held=held_of(file, plan),
        readings=readings,
        reading_entries=reading_entries,
        absorbed=absorbed_of(file),
        planned_scans=_planned_scans(file, plan, until.day),
        new_therapy_on=new_therapy_of(file, plan, randomised_on, therapies),
        died_on=died_on,
        last_alive_on=_last_alive_on(file, randomised_on),
        left_on=_since(file.stood, (last,)) if last in _LEFT else None,
        left_how=last.words if last in _LEFT else "",
        adverse_events=adverse_events_of(file, until.day),
        deviations=deviations_of(file),
        labs=labs_of(file),
        is_eligible=not any(_is_wrong(event) for event in events),
    )


def _shortfalls(
    row: Subject, whole: SubjectFile, events: list[Event], rules: Rules, until: Until
) -> tuple[Shortfall, ...]:
    """By the plan as it stands at the subject's site, and the records as they were last read by the cut."""
    file, version = dated_by(whole, until.day), _consented(events, until)
    resolved = None if version is None else rules.resolved_plan(version, row.site)
    return shortfalls_of(file, resolved, _last_records(events, until), until.day)


def _last_records(events: list[Event], until: Until) -> Snapshot | None:
    read = [
        found
        for event in events
        if event.at.date() <= until.day and (found := event.new("snapshot", Visibility.CLINICAL)) is not None
    ]
    return Snapshot.from_json(read[-1]) if read else None


def _consented(events: list[Event], until: Until) -> str | None:
    """The version consented to last."""
    consents = [event for event in events if event.entry.act is Act.CONSENT]
    signed = [event for event in consents if date.fromisoformat(event.new("signed_on")) <= until.day]
    return str(signed[-1].entry.version) if signed else None


def _moves(file: SubjectFile) -> Iterator[int]:
    """The events by which a subject died or left."""
    return (stood.seq for stood in file.stood if stood.state.participation in _LEFT)


def _is_wrong(event: Event) -> bool:
    return event.entry.act is Act.RECORD_ALLOCATION_ERROR and event.new("kind") in _WRONG


def _since(stood: Iterable[Stood], states: tuple[Participation, ...]) -> date | None:
    """The day since which a subject stands in one of these states; None when it does not."""
    since: date | None = None
    for each in stood:
        since = (since or each.on) if each.state.participation in states else None
    return since


def _planned_scans(file: SubjectFile, plan: Plan | None, day: date) -> tuple[tuple[date, date], ...]:
    history = None if plan is None else history_of(file, plan)
    return () if plan is None or history is None else planned_scans_of(plan, history, day)


def _last_alive_on(file: SubjectFile, randomised_on: date) -> date:
    """The last day on which somebody saw, treated or reached the subject; one after a death is for the analysis."""
    return max(
        [randomised_on, *(each.form.on for each in file.forms if each.form is not None and each.form.kind in SEEN)]
    )


def _baseline(events: list[Event], allocation: Event, day: date) -> dict[str, str]:
    """Sex and age by the records read last before the allocation, and the factors as the allocation used them."""
    shown: dict[str, str] = {}
    snapshots = [
        found
        for event in events
        if event.seq <= allocation.seq and (found := event.new("snapshot", Visibility.CLINICAL)) is not None
    ]
    patient = snapshots[-1].get("patient", {}) if snapshots else {}
    if patient.get("sex"):
        shown["sex"] = str(patient["sex"])
    age = _age(patient, day)
    if age is not None:
        shown["age"] = str(age)
    shown.update({name: str(value) for name, value in (allocation.new("values") or {}).items()})
    return shown


def _age(patient: dict[str, Any], day: date) -> int | None:
    """Completed years; None where the day of birth is not known well enough to tell."""
    born = [str(patient.get(name) or "")[:10] for name in ("birth_lower", "birth_upper")]
    if not all(born):
        return None
    ages = {completed_years(date.fromisoformat(each), day) for each in born}
    return ages.pop() if len(ages) == 1 else None
