"""Judging a subject at a door: the records read anew, the verdicts shown, what was assumed confirmed by name."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from equipoise.conduct.states import Participation
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office import judging
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import known_subject
from equipoise.operations.office.event import DESTROYED, Event
from equipoise.operations.office.permissions import check_may
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Subject
from equipoise.operations.office.rulings import Ruling, judge_now
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.trial.door import Door
from equipoise.records.snapshot import Snapshot
from equipoise.screening.candidates import take_snapshots
from equipoise.screening.subject import Eligibility


@dataclass(frozen=True)
class Assumed:
    """A criterion that passes because nothing is on record: its words in the protocol, and what was not found."""

    criterion: str
    text: str
    words: str


@dataclass(frozen=True)
class Judged:
    """What a judgement came to, and the event that holds it."""

    ruling: Ruling
    assumed: tuple[Assumed, ...]
    event: Event


AskToConfirm = Callable[[Eligibility, tuple[Assumed, ...]], Collection[str]]
"""Shows the judgement with what was assumed, and gives the criteria that the person confirms by name."""
Tell = Callable[[str], None]


def judge_subject(
    door: Door, subject: str, ask_to_confirm: AskToConfirm, tell: Tell, records: Path | None = None
) -> Judged:
    """
    Judge a subject for today, let the investigator confirm what was assumed, and write the signed judgement.

    An eligibility that is over is ended first, by an event of its own, of which `tell` is told: it stays whatever comes
    of the new judgement.

    Parameters
    ----------
    records
        Canonical tables to read the subject's records from anew; those in the log when None.

    Raises
    ------
    RefusedError, EquipoiseError
        With every reason, before anything is signed.
    """
    ruling = _rule(door, subject, records)
    ended = end_if_over(door, ruling)
    if ended is not None:
        tell(f"The eligibility of {subject} was over and has been ended (event {ended.seq}).")
        ruling = _rule(door, subject, records)
    assumed = assumed_of(door, ruling)
    confirmed = ask_to_confirm(ruling.eligibility, assumed)
    with door.store.reading() as view:
        judging.check_judgement(view, door.who, ruling, confirmed, door.today_at(view, ruling.subject.site))
    signature = door.sign(Act.JUDGE, judging.judgement_statement(ruling, confirmed))
    with door.store.writing() as desk:
        return Judged(ruling, assumed, judging.judge(desk, door.who, ruling, confirmed, signature))


def end_if_over(door: Door, ruling: Ruling) -> Event | None:
    """Write that an eligibility is over, when it is; None when it holds or there is none."""
    if ruling.subject.participation != Participation.ELIGIBLE:
        return None
    with door.store.writing() as desk:
        return judging.expire(desk, door.who, ruling)


def assumed_of(door: Door, ruling: Ruling) -> tuple[Assumed, ...]:
    """What a judgement assumes, with the words of the protocol."""
    version = door.rules.protocol.version(ruling.eligibility.version)
    return tuple(
        Assumed(each.criterion_id, version.criterion(each.criterion_id).text, each.words)
        for each in ruling.eligibility.verdicts
        if each.is_assumed
    )


def _rule(door: Door, subject_id: str, records: Path | None) -> Ruling:
    with door.store.reading() as view:
        subject = known_subject(view, subject_id)
        check_may(view, door.who, Act.JUDGE, subject.site)
        snapshot = None if records is None else _read_anew(view, subject, records)
        return judge_now(view, door.rules, subject_id, door.today_at(view, subject.site), snapshot)


def _read_anew(view: View, subject: Subject, records: Path) -> Snapshot:
    """The records of a subject from a new reading of the source, found by the identifier that is sealed in the log."""
    assert subject.identity_seq is not None
    patient_id = view.event(subject.identity_seq).new("patient_id", Visibility.IDENTITY)
    if patient_id == DESTROYED:
        do = "Judge without --records: what was read before stays."
        raise RefusedError("Nothing was judged.", [Fault(subject.id, "has no identity any more: it was destroyed", do)])
    return take_snapshots(records, {patient_id: subject.id})[subject.id]
