"""Which protocol version is in force at a site on a day, and whose consent is on another one.

A version is approved from a day on, at all sites or at some; the one that began last is in force. A subject stays on
the version consented to, whatever is approved afterwards, until it consents again. Approving is an act of `setting_up`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from equipoise.conduct.lifecycle import find_transition
from equipoise.conduct.moves import Move
from equipoise.conduct.states import Participation, SubjectState, Treatment
from equipoise.errors import Fault
from equipoise.operations.office.days import today_at
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Approval, Site, Subject

NO_GOING_BACK = "A version never changes, and nobody goes back to one: approve a new one."


@dataclass(frozen=True)
class Reconsent:
    """A subject that takes part on another version than the one in force at its site since a day."""

    subject: str
    site: str
    signed: str
    in_force: str
    since: date
    participation: Participation


def approvals_at(view: View, site: str | None) -> list[Approval]:
    """The approvals that count at a site, the earliest first; with None those that count at a site yet to be opened."""
    found = [each for each in view.find(Approval) if each.site in (None, site)]
    return sorted(found, key=lambda each: each.approved_from)


def version_on(view: View, site: str | None, day: date) -> Approval | None:
    """The approval of the version in force at a site on a day, None when none has begun."""
    begun = [each for each in approvals_at(view, site) if date.fromisoformat(each.approved_from) <= day]
    return begun[-1] if begun else None


def versions_in_force(view: View, day: date) -> dict[str, str | None]:
    """The name of the version in force at each site."""
    found = {site.id: version_on(view, site.id, day) for site in view.find(Site)}
    return {site: None if approval is None else approval.version for site, approval in found.items()}


def words_in_force(view: View, day: date) -> str | None:
    """The version in force, for people; where sites differ, with the sites of each. None when there is none."""
    by_version: dict[str, list[str]] = {}
    for site, version in versions_in_force(view, day).items():
        by_version.setdefault(version or "none", []).append(site)
    if len(by_version) > 1:
        return "; ".join(f"{version} at {', '.join(sites)}" for version, sites in sorted(by_version.items()))
    anywhere = version_on(view, None, day)
    return next((each for each in by_version if each != "none"), None if anywhere is None else anywhere.version)


def faults_of_approving(view: View, version: str, approved_from: date, sites: Collection[str]) -> Iterator[Fault]:
    """
    Why a version cannot be approved from a day on at these sites; when none is named at all, those to come included.

    Each begins after the one before it, and none comes back: what was consented to would not tell which is newer.
    """
    known = [site.id for site in view.find(Site)]
    for site in sites:
        if site not in known:
            names = ", ".join(known) or "none"
            yield Fault(f"site {site}", "is no site of this trial", f"Sites: {names}.")
    for place in [site for site in known if site in sites] if sites else (None, *known):
        fault = _fault_at(view, place, version, approved_from, is_everywhere=not sites)
        if fault is not None:
            yield fault


def _fault_at(view: View, place: str | None, version: str, approved_from: date, *, is_everywhere: bool) -> Fault | None:
    at = "" if place is None else f" at site {place}"
    approvals = approvals_at(view, place)
    later = [
        each
        for each in approvals
        if each.version != version and date.fromisoformat(each.approved_from) >= approved_from
    ]
    if later:
        what = f"is not after version {later[0].version} began{at}, on {later[0].approved_from}"
        return Fault(f"day {approved_from}", what, "Choose a later day.")
    if all(each.version != version for each in approvals):
        return None
    in_force = version_on(view, place, approved_from)
    if is_everywhere and place is not None and in_force is not None and in_force.version == version:
        return None  # It came to this site first, and now to the others.
    return Fault(f"version {version}", f"is approved{at} already", NO_GOING_BACK)


def find_reconsents(view: View, at: datetime) -> list[Reconsent]:
    """
    The subjects that take part and have not consented to the version in force at their site, in the order of numbers.

    Takes part who may consent again: not a candidate, and nobody who has withdrawn, is lost, has died or is done.
    """
    in_force = {site.id: version_on(view, site.id, today_at(view, site.id, at)) for site in view.find(Site)}
    found = []
    for subject in view.find(Subject):
        approval, participation = in_force[subject.site], Participation(subject.participation)
        if subject.version is None or approval is None or approval.version == subject.version:
            continue
        if _may_consent_again(participation):
            since = date.fromisoformat(approval.approved_from)
            signed, now = subject.version, approval.version
            found.append(Reconsent(subject.id, subject.site, signed, now, since, participation))
    return found


def _may_consent_again(participation: Participation) -> bool:
    """Asked of participation alone: how far treatment has come does not matter, and would tell the arm."""
    return any(
        find_transition(SubjectState(participation, treatment), Move.RENEW_CONSENT) is not None
        for treatment in Treatment
    )
