"""The design of a trial as datasets: TA, TE, TI, TV, TS, from protocol and plan.

Planned arms are public and stand here also while those of the subjects are pooled.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from equipoise.analysis.cdisc.catalogue import Row, make_codes
from equipoise.analysis.cdisc.inputs import SCREENING_VISIT, Source
from equipoise.criteria.truth import Kind
from equipoise.errors import EquipoiseError, Fault
from equipoise.protocol.plan import Course, Plan, PlannedActivity, Timing

FIRST_VISIT = 1
SCREENING = "SCREENING"
SCREENING_LABEL = "Screening"


@dataclass(frozen=True)
class Element:
    """One element: screening, a course of treatment, follow-up."""

    code: str
    label: str
    epoch: str
    starts: str
    ends: str
    course: str = ""


def epoch_label(plan: Plan, epoch: str) -> str:
    """An epoch in capitals, as datasets have it."""
    return next((one.label for one in plan.epochs if one.id == epoch), epoch).upper()


def list_elements(plan: Plan, arm: str) -> list[Element]:
    """The elements of an arm, in their order."""
    codes = make_codes([one.id for one in plan.courses], {"": "SCREEN", " ": "FOLLOWUP"})
    elements = [Element("SCREEN", "Screening", SCREENING, "Informed consent", "Randomisation")]
    planned = [one for one in plan.courses_of(arm) if one.is_planned]
    for course in _in_order(planned):
        ends = f"Start of the next element, after {course.steps[-1]} or when the course is stopped"
        epoch = epoch_label(plan, course.epoch)
        elements.append(Element(codes[course.id], course.label, epoch, f"First of {course.label}", ends, course.id))
    follow_up = epoch_label(plan, plan.epochs[-1].id)
    return [*elements, Element("FOLLOWUP", "Follow-up", follow_up, "End of treatment", "End of the study")]


def _in_order(courses: list[Course]) -> list[Course]:
    """What comes after another stands after it; the checks of a plan let no circle pass."""
    ordered: list[Course] = []
    left = list(courses)
    while left:
        waiting = {one.id for one in left}
        ready = [one for one in left if not waiting & set(one.after)] or left
        ordered += ready
        left = [one for one in left if one not in ready]
    return ordered


def make_ta(source: Source) -> Iterator[Row]:
    for arm in source.protocol.arms:
        elements = list_elements(source.plan, arm.id)
        for order, element in enumerate(elements, 1):
            yield {
                **_head(source, "TA"),
                "ARMCD": arm.id,
                "ARM": arm.label,
                "TAETORD": order,
                "ETCD": element.code,
                "ELEMENT": element.label,
                "TABRANCH": f"Randomised to {arm.label}" if order == 1 else None,
                "EPOCH": element.epoch,
            }


def make_te(source: Source) -> Iterator[Row]:
    elements = {one.code: one for arm in source.protocol.arms for one in list_elements(source.plan, arm.id)}
    for code, element in elements.items():
        yield {
            **_head(source, "TE"),
            "ETCD": code,
            "ELEMENT": element.label,
            "TESTRL": element.starts,
            "TEENRL": element.ends,
        }


@dataclass(frozen=True)
class PlannedCriterion:
    """A criterion as TI has it."""

    code: str
    text: str
    is_inclusion: bool


def list_criteria(source: Source, version: str) -> dict[str, PlannedCriterion]:
    """The criteria of a version by their ids."""
    codes = make_codes([one.id for each in source.protocol.versions for _, one in each.criteria])
    return {
        one.id: PlannedCriterion(codes[one.id], one.text, kind is Kind.INCLUSION)
        for kind, one in source.protocol.version(version).criteria
    }


def find_criterion(source: Source, name: str) -> PlannedCriterion:
    """
    A criterion by its id, as in the version of the facts, else as in the first version that has it.

    Raises
    ------
    EquipoiseError
        No version has it.
    """
    versions = [source.facts.version, *(one.name for one in source.protocol.versions)]
    for version in versions:
        found = list_criteria(source, version).get(name)
        if found is not None:
            return found
    what = f"no version of the protocol has a criterion {name!r}"
    raise EquipoiseError("IE cannot be made.", [Fault("criteria not met", what, "Name it as the protocol does.")])


def make_ti(source: Source) -> Iterator[Row]:
    for version in source.protocol.versions:
        for one in list_criteria(source, version.name).values():
            yield {
                **_head(source, "TI"),
                "IETESTCD": one.code,
                "IETEST": one.text,
                "IECAT": category_of(one),
                "TIVERS": version.name,
            }


def category_of(criterion: PlannedCriterion) -> str:
    return "INCLUSION" if criterion.is_inclusion else "EXCLUSION"


def number_visits(plan: Plan) -> dict[str, int]:
    """The number of screening, which is the first, and of each step and activity in the order of the plan."""
    steps = [step for course in plan.courses for step in course.steps]
    names = [SCREENING_VISIT, *steps, *(one.id for one in plan.activities)]
    return {name: number for number, name in enumerate(names, FIRST_VISIT)}


def make_tv(source: Source) -> Iterator[Row]:
    numbers = number_visits(source.plan)
    for arm in source.protocol.arms:
        head = {**_head(source, "TV"), "ARMCD": arm.id, "ARM": arm.label}
        yield {**head, "VISITNUM": FIRST_VISIT, "VISIT": SCREENING_LABEL, "TVSTRL": "Informed consent"}
        for course in source.plan.courses_of(arm.id):
            for step in course.steps:
                rule = _tell_step(course, step, arm.id)
                yield {**head, "VISITNUM": numbers[step], "VISIT": step, "TVSTRL": rule}
        for activity in source.plan.activities:
            if arm.id in activity.arms:
                rule = _tell_activity(activity, arm.id)
                yield {**head, "VISITNUM": numbers[activity.id], "VISIT": activity.label, "TVSTRL": rule}


def _tell_step(course: Course, step: str, arm: str) -> str:
    if not course.is_planned:
        return "Only if it comes to that"
    is_first = step == course.steps[0]
    timings = [one for one in course.first if not one.arms or arm in one.arms] if is_first else []
    if not is_first and course.interval is not None:
        timings = [course.interval]
    return "; ".join(_tell(one, "the step before") for one in timings) or "After the step before"


def _tell_activity(activity: PlannedActivity, arm: str) -> str:
    timings = [one for one in activity.timing if not one.arms or arm in one.arms]
    rule = "; ".join(_tell(one, f"each step of {activity.each}") for one in timings)
    if activity.repeats is not None:
        rule += f"; again every {activity.repeats.every} days, the last at most {activity.repeats.until} days after"
    return rule


def _tell(timing: Timing, step: str) -> str:
    anchor = step if timing.after in ("previous", "step") else timing.after
    where = "after" if timing.target >= 0 else "before"
    window = f", up to {timing.early} days earlier and {timing.late} later" if timing.early or timing.late else ""
    return f"{abs(timing.target)} days {where} {anchor}{window}"


def make_ts(source: Source) -> Iterator[Row]:
    protocol = source.protocol
    found: list[tuple[str, str, str]] = [("TITLE", "Trial Title", protocol.official_title or protocol.title)]
    found += [("REGID", "Registry Identifier", str(one.id)) for one in protocol.identifiers]
    found += [("INDIC", "Trial Disease/Condition Indication", one) for one in protocol.conditions]
    if protocol.sponsor is not None:
        found.append(("SPONSOR", "Clinical Study Sponsor", protocol.sponsor.name))
    if protocol.phase is not None:
        found.append(("TPHASE", "Trial Phase Classification", protocol.phase.registered))
    found.append(("NARMS", "Planned Number of Arms", str(len(protocol.arms))))
    found.append(("DCUTDTC", "Data Cutoff Date", source.facts.cut_on.isoformat()))
    found.append(("DCUTDESC", "Data Cutoff Description", f"Protocol version {source.facts.version}"))
    counted: dict[str, int] = {}
    for code, label, value in found:
        counted[code] = counted.get(code, 0) + 1
        yield {**_head(source, "TS"), "TSSEQ": counted[code], "TSPARMCD": code, "TSPARM": label, "TSVAL": value}


def _head(source: Source, domain: str) -> Row:
    return {"STUDYID": source.study, "DOMAIN": domain}
