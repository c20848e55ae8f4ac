"""What an analysis plan must be to be carried out: every name is there, each id is given once, methods fit endpoints.

Decides which analysis plans load; faults go to the document with their lines, all of them.
"""

from collections.abc import Mapping

from equipoise.protocol.analysis_plan import (
    AnalysisPlan,
    Censoring,
    EndpointDefinition,
    EndpointKind,
    Method,
    PlannedAnalysis,
)
from equipoise.protocol.document import Document, Where, given_once, known_names
from equipoise.protocol.model import Protocol, Version
from equipoise.terminology.concepts import Concept

OF_TIMES = frozenset(
    {
        Method.KAPLAN_MEIER,
        Method.LOGRANK,
        Method.COX,
        Method.RMST,
        Method.MAXCOMBO,
        Method.CUMULATIVE_INCIDENCE,
        Method.GRAY,
        Method.FINE_GRAY,
        Method.TURNBULL,
        Method.RERANDOMISATION,
        Method.AGAINST_HISTORY,
    }
)
"""Methods that read times; a proportion reads what was reached or not."""


def check_analysis_of_version(document: Document, protocol: Protocol, version: Version, where: Where) -> None:
    """The analysis plan of a version is there."""
    if version.analysis is not None:
        known_names(document, (*where, "analysis"), [version.analysis], protocol.analyses, "analysis plan")


def check_analysis(document: Document, protocol: Protocol, name: str, library: Mapping[str, Concept]) -> None:
    """Fault all that an analysis plan names and is not there, and what does not fit together."""
    plan, where = protocol.analyses[name], ("analyses", name)
    arms = {arm.id for arm in protocol.arms}
    known_names(document, (*where, "control"), [plan.control], arms, "arm")
    for part, items in (("sets", plan.sets), ("endpoints", plan.endpoints), ("analyses", plan.analyses)):
        given_once(document, [each.id for each in items], (*where, part))
    given_once(document, [each.id for each in plan.estimands], (*where, "estimands"))
    if plan.new_therapy is not None:
        known_names(document, (*where, "new_therapy", "concepts"), plan.new_therapy.concepts, library, "concept")
        given_once(document, plan.new_therapy.concepts, (*where, "new_therapy", "concepts"))
    for index, endpoint in enumerate(plan.endpoints):
        _check_endpoint(document, endpoint, (*where, "endpoints", index))
    for index, analysis in enumerate(plan.analyses):
        _check_one(document, plan, analysis, arms, (*where, "analyses", index))


def _check_endpoint(document: Document, endpoint: EndpointDefinition, where: Where) -> None:
    if endpoint.kind is not EndpointKind.TIME_TO_EVENT:
        return
    ends = {Censoring.LAST_ASSESSMENT, Censoring.LAST_KNOWN_ALIVE, Censoring.DATA_CUT}
    if not ends & set(endpoint.censoring):
        what = "nothing says when somebody without an event is censored"
        do = f"Name one of {', '.join(sorted(rule.value for rule in ends))}."
        document.fault((*where, "censoring"), what, do)
    given_once(document, [rule.value for rule in endpoint.censoring], (*where, "censoring"))


def _check_one(document: Document, plan: AnalysisPlan, analysis: PlannedAnalysis, arms: set[str], where: Where) -> None:
    endpoints = {endpoint.id: endpoint for endpoint in plan.endpoints}
    known_names(document, (*where, "endpoint"), [analysis.endpoint], endpoints, "endpoint")
    known_names(document, (*where, "set"), [analysis.set], [each.id for each in plan.sets], "analysis set")
    known_names(document, (*where, "arms"), analysis.arms, arms, "arm")
    if analysis.estimand is not None:
        known = [each.id for each in plan.estimands]
        known_names(document, (*where, "estimand"), [analysis.estimand], known, "estimand")
    endpoint = endpoints.get(analysis.endpoint)
    if endpoint is None:
        return
    is_time = endpoint.kind is EndpointKind.TIME_TO_EVENT
    if (analysis.method in OF_TIMES) != is_time:
        what = f"{analysis.method.value} cannot be made of a {endpoint.kind.value} endpoint"
        document.fault((*where, "method"), what, "Name a method for it, or another endpoint.")
    if (analysis.method is Method.AGAINST_HISTORY) != (analysis.history is not None):
        document.fault((*where, "history"), "a cohort from before is named where, and only where, it is compared with")
    if analysis.history is not None and analysis.history.label in arms:
        what = f"the cohort is called {analysis.history.label}, as an arm is: nobody could tell their curves apart"
        document.fault((*where, "history", "label"), what, "Give the cohort a name of its own.")
