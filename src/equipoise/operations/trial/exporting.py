"""Exports and backups of a trial as acts: who may, what they may see, and the event that says that it was done."""

from collections.abc import Callable

from equipoise.conduct.roles import Role
from equipoise.operations.office.acts import Act
from equipoise.operations.office.entries import make_entry
from equipoise.operations.office.event import Change, Event
from equipoise.operations.office.permissions import check_may
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.office.writing import write
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.exports.formats import TrialFormat
from equipoise.operations.trial.masking import MaySee, may_see_of

WriteExport = Callable[[MaySee], None]


def export_trial(
    door: Door, write_export: WriteExport, role: Role | None = None, form: TrialFormat = TrialFormat.LEDGER
) -> Event:
    """
    Write that the trial was exported, then export it: what leaves the office leaves a trace first.

    Parameters
    ----------
    write_export
        Writes the files, given what their reader may see.
    role
        Somebody in whose role the export is made; they get what both may see. None for the asker's own.
    form
        What the files are; the event names it, but for the ledger itself.

    Raises
    ------
    RefusedError, OutputError
        The person may not, or the files cannot be written.
    """
    with door.store.writing() as desk:
        check_may(desk, door.who, Act.EXPORT)
        said = {"for_role": (role or door.who.role).value}
        said |= {} if form is TrialFormat.LEDGER else {"format": form.value}
        changes = {Visibility.OPEN: Change(said)}
        event = write(desk, make_entry(Act.EXPORT, door.who, changes, site=door.who.site))
    write_export(may_see_of(door.who, role))
    return event


def back_up_trial(door: Door, write_backup: Callable[[], None]) -> Event:
    """Write that a backup is made, then make it, while others go on working."""
    with door.store.writing() as desk:
        check_may(desk, door.who, Act.BACK_UP)
        event = write(desk, make_entry(Act.BACK_UP, door.who, {}))
    write_backup()
    return event
