"""What a plan must be to be conducted: every name is there, each id is given once, and no day waits for itself.

Decides which plans load; faults go to the document with their lines, all of them. That rules can be read is checked by
`loading` like that of any rule; what is only strange is for the lint.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from equipoise.criteria.nodes import AS_OF
from equipoise.protocol.document import Document, Where, given_once, known_names
from equipoise.protocol.dose_tables import faults_of_table
from equipoise.protocol.model import Protocol, Version
from equipoise.protocol.plan import (
    EARLY_END,
    FIRST_DOSE,
    LAST_DOSE,
    PLAN_ANCHORS,
    PREVIOUS,
    RANDOMISATION,
    STEP,
    TREATMENT_END,
    Course,
    CourseKind,
    DoseRules,
    Plan,
    PlannedActivity,
    Timing,
)
from equipoise.protocol.trial import Mark
from equipoise.terminology.concepts import Concept, ConceptKind

RESERVED = (*PLAN_ANCHORS, AS_OF, STEP, PREVIOUS, "order", "interval", "consent", "decision")
"""Words with a meaning of their own, as days or as lines of a gate: nothing in a plan may be called so."""


def rules_of_plan(plan: Mapping[str, Any], where: Where) -> Iterator[tuple[Where, Any]]:
    """Every rule of a plan as it is written, with its place."""
    for index, gate in _parts(plan, "gates"):
        if "rule" in gate:
            yield (*where, "gates", index, "rule"), gate["rule"]
    for index, rules in _parts(plan, "dose_rules"):
        for position, table in _parts(rules, "tables"):
            if "present" in table:
                yield (*where, "dose_rules", index, "tables", position, "present"), table["present"]


def anchors_written(plan: Mapping[str, Any]) -> frozenset[str]:
    """The days from which rules of a plan may count, from the plan as it is written."""
    steps = [step for _, course in _parts(plan, "courses") for step in _list(course, "steps")]
    return frozenset((AS_OF, RANDOMISATION, FIRST_DOSE, LAST_DOSE, *(str(step) for step in steps)))


def _list(part: Mapping[str, Any], key: str) -> list[Any]:
    return part[key] if isinstance(part.get(key), list) else []


def _parts(part: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    yield from ((index, each) for index, each in enumerate(_list(part, key)) if isinstance(each, dict))


def check_gates_of_version(document: Document, protocol: Protocol, version: Version, where: Where) -> None:
    """The plan of a version is there, and the version's own gates stand before its steps."""
    if version.plan is None:
        return
    known_names(document, (*where, "plan"), [version.plan], protocol.plans, "plan")
    plan = protocol.plans.get(version.plan)
    if plan is None:
        return
    targets = _targets(plan)
    for position, gate in enumerate(version.gates):
        known_names(document, (*where, "gates", position, "before"), [gate.before], targets, "course or step")
    ids = {gate.id for gate in plan.gates}
    for position, gate in enumerate(version.gates):
        if gate.id in ids:
            what = f"the id {gate.id!r} is that of a gate of the plan {version.plan}"
            document.fault((*where, "gates", position, "id"), what, "Give each its own.")


def check_plan(document: Document, protocol: Protocol, name: str, library: Mapping[str, Concept]) -> None:
    """Every fault of a plan whose shape is right, except those inside of its rules."""
    _PlanCheck(document, protocol, name, library).run()


def _targets(plan: Plan) -> tuple[str, ...]:
    return tuple(each for course in plan.courses for each in (course.id, *course.steps))


