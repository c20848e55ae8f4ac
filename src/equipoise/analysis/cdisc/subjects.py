"""Subjects as datasets: DM, DS, IE, SE.

Decides the words of disposition. Visits are for `visits`; what was given and found is for `course` and `tumours`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from equipoise.analysis.cdisc.catalogue import Row
from equipoise.analysis.cdisc.design import (
    Element,
    PlannedCriterion,
    category_of,
    find_criterion,
    list_criteria,
    list_elements,
)
from equipoise.analysis.cdisc.inputs import Milestone, Source, Term, iso, study_day, yes_no
from equipoise.analysis.facts import Entries, Given, ScreenedFacts, SubjectFacts

UNPLANNED_ELEMENT = "UNPLAN"
DIED = "died"
"""How the facts say that a subject left by dying."""
_SEXES = {"male": "M", "female": "F", "m": "M", "f": "F"}
_LEFT = {
    "lost": Term.LOST,
    "withdrawn from all contact": Term.WITHDRAWAL,
    "completed": Term.COMPLETED,
}
"""How a subject left, in the words of the facts; anything else is OTHER with the words as they are."""


def given_of(source: Source, subject: SubjectFacts) -> list[Given]:
    """The steps of treatment that are told, by day."""
    return sorted((one for one in subject.given if source.tells(subject, one.on)), key=lambda one: one.on)


def _died_on(source: Source, subject: SubjectFacts) -> date | None:
    is_known = subject.died_on is not None and subject.died_on <= source.facts.cut_on
    return subject.died_on if is_known else None


def _ended_on(source: Source, subject: SubjectFacts) -> date | None:
    """The day on which a subject left, else that of its death."""
    has_left = subject.left_on is not None and subject.left_on <= source.facts.cut_on
    return subject.left_on if has_left else _died_on(source, subject)


def make_dm(source: Source) -> Iterator[Row]:
    milestones = [one for one in source.further.milestones if one.on <= source.facts.cut_on]
    consents = {one.subject: one for one in milestones if one.term is Term.CONSENT}
    ends = {one.subject: one for one in milestones if one.term.is_end}
    for subject in source.facts.subjects:
        given = given_of(source, subject)
        age = subject.baseline.get("age", "")
        died_on = _died_on(source, subject)
        steps = tuple(number for one in (*given[:1], *given[-1:]) for number in one.entries)
        yield {
            **_person(source, subject, consents.get(subject.subject), steps),
            **_arms(source, subject, given),
            "RFSTDTC": iso(subject.randomised_on),
            "RFENDTC": None if source.is_masked else iso(given[-1].on if given else subject.randomised_on),
            "RFPENDTC": iso(_ended_on(source, subject)),
            "RFXSTDTC": iso(given[0].on) if given else None,
            "RFXENDTC": iso(given[-1].on) if given else None,
            "DTHDTC": iso(died_on),
            "DTHFL": "Y" if died_on is not None else None,
            "AGE": int(age) if age.isascii() and age.isdigit() else None,
            "AGEU": "YEARS" if age.isascii() and age.isdigit() else None,
            "SEX": _SEXES.get(subject.baseline.get("sex", "").lower(), "U"),
        }
    for screened in source.facts.screened:
        end = ends.get(screened.subject)
        entries = () if end is None else end.entries
        yield {
            **_person(source, screened, consents.get(screened.subject), entries),
            **_ended(end),
            "SEX": "U",
            "ARMNRS": "SCREEN FAILURE" if _has_failed(screened) else "NOT ASSIGNED",
        }


def _ended(end: Milestone | None) -> Row:
    """When somebody who was never allocated left, and whether by dying."""
    if end is None:
        return {}
    death: Row = {"DTHDTC": iso(end.on), "DTHFL": "Y"} if end.term is Term.DEATH else {}
    return {"RFPENDTC": iso(end.on), **death}


def _person(source: Source, subject: SubjectFacts | ScreenedFacts, consent: Milestone | None, further: Entries) -> Row:
    """Who it is; a row leads to all that it tells: consent, records read, allocation, first and last step, the end."""
    entries = subject.entries + (consent.entries if consent is not None else ())
    entries += source.further.baseline.get(subject.subject, ()) + further
    return {
        **source.head("DM", subject.subject, entries),
        "SUBJID": subject.subject,
        "SITEID": subject.site,
        "RFICDTC": None if consent is None else iso(consent.on),
    }


def _arms(source: Source, subject: SubjectFacts, given: list[Given]) -> Row:
    """The planned arm and the actual one; none of either, nor a reason, while they are pooled."""
    if source.is_masked:
        return {}
    planned: Row = {"ARMCD": subject.arm, "ARM": source.arm_label(subject.arm)}
    if not given:
        return {**planned, "ARMNRS": "ASSIGNED, NOT TREATED"}
    own = {one.id for one in source.plan.courses_of(subject.arm)}
    if not {one.course for one in given} <= own:
        return {**planned, "ARMNRS": "UNPLANNED TREATMENT", "ACTARMUD": _name_courses(source, given)}
    return {**planned, "ACTARMCD": planned["ARMCD"], "ACTARM": planned["ARM"]}


def _name_courses(source: Source, given: Iterable[Given]) -> str:
    """The courses that were given, each once, in order; a step of no course as entered."""
    labels = {one.id: one.label for one in source.plan.courses}
    return "; ".join(dict.fromkeys(labels.get(one.course, one.step) for one in given))


def _has_failed(screened: ScreenedFacts) -> bool:
    return screened.state == "screen-failed"


def make_ds(source: Source) -> Iterator[Row]:
    starts = {one.subject: one.randomised_on for one in source.facts.subjects}
    for one in source.further.milestones:
        if one.on <= source.facts.cut_on:
            row = _disposition(source, one.subject, one.term, one.on, one.entries, starts.get(one.subject))
            yield row | ({"DSTERM": one.words} if one.words else {})
    for subject in source.facts.subjects:
        start, entries = subject.randomised_on, subject.entries
        yield _disposition(source, subject.subject, Term.RANDOMIZED, start, entries, start)
        died_on = _died_on(source, subject)
        is_death = died_on is not None and subject.left_how == DIED  # told as what it is, and once
        if subject.left_on is not None and subject.left_on <= source.facts.cut_on and not is_death:
            term = _LEFT.get(subject.left_how, Term.OTHER)
            row = _disposition(source, subject.subject, term, subject.left_on, entries, start)
            yield {**row, "DSTERM": subject.left_how or term.value}
        if died_on is not None:
            yield _disposition(source, subject.subject, Term.DEATH, died_on, entries, start)
    told = {one.subject for one in source.further.milestones if one.term is Term.SCREEN_FAILURE}
    for screened in source.facts.screened:
        if _has_failed(screened) and screened.subject not in told:
            yield _disposition(source, screened.subject, Term.SCREEN_FAILURE, None, screened.entries, None)


def _disposition(
    source: Source, subject: str, term: Term, on: date | None, entries: Entries, start: date | None
) -> Row:
    return {
        **source.head("DS", subject, entries),
        "DSTERM": term.value,
        "DSDECOD": term.value,
        "DSCAT": term.category,
        "DSSTDTC": iso(on),
        "DSSTDY": study_day(on, start),
    }


def make_ie(source: Source) -> Iterator[Row]:
    """Criteria not met: with their day from `further`, else as the facts of the screened name them, without one."""
    criteria = list_criteria(source, source.facts.version)
    starts = {one.subject: one.randomised_on for one in source.facts.subjects}
    told: list[tuple[str, PlannedCriterion, date | None, Entries]] = [
        (one.subject, find_criterion(source, one.criterion, one.version), one.on, one.entries)
        for one in source.further.not_met
        if one.on <= source.facts.cut_on
    ]
    known = {subject for subject, *_ in told}
    for screened in source.facts.screened:
        if screened.subject not in known:
            named = [one.strip() for one in screened.why.split(",")]
            told += [(screened.subject, criteria[one], None, screened.entries) for one in named if one in criteria]
    for subject, criterion, on, entries in told:
        answer = yes_no(not criterion.is_inclusion)
        yield {
            **source.head("IE", subject, entries),
            "IETESTCD": criterion.code,
            "IETEST": criterion.text,
            "IECAT": category_of(criterion),
            "IEORRES": answer,
            "IESTRESC": answer,
            "IEDTC": iso(on),
            "IEDY": study_day(on, starts.get(subject)),
        }


def make_se(source: Source) -> Iterator[Row]:
    """Screening, and each course of which a step was given; nothing while the arms are pooled but screening."""
    for subject in source.facts.subjects:
        # Reversed, so that of the two elements without a course the first stands: screening, not follow-up.
        elements = {one.course: one for one in reversed(list_elements(source.plan, subject.arm))}
        starts = _starts(source, subject, elements)
        others = [one for one in given_of(source, subject) if one.course not in elements or not one.course]
        for place, (on, course, entries) in enumerate(starts):
            following = starts[place + 1] if place + 1 < len(starts) else (None, None, ())
            end, ended_by = (
                (subject.randomised_on, subject.entries[:1]) if course == "" else (following[0], following[2])
            )
            element = elements.get(course or "")
            yield {
                **source.head("SE", subject.subject, entries + ended_by),
                "ETCD": UNPLANNED_ELEMENT if course is None or element is None else element.code,
                "ELEMENT": None if course is None or element is None else element.label,
                "EPOCH": None if course is None or element is None else element.epoch,
                "SESTDTC": iso(on),
                "SEENDTC": iso(end),
                "SESTDY": study_day(on, subject.randomised_on),
                "SEENDY": study_day(end, subject.randomised_on),
                "SEUPDES": _name_courses(source, others) if course is None else None,
            }


def _starts(
    source: Source, subject: SubjectFacts, elements: Mapping[str, Element]
) -> list[tuple[date, str | None, Entries]]:
    """When each element began, by its course: empty for screening, None for all courses that are not of the arm."""
    told = source.further.milestones
    consents = [one for one in told if one.term is Term.CONSENT and one.subject == subject.subject]
    starts: list[tuple[date, str | None, Entries]] = [(one.on, "", one.entries) for one in consents[:1]]
    seen: set[str | None] = set()
    for given in given_of(source, subject):
        course = given.course if given.course and given.course in elements else None
        if course not in seen:
            seen.add(course)
            starts.append((given.on, course, given.entries))
    return starts
