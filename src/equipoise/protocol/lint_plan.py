"""Faults of meaning in a plan that loads: what can never be asked, is due on no day, or binds nobody.

Each finding is (code, place, what, do, severity). Names and circles are faults of loading (`plan_checks`); limits of
single rules are judged like those of criteria (`lint_limits`).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from equipoise.criteria.assessed.catalogue import kind_of
from equipoise.criteria.assessed.kind import Form
from equipoise.criteria.nodes import Assessment, Node, windows_of
from equipoise.protocol.document import Where
from equipoise.protocol.findings import Severity
from equipoise.protocol.lint_limits import MET_BY_ALL, check_limits
from equipoise.protocol.model import Arm
from equipoise.protocol.plan import FIRST_DOSE, LAST_DOSE, Course, CourseKind, Plan, PlanGate, Timing
from equipoise.terminology.concepts import Concept


class PlanFinding(NamedTuple):
    """What is found, at its place inside of the plan."""

    code: str
    where: Where
    what: str
    do: str
    severity: Severity = Severity.FAULT


Findings = Iterator[PlanFinding]


def lint_plan(plan: Plan, arms: list[Arm]) -> Findings:
    """Everything that is strange in a plan, whatever version uses it."""
    for index, course in enumerate(plan.courses):
        yield from _lint_course(plan, course, ("courses", index))
    yield from _lint_activities(plan)
    for index, gate in enumerate(plan.gates):
        yield from _lint_gate(plan, gate, ("gates", index))
    for index, decision in enumerate(plan.decisions):
        courses = _courses_before(plan, [decision.before])
        if not any(set(course.arms) & set(decision.arms) for course in courses):
            what = f"{decision.id} is asked before {decision.before}, which none of its arms has"
            yield PlanFinding("binds-nobody", ("decisions", index, "arms"), what, "Correct arms or before.")
    yield from _lint_tables(plan)
    yield from _lint_arms(plan, arms)


def lint_plan_rule(plan: Plan, rule_id: str, node: Node, where: Where, library: Mapping[str, Concept]) -> Findings:
    """What is strange in the rule of a gate or of a table, read as a version reads it."""
    gate = next((gate for gate in plan.gates if gate.id == rule_id), None)
    for code, what, do in check_limits(node, library):
        # A gate may ask that there is a result, whatever it says: a limit that everyone meets.
        if gate is None or MET_BY_ALL not in what:
            yield PlanFinding(code, where, f"{rule_id}: {what}", do)
    if gate is not None:
        yield from _lint_anchors(plan, gate, node, where)
        yield from _lint_before_any_dose(plan, gate, node, where)


def _lint_anchors(plan: Plan, gate: PlanGate, node: Node, where: Where) -> Findings:
    """A gate can count only from days that come before all of the steps it is asked before."""
    anchors = {window.anchor for part in node.walk() for window in windows_of(part)}
    for course in _courses_before(plan, gate.before):
        for step in _steps_before(course, gate.before):
            later = course.steps[course.steps.index(step) + 1 :]
            if step == course.steps[0] and course.kind is CourseKind.DOSE and course.is_planned:
                later = [*later, LAST_DOSE]
            for anchor in sorted(anchors & set(later)):
                what = f"{gate.id} is asked before {step}, when the day of {anchor} is not known: it never opens"
                yield PlanFinding("anchor-not-known", where, what, "Count from an earlier day, or ask it later.")


def _lint_before_any_dose(plan: Plan, gate: PlanGate, node: Node, where: Where) -> Findings:
    """A dose so far, and a grade against the value before the first dose, are not known before that dose."""
    asked = [part for part in node.walk() if isinstance(part, Assessment) and _needs_a_dose(part)]
    for course in _courses_before(plan, gate.before):
        is_first = course.kind is CourseKind.DOSE and course.is_planned and not course.after
        for step in _steps_before(course, gate.before):
            if asked and is_first and step == course.steps[0]:
                names = ", ".join(dict.fromkeys(part.name for part in asked))
                what = f"{gate.id} asks for {names} before {step}, when no dose was given: this part is unknown there"
                yield PlanFinding("needs-a-dose", where, what, f"Ask it after {step}.", Severity.NOTICE)


def _needs_a_dose(part: Assessment) -> bool:
    form = kind_of(part.name).form
    if form is Form.DOSE:
        return True
    # A change since a dose is none before it (`conduct.gate_moment`).
    return form is not Form.CHANGE and part.baseline is not None and part.baseline.anchor in (FIRST_DOSE, LAST_DOSE)


def _courses_before(plan: Plan, targets: list[str]) -> list[Course]:
    return [course for course in plan.courses if course.id in targets or set(course.steps) & set(targets)]


def _steps_before(course: Course, targets: list[str]) -> list[str]:
    return course.steps if course.id in targets else [step for step in course.steps if step in targets]


def _lint_course(plan: Plan, course: Course, where: Where) -> Findings:
    for index, timing in enumerate(course.first):
        arms = timing.arms or course.arms
        yield from _lint_timing(plan, timing, arms, course.id, (*where, "first", index))
    interval = course.interval
    if interval is not None:
        yield from _lint_floors(interval, course.id, (*where, "interval"))
        if interval.target - interval.early <= 0:
            what = f"{course.id}: a step may be due on the day of the one before, or sooner"
            yield PlanFinding("interval-of-no-days", (*where, "interval"), what, "Give a later target, or less early.")
    for index, before in enumerate(course.after):
        if not set(plan.course(before).arms) & set(course.arms):
            what = f"{course.id} waits for {before}, which none of its arms has"
            yield PlanFinding("binds-nobody", (*where, "after", index), what, "Remove it, or correct the arms.")


def _lint_activities(plan: Plan) -> Findings:
    for index, activity in enumerate(plan.activities):
        where: Where = ("activities", index)
        if activity.each is not None:
            for arm in activity.arms:
                if arm not in plan.course(activity.each).arms:
                    what = f"{activity.id} goes with each step of {activity.each}, which the arm {arm} does not have"
                    yield PlanFinding("binds-nobody", (*where, "arms"), what, "Correct the arms.")
        for position, timing in enumerate(activity.timing):
            arms = timing.arms or activity.arms
            yield from _lint_timing(plan, timing, arms, activity.id, (*where, "timing", position))
            again = activity.repeats
            if again is not None and timing.target + again.every > again.until:
                what = f"{activity.id} repeats until day {again.until}, before it would come a second time"
                yield PlanFinding("never-repeats", (*where, "repeats"), what, "Repeat for longer, or not at all.")


def _lint_timing(plan: Plan, timing: Timing, arms: list[str], name: str, where: Where) -> Findings:
    """Counts from something that each of its arms has, and opens before it closes."""
    yield from _lint_floors(timing, name, where)
    for arm in arms:
        if not _has(plan, arm, timing.after):
            what = f"{name} counts from {timing.after}, which the arm {arm} does not have: it is due on no day"
            yield PlanFinding("never-due", (*where, "after"), what, f"Count from a day of {arm}, or leave {arm} out.")


def _has(plan: Plan, arm: str, anchor: str) -> bool:
    """Whether an arm ever comes to the day of an anchor."""
    if anchor in (FIRST_DOSE, LAST_DOSE):
        return any(course.kind is CourseKind.DOSE for course in plan.courses_of(arm))
    for course in plan.courses:
        if anchor == course.id or anchor in course.steps:
            return arm in course.arms
    return all(arm in activity.arms for activity in plan.activities if activity.id == anchor)


def _lint_floors(timing: Timing, name: str, where: Where) -> Findings:
    for index, floor in enumerate(timing.not_sooner_than):
        if floor.after == timing.after and floor.days > timing.target + timing.late:
            what = (
                f"{name} closes {timing.target + timing.late} days after {timing.after} and may not be sooner than "
                f"{floor.days} days after it: no day is left"
            )
            yield PlanFinding("window-empty", (*where, "not_sooner_than", index), what, "Correct one of the two.")


def _lint_gate(plan: Plan, gate: PlanGate, where: Where) -> Findings:
    for course in _courses_before(plan, gate.before):
        if gate.arms and not set(gate.arms) & set(course.arms):
            what = f"{gate.id} binds {', '.join(gate.arms)}, and {course.id} is given in none of them"
            yield PlanFinding("binds-nobody", (*where, "arms"), what, "Correct arms or before.")


def _lint_tables(plan: Plan) -> Findings:
    for index, rules in enumerate(plan.dose_rules):
        if rules.unverified:
            tables = ", ".join(rules.unverified)
            what = f"dose tables of {rules.course} with rows that were not read in their source: {tables}"
            do = "In a live trial nobody is taken in until an investigator has signed each of them."
            yield PlanFinding("table-not-verified", ("dose_rules", index), what, do, Severity.NOTICE)


def _lint_arms(plan: Plan, arms: list[Arm]) -> Findings:
    for arm in arms:
        courses = [course for course in plan.courses_of(arm.id) if course.is_planned]
        given = {course.intervention for course in courses}
        if not courses:
            what = f"the plan gives nothing in the arm {arm.id}"
            yield PlanFinding("arm-without-course", ("courses",), what, "Add its courses.", Severity.NOTICE)
        for intervention in arm.interventions if any(given) else ():
            if intervention not in given:
                what = f"the arm {arm.id} has the intervention {intervention}, and no course of the plan gives it"
                yield PlanFinding("never-given", ("courses",), what, "Name it in a course (intervention).")
