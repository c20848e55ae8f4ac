"""Acts on sites: opened, recruitment paused and taken up again, closed to new subjects, and what a site sets itself.

A site that is paused or closed takes no candidate and allocates nobody; the subjects it has go on. Its settings stand
in a file beside the protocol; the log holds their digest, and nothing is judged by a file of another one (`rulings`).
"""

from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.days import fault_of_zone
from equipoise.operations.office.entries import make_entry
from equipoise.operations.office.event import Change, Event
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk, View
from equipoise.operations.office.rows import Site, Trial
from equipoise.operations.office.subject_policies import check_not_locked
from equipoise.operations.office.versions import approvals_at
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write
from equipoise.protocol.model import Protocol
from equipoise.protocol.resolve import resolve
from equipoise.protocol.site import SiteSettings
from equipoise.terminology.catalogue import base_library

UTC = "UTC"
OPEN, PAUSED, CLOSED = "open", "paused", "closed"


def open_site(desk: Desk, who: Who, site_id: str, name: str, time_zone: str | None = None) -> Event:
    """
    Open a site, or open it again.

    Parameters
    ----------
    time_zone
        The IANA name of the zone whose days are those of the site; as it was when None, UTC at first.

    Raises
    ------
    RefusedError
        It is open or paused, its id cannot stand in a subject's number, its name is not one line, or there is no such
        time zone.
    """
    check_may(desk, who, Act.OPEN_SITE, site_id)
    check_not_locked(desk.get(Trial, "trial"))
    faults = []
    if not (site_id.isascii() and site_id.replace("-", "").isalnum() and len(site_id) <= 20):
        do = "Use at most 20 letters, digits and hyphens: it begins the number of each subject."
        faults.append(Fault("site", "this cannot be the id of a site", do))
    if not name.strip() or not name.isprintable():
        faults.append(Fault(f"site {site_id}", "has no name in one line", "Give the name as it should stand on pages."))
    known = desk.get(Site, site_id)
    if known is not None and known.status == OPEN:
        faults.append(Fault(f"site {site_id}", "is open already"))
    if known is not None and known.status == PAUSED:
        faults.append(Fault(f"site {site_id}", "is paused", "Let it recruit again: equipoise trial sites resume"))
    wrong_zone = None if time_zone is None else fault_of_zone(site_id, time_zone)
    faults += [] if wrong_zone is None else [wrong_zone]
    if faults:
        raise RefusedError("Nothing was written.", faults)
    zone = time_zone or (UTC if known is None else known.time_zone)
    changes = {Visibility.OPEN: Change({"name": name, "time_zone": zone})}
    return write(desk, make_entry(Act.OPEN_SITE, who, changes, site=site_id))


def pause_site(desk: Desk, who: Who, site_id: str, reason: str) -> Event:
    """
    Let a site recruit nobody until it is resumed; the subjects it has go on.

    Raises
    ------
    RefusedError
        It does not recruit now.
    """
    return _change_status(desk, who, Act.PAUSE_SITE, site_id, (OPEN,), PAUSED, reason)


def resume_site(desk: Desk, who: Who, site_id: str, reason: str | None = None) -> Event:
    """
    Let a paused site recruit again.

    Raises
    ------
    RefusedError
        It is not paused.
    """
    return _change_status(desk, who, Act.RESUME_SITE, site_id, (PAUSED,), OPEN, reason)


def close_site(desk: Desk, who: Who, site_id: str, reason: str) -> Event:
    """
    Close a site to new subjects; those it has go on.

    Raises
    ------
    RefusedError
        It is neither open nor paused.
    """
    return _change_status(desk, who, Act.CLOSE_SITE, site_id, (OPEN, PAUSED), CLOSED, reason)


def _change_status(
    desk: Desk, who: Who, act: Act, site_id: str, before: tuple[str, ...], after: str, reason: str | None
) -> Event:
    check_may(desk, who, act, site_id)
    if act is not Act.CLOSE_SITE:  # A site is closed out after the lock, too: no data change by it.
        check_not_locked(desk.get(Trial, "trial"))
    known = desk.get(Site, site_id)
    if known is None or known.status not in before:
        what = f"is no {' or '.join(before)} site of this trial" + ("" if known is None else f": it is {known.status}")
        raise RefusedError("Nothing was written.", [Fault(f"site {site_id}", what, "See: equipoise trial sites list")])
    changes = {Visibility.OPEN: Change({"status": after}, {"status": known.status})}
    return write(desk, make_entry(act, who, changes, site=site_id, reason=reason))


def check_settings(view: View, who: Who, protocol: Protocol, site_id: str, settings: SiteSettings) -> Site:
    """
    Raise unless settings can be set at a site; give its row. See `set_settings`.

    They must fit every version approved there: subjects stay on the one they consented to.
    """
    check_may(view, who, Act.SET_SITE_SETTINGS, site_id)
    check_not_locked(view.get(Trial, "trial"))
    known = view.get(Site, site_id)
    if known is None:
        raise RefusedError("Nothing was written.", [Fault(f"site {site_id}", "is no site of this trial")])
    wrong_zone = None if settings.time_zone is None else fault_of_zone(site_id, settings.time_zone)
    if wrong_zone is not None:
        raise RefusedError("Nothing was written.", [wrong_zone])
    library = protocol.library(base_library())
    for approval in approvals_at(view, site_id):
        resolve(protocol.version(approval.version), library, settings)
    if known.settings == settings.digest:
        do = "Comments and the layout of a file do not count."
        raise RefusedError("Nothing was written.", [Fault(f"site {site_id}", "has these settings already", do)])
    return known


def set_settings(desk: Desk, who: Who, protocol: Protocol, site_id: str, settings: SiteSettings, reason: str) -> Event:
    """
    Write which settings are those of a site from now on, by their digest; the file is put in place before.

    A time zone that the file does not name stays as it was.

    Raises
    ------
    RefusedError, ProtocolError, TerminologyError
        There is no such site, it has these settings, or they do not fit a version that was approved there.
    """
    known = check_settings(desk, who, protocol, site_id, settings)
    new, old = {"settings": settings.digest}, {"settings": known.settings}
    if settings.time_zone is not None:
        new, old = {**new, "time_zone": settings.time_zone}, {**old, "time_zone": known.time_zone}
    changes = {Visibility.OPEN: Change(new, old)}
    return write(desk, make_entry(Act.SET_SITE_SETTINGS, who, changes, site=site_id, reason=reason))
