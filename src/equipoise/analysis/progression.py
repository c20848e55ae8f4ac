"""What one reader saw of a subject up to the cut: days without progression, and the day of progression.

Decides which findings are looked at, and which assessments count as evaluable. What a visit says is for
`assessments.recist`; what follows from it for a time, for `censoring` and `endpoints`.
"""

from dataclasses import dataclass, replace
from datetime import date

from equipoise.analysis.facts import Given, SubjectFacts
from equipoise.assessments.answer import Assessed, NotEvaluable
from equipoise.assessments.recist import (
    PUBLISHED,
    FirstSeenAfter,
    Progression,
    Reading,
    Response,
    State,
    Surgery,
    SurgeryRule,
    VisitResponse,
    find_progression,
    judge_around_surgery,
    judge_visits,
)
from equipoise.protocol.analysis_plan import PostOperative


@dataclass(frozen=True)
class Course:
    """
    A reading, judged.

    Parameters
    ----------
    free_on
        The days of evaluable assessments that showed no progression and come before any, ascending. Of a visit that
        took several days the last; the baseline of a trial is none of them.
    progression
        The first one, with its day; None when nothing shows any.
    """

    free_on: tuple[date, ...] = ()
    progression: Progression | None = None

    def last_free(self, until: date) -> date | None:
        """The last evaluable assessment without progression on or before a day."""
        return max((day for day in self.free_on if day <= until), default=None)


def find_operation(subject: SubjectFacts, cut_on: date) -> Given | None:
    """The first operation from the start to the cut."""
    done = [one for one in subject.given if not one.is_dose and subject.randomised_on <= one.on <= cut_on]
    return min(done, key=lambda one: one.on, default=None)


def list_days(reading: Reading) -> list[tuple[int, date]]:
    """Every visit with each of its days, in order."""
    days = {(one.visit, one.day) for one in reading.findings} | {(one.visit, one.day) for one in reading.scans}
    return sorted(days)


def cut_reading(subject: SubjectFacts, reader: str, cut_on: date) -> Reading | None:
    """
    What a reader saw up to the cut; None without a reading.

    A visit after the baseline that has a day before the start is left out whole: `find_doubts` names it.
    """
    reading = subject.readings.get(reader)
    if reading is None:
        return None
    too_early = {visit for visit, day in list_days(reading) if visit != 0 and day < subject.randomised_on}
    findings = tuple(one for one in reading.findings if one.day <= cut_on and one.visit not in too_early)
    scans = tuple(one for one in reading.scans if one.day <= cut_on and one.visit not in too_early)
    return replace(reading, findings=findings, scans=scans)


def follow_reading(subject: SubjectFacts, reader: str, after: PostOperative | None, cut_on: date) -> Course:
    """
    Find progression and the evaluable assessments before it.

    Where the endpoint has a post-operative baseline and an operation took place, visits after the operation are judged
    against that baseline. The scan that is the new baseline counts as an assessment without progression, when every
    lesion was assessed: who had no new lesion then that the protocol calls progression had not progressed.
    """
    reading = cut_reading(subject, reader, cut_on)
    if reading is None:
        return Course()
    operation = find_operation(subject, cut_on)
    if after is None or operation is None:
        return _make_course(judge_visits(reading, policy=PUBLISHED), None)
    window = SurgeryRule(
        from_day=after.from_day, until_day=after.until_day, first_seen=FirstSeenAfter(after.first_seen)
    )
    surgery = Surgery(operation.on, operation.removed)
    around = judge_around_surgery(reading, surgery, rule=window, policy=PUBLISHED)
    renewed = around.baseline.value if isinstance(around.baseline, Assessed) else None
    return _make_course(around.all_visits, renewed if renewed is not None and _is_whole(reading, renewed) else None)


def _is_whole(reading: Reading, last_day: date) -> bool:
    """Whether every lesion that was looked for at the visit that ended on this day was assessed."""
    visits = {one.visit for one in reading.findings if one.day == last_day}
    return all(one.state != State.NOT_ASSESSED for one in reading.findings if one.visit in visits)


def _make_course(visits: tuple[VisitResponse, ...], baseline: date | None) -> Course:
    found = find_progression(visits)
    progression = None if isinstance(found, NotEvaluable) else found.value
    counted = [one for one in visits if progression is None or one.visit < progression.visit]
    free = {one.last_day for one in counted if isinstance(one.overall, Assessed) and one.response is not Response.PD}
    if baseline is not None and (progression is None or baseline < progression.day):
        free.add(baseline)
    return Course(tuple(sorted(free)), progression)
