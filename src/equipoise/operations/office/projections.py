"""From events to rows: a pure fold, the only way in which a table comes about.

Each act has one function that gives the rows as they are after the event; rows are put, never deleted. A rebuild plays
all events through the same functions, so the tables hold nothing that the log does not.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol, TypeVar

from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.event import Event
from equipoise.operations.office.rows import (
    Allocation,
    Approval,
    Consent,
    Cut,
    Grant,
    Person,
    Request,
    Row,
    Scheme,
    Session,
    SignedTable,
    Site,
    StratumHead,
    Subject,
    Trial,
    Version,
)
from equipoise.operations.office.visibility import Visibility

R = TypeVar("R", bound=Row)


class Reader(Protocol):
    """The tables as they are before the event."""

    def get(self, row: type[R], key: str) -> R | None: ...

    def find(self, row: type[R], **equal: str | int | bool | None) -> list[R]: ...


Projector = Callable[[Event, Reader], Iterable[Row]]
_PROJECTORS: dict[Act, Projector] = {}


def project(event: Event, tables: Reader) -> list[Row]:
    """
    The rows that an event changes, as they are after it.

    Rows are open to everyone, so an event that hides its header changes none of session and request.

    Raises
    ------
    LookupError
        The event speaks of something that no earlier event made: the log is not one that the office wrote.
    """
    projector = _PROJECTORS.get(event.entry.act)
    rows = [] if projector is None else list(projector(event, tables))
    if ACTS[event.entry.act].header is not Visibility.OPEN:
        return rows
    rows.extend(_touch_session(event, tables, rows))
    if event.entry.request is not None:
        rows.append(Request(event.entry.request, event.seq))
    return rows


def _on(*acts: Act) -> Callable[[Projector], Projector]:
    def register(projector: Projector) -> Projector:
        for act in acts:
            _PROJECTORS[act] = projector
        return projector

    return register


def _known(tables: Reader, row: type[R], key: str | None) -> R:
    found = tables.get(row, key) if key is not None else None
    if found is None:
        raise LookupError(f"{row.table} has no row for an event that needs one")
    return found


def _at(event: Event) -> str:
    return event.at.isoformat()


def _touch_session(event: Event, tables: Reader, rows: list[Row]) -> Iterable[Row]:
    """
    What an event says of the session it was written in: that it is in use, and whether it has signed.
    """
    session = tables.get(Session, event.entry.session) if event.entry.session is not None else None
    if session is None or any(isinstance(row, Session) and row.id == session.id for row in rows):
        return
    is_first = event.entry.signature is not None and session.first_signed_seq is None
    yield replace(session, active_at=_at(event), first_signed_seq=event.seq if is_first else session.first_signed_seq)


@_on(Act.INITIALISE)
def _initialise(event: Event, _: Reader) -> Iterable[Row]:
    yield Trial("trial", event.new("protocol"), event.new("title"), event.new("kind"), "open", _at(event))


@_on(Act.APPROVE_VERSION)
def _approve_version(event: Event, _: Reader) -> Iterable[Row]:
    version, day = event.new("version"), event.new("approved_from")
    yield Version(version, event.new("digest"))
    for site in event.new("sites") or [None]:
        yield Approval(f"{version}/{site or '*'}", version, site, day)


@_on(Act.OPEN_SITE)
def _open_site(event: Event, tables: Reader) -> Iterable[Row]:
    site, name = str(event.entry.site), event.new("name")
    known = tables.get(Site, site) or Site(site, name, "open")
    zone = event.new("time_zone") or known.time_zone
    yield replace(known, name=name, status="open", because=None, time_zone=zone)


@_on(Act.PAUSE_SITE, Act.CLOSE_SITE)
def _stop_recruiting(event: Event, tables: Reader) -> Iterable[Row]:
    status = "paused" if event.entry.act is Act.PAUSE_SITE else "closed"
    yield replace(_known(tables, Site, event.entry.site), status=status, because=event.entry.reason)


@_on(Act.RESUME_SITE)
def _resume_site(event: Event, tables: Reader) -> Iterable[Row]:
    yield replace(_known(tables, Site, event.entry.site), status="open", because=None)


@_on(Act.SET_SITE_SETTINGS)
def _set_site_settings(event: Event, tables: Reader) -> Iterable[Row]:
    known = _known(tables, Site, event.entry.site)
    yield replace(known, settings=event.new("settings"), time_zone=event.new("time_zone") or known.time_zone)


@_on(Act.ADD_PERSON)
def _add_person(event: Event, _: Reader) -> Iterable[Row]:
    yield Person(event.new("person"), event.new("name"), "active")


@_on(Act.SET_PASSWORD)
def _set_password(event: Event, tables: Reader) -> Iterable[Row]:
    person = _known(tables, Person, event.new("person"))
    must_change = event.new("must_change")
    yield replace(person, credentials_seq=event.seq, must_change=must_change, failures=0, locked_until=None)
    yield from _closed(tables, person.id, but=event.entry.session)


@_on(Act.SET_SECOND_FACTOR)
def _set_second_factor(event: Event, tables: Reader) -> Iterable[Row]:
    seq = event.seq if event.new("is_set") else None
    person = _known(tables, Person, event.new("person"))
    yield replace(person, second_factor_seq=seq, last_step=event.new("step"))


@_on(Act.GRANT_ROLE, Act.REVOKE_ROLE)
def _grant(event: Event, _: Reader) -> Iterable[Row]:
    user, role, site = event.new("person"), event.new("role"), event.new("site")
    yield Grant(f"{user}/{role}/{site or '*'}", user, role, site, event.entry.act is Act.GRANT_ROLE)


@_on(Act.DISABLE_PERSON)
def _disable(event: Event, tables: Reader) -> Iterable[Row]:
    person = _known(tables, Person, event.new("person"))
    yield replace(person, status="disabled")
    yield from _closed(tables, person.id)


def _closed(tables: Reader, user: str, *, but: str | None = None) -> Iterable[Row]:
    """The open sessions of a person, closed."""
    for session in tables.find(Session, user=user, is_open=True):
        if session.id != but:
            yield replace(session, is_open=False)


@_on(Act.UNLOCK_PERSON)
def _unlock(event: Event, tables: Reader) -> Iterable[Row]:
    yield replace(_known(tables, Person, event.new("person")), failures=0, locked_until=None)


@_on(Act.OPEN_SESSION)
def _open_session(event: Event, tables: Reader) -> Iterable[Row]:
    person = _known(tables, Person, event.entry.user)
    step = event.new("step")
    yield replace(person, failures=0, locked_until=None, last_step=person.last_step if step is None else step)
    yield Session(
        id=str(event.entry.session),
        user=event.entry.user,
        token=event.new("token"),
        opened_at=_at(event),
        expires_at=event.new("expires_at"),
        is_open=True,
        idle_s=event.new("idle_s"),
        active_at=_at(event),
    )


@_on(Act.REFUSE_SESSION)
def _refuse_session(event: Event, tables: Reader) -> Iterable[Row]:
    if event.new("person") is not None:
        yield _failed(event, tables)


@_on(Act.REFUSE_PASSWORD)
def _refuse_password(event: Event, tables: Reader) -> Iterable[Row]:
    person, before = _failed(event, tables), tables.get(Person, event.new("person"))
    yield person
    # Who guesses in an open session is not the person it belongs to: this lock takes the sessions with it. A lock made
    # by failures at the door does not, or any stranger could end the sessions of others.
    if before is not None and person.locked_until != before.locked_until:
        yield from _closed(tables, person.id)


def _failed(event: Event, tables: Reader) -> Person:
    person = _known(tables, Person, event.new("person"))
    return replace(person, failures=event.new("failures"), locked_until=event.new("locked_until"))


@_on(Act.USE_SECOND_FACTOR)
def _use_second_factor(event: Event, tables: Reader) -> Iterable[Row]:
    yield replace(_known(tables, Person, event.new("person")), last_step=event.new("step"))


@_on(Act.CLOSE_SESSION)
def _close_session(event: Event, tables: Reader) -> Iterable[Row]:
    yield replace(_known(tables, Session, event.entry.session), is_open=False)


@_on(Act.IDENTIFY)
def _identify(event: Event, tables: Reader) -> Iterable[Row]:
    site = _known(tables, Site, event.entry.site)
    yield replace(site, n_subjects=site.n_subjects + 1)
    yield Subject(
        id=str(event.entry.subject),
        site=str(event.entry.site),
        participation=event.new("participation"),
        since=_at(event),
        person_link=event.new("person_link"),
        identity_seq=event.seq,
        snapshot_seq=event.seq,
    )


def _moved(event: Event, tables: Reader) -> Subject:
    """The subject in the state that the event says it moved to."""
    subject = _known(tables, Subject, event.entry.subject)
    return replace(subject, participation=event.new("participation"), since=_at(event))


@_on(Act.MOVE, Act.CORRECT)
def _move(event: Event, tables: Reader) -> Iterable[Row]:
    yield _moved(event, tables)


@_on(Act.CONSENT)
def _consent(event: Event, tables: Reader) -> Iterable[Row]:
    subject = _moved(event, tables)
    version = str(event.entry.version)
    yield replace(subject, version=version, consent_seq=event.seq)
    yield Consent(f"{subject.id}/{event.seq}", subject.id, version, event.new("signed_on"), event.entry.user)


@_on(Act.JUDGE)
def _judge(event: Event, tables: Reader) -> Iterable[Row]:
    subject = _moved(event, tables)
    snapshot = event.seq if event.new("has_snapshot") else subject.snapshot_seq
    yield replace(subject, judgement_seq=event.seq, expires_on=event.new("expires_on"), snapshot_seq=snapshot)


@_on(Act.EXPIRE)
def _expire(event: Event, tables: Reader) -> Iterable[Row]:
    yield replace(_moved(event, tables), judgement_seq=None, expires_on=None)


@_on(Act.FREEZE_SCHEME)
def _freeze(event: Event, _: Reader) -> Iterable[Row]:
    yield Scheme(event.new("scheme"), event.new("commitment"), "frozen", event.seq)


@_on(Act.REVEAL)
def _reveal(event: Event, tables: Reader) -> Iterable[Row]:
    yield replace(_known(tables, Scheme, event.new("scheme")), status="revealed")


@_on(Act.ALLOCATE)
def _allocate(event: Event, tables: Reader) -> Iterable[Row]:
    subject = _moved(event, tables)
    if subject.allocation_seq is not None:
        # Rows edited by hand may let it be asked for; verification plays the log, and must not take it as written.
        raise LookupError("an event allocates a subject that an earlier one allocated")
    scheme = _known(tables, Scheme, event.new("scheme"))
    stratum = event.new("stratum")
    yield replace(subject, allocation_seq=event.seq)
    yield replace(scheme, n_allocated=scheme.n_allocated + 1)
    yield StratumHead(f"{scheme.id}/{stratum}", scheme.id, stratum, event.seq)
    yield Allocation(subject.id, scheme.id, stratum, _at(event), event.entry.user)


@_on(Act.RECORD_ALLOCATION_ERROR)
def _allocation_error(event: Event, tables: Reader) -> Iterable[Row]:
    yield replace(_known(tables, Allocation, event.entry.subject), error=event.new("kind"))


@_on(Act.SIGN_TABLE)
def _sign_table(event: Event, _: Reader) -> Iterable[Row]:
    yield SignedTable(event.new("digest"), event.new("table"), event.entry.user, _at(event))


@_on(Act.LOCK)
def _lock(event: Event, tables: Reader) -> Iterable[Row]:
    yield replace(_known(tables, Trial, "trial"), status="locked", locked_at=_at(event))


@_on(Act.CUT)
def _cut(event: Event, tables: Reader) -> Iterable[Row]:
    name = event.new("name")
    if tables.get(Cut, name) is not None:
        raise LookupError("an event makes a cut by a name that an earlier one made")
    yield Cut(
        id=name,
        cut_on=event.new("cut_on"),
        how=event.new("how"),
        last_seq=event.new("last_seq"),
        last_hash=event.new("last_hash"),
        facts=event.new("facts"),
        user=event.entry.user,
        at=_at(event),
    )
