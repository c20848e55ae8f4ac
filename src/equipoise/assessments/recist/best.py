"""Over the visits: the day of progression, the last evaluable visit, and the best response.

What each visit says is for `visits`; which reader counts is for `readers`; survival times are for the analysis.
"""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from itertools import dropwhile

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.recist.categories import Disease, Response
from equipoise.assessments.recist.lesions import PAPER
from equipoise.assessments.recist.new_lesions import NewLesions
from equipoise.assessments.recist.policy import CompleteThenPartial, CompleteThenStable, Policy
from equipoise.assessments.recist.visits import VisitResponse

FDA_DAYS = "FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2018), appendix"
_STABLE = frozenset({Response.CR, Response.PR, Response.SD})


@dataclass(frozen=True)
class DatedResponse:
    """
    An overall response and the day it is of.

    `lacks_non_targets` marks a partial response that is one only because non-targets were not assessed: it is no sign
    of disease after a complete response.
    """

    day: date
    response: Response
    lacks_non_targets: bool = False


@dataclass(frozen=True)
class BestResponse:
    """The best response and the first day on which it stood."""

    response: Response
    day: date


@dataclass(frozen=True)
class Progression:
    """
    The day of progression, and the day on which it could first be told.

    They differ where a lesion was equivocal first and confirmed later. `reasons` are among "targets", "non-targets"
    and "new lesion".
    """

    day: date
    told_on: date
    visit: int
    reasons: tuple[str, ...]


def find_progression(visits: Sequence[VisitResponse]) -> Answer[Progression | None]:
    """
    The first progression; None when no visit shows any.

    A new lesion counts from its first observation, also when it was equivocal then; a sum from the last scan of the
    targets at that visit, for only then it could be added up; a non-target from the scan that showed it [1]_. With
    several reasons at one visit the earliest day counts. Not evaluable when no visit can be judged.

    References
    ----------
    .. [1] FDA. Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics. Guidance for industry, 2018.
    """
    for visit in visits:
        if isinstance(visit.overall, Assessed) and visit.overall.value is Response.PD:
            reasons = _find_reasons(visit)
            later = [one.told_on for one in visits if one.told_on is not None and one.visit >= visit.visit]
            progression = Progression(min(reasons.values()), min(later), visit.visit, tuple(reasons))
            return Assessed(progression, visit.overall.inputs, f"{PAPER}; {FDA_DAYS}", visit.overall.notes)
    if not any(isinstance(visit.overall, Assessed) for visit in visits):
        return NotEvaluable(Why.NOT_ASSESSED, "no visit after baseline can be judged")
    inputs = tuple(_as_input(dated) for dated in date_responses(visits))
    return Assessed(None, inputs, PAPER)


def _find_reasons(visit: VisitResponse) -> dict[str, date]:
    """Each reason for progression at a visit with its day."""
    reasons = {}
    if isinstance(visit.new_lesions, Assessed) and visit.new_lesions.value is NewLesions.CONFIRMED:
        reasons["new lesion"] = min(_days(visit.new_lesions.inputs), default=visit.first_day)
    if isinstance(visit.non_target, Assessed) and visit.non_target.value is Response.PD:
        reasons["non-targets"] = min(_days(visit.non_target.inputs), default=visit.first_day)
    if isinstance(visit.target, Assessed) and visit.target.value is Response.PD:
        reasons["targets"] = max(_days(visit.target.inputs), default=visit.last_day)
    return reasons


def _days(inputs: Iterable[Input]) -> list[date]:
    """The days of inputs: none is later than its visit, and those of new lesions and non-targets are of it."""
    return [item.day for item in inputs if item.day is not None]


def find_last_evaluable(visits: Sequence[VisitResponse]) -> date | None:
    """The last day of the last visit with an overall response; None without one: where a subject is censored."""
    return max((visit.last_day for visit in visits if isinstance(visit.overall, Assessed)), default=None)


def date_responses(visits: Sequence[VisitResponse]) -> tuple[DatedResponse, ...]:
    """The overall response of each visit with its day: the last of the visit, of progression its own."""
    dated = []
    for visit in visits:
        response = visit.response
        day = min(_find_reasons(visit).values()) if response is Response.PD else visit.last_day
        is_target_gone = isinstance(visit.target, Assessed) and visit.target.value is Response.CR
        lacks = response is Response.PR and is_target_gone and isinstance(visit.non_target, NotEvaluable)
        dated.append(DatedResponse(day, response, lacks))
    return tuple(dated)


def judge_best_response(
    responses: Sequence[DatedResponse],
    *,
    policy: Policy,
    start: date,
    until: date | None = None,
    disease: Disease = Disease.TARGET,
) -> Answer[BestResponse]:
    """
    The best response from the start to progression.

    In the order CR, PR, SD (or NON-CR/NON-PD, or NED), PD, NE. What comes after the first progression, or after
    `until`, does not count. Stable disease needs a visit at least the minimum duration after the start; a response
    that is not confirmed counts as stable under the same condition. Where it fails, later progression makes the best
    response PD, and nothing later NE (Eisenhauer 2009, 4.4.3 and table 3).

    Parameters
    ----------
    responses
        Overall response at each visit with its day.
    policy
        The parameters and switches of the protocol.
    start
        From when the minimum duration of stable disease counts: baseline, first treatment or randomisation, as the
        protocol says.
    until
        Last day that counts: the start of another anticancer therapy, for example.
    disease
        What there was at baseline. With non-targets only, a complete response that is not confirmed counts as
        NON-CR/NON-PD, for there is no stable disease.
    """
    counted = sorted((one for one in responses if until is None or one.day <= until), key=lambda one: one.day)
    inputs = tuple(_as_input(one) for one in counted)
    if not counted:
        return NotEvaluable(Why.NEVER_MEASURED, "no response was assessed after baseline")
    days: dict[date, Response] = {}
    for one in counted:
        if days.setdefault(one.day, one.response) is not one.response:
            return NotEvaluable(Why.CONFLICT, "two responses on one day", inputs, ("which of the two counts",))
    course = _cut_at_progression(counted)
    if policy.must_confirm:
        course = _settle_complete(course, policy)
    best = _find_best(course, policy, start, disease)
    if best is None:
        because = f"no response, and none that lasted {policy.stable_after_days} days from the start"
        return NotEvaluable(Why.NOT_ASSESSED, because, inputs, ("a later assessment",))
    return Assessed(best, inputs, PAPER)


