"""A trial office with people who got there by the true way: added, granted, given a password, and one of their own."""

from datetime import timedelta
from typing import Any

from equipoise.conduct.roles import Role
from equipoise.operations.office.acts import Act
from equipoise.operations.office.credentials import Components, Limits
from equipoise.operations.office.event import Change, Entry
from equipoise.operations.office.passwords import CHEAP_COST, hash_password
from equipoise.operations.office.people import (
    add_first_administrator,
    add_person,
    change_password,
    grant_role,
    set_first_password,
)
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.sessions import login, recognise
from equipoise.operations.office.visibility import Visibility
from tests.office_store import Clock, MemoryStore, seeded

QUICK = Limits(cost=CHEAP_COST)
ADMINISTRATOR = "olga"
SITES = ("leeds", "york")


def password_of(user: str) -> str:
    return f"{user[::-1]} counts seven geese"


class Office:
    """
    A store, its clock, and one administrator who is logged in (`admin`).

    A store that is given works with this clock.
    """

    def __init__(self, store: Any = None, clock: Clock | None = None) -> None:
        self.clock = Clock() if clock is None else clock
        self.store = MemoryStore(self.clock) if store is None else store
        self.random = seeded(2)
        with self.store.writing() as desk:
            for site in SITES:
                name = {Visibility.OPEN: Change({"name": site.title()})}
                desk.append(Entry(Act.OPEN_SITE, ADMINISTRATOR, Role.ADMINISTRATOR, name, site=site))
            kept = hash_password(password_of(ADMINISTRATOR), desk.draw(16), CHEAP_COST)
            add_first_administrator(desk, user=ADMINISTRATOR, name="Olga Ek", password_hash=kept)
        self.admin = self.log_in(ADMINISTRATOR)

    def add(self, user: str, role: Role, site: str | None = None) -> Who:
        """A person with a role and a password of their own (`password_of`), in an open session."""
        with self.store.writing() as desk:
            add_person(desk, self.admin, user=user, name=user.title())
            grant_role(desk, self.admin, user=user, role=role, site=site)
        self.give(user, "a first one, soon gone")
        given = Components("a first one, soon gone")
        who = self.log_in(user, given)
        change_password(self.store, who, given, new=password_of(user), random=self.random, limits=QUICK)
        return who

    def give(self, user: str, password: str) -> None:
        """A password by the administrator."""
        set_first_password(self.store, self.admin, user=user, password=password, random=self.random, cost=CHEAP_COST)

    def log_in(self, user: str, given: Components | None = None, **choice: Any) -> Who:
        given = Components(password_of(user)) if given is None else given
        token = login(self.store, user, given, limits=QUICK).token
        with self.store.reading() as view:
            return recognise(view, token, self.clock(), **choice)

    def go_on(self, **by: float) -> None:
        self.clock.go_on(timedelta(**by))

    def row(self, row: type[Any], key: str) -> Any:
        with self.store.reading() as view:
            return view.get(row, key)

    def acts(self) -> list[Act]:
        """The acts in the log, in order."""
        return [event.entry.act for event in self.store.log]
