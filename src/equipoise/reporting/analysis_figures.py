"""The pictures of an analysis across its results: forest, waterfall, spider, swimmer lanes, grades and organ doses.

Decides what of the facts each picture shows. Those by subject are drawn only where the arms are told: the day of an
operation tells an arm.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import TypeVar

from markupsafe import Markup

from equipoise.analysis.answer import Interval, NotEstimable
from equipoise.analysis.facts import SubjectFacts
from equipoise.analysis.organ_doses import KIDNEY, CumulativeDose, accumulate_dose
from equipoise.analysis.progression import list_days
from equipoise.analysis.response import judge_before_operation
from equipoise.analysis.sets import find_reader
from equipoise.assessments.answer import Assessed
from equipoise.protocol.analysis_plan import EventKind
from equipoise.reporting.analysis_results import short
from equipoise.reporting.analysis_tables import Table, by_arm, is_reduced
from equipoise.reporting.analysis_view import AnalysisView
from equipoise.reporting.forest_plot import ForestRow, draw_forest_plot
from equipoise.reporting.grade_timeline import GradeLane, GradeMark, draw_grade_timeline
from equipoise.reporting.organ_dose_plot import DoseCourse, DoseLimit, DosePoint, draw_organ_doses
from equipoise.reporting.spider_plot import SpiderCourse, draw_spider_plot, make_course, tabulate_courses
from equipoise.reporting.subject_lists import link_subject
from equipoise.reporting.swimmer_plot import Mark, SwimLane, SwimMark, draw_swimmer_plot
from equipoise.reporting.waterfall_plot import WaterfallBar, draw_waterfall, sort_bars

RATIO, PROFILE = "hazard-ratio-", "-profile"
_MOST_COURSES, _MOST_LANES, _MOST_GRADES = 10, 40, 25


T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """A picture with its caption, and the same as a table."""

    picture: Markup
    caption: str
    table: Table | Markup | None = None


def _parts(all_of_it: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """A sequence in as few parts as none is over `most` (what a picture can hold), as alike in length as can be."""
    n = len(all_of_it)
    n_parts = ceil(n / most)
    return (all_of_it[n * part // n_parts : n * (part + 1) // n_parts] for part in range(n_parts))


def draw_forest(view: AnalysisView) -> Figure | None:
    """The hazard ratios of all analyses, with Wald's interval."""
    found = [
        (result, each)
        for result in view.results
        for each in result.comparisons
        if each.name.startswith(RATIO) and not each.name.endswith(PROFILE)
    ]
    rows = []
    for result, each in found:
        label = _forest_label(result.label, each.label)
        if isinstance(each.value, NotEstimable):
            rows.append(ForestRow(label, None, None, None, f"not estimable: {each.value.reason}"))
            continue
        low, high = (None, None) if each.interval is None else (each.interval.low, each.interval.high)
        rows.append(ForestRow(label, float(each.value), low, high, _ratio_words(each.value, each.interval)))
    if not rows:
        return None
    picture = draw_forest_plot(rows, title="Hazard ratios", sides=("fewer events than the control", "more"))
    table = Table("Hazard ratios", ("Analysis", "Ratio and interval"), [(row.label, row.words) for row in rows])
    return Figure(picture, "On a logarithmic scale. An arrow is a bound beyond the picture, or not reached.", table)


def _forest_label(label: str, ratio: str) -> str:
    return f"{label.removeprefix('Hazard ratio of ').capitalize()} ({ratio.removeprefix('Hazard ratio, ')})"


def _ratio_words(value: float, interval: Interval | None) -> str:
    if interval is None:
        return short(value)
    low, high = ("?" if each is None else short(each) for each in (interval.low, interval.high))
    return f"{short(value)} ({low} to {high}, {interval.type.value})"


@dataclass(frozen=True)
class _Judged:
    subject: SubjectFacts
    course: SpiderCourse
    best: float | None
    response: str


