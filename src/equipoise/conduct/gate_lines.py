"""What every step is asked, whatever a protocol adds: its turn, its interval, the decisions before it, consent.

Decides from the history alone, never from records of the subject. Each question is one line of the answer; a question
that does not arise (no decision point, no interval) has no line, or one that says so.
"""

from dataclasses import dataclass, replace
from datetime import date

from equipoise.conduct.answers import Action, GateLine
from equipoise.conduct.calendar_days import NoWindow, Window
from equipoise.conduct.gate_moment import StepAtGate
from equipoise.conduct.gate_words import WHEN_KNOWN, say_missing_days, sentence
from equipoise.conduct.history import StepDone
from equipoise.protocol.plan import LAST_DOSE, PREVIOUS, Course, DecisionPoint, Timing

ORDER, INTERVAL, DECISION, CONSENT = "order", "interval", "decision", "consent"


@dataclass(frozen=True)
class Consent:
    """
    Whether consent to the treatment is in force on the day of the gate, as the office knows it.

    `is_in_force` None: not known. `words` say what it rests on or what is missing ("version 2, signed on 2027-01-04").
    """

    is_in_force: bool | None
    words: str = ""


def consent_line(consent: Consent) -> GateLine:
    """Treatment needs a consent that is in force; one that is not known is asked for."""
    action = {True: Action.GIVE, False: Action.HOLD, None: Action.UNKNOWN}[consent.is_in_force]
    found = {True: "consent is in force", False: "no consent is in force", None: "consent is not known"}
    return GateLine(
        CONSENT,
        "Consent",
        action,
        "The subject's consent is in force.",
        sentence(found[consent.is_in_force], consent.words),
        unlock="" if action.is_open else "A signed consent that is in force.",
        needs=("the subject's consent",) if action is Action.UNKNOWN else (),
    )


def order_line(at: StepAtGate) -> GateLine:
    """Whether it is this step's turn: the subject is treated in this course, and all that comes before it is done."""
    action, found, unlock = _turn(at)
    unplaced = _unplaced(at)
    needs = [f"which step {each.step} on {each.on} was: the plan has no step of this name" for each in unplaced]
    if needs and action.is_open:
        action, found, unlock = Action.UNKNOWN, "; ".join(needs), _PLACE_IT
    says = "Steps are given in their order, each once, while treatment goes on and after what comes before."
    missing = tuple(needs) if action is Action.UNKNOWN else ()
    return GateLine(ORDER, "Order of treatment", action, says, sentence(found), unlock, missing)


_PLACE_IT = "Opens when the entry is corrected to its step; what was none is struck out, and recorded as what it was."


def _unplaced(at: StepAtGate) -> list[StepDone]:
    """What was given under the name of no step: it may be this one, and no interval counts from it."""
    return [each for each in at.history.steps if at.plan.course_of(each.step) is None]


def _turn(at: StepAtGate) -> tuple[Action, str, str]:
    """Action, what was found, and what unlocks: what stops for good first, then what is only too early."""
    for found in _ends(at):
        return Action.STOP, found, ""
    missing = _not_yet(at)
    if missing:
        were = "was" if len(missing) == 1 else "were"
        return Action.HOLD, f"{', '.join(missing)} {were} not given yet", f"Opens after {missing[-1]}."
    waiting = " and ".join(each.label for each in _before(at) if not is_ended(at, each))
    if waiting:
        unlock = f"Opens when {waiting} was given whole, or is stopped."
        return Action.HOLD, f"{waiting} is not at its end", unlock
    allocated_on = at.history.randomised_on
    if at.as_of < allocated_on:
        return Action.HOLD, f"the subject was allocated on {allocated_on}", "Opens on the day of allocation."
    return Action.GIVE, f"it is the turn of {at.step}", ""


def _not_yet(at: StepAtGate) -> list[str]:
    """Steps that come before this one and can still be given: those after the last one that was."""
    earlier = at.course.steps[: at.course.steps.index(at.step)]
    given = [place for place, step in enumerate(earlier) if at.history.done(step) is not None]
    return earlier[given[-1] + 1 :] if given else earlier


