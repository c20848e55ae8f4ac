"""What waits for a person, counted by site: deviations, queries and notices, and what is late, due or held.

Counts are made for the sites whose treatment the asker may see, and for no others: a number of open deviations tells of
treatment too.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from equipoise.conduct.calendar import DueState
from equipoise.conduct.raised import RaisedKind
from equipoise.operations.office.files import read_file
from equipoise.operations.office.ports import View
from equipoise.operations.office.rows import Subject
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.trial.calendars import dues_of
from equipoise.operations.trial.door import Door
from equipoise.operations.trial.masking import may_see_of

_WAITS = (
    (RaisedKind.DEVIATION, "deviation", "deviations", "to be classed"),
    (RaisedKind.QUERY, "query", "queries", "to be answered"),
    (RaisedKind.NOTICE, "notice", "notices", "to be read"),
)


@dataclass(frozen=True)
class SiteWaits:
    """How much waits at a site. `held_since`: for each step that is held, since when."""

    site: str
    items: dict[RaisedKind, int]
    n_late: int
    n_due: int
    held_since: tuple[date, ...] = ()

    def __str__(self) -> str:
        told = [
            f"{count} {one if count == 1 else many} {what} (equipoise trial {many})"
            for kind, one, many, what in _WAITS
            if (count := self.items.get(kind, 0))
        ]
        if self.n_late or self.n_due or self.held_since:
            due = f"{self.n_late} late, {self.n_due} due{self._held_words()}"
            told.append(f"{due} (equipoise trial calendar --site {self.site})")
        return f"{self.site}: {'; '.join(told) or 'nothing waits'}"

    def _held_words(self) -> str:
        if not self.held_since:
            return ""
        first = "" if len(self.held_since) == 1 else "the first "
        return f", {len(self.held_since)} held, {first}since {min(self.held_since)}"


def count_open(view: View) -> dict[RaisedKind, int]:
    """How much waits in the whole trial, by kind; in one number each, which tells nothing of a subject."""
    items = [item for each in view.find(Subject) for item in read_file(view, each.id).items.values()]
    waiting = Counter(item.raised.kind for item in items if item.is_open)
    return {kind: waiting[kind] for kind in RaisedKind}


def waits_by_site(door: Door, view: View) -> tuple[SiteWaits, ...]:
    """What waits at each site whose treatment the person may see, and where anybody is allocated."""
    may_see = may_see_of(door.who)
    by_site: dict[str, list[Subject]] = {}
    for subject in view.find(Subject):
        if subject.allocation_seq is not None and may_see(Visibility.TREATMENT, subject.site):
            by_site.setdefault(subject.site, []).append(subject)
    return tuple(_count(door, view, site, subjects) for site, subjects in sorted(by_site.items()))


def _count(door: Door, view: View, site: str, subjects: list[Subject]) -> SiteWaits:
    items = [item for each in subjects for item in read_file(view, each.id).items.values()]
    dues = [due for each in subjects for due in dues_of(door, view, each) or () if not due.is_optional]
    states = Counter(due.state for due in dues)
    kinds = Counter(item.raised.kind for item in items if item.is_open)
    held = tuple(due.held_since for due in dues if due.held_since is not None)
    return SiteWaits(site, dict(kinds), states[DueState.OVERDUE], states[DueState.DUE], held)
