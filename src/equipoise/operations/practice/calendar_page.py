"""The calendar of a site as a page: the picture of each subject on one day, and what is late or due next."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from equipoise.errors import RefusedError
from equipoise.operations.office.rows import Subject, Trial
from equipoise.operations.output import new_file
from equipoise.operations.trial.calendars import SubjectCalendar, calendar_of_site, subject_calendar
from equipoise.operations.trial.door import Door
from equipoise.reporting.calendar_picture import describe_due, render_calendar

HORIZON_DAYS = 28


def write_calendar_page(door: Door, site: str, out: Path) -> None:
    """
    Write the page of a site as of today, readable by its owner only.

    Raises
    ------
    OutputError
        There is a file already, or it cannot be written.
    """
    with door.store.reading() as view:
        trial, rows = view.get(Trial, "trial"), view.find(Subject, site=site)
    assert trial is not None
    calendars = [found for row in rows if (found := _calendar(door, row.id)) is not None]
    lines = calendar_of_site(door, site, HORIZON_DAYS)
    environment = Environment(
        loader=PackageLoader("equipoise.reporting"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    text = environment.get_template("site_calendar.html").render(
        site=site,
        title=trial.title,
        as_of=door.today,
        horizon=HORIZON_DAYS,
        lines=[(line.subject, line.due.label, describe_due(line.due)) for line in lines],
        pictures=[
            (
                found.subject,
                render_calendar(found.dues, found.as_of, title=f"Calendar of {found.subject}", key=found.subject),
            )
            for found in calendars
        ],
    )
    with new_file(out) as work:
        work.write_text(text, encoding="utf-8")


def _calendar(door: Door, subject: str) -> SubjectCalendar | None:
    """The calendar of a subject; None before allocation."""
    try:
        return subject_calendar(door, subject)
    except RefusedError:
        return None
