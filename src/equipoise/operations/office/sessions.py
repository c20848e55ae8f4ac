"""Sessions: from a password to a token, from a token to the person at the door, and the end of both.

The token is 256 random bits of which only the SHA-256 is kept, so who reads the database cannot use one. A refusal at
the door has one text whatever the cause, and takes as long. What is accepted is decided in `credentials`.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from equipoise.conduct.roles import Role
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.credentials import LIMITS, Attempt, Components, Limits, compare_password, judge_attempt
from equipoise.operations.office.event import Change, Entry, Event
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.policies import USER_NAME
from equipoise.operations.office.ports import Desk, Store, View
from equipoise.operations.office.rows import Grant, Person, Session
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import is_alive, write

TOKEN_BYTES = 32
SESSION_BYTES = 8
NOBODY = "-"
"""Stands for the user of an attempt under a name that nobody has. The name itself is not kept: it may be a password."""
RENEW_AFTER = timedelta(minutes=5)
"""Looking at pages is written at most this often, to keep the session from ending as idle."""


@dataclass(frozen=True)
class Ticket:
    """What a login gives: the token for the person's side, and whether a password of their own must come first."""

    token: str = field(repr=False)
    session: str
    expires_at: datetime
    must_change: bool


def login(store: Store, user: str, given: Components, *, limits: Limits = LIMITS) -> Ticket:
    """
    Open a session, or write that it was refused.

    Parameters
    ----------
    store : Store
        No desk may be open.
    user : str
        As typed; blanks around it and capitals do not matter.
    given : Components
        The password, and the one-time code where a second factor is set.
    limits : Limits
        How many failures lock for how long, how long the session lasts, and the cost of hashing.

    Raises
    ------
    RefusedError
        With one text for all causes: no such user, disabled, locked, wrong password, wrong or used code.
    """
    user = _user_of(user)
    compared = compare_password(store, user, given.password, limits.cost)
    with store.writing() as desk:
        attempt = judge_attempt(desk, compared, given.second_factor, limits)
        ticket = _open(desk, user, attempt, limits) if attempt.is_accepted else None
        if ticket is None:
            _refuse(desk, user, attempt)
    if ticket is None:
        raise RefusedError("No session was opened.", [_refusal(limits)])
    return ticket


def recognise(view: View, token: str, now: datetime, *, role: Role | None = None, site: str | None = None) -> Who:
    """
    The person whose token this is, in one of their roles.

    Parameters
    ----------
    view : View
        The tables.
    token : str
        As `login` gave it.
    now : datetime
        The server's time, in UTC.
    role, site : Role or None, str or None
        Which role to act in; may be left out by who has only one.

    Raises
    ------
    RefusedError
        The session has ended, or the roles of the person do not give exactly one answer.
    """
    found = view.find(Session, token=_digest(token))
    session = found[0] if found and is_alive(found[0], now) else None
    person = None if session is None else view.get(Person, session.user)
    if session is None or person is None or person.status != "active":
        raise RefusedError(
            "There is no open session.",
            [Fault("session", "has ended or was never opened", "Log in: equipoise trial login USER")],
        )
    grant = _choose(view, person.id, role, site)
    return Who(person.id, person.name, session.id, Role(grant.role), grant.site)


def renew(store: Store, who: Who) -> Event | None:
    """Write that a session is in use, unless something was written in it in the last minutes."""
    with store.writing() as desk:
        check_may(desk, who, Act.RENEW_SESSION)
        session = desk.get(Session, who.session)
        if session is not None and desk.now - datetime.fromisoformat(session.active_at) < RENEW_AFTER:
            return None
        return write(desk, _entry(Act.RENEW_SESSION, who))


def logout(store: Store, who: Who) -> Event:
    """Close the session of a person; the token is worth nothing afterwards."""
    with store.writing() as desk:
        check_may(desk, who, Act.CLOSE_SESSION)
        return write(desk, _entry(Act.CLOSE_SESSION, who))


def _user_of(typed: str) -> str:
    """The user name meant; what can be no user name is nobody's, and no database is asked for it."""
    user = typed.strip().lower()
    return user if USER_NAME.fullmatch(user) else NOBODY


def _open(desk: Desk, user: str, attempt: Attempt, limits: Limits) -> Ticket:
    person = desk.get(Person, user)
    token, session = desk.draw(TOKEN_BYTES).hex(), desk.draw(SESSION_BYTES).hex()
    expires_at = desk.now + limits.whole
    new = {
        "token": _digest(token),
        "expires_at": expires_at.isoformat(),
        "idle_s": int(limits.idle.total_seconds()),
        "step": attempt.step,
    }
    write(desk, Entry(Act.OPEN_SESSION, user, None, {Visibility.OPEN: Change(new)}, session=session))
    return Ticket(token, session, expires_at, person is not None and person.must_change)


def _refuse(desk: Desk, user: str, attempt: Attempt) -> None:
    known = user if desk.get(Person, user) is not None else None
    new = {"person": known, "failures": attempt.failures, "locked_until": attempt.locked_until}
    write(desk, Entry(Act.REFUSE_SESSION, known or NOBODY, None, {Visibility.OPEN: Change(new)}))


def _refusal(limits: Limits) -> Fault:
    minutes = int(limits.locked_for.total_seconds() // 60)
    return Fault(
        "login",
        "user name, password or second factor is not right, or the user may not log in now",
        f"After {limits.failures} failures nothing is accepted for {minutes} minutes. An administrator can help.",
    )


def _choose(view: View, user: str, role: Role | None, site: str | None) -> Grant:
    grants = [
        grant
        for grant in view.find(Grant, user=user, is_active=True)
        if (role is None or grant.role == role.value) and (site is None or grant.site in (None, site))
    ]
    if len(grants) == 1:
        return grants[0]
    if not grants:
        at = "" if site is None else f" at {site}"
        what = f"has no role{at}" if role is None else f"is not {role}{at}"
        has = _role_words(view.find(Grant, user=user, is_active=True)) or "none"
        fault = Fault(f"user {user}", f"{what}; has: {has}", "An administrator grants roles.")
        raise RefusedError("Nothing was done: you do not have this role.", [fault])
    fault = Fault(f"user {user}", f"has several roles: {_role_words(grants)}", "Say which: --my-role, --my-site.")
    raise RefusedError("It is not clear in which role you act.", [fault])


def _role_words(grants: list[Grant]) -> str:
    return ", ".join(f"{grant.role} at {grant.site or 'all sites'}" for grant in grants)


def _entry(act: Act, who: Who) -> Entry:
    return Entry(act, who.user, who.role, {}, site=who.site, session=who.session)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
