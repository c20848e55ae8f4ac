"""What a person does about what was raised: a deviation is classed and explained, a query answered, a notice read."""

from equipoise.conduct.raised import RaisedKind
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import known_subject
from equipoise.operations.office.entries import make_entry
from equipoise.operations.office.event import Change, Event
from equipoise.operations.office.files import read_file
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk
from equipoise.operations.office.rows import Trial
from equipoise.operations.office.subject_policies import check_not_locked
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write
from equipoise.protocol.deviations import DeviationClass

ACTS_FOR = {
    RaisedKind.DEVIATION: Act.CLASSIFY,
    RaisedKind.QUERY: Act.ANSWER,
    RaisedKind.NOTICE: Act.ACKNOWLEDGE,
}


def attend(
    desk: Desk,
    who: Who,
    subject_id: str,
    kind: RaisedKind,
    item_id: str,
    *,
    words: str | None = None,
    severity: DeviationClass | None = None,
) -> Event:
    """
    Class a deviation (`severity` and why), answer a query (`words`) or acknowledge a notice.

    It may be done again: the later word counts, the earlier one stays in the log.

    Raises
    ------
    RefusedError
        There is no such item of this kind, a deviation has no class or no explanation, a query no answer.
    """
    subject = known_subject(desk, subject_id)
    act = ACTS_FOR[kind]
    check_may(desk, who, act, subject.site)
    check_not_locked(desk.get(Trial, "trial"))
    item = read_file(desk, subject_id).items.get(item_id)
    faults = []
    if item is None or item.raised.kind is not kind:
        do = f"Look the number up: equipoise trial {_LISTS[kind]}"
        faults.append(Fault(f"{kind.value} {item_id}", "is none of this subject", do))
    if kind is RaisedKind.DEVIATION and severity is None:
        faults.append(Fault("severity", "is not given", f"One of: {', '.join(DeviationClass)}."))
    if faults:
        raise RefusedError("Nothing was written.", faults)
    new = {"item": item_id, "words": words, "severity": None if severity is None else severity.value, "reason": words}
    changes = {Visibility.TREATMENT: Change(new)}
    entry = make_entry(act, who, changes, site=subject.site, subject=subject_id, version=subject.version)
    return write(desk, entry)


_LISTS = {RaisedKind.DEVIATION: "deviations", RaisedKind.QUERY: "queries", RaisedKind.NOTICE: "notices"}
