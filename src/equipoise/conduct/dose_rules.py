"""What the dose tables of a course say of the next dose, from what is known of each toxicity.

Decides nothing about a subject's records: whether a toxicity is present on a day is a rule that `gates` judges, and
`toxicity_state` makes a history of its truths. Everything here is pure and small enough to be enumerated; that a table
decides each state exactly once is checked when its protocol loads (`protocol.dose_tables`). `dose_arrays` is the same
for many states at once.
"""

import itertools
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from equipoise.conduct.answers import Action, strictest
from equipoise.conduct.history import StepDone
from equipoise.criteria.truth import Truth
from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.dose_tables import FULL, INPUTS, REDUCED, Level, TableState, rows_for
from equipoise.protocol.plan import Course, Delay, DoseRow, DoseRules, DoseTable
from equipoise.protocol.plan import Level as DoseLevel

LastLevel = Literal["full", "reduced", "other"]
OTHER: LastLevel = "other"
"""The last dose was of no level of the plan: rows for the full and for the reduced one are both tried."""


@dataclass(frozen=True)
class ToxicityState:
    """
    What is known of one toxicity on the day of a decision; None is unknown, and so is what is left out.

    Parameters
    ----------
    now, seen, before
        It is present today; it was present since the last dose, today included; it was in an earlier interval.
    delay
        The limit of delay is reached.
    level
        Of the last dose. None when there was no dose: then as after a full one.
    """

    now: bool | None = None
    seen: bool | None = None
    before: bool | None = None
    delay: bool | None = None
    level: LastLevel | None = None

    def __post_init__(self) -> None:
        if self.now and self.seen is False:
            raise ValueError("what is present today was present since the last dose")

    def completions(self) -> Iterator[TableState]:
        """Every possible state that this may be."""
        levels: dict[LastLevel | None, tuple[Level, ...]] = {None: (FULL,), OTHER: (FULL, REDUCED)}
        flags = [(False, True) if flag is None else (flag,) for flag in (self.now, self.seen, self.before, self.delay)]
        level = levels.get(self.level) or ((REDUCED,) if self.level == REDUCED else (FULL,))
        every = itertools.starmap(TableState, itertools.product(*flags, level))
        return (state for state in every if state.is_possible)


@dataclass(frozen=True)
class TableAnswer:
    """
    What one table says.

    `rows` are those it rests on: one when everything is known, more when an unknown input makes no difference or, with
    the action unknown, would make one. `unknown` names the inputs (keys of `INPUTS`) that have to become known.
    """

    action: Action
    rows: tuple[DoseRow, ...]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class RulesAnswer:
    """What all tables of a course say together: the strictest, with the answer of each by its id."""

    action: Action
    tables: Mapping[str, TableAnswer]


class Presence(NamedTuple):
    """When a toxicity was present; None is unknown. The first three inputs of a `ToxicityState`."""

    now: bool | None
    seen: bool | None
    before: bool | None


def decide(table: DoseTable, state: ToxicityState) -> TableAnswer:
    """
    The answer of a table: an unknown input is tried both ways, and matters only where the answers differ.

    Raises
    ------
    ProtocolError
        The table does not decide a state by exactly one row. A protocol with such a table does not load.
    """
    found = {each: _only_row(table, each) for each in state.completions()}
    rows = tuple(row for row in table.rows if any(row is each for each in found.values()))
    actions = {Action(row.action.value) for row in found.values()}
    if len(actions) == 1:
        return TableAnswer(actions.pop(), rows)
    return TableAnswer(Action.UNKNOWN, rows, _inputs_that_matter(found))


def decide_all(rules: DoseRules, states: Mapping[str, ToxicityState]) -> RulesAnswer:
    """The strictest answer of all tables; nothing is known of a toxicity that `states` (by table id) leaves out."""
    answers = {table.id: decide(table, states.get(table.id, ToxicityState())) for table in rules.tables}
    return RulesAnswer(strictest([answer.action for answer in answers.values()]), answers)


def is_delay_reached(delay: Delay, last_dose: date | None, due_on: date | None, as_of: date) -> bool | None:
    """
    Whether a dose on this day comes too late: on the day of the limit or later.

    Sources say "16 weeks or longer" (AJR 2022;220:619) and "> 16 weeks" (the REACT tool); we stop on the earlier day,
    so that 15 weeks and 6 days are not too late and 16 weeks are.

    Parameters
    ----------
    last_dose
        None before the first dose: nothing is delayed then.
    due_on
        The day on which the dose was due; asked for when the limit counts from it.

    Returns
    -------
    bool or None
        None when the limit counts from a day that is not known.
    """
    if last_dose is None:
        return False
    start = last_dose if delay.counts_from == "last-dose" else due_on
    return None if start is None else (as_of - start).days >= delay.limit


