"""What in the facts of a subject cannot be right, named with its day and its entries: nothing is dropped in silence.

Decides what is looked for. A doubtful fact is never mended: what the analysis does with it stands in the words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from equipoise.analysis.facts import Entries, SubjectFacts
from equipoise.analysis.progression import cut_reading, list_days
from equipoise.assessments.recist import check_reading

FATAL = 5
"""The grade of an adverse event that led to death (CTCAE)."""


@dataclass(frozen=True)
class Doubtful:
    """One fact that cannot be right as it stands, and what was done with it; `is_harm`: it is an adverse event."""

    subject: str
    on: date | None
    words: str
    entries: Entries
    is_harm: bool = False


def find_doubts(subject: SubjectFacts, cut_on: date, *, reader: str | None) -> tuple[Doubtful, ...]:
    """
    Everything doubtful in what an analysis reads of a subject.

    Parameters
    ----------
    reader
        Whose reading counts; None when no assessment is looked at.
    """
    found = [*_about_days(subject, cut_on), *_about_death(subject), *_about_treatment(subject, cut_on)]
    if reader is not None:
        found += _about_reading(subject, cut_on, reader)
    return (
        *(Doubtful(subject.subject, *one) for one in found),
        *(Doubtful(subject.subject, *one, is_harm=True) for one in _about_harms(subject)),
    )


def is_death(how: str) -> bool:
    """Whether the words for how a subject left say that it died."""
    return how.casefold().startswith(("died", "death", "dead"))


_Found = tuple[date | None, str, Entries]


def _about_days(subject: SubjectFacts, cut_on: date) -> Iterator[_Found]:
    days = {
        "death": subject.died_on,
        "new anticancer therapy": subject.new_therapy_on,
        "the day last known alive": subject.last_alive_on,
        "the end of participation": subject.left_on,
    }
    for name, day in days.items():
        if day is not None and day < subject.randomised_on:
            yield day, f"{name} lies before randomisation on {subject.randomised_on}: not counted", subject.entries
        if day is not None and day > cut_on:
            yield day, f"{name} lies after the cut on {cut_on}: not counted", subject.entries
    for due, last in subject.planned_scans:
        if last < due:
            yield due, f"a planned assessment was on time only until {last}, before it was due", subject.entries


def _about_death(subject: SubjectFacts) -> Iterator[_Found]:
    died, entries = subject.died_on, subject.entries
    if is_death(subject.left_how) and subject.left_on is not None:
        if died is None:
            yield subject.left_on, "participation ended by death, and no day of death: no death is counted", entries
        elif died != subject.left_on:
            words = f"death is on record twice, on {died} and on {subject.left_on}: that on {died} is counted"
            yield subject.left_on, words, entries
    if died is not None and subject.last_alive_on is not None and subject.last_alive_on > died:
        words = f"known alive after death on {died}: the death is counted"
        yield subject.last_alive_on, words, entries


def _about_treatment(subject: SubjectFacts, cut_on: date) -> Iterator[_Found]:
    for step in subject.given:
        if step.on < subject.randomised_on:
            words = f"step {step.step} lies before randomisation: it changes no baseline"
            yield step.on, words, step.entries
        if step.on > cut_on:
            yield step.on, f"step {step.step} lies after the cut on {cut_on}: not counted", step.entries
        if subject.died_on is not None and step.on > subject.died_on:
            yield step.on, f"step {step.step} lies after death on {subject.died_on}", step.entries
    done = [one for one in subject.given if not one.is_dose and subject.randomised_on <= one.on <= cut_on]
    for later in sorted(done, key=lambda one: one.on)[1:]:
        yield later.on, f"a second operation ({later.step}): the baseline after the first is kept", later.entries


def _about_harms(subject: SubjectFacts) -> Iterator[_Found]:
    died = subject.died_on
    fatal = [one for one in subject.adverse_events if one.worst_grade == FATAL]
    for one in fatal if died is None else fatal[1:]:
        words = "no death is on record" if died is None else "there is another"
        yield one.on, f"adverse event of grade 5 ({one.term}), and {words}", one.entries
    for event in subject.adverse_events:
        if event.end is not None and event.end < event.on:
            yield event.on, f"adverse event {event.term} ended before it began", event.entries


def _about_reading(subject: SubjectFacts, cut_on: date, reader: str) -> Iterator[_Found]:
    reading, entries = subject.readings.get(reader), subject.reading_entries.get(reader, ())
    if reading is None:
        others = ", ".join(sorted(subject.readings)) or "nobody"
        yield None, f"no assessment was read by the {reader} reader (read by: {others})", subject.entries
        return
    for visit, day in list_days(reading):
        if visit != 0 and day < subject.randomised_on:
            yield day, f"assessment {visit} lies before randomisation: the whole of it is not counted", entries
        if day > cut_on:
            yield day, f"assessment {visit} lies after the cut on {cut_on}: not counted", entries
        if subject.died_on is not None and day > subject.died_on:
            yield day, f"assessment {visit} lies after death on {subject.died_on}", entries
    kept = cut_reading(subject, reader, cut_on)
    for fault in () if kept is None else check_reading(kept):
        yield None, f"{fault.where}: {fault.what}", entries
