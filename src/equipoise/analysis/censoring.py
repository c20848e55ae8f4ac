"""Where the time of a subject stops without an event that counts, by the named rules of an endpoint, and why in words.

Decides each rule and which of several stops counts: the earliest day, of one day the rule that is named first. What an
event is, is for `endpoints`.

The rules follow FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2018), appendix 3, and
the definitions of progression-free survival in the admiralonco vignette "Creating ADTTE".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from equipoise.analysis.facts import SubjectFacts
from equipoise.analysis.progression import Course
from equipoise.errors import EquipoiseError, Fault
from equipoise.protocol.analysis_plan import Censoring, EndpointDefinition, EventKind

ENDS_WITHOUT_EVENT = frozenset({Censoring.LAST_ASSESSMENT, Censoring.LAST_KNOWN_ALIVE, Censoring.DATA_CUT})
"""One of these must be named, so that everybody has a day."""


@dataclass(frozen=True)
class Event:
    """An event before any rule was asked."""

    on: date
    cause: EventKind
    words: str


@dataclass(frozen=True)
class Stop:
    """Where a rule stops the time, and why."""

    on: date
    rule: Censoring
    words: str


@dataclass(frozen=True)
class Asked:
    """What a rule looks at."""

    endpoint: EndpointDefinition
    subject: SubjectFacts
    cut_on: date
    course: Course
    event: Event | None

    @property
    def start(self) -> date:
        return self.subject.randomised_on

    def name(self, day: date | None) -> str:
        """A last assessment in words."""
        return "no evaluable assessment: at the start" if day is None else f"last evaluable assessment on {day}"


def find_stop(asked: Asked, *, without: frozenset[Censoring] = frozenset()) -> Stop | None:
    """
    The stop that counts; None when the event does.

    Parameters
    ----------
    without
        Rules that are not asked, although the endpoint names them.
    """
    rules = [rule for rule in asked.endpoint.censoring if rule not in without]
    stops = [stop for rule in rules if (stop := _RULES[rule](asked)) is not None]
    return min(stops, key=lambda stop: stop.on, default=None)


def check_rules(endpoint: EndpointDefinition) -> None:
    """
    Raise unless every subject without an event has a day by the rules.

    Raises
    ------
    EquipoiseError
        The endpoint has no events, counts from something else than randomisation, or names no rule for such a subject.
    """
    faults = []
    where = f"endpoint {endpoint.id}"
    if not endpoint.events:
        faults.append(Fault(where, "has no events", "Ask for times of a time-to-event endpoint."))
    if endpoint.start != "randomisation":
        what = f"counts from {endpoint.start}, and times count from randomisation"
        faults.append(Fault(where, what, "Write start: randomisation."))
    if not ENDS_WITHOUT_EVENT.intersection(endpoint.censoring):
        names = ", ".join(rule.value for rule in Censoring if rule in ENDS_WITHOUT_EVENT)
        faults.append(Fault(where, "says nowhere when a subject without an event is censored", f"Add one of {names}."))
    if faults:
        raise EquipoiseError("Times cannot be derived for this endpoint.", faults)


def count_missed(scans: Sequence[tuple[date, date]], *, after: date, before: date) -> int:
    """
    How many planned assessments were missed in a row: those whose whole window lies between two days.

    The window is as long before the day on which an assessment is due as after it. Both days may touch no window: an
    assessment on its first or last day, or one in between, was not missed.
    """
    return sum(1 for due, last in scans if due - (last - due) > after and last < before)


def _last_assessment(asked: Asked) -> Stop | None:
    if asked.event is not None:
        return None
    last = asked.course.last_free(asked.cut_on)
    return Stop(last or asked.start, Censoring.LAST_ASSESSMENT, f"no event; {asked.name(last)}")


def _last_known_alive(asked: Asked) -> Stop | None:
    if asked.event is not None:
        return None
    alive = asked.subject.last_alive_on
    if alive is None or alive < asked.start:
        return Stop(asked.start, Censoring.LAST_KNOWN_ALIVE, "no event; not known alive after the start")
    on = min(alive, asked.cut_on)
    return Stop(on, Censoring.LAST_KNOWN_ALIVE, f"no event; last known alive on {on}")


def _data_cut(asked: Asked) -> Stop | None:
    if asked.event is not None:
        return None
    return Stop(asked.cut_on, Censoring.DATA_CUT, f"no event up to the data cut on {asked.cut_on}")


def _new_therapy(asked: Asked) -> Stop | None:
    """An event on the day on which new therapy began still counts: progression is why it was given."""
    therapy = asked.subject.new_therapy_on
    if therapy is None or not asked.start <= therapy <= asked.cut_on:
        return None
    if asked.event is not None and asked.event.on <= therapy:
        return None
    last = asked.course.last_free(therapy)
    what = "no event" if asked.event is None else f"{asked.event.words} on {asked.event.on} does not count"
    words = f"{what}; new anticancer therapy from {therapy}; {asked.name(last)}"
    return Stop(last or asked.start, Censoring.NEW_THERAPY, words)


def _missed_visits(asked: Asked) -> Stop | None:
    """Visits that took place and could not be judged are missed too: nothing was known of the subject."""
    if asked.event is None:
        return None
    last = asked.course.last_free(asked.event.on)
    missed = count_missed(asked.subject.planned_scans, after=last or asked.start, before=asked.event.on)
    if missed < asked.endpoint.missed_visits:
        return None
    words = (
        f"{asked.event.words} on {asked.event.on} does not count; {missed} planned assessments in a row were missed "
        f"before it; {asked.name(last)}"
    )
    return Stop(last or asked.start, Censoring.MISSED_VISITS, words)


_RULES: dict[Censoring, Callable[[Asked], Stop | None]] = {
    Censoring.LAST_ASSESSMENT: _last_assessment,
    Censoring.LAST_KNOWN_ALIVE: _last_known_alive,
    Censoring.NEW_THERAPY: _new_therapy,
    Censoring.MISSED_VISITS: _missed_visits,
    Censoring.DATA_CUT: _data_cut,
}
