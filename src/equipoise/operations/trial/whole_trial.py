"""Versions, the consents they ask for, and the lock at a door."""

from collections.abc import Callable, Collection
from datetime import date

from equipoise.conduct.raised import RaisedKind
from equipoise.operations.office import setting_up
from equipoise.operations.office.acts import Act
from equipoise.operations.office.event import Event
from equipoise.operations.office.permissions import check_may, check_present
from equipoise.operations.office.rows import Trial
from equipoise.operations.office.subject_policies import check_not_locked
from equipoise.operations.office.versions import Reconsent, find_reconsents
from equipoise.operations.trial.calendars import check_site
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.waiting import count_open
from equipoise.protocol.cohort import read_cohorts


def approve_version(
    door: Door, version: str, approved_from: date | None, reason: str, sites: Collection[str] = ()
) -> Event:
    """
    Approve a version for consent: from today when no day is given, at all sites when none is named.

    Raises
    ------
    RefusedError, ProtocolError
        It cannot be approved, or its analysis plan names a cohort that is not beside the protocol as it was named.
    """
    day = approved_from or door.today
    planned = door.rules.protocol.analysis_of(version)
    if planned is not None:
        read_cohorts(door.rules.protocol, planned)
    with door.store.writing() as desk:
        return setting_up.approve_version(desk, door.who, door.rules.protocol, version, day, reason, sites)


def list_reconsents(door: Door, site: str | None = None) -> list[Reconsent]:
    """
    The subjects that take part and have yet to consent to the version in force at their site, by site.

    Raises
    ------
    RefusedError
        The person has no open session, or there is no such site.
    """
    with door.store.reading() as view:
        check_present(view, door.who)
        if site is not None:
            check_site(view, site)
        found = find_reconsents(view, door.clock())
    return sorted((each for each in found if site in (None, each.site)), key=lambda each: (each.site, each.subject))


def lock_trial(door: Door, reason: str, tell_open: Callable[[dict[RaisedKind, int]], None]) -> Event:
    """
    Close the trial to every entry, for good; `tell_open` is told what waits for a person before anything is signed.

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
        waiting = count_open(view)
    tell_open(waiting)
    signature = door.sign(Act.LOCK, statement)
    with door.store.writing() as desk:
        return setting_up.lock(desk, door.who, reason, signature)
