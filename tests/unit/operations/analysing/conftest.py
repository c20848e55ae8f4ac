"""A course of twelve subjects, made up so that each kind of end occurs, and a plain fold of the log that knows nothing
of the program's own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from tests.analysis_trial import AnalysedOffice, with_plan

from equipoise.conduct.moves import Move
from equipoise.operations.office.event import Event
from equipoise.operations.office.visibility import Visibility


def run_courses(office: AnalysedOffice) -> list[str]:
    """
    Twelve randomised subjects with scans every 60 days, and three who never got so far.

    Progression by size or by a new lesion, a death, somebody lost, a new therapy, a partial response.
    """
    subjects = []
    for _ in range(12):
        subject = office.allocated()
        office.scan(subject, 50)
        subjects.append(subject)
        office.go_on(3)
    office.identified()
    office.screening()
    office.move(office.screening(), Move.FAIL_SCREENING, who=office.investigator, reason="too ill", criteria=["I2"])
    for visit in range(4):
        office.go_on(60)
        for number, subject in enumerate(subjects):
            _visit(office, subject, number, visit)
    return subjects


def _visit(office: AnalysedOffice, subject: str, number: int, visit: int) -> None:
    if (number in (2, 7) and visit >= 1) or (number == 5 and visit > 2):
        return
    if number == 5 and visit == 2:
        office.die(subject)
    elif number == 9 and visit == 1:
        office.record(subject, "medication", concept="chemotherapy")
    else:
        grows = number % 3 == 0 and visit >= 1 + number // 4
        shrinks = number % 4 == 1
        office.scan(subject, 80 if grows else 30 if shrinks else 50, new=number % 3 == 1 and visit >= 2)
    if number == 4 and visit == 1:
        office.record(subject, "adverse-event", term="fatigue", category="other", grade=3, serious=["hospitalisation"])
    if number == 6 and visit == 0:
        office.record(subject, "adverse-event", term="nausea", category="other", grade=1)


@pytest.fixture
def office() -> AnalysedOffice:
    """A trial with a plan of analysis, and nobody in it."""
    return with_plan()


@pytest.fixture(scope="module")
def locked() -> tuple[AnalysedOffice, Any]:
    """The courses, locked and cut on the last day. Nothing is written in it by tests."""
    office = with_plan()
    run_courses(office)
    office.lock()
    return office, office.cut("final")


@dataclass
class Seen:
    """What a subject's raw events say, by hand."""

    subject: str
    arm: str = ""
    stratum: str = ""
    allocated_on: date | None = None
    died_on: date | None = None
    therapy_on: date | None = None
    scans: dict[date, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    doses: list[dict[str, Any]] = field(default_factory=list)
    state: str = "identified"
    seqs: set[int] = field(default_factory=set)


def fold_by_hand(log: list[Event], last_day: date) -> dict[str, Seen]:
    """Every subject from the written events alone: no function of the program but the words of the log."""
    found: dict[str, Seen] = {}
    for event in log:
        if event.entry.subject is None:
            continue
        seen = found.setdefault(event.entry.subject, Seen(event.entry.subject))
        seen.seqs.add(event.seq)
        told = {name: value for change in event.entry.changes.values() for name, value in change.new.items()}
        arm = event.entry.changes.get(Visibility.ARM)
        on = date.fromisoformat(told["on"]) if told.get("on") else event.at.date()
        if on > last_day:
            continue
        if arm is not None:
            seen.arm, seen.stratum, seen.allocated_on = arm.new["arm"], told["stratum"], on
        seen.state = told.get("participation", seen.state)
        if told.get("participation") == "died":
            seen.died_on = on
        if event.entry.act.value == "form.recorded":
            _form(seen, told["kind"], told["form"], last_day)
    return found


def _form(seen: Seen, kind: str, form: dict[str, Any], last_day: date) -> None:
    on = date.fromisoformat(form["on"])
    if on > last_day:
        return
    if kind == "tumour-assessment":
        seen.scans[on] = {each["lesion"]: each for each in form["lesions"]}
    elif kind == "adverse-event":
        seen.events.append(form)
    elif kind == "dose":
        seen.doses.append(form)
    elif kind == "medication":
        seen.therapy_on = on if seen.therapy_on is None else min(on, seen.therapy_on)


def pfs_by_hand(seen: Seen) -> tuple[int, bool]:
    """
    Days and event of one course with one target lesion.

    Progression is a new lesion, or 20 % and 5 mm above the smallest sum so far (RECIST 1.1, section 4.3.1). Without it
    the last scan counts; what comes after new therapy does not.
    """
    assert seen.allocated_on is not None
    smallest, last = None, seen.allocated_on
    for on, lesions in sorted(seen.scans.items()):
        if seen.therapy_on is not None and on > seen.therapy_on:
            break
        size = float(lesions["T1"]["mm"])
        grew = smallest is not None and size >= 1.2 * smallest and size - smallest >= 5
        if "N1" in lesions or grew:
            return (on - seen.allocated_on).days, True
        smallest = size if smallest is None else min(smallest, size)
        last = on
    if seen.died_on is not None:
        return (seen.died_on - seen.allocated_on).days, True
    return (last - seen.allocated_on).days, False


def rows_of(table: Any) -> Iterator[dict[str, Any]]:
    """The rows of a table."""
    return iter(table.to_pylist())
