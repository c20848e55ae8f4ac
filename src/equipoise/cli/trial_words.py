"""What the verbs of `equipoise trial` show: what a person confirms, what a gate says, what is due, what was raised."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import typer

from equipoise.cli.trial_door import is_terminal
from equipoise.cli.trial_options import split_list
from equipoise.conduct.answers import Action, GateAnswer, GateLine
from equipoise.conduct.calendar import Due, DueState, SiteDue
from equipoise.conduct.happenings import Happening
from equipoise.conduct.raised import Raised, RaisedKind
from equipoise.operations.office.event import Event
from equipoise.operations.office.files import Entered, Item
from equipoise.operations.office.holding import Holding
from equipoise.operations.office.recording import Recorded
from equipoise.operations.office.visibility import Visibility
from equipoise.operations.trial.eligibility import AskToConfirm, Assumed
from equipoise.screening.subject import Eligibility

_AFTER = {
    Happening.SCREENING_STARTED: "an investigator judges: equipoise trial judge --subject {subject} --records TABLES",
    Happening.FOUND: "equipoise trial status --subjects shows where {subject} stands again.",
}


def make_ask_to_confirm(given: str | None) -> AskToConfirm:
    """Shows verdicts and assumptions; takes what was given at the command, or asks on a terminal."""

    def ask(eligibility: Eligibility, assumed: tuple[Assumed, ...]) -> list[str]:
        show_judgement(eligibility, assumed)
        if given is None and assumed and is_terminal():
            return split_list(typer.prompt("Which of these do you confirm, by name (E6,E7)", default="", err=True))
        return split_list(given)

    return ask


def ask_factors(given: dict[str, str], factors: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The values given, and on a terminal those of the other factors, as the person reads them from the source."""
    if not is_terminal():
        return given
    asked = {
        name: typer.prompt(f"{name} ({', '.join(levels)})", err=True)
        for name, levels in factors.items()
        if name not in given
    }
    return {**given, **asked}


def say(text: str) -> None:
    """A line beside the answer, on standard error."""
    typer.echo(text, err=True)


def say_next(step: str) -> None:
    """What is usually done after this, as the last line of an answer."""
    typer.echo(f"Next: {step}")


def say_next_after(what: Happening, subject: str) -> None:
    """What is usually done after something happened to a subject; nothing is said where nothing waits."""
    step = _AFTER.get(what)
    if step is not None:
        say_next(step.format(subject=subject))


def show_judgement(eligibility: Eligibility, assumed: tuple[Assumed, ...]) -> None:
    """The judgement in words, on standard error: it is shown before anything is signed."""
    lines = [f"{eligibility.subject_id} is {eligibility.status.value} by version {eligibility.version}."]
    if eligibility.blocked_by:
        lines.append(f"Blocked by: {', '.join(eligibility.blocked_by)}")
    lines += [
        f"Open: {each.criterion_id}. {each.words}"
        for each in eligibility.verdicts
        if each.criterion_id in eligibility.open
    ]
    if assumed:
        lines.append("Assumed because nothing is on record. Confirm by name only what you know:")
    for each in assumed:
        lines += [f"  {each.criterion}  {each.text}", f"      {each.words}"]
    typer.echo("\n".join(lines), err=True)


def gate_lines(answer: GateAnswer, *, is_all: bool = False) -> Iterator[str]:
    """The answer of a gate for a terminal: the action, what is missing, what closes it; with `is_all` every rule."""
    yield f"{answer.subject}, {answer.step} on {answer.as_of}: {_action_words(answer)}"
    if answer.needs:
        yield "Missing:"
        yield from (f"  - {need}" for need in answer.needs)
    for line in sorted(answer.lines, key=lambda line: line.action.is_open):
        if is_all or line.action is not Action.GIVE:
            yield from _full_line(line)
        else:
            yield f"  {line.action.value:<8} {line.rule}: {line.found}"
    yield from (f"  shown    {name}: {value}" for name, value in answer.shown.items())
    yield "This is decision support: a person releases the step, or does not."


def _full_line(line: GateLine) -> Iterator[str]:
    yield f"  {line.action.value:<8} {line.rule}: {line.label}"
    yield f"           rule:  {line.says}"
    yield f"           found: {line.found}"
    if line.unlock and not line.action.is_open:
        yield f"           opens: {line.unlock}"
    if line.source:
        yield f"           from:  {line.source} ({line.mark})"


def _action_words(answer: GateAnswer) -> str:
    at = "" if answer.amount is None else f" {answer.amount} {answer.unit} ({answer.level})"
    return f"{answer.action.value.upper()}{at}"


def say_released(answer: GateAnswer) -> str:
    """What was released."""
    at = "" if answer.amount is None else f" at {answer.amount} {answer.unit} ({answer.level})"
    return f"{answer.step} of {answer.subject} is released for {answer.as_of}{at}"


