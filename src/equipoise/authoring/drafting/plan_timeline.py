"""The order of one stated timeline, how far each instance lies from its anchor, and what can still follow one."""

from collections.abc import Iterator
from decimal import Decimal

from equipoise.authoring.drafting.plan_days import signed_hours
from equipoise.authoring.schedule import StatedInstance, StatedTimeline, StatedTiming, TimingKind


class Timeline:
    """
    A timeline that can be asked for its order and its distances.

    `anchor`: the first fixed reference on the way from the entry; without one the entry itself, else the first.
    """

    def __init__(self, stated: StatedTimeline) -> None:
        self.label = stated.label
        self._by_id = {each.id: each for each in stated.instances}
        self.instances = tuple(self._in_order(stated))
        self.place = {each.id: place for place, each in enumerate(self.instances)}
        fixed = [each for each in self.instances if each.timing is not None and each.timing.kind is TimingKind.FIXED]
        self.has_fixed_reference = bool(fixed)
        self.anchor = fixed[0] if fixed else self._by_id.get(stated.entry, self.instances[0])

    def instance(self, id_: str) -> StatedInstance | None:
        return self._by_id.get(id_)

    def path(self, instance: StatedInstance) -> tuple[StatedTiming, ...] | None:
        """The timings from an instance to the anchor; None when they lead elsewhere, nowhere or in a circle."""
        path: list[StatedTiming] = []
        at: StatedInstance | None = instance
        while at is not None and at is not self.anchor:
            if at.timing is None or at.timing in path or at.timing.kind is TimingKind.FIXED:
                return None
            path.append(at.timing)
            at = self._by_id.get(at.timing.to)
        return None if at is None else tuple(path)

    def references(self, instance: StatedInstance) -> tuple[str, ...]:
        """The instances from which the day of one is counted, the nearest first."""
        path = self.path(instance) or ()
        return tuple(timing.to for timing in path)

    def hours_from_anchor(self, instance: StatedInstance) -> Decimal | None:
        """How long after the anchor an instance is; negative before it, None when its timings do not tell. [hours]"""
        path = self.path(instance)
        return None if path is None else sum((signed_hours(each) for each in path), Decimal(0))

    def ahead(self, start: str, decision: StatedInstance) -> tuple[StatedInstance, ...]:
        """What can follow from an instance on without coming back to the decision, in the order of the timeline."""
        limit, seen, waiting = self.place[decision.id], set[str](), [start]
        while waiting:
            at = waiting.pop()
            if at in seen or self.place.get(at, -1) <= limit:
                continue
            seen.add(at)
            waiting.extend(_ways_on(self._by_id[at]))
        return tuple(each for each in self.instances if each.id in seen)

    def _in_order(self, stated: StatedTimeline) -> Iterator[StatedInstance]:
        """From the entry along the usual way, then what only branches lead to, then the rest as written."""
        seen: set[str] = set()
        branches: list[str] = [stated.entry]
        while branches:
            at = branches.pop(0)
            while at in self._by_id and at not in seen:
                seen.add(at)
                yield self._by_id[at]
                branches.extend(branch.to for branch in self._by_id[at].branches)
                at = self._by_id[at].next
        yield from (each for each in self._by_id.values() if each.id not in seen)


def _ways_on(instance: StatedInstance) -> list[str]:
    return [each for each in (instance.next, *(branch.to for branch in instance.branches)) if each]
