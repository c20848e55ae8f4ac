"""Whether what somebody gives to prove who they are is right, and what a failure costs.

Passwords are compared before a desk is opened, because that takes long on purpose; the desk then decides in one place,
in order, so guesses made at the same time count one after the other. After so many failures nothing is accepted for a
time, right or wrong; attempts in that time do not make it longer. Which event comes of it is the caller's.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Change, Entry, Values
from equipoise.operations.office.passwords import PRODUCTION_COST, Cost, is_password
from equipoise.operations.office.permissions import Who, fault_of_person
from equipoise.operations.office.ports import Desk, Store, View
from equipoise.operations.office.rows import Person, Session
from equipoise.operations.office.second_factor import find_step
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import is_alive, write


@dataclass(frozen=True)
class Limits:
    """How many failures lock a user, for how long; how long a session lasts without use, and at most; hashing cost."""

    failures: int = 5
    locked_for: timedelta = timedelta(minutes=15)
    idle: timedelta = timedelta(minutes=30)
    whole: timedelta = timedelta(hours=12)
    cost: Cost = PRODUCTION_COST


LIMITS = Limits()
_COUNTED = f"Failures are counted. After {LIMITS.failures} nothing is accepted for a time."


@dataclass(frozen=True)
class Components:
    """What a person gives to prove who they are. Where the user is known already, the name may be left out."""

    password: str = field(repr=False)
    user: str | None = None
    second_factor: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Compared:
    """A password as compared with the one kept in an event; worth nothing once another one is kept."""

    user: str
    credentials_seq: int | None
    is_right: bool


@dataclass(frozen=True)
class Attempt:
    """What came of it: accepted or not, the step of a code that was used, and how the user stands afterwards."""

    is_accepted: bool
    step: int | None = None
    failures: int = 0
    locked_until: str | None = None


def compare_password(store: Store, user: str, password: str, cost: Cost) -> Compared:
    """Compare a password with the one kept; works as long for a user who does not exist."""
    with store.reading() as view:
        person = view.get(Person, user)
        seq = None if person is None else person.credentials_seq
        stored = None if seq is None else view.event(seq).new("password_hash", Visibility.CREDENTIALS)
    if seq is not None and stored is None:
        fault = Fault("credentials", "cannot be opened", "Start with the key file that belongs to this trial.")
        raise RefusedError("No password can be checked.", [fault])
    return Compared(user, seq, is_password(stored, password, cost))


def is_locked(person: Person, now: datetime) -> bool:
    """Whether nothing is accepted from a user for now."""
    return person.locked_until is not None and now < datetime.fromisoformat(person.locked_until)


def judge_attempt(
    desk: Desk, compared: Compared, code: str | None, limits: Limits, *, needs_code: bool = True
) -> Attempt:
    """
    Decide whether an attempt is accepted.

    Parameters
    ----------
    desk : Desk
        The transaction in which the outcome is written.
    compared : Compared
        The password.
    code : str or None
        One-time code, asked for where a second factor is set and `needs_code`.
    limits : Limits
        How many failures lock for how long.
    """
    person = desk.get(Person, compared.user)
    if person is None:
        return Attempt(is_accepted=False)
    if is_locked(person, desk.now):
        return Attempt(False, None, person.failures, person.locked_until)
    is_right = compared.is_right and compared.credentials_seq == person.credentials_seq and person.status == "active"
    step = None
    if person.second_factor_seq is not None and needs_code:
        step = find_step(_secret(desk, person.second_factor_seq), code, desk.now, person.last_step)
        is_right = is_right and step is not None
    if is_right:
        return Attempt(True, step)
    earlier = 0 if person.locked_until is not None else person.failures
    failures = earlier + 1
    until = (desk.now + limits.locked_for).isoformat() if failures >= limits.failures else None
    return Attempt(False, None, failures, until)


def prove(
    store: Store, who: Who, given: Components, purpose: Act, limits: Limits, *, only_password_once_signed: bool = False
) -> tuple[datetime, int]:
    """
    Let a person in a session prove again who they are, for an act.

    A failure is written, counts, and at the last one closes the sessions of the user. A code used is written as well.

    Parameters
    ----------
    store : Store
        No desk may be open: this opens its own.
    who : Who
        The person in the session.
    given : Components
        The second factor is needed where one is set.
    purpose : Act
        What it is for.
    limits : Limits
        How many failures lock for how long.
    only_password_once_signed : bool
        The rule of signatures: all components, the user name as well, until the session has signed; then the password.

    Returns
    -------
    tuple of datetime and int
        The time at which it was proved, and how many components were given.

    Raises
    ------
    RefusedError
        A component is missing (this is not a failure) or wrong, or the user is locked.
    """
    compared = compare_password(store, who.user, given.password, limits.cost)
    with store.writing() as desk:
        person, session = _present(desk, who, purpose)
        is_whole = not only_password_once_signed or session.first_signed_seq is None
        needs_code = is_whole and person.second_factor_seq is not None
        _check_complete(given, needs_user=only_password_once_signed and is_whole, needs_code=needs_code)
        attempt = judge_attempt(desk, _with_user(compared, given), given.second_factor, limits, needs_code=needs_code)
        if not attempt.is_accepted:
            new = {"failures": attempt.failures, "locked_until": attempt.locked_until, "purpose": purpose.value}
            write(desk, _entry(Act.REFUSE_PASSWORD, who, new))
        elif attempt.step is not None:
            write(desk, _entry(Act.USE_SECOND_FACTOR, who, {"step": attempt.step, "purpose": purpose.value}))
        now = desk.now
    if not attempt.is_accepted:
        raise RefusedError("This does not prove who you are.", [_fault_of(attempt, who)])
    return now, 1 + (given.user is not None) + (attempt.step is not None)


def _present(desk: Desk, who: Who, purpose: Act) -> tuple[Person, Session]:
    fault = fault_of_person(desk, who, purpose)
    person, session = desk.get(Person, who.user), desk.get(Session, who.session)
    if fault is None and person is not None and session is not None and is_alive(session, desk.now):
        return person, session
    fault = fault or Fault(f"user {who.user}", "the session has ended", "Log in again.")
    raise RefusedError("This cannot be done now.", [fault])


def _check_complete(given: Components, *, needs_user: bool, needs_code: bool) -> None:
    faults = []
    if needs_user and given.user is None:
        do = "Give it with the password: --signed-by USER"
        faults.append(Fault("user name", "is needed at the first signature of a session", do))
    if needs_code and given.second_factor is None:
        faults.append(
            Fault("second factor", "is set for this user and was not given", "Give the code of the app: --code")
        )
    if faults:
        raise RefusedError("Something is missing.", faults)


def _with_user(compared: Compared, given: Components) -> Compared:
    """A wrong user name is as wrong as a wrong password."""
    is_right = compared.is_right and given.user in (None, compared.user)
    return Compared(compared.user, compared.credentials_seq, is_right)


def _entry(act: Act, who: Who, new: Values) -> Entry:
    change = Change({"person": who.user, **new})
    return Entry(act, who.user, who.role, {Visibility.OPEN: change}, site=who.site, session=who.session)


def _fault_of(attempt: Attempt, who: Who) -> Fault:
    if attempt.locked_until is not None:
        return Fault(f"user {who.user}", f"is locked until {attempt.locked_until}", "Wait, or ask an administrator.")
    return Fault(f"user {who.user}", "user name, password or second factor is wrong", _COUNTED)


def _secret(view: View, seq: int) -> str:
    return str(view.event(seq).new("totp_secret", Visibility.CREDENTIALS))
