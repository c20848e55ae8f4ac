"""The people of a practised trial, added and logged in by the real acts; their passwords are drawn and thrown away.

Hashes cost next to nothing here and sessions last for years: both are for practice alone.
"""

from dataclasses import dataclass
from datetime import timedelta

from equipoise.conduct.roles import Role
from equipoise.operations.office import people
from equipoise.operations.office.credentials import Components, Limits
from equipoise.operations.office.passwords import CHEAP_COST, SALT_BYTES, hash_password
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.ports import Store
from equipoise.operations.office.sessions import login, recognise

A_LONG_TIME = timedelta(days=3650)
LIMITS = Limits(idle=A_LONG_TIME, whole=A_LONG_TIME, cost=CHEAP_COST)


@dataclass(frozen=True)
class Staffing:
    """Adds people to a trial; `admin` is the first of them."""

    store: Store
    admin: Who

    @classmethod
    def begin(cls, store: Store) -> "Staffing":
        """Add the administrator with whom a trial begins."""
        password = _draw_password(store)
        with store.writing() as desk:
            hashed = hash_password(password, desk.draw(SALT_BYTES), CHEAP_COST)
            people.add_first_administrator(desk, user="ada", name="Ada", password_hash=hashed)
        return cls(store, _log_in(store, "ada", password))

    def add(self, user: str, role: Role, site: str | None = None) -> Who:
        """A person with a role (at a site), a password of their own and an open session."""
        given, own = _draw_password(self.store), _draw_password(self.store)
        with self.store.writing() as desk:
            people.add_person(desk, self.admin, user=user, name=user.title())
            people.grant_role(desk, self.admin, user=user, role=role, site=site)
        people.set_first_password(
            self.store, self.admin, user=user, password=given, random=self._random, cost=CHEAP_COST
        )
        who = _log_in(self.store, user, given)
        people.change_password(self.store, who, Components(given, user), new=own, random=self._random, limits=LIMITS)
        return who

    def _random(self, n: int) -> bytes:
        return _draw(self.store, n)


def _draw(store: Store, n: int) -> bytes:
    with store.writing() as desk:
        return desk.draw(n)


def _draw_password(store: Store) -> str:
    return _draw(store, 16).hex()


def _log_in(store: Store, user: str, password: str) -> Who:
    ticket = login(store, user, Components(password, user), limits=LIMITS)
    with store.writing() as desk:
        return recognise(desk, ticket.token, desk.now)
