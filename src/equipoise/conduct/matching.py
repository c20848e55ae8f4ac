"""Which record shows which planned occurrence of an activity done.

Decides pairs, on plain day numbers. A record inside of a window comes before one outside of it, and one that names its
activity before one that is known by its kind. The error to fear is to take for done what is still to come: a record
outside of every window stands for a later occurrence only when that is the nearest one. What several people read of one
scan is one assessment.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from equipoise.conduct.calendar_days import Window
from equipoise.conduct.history import ActivityDone
from equipoise.protocol.plan import ActivityKind, PlannedActivity


@dataclass(frozen=True)
class Slot:
    """An occurrence of an activity that waits for a record, and its window."""

    activity: PlannedActivity
    window: Window


class Matched(NamedTuple):
    """
    What stands where.

    `taken`: the record of each slot that has one, by its place. `readings`: further readings of the same scan, by the
    same place. `rest`: the records that belong to no slot, by day, each with the further readings of its scan.
    """

    taken: dict[int, ActivityDone]
    readings: dict[int, tuple[ActivityDone, ...]]
    rest: tuple[tuple[ActivityDone, ...], ...]


def match_activities(records: Iterable[ActivityDone], slots: Mapping[int, Slot]) -> Matched:
    """
    Give each slot at most one record.

    A record stands for one occurrence of an activity at most. One that is known by its kind stands for every activity
    that asks for it: blood that was taken once is both the count after one dose and the tests before the next. A scan
    that the site reads, and a masked reader too, was made once.

    Parameters
    ----------
    records
        In any order; they are taken by day, of one day by what they say of themselves.
    slots
        By their places in the plan, which decide where days do not.
    """
    ordered = sorted(records, key=_order)
    activities = {slot.activity.id: slot.activity for slot in slots.values()}
    taken: dict[int, ActivityDone] = {}
    used: set[int] = set()
    for activity in activities.values():
        windows = {place: slot.window for place, slot in slots.items() if slot.activity.id == activity.id}
        for place, index in _match_one(activity, ordered, windows).items():
            taken[place] = ordered[index]
            used.add(index)
    left = [record for index, record in enumerate(ordered) if index not in used]
    readings = {
        place: tuple(each for each in left if _reads(each, record, slots[place].activity.id))
        for place, record in taken.items()
    }
    told = {id(each) for found in readings.values() for each in found}
    rest = tuple(_by_scan(each for each in left if id(each) not in told))
    return Matched(taken, {place: found for place, found in readings.items() if found}, rest)


def _reads(record: ActivityDone, first: ActivityDone, activity: str | None) -> bool:
    """Whether a record is one more reading of a scan that is on record, made for an activity."""
    is_assessment = record.kind is first.kind is ActivityKind.ASSESSMENT
    return is_assessment and record.on == first.on and record.activity in (None, activity)


def _by_scan(records: Iterable[ActivityDone]) -> Iterable[tuple[ActivityDone, ...]]:
    """Records of no slot; readings of one scan together, first one that names the activity."""
    scans: list[list[ActivityDone]] = []
    for record in sorted(records, key=lambda each: (each.on, each.activity is None)):
        scan = next((each for each in scans if _reads(record, each[0], each[0].activity)), None)
        if scan is None:
            scans.append([record])
        else:
            scan.append(record)
    return map(tuple, scans)


def _order(record: ActivityDone) -> tuple[int, str, str, str, list[str]]:
    return record.on.toordinal(), record.entry, record.activity or "", record.kind.value, sorted(record.concepts)


def _match_one(
    activity: PlannedActivity, records: Sequence[ActivityDone], windows: Mapping[int, Window]
) -> dict[int, int]:
    """The record of each window of one activity, both by their places."""
    taken: dict[int, int] = {}
    named = [index for index, each in enumerate(records) if each.activity == activity.id]
    by_kind = [index for index, each in enumerate(records) if _is_of_kind(each, activity)]
    days = dict(_once_for_each_scan([*named, *by_kind], records))
    for index, day in days.items():
        free = [
            (abs(day - each.due), place) for place, each in windows.items() if place not in taken and each.holds(day)
        ]
        if free:
            taken[min(free)[1]] = index
    for index in (each for each in named if each in days and each not in taken.values()):
        place = _neighbour(days[index], windows, taken)
        if place is not None:
            taken[place] = index
    return taken


def _once_for_each_scan(found: Iterable[int], records: Sequence[ActivityDone]) -> Iterator[tuple[int, int]]:
    """Records by their places, with their days: of several readings of one scan the first, which stands for it."""
    scanned: set[int] = set()
    for index in found:
        day = records[index].on.toordinal()
        if records[index].kind is not ActivityKind.ASSESSMENT:
            yield index, day
        elif day not in scanned:
            scanned.add(day)
            yield index, day


def _is_of_kind(record: ActivityDone, activity: PlannedActivity) -> bool:
    is_asked_for = not activity.concepts or not record.concepts.isdisjoint(activity.concepts)
    return record.activity is None and record.kind is activity.kind and is_asked_for


def _neighbour(day: int, windows: Mapping[int, Window], taken: Mapping[int, int]) -> int | None:
    """
    The window before or after a day outside of all windows that a record of that day is taken for.

    The nearer one when it is free, else the one before. Never the one after in its stead: a laboratory test repeated
    soon after a dose is not the test before the next. A second record inside of a window is a repeat, of none. Where a
    window is only expected, a record outside of it shows nothing.
    """
    if any(window.holds(day) for window in windows.values()):
        return None
    sure = [(each.distance(day), each.closes < day, place) for place, each in windows.items() if not each.is_expected]
    before, after = (
        min(((days, place) for days, ends, place in sure if ends == is_before), default=None)
        for is_before in (True, False)
    )
    is_after_nearer = after is not None and (before is None or after[0] < before[0])
    choices = [after, before] if is_after_nearer else [before]
    return next((choice[1] for choice in choices if choice is not None and choice[1] not in taken), None)
