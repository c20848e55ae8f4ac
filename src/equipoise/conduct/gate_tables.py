"""The lines of dose tables: when each toxicity was present, and what its table says of the next dose.

Decides which days are judged, and puts the answer of a table into words. The history of a toxicity is its rule judged
again on each day that brought a record the rule reads, and on each day of a dose; nothing of it is stored. What follows
from a state is `dose_rules`.

A past day on which there was nothing to judge (no such result by then) says nothing. A past result that cannot be
judged (no unit, no normal range, two that contradict) leaves its day unknown until somebody corrects it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from equipoise.conduct.answers import Action, GateLine, Reading
from equipoise.conduct.dose_rules import (
    TableAnswer,
    ToxicityState,
    decide,
    is_delay_reached,
    level_of,
    next_level,
    toxicity_state,
)
from equipoise.conduct.gate_moment import BoundRecords, StepAtGate, comes_of_dose, concepts_of, waits_for_dose
from equipoise.conduct.gate_words import (
    WHEN_KNOWN,
    readings_of,
    say_found,
    say_later,
    say_missing_days,
    say_needs,
    sentence,
)
from equipoise.criteria.assessed.made import value_text
from equipoise.criteria.nodes import Node
from equipoise.criteria.outcome import Outcome
from equipoise.criteria.truth import Truth
from equipoise.protocol.dose_tables import FULL, REDUCED
from equipoise.protocol.plan import LAST_DOSE, DoseRules, DoseTable
from equipoise.protocol.trial import Mark
from equipoise.terminology.concepts import ConceptKind


@dataclass(frozen=True)
class _Judged:
    """The rule of a table on every day that counts, today the last."""

    node: Node
    days: tuple[tuple[date, Outcome], ...]
    today: Outcome

    def with_truth(self, truth: Truth, after: date | None, until: date) -> list[tuple[date, Outcome]]:
        """The judged days from one to another on which the rule has this truth."""
        return [
            (day, outcome)
            for day, outcome in self.days
            if outcome.truth is truth and day <= until and (after is None or day >= after)
        ]


def table_line(
    at: StepAtGate, rules: DoseRules, table: DoseTable, node: Node, rule_words: str, records: BoundRecords
) -> GateLine:
    """The line of one table on the day of the gate."""
    says = sentence(f"{table.label}: {rule_words}")
    missing = records.missing_anchors(node)
    if missing:
        return _without_days(at, table, says, missing)
    judged = _judge_days(at, node, records)
    state = _state(at, rules, judged, _is_measured(node, records))
    answer = decide(table, state)
    needs = _needs(at, answer, judged, records) if answer.action is Action.UNKNOWN else ()
    later = say_later(records.n_later(concepts_of(node), at.as_of))
    return GateLine(
        table.id,
        table.label,
        answer.action,
        says,
        sentence(*_say_state(at, state, judged, records), *needs, later),
        unlock=_unlock(at, table, state, answer.action),
        needs=needs,
        readings=_readings(at, judged),
        mark=max((row.mark for row in answer.rows), key=list(Mark).index).value,  # as sure as its least sure row
        source="; ".join(dict.fromkeys(each.source or table.source for each in answer.rows)),
    )


def _without_days(at: StepAtGate, table: DoseTable, says: str, missing: Sequence[str]) -> GateLine:
    """A rule that counts from a day which is not known: from a dose, before the first one, it cannot be met yet."""
    mark = table.mark.value
    if not at.doses and set(missing) == {LAST_DOSE}:
        found = "Counts from a dose, and none was given yet."
        return GateLine(table.id, table.label, Action.GIVE, says, found, mark=mark, source=table.source)
    needs = say_missing_days(missing)
    found = sentence(f"{' and '.join(needs)} is not known")
    return GateLine(
        table.id, table.label, Action.UNKNOWN, says, found, WHEN_KNOWN, needs, mark=mark, source=table.source
    )


def _judge_days(at: StepAtGate, node: Node, records: BoundRecords) -> _Judged:
    """
    The rule today, and from the first dose on: on each day on which a record of its begins or ends, and on that of a
    dose that was given although the toxicity was still there, or might have been.
    """
    today = records.judge(node, at.as_of)
    if not at.doses:
        return _Judged(node, (), today)
    days, doses = records.days_with_rows(concepts_of(node)), {dose.on for dose in at.doses}
    counting = sorted(day for day in days | doses if at.doses[0].on <= day <= at.as_of)
    judged = [(day, today if day == at.as_of else records.judge(node, day)) for day in counting]
    if waits_for_dose(node):
        judged = [(day, each) for day, each in judged if day > at.doses[0].on or each.truth is Truth.TRUE]
    said = tuple((day, each) for day, each in judged if _says_something(each, has_record=day in days))
    return _Judged(node, said, today)


def _says_something(outcome: Outcome, *, has_record: bool) -> bool:
    """A day without a record tells of a toxicity that lasts, and never that there is none: nobody looked."""
    if outcome.truth is Truth.UNKNOWN:
        return outcome.has_data
    return has_record or outcome.truth is Truth.TRUE


def _is_measured(node: Node, records: BoundRecords) -> bool:
    """Whether only a result can show that the toxicity is absent; an event is written down only when it happens."""
    kinds = {records.rulebook.concepts[each].kind for each in concepts_of(node)}
    return kinds != {ConceptKind.EVENT}


def _state(at: StepAtGate, rules: DoseRules, judged: _Judged, is_measured: bool) -> ToxicityState:
    days = [(day, outcome.truth) for day, outcome in judged.days]
    doses = [dose.on for dose in at.doses]
    is_new = comes_of_dose(judged.node)
    presence = toxicity_state(
        days, doses, at.as_of, now=judged.today.truth, is_measured=is_measured, comes_of_dose=is_new
    )
    last = at.doses[-1] if at.doses else None
    delay = is_delay_reached(rules.delay, last.on if last else None, _due_on(at), at.as_of)
    return ToxicityState(*presence, delay=delay, level=level_of(at.course, last))


def _due_on(at: StepAtGate) -> date | None:
    """The day on which the dose was due, counted from the one before."""
    if at.course.interval is None or not at.doses:
        return None
    return at.doses[-1].on + timedelta(days=at.course.interval.target)


def _say_state(at: StepAtGate, state: ToxicityState, judged: _Judged, records: BoundRecords) -> list[str]:
    """What is known of the toxicity: today, since the last dose, before; then delay and level of the last dose."""
    said = []
    if state.now is not None:
        found = say_found(judged.node, judged.today, records, at.as_of)
        said.append(f"{found}: {'present' if state.now else 'not present'} today")
    last = at.doses[-1] if at.doses else None
    if state.seen and not state.now:
        said.append(_say_when("present since the last dose", judged, records, at.as_of))
    if state.before and last is not None:
        until = last.on - timedelta(days=1) if comes_of_dose(judged.node) else last.on
        said.append(_say_when("present in an earlier interval", judged, records, until))
    if last is not None and (state.seen or state.delay):
        said.append(f"{_weeks((at.as_of - last.on).days)} since the last dose on {last.on}")
    if state.delay:
        said.append("the limit of delay is reached")
    if state.level not in (None, FULL) and last is not None:
        amount = _amount(at, last.amount)
        said.append(f"the last dose was {'reduced' if state.level == REDUCED else 'of no level of the plan'}{amount}")
    return said


def _say_when(what: str, judged: _Judged, records: BoundRecords, until: date) -> str:
    """The last day up to another on which it was present."""
    day, outcome = judged.with_truth(Truth.TRUE, None, until)[-1]
    found = say_found(judged.node, outcome, records, day)
    return f"{what}, on {day}" + (f" ({found})" if found else "")


def _weeks(days: int) -> str:
    weeks, rest = divmod(days, 7)
    said = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((weeks, "week"), (rest, "day")) if n]
    return " ".join(said) or "0 days"


def _amount(at: StepAtGate, amount: Decimal | None) -> str:
    unit = at.course.amount.unit if at.course.amount is not None else ""
    return "" if amount is None else f" ({value_text(Fraction(amount))} {unit})"


def _needs(at: StepAtGate, answer: TableAnswer, judged: _Judged, records: BoundRecords) -> tuple[str, ...]:
    """What would settle the inputs that matter."""
    said: list[str] = []
    last = at.doses[-1].on if at.doses else None
    label = ", ".join(records.rulebook.concepts[each].label for each in sorted(concepts_of(judged.node)))
    if {"now", "seen"} & set(answer.unknown):
        said += say_needs(judged.node, judged.today, records, at.as_of)
    if "seen" in answer.unknown and last is not None:
        since = _needs_between(judged, records, label, last, at.as_of)
        said += since if not said else _open_needs(judged, records, last, at.as_of)
    if "before" in answer.unknown:
        for start, end in pairwise(sorted({dose.on for dose in at.doses})):
            said += _needs_between(judged, records, label, start, end)
    if "delay" in answer.unknown:
        said.append(f"the day on which {at.step} was due")
    if "level" in answer.unknown:
        said.append("to which level of the plan the last dose belongs")
    return tuple(dict.fromkeys(said))


def _needs_between(judged: _Judged, records: BoundRecords, label: str, start: date, end: date) -> list[str]:
    """What would tell whether the toxicity was present in an interval between doses."""
    found = _open_needs(judged, records, start, end)
    if found or any(start < day <= end for day, _ in judged.days):
        return found
    return [f"{label} after {start} and up to {end}: nothing is on record"]


def _open_needs(judged: _Judged, records: BoundRecords, start: date, end: date) -> list[str]:
    """What would settle the days of an interval on which there is a result that cannot be judged."""
    open_days = judged.with_truth(Truth.UNKNOWN, start, end)
    return [need for day, outcome in open_days for need in say_needs(judged.node, outcome, records, day)]


def _unlock(at: StepAtGate, table: DoseTable, state: ToxicityState, action: Action) -> str:
    """What opens the line, and the dose that follows then."""
    if action is Action.UNKNOWN:
        return WHEN_KNOWN
    if action is not Action.HOLD:
        return ""
    then = decide(table, replace(state, now=False, seen=True)).action
    last = at.doses[-1].level if at.doses else None
    level = next_level(at.course, then, last)
    following = f"the next dose is then{_amount(at, level.amount)}" if level is not None else ""
    return sentence(table.unlock.rstrip("."), following.replace("(", "").replace(")", ""))


def _readings(at: StepAtGate, judged: _Judged) -> tuple[Reading, ...]:
    """The records of today, and of the days that made the history what it is."""
    past = judged.with_truth(Truth.TRUE, None, at.as_of) + judged.with_truth(Truth.UNKNOWN, None, at.as_of)
    outcomes = [judged.today, *(outcome for _, outcome in past)]
    return tuple(dict.fromkeys(reading for outcome in outcomes for reading in readings_of(outcome)))
