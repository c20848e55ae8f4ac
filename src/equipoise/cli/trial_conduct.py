"""The verbs of `equipoise trial` on treatment: the gate of a step, its release or hold, calendars, what was raised."""

from pathlib import Path
from typing import Annotated

import typer

from equipoise.cli.trial_options import (
    CodeOption,
    MyRoleOption,
    MySiteOption,
    PasswordFileOption,
    ReasonOption,
    SignedByOption,
    SubjectOption,
    TrialOption,
    parse_pairs,
)
from equipoise.cli.usage import WrongUseError
from equipoise.conduct.raised import RaisedKind
from equipoise.protocol.deviations import DeviationClass

conduct_app = typer.Typer()

StepArgument = Annotated[str, typer.Argument(metavar="STEP", help="A step of the plan: cycle-2, surgery.")]
AllOption = Annotated[bool, typer.Option("--all", help="Also those that a person has dealt with.")]
OneSubjectOption = Annotated[
    str | None, typer.Option("--subject", metavar="S", help="Of one subject; of all you may see, if not given.")
]
ItemArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="Its number, as the list shows it: 41.1.")]


@conduct_app.command("gate")
def gate(
    step: StepArgument,
    subject: SubjectOption,
    trial: TrialOption,
    is_all: Annotated[bool, typer.Option("--all", help="Every rule in full, with its source.")] = False,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Ask the gate of a step for today: give, reduce, hold, stop or unknown, with each rule, value, limit and day.

    Nothing is written and nothing authorised. Exit code 1 when the gate is not open.

    Example: equipoise trial gate cycle-2 --subject ucccc-0001 --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import gate_lines, say_next
    from equipoise.operations.trial.conduct import show_gate

    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        answer = show_gate(door, subject, step)
    typer.echo("\n".join(gate_lines(answer, is_all=is_all)))
    if not answer.is_open:
        say_next(f"put it down: equipoise trial hold {step} --subject {subject}")
        raise typer.Exit(1)
    say_next(f"equipoise trial release {step} --subject {subject}")


@conduct_app.command("release")
def release(
    step: StepArgument,
    subject: SubjectOption,
    trial: TrialOption,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
    signed_by: SignedByOption = None,
    password_file: PasswordFileOption = None,
    code: CodeOption = None,
) -> None:
    """
    Authorise a dose or an operation for today; never past a gate that is closed or unknown. You sign.

    Example: equipoise trial release cycle-1 --subject ucccc-0001 --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_next, say_released
    from equipoise.operations.trial.conduct import release_step

    with opened(trial, Caller(my_role, my_site, signed_by, password_file, code)) as (door, _, _):
        event, answer = release_step(door, subject, step)
    typer.echo(f"{say_released(answer)} (event {event.seq}).")
    kind = "operation" if answer.amount is None else "dose"
    say_next(f"when it is done: equipoise trial record {kind} --subject {subject} --on {answer.as_of} step={step} ...")


@conduct_app.command("hold")
def hold(
    step: StepArgument,
    subject: SubjectOption,
    trial: TrialOption,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Put down what the gate of a step answers today when it is not open: hold, stop or unknown, with every rule.

    Nothing is asked or permitted by it, and nothing is signed: the step is released as soon as its gate is open.

    Example: equipoise trial hold cycle-2 --subject ucccc-0001 --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import held_lines
    from equipoise.operations.trial.conduct import hold_step

    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        done, answer = hold_step(door, subject, step)
    typer.echo("\n".join(held_lines(done, answer)))


@conduct_app.command("calendar")
def calendar(
    trial: TrialOption,
    subject: OneSubjectOption = None,
    site: Annotated[str | None, typer.Option("--site", metavar="SITE", help="Of the subjects of this site.")] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", min=0, help="How far ahead, for a site.")] = 28,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Say what is due: for one subject all of its plan, else what the subjects you may see have due next.

    Example: equipoise trial calendar --subject ucccc-0001 --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import due_lines, site_due_lines
    from equipoise.operations.trial import calendars

    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        if subject is not None:
            found = calendars.subject_calendar(door, subject)
            typer.echo(f"{subject}, version {found.version}, on {found.as_of}")
            typer.echo("\n".join(due_lines(found.dues)))
        else:
            lines = site_due_lines(calendars.calendar_of_site(door, site, days))
            nothing = f"Nothing is late or due within {days} days for the subjects whose treatment you may see."
            typer.echo("\n".join(lines) or nothing)


@conduct_app.command("course")
def course(
    subject: SubjectOption,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page, one HTML file.")],
    trial: TrialOption,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Write the course of a subject as one page: calendar, gates as released, what was recorded, values, open items.

    It tells the arm and the treatment, and is readable by you only.

    Example: equipoise trial course --subject ucccc-0001 --out ucccc-0001.html --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial.course_page import write_course

    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        write_course(door, subject, out, force=force)
    typer.echo(f"The course of {subject} is in {out}.")


@conduct_app.command("entries")
def entries(
    subject: SubjectOption, trial: TrialOption, my_role: MyRoleOption = None, my_site: MySiteOption = None
) -> None:
    """
    List what was recorded of a subject and stands, with the number of each entry.

    Example: equipoise trial entries --subject ucccc-0001 --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import entry_line
    from equipoise.operations.trial.conduct import list_entries

    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        found = list_entries(door, subject)
    typer.echo("\n".join(map(entry_line, found)) or f"Nothing was recorded of {subject} yet.")


@conduct_app.command("amend")
def amend(
    entry: Annotated[str, typer.Argument(metavar="NUMBER", help="The entry, as `trial entries` shows it.")],
    subject: SubjectOption,
    reason: ReasonOption,
    trial: TrialOption,
    to: Annotated[
        list[str] | None, typer.Option("--to", metavar="FIELD=VALUE", help="What is right; once for each field.")
    ] = None,
    is_strike: Annotated[bool, typer.Option("--strike-out", help="It should not have been entered at all.")] = False,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Correct what was recorded, or strike it out; the old values stay in the log, and gates that used them are named.

    Example: equipoise trial amend 41 --subject ucccc-0001 --to administered=7.3 --reason "misread" --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import say_raised
    from equipoise.errors import Fault
    from equipoise.operations.trial.conduct import amend_entry

    if is_strike == bool(to):
        fault = Fault("--to", "give what is right, or --strike-out, and not both", "--to administered=7.3")
        raise WrongUseError(fault)
    changes = None if is_strike else parse_pairs(to or [], "--to")
    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        done = amend_entry(door, subject, entry, changes, reason)
    typer.echo(f"Entry {entry} of {subject} is {'struck out' if is_strike else 'corrected'} (event {done.event.seq}).")
    say_raised(done)


@conduct_app.command("deviations")
def deviations(
    trial: TrialOption,
    subject: OneSubjectOption = None,
    is_all: AllOption = False,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    List deviations that nobody has classed and explained yet.

    Example: equipoise trial deviations --trial mytrial
    """
    _show_items(RaisedKind.DEVIATION, trial, subject, is_all, my_role, my_site)


@conduct_app.command("queries")
def queries(
    trial: TrialOption,
    subject: OneSubjectOption = None,
    is_all: AllOption = False,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    List queries that wait for an answer.

    Example: equipoise trial queries --subject ucccc-0001 --trial mytrial
    """
    _show_items(RaisedKind.QUERY, trial, subject, is_all, my_role, my_site)


@conduct_app.command("notices")
def notices(
    trial: TrialOption,
    subject: OneSubjectOption = None,
    is_all: AllOption = False,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    List notices that no investigator has read: serious adverse events, stopping rules, steps without a release.

    Example: equipoise trial notices --trial mytrial
    """
    _show_items(RaisedKind.NOTICE, trial, subject, is_all, my_role, my_site)


@conduct_app.command("classify")
def classify(
    number: ItemArgument,
    subject: SubjectOption,
    severity: Annotated[
        DeviationClass, typer.Option("--as", metavar="CLASS", help=f"One of: {', '.join(DeviationClass)}.")
    ],
    reason: Annotated[str, typer.Option("--because", metavar="TEXT", help="How it came about and what was done.")],
    trial: TrialOption,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Class a deviation and explain it.

    Example: equipoise trial classify 41.1 --subject ucccc-0001 --as minor --because "holiday" --trial mytrial
    """
    _attend(RaisedKind.DEVIATION, number, subject, reason, severity, (trial, my_role, my_site))


@conduct_app.command("answer")
def answer(
    number: ItemArgument,
    subject: SubjectOption,
    words: Annotated[str, typer.Option("--says", metavar="TEXT", help="What is right, and where it is from.")],
    trial: TrialOption,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Answer a query; what was wrong is corrected by `trial amend`.

    Example: equipoise trial answer 41.2 --subject ucccc-0001 --says "7.4 GBq, typed as mCi" --trial mytrial
    """
    _attend(RaisedKind.QUERY, number, subject, words, None, (trial, my_role, my_site))


@conduct_app.command("acknowledge")
def acknowledge(
    number: ItemArgument,
    subject: SubjectOption,
    trial: TrialOption,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
) -> None:
    """
    Say that you have read a notice.

    Example: equipoise trial acknowledge 41.3 --subject ucccc-0001 --trial mytrial
    """
    _attend(RaisedKind.NOTICE, number, subject, None, None, (trial, my_role, my_site))


@conduct_app.command("sign-table")
def sign_table(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="A dose table of the plan: thrombocytopenia.")],
    trial: TrialOption,
    version: Annotated[
        str | None, typer.Option("--version", metavar="V", help="Of this version; the default one if not given.")
    ] = None,
    my_role: MyRoleOption = None,
    my_site: MySiteOption = None,
    signed_by: SignedByOption = None,
    password_file: PasswordFileOption = None,
    code: CodeOption = None,
) -> None:
    """
    Sign a dose table that nobody read in its source yet: a live trial takes nobody in before each is signed.

    Example: equipoise trial sign-table thrombocytopenia --trial mytrial
    """
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial.conduct import sign_dose_table

    with opened(trial, Caller(my_role, my_site, signed_by, password_file, code)) as (door, _, _):
        event = sign_dose_table(door, table, version)
    typer.echo(f"Dose table {table} is signed (event {event.seq}).")


def _show_items(
    kind: RaisedKind,
    trial: TrialOption,
    subject: str | None,
    is_all: bool,
    my_role: MyRoleOption,
    my_site: MySiteOption,
) -> None:
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.cli.trial_words import item_lines
    from equipoise.operations.trial.conduct import list_items

    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        found = list_items(door, kind, subject=subject, is_open=not is_all)
    typer.echo("\n".join(item_lines(found)) or f"No {kind.value} waits that you may see.")


def _attend(
    kind: RaisedKind,
    number: str,
    subject: str,
    words: str | None,
    severity: DeviationClass | None,
    at: tuple[TrialOption, MyRoleOption, MySiteOption],
) -> None:
    from equipoise.cli.trial_door import Caller, opened
    from equipoise.operations.trial.conduct import attend_item

    trial, my_role, my_site = at
    with opened(trial, Caller(my_role, my_site)) as (door, _, _):
        event = attend_item(door, subject, kind, number, words, severity)
    typer.echo(f"{kind.value.capitalize()} {number} of {subject} is dealt with (event {event.seq}).")
