"""The file of a subject: everything that its events say, folded into one value when it is asked for.

Decides what of an event belongs to a file. No row is made of it (Decision 18), so whoever reads a file holds the keys;
what a person may see of it is `operations.trial`'s to decide. What a plan makes of a file is `histories`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from equipoise.conduct.answers import Action
from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form
from equipoise.conduct.forms.reading import read_form
from equipoise.conduct.grade_proposals import ByTable
from equipoise.conduct.raised import Raised, RaisedKind
from equipoise.conduct.states import FIRST_STATE, SubjectState
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.event import Event
from equipoise.operations.office.ports import View
from equipoise.operations.office.standing import read_state
from equipoise.operations.office.visibility import Visibility
from equipoise.protocol.deviations import DeviationClass

Changed = dict[str, Any]
"""Fields of a file by name, as they are after an event."""


@dataclass(frozen=True)
class Stood:
    """A state in which a subject stood, since which day, by which move (None: none of the table), in which event."""

    state: SubjectState
    on: date
    move: str | None
    seq: int


@dataclass(frozen=True)
class Entered:
    """
    A form as it stands: the last amendment of it, None when it was struck out.

    `id` is the number of the event in which it was first recorded; `release` the event that had authorised it. `known`
    keeps what others made of it by a plan: a help that changes nothing. `by_table`: the grade that a result
    proposed for this adverse event.
    """

    id: str
    form: Form | None
    seq: int
    by: str
    role: str
    at: datetime
    release: int | None = None
    is_masked: bool = False
    by_table: ByTable | None = None
    known: dict[int, Any] = field(default_factory=dict, init=False, compare=False, repr=False)


@dataclass(frozen=True)
class Released:
    """A step that was authorised: for which day, by which answer and at which level, on which records it rests."""

    seq: int
    step: str
    on: date
    level: str | None
    amount: Decimal | None
    records: frozenset[str]
    action: Action


@dataclass(frozen=True)
class Held:
    """A step that was held: for which day, what its gate answered and found, and on which records that rests."""

    seq: int
    step: str
    on: date
    action: Action
    why: tuple[str, ...]
    records: frozenset[str]


@dataclass(frozen=True)
class Item:
    """
    A deviation, query or notice, with what a person did about it (None: nothing yet).

    A deviation that somebody reports who may class it has its class and explanation from the beginning.
    """

    id: str
    raised: Raised
    at: datetime
    entry: str | None
    done: str | None = None
    done_by: str | None = None
    severity: DeviationClass | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a person."""
        return self.done is None


