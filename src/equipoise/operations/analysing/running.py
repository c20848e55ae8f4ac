"""A trial at a cut, analysed as its protocol promised, for somebody in a role.

Decides who sees arms: nobody before the trial is locked, then the roles that see them at all sites. For everybody else
the arms are pooled, nothing is compared, and what would tell an arm is left out: steps of treatment and their days,
deviations, and the events in which they stand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from equipoise.analysis.endpoints import Times, derive_all_times
from equipoise.analysis.facts import SubjectFacts, TrialFacts
from equipoise.analysis.flow import Box, Flow, make_flow
from equipoise.analysis.pooled_harms import PooledHarms, pool_harms
from equipoise.analysis.response import ResponseRow, YesNoRow, derive_response
from equipoise.analysis.results import AnalysisResult
from equipoise.analysis.running.outcome import doubt_words
from equipoise.analysis.running.run import POOLED, find_trial_warnings, run_analyses
from equipoise.analysis.sets import AnalysisSetResult, make_sets
from equipoise.analysis.surgery import ANSWERED_BY, ComplicationLine, find_worst_complications, without_names
from equipoise.conduct.roles import Role
from equipoise.operations.analysing.comparing import make_redraw
from equipoise.operations.analysing.cut import How, facts_at, make_cut, plan_at
from equipoise.operations.office.acts import Act
from equipoise.operations.office.permissions import check_may
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Cut, Trial
from equipoise.operations.office.rulings import Rules
from equipoise.operations.office.visibility import Visibility, can_see
from equipoise.operations.trial.door import Door
from equipoise.protocol.analysis_plan import AnalysisPlan, EndpointDefinition, EndpointKind, SetRule
from equipoise.protocol.cohort import Cohort, read_cohorts

R = TypeVar("R")
Derive = Callable[[EndpointDefinition, SubjectFacts, date], R]

TELLS_ARM = frozenset(SetRule) - {SetRule.RANDOMISED}
"""
Sets of which, while the arms are pooled, only the number is shown: who was treated when tells the arm. So does who is
evaluable for response before an operation, where one arm is operated before its first scan.
"""
WITHHELD = (
    "doses, operations, holds and their days",
    "deviations, laboratory values and site readings",
    "who belongs to the treated, operated, evaluable and per-protocol sets",
    "responses and answers of yes-no endpoints by subject",
    "why a time ended, in words",
    "the events of the log behind a row",
)
HARMS_WITHHELD = "who had which adverse event: only counts over everybody are told"
"""Unless the protocol says that the trial is open: a term that one treatment brings tells the arm of who had it."""
COMPLICATIONS_WITHHELD = "complications of operations by grade"
"""Unless the trial is open: then they are numbers over everybody, for who was operated by a day may tell an arm."""
_UNSEALED = "masked"
"""Begins the names of the readings that masked roles may see: those of readers who knew no arm."""


@dataclass(frozen=True)
class Analysed:
    """
    A trial at a cut with everything that may be shown of it.

    Parameters
    ----------
    facts
        With the arms pooled: without what would tell an arm, so that no report can.
    times
        Of each time-to-event endpoint, by its id; `responses` and `answers` (yes or no) likewise.
    warnings
        Of the trial as a whole; those of one analysis stand with its result.
    set_sizes
        How many belong to each set; shown also of those whose members are not.
    withheld
        What is left out because the arms are pooled.
    cohorts
        Those from before that the plan gives as tables, by the id of the analysis.
    harms
        Adverse events as counts over everybody, where they are not told by subject; else None.
    complications
        Of operations, by worst grade; None: nothing of them may be told.
    """

    cut: Cut
    title: str
    is_training: bool
    plan: AnalysisPlan
    facts: TrialFacts
    sets: Mapping[str, AnalysisSetResult]
    set_sizes: Mapping[str, int]
    flow: Flow
    times: Mapping[str, Times]
    responses: Mapping[str, tuple[ResponseRow, ...]]
    answers: Mapping[str, tuple[YesNoRow, ...]]
    results: tuple[AnalysisResult, ...]
    warnings: tuple[str, ...]
    withheld: tuple[str, ...]
    cohorts: Mapping[str, Cohort]
    harms: PooledHarms | None
    complications: tuple[ComplicationLine, ...] | None

    @property
    def is_masked(self) -> bool:
        """Whether the arms are pooled."""
        return self.facts.is_masked

    @property
    def not_done(self) -> tuple[AnalysisResult, ...]:
        """What was planned and not done."""
        return tuple(result for result in self.results if result.not_done)


def analyse_trial(door: Door, name: str, how: How) -> Analysed:
    """
    Make the cut, or take it up again, and analyse the trial as planned.

    Raises
    ------
    RefusedError, EquipoiseError
        The person may not, the cut cannot be made, or there is no plan.
    """
    with door.store.writing() as desk:
        cut = make_cut(desk, door.who, door.rules, name, how)
    with door.store.reading() as view:
        check_may(view, door.who, Act.CUT)
        return analyse_cut(view, door.rules, cut, door.who.role)


def analyse_cut(view: View, rules: Rules, cut: Cut, role: Role) -> Analysed:
    """
    Analyse a cut for somebody in a role.

    Raises
    ------
    RefusedError, ProtocolError
        There is no plan, or a cohort that it names is not at hand as it was named.
    """
    trial = view.get(Trial, "trial")
    assert trial is not None
    is_masked = not sees_arms(trial, role)
    known = facts_at(view, rules, cut, is_masked=False)
    facts = facts_at(view, rules, cut, is_masked=True) if is_masked else known
    plan = plan_at(view, rules, facts.version)
    # Sets are made with the arms known: who is per protocol does not depend on who asks.
    sets = make_sets(plan, known)
    redraw = None if is_masked else make_redraw(view, cut, known)
    times = {
        each.id: derive_all_times(each, facts) for each in plan.endpoints if each.kind is EndpointKind.TIME_TO_EVENT
    }
    cohorts = read_cohorts(rules.protocol, plan)
    results = run_analyses(plan, facts, sets, redraw=redraw, cohorts=cohorts)
    warnings = (*find_trial_warnings(plan, facts), *_doubts(times, facts))
    done = Analysed(
        cut=cut,
        title=trial.title,
        is_training=trial.kind == "training",
        plan=plan,
        facts=facts,
        sets=sets,
        set_sizes={name: len(each.members) for name, each in sets.items()},
        flow=make_flow(facts, sets),
        times=times,
        responses=_rows(plan, facts, EndpointKind.RESPONSE, derive_response),
        answers={
            name: rows for kind, own in ANSWERED_BY.items() for name, rows in _rows(plan, facts, kind, own).items()
        },
        results=results,
        warnings=tuple(dict.fromkeys(warnings)),
        withheld=(),
        cohorts=cohorts,
        harms=pool_harms(facts.subjects, facts.cut_on) if facts.pools_harms else None,
        complications=find_worst_complications(facts.subjects, facts.arms, facts.cut_on),
    )
    return _masked(done) if is_masked else done


def _rows(
    plan: AnalysisPlan,
    facts: TrialFacts,
    kind: EndpointKind,
    derive: Derive[R],
) -> dict[str, tuple[R, ...]]:
    """The rows of all subjects for each endpoint of a kind."""
    return {
        endpoint.id: tuple(derive(endpoint, subject, facts.cut_on) for subject in facts.subjects)
        for endpoint in plan.endpoints
        if endpoint.kind is kind
    }


def sees_arms(trial: Trial, role: Role) -> bool:
    """Whether arms are told apart for a role: after the lock, where it sees them at every site."""
    return trial.status == "locked" and can_see(role, Visibility.ARM, is_own_site=False)


def _doubts(times: Mapping[str, Times], facts: TrialFacts) -> list[str]:
    """What in the facts cannot be right, once for the trial: days before randomisation, days after death, …"""
    return [doubt_words(doubt, facts) for each in times.values() for doubt in each.doubtful]


def _masked(done: Analysed) -> Analysed:
    """The same without what would tell an arm."""
    pools_harms = done.facts.pools_harms
    subjects = tuple(_masked_subject(each, pools_harms=pools_harms) for each in done.facts.subjects)
    facts = replace(done.facts, subjects=subjects)
    hidden = {each.id for each in done.plan.sets if each.rule in TELLS_ARM}
    sets = {name: _masked_set(each) if name in hidden else each for name, each in done.sets.items()}
    times = {
        name: replace(each, rows=tuple(replace(row, words="", entries=()) for row in each.rows), doubtful=())
        for name, each in done.times.items()
    }
    kinds = {*ANSWERED_BY, EndpointKind.RESPONSE, *([EndpointKind.ADVERSE_EVENT] if pools_harms else [])}
    answered = {each.id for each in done.plan.endpoints if each.kind in kinds}
    results = tuple(
        _masked_result(each) if each.set in hidden or each.endpoint in answered else each for each in done.results
    )
    # The flow is made of the sets that are shown: boxes hold subjects, and those of a hidden set would name them.
    flow = make_flow(done.facts, {name: each for name, each in done.sets.items() if name not in hidden})
    return replace(
        done,
        facts=facts,
        sets=sets,
        flow=_masked_flow(flow),
        times=times,
        responses={},
        answers={},
        results=results,
        withheld=(*WITHHELD, HARMS_WITHHELD, COMPLICATIONS_WITHHELD) if pools_harms else WITHHELD,
        complications=None if pools_harms else tuple(without_names(each) for each in done.complications or ()),
    )


def _masked_flow(flow: Flow) -> Flow:
    """Who received treatment is not told by subject."""
    hidden = Box("Received treatment: withheld while the arms are pooled", ())
    return replace(flow, arms=tuple(replace(arm, received=hidden, not_received=hidden) for arm in flow.arms))


def _masked_subject(subject: SubjectFacts, *, pools_harms: bool) -> SubjectFacts:
    return replace(
        subject,
        entries=(),
        given=(),
        held=(),
        readings={kind: each for kind, each in subject.readings.items() if kind.startswith(_UNSEALED)},
        reading_entries={kind: each for kind, each in subject.reading_entries.items() if kind.startswith(_UNSEALED)},
        absorbed=(),
        shortfalls=(),
        planned_scans=(),
        new_therapy_on=None,
        adverse_events=() if pools_harms else tuple(replace(each, entries=()) for each in subject.adverse_events),
        deviations=(),
        labs=(),
    )


def _masked_result(result: AnalysisResult) -> AnalysisResult:
    """Who is in a hidden set, or answered what, is told neither by a list nor by a warning that names one."""
    kept = tuple(each for each in result.warnings if each == POOLED)
    return replace(result, subjects=(), warnings=kept)


def _masked_set(result: AnalysisSetResult) -> AnalysisSetResult:
    return replace(result, members=(), excluded={}, open={})
