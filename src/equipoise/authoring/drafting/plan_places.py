"""Where each instance of a timeline stands in the plan, arm by arm, and from what its day is counted.

An instance that gives treatment is counted from its step in the arms that get it, any other from its activity. What has
no place of its own (a decision, a visit before allocation) is counted through.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from equipoise.authoring.drafting.plan_days import Days, days_of
from equipoise.authoring.drafting.plan_timeline import Timeline
from equipoise.authoring.schedule import StatedInstance, StatedTiming
from equipoise.protocol.plan import RANDOMISATION
from equipoise.protocol.trial import Mark

Data = dict[str, Any]
Name = Callable[[str], str]


@dataclass(frozen=True)
class Counted:
    """From which day of the plan a day is counted, and how; `source` names what states it."""

    after: str
    days: Days
    source: str

    def data(self, arms: Sequence[str] = ()) -> Data:
        """As the content of a timing."""
        days = self.days
        written: Data = {"after": self.after, "target": days.target, "early": days.early, "late": days.late}
        if arms:
            written["arms"] = list(arms)
        note = {"note": days.note} if days.note else {}
        return written | {"mark": days.mark.value, "source": self.source} | note


class Places:
    """
    The places of the instances of one timeline.

    Parameters
    ----------
    steps
        The step that an instance gives in an arm, by instance and arm.
    visits
        The activity of an instance, for those that are taken into the plan.
    start
        What the anchor of the timeline is counted from where it gives no step, and how.
    """

    def __init__(
        self,
        timeline: Timeline,
        steps: Mapping[tuple[str, str], str],
        visits: Mapping[str, str],
        start: Counted,
    ) -> None:
        self._timeline, self._steps, self._visits, self._start = timeline, steps, visits, start

    def counted(self, instance: StatedInstance, arm: str) -> Counted:
        """From what the day of an instance is counted; it must lie on a path to the anchor."""
        if instance is self._timeline.anchor or instance.timing is None:
            return self._start
        through: list[StatedTiming] = []
        reference = self._timeline.instance(instance.timing.to)
        while reference is not None and reference.timing is not None and self._place(reference, arm) is None:
            through.append(reference.timing)
            reference = self._timeline.instance(reference.timing.to)
        after = self._place(reference, arm) if reference is not None else None
        return Counted(
            after or self._start.after, days_of(instance.timing, through=through), f"the record, {instance.timing.name}"
        )

    def is_counted_from(self, instance: StatedInstance, others: Iterable[StatedInstance]) -> bool:
        """Whether the day of an instance is counted from one of these, directly or over others."""
        return not {each.id for each in others}.isdisjoint(self._timeline.references(instance))

    def with_step(self, instance: StatedInstance, arm: str) -> Counted:
        """From what a visit is counted: from the step of the same instance, where its arm has one."""
        step = self._steps.get((instance.id, arm))
        if step is None:
            return self.counted(instance, arm)
        days = Days(0, 0, 0, Mark.VERIFIED, "On the day of the treatment that is given at the same visit.")
        return Counted(step, days, f"the record, {instance.id} ({instance.name})")

    def timings(self, instance: StatedInstance, arms: Sequence[str], *, is_step: bool = False) -> list[Data]:
        """The timings of a visit, or of the step that it gives, for these arms."""
        count = self.counted if is_step else self.with_step
        groups: dict[Counted, list[str]] = {}
        for arm in arms:
            groups.setdefault(count(instance, arm), []).append(arm)
        return [each.data(named if len(groups) > 1 else ()) for each, named in groups.items()]

    def _place(self, instance: StatedInstance, arm: str) -> str | None:
        step = self._steps.get((instance.id, arm))
        if step is not None:
            return step
        if instance is not self._timeline.anchor:
            return self._visits.get(instance.id)
        # Days counted from randomisation go on from there, whenever the visit of that day takes place.
        return RANDOMISATION if self._start.after == RANDOMISATION else self._visits.get(instance.id, self._start.after)
