"""Every analysis of a plan, in its order: done, or not done and why.

Decides which method runs, what is not compared while the arms are pooled, and which warnings stand with a result. One
that fails for what is in the data is a result with a reason, never a gap.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from equipoise.analysis.facts import OTHER_READER, UNPROVEN_READER, TrialFacts
from equipoise.analysis.results import AnalysisResult
from equipoise.analysis.running.comparisons import (
    Redraw,
    run_cox,
    run_fine_gray,
    run_gray,
    run_logrank,
    run_maxcombo,
    run_rerandomisation,
)
from equipoise.analysis.running.curves import (
    run_cumulative_incidence,
    run_kaplan_meier,
    run_restricted_means,
    run_turnbull,
)
from equipoise.analysis.running.data import UNKNOWN_LEVEL, Asked, Trial, ask
from equipoise.analysis.running.historical import run_against_history
from equipoise.analysis.running.outcome import Outcome
from equipoise.analysis.running.proportions import run_proportion
from equipoise.analysis.sets import AnalysisSetResult
from equipoise.errors import EquipoiseError
from equipoise.protocol.analysis_plan import AnalysisPlan, EndpointKind, EventKind, Method, PlannedAnalysis
from equipoise.protocol.cohort import Cohort

POOLED = "the arms are pooled until the trial is locked and whoever asks may see them: no comparison is made"
_RUNS: Mapping[Method, Callable[[Asked], Outcome]] = {
    Method.KAPLAN_MEIER: run_kaplan_meier,
    Method.LOGRANK: run_logrank,
    Method.COX: run_cox,
    Method.RMST: run_restricted_means,
    Method.MAXCOMBO: run_maxcombo,
    Method.CUMULATIVE_INCIDENCE: run_cumulative_incidence,
    Method.GRAY: run_gray,
    Method.FINE_GRAY: run_fine_gray,
    Method.TURNBULL: run_turnbull,
    Method.PROPORTION: run_proportion,
    Method.AGAINST_HISTORY: run_against_history,
}
_NEEDS_ARMS = frozenset(
    {
        Method.LOGRANK,
        Method.COX,
        Method.MAXCOMBO,
        Method.GRAY,
        Method.FINE_GRAY,
        Method.RERANDOMISATION,
        Method.AGAINST_HISTORY,
    }
)
"""Methods that say nothing of arms taken together."""
_READS_OPTION: Mapping[str, frozenset[Method]] = {
    "ties": frozenset({Method.COX}),
    "interval": frozenset({Method.KAPLAN_MEIER, Method.CUMULATIVE_INCIDENCE, Method.AGAINST_HISTORY}),
    "strata": frozenset({Method.LOGRANK, Method.COX, Method.MAXCOMBO, Method.GRAY, Method.RERANDOMISATION}),
    "weights": frozenset({Method.LOGRANK, Method.MAXCOMBO}),
    "tau": frozenset({Method.RMST}),
    "at": frozenset({Method.KAPLAN_MEIER, Method.CUMULATIVE_INCIDENCE, Method.TURNBULL}),
    "draws": frozenset({Method.RERANDOMISATION}),
}


def run_analyses(
    plan: AnalysisPlan,
    facts: TrialFacts,
    sets: Mapping[str, AnalysisSetResult],
    *,
    redraw: Redraw | None = None,
    cohorts: Mapping[str, Cohort] | None = None,
) -> tuple[AnalysisResult, ...]:
    """
    Run every analysis of a plan.

    Parameters
    ----------
    facts
        With the arms pooled (`is_masked`) nothing is compared.
    sets
        Of the same subjects; `sets.make_sets` makes them.
    redraw
        Draws the allocation again; None where it is not at hand.
    cohorts
        Those that the plan gives as tables, by the id of the analysis (`protocol.cohort` reads them).
    """
    trial = Trial(facts, plan, sets, cohorts or {})
    return tuple(_run(ask(trial, analysis), redraw) for analysis in plan.analyses)


def _run(asked: Asked, redraw: Redraw | None) -> AnalysisResult:
    analysis = asked.analysis
    try:
        outcome = _outcome(asked, redraw)
    except EquipoiseError as error:
        # What facts of a trial can hold ends here as words: one analysis that cannot be made stops no other.
        outcome = Outcome(not_done=" ".join(str(error).split()))
    warnings = () if outcome.not_done else (*outcome.warnings, *_warnings(asked))
    return AnalysisResult(
        id=analysis.id,
        label=analysis.label,
        role=analysis.role,
        endpoint=analysis.endpoint,
        set=analysis.set,
        method=analysis.method.value,
        options={**_options(analysis), **outcome.options},
        arms=outcome.arms,
        comparisons=outcome.comparisons,
        warnings=tuple(dict.fromkeys(warnings)),
        curves=outcome.curves,
        subjects=() if outcome.not_done else asked.members if outcome.subjects is None else outcome.subjects,
        not_done=outcome.not_done,
    )


def _outcome(asked: Asked, redraw: Redraw | None) -> Outcome:
    method = asked.analysis.method
    if asked.is_pooled and method in _NEEDS_ARMS:
        return Outcome(not_done=POOLED)
    if method is Method.RERANDOMISATION:
        return run_rerandomisation(asked, redraw)
    return _RUNS[method](asked)


def _options(analysis: PlannedAnalysis) -> dict[str, Any]:
    """The options that the method reads, as they were used."""
    said = analysis.options.model_dump(mode="json")
    kept = {name: said[name] for name, methods in _READS_OPTION.items() if analysis.method in methods}
    return {"level": said["level"], **kept}


def _warnings(asked: Asked) -> Iterator[str]:
    if asked.is_pooled:
        yield POOLED
    known = set(asked.members)
    filled = {each.arm for each in asked.trial.facts.subjects if each.subject in known}
    yield from (f"arm {arm} has nobody in this analysis" for arm in asked.arms if arm not in filled)
    if asked.analysis.options.strata and not asked.is_pooled:
        yield from _stratum_warnings(asked)


def _stratum_warnings(asked: Asked) -> Iterator[str]:
    names = asked.strata_names()
    for name in sorted(set(names)):
        if names.count(name) == 1:
            yield f"stratum {name} has one subject, who says nothing of a difference within it"
        if UNKNOWN_LEVEL in name:
            yield f"{names.count(name)} subjects without a factor of the strata are a stratum of their own: {name}"


def find_trial_warnings(plan: AnalysisPlan, facts: TrialFacts) -> tuple[str, ...]:
    """
    What must be known of the whole trial before any of its numbers is read.

    A stratum of the allocation used once, an arm with nobody, and endpoints that read assessments when there are none.
    """
    return (*_of_strata(facts), *_of_arms(facts), *_of_assessments(plan, facts), *_of_readers(facts))


def _of_strata(facts: TrialFacts) -> Iterator[str]:
    strata = [subject.stratum for subject in facts.subjects]
    for stratum in sorted(set(strata)):
        if strata.count(stratum) == 1 and len(set(strata)) > 1:
            yield f"stratum {stratum} of the allocation was used once"


def _of_arms(facts: TrialFacts) -> Iterator[str]:
    used = {subject.arm for subject in facts.subjects}
    yield from (f"arm {arm} has nobody" for arm in facts.arms if arm not in used)


def _of_assessments(plan: AnalysisPlan, facts: TrialFacts) -> Iterator[str]:
    for endpoint in plan.endpoints:
        is_read = endpoint.kind is EndpointKind.RESPONSE or EventKind.PROGRESSION in endpoint.events
        if not is_read or not facts.subjects:
            continue
        without = [each.subject for each in facts.subjects if endpoint.reader not in each.readings]
        if len(without) == len(facts.subjects):
            yield f"endpoint {endpoint.id}: there is no assessment by the {endpoint.reader} reader of anybody"
        elif without:
            yield f"endpoint {endpoint.id}: no assessment by the {endpoint.reader} reader of {', '.join(without)}"


def _of_readers(facts: TrialFacts) -> Iterator[str]:
    for subject in facts.subjects:
        others = [kind.removeprefix(OTHER_READER) for kind in subject.readings if kind.startswith(OTHER_READER)]
        if others:
            used = subject.readings["masked"].reader
            names = ", ".join(others)
            yield f"{subject.subject}: several masked readers; {used}, who read most, counts, and not {names}"
        unproven = [kind.removeprefix(UNPROVEN_READER) for kind in subject.readings if kind.startswith(UNPROVEN_READER)]
        if unproven:
            names = ", ".join(unproven)
            yield f"{subject.subject}: entered at the site as read by a masked reader, and counted for nobody: {names}"
