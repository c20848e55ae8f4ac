"""What datasets are made from: facts, protocol, and what the facts of an analysis leave out; days as CDISC has them.

Decides what is told while the arms are pooled. In a trial that is not blinded the course of a subject tells the arm (a
dose, an operation, the days of blood tests), so nothing of it that is dated on the day of randomisation or later is
told then: disposition and times to an event stay.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from equipoise.analysis.cdisc.catalogue import SOURCE, Row
from equipoise.analysis.endpoints import TimeRow
from equipoise.analysis.facts import Entries, SubjectFacts, TrialFacts
from equipoise.analysis.finding_entries import entries_of
from equipoise.analysis.response import ResponseRow
from equipoise.analysis.sets import AnalysisSetResult
from equipoise.assessments.recist import Finding
from equipoise.protocol.analysis_plan import EndpointDefinition
from equipoise.protocol.model import Protocol
from equipoise.protocol.plan import Plan

SCREENING_VISIT = "(screening)"
"""The one visit of every plan that is no activity of it; no id of a plan has brackets."""


class Term(StrEnum):
    """DSDECOD: protocol milestones and reasons of the CDISC terminology (C114118, C66727)."""

    CONSENT = "INFORMED CONSENT OBTAINED"
    CRITERIA_MET = "ELIGIBILITY CRITERIA MET"
    RANDOMIZED = "RANDOMIZED"
    SCREEN_FAILURE = "SCREEN FAILURE"
    WITHDRAWAL = "WITHDRAWAL BY SUBJECT"
    LOST = "LOST TO FOLLOW-UP"
    DEATH = "DEATH"
    COMPLETED = "COMPLETED"
    OTHER = "OTHER"

    @property
    def is_end(self) -> bool:
        """Whether taking part ended with it; else it is a milestone."""
        return self not in (Term.CONSENT, Term.CRITERIA_MET, Term.RANDOMIZED)

    @property
    def category(self) -> str:
        """DSCAT."""
        return "DISPOSITION EVENT" if self.is_end else "PROTOCOL MILESTONE"


@dataclass(frozen=True)
class Milestone:
    """
    A step of taking part that the facts have no day for: consent, criteria met, an end before allocation.

    `words`: how somebody left, where the term is not the word of the log.
    """

    subject: str
    term: Term
    on: date
    entries: Entries
    words: str = ""


@dataclass(frozen=True)
class NotMet:
    """
    A criterion that a subject did not meet: an inclusion that is false, an exclusion that is true.

    `version`: the one that it had consented to, whose words the criterion has; empty for that of the facts.
    """

    subject: str
    criterion: str
    on: date
    entries: Entries
    version: str = ""


@dataclass(frozen=True)
class Visit:
    """
    A visit that is neither a step of treatment nor an assessment of tumours.

    Parameters
    ----------
    on, until
        Its days. Without `on` it was planned and did not take place; without `until` it is not over.
    activity
        Of the plan, or `SCREENING_VISIT`; empty for what no plan asked for.
    number
        Which time of the activity, as a calendar numbers them.
    due_on
        The day for which it was planned, where that is known.
    why
        Why a planned one did not take place.
    """

    subject: str
    label: str
    on: date | None
    entries: Entries
    activity: str = ""
    until: date | None = None
    due_on: date | None = None
    why: str = ""
    number: int = 1


@dataclass(frozen=True)
class Further:
    """
    What `TrialFacts` leave out; all of it may be empty, and then its rows are not there.

    `baseline`: the events of the records from which sex and age of a subject were read.
    """

    milestones: tuple[Milestone, ...] = ()
    not_met: tuple[NotMet, ...] = ()
    visits: tuple[Visit, ...] = ()
    baseline: Mapping[str, Entries] = field(default_factory=dict)


@dataclass(frozen=True)
class Results:
    """What an analysis made of the facts: sets by id, and the rows of each endpoint beside its definition."""

    sets: Mapping[str, AnalysisSetResult] = field(default_factory=dict)
    times: Sequence[tuple[EndpointDefinition, Sequence[TimeRow]]] = ()
    responses: Sequence[tuple[EndpointDefinition, Sequence[ResponseRow]]] = ()


@dataclass(frozen=True)
class Source:
    """Everything that the datasets are made from."""

    protocol: Protocol
    plan: Plan
    facts: TrialFacts
    further: Further = Further()

    @property
    def study(self) -> str:
        return self.facts.trial

    @property
    def is_masked(self) -> bool:
        return self.facts.is_masked

    def usubjid(self, subject: str) -> str:
        """The identifier of a subject across trials."""
        return f"{self.study}-{subject}"

    def head(self, domain: str, subject: str, entries: Entries) -> Row:
        """What every row of a subject has in a domain."""
        usubjid = self.usubjid(subject)
        return {"STUDYID": self.study, "DOMAIN": domain, "USUBJID": usubjid, SOURCE: list_entries(entries)}

    def tells(self, subject: SubjectFacts, on: date) -> bool:
        """Whether something of the course of a subject on this day is told."""
        return on <= self.facts.cut_on and (not self.is_masked or on < subject.randomised_on)

    def reading_entries(self, subject: SubjectFacts, reader: str, findings: Iterable[Finding]) -> Entries:
        """The events of these findings; none while the arms are pooled, for their number tells how long it went on."""
        return () if self.is_masked else entries_of(subject, reader, findings)

    def arm_label(self, arm: str) -> str:
        return next((one.label for one in self.protocol.arms if one.id == arm), arm)


def study_day(on: date | None, reference: date | None) -> int | None:
    """
    The study day: 1 is the day of reference and the day before is -1, there is no day 0 (SDTMIG 4.4.4).

    Examples
    --------
    >>> study_day(date(2030, 1, 10), date(2030, 1, 10)), study_day(date(2030, 1, 9), date(2030, 1, 10))
    (1, -1)
    """
    if on is None or reference is None:
        return None
    days = (on - reference).days
    return days + 1 if days >= 0 else days


def iso(on: date | None) -> str | None:
    """ISO 8601."""
    return None if on is None else on.isoformat()


def list_entries(*entries: Entries) -> str | None:
    """The numbers of events, each once, ascending."""
    return " ".join(str(one) for one in sorted({number for some in entries for number in some})) or None


def yes_no(is_true: bool) -> str:
    return "Y" if is_true else "N"
