"""The design of a trial as datasets: TA, TE, TI, TV, TS, from protocol and plan.

Planned arms are public and stand here also while those of the subjects are pooled.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from equipoise.analysis.cdisc.catalogue import Row, make_codes
from equipoise.analysis.cdisc.inputs import SCREENING_VISIT, Source
from equipoise.criteria.truth import Kind
from equipoise.errors import EquipoiseError, Fault
from equipoise.protocol.phases import phase_numbers
from equipoise.protocol.plan import Course, Plan, PlannedActivity, Timing

FIRST_VISIT = 1
SCREENING = "SCREENING"
SCREENING_LABEL = "Screening"
_REGISTERED = re.compile(r"NCT\d{8}")
_PHASES = {
    "0": ("PHASE 0 TRIAL", "C54721"),
    "1": ("PHASE I TRIAL", "C15600"),
    "1/2": ("PHASE I/II TRIAL", "C15693"),
    "2": ("PHASE II TRIAL", "C15601"),
    "2/3": ("PHASE II/III TRIAL", "C15694"),
    "3": ("PHASE III TRIAL", "C15602"),
    "4": ("PHASE IV TRIAL", "C15603"),
}
"""Submission values and codes of Trial Phase Response (C66737)."""


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


def find_criterion(source: Source, name: str, asked: str = "") -> PlannedCriterion:
    """
    A criterion by its id, as in the version asked for, else in that of the facts, else in the first that has it.

    Raises
    ------
    EquipoiseError
        No version has it.
    """
    asked_first = [asked] if asked else []
    versions = [*asked_first, source.facts.version, *(one.name for one in source.protocol.versions)]
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


@dataclass(frozen=True)
class PlannedTime:
    """One time of an activity in an arm: so many `days` after what `timing` names, or after `step` where it has one."""

    timing: Timing
    days: int
    step: str = ""


def list_times(plan: Plan, activity: PlannedActivity, arm: str) -> list[PlannedTime]:
    """Each time that an activity is planned in an arm, in the order in which a calendar numbers them."""
    course = next((one for one in plan.courses_of(arm) if one.id == activity.each), None)
    steps = [""] if activity.each is None else course.steps if course else []
    timings = [one for one in activity.timing if not one.arms or arm in one.arms]
    return [PlannedTime(one, day, step) for step in steps for one in timings for day in activity.days_after(one)]


class VisitNames:
    """VISITNUM and VISIT of screening, which is the first, and of each step and each time of an activity."""

    def __init__(self, plan: Plan) -> None:
        named = [((SCREENING_VISIT, 1), SCREENING_LABEL)]
        named += [((step, 1), step) for course in plan.courses for step in course.steps]
        for one in plan.activities:
            n_times = max(len(list_times(plan, one, arm)) for arm in one.arms)
            named += [((one.id, n), one.label if n_times == 1 else f"{one.label} {n}") for n in range(1, n_times + 1)]
        self._names = {key: (number, label) for number, (key, label) in enumerate(named, FIRST_VISIT)}

    def of(self, item: str, number: int = 1) -> tuple[int, str] | None:
        """Of a step, of this time of an activity, or of the screening; None of whatever is none of these."""
        return self._names.get((item, number))


def make_tv(source: Source) -> Iterator[Row]:
    names = VisitNames(source.plan)
    for arm in source.protocol.arms:
        head = {**_head(source, "TV"), "ARMCD": arm.id, "ARM": arm.label}
        rules = {(SCREENING_VISIT, 1): "Informed consent"}
        for course in source.plan.courses_of(arm.id):
            rules |= {(step, 1): _tell_step(course, step, arm.id) for step in course.steps}
        for activity in source.plan.activities:
            if arm.id in activity.arms:
                times = enumerate(list_times(source.plan, activity, arm.id), 1)
                rules |= {(activity.id, number): _tell(one.timing, one.step, one.days) for number, one in times}
        for key, rule in rules.items():
            if (name := names.of(*key)) is not None:
                yield {**head, "VISITNUM": name[0], "VISIT": name[1], "TVSTRL": rule}


def _tell_step(course: Course, step: str, arm: str) -> str:
    if not course.is_planned:
        return "Only if it comes to that"
    is_first = step == course.steps[0]
    timings = [one for one in course.first if not one.arms or arm in one.arms] if is_first else []
    if not is_first and course.interval is not None:
        timings = [course.interval]
    return "; ".join(_tell(one, "the step before", one.target) for one in timings) or "After the step before"


def _tell(timing: Timing, step: str, days: int) -> str:
    anchor = step if timing.after in ("previous", "step") else timing.after
    where = "after" if days >= 0 else "before"
    window = f", up to {timing.early} days earlier and {timing.late} later" if timing.early or timing.late else ""
    return f"{abs(days)} days {where} {anchor}{window}"


def make_ts(source: Source) -> Iterator[Row]:
    """What the protocol states, each with its code and where that is from, where there is one."""
    counted: dict[str, int] = {}
    for told in _parameters(source):
        counted[told.code] = counted.get(told.code, 0) + 1
        yield {
            **_head(source, "TS"),
            "TSSEQ": counted[told.code],
            "TSPARMCD": told.code,
            "TSPARM": told.label,
            "TSVAL": told.value,
            "TSVALCD": told.value_code,
            "TSVCDREF": told.reference,
        }


@dataclass(frozen=True)
class _Parameter:
    code: str
    label: str
    value: str
    value_code: str | None = None
    reference: str | None = None


def _parameters(source: Source) -> Iterator[_Parameter]:
    protocol = source.protocol
    yield _Parameter("TITLE", "Trial Title", protocol.official_title or protocol.title)
    for one in protocol.identifiers:
        is_registered = _REGISTERED.fullmatch(str(one.id)) is not None
        code, reference = (str(one.id), "CLINICALTRIALS.GOV") if is_registered else (None, None)
        yield _Parameter("REGID", "Registry Identifier", str(one.id), code, reference)
    for condition in protocol.conditions:
        yield _Parameter("INDIC", "Trial Disease/Condition Indication", condition)
    if protocol.sponsor is not None:
        yield _Parameter("SPONSOR", "Clinical Study Sponsor", protocol.sponsor.name)
    if protocol.phase is not None:
        yield _Parameter("TPHASE", "Trial Phase Classification", *_phase(protocol.phase.registered))
    yield _Parameter("NARMS", "Planned Number of Arms", str(len(protocol.arms)))
    day = source.facts.cut_on.isoformat()
    yield _Parameter("DCUTDTC", "Data Cutoff Date", day, reference="ISO 8601")
    yield _Parameter("DCUTDESC", "Data Cutoff Description", f"Protocol version {source.facts.version}")


def _phase(words: str) -> tuple[str, str | None, str | None]:
    """TSVAL, TSVALCD and TSVCDREF of a phase; in the words of its register where the terminology has no term for it."""
    numbers = phase_numbers(words)
    if numbers not in _PHASES:
        return words, None, None
    return _PHASES[numbers][0], _PHASES[numbers][1], "CDISC CT"


def _head(source: Source, domain: str) -> Row:
    return {"STUDYID": source.study, "DOMAIN": domain}
