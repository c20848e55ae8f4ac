"""A plan as text that can be read aloud: what is given when, what is asked before, what follows from a toxicity.

Decides the words. Each number says how sure it is; a parameter is "not published". What a rule asks is told by
`criteria.prose`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from equipoise.criteria.prose import outline
from equipoise.protocol.dose_tables import words_of
from equipoise.protocol.plan import (
    EARLY_END,
    PREVIOUS,
    RANDOMISATION,
    STEP,
    TREATMENT_END,
    Course,
    DoseRules,
    Level,
    Plan,
    PlannedActivity,
    RowAction,
    Stated,
    StoppingRule,
    Timing,
)
from equipoise.protocol.resolve_plan import ResolvedPlan
from equipoise.protocol.trial import Mark
from equipoise.terminology.concepts import Concept

Says = Mapping[str, list[str]]
Wrap = Callable[[str, str, str], list[str]]
"""Breaks a sentence into lines: the sentence, what stands before the first line and before later ones."""

_MARKS = MappingProxyType(
    {
        Mark.VERIFIED: "verified",
        Mark.SECONDARY: "from a secondary source",
        Mark.INFERRED: "inferred",
        Mark.PARAMETER: "parameter, not published",
        Mark.UNVERIFIED: "not verified",
    }
)
_ACTIONS = MappingProxyType(
    {
        RowAction.GIVE: "give the full dose",
        RowAction.REDUCE: "give the reduced dose",
        RowAction.HOLD: "hold",
        RowAction.STOP: "stop for good",
    }
)
_ANCHORS = MappingProxyType(
    {
        RANDOMISATION: "randomisation",
        TREATMENT_END: "the end of treatment",
        EARLY_END: "the end of treatment when it ends early",
        STEP: "the step",
        PREVIOUS: "the one before",
    }
)


def describe_plan(resolved: ResolvedPlan, library: Mapping[str, Concept], says: Says, wrap: Wrap) -> list[str]:
    """All of a plan as lines."""
    plan = resolved.plan
    lines = wrap(f"AFTER ALLOCATION: {plan.label}", "", "")
    for course in plan.courses:
        lines += _block(wrap, course.label, _course(plan, course))
    for title, parts in (
        ("Besides", [_activity(plan, activity) for activity in plan.activities]),
        ("To be decided", [_decision(plan, index) for index in range(len(plan.decisions))]),
    ):
        if parts:
            lines += _block(wrap, title, parts)
    lines += _gates(resolved, library, says, wrap)
    for rules in plan.dose_rules:
        lines += _dose_rules(resolved, rules, library, says, wrap)
    if plan.grading is not None:
        words = f"A result proposes a grade by CTCAE {plan.grading.ctcae}; a person signs one. {_noted(plan.grading)}"
        lines += _block(wrap, "Grades of results", [words])
    if plan.stopping:
        lines += _block(wrap, "To be looked at by all", map(_stopping, plan.stopping))
    return lines


def mark_words(part: Stated) -> str:
    """`[parameter, not published: EU label]`: how sure a part is, and what it stands on."""
    return f"[{_MARKS.get(part.mark, part.mark.value)}{f': {part.source}' if part.source else ''}]"


def _block(wrap: Wrap, title: str, sentences: Iterable[str]) -> list[str]:
    lines = ["", *wrap(title, "  ", "    ")]
    for sentence in sentences:
        lines += wrap(sentence, "  - ", "    ")
    return lines


def _noted(part: Stated) -> str:
    return f"{mark_words(part)}{f' {part.note}' if part.note else ''}"


def _course(plan: Plan, course: Course) -> Iterator[str]:
    steps = f"Steps: {', '.join(course.steps)}" if len(course.steps) > 1 else f"One step: {course.steps[0]}"
    planned = "" if course.is_planned else " Not planned: given only if it comes to that."
    yield f"{steps}; in {', '.join(course.arms)}.{planned}"
    for timing in course.first:
        yield f"{course.steps[0]}{_of_arms(timing)}: {_timing(plan, timing)} {_noted(timing)}"
    if course.interval is not None:
        yield f"Each next step: {_timing(plan, course.interval)} {_noted(course.interval)}"
    if course.after:
        yield f"Not before the end of {', '.join(plan.course(name).label for name in course.after)}."
    if course.amount is not None:
        amount = course.amount
        levels = ", ".join(f"{level.id} {_number(level.amount)} {amount.unit}" for level in amount.levels)
        low, high = (_number(limit) for limit in amount.plausible)
        asked = f"an amount below {low} or above {high} {amount.unit} is asked about"
        yield f"Dose: {levels}, within {_number(amount.tolerance_percent)} %; {asked}. {_noted(amount)}"


def _of_arms(timing: Timing) -> str:
    return f" in {', '.join(timing.arms)}" if timing.arms else ""


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _timing(plan: Plan, timing: Timing) -> str:
    """`56 days after the one before, from 7 days early to 7 days late`."""
    anchor = _anchor(plan, timing.after)
    if timing.target == 0:
        day = f"on the day of {anchor}"
    else:
        day = f"{_days(abs(timing.target))} {'after' if timing.target > 0 else 'before'} {anchor}"
    window = [f"{_days(days)} {word}" for days, word in ((timing.early, "early"), (timing.late, "late")) if days]
    floors = [
        f"not sooner than {_days(each.days)} after {_anchor(plan, each.after)}" for each in timing.not_sooner_than
    ]
    return ", ".join([day, *([f"up to {' or '.join(window)}"] if window else []), *floors]) + "."


def _anchor(plan: Plan, name: str) -> str:
    known: dict[str, str] = {
        course.id: f"the last of {course.label}" if len(course.steps) > 1 else course.label for course in plan.courses
    }
    known |= {activity.id: activity.label for activity in plan.activities} | dict(_ANCHORS)
    return known.get(name, name.replace("-", " ") if "dose" not in name else f"the {name.replace('-', ' ')}")


def _days(number: int) -> str:
    weeks, rest = divmod(number, 7)
    return (
        f"{number} day{'' if number == 1 else 's'}" if rest or not weeks else f"{weeks} week{'' if weeks == 1 else 's'}"
    )


def _activity(plan: Plan, activity: PlannedActivity) -> str:
    each = f", with each step of {plan.course(activity.each).label}" if activity.each else ""
    times = " ".join(
        f"{_upper(_timing(plan, timing))} {_noted(timing)}{_of_arms(timing)}" for timing in activity.timing
    )
    again = activity.repeats
    repeats = f" Again every {_days(again.every)}, until {_days(again.until)}." if again is not None else ""
    note = f" {activity.note}" if activity.note else ""
    optional = ", optional" if activity.is_optional else ""
    return f"{activity.label} ({', '.join(activity.arms)}{each}{optional}). {times}{repeats}{note}"


def _upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _decision(plan: Plan, index: int) -> str:
    decision = plan.decisions[index]
    options = []
    for option in decision.options:
        ends = ", ".join(plan.course(name).label for name in option.ends)
        options.append(option.label + (f" (then not: {ends})" if ends else ""))
    before = next((course.label for course in plan.courses if course.id == decision.before), decision.before)
    asked = f"{decision.label} Before {before}, in {', '.join(decision.arms)}: {'; or '.join(options)}."
    return f"{asked} {_noted(decision)}"


def _gates(resolved: ResolvedPlan, library: Mapping[str, Concept], says: Says, wrap: Wrap) -> list[str]:
    gates = {gate.id: gate for gate in resolved.plan.gates}
    lines: list[str] = []
    for gate in (each for each in resolved.gates if each.id in gates):
        written = gates[gate.id]
        arms = f" in {', '.join(sorted(gate.arms))}" if gate.arms else ""
        lines += ["", *wrap(f"Before {', '.join(gate.before)}{arms}: {gate.label} ({gate.id})", "  ", "    ")]
        lines += _rule(outline(gate.node, library, says), "Opens if", wrap)
        lines += wrap(f"Else: {gate.otherwise}. {gate.unlock} {_noted(written)}", "  - ", "    ")
    return lines


def _rule(lines: list[str], title: str, wrap: Wrap) -> list[str]:
    """An outline keeps its own indentation."""
    made = []
    for number, line in enumerate(lines):
        depth = " " * (len(line) - len(line.lstrip()))
        first = f"  - {title}: " if number == 0 else f"      {depth}"
        made += wrap(line.lstrip(), first, f"        {depth}")
    return made


def _dose_rules(
    resolved: ResolvedPlan, rules: DoseRules, library: Mapping[str, Concept], says: Says, wrap: Wrap
) -> list[str]:
    course = resolved.plan.course(rules.course)
    counts = "the last dose" if rules.delay.counts_from == "last-dose" else "the day on which the dose was due"
    limit = f"A delay is too long from {_days(rules.delay.limit)} after {counts}. {_noted(rules.delay)}"
    order = "The strictest answer of all tables counts."
    lines = _block(wrap, f"What a toxicity does to the next dose of {course.label}", [limit, order])
    for table in rules.tables:
        lines += ["", *wrap(f"{table.label} ({table.id}). {_noted(table)}", "  ", "    ")]
        lines += _rule(outline(resolved.tables[table.id], library, says), "Present if", wrap)
        for row in table.rows:
            action = _action(row.action, course.amount.levels if course.amount else [])
            told = row.note if (row.mark, row.source) == (table.mark, table.source) else _noted(row)
            lines += wrap(f"When {words_of(row.when)}: {action}. {told}", "  - ", "    ")
        if any(row.action is RowAction.HOLD for row in table.rows):
            lines += wrap(f"A hold ends with: {table.unlock}", "  - ", "    ")
    return lines


def _action(action: RowAction, levels: list[Level]) -> str:
    return _ACTIONS[action] if len(levels) > 1 or action is not RowAction.GIVE else "give the dose"


def _stopping(rule: StoppingRule) -> str:
    kinds = [word for word, is_so in (("serious", rule.is_serious), ("related", rule.is_related)) if is_so]
    event = f"{'a' if kinds else 'an'} {' '.join([*kinds, 'adverse event'])} of grade {rule.grade} or more"
    arms = f" in {', '.join(rule.arms)}" if rule.arms else ""
    people = f"{rule.at_least} subject{'' if rule.at_least == 1 else 's'}"
    return f"{rule.label}: from {people}{arms} with {event} on. {_noted(rule)}"
