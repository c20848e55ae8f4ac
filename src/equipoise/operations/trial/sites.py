"""Sites at a door: opened, paused, closed, their settings set, and a list of how each stands."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from equipoise.conduct.states import Participation
from equipoise.errors import EquipoiseError
from equipoise.operations.office import sites
from equipoise.operations.office.event import Event
from equipoise.operations.office.permissions import check_present
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Grant, Person, Site, Subject
from equipoise.operations.office.versions import version_on
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.site_files import SiteFiles, check_none_is_anothers, files_of_settings, put_files
from equipoise.protocol.site import SiteRange, load_site

NO_LONGER_OPEN = (
    Participation.DECLINED,
    Participation.SCREEN_FAILED,
    Participation.WITHDRAWN_FROM_ALL_CONTACT,
    Participation.DIED,
    Participation.COMPLETED,
    Participation.OFF_STUDY,
)
"""Subjects of whom nothing more is expected."""
RECRUITMENT = {sites.OPEN: "recruiting", sites.PAUSED: "paused", sites.CLOSED: "closed to new subjects"}


@dataclass(frozen=True)
class SiteLine:
    """
    A site as the people of the trial see it.

    `staff` are the names of active users by role; `n_open` counts subjects of whom something is still expected.
    `settings` is the digest in the log, and `settings_fault` why the file at hand is not that one, if it is not.
    """

    site: Site
    staff: tuple[tuple[str, tuple[str, ...]], ...]
    n_open: int
    version: str | None
    since: date | None
    ranges: tuple[SiteRange, ...]
    settings_fault: str | None = None

    def lines(self) -> Iterator[str]:
        """The site in words, for a terminal."""
        site = self.site
        yield f"{site.id}  {site.name}: {RECRUITMENT[site.status]}" + (f" ({site.because})" if site.because else "")
        yield f"  subjects: {site.n_subjects}, open: {self.n_open}"
        yield f"  version in force: {self.version}, since {self.since}" if self.version else "  version in force: none"
        yield "  staff: " + ("; ".join(f"{role} {', '.join(users)}" for role, users in self.staff) or "none")
        yield f"  time zone of its days: {site.time_zone}"
        yield f"  settings: {site.settings or 'none'}"
        if self.settings_fault is not None:
            yield f"  settings at hand: {self.settings_fault}"
        yield from (f"  normal range: {_range_words(each)}" for each in self.ranges)


def open_site(door: Door, site: str, name: str, time_zone: str | None = None) -> Event:
    """Open a site, or open it again."""
    with door.store.writing() as desk:
        return sites.open_site(desk, door.who, site, name, time_zone)


def pause_site(door: Door, site: str, reason: str) -> Event:
    """Let a site recruit nobody until it is resumed."""
    with door.store.writing() as desk:
        return sites.pause_site(desk, door.who, site, reason)


def resume_site(door: Door, site: str, reason: str | None = None) -> Event:
    """Let a paused site recruit again."""
    with door.store.writing() as desk:
        return sites.resume_site(desk, door.who, site, reason)


def close_site(door: Door, site: str, reason: str) -> Event:
    """Close a site to new subjects."""
    with door.store.writing() as desk:
        return sites.close_site(desk, door.who, site, reason)


def set_settings(door: Door, folder: Path, site: str, file: Path, reason: str) -> Event:
    """
    Put a site file, with the codes it names, beside the protocol of the trial, and write its digest.

    The files come first: a crash in between leaves a file that the log does not know, by which nothing is judged, and
    the same command once more sets it right.

    Parameters
    ----------
    folder
        Where the trial keeps its protocol.

    Raises
    ------
    RefusedError, ProtocolError, TerminologyError
        With every reason. Nothing is written and no file is replaced.
    """
    settings = load_site(file)
    files = files_of_settings(file, site, settings)
    with door.store.writing() as desk:
        protocol = door.rules.protocol
        sites.check_settings(desk, door.who, protocol, site, settings)
        others = SiteFiles(folder, [each.id for each in desk.find(Site) if each.id != site])
        check_none_is_anothers(folder, site, files, others)
        put_files(folder, files)
        return sites.set_settings(desk, door.who, protocol, site, settings, reason)


def list_sites(door: Door) -> list[SiteLine]:
    """
    Every site with its recruitment, staff, subjects, version in force and settings.

    Raises
    ------
    RefusedError
        The person has no open session.
    """
    with door.store.reading() as view:
        check_present(view, door.who)
        n_open = Counter(
            each.site for each in view.find(Subject) if Participation(each.participation) not in NO_LONGER_OPEN
        )
        return [_line(view, door, site, n_open[site.id]) for site in view.find(Site)]


def _line(view: View, door: Door, site: Site, n_open: int) -> SiteLine:
    approval = version_on(view, site.id, door.today_at(view, site.id))
    ranges, fault = _settings_at_hand(door, site)
    return SiteLine(
        site,
        _staff_of(view, site.id),
        n_open,
        None if approval is None else approval.version,
        None if approval is None else date.fromisoformat(approval.approved_from),
        ranges,
        fault,
    )


def _staff_of(view: View, site: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The users who have a role at this very site, by role; roles for the whole trial are listed with people."""
    staff: dict[str, list[str]] = {}
    for grant in view.find(Grant, site=site, is_active=True):
        person = view.get(Person, grant.user)
        if person is not None and person.status == "active":
            staff.setdefault(grant.role, []).append(f"{person.name} ({person.id})")
    return tuple((role, tuple(sorted(users))) for role, users in sorted(staff.items()))


def _settings_at_hand(door: Door, site: Site) -> tuple[tuple[SiteRange, ...], str | None]:
    """The normal ranges of the file at hand, and why it is not the one that was set, if it is not."""
    try:
        settings = door.rules.sites.get(site.id)
        digest = None if settings is None else settings.digest
    except EquipoiseError:
        return (), "the file cannot be read"
    ranges = () if settings is None else tuple(settings.ranges)
    if digest == site.settings:
        return ranges, None
    return ranges, "there is no file" if digest is None else f"another file, of digest {digest}"


def _range_words(limits: SiteRange) -> str:
    """`bilirubin 0.2 to 1.2 mg/dL`; one end may be open."""
    low = None if limits.low is None else f"{limits.low}"
    high = None if limits.high is None else f"to {limits.high}"
    span = f"{low} {high}" if low and high else high or f"from {low}"
    return f"{limits.concept} {span} {limits.unit}" + (f" ({limits.sex})" if limits.sex else "")
