"""The stated schedule of a record as a draft of the plan: epochs, courses, visits, decision points.

Decides what of the schedule a plan can hold and names all the rest with its reason: nothing is dropped in silence. Days
are as the record states them; what had to be assumed is marked as a parameter and listed. A plan begins with
allocation, so what lies before it is left to screening.
"""

import re
from collections.abc import Sequence

from equipoise.authoring.drafting.draft import DraftPlan
from equipoise.authoring.drafting.identifiers import slug
from equipoise.authoring.drafting.plan_courses import (
    Given,
    amount_data,
    find_given,
    kind_of,
    usable_doses,
    write_courses,
)
from equipoise.authoring.drafting.plan_days import Days
from equipoise.authoring.drafting.plan_decisions import PlannedSteps, write_decisions
from equipoise.authoring.drafting.plan_places import Counted, Data, Places
from equipoise.authoring.drafting.plan_timeline import Timeline
from equipoise.authoring.model import Registration
from equipoise.authoring.schedule import StatedInstance, StatedSchedule, StatedTimeline
from equipoise.protocol.plan import EARLY_END, PLAN_ANCHORS, PREVIOUS, RANDOMISATION, STEP, ActivityKind, CourseKind
from equipoise.protocol.trial import Mark

PLAN = "main"
"""The name of the drafted plan among those of the protocol."""
_TAKEN = (*PLAN_ANCHORS, STEP, PREVIOUS, "as_of", "order", "interval", "consent", "decision")
_ENDS_EARLY = re.compile(r"\b(?:terminat|discontinu|withdr[ae]w|drop(?:s|ped)?[ -]?out)", re.IGNORECASE)
_RANDOMISED = re.compile(r"\brandomi[sz]", re.IGNORECASE)


def draft_plan(registration: Registration, arms: Sequence[str], interventions: Sequence[str]) -> DraftPlan | None:
    """
    Draft the plan of a record.

    Parameters
    ----------
    arms, interventions
        The identifiers in the protocol of the stated arms and interventions, in the order of the record.

    Returns
    -------
    DraftPlan or None
        None when the record states no schedule.
    """
    if registration.schedule is None:
        return None
    return _PlanMaker(registration, registration.schedule, arms, interventions).make()


