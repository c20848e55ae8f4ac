"""The plan of a version as a FHIR R5 PlanDefinition: what is done after allocation, when, and behind which gates.

Each arm is an action with a tree of its own, since a relation between actions holds for whoever has the action: epochs,
courses with their steps, activities, decision points. A day from which others count and that is none of these
(randomisation, the end of treatment) is an action too, so that every relation has its target. Windows are offsets in
days from the actual day of the target; gates are conditions in words, with their rule as we keep it in an extension.
What the standard cannot say (dose rules, stopping rules) stays in the protocol that the study carries, and is a loss.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from equipoise.authoring.exports.carried import to_text
from equipoise.authoring.exports.fhir_codes import BASE, RULE_URL, UCUM, coded, extension, resource_id, without_empty
from equipoise.authoring.exports.fhir_trial_codes import (
    ACTIVITY_SYSTEM,
    AMOUNT_URL,
    OTHERWISE_URL,
    PLAN_TYPE,
    SOURCE_URL,
    TARGET_URL,
    ConditionKind,
    Grouping,
    PublicationStatus,
    Relationship,
    Required,
    Selection,
    TimeUnit,
)
from equipoise.authoring.exports.fhir_values import number
from equipoise.authoring.exports.losses import LossBook
from equipoise.protocol.model import Protocol, Version
from equipoise.protocol.plan import (
    RANDOMISATION,
    Amount,
    Course,
    DecisionPoint,
    Epoch,
    Plan,
    PlannedActivity,
    Stated,
    Timing,
)
from equipoise.protocol.resolve_plan import ResolvedGate, ResolvedPlan

Fhir = dict[str, Any]
_BEFORE_START, _WITH_START, _AFTER_START = Relationship.BEFORE_START, Relationship.WITH_START, Relationship.AFTER_START
_BEFORE_END, _WITH_END, _AFTER_END = Relationship.BEFORE_END, Relationship.WITH_END, Relationship.AFTER_END
_IN_THE_STUDY = "only in the protocol that the study carries"


def make_plan_definition(protocol: Protocol, version: Version, resolved: ResolvedPlan, losses: LossBook) -> Fhir:
    """
    The PlanDefinition of the plan of a version.

    Parameters
    ----------
    resolved
        Its plan, with the gates of the version among those of the plan.
    losses
        Takes what the standard cannot hold.
    """
    name = resource_id(protocol.id, version.name, "plan")
    arms = [_ArmWriter(arm.id, arm.label, resolved).make() for arm in protocol.arms]
    _note(resolved.plan, losses)
    made: Fhir = without_empty(
        {
            "resourceType": "PlanDefinition",
            "id": name,
            "url": f"{BASE}/PlanDefinition/{name}",
            "version": version.name,
            "title": resolved.plan.label,
            "type": coded(PLAN_TYPE, "clinical-protocol", "Clinical protocol"),
            "status": (PublicationStatus.DRAFT if version.is_draft else PublicationStatus.ACTIVE).value,
            "action": [_anchor(RANDOMISATION, RANDOMISATION), *arms],
        }
    )
    return made


def _note(plan: Plan, losses: LossBook) -> None:
    if plan.dose_rules:
        losses.add("dose rules", f"decision tables of the next dose: {_IN_THE_STUDY}")
    if plan.stopping:
        losses.add("stopping rules", f"when the trial is to be looked at: {_IN_THE_STUDY}")
    if plan.grading is not None:
        losses.add("grades of results", f"by which table they are proposed: {_IN_THE_STUDY}")
    if any(course.amount is not None for course in plan.courses):
        losses.add("doses", f"reduced levels, tolerance and plausible amounts: {_IN_THE_STUDY}")
    if plan.decisions:
        losses.add("decision points", f"which courses an answer ends: {_IN_THE_STUDY}")


@dataclass
class _ArmWriter:
    """Writes the actions of one arm; `_anchors` are the days that its relations need and no action of it has."""

    arm: str
    label: str
    resolved: ResolvedPlan
    _anchors: dict[str, Fhir] = field(default_factory=dict)

    @property
    def _plan(self) -> Plan:
        return self.resolved.plan

    def make(self) -> Fhir:
        epochs = [self._epoch(epoch) for epoch in self._plan.epochs]
        return {
            **_linked(resource_id(self.arm)),
            "title": self.label,
            "condition": [_condition(f"The subject is allocated to the arm {self.label!r} ({self.arm}).")],
            "groupingBehavior": Grouping.LOGICAL.value,
            "selectionBehavior": Selection.ALL.value,
            "action": [*self._anchors.values(), *(each for each in epochs if each["action"])],
        }

    def _link(self, name: str) -> str:
        return resource_id(f"{self.arm}.{name}")

    def _epoch(self, epoch: Epoch) -> Fhir:
        courses = [each for each in self._plan.courses_of(self.arm) if each.epoch == epoch.id]
        activities = [each for each in self._plan.activities if each.epoch == epoch.id and self.arm in each.arms]
        names = {course.id for course in courses}
        decisions = [each for each in self._plan.decisions if self.arm in each.arms and each.before in names]
        return {
            **_linked(self._link(f"epoch.{epoch.id}")),
            "title": epoch.label,
            "groupingBehavior": Grouping.LOGICAL.value,
            "selectionBehavior": Selection.ALL.value,
            "action": [
                *(self._decision(each) for each in decisions),
                *(self._course(each) for each in courses),
                *(made for each in activities if (made := self._activity(each))),
            ],
        }

    # ------------------------------------------------------------------ courses

    def _course(self, course: Course) -> Fhir:
        own = {each.id for each in self._plan.courses_of(self.arm)}
        earlier = [{"targetId": self._link(name), "relationship": _AFTER_END.value} for name in course.after]
        return {
            **_linked(self._link(course.id)),
            "title": course.label,
            "code": _kind(course.kind.value),
            "relatedAction": [each for each, name in zip(earlier, course.after, strict=True) if name in own],
            "groupingBehavior": Grouping.LOGICAL.value,
            "selectionBehavior": Selection.ALL.value,
            "requiredBehavior": _required(is_optional=not course.is_planned),
            "action": [self._step(course, place) for place in range(len(course.steps))],
        }

    def _step(self, course: Course, place: int) -> Fhir:
        step = course.steps[place]
        return {
            **_linked(self._link(step)),
            "extension": _amount(course.amount),
            "title": f"{course.label}: {step}",
            "code": _kind(course.kind.value),
            "condition": [_gate(gate, self.resolved) for gate in self.resolved.gates_before(step, self.arm)],
            "relatedAction": self._timed(self._timings_of(course, place), course.steps[place - 1]),
            "requiredBehavior": _required(is_optional=not course.is_planned),
        }

    @staticmethod
    def _timings_of(course: Course, place: int) -> list[Timing]:
        if place == 0:
            return course.first
        return [] if course.interval is None else [course.interval]

    def _decision(self, decision: DecisionPoint) -> Fhir:
        options = [
            {**_linked(self._link(f"{decision.id}.{option.id}")), "title": option.label} for option in decision.options
        ]
        return {
            **_linked(self._link(decision.id)),
            "extension": _source(decision),
            "title": decision.label,
            "code": _kind("decision"),
            "relatedAction": [{"targetId": self._link(decision.before), "relationship": _BEFORE_START.value}],
            "groupingBehavior": Grouping.LOGICAL.value,
            "selectionBehavior": Selection.EXACTLY_ONE.value,
            "action": options,
        }

    # ------------------------------------------------------------------ activities

    def _activity(self, activity: PlannedActivity) -> Fhir | None:
        made: Fhir = {
            **_linked(self._link(activity.id)),
            "title": activity.label,
            "description": activity.note,
            "code": _kind(activity.kind.value),
            "requiredBehavior": _required(is_optional=activity.is_optional),
        }
        if activity.each is None:
            return made | {"relatedAction": self._timed(activity.timing, ""), **self._repeat(activity)}
        course = next((each for each in self._plan.courses_of(self.arm) if each.id == activity.each), None)
        if course is None:
            return None
        parts = [self._at_step(activity, step) for step in course.steps]
        return made | {
            "groupingBehavior": Grouping.LOGICAL.value,
            "selectionBehavior": Selection.ALL.value,
            "action": parts,
        }

    def _at_step(self, activity: PlannedActivity, step: str) -> Fhir:
        return {
            **_linked(self._link(f"{activity.id}.{step}")),
            "title": f"{activity.label}: {step}",
            "relatedAction": self._timed(activity.timing, step),
        }

    def _repeat(self, activity: PlannedActivity) -> Fhir:
        """Again and again; the bounds are counted from the first time."""
        mine = [each for each in activity.timing if self._is_mine(each)]
        if activity.repeats is None or not mine:
            return {}
        length = activity.repeats.until - mine[0].target
        unit = {"frequency": 1, "period": activity.repeats.every, "periodUnit": TimeUnit.DAY.value}
        return {"timingTiming": {"repeat": {"boundsDuration": _days(length), **unit}}} if length > 0 else {}

    # ------------------------------------------------------------------ relations

    def _is_mine(self, timing: Timing) -> bool:
        return not timing.arms or self.arm in timing.arms

    def _timed(self, timings: Iterable[Timing], step: str) -> list[Fhir]:
        """The relations of these timings; `step` is the one that *step* or *previous* means."""
        return [each for timing in timings if self._is_mine(timing) for each in self._relations(timing, step)]

    def _relations(self, timing: Timing, step: str) -> Iterator[Fhir]:
        low, high = timing.target - timing.early, timing.target + timing.late
        target, is_end = self._target(step if timing.after in ("step", "previous") else timing.after)
        yield {
            "extension": [{"url": TARGET_URL, "valueDuration": _days(timing.target)}, *_source(timing)],
            "targetId": target,
            **_offset(low, high, is_end=is_end),
        }
        for floor in timing.not_sooner_than:
            target, is_end = self._target(step if floor.after in ("step", "previous") else floor.after)
            relationship = _AFTER_END if is_end else _AFTER_START
            yield {"targetId": target, "relationship": relationship.value, "offsetRange": {"low": _days(floor.days)}}

    def _target(self, name: str) -> tuple[str, bool]:
        """The action that has the day of an anchor, and whether it is the end of that action: a course's last step."""
        if name == RANDOMISATION:
            return RANDOMISATION, False
        courses = self._plan.courses_of(self.arm)
        if any(course.id == name for course in courses):
            return self._link(name), True
        steps = {step for course in courses for step in course.steps}
        activities = {each.id for each in self._plan.activities if self.arm in each.arms and each.each is None}
        link = self._link(name)
        if name not in steps | activities:
            self._anchors.setdefault(name, _anchor(link, name))
        return link, False


