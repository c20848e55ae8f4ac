"""Faults of meaning in an analysis plan that loads: what is never read, never asked, or compared with nothing.

Each finding is as those of `lint_plan`. Names and what does not fit together are faults of loading (`analysis_checks`).
Files of cohorts are read here, as records are by the lint: a protocol without them can still screen.
"""

from equipoise.errors import ProtocolError
from equipoise.protocol.analysis_plan import OF_OPERATION, AnalysisPlan, Censoring, EndpointKind, SetRule
from equipoise.protocol.cohort import cohort_path, read_cohort
from equipoise.protocol.document import Where
from equipoise.protocol.lint_plan import Findings, PlanFinding
from equipoise.protocol.model import Protocol


def lint_analysis(protocol: Protocol, plan: AnalysisPlan) -> Findings:
    """Everything that is strange in an analysis plan, whatever version uses it; places are inside of the plan."""
    yield from _lint_new_therapy(plan)
    read = {analysis.endpoint for analysis in plan.analyses}
    for index, endpoint in enumerate(plan.endpoints):
        if endpoint.id not in read:
            what = f"no analysis reads the endpoint {endpoint.id}"
            yield PlanFinding("endpoint-never-read", ("endpoints", index), what, "Add one, or remove it.")
    yield from _lint_operations(plan)
    yield from _lint_cohorts(protocol, plan)


def _lint_new_therapy(plan: AnalysisPlan) -> Findings:
    """The list and the rule of censoring that asks for it belong together; a response ends with new therapy always."""
    where: Where = ("new_therapy",)
    asked = [each.id for each in plan.endpoints if Censoring.NEW_THERAPY in each.censoring]
    is_read = bool(asked) or any(each.kind is EndpointKind.RESPONSE for each in plan.endpoints)
    if not is_read and plan.new_therapy is not None:
        what = "says what new anticancer therapy is, and no endpoint asks for it"
        do = f"Name {Censoring.NEW_THERAPY.value} under the censoring of an endpoint, or remove it."
        yield PlanFinding("new-therapy-never-asked", where, what, do)
    if asked and not plan.new_therapies:
        what = f"nothing is new anticancer therapy, and {', '.join(asked)} is censored by it"
        yield PlanFinding("new-therapy-never-found", where, what, "Name its concepts, or remove the rule of censoring.")


def _lint_operations(plan: AnalysisPlan) -> Findings:
    """What follows an operation is asked of whoever was operated."""
    of_operation = {each.id for each in plan.endpoints if each.kind in OF_OPERATION}
    operated = {each.id for each in plan.sets if each.rule is SetRule.OPERATED}
    for index, analysis in enumerate(plan.analyses):
        if analysis.endpoint in of_operation and analysis.set not in operated:
            what = (
                f"{analysis.endpoint} is not estimable for whoever was not operated, and {analysis.set} may hold them"
            )
            do = f"Name a set with the rule {SetRule.OPERATED.value}."
            yield PlanFinding("operation-asked-of-everybody", ("analyses", index, "set"), what, do)


def _lint_cohorts(protocol: Protocol, plan: AnalysisPlan) -> Findings:
    for index, analysis in enumerate(plan.analyses):
        history, where = analysis.history, ("analyses", index, "history")
        if history is None:
            continue
        if history.table is None:
            if history.median_months is None:
                what = f"the cohort {history.label} has neither a median nor a table, so nothing is compared with it"
                yield PlanFinding("cohort-without-numbers", where, what, "Give median_months, or a table.")
            continue
        try:
            read_cohort(cohort_path(protocol, history), history)
        except ProtocolError as error:
            for fault in error.faults:
                yield PlanFinding("cohort-unusable", (*where, "table"), f"{fault.where}: {fault.what}", fault.do)
