"""What of an arm's plan a subject was not given in full, and which answer of the plan itself said so, if one did.

Decides what counts as such an answer. A dose that was reduced, held or stopped because a gate said so was given as the
protocol says; one that was left out without an answer was not (ICH E9, 5.2.2: the per-protocol set is without major
deviations, and following a rule is none). In this order:

- a decision of the plan ended the course; the subject has died, after which nothing is due (a step that was overdue
  the day before was due); the step is still to come on the last day that counts;
- somebody put down that its gate said stop, for the step or one before it in its course, or that it said hold, with no
  release of the step after that;
- the dose tables of the course say hold or stop when they are asked again for the day on which the course ended. Other
  gates are not asked again: what is closed on most days (a depot, results that are too old) explains nothing.

A reduced dose is explained by the answer on which it was released, unless it was below that too; one without a release
by the tables of its day. Of a dose whose amount is not known nobody can say that it was given in full: it stays open.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from equipoise.analysis.facts import Entries, Shortfall
from equipoise.conduct.answers import Action, GateLine
from equipoise.conduct.calendar import DueState, make_calendar
from equipoise.conduct.gate_lines import Consent
from equipoise.conduct.gates import judge_gate
from equipoise.conduct.history import History, StepDone
from equipoise.conduct.states import Participation
from equipoise.operations.office.files import Entered, Released, Stood, SubjectFile
from equipoise.operations.office.histories import history_of, since, snapshot_of
from equipoise.protocol.plan import Course
from equipoise.protocol.resolve_plan import ResolvedPlan
from equipoise.records.snapshot import Snapshot

NOT_GIVEN, REDUCED = "not given up to the cut", "given below the full amount"
NOT_KNOWN = "given, and the amount is not known"
_TO_COME = frozenset({DueState.DUE, DueState.NOT_YET, DueState.WAITING})


@dataclass(frozen=True)
class Because:
    """An answer of the plan in words, with the events in which it stands; `is_open`: it may yet be given."""

    words: str
    entries: Entries = ()
    is_open: bool = False


@dataclass(frozen=True)
class _Asked:
    """One subject up to the last day that counts, with the plan to which it consented."""

    file: SubjectFile
    resolved: ResolvedPlan
    history: History
    base: Snapshot | None
    day: date

    def ended_on(self, course: Course) -> date:
        """The day from which nothing more of a course was to come: its stop, the end of treatment, leaving, the cut."""
        stops = [on for name, on in self.history.stopped if name == course.id]
        ends = [*stops, self.history.treatment_over_on, self.history.left_on]
        return min([self.day, *(each for each in ends if each is not None)])


def shortfalls_of(
    file: SubjectFile, resolved: ResolvedPlan | None, base: Snapshot | None, day: date
) -> tuple[Shortfall, ...]:
    """
    The planned steps of the arm that were not given, below their full amount or of one not known, in the plan's order.

    Parameters
    ----------
    file
        With what counts alone (`dated_by`).
    resolved
        The plan of the version consented to, at the subject's site; None: nothing is planned.
    base
        The records as they were last read; without any no table is asked again.
    """
    history = None if resolved is None else history_of(file, resolved.plan)
    if resolved is None or history is None:
        return ()
    asked = _Asked(file, resolved, history, base, day)
    planned = [course for course in resolved.plan.courses_of(history.arm) if course.is_planned]
    return tuple(found for course in planned for step in course.steps for found in _of_step(asked, course, step))


def _of_step(asked: _Asked, course: Course, step: str) -> Iterator[Shortfall]:
    done = asked.history.done(step)
    if done is None:
        yield _shortfall(step, NOT_GIVEN, _why_not_given(asked, course, step))
    elif course.amount is not None and done.amount is None:
        yield _shortfall(step, NOT_KNOWN, Because("", (asked.file.entered[done.entry].seq,), is_open=True))
    elif _is_below(course, done):
        entered = asked.file.entered[done.entry]
        because = _why_reduced(asked, course, done, entered)
        yield _shortfall(step, REDUCED, replace(because, entries=(*because.entries, entered.seq)))


def _shortfall(step: str, what: str, because: Because) -> Shortfall:
    entries = tuple(dict.fromkeys(because.entries))
    return Shortfall(step=step, what=what, because=because.words, is_open=because.is_open, entries=entries)


def _is_below(course: Course, done: StepDone) -> bool:
    """Below the full level, its tolerance counted in; an amount that is not known is not said to be below."""
    if course.amount is None or done.amount is None:
        return False
    full = course.amount.levels[0]
    return done.level != full.id and done.amount < full.amount


def _why_not_given(asked: _Asked, course: Course, step: str) -> Because:
    return (
        _decided(asked, course)
        or _died(asked, course, step)
        or _to_come(asked, step)
        or _recorded(asked, course, step)
        or _asked_again(asked, course, step, asked.ended_on(course), frozenset({Action.STOP, Action.HOLD}))
        or Because("")
    )


def _decided(asked: _Asked, course: Course) -> Because | None:
    for point in asked.resolved.plan.decisions:
        made = asked.history.decided(point.id)
        option = None if made is None else next((each for each in point.options if each.id == made.option), None)
        if made is not None and option is not None and course.id in option.ends:
            return Because(f"decided on {made.on}: {point.label} {option.label}", (int(made.entry),))
    return None


def _died(asked: _Asked, course: Course, step: str) -> Because | None:
    """A death explains what would have come after it: no course that had ended before, no step that was overdue."""
    died_on = since(asked.file, _is_dead)
    if died_on is None or asked.ended_on(course) < died_on:
        return None
    if _state_on(asked, step, died_on - timedelta(days=1)) is DueState.OVERDUE:
        return None
    dead = next(each for each in asked.file.stood if _is_dead(each) and each.on == died_on)
    return Because(f"died on {died_on}, after which nothing is due", (dead.seq,))


def _is_dead(stood: Stood) -> bool:
    return stood.state.participation is Participation.DIED


def _to_come(asked: _Asked, step: str) -> Because | None:
    state = _state_on(asked, step, asked.day)
    return Because(f"{state.value} at the cut", is_open=True) if state in _TO_COME else None


def _state_on(asked: _Asked, step: str, day: date) -> DueState:
    lines = make_calendar(asked.resolved.plan, asked.history, day)
    return next(each.state for each in lines if each.is_step and each.item == step)


def _recorded(asked: _Asked, course: Course, step: str) -> Because | None:
    """What somebody put down of the gate: a stop ends the course for good, a hold lasts until the step is released."""
    before = course.steps[: course.steps.index(step) + 1]
    releases = [each for each in asked.file.released if each.on <= asked.day]
    for held in asked.file.held:
        released = any(each.seq > held.seq and each.step == held.step for each in releases)
        is_stop = held.action is Action.STOP and held.step in before
        if (is_stop or (held.action is Action.HOLD and held.step == step)) and not released:
            found = " ".join(held.why)
            return Because(f"the gate of {held.step} said {held.action.value} on {held.on}: {found}", (held.seq,))
    return None


def _why_reduced(asked: _Asked, course: Course, done: StepDone, entered: Entered) -> Because:
    released = next((each for each in asked.file.released if each.seq == entered.release), None)
    if released is not None:
        is_by_it = released.action is Action.REDUCE and not _is_below_release(done, released)
        return Because(f"the gate said reduce on {released.on}" if is_by_it else "", (released.seq,))
    steps = tuple(each for each in asked.history.steps if each.entry != done.entry)
    before = replace(asked, history=replace(asked.history, steps=steps))
    return _asked_again(before, course, done.step, done.on, frozenset({Action.REDUCE})) or Because("")


def _is_below_release(done: StepDone, released: Released) -> bool:
    """Below what was released, the tolerance of its level counted in."""
    if done.level == released.level or done.amount is None or released.amount is None:
        return False
    return done.amount < released.amount


def _asked_again(asked: _Asked, course: Course, step: str, day: date, wanted: frozenset[Action]) -> Because | None:
    """The first dose table of the course that answers so on a day."""
    rules = asked.resolved.plan.rules_of(course.id)
    if rules is None or asked.base is None:
        return None
    snapshot = snapshot_of(asked.file, asked.base, asked.resolved.plan)
    answer = judge_gate(asked.resolved, asked.history, snapshot, step, day, consent=Consent(True))
    tables = {table.id for table in rules.tables}
    lines: list[GateLine] = [line for line in answer.lines if line.rule in tables and line.action in wanted]
    if not lines:
        return None
    line = lines[0]
    return Because(f"the dose table {line.rule} says {line.action.value} on {day}: {line.found}")