class _PlanCheck:
    def __init__(self, document: Document, protocol: Protocol, name: str, library: Mapping[str, Concept]) -> None:
        self._document, self._library = document, library
        self._plan, self._where = protocol.plans[name], ("plans", name)
        self._arms = [arm.id for arm in protocol.arms]
        self._interventions = [each.id for each in protocol.interventions]
        self._epochs = [epoch.id for epoch in self._plan.epochs]
        self._courses = [course.id for course in self._plan.courses]
        self._steps = [step for course in self._plan.courses for step in course.steps]
        self._activities = [activity.id for activity in self._plan.activities]
        self._anchors = (*PLAN_ANCHORS, *_targets(self._plan), *self._activities)

    def run(self) -> None:
        self._check_ids()
        for index, course in enumerate(self._plan.courses):
            self._check_course(course, (*self._where, "courses", index))
        for index, activity in enumerate(self._plan.activities):
            self._check_activity(activity, (*self._where, "activities", index))
        self._check_decisions()
        self._check_gates()
        for index, rules in enumerate(self._plan.dose_rules):
            self._check_dose_rules(rules, (*self._where, "dose_rules", index))
        for index, rule in enumerate(self._plan.stopping):
            where = (*self._where, "stopping", index)
            self._known((*where, "arms"), rule.arms, self._arms, "arm")
            self._number(rule.mark, where)
        self._check_cycles()

    def _known(self, where: Where, names: list[str], known: Any, kind: str) -> None:
        known_names(self._document, where, names, known, kind)

    def _fault(self, where: Where, what: str, do: str = "") -> None:
        self._document.fault(where, what, do)

    def _number(self, mark: Mark, where: Where) -> None:
        if mark is Mark.NOT_FOUND:
            what = "a number stands here, so it is not 'not-found'"
            self._fault((*where, "mark"), what, "Write parameter: that is shown as not published.")

    def _check_ids(self) -> None:
        tables = [table.id for rules in self._plan.dose_rules for table in rules.tables]
        gates, decisions = [gate.id for gate in self._plan.gates], [each.id for each in self._plan.decisions]
        stopping = [rule.id for rule in self._plan.stopping]
        ids = [*self._courses, *self._steps, *self._activities, *decisions, *gates, *tables, *stopping]
        given_once(self._document, ids, self._where)
        given_once(self._document, self._epochs, (*self._where, "epochs"))
        for name in ids:
            if name in RESERVED:
                self._fault(self._where, f"{name!r} has a meaning of its own in every plan", "Choose another id.")

    # ------------------------------------------------------------------ courses and activities

    def _check_course(self, course: Course, where: Where) -> None:
        self._known((*where, "epoch"), [course.epoch], self._epochs, "epoch")
        self._known((*where, "arms"), course.arms, self._arms, "arm")
        self._known((*where, "after"), course.after, self._courses, "course")
        if course.intervention is not None:
            self._known((*where, "intervention"), [course.intervention], self._interventions, "intervention")
        self._check_concepts((*where, "concept"), [course.concept])
        concept = self._library.get(course.concept)
        if concept is not None and concept.kind is not ConceptKind.EVENT:
            self._fault((*where, "concept"), f"{course.concept} is a value, and what is given or done is an event")
        for index, timing in enumerate(course.first):
            self._check_timing(timing, course.arms, (*where, "first", index), self._anchors)
        if course.is_planned:
            self._check_arms_of_timings(course.first, course.arms, (*where, "first"), is_once=True)
        if course.interval is not None:
            self._check_timing(course.interval, course.arms, (*where, "interval"), (PREVIOUS,))
        if course.amount is not None:
            levels = [level.id for level in course.amount.levels]
            given_once(self._document, levels, (*where, "amount", "levels"))
            self._number(course.amount.mark, (*where, "amount"))

    def _check_activity(self, activity: PlannedActivity, where: Where) -> None:
        self._known((*where, "epoch"), [activity.epoch], self._epochs, "epoch")
        self._known((*where, "arms"), activity.arms, self._arms, "arm")
        self._check_concepts((*where, "concepts"), activity.concepts)
        if activity.each is not None:
            self._known((*where, "each"), [activity.each], self._courses, "course")
        anchors = (STEP,) if activity.each is not None else self._anchors
        for index, timing in enumerate(activity.timing):
            self._check_timing(timing, activity.arms, (*where, "timing", index), anchors)
        self._check_arms_of_timings(activity.timing, activity.arms, (*where, "timing"), is_once=False)
        if activity.repeats is not None and activity.each is not None:
            self._fault(
                (*where, "repeats"), "what belongs to each step does not repeat by itself", "Remove one of them."
            )

    def _check_concepts(self, where: Where, names: list[str]) -> None:
        self._known(where, names, self._library, "concept")

    def _check_timing(self, timing: Timing, arms: list[str], where: Where, anchors: tuple[str, ...]) -> None:
        self._known((*where, "after"), [timing.after], anchors, "anchor")
        self._known((*where, "arms"), timing.arms, arms, "arm of this part")
        self._number(timing.mark, where)
        for index, floor in enumerate(timing.not_sooner_than):
            known = dict.fromkeys((*self._anchors, *anchors))
            self._known((*where, "not_sooner_than", index, "after"), [floor.after], known, "anchor")

    def _check_arms_of_timings(self, timings: list[Timing], arms: list[str], where: Where, *, is_once: bool) -> None:
        """Each arm has a day on which the thing is due, and one alone where it is done once."""
        for arm in arms:
            count = sum(not timing.arms or arm in timing.arms for timing in timings)
            if count == 0:
                self._fault(where, f"nothing says when it is due in arm {arm}", "Add a timing for that arm.")
            elif count > 1 and is_once:
                self._fault(where, f"{count} timings say when it is due in arm {arm}", "Keep one for each arm (arms).")

    # ------------------------------------------------------------------ decisions, gates, dose rules

    def _check_decisions(self) -> None:
        targets = _targets(self._plan)
        for index, decision in enumerate(self._plan.decisions):
            where: Where = (*self._where, "decisions", index)
            self._known((*where, "arms"), decision.arms, self._arms, "arm")
            self._known((*where, "before"), [decision.before], targets, "course or step")
            given_once(self._document, [option.id for option in decision.options], (*where, "options"))
            for position, option in enumerate(decision.options):
                self._known((*where, "options", position, "ends"), option.ends, self._courses, "course")

    def _check_gates(self) -> None:
        targets = _targets(self._plan)
        for index, gate in enumerate(self._plan.gates):
            where: Where = (*self._where, "gates", index)
            self._known((*where, "arms"), gate.arms, self._arms, "arm")
            self._known((*where, "before"), gate.before, targets, "course or step")

    def _check_dose_rules(self, rules: DoseRules, where: Where) -> None:
        doses = [course.id for course in self._plan.courses if course.kind is CourseKind.DOSE]
        self._known((*where, "course"), [rules.course], doses, "course of doses")
        self._number(rules.delay.mark, (*where, "delay"))
        given = [each.course for each in self._plan.dose_rules]
        if given.count(rules.course) > 1:
            self._fault((*where, "course"), f"the course {rules.course} has dose rules twice", "Join their tables.")
        for index, table in enumerate(rules.tables):
            for what, do in faults_of_table(table):
                self._fault((*where, "tables", index, "rows"), what, do)
        if rules.course in doses:
            self._check_levels(rules, self._plan.course(rules.course), where)

    def _check_levels(self, rules: DoseRules, course: Course, where: Where) -> None:
        """A dose can be reduced only where there is a second level."""
        if course.amount is None or len(course.amount.levels) > 1:
            return
        for index, table in enumerate(rules.tables):
            for position, row in enumerate(table.rows):
                if row.when.level == "reduced" or row.action == "reduce":
                    place = (*where, "tables", index, "rows", position)
                    what = f"the course {course.id} has one level of dose, so nothing is ever reduced"
                    self._fault(place, what, "Add a second level to its amount, or write another action.")

    # ------------------------------------------------------------------ days

    def _check_cycles(self) -> None:
        """No day may wait for itself, directly or over others."""
        waits = self._waits()
        done: set[str] = set()
        for name in waits:
            cycle = _cycle_from(name, waits, done, [])
            if cycle:
                what = f"the day of {cycle[0]} waits for itself: {' after '.join(cycle)}"
                self._fault(self._place_of(cycle[0]), what, "Count one of them from another day.")
                return

    def _waits(self) -> dict[str, list[str]]:
        """For each day of the plan those from which it counts."""
        waits: dict[str, list[str]] = {RANDOMISATION: []}
        for course in self._plan.courses:
            waits |= {step: [before] for before, step in zip(course.steps, course.steps[1:], strict=False)}
            if course.interval is not None:
                for step in course.steps[1:]:
                    waits[step] += [name for name in _after([course.interval]) if name != PREVIOUS]
            waits[course.steps[0]] = [*_after(course.first), *course.after]
            waits[course.id] = [course.steps[-1]]
        for activity in self._plan.activities:
            waits[activity.id] = [activity.each] if activity.each else []
            waits[activity.id] += [name for name in _after(activity.timing) if name != STEP]
        planned = [course for course in self._plan.courses if course.is_planned]
        doses = [course for course in planned if course.kind is CourseKind.DOSE]
        waits[TREATMENT_END] = [course.id for course in planned]
        waits[EARLY_END] = [TREATMENT_END]
        waits[LAST_DOSE] = [course.id for course in doses]
        waits[FIRST_DOSE] = [course.steps[0] for course in doses]
        return waits

    def _place_of(self, name: str) -> Where:
        for index, course in enumerate(self._plan.courses):
            if name == course.id or name in course.steps:
                return (*self._where, "courses", index)
        if name in self._activities:
            return (*self._where, "activities", self._activities.index(name))
        return self._where


def _after(timings: list[Timing]) -> list[str]:
    return [name for timing in timings for name in (timing.after, *(floor.after for floor in timing.not_sooner_than))]


def _cycle_from(name: str, waits: Mapping[str, list[str]], done: set[str], path: list[str]) -> list[str]:
    """The first cycle that is reached from a day; none when there is none."""
    if name in path:
        return [*path[path.index(name) :], name]
    if name in done:
        return []
    for other in waits.get(name, ()):
        cycle = _cycle_from(other, waits, done, [*path, name])
        if cycle:
            return cycle
    done.add(name)
    return []
