"""What of an event a person may see: the classes that their role opens, at their site or at all.

The same table (`office.visibility`) decides for pages, histories and exports.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from equipoise.conduct.roles import Role
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import ACTS
from equipoise.operations.office.event import Event
from equipoise.operations.office.permissions import Who
from equipoise.operations.office.visibility import Visibility, can_see

MaySee = Callable[[Visibility, str | None], bool]
"""Whether the reader may see a class of part of an event at a site (None: of no site)."""


def may_see_of(who: Who, role: Role | None = None) -> MaySee:
    """
    What a person may see in their role; with `role`, what somebody in that role may see, and never more than they.

    A role that sees its own site alone sees, in an export by a person of another site, nothing of that kind.
    """

    def may_see(visibility: Visibility, site: str | None) -> bool:
        is_own = site is not None and who.site in (None, site)
        is_seen = can_see(who.role, visibility, is_own_site=is_own)
        return is_seen and (role is None or can_see(role, visibility, is_own_site=is_own))

    return may_see


def check_sees_treatment(who: Who, site: str | None) -> None:
    """Raise `RefusedError` unless the person may see the treatment of the subjects of a site."""
    if not may_see_of(who)(Visibility.TREATMENT, site):
        fault = Fault(f"role {who.role.value}", "may not see treatment", "Ask the staff of the site.")
        raise RefusedError("Nothing is shown.", [fault])


def masked(event: Event, may_see: MaySee) -> Event | None:
    """An event with the changes that the reader may see; None where not even that it happened is for them."""
    entry = event.entry
    if not may_see(ACTS[entry.act].header, entry.site):
        return None
    changes = {kind: change for kind, change in entry.changes.items() if may_see(kind, entry.site)}
    return replace(event, entry=replace(entry, changes=changes))


def seen_events(events: Iterator[Event], may_see: MaySee) -> Iterator[Event]:
    """The events that the reader may know of, masked."""
    for event in events:
        seen = masked(event, may_see)
        if seen is not None:
            yield seen