def held_lines(done: Holding, answer: GateAnswer) -> Iterator[str]:
    """What was held, or that it stood already, and each line of the gate that keeps it closed."""
    what = f"{answer.step} of {answer.subject} is held on {answer.as_of}: its gate says {answer.action.value}"
    if done.is_repeat:
        yield f"{what}; that stands already as event {done.event.seq}, and nothing was written."
    else:
        yield f"{what} (event {done.event.seq})."
    for line in answer.closing:
        yield from _full_line(line)


def say_recorded(subject: str, what: str, done: Recorded) -> None:
    """What was recorded, or that it stood already, and what that raised."""
    if done.is_repeat:
        typer.echo(f"{subject}: {what} stands already as entry {done.entry}; nothing was written.")
        return
    typer.echo(f"{subject}: {what} is recorded (entry {done.entry}).")
    say_raised(done)


def say_raised(done: Recorded) -> None:
    """Each deviation, query and notice, with the number under which it is dealt with."""
    _say_each(done.event.seq, done.raised)


def say_raised_in(event: Event) -> bool:
    """The same of an event that moved a subject; whether there was any."""
    raised = [Raised.from_json(each) for each in event.new("raised", Visibility.TREATMENT) or ()]
    _say_each(event.seq, raised)
    return bool(raised)


def _say_each(seq: int, raised: Iterable[Raised]) -> None:
    for number, each in enumerate(raised, start=1):
        typer.echo(f"  {each.kind.value} {seq}.{number}: {each.words}")


def due_lines(dues: Iterable[Due]) -> Iterator[str]:
    """A calendar as a table for a terminal."""
    yield f"{'what':<34}{'state':<14}{'due':<13}{'window':<25}done"
    for due in dues:
        name = f"{due.item} {due.number}" if due.number > 1 and not due.is_step else due.item
        day = "" if due.due_on is None else f"{'~' if due.is_expected else ''}{due.due_on}"
        window = f"{due.opens_on} to {due.closes_on}" if due.opens_on and due.closes_on else ""
        held = f"held since {due.held_since}" if due.held_since else ""
        rest = " ".join(filter(None, (str(due.done_on or ""), held, due.why)))
        yield f"{name:<34}{due.state.value:<14}{day:<13}{window:<25}{rest}".rstrip()
    yield "~ expected: something before it has not happened yet."


def site_due_lines(dues: Iterable[SiteDue]) -> Iterator[str]:
    """What a site has to do next."""
    for each in dues:
        due = each.due
        day = f"{'~' if due.is_expected else ''}{due.due_on or 'no day'}"
        name = f"{due.label} ({due.item if due.is_step else due.belongs_to})" if due.belongs_to else due.title
        yield f"{day:<12}{each.subject}  {name}: {_how_late(due)}"
        if each.along:
            yield f"{'':<12}{'':<{len(each.subject)}}  with {due.item}: {', '.join(along.item for along in each.along)}"


def _how_late(due: Due) -> str:
    optional = "optional, " if due.is_optional else ""
    held = "" if due.held_since is None else f", held since {due.held_since}"
    if due.state is DueState.OVERDUE:
        return f"overdue by {due.days_late} {'day' if due.days_late == 1 else 'days'}, since {due.closes_on}{held}"
    closes = "" if due.closes_on is None else f", until {due.closes_on}"
    return f"{optional}{due.state.value}{closes}{held}{f' ({due.why})' if due.why else ''}"


def entry_line(entered: Entered) -> str:
    """One entry with its number and content."""
    assert entered.form is not None
    said = entered.form.to_json()
    fields = ", ".join(f"{name}={_said(value)}" for name, value in said.items() if name != "on")
    return f"{entered.id:>6}  {entered.form.on}  {entered.form.kind.value}: {fields} (by {entered.by})"


def _said(value: object) -> str:
    """A field in words: a list by its parts, a group by its values."""
    if isinstance(value, list):
        return "; ".join(map(_said, value))
    return " ".join(map(_said, value.values())) if isinstance(value, dict) else str(value)


def say_open(waits: Mapping[RaisedKind, int]) -> None:
    """What waits for a person, and would stay open for good."""
    told = [f"{count} of kind {kind.value}" for kind, count in waits.items() if count]
    if told:
        say(f"Still open, and after the lock for good: {', '.join(told)}.")


def item_lines(items: Iterable[tuple[str, Item]]) -> Iterator[str]:
    """Deviations, queries or notices with their numbers."""
    for subject, item in items:
        yield f"{item.id:>7}  {subject}  {item.at:%Y-%m-%d}  {item.raised.words}{_dealt_with(item)}"


def _dealt_with(item: Item) -> str:
    if item.is_open:
        return f" [reported as {item.raised.severity}]" if item.raised.severity else ""
    said = "" if item.done == item.raised.words else f": {item.done}"
    return f" [{item.severity or 'done'} by {item.done_by}{said}]"
