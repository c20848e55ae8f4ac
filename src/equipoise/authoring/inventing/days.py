"""Days around the edges of the windows that rules name: where a result counts for the last time, and just not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from equipoise.criteria.intervals import last_day_before, period_of
from equipoise.criteria.nodes import AS_OF, Assessment, Atom, CockcroftGault, Count, Exists, Share, Value, Window

RECENT_DAYS, OLD_DAYS = 9, 500
"""How long ago things are that no window asks about."""
MAX_DAYS = 12


@dataclass(frozen=True)
class Days:
    """`inside` lies within every window of the concept; `edges` are all days worth writing, the latest first."""

    inside: date
    edges: tuple[date, ...]


def windows_of(atoms: Iterable[Atom]) -> list[tuple[Window, bool]]:
    """The windows in which the atoms look, and whether they look before their limit instead."""
    found: list[tuple[Window, bool]] = []
    for atom in atoms:
        if isinstance(atom, Exists | Value | Count | Share | CockcroftGault | Assessment) and atom.within is not None:
            found.append((atom.within, False))
        if isinstance(atom, Exists) and atom.before is not None:
            found.append((atom.before, True))
    return [(window, is_before) for window, is_before in dict.fromkeys(found) if window.anchor == AS_OF]


def edge_days(atoms: Iterable[Atom], as_of: date) -> Days:
    """The days around the windows of one concept; without a window a recent and an old day."""
    firsts: list[date] = []
    days = [as_of - timedelta(days=RECENT_DAYS)]
    for window, is_before in windows_of(atoms):
        if is_before:
            last = last_day_before(window, as_of)
            days += [last, last + timedelta(days=1), last - timedelta(days=OLD_DAYS)]
        elif (first := period_of(window, as_of, as_of).first) is not None:
            firsts.append(first)
            days += [first, first - timedelta(days=1), first + (as_of - first) / 2]
    latest_first = max(firsts, default=as_of - timedelta(days=OLD_DAYS))
    inside = max(latest_first, as_of - timedelta(days=RECENT_DAYS))
    days += [as_of, as_of - timedelta(days=OLD_DAYS)]
    known = sorted({min(day, as_of) for day in (inside, *days)}, reverse=True)
    return Days(inside, tuple(known[:MAX_DAYS]))
