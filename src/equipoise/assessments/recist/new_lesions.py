"""New lesions: none, equivocal, or confirmed, and since when.

A lesion is new when a person says so; it need not be measurable. Whether a finding is unequivocal is never computed,
also not from FDG-PET (the paper's algorithm for it is not carried out here: a lesion that it shows is entered as
equivocal or unequivocal by the reader).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.recist.lesions import PAPER, Lesion, Reading, Role, State
from equipoise.assessments.recist.series import STATES_OF, Calendar
from equipoise.assessments.recist.sums import find_one


class NewLesions(StrEnum):
    """Whether there is a new lesion at a visit; an equivocal one is no progression."""

    NONE = "none"
    EQUIVOCAL = "equivocal"
    CONFIRMED = "confirmed"


@dataclass(frozen=True)
class NewLesionCourse:
    """
    New lesions by visit: as now known, with confirmation dated back, and as they could be judged on the day.

    `told_on` is the last day of the visit that confirmed what is now known of a visit.
    """

    now: dict[int, Answer[NewLesions]]
    then: dict[int, Answer[NewLesions]]
    told_on: dict[int, date]


_Status = NewLesions | NotEvaluable


def judge_new_lesions(reading: Reading, calendar: Calendar) -> NewLesionCourse:
    """
    Follow each new lesion over the visits.

    An equivocal lesion that later is unequivocal was progression from the first visit of the unbroken run in which it
    was seen (Eisenhauer 2009, 4.3.5 and frequently asked questions); a visit at which it was absent breaks the run, for
    then it was an artefact; one at which it was not assessed does not. A confirmed lesion stays one until it is absent.
    """
    visits = [visit for visit in calendar.visits if visit not in calendar.broken]
    then = {lesion: _follow(reading, lesion, visits) for lesion in reading.with_role(Role.NEW)}
    now = {lesion: _date_back(statuses, visits) for lesion, statuses in then.items()}
    return NewLesionCourse(
        {visit: _worst(reading, now, visit) for visit in visits},
        {visit: _worst(reading, then, visit) for visit in visits},
        _find_told(now, then, calendar, visits),
    )


def _find_told(
    now: dict[Lesion, dict[int, _Status]],
    then: dict[Lesion, dict[int, _Status]],
    calendar: Calendar,
    visits: list[int],
) -> dict[int, date]:
    """When the confirmed lesions of each visit were first known to be confirmed."""
    told: dict[int, date] = {}
    for lesion, statuses in now.items():
        known = [visit for visit in visits if then[lesion][visit] is NewLesions.CONFIRMED]
        for visit in visits:
            if statuses[visit] is NewLesions.CONFIRMED:
                day = calendar.days[next(later for later in known if later >= visit)][1]
                told[visit] = min(day, told.get(visit, day))
    return told


def _follow(reading: Reading, lesion: Lesion, visits: list[int]) -> dict[int, _Status]:
    """The status of one lesion at each visit as it could be judged on the day."""
    baseline = find_one(reading, lesion, 0)
    if not isinstance(baseline, NotEvaluable) and baseline.state != State.ABSENT:
        why = f"lesion {lesion.id} is called new and was there at baseline"
        return dict.fromkeys(visits, NotEvaluable(Why.CONFLICT, why, (baseline.as_input(),)))
    statuses: dict[int, _Status] = {}
    status = NewLesions.NONE
    for visit in visits:
        finding = find_one(reading, lesion, visit)
        if isinstance(finding, NotEvaluable) and finding.why is not Why.NOT_ASSESSED:
            statuses[visit] = finding
            continue
        if not isinstance(finding, NotEvaluable):
            if finding.state not in STATES_OF[Role.NEW]:
                why = f"nobody said whether new lesion {lesion.id} is unequivocal at visit {visit}"
                needs = (f"whether lesion {lesion.id} is unequivocal",)
                statuses[visit] = NotEvaluable(Why.NEEDS_PERSON, why, (finding.as_input(),), needs)
                continue
            if finding.state == State.UNEQUIVOCAL:
                status = NewLesions.CONFIRMED
            elif finding.state == State.EQUIVOCAL and status is NewLesions.NONE:
                status = NewLesions.EQUIVOCAL
            elif finding.state in (State.ABSENT, State.REMOVED):
                status = NewLesions.NONE
        statuses[visit] = status
    return statuses


def _date_back(statuses: dict[int, _Status], visits: list[int]) -> dict[int, _Status]:
    """Confirmation reaches back over the visits at which the lesion was equivocal without a break."""
    known = dict(statuses)
    is_confirmed_next = False
    for visit in reversed(visits):
        if known[visit] is NewLesions.EQUIVOCAL and is_confirmed_next:
            known[visit] = NewLesions.CONFIRMED
        is_confirmed_next = known[visit] is NewLesions.CONFIRMED
    return known


def _worst(reading: Reading, courses: dict[Lesion, dict[int, _Status]], visit: int) -> Answer[NewLesions]:
    """All new lesions at a visit: a confirmed one decides, then one that cannot be judged, then an equivocal one."""
    at_visit = [(lesion, statuses[visit]) for lesion, statuses in courses.items()]
    for wanted in (NewLesions.CONFIRMED, None, NewLesions.EQUIVOCAL):
        chosen = [(lesion, status) for lesion, status in at_visit if _is(status, wanted)]
        if not chosen:
            continue
        if wanted is None:
            return next(status for _, status in chosen if isinstance(status, NotEvaluable))
        return Assessed(wanted, _evidence(reading, [lesion for lesion, _ in chosen], visit), PAPER)
    return Assessed(NewLesions.NONE, (), PAPER)


def _is(status: _Status, wanted: NewLesions | None) -> bool:
    return isinstance(status, NotEvaluable) if wanted is None else status is wanted


def _evidence(reading: Reading, lesions: list[Lesion], visit: int) -> tuple[Input, ...]:
    return tuple(finding.as_input() for lesion in lesions for finding in reading.at(lesion.id, visit))
