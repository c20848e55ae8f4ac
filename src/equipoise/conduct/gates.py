"""Whether a step of treatment may be given on a day: give, reduce, hold, stop, or unknown with what is missing.

An answer is the strictest of its lines: what every step is asked (`gate_lines`), the gates of the version and of its
plan, and the dose tables of the course (`gate_tables`). Each rule is a criterion, judged by the reference evaluator on
the day of the gate, with what was known by then.

Pure: an answer follows from the plan, the history, the records and the day, and authorises nothing. It decides whether
a gate is open; who may release, and what is written down, are the business of operations. Records never make it fail:
what they lack or say twice makes a line unknown. Only wrong use raises.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from equipoise.conduct.answers import Action, GateAnswer, GateLine, strictest
from equipoise.conduct.dose_rules import next_level
from equipoise.conduct.gate_lines import Consent, consent_line, decision_lines, interval_line, order_line
from equipoise.conduct.gate_moment import BoundRecords, StepAtGate, concepts_of
from equipoise.conduct.gate_tables import table_line
from equipoise.conduct.gate_words import (
    WHEN_KNOWN,
    readings_of,
    say_found,
    say_later,
    say_missing_days,
    say_needs,
    sentence,
)
from equipoise.conduct.history import History
from equipoise.criteria.truth import Truth
from equipoise.errors import Fault, ProtocolError
from equipoise.protocol.resolve_plan import TABLE, ResolvedGate, ResolvedPlan
from equipoise.records.snapshot import Snapshot

__all__ = ["Consent", "judge_gate"]


def judge_gate(
    resolved: ResolvedPlan,
    history: History,
    snapshot: Snapshot,
    step: str,
    as_of: date,
    *,
    consent: Consent,
    shown: Mapping[str, str] | None = None,
) -> GateAnswer:
    """
    The answer of the gate before a step.

    Parameters
    ----------
    resolved
        The plan of the version to which the subject consented, at the subject's site.
    history
        The subject from allocation on. What is of a later day than `as_of` is not looked at, so that a gate can be
        judged again for a past day; leave the step itself out when that is wanted.
    snapshot
        The records of the subject, with all that was entered in the trial.
    step
        A step of a course of the plan.
    as_of
        The day on which the step is to be given.
    consent
        Whether consent to treatment is in force, as the office knows it.
    shown
        Values that gate nothing and are shown with the answer, in words: cumulative doses with their uncertainty.

    Raises
    ------
    ProtocolError
        The plan has no such step, or a dose table that does not decide every state (such a protocol does not load).
    """
    course = resolved.plan.course_of(step)
    if course is None:
        steps = ", ".join(name for each in resolved.plan.courses for name in each.steps)
        raise ProtocolError("There is no gate.", [Fault(step, "the plan has no such step", f"Its steps are: {steps}.")])
    at = StepAtGate.of(resolved.plan, course, step, history, as_of)
    records = BoundRecords.of(at, resolved, snapshot)
    tables = _table_lines(at, resolved, records)
    lines = (
        order_line(at),
        interval_line(at),
        *decision_lines(at),
        consent_line(consent),
        *(_gate_line(at, gate, _says(resolved, gate), records) for gate in resolved.gates_before(step, history.arm)),
        *tables,
    )
    action = strictest([line.action for line in lines])
    level, amount, unit = _dose(at, action, tables)
    return GateAnswer(snapshot.subject_id, step, as_of, action, lines, level, amount, unit, shown or {})


def _says(resolved: ResolvedPlan, gate: ResolvedGate) -> str:
    """A gate of the plan by its label and its rule; that of a version has the record's own words for a label."""
    is_of_plan = any(each.id == gate.id for each in resolved.plan.gates)
    return f"{gate.label}: {resolved.says[gate.id]}." if is_of_plan else sentence(resolved.says[gate.id])


def _gate_line(at: StepAtGate, gate: ResolvedGate, says: str, records: BoundRecords) -> GateLine:
    """The line of one gate: open when its rule is true; false closes it, unknown does not open it."""
    missing = records.missing_anchors(gate.node)
    if missing:
        needs = say_missing_days(missing)
        found = sentence(f"{' and '.join(needs)} is not known")
        return GateLine(
            gate.id, gate.label, Action.UNKNOWN, says, found, WHEN_KNOWN, needs, mark=gate.mark, source=gate.source
        )
    outcome = records.judge(gate.node, at.as_of)
    action = _ACTIONS.get(outcome.truth) or Action(gate.otherwise)
    needs = say_needs(gate.node, outcome, records, at.as_of)
    found = "; ".join(needs) or say_found(gate.node, outcome, records, at.as_of)
    return GateLine(
        gate.id,
        gate.label,
        action,
        says,
        sentence(found, say_later(records.n_later(concepts_of(gate.node), at.as_of))),
        unlock=gate.unlock if action in (Action.HOLD, Action.UNKNOWN) else "",
        needs=needs,
        readings=readings_of(outcome),
        mark=gate.mark,
        source=gate.source,
    )


_ACTIONS: Mapping[Truth, Action] = {Truth.TRUE: Action.GIVE, Truth.UNKNOWN: Action.UNKNOWN}
"""What follows from the truth of a gate's rule; from false follows what the gate says."""


def _table_lines(at: StepAtGate, resolved: ResolvedPlan, records: BoundRecords) -> tuple[GateLine, ...]:
    rules = resolved.plan.rules_of(at.course.id)
    if rules is None:
        return ()
    return tuple(
        table_line(at, rules, table, resolved.tables[table.id], resolved.says[TABLE + table.id], records)
        for table in rules.tables
    )


def _dose(at: StepAtGate, action: Action, tables: Sequence[GateLine]) -> tuple[str | None, Decimal | None, str | None]:
    """Level, amount and unit at which the step may be given; nothing for an operation and for a closed gate."""
    amount = at.course.amount
    if amount is None or not action.is_open:
        return None, None, None
    last = at.doses[-1].level if at.doses else None
    level = next_level(at.course, strictest([line.action for line in tables]), last)
    assert level is not None, "a plan that reduces has a level to reduce to"
    return level.id, level.amount, amount.unit
