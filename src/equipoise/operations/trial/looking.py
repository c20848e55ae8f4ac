"""How a trial stands, and what happened to a subject: as much as the person's role lets them see."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from equipoise.conduct.roles import Role
from equipoise.conduct.states import Participation
from equipoise.operations.office.cases import known_subject, state_in
from equipoise.operations.office.credentials import is_locked
from equipoise.operations.office.event import Event
from equipoise.operations.office.freezing import MAIN
from equipoise.operations.office.permissions import check_present
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Grant, Person, Scheme, Site, Subject, Trial
from equipoise.operations.office.versions import words_in_force
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.event_words import act_words, event_words, one_line
from equipoise.operations.trial.masking import MaySee, may_see_of, seen_events
from equipoise.operations.trial.waiting import SiteWaits, waits_by_site


@dataclass(frozen=True)
class TrialStatus:
    """
    A trial at a moment.

    `states` are subjects by the word that the asker may read; `waiting` stands where they may see treatment.
    """

    trial: Trial
    registry_sentence: str
    version: str | None
    sites: tuple[Site, ...]
    states: dict[str, int]
    expired: tuple[str, ...]
    expiring: tuple[tuple[str, str], ...]
    n_allocated: int
    commitment: str | None
    locked_people: tuple[str, ...]
    waiting: tuple[SiteWaits, ...] = ()

    def lines(self) -> Iterator[str]:
        """The status in words, for a terminal."""
        kind = " (training: nobody is enrolled)" if self.trial.kind == "training" else ""
        yield f"{self.trial.protocol}: {self.trial.title}"
        yield self.registry_sentence
        yield f"Trial {self.trial.status}{kind}; version in force: {self.version or 'none'}"
        yield "Sites: " + ", ".join(f"{site.id} ({site.status}, {site.n_subjects} subjects)" for site in self.sites)
        named = ", ".join(f"{label} {n}" for label, n in self.states.items())
        yield f"Subjects: {sum(self.states.values())}" + (f": {named}" if named else "")
        if self.commitment is None:
            yield "Allocation: not frozen"
        else:
            yield f"Allocation: frozen, commitment {self.commitment}; allocated {self.n_allocated}"
        if self.expired:
            yield f"Eligibility over: {', '.join(self.expired)}. Judge again before anything else."
        for subject, day in self.expiring:
            yield f"Eligibility of {subject} ends on {day}"
        yield from (f"Waits at {each}" for each in self.waiting)
        if self.locked_people:
            yield f"Locked out: {', '.join(self.locked_people)}"


@dataclass(frozen=True)
class SubjectLine:
    """A subject as somebody may see it; `arm` is None for those who may not, and where there is none."""

    subject: str
    state: str
    version: str | None
    arm: str | None

    def __str__(self) -> str:
        return "  ".join(part for part in (self.subject, self.state, self.version, self.arm) if part)


@dataclass(frozen=True)
class Line:
    """One event of a history, in words."""

    seq: int
    at: datetime
    by: str
    act: str
    said: tuple[str, ...]

    def __str__(self) -> str:
        head = f"{self.seq:>6}  {self.at:%Y-%m-%d %H:%M} UTC  {self.by}: {self.act}"
        return "\n".join([head, *(f"          {said}" for said in self.said)])


def show_status(door: Door) -> TrialStatus:
    """
    How the trial stands today.

    Raises
    ------
    RefusedError
        The person has no open session.
    """
    with door.store.reading() as view:
        check_present(view, door.who)
        trial = view.get(Trial, "trial")
        assert trial is not None
        subjects = view.find(Subject)
        scheme = view.get(Scheme, MAIN)
        over = [each for each in _eligible(subjects) if _is_over(each, door.today_at(view, each.site))]
        return TrialStatus(
            trial=trial,
            registry_sentence=door.rules.protocol.registry_status_at(door.today).sentence,
            version=words_in_force(view, door.today),
            sites=tuple(view.find(Site)),
            states=_count_states(view, subjects, may_see_of(door.who)),
            expired=tuple(each.id for each in over),
            expiring=tuple((each.id, str(each.expires_on)) for each in _eligible(subjects) if each not in over),
            n_allocated=0 if scheme is None else scheme.n_allocated,
            commitment=None if scheme is None else scheme.commitment,
            locked_people=tuple(_locked_people(view, door)),
            waiting=waits_by_site(door, view),
        )


def list_subjects(door: Door) -> list[SubjectLine]:
    """Every subject with its state, in the words that the asker may read, and the arm where they may see it."""
    may_see = may_see_of(door.who)
    with door.store.reading() as view:
        check_present(view, door.who)
        return [
            SubjectLine(each.id, state_word(view, each, may_see), each.version, _arm_of(view, each, may_see))
            for each in view.find(Subject)
        ]


def show_history(door: Door, subject: str) -> list[Line]:
    """
    What happened to a subject, event by event, as far as the asker's role may see it.

    Raises
    ------
    RefusedError
        There is no such subject, or no open session.
    """
    with door.store.reading() as view:
        check_present(view, door.who)
        row, may_see = known_subject(view, subject), may_see_of(door.who)
        events = view.events(subject=subject, hidden=may_see(Visibility.TREATMENT, row.site))
        return [_line(event) for event in seen_events(events, may_see)]


def state_word(view: View, subject: Subject, may_see: MaySee) -> str:
    """The state of a subject in a word; as its row has it, for those who must not learn of treatment."""
    if may_see(Visibility.TREATMENT, subject.site):
        return state_in(view, subject).label
    return Participation(subject.participation).words


def _arm_of(view: View, subject: Subject, may_see: MaySee) -> str | None:
    if subject.allocation_seq is None or not may_see(Visibility.ARM, subject.site):
        return None
    return str(view.event(subject.allocation_seq).new("arm", Visibility.ARM))


def _count_states(view: View, subjects: list[Subject], may_see: MaySee) -> dict[str, int]:
    counts = Counter(state_word(view, each, may_see) for each in subjects)
    order = [participation.words for participation in Participation]
    return dict(sorted(counts.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order)))


def _eligible(subjects: list[Subject]) -> Iterator[Subject]:
    for each in subjects:
        if each.participation == Participation.ELIGIBLE and each.expires_on is not None:
            yield each


def _is_over(subject: Subject, today: date) -> bool:
    return subject.expires_on is not None and date.fromisoformat(subject.expires_on) <= today


def _locked_people(view: View, door: Door) -> Iterator[str]:
    if door.who.role is Role.ADMINISTRATOR:
        for person in view.find(Person):
            if is_locked(person, door.clock()):
                yield f"{person.id} until {person.locked_until}"


def _line(event: Event) -> Line:
    entry = event.entry
    role = f" ({entry.role})" if entry.role is not None else ""
    said = [f"reason: {one_line(entry.reason)}"] if entry.reason else []
    if entry.signature is not None:
        said.append(f'signed by {entry.signature.name}: "{entry.signature.meaning}" {entry.signature.statement}')
    said += event_words(event)
    return Line(event.seq, event.at, f"{entry.user}{role}", act_words(event), tuple(said))


@dataclass(frozen=True)
class PersonLine:
    """A user as an administrator sees them."""

    user: str
    name: str
    status: str
    roles: tuple[str, ...]
    is_locked: bool
    has_second_factor: bool

    def __str__(self) -> str:
        marks = [self.status, *(["locked"] if self.is_locked else [])]
        marks += ["second factor"] if self.has_second_factor else []
        return f"{self.user}  {self.name}  {', '.join(self.roles) or 'no role'}  ({', '.join(marks)})"


def list_people(door: Door) -> list[PersonLine]:
    """Everybody with their roles; who is locked out, and who has a second factor, for administrators alone."""
    is_admin = door.who.role is Role.ADMINISTRATOR
    with door.store.reading() as view:
        check_present(view, door.who)
        return [
            PersonLine(
                person.id,
                person.name,
                person.status,
                tuple(
                    f"{grant.role} at {grant.site or 'all sites'}"
                    for grant in view.find(Grant, user=person.id, is_active=True)
                ),
                is_admin and is_locked(person, door.clock()),
                is_admin and person.second_factor_seq is not None,
            )
            for person in view.find(Person)
        ]
