"""The one place where an act becomes an event: reason and signature are what the table of acts asks for.

Every act calls `write` and none appends by itself, so a signed act cannot be written unsigned. Right and policy were
checked before, by the act.
"""

from datetime import datetime, timedelta

from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.event import Entry, Event, Signature
from equipoise.operations.office.files import follow
from equipoise.operations.office.ports import Desk
from equipoise.operations.office.rows import Person, Session

SIGNATURE_HOLDS = timedelta(minutes=10)
"""How long after it was given a signature can be written. What was read is then still what is signed."""
ALL_COMPONENTS = 2
"""User name and password: what the first signature in a session needs at least (21 CFR 11.200(a)(1)(i))."""


def write(desk: Desk, entry: Entry) -> Event:
    """
    Append an entry when it has the role, the reason, the session and the signature that its act asks for.

    Raises
    ------
    RefusedError
        With everything that is missing, together. Nothing is written.
    """
    faults = [
        fault
        for fault in (_fault_of_role(entry), _fault_of_reason(entry), _fault_of_session(desk, entry))
        if fault is not None
    ]
    faults += _faults_of_signature(desk, entry)
    if faults:
        raise RefusedError(f"Cannot {ACTS[entry.act].words}.", faults)
    event = desk.append(entry)
    if entry.subject is not None:
        follow(desk, entry.subject, event)
    return event


def is_alive(session: Session, now: datetime) -> bool:
    """Whether a session is open and neither its whole time nor its idle time is over."""
    idle_until = datetime.fromisoformat(session.active_at) + timedelta(seconds=session.idle_s)
    return session.is_open and now < min(idle_until, datetime.fromisoformat(session.expires_at))


def _where(act: Act) -> str:
    return f"act {act}"


def _fault_of_role(entry: Entry) -> Fault | None:
    rule = ACTS[entry.act]
    if rule.roles and entry.role not in rule.roles:
        return Fault(_where(entry.act), "is not one of the role it is written in")
    if rule.is_at_site and entry.site is None:
        return Fault(_where(entry.act), "is done at a site, and none is named")
    return None


def _fault_of_reason(entry: Entry) -> Fault | None:
    given = [entry.reason, *(change.new.get("reason") for change in entry.changes.values())]
    if ACTS[entry.act].needs_reason and not any((reason or "").strip() for reason in given):
        return Fault(_where(entry.act), "needs a reason", "Say in a sentence why.")
    return None


def _fault_of_session(desk: Desk, entry: Entry) -> Fault | None:
    if entry.session is None or entry.act is Act.OPEN_SESSION:
        return None
    session = desk.get(Session, entry.session)
    if session is None or session.user != entry.user or not is_alive(session, desk.now):
        return Fault(f"user {entry.user}", "has no open session of this number", "Log in again.")
    return None


def _faults_of_signature(desk: Desk, entry: Entry) -> list[Fault]:
    meaning, signature, where = ACTS[entry.act].meaning, entry.signature, _where(entry.act)
    if signature is None:
        return [] if meaning is None else [Fault(where, "needs a signature", f'It would say: "{meaning}"')]
    faults = []
    if signature.meaning != meaning:
        faults.append(Fault(where, "the signature does not have the meaning of this act", "Sign this act itself."))
    if (signature.user, signature.role) != (entry.user, entry.role):
        faults.append(Fault(where, "the signature is not that of the person who acts, in this role"))
    if not timedelta(0) <= desk.now - signature.at <= SIGNATURE_HOLDS:
        faults.append(Fault(where, "the signature is too old, or not yet given", "Sign again."))
    return faults + _faults_of_signer(desk, entry, signature)


def _faults_of_signer(desk: Desk, entry: Entry, signature: Signature) -> list[Fault]:
    """What has become of the signer since the signature was given, and whether it has the components it needs."""
    faults = []
    person = desk.get(Person, signature.user)
    if person is None or person.status != "active":
        faults.append(Fault(f"user {signature.user}", "is not an active user of this trial"))
    elif person.locked_until is not None and desk.now < datetime.fromisoformat(person.locked_until):
        faults.append(Fault(f"user {signature.user}", "is locked for now", "Wait, or ask an administrator."))
    elif person.name != signature.name:
        faults.append(Fault(_where(entry.act), "the signature has another name than its user"))
    session = None if entry.session is None else desk.get(Session, entry.session)
    if signature.components < ALL_COMPONENTS and (session is None or session.first_signed_seq is None):
        faults.append(
            Fault(_where(entry.act), "the first signature of a session needs user name and password", "Give both.")
        )
    return faults