def draw_responses(view: AnalysisView) -> Iterator[Figure]:
    """Waterfall of the best change before the operation, and the spider plot of all of them."""
    if view.facts.is_masked:
        return
    reader = find_reader(view.plan)
    subjects = [subject for own in by_arm(view).values() for subject in own]
    judged = [found for each in subjects if (found := _judge(view, each, reader)) is not None]
    if not judged:
        return
    bars = [WaterfallBar(each.subject.subject, each.subject.arm, each.best, each.response) for each in judged]
    rows = [
        (link_subject(bar.subject), view.arm_name(bar.arm), _change(bar.change_percent), bar.response)
        for bar in [*sort_bars(bars), *(bar for bar in bars if bar.change_percent is None)]
    ]
    yield Figure(
        draw_waterfall(bars, title="Best change of the sum of diameters from baseline, before the operation"),
        f"Read by the {reader} reader. Letters: best response (RECIST 1.1).",
        Table("Best change before the operation", ("Subject", "Arm", "Change", "Best response"), rows, (2,)),
    )
    for number, arm in enumerate(by_arm(view)):
        courses = [each.course for each in judged if each.course.points and each.subject.arm == arm]
        for part, some in enumerate(_parts(courses, _MOST_COURSES)):
            caption = f"{view.arm_name(arm)}: change of the sum before the operation, read by the {reader} reader."
            yield Figure(draw_spider_plot(some, key=f"{number}-{part}"), caption, tabulate_courses(some))


def _judge(view: AnalysisView, subject: SubjectFacts, reader: str) -> _Judged | None:
    judged = judge_before_operation(subject, reader, view.facts.cut_on)
    if judged is None or not (days := [day for visit, day in list_days(judged[0]) if visit == 0]):
        return None
    course = make_course(subject.subject, judged[1], baseline=max(days))
    changes = [each.from_baseline.value for each in judged[1] if isinstance(each.from_baseline, Assessed)]
    best = {row.subject: row.best.value for rows in view.responses.values() for row in rows}
    return _Judged(
        subject, course, float(min(changes) * 100) if changes else None, best.get(subject.subject, "not judged")
    )


def _change(percent: float | None) -> str:
    return "not known" if percent is None else f"{percent:+.1f} %"


def draw_lanes(view: AnalysisView) -> Iterator[Figure]:
    """A lane for each subject: doses, operation, progression, other therapy, death, end."""
    if view.facts.is_masked:
        return
    progressions = _find_progressions(view)
    lanes = [_lane(view, subject, progressions) for own in by_arm(view).values() for subject in own]
    for number, some in enumerate(_parts(lanes, _MOST_LANES)):
        rows = [
            (link_subject(lane.subject), lane.arm, str(mark.day), mark.words)
            for lane in some
            for mark in (*lane.marks, SwimMark(lane.last_day, Mark.LEFT, _end_words(lane)))
        ]
        yield Figure(
            draw_swimmer_plot(some, title="The course of each subject", key=str(number)),
            "Days since randomisation. Progression as in the first endpoint that has it.",
            Table("What happened, by subject", ("Subject", "Arm", "Day", "What"), rows, (2,)),
        )


def _end_words(lane: SwimLane) -> str:
    return "followed on at the cut" if lane.is_followed else "end of the lane"


def _lane(view: AnalysisView, subject: SubjectFacts, progressions: Mapping[str, date]) -> SwimLane:
    def day(on: date) -> int:
        return (on - subject.randomised_on).days

    cut, marks = view.facts.cut_on, []
    for step in subject.given:
        less = ", less than the full amount" if is_reduced(step) else ""
        kind = Mark.DOSE if step.is_dose else Mark.OPERATION
        marks.append(SwimMark(day(step.on), kind, f"{step.step}{less}"))
    if subject.subject in progressions:
        marks.append(SwimMark(day(progressions[subject.subject]), Mark.PROGRESSION, "progression"))
    ends = (subject.died_on, Mark.DEATH, "death"), (subject.new_therapy_on, Mark.NEW_THERAPY, "new therapy")
    marks += [SwimMark(day(on), kind, words) for on, kind, words in ends if on is not None and on <= cut]
    left = subject.left_on if subject.left_on is not None and subject.left_on <= cut else None
    if left is not None and subject.died_on is None:
        marks.append(SwimMark(day(left), Mark.LEFT, subject.left_how or "left"))
    end = subject.died_on if subject.died_on is not None and subject.died_on <= cut else left
    last = max([0, day(end or cut)])
    return SwimLane(subject.subject, subject.arm, last, end is None, sorted(marks, key=lambda mark: mark.day))


