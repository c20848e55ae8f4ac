"""The tables of an analysis before its results: flow, sets, baseline and treatment, each count with its subjects.

Decides what is counted and in which words. Nothing is tested here: differences at baseline of a randomised trial are
chance. (CONSORT 2025, item 25 and its explanation.)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from statistics import median, quantiles

from markupsafe import Markup, escape

from equipoise.analysis.facts import Given, SubjectFacts
from equipoise.analysis.flow import Box
from equipoise.reporting.analysis_view import AnalysisView, CourseShown
from equipoise.reporting.flow_diagram import WITHHELD, FlowLine, lines_of, phases_of
from equipoise.reporting.subject_lists import SubjectLists

Cell = str | Markup


@dataclass(frozen=True)
class Table:
    """A table: the first cell of a row is its heading. `numeric`: the columns that hold numbers, by place."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numeric: Sequence[int] = ()


def by_arm(view: AnalysisView) -> dict[str, list[SubjectFacts]]:
    """The subjects of each arm, in the order of the protocol."""
    arms: dict[str, list[SubjectFacts]] = {arm: [] for arm in view.facts.arms}
    for subject in view.facts.subjects:
        arms.setdefault(subject.arm, []).append(subject)
    return arms


def box_words(before: str, box: Box) -> str:
    """What a list of a box is called."""
    return f"{before}, {box.label}" if before else box.label


def tabulate_flow(view: AnalysisView, lists: SubjectLists) -> Table:
    """The flow diagram as a table, line by line."""
    flow = view.flow
    lines: list[tuple[str, str, FlowLine]] = [
        ("Enrolment", "", each) for box in (flow.assessed, flow.excluded, flow.randomised) for each in lines_of(box)
    ]
    for arm in flow.arms:
        name = view.arm_name(arm.arm)
        lines += [(phase, name, each) for phase, own in phases_of(arm) for each in own]
    rows = []
    for phase, arm_name, each in lines:
        words = Markup("&#8211; ") * each.depth + escape(each.words)
        count = WITHHELD if each.box is None else lists.count(box_words(arm_name, each.box), each.box.subjects)
        rows.append((words, phase, arm_name, count))
    return Table("Everybody, from enrolment to analysis", ("What", "Phase", "Arm", "n"), rows, (3,))


def tabulate_sets(view: AnalysisView, lists: SubjectLists) -> Table:
    """Each analysis set with its members, and who is not in it by reason."""
    rows: list[Sequence[Cell]] = []
    for each in view.sets.values():
        size = view.set_sizes.get(each.id, len(each.members))
        is_told = size == len(each.members)
        members = lists.count(f"Set: {each.label}", each.members) if is_told else f"{size} (who: {WITHHELD})"
        reasons: dict[str, list[str]] = {}
        for name, why in each.excluded.items():
            reasons.setdefault(why.words, []).append(name)
        out = _listed(lists, f"Not in the set {each.label}", reasons)
        still: dict[str, list[str]] = {}
        for name, why in each.open.items():
            still.setdefault(why.words, []).append(name)
        waits = _listed(lists, f"May yet leave the set {each.label}", still)
        rows.append((each.label, each.rule.value, members, out if is_told else WITHHELD, waits))
    heads = ("Set", "Rule", "In it", "Not in it, and why", "May yet leave it")
    return Table("Analysis sets", heads, rows, (2,))


def _listed(lists: SubjectLists, before: str, reasons: Mapping[str, Sequence[str]]) -> Markup:
    said = [
        Markup("{}: {}").format(words, lists.count(f"{before}: {words}", names)) for words, names in reasons.items()
    ]
    return Markup("; ").join(said)


def tabulate_baseline(view: AnalysisView, lists: SubjectLists) -> Table:
    """What the subjects were like at entry, by arm: counts with shares, or median, quartiles and range."""
    arms = by_arm(view)
    names = list(dict.fromkeys(name for subject in view.facts.subjects for name in subject.baseline))
    rows: list[Sequence[Cell]] = [
        ("Randomised", *(lists.count(f"{view.arm_name(arm)}, randomised", _names(own)) for arm, own in arms.items()))
    ]
    for name in names:
        values = {arm: [(each.subject, each.baseline.get(name)) for each in own] for arm, own in arms.items()}
        known = [value for own in values.values() for _, value in own if value is not None]
        is_number = all(_number(value) is not None for value in known) and len(set(known)) > 2
        if is_number:
            rows += _numbers(view, lists, name, values)
        else:
            rows += _levels(view, lists, name, values, sorted(set(known)))
        missing = {arm: [subject for subject, value in own if value is None] for arm, own in values.items()}
        if any(missing.values()):
            counted = (lists.count(f"{view.arm_name(arm)}, {name} not known", own) for arm, own in missing.items())
            rows.append((f"{name}: not known", *counted))
    heads = ("At entry", *(f"{view.arm_name(arm)} (n = {len(own)})" for arm, own in arms.items()))
    return Table("At entry, by arm", heads, rows, tuple(range(1, len(heads))))