def _as_input(one: DatedResponse) -> Input:
    return Input("overall response", one.response, one.day)


def _cut_at_progression(responses: Sequence[DatedResponse]) -> list[DatedResponse]:
    """Everything up to the first progression."""
    course = []
    for one in responses:
        course.append(one)
        if one.response is Response.PD:
            break
    return course


def _settle_complete(course: list[DatedResponse], policy: Policy) -> list[DatedResponse]:
    """Apply the switches on disease after a complete response, where responses must be confirmed."""
    settled: list[DatedResponse] = []
    had_complete = False
    for one in course:
        if had_complete and one.response is Response.PR and one.lacks_non_targets:
            one = replace(one, response=Response.NE)
        if had_complete and _ends(one, policy):
            return [*settled, replace(one, response=Response.PD)]
        if had_complete and one.response is Response.PR and _was_partial(settled, policy):
            settled = [replace(x, response=Response.PR) if x.response is Response.CR else x for x in settled]
        had_complete = had_complete or one.response is Response.CR
        settled.append(one)
    return settled


def _ends(one: DatedResponse, policy: Policy) -> bool:
    """Whether disease after a complete response is progression by the switches."""
    if one.response is Response.PR:
        return policy.complete_then_partial is CompleteThenPartial.IS_PROGRESSION
    return one.response is Response.SD and policy.complete_then_stable is CompleteThenStable.IS_PROGRESSION


def _was_partial(course: list[DatedResponse], policy: Policy) -> bool:
    """Whether an earlier complete response is to be read as partial: by the switch, and unless it was confirmed."""
    if policy.complete_then_partial is not CompleteThenPartial.WAS_PARTIAL:
        return False
    return _find_confirmed(course, policy, Response.CR) is None


def _find_best(course: list[DatedResponse], policy: Policy, start: date, disease: Disease) -> BestResponse | None:
    """The first of the ordered categories that the course reached, with the day it did."""
    for wanted in (Response.CR, Response.PR):
        found = _find_confirmed(course, policy, wanted) if policy.must_confirm else _find_first(course, {wanted})
        if found is not None:
            return BestResponse(wanted, found.day)
    lasting = [one for one in course if one.day - start >= policy.stable_after]
    kinds: list[tuple[Set[Response], Response]]
    if disease is Disease.NON_TARGET_ONLY:
        kinds = [({Response.CR, Response.NON_CR_NON_PD}, Response.NON_CR_NON_PD)]
    else:
        kinds = [(_STABLE, Response.SD), ({Response.NON_CR_NON_PD}, Response.NON_CR_NON_PD)]
    for words, best in kinds:
        found = _find_first(lasting, words)
        if found is not None:
            return BestResponse(best, found.day)
    for best in (Response.NED, Response.PD):
        found = _find_first(course, {best})
        if found is not None:
            return BestResponse(best, found.day)
    too_early = _find_stable_after_complete(course) if policy.must_confirm else None
    if too_early is not None and policy.complete_then_stable is CompleteThenStable.AS_TABLE_3:
        return BestResponse(Response.PD, too_early.day)
    return None


def _find_first(course: Iterable[DatedResponse], words: Set[Response]) -> DatedResponse | None:
    return next((one for one in course if one.response in words), None)


def _find_stable_after_complete(course: list[DatedResponse]) -> DatedResponse | None:
    return _find_first(_from_complete(course), {Response.SD})


def _from_complete(course: Iterable[DatedResponse]) -> Iterable[DatedResponse]:
    """The course from its first complete response on."""
    return dropwhile(lambda one: one.response is not Response.CR, course)


def _find_confirmed(course: list[DatedResponse], policy: Policy, wanted: Response) -> DatedResponse | None:
    """The first response of this kind that a later one confirms, with nothing between that forbids it."""
    confirming = {Response.CR} if wanted is Response.CR else {Response.CR, Response.PR}
    for index, first in enumerate(course):
        following = course[index + 1 :] if first.response is wanted else []
        for place, later in enumerate(following):
            confirms = later.response in confirming and later.day - first.day >= policy.confirmed_after
            if confirms and _is_unbroken(following[:place], later, policy, wanted):
                return first
    return None


def _is_unbroken(between: list[DatedResponse], later: DatedResponse, policy: Policy, wanted: Response) -> bool:
    """Whether nothing stands between a response and its confirmation that forbids it, and none fell from complete."""
    allowed = {Response.CR, Response.NE} | (set() if wanted is Response.CR else {Response.PR, Response.SD})
    times = Counter(one.response for one in between)
    if not allowed.issuperset(times) or times[Response.NE] > policy.most_not_evaluable_between:
        return False
    if times[Response.SD] > policy.most_stable_between:
        return False
    return _find_first(_from_complete([*between, later]), {Response.PR}) is None
