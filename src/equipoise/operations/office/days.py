"""Which day it is at a site: instants of the log are in UTC, days are those of the people there.

Everything that asks for today where a site is concerned asks here. A site in Chicago that gives a dose in the evening
gives it on its own day, whatever day the clock of the server shows.
"""

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Site

WHERE = "Use a name of the IANA list, such as America/Chicago or Europe/Zurich."


def today_at(view: View, site: str | None, now: datetime) -> date:
    """
    The day at a site at an instant; in UTC where there is no such site, and where the site set no time zone.

    Raises
    ------
    RefusedError
        This computer does not know the time zone of the site: it has no list of them, or an older one.
    """
    row = None if site is None else view.get(Site, site)
    return now.date() if row is None else now.astimezone(zone_of(row.id, row.time_zone)).date()


def zone_of(site: str, name: str) -> tzinfo:
    """
    The time zone of a name.

    Raises
    ------
    RefusedError
        There is none of this name.
    """
    fault = fault_of_zone(site, name)
    if fault is not None:
        raise RefusedError("The day at a site is not known.", [fault])
    return UTC if name == "UTC" else ZoneInfo(name)


def fault_of_zone(site: str, name: str) -> Fault | None:
    """What is wrong with the name of a time zone, if anything."""
    if name == "UTC":
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Fault(f"time zone of site {site}", f"'{name}' is none that this computer knows", WHERE)
    return None
