"""Results and medications from a file (CSV or FHIR, read as any record is), for one subject, each row accounted for.

Decides whose file it is: by the identity that is sealed in the log, where the file names a person by it, and in any
case by birth and sex. What of a row can be entered is `conduct.forms.from_records`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from equipoise.conduct.forms.from_records import FormsRead, check_person, read_forms
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office import recording
from equipoise.operations.office.acts import Act
from equipoise.operations.office.cases import known_subject
from equipoise.operations.office.event import DESTROYED
from equipoise.operations.office.files import read_file
from equipoise.operations.office.permissions import check_may
from equipoise.operations.office.ports import View
from equipoise.operations.office.recording import Recorded
from equipoise.operations.office.rows import Subject
from equipoise.operations.office.rulings import latest_snapshot
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.records import open_or_read
from equipoise.operations.trial.conduct import keep_session
from equipoise.operations.trial.door import Door
from equipoise.records.patient import PatientRecords, iterate_patients


@dataclass(frozen=True)
class FileEntered:
    """What was recorded of a file, and what became of each of its rows; `n_others` persons in it were not asked for."""

    recorded: tuple[Recorded, ...]
    read: FormsRead
    n_others: int = 0

    def lines(self) -> Iterator[str]:
        """In words, for a terminal: no value and no person."""
        yield f"{len(self.recorded)} entries made."
        for (table, fate, why), number in sorted(self.read.counts.items()):
            yield f"  {table}: {number} {fate.value}" + (f" ({why})" if why else "")
        if self.n_others:
            yield f"  {self.n_others} other persons in the file were left alone."


def record_file(door: Door, subject: str, source: Path, scratch: Path, since: date | None = None) -> FileEntered:
    """
    Enter what a file says of a subject since a day; all of it, or nothing.

    Parameters
    ----------
    source
        FHIR or canonical CSV, as `equipoise records read` takes it.
    scratch
        A folder for the tables that are made of it; the caller's to remove.
    since
        The first day that counts; that of allocation (before it: of consent) when None.

    Raises
    ------
    UnreadableInputError, RefusedError, EquipoiseError
        The file cannot be read, or it is not of this subject.
    """
    with door.store.reading() as view:
        today = door.today_at(view, known_subject(view, subject).site)
    records = open_or_read(source, scratch, attestations=None, today=today)
    people = list(iterate_patients(records))
    with door.store.reading() as view:
        row = known_subject(view, subject)
        check_may(view, door.who, Act.RECORD, row.site)
        person = _person_of(view, row, people)
        check_person(person, latest_snapshot(view, row).records.patient)
        known = [each.form for each in read_file(view, subject).forms if each.form is not None]
        begin = since or _begin(view, subject, today)
    read = read_forms(person, begin, today, known)
    with door.store.writing() as desk:
        made = tuple(recording.record(desk, door.who, door.rules, subject, form) for form in read.forms)
    keep_session(door)
    return FileEntered(made, read, len(people) - 1)


def _person_of(view: View, subject: Subject, people: list[PatientRecords]) -> PatientRecords:
    """The person of the file who is the subject, by the subject's number or the identity in the log."""
    names = {subject.id, _identity(view, subject)}
    found = [person for person in people if person.patient_id in names]
    if len(found) == 1:
        return found[0]
    what = "is not among the persons of this file" if people else "has nothing in this file: it names nobody"
    do = "Check whose file this is. A person is found by the source's identifier, or by the number of the subject."
    raise RefusedError("Nothing was written.", [Fault(subject.id, what, do)])


def _identity(view: View, subject: Subject) -> str | None:
    if subject.identity_seq is None:
        return None
    name = view.event(subject.identity_seq).new("patient_id", Visibility.IDENTITY)
    return None if name == DESTROYED else str(name)


def _begin(view: View, subject: str, today: date) -> date:
    file = read_file(view, subject)
    days = [stood.on for stood in file.stood]
    return file.allocated_on or min(days, default=today)