def level_of(course: Course, last: StepDone | None) -> LastLevel | None:
    """The level of the last dose as the tables ask for it: the first level of the course is full, others reduced."""
    if last is None:
        return None
    ids = [level.id for level in _levels(course)]
    if last.level not in ids:
        return OTHER
    return FULL if last.level == ids[0] else REDUCED


def next_level(course: Course, action: Action, last: str | None) -> DoseLevel | None:
    """
    The level at which the next dose may be given.

    *Give* is the full level, also after a reduced dose; *reduce* is one level below the last (below the full one when
    the last dose was of no level), and never below the lowest. None when nothing may be given.
    """
    levels = _levels(course)
    if action is Action.GIVE:
        return levels[0]
    if action is not Action.REDUCE or len(levels) == 1:
        return None
    ids = [level.id for level in levels]
    place = ids.index(last) if last in ids else 0
    return levels[min(place + 1, len(levels) - 1)]


def toxicity_state(
    days: Sequence[tuple[date, Truth]],
    doses: Sequence[date],
    as_of: date,
    *,
    now: Truth,
    is_measured: bool = True,
    comes_of_dose: bool = False,
) -> Presence:
    """
    When a toxicity was present, from the truth of its rule on each day that brought a result. Strong Kleene logic.

    A sample of the day of a dose was taken for that dose: it belongs to the interval that the dose ends. Where it shows
    the toxicity, or leaves it open, the dose was given all the same, and it belongs to the interval that the dose
    begins as well. What comes after `as_of` is left out.

    Parameters
    ----------
    days
        Days with the truth of the rule on them, in any order.
    doses
        Days of doses that were given, in any order.
    now
        The truth of the rule on the day `as_of`.
    is_measured
        Whether only a result can show that the toxicity is absent (laboratory values): an interval without any is then
        unknown. False for what is written down only when it happens.
    comes_of_dose
        Whether what is present on the day of a dose came of that dose (adverse events: a reaction to the infusion). It
        then belongs to the interval that the dose begins alone, and is no recurrence by itself.
    """
    given = sorted({day for day in doses if day <= as_of})
    if not given:
        return Presence(_flag(now), _flag(now), False)
    silence = Truth.UNKNOWN if is_measured else Truth.FALSE
    intervals = _truths_by_interval([each for each in days if each[0] <= as_of], given, comes_of_dose)
    _, *earlier, since = [truths or [silence] for truths in intervals]
    before = _any([_any(truths) for truths in earlier])
    return Presence(_flag(now), _flag(_any([*since, now])), _flag(before))


def _only_row(table: DoseTable, state: TableState) -> DoseRow:
    rows = rows_for(table, state)
    if len(rows) != 1:
        what = f"{len(rows)} rows are for one state ({state})"
        raise ProtocolError("A dose table cannot be used.", [Fault(table.id, what, "Check the protocol again.")])
    return rows[0]


def _inputs_that_matter(found: Mapping[TableState, DoseRow]) -> tuple[str, ...]:
    """The inputs of which one alone changes the action; the states of `found` hang together by such steps."""
    return tuple(
        name
        for name in INPUTS
        if any(
            one._replace(**{name: getattr(other, name)}) == other and found[one].action is not found[other].action
            for one, other in itertools.combinations(found, 2)
        )
    )


def _levels(course: Course) -> list[DoseLevel]:
    if course.amount is None:
        what, do = "it has no dose", "Ask for dose rules of a course of the kind dose."
        raise ProtocolError("There is no level of dose.", [Fault(course.id, what, do)])
    return course.amount.levels


def _truths_by_interval(
    days: Sequence[tuple[date, Truth]], doses: Sequence[date], comes_of_dose: bool
) -> list[list[Truth]]:
    """What each interval shows: the first is that before any dose, the last that since the last one."""
    intervals: list[list[Truth]] = [[] for _ in range(len(doses) + 1)]
    for day, truth in days:
        ended = bisect_left(doses, day)
        is_begun_with = day in doses and truth is not Truth.FALSE
        is_new = is_begun_with and comes_of_dose and truth is Truth.TRUE
        # Somebody looked on the day of a dose: what is new was not there before.
        intervals[ended].append(Truth.FALSE if is_new else truth)
        if is_begun_with:
            intervals[ended + 1].append(truth)
    return intervals


def _any(truths: Sequence[Truth]) -> Truth:
    if Truth.TRUE in truths:
        return Truth.TRUE
    return Truth.UNKNOWN if Truth.UNKNOWN in truths else Truth.FALSE


def _flag(truth: Truth) -> bool | None:
    return None if truth is Truth.UNKNOWN else truth is Truth.TRUE
