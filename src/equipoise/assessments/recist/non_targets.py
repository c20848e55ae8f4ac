"""Response of the lesions that are followed without measuring.

Progression is never computed: a person says that it is unequivocal. A tumour marker that the protocol follows is an
entry here too, PRESENT while it is above normal.
"""

from enum import Enum

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.assessments.recist.categories import Response
from equipoise.assessments.recist.lesions import (
    NORMAL_NODE_BELOW_MM,
    PAPER,
    Finding,
    Lesion,
    Reading,
    Role,
    State,
)
from equipoise.assessments.recist.series import STATES_OF
from equipoise.assessments.recist.sums import find_one, was_removed


class _Seen(Enum):
    GONE = "gone"
    PRESENT = "present"
    PROGRESSED = "progressed"


def judge_non_targets(reading: Reading, visit: int, *, reappearance_is_progression: bool) -> Answer[Response]:
    """
    Response of the non-targets at a visit: CR, NON_CR_NON_PD or PD; NED when there are none.

    Progression of one decides; then one that was not assessed makes it not evaluable; complete needs all gone and
    every node below 10 mm (Eisenhauer 2009, 4.3.3).

    Parameters
    ----------
    reading, visit
        Whose visit.
    reappearance_is_progression
        True after an overall complete response: a lesion that is there again has progressed. Not so a node: only a
        person says so.
    """
    lesions = reading.with_role(Role.NON_TARGET)
    evidence = [finding.as_input() for lesion in lesions for finding in reading.at(lesion.id, visit)]
    if not lesions:
        return Assessed(Response.NED, (), PAPER)
    seen = [(lesion, _see(reading, lesion, visit)) for lesion in lesions]
    progressed: list[Input] = []
    for lesion, state in seen:
        is_back = state is _Seen.PRESENT and reappearance_is_progression and not lesion.is_node
        if state is _Seen.PROGRESSED or is_back:
            progressed += [finding.as_input() for finding in reading.at(lesion.id, visit)]
    if progressed:
        return Assessed(Response.PD, tuple(progressed), PAPER)
    missing = [state for _, state in seen if isinstance(state, NotEvaluable)]
    if missing:
        return NotEvaluable(missing[0].why, "; ".join(one.because for one in missing), tuple(evidence))
    is_complete = all(state is _Seen.GONE for _, state in seen)
    return Assessed(Response.CR if is_complete else Response.NON_CR_NON_PD, tuple(evidence), PAPER)


def _see(reading: Reading, lesion: Lesion, visit: int) -> _Seen | NotEvaluable:
    """What is to be said of one lesion."""
    baseline = find_one(reading, lesion, 0)
    if isinstance(baseline, NotEvaluable) or _look(lesion, baseline) is _Seen.GONE:
        why = f"non-target {lesion.id} was not there at baseline, and a lesion that appears later is a new one"
        return NotEvaluable(Why.NO_BASELINE, why, needs=(f"lesion {lesion.id} at baseline, or as a new lesion",))
    finding = find_one(reading, lesion, visit)
    if isinstance(finding, NotEvaluable):
        return finding
    seen = _look(lesion, finding)
    if seen is not _Seen.PROGRESSED and was_removed(reading, lesion, visit):
        why = f"non-target {lesion.id} was removed by surgery, which is no response"
        return NotEvaluable(Why.NOT_ASSESSED, why, (finding.as_input(),), ("a post-operative baseline",))
    return seen


def _look(lesion: Lesion, finding: Finding) -> _Seen | NotEvaluable:
    """Gone, present or progressed, by the state and, where there is one, the diameter."""
    where = f"lesion {lesion.id} at visit {finding.visit}"
    if finding.state not in STATES_OF[Role.NON_TARGET]:
        return NotEvaluable(Why.IMPLAUSIBLE, f"{where} has a state that no non-target has", (finding.as_input(),))
    if finding.state == State.UNEQUIVOCAL_PROGRESSION:
        return _Seen.PROGRESSED
    if finding.state in (State.ABSENT, State.REMOVED) or (finding.state == State.TOO_SMALL and lesion.is_node):
        return _Seen.GONE
    lengths = finding.parts_mm if finding.parts_mm else () if finding.mm is None else (finding.mm,)
    if any(not length.is_finite() or length < 0 for length in lengths):
        return NotEvaluable(Why.IMPLAUSIBLE, f"a diameter of {where} is no length", (finding.as_input(),))
    if lengths and (max(lengths) == 0 or (lesion.is_node and max(lengths) < NORMAL_NODE_BELOW_MM)):
        return _Seen.GONE
    return _Seen.PRESENT
