"""Which results of a concept count: in the window, perhaps in it, too old, or unsuitable; and which is latest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from equipoise.criteria.bound import BoundPatient, ResultFact
from equipoise.criteria.intervals import Period
from equipoise.criteria.nodes import Value, Window
from equipoise.criteria.rulebook import Moment

OrderKey = tuple[int, float]
_BEFORE_ALL, _AFTER_ALL = float("-inf"), float("inf")


@dataclass(frozen=True)
class Selection:
    """Results by where they stand; rows certainly after `as_of` are in none of the four."""

    certain: tuple[ResultFact, ...]
    perhaps: tuple[ResultFact, ...]
    unsuitable: tuple[ResultFact, ...]
    old: tuple[ResultFact, ...]


def select(
    patient: BoundPatient,
    concept_id: str,
    window: Window | None,
    moment: Moment,
    is_suitable: Callable[[ResultFact], bool] = lambda fact: not fact.is_suggestion,
    not_before: date | None = None,
) -> Selection:
    """Sort the results of a concept; `not_before` narrows the window from below."""
    period = moment.period(window)
    if not_before is not None and (period.first is None or period.first < not_before):
        period = Period(not_before, period.last)
    return select_in(patient, concept_id, period, is_suitable)


def select_in(
    patient: BoundPatient,
    concept_id: str,
    period: Period,
    is_suitable: Callable[[ResultFact], bool] = lambda fact: not fact.is_suggestion,
) -> Selection:
    """Sort the results of a concept by where they stand to these days; what is certainly later is left out."""
    certain: list[ResultFact] = []
    perhaps: list[ResultFact] = []
    unsuitable: list[ResultFact] = []
    old: list[ResultFact] = []
    places = {"certain": certain, "perhaps": perhaps, "old": old}
    for fact in patient.results(concept_id):
        place = _place(fact, period)
        if place is None:
            continue
        if not is_suitable(fact):
            if place != "old":
                unsuitable.append(fact)
        else:
            places[place].append(fact)
    return Selection(tuple(certain), tuple(perhaps), tuple(unsuitable), tuple(old))


def suitability(atom: Value) -> Callable[[ResultFact], bool]:
    """Whether a result is of a kind the atom accepts."""

    def is_suitable(fact: ResultFact) -> bool:
        if fact.is_suggestion or (atom.is_fasting and fact.is_fasting is not True):
            return False
        if atom.methods and fact.method not in atom.methods:
            return False
        site = fact.row["body_site"]
        return atom.site is None or (site is not None and site.lower() == atom.site.lower())

    return is_suitable


def latest(selection: Selection) -> tuple[ResultFact, ...]:
    """Every result that is not certainly before some result which is certainly in the window."""
    if not selection.certain:
        return selection.perhaps
    newest = max(_order(fact)[0] for fact in selection.certain)
    return tuple(fact for fact in selection.certain + selection.perhaps if _order(fact)[1] >= newest)


def of_last_day(facts: Sequence[ResultFact]) -> tuple[ResultFact, ...]:
    """The results whose last possible day is the last of all."""
    last = max(fact.row["time_upper"] for fact in facts)
    return tuple(fact for fact in facts if fact.row["time_upper"] == last)


def is_one_exact_day(facts: Sequence[ResultFact]) -> bool:
    days = {fact.row[bound] for fact in facts for bound in ("time_lower", "time_upper")}
    return len(days) == 1 and None not in days


def latest_day(selection: Selection) -> date | None:
    """The latest first-possible day among results that are certainly in the window."""
    return max((fact.row["time_lower"] or date.min for fact in selection.certain), default=None)


def _place(fact: ResultFact, period: Period) -> str | None:
    lower, upper = fact.row["time_lower"], fact.row["time_upper"]
    if lower is not None and lower > period.last:
        return None
    if period.first is not None and upper is not None and upper < period.first:
        return "old"
    starts_inside = period.first is None or (lower is not None and lower >= period.first)
    ends_inside = upper is not None and upper <= period.last
    return "certain" if starts_inside and ends_inside else "perhaps"


def _order(fact: ResultFact) -> tuple[OrderKey, OrderKey]:
    """The earliest and latest moment of a result: its day, then where in the day it may lie."""
    lower, upper = fact.row["time_lower"], fact.row["time_upper"]
    instant: datetime | None = fact.row["instant"]
    if instant is not None and lower is not None and lower == upper:
        midnight = datetime(lower.year, lower.month, lower.day)
        key = (lower.toordinal(), (instant.replace(tzinfo=None) - midnight) / timedelta(microseconds=1))
        return key, key
    return (
        (lower.toordinal() if lower else 0, _BEFORE_ALL),
        (upper.toordinal() if upper else 10**7, _AFTER_ALL),
    )