def _offset(low: int, high: int, *, is_end: bool) -> Fhir:
    """Days before or after; a window that lies on both sides of its day is concurrent with it, with signed limits."""
    if low >= 0:
        relationship = _AFTER_END if is_end else _AFTER_START
    elif high <= 0:
        relationship, low, high = (_BEFORE_END if is_end else _BEFORE_START), -high, -low
    else:
        relationship = _WITH_END if is_end else _WITH_START
    offset = (
        {"offsetDuration": _days(low)} if low == high else {"offsetRange": {"low": _days(low), "high": _days(high)}}
    )
    return {"relationship": relationship.value, **offset}


def _linked(link: str) -> Fhir:
    """The id of an action, under both names that a relation may mean."""
    return {"id": link, "linkId": link}


def _anchor(link: str, name: str) -> Fhir:
    words = name.replace("-", " ")
    return {**_linked(link), "title": words[:1].upper() + words[1:], "code": _kind("anchor")}


def _kind(word: str) -> Fhir:
    return coded(ACTIVITY_SYSTEM, word, word.replace("-", " "))


def _required(*, is_optional: bool) -> str:
    return (Required.COULD if is_optional else Required.MUST).value


def _days(count: int) -> Fhir:
    return {"value": count, "unit": "day" if abs(count) == 1 else "days", "system": UCUM, "code": TimeUnit.DAY.value}


