"""Users, their roles and what they prove themselves with: one function for each act.

Acts of an administrator on others take a desk. Acts on a password take the store, because hashing is slow and done
before a desk is opened. A password given by an administrator must be changed before anything else is done with it.
Nobody is deleted: a person who leaves is disabled, and stays in the log under a name that no one else gets.
"""

from collections.abc import Callable

from equipoise.conduct.roles import Role
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.credentials import LIMITS, Components, Limits, prove
from equipoise.operations.office.event import Change, Entry, Event, Values
from equipoise.operations.office.passwords import PRODUCTION_COST, SALT_BYTES, Cost, fault_of_password, hash_password
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.policies import (
    fault_of_active,
    fault_of_adding,
    fault_of_disabling,
    fault_of_granting,
    fault_of_revoking,
)
from equipoise.operations.office.ports import Desk, Store
from equipoise.operations.office.rows import Person
from equipoise.operations.office.second_factor import find_step
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write

Random = Callable[[int], bytes]


def add_first_administrator(desk: Desk, *, user: str, name: str, password_hash: str) -> None:
    """
    Add the person who sets the trial up, with a password of their own and the role that adds everybody else.

    Parameters
    ----------
    desk : Desk
        The transaction that sets the trial up.
    user, name : str
        User name, and name as it stands on signatures.
    password_hash : str
        By `passwords.hash_password`, of a password that passed `passwords.fault_of_password`.

    Raises
    ------
    RefusedError
        There is a user already: every further one is added by an administrator.
    """
    others = Fault("users", "this trial has users already", "An administrator adds people.")
    _refuse_if(Act.ADD_PERSON, others if desk.find(Person) else fault_of_adding(desk, user, name))
    credentials = Change({"password_hash": password_hash})
    for act, new, sealed in (
        (Act.ADD_PERSON, {"person": user, "name": name.strip()}, {}),
        (Act.SET_PASSWORD, {"person": user, "must_change": False}, {Visibility.CREDENTIALS: credentials}),
        (Act.GRANT_ROLE, {"person": user, "role": Role.ADMINISTRATOR.value, "site": None}, {}),
    ):
        write(desk, Entry(act, user, Role.ADMINISTRATOR, {Visibility.OPEN: Change(new), **sealed}))


def add_person(desk: Desk, who: Who, *, user: str, name: str) -> Event:
    """Add a user, as yet without a role and a password."""
    check_may(desk, who, Act.ADD_PERSON)
    _refuse_if(Act.ADD_PERSON, fault_of_adding(desk, user, name))
    return _write(desk, who, Act.ADD_PERSON, {"person": user, "name": name.strip()})


def grant_role(desk: Desk, who: Who, *, user: str, role: Role, site: str | None = None) -> Event:
    """Grant a role, at one site or (None) in the whole trial; `permissions` holds which roles are which."""
    check_may(desk, who, Act.GRANT_ROLE)
    _refuse_if(Act.GRANT_ROLE, fault_of_granting(desk, user, role, site))
    return _write(desk, who, Act.GRANT_ROLE, {"person": user, "role": role.value, "site": site})


def revoke_role(desk: Desk, who: Who, *, user: str, role: Role, site: str | None = None, reason: str) -> Event:
    """Take a role back; from then on it opens nothing, in open sessions as well."""
    check_may(desk, who, Act.REVOKE_ROLE)
    _refuse_if(Act.REVOKE_ROLE, fault_of_revoking(desk, user, role, site))
    return _write(desk, who, Act.REVOKE_ROLE, {"person": user, "role": role.value, "site": site}, reason=reason)


def disable_person(desk: Desk, who: Who, *, user: str, reason: str) -> Event:
    """Disable a user for good and close their sessions."""
    check_may(desk, who, Act.DISABLE_PERSON)
    _refuse_if(Act.DISABLE_PERSON, fault_of_disabling(desk, user))
    return _write(desk, who, Act.DISABLE_PERSON, {"person": user}, reason=reason)


def unlock_person(desk: Desk, who: Who, *, user: str, reason: str) -> Event:
    """End the lock-out of a user before its time."""
    check_may(desk, who, Act.UNLOCK_PERSON)
    _refuse_if(Act.UNLOCK_PERSON, fault_of_active(desk, user))
    return _write(desk, who, Act.UNLOCK_PERSON, {"person": user}, reason=reason)