_Values = Mapping[str, Sequence[tuple[str, str | None]]]


def _levels(
    view: AnalysisView, lists: SubjectLists, name: str, values: _Values, levels: Sequence[str]
) -> Iterator[Sequence[Cell]]:
    for level in levels:
        cells = []
        for arm, own in values.items():
            names = [subject for subject, value in own if value == level]
            share = f" ({len(names) / len(own):.0%})" if own else ""
            cells.append(lists.count(f"{view.arm_name(arm)}, {name}: {level}", names) + share)
        yield (f"{name}: {level}", *cells)


def _numbers(view: AnalysisView, lists: SubjectLists, name: str, values: _Values) -> Iterator[Sequence[Cell]]:
    cells = []
    for arm, own in values.items():
        found = {each: number for each, value in own if value is not None and (number := _number(value)) is not None}
        spread = spread_words([float(each) for each in found.values()])
        cells.append(lists.lead(spread, f"{view.arm_name(arm)}, {name} known", found))
    yield (f"{name}: median (quartiles; range)", *cells)


def spread_words(numbers: Sequence[float]) -> str:
    """Median, quartiles (of the sample, its ends included) and range of some numbers."""
    if not numbers:
        return "nobody"
    low, _, high = quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else [numbers[0]] * 3
    return f"{median(numbers):.4g} ({low:.4g} to {high:.4g}; {min(numbers):.4g} to {max(numbers):.4g})"


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _names(subjects: Sequence[SubjectFacts]) -> list[str]:
    return [each.subject for each in subjects]


def tabulate_treatment(view: AnalysisView, lists: SubjectLists) -> Table:
    """What was given in each arm: steps, amounts, intensity, reductions, days between doses, operations; and holds."""
    arms = by_arm(view)
    rows: list[Sequence[Cell]] = []
    for course in _courses(view):
        given = {arm: {each.subject: _given(each, course) for each in own} for arm, own in arms.items()}
        if not any(steps for own in given.values() for steps in own.values()) and not course.arms:
            continue
        rows += _steps_given(view, lists, course, given)
        rows += _amounts(view, lists, course, given) if course.is_dose else _removed(view, lists, course, given)
        rows += _held(view, lists, course)
    heads = ("Given", *(f"{view.arm_name(arm)} (n = {len(own)})" for arm, own in arms.items()))
    return Table("Treatment given up to the cut, by arm", heads, rows, tuple(range(1, len(heads))))


_GivenBy = Mapping[str, Mapping[str, Sequence[Given]]]


def _courses(view: AnalysisView) -> list[CourseShown]:
    """Those planned, then any other of which a step was given."""
    found = {step.course: step.is_dose for subject in view.facts.subjects for step in subject.given}
    planned = {course.id for course in view.courses}
    more = (CourseShown(id, id or "unplanned", (), (), is_dose=is_dose) for id, is_dose in found.items())
    return [*view.courses, *(course for course in more if course.id not in planned)]


def _given(subject: SubjectFacts, course: CourseShown) -> list[Given]:
    return [step for step in subject.given if step.course == course.id]


def _steps_given(
    view: AnalysisView, lists: SubjectLists, course: CourseShown, given: _GivenBy
) -> Iterator[Sequence[Cell]]:
    most = max([len(course.steps), *(len(steps) for own in given.values() for steps in own.values())])
    for number in range(most, -1, -1):
        words = f"{course.label}: {number} of {len(course.steps) or '?'} steps"
        cells = []
        for arm, own in given.items():
            is_planned = not course.arms or arm in course.arms or view.facts.is_masked
            names = [subject for subject, steps in own.items() if len(steps) == number]
            counted = lists.count(f"{view.arm_name(arm)}, {words}", names)
            cells.append(counted if is_planned or (number and names) else "not planned")
        yield (words, *cells)


