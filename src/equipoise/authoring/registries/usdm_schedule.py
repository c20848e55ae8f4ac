"""The schedule of a USDM design: timelines, scheduled instances, timings, decisions, and what is given at them.

Decides what each object states and notes what cannot be read. An activity gives an intervention when one of its
procedures is linked to it; a name that merely sounds alike is no link. What becomes of it is `drafting.plan`.
"""

from decimal import Decimal
from typing import Any

from equipoise.authoring.registries.json_view import View
from equipoise.authoring.registries.lengths import read_length
from equipoise.authoring.registries.usdm_text import StudyTexts, decode
from equipoise.authoring.schedule import (
    Branch,
    Length,
    StatedActivity,
    StatedDose,
    StatedEpoch,
    StatedInstance,
    StatedSchedule,
    StatedTimeline,
    StatedTiming,
    TimingKind,
)
from equipoise.terminology.units import resolve_unit

_KINDS = {"C201358": TimingKind.FIXED, "C201357": TimingKind.BEFORE, "C201356": TimingKind.AFTER}
_WORDS = {"fixed": TimingKind.FIXED, "before": TimingKind.BEFORE, "after": TimingKind.AFTER}
_SCREENING = "C202487"
_DECISION = "ScheduledDecisionInstance"
_CALLS = ("telephone", "phone", "e-mail", "email", "text message", "sms")


def read_schedule(version: View, design: View, texts: StudyTexts) -> StatedSchedule | None:
    """
    The schedule of a design; None when it has no timeline with an instance.

    What cannot be read (a timing without a length, a link to nothing) is noted.
    """
    reader = _ScheduleReader(version, design, texts)
    timelines = tuple(reader.timeline(each) for each in design.children("scheduleTimelines"))
    if not any(timeline.instances for timeline in timelines):
        return None
    arms, given = reader.cells()
    return StatedSchedule(
        epochs=reader.epochs(),
        timelines=timelines,
        arms=arms,
        given=given,
        doses=reader.doses(),
        words=tuple(reader.words()),
    )


class _ScheduleReader:
    """One design, with what its instances point at."""

    def __init__(self, version: View, design: View, texts: StudyTexts) -> None:
        self._version, self._design, self._texts = version, design, texts
        self._interventions = list(version.children("studyInterventions"))
        self._places = {each.text("id"): place for place, each in enumerate(self._interventions)}
        self._activity_views = {each.text("id"): each for each in design.children("activities")}
        self._activities = {id_: self._activity(view) for id_, view in self._activity_views.items()}
        self._encounters = {each.text("id"): each for each in design.children("encounters")}

    def epochs(self) -> tuple[StatedEpoch, ...]:
        """In the order in which they follow one another, as far as that is said; else in that of the file."""
        views = {each.text("id"): each for each in self._design.children("epochs")}
        followers = {each.text("nextId") for each in views.values()}
        order: list[str] = []
        for first in views:
            at = first
            while first not in followers and at in views and at not in order:
                order.append(at)
                at = views[at].text("nextId")
        order += [each for each in views if each not in order]
        return tuple(_epoch(views[each]) for each in order)

    def cells(self) -> tuple[dict[str, tuple[int, ...]], dict[tuple[str, int], frozenset[int]]]:
        """Which arms go through each epoch, and what the elements of a cell give."""
        places = {each.text("id"): place for place, each in enumerate(self._design.children("arms"))}
        elements = {each.text("id"): each.texts("studyInterventionIds") for each in self._design.children("elements")}
        arms: dict[str, list[int]] = {}
        given: dict[tuple[str, int], frozenset[int]] = {}
        for cell in self._design.children("studyCells"):
            epoch, arm = cell.text("epochId"), places.get(cell.text("armId"))
            if arm is None:
                cell.note("armId", "the cell belongs to no arm that is stated")
                continue
            ids = [each for element in cell.texts("elementIds") for each in elements.get(element, ())]
            held = frozenset(self._places[each] for each in ids if each in self._places)
            given[epoch, arm] = given.get((epoch, arm), frozenset()) | held
            if arm not in arms.setdefault(epoch, []):
                arms[epoch].append(arm)
        return {epoch: tuple(sorted(each)) for epoch, each in arms.items()}, given

    def doses(self) -> dict[int, tuple[StatedDose, ...]]:
        """Doses of each intervention; an administration without an amount has none."""
        found = {}
        for place, intervention in enumerate(self._interventions):
            doses = [_dose(each) for each in intervention.children("administrations")]
            found[place] = tuple(each for each in doses if each is not None)
        return found

    def words(self) -> list[str]:
        """Rules and conditions that stand in words alone."""
        found = []
        for key in ("elements", "encounters"):
            for each in self._design.children(key):
                for rule in ("transitionStartRule", "transitionEndRule"):
                    text = self._texts.plain(each.child(rule).text("text"))
                    if text:
                        found.append(f"{_label(each)} {'begins' if 'Start' in rule else 'ends'} at: {text}")
        for timeline in self._design.children("scheduleTimelines"):
            lasts = _duration(timeline.child("plannedDuration"))
            if lasts:
                found.append(f"timeline {_label(timeline)} is planned to last {lasts}")
        for condition in self._version.children("conditions"):
            text = self._texts.plain(condition.text("text"), condition.text("dictionaryId"))
            found.append(f"condition {_label(condition)}: {text}")
        return found

    def timeline(self, view: View) -> StatedTimeline:
        timings = self._timings(view)
        instances = tuple(self._instance(each, timings) for each in view.children("instances"))
        return StatedTimeline(
            label=_label(view),
            is_main=view.flag("mainTimeline") is True,
            entry=view.text("entryId"),
            entry_condition=view.text("entryCondition"),
            instances=instances,
        )

    def _timings(self, timeline: View) -> dict[str, StatedTiming]:
        """By the instance that they time; a second one of an instance is noted and left."""
        found: dict[str, StatedTiming] = {}
        for view in timeline.children("timings"):
            of = view.text("relativeFromScheduledInstanceId")
            timing = _timing(view)
            if timing is None:
                continue
            if of in found:
                view.note("", f"{of} has a timing already ({found[of].name}); this one is left aside")
            found.setdefault(of, timing)
        return found

    def _instance(self, view: View, timings: dict[str, StatedTiming]) -> StatedInstance:
        id_ = view.text("id")
        is_decision = view.text("instanceType") == _DECISION or view.has("conditionAssignments")
        encounter = self._encounters.get(view.text("encounterId"))
        activities = []
        for each in view.texts("activityIds"):
            if each not in self._activities:
                view.note("activityIds", f"{each} is no activity of the design")
                continue
            activities.append(self._activities[each])
        branches = [
            Branch(self._texts.plain(each.text("condition")), each.text("conditionTargetId"))
            for each in (view.children("conditionAssignments") if is_decision else ())
        ]
        return StatedInstance(
            id=id_,
            name=view.text("name") or id_,
            label=_instance_label(view, encounter),
            epoch=view.text("epochId"),
            is_contact=encounter is not None and _is_contact(encounter),
            is_decision=is_decision,
            activities=tuple(activities),
            timing=timings.get(id_),
            next=view.text("defaultConditionId"),
            branches=tuple(branches),
        )

    def _activity(self, view: View) -> StatedActivity:
        """With what its procedures give; those of the activities under it count too."""
        children = [self._activity_views[each] for each in view.texts("childIds") if each in self._activity_views]
        gives = []
        for procedure in (each for part in (view, *children) for each in part.children("definedProcedures")):
            linked = procedure.text("studyInterventionId")
            if linked and linked not in self._places:
                procedure.note("studyInterventionId", f"{linked} is no intervention of the study")
            elif linked:
                gives.append(self._places[linked])
        return StatedActivity(_label(view), tuple(dict.fromkeys(gives)))