def _source(part: Stated) -> list[Fhir]:
    return [extension(SOURCE_URL, f"{part.mark.value}: {part.source}" if part.source else part.mark.value)]


def _amount(amount: Amount | None) -> list[Fhir]:
    """The full dose; what a rule reduces it to stands in the protocol."""
    if amount is None:
        return []
    full = {"value": number(amount.levels[0].amount), "unit": amount.unit, "system": UCUM, "code": amount.unit}
    return [{"url": AMOUNT_URL, "valueQuantity": full}, *_source(amount)]


def _condition(words: str) -> Fhir:
    expression = {"description": words, "language": "text/plain", "expression": words}
    return {"kind": ConditionKind.APPLICABILITY.value, "expression": expression}


def _gate(gate: ResolvedGate, resolved: ResolvedPlan) -> Fhir:
    """A gate in words, with its rule; what it says when the rule is false."""
    unlock = f" Opened by: {gate.unlock}" if gate.unlock else ""
    written = next((to_text(each.rule) for each in resolved.plan.gates if each.id == gate.id), "")
    extensions = [extension(OTHERWISE_URL, gate.otherwise), extension(SOURCE_URL, f"{gate.mark}: {gate.source}")]
    if written:
        extensions.insert(0, extension(RULE_URL, written))
    condition = _condition(f"{gate.label}: {resolved.says[gate.id]}.{unlock}")
    return {"id": resource_id(gate.id), "extension": extensions, **condition}
