"""Lives side by side, day by day, one after the other on each day: in an order that never changes."""

import heapq
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from equipoise.operations.practice.lives import Life, Way
from equipoise.operations.practice.office import FIRST_DAY, Ask, PracticeOffice, answer

EACH_DAY = 2
"""How many people are found on a day on which some are found."""
FOUND_EVERY = 7
"""[d]"""


def conduct(office: PracticeOffice, lives: Iterable[Life], progress: Callable[[date], None]) -> None:
    """
    Let everybody live until they are off study.

    Parameters
    ----------
    progress
        Told each day on which something happens.
    """
    waiting: list[tuple[date, int, Way]] = []
    for number, life in enumerate(lives):
        waiting.append((FIRST_DAY + timedelta(1 + FOUND_EVERY * (number // EACH_DAY)), number, life.live()))
    heapq.heapify(waiting)
    while waiting:
        day = waiting[0][0]
        office.clock.begin(day)
        progress(day)
        with office.store.together():
            while waiting and waiting[0][0] == day:
                _, number, way = heapq.heappop(waiting)
                goes_on = _live_today(office, way, day)
                if goes_on is not None:
                    heapq.heappush(waiting, (goes_on, number, way))


def _live_today(office: PracticeOffice, way: Way, today: date) -> date | None:
    """Let somebody act until they wait for a later day, which is given; None when their way has ended."""
    found: Any = None
    while True:
        try:
            waits_for = way.send(found)
        except StopIteration:
            return None
        found = None
        if isinstance(waits_for, Ask):
            with office.store.reading() as view:
                found = answer(view, office.rules, waits_for, today)
        elif waits_for > today:
            return waits_for