def _find_progressions(view: AnalysisView) -> dict[str, date]:
    """The day of progression of each subject by the first endpoint of the plan that has one."""
    endpoint = next((each for each in view.plan.endpoints if EventKind.PROGRESSION in each.events), None)
    if endpoint is None or endpoint.id not in view.times:
        return {}
    return {row.subject: row.on for row in view.times[endpoint.id].rows if row.cause is EventKind.PROGRESSION}


def draw_grades(view: AnalysisView) -> Iterator[Figure]:
    """A lane for each subject with an adverse event: its worst grade on the day it began."""
    if view.facts.is_masked:
        return
    for arm, own in by_arm(view).items():
        events = {
            each.subject: [
                GradeMark((event.on - each.randomised_on).days, event.worst_grade)
                for event in each.adverse_events
                if each.randomised_on <= event.on <= view.facts.cut_on
            ]
            for each in own
        }
        lanes = [GradeLane(name, marks) for name, marks in events.items() if marks]
        for number, some in enumerate(_parts(lanes, _MOST_GRADES)):
            title = f"Worst grades of adverse events by day, {view.arm_name(arm)}"
            key = f"{list(by_arm(view)).index(arm)}-{number}"
            caption = f"{view.arm_name(arm)}: the worst grade of each event, on the day it began."
            yield Figure(draw_grade_timeline(some, title=title, key=key), caption, _grade_table(view, some))


def _grade_table(view: AnalysisView, lanes: Sequence[GradeLane]) -> Table:
    terms = {each.subject: each for each in view.facts.subjects}
    rows = [
        (
            link_subject(lane.name),
            str((event.on - terms[lane.name].randomised_on).days),
            event.term,
            "not graded" if event.worst_grade is None else str(event.worst_grade),
        )
        for lane in lanes
        for event in terms[lane.name].adverse_events
        if terms[lane.name].randomised_on <= event.on <= view.facts.cut_on
    ]
    return Table("Adverse events by subject and day", ("Subject", "Day", "Event", "Worst grade"), rows, (1, 3))


def draw_kidney_doses(view: AnalysisView) -> Iterator[Figure]:
    """The dose of the kidneys added up over the cycles, for everybody of whom it was measured."""
    if view.facts.is_masked:
        return
    found = {each.subject: accumulate_dose(each, KIDNEY) for own in by_arm(view).values() for each in own}
    measured = [(name, doses) for name, doses in found.items() if doses]
    limits = [
        DoseLimit(float(each.dose_gy), f"limit of {each.gate}: {each.dose_gy:f} Gy")
        for each in view.dose_limits.get(KIDNEY, ())
    ]
    for number, some in enumerate(_parts(measured, _MOST_COURSES)):
        title = "Absorbed dose of the kidneys, added up over the cycles"
        courses = [DoseCourse(name, points) for name, doses in some if (points := _dose_points(doses))]
        stated = "" if limits else " The protocol states no limit."
        yield Figure(
            draw_organ_doses(courses, organ="kidneys", limits=limits, title=title, key=str(number)),
            "As recorded. Upright bars: one standard deviation to each side, taken as shared by the cycles. A line "
            f"ends before the first cycle that was not measured; whose first was not is in the table alone.{stated}",
            _dose_table(some),
        )


def _dose_points(doses: Sequence[CumulativeDose]) -> list[DosePoint]:
    return [
        DosePoint(each.number, float(each.total), None if each.deviation is None else float(each.deviation))
        for each in doses
        if each.total is not None
    ]


def _dose_table(measured: Sequence[tuple[str, Sequence[CumulativeDose]]]) -> Table:
    rows = [
        (
            link_subject(name),
            each.step,
            "not measured" if each.own is None else f"{each.own:.2f}",
            "not known" if each.total is None else f"{each.total:.2f}",
            "not stated" if each.deviation is None else f"{each.deviation:.2f}",
            ", ".join(map(str, each.entries)),
        )
        for name, doses in measured
        for each in doses
    ]
    heads = ("Subject", "Cycle", "Of the cycle [Gy]", "Added up [Gy]", "One deviation [Gy]", "Events of the log")
    return Table("Dose of the kidneys by subject and cycle", heads, rows, (2, 3, 4))