@dataclass(frozen=True)
class SubjectFile:
    """
    All of a subject up to an event of the log. `arm` is None before allocation.

    `requests`: the keys under which forms were recorded, with the event of each. A row of them would tell of treatment.
    `known` keeps what others made of it by a plan: a help that changes nothing, and that no other file takes over.
    """

    subject: str
    seq: int = 0
    arm: str | None = None
    allocated_on: date | None = None
    stood: tuple[Stood, ...] = ()
    entered: Mapping[str, Entered] = field(default_factory=dict)
    released: tuple[Released, ...] = ()
    held: tuple[Held, ...] = ()
    items: Mapping[str, Item] = field(default_factory=dict)
    requests: Mapping[str, int] = field(default_factory=dict)
    known: dict[int, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def state(self) -> SubjectState:
        """Where both machines stand."""
        return self.stood[-1].state if self.stood else FIRST_STATE

    @property
    def forms(self) -> tuple[Entered, ...]:
        """What stands, in the order in which it was recorded; what was struck out is left out."""
        return tuple(each for each in self.entered.values() if each.form is not None)

    def forms_of(self, *kinds: FormKind) -> tuple[Entered, ...]:
        """What stands of some kinds."""
        return tuple(each for each in self.forms if each.form is not None and each.form.kind in kinds)

    def stands(self, item: Item) -> bool:
        """Whether the entry that raised an item stands as it was then: not struck out, and not corrected since."""
        entered = self.entered.get(item.entry or "")
        return entered is None or (entered.form is not None and item.id.partition(".")[0] == str(entered.seq))

    def open_items(self, kind: RaisedKind) -> tuple[Item, ...]:
        """What waits for a person."""
        return tuple(item for item in self.items.values() if item.raised.kind is kind and item.is_open)


@dataclass(frozen=True)
class _Known:
    """A file that holds every event of its subject up to an end of the log."""

    file: SubjectFile
    head: int


def read_file(view: View, subject_id: str) -> SubjectFile:
    """The file of a subject as it stands in this view; only events after the last one known are read again."""
    known, head = view.memory.get(subject_id), view.memory.head
    if isinstance(known, _Known) and known.head == head:
        return known.file
    file = known.file if isinstance(known, _Known) else SubjectFile(subject_id)
    folded = fold(file, view.events(after=file.seq, subject=subject_id))
    view.memory.put(subject_id, _Known(folded, head))
    return folded


def follow(view: View, subject_id: str, event: Event) -> None:
    """Add an event that was just written to the file of its subject, when the file is known up to the event before."""
    known = view.memory.get(subject_id)
    if isinstance(known, _Known) and known.head == event.seq - 1:
        view.memory.put(subject_id, _Known(file_after(known.file, event), event.seq))


def fold(file: SubjectFile, events: Iterable[Event]) -> SubjectFile:
    """A file with further events."""
    for event in events:
        file = file_after(file, event)
    return file


def file_after(file: SubjectFile, event: Event) -> SubjectFile:
    """A file with one more event of its subject."""
    step, state, items = _STEPS.get(event.entry.act), read_state(event), _items_of(event)
    changed = {} if step is None else step(file, event)
    if state is not None:
        changed["stood"] = (*file.stood, Stood(state, _day_of(event), _told(event, "move"), event.seq))
    if items:
        changed["items"] = {**changed.get("items", file.items), **items}
    return replace(file, **changed, seq=event.seq)


def _told(event: Event, name: str) -> Any:
    """A value that stands in the open or with the treatment."""
    for visibility in (Visibility.TREATMENT, Visibility.OPEN):
        value = event.new(name, visibility)
        if value is not None:
            return value
    return None


def _sealed(event: Event, name: str) -> Any:
    return event.new(name, Visibility.TREATMENT)


def _day_of(event: Event) -> date:
    """The day on which a move took place or consent was signed, as stated; the day of the event where none is."""
    stated = _told(event, "on") or _told(event, "signed_on")
    return date.fromisoformat(stated) if stated is not None else event.at.date()


def _items_of(event: Event) -> dict[str, Item]:
    raised = _sealed(event, "raised") or []
    entry = _sealed(event, "entry") or str(event.seq)
    items = (
        _item(event, f"{event.seq}.{number}", Raised.from_json(each), entry)
        for number, each in enumerate(raised, start=1)
    )
    return {item.id: item for item in items}


def _item(event: Event, item_id: str, raised: Raised, entry: str) -> Item:
    item = Item(item_id, raised, event.at, entry)
    if raised.severity is None or event.entry.role not in ACTS[Act.CLASSIFY].roles:
        return item
    return replace(item, done=raised.words, done_by=event.entry.user, severity=raised.severity)


def _allocated(file: SubjectFile, event: Event) -> Changed:
    return {"arm": str(event.new("arm", Visibility.ARM)), "allocated_on": _day_of(event)}


def _recorded(file: SubjectFile, event: Event) -> Changed:
    where = Visibility.CLINICAL if event.entry.act is Act.READ_SCAN else Visibility.TREATMENT
    form = read_form(FormKind(event.new("kind", where)), event.new("form", where))
    release = event.new("release", where)
    put = _put(file, str(event.seq), form, event, release)
    if event.entry.request is not None:
        put["requests"] = {**file.requests, event.entry.request: event.seq}
    return put


def _amended(file: SubjectFile, event: Event) -> Changed:
    entry, content = _sealed(event, "entry"), _sealed(event, "form")
    form = None if content is None else read_form(FormKind(_sealed(event, "kind")), content)
    return _put(file, entry, form, event, _sealed(event, "release"))


def _put(file: SubjectFile, entry_id: str, form: Form | None, event: Event, release: int | None) -> Changed:
    role = "" if event.entry.role is None else event.entry.role.value
    is_masked, table = event.entry.act is Act.READ_SCAN, _sealed(event, "by_table")
    by_table = None if table is None else ByTable.from_json(table)
    entered = Entered(entry_id, form, event.seq, event.entry.user, role, event.at, release, is_masked, by_table)
    return {"entered": {**file.entered, entry_id: entered}}


def _released(file: SubjectFile, event: Event) -> Changed:
    answer = _sealed(event, "answer")
    amount = answer["amount"]
    released = Released(
        event.seq,
        answer["step"],
        date.fromisoformat(answer["as_of"]),
        answer["level"],
        None if amount is None else Decimal(amount),
        _records_of(answer),
        Action(answer["action"]),
    )
    return {"released": (*file.released, released)}


def _held(file: SubjectFile, event: Event) -> Changed:
    answer = _sealed(event, "answer")
    held = Held(
        event.seq,
        answer["step"],
        date.fromisoformat(answer["as_of"]),
        Action(answer["action"]),
        tuple(line["found"] for line in answer["lines"] if not Action(line["action"]).is_open),
        _records_of(answer),
    )
    return {"held": (*file.held, held)}


def _records_of(answer: Mapping[str, Any]) -> frozenset[str]:
    """The records that an answer rests on."""
    return frozenset(each["record"] for line in answer["lines"] for each in line["readings"] if each["record"])


def _attended(file: SubjectFile, event: Event) -> Changed:
    """What a person did about an item: classed, answered, acknowledged."""
    item, severity = file.items[_sealed(event, "item")], _sealed(event, "severity")
    done = replace(
        item,
        done=_sealed(event, "words") or "acknowledged",
        done_by=event.entry.user,
        severity=None if severity is None else DeviationClass(severity),
    )
    return {"items": {**file.items, item.id: done}}


_STEPS: Mapping[Act, Callable[[SubjectFile, Event], Changed]] = {
    Act.ALLOCATE: _allocated,
    Act.RECORD: _recorded,
    Act.READ_SCAN: _recorded,
    Act.AMEND: _amended,
    Act.RELEASE: _released,
    Act.HOLD: _held,
    Act.CLASSIFY: _attended,
    Act.ANSWER: _attended,
    Act.ACKNOWLEDGE: _attended,
}