def _ends(at: StepAtGate) -> list[str]:
    """Why the step is never to be given; empty when nothing speaks against it for good."""
    history, course = at.history, at.course
    found = []
    if history.left_on is not None:
        found.append(f"the subject died or left the study on {history.left_on}")
    if history.arm not in course.arms:
        found.append(f"{course.label} is not given in the subject's arm")
    done = history.done(at.step)
    if done is not None:
        found.append(f"{at.step} was given on {done.on}, and each step is given once")
    if history.treatment_over_on is not None and course.is_planned:
        found.append(f"treatment was over on {history.treatment_over_on}")
    found += [f"{course.label} was stopped on {on}" for stopped, on in history.stopped if stopped == course.id]
    later = [step for step in course.steps[course.steps.index(at.step) + 1 :] if history.done(step) is not None]
    if later and done is None:
        found.append(f"{later[0]}, which comes after it, was given on {_day_of(at, later[0])}")
    return found


def _day_of(at: StepAtGate, step: str) -> date | None:
    done = at.history.done(step)
    return None if done is None else done.on


def _before(at: StepAtGate) -> list[Course]:
    """The courses that must be at their end, as far as the subject's arm has them and they are to be given."""
    return [each for each in at.days.courses if each.id in at.course.after and at.history.arm in each.arms]


def is_ended(at: StepAtGate, course: Course) -> bool:
    """Whether a course was given whole, stopped, or ended by the answer to a decision point."""
    return all(at.history.done(step) is not None for step in course.steps) or at.days.stop_of(course) is not None


def _ended_by(at: StepAtGate, course: Course) -> list[tuple[DecisionPoint, str, date]]:
    """The decisions in force whose answer ends a course: point, label of the answer, its day."""
    found = []
    for point in at.plan.decisions:
        answer = at.history.decided(point.id)
        for option in point.options:
            if answer is not None and option.id == answer.option and course.id in option.ends:
                found.append((point, option.label, answer.on))
    return found


def decision_lines(at: StepAtGate) -> tuple[GateLine, ...]:
    """One line for each decision point before the step, and for each answer that ended its course."""
    asked = [each for each in at.plan.decisions if each.before in (at.course.id, at.step)]
    asked = [each for each in asked if at.history.arm in each.arms]
    ended = {point.id: (label, on) for point, label, on in _ended_by(at, at.course)}
    asked += [point for point in at.plan.decisions if point.id in ended and point not in asked]
    return tuple(_sourced(_decision_line(at, point, ended.get(point.id)), point) for point in asked)


def _sourced(line: GateLine, said: DecisionPoint | Timing) -> GateLine:
    """How sure a line is, and where it comes from."""
    return replace(line, mark=said.mark.value, source=said.source)


def _decision_line(at: StepAtGate, point: DecisionPoint, ended: tuple[str, date] | None) -> GateLine:
    says = f"Decided before {at.course.label}: {point.label}"
    if ended is not None:
        label, on = ended
        found = sentence(f"the answer of {on} is: {label}", f"{at.course.label} is then not given")
        return GateLine(DECISION, point.label, Action.STOP, says, found)
    answer = at.history.decided(point.id)
    labels = {option.id: option.label for option in point.options}
    if answer is None or answer.option not in labels:
        why = "nobody has answered" if answer is None else f"the answer of {answer.on} is none that the plan knows"
        needs = (f"the answer to: {point.label}",)
        unlock = f"An answer: {', or '.join(option.label for option in point.options)}."
        return GateLine(DECISION, point.label, Action.UNKNOWN, says, sentence(why), unlock, needs)
    found = sentence(f"the answer of {answer.on} is: {labels[answer.option]}")
    return GateLine(DECISION, point.label, Action.GIVE, says, found)


