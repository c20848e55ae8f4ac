"""What the report of an analysis is made of: the analysis as it may be shown, with the words of its protocol.

Decides nothing of what may be shown: `running` did. How the page reads is `reporting.analysis_page`.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from equipoise.criteria.nodes import Assessment, Comparison
from equipoise.operations.analysing.running import Analysed
from equipoise.operations.office.rulings import Rules
from equipoise.protocol.plan import Course, CourseKind
from equipoise.protocol.resolve_plan import resolve_plan
from equipoise.reporting.analysis_page import AnalysisView, CourseShown, CutShown, render_analysis
from equipoise.reporting.analysis_view import DoseLimitShown

ABSORBED_DOSE = "absorbed-dose"
"""How a rule asks for the cumulative absorbed dose of an organ."""


def render_report(done: Analysed, rules: Rules, *, is_simulated: bool = False) -> str:
    """
    The page of an analysis, as text.

    Parameters
    ----------
    is_simulated
        No subject exists: the page says so.
    """
    return render_analysis(make_view(done, rules, is_simulated=is_simulated))


def make_view(done: Analysed, rules: Rules, *, is_simulated: bool = False) -> AnalysisView:
    """An analysis with the arms and courses of its protocol, and the registry's status on the last day of the cut."""
    cut_on = date.fromisoformat(done.cut.cut_on)
    plan = rules.plan_of(done.facts.version)
    return AnalysisView(
        title=done.title,
        registry_sentence=rules.protocol.registry_status_at(cut_on).sentence,
        is_training=done.is_training,
        is_simulated=is_simulated,
        cut=CutShown(done.cut.id, done.cut.how, cut_on, done.cut.last_seq, done.cut.last_hash),
        plan=done.plan,
        facts=done.facts,
        sets=done.sets,
        set_sizes=done.set_sizes,
        flow=done.flow,
        times=done.times,
        responses=done.responses,
        answers=done.answers,
        results=done.results,
        warnings=done.warnings,
        withheld=done.withheld,
        arm_labels={arm.id: arm.label for arm in rules.protocol.arms},
        dose_limits=dose_limits(rules, done.facts.version),
        cohorts=done.cohorts,
        harms=done.harms,
        complications=done.complications,
        courses=() if plan is None else tuple(_show(course) for course in plan.courses if course.is_planned),
    )


def dose_limits(rules: Rules, version: str) -> Mapping[str, Sequence[DoseLimitShown]]:
    """Limits of absorbed doses that the gates of a version state, by organ, in the order of the gates."""
    if rules.plan_of(version) is None:
        return {}
    found: dict[str, list[DoseLimitShown]] = {}
    for gate in resolve_plan(rules.protocol, version).gates:
        for node in gate.node.walk():
            if isinstance(node, Assessment) and node.option("quantity") == ABSORBED_DOSE:
                assert isinstance(node.test, Comparison)  # a dose is compared with a number
                shown = DoseLimitShown(gate.id, node.test.limits[0].value)
                found.setdefault(node.subject or "", []).append(shown)
    return found


def _show(course: Course) -> CourseShown:
    full = None if course.amount is None else course.amount.levels[0].amount
    is_dose = course.kind is CourseKind.DOSE
    unit = "" if course.amount is None else course.amount.unit
    return CourseShown(course.id, course.label, tuple(course.arms), tuple(course.steps), unit, full, is_dose)
