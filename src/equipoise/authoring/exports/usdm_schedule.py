"""The schedule as USDM activities on one timeline: their order; when each takes place stays in words."""

from itertools import pairwise

from equipoise.authoring.exports.usdm_objects import Made, UsdmMaker
from equipoise.protocol.model import NOT_FOUND, Protocol


def make_schedule(protocol: Protocol, maker: UsdmMaker, epochs: list[Made]) -> tuple[list[Made], list[Made]]:
    """The activities, and the timeline on which they stand in their order; both empty without a schedule."""
    if not protocol.schedule:
        return [], []
    activities: list[Made] = []
    instances: list[Made] = []
    for each in protocol.schedule:
        notes = [maker.note(f"In arms: {', '.join(each.arms)}")]
        is_known = each.timing.value != NOT_FOUND
        activity = maker.make(
            "Activity",
            name=each.id,
            label=each.label,
            description=f"When: {each.timing.value}" if is_known else None,
            previousId=activities[-1]["id"] if activities else None,
            nextId=None,
            childIds=[],
            definedProcedures=[],
            biomedicalConceptIds=[],
            bcCategoryIds=[],
            bcSurrogateIds=[],
            timelineId=None,
            notes=notes,
        )
        if activities:
            activities[-1]["nextId"] = activity["id"]
        activities.append(activity)
        instances.append(_instance(maker, each.id, each.label, activity["id"], epochs[-1]["id"]))
        what = "when it takes place (in words), in which arms, and its source"
        maker.losses.add(f"activity {each.id}", f"{what}: in a note or only in the extension attribute")
    for instance, following in pairwise(instances):
        instance["defaultConditionId"] = following["id"]
    return activities, [_timeline(maker, instances)]


def _instance(maker: UsdmMaker, name: str, label: str, activity_id: str, epoch_id: str) -> Made:
    return maker.make(
        "ScheduledActivityInstance",
        name=name,
        label=label,
        description=None,
        defaultConditionId=None,
        epochId=epoch_id,
        timelineId=None,
        timelineExitId=None,
        activityIds=[activity_id],
        encounterId=None,
    )


def _timeline(maker: UsdmMaker, instances: list[Made]) -> Made:
    maker.losses.add(
        "timeline", "no point in time is fixed, since no source states one; only the order of activities is said"
    )
    exit_ = maker.make("ScheduleTimelineExit")
    instances[-1]["timelineExitId"] = exit_["id"]
    return maker.make(
        "ScheduleTimeline",
        name="MAIN",
        label="Main timeline",
        description=None,
        mainTimeline=True,
        entryCondition="Enrolment",
        entryId=instances[0]["id"],
        exits=[exit_],
        timings=[],
        instances=instances,
        plannedDuration=None,
    )
