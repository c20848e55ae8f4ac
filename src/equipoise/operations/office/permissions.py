"""What a person may do: answered from the table of acts, the person's roles and their sites.

One function gives the reason why not, or None. `check_may` raises with it and `can` answers by it, so a page that
shows a button and the refusal of the act cannot disagree. What must hold of the thing itself is `policies`.
"""

from dataclasses import dataclass

from equipoise.conduct.roles import Role
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import ACTS, Act
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Grant, Person, Session

BEFORE_OWN_PASSWORD = frozenset({Act.SET_PASSWORD, Act.RENEW_SESSION, Act.CLOSE_SESSION})
"""All that may be done while the password is still the one that an administrator gave."""

MASKED = frozenset({Role.MASKED_READER, Role.MASKED_STATISTICIAN})
UNMASKED = frozenset(
    {Role.UNMASKED_STATISTICIAN, Role.TREATING_TEAM, Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR}
)
"""Nobody has a role of both kinds in one trial, at whatever sites: who has seen arms cannot be masked afterwards."""
AT_ONE_SITE = frozenset({Role.TREATING_TEAM, Role.COORDINATOR, Role.INVESTIGATOR})
"""Granted at a site by name, for a site knows its own arms only; the same person may have the role at several."""
AT_ALL_SITES = frozenset(Role) - AT_ONE_SITE - {Role.MONITOR}
"""Granted for the whole trial. A monitor may be either."""


@dataclass(frozen=True)
class Who:
    """The person at the door: who they are, in which session, in which of their roles and (None: all sites) where."""

    user: str
    name: str
    session: str
    role: Role
    site: str | None = None


def grant_id(user: str, role: Role, site: str | None) -> str:
    """The key of the row that says whether a person has a role."""
    return f"{user}/{role}/{site or '*'}"


def fault_of(view: View, who: Who, act: Act, site: str | None = None) -> Fault | None:
    """
    The reason why a person may not do an act, None when they may.

    Parameters
    ----------
    view : View
        The tables, or the desk at which the act is done.
    who : Who
        The person at the door.
    act : Act
        What is to be done.
    site : str or None
        Where: needed for acts at a site. None for acts on the whole trial.
    """
    return fault_of_person(view, who, act) or _fault_of_role(view, who, act) or _fault_of_site(who, act, site)


def can(view: View, who: Who, act: Act, site: str | None = None) -> bool:
    """Whether a person may do an act; see `fault_of`."""
    return fault_of(view, who, act, site) is None


def check_may(view: View, who: Who, act: Act, site: str | None = None) -> None:
    """
    Refuse an act to a person who has no right to it; see `fault_of`.

    Raises
    ------
    RefusedError
        With the reason and what to do.
    """
    fault = fault_of(view, who, act, site)
    if fault is not None:
        raise RefusedError(f"{who.user} may not {ACTS[act].words}.", [fault])


def check_present(view: View, who: Who) -> None:
    """
    Refuse to tell anything to somebody who has no open session, or a password that is not their own yet.

    Raises
    ------
    RefusedError
        With the reason.
    """
    fault = fault_of_person(view, who, Act.EXPORT)
    if fault is not None:
        raise RefusedError("This is told to the people of the trial only.", [fault])


def fault_of_person(view: View, who: Who, act: Act) -> Fault | None:
    """Why a person cannot act in this session at all, whatever their roles; None when they can."""
    person = view.get(Person, who.user)
    session = view.get(Session, who.session)
    where = f"user {who.user}"
    if person is None or person.status != "active":
        return Fault(where, "is not an active user of this trial", "An administrator adds people.")
    if session is None or not session.is_open or session.user != who.user:
        return Fault(where, "has no open session of this number", "Log in again.")
    if person.must_change and act not in BEFORE_OWN_PASSWORD:
        return Fault(
            where,
            "still has the password that an administrator gave",
            "Set a password of your own first: equipoise trial password",
        )
    return None


def _fault_of_role(view: View, who: Who, act: Act) -> Fault | None:
    grant = view.get(Grant, grant_id(who.user, who.role, who.site))
    if grant is None or not grant.is_active:
        at = "" if who.site is None else f" at site {who.site}"
        return Fault(f"user {who.user}", f"does not have the role {who.role}{at}", "An administrator grants roles.")
    roles = ACTS[act].roles
    if who.role in roles:
        return None
    if not roles:
        return Fault(f"act {act}", "is written by the office itself and asked for by nobody")
    return Fault(f"role {who.role}", f"may not {ACTS[act].words}", f"It is for: {', '.join(sorted(roles))}.")


def _fault_of_site(who: Who, act: Act, site: str | None) -> Fault | None:
    if site is None and ACTS[act].is_at_site:
        return Fault(f"act {act}", "is done at a site, and none was named", "Name the site.")
    if site is not None and who.site not in (None, site):
        return Fault(
            f"site {site}", f"{who.user} has the role {who.role} at site {who.site} only", "Ask the staff of that site."
        )
    return None