def _epoch(view: View) -> StatedEpoch:
    type_ = view.child("type")
    is_screening = type_.text("code") == _SCREENING or "screening" in decode(view.data.get("type")).lower()
    return StatedEpoch(view.text("id"), _label(view), is_screening)


def _timing(view: View) -> StatedTiming | None:
    kind = _kind(view)
    value = _length(view, "value", "so nothing tells when its instance is due")
    if kind is None or value is None:
        return None
    lower = _length(view, "windowLower", "so the window is taken to begin on the day itself")
    upper = _length(view, "windowUpper", "so the window is taken to end on the day itself")
    if lower is not None and lower.hours < 0:
        lower = Length(-lower.hours, lower.words, lower.is_calendar)
    if upper is not None and upper.hours < 0:
        view.note("windowUpper", f"{upper.words!r} ends the window before its day; taken to end on the day itself")
        upper = None
    id_, name = view.text("id"), view.text("name")
    return StatedTiming(
        name=f"{id_} ({name})" if name and name != id_ else id_ or name,
        kind=kind,
        value=value,
        to=view.text("relativeToScheduledInstanceId"),
        lower=lower,
        upper=upper,
        relation=decode(view.data.get("relativeToFrom")),
    )


def _kind(view: View) -> TimingKind | None:
    type_ = view.child("type")
    words = type_.text("decode").lower()
    named = [kind for word, kind in _WORDS.items() if words.startswith(word)]
    kind = named[0] if named else _KINDS.get(type_.text("code"))
    if kind is None:
        view.note("type", f"{words!r} is neither before, after nor a fixed reference")
    return kind


def _length(view: View, key: str, so: str) -> Length | None:
    words = view.text(key)
    length = read_length(words) if words else None
    if length is None and (words or key == "value"):
        view.note(key, f"{words!r} is no length of time (ISO 8601) that can be read, {so}")
    return length


def _dose(view: View) -> StatedDose | None:
    dose = view.child("dose")
    amount: Any = dose.data.get("value")
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 < amount < 1e12:
        return None
    words = decode(dose.data.get("unit"))
    return StatedDose(_label(view) or view.text("id"), Decimal(str(amount)).normalize(), resolve_unit(words), words)


def _duration(view: View) -> str:
    """How long something lasts, in words; empty when it is not stated."""
    length = view.child("quantity")
    ends = [length] if length.has("value") else [length.child("minValue"), length.child("maxValue")]
    stated = [f"{each.text('value')} {decode(each.data.get('unit')).lower()}" for each in ends if each.has("value")]
    return view.text("text") or " to ".join(stated)


def _is_contact(encounter: View) -> bool:
    modes = [decode(each.data).lower() for each in encounter.children("contactModes")]
    return bool(modes) and all(any(call in mode for call in _CALLS) for mode in modes)


def _instance_label(view: View, encounter: View | None) -> str:
    """The label of the instance where it says something ("Week 2", not "2"), else that of its encounter."""
    candidates = [view.text("label"), _label(encounter) if encounter is not None else "", view.text("description")]
    return next((each for each in candidates if any(letter.isalpha() for letter in each)), view.text("name"))


def _label(view: View) -> str:
    return view.text("label") or view.text("name")
