"""The plan of a version as USDM timelines: from randomisation, and from an early end of treatment.

After the first day of a timeline a decision leads each arm onto a way of its own, since an instance of the standard
knows no arm. Every timing counts from the instance from which the plan counts, with its window. A course that is given
only if it comes to that is a branch. What the standard cannot say (gates, dose rules) rides with the protocol, and is a
loss.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from equipoise.authoring.exports import usdm_codes
from equipoise.authoring.exports.losses import LossBook
from equipoise.authoring.exports.usdm_objects import Made, UsdmMaker
from equipoise.authoring.exports.usdm_schedule import (
    in_a_row,
    make_activities,
    make_activity,
    make_instance,
    make_timeline,
)
from equipoise.authoring.exports.usdm_ways import Point, way_of
from equipoise.protocol.model import Arm, Protocol
from equipoise.protocol.plan import EARLY_END, RANDOMISATION, Plan

_KEPT = "only in the extension attribute"


def make_plan(
    protocol: Protocol, plan: Plan, maker: UsdmMaker, epochs: Mapping[str, Made], interventions: Mapping[str, Made]
) -> tuple[list[Made], list[Made]]:
    """
    The activities of a protocol and the timelines of its plan.

    Parameters
    ----------
    epochs
        By their name in the plan; those that the plan uses, in their order.
    interventions
        By their id in the protocol.
    """
    stated = {each["name"]: each for each in make_activities(protocol, maker)}
    planned = {each["name"]: each for each in (*_courses(plan, maker, interventions), *_planned(plan, maker))}
    activities = stated | planned
    for name in stated:
        if name not in planned:
            maker.losses.add(f"activity {name}", "stated in words, and no part of the plan: on no timeline")
    _note(plan, maker.losses)
    ids = {name: each["id"] for name, each in activities.items()}
    epoch_ids = {name: each["id"] for name, each in epochs.items()}
    main = _TimelineMaker(maker, ids, epoch_ids).make(protocol.arms, plan, RANDOMISATION)
    early = _TimelineMaker(maker, ids, epoch_ids).make(protocol.arms, plan, EARLY_END)
    timelines = [main] if len(early["instances"]) == 1 else [main, early]
    return in_a_row(list(activities.values())), timelines


def _courses(plan: Plan, maker: UsdmMaker, interventions: Mapping[str, Made]) -> Iterable[Made]:
    """An activity for each course; its procedure is linked to the intervention that it gives."""
    for course in plan.courses:
        given = interventions.get(course.intervention or "")
        procedure = maker.make(
            "Procedure",
            name=course.id,
            label=course.label,
            description=None,
            procedureType=course.kind.value,
            code=maker.code_of(course.kind.value, {}, f"course {course.id}, procedure"),
            studyInterventionId=None if given is None else given["id"],
            notes=[],
        )
        yield make_activity(maker, course.id, course.label, procedures=[procedure])


def _planned(plan: Plan, maker: UsdmMaker) -> Iterable[Made]:
    for each in plan.activities:
        notes = [maker.note(each.note)] if each.note else []
        yield make_activity(maker, each.id, each.label, "Optional" if each.is_optional else None, notes=notes)


def _note(plan: Plan, losses: LossBook) -> None:
    timings = [timing for each in plan.courses for timing in (*each.first, *([each.interval] if each.interval else []))]
    timings += [timing for each in plan.activities for timing in each.timing]
    kept = {
        "the days before which something is not done, whatever its window": any(t.not_sooner_than for t in timings),
        "how much a dose is, its levels and its tolerance": any(each.amount for each in plan.courses),
        "decision points, and which courses an answer ends": plan.decisions,
        "gates before steps": plan.gates,
        "dose rules": plan.dose_rules,
        "stopping rules": plan.stopping,
        "by which table results are graded": plan.grading,
    }
    for what, is_there in kept.items():
        if is_there:
            losses.add("plan", f"{what}: {_KEPT}")
    if any(each.repeats for each in plan.activities):
        losses.add("plan", "what is repeated is written out, time by time")


@dataclass
class _Group:
    """Instances that follow one another, and what may skip them."""

    instances: list[Made]
    decision: Made | None = None

    @property
    def first(self) -> Made:
        return self.decision or self.instances[0]

    @property
    def ends(self) -> list[Made]:
        return [self.instances[-1], *([self.decision] if self.decision else [])]


@dataclass
class _TimelineMaker:
    """Makes one timeline; `activities` and `epochs` are identifiers in the design, by names of the plan."""

    maker: UsdmMaker
    activities: Mapping[str, str]
    epochs: Mapping[str, str]
    _instances: list[Made] = field(default_factory=list)
    _timings: list[Made] = field(default_factory=list)

    def make(self, arms: Sequence[Arm], plan: Plan, start: str) -> Made:
        is_main = start == RANDOMISATION
        words = "Randomisation" if is_main else "Early end of treatment"
        first = self._instance(Point(start, words, epoch=plan.epochs[0].id if is_main else ""), start)
        self._timing(start, words, first, first, Point(start, words))
        exit_ = self.maker.make("ScheduleTimelineExit")
        ways = [(arm, points) for arm in arms if (points := way_of(plan, arm.id, start))]
        decision = self._allocation(start) if ways and len(arms) > 1 else None
        if decision is not None:
            first["defaultConditionId"] = decision["id"]
        for arm, points in ways:
            groups = self._way(arm, points, first)
            groups[-1].instances[-1]["timelineExitId"] = exit_["id"]
            if decision is None:
                first["defaultConditionId"] = groups[0].first["id"]
            else:
                decision["conditionAssignments"].append(self._if(f"Allocated to {arm.label} ({arm.id})", groups[0]))
        if not ways:
            first["timelineExitId"] = exit_["id"]
        name = ("MAIN", "Main timeline") if is_main else ("EARLY_END", words)
        entry = "Randomised" if is_main else "Treatment is terminated before all that was planned is given"
        return make_timeline(self.maker, name, entry, exit_, self._instances, self._timings, is_main=is_main)

    def _way(self, arm: Arm, points: Sequence[Point], start: Made) -> list[_Group]:
        """The instances of an arm, each followed by the next."""
        of = {each.name: self._instance(each, f"{arm.id}.{each.name}") for each in points}
        for point in points:
            reference = of.get(point.after, start)
            if point.after:
                self._timing(f"{arm.id}.{point.name}", point.label, of[point.name], reference, point)
            else:
                self.maker.losses.add(f"arm {arm.id}, {point.name}", "its day is counted from one that this arm lacks")
        groups = []
        for if_given, together in groupby(points, key=lambda each: each.if_given):
            group = _Group([of[each.name] for each in together])
            if if_given and len(group.instances) < len(points):
                group.decision = self._decision(f"{arm.id}.{if_given}.if-given", "Whether it comes to this")
                group.decision["conditionAssignments"] = [self._if(f"It comes to {if_given}", group, inside=True)]
            for one, following in pairwise(group.instances):
                one["defaultConditionId"] = following["id"]
            groups.append(group)
        for group, following_group in pairwise(groups):
            for end in group.ends:
                end["defaultConditionId"] = following_group.first["id"]
        return groups

    # ------------------------------------------------------------------ objects

    def _instance(self, point: Point, name: str) -> Made:
        done = [self.activities[point.done]] if point.done else []
        made = make_instance(self.maker, name, point.label, done, epoch_id=self.epochs.get(point.epoch))
        self._instances.append(made)
        return made

    def _allocation(self, start: str) -> Made:
        return self._decision(f"{start}.arm", "To which arm the subject is allocated")

    def _decision(self, name: str, label: str) -> Made:
        made = self.maker.make(
            "ScheduledDecisionInstance",
            name=name,
            label=label,
            description=None,
            defaultConditionId=None,
            epochId=None,
            conditionAssignments=[],
        )
        self._instances.append(made)
        return made

    def _if(self, words: str, group: _Group, *, inside: bool = False) -> Made:
        target = group.instances[0] if inside else group.first
        return self.maker.make("ConditionAssignment", condition=words, conditionTargetId=target["id"])

    def _timing(self, name: str, label: str, of: Made, to: Made, point: Point) -> None:
        maker, is_fixed = self.maker, of is to
        has_window = not is_fixed and (point.early or point.late)
        kind = usdm_codes.BEFORE if point.days < 0 else usdm_codes.AFTER
        made = maker.make(
            "Timing",
            name=name,
            label=label,
            description=point.stated or None,
            type=maker.code(usdm_codes.FIXED_REFERENCE if is_fixed else kind),
            value=f"P{abs(point.days)}D",
            valueLabel="1 day" if abs(point.days) == 1 else f"{abs(point.days)} days",
            relativeToFrom=maker.code(usdm_codes.START_TO_START),
            relativeFromScheduledInstanceId=of["id"],
            relativeToScheduledInstanceId=to["id"],
            windowLower=f"P{point.early}D" if has_window else None,
            windowUpper=f"P{point.late}D" if has_window else None,
            windowLabel=f"-{point.early}..+{point.late} days" if has_window else "",
        )
        self._timings.append(made)
