"""Acts on the trial as a whole: its beginning, versions approved for consent, sites, the lock."""

from datetime import date

from equipoise.conduct.roles import Role
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.entries import check_statement, make_entry
from equipoise.operations.office.event import Change, Entry, Event, Signature
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk
from equipoise.operations.office.rows import Site, Trial, Version
from equipoise.operations.office.subject_policies import check_not_locked, version_on
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write
from equipoise.protocol.model import Protocol

SYSTEM = "system"
"""The user of what nobody did: the first event."""
TRAINING, LIVE = "training", "live"
CLOSED_FOR_GOOD = ("withdrawn", "terminated", "completed", "suspended", "no-longer-available")


def initialise(desk: Desk, protocol: Protocol, *, is_live: bool) -> Event:
    """
    Write the first event of a trial.

    A trial whose registry says that it cannot enrol is set up for training only.

    Raises
    ------
    RefusedError
        The database holds a trial already, or the registry forbids a live one.
    """
    if desk.get(Trial, "trial") is not None:
        raise RefusedError("Nothing was written.", [Fault("database", "holds a trial already", "Choose a new one.")])
    status = protocol.registry_status_at(desk.now.date())
    if is_live and status.status in CLOSED_FOR_GOOD:
        fault = Fault(
            protocol.id, f"is {status.status} in its registry: nobody can be enrolled", "Set up for training."
        )
        raise RefusedError("Nothing was written.", [fault])
    values = {
        "protocol": protocol.id,
        "title": protocol.title,
        "digest": protocol.digest,
        "kind": LIVE if is_live else TRAINING,
        "registry": status.status,
    }
    entry = Entry(Act.INITIALISE, SYSTEM, Role.ADMINISTRATOR, {Visibility.OPEN: Change(values)})
    return write(desk, entry)


def approve_version(desk: Desk, who: Who, protocol: Protocol, version: str, approved_from: date, reason: str) -> Event:
    """
    Approve a version for consent from a day on; the one before it ends on that day.

    Raises
    ------
    RefusedError
        It is approved already, or begins before the version that it replaces.
    ProtocolError
        The protocol has no such version.
    """
    check_may(desk, who, Act.APPROVE_VERSION)
    check_not_locked(desk.get(Trial, "trial"))
    protocol.version(version)
    versions = desk.find(Version)
    faults = []
    if any(each.id == version for each in versions):
        faults.append(Fault(f"version {version}", "is approved already", "A version never changes: approve a new one."))
    later = [each.id for each in versions if date.fromisoformat(each.approved_from) >= approved_from]
    if later:
        faults.append(Fault(f"day {approved_from}", f"is not after version {later[0]} began", "Choose a later day."))
    if faults:
        raise RefusedError("Nothing was written.", faults)
    current = version_on(versions, approved_from)
    new = {"version": version, "digest": protocol.version_digest(version), "approved_from": approved_from.isoformat()}
    old = {"version": current.id if current is not None else None}
    changes = {Visibility.OPEN: Change(new, old)}
    return write(desk, make_entry(Act.APPROVE_VERSION, who, changes, version=version, reason=reason))


def open_site(desk: Desk, who: Who, site_id: str, name: str) -> Event:
    """
    Open a site, or open it again.

    Raises
    ------
    RefusedError
        It is open, its id cannot stand in a subject's number, or its name is not one line.
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
    if known is not None and known.status == "open":
        faults.append(Fault(f"site {site_id}", "is open already"))
    if faults:
        raise RefusedError("Nothing was written.", faults)
    return write(desk, make_entry(Act.OPEN_SITE, who, {Visibility.OPEN: Change({"name": name})}, site=site_id))


def close_site(desk: Desk, who: Who, site_id: str, reason: str) -> Event:
    """
    Close a site to new subjects; those it has go on.

    Raises
    ------
    RefusedError
        It is no open site.
    """
    check_may(desk, who, Act.CLOSE_SITE, site_id)
    known = desk.get(Site, site_id)
    if known is None or known.status != "open":
        raise RefusedError("Nothing was written.", [Fault(f"site {site_id}", "is no open site of this trial")])
    changes = {Visibility.OPEN: Change({"status": "closed"}, {"status": "open"})}
    return write(desk, make_entry(Act.CLOSE_SITE, who, changes, site=site_id, reason=reason))


def lock_statement(trial: Trial) -> str:
    """What the data manager signs to lock."""
    return f"The data of {trial.protocol} are final; nothing is entered after this."


def lock(desk: Desk, who: Who, reason: str, signature: Signature) -> Event:
    """
    Close the trial to every entry, for good.

    Raises
    ------
    RefusedError
        It is locked already.
    """
    check_may(desk, who, Act.LOCK)
    trial = desk.get(Trial, "trial")
    check_not_locked(trial)
    assert trial is not None
    check_statement(signature, lock_statement(trial))
    changes = {Visibility.OPEN: Change({"status": "locked"}, {"status": "open"})}
    return write(desk, make_entry(Act.LOCK, who, changes, reason=reason, signature=signature))