def interval_line(at: StepAtGate) -> GateLine:
    """
    Whether the window of the step has opened, by the calendar: closed before, open in it, open with a warning after it.

    A step that is late is a deviation and no danger that a gate could keep off; dose rules say when it is too late.
    """
    place = at.course.steps.index(at.step)
    timing = at.course.interval if place > 0 else _first(at)
    if timing is None:
        return GateLine(INTERVAL, "Interval", Action.GIVE, "The plan sets no interval before this step.", "")
    return _sourced(_window_line(at, timing, place), timing)


def _window_line(at: StepAtGate, timing: Timing, place: int) -> GateLine:
    anchor = at.course.steps[place - 1] if timing.after == PREVIOUS else timing.after
    says = _say_timing(at, timing, anchor)
    window = at.days.step_window(at.course, place)
    if isinstance(window, NoWindow) and window.never:
        needs = say_missing_days([anchor])
        return GateLine(INTERVAL, "Interval", Action.UNKNOWN, says, sentence(window.never), WHEN_KNOWN, needs)
    if isinstance(window, Window):
        window = _after_every_dose(at, timing, window)
    if isinstance(window, NoWindow) or window.is_expected:
        waits = [_words(at, each) for each in (anchor, *(floor.after for floor in timing.not_sooner_than))]
        found = sentence(f"counts from {' and '.join(dict.fromkeys(waits))}, which is still to come")
        return GateLine(INTERVAL, "Interval", Action.HOLD, says, found, says)
    action, found, unlock = _in_window(at.as_of.toordinal(), window)
    return GateLine(INTERVAL, "Interval", action, says, sentence(*_since(at, anchor), found), unlock)


def _after_every_dose(at: StepAtGate, timing: Timing, window: Window) -> Window:
    """Not sooner after the last dose that was given; the calendar counts from the first of a step on record twice."""
    least = [floor.days for floor in timing.not_sooner_than if floor.after == LAST_DOSE]
    if timing.after == PREVIOUS:
        least.append(timing.target - timing.early)
    if not at.doses or not least:
        return window
    opens = max(window.opens, at.doses[-1].on.toordinal() + max(least))
    return replace(window, due=max(window.due, opens), opens=opens, closes=max(window.closes, opens))


def _since(at: StepAtGate, anchor: str) -> list[str]:
    """How long ago the day was that the window counts from; nothing for a course that was stopped before it began."""
    day = at.days.anchor(anchor).day
    if day is None:
        return []
    n = at.as_of.toordinal() - day
    return [f"{n} {'day' if n == 1 else 'days'} since {_words(at, anchor)} on {date.fromordinal(day)}"]


def _first(at: StepAtGate) -> Timing | None:
    """When the first step of the course is due in the subject's arm."""
    of_arm = [each for each in at.course.first if not each.arms or at.history.arm in each.arms]
    return of_arm[0] if of_arm else None


def _in_window(today: int, window: Window) -> tuple[Action, str, str]:
    opens, due, closes = map(date.fromordinal, (window.opens, window.due, window.closes))
    if today < window.opens:
        wait = window.opens - today
        unlock = f"Opens on {opens}, in {wait} {'day' if wait == 1 else 'days'}."
        return Action.HOLD, f"due on {due}, the window opens on {opens}", unlock
    if today <= window.closes:
        return Action.GIVE, f"due on {due}, the window is {opens} to {closes}", ""
    return Action.GIVE, f"due on {due}, the window closed on {closes}: a step after it is a deviation", ""


def _say_timing(at: StepAtGate, timing: Timing, anchor: str) -> str:
    around = f", {timing.early} days earlier to {timing.late} later" if timing.early or timing.late else ""
    floors = [f"not sooner than {floor.days} days after {_words(at, floor.after)}" for floor in timing.not_sooner_than]
    return sentence(f"{timing.target} days after {_words(at, anchor)}{around}", *floors)


def _words(at: StepAtGate, anchor: str) -> str:
    """A day by name: that of a course by its label."""
    return next((each.label for each in at.plan.courses if each.id == anchor), anchor.replace("-", " "))
