"""The schedule in words as USDM activities on one timeline: their order; when each takes place stays in words.

What a plan says with days is `usdm_plan`, which takes the activities from here.
"""

from collections.abc import Sequence
from itertools import pairwise

from equipoise.authoring.exports.usdm_objects import Made, UsdmMaker
from equipoise.protocol.model import NOT_FOUND, Protocol


def make_schedule(protocol: Protocol, maker: UsdmMaker, epoch: Made) -> tuple[list[Made], list[Made]]:
    """The activities, and the timeline on which they stand in their order; both empty without a schedule."""
    activities = make_activities(protocol, maker)
    if not activities:
        return [], []
    instances = [
        make_instance(maker, each["name"], each["label"], [each["id"]], epoch_id=epoch["id"]) for each in activities
    ]
    for instance, following in pairwise(instances):
        instance["defaultConditionId"] = following["id"]
    maker.losses.add(
        "timeline", "no point in time is fixed, since no source states one; only the order of activities is said"
    )
    exit_ = maker.make("ScheduleTimelineExit")
    instances[-1]["timelineExitId"] = exit_["id"]
    return in_a_row(activities), [make_timeline(maker, ("MAIN", "Main timeline"), "Enrolment", exit_, instances)]


def make_activities(protocol: Protocol, maker: UsdmMaker) -> list[Made]:
    """What the schedule names, with when it takes place in words."""
    made = []
    for each in protocol.schedule:
        is_known = each.timing.value != NOT_FOUND
        words = f"When: {each.timing.value}" if is_known else None
        note = maker.note(f"In arms: {', '.join(each.arms)}")
        made.append(make_activity(maker, each.id, each.label, words, notes=[note]))
        what = "when it takes place (in words), in which arms, and its source"
        maker.losses.add(f"activity {each.id}", f"{what}: in a note or only in the extension attribute")
    return made


def make_activity(
    maker: UsdmMaker,
    name: str,
    label: str,
    description: str | None = None,
    *,
    procedures: Sequence[Made] = (),
    notes: Sequence[Made] = (),
) -> Made:
    """An activity that is not in a row yet."""
    return maker.make(
        "Activity",
        name=name,
        label=label,
        description=description,
        previousId=None,
        nextId=None,
        childIds=[],
        definedProcedures=list(procedures),
        biomedicalConceptIds=[],
        bcCategoryIds=[],
        bcSurrogateIds=[],
        timelineId=None,
        notes=list(notes),
    )


def in_a_row(parts: list[Made]) -> list[Made]:
    """The same, each with the one before and the one after it."""
    for one, following in pairwise(parts):
        one["nextId"], following["previousId"] = following["id"], one["id"]
    return parts


def make_instance(
    maker: UsdmMaker, name: str, label: str, activity_ids: list[str], *, epoch_id: str | None, words: str | None = None
) -> Made:
    """An instance that nothing follows yet."""
    return maker.make(
        "ScheduledActivityInstance",
        name=name,
        label=label,
        description=words,
        defaultConditionId=None,
        epochId=epoch_id,
        timelineId=None,
        timelineExitId=None,
        activityIds=activity_ids,
        encounterId=None,
    )


def make_timeline(
    maker: UsdmMaker,
    name: tuple[str, str],
    entry: str,
    exit_: Made,
    instances: list[Made],
    timings: Sequence[Made] = (),
    *,
    is_main: bool = True,
) -> Made:
    """A timeline that begins with its first instance; `name` is its name and its label."""
    return maker.make(
        "ScheduleTimeline",
        name=name[0],
        label=name[1],
        description=None,
        mainTimeline=is_main,
        entryCondition=entry,
        entryId=instances[0]["id"],
        exits=[exit_],
        timings=list(timings),
        instances=instances,
        plannedDuration=None,
    )
