"""Decision points from the decisions of a timeline.

A decision is one of the plan when something that is released comes after it. An option ends those courses of which
nothing lies on its way. Ways back to what is past (a loop) and ways that leave out single steps cannot be said in a
plan, and are named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from equipoise.authoring.drafting.identifiers import slug
from equipoise.authoring.drafting.plan_places import Data, Name
from equipoise.authoring.drafting.plan_timeline import Timeline
from equipoise.authoring.schedule import StatedInstance
from equipoise.protocol.trial import Mark


@dataclass(frozen=True)
class PlannedSteps:
    """The steps of one course, the instance of each, and its arms."""

    course: str
    arms: tuple[str, ...]
    steps: Mapping[str, str]


@dataclass(frozen=True)
class _Way:
    words: str
    ahead: frozenset[str]


def write_decisions(
    timeline: Timeline, courses: Sequence[PlannedSteps], name: Name, not_taken: list[str]
) -> Iterator[Data]:
    """The decision points; what cannot be held is added to `not_taken`."""
    for decision in (each for each in timeline.instances if each.is_decision):
        ways = list(_ways(timeline, decision, not_taken))
        ahead = frozenset().union(*(way.ahead for way in ways))
        for arms in dict.fromkeys(course.arms for course in courses):
            own = [course for course in courses if course.arms == arms]
            later = [(place, step) for course in own for step, place in course.steps.items() if place in ahead]
            if len(ways) < 2 or not later:
                continue
            first = min(later, key=lambda each: timeline.place[each[0]])[1]
            options = [_option(way, own, ahead, decision, not_taken) for way in ways]
            yield {
                "id": name(decision.name),
                "label": decision.label or decision.name,
                "arms": list(arms),
                "before": first,
                "options": _with_ids(options),
                "mark": Mark.VERIFIED.value,
                "source": f"the record, {decision.id} ({decision.name})",
            }
        if len(ways) < 2 or not any(place in ahead for course in courses for place in course.steps.values()):
            words = "; ".join(branch.words for branch in decision.branches)
            not_taken.append(f"decision {decision.name} ({words}): nothing that is released depends on it")


def _ways(timeline: Timeline, decision: StatedInstance, not_taken: list[str]) -> Iterator[_Way]:
    for branch in decision.branches:
        if timeline.place.get(branch.to, len(timeline.place)) <= timeline.place[decision.id]:
            known = "leads back, and how often is not known before it happens"
            missing = "leads to nothing that is stated"
            why = known if branch.to in timeline.place else missing
            not_taken.append(f"decision {decision.name}: the way “{branch.words}” {why}")
            continue
        yield _Way(branch.words, _ids(timeline, branch.to, decision))
    following = timeline.instance(decision.next)
    otherwise = f"otherwise: {following.label}" if following else "otherwise: the timeline ends"
    yield _Way(otherwise, _ids(timeline, decision.next, decision))


def _ids(timeline: Timeline, start: str, decision: StatedInstance) -> frozenset[str]:
    return frozenset(each.id for each in timeline.ahead(start, decision))


def _option(
    way: _Way, courses: Sequence[PlannedSteps], ahead: frozenset[str], decision: StatedInstance, not_taken: list[str]
) -> Data:
    ends = []
    for course in courses:
        later = [step for step, place in course.steps.items() if place in ahead]
        kept = [step for step in later if course.steps[step] in way.ahead]
        if later and not kept:
            ends.append(course.course)
        elif kept != later[: len(kept)] or len(kept) < len(later):
            left = ", ".join(step for step in later if step not in kept)
            not_taken.append(f"decision {decision.name}: the way “{way.words}” leaves out {left} of {course.course}")
    return {"label": way.words} | ({"ends": ends} if ends else {})


def _with_ids(options: Sequence[Data]) -> list[Data]:
    taken: list[str] = []
    for option in options:
        taken.append(slug(option["label"], taken))
    return [{"id": own, **option} for own, option in zip(taken, options, strict=True)]
