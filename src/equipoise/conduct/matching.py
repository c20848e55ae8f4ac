"""Which record shows which planned occurrence of an activity done.

Decides pairs, on plain day numbers. A record inside of a window comes before one outside of it, and one that names its
activity before one that is known by its kind. The error to fear is to take for done what is still to come: a record
outside of every window stands for a later occurrence only when that is the nearest one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from equipoise.conduct.calendar_days import Window
from equipoise.conduct.history import ActivityDone
from equipoise.protocol.plan import PlannedActivity


@dataclass(frozen=True)
class Slot:
    """An occurrence of an activity that waits for a record, and its window."""

    activity: PlannedActivity
    window: Window


def match_activities(
    records: Iterable[ActivityDone], slots: Mapping[int, Slot]
) -> tuple[dict[int, ActivityDone], tuple[ActivityDone, ...]]:
    """
    Give each record to at most one slot, and each slot at most one record.

    Parameters
    ----------
    records
        In any order; they are taken by day, of one day by what they say of themselves.
    slots
        By their places in the plan, which decide where days do not.

    Returns
    -------
    tuple
        The record of each slot that has one, by its place; and the records that belong to none, by day.
    """
    ordered = sorted(records, key=_order)
    taken: dict[int, ActivityDone] = {}
    left = _take_inside([each for each in ordered if each.activity is not None], slots, taken)
    by_kind = _take_inside([each for each in ordered if each.activity is None], slots, taken)
    unmatched = [*_take_nearest(left, slots, taken), *by_kind]
    return taken, tuple(sorted(unmatched, key=_order))


def _order(record: ActivityDone) -> tuple[int, str, str, str, list[str]]:
    return record.on.toordinal(), record.entry, record.activity or "", record.kind.value, sorted(record.concepts)


def _take_inside(
    records: Iterable[ActivityDone], slots: Mapping[int, Slot], taken: dict[int, ActivityDone]
) -> list[ActivityDone]:
    """Give records to free slots whose window holds their day, the nearest due day first; the rest comes back."""
    rest = []
    for record in records:
        day = record.on.toordinal()
        free = [
            (abs(day - slot.window.due), slot.window.is_expected, place)
            for place, slot in slots.items()
            if place not in taken and slot.window.holds(day) and _fits(record, slot)
        ]
        if free:
            taken[min(free)[-1]] = record
        else:
            rest.append(record)
    return rest


def _fits(record: ActivityDone, slot: Slot) -> bool:
    if record.activity is not None:
        return record.activity == slot.activity.id
    concepts = slot.activity.concepts
    return record.kind is slot.activity.kind and (not concepts or not record.concepts.isdisjoint(concepts))


def _take_nearest(
    records: Iterable[ActivityDone], slots: Mapping[int, Slot], taken: dict[int, ActivityDone]
) -> list[ActivityDone]:
    """Give records that name their activity to a neighbour of their day; the rest comes back."""
    rest = []
    for record in records:
        place = _neighbour(record, slots, taken)
        if place is None:
            rest.append(record)
        else:
            taken[place] = record
    return rest


def _neighbour(record: ActivityDone, slots: Mapping[int, Slot], taken: dict[int, ActivityDone]) -> int | None:
    """
    The slot before or after the day that the record is taken for.

    The nearer one when it is free, else the one before. Never the one after in its stead: a laboratory test repeated
    soon after a dose is not the test before the next. A second record inside of a window is a repeat, of none. Where a
    window is only expected, a record outside of it shows nothing.
    """
    day = record.on.toordinal()
    own = [(place, slot.window) for place, slot in slots.items() if _fits(record, slot)]
    if any(window.holds(day) for _, window in own):
        return None
    sure = [(window.distance(day), window.closes < day, place) for place, window in own if not window.is_expected]
    sides = [[(days, place) for days, ends, place in sure if ends == is_before] for is_before in (True, False)]
    before, after = (min(side, default=None) for side in sides)
    is_after_nearer = after is not None and (before is None or after[0] < before[0])
    choices = [after, before] if is_after_nearer else [before]
    return next((choice[1] for choice in choices if choice is not None and choice[1] not in taken), None)