def set_first_password(
    store: Store, who: Who, *, user: str, password: str, random: Random, cost: Cost = PRODUCTION_COST
) -> Event:
    """
    Give another user a password, the first or a new one; they must change it before anything else.

    Their open sessions are closed: whoever needs this has lost control of the old one, or never had any.
    """
    _refuse_if(Act.SET_PASSWORD, fault_of_password(password, user))
    password_hash = hash_password(password, random(SALT_BYTES), cost)
    with store.writing() as desk:
        check_may(desk, who, Act.SET_PASSWORD)
        _refuse_if(Act.SET_PASSWORD, _fault_of_other(who, user) or fault_of_active(desk, user))
        sealed = {"password_hash": password_hash}
        return _write(desk, who, Act.SET_PASSWORD, {"person": user, "must_change": True}, sealed)


def change_password(
    store: Store, who: Who, given: Components, *, new: str, random: Random, limits: Limits = LIMITS
) -> Event:
    """
    Change one's own password; `given` proves who asks: the old password, with the code where a second factor is set.

    A wrong old password counts towards the lock-out. The user's other sessions are closed.
    """
    same = Fault("new password", "is the old one", "Choose another.") if new == given.password else None
    _refuse_if(Act.SET_PASSWORD, fault_of_password(new, who.user) or same)
    prove(store, who, given, Act.SET_PASSWORD, limits)
    password_hash = hash_password(new, random(SALT_BYTES), limits.cost)
    with store.writing() as desk:
        check_may(desk, who, Act.SET_PASSWORD)
        sealed = {"password_hash": password_hash}
        return _write(desk, who, Act.SET_PASSWORD, {"person": who.user, "must_change": False}, sealed)


def set_second_factor(
    store: Store, who: Who, given: Components, *, secret: str, code: str, limits: Limits = LIMITS
) -> Event:
    """
    Set one's own second factor.

    Parameters
    ----------
    store : Store
        No desk may be open.
    who : Who
        The person themselves.
    given : Components
        The password, with a code of the old second factor where one is set.
    secret : str
        As `second_factor.make_secret` made it and as the app has it now.
    code : str
        A code of the app for this secret: proof that it works, before the next login depends on it.
    limits : Limits
        How many failures lock for how long, and the cost of hashing.

    Raises
    ------
    RefusedError
        Also when the code does not belong to the secret. Nothing is set then.
    """
    prove(store, who, given, Act.SET_SECOND_FACTOR, limits)
    with store.writing() as desk:
        check_may(desk, who, Act.SET_SECOND_FACTOR)
        step = find_step(secret, code, desk.now, None)
        wrong = Fault("code", "is not that of this secret now", "Compare the clocks and give the next code.")
        _refuse_if(Act.SET_SECOND_FACTOR, wrong if step is None else None)
        new = {"person": who.user, "is_set": True, "step": step}
        return _write(desk, who, Act.SET_SECOND_FACTOR, new, {"totp_secret": secret})


def remove_second_factor(desk: Desk, who: Who, *, user: str, reason: str) -> Event:
    """Remove the second factor of another user, whose app is lost."""
    check_may(desk, who, Act.SET_SECOND_FACTOR)
    missing = None if reason.strip() else Fault("reason", "is missing", "Say in a sentence why.")
    _refuse_if(Act.SET_SECOND_FACTOR, _fault_of_other(who, user) or fault_of_active(desk, user) or missing)
    new = {"person": user, "is_set": False, "step": None}
    return _write(desk, who, Act.SET_SECOND_FACTOR, new, reason=reason)


def _fault_of_other(who: Who, user: str) -> Fault | None:
    """What is anybody's for themselves is an administrator's for others, and theirs only for others."""
    if who.role is not Role.ADMINISTRATOR:
        return Fault(f"role {who.role}", "may do this for themselves only", "An administrator does it for others.")
    if who.user == user:
        return Fault(f"user {user}", "cannot do this for themselves", "Use your own password, or ask another one.")
    return None


def _refuse_if(act: Act, fault: Fault | None) -> None:
    if fault is not None:
        raise RefusedError(f"Cannot {ACTS[act].words}.", [fault])


def _write(
    desk: Desk, who: Who, act: Act, new: Values, sealed: Values | None = None, *, reason: str | None = None
) -> Event:
    changes = {Visibility.OPEN: Change(new)}
    if sealed is not None:
        changes[Visibility.CREDENTIALS] = Change(sealed)
    return write(desk, Entry(act, who.user, who.role, changes, session=who.session, reason=reason))