class _PlanMaker:
    """Collects the parts of one plan, and what was assumed and what was not taken on the way."""

    def __init__(
        self,
        registration: Registration,
        schedule: StatedSchedule,
        arms: Sequence[str],
        interventions: Sequence[str],
    ) -> None:
        self._registration, self._schedule = registration, schedule
        self._arms, self._interventions = list(arms), list(interventions)
        self._assumed: list[str] = []
        self._not_taken: list[str] = []
        self._taken = list(_TAKEN)
        self._epochs = self._write_epochs()
        self._courses: list[Data] = []
        self._planned: list[PlannedSteps] = []
        self._activities: list[Data] = []
        self._concepts: Data = {}

    def make(self) -> DraftPlan:
        main, others = self._sorted_timelines()
        if main is None or not self._arms:
            why = (
                "no timeline has an instance" if self._arms else "no arm is stated, and a plan says what each arm does"
            )
            self._not_taken.append(f"the schedule: {why}")
            return DraftPlan(None, {}, (), tuple(self._not_taken))
        timeline = Timeline(main)
        self._write_timeline(timeline, self._start(timeline), is_main=True)
        decisions = list(write_decisions(timeline, self._planned, self._name, self._not_taken))
        for other in others:
            self._write_other(other)
        self._not_taken += [f"in words alone: {words}" for words in self._schedule.words]
        plan = {
            "label": f"As drafted from the timeline “{main.label}” of the record",
            "epochs": list(self._epochs.values()),
            "courses": self._courses,
            "activities": self._activities,
            "decisions": decisions,
        }
        plan = {key: value for key, value in plan.items() if value}
        return DraftPlan(plan, self._concepts, tuple(self._assumed), tuple(dict.fromkeys(self._not_taken)))

    def _name(self, words: str) -> str:
        """An identifier that nothing else in the plan has."""
        self._taken.append(slug(words, self._taken))
        return self._taken[-1]

    def _write_epochs(self) -> dict[str, Data]:
        """By the identifier of the record; one of our own where it states none."""
        found: dict[str, Data] = {}
        for epoch in self._schedule.epochs:
            own = slug(epoch.label, [each["id"] for each in found.values()])
            found[epoch.id] = {"id": own, "label": epoch.label or own}
        if not found:
            self._assumed.append("the record states no epoch: all stands in one, “Trial”")
        return found or {"": {"id": "trial", "label": "Trial"}}

    def _sorted_timelines(self) -> tuple[StatedTimeline | None, list[StatedTimeline]]:
        """The main timeline, and the others that have instances."""
        held = [each for each in self._schedule.timelines if each.instances]
        mains = [each for each in held if each.is_main]
        if held and len(mains) != 1:
            said = "several timelines are" if mains else "no timeline is"
            self._assumed.append(f"{said} said to be the main one: “{(mains or held)[0].label}” is taken as it")
        main = next(iter(mains or held), None)
        return main, [each for each in held if each is not main]

    # ------------------------------------------------------------------ one timeline

    def _start(self, timeline: Timeline) -> Counted:
        """The day of the anchor, where it gives no treatment: that of randomisation."""
        anchor = timeline.anchor
        where = f"the record, {anchor.id} ({anchor.name})"
        if not timeline.has_fixed_reference:
            self._assumed.append(f"the timeline has no fixed reference: its days are counted from {anchor.name}")
        if any(_RANDOMISED.search(words) for words in (anchor.label, *(each.label for each in anchor.activities))):
            note = "Randomisation is among what is done at this instance."
            return Counted(RANDOMISATION, Days(0, 0, 0, Mark.INFERRED, note), where)
        note = "The record does not say how long after randomisation its first day is: the same day is assumed."
        self._assumed.append(f"{anchor.name}, from which days are counted, is the day of randomisation")
        return Counted(RANDOMISATION, Days(0, 0, 0, Mark.PARAMETER, note), where)

    def _write_timeline(self, timeline: Timeline, start: Counted, *, is_main: bool) -> None:
        gives = self._find_given(timeline) if is_main else []
        steps = {
            (instance.id, arm): step
            for given in gives
            for instance, step in zip(given.instances, given.steps, strict=True)
            for arm in given.arms
        }
        kept = self._kept(timeline, steps)
        visits = {each.id: self._name(each.name) for each in kept if self._visit_arms(each, steps)}
        places = Places(timeline, steps, visits, start)
        for given in gives:
            self._write_given(given, places, timeline)
        for instance in kept:
            if instance.id in visits:
                self._activities.append(self._activity(instance, visits[instance.id], places, timeline, steps))

    def _kept(self, timeline: Timeline, steps: dict[tuple[str, str], str]) -> list[StatedInstance]:
        """The instances that the plan can hold; the others are named, those before allocation together."""
        kept: list[StatedInstance] = []
        before: list[str] = []
        for instance in timeline.instances:
            if instance.is_decision:
                continue
            hours = timeline.hours_from_anchor(instance)
            if hours is None:
                why = "no timing that can be read leads from it to the anchor of the timeline"
                self._not_taken.append(f"{instance.name} ({instance.label}): {why}")
            elif not self._arms_of(instance):
                self._not_taken.append(f"{instance.name} ({instance.label}): no arm goes through its epoch")
            elif hours < 0 and self._is_before_allocation(instance, timeline, steps):
                before.append(f"{instance.name} ({instance.label})")
            else:
                kept.append(instance)
        if before:
            words = "before allocation, and so left to screening"
            self._not_taken.append(f"{words}: {', '.join(before)}")
        return kept

    def _is_before_allocation(
        self, instance: StatedInstance, timeline: Timeline, steps: dict[tuple[str, str], str]
    ) -> bool:
        """What lies before the anchor: in a screening epoch, or when the anchor is randomisation itself."""
        screening = {each.id for each in self._schedule.epochs if each.is_screening}
        has_steps = all((timeline.anchor.id, arm) in steps for arm in self._arms_of(instance))
        return instance.epoch in screening or not has_steps

    def _arms_of(self, instance: StatedInstance) -> list[str]:
        """The arms that go through the epoch of an instance; all where no cell says it."""
        if not self._schedule.arms or not instance.epoch:
            return self._arms
        return [self._arms[place] for place in self._schedule.arms.get(instance.epoch, ()) if place < len(self._arms)]

    def _epoch_of(self, instance: StatedInstance, timeline: Timeline) -> str:
        """The epoch of an instance; else that of the one before it, else the last."""
        for each in reversed(timeline.instances[: timeline.place[instance.id] + 1]):
            if each.epoch in self._epochs:
                return str(self._epochs[each.epoch]["id"])
        return str(list(self._epochs.values())[-1]["id"])

    # ------------------------------------------------------------------ treatment

    def _find_given(self, timeline: Timeline) -> list[Given]:
        """What is given in steps, by intervention and sequence."""
        found: list[Given] = []
        in_time = self._in_time(timeline)
        for place, stated in enumerate(self._registration.interventions):
            at = [each for each in in_time if any(place in activity.gives for activity in each.activities)]
            doses = usable_doses(self._schedule.doses.get(place, ()))
            if not at:
                why = "no activity is linked to it, so when it is given is for a person to say"
                self._not_taken.append(f"intervention {stated.label}: {why}")
            elif kind_of(stated, doses) is None:
                why = "no dose with a unit that is known is stated; it stays among the activities of its visits"
                self._not_taken.append(f"intervention {stated.label}: {why}")
            else:
                by_arm = {arm: [each for each in at if self._gets(place, each, arm)] for arm in self._arms}
                found += find_given(place, stated.label, by_arm, self._name)
        return found

    def _in_time(self, timeline: Timeline) -> list[StatedInstance]:
        """The instances at which a step can stand, in the order of their days: not those before allocation."""
        screening = {each.id for each in self._schedule.epochs if each.is_screening}
        anchor_gives = any(each.gives for each in timeline.anchor.activities)
        timed = [(timeline.hours_from_anchor(each), each) for each in timeline.instances]
        found = [
            (hours, each)
            for hours, each in timed
            if hours is not None and (hours >= 0 or (anchor_gives and each.epoch not in screening))
        ]
        return [each for _, each in sorted(found, key=lambda each: each[0])]

    def _gets(self, intervention: int, instance: StatedInstance, arm: str) -> bool:
        """Whether an arm gets what is given at an instance: by its elements, where any of them names it."""
        if arm not in self._arms_of(instance):
            return False
        naming = {key for key, held in self._schedule.given.items() if intervention in held}
        return not naming or (instance.epoch, self._arms.index(arm)) in naming

    def _write_given(self, given: Given, places: Places, timeline: Timeline) -> None:
        stated = self._registration.interventions[given.intervention]
        doses = usable_doses(self._schedule.doses.get(given.intervention, ()))
        kind = kind_of(stated, doses) or CourseKind.OPERATION
        concept = f"given-{self._interventions[given.intervention]}"
        table = "medications" if kind is CourseKind.DOSE else "procedures"
        question = f"Is there a record of: {stated.label}?"
        self._concepts[concept] = {"label": stated.label, "kind": "event", "tables": [table], "question": question}
        head: Data = {"label": stated.label, "kind": kind.value, "concept": concept}
        head["intervention"] = self._interventions[given.intervention]
        epochs = [self._epoch_of(each, timeline) for each in given.instances]
        for course in write_courses(given, places, head, epochs, self._name):
            if doses:
                course["amount"] = amount_data(doses)
            self._courses.append(course)
            at = dict(zip(given.steps, (each.id for each in given.instances), strict=True))
            steps = {step: at[step] for step in course["steps"]}
            self._planned.append(PlannedSteps(course["id"], given.arms, steps))
        if doses:
            self._assumed.append(f"course {given.name}: {amount_data(doses)['note']}")

    # ------------------------------------------------------------------ visits

    def _visit_arms(self, instance: StatedInstance, steps: dict[tuple[str, str], str]) -> list[str]:
        """The arms in which an instance is a visit: where only treatment is given, the step of the course is enough."""
        is_treatment_alone = bool(instance.activities) and all(each.gives for each in instance.activities)
        arms = self._arms_of(instance)
        return [arm for arm in arms if not (is_treatment_alone and (instance.id, arm) in steps)]

    def _activity(
        self,
        instance: StatedInstance,
        name: str,
        places: Places,
        timeline: Timeline,
        steps: dict[tuple[str, str], str],
    ) -> Data:
        arms = self._visit_arms(instance, steps)
        held = any((instance.id, arm) in steps for arm in self._arms_of(instance))
        done = [each.label for each in instance.activities if not (held and each.gives)]
        return {
            "id": name,
            "label": instance.label,
            "kind": (ActivityKind.CONTACT if instance.is_contact else ActivityKind.VISIT).value,
            "epoch": self._epoch_of(instance, timeline),
            "arms": list(arms),
            "timing": places.timings(instance, arms),
        } | ({"note": f"Done there: {'; '.join(done)}."} if done else {})

    def _write_other(self, stated: StatedTimeline) -> None:
        """A timeline beside the main one: that of an early end is taken, any other is named."""
        condition = stated.entry_condition or "not stated"
        if not _ENDS_EARLY.search(f"{stated.label} {stated.entry_condition}"):
            why = "the day on which it begins is no anchor of a plan"
            self._not_taken.append(f"timeline {stated.label} (begins when: {condition}): {why}")
            return
        timeline = Timeline(stated)
        note = f"Begins when: {condition}. Only where treatment ended before all was given."
        where = f"the record, timeline {stated.label}"
        self._assumed.append(f"timeline {stated.label} is counted from an early end of treatment")
        self._write_timeline(timeline, Counted(EARLY_END, Days(0, 0, 0, Mark.PARAMETER, note), where), is_main=False)
        for each in timeline.instances:
            if each.is_decision:
                self._not_taken.append(f"decision {each.name} of the timeline {stated.label}: no course depends on it")
