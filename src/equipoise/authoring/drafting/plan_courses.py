"""Courses of treatment from the instances at which an intervention is given.

Decides what is a course: an intervention that activities are linked to, with a dose whose unit is known, or a
procedure. Steps that follow one another at the same interval, counted from the one before, are one course; where the
interval changes or the days are counted from elsewhere, a new course begins that waits for the first: nothing is evened
out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from equipoise.authoring.drafting.plan_days import Days
from equipoise.authoring.drafting.plan_places import Counted, Data, Name, Places
from equipoise.authoring.model import StatedIntervention
from equipoise.authoring.registries.vocabulary import slug
from equipoise.authoring.schedule import StatedDose, StatedInstance
from equipoise.protocol.plan import PREVIOUS, CourseKind
from equipoise.protocol.trial import Mark

_OPERATIONS = ("procedure", "surgery", "surgical")


@dataclass(frozen=True)
class Given:
    """An intervention given at the same instances in some arms: its steps, and which instance each of them is."""

    intervention: int
    name: str
    arms: tuple[str, ...]
    instances: tuple[StatedInstance, ...]
    steps: tuple[str, ...]


def is_operation(stated: StatedIntervention) -> bool:
    """Whether it is done rather than given."""
    return any(word in stated.type.lower() for word in _OPERATIONS)


def usable_doses(doses: Iterable[StatedDose]) -> tuple[StatedDose, ...]:
    """The doses that one amount can hold: all in the first unit that is known, the highest first, each once."""
    known = [each for each in doses if each.unit is not None]
    same = {each.amount: each for each in reversed(known) if each.unit == known[0].unit}
    return tuple(same[amount] for amount in sorted(same, reverse=True))


def find_given(
    intervention: int, base: str, instances: Mapping[str, Sequence[StatedInstance]], name: Name
) -> list[Given]:
    """
    The sequences in which arms get an intervention; arms with the same sequence share it.

    Parameters
    ----------
    instances
        For each arm the instances that give it, in their order.
    name
        Makes an identifier that no other part of the plan has.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for arm, each in instances.items():
        groups.setdefault(tuple(instance.id for instance in each), []).append(arm)
    found = []
    for ids, arms in groups.items():
        if not ids:
            continue
        own = name(base)
        steps = tuple(name(f"{own}-{number}") for number in range(1, len(ids) + 1))
        found.append(Given(intervention, own, tuple(arms), tuple(instances[arms[0]]), steps))
    return found


def write_courses(
    given: Given, places: Places, head: Mapping[str, Any], epochs: Sequence[str], name: Name
) -> list[Data]:
    """
    The courses of one sequence, in their order.

    Parameters
    ----------
    head
        What all of them share: label, kind, concept, intervention, amount.
    epochs
        The epoch of each instance.
    """
    courses: list[Data] = []
    for number, run in enumerate(_runs(given, places)):
        first, steps = run[0], [given.steps[place] for place in run]
        own = given.name if number == 0 else name(f"{given.name}-part-{number + 1}")
        part = f", part {number + 1}" if number else ""
        course: Data = {"id": own, **head, "label": f"{head['label']}{part}", "epoch": epochs[first]}
        course |= {"arms": list(given.arms), "steps": steps}
        earlier, later = given.instances[:first], given.instances[first:]
        if courses and not any(places.is_counted_from(each, later) for each in earlier):
            course["after"] = [courses[-1]["id"]]  # else the days before it are planned back from it, and wait for it
        course["first"] = places.timings(given.instances[first], given.arms, is_step=True)
        if len(run) > 1:
            interval = places.counted(given.instances[run[1]], given.arms[0])
            course["interval"] = Counted(PREVIOUS, interval.days, interval.source).data()
        courses.append(course)
    return courses


def _runs(given: Given, places: Places) -> list[list[int]]:
    """Places of steps that follow one another at one interval."""
    runs: list[list[int]] = [[0]]
    intervals: list[Days | None] = [None]
    for place in range(1, len(given.steps)):
        counted = {places.counted(given.instances[place], arm) for arm in given.arms}
        one = next(iter(counted)) if len(counted) == 1 else None
        follows = one is not None and one.after == given.steps[place - 1]
        if one is not None and follows and intervals[-1] in (None, one.days):
            runs[-1].append(place)
            intervals[-1] = one.days
        else:
            runs.append([place])
            intervals.append(None)
    return runs


def amount_data(doses: Sequence[StatedDose]) -> Data:
    """The amount of a course: the levels are stated, what is plausible and tolerated is ours."""
    amounts = [each.amount for each in doses]
    levels = [{"id": f"{each.amount:f}-{slug(each.unit_words)}", "amount": f"{each.amount:f}"} for each in doses]
    several = " The record does not say which of them is given when: the highest is taken as the full one."
    return {
        "unit": doses[0].unit,
        "levels": levels,
        "plausible": [f"{min(amounts) / 2:f}", f"{max(amounts) * 2:f}"],
        "mark": Mark.PARAMETER.value,
        "source": f"the record, administration {', '.join(each.name for each in doses)}",
        "note": "The levels are stated; the tolerance, and what is plausible (from half of the lowest to twice the "
        f"highest), are assumed.{several if len(doses) > 1 else ''}",
    }


def kind_of(stated: StatedIntervention, doses: Sequence[StatedDose]) -> CourseKind | None:
    """What a course of it would be; None when neither a dose nor an operation is stated."""
    if doses:
        return CourseKind.DOSE
    return CourseKind.OPERATION if is_operation(stated) else None