def _amounts(view: AnalysisView, lists: SubjectLists, course: CourseShown, given: _GivenBy) -> Iterator[Sequence[Cell]]:
    totals, intensities, reduced, unknown, gaps = [], [], [], [], []
    for arm, own in given.items():
        name = f"{view.arm_name(arm)}, {course.label}"
        some = {subject: steps for subject, steps in own.items() if steps}
        known = {name: steps for name, steps in some.items() if all(step.amount is not None for step in steps)}
        sums = {name: sum((step.amount or Decimal(0) for step in steps), Decimal(0)) for name, steps in known.items()}
        with_amounts = (f"{name}: every amount is known", sums, _entries_of(known))
        totals.append(lists.lead(spread_words([float(each) for each in sums.values()]), *with_amounts))
        planned = (course.full_amount or Decimal(0)) * len(course.steps)
        shares = spread_words([float(100 * each / planned) for each in sums.values()]) if planned else "not known"
        intensities.append(lists.lead(shares, *with_amounts) if planned else shares)
        less = {each: below for each, steps in some.items() if (below := [step for step in steps if is_reduced(step)])}
        reduced.append(lists.count(f"{name}: a dose below the full amount", less, _entries_of(less)))
        unsaid = [each for each in some if each not in known]
        unknown.append(lists.count(f"{name}: an amount is not known", unsaid))
        several = {each: _in_order(steps) for each, steps in some.items() if len(steps) > 1}
        days = [(later.on - first.on).days for steps in several.values() for first, later in pairwise(steps)]
        gaps.append(lists.lead(spread_words(days), f"{name}: more than one dose", several, _entries_of(several)))
    unit = f" [{course.unit}]" if course.unit else ""
    how = "median (quartiles; range)"
    yield (f"{course.label}: amount together{unit}, {how}", *totals)
    yield (f"{course.label}: given of planned amount [%], {how}", *intensities)
    yield (f"{course.label}: with a dose below the full amount", *reduced)
    yield (f"{course.label}: with an amount that is not known", *unknown)
    yield (f"{course.label}: days from one dose to the next, {how}", *gaps)


def _entries_of(given: Mapping[str, Sequence[Given]]) -> list[int]:
    """The events of the log in which steps stand."""
    return [entry for steps in given.values() for step in steps for entry in step.entries]


def is_reduced(step: Given) -> bool:
    """Whether less than the full amount was given, its tolerance counted in."""
    if step.amount is None or step.full_amount is None:
        return False
    return 100 * step.amount < step.full_amount * (100 - step.tolerance_percent)


def _in_order(steps: Sequence[Given]) -> list[Given]:
    return sorted(steps, key=lambda step: step.on)


def _removed(view: AnalysisView, lists: SubjectLists, course: CourseShown, given: _GivenBy) -> Iterator[Sequence[Cell]]:
    cells = []
    for arm, own in given.items():
        names = [subject for subject, steps in own.items() if any(step.removed for step in steps)]
        cells.append(lists.count(f"{view.arm_name(arm)}, {course.label}: lesions removed", names))
    yield (f"{course.label}: with lesions recorded as removed", *cells)


def _held(view: AnalysisView, lists: SubjectLists, course: CourseShown) -> Iterator[Sequence[Cell]]:
    """Who was held before a step of a course, and how long until the step was given; nothing where nobody was."""
    held, waiting, days = [], [], []
    for arm, own in by_arm(view).items():
        waits = {subject.subject: _waits(subject, course) for subject in own}
        some = {name: found for name, found in waits.items() if found}
        name = f"{view.arm_name(arm)}, {course.label}"
        held.append(lists.count(f"{name}: held before a step", some))
        still = [subject for subject, found in some.items() if None in found]
        waiting.append(lists.count(f"{name}: held, and the step not given by the cut", still))
        waited = {each: [day for day in found if day is not None] for each, found in some.items()}
        spread = spread_words([day for found in waited.values() for day in found])
        given = [each for each, found in waited.items() if found]
        days.append(lists.lead(spread, f"{name}: given after a hold", given))
    if any(each != "0" for each in held):
        yield (f"{course.label}: held before a step", *held)
        yield (f"{course.label}: held, and the step not given by the cut", *waiting)
        yield (f"{course.label}: days from the first hold to the step, median (quartiles; range)", *days)


def _waits(subject: SubjectFacts, course: CourseShown) -> list[int | None]:
    """For each step of a course that was held, the days from its first hold until it was given; None: it was not."""
    waits: dict[str, int | None] = {}
    for held in subject.held:
        if held.course == course.id and held.step not in waits:
            days = [(each.on - held.on).days for each in subject.given if each.step == held.step]
            waits[held.step] = min((each for each in days if each >= 0), default=None)
    return list(waits.values())


def tabulate_holds(view: AnalysisView, lists: SubjectLists) -> Table:
    """Steps that were held: what the gate answered on that day, and what it found."""
    held = [(each.on, subject.subject, subject.arm, each) for subject in view.facts.subjects for each in subject.held]
    rows = [
        (
            lists.count(f"{each.step} held on {on}: {' '.join(each.why)}", [subject], each.entries),
            each.step,
            view.arm_name(arm),
            str(on),
            each.answer,
            " ".join(each.why),
        )
        for on, subject, arm, each in sorted(held, key=lambda row: (row[0], row[3].entries))
    ]
    return Table("Steps that were held", ("Subjects", "Step", "Arm", "Day", "Answer", "Why"), rows)
