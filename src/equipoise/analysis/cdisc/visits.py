"""Visits of subjects as a dataset: SV.

Decides their numbers: a step and each time of an activity of the plan have that of TV, the assessments of tumours are
numbered as they are read, and what no plan asked for has one number and is told in words. A planned visit that did not
take place has a row too, without days.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from equipoise.analysis.cdisc.catalogue import Row
from equipoise.analysis.cdisc.design import VisitNames
from equipoise.analysis.cdisc.inputs import SCREENING_VISIT, Source, Visit, iso, study_day, yes_no
from equipoise.analysis.cdisc.subjects import given_of
from equipoise.analysis.facts import Entries, SubjectFacts
from equipoise.analysis.progression import list_days

ASSESSMENTS, UNPLANNED = 1000, 2000
UNPLANNED_LABEL = "Unplanned"
Visited = Mapping[tuple[str, Entries], tuple[int, str]]
_KEYS = ("USUBJID", "VISITNUM", "VISITDY", "SVSTDTC", "SVUPDES")


def name_visit(names: VisitNames, item: str, number: int = 1) -> tuple[int, str]:
    """VISITNUM and VISIT of a step, a time of an activity or the screening, as in TV; of whatever is none of these."""
    return names.of(item, number) or (UNPLANNED, UNPLANNED_LABEL)


def list_visits(source: Source) -> Visited:
    """VISITNUM and VISIT of each visit that is told beside the facts, by subject and events: the first of several."""
    people = {one.subject: one for one in source.facts.subjects}
    names = VisitNames(source.plan)
    told = [
        one for one in source.further.visits if one.on is not None and _is_told(source, one, people.get(one.subject))
    ]
    named = [((one.subject, one.entries), name_visit(names, one.activity, one.number)) for one in told]
    return dict(sorted(named, key=lambda pair: pair[1], reverse=True))


def make_sv(source: Source) -> Iterator[Row]:
    """Steps that were given, visits at which tumours were assessed, and visits told beside the facts; each once."""
    made: dict[tuple[object, ...], Row] = {}
    for row in _visits(source):
        made.setdefault(tuple(row.get(name) for name in _KEYS), row)
    yield from made.values()


def _visits(source: Source) -> Iterator[Row]:
    people = {one.subject: one for one in source.facts.subjects}
    names = VisitNames(source.plan)
    for subject in people.values():
        for given in given_of(source, subject):
            done = Visit(subject.subject, given.step, given.on, given.entries, given.step, until=given.on)
            yield _visit(source, names, done, subject.randomised_on)
        for number, (first, last, entries) in _assessments(source, subject).items():
            label = f"Tumour assessment {number}" if number else "Tumour assessment, baseline"
            yield {
                **source.head("SV", subject.subject, entries),
                "VISITNUM": ASSESSMENTS + number,
                "VISIT": label,
                **_days(first, last, subject.randomised_on),
            }
    known = people.keys() | {one.subject for one in source.facts.screened}
    for visit in source.further.visits:
        person = people.get(visit.subject)
        if visit.subject in known and _is_told(source, visit, person):
            yield _visit(source, names, visit, None if person is None else person.randomised_on)


def _is_told(source: Source, visit: Visit, person: SubjectFacts | None) -> bool:
    """
    Whether a visit is told: of one that did not take place the day counts for which it was planned.

    Screening is told also where it began on the day of randomisation and the arms are pooled: it comes before the arm.
    """
    day = visit.on or visit.due_on
    if day is None:
        return False
    if person is None or visit.activity == SCREENING_VISIT:
        return day <= source.facts.cut_on
    return source.tells(person, day)


def _visit(source: Source, names: VisitNames, visit: Visit, randomised_on: date | None) -> Row:
    number, name = name_visit(names, visit.activity, visit.number)
    is_planned = number != UNPLANNED
    is_over = visit.until is not None and visit.until <= source.facts.cut_on
    return {
        **source.head("SV", visit.subject, visit.entries),
        "VISITNUM": number,
        "VISIT": name,
        "SVPRESP": "Y" if is_planned else None,
        "SVOCCUR": yes_no(visit.on is not None) if is_planned else None,
        "SVREASOC": visit.why or None,
        "VISITDY": study_day(visit.due_on, randomised_on),
        **_days(visit.on, visit.until if is_over else None, randomised_on),
        "SVUPDES": None if is_planned else visit.label,
    }


def _days(first: date | None, last: date | None, randomised_on: date | None) -> Row:
    return {
        "SVSTDTC": iso(first),
        "SVENDTC": iso(last),
        "SVSTDY": study_day(first, randomised_on),
        "SVENDY": study_day(last, randomised_on),
    }


def _assessments(source: Source, subject: SubjectFacts) -> dict[int, tuple[date, date, Entries]]:
    """The first and the last day of each assessment, over the readers: they read the same pictures."""
    days: dict[int, list[date]] = {}
    for reading in subject.readings.values():
        for number, day in list_days(reading):
            if source.tells(subject, day):
                days.setdefault(number, []).append(day)
    return {number: (min(some), max(some), _entries_of(source, subject, number)) for number, some in days.items()}


def _entries_of(source: Source, subject: SubjectFacts, number: int) -> Entries:
    """The events in which an assessment was read, of all its readers."""
    found: list[int] = []
    for reader, reading in subject.readings.items():
        findings = [one for one in reading.findings if one.visit == number]
        is_read = findings or any(visit == number for visit, _ in list_days(reading))
        found += source.reading_entries(subject, reader, findings) if is_read else ()
    return tuple(found)
