"""What the verbs of `equipoise trial` show while they ask a person to confirm."""

from collections.abc import Mapping, Sequence

import typer

from equipoise.cli.trial_door import is_terminal
from equipoise.cli.trial_options import split_list
from equipoise.conduct.happenings import Happening
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
