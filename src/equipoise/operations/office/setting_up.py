"""Acts on the trial as a whole: its beginning, versions approved for consent, the lock. Sites are in `sites`."""

from collections.abc import Collection
from datetime import date

from equipoise.conduct.roles import Role
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.acts import Act
from equipoise.operations.office.entries import check_statement, make_entry
from equipoise.operations.office.event import Change, Entry, Event, Signature
from equipoise.operations.office.permissions import Who, check_may
from equipoise.operations.office.ports import Desk
from equipoise.operations.office.rows import Trial, Version
from equipoise.operations.office.subject_policies import check_not_locked
from equipoise.operations.office.versions import NO_GOING_BACK, faults_of_approving, versions_in_force
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


def approve_version(
    desk: Desk,
    who: Who,
    protocol: Protocol,
    version: str,
    approved_from: date,
    reason: str,
    sites: Collection[str] = (),
) -> Event:
    """
    Approve a version for consent from a day on; the one before it ends there on that day.

    Parameters
    ----------
    sites
        Where; at all sites, those opened later included, when none is named.

    Raises
    ------
    RefusedError
        It is approved there already, begins before the version that it replaces, or is not what was approved elsewhere.
    ProtocolError
        The protocol has no such version.
    """
    check_may(desk, who, Act.APPROVE_VERSION)
    check_not_locked(desk.get(Trial, "trial"))
    protocol.version(version)
    faults = list(faults_of_approving(desk, version, approved_from, sites))
    known, digest = desk.get(Version, version), protocol.version_digest(version)
    if known is not None and known.digest != digest:
        faults.append(Fault(f"version {version}", "is not the one approved before: its digest differs", NO_GOING_BACK))
    if faults:
        raise RefusedError("Nothing was written.", faults)
    named = sorted(set(sites)) or None
    new = {"version": version, "digest": digest, "approved_from": approved_from.isoformat(), "sites": named}
    in_force = versions_in_force(desk, approved_from)
    old = {"in_force": {site: before for site, before in in_force.items() if not named or site in named}}
    changes = {Visibility.OPEN: Change(new, old)}
    return write(desk, make_entry(Act.APPROVE_VERSION, who, changes, version=version, reason=reason))


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
