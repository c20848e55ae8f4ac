"""What must hold of a person and their roles before an act changes them.

Each function gives the reason why not, or None. Policies on subjects are `subject_policies`; who may ask is
`permissions`.
"""

import re

from equipoise.conduct.roles import Role
from equipoise.errors import Fault
from equipoise.operations.office.permissions import AT_ALL_SITES, AT_ONE_SITE, MASKED, UNMASKED, grant_id
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Grant, Person, Site

USER_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
"""Small letters, so that no two names differ by capitals alone."""


def fault_of_adding(view: View, user: str, name: str) -> Fault | None:
    """A user name is new for ever: that of a person who left is not given to another (21 CFR 11.100(a))."""
    if not USER_NAME.fullmatch(user):
        do = "Use 2 to 32 of a-z, 0-9, point, dash and underscore; begin with a letter."
        return Fault("user name", "cannot be used", do)
    if view.get(Person, user) is not None:
        return Fault(f"user {user}", "was given to a person before", "Choose another; none is given twice.")
    if not name.strip() or not name.isprintable():
        return Fault(f"user {user}", "has no name in one line", "Give the name as it should stand on signatures.")
    return None


def fault_of_active(view: View, user: str) -> Fault | None:
    """A person must be an active user."""
    person = view.get(Person, user)
    if person is None:
        return Fault(f"user {user}", "is not a user of this trial", "Add the person first.")
    return None if person.status == "active" else Fault(f"user {user}", "is disabled")


def fault_of_granting(view: View, user: str, role: Role, site: str | None) -> Fault | None:
    """A role is granted once, at a site that exists, and not against one that the person has or had."""
    grant = view.get(Grant, grant_id(user, role, site))
    if grant is not None and grant.is_active:
        return Fault(f"user {user}", f"has the role {role} already")
    return fault_of_active(view, user) or _fault_of_place(view, role, site) or fault_of_separation(view, user, role)


def fault_of_separation(view: View, user: str, role: Role) -> Fault | None:
    """
    A masked role is not for a person who has or had an unmasked one; an unmasked role not for one who has a masked one.

    What somebody has seen they do not forget when the role is taken back, so the first half asks about the past too.
    """
    grants = view.find(Grant, user=user)
    if role in MASKED:
        against = sorted({grant.role for grant in grants if Role(grant.role) in UNMASKED})
    elif role in UNMASKED:
        against = sorted({grant.role for grant in grants if Role(grant.role) in MASKED and grant.is_active})
    else:
        against = []
    if not against:
        return None
    what = f"cannot be {role}: has or had the role {', '.join(against)}"
    return Fault(f"user {user}", what, "One person is either masked or not, in the whole trial. Choose another person.")


def fault_of_revoking(view: View, user: str, role: Role, site: str | None) -> Fault | None:
    """A role that is taken back must be there, and one administrator must remain."""
    grant = view.get(Grant, grant_id(user, role, site))
    if grant is None or not grant.is_active:
        return Fault(f"user {user}", f"does not have the role {role} there")
    return fault_of_last_administrator(view, user) if role is Role.ADMINISTRATOR else None


def fault_of_disabling(view: View, user: str) -> Fault | None:
    """Who is disabled must be active, and one administrator must remain."""
    return fault_of_active(view, user) or fault_of_last_administrator(view, user)


def fault_of_last_administrator(view: View, user: str) -> Fault | None:
    """Without an administrator nobody could ever be given a right again."""
    administrators = {
        grant.user
        for grant in view.find(Grant, role=Role.ADMINISTRATOR.value, is_active=True)
        if fault_of_active(view, grant.user) is None
    }
    if administrators != {user}:
        return None
    return Fault(f"user {user}", "is the last administrator", "Grant the role to another person first.")


def _fault_of_place(view: View, role: Role, site: str | None) -> Fault | None:
    if site is None:
        return Fault(f"role {role}", "is granted at a site", "Name the site: --site") if role in AT_ONE_SITE else None
    if role in AT_ALL_SITES:
        return Fault(f"role {role}", "is for the whole trial", "Grant it without a site.")
    known = view.get(Site, site)
    if known is None:  # One that recruits nobody any more still has subjects, and people who look after them.
        names = ", ".join(each.id for each in view.find(Site)) or "none"
        do = f"Sites: {names}. Another is opened by: equipoise trial sites open"
        return Fault(f"site {site}", "is no site of this trial", do)
    return None
