"""Whoever may be found for a practice trial, by number: made-up people, their days moved to when each is found."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from equipoise.protocol.model import Protocol
from equipoise.records.patient import PatientRecords
from equipoise.records.snapshot import Snapshot, snapshot_of
from equipoise.screening.standing import Status
from equipoise.screening.subject import judge_subject

STAYS_ELIGIBLE = 3
"""How long somebody must be eligible to be asked and allocated meanwhile. [d]"""
EACH_INELIGIBLE = 20


class People(ABC):
    """Whoever may be found, by number; some are not eligible."""

    @abstractmethod
    def prepare(self) -> None:
        """Make up what all of them come from."""

    def person(self, number: int) -> str:
        """The identifier of a person at their hospital."""
        return f"mrn-{number:06d}"

    @abstractmethod
    def snapshot(self, number: int, subject: str, day: date) -> Snapshot:
        """The records of a person as they are on a day."""


class MovedPeople(People):
    """Those of a screening whom it found eligible, over and over, and each twentieth one who is not."""

    def __init__(self, eligible: Sequence[Snapshot], others: Sequence[Snapshot], as_of: date) -> None:
        self._eligible, self._others, self._as_of = eligible, others, as_of

    def prepare(self) -> None:
        """They are there already."""

    def snapshot(self, number: int, subject: str, day: date) -> Snapshot:
        some = self._others if number % EACH_INELIGIBLE == 0 and self._others else self._eligible
        found = some[number % len(some)]
        shift = day - self._as_of
        person, *_ = _moved([found.records.patient], found.subject_id, shift)
        tables = found.records.rows.items()
        rows = {name: _moved(rows, found.subject_id, shift) for name, rows in tables}
        return snapshot_of(PatientRecords(person, rows), found.supplied, subject)


def sort_people(
    protocol: Protocol, version: str, snapshots: Iterable[Snapshot], as_of: date
) -> tuple[list[Snapshot], list[Snapshot]]:
    """Those who are eligible for some days from `as_of`, and those who are not eligible."""
    judged = [(each, judge_subject(protocol, version, None, each, as_of)) for each in snapshots]
    last = as_of + timedelta(STAYS_ELIGIBLE)
    eligible = [
        each
        for each, found in judged
        if found.status is Status.ELIGIBLE and (found.expires_on is None or found.expires_on > last)
    ]
    return eligible, [each for each, found in judged if found.status is Status.INELIGIBLE]


def _moved(rows: list[dict[str, Any]], owner: str, shift: timedelta) -> list[dict[str, Any]]:
    """Rows with every day moved, birth included, so that ages stay as they were."""
    return [
        {name: cell + shift if isinstance(cell, date) else cell for name, cell in row.items()} | {"patient_id": owner}
        for row in rows
    ]
