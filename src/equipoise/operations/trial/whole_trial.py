"""Versions, sites and the lock at a door."""

from datetime import date

from equipoise.operations.office import setting_up
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Event
from equipoise.operations.office.permissions import check_may
from equipoise.operations.office.rows import Trial
from equipoise.operations.office.subject_policies import check_not_locked
from equipoise.operations.trial.door import Door


def approve_version(door: Door, version: str, approved_from: date | None, reason: str) -> Event:
    """Approve a version of the trial's protocol for consent; from today when no day is given."""
    day = approved_from or door.today
    with door.store.writing() as desk:
        return setting_up.approve_version(desk, door.who, door.rules.protocol, version, day, reason)


def open_site(door: Door, site: str, name: str) -> Event:
    """Open a site, or open it again."""
    with door.store.writing() as desk:
        return setting_up.open_site(desk, door.who, site, name)


def close_site(door: Door, site: str, reason: str) -> Event:
    """Close a site to new subjects."""
    with door.store.writing() as desk:
        return setting_up.close_site(desk, door.who, site, reason)


def lock_trial(door: Door, reason: str) -> Event:
    """
    Close the trial to every entry, for good.

    Raises
    ------
    RefusedError
        The person may not, or it is locked already.
    """
    with door.store.reading() as view:
        check_may(view, door.who, Act.LOCK)
        trial = view.get(Trial, "trial")
        check_not_locked(trial)
        assert trial is not None
        statement = setting_up.lock_statement(trial)
    signature = door.sign(Act.LOCK, statement)
    with door.store.writing() as desk:
        return setting_up.lock(desk, door.who, reason, signature)
