"""Times to an event: one row for every randomised subject, with the rule that ended it and the words of why.

Decides the event, the time in whole days and its three forms: a time with an event or censored, an interval in which
the event lies, a time with the cause that came first. When an event does not count is for `censoring`.

Day 0 is the day of randomisation, and an event on it has time 0, which is kept. (Datasets after CDISC often add 1; that
is for the export. A shift by one day changes no test and no ratio of hazards, and every time by one day.)
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from equipoise.analysis.censoring import Asked, Event, Stop, check_rules, find_stop
from equipoise.analysis.doubts import Doubtful, find_doubts
from equipoise.analysis.facts import Entries, SubjectFacts, TrialFacts
from equipoise.analysis.progression import Course, find_operation, follow_reading
from equipoise.errors import EquipoiseError, Fault
from equipoise.protocol.analysis_plan import Censoring, EndpointDefinition, EventKind

CAUSES = {EventKind.PROGRESSION: 1, EventKind.DEATH: 2}
"""The number of each cause where causes compete; 0 is censored."""


@dataclass(frozen=True)
class TimeRow:
    """
    The time of one subject.

    Parameters
    ----------
    days
        From the start to the event or to where it is censored. [d]
    event, cause
        Whether an event ended it, and which; the cause is None when censored.
    on
        The day of it.
    rule
        The rule that censored it; None with an event.
    words
        Why it ended there.
    """

    subject: str
    arm: str
    stratum: str
    days: int
    event: bool
    cause: EventKind | None
    on: date
    rule: Censoring | None
    words: str
    entries: Entries

    @property
    def cause_number(self) -> int:
        """1 progression, 2 death, 0 censored."""
        return 0 if self.cause is None else CAUSES[self.cause]


@dataclass(frozen=True)
class IntervalRow:
    """The event of one subject lies after day `last_free` and not after `first_seen`; None: it was not seen. [d]"""

    subject: str
    arm: str
    stratum: str
    last_free: int
    first_seen: int | None
    words: str
    entries: Entries


@dataclass(frozen=True)
class Times:
    """The rows of all subjects, and beside them what in the facts is doubtful."""

    endpoint: str
    rows: tuple[TimeRow, ...]
    doubtful: tuple[Doubtful, ...]


def derive_times(endpoint: EndpointDefinition, subject: SubjectFacts, cut_on: date) -> TimeRow:
    """
    The time of one subject to the first event of an endpoint.

    Progression is by RECIST 1.1 as the endpoint's reader saw it, on the day of first observation, never on that of a
    confirmation [1]_. Of progression and death on one day progression is the cause.

    Raises
    ------
    EquipoiseError
        The endpoint has no times, or the subject was randomised after the cut.

    References
    ----------
    .. [1] FDA. Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics. 2018, appendices 2 and 3.
    """
    asked = _ask(endpoint, subject, cut_on)
    stop = find_stop(asked)
    on, words = _end(asked, stop)
    cause = asked.event.cause if stop is None and asked.event is not None else None
    return TimeRow(
        subject.subject,
        subject.arm,
        subject.stratum,
        (on - subject.randomised_on).days,
        cause is not None,
        cause,
        on,
        None if stop is None else stop.rule,
        words,
        _find_entries(endpoint, subject, cut_on),
    )


def derive_competing_times(endpoint: EndpointDefinition, subject: SubjectFacts, cut_on: date) -> TimeRow:
    """
    The same with both causes, whatever the endpoint counts: progression, and death without it, which competes.

    Read `cause_number`. The rules of censoring are those of the endpoint.
    """
    both = endpoint.model_copy(update={"events": [EventKind.PROGRESSION, EventKind.DEATH]})
    return derive_times(both, subject, cut_on)


def derive_interval(endpoint: EndpointDefinition, subject: SubjectFacts, cut_on: date) -> IntervalRow:
    """
    The interval in which the event of one subject lies: after the last assessment without, up to the first with it.

    Before a death progression may have gone unseen, so the interval reaches from the last assessment to the death; of
    an endpoint of death alone the day is exact. Missed assessments are not asked for: they make the interval as wide
    as they left it. The other rules hold.
    """
    asked = _ask(endpoint, subject, cut_on)
    stop = find_stop(asked, without=frozenset({Censoring.MISSED_VISITS}))
    on, words = _end(asked, stop)
    day = (on - subject.randomised_on).days
    last_free, first_seen = day, None if stop is not None else day
    if stop is None and EventKind.PROGRESSION in endpoint.events:
        last = asked.course.last_free(on) or subject.randomised_on
        last_free = (last - subject.randomised_on).days
    entries = _find_entries(endpoint, subject, cut_on)
    return IntervalRow(subject.subject, subject.arm, subject.stratum, last_free, first_seen, words, entries)


def derive_all_times(endpoint: EndpointDefinition, facts: TrialFacts, *, competing: bool = False) -> Times:
    """
    The times of all randomised subjects, in their order, and what is doubtful.

    Raises
    ------
    EquipoiseError
        As `derive_times`; all subjects that stand twice or were randomised after the cut are named together.
    """
    check_rules(endpoint)
    check_subjects(facts.subjects, facts.cut_on)
    derive = derive_competing_times if competing else derive_times
    rows = tuple(derive(endpoint, subject, facts.cut_on) for subject in facts.subjects)
    reads = competing or EventKind.PROGRESSION in endpoint.events
    reader = endpoint.reader if reads else None
    doubtful = tuple(doubt for one in facts.subjects for doubt in find_doubts(one, facts.cut_on, reader=reader))
    return Times(endpoint.id, rows, doubtful)


def check_subjects(subjects: Sequence[SubjectFacts], cut_on: date) -> None:
    """
    Raise unless every subject stands once and was randomised up to the cut.

    Raises
    ------
    EquipoiseError
        With all such subjects.
    """
    faults = [
        Fault(f"subject {name}", f"stands {times} times", "Give the facts of each subject once.")
        for name, times in Counter(one.subject for one in subjects).items()
        if times > 1
    ]
    faults += [
        Fault(f"subject {one.subject}", f"was randomised after the cut on {cut_on}", "Leave it out, or cut later.")
        for one in subjects
        if one.randomised_on > cut_on
    ]
    if faults:
        raise EquipoiseError("These are not the facts of a trial at a cut.", faults)


def _ask(endpoint: EndpointDefinition, subject: SubjectFacts, cut_on: date) -> Asked:
    check_rules(endpoint)
    check_subjects([subject], cut_on)
    course = follow_reading(subject, endpoint.reader, endpoint.post_operative, cut_on)
    return Asked(endpoint, subject, cut_on, course, _find_event(endpoint, subject, course, cut_on))


def _find_event(endpoint: EndpointDefinition, subject: SubjectFacts, course: Course, cut_on: date) -> Event | None:
    events = []
    if EventKind.PROGRESSION in endpoint.events and course.progression is not None:
        reasons = ", ".join(course.progression.reasons)
        events.append(Event(course.progression.day, EventKind.PROGRESSION, f"progression ({reasons})"))
    died = subject.died_on
    if EventKind.DEATH in endpoint.events and died is not None and subject.randomised_on <= died <= cut_on:
        events.append(Event(died, EventKind.DEATH, "death"))
    return min(events, key=lambda event: event.on, default=None)


def _end(asked: Asked, stop: Stop | None) -> tuple[date, str]:
    if stop is not None:
        return stop.on, stop.words
    assert asked.event is not None  # check_rules: without an event there is a stop
    return asked.event.on, f"{asked.event.words} on {asked.event.on}"


def _find_entries(endpoint: EndpointDefinition, subject: SubjectFacts, cut_on: date) -> Entries:
    """The events of the log behind a time: of the subject, of the reading, of the operation that renewed a baseline."""
    entries = set(subject.entries)
    entries.update(subject.reading_entries.get(endpoint.reader, ()))
    operation = find_operation(subject, cut_on)
    if endpoint.post_operative is not None and operation is not None:
        entries.update(operation.entries)
    return tuple(sorted(entries))
