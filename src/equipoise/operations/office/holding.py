"""The act of holding a step: what its gate answered today, put down when that is not open.

A hold asks nothing and permits nothing (Decision 20): no gate and no calendar day reads it, and a step that is held can
be released the moment its gate opens. So it is not signed: like a record it tells (Decision 17). It holds the whole
answer, as a release does.
"""

from dataclasses import dataclass
from datetime import date

from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import known_subject
from equipoise.operations.office.days import today_at
from equipoise.operations.office.entries import make_entry
from equipoise.operations.office.event import Change, Event
from equipoise.operations.office.files import Held, SubjectFile, read_file
from equipoise.operations.office.gating import GateRuling
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.rows import Trial
from equipoise.operations.office.subject_policies import check_not_locked
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write


@dataclass(frozen=True)
class Holding:
    """The event; `is_repeat` when this very answer stood already and nothing was written now."""

    event: Event
    is_repeat: bool = False


def hold(desk: Desk, who: Who, ruling: GateRuling) -> Holding:
    """
    Put down that a step is not given today, with what its gate answers.

    Raises
    ------
    RefusedError
        The gate is open, was asked before something changed or for another day; or the trial is locked.
    """
    answer, subject = ruling.answer, known_subject(desk, ruling.subject.id)
    check_may(desk, who, Act.HOLD, subject.site)
    check_not_locked(desk.get(Trial, "trial"))
    ruling.check_current(desk, today_at(desk, subject.site, desk.now))
    if answer.is_open:
        what = f"the gate of {answer.step} says {answer.action.value}: there is nothing to hold"
        do = f"Release it instead: equipoise trial release {answer.step} --subject {subject.id}"
        raise RefusedError("Nothing was written.", [Fault(subject.id, what, do)])
    told = {"answer": answer.to_json()}
    earlier = _last_hold(desk, subject.id, answer.step)
    if earlier is not None and earlier.entry.changes[Visibility.TREATMENT].new == told:
        return Holding(earlier, is_repeat=True)
    changes = {Visibility.TREATMENT: Change(told)}
    entry = make_entry(Act.HOLD, who, changes, site=subject.site, subject=subject.id, version=subject.version)
    return Holding(write(desk, entry))


def held_since(file: SubjectFile, step: str) -> date | None:
    """The day since which a step is held: of the first hold after its last release; None when it is not."""
    return next((each.on for each in _in_force(file, step)), None)


def _in_force(file: SubjectFile, step: str) -> list[Held]:
    """The holds of a step after its last release: those before it hold nothing any more."""
    released = max((each.seq for each in file.released if each.step == step), default=0)
    return [each for each in file.held if each.step == step and each.seq > released]


def _last_hold(view: View, subject_id: str, step: str) -> Event | None:
    held = _in_force(read_file(view, subject_id), step)
    return view.event(held[-1].seq) if held else None
