"""People of a trial at a door: added with a first password and a role, changed, let go; one's own password."""

from equipoise.conduct.roles import Role
from equipoise.errors import RefusedError
from equipoise.operations.office import people
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.credentials import Components
from equipoise.operations.office.event import Event
from equipoise.operations.office.passwords import fault_of_password
from equipoise.operations.office.second_factor import SECRET_BYTES, make_secret, render_uri
from equipoise.operations.trial.door import Door


def add_person(door: Door, user: str, name: str, password: str, role: Role, site: str | None = None) -> Event:
    """
    Add a person with a first password, which they must change, and a role.

    Raises
    ------
    RefusedError
        The name, the password or the role cannot be given. Nothing is written when the role cannot.
    """
    fault = fault_of_password(password, user)
    if fault is not None:
        raise RefusedError(f"Cannot {ACTS[Act.ADD_PERSON].words}.", [fault])
    with door.store.writing() as desk:
        people.add_person(desk, door.who, user=user, name=name)
        people.grant_role(desk, door.who, user=user, role=role, site=site)
    return reset_password(door, user, password)


def reset_password(door: Door, user: str, password: str) -> Event:
    """Give another person a new first password; their sessions are closed."""
    return people.set_first_password(
        door.store, door.who, user=user, password=password, random=door.random_bytes, cost=door.limits.cost
    )


def grant_role(door: Door, user: str, role: Role, site: str | None) -> Event:
    """Grant a role, at a site or in the whole trial."""
    with door.store.writing() as desk:
        return people.grant_role(desk, door.who, user=user, role=role, site=site)


def revoke_role(door: Door, user: str, role: Role, site: str | None, reason: str) -> Event:
    """Take a role back; open sessions lose it at once."""
    with door.store.writing() as desk:
        return people.revoke_role(desk, door.who, user=user, role=role, site=site, reason=reason)


def disable_person(door: Door, user: str, reason: str) -> Event:
    """Disable a person for good."""
    with door.store.writing() as desk:
        return people.disable_person(desk, door.who, user=user, reason=reason)


def unlock_person(door: Door, user: str, reason: str) -> Event:
    """End a lock-out before its time."""
    with door.store.writing() as desk:
        return people.unlock_person(desk, door.who, user=user, reason=reason)


def remove_second_factor(door: Door, user: str, reason: str) -> Event:
    """Remove the second factor of a person whose app is lost."""
    with door.store.writing() as desk:
        return people.remove_second_factor(desk, door.who, user=user, reason=reason)


def change_password(door: Door, given: Components, new: str) -> Event:
    """Change one's own password."""
    return people.change_password(door.store, door.who, given, new=new, random=door.random_bytes, limits=door.limits)


def draw_second_factor(door: Door) -> tuple[str, str]:
    """A new secret for an app, and the address that the app reads; it counts once a code of it was given."""
    secret = make_secret(door.random_bytes(SECRET_BYTES))
    return secret, render_uri(secret, door.who.user, door.rules.protocol.id)


def set_second_factor(door: Door, given: Components, secret: str, code: str) -> Event:
    """Set one's own second factor, proved by a code of the app."""
    return people.set_second_factor(door.store, door.who, given, secret=secret, code=code, limits=door.limits)
