"""Calendars at a door: of one subject, and what the subjects of a site have due next."""

from dataclasses import dataclass, replace
from datetime import date

from equipoise.conduct.calendar import Due, SiteDue, make_calendar, site_calendar
from equipoise.conduct.history import History
from equipoise.errors import Fault, RefusedError
from equipoise.operations.office.cases import known_subject
from equipoise.operations.office.files import SubjectFile, read_file
from equipoise.operations.office.histories import history_of
from equipoise.operations.office.holding import held_since
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Site, Subject
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.trial.conduct import plan_of
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.masking import check_sees_treatment, may_see_of
from equipoise.protocol.plan import Plan


@dataclass(frozen=True)
class SubjectCalendar:
    """What is due for a subject, on the version it consented to, as of a day."""

    subject: str
    version: str
    as_of: date
    dues: tuple[Due, ...]


def subject_calendar(door: Door, subject: str) -> SubjectCalendar:
    """
    What is due for an allocated subject.

    Raises
    ------
    RefusedError
        The person may not see treatment, or the subject is not allocated or its version has no plan.
    """
    with door.store.reading() as view:
        row = known_subject(view, subject)
        check_sees_treatment(door.who, row.site)
        dues, today = dues_of(door, view, row), door.today_at(view, row.site)
    if dues is None:
        do = "A calendar begins with the allocation, on a version that has a plan."
        raise RefusedError("Nothing is shown.", [Fault(subject, "has no calendar", do)])
    return SubjectCalendar(subject, str(row.version), today, dues)


def calendar_of_site(door: Door, site: str | None, horizon_days: int) -> tuple[SiteDue, ...]:
    """
    What is late, due or due within some days, soonest first, for the subjects whose treatment the person may see.

    The days ahead count from the day at the site; over several sites from that of the server, in UTC.

    Raises
    ------
    RefusedError
        There is no such site: its calendar would look like one on which nothing waits.
    """
    may_see = may_see_of(door.who)
    with door.store.reading() as view:
        if site is not None:
            check_site(view, site)
        subjects = view.find(Subject) if site is None else view.find(Subject, site=site)
        seen = [each for each in subjects if may_see(Visibility.TREATMENT, each.site)]
        found = [(each.id, dues_of(door, view, each)) for each in seen]
        today = door.today_at(view, site)
    return site_calendar([(name, dues) for name, dues in found if dues is not None], today, horizon_days)


def check_site(view: View, site: str) -> None:
    """Raise unless it is a site of the trial: an empty list of a site that is none would reassure."""
    if view.get(Site, site) is None:
        names = ", ".join(sorted(each.id for each in view.find(Site)))
        fault = Fault(f"site {site}", "is no site of this trial", f"Sites: {names}.")
        raise RefusedError("Nothing is shown.", [fault])


def dues_of(door: Door, view: View, subject: Subject) -> tuple[Due, ...] | None:
    """The calendar of a subject today; None before allocation, and on a version without a plan."""
    plan, file = plan_of(door, subject), read_file(view, subject.id)
    history = None if plan is None else history_of(file, plan)
    if plan is None or history is None:
        return None
    return calendar_with_holds(plan, history, file, door.today_at(view, subject.site))


def calendar_with_holds(plan: Plan, history: History, file: SubjectFile, today: date) -> tuple[Due, ...]:
    """A calendar in which each step that is still to be given says since when it is held."""
    return tuple(
        replace(due, held_since=held_since(file, due.item)) if due.is_step and due.state.is_to_do else due
        for due in make_calendar(plan, history, today)
    )
